/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 1 float: plain C with the C library's exponential. */
#ifndef PK_SIMD_SCALAR_H
#define PK_SIMD_SCALAR_H

#include "kernels/simd/simd.h"
#include <math.h>

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
/* BF16: the upper half of a float. Stores round to nearest even; a NaN stays one. */
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
static inline vf32 vf32_exp_negative(vf32 x)
{
    return expf(-x);
}
static inline vf32 vf32_sigmoid(vf32 x)
{
    return 1.0f / (1.0f + expf(-x));
}
static inline vf32 vf32_silu(vf32 x)
{
    return x / (1.0f + expf(-x));
}

#endif
