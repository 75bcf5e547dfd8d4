/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes between integer convolutions: what their kernels accept. */
#include "kernels/quantize/u8.h"
#include "kernels/eltwise/eltwise.h"

bool pk_bytes_reorder_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    if (problem->as.has_constants)
        return false;
    if (implementation->types.destination == PK_U8)
        return out->scale > 0.0f;
    return in->scale > 0.0f || !pk_nhwc_accepts(implementation, problem);
}

bool pk_bytes_move_accepts(const pk_implementation *implementation, const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    return in->scale == out->scale && in->zero_point == out->zero_point &&
           pk_nhwc_accepts(implementation, problem);
}
