/* SPDX-License-Identifier: Apache-2.0 */
/* The convolution tile in plain C: one row at a time, 16 sums. They are of doubles, so that a deep
 * network is off by the rounding of its activations and not by that of thousands of additions: this
 * is the kernel that others are measured by. The products are exact. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_scalar.h"

#include "kernels/simd_activation.h"

#define NR 16

static void sum_row(const pk_conv_f32_args *args, size_t row, double *restrict sums)
{
    for (size_t n = 0; n < NR; n++)
        sums[n] = 0.0;
    const float *weights = args->weights;
    for (size_t t = 0; t < args->tap_count; t++) {
        const float *x = args->taps[t] + row * args->step;
        for (size_t d = 0; d < args->depth; d++, weights += NR)
            for (size_t n = 0; n < NR; n++)
                sums[n] += (double)x[d] * (double)weights[n];
    }
}

void pk_conv_f32_4x16_generic(const pk_conv_f32_args *args)
{
    for (size_t r = 0; r < args->rows; r++) {
        double sums[NR];
        sum_row(args, r, sums);
        for (size_t n = 0; n < args->columns; n++) {
            float y = vf32_activate((float)(sums[n] + (double)args->bias[n]), args->activation,
                                    args->alpha);
            if (args->residual != NULL)
                y += args->residual[r * args->residual_stride + n];
            args->output[r * args->output_stride + n] = y;
        }
    }
}
