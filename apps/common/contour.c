/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Border following after Suzuki and Abe. The mask is copied into a frame of zeros, so that no step
 * asks whether it leaves the picture; a part that has been outlined is filled with SEEN.
 */
#include "common/contour.h"

#include <stdlib.h>

enum { EMPTY, INSIDE, SEEN };

typedef struct tracer {
    uint8_t *cells; /* (height + 2) rows of step */
    size_t step;
    ptrdiff_t around[16]; /* the eight neighbours, twice; odd numbers are diagonals */
    size_t *stack;        /* of the filling */
    size_t stack_capacity;
    app_contour found;
    size_t capacity;
} tracer;

static bool add_point(tracer *t, size_t cell)
{
    if (t->found.count == t->capacity) {
        const size_t capacity = t->capacity * 2 + 64;
        app_point *points = realloc(t->found.points, capacity * sizeof *points);
        if (points == NULL)
            return false;
        t->found.points = points;
        t->capacity = capacity;
    }
    t->found.points[t->found.count++] =
        (app_point){(int32_t)(cell % t->step) - 1, (int32_t)(cell / t->step) - 1};
    return true;
}

static size_t neighbour(const tracer *t, size_t cell, int direction)
{
    return (size_t)((ptrdiff_t)cell + t->around[direction]);
}

/* Outlines the part whose uppermost left cell is start; only where the direction changes is a
 * point. */
static bool outline(tracer *t, size_t start)
{
    int direction = 4;
    t->found.count = 0;
    do {
        direction = (direction - 1) & 7;
    } while (t->cells[neighbour(t, start, direction)] == EMPTY && direction != 4);
    if (t->cells[neighbour(t, start, direction)] == EMPTY)
        return add_point(t, start); /* a part of one cell */
    const size_t second = neighbour(t, start, direction);
    int before = direction ^ 4;
    size_t at = start;
    for (;;) {
        size_t next;
        do {
            direction++;
            next = neighbour(t, at, direction);
        } while (t->cells[next] == EMPTY && direction < 15);
        direction &= 7;
        if (direction != before && !add_point(t, at))
            return false;
        before = direction;
        if (next == start && at == second)
            return true;
        at = next;
        direction = (direction + 4) & 7;
    }
}

static bool push(tracer *t, size_t *count, size_t cell)
{
    if (*count == t->stack_capacity) {
        const size_t capacity = t->stack_capacity * 2 + 256;
        size_t *stack = realloc(t->stack, capacity * sizeof *stack);
        if (stack == NULL)
            return false;
        t->stack = stack;
        t->stack_capacity = capacity;
    }
    t->cells[cell] = SEEN;
    t->stack[(*count)++] = cell;
    return true;
}

static bool fill(tracer *t, size_t start)
{
    size_t count = 0;
    if (!push(t, &count, start))
        return false;
    while (count > 0) {
        const size_t cell = t->stack[--count];
        for (int d = 0; d < 8; d++) {
            const size_t next = neighbour(t, cell, d);
            if (t->cells[next] == INSIDE && !push(t, &count, next))
                return false;
        }
    }
    return true;
}

static bool find(tracer *t, size_t cell_count, app_contour *largest)
{
    for (size_t cell = 0; cell < cell_count; cell++) {
        if (t->cells[cell] != INSIDE)
            continue;
        if (!outline(t, cell) || !fill(t, cell))
            return false;
        if (t->found.count < largest->count) /* of equal ones the last: OpenCV lists it first */
            continue;
        free(largest->points);
        *largest = t->found;
        t->found = (app_contour){0};
        t->capacity = 0;
    }
    return true;
}

bool app_contour_largest(const uint8_t *mask, int32_t height, int32_t width, app_contour *contour)
{
    const size_t step = (size_t)width + 2, cell_count = step * ((size_t)height + 2);
    const ptrdiff_t line = (ptrdiff_t)step;
    const ptrdiff_t around[8] = {1, 1 - line, -line, -line - 1, -1, line - 1, line, line + 1};
    tracer t = {.cells = calloc(cell_count, 1), .step = step};
    *contour = (app_contour){0};
    if (t.cells == NULL)
        return false;
    for (size_t i = 0; i < 16; i++)
        t.around[i] = around[i % 8];
    for (size_t i = 0; i < (size_t)height * (size_t)width; i++)
        t.cells[(i / (size_t)width + 1) * step + i % (size_t)width + 1] = mask[i] != 0;
    const bool is_done = find(&t, cell_count, contour);
    if (!is_done) {
        free(contour->points);
        *contour = (app_contour){0};
    }
    free(t.found.points);
    free(t.stack);
    free(t.cells);
    return is_done;
}
