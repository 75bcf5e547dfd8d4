/* SPDX-License-Identifier: Apache-2.0 */
/* The one list of kernels: best first within an operation, generic last and always there. */
#include "kernels/kernel_rows.h"

#include <string.h>

static bool any(const pk_problem *problem)
{
    (void)problem;
    return true;
}

#if defined(__x86_64__)
/* Panels of 32 channels leave no more of them idle than panels of 16 would. */
static bool wide(const pk_problem *problem)
{
    return (problem->out_channels - 1) % 32 >= 16;
}

static bool over_8(const pk_problem *problem)
{
    return (problem->out_channels - 1) % 16 >= 8;
}
#endif

static bool depthwise(const pk_problem *problem)
{
    return problem->groups > 1 && problem->in_channels == 1 && problem->out_channels == 1;
}

/* clang-format off */
#define PK_CONV(tile, isa, bits, accepts, mr, nr) \
    {"conv_f32_" #isa "_" #tile, PK_CONV_F32, bits, accepts, mr, nr, {.conv = pk_conv_f32_##tile##_##isa}}
#define PK_OTHER(op, OP, member, isa, bits, accepts) \
    {#op "_" #isa, OP, bits, accepts, 0, 0, {.member = pk_##op##_##isa}}
#define PK_OTHERS(isa, bits)                                                    \
    PK_OTHER(dwconv_f32, PK_DWCONV_F32, dwconv, isa, bits, depthwise),          \
    PK_OTHER(eltwise_f32, PK_ELTWISE_F32, eltwise, isa, bits, any),             \
    PK_OTHER(maxpool_f32, PK_MAXPOOL_F32, maxpool, isa, bits, any),             \
    PK_OTHER(upsample_f32, PK_UPSAMPLE_F32, upsample, isa, bits, any),          \
    PK_OTHER(input_f32, PK_INPUT_F32, input, isa, bits, any),                   \
    PK_OTHER(input_u8, PK_INPUT_U8, input, isa, bits, any),                     \
    PK_OTHER(decode_f32, PK_DECODE_F32, decode, isa, bits, any),                \
    PK_OTHER(candidates_f32, PK_CANDIDATES_F32, candidates, isa, bits, any),    \
    PK_OTHER(globalpool_f32, PK_GLOBALPOOL_F32, globalpool, isa, bits, any),    \
    PK_OTHER(shuffle_f32, PK_SHUFFLE_F32, shuffle, isa, bits, any),             \
    PK_OTHER(deconv_f32, PK_DECONV_F32, deconv, isa, bits, any),                \
    PK_OTHER(attention_f32, PK_ATTENTION_F32, attention, isa, bits, any)

const pk_row pk_rows[] = {
#if defined(__x86_64__)
    PK_CONV(14x32, avx512, PW_ISA_AVX512, wide, 14, 32),
    PK_CONV(28x16, avx512, PW_ISA_AVX512, any, 28, 16),
    PK_CONV(6x16, avx2, PW_ISA_AVX2, over_8, 6, 16),
    PK_CONV(12x8, avx2, PW_ISA_AVX2, any, 12, 8),
    PK_CONV(4x8, sse41, PW_ISA_SSE41, any, 4, 8),
    PK_OTHERS(avx512, PW_ISA_AVX512),
    PK_OTHERS(avx2, PW_ISA_AVX2),
    PK_OTHERS(sse41, PW_ISA_SSE41),
#endif
    PK_CONV(4x16, generic, PW_ISA_GENERIC, any, 4, 16),
    PK_OTHERS(generic, PW_ISA_GENERIC),
};
/* clang-format on */

const size_t pk_row_count = sizeof pk_rows / sizeof pk_rows[0];

static bool fits(const pk_row *row, pk_op op, uint32_t isa, const pk_problem *problem)
{
    return row->op == op && (row->isa & ~isa) == 0 && (problem == NULL || row->accepts(problem));
}

const pk_row *pk_row_select(pk_op op, uint32_t isa, const pk_problem *problem)
{
    for (size_t i = 0; i < pk_row_count; i++)
        if (fits(&pk_rows[i], op, isa, problem))
            return &pk_rows[i];
    return NULL;
}

const pk_row *pk_row_find(pk_op op, const char *name, uint32_t isa, const pk_problem *problem)
{
    for (size_t i = 0; i < pk_row_count; i++)
        if (fits(&pk_rows[i], op, isa, problem) && strcmp(pk_rows[i].name, name) == 0)
            return &pk_rows[i];
    return NULL;
}
