/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From sums of products of integers to bytes: one definition, in whole numbers but for a conversion and a product of floats, which IEEE
 * rounds the same everywhere. Every instruction set and the reference backend give its bits.
 *
 *     x = round(float(sum) * factor)         16 bits, saturated: where the activation's argument lies between low and high
 *     z = base[i] + slope[i] * fraction      the activation: a line on each of 64 parts, in 1 / 32 of the destination's unit
 *     z + (residual - its zero point) * residual_factor
 *     floor(z), 0 to 255
 *
 * The zero point and one half are in base; a channel's bias, the source's zero point and low are in what its sum begins with.
 */
#ifndef PK_REQUANTISE_H
#define PK_REQUANTISE_H

#include "kernels/problem.h"

#define PK_SEGMENTS      64
#define PK_SEGMENT_BITS  10 /* of x within a segment */
#define PK_FRACTION_BITS 5  /* of z below the destination's unit: 16 bits hold 765 units of activation, 510 of residual, 255 of the result */
#define PK_RESIDUAL_BITS 7  /* by which a residual is moved up before the product, whose lower 15 bits go */

typedef struct pk_requantise {
    int16_t base[PK_SEGMENTS], slope[PK_SEGMENTS];
    int16_t residual_factor, residual_zero;
    double low, step; /* of the activation's argument: at x = -32768, and from x to x + 1 */
} pk_requantise;

/* The activation's argument at x = 0. */
static inline double pk_requantise_middle(const pk_requantise *by) { return by->low - (double)INT16_MIN * by->step; }

/* What an output channel's sum begins with, and what it is multiplied by. */
typedef struct pk_channel {
    int32_t begin;
    float factor;
} pk_channel;

/* Whether the activation, the types of destination and residual (NULL: none) can be had: a residual's unit is two of the destination's at most. */
bool pk_can_requantise(const pk_tensor *destination, const pk_tensor *residual);
void pk_requantise_make(pk_requantise *made, const pk_tensor *destination, const pk_tensor *residual, pk_activation activation, float alpha);

/*
 * A channel whose sums are of products in such a unit (source's scale times weights'), where weight_sum is the sum of its weights and zero_point
 * the source's. by NULL: for float results, whose factor is the unit.
 */
pk_channel pk_channel_make(const pk_requantise *by, double unit, double bias, int64_t weight_sum, int32_t zero_point);

/* pk_requantise_one(), for who is not compiled as kernels are. */
uint8_t pk_requantise_sum(const pk_requantise *by, int32_t sum, float factor, const uint8_t *residual);

/* The nearest of -127 to 127; a NaN is 0. */
int8_t pk_quantise_weight(float weight, float scale);

/* Of an 8-bit tensor; a picture's bytes, which say none, are 0 to 1. */
static inline float pk_scale_of(const pk_tensor *tensor) { return tensor->scale != 0.0f ? tensor->scale : 1.0f / 255.0f; }

static inline int32_t pk_saturate16(int32_t x) { return x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x; }

/* To the nearest whole number, ties to even, for |a| < 2^22. */
static inline int32_t pk_nearest(float a)
{
    const float shift = 12582912.0f; /* 1.5 * 2^23: the sum has no bits below 1 */
    return (int32_t)((a + shift) - shift);
}

/* A channel's whole sum to its byte; residual NULL: none. */
static inline uint8_t pk_requantise_one(const pk_requantise *by, int32_t sum, float factor, const uint8_t *residual)
{
    const float scaled = (float)sum * factor;
    const int32_t x = scaled < -32768.0f ? INT16_MIN : scaled > 32767.0f ? INT16_MAX : pk_nearest(scaled);
    const int32_t place = x - INT16_MIN, i = place >> PK_SEGMENT_BITS, fraction = place & ((1 << PK_SEGMENT_BITS) - 1);
    int32_t z = pk_saturate16(by->base[i] + ((fraction * by->slope[i] + (1 << (PK_SEGMENT_BITS - 1))) >> PK_SEGMENT_BITS));
    if (residual != NULL)
        z = pk_saturate16(z + (((*residual - by->residual_zero) * (1 << PK_RESIDUAL_BITS) * by->residual_factor + (1 << 14)) >> 15));
    z >>= PK_FRACTION_BITS;
    return (uint8_t)(z < 0 ? 0 : z > UINT8_MAX ? UINT8_MAX : z);
}

#endif
