/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liveness intervals on one axis, addresses on the other: a packing of rectangles. Largest first,
 * best gap, as XNNPACK and TFLite do; quadratic in the number of buffers, which is a few hundred.
 */
#include "lower/memory_planner.h"

#include "base/memory.h"
#include "base/size.h"

#include <stdlib.h>

static int larger_first(const void *a, const void *b)
{
    const pw_buffer *left = *(pw_buffer *const *)a;
    const pw_buffer *right = *(pw_buffer *const *)b;
    if (left->size != right->size)
        return left->size > right->size ? -1 : 1;
    return (left > right) - (left < right); /* the same plan on every C library */
}

static bool live_at_once(const pw_buffer *a, const pw_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Keeps placed[0 .. count - 1] by rising offset. */
static void insert(pw_buffer **placed, size_t count, pw_buffer *buffer)
{
    size_t at = count;
    for (; at > 0 && placed[at - 1]->offset > buffer->offset; at--)
        placed[at] = placed[at - 1];
    placed[at] = buffer;
}

/* Offset of the smallest gap between the neighbours in time that holds size bytes; behind them all
 * where there is none. */
static size_t best_gap(pw_buffer *const *placed, size_t count, const pw_buffer *buffer, size_t size,
                       size_t alignment)
{
    size_t end = 0; /* of what lies before the gap */
    size_t best = SIZE_MAX, best_gap_size = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const pw_buffer *other = placed[i];
        if (!live_at_once(buffer, other))
            continue;
        if (other->offset > end && other->offset - end >= size &&
            other->offset - end < best_gap_size) {
            best = end;
            best_gap_size = other->offset - end;
        }
        end = pw_size_max(end, pw_size_align(other->offset + other->size, alignment));
    }
    return best == SIZE_MAX ? end : best;
}

pawl_status pw_memory_plan(pw_buffer *buffers, size_t count, size_t alignment, size_t *total,
                           pawl_error *error)
{
    size_t sum = 0; /* nothing below can overflow if this does not */
    for (size_t i = 0; i < count; i++)
        if (!pw_size_add(sum, buffers[i].size, &sum) || !pw_size_add(sum, alignment, &sum) ||
            sum > SIZE_MAX / 2)
            return pw_fail(error, PAWL_ERR_LIMIT,
                           "the tensors of this shape are too large for this machine");
    PW_AUTO_FREE pw_buffer **order = pw_calloc(count + 1, 2 * sizeof(*order));
    if (order == NULL)
        return pw_fail_memory(error, "the memory plan", (count + 1) * 2 * sizeof(*order));
    pw_buffer **placed = order + count;
    for (size_t i = 0; i < count; i++)
        order[i] = &buffers[i];
    qsort(order, count, sizeof(*order), larger_first);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t size = pw_size_align(order[i]->size, alignment);
        order[i]->offset = best_gap(placed, i, order[i], size, alignment);
        used = pw_size_max(used, order[i]->offset + size);
        insert(placed, i, order[i]);
    }
    *total = used;
    return PAWL_OK;
}
