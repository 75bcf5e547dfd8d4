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

/* tanh(log(1 + e)) = n / (n + 2) with e = exp(x) and n = e (e + 2), which has no difference in it.
 * Above 20 it is 1. */
PK_INLINE vf32 vf32_mish(vf32 x)
{
    const vf32 two = vf32_set1(2.0f);
    const vf32 e = vf32_exp_negative(vf32_sub(vf32_set1(0.0f), vf32_min(vf32_set1(20.0f), x)));
    const vf32 n = vf32_mul(e, vf32_add(e, two));
    return vf32_mul(x, vf32_div(n, vf32_add(n, two)));
}

/* (x + |x| erf(|x| / sqrt(2))) / 2; erf to 2e-7 by Abramowitz and Stegun 7.1.26. */
PK_INLINE vf32 vf32_gelu(vf32 x)
{
    const vf32 one = vf32_set1(1.0f);
    const vf32 size = vf32_max(vf32_sub(vf32_set1(0.0f), x), x);
    const vf32 z = vf32_mul(size, vf32_set1(0.707106781f));
    const vf32 t = vf32_div(one, vf32_fma(z, vf32_set1(0.3275911f), one));
    vf32 p = vf32_set1(1.061405429f);
    p = vf32_fma(p, t, vf32_set1(-1.453152027f));
    p = vf32_fma(p, t, vf32_set1(1.421413741f));
    p = vf32_fma(p, t, vf32_set1(-0.284496736f));
    p = vf32_fma(p, t, vf32_set1(0.254829592f));
    p = vf32_mul(vf32_mul(p, t), vf32_exp_negative(vf32_mul(z, z)));
    return vf32_mul(vf32_set1(0.5f), vf32_fma(size, vf32_sub(one, p), x));
}

PK_INLINE vf32 vf32_elu(vf32 x, float alpha)
{
    const vf32 e = vf32_exp_negative(vf32_sub(vf32_set1(0.0f), x));
    return vf32_positive_or(x, vf32_mul(vf32_set1(alpha), vf32_sub(e, vf32_set1(1.0f))));
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
    case PK_ACT_RELU6:
        return vf32_min(vf32_set1(6.0f), vf32_max(vf32_set1(0.0f), x));
    case PK_ACT_ELU:
        return vf32_elu(x, alpha);
    case PK_ACT_MISH:
        return vf32_mish(x);
    case PK_ACT_GELU:
        return vf32_gelu(x);
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return x;
}

#endif
