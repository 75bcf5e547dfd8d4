/* SPDX-License-Identifier: Apache-2.0 */
/* All memory of the library passes here, to the caller's allocator or the C library's. */
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NATURAL_ALIGNMENT 16
#define LEAST_PAGE        4096 /* of any system here */

static void *allocate_default(void *user, size_t size, size_t alignment)
{
    (void)user;
    if (alignment <= _Alignof(max_align_t))
        return malloc(size);
    void *memory = NULL;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static void release_default(void *user, void *memory)
{
    (void)user;
    free(memory);
}

/* Written only while nothing of ours is alive (see pawl_allocator_set), so read without a lock. */
static pawl_allocator current = {NULL, allocate_default, release_default};
static _Atomic(size_t (*)(void)) live_objects;

void pw_memory_set_live_count(size_t (*live_count)(void))
{
    atomic_store_explicit(&live_objects, live_count, memory_order_release);
}

pawl_status pawl_allocator_set(const pawl_allocator *allocator)
{
    if (allocator != NULL && (allocator->allocate == NULL || allocator->release == NULL))
        return PAWL_ERR_ARGUMENT;
    size_t (*live_count)(void) = atomic_load_explicit(&live_objects, memory_order_acquire);
    if (live_count != NULL && live_count() > 0)
        return PAWL_ERR_IN_USE;
    current =
        allocator != NULL ? *allocator : (pawl_allocator){NULL, allocate_default, release_default};
    return PAWL_OK;
}

void *pw_alloc_aligned(size_t size, size_t alignment)
{
    if (alignment < NATURAL_ALIGNMENT)
        alignment = NATURAL_ALIGNMENT;
    if (size > PTRDIFF_MAX - alignment)
        return NULL; /* no object of C may be that large */
    return current.allocate(current.user, size > 0 ? size : 1, alignment);
}

void *pw_alloc(size_t size)
{
    return pw_alloc_aligned(size, NATURAL_ALIGNMENT);
}

void *pw_calloc(size_t count, size_t size)
{
    size_t total = 0;
    if (!pw_size_mul(count, size, &total))
        return NULL;
    void *memory = pw_alloc(total);
    if (memory != NULL)
        memset(memory, 0, total);
    return memory;
}

void *pw_grow(void *memory, size_t old_size, size_t new_size)
{
    void *grown = pw_alloc(new_size);
    if (grown == NULL)
        return NULL;
    if (memory != NULL) {
        memcpy(grown, memory, pw_size_min(old_size, new_size));
        pw_free(memory);
    }
    return grown;
}

void pw_free(void *memory)
{
    if (memory != NULL)
        current.release(current.user, memory);
}

void pw_memory_drop(void *start, size_t size)
{
    if (current.release == release_default)
        pw_os_pages_drop(start, size);
}

void pw_memory_take(void *start, size_t size)
{
    volatile unsigned char *bytes = start;
    for (size_t at = 0; at < size; at += LEAST_PAGE)
        bytes[at] = 0;
    if (size > 0)
        bytes[size - 1] = 0;
}

void *pw_alloc_forever(size_t size)
{
    const size_t whole = pw_size_align(size, PW_CACHE_LINE);
    void *memory = NULL;
    if (whole < size || posix_memalign(&memory, PW_CACHE_LINE, whole) != 0)
        return NULL;
    memset(memory, 0, whole);
    return memory;
}
