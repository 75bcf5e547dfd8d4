/* SPDX-License-Identifier: Apache-2.0 */
/* The convolution tile in plain C: one row at a time, 16 sums. They are of doubles, so that a deep
 * network is off by the rounding of its activations and not by that of thousands of additions: this
 * is the kernel that others are measured by. The products are exact. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/scalar.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#define NR 16

#define PK_TILE_GENERIC(from, to)                                                                  \
    static void sum_row_##from##_##to(const pk_tile_args *args, size_t row, double *restrict sums) \
    {                                                                                              \
        for (size_t n = 0; n < NR; n++)                                                            \
            sums[n] = 0.0;                                                                         \
        const pk_##from *weights = args->weights;                                                  \
        for (size_t t = 0; t < args->tap_count; t++) {                                             \
            const pk_##from *x = (const pk_##from *)args->taps[t] + row * args->step;              \
            for (size_t d = 0; d < args->depth; d++, weights += NR) {                              \
                const double value = (double)value_##from(x[d]);                                   \
                for (size_t n = 0; n < NR; n++)                                                    \
                    sums[n] += value * (double)value_##from(weights[n]);                           \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    void pk_conv_##from##_##to##_4x16_generic(const pk_tile_args *args)                            \
    {                                                                                              \
        for (size_t r = 0; r < args->rows; r++) {                                                  \
            double sums[NR];                                                                       \
            sum_row_##from##_##to(args, r, sums);                                                  \
            for (size_t n = 0; n < args->columns; n++) {                                           \
                float y = vf32_activate((float)(sums[n] + (double)args->bias[n]),                  \
                                        args->activation, args->alpha);                            \
                if (args->residual != NULL)                                                        \
                    y += value_##to(                                                               \
                        ((const pk_##to *)args->residual)[r * args->residual_stride + n]);         \
                vf32_put_##to((pk_##to *)args->output + r * args->output_stride + n, y, 1);        \
            }                                                                                      \
        }                                                                                          \
    }

#define PK_TILE_GENERIC_F32(to)    PK_TILE_GENERIC(f32, to)
#define PK_TILE_GENERIC_HALF(half) PK_TILE_GENERIC(half, f32) PK_TILE_GENERIC(half, half)

PK_TO_f32(PK_TILE_GENERIC_F32) PK_HALF_MAP(PK_TILE_GENERIC_HALF)
