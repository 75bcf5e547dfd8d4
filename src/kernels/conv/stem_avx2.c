/* SPDX-License-Identifier: Apache-2.0 */
/* Stems in floats, in AVX2. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/avx2.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/stem_f32.h"

#define PK_NAME    sums
#define PK_STEP    24
#define PK_WORD    4
#define PK_MR      12
#define PK_EACH_MR PK_EACH_12
#include "kernels/conv/stem.tmpl.h"

PK_STEM_FLOATS(12, 8, avx2)
