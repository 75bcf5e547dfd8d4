/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out at every allocation in turn, the allocator's change, and the limit of
 * objects. */
#include "stub_object.h"

#include <pawl/allocator.h>
#include <stdlib.h>

static long allocations_left, blocks_out;

static void *allocate_counted(void *user, size_t size, size_t alignment)
{
    (void)user;
    if (allocations_left-- <= 0)
        return NULL;
    void *memory = NULL;
    if (posix_memalign(&memory, alignment, size) != 0)
        return NULL;
    blocks_out++;
    return memory;
}

static void release_counted(void *user, void *memory)
{
    (void)user;
    blocks_out--;
    free(memory);
}

static const pawl_allocator counted = {NULL, allocate_counted, release_counted};

/* A canonical sequence; false at the first failure, with everything ended. */
static bool make_and_end_family(void)
{
    void **array = NULL;
    if (pawl_object_array_create(3, &array) != PAWL_OK)
        return false;
    array[0] = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    array[1] = array[0] == NULL ? NULL : stub_make(&stub_engine, "e.c", 1, array[0], NULL);
    array[2] = array[1] == NULL ? NULL : stub_make(&stub_context, "c.c", 1, array[1], NULL);
    const bool is_whole = array[2] != NULL;
    return pawl_object_array_destroy(&array, 3) == PAWL_OK && is_whole;
}

static void the_nth_allocation_fails(void **state)
{
    (void)state;
    assert_int_equal(pawl_allocator_set(&counted), PAWL_OK);
    int failures = 0;
    for (;; failures++) {
        allocations_left = failures;
        const bool is_whole = make_and_end_family();
        assert_int_equal(blocks_out, 0);
        assert_int_equal(pawl_object_count(), 0);
        if (is_whole)
            break;
    }
    assert_int_equal(failures, 4); /* the array and three objects */
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    assert_int_equal(pawl_allocator_set(&counted), PAWL_OK);
    allocations_left = 0;
    pawl_error error = {0};
    pw_object *made = NULL;
    assert_int_equal(pw_object_make(&stub_engine, NULL, 0, &made, &error), PAWL_ERR_MEMORY);
    assert_contains(error.message, "memory ran out");
    assert_null(made);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

static void the_allocator_stays_while_something_lives(void **state)
{
    (void)state;
    void *image = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_allocator_set(&counted), PAWL_ERR_IN_USE);
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(1, &array), PAWL_OK);
    assert_int_equal(pawl_allocator_set(&counted), PAWL_ERR_IN_USE);
    assert_int_equal(pawl_object_array_destroy(&array, 1), PAWL_OK);
    assert_int_equal(pawl_allocator_set(&counted), PAWL_OK);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    assert_int_equal(pawl_allocator_set(&(pawl_allocator){0}), PAWL_ERR_ARGUMENT);
}

static void a_million_objects_and_no_more(void **state)
{
    (void)state;
    enum { LIMIT = 1 << 20 };
    void **handles = malloc(LIMIT * sizeof *handles);
    assert_non_null(handles);
    for (size_t i = 0; i < LIMIT; i++) {
        handles[i] = stub_make(&stub_image, NULL, 0, NULL, NULL);
        assert_non_null(handles[i]);
    }
    pawl_error error = {0};
    pw_object *made = NULL;
    assert_int_equal(pw_object_make(&stub_image, NULL, 0, &made, &error), PAWL_ERR_LIMIT);
    assert_contains(error.message, "PAWL-L008");
    for (size_t i = 0; i < LIMIT; i++)
        assert_int_equal(pawl_object_destroy(&handles[i]), PAWL_OK);
    free(handles);
    void *again = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_non_null(again);
    assert_int_equal(pawl_object_destroy(&again), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_nth_allocation_fails, stub_reset),
        cmocka_unit_test_setup(no_memory_is_said, stub_reset),
        cmocka_unit_test_setup(the_allocator_stays_while_something_lives, stub_reset),
        cmocka_unit_test_setup(a_million_objects_and_no_more, stub_reset),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
