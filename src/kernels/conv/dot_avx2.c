/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in AVX2. vpmaddubsw saturates at 16 bits, so bytes are widened first: two sums of
 * two products stand side by side for each column, and are added at the end. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx2.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/requantise_avx2.h"

#include "kernels/conv/dot_16.h"
#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

typedef __m256i vdot, vdot_rows, vdot_words;
#define VDOT_LANES      4
#define VDOT_WORDS_SIZE 16

static inline vdot vdot_load(const void *p)
{
    return _mm256_cvtepu32_epi64(_mm_loadu_si128(p));
}
static inline void vdot_store(void *p, vdot sums)
{
    const __m256i both = _mm256_add_epi32(sums, _mm256_srli_epi64(sums, 32));
    const __m256i even =
        _mm256_permutevar8x32_epi32(both, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
    _mm_storeu_si128(p, _mm256_castsi256_si128(even));
}
static inline vdot_words vdot_words_load(const void *p)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(p));
}
static inline vdot_rows vdot_four(const void *p)
{
    int32_t four;
    memcpy(&four, p, sizeof four);
    return _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
}
static inline vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words)
{
    return _mm256_add_epi32(sums, _mm256_madd_epi16(rows, words));
}

#define PK_DOT_SIZE 1

#define PK_NAME    sums_3x16
#define PK_MR      3
#define PK_NV      4
#define PK_EACH_MR PK_EACH_3
#include "kernels/conv/dot.tmpl.h"

PK_DOT_TILES_16(3, avx2)
