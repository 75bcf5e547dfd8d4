/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's way in SSE4.1. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/sse41.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/winograd_f32.h"

#define PK_ISA sse41
#include "kernels/conv/winograd.tmpl.h"

#define PK_TILE    4x8
#define PK_MR      4
#define PK_NV      2
#define PK_EACH_MR PK_EACH_4
#include "kernels/conv/winograd_product.tmpl.h"
