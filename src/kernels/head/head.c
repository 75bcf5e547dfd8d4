/* SPDX-License-Identifier: Apache-2.0 */
/* The detection head: what is the same for all instruction sets. */
#include "kernels/head/head.h"
#include "kernels/cut.h"

#include <math.h>

#define ITEM_CELLS 512

bool pk_head_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    for (size_t i = 0; i < problem->source_count; i++)
        if (!pk_is_nhwc(&problem->source[i]))
            return false;
    return true;
}

void pk_decode_plan(const pk_implementation *implementation, const pk_problem *problem,
                    const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    *needs = (pk_needs){.phases = 1};
    for (size_t l = 0; l < problem->source_count; l++)
        needs->items[0] += problem->source[0].batch * problem->as.head->anchor_count *
                           pk_ceil_div(pk_pixels(&problem->source[l]), ITEM_CELLS);
}

pk_cells pk_decode_cells(const pk_problem *problem, size_t item)
{
    const size_t anchors = problem->as.head->anchor_count;
    const size_t batch = problem->source[0].batch;
    pk_cells at = {0};
    for (; at.level + 1 < problem->source_count; at.level++) {
        const size_t cells = pk_pixels(&problem->source[at.level]);
        const size_t items = batch * anchors * pk_ceil_div(cells, ITEM_CELLS);
        if (item < items)
            break;
        item -= items;
        at.first_row += cells * anchors;
    }
    const size_t cells = pk_pixels(&problem->source[at.level]);
    const size_t blocks = pk_ceil_div(cells, ITEM_CELLS);
    at.picture = item / blocks / anchors;
    at.anchor = item / blocks % anchors;
    at.begin = item % blocks * ITEM_CELLS;
    at.end = pk_min(at.begin + ITEM_CELLS, cells);
    at.first_row += at.anchor * cells;
    return at;
}

void pk_candidates_plan(const pk_implementation *implementation, const pk_problem *problem,
                        const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    *needs = (pk_needs){.phases = 1};
    needs->items[0] = problem->source[0].batch;
}

size_t pk_count_not_finite(const pk_call *call, size_t picture)
{
    const pk_problem *problem = call->problem;
    size_t found = 0;
    for (size_t l = 0; l < problem->source_count; l++)
        for (size_t a = 0; a < problem->as.head->anchor_count; a++) {
            const float *raw = pk_head_raw(call, picture, l, a);
            for (size_t cell = 0; cell < pk_pixels(&problem->source[l]); cell++)
                found += isfinite(raw[cell * problem->source[l].pixel + 4]) == 0;
        }
    return found;
}
