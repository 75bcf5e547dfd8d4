/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads shared by all who have items to share out. A *crew* is one caller's claim to such a *pool*: it runs its items itself, and workers that
 * are idle help. Callers never wait for one another: a run is over when its items are done, whoever did them, and if no worker came the caller
 * did them all.
 */
#ifndef PW_THREAD_POOL_H
#define PW_THREAD_POOL_H

#include "base/fail.h"
#include <pthread.h>
#include <stdint.h>

/* A thread of ours: the application's signals are not for it. 0, or the system's error number. */
int pw_thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument) PW_NODISCARD;

typedef struct pw_thread_pool pw_thread_pool;

/* item: 0 .. count-1, each exactly once; worker: 0 (the caller) .. crew's size-1, no two threads of a run the same, for scratch memory. */
typedef void (*pw_task)(void *argument, size_t item, size_t worker);

/* most: threads that there may be, a caller's included. Starts none yet. PAWL_ERR_ARGUMENT, PAWL_ERR_MEMORY. */
pawl_status pw_thread_pool_create(int32_t most, pw_thread_pool **pool, pawl_error *error) PW_NODISCARD;
/* NULL is fine. All crews have ended. */
void pw_thread_pool_destroy(pw_thread_pool *pool);
int32_t pw_thread_pool_most(const pw_thread_pool *pool);
/* Threads that were started and have not been told to stop. */
int32_t pw_thread_pool_workers(pw_thread_pool *pool);

/* Used by one thread at a time, and stays where it is. Zeroed: a crew of the caller alone, as is NULL. */
typedef struct pw_crew {
    pw_thread_pool *pool;
    int32_t size; /* threads that work on a run, the caller included */
    struct pw_run_slot *slot; /* where workers find its runs; NULL: not at work, or there is no place left */
} pw_crew;

/*
 * The pool has as many workers as its largest crew wants, so a crew's birth may start threads and its end stop some; threads: 1 to PAWL_MAX_THREADS,
 * cut down to the pool's most. Where the system refuses a thread there are fewer, and a warning is logged.
 */
void pw_crew_make(pw_crew *crew, pw_thread_pool *pool, int32_t threads);
void pw_crew_end(pw_crew *crew); /* zeroed is fine */

/* Around the runs of one piece of work (an inference): so the pool knows how many want a core, and does not wake workers where there is none left. */
void pw_crew_enter(pw_crew *crew);
void pw_crew_leave(pw_crew *crew);

/* Runs task for all items and returns when all are done; allocates nothing. Outside of enter and leave, and with one item, the caller is alone.
   Many small runs of one inference cost well under 5 us each: workers and callers spin shortly before they sleep. */
void pw_crew_run(pw_crew *crew, pw_task task, void *argument, size_t count);
static inline size_t pw_crew_size(const pw_crew *crew) { return crew == NULL || crew->size < 1 ? 1 : (size_t)crew->size; }

#endif
