/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 16 floats: AVX-512 F, BW, DQ, VL. */
#ifndef PK_SIMD_AVX512_H
#define PK_SIMD_AVX512_H

#include "kernels/simd/simd.h"
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

static inline vf32 vf32_load_f16(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
static inline void vf32_store_f16(uint16_t *p, vf32 a)
{
    _mm256_storeu_si256((__m256i *)(void *)p,
                        _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/* BF16: the upper half of a float. The processor's own way, where it has one, stores what is below the least normal number as zero. */
static inline vf32 vf32_load_bf16(const uint16_t *p)
{
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
static inline void vf32_store_bf16(uint16_t *p, vf32 a)
{
#if defined(__AVX512BF16__)
    _mm256_storeu_si256((__m256i *)(void *)p, (__m256i)_mm512_cvtneps_pbh(a));
#else
    const __m512i bits = _mm512_castps_si512(a), upper = _mm512_srli_epi32(bits, 16);
    const __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
    const __m512i carry = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, carry), 16);
    const __m512i quiet = _mm512_or_si512(upper, _mm512_set1_epi32(0x40));
    const __m512i half =
        _mm512_mask_mov_epi32(rounded, _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), quiet);
    _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtepi32_epi16(half));
#endif
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

#include "kernels/simd/sigmoid.h"

#endif
