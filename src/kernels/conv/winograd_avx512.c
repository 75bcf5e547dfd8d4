/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's transforms in AVX-512. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#define PK_ISA avx512
#include "kernels/conv/winograd.tmpl.h"
