/* SPDX-License-Identifier: Apache-2.0 */
/* Births, pins, deferred ends, half-built objects and the log, where all is done right. */
#include "stub_object.h"

static void null_is_fine_to_end(void **state)
{
    (void)state;
    void *nothing = NULL;
    assert_int_equal(pw_object_destroy_handle(NULL, &stub_image), PAWL_OK);
    assert_int_equal(pw_object_destroy_handle(&nothing, &stub_image), PAWL_OK);
    assert_int_equal(pawl_object_destroy(NULL), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&nothing), PAWL_OK);
    pw_object_release(NULL);
    pw_object_abandon(NULL);
}

static void a_used_object_is_the_one_made(void **state)
{
    (void)state;
    pw_object *made = NULL, *used = NULL;
    assert_int_equal(pw_object_make(&stub_plan, NULL, 0, &made, NULL), PAWL_OK);
    void *handle = pw_object_publish(made);
    assert_int_equal(pw_object_use(handle, &stub_plan, &used, NULL), PAWL_OK);
    assert_ptr_equal(used, made);
    assert_int_equal(pawl_object_id(handle), made->id);
    pw_object_release(used);
    assert_int_equal(pw_object_destroy_handle(&handle, &stub_plan), PAWL_OK);
    assert_null(handle);
    assert_int_equal(unmade_count, 1);
}

static void an_id_is_never_given_twice(void **state)
{
    (void)state;
    uint64_t last = 0;
    for (int i = 0; i < 5000; i++) {
        void *handle = stub_make(&stub_image, NULL, 0, NULL, NULL);
        assert_true(pawl_object_id(handle) > last);
        last = pawl_object_id(handle);
        assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
    }
}

static void a_held_parent_ends_after_its_child(void **state)
{
    (void)state;
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "p.c", 2, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 3, runtime, plan);
    const uint64_t ids[] = {pawl_object_id(engine), pawl_object_id(plan), pawl_object_id(runtime)};
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_DEFERRED);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    assert_null(runtime);
    assert_int_equal(unmade_count, 0);
    assert_int_equal(pawl_object_count(), 3);
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_memory_equal(unmade_ids, ids,
                        sizeof ids); /* the child, then its parents, the youngest first */
    assert_int_equal(pawl_object_count(), 0);
}

static void a_long_chain_ends_without_recursion(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    void *previous = NULL;
    for (int i = 0; i < LENGTH; i++) {
        void *next = stub_make(&stub_network, NULL, 0, previous, NULL);
        assert_non_null(next);
        if (previous != NULL)
            assert_int_equal(pawl_object_destroy(&previous), PAWL_DEFERRED);
        previous = next;
    }
    assert_int_equal(pawl_object_count(), LENGTH);
    assert_int_equal(pawl_object_destroy(&previous), PAWL_OK);
    assert_int_equal(pawl_object_count(), 0);
}

static void a_call_under_way_keeps_the_object(void **state)
{
    (void)state;
    void *handle = stub_make(&stub_context, NULL, 0, NULL, NULL);
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(handle, &stub_context, &used, NULL), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&handle), PAWL_DEFERRED);
    assert_int_equal(used->type, &stub_context);
    assert_int_equal(unmade_count, 0);
    pw_object_release(used);
    assert_int_equal(unmade_count, 1);
}

static void a_half_built_object_is_ended_like_any_other(void **state)
{
    (void)state;
    void *weights = stub_make(&stub_weights, NULL, 0, NULL, NULL);
    pw_object *parent = NULL;
    {
        pw_object *half PW_MAKING = NULL;
        assert_int_equal(pw_object_use(weights, &stub_weights, &parent, NULL), PAWL_OK);
        assert_int_equal(pw_object_make(&stub_network, &parent, 1, &half, NULL), PAWL_OK);
        pw_object_release(parent);
        assert_int_equal(pawl_object_destroy(&weights),
                         PAWL_DEFERRED); /* pinned from the first moment */
        assert_int_equal(unmade_count, 0);
    }
    assert_int_equal(unmade_count, 2);
    assert_int_equal(pawl_object_count(), 0);
}

static void a_name_is_copied_and_cut_between_characters(void **state)
{
    (void)state;
    void *handle = stub_make(&stub_engine, NULL, 0, NULL, NULL);
    pw_object *used = NULL;
    assert_int_equal(
        pawl_object_name_set(handle, "0123456789012345678901234567890123456789012345\xC3\xA9"),
        PAWL_OK);
    assert_int_equal(pw_object_use(handle, &stub_engine, &used, NULL), PAWL_OK);
    assert_string_equal(used->name, "0123456789012345678901234567890123456789012345");
    pw_object_release(used);
    assert_int_equal(pawl_object_name_set(handle, NULL), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
}

static void the_log_tells_birth_deferral_and_release(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_VERBOSE);
    void *runtime = stub_make(&stub_runtime, "src/r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "src/p.c", 2, NULL, NULL);
    void *engine = stub_make(&stub_engine, "apps/cmd_predict.c", 88, runtime, plan);
    char wanted[256];
    const unsigned long long first = pawl_object_id(runtime);
    (void)snprintf(wanted, sizeof wanted,
                   "+ engine #%llu on runtime #%llu, plan #%llu at cmd_predict.c:88\n", first + 2,
                   first, first + 1);
    assert_contains(heard, wanted);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    (void)snprintf(wanted, sizeof wanted,
                   "~ plan #%llu ended, held by engine #%llu from cmd_predict.c:88\n", first + 1,
                   first + 2);
    assert_contains(heard, wanted);
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    (void)snprintf(wanted, sizeof wanted, "- engine #%llu after 0.0", first + 2);
    assert_contains(heard, wanted);
    (void)snprintf(wanted, sizeof wanted, "- plan #%llu after 0.0", first + 1);
    assert_contains(heard, wanted);
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_OK);
}

static void wrong_arguments_of_a_room_are_our_bug(void **state)
{
    (void)state;
    static const pw_type too_small = {.name = "small", .size = 1};
    pw_object *made = NULL;
    assert_int_equal(pw_object_make(NULL, NULL, 0, &made, NULL), PAWL_ERR_INTERNAL);
    assert_int_equal(pw_object_make(&too_small, NULL, 0, &made, NULL), PAWL_ERR_INTERNAL);
    assert_null(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(null_is_fine_to_end, stub_reset),
        cmocka_unit_test_setup(a_used_object_is_the_one_made, stub_reset),
        cmocka_unit_test_setup(an_id_is_never_given_twice, stub_reset),
        cmocka_unit_test_setup(a_held_parent_ends_after_its_child, stub_reset),
        cmocka_unit_test_setup(a_long_chain_ends_without_recursion, stub_reset),
        cmocka_unit_test_setup(a_call_under_way_keeps_the_object, stub_reset),
        cmocka_unit_test_setup(a_half_built_object_is_ended_like_any_other, stub_reset),
        cmocka_unit_test_setup(a_name_is_copied_and_cut_between_characters, stub_reset),
        cmocka_unit_test_setup(the_log_tells_birth_deferral_and_release, stub_reset),
        cmocka_unit_test_setup(wrong_arguments_of_a_room_are_our_bug, stub_reset),
    };
    return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
