/* SPDX-License-Identifier: Apache-2.0 */
/* Engines of older formats, as pawl wrote them then (tests/data/engines): they are read, what they
 * lack has its defaults, and they give what they gave. */
#include "support/chain.h"

#include "support/npy.h"

#include <stdio.h>
#include <unistd.h>

#define SIDE 32

static void path_of(const char *name, char path[512])
{
    const char *source = getenv("PAWL_SOURCE_DIR");
    assert_non_null(source);
    (void)snprintf(path, 512, "%s/tests/data/engines/%s", source, name);
}

/* What the program of format 2 was given: multiples of 1/256, exact in float32. */
static void fill_input(float *values)
{
    for (uint32_t i = 0; i < 3 * SIDE * SIDE; i++)
        values[i] = (float)(i * 2654435761u >> 24) / 256.0f;
}

/* The decoded rows on a backend; free() them. */
static float *rows_of(pawl_plan *plan, const char *backend, size_t *count)
{
    pawl_runtime_desc on = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    chain c = {.plan = NULL};
    pawl_tensor input, output;
    on.backend = backend;
    desc.threads = desc.batch = 1;
    desc.height = desc.width = SIDE;
    desc.input = PAWL_INPUT_F32_NCHW;
    desc.output = PAWL_OUTPUT_DECODED;
    assert_int_equal(pawl_runtime_create(&on, &c.runtime, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(c.runtime, plan, &c.engine, NULL), PAWL_OK);
    assert_int_equal(pawl_context_create(c.engine, &desc, &c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_input(c.context, &input, NULL), PAWL_OK);
    fill_input(input.data);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(c.context, 0, &output, NULL), PAWL_OK);
    float *rows = malloc(output.size);
    assert_non_null(rows);
    memcpy(rows, output.data, output.size);
    *count = output.size / sizeof(float);
    drop_chain(&c);
    return rows;
}

static void check_defaults(pawl_plan *plan)
{
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    assert_int_equal(pawl_plan_info_get(plan, &info, NULL), PAWL_OK);
    assert_int_equal(info.height, 64);
    assert_int_equal(info.height_min, 64);
    assert_int_equal(info.height_max, 64);
    assert_int_equal(info.width_min, 64);
    assert_int_equal(info.width_max, 64);
    assert_int_equal(info.batch_max, 4);
    assert_int_equal(info.contexts, 1);
    assert_int_equal(info.optimisation_level, -1);
    assert_true(info.workspace_size == 0);
    assert_int_equal(info.is_unoptimised | info.is_fp16_fixed | info.is_version_compatible |
                         info.is_hardware_compatible,
                     0);
    assert_int_equal(info.tactic_count, 0); /* there is one in the file, which nobody timed */
    assert_int_equal(info.artifact_count, 1);
}

/* The reference backend's exponential is the C library's, whose last bit may differ. */
static void gives_what_it_gave(void **state)
{
    const char *name = *state;
    char path[512];
    pawl_plan *plan = NULL;
    pawl_error error = {.message = ""};
    pt_array expected = {.values = NULL};
    size_t count = 0;
    path_of(name, path);
    if (pawl_plan_load(path, &plan, &error) < 0)
        fail_msg("%s", error.message);
    check_defaults(plan);
    path_of("output0.npy", path);
    assert_int_equal(pt_npy_read(path, &expected), 0);
    float *rows = rows_of(plan, "reference", &count);
    assert_int_equal(count, expected.count);
    for (size_t i = 0; i < count; i++)
        assert_float_equal(rows[i], expected.values[i], 1e-5f);
    free(rows);
    free(expected.values);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

/* Saved again it is of the newest format, and the same to the bit, on both backends. */
static void becomes_the_newest_format(void **state)
{
    static const char *const backends[] = {"reference", "cpu"};
    const char *name = *state;
    char path[512], again[] = "/tmp/pawl_format_XXXXXX";
    pawl_plan *old = NULL, *now = NULL;
    const int descriptor = mkstemp(again);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    path_of(name, path);
    assert_int_equal(pawl_plan_load(path, &old, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(old, again, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_load(again, &now, NULL), PAWL_OK);
    check_defaults(now);
    for (size_t b = 0; b < 2; b++) {
        size_t count = 0, other = 0;
        float *before = rows_of(old, backends[b], &count),
              *after = rows_of(now, backends[b], &other);
        assert_int_equal(count, other);
        assert_memory_equal(before, after, count * sizeof(float));
        free(before);
        free(after);
    }
    assert_int_equal(unlink(again), 0);
    assert_int_equal(pawl_plan_destroy(&old), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&now), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(gives_what_it_gave, "format1.engine"),
        cmocka_unit_test_prestate(gives_what_it_gave, "format2.engine"),
        cmocka_unit_test_prestate(becomes_the_newest_format, "format1.engine"),
        cmocka_unit_test_prestate(becomes_the_newest_format, "format2.engine"),
    };
    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
