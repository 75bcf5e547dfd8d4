/* SPDX-License-Identifier: Apache-2.0 */
/* The head: decoded rows against double, candidates against the decoded rows of the same
 * instruction set. */
#include "kernels/check.h"

#include <math.h>
#include <string.h>

static pk_head_args make_head(size_t classes, size_t masks, size_t height, size_t width)
{
    const size_t channels = classes + 5 + masks;
    return (pk_head_args){
        .raw = pt_exact_floats((height * width - 1) * (channels + 7) + channels, -6, 6),
        .raw_stride = channels + 7,
        .grid_width = width,
        .class_count = classes,
        .mask_count = masks,
        .stride = 16,
        .anchor = {30, 61},
        .cell_begin = 0,
        .cell_end = height * width,
        .rows = pt_exact_output(height * width * channels),
    };
}

static double want_value(const pk_head_args *args, size_t cell, size_t i)
{
    if (i >= 5 + args->class_count) /* mask coefficients */
        return (double)args->raw[cell * args->raw_stride + i];
    const double s = pt_activate((double)args->raw[cell * args->raw_stride + i], PK_ACT_SIGMOID, 0);
    if (i == 0)
        return (2 * s - 0.5 + (double)(cell % args->grid_width)) * (double)args->stride;
    if (i == 1)
        return (2 * s - 0.5 + (double)(cell / args->grid_width)) * (double)args->stride;
    return i < 4 ? 4 * s * s * (double)args->anchor[i - 2] : s;
}

void pt_check_decode(const pk_row *row)
{
    for (size_t classes = 1; classes <= 85; classes++) {
        const size_t masks = classes % 3 == 0 ? classes % 35 : 0, width = classes + 5 + masks;
        pk_head_args args = make_head(classes, masks, pt_random_from(1, 6), pt_random_from(1, 7));
        args.cell_begin = args.cell_end / 3;
        row->run.decode(&args);
        bool is_right = true;
        for (size_t cell = 0; cell < args.cell_end; cell++)
            for (size_t i = 0; i < width; i++) {
                const float got = args.rows[cell * width + i];
                if (cell < args.cell_begin) {
                    is_right = is_right && pt_is_untouched(got);
                    continue;
                }
                const double want = want_value(&args, cell, i);
                is_right = is_right && pt_is_close((double)got, want,
                                                   3e-6 * (i < 4 ? 16 + fabs(want) : fabs(want)));
            }
        pt_result(is_right, row->name, "%zu classes, %zu cells", classes, args.cell_end);
        pt_release_all();
    }
}

/* The decode row of the same instruction set: its name differs in the operation only. */
static pk_decode_f32_fn decoder_of(const pk_row *row)
{
    for (size_t i = 0; i < pk_row_count; i++)
        if (pk_rows[i].op == PK_DECODE_F32 && pk_rows[i].isa == row->isa)
            return pk_rows[i].run.decode;
    return NULL;
}

static void check_threshold(const pk_row *row, size_t classes, float threshold)
{
    const size_t masks = classes % 2 == 0 ? 32 : 0;
    pk_head_args all = make_head(classes, masks, pt_random_from(1, 9), pt_random_from(1, 9));
    decoder_of(row)(&all);
    const size_t width = classes + 5 + masks;
    pk_head_args args = all;
    args.rows = pt_exact_output(all.cell_end * width);
    args.index = pt_exact(all.cell_end * sizeof(int32_t));
    args.first_index = 1000;
    args.threshold = threshold;
    args.raw_threshold = threshold > 0 ? logf(threshold / (1 - threshold)) - 0.01f : -INFINITY;
    const size_t count = row->run.candidates(&args);
    size_t wanted = 0;
    bool is_right = true;
    for (size_t cell = 0; cell < all.cell_end; cell++) {
        if (!(all.rows[cell * width + 4] > threshold))
            continue;
        is_right =
            is_right && wanted < count && args.index[wanted] == 1000 + (int32_t)cell &&
            memcmp(args.rows + wanted * width, all.rows + cell * width, width * sizeof(float)) == 0;
        wanted++;
    }
    pt_result(is_right && wanted == count, row->name,
              "%zu classes, threshold %g: %zu rows, not %zu", classes, (double)threshold, count,
              wanted);
    pt_release_all();
}

void pt_check_candidates(const pk_row *row)
{
    for (size_t classes = 1; classes <= 85; classes += classes < 20 ? 1 : 13) {
        check_threshold(row, classes, 0.0f);
        check_threshold(row, classes, 0.25f);
        check_threshold(row, classes, 0.9f);
        check_threshold(row, classes, 0.9999f);
    }
}
