/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 1 float: plain C. Products and sums are rounded one by one (the room is compiled
 * without contraction) and nothing is the C library's, so any device that has IEEE floats can give the same bits. */
#ifndef PK_SIMD_SCALAR_H
#define PK_SIMD_SCALAR_H

#include "kernels/simd/simd.h"

#define VF32_LANES 1
typedef float vf32;

static inline vf32 vf32_load(const float *p)
{
    return *p;
}
static inline void vf32_store(float *p, vf32 a)
{
    *p = a;
}
static inline vf32 vf32_set1(float a)
{
    return a;
}
static inline vf32 vf32_add(vf32 a, vf32 b)
{
    return a + b;
}
static inline vf32 vf32_sub(vf32 a, vf32 b)
{
    return a - b;
}
static inline vf32 vf32_mul(vf32 a, vf32 b)
{
    return a * b;
}
static inline vf32 vf32_div(vf32 a, vf32 b)
{
    return a / b;
}
static inline vf32 vf32_max(vf32 a, vf32 b)
{
    return a > b ? a : b;
}
static inline vf32 vf32_min(vf32 a, vf32 b)
{
    return a < b ? a : b;
}
static inline vf32 vf32_fma(vf32 a, vf32 b, vf32 c)
{
    return a * b + c;
}
static inline vf32 vf32_load_first(const float *p, size_t count)
{
    return count > 0 ? *p : 0.0f;
}
static inline void vf32_store_first(float *p, vf32 a, size_t count)
{
    if (count > 0)
        *p = a;
}
static inline vf32 vf32_load_f16(const uint16_t *p)
{
    return pk_f16_to_f32(*p);
}
static inline void vf32_store_f16(uint16_t *p, vf32 a)
{
    *p = pk_f32_to_f16(a);
}
/* BF16: the upper half of a float. */
static inline vf32 vf32_load_bf16(const uint16_t *p)
{
    return pk_bf16_to_f32(*p);
}
static inline void vf32_store_bf16(uint16_t *p, vf32 a)
{
    *p = pk_f32_to_bf16(a);
}
static inline vf32 vf32_positive_or(vf32 a, vf32 b)
{
    return a > 0.0f ? a : b;
}
/* To the nearest whole number, ties to even, for |a| < 2^22: what is added has no bits below 1. */
static inline vf32 vf32_round(vf32 a)
{
    const float shift = 12582912.0f; /* 1.5 * 2^23 */
    return (a + shift) - shift;
}
/* a * 2^n for whole n within +-126. */
static inline vf32 vf32_scale2(vf32 a, vf32 n)
{
    const float shifted = n + 12582912.0f; /* n stands in the last bits; a NaN's are anything, and a is one too */
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits - 0x4b400000u + 127u) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return a * power;
}
/* a + n ln 2 for whole n: ln 2 in two parts, of which n times the larger is exact. */
static inline vf32 vf32_add_ln2(vf32 a, vf32 n)
{
    const float part = a + n * 0.693359375f;
    return part + n * -2.12194440e-4f;
}

#include "kernels/simd/sigmoid.h"

#endif
