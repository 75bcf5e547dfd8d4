/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in Arm's products of halves: fmlal multiplies four of FP16 and adds them,
 * exact, to sums of floats. To the bit what tile_neon.c leaves, which widens first. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/neon.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

#define MR 6
#define NR 16
#define NV 4 /* vectors of a row's sums */

/* Adds one input of each row times its weights. */
PK_INLINE void add(const float16_t *x, size_t step, const float16_t *weights, vf32 sum[MR][NV],
                   const size_t rows)
{
    const float16x8_t first = vld1q_f16(weights), second = vld1q_f16(weights + NR / 2);
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        const float16x8_t a = vld1q_dup_f16(x + r * step);
        sum[r][0] = vfmlalq_low_f16(sum[r][0], first, a);
        sum[r][1] = vfmlalq_high_f16(sum[r][1], first, a);
        sum[r][2] = vfmlalq_low_f16(sum[r][2], second, a);
        sum[r][3] = vfmlalq_high_f16(sum[r][3], second, a);
    }
}

PK_INLINE void sum_rows(const pk_tile_args *args, float *sums, const size_t rows)
{
    vf32 sum[MR][NV];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < NV; v++)
            sum[r][v] = vf32_load(args->bias + v * VF32_LANES);
    }
    const float16_t *weights = args->weights;
    for (size_t t = 0; t < args->tap_count; t++) {
        const float16_t *x = args->taps[t];
        for (size_t d = 0; d < args->depth; d++, weights += NR)
            add(x + d, args->step, weights, sum, rows);
    }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < NV; v++)
            vf32_store(sums + r * NR + v * VF32_LANES, sum[r][v]);
    }
}

static void sum_tile(const pk_tile_args *args, float *sums)
{
    switch (args->rows) {
#define SUM_CASE(n)              \
    case n:                      \
        sum_rows(args, sums, n); \
        break;
        PK_EACH_6(SUM_CASE)
#undef SUM_CASE
    default:
        break;
    }
}

#define TILE(to)                                                   \
    void pk_conv_f16_##to##_6x16_neonfhm(const pk_tile_args *args) \
    {                                                              \
        float sums[MR * NR];                                       \
        sum_tile(args, sums);                                      \
        finish_##to(args, sums, NR);                               \
    }

PK_TO_f16(TILE)
