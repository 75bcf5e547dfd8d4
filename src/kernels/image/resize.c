/* SPDX-License-Identifier: Apache-2.0 */
/* The letterbox: what is the same for all instruction sets. */
#include "kernels/image/resize.h"
#include "kernels/cut.h"

#define SIDE_MAX ((size_t)1 << 28) /* a row's bytes are counted in 32 bits */

static bool is_interleaved(const pk_tensor *tensor)
{
    return tensor->block >= tensor->channels && tensor->pixel == tensor->channels;
}

static bool is_planar(const pk_tensor *tensor)
{
    return tensor->block == 1 && tensor->pixel == 1;
}

static bool holds(size_t size, size_t begin, size_t length)
{
    return length > 0 && begin <= size && length <= size - begin;
}

/* The sources are as the format wants them. */
static bool is_of_format(const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0], *chroma = &problem->source[1];
    const pk_letterbox *how = &problem->as.letterbox;
    if (how->format != PK_NV12)
        return problem->source_count == 1 && in->channels == (how->format == PK_GREY ? 1 : 3) &&
               (is_interleaved(in) || is_planar(in));
    return problem->source_count == 2 && how->matrix < PK_MATRIX_COUNT && in->channels == 1 &&
           is_interleaved(in) && chroma->channels == 2 && is_interleaved(chroma) &&
           chroma->batch == in->batch && chroma->height == (in->height + 1) / 2 &&
           chroma->width == (in->width + 1) / 2;
}

bool pk_letterbox_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_letterbox *how = &problem->as.letterbox;
    return how->format < PK_FORMAT_COUNT && is_of_format(problem) && in->batch == out->batch &&
           in->width <= SIDE_MAX && in->height <= SIDE_MAX && out->width <= SIDE_MAX &&
           out->channels == 3 && is_interleaved(out) && holds(in->height, how->top, how->height) &&
           holds(in->width, how->left, how->width) &&
           holds(out->width, how->inner_left, how->inner_width) && how->inner_height > 0 &&
           how->inner_height <= SIDE_MAX;
}

static size_t take(size_t *used, size_t size)
{
    const size_t at = *used;
    *used = at + pk_align(size, PK_CACHE_LINE);
    return at;
}

pk_letterbox_layout pk_letterbox_layout_of(const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0];
    const pk_letterbox *how = &problem->as.letterbox;
    const size_t columns = how->inner_width;
    pk_letterbox_layout to = {.pixel = in->pixel, .planes = in->channels / in->pixel};
    if (how->format == PK_NV12)
        to = (pk_letterbox_layout){.pixel = 3, .planes = 1, .converted = 3 * how->width};
    to.values = columns * to.pixel;
    take(&to.packed, sizeof(size_t));
    to.left_at = take(&to.packed, columns * sizeof(int32_t));
    to.right_at = take(&to.packed, columns * sizeof(int32_t));
    to.left_weights = take(&to.packed, to.values * sizeof(int16_t));
    to.right_weights = take(&to.packed, to.values * sizeof(int16_t));
    to.left = take(&to.scratch, to.values + PK_LETTERBOX_MOVE);
    to.right = take(&to.scratch, to.values + PK_LETTERBOX_MOVE);
    for (size_t i = 0; i < 2; i++)
        to.line[i] = take(&to.scratch, to.planes * to.values * sizeof(int16_t));
    to.row = take(&to.scratch, to.planes * to.values);
    for (size_t i = 0; i < 2; i++)
        to.rgb[i] = take(&to.scratch, to.converted);
    return to;
}

/* One worker's rows stay together: the source rows of one are mostly the next one's too. */
void pk_letterbox_plan(const pk_implementation *implementation, const pk_problem *problem,
                       const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    const pk_letterbox_layout layout = pk_letterbox_layout_of(problem);
    pk_needs_cut(needs, pk_cut_make(out->batch, out->height, out->height, problem->workers));
    needs->packed = layout.packed;
    needs->scratch = layout.scratch;
}

void pk_letterbox_pack(const pk_implementation *implementation, const pk_problem *problem,
                       const pk_constants *constants, void *packed)
{
    (void)implementation;
    (void)constants;
    const pk_letterbox *how = &problem->as.letterbox;
    const pk_letterbox_layout layout = pk_letterbox_layout_of(problem);
    const size_t pixel = layout.pixel;
    const size_t row =
        layout.converted > 0 ? layout.converted : (problem->source[0].width - how->left) * pixel;
    unsigned char *memory = packed;
    int32_t *left_at = (int32_t *)(void *)(memory + layout.left_at);
    int32_t *right_at = (int32_t *)(void *)(memory + layout.right_at);
    int16_t *left_weights = (int16_t *)(void *)(memory + layout.left_weights);
    int16_t *right_weights = (int16_t *)(void *)(memory + layout.right_weights);
    const double scale = pk_resize_scale(how->width, how->inner_width);
    size_t whole = 0;
    for (size_t x = 0; x < how->inner_width; x++) {
        const pk_resized column = pk_resized_column(x, how->width, scale);
        left_at[x] = column.before * (int32_t)pixel;
        right_at[x] = column.after * (int32_t)pixel;
        if ((size_t)left_at[x] + pixel + PK_LETTERBOX_MOVE <= row)
            whole = x + 1; /* places rise, so all before it are */
        for (size_t c = 0; c < pixel; c++) {
            left_weights[x * pixel + c] = column.before_weight;
            right_weights[x * pixel + c] = column.after_weight;
        }
    }
    *(size_t *)packed = whole;
}
