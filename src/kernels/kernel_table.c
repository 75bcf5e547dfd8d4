/* SPDX-License-Identifier: Apache-2.0 */
/* The one list of implementations: best first within an operator, generic last and always there. */
#include "kernels/kernel_rows.h"

#include <string.h>

static bool any(const pk_implementation *implementation, const pk_problem *problem)
{
    return pk_nhwc_accepts(implementation, problem);
}

/* clang-format off */
/* Panels of 32 channels where they leave no more idle than panels of 16 would, and so on: spare. */
#define TILE(from, to, set, bits, tile, mr_, nr_, spare_, suffix)                                                          \
    {.name = "conv_" suffix "_" #set "_" #tile, .op = PK_CONV, .isa = bits,                                                \
     .types = {PK_TYPE_##from, PK_TYPE_##from, PK_F32, PK_TYPE_##to},                                                      \
     .variant = &(const pk_tile){.mr = mr_, .nr = nr_, .spare = spare_, .run = pk_conv_##from##_##to##_##tile##_##set},    \
     .accepts = pk_tiles_accepts, .plan = pk_tiles_plan, .pack = pk_tiles_pack, .run = pk_tiles_run}
#define TILES(set, bits, tile, mr, nr, spare)                    \
    TILE(f32, f32, set, bits, tile, mr, nr, spare, "f32"),       \
    TILE(f32, f16, set, bits, tile, mr, nr, spare, "f32_f16"),   \
    TILE(f32, bf16, set, bits, tile, mr, nr, spare, "f32_bf16")
#define TILES_OF(half, set, bits, tile, mr, nr)                  \
    TILE(half, half, set, bits, tile, mr, nr, 0, #half),         \
    TILE(half, f32, set, bits, tile, mr, nr, 0, #half "_f32")
#define TILES_HALF(set, bits, tile, mr, nr)                      \
    TILES_OF(f16, set, bits, tile, mr, nr),                      \
    TILES_OF(bf16, set, bits, tile, mr, nr)
/* Products come several at a time: group. */
#define DOT_FIELDS(from, weights_, sum_, to, set, bits, tile, mr_, nr_, spare_, group_, less)                               \
     .name = "conv_" #from "_" #to "_" #set "_" #tile, .op = PK_CONV, .isa = bits,                                          \
     .types = {PK_TYPE_##from, weights_, sum_, PK_TYPE_##to},                                                               \
     .variant = &(const pk_tile){.mr = mr_, .nr = nr_, .spare = spare_, .group = group_, .bytes_less = less,                \
                                 .run = pk_conv_##from##_##to##_##tile##_##set},                                            \
     .accepts = pk_tiles_accepts, .plan = pk_tiles_plan, .pack = pk_tiles_pack, .run = pk_tiles_run
#define DOT(from, weights, sum, to, set, bits, tile, mr, nr, spare, group, less)                                            \
    {DOT_FIELDS(from, weights, sum, to, set, bits, tile, mr, nr, spare, group, less)}
/* Where tile registers win over dot products, a measurement must say. */
#define AMX(from, weights, sum, to, bits, group)                                                                            \
    {DOT_FIELDS(from, weights, sum, to, amx, PK_AVX512 | PK_AMX | (bits), 32x32, 32, 32, 16, group, 0),                     \
     .is_tuned_only = true, .leave = pk_amx_leave}
#define DOTS_INTEGER(set, bits, tile, mr, nr, spare, group, less)              \
    DOT(u8s8, PK_S8, PK_S32, u8, set, bits, tile, mr, nr, spare, group, less), \
    DOT(u8s8, PK_S8, PK_S32, f32, set, bits, tile, mr, nr, spare, group, less)
#define DOTS_HALF(set, bits, tile, mr, nr, spare, group)                       \
    DOT(bf16, PK_BF16, PK_F32, bf16, set, bits, tile, mr, nr, spare, group, 0), \
    DOT(bf16, PK_BF16, PK_F32, f32, set, bits, tile, mr, nr, spare, group, 0)
#define DOTS_U8S8(set, bits, tile, mr, nr, spare)    DOTS_INTEGER(set, bits, tile, mr, nr, spare, 4, 0)
#define SIGNED_U8S8(set, bits, tile, mr, nr)         DOTS_INTEGER(set, bits, tile, mr, nr, 0, 4, PK_SIGNED_BYTES)
#define MATRICES_U8S8(set, bits, tile, mr, nr)       DOTS_INTEGER(set, bits, tile, mr, nr, 0, 8, 0)
#define DOTS_BF16(set, bits, tile, mr, nr, spare)    DOTS_HALF(set, bits, tile, mr, nr, spare, 2)
#define MATRICES_BF16(set, bits, tile, mr, nr)       DOTS_HALF(set, bits, tile, mr, nr, 0, 4)
#define WINOGRAD(type, set, bits, form_, word, tile, mr_, nr_, lanes_, terms_)                                             \
    {.name = "conv_" #type "_" #set "_" word "_" #tile, .op = PK_CONV, .isa = bits,                                        \
     .types = {PK_TYPE_##type, PK_TYPE_##type, PK_F32, PK_TYPE_##type},                                                    \
     .variant = &(const pk_winograd){.form = &pk_winograd_##form_, .mr = mr_, .nr = nr_, .lanes = lanes_, .terms = terms_, \
                                     .input = pk_winograd_##form_##_input_##type##_##set,                                  \
                                     .product = pk_winograd_product_##type##_##tile##_##set,                               \
                                     .output = pk_winograd_##form_##_output_##type##_##set},                               \
     .is_tuned_only = true, .accepts = pk_winograd_accepts, .plan = pk_winograd_plan, .pack = pk_winograd_pack,            \
     .run = pk_winograd_run}
#define WINOGRADS(type, set, bits, tile, mr, nr, lanes, terms)                                                             \
    WINOGRAD(type, set, bits, s1, "winograd", tile, mr, nr, lanes, terms),                                                 \
    WINOGRAD(type, set, bits, s2, "winograd_s2", tile, mr, nr, lanes, terms)
/* Straight from a picture's bytes. How: what is multiplied, which for halves is not what the problem says. */
#define STEM(how, weights_, sum_, to, set, bits, mr_, nr_, terms_, pixel_, type_, tuned)                                   \
    {.name = "conv_rgb_" #how "_" #to "_" #set, .op = PK_CONV, .isa = bits,                                                \
     .types = {PK_U8, weights_, sum_, PK_TYPE_##to},                                                                       \
     .variant = &(const pk_stem){.mr = mr_, .nr = nr_, .terms = terms_, .pixel = pixel_, .type = type_,                    \
                                 .fill = pk_stem_fill_##how##_##set, .run = pk_stem_##how##_##to##_##set},                 \
     .is_tuned_only = tuned, .accepts = pk_stem_accepts, .plan = pk_stem_plan, .pack = pk_stem_pack, .run = pk_stem_run}
#define STEM_F32(to, set, bits, mr, nr) STEM(f32, PK_F32, PK_F32, to, set, bits, mr, nr, 1, 3, PK_F32, false)
#define PIXEL(type, set, bits, op_, word, micro, depthwise)                                                                \
    {.name = word "_" #type "_" #set, .op = op_, .isa = bits,                                                              \
     .types = {PK_TYPE_##type, PK_TYPE_##type, PK_F32, PK_TYPE_##type},                                                    \
     .variant = &(const pk_pixel){.run = pk_##micro##_##type##_##set, .is_depthwise = depthwise},                          \
     .accepts = pk_pixels_accepts, .plan = pk_pixels_plan, .pack = pk_pixels_pack, .run = pk_pixels_run}
#define PLAIN(type, set, bits, op_, word, accepts_, plan_, pack_)                                                          \
    {.name = #word "_" #type "_" #set, .op = op_, .isa = bits,                                                             \
     .types = {PK_TYPE_##type, PK_NO_TYPE, PK_NO_TYPE, PK_TYPE_##type},                                                    \
     .accepts = accepts_, .plan = plan_, .pack = pack_, .run = pk_##word##_##type##_##set}
#define POOL(op_, word, begin, fold, end, type, set, bits)                                                                 \
    {.name = #word "_" #type "_" #set, .op = PK_##op_, .isa = bits,                                                        \
     .types = {PK_TYPE_##type, PK_NO_TYPE, PK_NO_TYPE, PK_TYPE_##type},                                                    \
     .accepts = any, .plan = pk_pool_plan, .run = pk_pool_##type##_##set},
#define REORDER(from, to, set, bits)                                                                                       \
    {.name = "reorder_" #from "_" #to "_" #set, .op = PK_REORDER, .isa = bits,                                             \
     .types = {PK_TYPE_##from, PK_NO_TYPE, PK_NO_TYPE, PK_TYPE_##to},                                                      \
     .accepts = pk_reorder_accepts, .plan = pk_reorder_plan, .pack = pk_reorder_pack, .run = pk_reorder_##from##_##to##_##set}
#define TYPED(type, set, bits)                                                                                             \
    PIXEL(type, set, bits, PK_DECONV, "dwdeconv", depthwise_pixel, true),                                                  \
    PIXEL(type, set, bits, PK_DECONV, "deconv", pixel, false),                                                             \
    PLAIN(type, set, bits, PK_ELTWISE, eltwise, pk_eltwise_accepts, pk_eltwise_plan, pk_eltwise_pack),                     \
    PK_POOL_MAP(POOL, type, set, bits)                                                                                     \
    PLAIN(type, set, bits, PK_UPSAMPLE, upsample, any, pk_plan_rows, NULL),                                                \
    PLAIN(type, set, bits, PK_PAD, pad, any, pk_plan_rows, NULL),                                                          \
    PLAIN(type, set, bits, PK_GLOBALPOOL, globalpool, any, pk_globalpool_plan, NULL),                                      \
    PLAIN(type, set, bits, PK_SHUFFLE, shuffle, any, pk_plan_rows, NULL),                                                  \
    PLAIN(type, set, bits, PK_ATTENTION, attention, any, pk_attention_plan, NULL)
#define DEPTHWISE(set, bits)                                                                                               \
    PIXEL(f32, set, bits, PK_CONV, "dwconv", depthwise_pixel, true),                                                       \
    PIXEL(f16, set, bits, PK_CONV, "dwconv", depthwise_pixel, true),                                                       \
    PIXEL(bf16, set, bits, PK_CONV, "dwconv", depthwise_pixel, true)
#define HALF(half, set, bits)                                                                                              \
    TYPED(half, set, bits),                                                                                                \
    REORDER(f32, half, set, bits),                                                                                         \
    REORDER(half, f32, set, bits),                                                                                         \
    REORDER(half, half, set, bits)
#define OTHERS(set, bits)                                                                                                  \
    TYPED(f32, set, bits),                                                                                                 \
    HALF(f16, set, bits),                                                                                                  \
    HALF(bf16, set, bits),                                                                                                 \
    {.name = "reorder_rgb_f32_" #set, .op = PK_REORDER, .isa = bits, .types = {PK_F32, PK_NO_TYPE, PK_NO_TYPE, PK_F32},    \
     .accepts = pk_reorder_rgb_accepts, .plan = pk_reorder_plan, .pack = pk_reorder_pack, .run = pk_reorder_rgb_f32_##set},\
    {.name = "reorder_u8_f32_" #set, .op = PK_REORDER, .isa = bits, .types = {PK_U8, PK_NO_TYPE, PK_NO_TYPE, PK_F32},      \
     .accepts = pk_reorder_u8_accepts, .plan = pk_reorder_plan, .pack = pk_reorder_pack, .run = pk_reorder_u8_f32_##set},  \
    REORDER(f32, f32, set, bits),                                                                                          \
    {.name = "reorder_q8_f32_" #set, .op = PK_REORDER, .isa = bits, .types = {PK_U8, PK_NO_TYPE, PK_NO_TYPE, PK_F32},      \
     .accepts = pk_bytes_reorder_accepts, .plan = pk_reorder_plan, .run = pk_reorder_q8_f32_##set},                        \
    {.name = "reorder_f32_q8_" #set, .op = PK_REORDER, .isa = bits, .types = {PK_F32, PK_NO_TYPE, PK_NO_TYPE, PK_U8},      \
     .accepts = pk_bytes_reorder_accepts, .plan = pk_reorder_plan, .run = pk_reorder_f32_q8_##set},                        \
    {.name = "reorder_q8_q8_" #set, .op = PK_REORDER, .isa = bits, .types = {PK_U8, PK_NO_TYPE, PK_NO_TYPE, PK_U8},        \
     .accepts = pk_bytes_reorder_accepts, .plan = pk_reorder_plan, .run = pk_reorder_q8_q8_##set},                         \
    PLAIN(u8, set, bits, PK_MAXPOOL, maxpool, pk_bytes_move_accepts, pk_pool_plan, NULL),                                  \
    PLAIN(u8, set, bits, PK_UPSAMPLE, upsample, pk_bytes_move_accepts, pk_plan_rows, NULL),                                \
    PLAIN(u8, set, bits, PK_SHUFFLE, shuffle, pk_bytes_move_accepts, pk_plan_rows, NULL),                                  \
    PLAIN(f32, set, bits, PK_DECODE, decode, pk_head_accepts, pk_decode_plan, NULL),                                       \
    PLAIN(f32, set, bits, PK_CANDIDATES, candidates, pk_head_accepts, pk_candidates_plan, NULL),                           \
    PLAIN(u8, set, bits, PK_LETTERBOX, letterbox, pk_letterbox_accepts, pk_letterbox_plan, pk_letterbox_pack)

#define PK_TYPE_f32  PK_F32
#define PK_TYPE_f16  PK_F16
#define PK_TYPE_bf16 PK_BF16
#define PK_TYPE_u8   PK_U8
#define PK_TYPE_u8s8 PK_U8

const pk_implementation pk_implementations[] = {
#if defined(__x86_64__)
    DEPTHWISE(avx512, PK_AVX512),
    DEPTHWISE(avx2, PK_AVX2),
    DEPTHWISE(sse41, PK_SSE41),
#elif defined(__aarch64__)
    DEPTHWISE(neon, PK_NEON),
#endif
    DEPTHWISE(generic, PK_GENERIC),
#if defined(__x86_64__)
    STEM(u8s8, PK_S8, PK_S32, u8, avx512vnni, PK_AVX512 | PK_AVX512VNNI, 28, 16, 4, 4, PK_S8, false),
    STEM(bf16, PK_F32, PK_F32, bf16, avx512bf16, PK_AVX512 | PK_AVX512BF16, 28, 16, 2, 3, PK_BF16, true),
    STEM_F32(f32, avx512, PK_AVX512, 28, 16),
    STEM_F32(f16, avx512, PK_AVX512, 28, 16),
    STEM_F32(bf16, avx512, PK_AVX512, 28, 16),
    STEM_F32(f32, avx2, PK_AVX2, 12, 8),
    STEM_F32(f16, avx2, PK_AVX2, 12, 8),
    STEM_F32(bf16, avx2, PK_AVX2, 12, 8),
    AMX(u8s8, PK_S8, PK_S32, u8, PK_AVX512VNNI, 4),
    AMX(u8s8, PK_S8, PK_S32, f32, PK_AVX512VNNI, 4),
    AMX(bf16, PK_BF16, PK_F32, bf16, PK_AVX512BF16, 2),
    AMX(bf16, PK_BF16, PK_F32, f32, PK_AVX512BF16, 2),
    DOTS_U8S8(avx512vnni, PK_AVX512 | PK_AVX512VNNI, 14x32, 14, 32, 16),
    DOTS_U8S8(avx512vnni, PK_AVX512 | PK_AVX512VNNI, 28x16, 28, 16, 0),
    DOTS_BF16(avx512bf16, PK_AVX512 | PK_AVX512BF16, 14x32, 14, 32, 16),
    DOTS_BF16(avx512bf16, PK_AVX512 | PK_AVX512BF16, 28x16, 28, 16, 0),
    DOTS_U8S8(avxvnni, PK_AVX2 | PK_AVXVNNI, 6x16, 6, 16, 0),
    DOTS_U8S8(avx2, PK_AVX2, 3x16, 3, 16, 0),
    TILES(avx512, PK_AVX512, 14x32, 14, 32, 16),
    TILES(avx512, PK_AVX512, 9x48, 9, 48, 32),
    TILES(avx512, PK_AVX512, 28x16, 28, 16, 0),
    TILES_HALF(avx512, PK_AVX512, 14x32, 14, 32),
    TILES(avx2, PK_AVX2, 6x16, 6, 16, 8),
    TILES(avx2, PK_AVX2, 12x8, 12, 8, 0),
    TILES_HALF(avx2, PK_AVX2, 6x16, 6, 16),
    TILES(sse41, PK_SSE41, 4x8, 4, 8, 0),
    TILES_HALF(sse41, PK_SSE41, 4x8, 4, 8),
    WINOGRADS(bf16, avx512bf16, PK_AVX512 | PK_AVX512BF16, 14x32, 14, 32, 16, 2),
    WINOGRADS(bf16, avx512bf16, PK_AVX512 | PK_AVX512BF16, 28x16, 28, 16, 16, 2),
    WINOGRADS(f32, avx512, PK_AVX512, 14x32, 14, 32, 16, 1),
    WINOGRADS(f32, avx512, PK_AVX512, 28x16, 28, 16, 16, 1),
    WINOGRADS(f32, avx2, PK_AVX2, 6x16, 6, 16, 8, 1),
    WINOGRADS(f32, sse41, PK_SSE41, 4x8, 4, 8, 4, 1),
    OTHERS(avx512, PK_AVX512),
    OTHERS(avx2, PK_AVX2),
    OTHERS(sse41, PK_SSE41),
#elif defined(__aarch64__)
    MATRICES_U8S8(i8mm, PK_NEON | PK_I8MM, 6x16, 6, 16),
    SIGNED_U8S8(dotprod, PK_NEON | PK_DOTPROD, 6x16, 6, 16),
    MATRICES_BF16(neonbf16, PK_NEON | PK_NEONBF16, 6x16, 6, 16),
    TILES_OF(f16, neonfhm, PK_NEON | PK_NEONFHM, 6x16, 6, 16),
    TILES(neon, PK_NEON, 6x16, 6, 16, 8),
    TILES(neon, PK_NEON, 12x8, 12, 8, 0),
    TILES_HALF(neon, PK_NEON, 6x16, 6, 16),
    WINOGRADS(f32, neon, PK_NEON, 6x16, 6, 16, 4, 1),
    OTHERS(neon, PK_NEON),
#endif
    TILES(generic, PK_GENERIC, 4x16, 4, 16, 0),
    TILES_HALF(generic, PK_GENERIC, 4x16, 4, 16),
    WINOGRADS(f32, generic, PK_GENERIC, 4x16, 4, 16, 1, 1),
    DOTS_U8S8(generic, PK_GENERIC, 4x16, 4, 16, 0),
    OTHERS(generic, PK_GENERIC),
};
/* clang-format on */

const size_t pk_implementation_count = sizeof pk_implementations / sizeof pk_implementations[0];

static bool are_types(const pk_types *types, const pk_problem *problem)
{
    /* What is added at the end is of the destination's type. */
    for (size_t i = 0; i < problem->source_count; i++)
        if (problem->source[i].type !=
            (problem->op == PK_CONV && i > 0 ? types->destination : types->source))
            return false;
    return types->destination == problem->destination.type && types->weights == problem->weights;
}

bool pk_fits(const pk_implementation *implementation, uint32_t isa, const pk_problem *problem)
{
    return implementation->op == problem->op && (implementation->isa & ~isa) == 0 &&
           are_types(&implementation->types, problem) &&
           implementation->accepts(implementation, problem);
}

const pk_implementation *pk_select(uint32_t isa, const pk_problem *problem)
{
    for (size_t i = 0; i < pk_implementation_count; i++)
        if (!pk_implementations[i].is_tuned_only && pk_fits(&pk_implementations[i], isa, problem))
            return &pk_implementations[i];
    return NULL;
}

const pk_implementation *pk_find(const char *name, uint32_t isa, const pk_problem *problem)
{
    for (size_t i = 0; i < pk_implementation_count; i++)
        if (strcmp(pk_implementations[i].name, name) == 0)
            return pk_fits(&pk_implementations[i], isa, problem) ? &pk_implementations[i] : NULL;
    return NULL;
}

void pk_run_all(const pk_call *call, void *scratch)
{
    if (call->implementation->enter != NULL)
        call->implementation->enter();
    for (size_t phase = 0; phase < call->needs->phases; phase++)
        for (size_t item = 0; item < call->needs->items[phase]; item++)
            call->implementation->run(call, phase, item, scratch);
    if (call->implementation->leave != NULL)
        call->implementation->leave();
}
