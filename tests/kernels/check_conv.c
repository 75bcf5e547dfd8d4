/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles of every height and width, and depthwise pixels, against sums in double. */
#include "kernels/check.h"

#include <math.h>

#define TAPS_MAX 36

/* All outputs of a tile right, everything between and around them untouched. The generic tile is
 * right to the last bits, however many products cancel out. */
static bool is_tile_right(const pk_conv_f32_args *args, size_t nr, bool is_exact)
{
    for (size_t r = 0; r < args->rows; r++)
        for (size_t n = 0; n < args->output_stride; n++) {
            const size_t at = r * args->output_stride + n;
            if (n >= args->columns) {
                if (r + 1 < args->rows && !pt_is_untouched(args->output[at]))
                    return false;
                continue;
            }
            double sum = (double)args->bias[n], magnitude = fabs(sum);
            for (size_t t = 0; t < args->tap_count; t++)
                for (size_t d = 0; d < args->depth; d++) {
                    const double product = (double)args->taps[t][r * args->step + d] *
                                           (double)args->weights[(t * args->depth + d) * nr + n];
                    sum += product;
                    magnitude += fabs(product);
                }
            double want = pt_activate(sum, args->activation, (double)args->alpha);
            if (args->residual != NULL)
                want += (double)args->residual[r * args->residual_stride + n];
            const double bound =
                is_exact ? 3e-7 * (fabs(sum) + fabs(want) + 1) : 1e-6 + 1e-6 * magnitude;
            if (!pt_is_close((double)args->output[at], want, bound))
                return false;
        }
    return true;
}

static void check_tile(const pk_row *row, size_t rows, size_t columns, size_t tap_count,
                       size_t depth, size_t gap, pk_activation activation, bool has_residual)
{
    const float *taps[TAPS_MAX];
    const size_t nr = row->nr, step = depth + gap;
    for (size_t t = 0; t < tap_count; t++)
        taps[t] = pt_exact_floats((rows - 1) * step + depth, -2, 2);
    const size_t stride = columns + gap;
    pk_conv_f32_args args = {
        .taps = taps,
        .tap_count = tap_count,
        .depth = depth,
        .step = step,
        .weights = pt_exact_floats(tap_count * depth * nr, -1, 1),
        .bias = pt_exact_floats(nr, -1, 1),
        .residual = has_residual ? pt_exact_floats((rows - 1) * stride + columns, -1, 1) : NULL,
        .residual_stride = stride,
        .output = pt_exact_output((rows - 1) * stride + columns),
        .output_stride = stride,
        .rows = rows,
        .columns = columns,
        .activation = activation,
        .alpha = 0.1f,
    };
    row->run.conv(&args);
    pt_result(is_tile_right(&args, nr, row->isa == PW_ISA_GENERIC), row->name,
              "%zu x %zu, %zu taps of %zu, gap %zu, activation %d, residual %d", rows, columns,
              tap_count, depth, gap, (int)activation, (int)has_residual);
    pt_release_all();
}

void pt_check_conv(const pk_row *row)
{
    static const size_t depths[] = {1, 2, 3, 5, 8, 16, 18, 31, 70};
    static const size_t tap_counts[] = {0, 1, 2, 9, 25, 36};
    for (size_t rows = 1; rows <= row->mr; rows++)
        for (size_t columns = 1; columns <= row->nr; columns++)
            check_tile(row, rows, columns, 1 + columns % 3, 1 + rows % 4, (rows + columns) % 3,
                       (pk_activation)((rows + columns) % PK_ACT_COUNT), columns % 2 == 1);
    for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++)
        for (size_t k = 0; k < sizeof(tap_counts) / sizeof(tap_counts[0]); k++)
            for (int activation = 0; activation < PK_ACT_COUNT; activation++)
                check_tile(row, pt_random_from(1, row->mr), pt_random_from(1, row->nr),
                           tap_counts[k], depths[i], pt_random_from(0, 5),
                           (pk_activation)activation, pt_random() % 2 == 0);
}

static void check_pixel(const pk_row *row, size_t channels, size_t tap_count,
                        pk_activation activation)
{
    const float *taps[TAPS_MAX], *weights[TAPS_MAX];
    for (size_t t = 0; t < tap_count; t++) {
        taps[t] = pt_exact_floats(channels, -2, 2);
        weights[t] = pt_exact_floats(channels, -1, 1);
    }
    pk_dwconv_f32_args args = {
        .taps = taps,
        .weights = weights,
        .tap_count = tap_count,
        .channels = channels,
        .bias = pt_exact_floats(channels, -1, 1),
        .residual = channels % 2 == 0 ? pt_exact_floats(channels, -1, 1) : NULL,
        .output = pt_exact_output(channels),
        .activation = activation,
        .alpha = 0.1f,
    };
    row->run.dwconv(&args);
    bool is_right = true;
    for (size_t c = 0; c < channels; c++) {
        double sum = (double)args.bias[c];
        for (size_t t = 0; t < tap_count; t++)
            sum += (double)taps[t][c] * (double)weights[t][c];
        double want = pt_activate(sum, activation, 0.1f);
        if (args.residual != NULL)
            want += (double)args.residual[c];
        is_right = is_right && pt_is_close((double)args.output[c], want, 2e-5);
    }
    pt_result(is_right, row->name, "%zu channels, %zu taps, activation %d", channels, tap_count,
              (int)activation);
    pt_release_all();
}

void pt_check_dwconv(const pk_row *row)
{
    for (size_t channels = 1; channels <= 70; channels++)
        check_pixel(row, channels, channels % 26, (pk_activation)(channels % PK_ACT_COUNT));
}
