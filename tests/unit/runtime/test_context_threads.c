/* SPDX-License-Identifier: Apache-2.0 */
/* A context among threads, processes and failing memory: busy, ended while it runs, forked, nothing
 * allocated in a run. */
#include "support/chain.h"

#include "support/failing_allocator.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pt_allocator allocator;

/* A run that waits inside its observer until it may go on. */
typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_inside, may_go;
    pawl_context *context;
    pawl_status status;
} gate;

static int wait_at_gate(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    gate *g = user;
    (void)layer_id;
    (void)name;
    (void)tensor;
    (void)pthread_mutex_lock(&g->mutex);
    g->is_inside = true;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->may_go)
        (void)pthread_cond_wait(&g->changed, &g->mutex);
    (void)pthread_mutex_unlock(&g->mutex);
    return 0;
}

static void *run_through_gate(void *user)
{
    gate *g = user;
    pawl_error error;
    g->status = pawl_context_run(g->context, &error);
    return NULL;
}

static pthread_t start_run(gate *g, pawl_context *context)
{
    pthread_t thread;
    *g = (gate){.context = context};
    (void)pthread_mutex_init(&g->mutex, NULL);
    (void)pthread_cond_init(&g->changed, NULL);
    assert_int_equal(pawl_context_observer_set(context, wait_at_gate, g, NULL), PAWL_OK);
    assert_int_equal(pthread_create(&thread, NULL, run_through_gate, g), 0);
    (void)pthread_mutex_lock(&g->mutex);
    while (!g->is_inside)
        (void)pthread_cond_wait(&g->changed, &g->mutex);
    (void)pthread_mutex_unlock(&g->mutex);
    return thread;
}

static void finish_run(gate *g, pthread_t thread)
{
    (void)pthread_mutex_lock(&g->mutex);
    g->may_go = true;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->mutex);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_cond_destroy(&g->changed);
    (void)pthread_mutex_destroy(&g->mutex);
}

static void two_threads_at_once_are_told(void **state)
{
    (void)state;
    chain c;
    gate g;
    pawl_error error;
    pawl_tensor tensor;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    fill_picture(c.context, 0, 1);
    const pthread_t thread = start_run(&g, c.context);
    assert_int_equal(pawl_context_run(c.context, &error), PAWL_ERR_BUSY);
    assert_non_null(strstr(error.message, "in use"));
    assert_int_equal(pawl_context_shape_set(c.context, 1, 64, 64, &error), PAWL_ERR_BUSY);
    assert_int_equal(pawl_context_threshold_set(c.context, 0.5f, &error), PAWL_ERR_BUSY);
    assert_int_equal(pawl_context_input(c.context, &tensor, &error), PAWL_ERR_BUSY);
    assert_int_equal(pawl_context_output(c.context, 0, &tensor, &error), PAWL_ERR_BUSY);
    assert_int_equal(pawl_context_observer_set(c.context, NULL, NULL, &error), PAWL_ERR_BUSY);
    assert_int_equal(pawl_context_output_count(c.context), 1);
    finish_run(&g, thread);
    assert_int_equal(g.status, PAWL_OK);
    assert_int_equal(pawl_context_observer_set(c.context, NULL, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    drop_chain(&c);
}

/* Threads of this process. */
static int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        count += entry->d_name[0] != '.';
    (void)closedir(tasks);
    return count;
}

/* The same once there are as many as wanted, or after a minute: a thread that was joined is still
 * listed for a moment. */
static int count_settled(int wanted)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 60000 && count_threads() != wanted; i++)
        (void)nanosleep(&moment, NULL);
    return count_threads();
}

static void *run_often(void *user)
{
    for (int i = 0; i < 20; i++)
        if (pawl_context_run(user, NULL) < 0)
            return user;
    return NULL;
}

/* Eight contexts have the threads of one, and all get on. */
static void contexts_share_the_runtimes_threads(void **state)
{
    (void)state;
    chain c;
    pawl_context *contexts[8] = {NULL};
    pthread_t threads[8];
    const pawl_context_desc desc = small_context();
    const int before = count_threads();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    const int with_one = count_threads();
    assert_in_range(with_one - before, 0, 1);
    for (size_t i = 0; i < PW_COUNT(contexts); i++)
        assert_int_equal(pawl_context_create(c.engine, &desc, &contexts[i], NULL), PAWL_OK);
    assert_int_equal(count_threads(), with_one);
    for (size_t i = 0; i < PW_COUNT(contexts); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_often, contexts[i]), 0);
    for (size_t i = 0; i < PW_COUNT(contexts); i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
        assert_int_equal(pawl_context_destroy(&contexts[i]), PAWL_OK);
    }
    drop_chain(&c);
    assert_int_equal(count_settled(before), before);
}

