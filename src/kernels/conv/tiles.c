/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions as tiles: part of one row of output pixels x one panel of output channels. A 1x1
 * convolution's pixels are one long row. Here the work is cut and the weights are packed;
 * tiles_run.c does it.
 *
 * An item is some tiles x some panels: the panels stay in the L2 cache, a tile's input in L1 while
 * all of the item's panels go over it.
 *
 * Weights are packed as panels of NR output channels, the last of a group filled up with zeros,
 * biases behind them:
 *
 *     [group][panel][tap][input channel][NR]    of NHWC        tap = ky * kw + kx
 *     [group][panel][input channel][tap][NR]    of planes
 *
 * Where a tile's dot products take several inputs at a time (pk_tile.group), these lie together
 * behind NR, and each run of inputs is filled up with weights of zero: a run is an input pixel, or
 * where its channels do not fill groups, a kernel row of dense pixels.
 */
#include "kernels/conv/tiling.h"

#include "kernels/cut.h"
#include "kernels/simd/simd.h"

#include <string.h>

#define GATED_NR   16  /* behind a gate: of wider panels more is computed than is asked for */
#define ITEM_FLOPS 2e6 /* an item should be well above what handing it out costs */

static bool is_pointwise(const pk_problem *problem)
{
    const pk_window *w = &problem->as.window;
    return w->kernel[0] * w->kernel[1] == 1 && w->stride[0] * w->stride[1] == 1 &&
           w->padding[0] + w->padding[1] == 0 && pk_is_nhwc(&problem->source[0]);
}

bool pk_tiles_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tile *tile = implementation->variant;
    const pk_window *window = &problem->as.window;
    const pk_tensor *in = &problem->source[0];
    const size_t outputs = problem->destination.channels / window->groups;
    if ((outputs - 1) % tile->nr < tile->spare || !pk_is_nhwc(&problem->destination))
        return false;
    if (problem->source_count > 1 && !pk_is_nhwc(&problem->source[1]))
        return false;
    if (problem->weights == PK_S8 && !pk_quantised_accepts(problem))
        return false;
    if (window->gate.count > 0 && (problem->destination.type != PK_F32 || tile->nr > GATED_NR))
        return false;
    const bool is_planar = in->channels > 1 && pk_is_planes(in) && window->groups == 1 &&
                           window->dilation[1] == 1 && tile->group <= 1;
    return is_planar || pk_is_nhwc(in);
}

static pk_tiling tiling_of(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tile *tile = implementation->variant;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    pk_tiling at = {.mr = tile->mr,
                    .nr = tile->nr,
                    .element = pk_type_size(in->type),
                    .output_element = pk_type_size(out->type),
                    .inputs = in->channels / window->groups,
                    .outputs = out->channels / window->groups,
                    .height = in->height,
                    .width = in->width,
                    .output_height = out->height,
                    .output_width = out->width,
                    .rows = out->batch * out->height,
                    .is_planar = !pk_is_nhwc(in)};
    if (is_pointwise(problem)) { /* pixels follow one another over rows and pictures */
        at.width = at.output_width = in->batch * pk_pixels(in);
        at.height = at.output_height = at.rows = 1;
    }
    if (in->type == PK_U8)
        at.zero = (uint8_t)in->zero_point;
    at.is_padded = at.zero != 0 || tile->bytes_less != 0;
    const size_t group = pk_max(tile->group, 1);
    at.is_dense = at.inputs % group != 0 && window->dilation[1] == 1;
    at.is_filled = at.is_dense && problem->weights == PK_S8;
    at.run = at.is_dense ? window->kernel[1] * at.inputs : at.inputs;
    at.run_size = pk_align(at.run, group);
    at.row_size = (at.is_dense ? 1 : window->kernel[1]) * at.run_size;
    at.panel_size = window->kernel[0] * at.row_size * at.nr;
    at.group_panels = pk_ceil_div(at.outputs, at.nr);
    at.panels = at.group_panels * window->groups;
    at.tiles_a_row = pk_ceil_div(at.output_width, at.mr);
    at.tiles = at.rows * at.tiles_a_row;
    at.bias_at =
        pk_align(at.panels * at.panel_size * pk_type_size(problem->weights), PK_CACHE_LINE);
    at.quantised = pk_quantised_at(at.bias_at, at.panels * at.nr);
    const size_t taps = window->kernel[0] * window->kernel[1] * (at.is_planar ? at.inputs : 1);
    at.patch_at = pk_align(taps * sizeof(void *), PK_CACHE_LINE);
    return at;
}

/* How the work is cut: panels that fill half of the L2 cache, and then tiles enough to be worth an
 * item. Behind a gate few panels are ever used, and which, one item decides. */
