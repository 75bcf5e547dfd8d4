/* SPDX-License-Identifier: Apache-2.0 */
/* The detection head: how its cells are shared out. */
#ifndef PK_HEAD_H
#define PK_HEAD_H

#include "kernels/head/boxes.h"
#include "kernels/kernel.h"

/* Some cells of one anchor of one level of one picture. */
typedef struct pk_cells {
    size_t picture, level, anchor, begin, end;
    size_t first_row; /* of cell 0, among all rows of the picture */
} pk_cells;

bool pk_head_accepts(const pk_implementation *implementation, const pk_problem *problem);
/* DECODE: an item is some cells. */
void pk_decode_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
pk_cells pk_decode_cells(const pk_problem *problem, size_t item);
/* CANDIDATES: an item is a picture, so that the rows stay in order. */
void pk_candidates_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
/* Cells of a picture whose objectness is NaN or infinite. */
size_t pk_count_not_finite(const pk_call *call, size_t picture);

static inline size_t pk_head_width(const pk_head *head) { return 5 + head->class_count + head->mask_count; }
/* Rows of a picture. */
static inline size_t pk_head_rows(const pk_problem *problem)
{
    size_t rows = 0;
    for (size_t l = 0; l < problem->source_count; l++)
        rows += pk_pixels(&problem->source[l]) * problem->as.head->anchor_count;
    return rows;
}
/* The raw values of an anchor in cell 0. */
static inline const float *pk_head_raw(const pk_call *call, size_t picture, size_t level, size_t anchor)
{
    const pk_problem *problem = call->problem;
    return (const float *)call->source[level] + picture * problem->source[level].picture + anchor * pk_head_width(problem->as.head);
}

#endif
