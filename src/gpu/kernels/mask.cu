/* SPDX-License-Identifier: Apache-2.0 */
/* The plane that a box's mask is made of; kernels/head/mask.h has its arithmetic. */
#include "gpu/kernels/arguments.h"
#include "gpu/kernels/block.h"
#include "kernels/head/mask.h"
#include "kernels/simd/scalar.h"

/* A block: a row of the plane. */
PG_KERNEL(pg_weigh_mask, pg_mask, PG_THREADS_MAX)
{
    const float objectness = vf32_sigmoid(args.raw[4]);
    const float *coefficients = args.raw + 5 + args.class_count;
    const uint64_t size = (uint64_t)args.height * args.width;
    const uint64_t row = (uint64_t)(args.top + PG_COLUMN) * args.width;
    PG_EACH(i, args.right - args.left)
    {
        const float *prototype = args.prototypes + row + args.left + i;
        float sum = 0.0f;
        for (uint32_t k = 0; k < args.count; k++)
            sum = pk_mask_add(sum, pk_mask_coefficient(coefficients[k], objectness), prototype[k * size]);
        args.plane[(uint64_t)PG_COLUMN * args.width + args.left + i] = vf32_sigmoid(sum);
    }
}
