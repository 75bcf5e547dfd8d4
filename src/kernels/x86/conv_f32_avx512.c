/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in AVX-512: 28 of the 32 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_avx512.h"

#include "kernels/simd_activation.h"
#include "kernels/tmpl/each.h"

#define PK_NAME_(op) pk_##op##_avx512
#define PK_NAME(op)  PK_NAME_(op)

#define PK_TILE    conv_f32_14x32
#define PK_MR      14
#define PK_NV      2
#define PK_DEPTH   2
#define PK_EACH_MR PK_EACH_14
#include "kernels/tmpl/conv_f32.tmpl.h"

#define PK_TILE    conv_f32_28x16
#define PK_MR      28
#define PK_NV      1
#define PK_DEPTH   2
#define PK_EACH_MR PK_EACH_28
#include "kernels/tmpl/conv_f32.tmpl.h"
