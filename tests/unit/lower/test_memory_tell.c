/* SPDX-License-Identifier: Apache-2.0 */
/* A plan's memory: told without taking it, the same as the schedule's;
 * every allocation may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/tiny_model.h"
#include <string.h>

struct tally {
    size_t count;
    uint64_t end, size;
    bool has_names;
};

static void add(void *user, const pawl_memory_block_info *block)
{
    struct tally *tally = user;
    tally->count++;
    tally->size += block->size;
    if (block->offset + block->size > tally->end)
        tally->end = block->offset + block->size;
    tally->has_names = tally->has_names && block->layer[0] != '\0';
    assert_true(block->first_step <= block->last_step && block->size > 0);
}

static void test_figures(void **state)
{
    pawl_plan *plan = NULL;
    pawl_error error = {.message = ""};
    pawl_memory_info small = PAWL_MEMORY_INFO_INIT, large = PAWL_MEMORY_INFO_INIT;
    pawl_memory_desc desc = PAWL_MEMORY_DESC_INIT;
    struct tally tally = {.has_names = true};
    (void)state;
    assert_int_equal(pt_tiny_plan("cpu", &plan, &error), PAWL_OK);
    assert_int_equal(pawl_plan_memory_get(plan, NULL, &small, add, &tally, &error), PAWL_OK);
    assert_true(tally.count > 5 && tally.has_names);
    assert_true(tally.end <= small.workspace_size && small.workspace_size < small.unshared_size);
    assert_int_equal(tally.size, small.unshared_size);
    assert_true(small.packed_size > 0 && small.binding_size > 0 && small.step_count > 5);
    desc.batch = 2 * small.batch;
    desc.threads = 1;
    assert_int_equal(pawl_plan_memory_get(plan, &desc, &large, NULL, NULL, &error), PAWL_OK);
    assert_true(large.batch == 2 * small.batch && large.packed_size == small.packed_size);
    /* One after the other in the same memory. */
    assert_true(large.binding_size == 2 * small.binding_size);
    assert_true(large.unshared_size == small.unshared_size);
    desc.height = 3;
    assert_int_equal(pawl_plan_memory_get(plan, &desc, &large, NULL, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    int32_t *const sizes[] = {&desc.batch, &desc.height, &desc.width};
    for (size_t i = 0; i < 3; i++) {
        desc = (pawl_memory_desc)PAWL_MEMORY_DESC_INIT;
        *sizes[i] = INT32_MIN;
        assert_int_equal(pawl_plan_memory_get(plan, &desc, &large, NULL, NULL, &error),
                         PAWL_ERR_ARGUMENT);
        assert_non_null(strstr(error.message, "-2147483648"));
    }
    desc = (pawl_memory_desc)PAWL_MEMORY_DESC_INIT;
    desc.threads = -1;
    assert_int_equal(pawl_plan_memory_get(plan, &desc, &large, NULL, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_memory_get(plan, NULL, NULL, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_memory_get(NULL, NULL, &small, NULL, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

static void test_memory(void **state)
{
    static pt_allocator counting;
    const pawl_allocator allocator = {&counting, pt_allocate, pt_release};
    pawl_plan *plan = NULL;
    pawl_memory_info info = PAWL_MEMORY_INFO_INIT;
    bool has_failed = true;
    (void)state;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    assert_int_equal(pt_tiny_plan("cpu", &plan, NULL), PAWL_OK);
    const long live = atomic_load(&counting.live);
    for (long fail_at = 1; has_failed; fail_at++) {
        pt_allocator_reset(&counting, fail_at);
        const pawl_status status = pawl_plan_memory_get(plan, NULL, &info, NULL, NULL, NULL);
        has_failed = atomic_load(&counting.calls) >= fail_at;
        pt_allocator_reset(&counting, 0);
        assert_int_equal(status, has_failed ? PAWL_ERR_MEMORY : PAWL_OK);
        assert_int_equal(atomic_load(&counting.live), live);
    }
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), /* first: the allocator */
        cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
