/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution tiles in AVX-512: 28 of the 32 registers are sums. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"

#define PK_ISA avx512

#define PK_TILE    14x32
#define PK_MR      14
#define PK_NV      2
#define PK_DEPTH   2
#define PK_EACH_MR PK_EACH_14
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
#define PK_TILE    28x16
#define PK_MR      28
#define PK_NV      1
#define PK_DEPTH   2
#define PK_EACH_MR PK_EACH_28
#define PK_T       f32
#include "kernels/conv/tile.tmpl.h"
#undef PK_TILE
#undef PK_MR
#undef PK_NV
#undef PK_DEPTH
#undef PK_EACH_MR

/* For 48, 96, ... channels (yolov5m's): fewer loads for a product than any other. */
#define PK_TILE    9x48
#define PK_MR      9
#define PK_NV      3
#define PK_DEPTH   1
#define PK_EACH_MR PK_EACH_9
#define PK_T       f32
#include "kernels/conv/tile.tmpl.h"
