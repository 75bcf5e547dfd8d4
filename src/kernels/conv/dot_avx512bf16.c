/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in AVX512-BF16: vdpbf16ps adds two products. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"
#include "kernels/conv/stem.h"

typedef __m512 vdot;
typedef __m512bh vdot_rows, vdot_words;
#define VDOT_LANES      16
#define VDOT_WORDS_SIZE 64

static inline vdot vdot_load(const void *p)
{
    return _mm512_loadu_ps(p);
}
static inline void vdot_store(void *p, vdot sums)
{
    _mm512_storeu_ps(p, sums);
}
static inline vdot_words vdot_words_load(const void *p)
{
    return (vdot_words)_mm512_loadu_si512(p);
}
static inline vdot_rows vdot_four(const void *p)
{
    int32_t two;
    memcpy(&two, p, sizeof two);
    return (vdot_rows)_mm512_set1_epi32(two);
}
static inline vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words)
{
    return _mm512_dpbf16_ps(sums, rows, words);
}

#define PK_DOT_SIZE 2

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
#define PK_STEP    12
#define PK_WORD    4
#define PK_MR      28
#define PK_EACH_MR PK_EACH_28
#include "kernels/conv/stem.tmpl.h"

#define TILE(to, mr, nr)                                                        \
    void pk_conv_bf16_##to##_##mr##x##nr##_avx512bf16(const pk_tile_args *args) \
    {                                                                           \
        float sums[(mr) * (nr)] __attribute__((aligned(64)));                   \
        sums_##mr##x##nr(args, args->bias, sums);                               \
        finish_##to(args, sums, nr);                                            \
    }

TILE(f32, 14, 32)
TILE(bf16, 14, 32)
TILE(f32, 28, 16)
TILE(bf16, 28, 16)

/* Whole numbers up to 256 are halves as they are. */
void pk_stem_fill_bf16_avx512bf16(const uint8_t *restrict bytes, size_t count, void *elements)
{
    uint16_t *restrict to = elements;
    size_t i = 0;
    for (; i + VF32_LANES <= count;
         i += VF32_LANES) { /* stores without a mask: loads wait for others */
        const __m512i whole =
            _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(bytes + i)));
        vf32_store_bf16(to + i, _mm512_cvtepi32_ps(whole));
    }
    for (; i < count; i++)
        to[i] = pk_f32_to_bf16((float)bytes[i]);
}

void pk_stem_bf16_bf16_avx512bf16(const pk_tile_args *args)
{
    float sums[28 * 16] __attribute__((aligned(64)));
    sums_stem(args, args->bias, sums);
    finish_bf16(args, sums, 16);
}
