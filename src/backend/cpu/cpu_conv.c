/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions as tiles: part of one row of output pixels x one panel of output channels. A 1x1
 * convolution's pixels are one long row.
 *
 *     item = some tiles x some panels: the panels stay in the L2 cache, a tile's input in L1 while
 * all of the item's panels go over it.
 *
 * Inside the picture a tap is a pointer into the input, and from an output pixel to the next every
 * tap moves by the same step. At its left and right border the tile's input is copied, with zeros
 * round it, into the worker's patch; rows above and below are left out as taps.
 */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/size.h"
#include "lower/pack.h"

#include <string.h>

#define ITEM_FLOPS 2e6 /* an item should be well above what handing it out costs */

typedef struct tile {
    size_t picture, y;  /* of the output row */
    size_t begin, end;  /* its pixels */
    size_t top, bottom; /* kernel rows that meet the picture: top .. bottom - 1 */
    int64_t in_y, in_x; /* input pixel under the kernel's first, may be outside */
    size_t in_width;    /* input pixels from in_x under all of the tile */
} tile;

static tile tile_at(const cpu_conv *conv, size_t number)
{
    const size_t row = number / conv->tiles_a_row, i = number % conv->tiles_a_row;
    tile at = {
        .picture = row / conv->output_height,
        .y = row % conv->output_height,
        .begin = i * conv->output_width / conv->tiles_a_row,
        .end = (i + 1) * conv->output_width / conv->tiles_a_row,
    };
    at.in_y = (int64_t)(at.y * conv->stride[0]) - (int64_t)conv->padding[0];
    at.in_x = (int64_t)(at.begin * conv->stride[1]) - (int64_t)conv->padding[1];
    at.in_width =
        (at.end - at.begin - 1) * conv->stride[1] + (conv->kernel[1] - 1) * conv->dilation[1] + 1;
    const int64_t dilation = (int64_t)conv->dilation[0];
    while (at.top < conv->kernel[0] && at.in_y + (int64_t)at.top * dilation < 0)
        at.top++;
    at.bottom = at.top;
    while (at.bottom < conv->kernel[0] &&
           at.in_y + (int64_t)at.bottom * dilation < (int64_t)conv->height)
        at.bottom++;
    return at;
}

static bool is_inside(const cpu_conv *conv, const tile *at)
{
    return at->in_x >= 0 && at->in_x + (int64_t)at->in_width <= (int64_t)conv->width;
}

/* Copies one row of pixels from in_x on, count of them, zeros where they are outside. */
static void copy_row(const cpu_conv *conv, const float *row, size_t channels, const tile *at,
                     float *patch)
{
    for (size_t i = 0; i < at->in_width; i++, patch += channels) {
        const int64_t x = at->in_x + (int64_t)i;
        if (x < 0 || x >= (int64_t)conv->width)
            memset(patch, 0, channels * sizeof(float));
        else
            memcpy(patch, row + (size_t)x * conv->input_stride, channels * sizeof(float));
    }
}

/* Points args at the tile's input in a group of NHWC channels; returns the taps left out before the
 * first. */
static size_t aim(const cpu_conv *conv, const tile *at, size_t group, const float **taps,
                  float *patch, pk_conv_f32_args *args)
{
    const bool is_copied = !is_inside(conv, at);
    const size_t pixel = is_copied ? conv->inputs : conv->input_stride;
    const bool is_dense =
        pixel == conv->inputs && conv->dilation[1] == 1; /* a kernel row is one tap */
    const size_t columns = is_dense ? 1 : conv->kernel[1];
    const float *picture = conv->input +
                           at->picture * conv->height * conv->width * conv->input_stride +
                           group * conv->inputs;
    size_t count = 0;
    for (size_t ky = at->top; ky < at->bottom; ky++) {
        const size_t y = (size_t)(at->in_y + (int64_t)(ky * conv->dilation[0]));
        const float *row = picture + y * conv->width * conv->input_stride;
        if (is_copied) {
            copy_row(conv, row, conv->inputs, at, patch);
            row = patch;
            patch += at->in_width * conv->inputs;
        } else {
            row += (size_t)at->in_x * pixel;
        }
        for (size_t kx = 0; kx < columns; kx++)
            taps[count++] = row + kx * conv->dilation[1] * pixel;
    }
    args->tap_count = count;
    args->depth = is_dense ? conv->kernel[1] * conv->inputs : conv->inputs;
    args->step = conv->stride[1] * pixel;
    return at->top * conv->kernel[1] * conv->inputs;
}

