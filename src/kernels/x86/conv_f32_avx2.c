/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in AVX2 with FMA: 12 of the 16 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_avx2.h"

#include "kernels/simd_activation.h"
#include "kernels/tmpl/each.h"

#define PK_NAME_(op) pk_##op##_avx2
#define PK_NAME(op)  PK_NAME_(op)

#define PK_TILE    conv_f32_6x16
#define PK_MR      6
#define PK_NV      2
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_6
#include "kernels/tmpl/conv_f32.tmpl.h"

#define PK_TILE    conv_f32_12x8
#define PK_MR      12
#define PK_NV      1
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_12
#include "kernels/tmpl/conv_f32.tmpl.h"
