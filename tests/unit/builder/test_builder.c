/* SPDX-License-Identifier: Apache-2.0 */
/* What a build accepts, refuses, reports and leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/tiny_build.h"
#include <math.h>
#include <pawl/builder.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct build_row {
    const char *name;
    pawl_build_desc desc;
    pawl_status status;
    const char *message; /* or of the plan: */
    int32_t height, width, batches[3];
} rows[] = {
/* clang-format off */
#define DESC(backend, precision, ...) \
    {sizeof(pawl_build_desc), backend, precision, __VA_ARGS__, NULL, NULL, 0, -1, NULL, 0, 0, 0, 0, 0, 0, 0, 0, PAWL_TUNE_OFF, 0, -1, 0, 0, NULL, PAWL_CALIBRATE_MSE, NULL, 0, {0, 0, 0, 0}}
    {"reference by default size", DESC("reference", NULL, 0, 0, 0, 0, 0, 0), PAWL_OK, NULL, 64, 64, {1, 1, 1}},
    {"cpu by name", DESC("cpu", "fp32", 32, 96, 0, 0, 0, 0), PAWL_OK, NULL, 32, 96, {1, 1, 1}},
    {"cpu by default", DESC(NULL, NULL, 32, 96, 1, 2, 4, 0), PAWL_OK, NULL, 32, 96, {1, 2, 4}},
    {"unoptimised", DESC("reference", NULL, 64, 64, 0, 0, 0, 1), PAWL_OK, NULL, 64, 64, {1, 1, 1}},
    {"only a maximum", DESC("reference", NULL, 0, 0, 0, 0, 8, 0), PAWL_OK, NULL, 64, 64, {1, 1, 8}},
    {"only a minimum", DESC("reference", NULL, 0, 0, 3, 0, 0, 0), PAWL_OK, NULL, 64, 64, {3, 3, 3}},
    {"no such backend", DESC("tpu", NULL, 0, 0, 0, 0, 0, 0), PAWL_ERR_DEVICE, "no backend \"tpu\"", 0, 0, {0}},
    {"no such precision", DESC("cpu", "fp8", 0, 0, 0, 0, 0, 0), PAWL_ERR_UNSUPPORTED, "\"fp8\"", 0, 0, {0}},
    {"height no multiple", DESC("cpu", NULL, 60, 64, 0, 0, 0, 0), PAWL_ERR_ARGUMENT, "60 x 64 pixels: height and width must be multiples of 8", 0, 0, {0}},
    {"width below 0", DESC("cpu", NULL, 64, -64, 0, 0, 0, 0), PAWL_ERR_ARGUMENT, "empty", 0, 0, {0}},
    {"batch below 0", DESC("cpu", NULL, 0, 0, -1, 0, 0, 0), PAWL_ERR_ARGUMENT, "batch", 0, 0, {0}},
    {"batches out of order", DESC("cpu", NULL, 0, 0, 4, 2, 8, 0), PAWL_ERR_ARGUMENT, "batch from 4 by way of 2 to 8", 0, 0, {0}},
    {"a maximum too small", DESC("cpu", NULL, 0, 0, 1, 4, 2, 0), PAWL_ERR_ARGUMENT, "batch", 0, 0, {0}},
    {"a batch too large", DESC("cpu", NULL, 8192, 8192, 1, 1, 4096, 0), PAWL_ERR_LIMIT, "2^31 - 1", 0, 0, {0}},
    /* clang-format on */
};

