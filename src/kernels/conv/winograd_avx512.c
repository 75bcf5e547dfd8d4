/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's way in AVX-512. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/each.h"
#include "kernels/conv/winograd_f32.h"

#define PK_ISA avx512
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