/* The same over planes: a tap is a kernel row of one channel. All rows are taps, so at any border
 * the input is copied. */
static size_t aim_planes(const cpu_conv *conv, const tile *at, const float **taps, float *patch,
                         pk_conv_f32_args *args)
{
    const bool is_whole = at->top == 0 && at->bottom == conv->kernel[0] && is_inside(conv, at);
    const size_t plane = conv->height * conv->width;
    size_t count = 0;
    for (size_t c = 0; c < conv->inputs; c++) {
        const float *channel = conv->input + (at->picture * conv->inputs + c) * plane;
        for (size_t ky = 0; ky < conv->kernel[0]; ky++) {
            const int64_t y = at->in_y + (int64_t)(ky * conv->dilation[0]);
            if (is_whole) {
                taps[count++] = channel + (size_t)y * conv->width + (size_t)at->in_x;
                continue;
            }
            taps[count++] = patch;
            if (ky >= at->top && ky < at->bottom)
                copy_row(conv, channel + (size_t)y * conv->width, 1, at, patch);
            else
                memset(patch, 0, at->in_width * sizeof(float));
            patch += at->in_width;
        }
    }
    args->tap_count = count;
    args->depth = conv->kernel[1];
    args->step = conv->stride[1];
    return 0;
}

/* Asks for the input of the next tile of the row while this one is computed: rows are too short for
 * the processor to see a pattern. */
static void prefetch_next(const cpu_conv *conv, const tile *at)
{
    const size_t width = (at->end - at->begin) * conv->stride[1];
    const int64_t x = at->in_x + (int64_t)at->in_width;
    if (x < 0 || x + (int64_t)width > (int64_t)conv->width)
        return;
    for (size_t ky = at->top; ky < at->bottom; ky++) {
        const size_t y = (size_t)(at->in_y + (int64_t)(ky * conv->dilation[0]));
        const size_t pixel = (at->picture * conv->height + y) * conv->width + (size_t)x;
        const float *input = conv->input + pixel * conv->input_stride;
        for (size_t i = 0; i < width * conv->input_stride; i += PW_CACHE_LINE / sizeof(float))
            PW_PREFETCH(input + i);
    }
}

static void run_tile(const cpu_conv *conv, const tile *at, size_t panel, size_t panel_end,
                     const float **taps, float *patch)
{
    const size_t pixel =
        (at->picture * conv->output_height + at->y) * conv->output_width + at->begin;
    pk_conv_f32_args args = {
        .taps = taps,
        .residual_stride = conv->residual_stride,
        .output_stride = conv->output_stride,
        .rows = at->end - at->begin,
        .activation = conv->activation,
        .alpha = conv->alpha,
    };
    size_t group = SIZE_MAX, skipped = 0;
    for (; panel < panel_end; panel++) {
        if (panel / conv->group_panels != group) {
            group = panel / conv->group_panels;
            skipped = conv->is_planar ? aim_planes(conv, at, taps, patch, &args)
                                      : aim(conv, at, group, taps, patch, &args);
        }
        const size_t first = panel % conv->group_panels * conv->nr; /* channel in the group */
        const size_t channel = group * conv->outputs + first;
        args.columns = pw_size_min(conv->nr, conv->outputs - first);
        args.weights = conv->weights + panel * conv->panel_size + skipped * conv->nr;
        args.bias = conv->bias + panel * conv->nr;
        args.output = conv->output + pixel * conv->output_stride + channel;
        args.residual = conv->residual == NULL
                            ? NULL
                            : conv->residual + pixel * conv->residual_stride + channel;
        conv->run(&args);
    }
}

