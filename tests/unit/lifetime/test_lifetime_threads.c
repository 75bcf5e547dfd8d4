/* SPDX-License-Identifier: Apache-2.0 */
/* Races that must end well: use against end, end against end, last pins dropping on any thread,
 * reports meanwhile. */
#include "stub_object.h"

#include <pthread.h>
#include <sched.h>
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
    /* The second use is always too late. */
    assert_true(atomic_load(&used_dead) >= THREADS * ROUNDS);
    assert_int_equal(pawl_object_count(), 0);
}

/* --- reports, at both levels --- */

static atomic_bool is_over;
static bool is_strict;
static _Thread_local bool is_reporter;
static atomic_long made, released_by_reporter;

/* A vendor's destructor would run outside its context here. */
static void member_unmake(pw_object *object)
{
    (void)object;
    if (is_reporter)
        atomic_fetch_add(&released_by_reporter, 1);
    atomic_fetch_sub(&made, 1);
}

static const pw_type member_type = {.name = "member",
                                    .size = sizeof(pw_object),
                                    .unmake = member_unmake,
                                    .role = PW_ROLE_RUN},
                     inner_type = {.name = "inner",
                                   .size = sizeof(pw_object),
                                   .unmake = member_unmake,
                                   .role = PW_ROLE_INNER};

static void *member_make(pw_object *const parents[], size_t count, pw_object **object)
{
    if (pw_object_make(&member_type, parents, count, object, NULL) != PAWL_OK)
        return NULL;
    atomic_fetch_add(&made, 1);
    return pw_object_publish(*object);
}

static pw_object *inner_make(pw_object *parent)
{
    pw_object *object = NULL;
    if (pw_object_make(&inner_type, &parent, 1, &object, NULL) != PAWL_OK)
        return NULL;
    atomic_fetch_add(&made, 1);
    (void)pw_object_publish(object);
    return object;
}

static void expect(bool is_right)
{
    if (!is_right)
        atomic_fetch_add(&wrong, 1);
}

/* A family: two members, of which the second holds the first, and two of the library's own. What
 * the user ends in the right order is never refused, and what the library ends never at all. */
static void live_as_a_family(void)
{
    pw_object *elder = NULL, *younger = NULL;
    void *first = member_make(NULL, 0, &elder);
    void *second = member_make(&elder, 1, &younger);
    pw_object *device = inner_make(NULL), *stream = inner_make(device);
    expect(pawl_object_name_set(second, "family") == PAWL_OK);
    expect(pw_object_end(device) == PAWL_DEFERRED); /* a careless backend */
    expect(pw_object_end(stream) == PAWL_OK);
    if (!is_strict)
        expect(pawl_object_destroy(&first) == PAWL_DEFERRED);
    expect(pawl_object_destroy(&second) == PAWL_OK);
    expect(pawl_object_destroy(&first) == PAWL_OK);
}

static void *live_as_families(void *argument)
{
    for (int round = 0; round < ROUNDS / 4; round++)
        live_as_a_family();
    return argument;
}

static void read_slowly(void *user, const char *text)
{
    (void)text;
    sched_yield();
    atomic_fetch_add((atomic_long *)user, 1);
}

static void *report_meanwhile(void *lines)
{
    is_reporter = true;
    while (!atomic_load(&is_over))
        (void)pawl_object_report(read_slowly, lines);
    return NULL;
}

static void quiet_write(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

static void a_report_in_a_loop_changes_no_lifetime(void **state)
{
    (void)state;
    static atomic_long lines;
    pawl_logger_set(&(pawl_logger){.level = PAWL_LOG_VERBOSE, .write = quiet_write});
    pthread_t threads[THREADS], reporter;
    void *witness = stub_make(&stub_image, "w.c", 1, NULL, NULL);
    assert_int_equal(pthread_create(&reporter, NULL, report_meanwhile, &lines), 0);
    while (atomic_load(&lines) == 0) /* there is always something to tell of */
        sched_yield();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, live_as_families, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(reporter, NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(atomic_load(&released_by_reporter), 0);
    assert_int_equal(pawl_object_destroy(&witness), PAWL_OK);
    assert_int_equal(atomic_load(&made), 0); /* nothing was leaked */
    assert_int_equal(pawl_object_count(), 0);
}

/* Usage: [strict] */
int main(int count, char **arguments)
{
    is_strict = count == 2 && strcmp(arguments[1], "strict") == 0;
    if (is_strict && pawl_lifetime_set(PAWL_LIFETIME_STRICT) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_report_in_a_loop_changes_no_lifetime, stub_reset),
        cmocka_unit_test_setup(one_of_many_ends_succeeds, stub_reset), /* deferred: any order */
    };
    return _cmocka_run_group_tests("threads", tests, is_strict ? 1 : PW_COUNT(tests), NULL, NULL);
}
