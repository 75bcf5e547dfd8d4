/* SPDX-License-Identifier: Apache-2.0 */
/* Masks of boxes from prototypes and coefficients, as YOLOv5's utils/segment/general.py makes them. */
#ifndef PW_MASKS_H
#define PW_MASKS_H

#include "kernels/head/mask.h"

#include <stddef.h>
#include <stdint.h>

/* The prototypes of one picture and the coefficients of one box. */
typedef struct pw_mask_source {
    const float *prototypes; /* count planes of height x width */
    int32_t count, height, width;
    const float *coefficients; /* count; times the box's objectness, as NMS leaves them */
} pw_mask_source;

/* The prototypes' plane of a box: sigmoid(coefficients . prototypes) inside, zeros elsewhere; height x width floats. */
void pw_mask_weigh(const pw_mask_source *source, pk_mask_area inside, float *plane);

/*
 * process_mask() with upsample, of a plane of plane_height x plane_width: cropped to the box at the plane's size, enlarged to height x width, above
 * one half. box: corners in pixels of height x width. pw_mask_inside() is what of the plane it needs weighed. mask: height x width bytes, 0 or 1.
 * Returns where ones can be.
 */
pk_mask_area pw_mask_inside(int32_t plane_height, int32_t plane_width, const float box[4], int32_t height, int32_t width);
pk_mask_area pw_mask_enlarge(const float *plane, int32_t plane_height, int32_t plane_width, const float box[4], int32_t height, int32_t width,
                             uint8_t *mask);

/* process_mask_native(): enlarged to the picture first, then cropped to the box, whose corners are in its pixels. What of the plane it needs weighed
 * depends on the letterbox alone. */
pk_mask_area pw_mask_inside_native(int32_t plane_height, int32_t plane_width, int32_t height, int32_t width);
void pw_mask_enlarge_native(const float *plane, int32_t plane_height, int32_t plane_width, const float box[4], int32_t height, int32_t width,
                            uint8_t *mask);

/* scale_image(): a mask of the network's size without its letterbox, in the picture's size by OpenCV's INTER_LINEAR, above one half.
 * inside: where its ones can be; the mask is written without looking at the rest. */
void pw_mask_to_picture(const uint8_t *network, int32_t network_height, int32_t network_width, pk_mask_area inside, int32_t height,
                        int32_t width, uint8_t *mask);

#endif
