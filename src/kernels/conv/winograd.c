/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 3x3 convolutions by Winograd's minimal filtering: tiles of 4x4 output pixels, by 36 products for
 * each pair of channels at stride 1 and by 81 at stride 2, where the direct way takes 144. What the
 * two have in common; winograd_form.c has what they do not.
 *
 * An item is a block of tiles: its input is transformed, then for each panel of outputs all places
 * are multiplied and the sums go back, with bias, activation and residual, while they are in the
 * caches:
 *
 *     transformed   [segment][chunk of a vector's lanes of input channels][tile][lane]
 *     products      [tile][place][NR]
 *
 * Where there are too few blocks for the workers, the input of all is transformed first, as a phase
 * of its own, into the workspace; an item of the second phase then is a block and some panels.
 *
 * Weights are [panel][segment][input channel][NR], which is the order in which an item reads them,
 * and four or nine times as large as direct ones; biases behind them. The error is that of sums of
 * sums: at most 2e-5 of the sum of the products' sizes in check_kernels, some ten times a direct
 * one's. Of BF16, what was transformed is rounded to it once more.
 */
#include "kernels/conv/winograd.h"
#include "kernels/cut.h"

#include <string.h>

#define MOST_SEGMENTS 81
#define MIN_CHANNELS  8  /* below, the transforms cost more than the products they save */
#define LEAST_BLOCK   28 /* tiles: all weights are read for each block, from far away if many */
#define MOST_BLOCK    56

typedef struct plan {
    size_t tiles_x, tiles_y, tiles; /* of a picture; of all */
    size_t inputs, outputs, panels;
    size_t blocks, panels_an_item, panel_items;
    pk_cut transforms;               /* of tiles, where it is a phase of its own */
    size_t element;                  /* bytes: of the input, the transformed one, and weights */
    size_t chunk_step, segment_step; /* elements, in a block's transformed input */
    size_t block_step;               /* bytes: a block's transformed input */
    size_t bias_at;                  /* bytes in the packed constants */
    bool is_split;                   /* in two phases */
} plan;

_Static_assert(sizeof(plan) <= sizeof(((pk_needs *)0)->own), "a plan has room in the needs");

bool pk_winograd_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_winograd *variant = implementation->variant;
    const pk_window *w = &problem->as.window;
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != 3 || w->stride[i] != variant->form->stride || w->dilation[i] != 1)
            return false;
    if (w->groups != 1 || problem->source[0].channels < MIN_CHANNELS ||
        problem->destination.channels < MIN_CHANNELS)
        return false;
    for (size_t i = 0; i < problem->source_count; i++)
        if (!pk_is_nhwc(&problem->source[i]))
            return false;
    return pk_is_nhwc(&problem->destination);
}

/* Channels as the products take them. */
static size_t padded(const plan *at, const pk_winograd *variant)
{
    return pk_align(at->inputs, variant->lanes);
}

static plan plan_of(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_winograd *variant = implementation->variant;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    plan at = {.tiles_x = pk_ceil_div(out->width, PK_WINOGRAD_OUT),
               .tiles_y = pk_ceil_div(out->height, PK_WINOGRAD_OUT),
               .inputs = in->channels,
               .outputs = out->channels,
               .element = pk_type_size(in->type),
               .panels = pk_ceil_div(out->channels, variant->nr)};
    at.tiles = out->batch * at.tiles_x * at.tiles_y;
    const size_t weights = variant->form->segments * at.panels * padded(&at, variant) * variant->nr;
    at.bias_at = pk_align(weights * at.element, PK_CACHE_LINE);
    return at;
}

/* Blocks of alike numbers of tiles whose transformed input fills half of the L2 cache. */
static void cut(plan *at, const pk_winograd *variant, size_t workers, size_t l2)
{
    const size_t tile = variant->form->segments * padded(at, variant) * at->element;
    const size_t most = pk_min(pk_max(l2 / 2 / tile, LEAST_BLOCK), MOST_BLOCK);
    at->blocks = pk_ceil_div(at->tiles, most);
    at->is_split = workers > 1 && at->blocks < PK_ITEMS_A_WORKER * workers;
    const size_t parts = at->is_split ? pk_ceil_div(PK_ITEMS_A_WORKER * workers, at->blocks) : 1;
    at->panels_an_item = pk_ceil_div(at->panels, parts);
    at->panel_items = pk_ceil_div(at->panels, at->panels_an_item);
    at->transforms = pk_cut_make(1, at->tiles, 1 + PK_ITEM_VALUES * at->element / tile, workers);
    /* an odd number of lines, so that what is apart by a multiple of it falls into many sets */
    at->chunk_step = (pk_ceil_div(at->tiles, at->blocks) | 1) * variant->lanes;
    at->segment_step = padded(at, variant) / variant->lanes * at->chunk_step;
    /* a chunk more: gcc 12 makes a loop of the generic product that loads one ahead for nothing */
    at->block_step = pk_align(
        (variant->form->segments * at->segment_step + at->chunk_step) * at->element, PK_CACHE_LINE);
}

