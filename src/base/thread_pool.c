/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool: a table of open runs, and workers that look through it.
 *
 *     hand  | generation (30) | joined (10) | next item (24) |     one atomic word a slot
 *
 * An item is taken by moving the hand on, which fails if the run is not the one that was looked at:
 * so a worker may come late, or lose its core anywhere but within an item, and nobody waits for it.
 * Whoever takes an item has read the run's task before; the run cannot end, nor its slot be
 * written, until that item is done.
 *
 * Waiting is a short spin, then sleep. Where more threads want to work than there are cores nobody
 * spins and no worker is woken: that would take the processor from one who has work.
 */
#include "base/thread_pool.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/os.h"
#include <pawl/limits.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define SLOTS           64 /* of a pool: callers at work at once that can be helped */
#define NEXT_BITS       24
#define JOINED_BITS     10
#define COUNT_MAX       (((size_t)1 << NEXT_BITS) - 2) /* a longer run is run in parts */
#define ONE_JOINED      ((uint64_t)1 << NEXT_BITS)
#define ONE_GENERATION  ((uint64_t)1 << (NEXT_BITS + JOINED_BITS))
#define SPIN_NS         60000u /* a little more than the pause between two steps of an inference */
#define SPINS_PER_CLOCK 32

_Static_assert(PAWL_MAX_THREADS <= 1 << JOINED_BITS, "the caller has not joined");

typedef struct pw_run_slot {
    _Atomic(uint64_t) hand PW_ALIGNED(PW_CACHE_LINE);
    _Atomic(pw_task) task; /* these five are written while all items are done */
    _Atomic(void *) argument;
    atomic_size_t count, first;
    atomic_int size; /* threads that may work on it, the caller included */
    atomic_size_t done PW_ALIGNED(PW_CACHE_LINE);
    atomic_bool is_asleep; /* the caller */
    pthread_cond_t is_done;
} pw_run_slot;

typedef struct worker {
    pw_thread_pool *pool;
    int32_t number; /* from 1 */
    pthread_t thread;
} worker;

struct pw_thread_pool {
    /* Runs ever, and changes of wanted: what idle workers watch. */
    atomic_uint opened PW_ALIGNED(PW_CACHE_LINE);
    atomic_int sleepers;
    _Atomic(uint64_t) taken PW_ALIGNED(PW_CACHE_LINE); /* slots of crews at work, a bit each */
    atomic_int wanted;                                 /* workers; those of a higher number stop */
    int32_t most, cores;
    uint32_t process;      /* a forked child has the memory, not the threads */
    pthread_mutex_t mutex; /* of sleeping */
    pthread_cond_t work;
    pthread_mutex_t resizing; /* of the three below */
    int32_t started;
    int32_t *crews;  /* how many of each size there are */
    worker *workers; /* most - 1 */
    pw_run_slot slots[SLOTS];
};

/* Callers and workers of all pools that are at work, those asleep not counted: two pools that fit
 * the machine one by one may not fit it together. */
static atomic_int at_work;

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool are_cores_left(const pw_thread_pool *pool, int others)
{
    return atomic_load_explicit(&at_work, memory_order_relaxed) + others <= pool->cores;
}

/* --- items --- */

/* Takes an item of a slot's open run, if there is one and, for who has not yet, one more may join.
 * *hand is what is known of it, and is what it was then. */
static bool take(pw_run_slot *slot, uint64_t *hand, bool joins, size_t *count, pw_task *task,
                 void **argument)
{
    for (;;) {
        const size_t next = *hand & (ONE_JOINED - 1);
        const int joined = (int)(*hand / ONE_JOINED & (ONE_GENERATION / ONE_JOINED - 1));
        *task = atomic_load_explicit(&slot->task, memory_order_relaxed);
        *argument = atomic_load_explicit(&slot->argument, memory_order_relaxed);
        *count = atomic_load_explicit(&slot->count, memory_order_acquire); /* see open_run() */
        if (next >= *count ||
            (joins && joined + 1 >= atomic_load_explicit(&slot->size, memory_order_relaxed)))
            return false;
        const uint64_t moved = *hand + 1 + (joins ? ONE_JOINED : 0);
        const uint64_t generation = *hand / ONE_GENERATION;
        if (atomic_compare_exchange_weak_explicit(&slot->hand, hand, moved, memory_order_acq_rel,
                                                  memory_order_acquire))
            return true;
        if (*hand / ONE_GENERATION != generation && !joins)
            return false; /* the run that was joined is over */
    }
}

