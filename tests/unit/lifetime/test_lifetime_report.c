/* SPDX-License-Identifier: Apache-2.0 */
/* What pawl_object_report() tells, and that its callback may do anything. */
#include "stub_object.h"

#include <sys/resource.h>

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
    assert_int_equal(pawl_object_report(end_all, handles),
                     3); /* one moment is told, that of the call */
    assert_int_equal(pawl_object_count(), 0);
    assert_int_equal(unmade_count, 3);
}

static void end_it(void *user, const char *text)
{
    (void)text;
    assert_int_equal(pawl_object_destroy(user), PAWL_OK);
}

/* What is told of is held by nobody for that: its end is an end at once. */
static void what_is_told_of_is_not_held(void **state)
{
    (void)state;
    void *image = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_report(end_it, &image), 1);
    assert_null(image);
    assert_int_equal(unmade_count, 1);
}

#ifndef PAWL_SANITIZED /* whose own memory is too large for the limit */
static void where_memory_is_out_it_says_so(void **state)
{
    (void)state;
    enum { OBJECTS = 200000 }; /* their report takes more than the limit leaves */
    static void *handles[OBJECTS];
    for (int i = 0; i < OBJECTS; i++)
        assert_non_null(handles[i] = stub_make(&stub_image, NULL, 0, NULL, NULL));
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 1 << 20; /* less than there is already: no more */
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    const size_t count = pawl_object_report(keep, NULL);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(count, OBJECTS);
    assert_string_equal(heard, "memory ran out: 200000 objects are alive and not listed\n");
    for (int i = 0; i < OBJECTS; i++)
        assert_int_equal(pawl_object_destroy(&handles[i]), PAWL_OK);
}
#endif

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
        cmocka_unit_test_setup(what_is_told_of_is_not_held, stub_reset),
#ifndef PAWL_SANITIZED
        cmocka_unit_test_setup(where_memory_is_out_it_says_so, stub_reset),
#endif
        cmocka_unit_test_setup(an_object_being_made_is_shown, stub_reset),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
