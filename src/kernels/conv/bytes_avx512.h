/* SPDX-License-Identifier: Apache-2.0 */
/* A tile's integer sums, rows of 32 or 16, become bytes: AVX-512 F, BW and VL. */
#ifndef PK_BYTES_AVX512_H
#define PK_BYTES_AVX512_H

#include "kernels/conv/conv.h"
#include "kernels/simd/requantise_avx512.h"

/* Rows of 32 columns. */
PK_INLINE void bytes_32(const pk_tile_args *args, const int32_t *sums, const bool has_residual)
{
    const requantiser by = requantiser_of(args->requantise);
    const __mmask32 mask = (__mmask32)(UINT32_MAX >> (32 - args->columns));
    const __m512 factors[2] = {_mm512_loadu_ps(args->factors), _mm512_loadu_ps(args->factors + 16)};
    for (size_t r = 0; r < args->rows; r++) {
        __m256i residual;
        if (has_residual)
            residual = _mm256_maskz_loadu_epi8(mask, (const uint8_t *)args->residual +
                                                         r * args->residual_stride);
        const __m256i bytes =
            requantise_32(&by, _mm512_loadu_si512(sums + r * 32), factors[0], _mm512_loadu_si512(sums + r * 32 + 16),
                          factors[1], has_residual ? &residual : NULL);
        uint8_t *output = (uint8_t *)args->output + r * args->output_stride;
        /* A whole row without a mask: what was stored by one is slow to be loaded from. */
        if (PK_LIKELY(args->columns == 32))
            _mm256_storeu_si256((__m256i *)(void *)output, bytes);
        else
            _mm256_mask_storeu_epi8(output, mask, bytes);
    }
}

/* Rows of 16 columns, two at a time. */
PK_INLINE void bytes_16(const pk_tile_args *args, const int32_t *sums, const bool has_residual)
{
    const requantiser by = requantiser_of(args->requantise);
    const __mmask16 mask = (__mmask16)(UINT32_MAX >> (32 - args->columns));
    const __m512 factors = _mm512_loadu_ps(args->factors);
    for (size_t r = 0; r < args->rows; r += 2) {
        const __mmask16 next = r + 1 < args->rows ? mask : 0;
        uint8_t *output = (uint8_t *)args->output + r * args->output_stride;
        __m256i residual;
        if (has_residual) {
            const uint8_t *added = (const uint8_t *)args->residual + r * args->residual_stride;
            residual = _mm256_set_m128i(_mm_maskz_loadu_epi8(next, added + args->residual_stride),
                                        _mm_maskz_loadu_epi8(mask, added));
        }
        const __m256i bytes =
            requantise_32(&by, _mm512_loadu_si512(sums + r * 16), factors, _mm512_loadu_si512(sums + r * 16 + 16),
                          factors, has_residual ? &residual : NULL);
        if (PK_LIKELY(args->columns == 16 && r + 1 < args->rows)) {
            _mm_storeu_si128((__m128i *)(void *)output, _mm256_castsi256_si128(bytes));
            _mm_storeu_si128((__m128i *)(void *)(output + args->output_stride),
                             _mm256_extracti128_si256(bytes, 1));
            continue;
        }
        _mm_mask_storeu_epi8(output, mask, _mm256_castsi256_si128(bytes));
        _mm_mask_storeu_epi8(output + args->output_stride, next,
                             _mm256_extracti128_si256(bytes, 1));
    }
}

#endif