/* Operations at the size that the plan tells, which need not be the network's. */
static void check_operations(const pawl_model_info *model)
{
    pawl_network *network = NULL;
    pawl_model_info whole = {.struct_size = sizeof whole};
    assert_int_equal(pt_tiny_network_object(&network, NULL), PAWL_OK);
    assert_int_equal(pawl_network_info_get(network, &whole, NULL), PAWL_OK);
    const double scale = (double)model->imgsz / whole.imgsz;
    assert_true(fabs(model->gflops - whole.gflops * scale * scale) < 1e-12);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

static void build_answers(void **state)
{
    const struct build_row *row = *state;
    pawl_plan *plan = NULL;
    pawl_error error = {.message = ""};
    const pawl_status status = pt_tiny_build(&row->desc, &plan, &error);
    if (status != row->status || (row->message && strstr(error.message, row->message) == NULL))
        fail_msg("%s: %s", pawl_status_name(status), error.message);
    if (status == PAWL_OK) {
        pawl_plan_info info = {.struct_size = sizeof info};
        pawl_model_info model = {.struct_size = sizeof model};
        assert_int_equal(pawl_plan_info_get(plan, &info, &error), PAWL_OK);
        assert_int_equal(pawl_plan_model_get(plan, &model, &error), PAWL_OK);
        assert_string_equal(info.backend, row->desc.backend ? row->desc.backend : "cpu");
        assert_string_equal(info.precision, "fp32");
        assert_int_equal(info.height, row->height);
        assert_int_equal(info.width, row->width);
        assert_int_equal(info.batch_min, row->batches[0]);
        assert_int_equal(info.batch_opt, row->batches[1]);
        assert_int_equal(info.batch_max, row->batches[2]);
        assert_string_equal(pawl_plan_class_name(plan, 1), "dog");
        assert_int_equal(model.imgsz, row->height);
        check_operations(&model);
        assert_true(row->desc.is_unoptimised ? model.layer_count == model.source_layer_count
                                             : model.layer_count < model.source_layer_count);
    } else {
        assert_null(plan);
    }
    (void)pawl_plan_destroy(&plan);
    assert_int_equal(pawl_object_count(), 0);
}

/* All that the build was told is in the plan, and in the file. */
static void options_are_kept(void **state)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_plan *plan = NULL, *read = NULL;
    pawl_plan_info info = {.struct_size = sizeof info};
    pawl_error error = {.message = ""};
    char path[] = "/tmp/pawl_options_XXXXXX";
    (void)state;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    desc.backend = "reference";
    desc.height_min = 32;
    desc.width_min = 40;
    desc.height_max = 128;
    desc.width_max = 96;
    desc.contexts = 5;
    desc.is_version_compatible = desc.is_hardware_compatible = desc.is_fp16_fixed = 1;
    desc.optimisation_level = 2;
    desc.workspace_size = (size_t)3 << 32;
    assert_int_equal(pt_tiny_build(&desc, &plan, &error), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, path, &error), PAWL_OK);
    assert_int_equal(pawl_plan_load(path, &read, &error), PAWL_OK);
    assert_int_equal(pawl_plan_info_get(read, &info, &error), PAWL_OK);
    assert_int_equal(info.height_min, 32);
    assert_int_equal(info.width_min, 40);
    assert_int_equal(info.height, 64);
    assert_int_equal(info.height_max, 128);
    assert_int_equal(info.width_max, 96);
    assert_int_equal(info.contexts, 5);
    assert_int_equal(info.is_version_compatible, 1);
    assert_int_equal(info.is_hardware_compatible, 1);
    assert_int_equal(info.is_fp16_fixed, 1);
    assert_int_equal(info.is_unoptimised, 0);
    assert_int_equal(info.optimisation_level, 2);
    assert_true(info.workspace_size == (uint64_t)3 << 32);
    assert_int_equal(info.tactic_count, 0); /* nothing was timed */
    (void)pawl_plan_destroy(&plan);
    (void)pawl_plan_destroy(&read);
    assert_int_equal(unlink(path), 0);
    desc.height_min = 72;
    assert_int_equal(pt_tiny_build(&desc, &plan, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "72x40 by way of 64x64"));
    desc.height_min = 36;
    assert_int_equal(pt_tiny_build(&desc, &plan, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "multiples of 8"));
    desc.height_min = 32;
    desc.contexts = 65;
    assert_int_equal(pt_tiny_build(&desc, &plan, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "65 contexts"));
}

