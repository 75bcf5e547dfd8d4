/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are added one by one, each along the shortest path to a free column or to a row that had
 * better go without (Dijkstra, on costs that prices keep from being negative). */
#include "track/assignment.h"

#include "base/memory.h"
#include "base/size.h"

#define UNSEEN  UINT32_MAX /* of heap_place: the search has not come by the column */
#define VISITED (UINT32_MAX - 1)

void pw_assignment_free(pw_assignment *assignment)
{
    pw_free(assignment->pairs.items);
    pw_free(assignment->pairs.counts);
    pw_free(assignment->column_of);
    pw_free(assignment->row_of);
    pw_free(assignment->row_price);
    pw_free(assignment->column_price);
    pw_free(assignment->distance);
    pw_free(assignment->from);
    pw_free(assignment->reached);
    pw_free(assignment->heap);
    pw_free(assignment->heap_place);
    *assignment = (pw_assignment){.row_capacity = 0};
}

static bool make(pw_assignment *made)
{
    const size_t rows = made->row_capacity, columns = made->column_capacity;
    made->pairs.items = pw_calloc(rows, PW_PAIRS_MAX * sizeof(pw_pair));
    made->pairs.counts = pw_calloc(rows, sizeof(uint32_t));
    made->column_of = pw_calloc(rows, sizeof(uint32_t));
    made->row_of = pw_calloc(columns, sizeof(uint32_t));
    made->row_price = pw_calloc(rows, sizeof(int64_t));
    made->column_price = pw_calloc(columns, sizeof(int64_t));
    made->distance = pw_calloc(columns, sizeof(int64_t));
    made->from = pw_calloc(columns, sizeof(uint32_t));
    made->reached = pw_calloc(columns, sizeof(uint32_t));
    made->heap = pw_calloc(columns, sizeof(uint32_t));
    made->heap_place = pw_calloc(columns, sizeof(uint32_t));
    return made->pairs.items != NULL && made->pairs.counts != NULL && made->column_of != NULL &&
           made->row_of != NULL && made->row_price != NULL && made->column_price != NULL &&
           made->distance != NULL && made->from != NULL && made->reached != NULL &&
           made->heap != NULL && made->heap_place != NULL;
}

/* Half as much again, so that a crowd that grows by one does not make it anew each time. */
static size_t enough(size_t capacity, size_t wanted)
{
    return wanted <= capacity ? capacity : wanted + wanted / 2;
}

bool pw_assignment_reserve(pw_assignment *assignment, size_t rows, size_t columns)
{
    if (rows <= assignment->row_capacity && columns <= assignment->column_capacity)
        return true;
    pw_assignment made = {.row_capacity = enough(assignment->row_capacity, rows),
                          .column_capacity = enough(assignment->column_capacity, columns)};
    if (!make(&made)) {
        pw_assignment_free(&made);
        return false;
    }
    pw_assignment_free(assignment);
    *assignment = made;
    return true;
}

/* Equal distances go by the column's number. */
static bool is_nearer(const pw_assignment *a, uint32_t x, uint32_t y)
{
    return a->distance[x] != a->distance[y] ? a->distance[x] < a->distance[y] : x < y;
}

static void put(pw_assignment *a, size_t place, uint32_t column)
{
    a->heap[place] = column;
    a->heap_place[column] = (uint32_t)place;
}

