/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms, calibrations and their files, and a network of integers that computes the same bits
 * on both backends, under every instruction set, from a picture's bytes and from floats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "builder/pass.h"
#include "support/failing_allocator.h"
#include "support/tiny_build.h"
#include <math.h>
#include <pawl/pawl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDE   32
#define TILES  (SIDE * SIDE * 3)
#define CACHE  "test_quantise.calib"
#define LAYERS 64

static void a_histogram_is_the_same_in_any_order(void **state)
{
    (void)state;
    static pw_histogram one, other, halves[2];
    enum { COUNT = 5000 };
    static float values[COUNT], reversed[COUNT];
    uint64_t seed = 5;
    for (int i = 0; i < COUNT; i++) {
        values[i] = pt_uniform(&seed) * (i < 10 ? 1e-5f : i < 4900 ? 3.0f : 40.0f);
        reversed[COUNT - 1 - i] = values[i];
    }
    values[7] = reversed[COUNT - 8] = NAN;
    pw_histogram_add(&one, values, COUNT);
    for (int i = 0; i < COUNT; i += 100)
        pw_histogram_add(&other, reversed + i, 100);
    assert_memory_equal(&one, &other, sizeof one);
    pw_histogram_add(&halves[0], values, 20); /* narrow, then wide */
    pw_histogram_add(&halves[1], values + 20, COUNT - 20);
    pw_histogram_merge(&halves[0], &halves[1]);
    assert_memory_equal(&one, &halves[0], sizeof one);
    assert_int_equal(one.not_finite, 1);
    assert_int_equal(one.count, COUNT - 1);
}

static void ranges_hold_zero_and_no_more_than_was_seen(void **state)
{
    (void)state;
    static pw_histogram seen, none;
    enum { COUNT = 100000 };
    uint64_t seed = 9;
    for (int i = 0; i < COUNT; i++) { /* as SiLU's: a floor, a hump, a long tail */
        const float x = 4.0f * pt_uniform(&seed) + 2.0f * pt_uniform(&seed);
        const float y = x / (1.0f + expf(-x));
        pw_histogram_add(&seen, &y, 1);
    }
    const float outlier = 100.0f;
    pw_histogram_add(&seen, &outlier, 1);
    const pw_range all = pw_histogram_range(&seen, PAWL_CALIBRATE_MINMAX);
    assert_true(all.high == 100.0 && all.low < -0.2 && all.low > -0.3);
    for (int m = PAWL_CALIBRATE_ENTROPY; m <= PAWL_CALIBRATE_MSE; m++) {
        const pw_range range = pw_histogram_range(&seen, (pawl_calibration_method)m);
        assert_true(range.low <= 0 && range.low >= all.low && range.high >= 0);
        assert_true(m != PAWL_CALIBRATE_PERCENTILE || range.high < 10.0); /* one value in 100,000 */
        assert_true(m == PAWL_CALIBRATE_MINMAX || range.high < all.high);
        assert_true(m == PAWL_CALIBRATE_ENTROPY || range.high > 4.0);
        const pw_range nothing = pw_histogram_range(&none, (pawl_calibration_method)m);
        assert_true(nothing.low == 0 && nothing.high == 0);
        const double reach = pw_histogram_symmetric(&seen, (pawl_calibration_method)m);
        assert_true(m == PAWL_CALIBRATE_MINMAX ? reach == 100.0 : reach < all.high);
        assert_true(m != PAWL_CALIBRATE_PERCENTILE || reach < 10.0);
        assert_true(reach > (m == PAWL_CALIBRATE_ENTROPY ? 0.5 : 4.0));
        assert_true(pw_histogram_symmetric(&none, (pawl_calibration_method)m) == 0);
    }
}

static pawl_status build(pawl_calibration *calibration, const pawl_layer_precision *rows,
                         size_t count, pawl_plan **plan, pawl_error *error)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.precision = calibration != NULL ? "int8" : "fp32";
    desc.height = desc.width = SIDE;
    desc.calibration = calibration;
    desc.layer_precisions = rows;
    desc.layer_precision_count = count;
    return pt_tiny_build(&desc, plan, error);
}

/* What a run's layers left, as floats. */
typedef struct seen {
    float *values[LAYERS];
    size_t counts[LAYERS];
    size_t count;
} seen;

static int keep(void *user, uint32_t id, const char *name, const pawl_tensor *tensor)
{
    seen *to = user;
    (void)id;
    (void)name;
    assert_true(to->count < LAYERS);
    to->values[to->count] = malloc(tensor->size);
    assert_non_null(to->values[to->count]);
    memcpy(to->values[to->count], tensor->data, tensor->size);
    to->counts[to->count++] = tensor->size / sizeof(float);
    return 0;
}

