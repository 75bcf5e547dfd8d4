/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tile in SSE4.1: 8 of the 16 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_sse41.h"

#include "kernels/simd_activation.h"
#include "kernels/tmpl/each.h"

#define PK_NAME_(op) pk_##op##_sse41
#define PK_NAME(op)  PK_NAME_(op)

#define PK_TILE    conv_f32_4x8
#define PK_MR      4
#define PK_NV      2
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_4
#include "kernels/tmpl/conv_f32.tmpl.h"
