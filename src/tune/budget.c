/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the large implementations are worth their memory. */
#include "tune/budget.h"

#include "base/memory.h"

#include <stdlib.h>

pawl_status pw_budget_make(pw_budget *budget, size_t capacity, size_t size, pawl_error *error)
{
    *budget = (pw_budget){.capacity = capacity, .size = size};
    budget->rows = pw_calloc(capacity + 1, sizeof *budget->rows);
    if (budget->rows == NULL)
        return pw_fail_memory(error, "the tuner", (capacity + 1) * sizeof *budget->rows);
    return PAWL_OK;
}

void pw_budget_free(pw_budget *budget)
{
    pw_free(budget->rows);
    *budget = (pw_budget){.rows = NULL};
}

const pw_budget_row *pw_budget_find(const pw_budget *budget, uint64_t problem)
{
    for (size_t i = 0; i < budget->count; i++)
        if (budget->rows[i].problem == problem)
            return &budget->rows[i];
    return NULL;
}

void pw_budget_add(pw_budget *budget, const pw_budget_row *row)
{
    if (budget->count < budget->capacity)
        budget->rows[budget->count++] = *row;
}

static uint64_t saved_by(const pw_budget_row *row)
{
    const pw_trial_winner *winner = &row->winner;
    return winner->modest_nanoseconds > winner->nanoseconds
               ? (winner->modest_nanoseconds - winner->nanoseconds) * row->layers
               : 0;
}

/* By what a byte saves; the same on every C library where two are equal. */
static int worthier_first(const void *a, const void *b)
{
    const pw_budget_row *x = a, *y = b;
    const double worth_x = (double)saved_by(x) / (double)x->extra,
                 worth_y = (double)saved_by(y) / (double)y->extra;
    if (worth_x > worth_y || worth_x < worth_y)
        return worth_x > worth_y ? -1 : 1;
    return (x->problem > y->problem) - (x->problem < y->problem);
}

void pw_budget_settle(pw_budget *budget)
{
    if (budget->count > 1)
        qsort(budget->rows, budget->count, sizeof *budget->rows, worthier_first);
    for (size_t i = 0; i < budget->count; i++) {
        pw_budget_row *row = &budget->rows[i];
        row->is_taken = row->extra <= budget->size - budget->taken;
        if (!row->is_taken)
            continue;
        budget->taken += row->extra;
        budget->saved += saved_by(row);
    }
}
