/* SPDX-License-Identifier: Apache-2.0 */
/* Each item exactly once, whatever the numbers of threads, items and callers; growing and
 * shrinking; rest while idle; a fork. */
#define _GNU_SOURCE 1 /* getrusage of all threads, usleep's successor */
#include "cmocka_all.h"

#include "base/os.h"
#include "base/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ITEMS_MAX 5000

#ifdef PAWL_SANITIZED
#define RUNS 300
#else
#define RUNS 5000
#endif

typedef struct tally {
    atomic_int done[ITEMS_MAX];
    atomic_int per_worker[64];
    int plain[64]; /* a worker's own, without a lock: only the pool's order makes it right */
    size_t workers;
    atomic_int wrong;
} tally;

static tally counts;

static void count_item(void *argument, size_t item, size_t worker)
{
    tally *self = argument;
    if (worker >= self->workers || item >= ITEMS_MAX) {
        atomic_fetch_add(&self->wrong, 1);
        return;
    }
    atomic_fetch_add(&self->done[item], 1);
    atomic_fetch_add(&self->per_worker[worker], 1);
    self->plain[worker]++;
}

/* A pool and one crew of it at work. */
typedef struct team {
    pw_thread_pool *pool;
    pw_crew crew;
} team;

static void make_team(team *t, int32_t threads)
{
    assert_int_equal(pw_thread_pool_create(threads, &t->pool, NULL), PAWL_OK);
    pw_crew_make(&t->crew, t->pool, threads);
    assert_int_equal(pw_crew_size(&t->crew), threads);
    assert_int_equal(pw_thread_pool_workers(t->pool), threads - 1);
    pw_crew_enter(&t->crew);
}

static void drop_team(team *t)
{
    pw_crew_leave(&t->crew);
    pw_crew_end(&t->crew);
    assert_int_equal(pw_thread_pool_workers(t->pool), 0);
    pw_thread_pool_destroy(t->pool);
}

static void each_item_once(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 3, 7, 64, 1000, ITEMS_MAX};
    for (int32_t threads = 1; threads <= 9; threads++) {
        team t;
        make_team(&t, threads);
        for (size_t i = 0; i < PW_COUNT(sizes); i++) {
            memset(&counts, 0, sizeof counts);
            counts.workers = (size_t)threads;
            pw_crew_run(&t.crew, count_item, &counts, sizes[i]);
            for (size_t item = 0; item < ITEMS_MAX; item++)
                assert_int_equal(atomic_load(&counts.done[item]), item < sizes[i]);
            int total = 0;
            for (int32_t worker = 0; worker < threads; worker++)
                total += counts.plain[worker];
            assert_int_equal(total, sizes[i]);
            assert_int_equal(atomic_load(&counts.wrong), 0);
        }
        drop_team(&t);
    }
}

/* One run after another without pause: what one run wrote, the next reads,
 * with no lock of its own. */
static int chain[16];

static void chain_item(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const int run = *(const int *)argument;
    if (chain[item] != run)
        atomic_fetch_add(&counts.wrong, 1);
    chain[item] = run + 1;
}

static void many_small_runs(void **state)
{
    (void)state;
    memset(&counts, 0, sizeof counts);
    for (int32_t threads = 2; threads <= 5; threads++) {
        team t;
        make_team(&t, threads);
        memset(chain, 0, sizeof chain);
        for (int run = 0; run < RUNS; run++)
            pw_crew_run(&t.crew, chain_item, &run, PW_COUNT(chain));
        for (size_t i = 0; i < PW_COUNT(chain); i++)
            assert_int_equal(chain[i], RUNS);
        drop_team(&t);
    }
    assert_int_equal(atomic_load(&counts.wrong), 0);
}

/* A caller of many: its own numbers, its own answer. */
typedef struct caller {
    pw_thread_pool *pool;
    pthread_t thread;
    int32_t threads;
    size_t sums[16];
    size_t items[16];
    size_t wrong;
} caller;

static void sum_item(void *argument, size_t item, size_t worker)
{
    caller *self = argument;
    self->sums[worker] += self->items[item]; /* worker: this thread alone, in this run */
}

