/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles in plain C: what the others are equal to. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/scalar.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/finish.h"

#define NR    16
#define GROUP 4 /* of pk_tile: one way of packing for all instruction sets */

static void sum_row(const pk_tile_args *args, size_t row, int32_t *restrict sums)
{
    for (size_t n = 0; n < NR; n++)
        sums[n] = args->begins[n];
    const int8_t *weights = args->weights;
    for (size_t t = 0; t < args->tap_count; t++) {
        const uint8_t *x = (const uint8_t *)args->taps[t] + row * args->step;
        for (size_t d = 0; d < args->depth; d++) {
            const int8_t *column = weights + d / GROUP * GROUP * NR + d % GROUP;
            for (size_t n = 0; n < NR; n++)
                sums[n] += x[d] * column[n * GROUP];
        }
        weights += (args->depth + GROUP - 1) / GROUP * GROUP * NR;
    }
}

void pk_conv_u8s8_u8_4x16_generic(const pk_tile_args *args)
{
    for (size_t r = 0; r < args->rows; r++) {
        int32_t sums[NR];
        sum_row(args, r, sums);
        uint8_t *output = (uint8_t *)args->output + r * args->output_stride;
        const uint8_t *residual = args->residual;
        if (residual != NULL)
            residual += r * args->residual_stride;
        for (size_t n = 0; n < args->columns; n++)
            output[n] = pk_requantise_one(args->requantise, sums[n], args->factors[n],
                                          residual == NULL ? NULL : residual + n);
    }
}

void pk_conv_u8s8_f32_4x16_generic(const pk_tile_args *args)
{
    int32_t sums[4 * NR];
    float scaled[4 * NR];
    for (size_t r = 0; r < args->rows; r++)
        sum_row(args, r, sums + r * NR);
    finish_scale(args, sums, scaled, NR);
    finish_f32(args, scaled, NR);
}
