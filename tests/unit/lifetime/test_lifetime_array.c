/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of handles: inner objects first, the youngest first, then the array, then the caller's
 * pointer. */
#include "stub_object.h"

static void an_empty_array_is_fine(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(0, &array), PAWL_OK);
    assert_non_null(array);
    assert_int_equal(pawl_object_array_destroy(&array, 0), PAWL_OK);
    assert_null(array);
    assert_int_equal(pawl_object_array_destroy(&array, 0), PAWL_OK);
    assert_int_equal(pawl_object_array_destroy(NULL, 0), PAWL_OK);
    assert_int_equal(pawl_object_array_create(1, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_object_array_create(SIZE_MAX / 8, &array), PAWL_ERR_MEMORY);
    assert_null(array);
}

static void the_youngest_is_ended_first_wherever_it_stands(void **state)
{
    (void)state;
    enum { COUNT = 37 };
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(COUNT, &array), PAWL_OK);
    for (size_t i = 0; i < COUNT - 1; i++) { /* one stays empty */
        const size_t index = i * 5 % COUNT;
        array[index] = stub_make(&stub_image, NULL, 0, NULL, NULL);
    }
    assert_int_equal(pawl_object_array_destroy(&array, COUNT), PAWL_OK);
    assert_null(array);
    assert_int_equal(unmade_count, COUNT - 1);
    for (size_t i = 1; i < unmade_count; i++)
        assert_true(unmade_ids[i] < unmade_ids[i - 1]);
}

static void a_whole_family_needs_no_order(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(3, &array), PAWL_OK);
    array[0] = stub_make(&stub_runtime, NULL, 0, NULL, NULL);
    array[2] = stub_make(&stub_engine, NULL, 0, array[0], NULL);
    array[1] = stub_make(&stub_context, NULL, 0, array[2], NULL);
    assert_int_equal(pawl_object_array_destroy(&array, 3), PAWL_OK); /* nothing was deferred */
    assert_int_equal(unmade_count, 3);
}

static void an_object_held_from_outside_is_deferred(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(2, &array), PAWL_OK);
    array[0] = stub_make(&stub_weights, NULL, 0, NULL, NULL);
    void *network = stub_make(&stub_network, NULL, 0, array[0], NULL);
    assert_int_equal(pawl_object_array_destroy(&array, 2), PAWL_DEFERRED);
    assert_null(array);
    assert_int_equal(pawl_object_destroy(&network), PAWL_OK);
}

static void the_same_handle_twice_is_said(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(2, &array), PAWL_OK);
    array[0] = array[1] = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_array_destroy(&array, 2), PAWL_ERR_DEAD_HANDLE);
    assert_null(array); /* all the same, everything is gone */
    assert_int_equal(unmade_count, 1);
}

static void another_count_is_refused(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(2, &array), PAWL_OK);
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pawl_object_array_destroy(&array, 3), PAWL_ERR_ARGUMENT);
    assert_contains(heard, "PAWL-L011");
    assert_non_null(array);
    assert_int_equal(pawl_object_array_destroy(&array, 2), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_array_is_fine, stub_reset),
        cmocka_unit_test_setup(the_youngest_is_ended_first_wherever_it_stands, stub_reset),
        cmocka_unit_test_setup(a_whole_family_needs_no_order, stub_reset),
        cmocka_unit_test_setup(an_object_held_from_outside_is_deferred, stub_reset),
        cmocka_unit_test_setup(the_same_handle_twice_is_said, stub_reset),
        cmocka_unit_test_setup(another_count_is_refused, stub_reset),
    };
    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