/* With passes and without, a half is what the plan's tensors are, but for picture and head. */
static void precision_is_the_tensors(void **state)
{
    (void)state;
    for (int turn = 0; turn < 4; turn++) {
        const bool is_bf16 = turn / 2 == 1;
        const pawl_dtype half = is_bf16 ? PAWL_BF16 : PAWL_F16;
        const char *word = is_bf16 ? " bf16" : " f16";
        pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
        pawl_plan *plan = NULL;
        pawl_error error = {.message = ""};
        pawl_model_info model = {.struct_size = sizeof model};
        size_t float_count = 0;
        desc.backend = "reference";
        desc.precision = is_bf16 ? "bf16" : "fp16";
        desc.is_unoptimised = turn % 2;
        assert_int_equal(pt_tiny_build(&desc, &plan, &error), PAWL_OK);
        assert_int_equal(pawl_plan_model_get(plan, &model, &error), PAWL_OK);
        for (size_t i = 0; i < model.layer_count; i++) {
            pawl_layer_info layer = {.struct_size = sizeof layer};
            assert_int_equal(pawl_plan_layer_get(plan, i, &layer, &error), PAWL_OK);
            const bool is_outside = strcmp(layer.op, "input") == 0 ||
                                    strcmp(layer.op, "detect") == 0 ||
                                    strncmp(layer.name, "model.9.m.", 10) == 0;
            assert_int_equal(layer.output_dtype, is_outside ? PAWL_F32 : half);
            float_count += is_outside;
            /* Weights are of the type they are multiplied with. */
            if (strcmp(layer.op, "conv") == 0)
                assert_int_equal(strstr(layer.attributes, word) != NULL,
                                 strncmp(layer.name, "model.0.", 8) != 0);
        }
        assert_int_equal(float_count, 4); /* picture, two levels, head */
        (void)pawl_plan_destroy(&plan);
    }
}

