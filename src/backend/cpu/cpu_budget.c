/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the large implementations are worth their memory. */
#include "backend/cpu/cpu_budget.h"

#include "base/memory.h"

#include <stdlib.h>

pawl_status pw_cpu_budget_make(cpu_budget *budget, size_t capacity, size_t size, pawl_error *error)
{
    *budget = (cpu_budget){.capacity = capacity, .size = size};
    budget->rows = pw_calloc(capacity + 1, sizeof *budget->rows);
    if (budget->rows == NULL)
        return pw_fail_memory(error, "the tuner", (capacity + 1) * sizeof *budget->rows);
    return PAWL_OK;
}

void pw_cpu_budget_free(cpu_budget *budget)
{
    pw_free(budget->rows);
    *budget = (cpu_budget){.rows = NULL};
}

const cpu_large *pw_cpu_budget_find(const cpu_budget *budget, uint64_t problem)
{
    for (size_t i = 0; i < budget->count; i++)
        if (budget->rows[i].problem == problem)
            return &budget->rows[i];
    return NULL;
}

void pw_cpu_budget_add(cpu_budget *budget, const cpu_large *row)
{
    if (budget->count < budget->capacity)
        budget->rows[budget->count++] = *row;
}

static uint64_t saved_by(const cpu_large *row)
{
    const cpu_winner *winner = &row->winner;
    return winner->modest_nanoseconds > winner->nanoseconds
               ? (winner->modest_nanoseconds - winner->nanoseconds) * row->layers
               : 0;
}

/* By what a byte saves; the same on every C library where two are equal. */
static int worthier_first(const void *a, const void *b)
{
    const cpu_large *x = a, *y = b;
    const double worth_x = (double)saved_by(x) / (double)x->extra,
                 worth_y = (double)saved_by(y) / (double)y->extra;
    if (worth_x > worth_y || worth_x < worth_y)
        return worth_x > worth_y ? -1 : 1;
    return (x->problem > y->problem) - (x->problem < y->problem);
}

void pw_cpu_budget_settle(cpu_budget *budget)
{
    if (budget->count > 1)
        qsort(budget->rows, budget->count, sizeof *budget->rows, worthier_first);
    for (size_t i = 0; i < budget->count; i++) {
        cpu_large *row = &budget->rows[i];
        row->is_taken = row->extra <= budget->size - budget->taken;
        if (!row->is_taken)
            continue;
        budget->taken += row->extra;
        budget->saved += saved_by(row);
    }
}
