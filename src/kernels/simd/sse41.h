/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 4 floats: SSE4.1, which has no fused multiply-add and no masked access. */
#ifndef PK_SIMD_SSE41_H
#define PK_SIMD_SSE41_H

#include "kernels/simd/simd.h"
#include <smmintrin.h>

#define VF32_LANES 4
typedef __m128 vf32;

static inline vf32 vf32_load(const float *p)
{
    return _mm_loadu_ps(p);
}
static inline void vf32_store(float *p, vf32 a)
{
    _mm_storeu_ps(p, a);
}
static inline vf32 vf32_set1(float a)
{
    return _mm_set1_ps(a);
}
static inline vf32 vf32_add(vf32 a, vf32 b)
{
    return _mm_add_ps(a, b);
}
static inline vf32 vf32_sub(vf32 a, vf32 b)
{
    return _mm_sub_ps(a, b);
}
static inline vf32 vf32_mul(vf32 a, vf32 b)
{
    return _mm_mul_ps(a, b);
}
static inline vf32 vf32_div(vf32 a, vf32 b)
{
    return _mm_div_ps(a, b);
}
static inline vf32 vf32_max(vf32 a, vf32 b)
{
    return _mm_max_ps(a, b);
}
static inline vf32 vf32_min(vf32 a, vf32 b)
{
    return _mm_min_ps(a, b);
}
static inline vf32 vf32_fma(vf32 a, vf32 b, vf32 c)
{
    return _mm_add_ps(_mm_mul_ps(a, b), c);
}

static inline vf32 vf32_load_first(const float *p, size_t count)
{
    float lanes[VF32_LANES] = {0};
    for (size_t i = 0; i < count && i < VF32_LANES; i++)
        lanes[i] = p[i];
    return _mm_loadu_ps(lanes);
}
static inline void vf32_store_first(float *p, vf32 a, size_t count)
{
    float lanes[VF32_LANES];
    _mm_storeu_ps(lanes, a);
    for (size_t i = 0; i < count && i < VF32_LANES; i++)
        p[i] = lanes[i];
}

