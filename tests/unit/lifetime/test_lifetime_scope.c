/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes at the deferred level: what they own, in which order it ends, how they nest, what leaves
 * them, and threads. */
#include "stub_object.h"

#include <pawl/scope.h>

#include <pthread.h>
#include <stdatomic.h>

static void *image_make(void)
{
    return stub_make(&stub_image, "i.c", 1, NULL, NULL);
}

static bool is_alive(const void *handle)
{
    return pawl_object_id(handle) != 0;
}

/* --- what is owned, and its order --- */

static void the_youngest_ends_first(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    assert_non_null(scope);
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 1, runtime, plan);
    const uint64_t ids[] = {pawl_object_id(engine), pawl_object_id(plan), pawl_object_id(runtime)};
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK); /* nothing was deferred */
    assert_null(scope);
    assert_int_equal(unmade_count, 3);
    assert_memory_equal(unmade_ids, ids, sizeof ids);
}

static int leave_early(int where)
{
    PAWL_SCOPE(scope);
    if (where == 0)
        return 0;
    void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
    if (where == 1)
        return 1;
    void *engine = stub_make(&stub_engine, "e.c", 1, runtime, NULL);
    if (where == 2)
        return 2;
    (void)pawl_object_destroy(&engine); /* by hand, before the scope does */
    return 3;
}

static void every_way_out_ends_what_was_made(void **state)
{
    (void)state;
    static const size_t made[] = {0, 1, 2, 2};
    hear_from(PAWL_LOG_WARNING);
    for (int where = 0; where < 4; where++) {
        unmade_count = 0;
        assert_int_equal(leave_early(where), where);
        assert_int_equal(pawl_object_count(), 0);
        assert_int_equal(unmade_count, made[where]);
    }
    assert_string_equal(heard, "");
}

static void without_a_scope_nothing_is_owned(void **state)
{
    (void)state;
    void *before = image_make();
    pawl_scope *scope = pawl_scope_begin();
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    void *after = image_make();
    assert_true(is_alive(before) && is_alive(after));
    assert_int_equal(pawl_object_destroy(&before), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&after), PAWL_OK);
}

static void the_librarys_own_objects_are_not_the_scopes(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    pw_object *inner = NULL;
    assert_int_equal(pw_object_make(&stub_trt_builder, NULL, 0, &inner, NULL), PAWL_OK);
    void *handle = pw_object_publish(inner);
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    assert_true(is_alive(handle));
    assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
}

static void a_half_built_object_is_not_owned(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    pw_object *half = NULL;
    assert_int_equal(pw_object_make(&stub_image, NULL, 0, &half, NULL), PAWL_OK);
    pw_object_abandon(half);
    assert_int_equal(unmade_count, 1);
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    assert_int_equal(unmade_count, 1);
}

static void what_others_hold_is_deferred(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    void *context = stub_make(&stub_context, "c.c", 1, NULL, NULL);
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(context, &stub_context, &used, NULL), PAWL_OK);
    (void)image_make();
    assert_int_equal(pawl_scope_end(&scope), PAWL_DEFERRED);
    assert_int_equal(pawl_object_count(), 1);
    pw_object_release(used);
    assert_int_equal(pawl_object_count(), 0);
}

/* --- nesting and moving --- */

static void an_inner_scope_ends_alone(void **state)
{
    (void)state;
    PAWL_SCOPE(outer);
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    void *image = NULL;
    {
        PAWL_SCOPE(inner);
        image = image_make();
        assert_true(is_alive(image));
    }
    assert_false(is_alive(image));
    assert_true(is_alive(plan));
    image = image_make(); /* the outer's again */
    assert_int_equal(pawl_scope_end(&outer), PAWL_OK);
    assert_false(is_alive(image) || is_alive(plan));
}

static void an_outer_scope_ends_those_left_within(void **state)
{
    (void)state;
    pawl_scope *outer = pawl_scope_begin();
    pawl_scope *left = pawl_scope_begin();
    pawl_scope *left_too = pawl_scope_begin();
    void *image = image_make();
    assert_int_equal(pawl_scope_end(&outer), PAWL_OK);
    assert_false(is_alive(image));
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pawl_scope_end(&left_too), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_scope_end(&left), PAWL_ERR_DEAD_HANDLE);
    assert_null(left);
    assert_contains(heard, "PAWL-L012");
}

