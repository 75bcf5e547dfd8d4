/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What implementations may cost in memory. Some keep constants several times as large as those of the usual ones (Winograd's): they are taken in
 * the order of the time that they save for a byte, as long as all of them together keep to a budget.
 */
#ifndef PW_BUDGET_H
#define PW_BUDGET_H

#include "tune/trial.h"

/* A problem of which the fastest implementation is large. */
typedef struct pw_budget_row {
    uint64_t problem;   /* hash */
    pw_trial_winner winner;
    size_t layers;      /* that have the problem */
    size_t extra;       /* bytes more than the modest one, of all layers */
    bool is_taken;
} pw_budget_row;

typedef struct pw_budget {
    pw_budget_row *rows;
    size_t count, capacity;
    size_t size;        /* bytes that all rows may cost */
    size_t taken;       /* bytes that those taken do */
    uint64_t saved;     /* nanoseconds a run that those taken do */
} pw_budget;

/* Room for as many problems; they may cost size bytes. PAWL_ERR_MEMORY. */
pawl_status pw_budget_make(pw_budget *budget, size_t capacity, size_t size, pawl_error *error) PW_NODISCARD;
void pw_budget_free(pw_budget *budget); /* zeroed is fine */
const pw_budget_row *pw_budget_find(const pw_budget *budget, uint64_t problem);
/* There is room, and the problem has no row. */
void pw_budget_add(pw_budget *budget, const pw_budget_row *row);
/* Takes rows. */
void pw_budget_settle(pw_budget *budget);

#endif
