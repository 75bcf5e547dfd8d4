/* SPDX-License-Identifier: Apache-2.0 */
/* All our memory: through the process-wide pawl_allocator. */
#ifndef PW_MEMORY_H
#define PW_MEMORY_H

#include "base/compiler.h"
#include <pawl/allocator.h>

#define PW_CACHE_LINE 64

void *pw_alloc(size_t size) PW_NODISCARD;                           /* aligned to 16; size 0 gives a valid pointer; NULL: none left */
void *pw_alloc_aligned(size_t size, size_t alignment) PW_NODISCARD; /* alignment: a power of two */
void *pw_calloc(size_t count, size_t size) PW_NODISCARD;            /* zeroed; NULL also when count * size overflows */
/* Grows: a new block with the first old_size bytes copied, the old one released. On NULL the old one stays. */
void *pw_grow(void *memory, size_t old_size, size_t new_size) PW_NODISCARD;
void pw_free(void *memory); /* NULL is fine */
/* This part of a block is not needed again: its whole pages go back to the system, and read as zeros from then on. A caller's allocator keeps its
   own, with what they hold. */
void pw_memory_drop(void *start, size_t size);
/* Takes the pages of a block from the system now, and not when they are first written: what it holds is lost. */
void pw_memory_take(void *start, size_t size);

/* Zeroed memory of the C library's for process-wide tables: never released, so never the caller's allocator's. */
void *pw_alloc_forever(size_t size) PW_NODISCARD;

/* The room above that counts what lives tells here how: while it is not 0 the allocator cannot be changed. */
void pw_memory_set_live_count(size_t (*live_count)(void));

/* For PW_CLEANUP on a void * or T * variable. */
static inline void pw_free_slot(void *slot) { pw_free(*(void **)slot); }
#define PW_AUTO_FREE PW_CLEANUP(pw_free_slot)

#endif
