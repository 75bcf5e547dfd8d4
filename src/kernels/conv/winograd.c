/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 3x3 convolutions of stride 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", 2015): 36 products make 16 output pixels, where
 * the direct way takes 144.
 *
 *     Y = A^T [ sum over channels of (G g G^T) * (B^T d B) ] A
 *
 * with the points 0, +-a, +-b, infinity, a = 1/sqrt 2, b = sqrt 2. Row p of B^T holds the
 * coefficients of the product of (x - q) over the other points q, row p of G is (1, p, p^2) /
 * product of (p - q), and column p of A^T is (1, p, p^2, p^3).
 *
 *     phase 0   tiles of the input -> [36][tile][input channel] in the workspace
 *     phase 1   for each of the 36, a matrix product with the transformed weights ->
 * [36][tile][output channel] phase 2   back, and bias, activation, residual
 *
 * Weights take four times the memory of direct ones: [36][panel][input channel][NR], biases behind
 * them. Its error is that of sums of sums: at most 2e-5 of the sum of the products' sizes in
 * check_kernels, some ten times a direct one's.
 */
#include "kernels/conv/winograd.h"
#include "kernels/cut.h"

#include <string.h>

#define ITEM_FLOPS   2e6
#define MIN_CHANNELS 8 /* below, the transforms cost more than the products they save */

typedef struct plan {
    size_t tiles_x, tiles_y, tiles; /* of a picture; of all */
    size_t inputs, outputs, panels;
    pk_cut cut[3];     /* phase 0, 2: tiles; phase 1: rows of tiles of each place */
    size_t product_at; /* bytes in the workspace */
    size_t bias_at;    /* bytes in the packed constants */
} plan;

_Static_assert(sizeof(plan) <= sizeof(((pk_needs *)0)->own), "a plan has room in the needs");

bool pk_winograd_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    const pk_window *w = &problem->as.window;
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != 3 || w->stride[i] != 1 || w->dilation[i] != 1)
            return false;
    if (w->groups != 1 || problem->source[0].channels < MIN_CHANNELS ||
        problem->destination.channels < MIN_CHANNELS)
        return false;
    for (size_t i = 0; i < problem->source_count; i++)
        if (!pk_is_nhwc(&problem->source[i]))
            return false;
    return pk_is_nhwc(&problem->destination);
}

static plan plan_of(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_winograd *variant = implementation->variant;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    plan at = {.tiles_x = pk_ceil_div(out->width, PK_WINOGRAD_OUT),
               .tiles_y = pk_ceil_div(out->height, PK_WINOGRAD_OUT),
               .inputs = in->channels,
               .outputs = out->channels,
               .panels = pk_ceil_div(out->channels, variant->tile.nr)};
    at.tiles = out->batch * at.tiles_x * at.tiles_y;
    at.cut[0] = pk_cut_make(1, at.tiles, 1 + PK_ITEM_VALUES / (PK_WINOGRAD_PLACES * at.inputs),
                            problem->workers);
    at.cut[2] = pk_cut_make(1, at.tiles, 1 + PK_ITEM_VALUES / (PK_WINOGRAD_PLACES * at.outputs),
                            problem->workers);
    const size_t rows = pk_ceil_div(at.tiles, variant->tile.mr);
    const double flops = 2.0 * (double)(variant->tile.mr * at.inputs) * (double)at.outputs;
    at.cut[1] =
        pk_cut_make(PK_WINOGRAD_PLACES, rows, 1 + (size_t)(ITEM_FLOPS / flops), problem->workers);
    at.product_at =
        pk_align(PK_WINOGRAD_PLACES * at.tiles * at.inputs * sizeof(float), PK_CACHE_LINE);
    at.bias_at =
        pk_align(PK_WINOGRAD_PLACES * at.panels * at.inputs * variant->tile.nr * sizeof(float),
                 PK_CACHE_LINE);
    return at;
}

void pk_winograd_plan(const pk_implementation *implementation, const pk_problem *problem,
                      const pk_machine *machine, pk_needs *needs)
{
    (void)machine;
    const plan at = plan_of(implementation, problem);
    *needs = (pk_needs){.packed = at.bias_at + at.outputs * sizeof(float),
                        .workspace = at.product_at +
                                     PK_WINOGRAD_PLACES * at.tiles * at.outputs * sizeof(float),
                        .phases = 3};
    for (size_t i = 0; i < 3; i++)
        needs->items[i] = at.cut[i].parts * at.cut[i].items_a_part;
    memcpy(needs->own, &at, sizeof at);
}