static void conv_task(void *argument, size_t item, size_t worker)
{
    const cpu_step *step = argument;
    const cpu_conv *conv = &step->as.conv;
    unsigned char *scratch = step->program->scratch + worker * step->program->scratch_size;
    const float **taps = (const float **)(void *)scratch;
    float *patch = (float *)(void *)(scratch + step->program->patch_offset);
    const size_t panel = item / conv->tile_items * conv->panels_an_item;
    const size_t panel_end = pw_size_min(panel + conv->panels_an_item, conv->panel_count);
    const size_t begin = item % conv->tile_items * conv->tiles_an_item;
    const size_t end = pw_size_min(begin + conv->tiles_an_item, conv->tile_count);
    for (size_t t = begin; t < end; t++) {
        const tile at = tile_at(conv, t);
        if (conv->has_rows)
            prefetch_next(conv, &at);
        run_tile(conv, &at, panel, panel_end, taps, patch);
    }
}

/* An item is a row of output pixels. */
static void depthwise_task(void *argument, size_t item, size_t worker)
{
    const cpu_step *step = argument;
    const cpu_conv *conv = &step->as.conv;
    const size_t channels = conv->input_channels;
    const float **taps =
        (const float **)(void *)(step->program->scratch + worker * step->program->scratch_size);
    const float **weights = taps + conv->kernel[0] * conv->kernel[1];
    pk_dwconv_f32_args args = {.taps = taps,
                               .weights = weights,
                               .channels = channels,
                               .bias = conv->bias,
                               .activation = conv->activation,
                               .alpha = conv->alpha};
    for (size_t x = 0; x < conv->output_width; x++) {
        const tile at = tile_at(conv, item * conv->tiles_a_row + x);
        args.tap_count = 0;
        for (size_t ky = at.top; ky < at.bottom; ky++)
            for (size_t kx = 0; kx < conv->kernel[1]; kx++) {
                const size_t in_y = (size_t)(at.in_y + (int64_t)(ky * conv->dilation[0]));
                const int64_t in_x = at.in_x + (int64_t)(kx * conv->dilation[1]);
                if (in_x < 0 || in_x >= (int64_t)conv->width)
                    continue;
                taps[args.tap_count] =
                    conv->input +
                    ((at.picture * conv->height + in_y) * conv->width + (size_t)in_x) *
                        conv->input_stride;
                weights[args.tap_count++] = conv->weights + (ky * conv->kernel[1] + kx) * channels;
            }
        const size_t pixel = item * conv->output_width + x;
        args.output = conv->output + pixel * conv->output_stride;
        args.residual =
            conv->residual == NULL ? NULL : conv->residual + pixel * conv->residual_stride;
        conv->run_depthwise(&args);
    }
}

pawl_status pw_cpu_conv_scratch(const cpu_program *program, const pw_layer *layer,
                                const pk_row *row, size_t *taps, size_t *patch, pawl_error *error)
{
    const pw_conv *conv = &layer->as.conv;
    const size_t kernel[2] = {(size_t)conv->kernel[0], (size_t)conv->kernel[1]};
    const size_t reach = (size_t)row->mr * (size_t)conv->stride[1];
    size_t width = 0, size = 0;
    if (!pw_size_mul(kernel[0] * kernel[1], 2 * sizeof(void *), taps) ||
        !pw_size_mul(kernel[1], (size_t)conv->dilation[1], &width) ||
        !pw_size_add(width, reach, &width) || !pw_size_mul(width, kernel[0], &size) ||
        !pw_size_mul(size, (size_t)conv->in_channels, &size) ||
        !pw_size_mul(*taps, pw_size_max(1, program->is_planar ? (size_t)conv->in_channels : 1),
                     taps) ||
        !pw_size_mul(size, sizeof(float), patch))
        return pw_fail(error, PAWL_ERR_LIMIT, "the kernel of layer %s is too large", layer->name);
    return PAWL_OK;
}

/* How the work is cut: panels that fill half of the L2 cache, and then tiles enough to be worth an
 * item. */
