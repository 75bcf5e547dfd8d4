/* SPDX-License-Identifier: Apache-2.0 */
/* Engines with extreme numbers in them and right checksums: what the reader lets pass, backends
 * must survive. */
#include "support/chain.h"

#include "support/engine_bytes.h"

#include <unistd.h>

typedef struct counts {
    size_t refused, lowered;
} counts;

static pawl_status run_plan(pawl_plan *plan, const char *backend, chain *c, pawl_error *error)
{
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc small = small_context();
    small.threads = 1;
    desc.backend = backend;
    PW_TRY(pawl_runtime_create(&desc, &c->runtime, error));
    PW_TRY(pawl_engine_create(c->runtime, plan, &c->engine, error));
    PW_TRY(pawl_context_create(c->engine, &small, &c->context, error));
    fill_picture(c->context, 0, 1);
    return pawl_context_run(c->context, error);
}

static void try_engine(const pt_bytes *engine, const char *backend, counts *seen)
{
    pw_plan *plan = NULL;
    pawl_error error = {.message = ""};
    chain c = {NULL, NULL, NULL, NULL};
    if (pw_plan_parse(engine->data, engine->size, &plan, &error) < 0) {
        seen->refused++;
        return;
    }
    c.plan = pw_object_publish(plan);
    const pawl_status status = run_plan(c.plan, backend, &c, &error);
    seen->lowered += status == PAWL_OK ? 1u : 0u;
    assert_true(status == PAWL_OK || strlen(error.message) > 10);
    drop_chain(&c);
}

static pt_bytes tiny_engine(void)
{
    char path[] = "/tmp/pawl_hostile_XXXXXX";
    pawl_plan *plan = NULL;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
    assert_int_equal(pt_tiny_plan("reference", &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    const pt_bytes engine = pt_read_file(path);
    assert_int_equal(unlink(path), 0);
    return engine;
}

static void survives(void **state)
{
    static const uint32_t extremes[] = {0, 1, 2, 255, 65536, 0x7fffffff};
    const char *backend = *state;
    const pt_bytes engine = tiny_engine();
    const size_t offset = pt_section_offset(&engine, PW_SECTION_NETWORK);
    const size_t size = pt_section_size(&engine, PW_SECTION_NETWORK);
    pt_bytes changed = {malloc(engine.size), engine.size};
    counts seen = {0, 0};
    for (size_t at = 0; at + 4 <= size; at++)
        for (size_t e = 0; e < PW_COUNT(extremes); e++) {
            memcpy(changed.data, engine.data, engine.size);
            pt_put(changed.data + offset + at, extremes[e], 4);
            pt_fix_checksums(changed.data, changed.size);
            try_engine(&changed, backend, &seen);
        }
    assert_true(seen.refused > 1000 && seen.lowered > 100); /* both kinds were met */
    free(changed.data);
    free(engine.data);
}

int main(void)
{
    static char cpu[] = "cpu", reference[] = "reference";
    const struct CMUnitTest tests[] = {
        {.name = "reference", .test_func = survives, .initial_state = reference},
        {.name = "cpu", .test_func = survives, .initial_state = cpu},
    };
    return cmocka_run_group_tests_name("hostile engines", tests, NULL, NULL);
}
