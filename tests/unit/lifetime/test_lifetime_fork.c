/* SPDX-License-Identifier: Apache-2.0 */
/* After a fork the child may only end what it inherited. */
#include "stub_object.h"

#include <pawl/scope.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs check in a child; its result is the child's exit code. */
static int in_child(int (*check)(void *handle), void *handle)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(check(handle));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int use_is_refused(void *handle)
{
    pawl_error error = {0};
    pw_object *used = NULL;
    if (pw_object_use(handle, &stub_engine, &used, &error) != PAWL_ERR_FORKED || used != NULL)
        return 1;
    if (strstr(error.message, "PAWL-L007") == NULL)
        return 2;
    return pawl_object_name_set(handle, "x") == PAWL_ERR_FORKED ? 0 : 3;
}

static int making_is_refused(void *handle)
{
    (void)handle;
    pawl_error error = {0};
    pw_object *made = NULL;
    if (pw_object_make(&stub_image, NULL, 0, &made, &error) != PAWL_ERR_FORKED)
        return 1;
    return strstr(error.message, "PAWL-L007") != NULL ? 0 : 2;
}

static int ending_is_allowed(void *handle)
{
    if (pawl_object_destroy(&handle) != PAWL_OK || handle != NULL)
        return 1;
    return pawl_object_count() == 0 && unmade_count == 1 ? 0 : 2;
}

static int making_is_allowed(void *handle)
{
    handle = stub_make(&stub_image, NULL, 0, NULL, NULL);
    return handle != NULL && pawl_object_destroy(&handle) == PAWL_OK ? 0 : 1;
}

static void a_child_with_inherited_objects(void **state)
{
    (void)state;
    void *handle = stub_make(&stub_engine, "e.c", 1, NULL, NULL);
    assert_int_equal(in_child(use_is_refused, handle), 0);
    assert_int_equal(in_child(making_is_refused, handle), 0);
    assert_int_equal(in_child(ending_is_allowed, handle), 0);
    pw_object *used = NULL; /* the parent has lost nothing */
    assert_int_equal(pw_object_use(handle, &stub_engine, &used, NULL), PAWL_OK);
    pw_object_release(used);
    assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
}

static void a_child_that_inherits_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_child(making_is_allowed, NULL), 0);
}

static int ending_a_scope_is_allowed(void *scope)
{
    if (pawl_scope_end((pawl_scope **)scope) != PAWL_OK)
        return 1;
    return pawl_object_count() == 0 && unmade_count == 2 ? 0 : 2;
}

static void a_child_with_an_inherited_scope(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    (void)stub_make(&stub_engine, "e.c", 1, runtime, NULL);
    assert_int_equal(in_child(ending_a_scope_is_allowed, &scope), 0);
    assert_int_equal(pawl_object_count(), 2); /* the parent has lost nothing */
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    assert_int_equal(pawl_object_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_child_with_inherited_objects, stub_reset),
        cmocka_unit_test_setup(a_child_that_inherits_nothing, stub_reset),
        cmocka_unit_test_setup(a_child_with_an_inherited_scope, stub_reset),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