static void rise(pw_assignment *a, size_t place, uint32_t column)
{
    while (place > 0 && is_nearer(a, column, a->heap[(place - 1) / 2])) {
        put(a, place, a->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(a, place, column);
}

/* Takes the nearest one off the heap. */
static uint32_t visit_nearest(pw_assignment *a)
{
    const uint32_t nearest = a->heap[0], last = a->heap[--a->heap_count];
    size_t place = 0;
    while (2 * place + 1 < a->heap_count) {
        size_t child = 2 * place + 1;
        if (child + 1 < a->heap_count && is_nearer(a, a->heap[child + 1], a->heap[child]))
            child++;
        if (!is_nearer(a, a->heap[child], last))
            break;
        put(a, place, a->heap[child]);
        place = child;
    }
    if (a->heap_count > 0)
        put(a, place, last);
    a->heap_place[nearest] = VISITED;
    return nearest;
}

/* What the row's pairs lead to; base is how far the row is away. */
static void reach_from(pw_assignment *a, uint32_t row, int64_t base)
{
    const pw_pair *pairs = a->pairs.items + (size_t)row * PW_PAIRS_MAX;
    for (uint32_t i = 0; i < a->pairs.counts[row]; i++) {
        const uint32_t column = pairs[i].column;
        const int64_t distance = base + pairs[i].cost - a->row_price[row] - a->column_price[column];
        if (a->heap_place[column] == UNSEEN) {
            a->reached[a->reached_count++] = column;
            a->heap_place[column] = (uint32_t)a->heap_count++;
        } else if (a->heap_place[column] == VISITED || distance >= a->distance[column]) {
            continue;
        }
        a->distance[column] = distance;
        a->from[column] = row;
        rise(a, a->heap_place[column], column);
    }
}

/* Where a path ends: at a free column, or (column PW_NOBODY) at a row that gives up its own. */
typedef struct path_end {
    int64_t distance;
    uint32_t row, column;
} path_end;

static path_end search(pw_assignment *a, uint32_t first, int32_t limit)
{
    path_end best = {INT64_MAX, first, PW_NOBODY};
    uint32_t row = first;
    int64_t base = 0;
    for (;;) {
        const int64_t without = base + limit - a->row_price[row];
        if (without < best.distance)
            best = (path_end){without, row, PW_NOBODY};
        reach_from(a, row, base);
        if (a->heap_count == 0 || a->distance[a->heap[0]] > best.distance)
            return best;
        const uint32_t column = visit_nearest(a);
        base = a->distance[column];
        row = a->row_of[column];
        if (row == PW_NOBODY)
            return (path_end){base, PW_NOBODY, column};
    }
}

/* Prices after which every pair of the new answer costs nothing and none costs less; then all is as
 * the next search wants it. */
static void pay(pw_assignment *a, uint32_t first, int64_t distance)
{
    a->row_price[first] += distance;
    for (size_t i = 0; i < a->reached_count; i++) {
        const uint32_t column = a->reached[i];
        if (a->heap_place[column] == VISITED && a->row_of[column] != PW_NOBODY) {
            a->row_price[a->row_of[column]] += distance - a->distance[column];
            a->column_price[column] -= distance - a->distance[column];
        }
        a->heap_place[column] = UNSEEN;
    }
    a->reached_count = a->heap_count = 0;
}

/* Every row on the path takes the column to which it led. */
static void shift(pw_assignment *a, uint32_t first, path_end end)
{
    uint32_t column = end.column;
    if (column == PW_NOBODY) {
        column = a->column_of[end.row];
        a->column_of[end.row] = PW_NOBODY;
        if (end.row == first)
            return;
    }
    for (uint32_t row = PW_NOBODY; row != first;) {
        row = a->from[column];
        const uint32_t before = a->column_of[row];
        a->column_of[row] = column;
        a->row_of[column] = row;
        column = before;
    }
}

void pw_assignment_solve(pw_assignment *assignment, size_t row_count, size_t column_count,
                         int32_t limit)
{
    pw_assignment *a = assignment;
    for (size_t column = 0; column < column_count; column++) {
        a->row_of[column] = PW_NOBODY;
        a->column_price[column] = 0;
        a->heap_place[column] = UNSEEN;
    }
    a->reached_count = a->heap_count = 0;
    for (uint32_t row = 0; row < row_count; row++) {
        const pw_pair *pairs = a->pairs.items + (size_t)row * PW_PAIRS_MAX;
        int64_t least = limit;
        for (uint32_t i = 0; i < a->pairs.counts[row]; i++) {
            const int64_t cost = pairs[i].cost - a->column_price[pairs[i].column];
            least = cost < least ? cost : least;
        }
        a->column_of[row] = PW_NOBODY;
        a->row_price[row] = least;
        const path_end end = search(a, row, limit);
        pay(a, row, end.distance);
        shift(a, row, end);
    }
}
