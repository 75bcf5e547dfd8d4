/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logistic function on a vector vocabulary. Relative error below 5e-7 for |x| <= 87 (3.2e-7 in plain C, of exp 2.8e-7); beyond, 0
 * and 1 are approached to 1e-37. exp(-x) = 2^n * exp(-q) with n whole and q = x + n ln 2 small: a
 * polynomial of degree 5 gives exp(-q) to 2e-7.
 */
#ifndef PK_SIMD_SIGMOID_H
#define PK_SIMD_SIGMOID_H

/* exp(-x). */
static inline vf32 vf32_exp_negative(vf32 x)
{
    const vf32 limit = vf32_set1(87.0f);
    x = vf32_min(limit,
                 vf32_max(vf32_set1(-87.0f), x)); /* a NaN stays: both give their second operand */
    const vf32 n = vf32_round(vf32_mul(x, vf32_set1(-1.44269504f)));
    const vf32 q = vf32_add_ln2(x, n);
    vf32 p = vf32_set1(-0.0082976548f);
    p = vf32_fma(p, q, vf32_set1(0.0419153832f));
    p = vf32_fma(p, q, vf32_set1(-0.166675746f));
    p = vf32_fma(p, q, vf32_set1(0.499988943f));
    p = vf32_fma(p, q, vf32_set1(-0.999999702f));
    p = vf32_fma(p, q, vf32_set1(1.0f));
    return vf32_scale2(p, n);
}

static inline vf32 vf32_sigmoid(vf32 x)
{
    const vf32 one = vf32_set1(1.0f);
    return vf32_div(one, vf32_add(one, vf32_exp_negative(x)));
}

/* x * sigmoid(x). */
static inline vf32 vf32_silu(vf32 x)
{
    return vf32_div(x, vf32_add(vf32_set1(1.0f), vf32_exp_negative(x)));
}

#endif
