/* SPDX-License-Identifier: Apache-2.0 */
/* Races that must end well: use against end, end against end, last pins dropping on any thread,
 * reports meanwhile. */
#include "stub_object.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef PAWL_SANITIZED
#define ROUNDS 2000
#else
#define ROUNDS 10000
#endif
#define THREADS 3

typedef struct canary {
    pw_object base;
    uint64_t value; /* ALIVE until unmade */
} canary;

#define ALIVE 0x600D0B1EC7ull

static atomic_long unmade, ended_ok, ended_deferred, ended_dead, used_ok, used_dead, wrong;
static _Atomic(void *) shared;
static pthread_barrier_t barrier;

static void canary_unmake(pw_object *object)
{
    canary *self = (canary *)object;
    if (self->value != ALIVE)
        atomic_fetch_add(&wrong, 1);
    self->value = 0;
    atomic_fetch_add(&unmade, 1);
}

static const pw_type canary_type = {
    .name = "context", .size = sizeof(canary), .unmake = canary_unmake, .role = PW_ROLE_RUN};

static void *canary_make(void)
{
    canary *made = NULL;
    if (pw_object_make(&canary_type, NULL, 0, &made, NULL) != PAWL_OK)
        return NULL;
    made->value = ALIVE;
    return pw_object_publish(made);
}

static void use_once(void *handle)
{
    canary *used = NULL;
    const pawl_status status = pw_object_use(handle, &canary_type, &used, NULL);
    if (status == PAWL_OK) {
        if (used->value != ALIVE)
            atomic_fetch_add(&wrong, 1);
        pw_object_release(used);
        atomic_fetch_add(&used_ok, 1);
    } else {
        atomic_fetch_add(status == PAWL_ERR_DEAD_HANDLE ? &used_dead : &wrong, 1);
    }
}

static void end_once(void *handle)
{
    const pawl_status status = pw_object_destroy_handle(&handle, &canary_type);
    atomic_fetch_add(status == PAWL_OK                ? &ended_ok
                     : status == PAWL_DEFERRED        ? &ended_deferred
                     : status == PAWL_ERR_DEAD_HANDLE ? &ended_dead
                                                      : &wrong,
                     1);
}

/* Each round: all threads use the handle and end it, at once. */
static void *use_and_end(void *argument)
{
    (void)argument;
    for (int round = 0; round < ROUNDS; round++) {
        (void)pthread_barrier_wait(&barrier);
        void *handle = atomic_load(&shared);
        use_once(handle);
        end_once(handle);
        use_once(handle);
        (void)pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void one_of_many_ends_succeeds(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS + 1), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_and_end, NULL), 0);
    for (int round = 0; round < ROUNDS; round++) {
        atomic_store(&shared, canary_make());
        (void)pthread_barrier_wait(&barrier);
        (void)pthread_barrier_wait(&barrier);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&barrier);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(atomic_load(&unmade), ROUNDS);
    assert_int_equal(atomic_load(&ended_ok) + atomic_load(&ended_deferred), ROUNDS);
    assert_int_equal(atomic_load(&ended_dead), (THREADS - 1) * ROUNDS);
    assert_int_equal(atomic_load(&used_ok) + atomic_load(&used_dead), 2 * THREADS * ROUNDS);
    assert_true(atomic_load(&used_dead) >=
                THREADS * ROUNDS); /* the second use is always too late */
    assert_int_equal(pawl_object_count(), 0);
}

static atomic_bool is_over;

/* Families of objects come and go; parents are ended first, so the last pin drops with the child.
 */
static void *make_families(void *argument)
{
    (void)argument;
    for (int round = 0; round < ROUNDS / 4; round++) {
        void *runtime = stub_make(&stub_runtime, "r.c", 1, NULL, NULL);
        void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
        void *engine = stub_make(&stub_engine, "e.c", 1, runtime, plan);
        if (pawl_object_name_set(engine, "family") != PAWL_OK ||
            pawl_object_destroy(&runtime) < 0 || pawl_object_destroy(&plan) < 0 ||
            pawl_object_destroy(&engine) < 0)
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

static void *report_meanwhile(void *argument)
{
    (void)argument;
    while (!atomic_load(&is_over))
        (void)pawl_object_report(NULL, NULL);
    return NULL;
}

static void quiet_write(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

static void families_and_reports_at_once(void **state)
{
    (void)state;
    unmade_count = PW_COUNT(unmade_ids); /* the stubs' record is for one thread */
    pawl_logger_set(&(pawl_logger){.level = PAWL_LOG_VERBOSE, .write = quiet_write});
    pthread_t threads[THREADS], reporter;
    assert_int_equal(pthread_create(&reporter, NULL, report_meanwhile, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_families, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(reporter, NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(pawl_object_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_of_many_ends_succeeds, stub_reset),
        cmocka_unit_test_setup(families_and_reports_at_once, stub_reset),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
