/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in Arm's products of BF16 matrices: bfmmla adds four products to each of four
 * sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/neon.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/finish.h"

typedef float32x4_t vmat;
typedef bfloat16x8_t vmat_words;

static inline vmat vmat_load(const void *p)
{
    const float32x2_t two = vreinterpret_f32_u8(vld1_u8(p));
    return vcombine_f32(two, two);
}
static inline uint8x8_t vmat_low(vmat sums)
{
    return vreinterpret_u8_f32(vget_low_f32(sums));
}
static inline uint8x8_t vmat_high(vmat sums)
{
    return vreinterpret_u8_f32(vget_high_f32(sums));
}
static inline vmat_words vmat_words_of(uint8x16_t words)
{
    return vreinterpretq_bf16_u8(words);
}
static inline vmat vmat_add(vmat sums, vmat_words rows, vmat_words columns)
{
    return vbfmmlaq_f32(sums, rows, columns);
}

#define PK_DOT_SIZE 2
#define PK_NAME     sums_6x16
#include "kernels/conv/mmla.tmpl.h"

#define TILE(to)                                                     \
    void pk_conv_bf16_##to##_6x16_neonbf16(const pk_tile_args *args) \
    {                                                                \
        float sums[6 * 16];                                          \
        sums_6x16(args, args->bias, sums);                           \
        finish_##to(args, sums, 16);                                 \
    }

TILE(f32)
TILE(bf16)
