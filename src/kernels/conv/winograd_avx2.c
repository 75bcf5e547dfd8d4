/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's way in AVX2. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx2.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/winograd_f32.h"

#define PK_ISA avx2
#include "kernels/conv/winograd.tmpl.h"

#define PK_TILE    6x16
#define PK_MR      6
#define PK_NV      2
#define PK_EACH_MR PK_EACH_6
#include "kernels/conv/winograd_product.tmpl.h"
