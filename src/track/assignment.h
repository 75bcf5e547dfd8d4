/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assignment problem on the few pairs that are possible: rows get columns, each at most one, so that the sum of costs is least, where a row without
 * one costs a limit. Jonker and Volgenant's shortest augmenting paths (Computing 38, 1987), on lists of pairs in the place of a matrix. Costs are
 * whole numbers, so that sums are exact, equal ones are equal, and the same pairs give the same answer everywhere.
 */
#ifndef PW_ASSIGNMENT_H
#define PW_ASSIGNMENT_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PW_PAIRS_MAX 64              /* of a row */
#define PW_COST_ONE  ((int32_t)1 << 24)
#define PW_NOBODY    UINT32_MAX

typedef struct pw_pair {
    uint32_t column;
    int32_t cost; /* 0 to PW_COST_ONE */
} pw_pair;

/* The pairs of each row: PW_PAIRS_MAX places a row, of which counts[row] are taken. */
typedef struct pw_pairs {
    pw_pair *items;
    uint32_t *counts;
} pw_pairs;

/* A problem, its answer, and all that the search needs. Zeroed it has no room. */
typedef struct pw_assignment {
    size_t row_capacity, column_capacity;
    pw_pairs pairs;                 /* the caller's to fill in */
    uint32_t *column_of, *row_of;   /* the answer: of each row its column, of each column its row; or PW_NOBODY */
    int64_t *row_price, *column_price;
    int64_t *distance;              /* of a column from the row that is being added, along the path by which it is reached */
    uint32_t *from;                 /* the row before it on that path */
    uint32_t *reached;              /* columns in the order in which the search came by them */
    uint32_t *heap, *heap_place;    /* those that it has not visited yet, the nearest first */
    size_t reached_count, heap_count;
} pw_assignment;

/* Makes room for at least so many; what was in it is gone. false: no memory, and the room is what it was. */
bool pw_assignment_reserve(pw_assignment *assignment, size_t rows, size_t columns) PW_NODISCARD;
void pw_assignment_free(pw_assignment *assignment);

/* Fills in column_of and row_of. limit: what a row without a column costs; pairs that cost more are none. */
void pw_assignment_solve(pw_assignment *assignment, size_t row_count, size_t column_count, int32_t limit);

#endif
