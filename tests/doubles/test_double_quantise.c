/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A double's rules of quantisation: what is as NVIDIA's headers have it is built, and each way of
 * getting it wrong is refused with its reason. Usage: test_double_quantise LIBRARY
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_watch.h"
#include "tensorrt/trt_orders.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef enum flaw {
    NO_FLAW,
    ZERO_SCALE,
    NEGATIVE_SCALE,
    NAN_SCALE,
    NAN_OF_MANY,
    FEW_SCALES,
    ONE_SCALE,
    NO_AXIS,
    OTHER_AXIS,
    OTHER_SCALE,
    FLOAT_INPUT,
    FLOAT_KERNEL,
    NO_KERNEL,
    SMALL_GROUPS,
    BARE_INTEGERS,
    HALF_A_SUM,
    SAME_NAMES,
    NO_FLAG,
    FLAWS
} flaw;

static const char *const reasons[FLAWS] = {
    [NO_FLAW] = "",
    [ZERO_SCALE] = "Scale coefficients must all be positive",
    [NEGATIVE_SCALE] = "Scale coefficients must all be positive",
    [NAN_SCALE] = "Scale coefficients must all be positive",
    [NAN_OF_MANY] = "Scale coefficients must all be positive",
    [FEW_SCALES] = "The number of scales is not equal to the number of output channels",
    [ONE_SCALE] = "weights are quantised by output channel",
    [NO_AXIS] = "unexpected negative axis",
    [OTHER_AXIS] = "The number of scales is not equal to the number of output channels",
    [OTHER_SCALE] = "the two layers of a pair differ",
    [FLOAT_INPUT] = "only one of a convolution's inputs is quantised",
    [FLOAT_KERNEL] = "only one of a convolution's inputs is quantised",
    [NO_KERNEL] = "a convolution has no kernel",
    [SMALL_GROUPS] = "groups in int8 mode",
    [BARE_INTEGERS] = "integers are read by a layer that does not dequantise them",
    [HALF_A_SUM] = "only one of a sum's inputs is quantised",
    [SAME_NAMES] = "Repeated layer name: twice (layers must have distinct names)",
    [NO_FLAG] = "int8 is not configured in the builder",
};

enum { CHANNELS = 8 };

static const float units[] = {0.01f, 0.02f, 0.03f, 0.04f, 0.05f, 0.06f, 0.07f, 0.08f};

static pw_trt_native *constant(const pw_trt_library *library, pw_trt_native *network,
                               const pw_trt_dims *dims, const float *values)
{
    pw_trt_weights weights = {PW_TRT_FLOAT, values, 1};
    for (int32_t i = 0; i < dims->count; i++)
        weights.count *= dims->d[i];
    return pw_trt_layer_output(library, pw_trt_add_constant(library, network, dims, &weights));
}

/* What flows. */
static pw_trt_native *pair(const pw_trt_library *library, pw_trt_native *network, flaw what,
                           pw_trt_native *value)
{
    static const float unit = 0.05f, other = 0.06f, zero = 0.0f, negative = -1.0f, nan_ = NAN;
    const float *const first = what == ZERO_SCALE       ? &zero
                               : what == NEGATIVE_SCALE ? &negative
                               : what == NAN_SCALE      ? &nan_
                                                        : &unit;
    const pw_trt_dims scalar = {.count = 0};
    const int32_t axis = what == NO_AXIS ? -1 : 1;
    pw_trt_native *const scale = constant(library, network, &scalar, first);
    value = pw_trt_layer_output(library, pw_trt_add_quantize(library, network, value, scale, axis));
    if (what == BARE_INTEGERS)
        return value;
    pw_trt_native *const back =
        what == OTHER_SCALE ? constant(library, network, &scalar, &other) : scale;
    return pw_trt_layer_output(
        library, pw_trt_add_dequantize(library, network, value, back, axis, PW_TRT_FLOAT));
}

