/* SPDX-License-Identifier: Apache-2.0 */
/* What the opcodes stand on: the stream, the stack with its marks, the memo. */
#include "base/memory.h"
#include "base/number.h"
#include "base/size.h"
#include "weights/pickle_reader.h"
#include <stdarg.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)256) /* of stack, marks and memo */
#define ENTRY_SIZE     sizeof(pw_value *)

_Static_assert(ENTRY_SIZE == sizeof(size_t), "values and marks are as wide");

pawl_status pw_pickle_corrupt(const pw_pickle *pickle, const char *what, ...)
{
    char text[256] = "";
    va_list arguments;
    va_start(arguments, what);
    (void)pw_number_vformat(text, sizeof text, what, arguments);
    va_end(arguments);
    const uint64_t at = pw_pickle_place(pickle);
    pw_fail_at(pickle->error, PAWL_ERR_CORRUPT, at,
               "%s: the pickle at byte %llu %s; the file is damaged: copy or download it again",
               pickle->file_name, (unsigned long long)at, text);
    return PAWL_ERR_CORRUPT;
}

pawl_status pw_pickle_no_memory(const pw_pickle *pickle, size_t size)
{
    const pw_arena *arena = pickle->kept->is_full ? pickle->kept : pickle->arena;
    const size_t limit = arena->limit;
    if (limit != 0 && (arena->is_full || size > limit || arena->total > limit - size))
        return pw_fail_at(
            pickle->error, PAWL_ERR_LIMIT, pw_pickle_place(pickle),
            "%s: the pickle asks for more than %zu MiB of memory, which no checkpoint of "
            "its size needs; it was not made by torch.save",
            pickle->file_name, limit >> 20);
    return pw_fail_memory(pickle->error, "the values of a pickle", size);
}

/* --- reading the stream --- */

pawl_status pw_pickle_take_bytes(pw_pickle *p, uint64_t size, const uint8_t **bytes)
{
    if (size > p->size - p->at)
        return pw_pickle_corrupt(p, "wants %llu bytes where %zu are left", (unsigned long long)size,
                                 p->size - p->at);
    *bytes = p->data + p->at;
    p->at += (size_t)size;
    return PAWL_OK;
}

/* A little-endian number of 1, 2, 4 or 8 bytes. */
pawl_status pw_pickle_take_number(pw_pickle *p, size_t size, uint64_t *number)
{
    const uint8_t *bytes = NULL;
    PW_TRY(pw_pickle_take_bytes(p, size, &bytes));
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number |= (uint64_t)bytes[i] << (8 * i);
    return PAWL_OK;
}

/* Text up to a newline, which is not part of it. */
pawl_status pw_pickle_take_line(pw_pickle *p, const char **line, size_t *length)
{
    const uint8_t *start = p->data + p->at;
    const uint8_t *end = p->at < p->size ? memchr(start, '\n', p->size - p->at) : NULL;
    if (end == NULL)
        return pw_pickle_corrupt(p, "has a line without an end");
    *line = (const char *)start;
    *length = (size_t)(end - start);
    p->at += *length + 1;
    return PAWL_OK;
}

/* --- the stack --- */

/* Gives an array of the machine's own room for so many entries. It counts as values do: a byte of a
 * pickle may be a push and nothing else. Until the copy is made both count. */
static pawl_status grow_array(pw_pickle *p, void **array, size_t least, size_t *capacity)
{
    const size_t larger = pw_size_max(least, pw_size_max(FIRST_CAPACITY, 2 * *capacity));
    const size_t old_size = *capacity * ENTRY_SIZE, size = larger * ENTRY_SIZE;
    if (!pw_arena_charge(p->arena, size))
        return pw_pickle_no_memory(p, size);
    void *grown = pw_grow(*array, old_size, size);
    pw_arena_discharge(p->arena, grown == NULL ? size : old_size);
    if (grown == NULL)
        return pw_fail_memory(p->error, "the stack of a pickle", size);
    *array = grown;
    *capacity = larger;
    return PAWL_OK;
}

pawl_status pw_pickle_push(pw_pickle *p, pw_value *value)
{
    if (value == NULL) /* at most text or a list of what was read so far */
        return pw_pickle_no_memory(p, sizeof(pw_value) + sizeof(pw_value *) * p->at);
    if (p->stack_count == p->stack_capacity) {
        void *stack = p->stack;
        PW_TRY(grow_array(p, &stack, p->stack_count + 1, &p->stack_capacity));
        p->stack = stack;
    }
    p->stack[p->stack_count++] = value;
    return PAWL_OK;
}

