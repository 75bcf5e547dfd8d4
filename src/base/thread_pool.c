/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A team of threads that share out the items of one run after another.
 *
 *     state  | run number (32) | stop | open | workers inside (30) |     one atomic word
 *
 * The caller opens a run, works itself, closes it when the items are gone, and waits only for the
 * workers that came inside: one that woke too late, or never got a core, is not waited for. Waiting
 * is a short spin, then sleep; where there are more threads than cores nobody spins, since that
 * would keep the one who has the work off the processor.
 */
#include "base/thread_pool.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/os.h"
#include <pawl/limits.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define STATE_RUN       ((uint64_t)1 << 32)
#define STATE_STOP      ((uint64_t)1 << 31)
#define STATE_OPEN      ((uint64_t)1 << 30)
#define STATE_INSIDE    (STATE_OPEN - 1)
#define SPIN_NS         60000u /* a little more than the pause between two steps of an inference */
#define SPINS_PER_CLOCK 32

typedef struct worker_start {
    pw_thread_pool *pool;
    size_t worker;
    pthread_t thread;
} worker_start;

struct pw_thread_pool {
    _Atomic(uint64_t) state PW_ALIGNED(PW_CACHE_LINE);
    pw_task task; /* these three are written while closed and empty, read inside only */
    void *argument;
    size_t count;
    atomic_size_t next PW_ALIGNED(PW_CACHE_LINE); /* item to be handed out */
    atomic_int sleepers PW_ALIGNED(PW_CACHE_LINE);
    atomic_bool is_caller_asleep;
    int32_t size; /* threads, the caller's included */
    int32_t cores;
    uint32_t process; /* a forked child has the memory, not the threads */
    pthread_mutex_t mutex;
    pthread_cond_t work, done;
    worker_start workers[]; /* size - 1 */
};

/* Threads of all pools: two pools that fit the machine one by one may not fit it together. */
static atomic_int threads_alive;

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool may_spin(const pw_thread_pool *pool)
{
    return atomic_load_explicit(&threads_alive, memory_order_relaxed) < pool->cores;
}

/* Spins until (state & mask) != value, for a bounded time; true when it came. */
static bool spin_while(pw_thread_pool *pool, uint64_t mask, uint64_t value)
{
    if (!may_spin(pool)) {
        sched_yield(); /* let whoever has the work get on; then look once more */
        return (atomic_load_explicit(&pool->state, memory_order_acquire) & mask) != value;
    }
    const uint64_t start = pw_os_clock_ns();
    do {
        for (int i = 0; i < SPINS_PER_CLOCK; i++) {
            if ((atomic_load_explicit(&pool->state, memory_order_acquire) & mask) != value)
                return true;
            relax();
        }
    } while (pw_os_clock_ns() - start < SPIN_NS);
    return false;
}

