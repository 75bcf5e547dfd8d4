/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in Arm's products of 8-bit matrices: usmmla adds eight products to each of four
 * sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/neon.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/requantise_neon.h"

#include "kernels/conv/dot_16.h"
#include "kernels/conv/finish.h"

typedef int32x4_t vmat;
typedef uint8x16_t vmat_words;

static inline vmat vmat_load(const void *p)
{
    const int32x2_t two = vreinterpret_s32_u8(vld1_u8(p));
    return vcombine_s32(two, two);
}
static inline uint8x8_t vmat_low(vmat sums)
{
    return vreinterpret_u8_s32(vget_low_s32(sums));
}
static inline uint8x8_t vmat_high(vmat sums)
{
    return vreinterpret_u8_s32(vget_high_s32(sums));
}
static inline vmat_words vmat_words_of(uint8x16_t words)
{
    return words;
}
static inline vmat vmat_add(vmat sums, vmat_words rows, vmat_words columns)
{
    return vusmmlaq_s32(sums, rows, vreinterpretq_s8_u8(columns));
}

#define PK_DOT_SIZE 1
#define PK_NAME     sums_6x16
#include "kernels/conv/mmla.tmpl.h"

PK_DOT_TILES_16(6, i8mm)
