/* SPDX-License-Identifier: Apache-2.0 */
/* The letterbox: what is the same for all instruction sets. */
#include "kernels/image/resize.h"
#include "kernels/cut.h"

#define SIDE_MAX ((size_t)1 << 28) /* a row's bytes are counted in 32 bits */

const pk_format_layout *pk_format_layout_of(pk_format format)
{
    static const pk_format_layout all[PK_FORMAT_COUNT] = {
        [PK_RGB] = {1, {{3, 1, 1}}, 0, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        [PK_BGR] = {1, {{3, 1, 1}}, 0, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        [PK_GREY] = {1, {{1, 1, 1}}, 0, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        [PK_NV12] = {2, {{1, 1, 1}, {2, 2, 2}}, 2, {0, 0, 1}, {1, 0, 2}, {1, 1, 2}},
        [PK_I420] = {3, {{1, 1, 1}, {1, 2, 2}, {1, 2, 2}}, 2, {0, 0, 1}, {1, 0, 1}, {2, 0, 1}},
        [PK_YUYV] = {1, {{4, 2, 1}}, 1, {0, 0, 2}, {0, 1, 4}, {0, 3, 4}},
    };
    return &all[format];
}

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

/* Pixels in a row, of which some formats count pairs. */
static size_t width_of(const pk_problem *problem)
{
    return problem->source[0].width *
           pk_format_layout_of(problem->as.letterbox.format)->plane[0].across;
}

/* The sources are as the format wants them. */
static bool is_of_format(const pk_problem *problem)
{
    const pk_format_layout *layout = pk_format_layout_of(problem->as.letterbox.format);
    const pk_tensor *in = &problem->source[0];
    if (problem->source_count != layout->plane_count ||
        problem->as.letterbox.matrix >= PK_MATRIX_COUNT)
        return false;
    for (size_t i = 0; i < layout->plane_count; i++) {
        const pk_tensor *plane = &problem->source[i];
        if (plane->channels != layout->plane[i].channels || plane->batch != in->batch ||
            plane->height != pk_format_part(in->height, layout->plane[i].down) ||
            plane->width != pk_format_part(width_of(problem), layout->plane[i].across) ||
            !(is_interleaved(plane) || (layout->rows == 0 && is_planar(plane))))
            return false;
    }
    return true;
}

bool pk_letterbox_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_letterbox *how = &problem->as.letterbox;
    return how->format < PK_FORMAT_COUNT && is_of_format(problem) && in->batch == out->batch &&
           in->width <= SIDE_MAX && in->height <= SIDE_MAX && out->width <= SIDE_MAX &&
           out->channels == 3 && is_interleaved(out) && holds(in->height, how->top, how->height) &&
           holds(width_of(problem), how->left, how->width) &&
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
    if (pk_format_layout_of(how->format)->rows > 0)
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

static inline void spread(const uint8_t *restrict from, size_t count, const size_t step,
                          const size_t pixels, uint8_t *restrict to)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < pixels; k++)
            to[pixels * i + k] = from[step * i];
}

/* A loop for each, which the compiler turns into shuffles. */
void pk_letterbox_spread(const uint8_t *restrict from, size_t count, size_t step, size_t pixels,
                         uint8_t *restrict to)
{
    if (pixels == 1)
        spread(from, count, 2, 1, to);
    else if (step == 1)
        spread(from, count, 1, 2, to);
    else if (step == 2)
        spread(from, count, 2, 2, to);
    else
        spread(from, count, 4, 2, to);
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