/* Waits for a run after the one numbered seen, or for the stop. */
static void wait_for_work(pw_thread_pool *pool, uint64_t seen)
{
    const uint64_t mask = ~(STATE_OPEN | STATE_INSIDE);
    if (spin_while(pool, mask, seen))
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    /* Sequentially consistent, as the opening of a run: either we see the run, or its opener sees a
     * sleeper. */
    (void)atomic_fetch_add(&pool->sleepers, 1);
    while ((atomic_load(&pool->state) & mask) == seen)
        (void)pthread_cond_wait(&pool->work, &pool->mutex);
    (void)atomic_fetch_sub(&pool->sleepers, 1);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static void do_items(pw_thread_pool *pool, size_t worker)
{
    const pw_task task = pool->task;
    void *argument = pool->argument;
    const size_t count = pool->count;
    for (;;) {
        const size_t item = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (item >= count)
            return;
        task(argument, item, worker);
    }
}

/* Comes inside if the run is still open. */
static bool enter(pw_thread_pool *pool, uint64_t state)
{
    while ((state & STATE_OPEN) != 0)
        if (atomic_compare_exchange_weak_explicit(&pool->state, &state, state + 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

static void leave(pw_thread_pool *pool)
{
    const uint64_t before = atomic_fetch_sub(&pool->state, 1);
    if ((before & (STATE_OPEN | STATE_INSIDE)) != 1 || !atomic_load(&pool->is_caller_asleep))
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    (void)pthread_cond_signal(&pool->done);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument)
{
    const worker_start *start = argument;
    pw_thread_pool *pool = start->pool;
    uint64_t seen = 0;
    for (;;) {
        wait_for_work(pool, seen);
        const uint64_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
        if ((state & STATE_STOP) != 0)
            return NULL;
        if (enter(pool, state)) {
            do_items(pool, start->worker);
            leave(pool);
        }
        /* A run that opened since this state was read has another number: it is looked at next. */
        seen = state & ~(STATE_OPEN | STATE_INSIDE);
    }
}

static void wait_until_empty(pw_thread_pool *pool)
{
    if ((atomic_load_explicit(&pool->state, memory_order_acquire) & STATE_INSIDE) == 0)
        return;
    uint64_t inside = 0;
    do { /* each change of the number inside is progress and earns another spin */
        inside = atomic_load_explicit(&pool->state, memory_order_acquire) & STATE_INSIDE;
    } while (inside != 0 && spin_while(pool, STATE_INSIDE, inside));
    if (inside == 0)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->is_caller_asleep, true);
    while ((atomic_load(&pool->state) & STATE_INSIDE) != 0)
        (void)pthread_cond_wait(&pool->done, &pool->mutex);
    atomic_store(&pool->is_caller_asleep, false);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static void wake_sleepers(pw_thread_pool *pool, size_t wanted)
{
    const int asleep = atomic_load(&pool->sleepers);
    if (asleep <= 0)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    if (wanted >= (size_t)asleep)
        (void)pthread_cond_broadcast(&pool->work);
    else
        for (size_t i = 0; i < wanted; i++)
            (void)pthread_cond_signal(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
}

void pw_thread_pool_run(pw_thread_pool *pool, pw_task task, void *argument, size_t count)
{
    if (pool->size == 1 || count <= 1) {
        for (size_t item = 0; item < count; item++)
            task(argument, item, 0);
        return;
    }
    pool->task = task;
    pool->argument = argument;
    pool->count = count;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    (void)atomic_fetch_add(&pool->state, STATE_RUN + STATE_OPEN); /* closed and empty before */
    wake_sleepers(pool, count - 1);
    do_items(pool, 0);
    (void)atomic_fetch_and(&pool->state, ~STATE_OPEN);
    wait_until_empty(pool);
}

int32_t pw_thread_pool_size(const pw_thread_pool *pool)
{
    return pool->size;
}

/* The application's signals are for its own threads; faults of ours stay visible, and profilers
 * keep working. */
static void block_signals(sigset_t *before)
{
    static const int let_through[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF};
    sigset_t blocked;
    (void)sigfillset(&blocked);
    for (size_t i = 0; i < PW_COUNT(let_through); i++)
        (void)sigdelset(&blocked, let_through[i]);
    (void)pthread_sigmask(SIG_SETMASK, &blocked, before);
}

static void start_workers(pw_thread_pool *pool, int32_t threads)
{
    sigset_t before; /* inherited by what we start */
    block_signals(&before);
    int reason = 0;
    while (pool->size < threads && reason == 0) {
        worker_start *start = &pool->workers[pool->size - 1];
        *start = (worker_start){.pool = pool, .worker = (size_t)pool->size};
        reason = pthread_create(&start->thread, NULL, worker_main, start);
        pool->size += reason == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_fetch_add_explicit(&threads_alive, pool->size - 1, memory_order_relaxed);
    if (reason != 0)
        pw_log(PAWL_LOG_WARNING, "%d of %d threads run: the system refused another (error %d)",
               (int)pool->size, (int)threads, reason);
}

pawl_status pw_thread_pool_create(int32_t threads, pw_thread_pool **pool, pawl_error *error)
{
    if (threads < 1 || threads > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: 1 to %d are possible", (int)threads,
                       PAWL_MAX_THREADS);
    const size_t size = sizeof(pw_thread_pool) + (size_t)(threads - 1) * sizeof(worker_start);
    pw_thread_pool *made = pw_alloc_aligned(size, PW_CACHE_LINE);
    if (made == NULL)
        return pw_fail_memory(error, "a team of threads", size);
    memset(made, 0, size);
    made->size = 1;
    made->cores = pw_os_core_count();
    made->process = pw_os_process_id();
    (void)pthread_mutex_init(&made->mutex, NULL); /* none of these three can fail on Linux */
    (void)pthread_cond_init(&made->work, NULL);
    (void)pthread_cond_init(&made->done, NULL);
    start_workers(made, threads);
    *pool = made;
    return PAWL_OK;
}

void pw_thread_pool_destroy(pw_thread_pool *pool)
{
    if (pool == NULL)
        return;
    if (pool->process != pw_os_process_id()) {
        pw_free(
            pool); /* forked: there is nobody to join, and the mutex may be held by no one alive */
        return;
    }
    (void)pthread_mutex_lock(&pool->mutex);
    (void)atomic_fetch_or(&pool->state, STATE_STOP);
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (int32_t i = 1; i < pool->size; i++)
        (void)pthread_join(pool->workers[i - 1].thread, NULL);
    atomic_fetch_sub_explicit(&threads_alive, pool->size - 1, memory_order_relaxed);
    (void)pthread_cond_destroy(&pool->done);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_mutex_destroy(&pool->mutex);
    pw_free(pool);
}