static pw_trt_native *kernel_of(const pw_trt_library *library, pw_trt_native *network, flaw what,
                                int32_t depth)
{
    static float weights[CHANNELS * CHANNELS], some[CHANNELS];
    for (size_t i = 0; i < PW_COUNT(weights); i++)
        weights[i] = (float)((int)(i * 37 % 101) - 50) / 50.0f;
    memcpy(some, units, sizeof some);
    if (what == NAN_OF_MANY)
        some[5] = NAN;
    const pw_trt_dims dims = {4, {CHANNELS, depth, 1, 1}};
    const pw_trt_dims channels = {1, {what == FEW_SCALES ? CHANNELS - 1 : CHANNELS}};
    const pw_trt_dims scalar = {.count = 0};
    const int32_t axis = what == OTHER_AXIS ? 2 : 0;
    pw_trt_native *const scale =
        constant(library, network, what == ONE_SCALE ? &scalar : &channels, some);
    pw_trt_native *value = constant(library, network, &dims, weights);
    if (what == FLOAT_KERNEL)
        return value;
    value = pw_trt_layer_output(library, pw_trt_add_quantize(library, network, value, scale, axis));
    return pw_trt_layer_output(
        library, pw_trt_add_dequantize(library, network, value, scale, axis, PW_TRT_FLOAT));
}

/* images -> convolution of integers -> its result and the images, summed. */
static void add_layers(const pw_trt_library *library, pw_trt_native *network, flaw what)
{
    const pw_trt_dims input = {4, {1, CHANNELS, 8, 8}}, one = {2, {1, 1}}, none = {2, {0, 0}};
    const pw_trt_weights empty = {.type = PW_TRT_FLOAT};
    const int32_t groups = what == SMALL_GROUPS ? 4 : 2;
    pw_trt_native *const images =
        pw_trt_add_input(library, network, "images", PW_TRT_FLOAT, &input);
    pw_trt_native *const in = what == FLOAT_INPUT ? images : pair(library, network, what, images);
    pw_trt_native *const kernel = kernel_of(library, network, what, CHANNELS / groups);
    pw_trt_native *const conv =
        pw_trt_add_convolution(library, network, in, CHANNELS, &one, &empty, &empty);
    pw_trt_convolution_set(library, conv, &one, &none, &one, groups);
    if (what != NO_KERNEL)
        pw_trt_layer_set_input(library, conv, 1, kernel);
    pw_trt_native *const a = pair(library, network, NO_FLAW, pw_trt_layer_output(library, conv));
    pw_trt_native *const b = what == HALF_A_SUM ? images : pair(library, network, NO_FLAW, images);
    pw_trt_native *const sum = pw_trt_add_elementwise(library, network, a, b, PW_TRT_SUM);
    if (what == SAME_NAMES) {
        pw_trt_layer_set_name(library, conv, "twice");
        pw_trt_layer_set_name(library, sum, "twice");
    }
    pw_trt_mark_output(library, network, pw_trt_layer_output(library, sum));
}

static void try_flaw(const pw_trt_library *library, flaw what, trt_tally *tally)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pw_trt_native *const builder = pw_trt_builder_create(library);
    pw_trt_native *const network =
        pw_trt_builder_network(library, builder, library->strategy->network_flags);
    pw_trt_native *const config = pw_trt_builder_config(library, builder);
    const bool has_flag = pw_trt_has_flag(library, library->strategy->int8_flag);
    if (what != NO_FLAG)
        (void)pw_trt_config_set_flag(library, config, library->strategy->int8_flag, true);
    add_layers(library, network, what);
    pw_trt_native *const memory = pw_trt_builder_build(library, builder, network, config);
    const bool is_right = what == NO_FLAW || (what == NO_FLAG && !has_flag);
    trt_expect(tally, (memory != NULL) == is_right, "flaw %d is %s: %s", (int)what,
               is_right ? "refused" : "built", watch.first);
    trt_expect(tally, is_right || strstr(watch.first, reasons[what]) != NULL, "flaw %d: \"%s\"",
               (int)what, watch.first);
    pw_trt_delete(memory);
    pw_trt_delete(config);
    pw_trt_delete(network);
    pw_trt_delete(builder);
}

int main(int count, char **arguments)
{
    pw_trt_library library;
    pawl_error error;
    trt_tally tally = {0, 0};
    if (count != 2 || pw_trt_library_open(arguments[1], &library, &error) < 0) {
        fprintf(stderr, "%s\n", count != 2 ? "usage: test_double_quantise LIBRARY" : error.message);
        return 2;
    }
    for (flaw what = NO_FLAW; what < FLAWS; what++)
        try_flaw(&library, what, &tally);
    printf("%s: %u passed, %u failed\n", library.version_text, tally.passed, tally.failed);
    return tally.failed == 0 ? 0 : 1;
}
