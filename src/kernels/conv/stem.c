/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stems: what all instruction sets and types have in common. An item is some rows of output pixels:
 * tile by tile down them, so that the input rows of a tile stay where the one above has left them,
 * in a ring of as many rows as the kernel has.
 *
 * Weights are [panel][kernel row][word of a step][place][NR], a word's terms together; biases, or
 * an integer tile's constants, behind them.
 */
#include "kernels/conv/stem.h"
#include "kernels/cut.h"

#include <string.h>

#define CHANNELS  3
#define WIDTH     6 /* of the kernel */
#define STRIDE    2
#define ITEM_ROWS 16 /* worth the rows above the first that a tile fills for nothing */
#define SLACK     4  /* bytes behind a row: a pixel's word has one more than the pixel */

/* What plan thought out, for the items. */
typedef struct tiling {
    size_t element;            /* bytes, of the ring */
    size_t panels, panel_size; /* elements */
    size_t tiles_a_row;
    size_t row_size, ring_at; /* bytes: a row of the ring; before the ring, in the scratch */
    size_t bias_at;
    pk_quantised quantised;
} tiling;

_Static_assert(sizeof(tiling) <= sizeof(((pk_needs *)0)->own), "a tiling has room in the needs");

bool pk_stem_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    const pk_window *w = &problem->as.window;
    const pk_tensor *in = &problem->source[0];
    if (problem->weights == PK_S8 && !pk_quantised_accepts(problem))
        return false;
    return problem->source_count == 1 && pk_is_nhwc(in) && in->channels == CHANNELS &&
           in->pixel == CHANNELS && in->zero_point == 0 && w->groups == 1 && w->dilation[0] == 1 &&
           w->dilation[1] == 1 && w->kernel[1] == WIDTH && w->stride[1] == STRIDE &&
           pk_is_nhwc(&problem->destination);
}

static tiling tiling_of(const pk_stem *stem, const pk_problem *problem)
{
    const pk_window *w = &problem->as.window;
    tiling at = {.element = pk_type_size(stem->type)};
    at.panels = pk_ceil_div(problem->destination.channels, stem->nr);
    at.panel_size = w->kernel[0] * WIDTH * stem->pixel * stem->nr;
    at.tiles_a_row = pk_ceil_div(problem->destination.width, stem->mr);
    at.row_size =
        pk_align(((stem->mr - 1) * STRIDE + WIDTH) * CHANNELS * at.element + SLACK, PK_CACHE_LINE);
    at.ring_at = pk_align(w->kernel[0] * sizeof(void *), PK_CACHE_LINE);
    at.bias_at = pk_align(at.panels * at.panel_size * at.element, PK_CACHE_LINE);
    at.quantised = pk_quantised_at(at.bias_at, at.panels * stem->nr);
    return at;
}

void pk_stem_plan(const pk_implementation *implementation, const pk_problem *problem,
                  const pk_machine *machine, pk_needs *needs)
{
    (void)machine;
    const pk_stem *stem = implementation->variant;
    const pk_tensor *out = &problem->destination;
    const tiling at = tiling_of(stem, problem);
    pk_needs_cut(needs, pk_cut_make(out->batch, out->height, ITEM_ROWS, problem->workers));
    needs->packed = problem->weights == PK_S8 ? at.quantised.end
                                              : at.bias_at + at.panels * stem->nr * sizeof(float);
    needs->scratch = at.ring_at + problem->as.window.kernel[0] * at.row_size;
    memcpy(needs->own, &at, sizeof at);
}

/* Element e of a kernel row stands in word e / terms; words a step apart meet the same input. */
static size_t place_of(const pk_stem *stem, size_t ky, size_t e, size_t n)
{
    const size_t words_a_step = STRIDE * stem->pixel / stem->terms;
    const size_t word = e / stem->terms;
    const size_t place =
        (ky * words_a_step + word % words_a_step) * PK_STEM_TAPS + word / words_a_step;
    return (place * stem->nr + n) * stem->terms + e % stem->terms;
}

/* Column n of a panel; returns the sum of the weights that are integers. */
static int64_t pack_column(const pk_stem *stem, const pk_problem *problem,
                           const pk_constants *constants, size_t out, size_t n, void *panel)
{
    const size_t height = problem->as.window.kernel[0];
    const bool is_integer = stem->type == PK_S8;
    const float unit = is_integer ? 1.0f : pk_scale_of(&problem->source[0]);
    int64_t sum = 0;
    for (size_t ky = 0; ky < height; ky++)
        for (size_t e = 0; e < WIDTH * stem->pixel; e++) {
            const size_t kx = e / stem->pixel, channel = e % stem->pixel;
            const size_t to = place_of(stem, ky, e, n);
            float weight = 0.0f;
            if (out < problem->destination.channels && channel < CHANNELS)
                weight =
                    constants->weights[((out * CHANNELS + channel) * height + ky) * WIDTH + kx];
            pk_put_weight(stem->type, panel, to, weight * unit,
                          is_integer && weight != 0.0f ? constants->scales[out] : 1.0f);
            sum += is_integer ? ((const int8_t *)panel)[to] : 0;
        }
    return sum;
}

