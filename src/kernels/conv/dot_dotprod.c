/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in Arm's dot products of signed bytes: the source's are 128 less here, which the
 * sums' beginnings make good (PK_SIGNED_BYTES). */
#include "kernels/kernel_rows.h"
#include "kernels/simd/neon.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/requantise_neon.h"

#include "kernels/conv/dot_16.h"
#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

typedef int32x4_t vdot;
typedef int8x16_t vdot_rows, vdot_words;
#define VDOT_LANES      4
#define VDOT_WORDS_SIZE 16

static inline vdot vdot_load(const void *p)
{
    return vreinterpretq_s32_u8(vld1q_u8(p));
}
static inline void vdot_store(void *p, vdot sums)
{
    vst1q_u8(p, vreinterpretq_u8_s32(sums));
}
static inline vdot_words vdot_words_load(const void *p)
{
    return vld1q_s8(p);
}
static inline vdot_rows vdot_four(const void *p)
{
    uint32_t four;
    memcpy(&four, p, sizeof four);
    return vreinterpretq_s8_u8(
        veorq_u8(vreinterpretq_u8_u32(vdupq_n_u32(four)), vdupq_n_u8(PK_SIGNED_BYTES)));
}
static inline vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words)
{
    return vdotq_s32(sums, rows, words);
}

#define PK_DOT_SIZE 1

#define PK_NAME    sums_6x16
#define PK_MR      6
#define PK_NV      4
#define PK_EACH_MR PK_EACH_6
#include "kernels/conv/dot.tmpl.h"

PK_DOT_TILES_16(6, dotprod)