static void forget(seen *what)
{
    for (size_t i = 0; i < what->count; i++)
        free(what->values[i]);
    *what = (seen){.count = 0};
}

/* Runs a plan on the number-th picture. */
static pawl_status run(pawl_plan *plan, const char *backend, pawl_input_form form, unsigned number,
                       pawl_observer observer, void *user, pawl_error *error)
{
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_runtime_desc on = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_tensor input = PAWL_TENSOR_INIT;
    on.backend = backend;
    desc.input = form;
    desc.output = PAWL_OUTPUT_RAW;
    pawl_status status = pawl_runtime_create(&on, &runtime, error);
    if (status >= 0)
        status = pawl_engine_create(runtime, plan, &engine, error);
    if (status >= 0)
        status = pawl_context_create(engine, &desc, &context, error);
    if (status >= 0)
        status = pawl_context_input(context, &input, error);
    for (size_t i = 0; status >= 0 && i < TILES; i++) {
        const uint8_t byte = (uint8_t)((i * 2654435761u + number * 97u) >> 7);
        const size_t pixel = i / 3, plane = i % 3;
        if (form == PAWL_INPUT_U8_NHWC)
            ((uint8_t *)input.data)[i] = byte;
        else
            ((float *)input.data)[plane * SIDE * SIDE + pixel] = (float)byte / 255.0f;
    }
    if (status >= 0)
        status = pawl_context_observer_set(context, observer, user, error);
    if (status >= 0)
        status = pawl_context_run(context, error);
    (void)pawl_context_destroy(&context);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    return status;
}

static pawl_calibration *calibrated(void)
{
    pawl_error error;
    pawl_plan *plan = NULL;
    pawl_calibration *calibration = NULL;
    assert_int_equal(build(NULL, NULL, 0, &plan, &error), PAWL_OK);
    assert_int_equal(pawl_calibration_create(plan, &calibration, &error), PAWL_OK);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(
            run(plan, "cpu", PAWL_INPUT_U8_NHWC, i, pawl_calibration_observe, calibration, &error),
            PAWL_OK);
    (void)pawl_plan_destroy(&plan);
    return calibration;
}

/* Two runs: integers in nothing apart, floats, and the picture's bytes as floats, by rounding. */
static void assert_alike(pawl_plan *plan, const seen *a, const seen *b)
{
    pawl_error error;
    size_t at = 0, integers = 0;
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; at < a->count; i++) {
        pawl_layer_info layer = PAWL_LAYER_INFO_INIT;
        assert_int_equal(pawl_plan_layer_get(plan, i, &layer, &error), PAWL_OK);
        if (strcmp(layer.op, "detect") == 0)
            break;
        assert_int_equal(a->counts[at], b->counts[at]);
        for (size_t k = 0; k < a->counts[at]; k++) {
            const float x = a->values[at][k], y = b->values[at][k];
            if (!(layer.output_dtype == PAWL_U8 && i > 0 ? x == y
                                                         : fabsf(x - y) <= 1e-4f * (1 + fabsf(y))))
                fail_msg("%s (%s), value %zu: %.9g, not %.9g", layer.name, layer.attributes, k,
                         (double)x, (double)y);
        }
        integers += layer.output_dtype == PAWL_U8;
        at++;
    }
    assert_true(integers > 3);
}

static void both_backends_give_the_same_bits(void **state)
{
    (void)state;
    pawl_error error;
    pawl_plan *plan = NULL;
    pawl_calibration *calibration = calibrated();
    assert_int_equal(build(calibration, NULL, 0, &plan, &error), PAWL_OK);
    seen reference = {.count = 0};
    assert_int_equal(run(plan, "reference", PAWL_INPUT_U8_NHWC, 9, keep, &reference, &error),
                     PAWL_OK);
    const char *isa = NULL;
    for (size_t i = 0; (isa = pawl_isa_name(i)) != NULL; i++) {
        assert_int_equal(pawl_max_isa_set(isa), PAWL_OK);
        for (int form = 0; form < 2; form++) {
            seen here = {.count = 0};
            assert_int_equal(run(plan, "cpu", (pawl_input_form)form, 9, keep, &here, &error),
                             PAWL_OK);
            assert_alike(plan, &here, &reference);
            forget(&here);
        }
    }
    forget(&reference);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_calibration_destroy(&calibration);
}

