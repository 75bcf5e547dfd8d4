/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it needs before it, and an allocator whose memory runs out on demand. */
#ifndef TEST_CMOCKA_ALL_H
#define TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pawl/allocator.h>
#include <stdlib.h>

static long allocations_left; /* this many succeed */
static long blocks_out;       /* not yet released */

static inline void *allocate_limited(void *user, size_t size, size_t alignment)
{
    (void)user;
    void *memory = NULL;
    if (allocations_left-- <= 0 || posix_memalign(&memory, alignment, size) != 0)
        return NULL;
    blocks_out++;
    return memory;
}

static inline void release_limited(void *user, void *memory)
{
    (void)user;
    blocks_out--;
    free(memory);
}

static inline int memory_limited(void **state)
{
    (void)state;
    const pawl_allocator limited = {NULL, allocate_limited, release_limited};
    allocations_left = 1000000;
    blocks_out = 0;
    return pawl_allocator_set(&limited) == PAWL_OK ? 0 : -1;
}

/* Fails when a block is left behind. */
static inline int memory_unlimited(void **state)
{
    (void)state;
    return pawl_allocator_set(NULL) == PAWL_OK && blocks_out == 0 ? 0 : -1;
}

#endif