/* What lies above the last mark. */
size_t pw_pickle_stack_height(const pw_pickle *p)
{
    return p->stack_count - (p->mark_count == 0 ? 0 : p->marks[p->mark_count - 1]);
}

pawl_status pw_pickle_pop(pw_pickle *p, pw_value **value)
{
    if (pw_pickle_stack_height(p) == 0)
        return pw_pickle_corrupt(p, "takes a value from an empty stack");
    *value = p->stack[--p->stack_count];
    return PAWL_OK;
}

pawl_status pw_pickle_top(const pw_pickle *p, pw_value **value)
{
    if (pw_pickle_stack_height(p) == 0)
        return pw_pickle_corrupt(p, "changes a value that is not there");
    *value = p->stack[p->stack_count - 1];
    return PAWL_OK;
}

/* Everything above the last mark, and the mark. The items stay readable until the next push. */
pawl_status pw_pickle_pop_mark(pw_pickle *p, pw_value *const **items, size_t *count)
{
    if (p->mark_count == 0)
        return pw_pickle_corrupt(p, "closes a group that was not opened");
    *count = pw_pickle_stack_height(p);
    p->stack_count -= *count;
    p->mark_count--;
    *items = *count == 0 ? NULL : p->stack + p->stack_count;
    return PAWL_OK;
}

pawl_status pw_pickle_mark(pw_pickle *p)
{
    if (p->mark_count == p->mark_capacity) {
        void *marks = p->marks;
        PW_TRY(grow_array(p, &marks, p->mark_count + 1, &p->mark_capacity));
        p->marks = marks;
    }
    p->marks[p->mark_count++] = p->stack_count;
    return PAWL_OK;
}

/* The memo: a number for what comes again. Python counts up from 0, and what it notes took a byte
 * at least, so no number is larger than what has been read. */

pawl_status pw_pickle_memo_put(pw_pickle *p, uint64_t index)
{
    pw_value *value = NULL;
    PW_TRY(pw_pickle_top(p, &value));
    if (index >= p->at)
        return pw_pickle_corrupt(p, "notes value number %llu, more than it can have",
                                 (unsigned long long)index);
    if (index >= p->memo_capacity) {
        const size_t old = p->memo_capacity;
        void *memo = p->memo;
        PW_TRY(grow_array(p, &memo, (size_t)index + 1, &p->memo_capacity));
        p->memo = memo;
        for (size_t i = old; i < p->memo_capacity; i++)
            p->memo[i] = NULL;
    }
    p->memo_used += p->memo[index] == NULL;
    p->memo_end = pw_size_max(p->memo_end, (size_t)index + 1);
    p->memo[index] = value;
    return PAWL_OK;
}

pawl_status pw_pickle_memo_get(pw_pickle *p, uint64_t index)
{
    if (index >= p->memo_capacity || p->memo[index] == NULL)
        return pw_pickle_corrupt(p, "recalls value number %llu, which it has not noted",
                                 (unsigned long long)index);
    return pw_pickle_push(p, p->memo[index]);
}

pw_pickle pw_pickle_over(const void *data, size_t size, uint64_t offset, const char *file_name,
                         pw_arena *arena, pawl_error *error)
{
    return (pw_pickle){.arena = arena,
                       .kept = arena,
                       .file_name = file_name,
                       .error = error,
                       .data = data,
                       .size = size,
                       .offset = offset};
}

void pw_pickle_resolve(pw_pickle *p)
{
    for (pw_tensor_value *value = p->last_tensor; value != NULL; value = value->previous)
        value->tensor.data = value->storage->data + value->first * value->storage->element_size;
}

void pw_pickle_end(pw_pickle *p)
{
    const size_t entries = p->stack_capacity + p->mark_capacity + p->memo_capacity;
    pw_arena_discharge(p->arena, entries * ENTRY_SIZE);
    pw_free(p->stack);
    pw_free(p->marks);
    pw_free(p->memo);
    p->stack = NULL;
    p->marks = NULL;
    p->memo = NULL;
    p->stack_capacity = p->mark_capacity = p->memo_capacity = p->memo_end = 0;
}
