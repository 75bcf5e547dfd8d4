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
 *
 * Weights are packed as panels of NR output channels, the last of a group filled up with zeros,
 * biases behind them:
 *
 *     [group][panel][tap][input channel][NR]    of NHWC        tap = ky * kw + kx
 *     [group][panel][input channel][tap][NR]    of planes
 *
 * Where a tile's dot products take several inputs at a time (pk_tile.group), these lie together
 * behind NR, and each run of inputs is filled up with weights of zero: a run is an input pixel, or
 * where its channels do not fill groups, a kernel row of dense pixels. Bytes beside the picture are
 * the zero point, which is not zero, or not to a tile that takes signed ones: then rows above and
 * below are taps, too.
 */
#include "kernels/conv/conv.h"
#include "kernels/cut.h"
#include "kernels/simd/simd.h"

#include <string.h>

#define GATED_NR   16  /* behind a gate: of wider panels more is computed than is asked for */
#define ITEM_FLOPS 2e6 /* an item should be well above what handing it out costs */

/* What plan thought out, for the items. */
typedef struct tiling {
    size_t mr, nr, element, output_element; /* elements: bytes */
    size_t inputs, outputs;                 /* channels of a group */
    size_t height, width; /* of the input: one long row of a pointwise convolution's pixels */
    size_t output_height, output_width, rows; /* rows of output pixels in all pictures */
    size_t panel_size, group_panels, panels;  /* elements of a panel; panels of a group, of all */
    size_t run, run_size; /* inputs that follow one another, and their weights with those of zero */
    size_t row_size;      /* weights of a kernel row and an output channel */
    pk_quantised quantised; /* of integers: where their constants are */
    size_t tiles_a_row, tiles, tiles_an_item, tile_items, panels_an_item;
    size_t bias_at, patch_at; /* bytes in the packed constants, in the scratch memory */
    bool is_planar;           /* reads planes */
    bool is_padded;           /* what lies beside the picture is not zero */
    bool is_dense;            /* a run is a kernel row: the source is copied if it has gaps */
    bool is_filled; /* a run goes on to the end of its last group: any byte times 0 is 0 */
    uint8_t zero;   /* a byte beside the picture */
} tiling;

_Static_assert(sizeof(tiling) <= sizeof(((pk_needs *)0)->own), "a tiling has room in the needs");

/* Where a tile is: of one row of output pixels. */
typedef struct place {
    size_t picture, y;
    size_t begin, end;  /* pixels */
    size_t top, bottom; /* kernel rows that meet the picture: top .. bottom - 1 */
    int64_t in_y, in_x; /* input pixel under the kernel's first, may be outside */
    size_t in_width;    /* input pixels from in_x under all of the tile */
} place;

/* Everything that run needs at hand. */
typedef struct tile_job {
    const pk_problem *problem;
    const pk_window *window;
    const pk_call *call;
    tiling at;
    const void **taps;
    unsigned char *patch;
} tile_job;

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

