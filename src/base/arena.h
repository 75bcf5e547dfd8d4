/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that goes all at once: the innards of one object. Not thread-safe. */
#ifndef PW_ARENA_H
#define PW_ARENA_H

#include "base/compiler.h"
#include <stdarg.h>
#include <stdbool.h>

typedef struct pw_arena {
    struct pw_arena_block *last;
    size_t total; /* bytes handed out, and charged */
    size_t limit; /* refuses beyond it; 0: none */
    bool is_full; /* has refused for the limit */
    bool is_short; /* has refused for want of memory: for who asks once, in the end */
} pw_arena;

/* Zeroed memory at a multiple of 16; NULL when memory or the limit is exhausted. A zeroed pw_arena is ready to use. */
void *pw_arena_alloc(pw_arena *arena, size_t size) PW_NODISCARD;
void *pw_arena_array(pw_arena *arena, size_t count, size_t size) PW_NODISCARD; /* checked product */
/* Room for one more element: the array, or a copy of its count elements with twice the capacity. The old one stays in the arena as garbage, which
   doubling bounds to once the array's size. On NULL nothing has changed. */
void *pw_arena_grow(pw_arena *arena, void *array, size_t count, size_t *capacity, size_t size) PW_NODISCARD;
void *pw_arena_alloc_aligned(pw_arena *arena, size_t size, size_t alignment) PW_NODISCARD;
/* Memory that lies elsewhere and counts against the limit all the same, until it is given back; false: the limit is exhausted. */
bool pw_arena_charge(pw_arena *arena, size_t size) PW_NODISCARD;
void pw_arena_discharge(pw_arena *arena, size_t size);
char *pw_arena_strdup(pw_arena *arena, const char *text) PW_NODISCARD;
char *pw_arena_strndup(pw_arena *arena, const char *text, size_t length) PW_NODISCARD;
char *pw_arena_printf(pw_arena *arena, const char *format, ...) PW_PRINTF(2, 3);
char *pw_arena_vprintf(pw_arena *arena, const char *format, va_list arguments) PW_PRINTF(2, 0);
void pw_arena_free(pw_arena *arena); /* frees everything; the arena may be used again */

#endif
