/* SPDX-License-Identifier: Apache-2.0 */
/* Tiles in AMX: matrices of bytes and of halves, of processors that have AVX512-VNNI and -BF16 too.
 * A thread's registers are given back behind an item: what is in use is saved at each change of
 * threads, 8 KB of it. */
#include "kernels/kernel_rows.h"
#include "kernels/simd/amx.h"
#include "kernels/simd/avx512.h"

#include "kernels/simd/activation.h"
#include "kernels/simd/elements.h"

#include "kernels/conv/bytes_avx512.h"
#include "kernels/conv/finish.h"

#define PK_NAME     sums_u8s8
#define PK_DOT_SIZE 1
#define PK_AMX_ADD  amx_add_u8s8
#include "kernels/conv/amx.tmpl.h"

#define PK_NAME     sums_bf16
#define PK_DOT_SIZE 2
#define PK_AMX_ADD  amx_add_bf16
#include "kernels/conv/amx.tmpl.h"

#define MR 32
#define NR 32

void pk_amx_leave(void)
{
    amx_release();
}

void pk_conv_u8s8_u8_32x32_amx(const pk_tile_args *args)
{
    int32_t sums[MR * NR] __attribute__((aligned(64)));
    sums_u8s8(args, args->begins, sums);
    if (args->residual != NULL)
        bytes_32(args, sums, true);
    else
        bytes_32(args, sums, false);
}

void pk_conv_u8s8_f32_32x32_amx(const pk_tile_args *args)
{
    float sums[MR * NR] __attribute__((aligned(64))); /* first integers: one array */
    sums_u8s8(args, args->begins, sums);
    finish_scale(args, sums, sums, NR);
    finish_f32(args, sums, NR);
}

#define TILE_BF16(to)                                            \
    void pk_conv_bf16_##to##_32x32_amx(const pk_tile_args *args) \
    {                                                            \
        float sums[MR * NR] __attribute__((aligned(64)));        \
        sums_bf16(args, args->bias, sums);                       \
        finish_##to(args, sums, NR);                             \
    }

TILE_BF16(f32)
TILE_BF16(bf16)