static tiling tiling_of(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tile *tile = implementation->variant;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    tiling at = {.mr = tile->mr,
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
static void cut(tiling *at, const pk_problem *problem, size_t l2)
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
    tiling at = tiling_of(implementation, problem);
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
    else if (type == PK_BF16)
        ((uint16_t *)weights)[at] = pk_f32_to_bf16(value);
    else
        ((float *)weights)[at] = value;
}

/* What stands at a number in a panel, as the number among an output channel's weights; SIZE_MAX: a
 * filler. */
static size_t weight_at(const tiling *at, const pk_window *window, size_t number)
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
static int64_t pack_column(const tiling *at, size_t group, const pk_problem *problem,
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
    const tiling at = tiling_of(implementation, problem);
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

static place place_of(const tile_job *job, size_t number)
{
    const tiling *at = &job->at;
    const pk_window *window = job->window;
    const size_t row = number / at->tiles_a_row, i = number % at->tiles_a_row;
    place tile = {
        .picture = row / at->output_height,
        .y = row % at->output_height,
        .begin = i * at->output_width / at->tiles_a_row,
        .end = (i + 1) * at->output_width / at->tiles_a_row,
    };
    tile.in_y = (int64_t)(tile.y * window->stride[0]) - (int64_t)window->padding[0];
    tile.in_x = (int64_t)(tile.begin * window->stride[1]) - (int64_t)window->padding[1];
    tile.in_width = (tile.end - tile.begin - 1) * window->stride[1] +
                    (window->kernel[1] - 1) * window->dilation[1] + 1;
    const int64_t dilation = (int64_t)window->dilation[0];
    while (tile.top < window->kernel[0] && tile.in_y + (int64_t)tile.top * dilation < 0)
        tile.top++;
    tile.bottom = tile.top;
    while (tile.bottom < window->kernel[0] &&
           tile.in_y + (int64_t)tile.bottom * dilation < (int64_t)at->height)
        tile.bottom++;
    return tile;
}

static bool is_inside(const tile_job *job, const place *tile)
{
    return tile->in_x >= 0 && tile->in_x + (int64_t)tile->in_width <= (int64_t)job->at.width;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Copies one row of pixels from in_x on, in_width of them of so many bytes, zeros where they are
 * outside; row NULL: all of it is. */
static void copy_row(const tile_job *job, const unsigned char *row, size_t step, size_t size,
                     const place *tile, unsigned char *patch)
{
    const int64_t width = row == NULL ? 0 : (int64_t)job->at.width;
    const int64_t end = tile->in_x + (int64_t)tile->in_width;
    const int64_t first = least(most(tile->in_x, 0), end), last = most(least(end, width), first);
    const size_t before = (size_t)(first - tile->in_x) * size, after = (size_t)(end - last) * size;
    memset(patch, job->at.zero, before);
    patch += before;
    const size_t pixels = (size_t)(last - first);
    if (step == size && pixels > 0) /* without gaps: one run */
        memcpy(patch, row + (size_t)first * step, pixels * size);
    for (size_t i = 0; step != size && i < pixels; i++)
        memcpy(patch + i * size, row + ((size_t)first + i) * step, size);
    patch += pixels * size;
    memset(patch, job->at.zero, after);
}

/* Whether a run that is filled up with what follows it would end behind the source. */
static bool reads_beyond(const tile_job *job, const place *tile)
{
    const tiling *at = &job->at;
    const pk_tensor *in = &job->problem->source[0];
    if (tile->top == tile->bottom)
        return true;
    const size_t below = (tile->bottom - 1) * job->window->dilation[0];
    const size_t row = (size_t)(tile->in_y + (int64_t)below);
    const size_t end = (tile->picture * at->height + row) * at->width + (size_t)tile->in_x +
                       tile->in_width; /* pixels */
    return end * at->inputs + at->run_size - at->run > in->batch * in->picture;
}

/* Points args at the tile's input in a group of NHWC channels; returns the inputs left out before
 * the first tap. */
static size_t aim(const tile_job *job, const place *tile, size_t group, pk_tile_args *args)
{
    const tiling *at = &job->at;
    const pk_window *window = job->window;
    const pk_tensor *in = &job->problem->source[0];
    const bool is_cut = tile->top > 0 || tile->bottom < window->kernel[0];
    const bool is_copied = !is_inside(job, tile) || (at->is_padded && is_cut) ||
                           (at->is_dense && in->pixel != at->inputs) ||
                           (at->is_filled && reads_beyond(job, tile));
    const size_t top = at->is_padded ? 0 : tile->top;
    const size_t bottom = at->is_padded ? window->kernel[0] : tile->bottom;
    const size_t pixel = is_copied ? at->inputs : in->pixel;
    const bool is_dense =
        pixel == at->inputs && window->dilation[1] == 1; /* a kernel row is one tap */
    const size_t columns = is_dense ? 1 : window->kernel[1];
    const unsigned char *picture =
        (const unsigned char *)job->call->source[0] +
        (tile->picture * at->height * at->width * in->pixel + group * at->inputs) * at->element;
    unsigned char *patch = job->patch;
    size_t count = 0;
    for (size_t ky = top; ky < bottom; ky++) {
        const size_t y = (size_t)(tile->in_y + (int64_t)(ky * window->dilation[0]));
        const bool is_there = ky >= tile->top && ky < tile->bottom;
        const unsigned char *row =
            is_there ? picture + y * at->width * in->pixel * at->element : NULL;
        if (is_copied) {
            copy_row(job, row, in->pixel * at->element, at->inputs * at->element, tile, patch);
            row = patch;
            patch += tile->in_width * at->inputs * at->element;
        } else {
            row += (size_t)tile->in_x * pixel * at->element;
        }
        for (size_t kx = 0; kx < columns; kx++)
            job->taps[count++] = row + kx * window->dilation[1] * pixel * at->element;
    }
    args->tap_count = count;
    args->depth = is_dense ? window->kernel[1] * at->inputs : at->inputs;
    if (at->is_filled)
        args->depth = at->run_size;
    args->step = window->stride[1] * pixel;
    return top * at->row_size;
}

/* The same over planes: a tap is a kernel row of one channel. All rows are taps, so at any border
 * the input is copied. */
static size_t aim_planes(const tile_job *job, const place *tile, pk_tile_args *args)
{
    const tiling *at = &job->at;
    const pk_window *window = job->window;
    const bool is_whole =
        tile->top == 0 && tile->bottom == window->kernel[0] && is_inside(job, tile);
    const size_t plane = at->height * at->width;
    unsigned char *patch = job->patch;
    size_t count = 0;
    for (size_t c = 0; c < at->inputs; c++) {
        const unsigned char *channel = (const unsigned char *)job->call->source[0] +
                                       (tile->picture * at->inputs + c) * plane * at->element;
        for (size_t ky = 0; ky < window->kernel[0]; ky++) {
            const int64_t y = tile->in_y + (int64_t)(ky * window->dilation[0]);
            if (is_whole) {
                job->taps[count++] =
                    channel + ((size_t)y * at->width + (size_t)tile->in_x) * at->element;
                continue;
            }
            job->taps[count++] = patch;
            if (ky >= tile->top && ky < tile->bottom)
                copy_row(job, channel + (size_t)y * at->width * at->element, at->element,
                         at->element, tile, patch);
            else
                memset(patch, 0, tile->in_width * at->element);
            patch += tile->in_width * at->element;
        }
    }
    args->tap_count = count;
    args->depth = window->kernel[1];
    args->step = window->stride[1];
    return 0;
}

/* Asks for size bytes of each of some pixels, which lie step bytes apart. */
static void ask_for(const unsigned char *data, size_t pixels, size_t step, size_t size)
{
    const bool is_dense = step == size;
    for (size_t p = 0; p < (is_dense ? 1 : pixels); p++, data += step)
        for (size_t i = 0; i < (is_dense ? pixels * size : size); i += PK_CACHE_LINE)
            __builtin_prefetch(data + i);
}

/* Asks for the input of the next tile of the row while this one is computed: its rows are too many
 * streams for the processor to see a pattern. */
static void prefetch_next(const tile_job *job, const place *tile)
{
    const tiling *at = &job->at;
    const pk_tensor *in = &job->problem->source[0];
    const size_t width = (tile->end - tile->begin) * job->window->stride[1];
    const int64_t x = tile->in_x + (int64_t)tile->in_width;
    if (x < 0 || x + (int64_t)width > (int64_t)at->width)
        return;
    for (size_t ky = tile->top; ky < tile->bottom; ky++) {
        const size_t y = (size_t)(tile->in_y + (int64_t)(ky * job->window->dilation[0]));
        const size_t pixel = (tile->picture * at->height + y) * at->width + (size_t)x;
        ask_for((const unsigned char *)job->call->source[0] + pixel * in->pixel * at->element,
                width, in->pixel * at->element, in->channels * at->element);
    }
}

/* Panels from panel on. */
static void run_panels(const tile_job *job, const place *tile, size_t panel, size_t panel_end)
{
    const tiling *at = &job->at;
    const pk_problem *problem = job->problem;
    const pk_call *call = job->call;
    const pk_tile *micro = call->implementation->variant;
    const unsigned char *packed = call->packed;
    const size_t pixel =
        (tile->picture * at->output_height + tile->y) * at->output_width + tile->begin;
    const size_t weight_size = pk_type_size(problem->weights);
    pk_tile_args args = {
        .taps = job->taps,
        .residual_stride = problem->source[1].pixel,
        .output_stride = problem->destination.pixel,
        .rows = tile->end - tile->begin,
        .activation = problem->activation,
        .alpha = problem->alpha,
        .requantise = (const pk_requantise *)(const void *)(packed + at->quantised.requantise),
    };
    size_t group = SIZE_MAX, skipped = 0;
    for (; panel < panel_end; panel++) {
        if (panel / at->group_panels != group) {
            group = panel / at->group_panels;
            skipped = at->is_planar ? aim_planes(job, tile, &args) : aim(job, tile, group, &args);
        }
        const size_t first = panel % at->group_panels * at->nr;
        const size_t channel = group * at->outputs + first;
        args.columns = pk_min(at->nr, at->outputs - first);
        args.weights = packed + (panel * at->panel_size + skipped * at->nr) * weight_size;
        args.bias = (const float *)(const void *)(packed + at->bias_at) + panel * at->nr;
        args.begins =
            (const int32_t *)(const void *)(packed + at->quantised.begins) + panel * at->nr;
        args.factors =
            (const float *)(const void *)(packed + at->quantised.factors) + panel * at->nr;
        args.output = (unsigned char *)call->destination +
                      (pixel * args.output_stride + channel) * at->output_element;
        if (problem->source_count > 1)
            args.residual = (const unsigned char *)call->source[1] +
                            (pixel * args.residual_stride + channel) * at->output_element;
        ask_for(args.output, args.rows, args.output_stride * at->output_element,
                args.columns * at->output_element); /* lines written in part must be read first */
        micro->run(&args);
    }
}

/* Whether a gate's channel of one of the tile's pixels is not below the threshold; a NaN is not. */
static bool is_open(const tile_job *job, const place *tile)
{
    const pk_gate *gate = &job->window->gate;
    const pk_tensor *out = &job->problem->destination;
    const float limit = ((const pk_thresholds *)job->call->parameters)->gate;
    const size_t first =
        (tile->picture * job->at.output_height + tile->y) * job->at.output_width + tile->begin;
    const float *pixel = (const float *)job->call->destination + first * out->pixel + gate->first;
    for (size_t p = tile->begin; p < tile->end; p++, pixel += out->pixel)
        for (size_t i = 0; i < gate->count; i++)
            if (!(pixel[i * gate->step] < limit))
                return true;
    return false;
}

/* Whether one of the gate's channels is in a panel. */
static bool has_gate(const tile_job *job, size_t panel)
{
    const pk_gate *gate = &job->window->gate;
    const tiling *at = &job->at;
    const size_t first = panel / at->group_panels * at->outputs + panel % at->group_panels * at->nr;
    for (size_t i = 0; i < gate->count; i++) {
        const size_t channel = gate->first + i * gate->step;
        if (channel >= first && channel < first + at->nr)
            return true;
    }
    return false;
}

/* The gate's panels, then, if there is something to see in the tile, the others. */
static void run_gated(const tile_job *job, const place *tile)
{
    for (size_t panel = 0; panel < job->at.panels; panel++)
        if (has_gate(job, panel))
            run_panels(job, tile, panel, panel + 1);
    if (!is_open(job, tile))
        return;
    for (size_t panel = 0; panel < job->at.panels; panel++)
        if (!has_gate(job, panel))
            run_panels(job, tile, panel, panel + 1);
}

void pk_tiles_run(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    tile_job job = {.problem = call->problem,
                    .window = &call->problem->as.window,
                    .call = call,
                    .taps = scratch};
    memcpy(&job.at, call->needs->own, sizeof job.at);
    const tiling *at = &job.at;
    job.patch = (unsigned char *)scratch + at->patch_at;
    const size_t panel = item / at->tile_items * at->panels_an_item;
    const size_t panel_end = pk_min(panel + at->panels_an_item, at->panels);
    const size_t begin = item % at->tile_items * at->tiles_an_item;
    const size_t end = pk_min(begin + at->tiles_an_item, at->tiles);
    for (size_t t = begin; t < end; t++) {
        const place tile = place_of(&job, t);
        if (!at->is_planar)
            prefetch_next(&job, &tile);
        if (job.window->gate.count > 0)
            run_gated(&job, &tile);
        else
            run_panels(&job, &tile, panel, panel_end);
    }
}
