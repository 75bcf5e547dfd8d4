/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in AVX512-VNNI: vpdpbusd adds four products without saturating. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/requantise_avx512.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"
#include "kernels/conv/stem.h"

typedef __m512i vdot, vdot_rows, vdot_words;
#define VDOT_LANES      16
#define VDOT_WORDS_SIZE 64

static inline vdot vdot_load(const void *p)
{
    return _mm512_loadu_si512(p);
}
static inline void vdot_store(void *p, vdot sums)
{
    _mm512_storeu_si512(p, sums);
}
static inline vdot_words vdot_words_load(const void *p)
{
    return _mm512_loadu_si512(p);
}
static inline vdot_rows vdot_four(const void *p)
{
    int32_t four;
    memcpy(&four, p, sizeof four);
    return _mm512_set1_epi32(four);
}
static inline vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words)
{
    return _mm512_dpbusd_epi32(sums, rows, words);
}

#define PK_DOT_SIZE 1

#define PK_NAME    sums_14x32
#define PK_MR      14
#define PK_NV      2
#define PK_EACH_MR PK_EACH_14
#include "kernels/conv/dot.tmpl.h"

#define PK_NAME    sums_28x16
#define PK_MR      28
#define PK_NV      1
#define PK_EACH_MR PK_EACH_28
#include "kernels/conv/dot.tmpl.h"

#define PK_NAME    sums_stem
#define PK_STEP    6
#define PK_WORD    3
#define PK_MR      28
#define PK_EACH_MR PK_EACH_28
#include "kernels/conv/stem.tmpl.h"

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
            requantise_32(&by, vdot_load(sums + r * 32), factors[0], vdot_load(sums + r * 32 + 16),
                          factors[1], has_residual ? &residual : NULL);
        uint8_t *output = (uint8_t *)args->output + r * args->output_stride;
        if (PK_LIKELY(args->columns ==
                      32)) /* what a mask was stored by, no load takes from the store */
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
            requantise_32(&by, vdot_load(sums + r * 16), factors, vdot_load(sums + r * 16 + 16),
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

#define TILE(mr, nr)                                                         \
    void pk_conv_u8s8_u8_##mr##x##nr##_avx512vnni(const pk_tile_args *args)  \
    {                                                                        \
        int32_t sums[(mr) * (nr)] __attribute__((aligned(64)));              \
        sums_##mr##x##nr(args, args->begins, sums);                          \
        if (args->residual != NULL)                                          \
            bytes_##nr(args, sums, true);                                    \
        else                                                                 \
            bytes_##nr(args, sums, false);                                   \
    }                                                                        \
                                                                             \
    void pk_conv_u8s8_f32_##mr##x##nr##_avx512vnni(const pk_tile_args *args) \
    {                                                                        \
        int32_t sums[(mr) * (nr)] __attribute__((aligned(64)));              \
        float scaled[(mr) * (nr)] __attribute__((aligned(64)));              \
        sums_##mr##x##nr(args, args->begins, sums);                          \
        finish_scale(args, sums, scaled, nr);                                \
        finish_f32(args, scaled, nr);                                        \
    }

TILE(14, 32)
TILE(28, 16)

void pk_stem_fill_u8s8_avx512vnni(const uint8_t *bytes, size_t count, void *elements)
{
    memcpy(elements, bytes, count);
}

void pk_stem_u8s8_u8_avx512vnni(const pk_tile_args *args)
{
    int32_t sums[28 * 16] __attribute__((aligned(64)));
    sums_stem(args, args->begins, sums);
    bytes_16(args, sums, false);
}