void pk_winograd_plan(const pk_implementation *implementation, const pk_problem *problem,
                      const pk_machine *machine, pk_needs *needs)
{
    const pk_winograd *variant = implementation->variant;
    plan at = plan_of(implementation, problem);
    cut(&at, variant, problem->workers, machine->l2);
    const size_t tiles = pk_ceil_div(at.tiles, at.blocks);
    const size_t products = variant->form->places * tiles * variant->nr;
    *needs = (pk_needs){.packed = at.bias_at + at.panels * variant->nr * sizeof(float)};
    needs->scratch = products * sizeof(float);
    if (at.is_split) {
        needs->workspace = at.blocks * at.block_step;
        needs->items[needs->phases++] = at.transforms.items_a_part;
    } else {
        needs->scratch += at.block_step;
    }
    needs->items[needs->phases++] = at.blocks * at.panel_items;
    memcpy(needs->own, &at, sizeof at);
}

void pk_winograd_pack(const pk_implementation *implementation, const pk_problem *problem,
                      const pk_constants *constants, void *packed)
{
    const pk_winograd *variant = implementation->variant;
    const plan at = plan_of(implementation, problem);
    const size_t nr = variant->nr, terms = variant->terms, inputs = padded(&at, variant);
    for (size_t n = 0; n < at.panels * nr; n++)
        for (size_t i = 0; i < inputs; i++) {
            double u[MOST_SEGMENTS] = {0.0};
            if (n < at.outputs && i < at.inputs)
                variant->form->weights(constants->weights + (n * at.inputs + i) * 9, u);
            for (size_t g = 0; g < variant->form->segments; g++) {
                const size_t row = (n / nr * variant->form->segments + g) * inputs + i - i % terms;
                pk_put_weight(problem->weights, packed, row * nr + n % nr * terms + i % terms,
                              (float)u[g], 0.0f);
            }
        }
    float *bias = (float *)(void *)((unsigned char *)packed + at.bias_at);
    for (size_t n = 0; n < at.panels * nr; n++)
        bias[n] = n < at.outputs && constants->bias != NULL ? constants->bias[n] : 0.0f;
}

/* What an item has at hand. */
typedef struct job {
    plan at;
    const pk_call *call;
    const pk_winograd *variant;
} job;

static size_t first_tile(const plan *at, size_t block)
{
    return block * at->tiles / at->blocks;
}

/* Tiles of a block, there. */
static void transform(const job *of, size_t block, size_t begin, size_t end,
                      unsigned char *transformed)
{
    const plan *at = &of->at;
    const pk_problem *problem = of->call->problem;
    const pk_tensor *in = &problem->source[0];
    /* Input pixels to the next tile. */
    const size_t side = PK_WINOGRAD_OUT * of->variant->form->stride;
    pk_winograd_input_args args = {
        .tensor = in, .segment_step = at->segment_step, .chunk_step = at->chunk_step};
    for (size_t t = begin; t < end; t++) {
        const size_t picture = t / (at->tiles_x * at->tiles_y);
        const size_t in_picture = t % (at->tiles_x * at->tiles_y);
        args.y =
            (int64_t)(in_picture / at->tiles_x * side) - (int64_t)problem->as.window.padding[0];
        args.x =
            (int64_t)(in_picture % at->tiles_x * side) - (int64_t)problem->as.window.padding[1];
        args.input =
            (const unsigned char *)of->call->source[0] + picture * in->picture * at->element;
        args.transformed =
            transformed + (t - first_tile(at, block)) * of->variant->lanes * at->element;
        of->variant->input(&args);
    }
}

