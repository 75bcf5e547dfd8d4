/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in AVX512-VNNI: vpdpbusd adds four products without saturating. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/bytes_avx512.h"
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