static void *call_often(void *argument)
{
    caller *self = argument;
    for (int round = 0; round < RUNS / 100; round++) {
        pw_crew crew;
        pw_crew_make(&crew, self->pool, self->threads); /* the pool grows and shrinks meanwhile */
        pw_crew_enter(&crew);
        for (int run = 0; run < 50; run++) {
            size_t expected = 0, sum = 0;
            memset(self->sums, 0, sizeof self->sums);
            const size_t count = 2 + (size_t)run % (PW_COUNT(self->items) - 1);
            for (size_t i = 0; i < count; i++)
                expected += self->items[i] = (size_t)(round + run) * i + 1;
            pw_crew_run(&crew, sum_item, self, count);
            for (size_t w = 0; w < PW_COUNT(self->sums); w++)
                sum += self->sums[w];
            self->wrong += sum != expected;
            self->wrong += crew.size < 16 && self->sums[crew.size] != 0;
        }
        pw_crew_leave(&crew);
        pw_crew_end(&crew);
    }
    return NULL;
}

static void many_callers_share_a_pool(void **state)
{
    (void)state;
    static caller callers[9];
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(4, &pool, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(callers); i++) {
        callers[i] = (caller){.pool = pool, .threads = 1 + (int32_t)i % 5};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
    }
    for (size_t i = 0; i < PW_COUNT(callers); i++) {
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
        assert_int_equal(callers[i].wrong, 0);
    }
    assert_int_equal(pw_thread_pool_workers(pool), 0);
    pw_thread_pool_destroy(pool);
}

/* More crews at work than can be helped: the others work alone. */
static void more_crews_than_places(void **state)
{
    (void)state;
    static pw_crew crews[70];
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(3, &pool, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(crews); i++) {
        pw_crew_make(&crews[i], pool, 3);
        pw_crew_enter(&crews[i]);
    }
    assert_int_equal(pw_thread_pool_workers(pool), 2);
    for (size_t i = 0; i < PW_COUNT(crews); i++) {
        memset(&counts, 0, sizeof counts);
        counts.workers = 3;
        pw_crew_run(&crews[i], count_item, &counts, 20);
        for (size_t item = 0; item < 21; item++)
            assert_int_equal(atomic_load(&counts.done[item]), item < 20);
        assert_int_equal(atomic_load(&counts.wrong), 0);
    }
    for (size_t i = 0; i < PW_COUNT(crews); i++) {
        pw_crew_leave(&crews[i]);
        pw_crew_end(&crews[i]);
    }
    pw_thread_pool_destroy(pool);
}

/* The largest crew says how many there are. */
static void it_grows_and_shrinks(void **state)
{
    (void)state;
    pw_crew small, large, larger;
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(6, &pool, NULL), PAWL_OK);
    assert_int_equal(pw_thread_pool_workers(pool), 0);
    pw_crew_make(&small, pool, 2);
    assert_int_equal(pw_thread_pool_workers(pool), 1);
    pw_crew_make(&large, pool, 4);
    assert_int_equal(pw_thread_pool_workers(pool), 3);
    pw_crew_make(&larger, pool, 1000);
    assert_int_equal(larger.size, 6);
    assert_int_equal(pw_thread_pool_workers(pool), 5);
    pw_crew_end(&large);
    assert_int_equal(pw_thread_pool_workers(pool), 5);
    pw_crew_end(&larger);
    assert_int_equal(pw_thread_pool_workers(pool), 1);
    pw_crew_end(&small);
    assert_int_equal(pw_thread_pool_workers(pool), 0);
    pw_crew_end(&small); /* zeroed now */
    pw_thread_pool_destroy(pool);
}

/* A worker that is stuck in another caller's item keeps nobody waiting. */
static atomic_bool may_go, is_stuck;

static void stick_item(void *argument, size_t item, size_t worker)
{
    (void)argument;
    (void)item;
    (void)worker;
    atomic_store(&is_stuck, true);
    while (!atomic_load(&may_go))
        sched_yield();
}

static void *stick(void *argument)
{
    pw_crew *crew = argument;
    pw_crew_enter(crew);
    pw_crew_run(crew, stick_item, NULL, 4);
    pw_crew_leave(crew);
    return NULL;
}

