/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in AVX-VNNI: what processors without AVX-512 have of vpdpbusd. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx2.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/requantise_avx2.h"

#include "kernels/conv/dot_16.h"
#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

typedef __m256i vdot, vdot_rows, vdot_words;
#define VDOT_LANES      8
#define VDOT_WORDS_SIZE 32

static inline vdot vdot_load(const void *p)
{
    return _mm256_loadu_si256(p);
}
static inline void vdot_store(void *p, vdot sums)
{
    _mm256_storeu_si256(p, sums);
}
static inline vdot_words vdot_words_load(const void *p)
{
    return _mm256_loadu_si256(p);
}
static inline vdot_rows vdot_four(const void *p)
{
    int32_t four;
    memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
}
static inline vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words)
{
    return _mm256_dpbusd_avx_epi32(sums, rows, words);
}

#define PK_DOT_SIZE 1

#define PK_NAME    sums_6x16
#define PK_MR      6
#define PK_NV      2
#define PK_EACH_MR PK_EACH_6
#include "kernels/conv/dot.tmpl.h"

PK_DOT_TILES_16(6, avxvnni)
