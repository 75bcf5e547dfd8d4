/* SPDX-License-Identifier: Apache-2.0 */
/* All operations but the convolution tiles, in AVX2. */
#include "kernels/kernel_rows.h"
#include "kernels/simd_avx2.h"

#include "kernels/simd_activation.h"

#define PK_NAME(op) pk_##op##_avx2
#include "kernels/tmpl/head_f32.tmpl.h"
#include "kernels/tmpl/layers_f32.tmpl.h"

#include "kernels/tmpl/blocks_f32.tmpl.h"
