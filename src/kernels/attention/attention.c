/* SPDX-License-Identifier: Apache-2.0 */
/* Attention: how its work is cut. */
#include "kernels/attention/attention.h"
#include "kernels/cut.h"

void pk_attention_plan(const pk_implementation *implementation, const pk_problem *problem,
                       const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    const size_t tokens = pk_pixels(out), depth = out->channels / problem->as.heads;
    pk_needs_cut(needs, pk_cut_make(out->batch * problem->as.heads, tokens,
                                    1 + 8 * PK_ITEM_VALUES / (tokens * depth), problem->workers));
    needs->scratch = tokens * sizeof(float);
}
