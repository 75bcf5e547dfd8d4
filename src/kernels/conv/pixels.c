/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions that are done a pixel at a time: depthwise ones, and transposed ones. What differs
 * between the two is which input pixel lies under a place of the kernel. An item is a row of output
 * pixels.
 *
 * Weights are packed as [group][tap][input channel][output channel of the group], of a depthwise
 * one (whose groups are single channels) as [tap][channel]; biases behind them.
 */
#include "kernels/conv/conv.h"
#include "kernels/cut.h"
#include "kernels/simd/simd.h"

bool pk_pixels_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_pixel *pixel = implementation->variant;
    const pk_window *window = &problem->as.window;
    const size_t inputs = problem->source[0].channels / window->groups;
    const size_t outputs = problem->destination.channels / window->groups;
    if (pixel->is_depthwise && !(window->groups > 1 && inputs == 1 && outputs == 1))
        return false;
    if (problem->source_count > 1 && !pk_is_nhwc(&problem->source[1]))
        return false;
    return pk_is_nhwc(&problem->source[0]) && pk_is_nhwc(&problem->destination);
}

static size_t tap_count(const pk_problem *problem)
{
    return problem->as.window.kernel[0] * problem->as.window.kernel[1];
}

/* Bytes of the packed weights, rounded up: the biases follow. */
static size_t weights_size(const pk_problem *problem)
{
    const size_t count = tap_count(problem) * problem->source[0].channels *
                         (problem->destination.channels / problem->as.window.groups);
    return pk_align(count * pk_type_size(problem->weights), PK_CACHE_LINE);
}

void pk_pixels_plan(const pk_implementation *implementation, const pk_problem *problem,
                    const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    pk_needs_cut(needs, (pk_cut){out->batch, out->height, 1, out->height});
    needs->packed = weights_size(problem) + out->channels * sizeof(float);
    needs->scratch = 2 * tap_count(problem) * sizeof(void *);
}

/* Where a weight stands in the network's constants. */
static size_t canonical(const pk_problem *problem, size_t group, size_t tap, size_t input,
                        size_t output)
{
    const size_t inputs = problem->source[0].channels / problem->as.window.groups;
    const size_t outputs = problem->destination.channels / problem->as.window.groups;
    const size_t row = problem->op == PK_DECONV ? (group * inputs + input) * outputs + output
                                                : (group * outputs + output) * inputs + input;
    return row * tap_count(problem) + tap;
}

void pk_pixels_pack(const pk_implementation *implementation, const pk_problem *problem,
                    const pk_constants *constants, void *packed)
{
    const bool is_depthwise = ((const pk_pixel *)implementation->variant)->is_depthwise;
    const size_t groups = problem->as.window.groups, taps = tap_count(problem);
    const size_t inputs = problem->source[0].channels / groups;
    const size_t outputs = problem->destination.channels / groups;
    for (size_t g = 0; g < groups; g++)
        for (size_t t = 0; t < taps; t++)
            for (size_t i = 0; i < inputs; i++)
                for (size_t o = 0; o < outputs; o++) {
                    const size_t at =
                        is_depthwise ? t * groups + g : ((g * taps + t) * inputs + i) * outputs + o;
                    pk_put_weight(problem->weights, packed, at,
                                  constants->weights[canonical(problem, g, t, i, o)], 0.0f);
                }
    float *bias = (float *)(void *)((unsigned char *)packed + weights_size(problem));
    for (size_t c = 0; c < problem->destination.channels; c++)
        bias[c] = constants->bias == NULL ? 0.0f : constants->bias[c];
}

/* The input place under kernel place tap of output place at along one side; SIZE_MAX where there is
 * none. */
static size_t under(const pk_problem *problem, int side, size_t at, size_t tap, size_t size)
{
    const pk_window *window = &problem->as.window;
    const int64_t reach = (int64_t)(tap * window->dilation[side]);
    int64_t place = (int64_t)(at * window->stride[side]) - (int64_t)window->padding[side] + reach;
    if (problem->op == PK_DECONV) { /* the kernel lies on the output */
        const int64_t stride = (int64_t)window->stride[side];
        place = (int64_t)(at + window->padding[side]) - reach;
        if (place < 0 || place % stride != 0)
            return SIZE_MAX;
        place /= stride;
    }
    return place < 0 || place >= (int64_t)size ? SIZE_MAX : (size_t)place;
}

