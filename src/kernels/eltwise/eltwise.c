/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element, and moved pixels: what is the same for all instruction sets. */
#include "kernels/eltwise/eltwise.h"
#include "kernels/cut.h"

#include <math.h>
#include <string.h>

bool pk_nhwc_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    for (size_t i = 0; i < problem->source_count; i++)
        if (!pk_is_nhwc(&problem->source[i]))
            return false;
    return pk_is_nhwc(&problem->destination);
}

bool pk_eltwise_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    return problem->source_count <= 2 && pk_nhwc_accepts(implementation, problem);
}

void pk_eltwise_plan(const pk_implementation *implementation, const pk_problem *problem,
                     const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    pk_needs_cut(needs, pk_cut_make(1, out->batch * pk_pixels(out),
                                    1 + PK_ITEM_VALUES / out->channels, problem->workers));
    needs->packed = problem->as.has_constants ? 2 * out->channels * sizeof(float) : 0;
}

/* y = x * scale + shift; computed in double. */
void pk_eltwise_pack(const pk_implementation *implementation, const pk_problem *problem,
                     const pk_constants *constants, void *packed)
{
    (void)implementation;
    float *scale = packed;
    float *shift = scale + problem->destination.channels;
    for (size_t c = 0; c < problem->destination.channels; c++) {
        const double factor = (double)constants->weights[c] /
                              sqrt((double)constants->variance[c] + constants->epsilon);
        scale[c] = (float)factor;
        shift[c] = (float)((double)constants->bias[c] - (double)constants->mean[c] * factor);
    }
}

void pk_plan_rows(const pk_implementation *implementation, const pk_problem *problem,
                  const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    size_t rows = in->height;
    if (problem->op == PK_PAD ||
        out->height < in->height) /* the latter: SHUFFLE to the coarse grid */
        rows = out->height;
    const size_t row_values = pk_max(1, pk_pixels(out) * out->channels / rows);
    pk_needs_cut(needs,
                 pk_cut_make(out->batch, rows, 1 + PK_ITEM_VALUES / row_values, problem->workers));
}

bool pk_reorder_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    (void)implementation;
    return !problem->as.has_constants;
}

bool pk_reorder_rgb_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    return pk_reorder_accepts(implementation, problem) && in->channels == 3 && pk_is_planes(in) &&
           pk_is_nhwc(out) && out->pixel == 3;
}

bool pk_reorder_u8_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    return problem->source[0].scale == 0.0f && pk_nhwc_accepts(implementation, problem);
}

void pk_reorder_plan(const pk_implementation *implementation, const pk_problem *problem,
                     const pk_machine *machine, pk_needs *needs)
{
    (void)implementation;
    (void)machine;
    const pk_tensor *out = &problem->destination;
    pk_needs_cut(needs, pk_cut_make(out->batch, pk_pixels(out), 1 + PK_ITEM_VALUES / out->channels,
                                    problem->workers));
    needs->packed = problem->as.has_constants ? 2 * out->channels * sizeof(float) : 0;
}

void pk_reorder_pack(const pk_implementation *implementation, const pk_problem *problem,
                     const pk_constants *constants, void *packed)
{
    (void)implementation;
    const size_t size = problem->destination.channels * sizeof(float);
    memcpy(packed, constants->mean, size);
    memcpy((unsigned char *)packed + size, constants->variance, size);
}