/* A core for a worker to work on; false: those at work have them all. */
static bool reserve_core(const pw_thread_pool *pool)
{
    int busy = atomic_load_explicit(&at_work, memory_order_relaxed);
    while (busy < pool->cores)
        if (atomic_compare_exchange_weak_explicit(&at_work, &busy, busy + 1, memory_order_relaxed,
                                                  memory_order_relaxed))
            return true;
    return false;
}

static void wake_caller(pw_thread_pool *pool, pw_run_slot *slot)
{
    (void)pthread_mutex_lock(&pool->mutex);
    (void)pthread_cond_signal(&slot->is_done);
    (void)pthread_mutex_unlock(&pool->mutex);
}

/* Works on a slot's run until its items are gone; false: there was nothing to take. */
static bool help(pw_thread_pool *pool, pw_run_slot *slot, bool is_caller)
{
    uint64_t hand = atomic_load_explicit(&slot->hand, memory_order_acquire);
    size_t count = 0, number = 0;
    pw_task task = NULL;
    void *argument = NULL;
    bool joins = !is_caller;
    bool has_worked = false;
    while (take(slot, &hand, joins, &count, &task, &argument)) {
        const size_t item = hand & (ONE_JOINED - 1);
        if (joins)
            number = (size_t)(hand / ONE_JOINED & (ONE_GENERATION / ONE_JOINED - 1)) + 1;
        hand += 1 + (joins ? ONE_JOINED : 0);
        joins = false;
        has_worked = true;
        task(argument, atomic_load_explicit(&slot->first, memory_order_relaxed) + item, number);
        if (atomic_fetch_add(&slot->done, 1) + 1 == count && atomic_load(&slot->is_asleep))
            wake_caller(pool, slot);
    }
    return has_worked;
}

/* --- workers --- */

static bool has_changed(pw_thread_pool *pool, unsigned seen)
{
    return atomic_load_explicit(&pool->opened, memory_order_acquire) != seen;
}

/* Waits, awake for a while if there are cores enough, for what is after seen. */
static void wait_for_work(pw_thread_pool *pool, unsigned seen)
{
    const uint64_t start = pw_os_clock_ns();
    do {
        for (int i = 0; i < SPINS_PER_CLOCK; i++) {
            if (has_changed(pool, seen))
                return;
            relax();
        }
    } while (are_cores_left(pool, 1) && pw_os_clock_ns() - start < SPIN_NS);
    (void)pthread_mutex_lock(&pool->mutex);
    /* Sequentially consistent, as the opening of a run: either we see the run, or its opener sees a
     * sleeper. */
    (void)atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->opened) == seen)
        (void)pthread_cond_wait(&pool->work, &pool->mutex);
    (void)atomic_fetch_sub(&pool->sleepers, 1);
    (void)pthread_mutex_unlock(&pool->mutex);
}

/* One round through the crews at work, from another one each time. */
static bool help_all(pw_thread_pool *pool, unsigned *from)
{
    bool has_worked = false;
    const unsigned begin = *from;
    for (unsigned i = 0; i < SLOTS; i++) {
        const unsigned s = (begin + i) % SLOTS;
        const uint64_t taken = atomic_load_explicit(&pool->taken, memory_order_acquire);
        if ((taken >> s & 1) == 0 || !help(pool, &pool->slots[s], false))
            continue;
        has_worked = true;
        *from = s + 1;
    }
    return has_worked;
}

static void *worker_main(void *argument)
{
    const worker *self = argument;
    pw_thread_pool *pool = self->pool;
    unsigned from = 0;
    for (;;) {
        const unsigned seen = atomic_load(&pool->opened);
        if (self->number > atomic_load(&pool->wanted))
            break;
        /* Callers do the work themselves: a worker beyond the cores would only be in their way. */
        bool has_worked = false;
        if (reserve_core(pool)) {
            has_worked = help_all(pool, &from);
            (void)atomic_fetch_sub(&at_work, 1);
        }
        if (!has_worked)
            wait_for_work(pool, seen);
    }
    return NULL;
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

int pw_thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument)
{
    sigset_t before; /* inherited by what we start */
    block_signals(&before);
    const int reason = pthread_create(thread, NULL, run, argument);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reason;
}

/* Returns the system's error where it refused one, else 0. */
static int start_workers(pw_thread_pool *pool, int32_t wanted)
{
    int reason = 0;
    while (pool->started < wanted && reason == 0) {
        worker *next = &pool->workers[pool->started];
        *next = (worker){.pool = pool, .number = pool->started + 1};
        reason = pw_thread_start(&next->thread, worker_main, next);
        pool->started += reason == 0;
    }
    return reason;
}