static void cut(pk_tiling *at, const pk_problem *problem, size_t l2)
{
    const size_t workers = problem->workers, weight_size = pk_type_size(problem->weights);
    const size_t resident = problem->as.window.gate.count > 0
                                ? at->panels
                                : pk_max(1, l2 / 2 / (at->panel_size * weight_size));
    const size_t parts = pk_ceil_div(at->panels, resident);
    at->panels_an_item = pk_ceil_div(at->panels, parts);
    const double flops =
        2.0 * (double)(at->mr * at->nr * at->panels_an_item) * (double)(at->panel_size / at->nr);
    const double wanted = ITEM_FLOPS / flops;
    const pk_cut shared = pk_cut_make(parts, at->tiles, wanted < 1 ? 1 : (size_t)wanted, workers);
    at->tiles_an_item = shared.units_an_item;
    at->tile_items = shared.items_a_part;
}

void pk_tiles_plan(const pk_implementation *implementation, const pk_problem *problem,
                   const pk_machine *machine, pk_needs *needs)
{
    const pk_window *window = &problem->as.window;
    pk_tiling at = tiling_of(implementation, problem);
    cut(&at, problem, machine->l2);
    const size_t reach = at.mr * window->stride[1] + window->kernel[1] * window->dilation[1];
    const size_t patch = window->kernel[0] * reach * problem->source[0].channels * at.element;
    *needs = (pk_needs){.packed = problem->weights == PK_S8
                                      ? at.quantised.end
                                      : at.bias_at + at.panels * at.nr * sizeof(float),
                        .scratch = at.patch_at + patch + (at.run_size - at.run) * at.element,
                        .phases = 1};
    needs->items[0] = at.tile_items * pk_ceil_div(at.panels, at.panels_an_item);
    memcpy(needs->own, &at, sizeof at);
}

void pk_put_weight(pk_type type, void *weights, size_t at, float value, float scale)
{
    if (type == PK_S8)
        ((int8_t *)weights)[at] = pk_quantise_weight(value, scale);
    else if (type == PK_F16)
        ((uint16_t *)weights)[at] = pk_f32_to_f16(value);
    else if (type == PK_BF16)
        ((uint16_t *)weights)[at] = pk_f32_to_bf16(value);
    else
        ((float *)weights)[at] = value;
}

/* What stands at a number in a panel, as the number among an output channel's weights; SIZE_MAX: a
 * filler. */
static size_t weight_at(const pk_tiling *at, const pk_window *window, size_t number)
{
    const size_t taps = window->kernel[0] * window->kernel[1];
    if (at->is_planar)
        return number;
    const size_t run = number / at->run_size, in_run = number % at->run_size;
    const size_t input = in_run % at->inputs;
    const size_t tap = at->is_dense ? run * window->kernel[1] + in_run / at->inputs : run;
    return in_run < at->run ? input * taps + tap : SIZE_MAX;
}

/* Column n of a panel: the weights of output channel out, or none. Returns the sum of those that
 * are integers. */
static int64_t pack_column(const pk_tiling *at, size_t group, const pk_problem *problem,
                           const pk_constants *constants, size_t out, size_t n, void *panel)
{
    const size_t taps = problem->as.window.kernel[0] * problem->as.window.kernel[1];
    const float *from = constants->weights + (out == SIZE_MAX ? 0 : out) * at->inputs * taps;
    const float scale =
        constants->scales != NULL && out != SIZE_MAX ? constants->scales[out] : 1.0f;
    int64_t sum = 0;
    for (size_t i = 0; i < at->panel_size / at->nr; i++) {
        const size_t weight = weight_at(at, &problem->as.window, i);
        const size_t to = (i / group * at->nr + n) * group + i % group;
        const bool is_there = weight != SIZE_MAX && out != SIZE_MAX;
        pk_put_weight(problem->weights, panel, to, is_there ? from[weight] : 0.0f, scale);
        sum += problem->weights == PK_S8 ? ((const int8_t *)panel)[to] : 0;
    }
    return sum;
}

void pk_tiles_pack(const pk_implementation *implementation, const pk_problem *problem,
                   const pk_constants *constants, void *packed)
{
    const pk_tiling at = tiling_of(implementation, problem);
    const pk_tile *tile = implementation->variant;
    const size_t group = pk_max(tile->group, 1);
    const size_t size = at.panel_size * pk_type_size(problem->weights);
    float *bias = (float *)(void *)((unsigned char *)packed + at.bias_at);
    for (size_t p = 0; p < at.panels; p++)
        for (size_t n = 0; n < at.nr; n++) {
            const size_t column = p % at.group_panels * at.nr + n; /* in the group */
            const size_t out =
                column < at.outputs ? p / at.group_panels * at.outputs + column : SIZE_MAX;
            const int64_t sum = pack_column(&at, group, problem, constants, out, n,
                                            (unsigned char *)packed + p * size);
            if (problem->weights == PK_S8)
                pk_quantised_column(problem, constants, &at.quantised, packed, p * at.nr + n, out,
                                    sum, tile->bytes_less);
            else
                bias[p * at.nr + n] =
                    out != SIZE_MAX && constants->bias != NULL ? constants->bias[out] : 0.0f;
        }
}
