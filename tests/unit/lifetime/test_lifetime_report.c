/* SPDX-License-Identifier: Apache-2.0 */
/* What pawl_object_report() tells, and that its callback may do anything. */
#include "stub_object.h"

static void keep(void *user, const char *text)
{
    (void)user;
    hear(NULL, PAWL_LOG_INFO, text);
}

static void nothing_lives(void **state)
{
    (void)state;
    assert_int_equal(pawl_object_report(keep, NULL), 0);
    assert_string_equal(heard, "");
}

static void a_tree_with_birthplaces_and_holders(void **state)
{
    (void)state;
    void *runtime = stub_make(&stub_runtime, "a/r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "p.c", 2, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 3, runtime, plan);
    void *context = stub_make(&stub_context, "c.c", 4, engine, NULL);
    void *image = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_name_set(engine, "yolov5n"), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    const unsigned long long id = pawl_object_id(runtime);
    assert_int_equal(pawl_object_report(keep, NULL), 5);
    char wanted[1024];
    (void)snprintf(
        wanted, sizeof wanted,
        "runtime #%llu at r.c:1, 0.000 s old, held by 1\n"
        "  engine #%llu \"yolov5n\" on runtime #%llu, plan #%llu at e.c:3, 0.000 s old, held by 1\n"
        "    context #%llu on engine #%llu at c.c:4, 0.000 s old\n"
        "plan #%llu at p.c:2, 0.000 s old, ended, held by 1\n"
        "image #%llu, 0.000 s old\n",
        id, id + 2, id, id + 1, id + 3, id + 2, id + 1, id + 4);
    for (char *digit = heard; (digit = strstr(digit, "0.0")) != NULL;
         digit += 3) /* a slow machine is no failure */
        memcpy(digit, "0.000", 5);
    assert_string_equal(heard, wanted);
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&context), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_OK);
    assert_int_equal(pawl_object_report(NULL, NULL), 0);
}

static void end_all(void *user, const char *text)
{
    (void)text;
    void **handles = user;
    for (int i = 0; i < 3; i++)
        assert_true(pawl_object_destroy(&handles[i]) >= 0);
    (void)pawl_object_report(NULL, NULL);
}

static void its_callback_may_end_objects(void **state)
{
    (void)state;
    void *handles[3];
    handles[0] = stub_make(&stub_weights, NULL, 0, NULL, NULL);
    handles[1] = stub_make(&stub_network, NULL, 0, handles[0], NULL);
    handles[2] = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_report(end_all, handles), 1);
    assert_int_equal(pawl_object_count(), 0);
    assert_int_equal(unmade_count, 3);
}

static void an_object_being_made_is_shown(void **state)
{
    (void)state;
    pw_object *half PW_MAKING = NULL;
    assert_int_equal(pw_object_make(&stub_builder, NULL, 0, &half, NULL), PAWL_OK);
    assert_int_equal(pawl_object_report(keep, NULL), 1);
    assert_contains(heard, "being made\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_lives, stub_reset),
        cmocka_unit_test_setup(a_tree_with_birthplaces_and_holders, stub_reset),
        cmocka_unit_test_setup(its_callback_may_end_objects, stub_reset),
        cmocka_unit_test_setup(an_object_being_made_is_shown, stub_reset),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
