/* SPDX-License-Identifier: Apache-2.0 */
/* Each item exactly once, whatever the numbers of threads and items; rest while idle; a fork. */
#define _GNU_SOURCE 1 /* getrusage of all threads, usleep's successor */
#include "cmocka_all.h"

#include "base/os.h"
#include "base/thread_pool.h"

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

static void each_item_once(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 3, 7, 64, 1000, ITEMS_MAX};
    for (int32_t threads = 1; threads <= 9; threads++) {
        pw_thread_pool *pool = NULL;
        assert_int_equal(pw_thread_pool_create(threads, &pool, NULL), PAWL_OK);
        assert_int_equal(pw_thread_pool_size(pool), threads);
        for (size_t i = 0; i < PW_COUNT(sizes); i++) {
            memset(&counts, 0, sizeof counts);
            counts.workers = (size_t)threads;
            pw_thread_pool_run(pool, count_item, &counts, sizes[i]);
            for (size_t item = 0; item < ITEMS_MAX; item++)
                assert_int_equal(atomic_load(&counts.done[item]), item < sizes[i]);
            int total = 0;
            for (int32_t worker = 0; worker < threads; worker++)
                total += counts.plain[worker];
            assert_int_equal(total, sizes[i]);
            assert_int_equal(atomic_load(&counts.wrong), 0);
        }
        pw_thread_pool_destroy(pool);
    }
}

/* One run after another without pause: what one run wrote, the next reads, with no lock of its own.
 */
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
        pw_thread_pool *pool = NULL;
        assert_int_equal(pw_thread_pool_create(threads, &pool, NULL), PAWL_OK);
        memset(chain, 0, sizeof chain);
        for (int run = 0; run < RUNS; run++)
            pw_thread_pool_run(pool, chain_item, &run, PW_COUNT(chain));
        for (size_t i = 0; i < PW_COUNT(chain); i++)
            assert_int_equal(chain[i], RUNS);
        pw_thread_pool_destroy(pool);
    }
    assert_int_equal(atomic_load(&counts.wrong), 0);
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

static void work_is_shared(void **state)
{
    (void)state;
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(4, &pool, NULL), PAWL_OK);
    sleep_ms(5); /* all are asleep: they must be woken */
    const uint64_t start = pw_os_clock_ns();
    pw_thread_pool_run(pool, sleep_item, NULL, 8);
    const uint64_t elapsed = pw_os_clock_ns() - start;
    assert_true(elapsed >= 40u * 1000000u);
    assert_true(elapsed < 130u * 1000000u); /* one thread alone would need 160 ms */
    pw_thread_pool_destroy(pool);
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
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(2, &pool, NULL), PAWL_OK);
    pw_thread_pool_run(pool, sleep_item, NULL, 2);
    const uint64_t before = processor_time_ns();
    sleep_ms(200);
    assert_true(processor_time_ns() - before < 20u * 1000000u);
    pw_thread_pool_destroy(pool);
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
    pw_thread_pool *pool = NULL;
    assert_int_equal(pw_thread_pool_create(3, &pool, NULL), PAWL_OK);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(20); /* were it to wait for threads that are not there */
        pw_thread_pool_destroy(pool);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    pw_thread_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_item_once, memory_limited, memory_unlimited),
        cmocka_unit_test(many_small_runs),
        cmocka_unit_test(work_is_shared),
        cmocka_unit_test(an_idle_team_costs_nothing),
        cmocka_unit_test_setup_teardown(wrong_numbers_are_refused, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test(a_forked_child_can_end_it),
    };
    return cmocka_run_group_tests_name("thread pool", tests, NULL, NULL);
}