/* The products of a block with one panel's weights. */
static void multiply(const job *of, size_t tiles, const unsigned char *transformed, size_t panel,
                     float *products)
{
    const plan *at = &of->at;
    const pk_winograd *variant = of->variant;
    const pk_winograd_form *form = variant->form;
    const size_t inputs = padded(at, variant), parts = pk_ceil_div(tiles, variant->mr);
    const size_t tile_step = form->places * variant->nr;
    pk_winograd_product_args args = {.chunk_step = at->chunk_step, .output_step = tile_step};
    for (size_t p = 0; p < form->places; p++) {
        args.chunks = (size_t)(form->first[p + 1] - form->first[p]) * (inputs / variant->lanes);
        args.weights =
            (const unsigned char *)of->call->packed +
            (panel * form->segments + form->first[p]) * inputs * variant->nr * at->element;
        for (size_t part = 0; part < parts; part++) {
            const size_t first = part * tiles / parts;
            args.rows = (part + 1) * tiles / parts - first;
            args.input = transformed +
                         (form->first[p] * at->segment_step + first * variant->lanes) * at->element;
            args.output = products + first * tile_step + p * variant->nr;
            variant->product(&args);
        }
    }
}

/* Tiles of a block, back: the channels of one panel. */
static void transform_back(const job *of, size_t begin, size_t end, size_t panel,
                           const float *products)
{
    const plan *at = &of->at;
    const pk_call *call = of->call;
    const pk_problem *problem = call->problem;
    const size_t nr = of->variant->nr, channel = panel * nr;
    pk_winograd_output_args args = {
        .tensor = &problem->destination,
        .products = products,
        .place_step = nr,
        .bias = (const float *)(const void *)((const unsigned char *)call->packed + at->bias_at) +
                channel,
        .channels = pk_min(nr, at->outputs - channel),
        .activation = problem->activation,
        .alpha = problem->alpha};
    for (size_t t = begin; t < end; t++, args.products += of->variant->form->places * nr) {
        const size_t picture = t / (at->tiles_x * at->tiles_y);
        const size_t in_picture = t % (at->tiles_x * at->tiles_y);
        args.y = in_picture / at->tiles_x * PK_WINOGRAD_OUT;
        args.x = in_picture % at->tiles_x * PK_WINOGRAD_OUT;
        args.output = (unsigned char *)call->destination +
                      (picture * args.tensor->picture + channel) * at->element;
        if (problem->source_count > 1) {
            args.residual = (const unsigned char *)call->source[1] +
                            (picture * problem->source[1].picture + channel) * at->element;
            args.residual_pixel = problem->source[1].pixel;
        }
        of->variant->output(&args);
    }
}

/* A block and some panels. */
static void finish(const job *of, size_t item, unsigned char *scratch)
{
    const plan *at = &of->at;
    const size_t block = item / at->panel_items,
                 panel = item % at->panel_items * at->panels_an_item;
    const size_t begin = first_tile(at, block), end = first_tile(at, block + 1);
    const unsigned char *transformed =
        (const unsigned char *)of->call->workspace + block * at->block_step;
    if (!at->is_split) {
        transform(of, block, begin, end, scratch);
        transformed = scratch;
        scratch += at->block_step;
    }
    float *products = (float *)(void *)scratch;
    for (size_t p = panel; p < pk_min(panel + at->panels_an_item, at->panels); p++) {
        multiply(of, end - begin, transformed, p, products);
        transform_back(of, begin, end, p, products);
    }
}

/* The block that has a tile. */
static size_t block_of(const plan *at, size_t tile)
{
    size_t block = tile * at->blocks / at->tiles;
    while (first_tile(at, block + 1) <= tile)
        block++;
    return block;
}

void pk_winograd_run(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    job of = {.call = call, .variant = call->implementation->variant};
    memcpy(&of.at, call->needs->own, sizeof of.at);
    if (!of.at.is_split || phase == 1) {
        finish(&of, item, scratch);
        return;
    }
    const pk_range range = pk_cut_range(&of.at.transforms, item);
    for (size_t t = range.begin; t < range.end;) {
        const size_t block = block_of(&of.at, t);
        const size_t end = pk_min(range.end, first_tile(&of.at, block + 1));
        transform(&of, block, t, end, (unsigned char *)call->workspace + block * of.at.block_step);
        t = end;
    }
}
