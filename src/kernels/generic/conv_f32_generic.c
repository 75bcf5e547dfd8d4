/* SPDX-License-Identifier: Apache-2.0 */
/* The convolution tile in plain C: one row at a time, 16 sums that any compiler turns into vectors
 * of the baseline. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_scalar.h"

#include "kernels/simd_activation.h"

#define NR 16

static void sum_row(const pk_conv_f32_args *args, size_t row, float *restrict sums)
{
    for (size_t n = 0; n < NR; n++)
        sums[n] = 0.0f;
    const float *weights = args->weights;
    for (size_t t = 0; t < args->tap_count; t++) {
        const float *x = args->taps[t] + row * args->step;
        for (size_t d = 0; d < args->depth; d++, weights += NR)
            for (size_t n = 0; n < NR; n++)
                sums[n] += x[d] * weights[n];
    }
}

void pk_conv_f32_4x16_generic(const pk_conv_f32_args *args)
{
    for (size_t r = 0; r < args->rows; r++) {
        float sums[NR];
        sum_row(args, r, sums);
        for (size_t n = 0; n < args->columns; n++) {
            float y = vf32_activate(sums[n] + args->bias[n], args->activation, args->alpha);
            if (args->residual != NULL)
                y += args->residual[r * args->residual_stride + n];
            args->output[r * args->output_stride + n] = y;
        }
    }
}
