/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime, engine and context: what they refuse, what shapes do, what outputs hold. */
#include "support/chain.h"

#include <math.h>

static void an_unknown_backend_is_named(void **state)
{
    (void)state;
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    pawl_runtime *runtime = NULL;
    pawl_error error;
    desc.backend = "abacus";
    assert_int_equal(pawl_runtime_create(&desc, &runtime, &error), PAWL_ERR_DEVICE);
    assert_null(runtime);
    assert_non_null(strstr(error.message, "abacus"));
    assert_non_null(strstr(error.message, "reference"));
    assert_int_equal(pawl_runtime_create(&desc, NULL, &error), PAWL_ERR_ARGUMENT);
    desc.struct_size = 3;
    assert_int_equal(pawl_runtime_create(&desc, &runtime, &error), PAWL_ERR_ARGUMENT);
}

static void a_plan_for_another_backend_runs_where_the_runtime_says(void **state)
{
    (void)state;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL, *forced = NULL;
    pawl_engine *engine = NULL;
    pawl_error error;
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    assert_int_equal(pt_tiny_plan("elsewhere", &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_runtime_create(NULL, &runtime, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(runtime, plan, &engine, &error), PAWL_ERR_DEVICE);
    assert_non_null(strstr(error.message, "elsewhere"));
    desc.backend = "reference";
    assert_int_equal(pawl_runtime_create(&desc, &forced, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(forced, plan, &engine, NULL), PAWL_OK);
    assert_string_equal(pawl_engine_tactic(engine, 0), "reference");
    assert_null(pawl_engine_tactic(engine, 1000));
    assert_int_equal(pawl_engine_destroy(&engine), PAWL_OK);
    assert_null(pawl_engine_tactic(engine, 0));
    assert_int_equal(pawl_runtime_destroy(&runtime), PAWL_OK);
    assert_int_equal(pawl_runtime_destroy(&forced), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

struct wrong_row {
    const char *name;
    int32_t threads, batch, height, width;
    int input, output;
    float threshold;
    pawl_status status;
};

static struct wrong_row wrong_rows[] = {
    {"negative threads", -1, 1, 32, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"a million threads", 1000000, 1, 32, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"batch above the profile", 1, 5, 32, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"negative batch", 1, -1, 32, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"height no multiple of the stride", 1, 1, 33, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"width no multiple of the stride", 1, 1, 32, 36, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"negative height", 1, 1, -32, 32, 0, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"too wide", 1, 1, 32, 1 << 20, 0, 0, 0.5f, PAWL_ERR_LIMIT},
    {"no such input", 1, 1, 32, 32, 7, 0, 0.5f, PAWL_ERR_ARGUMENT},
    {"no such output", 1, 1, 32, 32, 0, 9, 0.5f, PAWL_ERR_ARGUMENT},
    {"threshold above 1", 1, 1, 32, 32, 0, 0, 1.5f, PAWL_ERR_ARGUMENT},
    {"threshold below 0", 1, 1, 32, 32, 0, 0, -0.1f, PAWL_ERR_ARGUMENT},
    {"threshold NaN", 1, 1, 32, 32, 0, 0, NAN, PAWL_ERR_ARGUMENT},
};

static void is_refused(void **state)
{
    const struct wrong_row *row = *state;
    const size_t objects = pawl_object_count();
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = row->threads;
    desc.batch = row->batch;
    desc.height = row->height;
    desc.width = row->width;
    desc.input = (pawl_input_form)row->input;
    desc.output = (pawl_output_form)row->output;
    desc.threshold = row->threshold;
    chain c;
    pawl_error error = {.message = ""};
    assert_int_equal(make_chain(&c, &desc, &error), row->status);
    assert_int_equal(error.status, row->status);
    assert_true(strlen(error.message) > 10);
    assert_int_equal(pawl_object_count(), objects);
}

static void the_optimum_is_the_default_shape(void **state)
{
    (void)state;
    chain c;
    pawl_tensor input, output;
    assert_int_equal(make_chain(&c, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_context_input(c.context, &input, NULL), PAWL_OK);
    assert_int_equal(input.dtype, PAWL_F32);
    assert_int_equal(input.dims[0], 2);
    assert_int_equal(input.dims[1], 3);
    assert_int_equal(input.dims[2], 64);
    assert_int_equal(input.dims[3], 64);
    assert_int_equal(input.size, (size_t)2 * 3 * 64 * 64 * 4);
    assert_int_equal(pawl_context_output_count(c.context), 1);
    assert_int_equal(pawl_context_output(c.context, 0, &output, NULL), PAWL_OK);
    assert_int_equal(output.dims[1], PT_TINY_ROWS(64, 64));
    assert_int_equal(pawl_context_output(c.context, 1, &output, NULL), PAWL_ERR_ARGUMENT);
    drop_chain(&c);
    assert_int_equal(pawl_context_output_count(c.context), 0);
}

static float *run_one(pawl_context *context, size_t picture, uint64_t seed, size_t *size)
{
    pawl_tensor output;
    fill_picture(context, picture, seed);
    assert_int_equal(pawl_context_run(context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(context, 0, &output, NULL), PAWL_OK);
    *size = output.size / (size_t)output.dims[0];
    float *copy = malloc(*size);
    memcpy(copy, (const uint8_t *)output.data + picture * *size, *size);
    return copy;
}

static void a_picture_gives_the_same_in_every_batch(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    size_t size = 0;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    float *alone = run_one(c.context, 0, 42, &size);
    for (int32_t batch = 1; batch <= 4; batch++) {
        assert_int_equal(pawl_context_shape_set(c.context, batch, 32, 32, NULL), PAWL_OK);
        for (int32_t n = 0; n < batch; n++)
            fill_picture(c.context, (size_t)n, 1000 + (uint64_t)n);
        float *among = run_one(c.context, (size_t)batch - 1, 42, &size);
        assert_memory_equal(alone, among, size);
        free(among);
    }
    free(alone);
    drop_chain(&c);
}

static void a_refused_shape_leaves_the_old_one(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    static const int32_t wrong[][3] = {{0, 32, 32},  {5, 32, 32},        {1, 31, 32},
                                       {1, 32, 0},   {1, -8, 32},        {1, 32, 1 << 24},
                                       {-1, 32, 32}, {1, 0x7fffffff, 32}};
    size_t size = 0;
    pawl_error error;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    float *before = run_one(c.context, 0, 5, &size);
    for (size_t i = 0; i < PW_COUNT(wrong); i++)
        assert_true(
            pawl_context_shape_set(c.context, wrong[i][0], wrong[i][1], wrong[i][2], &error) < 0);
    float *after = run_one(c.context, 0, 5, &size);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
    assert_int_equal(pawl_context_shape_set(c.context, 1, 8, 200, NULL), PAWL_OK);
    pawl_tensor output;
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(c.context, 0, &output, NULL), PAWL_OK);
    assert_int_equal(output.dims[1], PT_TINY_ROWS(8, 200));
    drop_chain(&c);
}

static void candidates_follow_the_threshold(void **state)
{
    (void)state;
    chain c;
    pawl_context_desc desc = small_context();
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.threshold = 0;
    pawl_candidates all, some;
    pawl_error error;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output_count(c.context), 0);
    assert_int_equal(pawl_context_candidates(c.context, 0, &all, &error), PAWL_ERR_ARGUMENT);
    fill_picture(c.context, 0, 3);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_candidates(c.context, 1, &all, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_context_candidates(c.context, 0, &all, NULL), PAWL_OK);
    assert_int_equal(all.count, PT_TINY_ROWS(32, 32));
    size_t expected = 0;
    for (size_t i = 0; i < all.count; i++)
        expected += all.rows[i * all.width + 4] > 0.5f ? 1u : 0u;
    assert_int_equal(pawl_context_threshold_set(c.context, 0.5f, NULL), PAWL_OK);
    assert_int_equal(pawl_context_threshold_set(c.context, 1.1f, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_candidates(c.context, 0, &some, NULL), PAWL_OK);
    assert_int_equal(some.count, expected);
    assert_true(expected > 0 && expected < PT_TINY_ROWS(32, 32));
    assert_int_equal(pawl_context_shape_set(c.context, 1, 64, 32, NULL), PAWL_OK);
    assert_int_equal(pawl_context_candidates(c.context, 0, &some, &error), PAWL_ERR_ARGUMENT);
    drop_chain(&c);
}

typedef struct watch {
    size_t calls, stop_at;
} watch;

static int count_layers(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    watch *w = user;
    assert_int_equal(layer_id, w->calls);
    assert_non_null(name);
    assert_int_equal(tensor->dtype, PAWL_F32);
    return ++w->calls == w->stop_at;
}

static void an_observer_sees_all_and_can_stop(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    watch w = {0, 0};
    pawl_error error;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    fill_picture(c.context, 0, 3);
    assert_int_equal(pawl_context_observer_set(c.context, count_layers, &w, NULL), PAWL_OK);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(w.calls, 13); /* all layers but the head */
    w = (watch){0, 4};
    assert_int_equal(pawl_context_run(c.context, &error), PAWL_ERR_CANCELLED);
    assert_int_equal(w.calls, 4);
    assert_int_equal(pawl_context_observer_set(c.context, NULL, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(w.calls, 4);
    drop_chain(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_backend_is_named),
        cmocka_unit_test(a_plan_for_another_backend_runs_where_the_runtime_says),
        cmocka_unit_test(the_optimum_is_the_default_shape),
        cmocka_unit_test(a_picture_gives_the_same_in_every_batch),
        cmocka_unit_test(a_refused_shape_leaves_the_old_one),
        cmocka_unit_test(candidates_follow_the_threshold),
        cmocka_unit_test(an_observer_sees_all_and_can_stop),
    };
    struct CMUnitTest wrong[PW_COUNT(wrong_rows)];
    for (size_t i = 0; i < PW_COUNT(wrong_rows); i++)
        wrong[i] = (struct CMUnitTest){
            .name = wrong_rows[i].name, .test_func = is_refused, .initial_state = &wrong_rows[i]};
    const int failed = cmocka_run_group_tests_name("context refuses", wrong, NULL, NULL);
    return failed + cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
