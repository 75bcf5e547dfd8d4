/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's transforms in AVX2. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx2.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#define PK_ISA avx2
#include "kernels/conv/winograd.tmpl.h"