/* A layer that is named, or whose name begins so, keeps its floats; the last row counts. */
static void layers_stay_in_floats(void **state)
{
    (void)state;
    pawl_error error;
    pawl_calibration *calibration = calibrated();
    const struct {
        pawl_layer_precision rows[2];
        size_t count;
        bool is_int8; /* model.0.conv */
        pawl_status status;
    } cases[] = {{{{"model.0", "fp32"}}, 1, false, PAWL_OK},
                 {{{"model.0", "fp32"}, {"model.0", "int8"}}, 2, true, PAWL_OK},
                 {{{"model.77", "fp32"}}, 1, false, PAWL_ERR_ARGUMENT},
                 {{{"model", "fp8"}}, 1, false, PAWL_ERR_ARGUMENT},
                 {{{NULL, "fp32"}}, 1, false, PAWL_ERR_ARGUMENT}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        pawl_plan *plan = NULL;
        assert_int_equal(build(calibration, cases[c].rows, cases[c].count, &plan, &error),
                         cases[c].status);
        if (cases[c].status < 0)
            continue;
        pawl_layer_info layer = PAWL_LAYER_INFO_INIT;
        assert_int_equal(pawl_plan_layer_get(plan, 1, &layer, &error), PAWL_OK);
        assert_int_equal(strncmp(layer.name, "model.0", 7), 0);
        assert_int_equal(strstr(layer.attributes, " i8") != NULL, cases[c].is_int8);
        seen reference = {.count = 0}, here = {.count = 0};
        assert_int_equal(run(plan, "reference", PAWL_INPUT_U8_NHWC, 3, keep, &reference, &error),
                         PAWL_OK);
        assert_int_equal(run(plan, "cpu", PAWL_INPUT_U8_NHWC, 3, keep, &here, &error), PAWL_OK);
        if (cases[c].is_int8)
            assert_alike(plan, &here, &reference);
        forget(&reference);
        forget(&here);
        (void)pawl_plan_destroy(&plan);
    }
    (void)pawl_calibration_destroy(&calibration);
}

static void builds_refuse_what_is_no_calibration_of_theirs(void **state)
{
    (void)state;
    pawl_error error;
    pawl_plan *plan = NULL, *int8 = NULL;
    pawl_calibration *empty = NULL;
    assert_int_equal(build(NULL, NULL, 0, &plan, &error), PAWL_OK);
    assert_int_equal(pawl_calibration_create(plan, &empty, &error), PAWL_OK);
    assert_int_equal(build(empty, NULL, 0, &int8, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "no picture"));
    pawl_calibration *whole = calibrated();
    assert_int_equal(build(whole, NULL, 0, &int8, &error), PAWL_OK);
    pawl_calibration *none = NULL;
    assert_int_equal(pawl_calibration_create(int8, &none, &error), PAWL_ERR_ARGUMENT);
    assert_null(none);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_plan_destroy(&int8);
    (void)pawl_calibration_destroy(&empty);
    pawl_calibration *ended = whole;
    (void)pawl_calibration_destroy(&whole);
    assert_int_equal(build(ended, NULL, 0, &int8, &error), PAWL_ERR_DEAD_HANDLE);
}

/* The layers of pt_tiny_network() as symmetric integers; of the grouped one, so many groups. */
static void quantise_symmetrically(pawl_calibration *calibration, int32_t groups,
                                   pw_network *network)
{
    pw_calibration *used = NULL;
    pawl_error error;
    assert_int_equal(pw_object_use(calibration, &pw_calibration_type, &used, &error), PAWL_OK);
    const pw_quantise_desc desc = {
        .calibration = used, .method = PAWL_CALIBRATE_MINMAX, .is_symmetric = true};
    assert_int_equal(pt_tiny_network(network, &error), PAWL_OK);
    assert_int_equal(pw_passes_run(network, NULL, NULL, &error), PAWL_OK);
    pw_conv *last = NULL;
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op == PW_OP_CONV && network->layers[i].as.conv.in_channels == 8 &&
            network->layers[i].as.conv.out_channels == 8)
            last = &network->layers[i].as.conv;
    assert_non_null(last);
    last->groups = groups;
    assert_int_equal(pw_pass_quantise(network, &desc, &error), PAWL_OK);
    assert_int_equal(last->weight_type, groups == 4 ? PAWL_F32 : PAWL_I8);
    pw_object_release(used);
}

/* As TensorRT wants them: no zero point but the middle, the picture in floats, and no group of
 * fewer than four channels. */
