/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes at the strict level, in a process of its own: the order is right by itself, and what is
 * refused is named and not lost. */
#include "stub_object.h"

#include <pawl/scope.h>

typedef struct refusals {
    void *handles[4];
    char why[4][400];
    size_t count;
} refusals;

static void note(void *user, void *handle, const char *why)
{
    refusals *told = user;
    told->handles[told->count] = handle;
    (void)snprintf(told->why[told->count++], sizeof told->why[0], "%s", why);
}

static void the_reverse_order_has_nothing_to_refuse(void **state)
{
    (void)state;
    refusals told = {.count = 0};
    hear_from(PAWL_LOG_WARNING);
    pawl_scope *scope = pawl_scope_begin();
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "p.c", 2, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 3, runtime, plan);
    (void)stub_make(&stub_context, "c.c", 4, engine, NULL);
    assert_int_equal(pawl_scope_end_with(&scope, note, &told), PAWL_OK);
    assert_int_equal(told.count, 0);
    assert_string_equal(heard, "");
    assert_int_equal(pawl_object_count(), 0);
}

static void what_is_refused_is_the_callers_again(void **state)
{
    (void)state;
    refusals told = {.count = 0};
    hear_from(PAWL_LOG_WARNING);
    pawl_scope *scope = pawl_scope_begin();
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "p.c", 2, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 3, runtime, plan);
    void *image = stub_make(&stub_image, "i.c", 4, NULL, NULL);
    char wanted[300];
    (void)snprintf(wanted, sizeof wanted,
                   "PAWL-L006: plan #%llu made at p.c:2 is not ended: it is held by engine #%llu "
                   "from e.c:3",
                   (unsigned long long)pawl_object_id(plan),
                   (unsigned long long)pawl_object_id(engine));
    assert_int_equal(pawl_scope_keep(engine), PAWL_OK);
    assert_int_equal(pawl_scope_end_with(&scope, note, &told), PAWL_ERR_IN_USE);
    assert_null(scope);
    assert_int_equal(told.count, 2);
    assert_ptr_equal(told.handles[0], plan);
    assert_ptr_equal(told.handles[1], runtime);
    assert_string_equal(told.why[0], wanted);
    assert_contains(heard, wanted);
    assert_int_equal(pawl_object_id(image), 0); /* nobody held it */
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_OK);
}

static void what_is_refused_goes_to_the_scope_around(void **state)
{
    (void)state;
    pawl_scope *outer = pawl_scope_begin();
    pawl_scope *inner = pawl_scope_begin();
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 2, plan, NULL);
    assert_int_equal(pawl_scope_keep(engine), PAWL_OK);
    assert_int_equal(pawl_scope_end(&inner), PAWL_ERR_IN_USE);
    assert_int_not_equal(pawl_object_id(plan), 0);
    assert_int_equal(pawl_scope_end(&outer), PAWL_OK); /* engine, then plan */
    assert_int_equal(pawl_object_count(), 0);
}

static void an_inner_refusal_is_told_by_the_outer_end(void **state)
{
    (void)state;
    void *context = NULL;
    pw_object *used = NULL;
    refusals told = {.count = 0};
    pawl_scope *outer = pawl_scope_begin();
    pawl_scope *inner = pawl_scope_begin(); /* left to the outer one's end */
    assert_non_null(inner);
    context = stub_make(&stub_context, "c.c", 1, NULL, NULL);
    assert_int_equal(pw_object_use(context, &stub_context, &used, NULL), PAWL_OK);
    assert_int_equal(pawl_scope_end_with(&outer, note, &told), PAWL_ERR_IN_USE);
    assert_int_equal(told.count, 2); /* by both */
    assert_contains(told.why[1], "held by a call under way");
    pw_object_release(used);
    assert_int_equal(pawl_object_destroy(&context), PAWL_OK);
}

int main(void)
{
    if (pawl_lifetime_set(PAWL_LIFETIME_STRICT) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_reverse_order_has_nothing_to_refuse, stub_reset),
        cmocka_unit_test_setup(what_is_refused_is_the_callers_again, stub_reset),
        cmocka_unit_test_setup(what_is_refused_goes_to_the_scope_around, stub_reset),
        cmocka_unit_test_setup(an_inner_refusal_is_told_by_the_outer_end, stub_reset),
    };
    return cmocka_run_group_tests_name("scopes, strict", tests, NULL, NULL);
}
