/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What implementations may cost in memory. Some keep constants several times as large as those of the usual ones (Winograd's): they are taken in
 * the order of the time that they save for a byte, as long as all of them together keep to a budget.
 */
#ifndef PW_CPU_BUDGET_H
#define PW_CPU_BUDGET_H

#include "backend/cpu/cpu_trial.h"

/* A problem of which the fastest implementation is large. */
typedef struct cpu_large {
    uint64_t problem;   /* hash */
    cpu_winner winner;
    size_t layers;      /* that have the problem */
    size_t extra;       /* bytes more than the modest one, of all layers */
    bool is_taken;
} cpu_large;

typedef struct cpu_budget {
    cpu_large *rows;
    size_t count, capacity;
    size_t size;        /* bytes that all rows may cost */
    size_t taken;       /* bytes that those taken do */
    uint64_t saved;     /* nanoseconds a run that those taken do */
} cpu_budget;

/* Room for as many problems; they may cost size bytes. PAWL_ERR_MEMORY. */
pawl_status pw_cpu_budget_make(cpu_budget *budget, size_t capacity, size_t size, pawl_error *error) PW_NODISCARD;
void pw_cpu_budget_free(cpu_budget *budget); /* zeroed is fine */
const cpu_large *pw_cpu_budget_find(const cpu_budget *budget, uint64_t problem);
/* There is room, and the problem has no row. */
void pw_cpu_budget_add(cpu_budget *budget, const cpu_large *row);
/* Takes rows. */
void pw_cpu_budget_settle(cpu_budget *budget);

#endif
