/* SPDX-License-Identifier: Apache-2.0 */
/* All kernels but the convolution tiles, in AVX-512. */
#include "kernels/simd/avx512.h"
#include "kernels/kernel_rows.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include <math.h>

#define PK_ISA avx512

#define PK_T f32
#include "kernels/attention/attention.tmpl.h"
#include "kernels/conv/pixels.tmpl.h"
#include "kernels/eltwise/eltwise.tmpl.h"
#include "kernels/pool/pool.tmpl.h"
#undef PK_T

#define PK_T f16
#include "kernels/attention/attention.tmpl.h"
#include "kernels/conv/pixels.tmpl.h"
#include "kernels/eltwise/eltwise.tmpl.h"
#include "kernels/pool/pool.tmpl.h"
#undef PK_T

#define PK_T bf16
#include "kernels/attention/attention.tmpl.h"
#include "kernels/conv/pixels.tmpl.h"
#include "kernels/eltwise/eltwise.tmpl.h"
#include "kernels/pool/pool.tmpl.h"
#undef PK_T

#include "kernels/eltwise/reorder.tmpl.h"
#include "kernels/head/head.tmpl.h"
#include "kernels/image/resize.tmpl.h"
#include "kernels/quantize/u8.tmpl.h"

#define PROBE_BITS PK_AVX512
#include "kernels/probe/probe.tmpl.h"
