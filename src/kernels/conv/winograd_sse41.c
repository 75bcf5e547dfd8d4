/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's transforms in SSE4.1. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/sse41.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#define PK_ISA sse41
#include "kernels/conv/winograd.tmpl.h"
