/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in SSE4.1: 8 of the 16 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/sse41.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

#define PK_ISA sse41

#define PK_TILE    4x8
#define PK_MR      4
#define PK_NV      2
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_4
#define PK_T       f32
#include "kernels/conv/tile.tmpl.h"
#define PK_T f16
#include "kernels/conv/tile.tmpl.h"
#define PK_T bf16
#include "kernels/conv/tile.tmpl.h"
