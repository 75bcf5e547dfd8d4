/* SPDX-License-Identifier: Apache-2.0 */
/* Masks of boxes from prototypes and coefficients, as YOLOv5's utils/segment/general.py makes them. */
#ifndef PW_MASKS_H
#define PW_MASKS_H

#include <stddef.h>
#include <stdint.h>

/* The prototypes of one picture and the coefficients of one box. */
typedef struct pw_mask_source {
    const float *prototypes; /* count planes of height x width */
    int32_t count, height, width;
    const float *coefficients; /* count; times the box's objectness, as NMS leaves them */
} pw_mask_source;

/* Rows and columns of a plane: first ones and the ones behind the last. */
typedef struct pw_mask_area {
    int32_t top, bottom, left, right;
} pw_mask_area;

/*
 * process_mask() with upsample: cropped to the box at the prototypes' size, enlarged to height x width, above one half. box: corners in pixels of
 * height x width. plane: room for the prototypes' height x width floats. mask: height x width bytes, 0 or 1. Returns where ones can be.
 */
pw_mask_area pw_mask_enlarged(const pw_mask_source *source, const float box[4], int32_t height, int32_t width, float *plane, uint8_t *mask);

/* process_mask_native(): enlarged to the picture first, then cropped to the box, whose corners are in its pixels. */
void pw_mask_native(const pw_mask_source *source, const float box[4], int32_t height, int32_t width, float *plane, uint8_t *mask);

/* scale_image(): a mask of the network's size without its letterbox, in the picture's size by OpenCV's INTER_LINEAR, above one half.
 * inside: where its ones can be; the mask is written without looking at the rest. */
void pw_mask_to_picture(const uint8_t *network, int32_t network_height, int32_t network_width, pw_mask_area inside, int32_t height,
                        int32_t width, uint8_t *mask);

#endif