static void arguments_are_checked(void **state)
{
    pawl_builder_desc desc = PAWL_BUILDER_DESC_INIT;
    pawl_build_desc broken = PAWL_BUILD_DESC_INIT;
    pawl_builder *builder = NULL;
    pawl_network *network = NULL;
    pawl_plan *plan = NULL;
    pawl_error error = {.message = ""};
    (void)state;
    desc.threads = -1;
    assert_int_equal(pawl_builder_create(&desc, &builder, &error), PAWL_ERR_ARGUMENT);
    desc.threads = 3;
    desc.struct_size = 0;
    assert_int_equal(pawl_builder_create(&desc, &builder, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_builder_create(NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    desc.struct_size = sizeof desc;
    assert_int_equal(pawl_builder_create(&desc, &builder, &error), PAWL_OK);
    assert_int_equal(pt_tiny_network_object(&network, &error), PAWL_OK);
    broken.struct_size = 1;
    assert_int_equal(pawl_builder_build(builder, network, &broken, &plan, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_builder_build(builder, NULL, NULL, &plan, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_builder_build(builder, network, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_builder *copy = builder;
    assert_int_equal(pawl_builder_destroy(&builder), PAWL_OK);
    assert_int_equal(pawl_builder_build(copy, network, NULL, &plan, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

/* A network may be built again and again, and is itself afterwards. */
static void network_is_not_changed(void **state)
{
    pawl_builder *builder = NULL;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pw_network_object *object = NULL;
    (void)state;
    desc.backend = "reference";
    assert_int_equal(pawl_builder_create(NULL, &builder, &error), PAWL_OK);
    assert_int_equal(pt_tiny_network_object(&network, &error), PAWL_OK);
    assert_int_equal(pw_object_use(network, &pw_network_type, &object, &error), PAWL_OK);
    const size_t layers = object->network.layer_count, tensors = object->network.tensor_count;
    for (int i = 0; i < 2; i++) {
        pawl_plan *plan = NULL;
        assert_int_equal(pawl_builder_build(builder, network, &desc, &plan, &error), PAWL_OK);
        assert_int_equal(object->network.layer_count, layers);
        assert_int_equal(object->network.tensor_count, tensors);
        assert_int_equal(pw_network_validate(&object->network, &error), PAWL_OK);
        (void)pawl_plan_destroy(&plan);
    }
    pw_object_release(object);
    (void)pawl_network_destroy(&network);
    (void)pawl_builder_destroy(&builder);
}

typedef struct watcher {
    size_t calls, stop_at;
    pawl_builder *builder;
    pawl_network *network;
    pawl_status inner; /* of a build within the build */
} watcher;

static int watch(void *user, const char *stage, size_t done, size_t total)
{
    watcher *w = user;
    pawl_plan *plan = NULL;
    assert_non_null(stage);
    assert_true(done <= total);
    if (w->builder != NULL && w->calls == 0)
        w->inner = pawl_builder_build(w->builder, w->network, NULL, &plan, NULL);
    return ++w->calls == w->stop_at;
}

static void progress_can_stop_anywhere(void **state)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    watcher w = {.stop_at = 1};
    pawl_status status = PAWL_ERR_CANCELLED;
    (void)state;
    desc.progress = watch;
    desc.progress_user = &w;
    desc.backend = "reference";
    for (; status < 0; w.stop_at++) {
        pawl_plan *plan = NULL;
        pawl_error error = {.message = ""};
        w.calls = 0;
        status = pt_tiny_build(&desc, &plan, &error);
        if (status < 0) {
            assert_int_equal(status, PAWL_ERR_CANCELLED);
            assert_int_equal(w.calls, w.stop_at);
            assert_null(plan);
        }
        (void)pawl_plan_destroy(&plan);
        assert_int_equal(pawl_object_count(), 0);
    }
    assert_true(w.stop_at > 5); /* four passes and the plan, at least */
}

static void one_build_at_a_time(void **state)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_error error = {.message = ""};
    pawl_plan *plan = NULL;
    watcher w = {.inner = PAWL_OK};
    (void)state;
    assert_int_equal(pawl_builder_create(NULL, &w.builder, &error), PAWL_OK);
    assert_int_equal(pt_tiny_network_object(&w.network, &error), PAWL_OK);
    desc.progress = watch;
    desc.progress_user = &w;
    desc.backend = "reference";
    assert_int_equal(pawl_builder_build(w.builder, w.network, &desc, &plan, &error), PAWL_OK);
    assert_int_equal(w.inner, PAWL_ERR_BUSY);
    (void)pawl_plan_destroy(&plan);
    desc.progress = NULL;
    assert_int_equal(pawl_builder_build(w.builder, w.network, &desc, &plan, &error), PAWL_OK);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_network_destroy(&w.network);
    (void)pawl_builder_destroy(&w.builder);
}

static void memory_may_run_out(void **state)
{
    pt_allocator counter = {0};
    const pawl_allocator allocator = {&counter, pt_allocate, pt_release};
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    (void)state;
    desc.backend = "reference";
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    pawl_status status = PAWL_ERR_MEMORY;
    for (long nth = 1; status < 0; nth++) {
        pawl_plan *plan = NULL;
        pawl_error error = {.message = ""};
        pt_allocator_reset(&counter, nth);
        status = pt_tiny_build(&desc, &plan, &error);
        if (status < 0 && status != PAWL_ERR_MEMORY)
            fail_msg("allocation %ld: %s: %s", nth, pawl_status_name(status), error.message);
        (void)pawl_plan_destroy(&plan);
        assert_int_equal(pawl_object_count(), 0);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    struct CMUnitTest tests[7 + PW_COUNT(rows)] = {
        cmocka_unit_test(memory_may_run_out), /* first: the allocator is set before any object */
        cmocka_unit_test(arguments_are_checked),      cmocka_unit_test(network_is_not_changed),
        cmocka_unit_test(progress_can_stop_anywhere), cmocka_unit_test(one_build_at_a_time),
        cmocka_unit_test(options_are_kept),           cmocka_unit_test(precision_is_the_tensors),
    };
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[7 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = build_answers, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("builder", tests, NULL, NULL);
}
