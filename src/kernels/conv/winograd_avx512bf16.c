/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's way in AVX512-BF16: transforms in floats, products of halves, two at a time. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"

#define PK_T     bf16
#define PK_TERMS 2

static inline vf32 winograd_add_bf16(vf32 sum, const uint16_t *x, const uint16_t *weights)
{
    int32_t two;
    memcpy(&two, x, sizeof two);
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32(two),
                            (__m512bh)_mm512_loadu_si512(weights));
}

#define PK_ISA avx512bf16
#include "kernels/conv/winograd.tmpl.h"

#define PK_TILE    14x32
#define PK_MR      14
#define PK_NV      2
#define PK_EACH_MR PK_EACH_14
#include "kernels/conv/winograd_product.tmpl.h"

#define PK_TILE    28x16
#define PK_MR      28
#define PK_NV      1
#define PK_EACH_MR PK_EACH_28
#include "kernels/conv/winograd_product.tmpl.h"