static void stop_workers(pw_thread_pool *pool, int32_t wanted)
{
    (void)pthread_mutex_lock(&pool->mutex);
    (void)atomic_fetch_add(&pool->opened, 1);
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (; pool->started > wanted; pool->started--)
        (void)pthread_join(pool->workers[pool->started - 1].thread, NULL);
}

/* One crew of a size more or less; the largest says how many workers there are. */
static void resize(pw_thread_pool *pool, int32_t size, int32_t change)
{
    (void)pthread_mutex_lock(&pool->resizing);
    pool->crews[size - 1] += change;
    int32_t wanted = pool->most;
    while (wanted > 1 && pool->crews[wanted - 1] == 0)
        wanted--;
    wanted--; /* the caller is one of them */
    atomic_store(&pool->wanted, wanted);
    int reason = 0;
    if (wanted > pool->started)
        reason = start_workers(pool, wanted);
    else if (wanted < pool->started)
        stop_workers(pool, wanted);
    const int32_t started = pool->started;
    (void)pthread_mutex_unlock(&pool->resizing);
    if (reason != 0) /* told outside: a logger may make a context */
        pw_log(PAWL_LOG_WARNING, "%d of %d threads run: the system refused another (error %d)",
               (int)started + 1, (int)wanted + 1, reason);
}

/* --- pools and crews --- */

pawl_status pw_thread_pool_create(int32_t most, pw_thread_pool **pool, pawl_error *error)
{
    if (most < 1 || most > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: 1 to %d are possible", (int)most,
                       PAWL_MAX_THREADS);
    const size_t lists = (size_t)most * (sizeof(worker) + sizeof(int32_t));
    const size_t size = sizeof(pw_thread_pool) + lists;
    pw_thread_pool *made = pw_alloc_aligned(size, PW_CACHE_LINE);
    if (made == NULL)
        return pw_fail_memory(error, "the threads", size);
    memset(made, 0, size);
    made->workers = (worker *)(void *)(made + 1);
    made->crews = (int32_t *)(void *)(made->workers + most);
    made->most = most;
    made->cores = pw_os_core_count();
    made->process = pw_os_process_id();
    (void)pthread_mutex_init(&made->mutex, NULL); /* none of these can fail on Linux */
    (void)pthread_mutex_init(&made->resizing, NULL);
    (void)pthread_cond_init(&made->work, NULL);
    for (size_t s = 0; s < SLOTS; s++)
        (void)pthread_cond_init(&made->slots[s].is_done, NULL);
    *pool = made;
    return PAWL_OK;
}

void pw_thread_pool_destroy(pw_thread_pool *pool)
{
    if (pool == NULL)
        return;
    if (pool->process == pw_os_process_id()) { /* a child's copy may be locked by no one alive */
        for (size_t s = 0; s < SLOTS; s++)
            (void)pthread_cond_destroy(&pool->slots[s].is_done);
        (void)pthread_cond_destroy(&pool->work);
        (void)pthread_mutex_destroy(&pool->resizing);
        (void)pthread_mutex_destroy(&pool->mutex);
    }
    pw_free(pool);
}

int32_t pw_thread_pool_most(const pw_thread_pool *pool)
{
    return pool->most;
}

int32_t pw_thread_pool_workers(pw_thread_pool *pool)
{
    (void)pthread_mutex_lock(&pool->resizing);
    const int32_t workers = pool->started;
    (void)pthread_mutex_unlock(&pool->resizing);
    return workers;
}

void pw_crew_make(pw_crew *crew, pw_thread_pool *pool, int32_t threads)
{
    const int32_t size = threads < pool->most ? threads : pool->most;
    *crew = (pw_crew){.pool = pool, .size = size < 1 ? 1 : size};
    resize(pool, crew->size, 1);
}

void pw_crew_end(pw_crew *crew)
{
    if (crew->pool != NULL && crew->pool->process == pw_os_process_id())
        resize(crew->pool, crew->size, -1);
    *crew = (pw_crew){0};
}

void pw_crew_enter(pw_crew *crew)
{
    (void)atomic_fetch_add_explicit(&at_work, 1, memory_order_relaxed);
    if (crew->pool == NULL || crew->size <= 1)
        return;
    uint64_t taken = atomic_load_explicit(&crew->pool->taken, memory_order_relaxed);
    while (~taken != 0) {
        const uint64_t bit = ~taken & (taken + 1); /* the lowest that is free */
        if (!atomic_compare_exchange_weak_explicit(&crew->pool->taken, &taken, taken | bit,
                                                   memory_order_acq_rel, memory_order_relaxed))
            continue;
        crew->slot = &crew->pool->slots[__builtin_ctzll(bit)];
        return;
    }
}

