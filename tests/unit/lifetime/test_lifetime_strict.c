/* SPDX-License-Identifier: Apache-2.0 */
/* The strict level, in a process of its own. */
#include "stub_object.h"

static void no_such_level(void **state)
{
    (void)state;
    assert_int_equal(pawl_lifetime_set((pawl_lifetime)7), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_lifetime_get(), PAWL_LIFETIME_STRICT);
}

static void not_changed_after_the_first_object(void **state)
{
    (void)state;
    void *image = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pawl_lifetime_set(PAWL_LIFETIME_DEFERRED), PAWL_ERR_IN_USE);
    assert_contains(heard, "PAWL-L010");
    assert_int_equal(pawl_lifetime_get(), PAWL_LIFETIME_STRICT);
}

static void reverse_order_is_accepted(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_WARNING);
    void *weights = stub_make(&stub_weights, "w.c", 1, NULL, NULL);
    void *network = stub_make(&stub_network, "n.c", 2, weights, NULL);
    assert_int_equal(pawl_object_destroy(&network), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&weights), PAWL_OK);
    assert_string_equal(heard, "");
}

static void creation_order_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_WARNING);
    void *weights = stub_make(&stub_weights, "w.c", 1, NULL, NULL);
    void *network = stub_make(&stub_network, "n.c", 2, weights, NULL);
    void *const copy = weights;
    char wanted[200];
    (void)snprintf(wanted, sizeof wanted,
                   "PAWL-L006: weights #%llu made at w.c:1 is not ended: it is held by network "
                   "#%llu from n.c:2\n",
                   (unsigned long long)pawl_object_id(weights),
                   (unsigned long long)pawl_object_id(network));
    assert_int_equal(pawl_object_destroy(&weights), PAWL_ERR_IN_USE);
    assert_string_equal(heard, wanted);
    assert_ptr_equal(weights, copy);
    void *second = stub_make(&stub_network, "n.c", 3, weights, NULL); /* still of use */
    assert_non_null(second);
    assert_int_equal(pawl_object_destroy(&weights), PAWL_ERR_IN_USE);
    assert_contains(heard, "and 1 other\n");
    assert_int_equal(pawl_object_destroy(&network), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&second), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&weights), PAWL_OK);
    assert_int_equal(unmade_count, 3);
}

static void a_call_under_way_refuses_too(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_WARNING);
    void *context = stub_make(&stub_context, "c.c", 1, NULL, NULL);
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(context, &stub_context, &used, NULL), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&context), PAWL_ERR_IN_USE);
    assert_contains(heard, "held by a call under way");
    pw_object_release(used);
    assert_int_equal(pawl_object_destroy(&context), PAWL_OK);
}

static void an_array_keeps_what_was_refused(void **state)
{
    (void)state;
    void **array = NULL;
    assert_int_equal(pawl_object_array_create(3, &array), PAWL_OK);
    array[0] = stub_make(&stub_weights, NULL, 0, NULL, NULL);
    array[1] = stub_make(&stub_image, NULL, 0, NULL, NULL);
    void *network = stub_make(&stub_network, NULL, 0, array[0], NULL);
    assert_int_equal(pawl_object_array_destroy(&array, 3), PAWL_ERR_IN_USE);
    assert_non_null(array);
    assert_non_null(array[0]);
    assert_null(array[1]);
    assert_int_equal(pawl_object_destroy(&network), PAWL_OK);
    assert_int_equal(pawl_object_array_destroy(&array, 3), PAWL_OK);
    assert_null(array);
}

/* Nobody could end it again. */
static void an_end_of_ours_is_never_refused(void **state)
{
    (void)state;
    pw_object *builder = NULL, *config = NULL;
    assert_int_equal(pw_object_make(&stub_trt_builder, NULL, 0, &builder, NULL), PAWL_OK);
    (void)pw_object_publish(builder);
    assert_int_equal(pw_object_make(&stub_trt_builder, &builder, 1, &config, NULL), PAWL_OK);
    (void)pw_object_publish(config);
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pw_object_end(builder), PAWL_DEFERRED);
    assert_int_equal(unmade_count, 0);
    assert_int_equal(pw_object_end(config), PAWL_OK);
    assert_int_equal(unmade_count, 2);
    assert_int_equal(pawl_object_count(), 0);
    assert_string_equal(heard, "");
}

int main(void)
{
    if (pawl_lifetime_set(PAWL_LIFETIME_STRICT) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_such_level, stub_reset),
        cmocka_unit_test_setup(not_changed_after_the_first_object, stub_reset),
        cmocka_unit_test_setup(reverse_order_is_accepted, stub_reset),
        cmocka_unit_test_setup(creation_order_is_refused_and_changes_nothing, stub_reset),
        cmocka_unit_test_setup(a_call_under_way_refuses_too, stub_reset),
        cmocka_unit_test_setup(an_end_of_ours_is_never_refused, stub_reset),
        cmocka_unit_test_setup(an_array_keeps_what_was_refused, stub_reset),
    };
    return cmocka_run_group_tests_name("strict", tests, NULL, NULL);
}
