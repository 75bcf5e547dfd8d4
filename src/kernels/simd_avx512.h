/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 16 floats: AVX-512 F, BW, DQ, VL. */
#ifndef PK_SIMD_AVX512_H
#define PK_SIMD_AVX512_H

#include "kernels/simd.h"
#include <immintrin.h>

#define VF32_LANES 16
typedef __m512 vf32;

static inline vf32 vf32_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
static inline void vf32_store(float *p, vf32 a)
{
    _mm512_storeu_ps(p, a);
}
static inline vf32 vf32_set1(float a)
{
    return _mm512_set1_ps(a);
}
static inline vf32 vf32_add(vf32 a, vf32 b)
{
    return _mm512_add_ps(a, b);
}
static inline vf32 vf32_sub(vf32 a, vf32 b)
{
    return _mm512_sub_ps(a, b);
}
static inline vf32 vf32_mul(vf32 a, vf32 b)
{
    return _mm512_mul_ps(a, b);
}
static inline vf32 vf32_div(vf32 a, vf32 b)
{
    return _mm512_div_ps(a, b);
}
static inline vf32 vf32_max(vf32 a, vf32 b)
{
    return _mm512_max_ps(a, b);
}
static inline vf32 vf32_min(vf32 a, vf32 b)
{
    return _mm512_min_ps(a, b);
}
static inline vf32 vf32_fma(vf32 a, vf32 b, vf32 c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline __mmask16 vf32_first(size_t count)
{
    return (__mmask16)((1u << count) - 1);
}
static inline vf32 vf32_load_first(const float *p, size_t count)
{
    return _mm512_maskz_loadu_ps(vf32_first(count), p);
}
static inline void vf32_store_first(float *p, vf32 a, size_t count)
{
    _mm512_mask_storeu_ps(p, vf32_first(count), a);
}

static inline vf32 vf32_round(vf32 a)
{
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* a * 2^n for whole n within +-126. */
static inline vf32 vf32_scale2(vf32 a, vf32 n)
{
    return _mm512_scalef_ps(a, n);
}
/* Lanes of a above zero, of b elsewhere. */
static inline vf32 vf32_positive_or(vf32 a, vf32 b)
{
    return _mm512_mask_mov_ps(b, _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_GT_OQ), a);
}

/* a + n ln 2 for whole n: the sum of products is rounded once. */
static inline vf32 vf32_add_ln2(vf32 a, vf32 n)
{
    return vf32_fma(n, vf32_set1(0.693147182f), a);
}

#include "kernels/simd_sigmoid.h"

#endif
