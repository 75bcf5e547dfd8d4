/* SPDX-License-Identifier: Apache-2.0 */
/* Activations on the vector vocabulary included before this. */
#ifndef PK_SIMD_ACTIVATION_H
#define PK_SIMD_ACTIVATION_H

PK_INLINE vf32 vf32_hardswish(vf32 x)
{
    const vf32 gate =
        vf32_min(vf32_set1(6.0f), vf32_max(vf32_set1(0.0f), vf32_add(x, vf32_set1(3.0f))));
    return vf32_mul(x, vf32_mul(gate, vf32_set1(1.0f / 6.0f)));
}

/* kind is the same for a whole call: the compiler or the branch predictor takes the switch out of
 * the loop. */
PK_INLINE vf32 vf32_activate(vf32 x, pk_activation kind, float alpha)
{
    switch (kind) {
    case PK_ACT_SILU:
        return vf32_silu(x);
    case PK_ACT_LEAKY_RELU:
        return vf32_positive_or(x, vf32_mul(x, vf32_set1(alpha)));
    case PK_ACT_HARDSWISH:
        return vf32_hardswish(x);
    case PK_ACT_RELU:
        return vf32_max(vf32_set1(0.0f), x); /* a NaN stays: the second operand */
    case PK_ACT_SIGMOID:
        return vf32_sigmoid(x);
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return x;
}

#endif