void pw_crew_leave(pw_crew *crew)
{
    (void)atomic_fetch_sub_explicit(&at_work, 1, memory_order_relaxed);
    if (crew->slot == NULL)
        return;
    const uint64_t bit = (uint64_t)1 << (crew->slot - crew->pool->slots);
    (void)atomic_fetch_and_explicit(&crew->pool->taken, ~bit, memory_order_release);
    crew->slot = NULL;
}

/* --- a run --- */

static void open_run(pw_thread_pool *pool, pw_run_slot *slot, pw_task task, void *argument,
                     size_t first, size_t count, int32_t size)
{
    const uint64_t before = atomic_load_explicit(&slot->hand, memory_order_relaxed);
    const uint64_t opened = (before / ONE_GENERATION + 1) * ONE_GENERATION;
    /* Closed first: whoever sees the new count sees that too,
     * and takes nothing by an older hand. */
    atomic_store_explicit(&slot->hand, opened | (ONE_JOINED - 1), memory_order_relaxed);
    atomic_store_explicit(&slot->count, count, memory_order_release);
    atomic_store_explicit(&slot->task, task, memory_order_relaxed);
    atomic_store_explicit(&slot->argument, argument, memory_order_relaxed);
    atomic_store_explicit(&slot->first, first, memory_order_relaxed);
    atomic_store_explicit(&slot->size, size, memory_order_relaxed);
    atomic_store_explicit(&slot->done, 0, memory_order_relaxed);
    atomic_store_explicit(&slot->hand, opened, memory_order_release);
    (void)atomic_fetch_add(&pool->opened, 1);
}

/* As many sleepers as have an item, a place in the crew and a core. */
static void wake_workers(pw_thread_pool *pool, size_t count, int32_t size)
{
    const int asleep = atomic_load(&pool->sleepers);
    if (asleep <= 0)
        return;
    int wanted = size - 1 < asleep ? size - 1 : asleep;
    wanted = count - 1 < (size_t)wanted ? (int)(count - 1) : wanted;
    while (wanted > 0 && !are_cores_left(pool, wanted))
        wanted--;
    if (wanted <= 0)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    for (int i = 0; i < wanted; i++)
        (void)pthread_cond_signal(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static bool is_done(pw_run_slot *slot, size_t count)
{
    return atomic_load_explicit(&slot->done, memory_order_acquire) == count;
}

/* For items that others took and are at; each that gets done earns another spin. */
static void wait_until_done(pw_thread_pool *pool, pw_run_slot *slot, size_t count)
{
    size_t done = 0;
    do {
        done = atomic_load_explicit(&slot->done, memory_order_acquire);
        const uint64_t start = pw_os_clock_ns();
        do {
            for (int i = 0; i < SPINS_PER_CLOCK; i++) {
                if (is_done(slot, count))
                    return;
                relax();
            }
        } while (are_cores_left(pool, 0) && pw_os_clock_ns() - start < SPIN_NS);
    } while (atomic_load_explicit(&slot->done, memory_order_acquire) != done);
    (void)pthread_mutex_lock(&pool->mutex);
    atomic_store(&slot->is_asleep, true);
    (void)atomic_fetch_sub(&at_work, 1);
    while (atomic_load(&slot->done) != count)
        (void)pthread_cond_wait(&slot->is_done, &pool->mutex);
    (void)atomic_fetch_add(&at_work, 1);
    atomic_store(&slot->is_asleep, false);
    (void)pthread_mutex_unlock(&pool->mutex);
}

void pw_crew_run(pw_crew *crew, pw_task task, void *argument, size_t count)
{
    if (crew == NULL || crew->slot == NULL || count <= 1) {
        for (size_t item = 0; item < count; item++)
            task(argument, item, 0);
        return;
    }
    for (size_t first = 0; first < count; first += COUNT_MAX) {
        const size_t part = count - first < COUNT_MAX ? count - first : COUNT_MAX;
        open_run(crew->pool, crew->slot, task, argument, first, part, crew->size);
        wake_workers(crew->pool, part, crew->size);
        (void)help(crew->pool, crew->slot, true);
        if (!is_done(crew->slot, part))
            wait_until_done(crew->pool, crew->slot, part);
    }
}