/* Points taps and weights at all that meets output pixel (y, x) of a picture; returns how many. */
static size_t meet(const pk_call *call, size_t picture, size_t y, size_t x, size_t weight_step,
                   const void **taps, const void **weights)
{
    const pk_problem *problem = call->problem;
    const pk_tensor *in = &problem->source[0];
    const size_t element = pk_type_size(in->type);
    const size_t weight_bytes = weight_step * pk_type_size(problem->weights);
    const unsigned char *source = call->source[0], *packed = call->packed;
    size_t count = 0;
    for (size_t ky = 0; ky < problem->as.window.kernel[0]; ky++) {
        const size_t row = under(problem, 0, y, ky, in->height);
        for (size_t kx = 0; kx < problem->as.window.kernel[1] && row != SIZE_MAX; kx++) {
            const size_t column = under(problem, 1, x, kx, in->width);
            if (column == SIZE_MAX)
                continue;
            taps[count] =
                source + ((picture * in->height + row) * in->width + column) * in->pixel * element;
            weights[count++] = packed + (ky * problem->as.window.kernel[1] + kx) * weight_bytes;
        }
    }
    return count;
}

/* One output pixel: all groups, or all channels of a depthwise one at once. */
static void run_pixel(const pk_call *call, const void **taps, const void **weights,
                      pk_pixel_args args)
{
    const pk_problem *problem = call->problem;
    const pk_pixel *micro = call->implementation->variant;
    const size_t in_size = pk_type_size(problem->source[0].type);
    const size_t out_size = pk_type_size(problem->destination.type);
    if (micro->is_depthwise) {
        args.inputs = args.outputs = problem->destination.channels;
        micro->run(&args);
        return;
    }
    const size_t groups = problem->as.window.groups;
    args.inputs = problem->source[0].channels / groups;
    args.outputs = problem->destination.channels / groups;
    const size_t step =
        tap_count(problem) * args.inputs * args.outputs * pk_type_size(problem->weights);
    for (size_t g = 0; g < groups; g++) {
        micro->run(&args);
        args.bias += args.outputs;
        args.output = (unsigned char *)args.output + args.outputs * out_size;
        if (args.residual != NULL)
            args.residual = (const unsigned char *)args.residual + args.outputs * out_size;
        for (size_t t = 0; t < args.tap_count; t++) {
            taps[t] = (const unsigned char *)taps[t] + args.inputs * in_size;
            weights[t] = (const unsigned char *)weights[t] + step;
        }
    }
}

void pk_pixels_run(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    const pk_problem *problem = call->problem;
    const pk_tensor *out = &problem->destination;
    const pk_pixel *micro = call->implementation->variant;
    const void **taps = scratch, **weights = taps + tap_count(problem);
    const size_t groups = problem->as.window.groups;
    const size_t weight_step =
        micro->is_depthwise ? groups
                            : problem->source[0].channels / groups * (out->channels / groups);
    const unsigned char *packed = call->packed;
    const size_t size = pk_type_size(out->type);
    for (size_t x = 0; x < out->width; x++) {
        const size_t pixel = item * out->width + x;
        const size_t count =
            meet(call, item / out->height, item % out->height, x, weight_step, taps, weights);
        pk_pixel_args args = {
            .taps = taps,
            .weights = weights,
            .tap_count = count,
            .bias = (const float *)(const void *)(packed + weights_size(problem)),
            .output = (unsigned char *)call->destination + pixel * out->pixel * size,
            .activation = problem->activation,
            .alpha = problem->alpha,
        };
        if (problem->source_count > 1)
            args.residual =
                (const unsigned char *)call->source[1] + pixel * problem->source[1].pixel * size;
        run_pixel(call, taps, weights, args);
    }
}
