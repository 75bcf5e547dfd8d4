/* SPDX-License-Identifier: Apache-2.0 */
/* Requantisation, 32 sums at a time: AVX-512 F and BW. */
#ifndef PK_SIMD_REQUANTISE_AVX512_H
#define PK_SIMD_REQUANTISE_AVX512_H

#include "kernels/quantize/requantise.h"
#include "kernels/simd/simd.h"
#include <immintrin.h>

/* A pk_requantise in registers. */
typedef struct requantiser {
    __m512i base[2], slope[2], residual_factor, residual_zero;
} requantiser;

PK_INLINE requantiser requantiser_of(const pk_requantise *by)
{
    return (requantiser){
        .base = {_mm512_loadu_si512(by->base), _mm512_loadu_si512(by->base + 32)},
        .slope = {_mm512_loadu_si512(by->slope), _mm512_loadu_si512(by->slope + 32)},
        .residual_factor = _mm512_set1_epi16(by->residual_factor),
        .residual_zero = _mm512_set1_epi16(by->residual_zero),
    };
}

PK_INLINE __m512i requantise_scaled(__m512i sums, __m512 factors)
{
    const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), factors);
    return _mm512_cvtps_epi32(_mm512_min_ps(scaled, _mm512_set1_ps(32767.0f))); /* what is far below 0 becomes INT32_MIN */
}

/* Bytes of first's 16 sums, then of second's; residual NULL or their 32 bytes. */
PK_INLINE __m256i requantise_32(const requantiser *by, __m512i first, __m512 first_factors, __m512i second, __m512 second_factors,
                                const __m256i *residual)
{
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7); /* packs works on quarters */
    const __m512i packed = _mm512_packs_epi32(requantise_scaled(first, first_factors), requantise_scaled(second, second_factors));
    const __m512i x = _mm512_xor_si512(_mm512_permutexvar_epi64(order, packed), _mm512_set1_epi16(INT16_MIN)); /* unsigned */
    const __m512i i = _mm512_srli_epi16(x, PK_SEGMENT_BITS);
    const __m512i fraction =
        _mm512_srli_epi16(_mm512_slli_epi16(x, 16 - PK_SEGMENT_BITS), 1); /* times 32: the product rounds at bit 15 */
    const __m512i base = _mm512_permutex2var_epi16(by->base[0], i, by->base[1]);
    const __m512i slope = _mm512_permutex2var_epi16(by->slope[0], i, by->slope[1]);
    __m512i z = _mm512_adds_epi16(base, _mm512_mulhrs_epi16(fraction, slope));
    if (residual != NULL) {
        const __m512i distance = _mm512_sub_epi16(_mm512_cvtepu8_epi16(*residual), by->residual_zero);
        z = _mm512_adds_epi16(z, _mm512_mulhrs_epi16(_mm512_slli_epi16(distance, PK_RESIDUAL_BITS), by->residual_factor));
    }
    z = _mm512_max_epi16(_mm512_srai_epi16(z, PK_FRACTION_BITS), _mm512_setzero_si512());
    return _mm512_cvtusepi16_epi8(z);
}

#endif