static void *make_and_keep(void)
{
    PAWL_SCOPE(scope);
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 1, plan, NULL);
    assert_int_equal(pawl_scope_keep(engine), PAWL_OK);
    return engine;
}

static void what_is_kept_goes_to_the_caller(void **state)
{
    (void)state;
    void *engine = make_and_keep();
    assert_true(is_alive(engine));
    assert_int_equal(pawl_object_count(), 2); /* the plan is dead for us, and held by the engine */
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_count(), 0);
}

static void what_is_kept_goes_to_the_scope_around(void **state)
{
    (void)state;
    void *engine = NULL;
    {
        PAWL_SCOPE(outer);
        engine = make_and_keep();
        assert_true(is_alive(engine));
    }
    assert_false(is_alive(engine));
    assert_int_equal(pawl_object_count(), 0);
}

static void the_order_of_birth_survives_moving(void **state)
{
    (void)state;
    void *weights = stub_make(&stub_weights, "w.c", 1, NULL, NULL);
    pawl_scope *scope = pawl_scope_begin();
    void *network = stub_make(&stub_network, "n.c", 1, weights, NULL);
    const uint64_t ids[] = {pawl_object_id(network), pawl_object_id(weights)};
    assert_int_equal(pawl_scope_own(scope, weights), PAWL_OK); /* given last, born first */
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    assert_memory_equal(unmade_ids, ids, sizeof ids);
}

static void nobodys_again(void **state)
{
    (void)state;
    pawl_scope *outer = pawl_scope_begin();
    pawl_scope *inner = pawl_scope_begin();
    void *image = image_make();
    assert_int_equal(pawl_scope_own(NULL, image), PAWL_OK);
    assert_int_equal(pawl_scope_end(&inner), PAWL_OK);
    assert_int_equal(pawl_scope_end(&outer), PAWL_OK);
    assert_true(is_alive(image));
    assert_int_equal(pawl_scope_keep(image), PAWL_OK); /* owned by none: nothing to do */
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
}

/* --- refusals --- */

static void nulls_are_fine(void **state)
{
    (void)state;
    pawl_scope *none = NULL;
    assert_int_equal(pawl_scope_end(NULL), PAWL_OK);
    assert_int_equal(pawl_scope_end(&none), PAWL_OK);
    assert_int_equal(pawl_scope_keep(NULL), PAWL_OK);
    assert_int_equal(pawl_scope_own(NULL, NULL), PAWL_OK);
}

static void a_dead_scope_is_recognised(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    pawl_scope *copy = scope;
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    pawl_scope *next = pawl_scope_begin(); /* in the same slot */
    void *image = image_make();
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pawl_scope_own(copy, image), PAWL_ERR_DEAD_HANDLE);
    assert_contains(heard, "PAWL-L012: the scope that is to own");
    assert_int_equal(pawl_scope_end(&copy), PAWL_ERR_DEAD_HANDLE);
    assert_null(copy);
    assert_true(is_alive(image));
    assert_int_equal(pawl_scope_end(&next), PAWL_OK);
    assert_false(is_alive(image));
}

static void a_dead_object_cannot_be_moved(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    void *image = image_make();
    void *copy = image;
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pawl_scope_own(scope, copy), PAWL_ERR_DEAD_HANDLE);
    assert_contains(heard, "PAWL-L001: the handle is dead: image #");
    assert_contains(heard, "made at i.c:1");
    assert_int_equal(pawl_scope_keep(copy), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
}

static void a_scope_is_no_object_and_an_object_no_scope(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    void *image = image_make();
    hear_from(PAWL_LOG_WARNING);
    void *wrong = scope;
    assert_int_equal(pawl_object_destroy(&wrong), PAWL_ERR_DEAD_HANDLE);
    assert_contains(heard, "PAWL-L004: the handle is a scope's");
    assert_int_equal(pawl_object_id(scope), 0);
    assert_int_equal(pawl_object_name_set(scope, "x"), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_scope_own((pawl_scope *)image, image), PAWL_ERR_DEAD_HANDLE);
    assert_contains(heard, "PAWL-L012");
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
}

/* --- threads --- */

static void *end_elsewhere(void *scope)
{
    return pawl_scope_end((pawl_scope **)scope) == PAWL_ERR_ARGUMENT ? NULL : scope;
}

