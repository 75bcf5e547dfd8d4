/* SPDX-License-Identifier: Apache-2.0 */
/* Requantisation, 16 sums at a time: NEON. */
#ifndef PK_SIMD_REQUANTISE_NEON_H
#define PK_SIMD_REQUANTISE_NEON_H

#include "kernels/quantize/requantise.h"
#include "kernels/simd/simd.h"
#include <arm_neon.h>

/* A table of 64 values of 16 bits as its lower and its upper bytes, each a table of 64 that one instruction looks up. */
typedef struct requantise_table {
    uint8x16x4_t low, high;
} requantise_table;

typedef struct requantiser {
    requantise_table base, slope;
    float32x4_t factors[4];
    int16x8_t residual_factor, residual_zero;
} requantiser;

PK_INLINE requantise_table requantise_table_of(const int16_t *values)
{
    const uint8_t *bytes = (const uint8_t *)values;
    requantise_table made;
    PK_UNROLL
    for (size_t i = 0; i < 4; i++) {
        const uint8x16x2_t pair = vld2q_u8(bytes + 32 * i); /* little-endian */
        made.low.val[i] = pair.val[0];
        made.high.val[i] = pair.val[1];
    }
    return made;
}

PK_INLINE requantiser requantiser_of(const pk_requantise *by, const float *factors)
{
    return (requantiser){
        .base = requantise_table_of(by->base),
        .slope = requantise_table_of(by->slope),
        .factors = {vld1q_f32(factors), vld1q_f32(factors + 4), vld1q_f32(factors + 8), vld1q_f32(factors + 12)},
        .residual_factor = vdupq_n_s16(by->residual_factor),
        .residual_zero = vdupq_n_s16(by->residual_zero),
    };
}

/* 8 sums to 16 bits each, 0 where x is least. */
PK_INLINE uint16x8_t requantise_place(const int32_t *sums, float32x4_t first, float32x4_t second)
{
    const int32x4_t a = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(vld1q_s32(sums)), first));
    const int32x4_t b = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(vld1q_s32(sums + 4)), second));
    const int16x8_t x = vqmovn_high_s32(vqmovn_s32(a), b);
    return veorq_u16(vreinterpretq_u16_s16(x), vdupq_n_u16(0x8000));
}

/* The values of first's 8 indices, and of second's. */
PK_INLINE int16x8x2_t requantise_look_up(const requantise_table *table, uint8x16_t indices)
{
    const uint8x16_t low = vqtbl4q_u8(table->low, indices), high = vqtbl4q_u8(table->high, indices);
    const int16x8x2_t made = {{vreinterpretq_s16_u8(vzip1q_u8(low, high)), vreinterpretq_s16_u8(vzip2q_u8(low, high))}};
    return made;
}

PK_INLINE int16x8_t requantise_line(int16x8_t base, int16x8_t slope, uint16x8_t place)
{
    const uint16x8_t fraction = vshrq_n_u16(vshlq_n_u16(place, 16 - PK_SEGMENT_BITS), 1); /* times 32: the product rounds at bit 15 */
    return vqaddq_s16(base, vqrdmulhq_s16(vreinterpretq_s16_u16(fraction), slope));
}

PK_INLINE int16x8_t requantise_add(const requantiser *by, int16x8_t z, uint8x8_t residual)
{
    const int16x8_t distance = vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(residual)), by->residual_zero);
    return vqaddq_s16(z, vqrdmulhq_s16(vshlq_n_s16(distance, PK_RESIDUAL_BITS), by->residual_factor));
}

/* Bytes of 16 sums; residual NULL or their 16 bytes. */
PK_INLINE uint8x16_t requantise_16(const requantiser *by, const int32_t *sums, const uint8x16_t *residual)
{
    const uint16x8_t first = requantise_place(sums, by->factors[0], by->factors[1]);
    const uint16x8_t second = requantise_place(sums + 8, by->factors[2], by->factors[3]);
    const uint8x16_t indices = vshrq_n_u8(vuzp2q_u8(vreinterpretq_u8_u16(first), vreinterpretq_u8_u16(second)), PK_SEGMENT_BITS - 8);
    const int16x8x2_t base = requantise_look_up(&by->base, indices), slope = requantise_look_up(&by->slope, indices);
    int16x8_t z[2] = {requantise_line(base.val[0], slope.val[0], first), requantise_line(base.val[1], slope.val[1], second)};
    if (residual != NULL) {
        z[0] = requantise_add(by, z[0], vget_low_u8(*residual));
        z[1] = requantise_add(by, z[1], vget_high_u8(*residual));
    }
    return vqmovun_high_s16(vqmovun_s16(vshrq_n_s16(z[0], PK_FRACTION_BITS)), vshrq_n_s16(z[1], PK_FRACTION_BITS));
}

/* A tile's rows of 16 columns become bytes. */
PK_INLINE void requantise_rows_16(const pk_requantise *of, const float *factors, const int32_t *sums, size_t rows, size_t columns,
                                  const uint8_t *residual, size_t residual_stride, uint8_t *output, size_t output_stride)
{
    const requantiser by = requantiser_of(of, factors);
    for (size_t r = 0; r < rows; r++, sums += 16) {
        uint8_t bytes[16] = {0};
        uint8x16_t added = vdupq_n_u8(0);
        if (residual != NULL && PK_LIKELY(columns == 16)) {
            added = vld1q_u8(residual + r * residual_stride);
        } else if (residual != NULL) {
            memcpy(bytes, residual + r * residual_stride, columns);
            added = vld1q_u8(bytes);
        }
        const uint8x16_t made = requantise_16(&by, sums, residual != NULL ? &added : NULL);
        if (PK_LIKELY(columns == 16)) {
            vst1q_u8(output + r * output_stride, made);
        } else {
            vst1q_u8(bytes, made);
            memcpy(output + r * output_stride, bytes, columns);
        }
    }
}

#endif