void pk_stem_pack(const pk_implementation *implementation, const pk_problem *problem,
                  const pk_constants *constants, void *packed)
{
    const pk_stem *stem = implementation->variant;
    const tiling at = tiling_of(stem, problem);
    float *bias = (float *)(void *)((unsigned char *)packed + at.bias_at);
    for (size_t out = 0; out < at.panels * stem->nr; out++) {
        const bool is_there = out < problem->destination.channels;
        unsigned char *panel =
            (unsigned char *)packed + out / stem->nr * at.panel_size * at.element;
        const int64_t sum = pack_column(stem, problem, constants, out, out % stem->nr, panel);
        if (problem->weights == PK_S8)
            pk_quantised_column(problem, constants, &at.quantised, packed, out,
                                is_there ? out : SIZE_MAX, sum, 0);
        else
            bias[out] = is_there && constants->bias != NULL ? constants->bias[out] : 0.0f;
    }
}

/* Everything that an item has at hand. */
typedef struct job {
    const pk_call *call;
    const pk_stem *stem;
    tiling at;
    const void **taps;
    unsigned char *ring;
    size_t picture;
    size_t begin, end; /* output pixels of the tile, in their rows */
} job;

/* Fills the place in the ring of an input row, counted from the first of the padding: zeros beside
 * the picture. */
static void fill_row(const job *of, size_t row)
{
    const pk_problem *problem = of->call->problem;
    const pk_window *w = &problem->as.window;
    const pk_tensor *in = &problem->source[0];
    const size_t pixel = CHANNELS * of->at.element;
    const size_t width = (of->end - of->begin - 1) * STRIDE + WIDTH;
    const size_t first = of->begin * STRIDE; /* from the padding's first, as row */
    unsigned char *to = of->ring + row % w->kernel[0] * of->at.row_size;
    size_t left = 0, right = width; /* pixels that are there */
    if (first < w->padding[1])
        left = pk_min(width, w->padding[1] - first);
    if (first + width > w->padding[1] + in->width)
        right = pk_max(left, w->padding[1] + in->width - pk_min(first, w->padding[1] + in->width));
    if (row < w->padding[0] || row >= w->padding[0] + in->height)
        left = right = width;
    memset(to, 0, left * pixel);
    memset(to + right * pixel, 0, (width - right) * pixel + SLACK);
    if (left < right) {
        const size_t at = (of->picture * in->height + row - w->padding[0]) * in->width + first +
                          left - w->padding[1];
        of->stem->fill((const uint8_t *)of->call->source[0] + at * CHANNELS,
                       (right - left) * CHANNELS, to + left * pixel);
    }
}

static void run_tile(const job *of, size_t y)
{
    const tiling *at = &of->at;
    const pk_call *call = of->call;
    const pk_problem *problem = call->problem;
    const pk_tensor *out = &problem->destination;
    const unsigned char *packed = call->packed;
    const size_t pixel = (of->picture * out->height + y) * out->width + of->begin;
    pk_tile_args args = {
        .taps = of->taps,
        .tap_count = problem->as.window.kernel[0],
        .output_stride = out->pixel,
        .rows = of->end - of->begin,
        .activation = problem->activation,
        .alpha = problem->alpha,
        .requantise = (const pk_requantise *)(const void *)(packed + at->quantised.requantise),
    };
    for (size_t ky = 0; ky < args.tap_count; ky++) {
        const size_t row = y * problem->as.window.stride[0] + ky;
        of->taps[ky] = of->ring + row % args.tap_count * at->row_size;
    }
    for (size_t p = 0; p < at->panels; p++) {
        const size_t channel = p * of->stem->nr;
        args.columns = pk_min(of->stem->nr, out->channels - channel);
        args.weights = packed + p * at->panel_size * at->element;
        args.bias = (const float *)(const void *)(packed + at->bias_at) + channel;
        args.begins = (const int32_t *)(const void *)(packed + at->quantised.begins) + channel;
        args.factors = (const float *)(const void *)(packed + at->quantised.factors) + channel;
        args.output = (unsigned char *)call->destination +
                      (pixel * out->pixel + channel) * pk_type_size(out->type);
        of->stem->run(&args);
    }
}

void pk_stem_run(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    const pk_range rows = pk_cut_range(&call->needs->cut, item);
    const pk_window *w = &call->problem->as.window;
    job of = {
        .call = call, .stem = call->implementation->variant, .taps = scratch, .picture = rows.part};
    memcpy(&of.at, call->needs->own, sizeof of.at);
    of.ring = (unsigned char *)scratch + of.at.ring_at;
    const size_t width = call->problem->destination.width;
    for (size_t t = 0; t < of.at.tiles_a_row; t++) {
        of.begin = t * width / of.at.tiles_a_row;
        of.end = (t + 1) * width / of.at.tiles_a_row;
        size_t next = 0; /* input row that the ring does not have yet */
        for (size_t y = rows.begin; y < rows.end; y++) {
            const size_t first = y * w->stride[0];
            for (next = pk_max(next, first); next < first + w->kernel[0]; next++)
                fill_row(&of, next);
            run_tile(&of, y);
        }
    }
}
