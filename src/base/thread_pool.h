/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed team of threads for one context. The caller is member 0; one run at a time; nothing is allocated in run. */
#ifndef PW_THREAD_POOL_H
#define PW_THREAD_POOL_H

#include "base/fail.h"
#include <stdint.h>

typedef struct pw_thread_pool pw_thread_pool;

/* item: 0 .. count-1, each exactly once; worker: 0 .. threads-1, for scratch memory. */
typedef void (*pw_task)(void *argument, size_t item, size_t worker);

/* threads 1 starts none. If some threads cannot be started the team is smaller, and a warning is logged. */
pawl_status pw_thread_pool_create(int32_t threads, pw_thread_pool **pool, pawl_error *error) PW_NODISCARD;
int32_t pw_thread_pool_size(const pw_thread_pool *pool);
/* Runs task for all items and returns when all are done. Items are handed out dynamically by an atomic counter. Workers spin briefly
   between runs before they sleep, so the many small runs of one inference cost well under 5 us each. */
void pw_thread_pool_run(pw_thread_pool *pool, pw_task task, void *argument, size_t count);
void pw_thread_pool_destroy(pw_thread_pool *pool); /* NULL is fine; joins */

#endif