static void nobody_waits_for_another_callers_work(void **state)
{
    (void)state;
    pthread_t thread;
    pw_crew stuck;
    team t;
    make_team(&t, 3);
    pw_crew_make(&stuck, t.pool, 3);
    assert_int_equal(pthread_create(&thread, NULL, stick, &stuck), 0);
    while (!atomic_load(&is_stuck))
        sched_yield();
    memset(&counts, 0, sizeof counts);
    counts.workers = 3;
    for (int run = 0; run < 100; run++)
        pw_crew_run(&t.crew, count_item, &counts, 8);
    for (size_t item = 0; item < 8; item++)
        assert_int_equal(atomic_load(&counts.done[item]), 100);
    atomic_store(&may_go, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pw_crew_end(&stuck);
    drop_team(&t);
}

static void sleep_ms(long milliseconds)
{
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = milliseconds * 1000000};
    (void)nanosleep(&pause, NULL);
}

static void sleep_item(void *argument, size_t item, size_t worker)
{
    (void)argument;
    (void)item;
    (void)worker;
    sleep_ms(20);
}

/* Waits until another worker has begun, too; in vain for a minute where nobody shares. */
static void meet_item(void *argument, size_t item, size_t worker)
{
    atomic_uint *workers = argument;
    (void)item;
    atomic_fetch_or(workers, 1u << worker);
    for (int i = 0; i < 60000 && (atomic_load(workers) & ~(1u << worker)) == 0; i++)
        sleep_ms(1);
}

static void work_is_shared(void **state)
{
    (void)state;
    team t;
    atomic_uint workers = 0;
    if (pw_os_core_count() < 2)
        skip(); /* nobody is woken where there is no core for him */
    make_team(&t, 4);
    sleep_ms(5); /* all are asleep, most likely: they must be woken */
    pw_crew_run(&t.crew, meet_item, &workers, 2);
    assert_true((atomic_load(&workers) & (atomic_load(&workers) - 1)) != 0);
    drop_team(&t);
}

static uint64_t processor_time_ns(void)
{
    struct timespec spent;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (uint64_t)spent.tv_sec * 1000000000u + (uint64_t)spent.tv_nsec;
}

static void an_idle_team_costs_nothing(void **state)
{
    (void)state;
    team t;
    make_team(&t, 2);
    pw_crew_run(&t.crew, sleep_item, NULL, 2);
    const uint64_t before = processor_time_ns();
    sleep_ms(200);
    assert_true(processor_time_ns() - before < 20u * 1000000u);
    drop_team(&t);
}

static void wrong_numbers_are_refused(void **state)
{
    (void)state;
    pw_thread_pool *pool = NULL;
    pawl_error error;
    assert_int_equal(pw_thread_pool_create(0, &pool, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pw_thread_pool_create(-1, &pool, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pw_thread_pool_create(1000000, &pool, &error), PAWL_ERR_ARGUMENT);
    assert_null(pool);
    pw_thread_pool_destroy(NULL);
    allocations_left = 0;
    assert_int_equal(pw_thread_pool_create(2, &pool, &error), PAWL_ERR_MEMORY);
    assert_null(pool);
}

static void a_forked_child_can_end_it(void **state)
{
    (void)state;
    team t;
    make_team(&t, 3);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(120); /* were it to wait for threads that are not there */
        pw_crew_leave(&t.crew);
        pw_crew_end(&t.crew);
        pw_thread_pool_destroy(t.pool);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    drop_team(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_item_once, memory_limited, memory_unlimited),
        cmocka_unit_test(many_small_runs),
        cmocka_unit_test(many_callers_share_a_pool),
        cmocka_unit_test(more_crews_than_places),
        cmocka_unit_test(it_grows_and_shrinks),
        cmocka_unit_test(nobody_waits_for_another_callers_work),
        cmocka_unit_test(work_is_shared),
        cmocka_unit_test(an_idle_team_costs_nothing),
        cmocka_unit_test_setup_teardown(wrong_numbers_are_refused, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test(a_forked_child_can_end_it),
    };
    return cmocka_run_group_tests_name("thread pool", tests, NULL, NULL);
}
