/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the pixels of a resized picture come from and what becomes of them: OpenCV's 8-bit INTER_LINEAR, to the bit. Positions are computed in
 * double and kept in float, weights have 11 bits, the rest is whole numbers. Devices compile this too.
 */
#ifndef PK_IMAGE_PLACE_H
#define PK_IMAGE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#define PK_LETTERBOX_ONE 2048 /* weights have 11 bits */

/* An output row or column: two of the window's, and their weights. */
typedef struct pk_resized {
    int32_t before, after;
    int16_t before_weight, after_weight;
} pk_resized;

/* Source places an output place. */
static inline double pk_resize_scale(size_t from, size_t to)
{
    return 1.0 / ((double)to / (double)from);
}

/* The source place of output place at, and how far (0..1) it lies beyond its whole part. */
static inline int32_t pk_resize_source(size_t at, double scale, float *fraction)
{
    const float exact = (float)(((double)at + 0.5) * scale - 0.5);
    const float whole = __builtin_floorf(exact);
    *fraction = exact - whole;
    return (int32_t)whole;
}

static inline int16_t pk_resize_weight(float part)
{
    return (int16_t)__builtin_rintf(part * (float)PK_LETTERBOX_ONE);
}

static inline int32_t pk_resize_within(int32_t at, size_t size)
{
    return at < 0 ? 0 : (size_t)at < size ? at : (int32_t)size - 1;
}

static inline pk_resized pk_resized_at(int32_t at, float fraction, size_t from)
{
    pk_resized to;
    to.before = pk_resize_within(at, from);
    to.after = pk_resize_within(at + 1, from);
    to.before_weight = pk_resize_weight(1.0f - fraction);
    to.after_weight = pk_resize_weight(fraction);
    return to;
}

/* Of output row y. Beyond an edge both are the edge's row, and keep their weights. */
static inline pk_resized pk_resized_row(size_t y, size_t from, double scale)
{
    float fraction;
    const int32_t above = pk_resize_source(y, scale, &fraction);
    return pk_resized_at(above, fraction, from);
}

/* Unlike rows, columns beyond an edge are the edge's pixel whole. */
static inline pk_resized pk_resized_column(size_t x, size_t from, double scale)
{
    float fraction;
    const int32_t left = pk_resize_source(x, scale, &fraction);
    if (left < 0 || (size_t)left >= from - 1)
        fraction = 0.0f;
    return pk_resized_at(left < 0 ? 0 : left, fraction, from);
}

/* Two of a row, to 15 bits; then two of those. */
static inline int16_t pk_resize_across(uint8_t left, uint8_t right, int16_t left_weight, int16_t right_weight)
{
    return (int16_t)((left * left_weight + right * right_weight) >> 4);
}

static inline uint8_t pk_resize_down(int16_t above, int16_t below, int16_t above_weight, int16_t below_weight)
{
    const int32_t sum = ((above * above_weight) >> 16) + ((below * below_weight) >> 16);
    return (uint8_t)((sum + 2) >> 2);
}

/* Exactly half the size. */
static inline uint8_t pk_resize_mean(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (uint8_t)((a + b + c + d + 2) >> 2);
}

#endif
