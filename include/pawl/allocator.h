/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the program's own for the library. */
#ifndef PAWL_ALLOCATOR_H
#define PAWL_ALLOCATOR_H

#include <pawl/status.h>

PAWL_BEGIN

/** Where the library's memory comes from. Both functions are called from any thread, also at once. */
typedef struct pawl_allocator {
    void *user; /* handed to both */
    /** @p size bytes (never 0) at a multiple of @p alignment (a power of two); NULL when there is none. */
    void *(*allocate)(void *user, size_t size, size_t alignment);
    /** Gives back what allocate() returned; never called with NULL. */
    void (*release)(void *user, void *memory);
} pawl_allocator;
#define PAWL_ALLOCATOR_INIT { NULL, NULL, NULL }

/**
 * Sets the process-wide allocator; NULL goes back to the C library's.
 *
 * @param allocator  Copied; its functions and user pointer must stay valid until the last object has ended.
 * @retval PAWL_ERR_IN_USE  Objects are alive: memory must go back to where it came from. Nothing changed.
 * @note Call before the first object is made. Image libraries (JPEG, PNG, WebP) keep their own memory. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_allocator_set(const pawl_allocator *allocator);

/**
 * Gives back memory that a call has left to the caller, where it says so: a file's bytes, an encoded picture.
 * @param memory  NULL is fine.
 * @note Any thread; before the allocator is changed. Since 0.2.
 */
PAWL_API void pawl_memory_release(void *memory);

PAWL_END

#endif
