/* SPDX-License-Identifier: Apache-2.0 */
#include "hungarian.h"

#include <stdbool.h>
#include <stdlib.h>

/* Kuhn's method with potentials; rows and columns count from 1, 0 is nobody. */
struct work {
    const int64_t *cost;
    size_t rows, columns;
    int64_t *of_row, *of_column, *least;
    size_t *row_at, *before;
    bool *is_done;
};

/* Adds a row: the cheapest way to a column that is nobody's. */
static void add_row(struct work *w, size_t row)
{
    size_t at = 0;
    w->row_at[0] = row;
    for (size_t j = 0; j <= w->columns; j++) {
        w->least[j] = INT64_MAX;
        w->is_done[j] = false;
    }
    do {
        const size_t i = w->row_at[at];
        int64_t step = INT64_MAX;
        size_t next = 0;
        w->is_done[at] = true;
        for (size_t j = 1; j <= w->columns; j++) {
            if (w->is_done[j])
                continue;
            const int64_t reduced =
                w->cost[(i - 1) * w->columns + j - 1] - w->of_row[i] - w->of_column[j];
            if (reduced < w->least[j]) {
                w->least[j] = reduced;
                w->before[j] = at;
            }
            if (w->least[j] < step) {
                step = w->least[j];
                next = j;
            }
        }
        for (size_t j = 0; j <= w->columns; j++) {
            if (w->is_done[j]) {
                w->of_row[w->row_at[j]] += step;
                w->of_column[j] -= step;
            } else {
                w->least[j] -= step;
            }
        }
        at = next;
    } while (w->row_at[at] != 0);
    for (; at != 0; at = w->before[at])
        w->row_at[at] = w->row_at[w->before[at]];
}

int64_t hungarian(const int64_t *cost, size_t rows, size_t columns, size_t *column_of)
{
    struct work w = {.cost = cost, .rows = rows, .columns = columns};
    int64_t sum = 0;
    w.of_row = calloc(rows + 1, sizeof(int64_t));
    w.of_column = calloc(columns + 1, sizeof(int64_t));
    w.least = calloc(columns + 1, sizeof(int64_t));
    w.row_at = calloc(columns + 1, sizeof(size_t));
    w.before = calloc(columns + 1, sizeof(size_t));
    w.is_done = calloc(columns + 1, sizeof(bool));
    if (w.of_row == NULL || w.of_column == NULL || w.least == NULL || w.row_at == NULL ||
        w.before == NULL || w.is_done == NULL)
        abort();
    for (size_t row = 1; row <= rows; row++)
        add_row(&w, row);
    for (size_t j = 1; j <= columns; j++)
        if (w.row_at[j] != 0) {
            column_of[w.row_at[j] - 1] = j - 1;
            sum += cost[(w.row_at[j] - 1) * columns + j - 1];
        }
    free(w.of_row);
    free(w.of_column);
    free(w.least);
    free(w.row_at);
    free(w.before);
    free(w.is_done);
    return sum;
}
