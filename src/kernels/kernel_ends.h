/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the kernels where pictures come in and rows of detections go out. Part of kernel.h. */
#ifndef PK_KERNEL_ENDS_H
#define PK_KERNEL_ENDS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels of one picture into dense NHWC float32: planes (plane_size floats apart) as they are, or
 * interleaved bytes as (byte / 255 - mean) / deviation of the channel. */
typedef struct pk_input_args {
    const float *planes;  /* INPUT_F32 */
    const uint8_t *bytes; /* INPUT_U8 */
    const float *mean, *deviation; /* of bytes; NULL (both): 0 and 1 */
    size_t plane_size, channels;
    float *output;
    size_t output_stride;
    size_t pixel_begin, pixel_end;
} pk_input_args;

/*
 * Cells cell_begin .. cell_end - 1 of one anchor of one level of one picture. A row is class_count
 * + 5 + mask_count floats: x, y = (2 s - 0.5 + cell) * stride; w, h = (2 s)^2 * anchor; s(objectness),
 * s(classes) ...; s = sigmoid(raw); mask coefficients as they are.
 */
typedef struct pk_head_args {
    const float *raw; /* the anchor's channels in cell 0 */
    size_t raw_stride, grid_width, class_count, mask_count;
    float stride, anchor[2];
    size_t cell_begin, cell_end;
    float *rows; /* DECODE: cell 0's; CANDIDATES: the next free */
    /* CANDIDATES only */
    float raw_threshold; /* no objectness whose sigmoid exceeds threshold lies below it */
    float threshold;
    int32_t *index;      /* the next free */
    int32_t first_index; /* of cell 0 */
} pk_head_args;

typedef void (*pk_input_fn)(const pk_input_args *args);
typedef void (*pk_decode_f32_fn)(const pk_head_args *args);
typedef size_t (*pk_candidates_f32_fn)(const pk_head_args *args); /* rows written */

#endif
