/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks in a chain, the newest first; each at least twice the one before up to 1 MiB, so small
 * things cost few allocations and large ones little room to spare.
 *
 *     last -> [ header | handed out ......... | free ] -> [ header | ... ] -> NULL
 */
#include "base/arena.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/size.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define ARENA_ALIGNMENT   16
#define BLOCK_SIZE_FIRST  (size_t)2048
#define BLOCK_SIZE_LARGER (size_t)(1u << 20) /* doubling stops here */
#define FIRST_CAPACITY    (size_t)16         /* of an array that grows */

struct pw_arena_block {
    struct pw_arena_block *previous;
    size_t size; /* of the data behind the header */
    size_t used;
    size_t padding; /* keeps the data at a multiple of 16 */
};

_Static_assert(sizeof(struct pw_arena_block) % ARENA_ALIGNMENT == 0, "data follows the header");

static unsigned char *block_data(struct pw_arena_block *block)
{
    return (unsigned char *)(block + 1);
}

/* Takes size bytes from a block, NULL where it has not got them. */
static void *take(struct pw_arena_block *block, size_t size, size_t alignment)
{
    const uintptr_t base = (uintptr_t)block_data(block);
    const size_t misfit = (size_t)((base + block->used) & (alignment - 1));
    const size_t skipped = misfit == 0 ? 0 : alignment - misfit;
    const size_t left = block->size - block->used;
    if (skipped > left || size > left - skipped)
        return NULL;
    void *memory = block_data(block) + block->used + skipped;
    block->used += skipped + size;
    return memory;
}

static struct pw_arena_block *add_block(pw_arena *arena, size_t needed)
{
    size_t size = arena->last == NULL ? BLOCK_SIZE_FIRST : 2 * arena->last->size;
    size = pw_size_max(pw_size_min(size, BLOCK_SIZE_LARGER), needed);
    size_t whole = 0;
    if (!pw_size_add(size, sizeof(struct pw_arena_block), &whole))
        return NULL;
    struct pw_arena_block *block = pw_alloc(whole);
    if (block == NULL)
        return NULL;
    *block = (struct pw_arena_block){.previous = arena->last, .size = size};
    arena->last = block;
    return block;
}

bool pw_arena_charge(pw_arena *arena, size_t size)
{
    size_t total = 0;
    const bool is_counted = pw_size_add(arena->total, size, &total);
    if (arena->limit != 0 && (!is_counted || total > arena->limit)) {
        arena->is_full = true;
        return false;
    }
    if (is_counted)
        arena->total = total;
    return is_counted;
}

void pw_arena_discharge(pw_arena *arena, size_t size)
{
    arena->total -= size;
}

void *pw_arena_alloc_aligned(pw_arena *arena, size_t size, size_t alignment)
{
    alignment = pw_size_max(alignment, ARENA_ALIGNMENT);
    size = pw_size_max(size, 1); /* distinct pointers for empty things */
    size_t needed = 0;
    if (!pw_size_add(size, alignment, &needed))
        return NULL;
    size = pw_size_align(size, ARENA_ALIGNMENT); /* small things cost more than they are */
    if (!pw_arena_charge(arena, size))
        return NULL;
    void *memory = arena->last == NULL ? NULL : take(arena->last, size, alignment);
    if (memory == NULL) {
        struct pw_arena_block *block = add_block(arena, needed);
        memory = block == NULL ? NULL : take(block, size, alignment);
    }
    if (memory == NULL) {
        pw_arena_discharge(arena, size);
        arena->is_short = true;
        return NULL;
    }
    memset(memory, 0, size);
    return memory;
}

void *pw_arena_alloc(pw_arena *arena, size_t size)
{
    return pw_arena_alloc_aligned(arena, size, ARENA_ALIGNMENT);
}

void *pw_arena_array(pw_arena *arena, size_t count, size_t size)
{
    size_t total = 0;
    return pw_size_mul(count, size, &total) ? pw_arena_alloc(arena, total) : NULL;
}

void *pw_arena_grow(pw_arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    const size_t larger = pw_size_max(FIRST_CAPACITY, 2 * *capacity);
    void *grown = pw_arena_array(arena, larger, size);
    if (grown == NULL)
        return NULL;
    if (count > 0)
        memcpy(grown, array, count * size);
    *capacity = larger;
    return grown;
}

char *pw_arena_strdup(pw_arena *arena, const char *text)
{
    return pw_arena_strndup(arena, text, strlen(text));
}

char *pw_arena_strndup(pw_arena *arena, const char *text, size_t length)
{
    const char *end = length > 0 ? memchr(text, '\0', length) : NULL;
    const size_t copied = end == NULL ? length : (size_t)(end - text);
    size_t size = 0;
    char *copy = pw_size_add(copied, 1, &size) ? pw_arena_alloc(arena, size) : NULL;
    if (copy != NULL && copied > 0)
        memcpy(copy, text, copied);
    return copy;
}

char *pw_arena_vprintf(pw_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = pw_number_vformat(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : pw_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        (void)pw_number_vformat(text, (size_t)length + 1, format, arguments);
    return text;
}

char *pw_arena_printf(pw_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = pw_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

void pw_arena_free(pw_arena *arena)
{
    struct pw_arena_block *block = arena->last;
    while (block != NULL) {
        struct pw_arena_block *previous = block->previous;
        pw_free(block);
        block = previous;
    }
    arena->last = NULL;
    arena->total = 0;
    arena->is_full = arena->is_short = false;
}
