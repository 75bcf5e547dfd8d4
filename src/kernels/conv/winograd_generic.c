/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's transforms in plain C. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/scalar.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#define PK_ISA generic
#include "kernels/conv/winograd.tmpl.h"
