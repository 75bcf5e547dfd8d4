/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that counts, and fails from a chosen call on: set it before the first object. */
#ifndef PT_FAILING_ALLOCATOR_H
#define PT_FAILING_ALLOCATOR_H

#include <pawl/allocator.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct pt_allocator {
    atomic_long calls;   /* allocations asked for since the last reset */
    atomic_long fail_at; /* this one fails, counted from 1; 0: none */
    atomic_long live;    /* blocks not yet given back */
} pt_allocator;

static inline void *pt_allocate(void *user, size_t size, size_t alignment)
{
    pt_allocator *allocator = user;
    const long call = atomic_fetch_add(&allocator->calls, 1) + 1;
    void *memory = NULL;
    if (call == atomic_load(&allocator->fail_at))
        return NULL;
    if (posix_memalign(&memory, alignment < sizeof(void *) ? sizeof(void *) : alignment, size) != 0)
        return NULL;
    atomic_fetch_add(&allocator->live, 1);
    return memory;
}

static inline void pt_release(void *user, void *memory)
{
    pt_allocator *allocator = user;
    atomic_fetch_sub(&allocator->live, 1);
    free(memory);
}

static inline void pt_allocator_reset(pt_allocator *allocator, long fail_at)
{
    atomic_store(&allocator->calls, 0);
    atomic_store(&allocator->fail_at, fail_at);
}

#endif