static void symmetric_bytes_lie_about_zero(void **state)
{
    (void)state;
    pawl_calibration *calibration = calibrated();
    for (int32_t groups = 1; groups <= 4; groups *= 2) {
        pw_network network = {.source_layer_count = 0};
        size_t bytes = 0;
        quantise_symmetrically(calibration, groups, &network);
        for (size_t t = 0; t < network.tensor_count; t++) {
            bytes += network.tensors[t].dtype == PAWL_U8;
            assert_true(network.tensors[t].dtype != PAWL_U8 ||
                        network.tensors[t].zero_point == PW_SYMMETRIC_ZERO);
        }
        assert_true(bytes > 3);
        assert_int_equal(network.tensors[network.layers[0].output].dtype, PAWL_F32);
        assert_int_equal(network.layers[1].op, PW_OP_CONV);
        assert_int_equal(network.layers[1].as.conv.weight_type, PAWL_F32);
        pw_network_free(&network);
    }
    (void)pawl_calibration_destroy(&calibration);
}

static size_t read_file(unsigned char *bytes, size_t most)
{
    FILE *file = fopen(CACHE, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, most, file);
    (void)fclose(file);
    return size;
}

static void write_file(const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(CACHE, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    (void)fclose(file);
}

static void files_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    pawl_error error;
    static unsigned char bytes[1 << 20], again[1 << 20];
    pawl_plan *plan = NULL;
    pawl_calibration *calibration = calibrated(), *loaded = NULL;
    assert_int_equal(build(NULL, NULL, 0, &plan, &error), PAWL_OK);
    assert_int_equal(pawl_calibration_save(calibration, CACHE, &error), PAWL_OK);
    const size_t size = read_file(bytes, sizeof bytes);
    assert_int_equal(pawl_calibration_load(CACHE, plan, &loaded, &error), PAWL_OK);
    assert_int_equal(pawl_calibration_save(loaded, CACHE, &error), PAWL_OK);
    assert_int_equal(read_file(again, sizeof again), size);
    assert_memory_equal(bytes, again, size);
    (void)pawl_calibration_destroy(&loaded);
    for (size_t at = 0; at < size; at += at < 100 ? 1 : 97) {
        bytes[at] ^= 0x10;
        write_file(bytes, size);
        bytes[at] ^= 0x10;
        const pawl_status status = pawl_calibration_load(CACHE, plan, &loaded, &error);
        assert_true(status == PAWL_ERR_CORRUPT || status == PAWL_ERR_UNSUPPORTED);
        write_file(bytes, at);
        assert_int_equal(pawl_calibration_load(CACHE, plan, &loaded, &error), PAWL_ERR_CORRUPT);
        assert_null(loaded);
    }
    (void)unlink(CACHE);
    assert_int_equal(pawl_calibration_load(CACHE, plan, &loaded, &error), PAWL_ERR_READ);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_calibration_destroy(&calibration);
}

/* What a user does, from the network to the integers. */
static pawl_status all_of_it(pawl_error *error)
{
    pawl_plan *plan = NULL, *int8 = NULL;
    pawl_calibration *made = NULL, *loaded = NULL;
    pawl_status status = build(NULL, NULL, 0, &plan, error);
    if (status >= 0)
        status = pawl_calibration_create(plan, &made, error);
    if (status >= 0)
        status = run(plan, "cpu", PAWL_INPUT_U8_NHWC, 0, pawl_calibration_observe, made, error);
    if (status >= 0)
        status = pawl_calibration_save(made, CACHE, error);
    if (status >= 0)
        status = pawl_calibration_load(CACHE, plan, &loaded, error);
    if (status >= 0)
        status = build(loaded, NULL, 0, &int8, error);
    (void)pawl_calibration_destroy(&made);
    (void)pawl_calibration_destroy(&loaded);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_plan_destroy(&int8);
    return status;
}

/* The nth allocation fails, whichever it is: that is said, and nothing is left behind. */
static void memory_may_run_out(void **state)
{
    (void)state;
    static pt_allocator counter;
    const pawl_allocator allocator = {&counter, pt_allocate, pt_release};
    pawl_error error;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    pawl_status status = PAWL_ERR_MEMORY;
    for (long nth = 1; status < 0; nth++) {
        pt_allocator_reset(&counter, nth);
        status = all_of_it(&error);
        assert_true(status == PAWL_ERR_MEMORY || status >= 0);
        assert_int_equal(atomic_load(&counter.live), 0);
    }
    pt_allocator_reset(&counter, 0);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    (void)unlink(CACHE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_run_out), /* first: the allocator is set before any object */
        cmocka_unit_test(a_histogram_is_the_same_in_any_order),
        cmocka_unit_test(ranges_hold_zero_and_no_more_than_was_seen),
        cmocka_unit_test(both_backends_give_the_same_bits),
        cmocka_unit_test(layers_stay_in_floats),
        cmocka_unit_test(symmetric_bytes_lie_about_zero),
        cmocka_unit_test(builds_refuse_what_is_no_calibration_of_theirs),
        cmocka_unit_test(files_are_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests_name("quantise", tests, NULL, NULL);
}
