/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 8 floats: AVX2 and FMA. */
#ifndef PK_SIMD_AVX2_H
#define PK_SIMD_AVX2_H

#include "kernels/simd/simd.h"
#include <immintrin.h>

#define VF32_LANES 8
typedef __m256 vf32;

static inline vf32 vf32_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
static inline void vf32_store(float *p, vf32 a)
{
    _mm256_storeu_ps(p, a);
}
static inline vf32 vf32_set1(float a)
{
    return _mm256_set1_ps(a);
}
static inline vf32 vf32_add(vf32 a, vf32 b)
{
    return _mm256_add_ps(a, b);
}
static inline vf32 vf32_sub(vf32 a, vf32 b)
{
    return _mm256_sub_ps(a, b);
}
static inline vf32 vf32_mul(vf32 a, vf32 b)
{
    return _mm256_mul_ps(a, b);
}
static inline vf32 vf32_div(vf32 a, vf32 b)
{
    return _mm256_div_ps(a, b);
}
static inline vf32 vf32_max(vf32 a, vf32 b)
{
    return _mm256_max_ps(a, b);
}
static inline vf32 vf32_min(vf32 a, vf32 b)
{
    return _mm256_min_ps(a, b);
}
static inline vf32 vf32_fma(vf32 a, vf32 b, vf32 c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline __m256i vf32_first(size_t count)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane);
}
static inline vf32 vf32_load_first(const float *p, size_t count)
{
    return _mm256_maskload_ps(p, vf32_first(count));
}
static inline void vf32_store_first(float *p, vf32 a, size_t count)
{
    _mm256_maskstore_ps(p, vf32_first(count), a);
}

static inline vf32 vf32_load_f16(const uint16_t *p)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}
static inline void vf32_store_f16(uint16_t *p, vf32 a)
{
    _mm_storeu_si128((__m128i *)(void *)p, _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}
/* BF16: the upper half of a float. */
static inline vf32 vf32_load_bf16(const uint16_t *p)
{
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
static inline void vf32_store_bf16(uint16_t *p, vf32 a)
{
    const __m256i bits = _mm256_castps_si256(a), upper = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    const __m256i carry = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, carry), 16);
    const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q));
    const __m256i half = _mm256_blendv_epi8(rounded, quiet, is_nan);
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(half, half), 0x08);
    _mm_storeu_si128((__m128i *)(void *)p, _mm256_castsi256_si128(packed));
}

static inline vf32 vf32_round(vf32 a)
{
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* a * 2^n for whole n within +-126. */
static inline vf32 vf32_scale2(vf32 a, vf32 n)
{
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}
/* Lanes of a above zero, of b elsewhere. */
static inline vf32 vf32_positive_or(vf32 a, vf32 b)
{
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GT_OQ));
}

/* a + n ln 2 for whole n: the sum of products is rounded once. */
static inline vf32 vf32_add_ln2(vf32 a, vf32 n)
{
    return vf32_fma(n, vf32_set1(0.693147182f), a);
}

#include "kernels/simd/sigmoid.h"

#endif
