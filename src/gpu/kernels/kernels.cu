/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All kernels as one module: tools/make_ptx.sh makes kernels.ptx of it, tests compile it as C. What it shares with the host's code is declared
 * for both sides here.
 */
#ifdef __CUDA__
#pragma clang force_cuda_host_device begin
#endif
#include "gpu/kernels/arguments.h"
#include "kernels/head/mask.h"
#include "kernels/image/place.h"
#include "kernels/simd/scalar.h"
#ifdef __CUDA__
#pragma clang force_cuda_host_device end
#endif

#include "gpu/kernels/boxes.cu"
#include "gpu/kernels/letterbox.cu"
#include "gpu/kernels/mask.cu"