/* As pk_f16_to_f32 and pk_f32_to_f16, which say why: these processors convert no halves. */
static inline vf32 vf32_load_f16(const uint16_t *p)
{
    const __m128i bias = _mm_set1_epi32((int)PK_F16_BIAS), least = _mm_set1_epi32((int)PK_F16_LEAST);
    const __m128i half = _mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
    const __m128i rest = _mm_slli_epi32(_mm_and_si128(half, _mm_set1_epi32(0x7fff)), 13);
    const __m128i sign = _mm_slli_epi32(_mm_and_si128(half, _mm_set1_epi32(0x8000)), 16);
    const __m128i is_special = _mm_cmpgt_epi32(rest, _mm_set1_epi32((0x7c00 << 13) - 1));
    const __m128i is_nan = _mm_cmpgt_epi32(rest, _mm_set1_epi32(0x7c00 << 13));
    const __m128i wide = _mm_add_epi32(_mm_add_epi32(rest, bias), _mm_and_si128(is_special, bias));
    const __m128i quiet = _mm_or_si128(wide, _mm_and_si128(is_nan, _mm_set1_epi32(0x00400000)));
    const __m128 small = _mm_sub_ps(_mm_castsi128_ps(_mm_add_epi32(rest, least)), _mm_castsi128_ps(least));
    const __m128i is_small = _mm_cmplt_epi32(rest, _mm_set1_epi32(0x0400 << 13));
    const __m128 value = _mm_blendv_ps(_mm_castsi128_ps(quiet), small, _mm_castsi128_ps(is_small));
    return _mm_or_ps(value, _mm_castsi128_ps(sign));
}
static inline void vf32_store_f16(uint16_t *p, vf32 a)
{
    const __m128i bits = _mm_castps_si128(a), rest = _mm_and_si128(bits, _mm_set1_epi32(0x7fffffff));
    const __m128i step = _mm_set1_epi32((int)PK_F16_STEP);
    const __m128i odd = _mm_and_si128(_mm_srli_epi32(rest, 13), _mm_set1_epi32(1));
    const __m128i carry = _mm_sub_epi32(_mm_add_epi32(odd, _mm_set1_epi32(0xfff)), _mm_set1_epi32((int)PK_F16_BIAS));
    const __m128i rounded = _mm_srli_epi32(_mm_add_epi32(rest, carry), 13);
    const __m128i normal = _mm_min_epi32(rounded, _mm_set1_epi32(0x7c00)); /* 2^16 and above */
    const __m128i small = _mm_sub_epi32(_mm_castps_si128(_mm_add_ps(_mm_castsi128_ps(rest), _mm_castsi128_ps(step))), step);
    const __m128i payload = _mm_and_si128(_mm_srli_epi32(rest, 13), _mm_set1_epi32(0x3ff));
    const __m128i quiet = _mm_or_si128(payload, _mm_set1_epi32(0x7e00));
    const __m128i is_small = _mm_cmplt_epi32(rest, _mm_set1_epi32((int)PK_F16_LEAST));
    const __m128i is_nan = _mm_castps_si128(_mm_cmpunord_ps(a, a));
    const __m128i sign = _mm_and_si128(_mm_srli_epi32(bits, 16), _mm_set1_epi32(0x8000));
    const __m128i size = _mm_blendv_epi8(_mm_blendv_epi8(normal, small, is_small), quiet, is_nan);
    const __m128i half = _mm_or_si128(size, sign);
    _mm_storel_epi64((__m128i *)(void *)p, _mm_packus_epi32(half, half));
}
/* BF16: the upper half of a float. */
static inline vf32 vf32_load_bf16(const uint16_t *p)
{
    const __m128i wide = _mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
    return _mm_castsi128_ps(_mm_slli_epi32(wide, 16));
}
static inline void vf32_store_bf16(uint16_t *p, vf32 a)
{
    const __m128i bits = _mm_castps_si128(a), upper = _mm_srli_epi32(bits, 16);
    const __m128i odd = _mm_and_si128(upper, _mm_set1_epi32(1));
    const __m128i carry = _mm_add_epi32(odd, _mm_set1_epi32(0x7fff));
    const __m128i rounded = _mm_srli_epi32(_mm_add_epi32(bits, carry), 16);
    const __m128i quiet = _mm_or_si128(upper, _mm_set1_epi32(0x40));
    const __m128i is_nan = _mm_castps_si128(_mm_cmpunord_ps(a, a));
    const __m128i half = _mm_blendv_epi8(rounded, quiet, is_nan);
    _mm_storel_epi64((__m128i *)(void *)p, _mm_packus_epi32(half, half));
}

static inline vf32 vf32_round(vf32 a)
{
    return _mm_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* a * 2^n for whole n within +-126. */
static inline vf32 vf32_scale2(vf32 a, vf32 n)
{
    const __m128i exponent = _mm_add_epi32(_mm_cvtps_epi32(n), _mm_set1_epi32(127));
    return _mm_mul_ps(a, _mm_castsi128_ps(_mm_slli_epi32(exponent, 23)));
}
/* Lanes of a above zero, of b elsewhere. */
static inline vf32 vf32_positive_or(vf32 a, vf32 b)
{
    return _mm_blendv_ps(b, a, _mm_cmpgt_ps(a, _mm_setzero_ps()));
}

/* a + n ln 2 for whole n: ln 2 in two parts, of which n times the larger is exact. */
static inline vf32 vf32_add_ln2(vf32 a, vf32 n)
{
    const vf32 part = vf32_add(a, vf32_mul(n, vf32_set1(0.693359375f)));
    return vf32_add(part, vf32_mul(n, vf32_set1(-2.12194440e-4f)));
}

#include "kernels/simd/sigmoid.h"

#endif