static void cut(cpu_program *program, cpu_step *step)
{
    cpu_conv *conv = &step->as.conv;
    const size_t half_l2 = pw_cpu_caches_get().l2 / 2;
    const size_t resident = pw_size_max(1, half_l2 / (conv->panel_size * sizeof(float)));
    const size_t parts = pw_size_ceil_div(conv->panel_count, resident);
    conv->panels_an_item = pw_size_ceil_div(conv->panel_count, parts);
    const double tile_flops = 2.0 * (double)(conv->mr * conv->nr * conv->panels_an_item) *
                              (double)(conv->panel_size / conv->nr);
    const double wanted = ITEM_FLOPS / tile_flops;
    conv->tiles_an_item =
        pw_cpu_share(program, conv->tile_count, parts, wanted < 1 ? 1 : (size_t)wanted);
    conv->tile_items = pw_size_ceil_div(conv->tile_count, conv->tiles_an_item);
    step->item_count = conv->tile_items * pw_size_ceil_div(conv->panel_count, conv->panels_an_item);
}

/* Returns the rows of output pixels in all pictures. */
static size_t set_sides(cpu_conv *conv, const cpu_view *in, const cpu_view *out,
                        const pw_conv *from)
{
    for (size_t i = 0; i < 2; i++) {
        conv->kernel[i] = (size_t)from->kernel[i];
        conv->stride[i] = (size_t)from->stride[i];
        conv->padding[i] = (size_t)from->padding[i];
        conv->dilation[i] = (size_t)from->dilation[i];
    }
    conv->height = in->height;
    conv->width = in->width;
    conv->output_height = out->height;
    conv->output_width = out->width;
    const bool is_pointwise = conv->kernel[0] * conv->kernel[1] == 1 &&
                              conv->stride[0] * conv->stride[1] == 1 &&
                              conv->padding[0] + conv->padding[1] == 0 && !conv->is_planar;
    conv->has_rows = !is_pointwise && !conv->is_planar;
    if (!is_pointwise || conv->run_depthwise != NULL)
        return out->batch * out->height;
    /* pixels follow one another over rows and pictures */
    conv->width = conv->output_width = in->batch * in->height * in->width;
    conv->height = conv->output_height = 1;
    return 1;
}

void pw_cpu_add_conv(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_layer *packed = &program->plan->layers[index];
    const pw_conv *from = &layer->as.conv;
    const cpu_view *in = &program->views[layer->inputs[0]], *out = &program->views[layer->output];
    const bool is_depthwise = packed->row->op == PK_DWCONV_F32;
    cpu_step *step = pw_cpu_add_step(program, index, is_depthwise ? depthwise_task : conv_task);
    cpu_conv *conv = &step->as.conv;
    conv->is_planar = program->is_planar && packed->planar_weights != NULL;
    conv->mr = is_depthwise ? 1 : packed->row->mr;
    conv->nr = is_depthwise ? 1 : packed->row->nr;
    conv->run = is_depthwise ? NULL : packed->row->run.conv;
    conv->run_depthwise = is_depthwise ? packed->row->run.dwconv : NULL;
    conv->weights = conv->is_planar ? packed->planar_weights : packed->weights;
    conv->bias = packed->bias;
    conv->panel_size = pw_pack_panel_size(from, conv->nr);
    conv->group_panels = pw_pack_group_panels(from, conv->nr);
    conv->panel_count = conv->group_panels * (size_t)from->groups;
    conv->inputs = (size_t)(from->in_channels / from->groups);
    conv->outputs = (size_t)(from->out_channels / from->groups);
    conv->input_channels = (size_t)from->in_channels;
    conv->input = conv->is_planar ? program->base.input.data : in->data;
    conv->input_stride = conv->is_planar ? 1 : in->stride;
    conv->output = out->data;
    conv->output_stride = out->stride;
    if (from->has_residual) {
        conv->residual = program->views[layer->inputs[1]].data;
        conv->residual_stride = program->views[layer->inputs[1]].stride;
    }
    conv->activation = (pk_activation)from->activation;
    conv->alpha = from->alpha;
    const size_t rows = set_sides(conv, in, out, from);
    conv->tiles_a_row = pw_size_ceil_div(conv->output_width, conv->mr);
    conv->tile_count = rows * conv->tiles_a_row;
    step->item_count = rows;
    if (!is_depthwise)
        cut(program, step);
}
