/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in NEON: 24 of the 32 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/neon.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

#define PK_ISA neon

#define PK_TILE    6x16
#define PK_MR      6
#define PK_NV      4
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_6
#define PK_T       f32
#include "kernels/conv/tile.tmpl.h"
#define PK_T f16
#include "kernels/conv/tile.tmpl.h"
#define PK_T bf16
#include "kernels/conv/tile.tmpl.h"
#undef PK_TILE
#undef PK_MR
#undef PK_NV
#undef PK_DEPTH
#undef PK_EACH_MR

/* In FP32 only: what halves would gain on narrow panels is not worth twice the code. */
#define PK_TILE    12x8
#define PK_MR      12
#define PK_NV      2
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_12
#define PK_T       f32
#include "kernels/conv/tile.tmpl.h"
