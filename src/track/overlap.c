/* SPDX-License-Identifier: Apache-2.0 */
/* Columns are sorted by their left sides, and a row looks only at those whose left sides are where
 * a box can begin that overlaps it enough: among ten thousand boxes few can. */
#include "track/overlap.h"

#include <math.h>
#include <string.h>

double pw_overlap_iou(const pw_rectangle *a, const pw_rectangle *b)
{
    const double left = a->x1 > b->x1 ? a->x1 : b->x1, right = a->x2 < b->x2 ? a->x2 : b->x2;
    const double top = a->y1 > b->y1 ? a->y1 : b->y1, bottom = a->y2 < b->y2 ? a->y2 : b->y2;
    if (!(left < right) || !(top < bottom))
        return 0;
    const double both = (right - left) * (bottom - top);
    const double all = (a->x2 - a->x1) * (a->y2 - a->y1) + (b->x2 - b->x1) * (b->y2 - b->y1) - both;
    return both < all ? both / all : 1;
}

int32_t pw_overlap_cost(double iou)
{
    return (int32_t)lrint((1 - iou) * PW_COST_ONE);
}

/* Equal left sides go by number. */
static bool is_before(const pw_place_taken *columns, uint32_t a, uint32_t b)
{
    const double x = columns[a].box.x1, y = columns[b].box.x1;
    return x != y ? x < y : a < b;
}

static void sink(const pw_place_taken *columns, uint32_t *order, size_t at, size_t count)
{
    const uint32_t moved = order[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(columns, order[child], order[child + 1]))
            child++;
        if (!is_before(columns, moved, order[child]))
            break;
        order[at] = order[child];
        at = child;
    }
    order[at] = moved;
}

/* A heap sort: the C library's may take memory, and a frame may not fail half-way. */
static void sort(const pw_place_taken *columns, uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count / 2; i-- > 0;)
        sink(columns, order, i, count);
    for (size_t end = count; end-- > 1;) {
        const uint32_t last = order[0];
        order[0] = order[end];
        order[end] = last;
        sink(columns, order, 0, end);
    }
}

/* The first in order whose left side is not left of x. */
static size_t find(const pw_place_taken *columns, const uint32_t *order, size_t count, double x)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (columns[order[middle]].box.x1 < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps a row's pairs by rising cost, equal ones by rising column, and the best PW_PAIRS_MAX. */
static void add(pw_pair *pairs, uint32_t *count, pw_pair pair)
{
    uint32_t at = *count;
    while (at > 0 && (pairs[at - 1].cost > pair.cost ||
                      (pairs[at - 1].cost == pair.cost && pairs[at - 1].column > pair.column)))
        at--;
    if (at == PW_PAIRS_MAX)
        return;
    const uint32_t kept = *count < PW_PAIRS_MAX ? *count : PW_PAIRS_MAX - 1;
    memmove(pairs + at + 1, pairs + at, (kept - at) * sizeof *pairs);
    pairs[at] = pair;
    *count = kept + 1;
}

void pw_overlap_pairs(const pw_place_taken *rows, size_t row_count, const pw_place_taken *columns,
                      size_t column_count, double iou, bool by_class, uint32_t *order,
                      pw_pairs *pairs)
{
    sort(columns, order, column_count);
    for (size_t r = 0; r < row_count; r++) {
        const pw_place_taken *row = &rows[r];
        pw_pair *own = pairs->items + r * PW_PAIRS_MAX;
        const double width = row->box.x2 - row->box.x1;
        /* What two boxes share of their widths together is at least what they share of their areas.
           A little more, for what was rounded. */
        const double first = row->box.x2 - width / iou * 1.000001;
        const double last = row->box.x2 - width * iou * 0.999999;
        pairs->counts[r] = 0;
        for (size_t i = find(columns, order, column_count, first);
             i < column_count && columns[order[i]].box.x1 <= last; i++) {
            const pw_place_taken *column = &columns[order[i]];
            if (by_class && column->class_id != row->class_id)
                continue;
            const double shared = pw_overlap_iou(&row->box, &column->box);
            if (shared >= iou)
                add(own, &pairs->counts[r], (pw_pair){order[i], pw_overlap_cost(shared)});
        }
    }
}