/* G g G^T of one input's and one output's 3x3 weights. */
static void transform_weights(const float *g, double *u)
{
    static const double points[5] = {0.0, 0.70710678118654752, -0.70710678118654752,
                                     1.41421356237309505, -1.41421356237309505};
    static const double scale[5] = {1.0, -2.0 / 3.0, -2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0};
    double rows[PK_WINOGRAD_IN][3] = {{0.0}};
    for (size_t p = 0; p < 5; p++)
        for (size_t i = 0; i < 3; i++)
            rows[p][i] = scale[p] * (i == 0 ? 1.0 : i == 1 ? points[p] : points[p] * points[p]);
    rows[5][2] = 1.0;
    for (size_t p = 0; p < PK_WINOGRAD_IN; p++)
        for (size_t q = 0; q < PK_WINOGRAD_IN; q++) {
            double sum = 0.0;
            for (size_t i = 0; i < 3; i++)
                for (size_t j = 0; j < 3; j++)
                    sum += rows[p][i] * (double)g[3 * i + j] * rows[q][j];
            u[p * PK_WINOGRAD_IN + q] = sum;
        }
}

void pk_winograd_pack(const pk_implementation *implementation, const pk_problem *problem,
                      const pk_constants *constants, void *packed)
{
    const size_t nr = ((const pk_winograd *)implementation->variant)->tile.nr;
    const plan at = plan_of(implementation, problem);
    float *weights = packed;
    for (size_t n = 0; n < at.panels * nr; n++)
        for (size_t i = 0; i < at.inputs; i++) {
            double u[PK_WINOGRAD_PLACES] = {0.0};
            if (n < at.outputs)
                transform_weights(constants->weights + (n * at.inputs + i) * 9, u);
            for (size_t p = 0; p < PK_WINOGRAD_PLACES; p++)
                weights[((p * at.panels + n / nr) * at.inputs + i) * nr + n % nr] = (float)u[p];
        }
    float *bias = (float *)(void *)((unsigned char *)packed + at.bias_at);
    for (size_t n = 0; n < at.outputs; n++)
        bias[n] = constants->bias == NULL ? 0.0f : constants->bias[n];
}

/* Phases 0 and 2: some tiles, there or back. */
static void transform(const pk_call *call, const plan *at, pk_range range, bool is_input)
{
    const pk_problem *problem = call->problem;
    const pk_winograd *variant = call->implementation->variant;
    const pk_tensor *tensor = is_input ? &problem->source[0] : &problem->destination;
    const size_t channels = is_input ? at->inputs : at->outputs;
    float *block =
        (float *)(void *)((unsigned char *)call->workspace + (is_input ? 0 : at->product_at));
    pk_winograd_args args = {
        .tensor = tensor,
        .place_step = at->tiles * channels,
        .bias = (const float *)(const void *)((const unsigned char *)call->packed + at->bias_at),
        .activation = problem->activation,
        .alpha = problem->alpha};
    for (size_t t = range.begin; t < range.end; t++) {
        const size_t picture = t / (at->tiles_x * at->tiles_y),
                     in_picture = t % (at->tiles_x * at->tiles_y);
        args.y = (int64_t)(in_picture / at->tiles_x * PK_WINOGRAD_OUT);
        args.x = (int64_t)(in_picture % at->tiles_x * PK_WINOGRAD_OUT);
        args.transformed = block + t * channels;
        if (is_input) {
            args.y -= (int64_t)problem->as.window.padding[0];
            args.x -= (int64_t)problem->as.window.padding[1];
            args.input = (const float *)call->source[0] + picture * tensor->picture;
            variant->input(&args);
            continue;
        }
        args.output = (float *)call->destination + picture * tensor->picture;
        if (problem->source_count > 1) {
            args.residual = (const float *)call->source[1] + picture * problem->source[1].picture;
            args.residual_pixel = problem->source[1].pixel;
        }
        variant->output(&args);
    }
}

/* Phase 1: some rows of tiles of one place, all panels. */
static void multiply(const pk_call *call, const plan *at, pk_range range)
{
    static const float no_bias[PK_MAX_NR];
    const pk_tile *tile = &((const pk_winograd *)call->implementation->variant)->tile;
    const float *input = (const float *)call->workspace + range.part * at->tiles * at->inputs;
    float *output = (float *)(void *)((unsigned char *)call->workspace + at->product_at) +
                    range.part * at->tiles * at->outputs;
    const float *weights =
        (const float *)call->packed + range.part * at->panels * at->inputs * tile->nr;
    const void *tap = NULL;
    pk_tile_args args = {.taps = &tap,
                         .tap_count = 1,
                         .depth = at->inputs,
                         .step = at->inputs,
                         .bias = no_bias,
                         .output_stride = at->outputs};
    for (size_t p = 0; p < at->panels; p++) {
        args.weights = weights + p * at->inputs * tile->nr;
        args.columns = pk_min(tile->nr, at->outputs - p * tile->nr);
        for (size_t row = range.begin; row < range.end; row++) {
            const size_t first = row * tile->mr;
            args.rows = pk_min(tile->mr, at->tiles - first);
            tap = input + first * at->inputs;
            args.output = output + first * at->outputs + p * tile->nr;
            tile->run(&args);
        }
    }
}

void pk_winograd_run(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)scratch;
    plan at;
    memcpy(&at, call->needs->own, sizeof at);
    const pk_range range = pk_cut_range(&at.cut[phase], item);
    if (phase == 1)
        multiply(call, &at, range);
    else
        transform(call, &at, range, phase == 0);
}
