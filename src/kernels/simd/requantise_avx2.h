/* SPDX-License-Identifier: Apache-2.0 */
/* Requantisation, 16 sums at a time: AVX2. */
#ifndef PK_SIMD_REQUANTISE_AVX2_H
#define PK_SIMD_REQUANTISE_AVX2_H

#include "kernels/quantize/requantise.h"
#include "kernels/simd/simd.h"
#include <immintrin.h>

/* 16 bits at place i; what follows them is read, and is there too: the arrays stand before the other members. */
PK_INLINE __m256i requantise_look_up(const int16_t *table, __m256i i)
{
    const __m256i two = _mm256_i32gather_epi32((const int *)(const void *)table, i, 2);
    return _mm256_srai_epi32(_mm256_slli_epi32(two, 16), 16);
}

/* 8 sums to z. */
PK_INLINE __m256i requantise_8(const pk_requantise *by, __m256i sums, __m256 factors)
{
    const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), factors);
    __m256i x = _mm256_cvtps_epi32(_mm256_min_ps(scaled, _mm256_set1_ps(32767.0f))); /* what is far below 0 becomes INT32_MIN */
    x = _mm256_sub_epi32(_mm256_max_epi32(x, _mm256_set1_epi32(INT16_MIN)), _mm256_set1_epi32(INT16_MIN));
    const __m256i i = _mm256_srli_epi32(x, PK_SEGMENT_BITS);
    const __m256i fraction = _mm256_and_si256(x, _mm256_set1_epi32((1 << PK_SEGMENT_BITS) - 1));
    const __m256i product = _mm256_mullo_epi32(fraction, requantise_look_up(by->slope, i));
    const __m256i rounded = _mm256_add_epi32(product, _mm256_set1_epi32(1 << (PK_SEGMENT_BITS - 1)));
    return _mm256_add_epi32(requantise_look_up(by->base, i), _mm256_srai_epi32(rounded, PK_SEGMENT_BITS));
}

/* Bytes of first's 8 sums, then of second's; residual NULL or their 16 bytes. */
PK_INLINE __m128i requantise_16(const pk_requantise *by, __m256i first, __m256 first_factors, __m256i second, __m256 second_factors,
                                const __m128i *residual)
{
    const __m256i packed = _mm256_packs_epi32(requantise_8(by, first, first_factors), requantise_8(by, second, second_factors));
    __m256i z = _mm256_permute4x64_epi64(packed, 0xd8); /* packs works on halves */
    if (residual != NULL) {
        const __m256i distance = _mm256_sub_epi16(_mm256_cvtepu8_epi16(*residual), _mm256_set1_epi16(by->residual_zero));
        z = _mm256_adds_epi16(
            z, _mm256_mulhrs_epi16(_mm256_slli_epi16(distance, PK_RESIDUAL_BITS), _mm256_set1_epi16(by->residual_factor)));
    }
    z = _mm256_srai_epi16(z, PK_FRACTION_BITS);
    return _mm_packus_epi16(_mm256_castsi256_si128(z), _mm256_extracti128_si256(z, 1));
}

/* A tile's rows of 16 columns become bytes. */
PK_INLINE void requantise_rows_16(const pk_requantise *by, const float *factors, const int32_t *sums, size_t rows, size_t columns,
                                  const uint8_t *residual, size_t residual_stride, uint8_t *output, size_t output_stride)
{
    const __m256 first = _mm256_loadu_ps(factors), second = _mm256_loadu_ps(factors + 8);
    for (size_t r = 0; r < rows; r++, sums += 16) {
        uint8_t bytes[16] = {0};
        __m128i added = _mm_setzero_si128();
        if (residual != NULL && PK_LIKELY(columns == 16)) {
            added = _mm_loadu_si128((const __m128i *)(const void *)(residual + r * residual_stride));
        } else if (residual != NULL) {
            memcpy(bytes, residual + r * residual_stride, columns);
            added = _mm_loadu_si128((const __m128i *)(const void *)bytes);
        }
        const __m128i made = requantise_16(by, _mm256_loadu_si256((const __m256i *)(const void *)sums), first,
                                           _mm256_loadu_si256((const __m256i *)(const void *)(sums + 8)), second,
                                           residual != NULL ? &added : NULL);
        if (PK_LIKELY(columns == 16)) {
            _mm_storeu_si128((__m128i *)(void *)(output + r * output_stride), made);
        } else {
            _mm_storeu_si128((__m128i *)(void *)bytes, made);
            memcpy(output + r * output_stride, bytes, columns);
        }
    }
}

#endif
