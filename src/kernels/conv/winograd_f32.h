/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's products in floats, one at a time, on the vector vocabulary included before this: what winograd_product.tmpl.h asks for. */
#ifndef PK_WINOGRAD_F32_H
#define PK_WINOGRAD_F32_H

#define PK_T     f32
#define PK_TERMS 1

PK_INLINE vf32 winograd_add_f32(vf32 sum, const float *x, const float *weights)
{
    return vf32_fma(vf32_set1(*x), vf32_load(weights), sum);
}

#endif
