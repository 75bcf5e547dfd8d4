/* SPDX-License-Identifier: Apache-2.0 */
/* The library's memory, counted: more than a file of its size may take is a fault, whether or not
 * this machine has it. */
#ifndef PT_FUZZ_MEMORY_H
#define PT_FUZZ_MEMORY_H

#include "fuzz_target.h"
#include <malloc.h>
#include <pawl/allocator.h>

typedef struct fuzz_memory {
    size_t live, most; /* bytes */
} fuzz_memory;

static inline void *fuzz_allocate(void *user, size_t size, size_t alignment)
{
    fuzz_memory *memory = user;
    void *block = NULL;
    fuzz_check(size <= memory->most && memory->live <= memory->most - size);
    if (posix_memalign(&block, alignment < sizeof(void *) ? sizeof(void *) : alignment, size) != 0)
        return NULL;
    memory->live += malloc_usable_size(block);
    return block;
}

static inline void fuzz_release(void *user, void *block)
{
    ((fuzz_memory *)user)->live -= malloc_usable_size(block);
    free(block);
}

/* From now on the library may hold this much; called while it holds nothing. */
static inline void fuzz_limit_memory(size_t most)
{
    static fuzz_memory memory;
    const pawl_allocator allocator = {&memory, fuzz_allocate, fuzz_release};
    fuzz_check(memory.live == 0);
    memory.most = most;
    fuzz_check(pawl_allocator_set(&allocator) == PAWL_OK);
}

#endif
