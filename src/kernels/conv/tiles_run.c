/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The items of a convolution by tiles (tiles.c): for each tile its input is found, and the panels
 * go over it.
 *
 * Inside the picture a tap is a pointer into the input, and from an output pixel to the next every
 * tap moves by the same step. At its left and right border the tile's input is copied, with zeros
 * round it, into the worker's patch; rows above and below are left out as taps. Bytes beside the
 * picture are the zero point, which is not zero, or not to a tile that takes signed ones: then rows
 * above and below are taps, too.
 */
#include "kernels/conv/tiling.h"

#include "kernels/cut.h"

#include <string.h>

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
    pk_tiling at;
    const void **taps;
    unsigned char *patch;
} tile_job;

static place place_of(const tile_job *job, size_t number)
{
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job->at;
    const pk_window *window = job->window;
    const pk_tensor *in = &job->problem->source[0];
    const bool is_cut = tile->top > 0 || tile->bottom < window->kernel[0];
    const bool is_copied = !is_inside(job, tile) || (at->is_padded && is_cut) ||
                           (at->is_dense && in->pixel != at->inputs) ||
                           (at->is_filled && reads_beyond(job, tile));
    const size_t top = at->is_padded ? 0 : tile->top;
    const size_t bottom = at->is_padded ? window->kernel[0] : tile->bottom;
    const size_t pixel = is_copied ? at->inputs : in->pixel;
    /* A kernel row is one tap. */
    const bool is_dense = pixel == at->inputs && window->dilation[1] == 1;
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
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job->at;
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
    const pk_tiling *at = &job.at;
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
