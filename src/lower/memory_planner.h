/* SPDX-License-Identifier: Apache-2.0 */
/* Places for buffers in one block, so that those alive at the same time never overlap. */
#ifndef PW_MEMORY_PLANNER_H
#define PW_MEMORY_PLANNER_H

#include "base/fail.h"

typedef struct pw_buffer {
    size_t size;        /* bytes */
    size_t first, last; /* alive from the start of step first to the end of step last */
    size_t offset;      /* result: a multiple of the alignment */
} pw_buffer;

/* Sets all offsets and the size of the block. Largest first, each into the smallest gap it fits.
 * PAWL_ERR_MEMORY, PAWL_ERR_LIMIT. */
pawl_status pw_memory_plan(pw_buffer *buffers, size_t count, size_t alignment, size_t *total,
                           pawl_error *error) PW_NODISCARD;

#endif
