/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: how their work is cut. */
#include "kernels/pool/pool.h"
#include "kernels/cut.h"

void pk_pool_plan(const pk_implementation *implementation, const pk_problem *problem,
                  const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    const size_t row_values = out->width * out->channels * window->kernel[0] * window->kernel[1];
    pk_needs_cut(needs, pk_cut_make(out->batch, out->height, 1 + PK_ITEM_VALUES / row_values,
                                    problem->workers));
}

void pk_globalpool_plan(const pk_implementation *implementation, const pk_problem *problem,
                        const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *in = &problem->source[0];
    /* whole vectors of any instruction set, so that an item's last one is short only where the
     * tensor's is */
    const size_t wanted = pk_align(1 + PK_ITEM_VALUES / pk_pixels(in), 16);
    pk_cut cut = pk_cut_make(in->batch, in->channels, wanted, 1);
    pk_needs_cut(needs, cut);
}