static void a_runtime_may_have_fewer_threads(void **state)
{
    (void)state;
    pawl_error error;
    pawl_runtime *runtime = NULL;
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    desc.threads = -1;
    assert_int_equal(pawl_runtime_create(&desc, &runtime, &error), PAWL_ERR_ARGUMENT);
    desc.threads = 1025;
    assert_int_equal(pawl_runtime_create(&desc, &runtime, &error), PAWL_ERR_ARGUMENT);
    assert_null(runtime);
    chain c;
    desc.threads = 1;
    const int before = count_threads();
    const pawl_context_desc small = small_context();
    assert_int_equal(pt_tiny_plan("reference", &c.plan, NULL), PAWL_OK);
    assert_int_equal(pawl_runtime_create(&desc, &c.runtime, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(c.runtime, c.plan, &c.engine, NULL), PAWL_OK);
    assert_int_equal(pawl_context_create(c.engine, &small, &c.context, NULL), PAWL_OK);
    assert_int_equal(count_settled(before), before);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    drop_chain(&c);
}

static void *change_shape(void *user)
{
    for (int i = 0; i < 50; i++)
        if (pawl_context_shape_set(user, 1, 32 + 32 * (i % 2), 32, NULL) < 0)
            return user;
    return NULL;
}

/* It asks without going inside, so nothing that a new shape writes may be read for the answer: for
 * ThreadSanitizer. */
static void outputs_are_counted_while_the_shape_changes(void **state)
{
    (void)state;
    chain c;
    pthread_t thread;
    void *failed = NULL;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pthread_create(&thread, NULL, change_shape, c.context), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(pawl_context_output_count(c.context), 1);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    drop_chain(&c);
}

typedef struct naming {
    pawl_engine *engine;
    atomic_bool is_over;
} naming;

static void *change_name(void *user)
{
    naming *n = user;
    for (int i = 0; !atomic_load_explicit(&n->is_over, memory_order_relaxed); i++)
        if (pawl_object_name_set(n->engine, i % 2 == 0 ? "one" : "another") < 0)
            return n;
    return NULL;
}

/* A context takes over its engine's name while that is given another: for ThreadSanitizer. */
static void made_while_its_engine_is_named(void **state)
{
    (void)state;
    chain c;
    pthread_t thread;
    void *failed = NULL;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    naming n = {.engine = c.engine};
    assert_int_equal(pthread_create(&thread, NULL, change_name, &n), 0);
    for (int i = 0; i < 50; i++) {
        pawl_context *context = NULL;
        assert_int_equal(pawl_context_create(c.engine, &desc, &context, NULL), PAWL_OK);
        assert_int_equal(pawl_context_destroy(&context), PAWL_OK);
    }
    atomic_store_explicit(&n.is_over, true, memory_order_relaxed);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    drop_chain(&c);
}

static void ended_while_it_runs_it_finishes_first(void **state)
{
    (void)state;
    chain c;
    gate g;
    const pawl_context_desc desc = small_context();
    const size_t objects = pawl_object_count();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    fill_picture(c.context, 0, 1);
    const pthread_t thread = start_run(&g, c.context);
    assert_int_equal(pawl_plan_destroy(&c.plan), PAWL_DEFERRED);
    assert_int_equal(pawl_runtime_destroy(&c.runtime), PAWL_DEFERRED);
    assert_int_equal(pawl_engine_destroy(&c.engine), PAWL_DEFERRED);
    pawl_context *copy = c.context;
    assert_int_equal(pawl_context_destroy(&c.context), PAWL_DEFERRED);
    assert_null(c.context);
    pawl_error error;
    assert_int_equal(pawl_context_run(copy, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_object_count(), objects + 4);
    finish_run(&g, thread);
    assert_int_equal(g.status, PAWL_OK);
    assert_int_equal(pawl_object_count(), objects);
}

static void a_context_outlives_its_makers(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    const size_t objects = pawl_object_count();
    pawl_error error;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    pawl_engine *engine = c.engine;
    pawl_context *context = c.context;
    assert_int_equal(pawl_runtime_destroy(&c.runtime), PAWL_DEFERRED);
    assert_int_equal(pawl_plan_destroy(&c.plan), PAWL_DEFERRED);
    assert_int_equal(pawl_engine_destroy(&c.engine), PAWL_DEFERRED);
    fill_picture(c.context, 0, 1);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_shape_set(c.context, 2, 64, 32, NULL), PAWL_OK);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_create(engine, NULL, &c.context, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_context_destroy(&c.context), PAWL_OK);
    assert_int_equal(pawl_object_count(), objects);
    assert_int_equal(pawl_context_run(context, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_context_run(NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_context_destroy(&context), PAWL_ERR_DEAD_HANDLE);
}

static void a_run_allocates_nothing(void **state)
{
    (void)state;
    static const pawl_output_form forms[] = {PAWL_OUTPUT_DECODED, PAWL_OUTPUT_RAW,
                                             PAWL_OUTPUT_CANDIDATES};
    for (size_t i = 0; i < PW_COUNT(forms); i++) {
        chain c;
        pawl_context_desc desc = small_context();
        desc.output = forms[i];
        assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
        fill_picture(c.context, 0, 1);
        pt_allocator_reset(&allocator, 0);
        for (int n = 0; n < 3; n++)
            assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
        assert_int_equal(atomic_load(&allocator.calls), 0);
        drop_chain(&c);
    }
}

static void a_forked_child_may_only_end_things(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    fill_picture(c.context, 0, 1);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pawl_error error;
        int result = pawl_context_run(c.context, &error) == PAWL_ERR_FORKED ? 0 : 1;
        result |= pawl_context_destroy(&c.context) < 0 ? 2 : 0;
        _exit(result);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    drop_chain(&c);
}

/* Calls attempt with the first allocation failing, then the second ... until it succeeds. */
static void until_it_works(pawl_status (*attempt)(chain *c), chain *c)
{
    const size_t objects = pawl_object_count();
    for (long nth = 1;; nth++) {
        const long live = atomic_load(&allocator.live);
        pt_allocator_reset(&allocator, nth);
        const pawl_status status = attempt(c);
        const bool is_over = atomic_load(&allocator.calls) < nth;
        pt_allocator_reset(&allocator, 0);
        assert_int_equal(status, is_over ? PAWL_OK : PAWL_ERR_MEMORY);
        assert_int_equal(pawl_object_count(), objects);
        assert_int_equal(atomic_load(&allocator.live), live);
        if (is_over)
            return;
        assert_true(nth < 10000);
    }
}

static pawl_status make_runtime(chain *c)
{
    (void)c;
    pawl_runtime *runtime = NULL;
    const pawl_status status = pawl_runtime_create(NULL, &runtime, NULL);
    (void)pawl_runtime_destroy(&runtime);
    return status;
}

static pawl_status make_engine(chain *c)
{
    pawl_engine *engine = NULL;
    const pawl_status status = pawl_engine_create(c->runtime, c->plan, &engine, NULL);
    assert_true((status == PAWL_OK) == (engine != NULL));
    (void)pawl_engine_destroy(&engine);
    return status;
}

static pawl_output_form form_to_make;

static pawl_status make_context(chain *c)
{
    pawl_context *context = NULL;
    pawl_context_desc desc = small_context();
    desc.output = form_to_make;
    const pawl_status status = pawl_context_create(c->engine, &desc, &context, NULL);
    assert_true((status == PAWL_OK) == (context != NULL));
    (void)pawl_context_destroy(&context);
    return status;
}

static void no_memory_for_runtime_engine_and_context(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    until_it_works(make_runtime, &c);
    until_it_works(make_engine, &c);
    for (form_to_make = PAWL_OUTPUT_DECODED; form_to_make <= PAWL_OUTPUT_CANDIDATES; form_to_make++)
        until_it_works(make_context, &c);
    drop_chain(&c);
}

static void no_memory_for_another_shape_keeps_the_old_one(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    pawl_tensor input;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    for (long nth = 1;; nth++) {
        pt_allocator_reset(&allocator, nth);
        const pawl_status status = pawl_context_shape_set(c.context, 3, 64, 64, NULL);
        pt_allocator_reset(&allocator, 0);
        assert_int_equal(pawl_context_input(c.context, &input, NULL), PAWL_OK);
        assert_int_equal(input.dims[0], status == PAWL_OK ? 3 : 1);
        assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
        if (status == PAWL_OK)
            break;
        assert_int_equal(status, PAWL_ERR_MEMORY);
    }
    drop_chain(&c);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_at_once_are_told),
        cmocka_unit_test(contexts_share_the_runtimes_threads),
        cmocka_unit_test(a_runtime_may_have_fewer_threads),
        cmocka_unit_test(outputs_are_counted_while_the_shape_changes),
        cmocka_unit_test(made_while_its_engine_is_named),
        cmocka_unit_test(ended_while_it_runs_it_finishes_first),
        cmocka_unit_test(a_context_outlives_its_makers),
        cmocka_unit_test(a_run_allocates_nothing),
        cmocka_unit_test(a_forked_child_may_only_end_things),
        cmocka_unit_test(no_memory_for_runtime_engine_and_context),
        cmocka_unit_test(no_memory_for_another_shape_keeps_the_old_one),
    };
    return cmocka_run_group_tests_name("context among threads", tests, NULL, NULL);
}
