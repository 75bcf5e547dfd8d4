/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of a mask's plane, a value at a time, one after another: sigmoid(sum of coefficient * prototype). Devices compile it too. */
#ifndef PK_HEAD_MASK_H
#define PK_HEAD_MASK_H

#include <stdint.h>

/* Rows and columns of a plane: first ones and the ones behind the last. */
typedef struct pk_mask_area {
    int32_t top, bottom, left, right;
} pk_mask_area;

/* YOLOv5's non_max_suppression() multiplies all behind the objectness by it: the classes' scores, and the coefficients too. */
static inline float pk_mask_coefficient(float raw, float objectness)
{
    return raw * objectness;
}

static inline float pk_mask_add(float sum, float coefficient, float prototype)
{
    const float product = coefficient * prototype;
    return sum + product;
}

#endif
