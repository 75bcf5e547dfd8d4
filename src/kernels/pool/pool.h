/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder. */
#ifndef PK_POOL_H
#define PK_POOL_H

#include "kernels/kernel.h"

/* Those of pools.h: rows of the destination. */
void pk_pool_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
/* GLOBALPOOL: channels of a picture. */
void pk_globalpool_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);

/* First and end of the window that starts padding before at * stride, cut to size. */
static inline void pk_window_meets(const pk_window *of, size_t side, size_t at, size_t size, size_t *begin, size_t *end)
{
    const size_t start = at * of->stride[side], reach = start + of->kernel[side] - of->padding[side];
    *begin = start > of->padding[side] ? start - of->padding[side] : 0;
    *end = reach < size ? reach : size;
}

#endif