static void another_threads_scope_is_not_ended(void **state)
{
    (void)state;
    pawl_scope *scope = pawl_scope_begin();
    void *image = image_make();
    pthread_t thread;
    void *failed = NULL;
    hear_from(PAWL_LOG_WARNING);
    assert_int_equal(pthread_create(&thread, NULL, end_elsewhere, &scope), 0);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_contains(heard, "PAWL-L013");
    assert_non_null(scope);
    assert_true(is_alive(image));
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
}

static void *exit_with_open_scopes(void *argument)
{
    (void)argument;
    for (int i = 0; i < 3; i++) {
        pawl_scope *left = pawl_scope_begin();
        if (left == NULL || image_make() == NULL)
            return &unmade_count;
    }
    return NULL;
}

static void a_thread_takes_its_scopes_along(void **state)
{
    (void)state;
    pthread_t thread;
    void *failed = NULL;
    void *own = image_make();
    assert_int_equal(pthread_create(&thread, NULL, exit_with_open_scopes, NULL), 0);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(unmade_count, 3);
    assert_int_equal(pawl_object_count(), 1);
    assert_int_equal(pawl_object_destroy(&own), PAWL_OK);
}

#define THREADS 3
#define ROUNDS  500

static atomic_long wrong;

/* Scopes of its own, objects given to the main thread's, objects taken back. */
static void *use_scopes(void *argument)
{
    pawl_scope *shared = argument;
    for (int round = 0; round < ROUNDS; round++) {
        PAWL_SCOPE(outer);
        void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
        void *engine = NULL, *given = NULL;
        {
            PAWL_SCOPE(inner);
            engine = stub_make(&stub_engine, "e.c", 1, runtime, NULL);
            given = image_make();
            if (pawl_scope_keep(engine) != PAWL_OK || pawl_scope_own(shared, given) != PAWL_OK)
                atomic_fetch_add(&wrong, 1);
        }
        if (!is_alive(engine) || !is_alive(given))
            atomic_fetch_add(&wrong, 1);
        if (round % 2 == 0 && pawl_object_destroy(&given) != PAWL_OK)
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

static void scopes_of_many_threads(void **state)
{
    (void)state;
    unmade_count = PW_COUNT(unmade_ids); /* the stubs' record is for one thread */
    pthread_t threads[THREADS];
    pawl_scope *shared = pawl_scope_begin();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_scopes, shared), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(pawl_object_count(), THREADS * ROUNDS / 2);
    assert_int_equal(pawl_scope_end(&shared), PAWL_OK);
    assert_int_equal(pawl_object_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_youngest_ends_first, stub_reset),
        cmocka_unit_test_setup(every_way_out_ends_what_was_made, stub_reset),
        cmocka_unit_test_setup(without_a_scope_nothing_is_owned, stub_reset),
        cmocka_unit_test_setup(the_librarys_own_objects_are_not_the_scopes, stub_reset),
        cmocka_unit_test_setup(a_half_built_object_is_not_owned, stub_reset),
        cmocka_unit_test_setup(what_others_hold_is_deferred, stub_reset),
        cmocka_unit_test_setup(an_inner_scope_ends_alone, stub_reset),
        cmocka_unit_test_setup(an_outer_scope_ends_those_left_within, stub_reset),
        cmocka_unit_test_setup(what_is_kept_goes_to_the_caller, stub_reset),
        cmocka_unit_test_setup(what_is_kept_goes_to_the_scope_around, stub_reset),
        cmocka_unit_test_setup(the_order_of_birth_survives_moving, stub_reset),
        cmocka_unit_test_setup(nobodys_again, stub_reset),
        cmocka_unit_test_setup(nulls_are_fine, stub_reset),
        cmocka_unit_test_setup(a_dead_scope_is_recognised, stub_reset),
        cmocka_unit_test_setup(a_dead_object_cannot_be_moved, stub_reset),
        cmocka_unit_test_setup(a_scope_is_no_object_and_an_object_no_scope, stub_reset),
        cmocka_unit_test_setup(another_threads_scope_is_not_ended, stub_reset),
        cmocka_unit_test_setup(a_thread_takes_its_scopes_along, stub_reset),
        cmocka_unit_test_setup(scopes_of_many_threads, stub_reset),
    };
    return cmocka_run_group_tests_name("scopes", tests, NULL, NULL);
}
