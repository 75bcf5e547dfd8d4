/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The products of Winograd's way for tiles of PK_MR x (PK_NV vectors). Needs a vocabulary of simd/, PK_ISA, PK_T (of input and weights), PK_TILE
 * (14x32), PK_MR, PK_NV, PK_EACH_MR(X): X(1) ... X(PK_MR), and a multiply-add of PK_TERMS inputs at a time, which lie together, with as many weights
 * of each column:
 *
 *     winograd_add_<PK_T>(sum, x, weights)
 *
 * Undefines what concerns the tile, so that an ISA's file may include it again. Rows of the input lie a vector apart: every address is the chunk's
 * and a constant.
 */
#define PK_NR      (PK_NV * VF32_LANES)
#define PK_AHEAD   4096 /* bytes of weights: they come from far away, once for each block */
#define PK_ELEMENT PK_JOIN(pk_, PK_T)
#define PK_ADD     PK_JOIN(winograd_add_, PK_T)
#define PK_OWN(x)  PK_JOIN(winograd_, PK_JOIN(x, PK_JOIN(_, PK_TILE)))

PK_INLINE void PK_OWN(product)(const pk_winograd_product_args *args, const size_t rows)
{
    vf32 sum[PK_MR][PK_NV];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            sum[r][v] = vf32_set1(0.0f);
    }
    const PK_ELEMENT *weights = args->weights, *input = args->input;
    const size_t gap = args->chunk_step - VF32_LANES;
    for (size_t c = 0; c < args->chunks; c++, input += gap)
        for (size_t d = 0; d < VF32_LANES; d += PK_TERMS, input += PK_TERMS, weights += PK_TERMS * PK_NR) {
            for (size_t i = 0; i < PK_TERMS * PK_NR * sizeof *weights; i += PK_CACHE_LINE)
                __builtin_prefetch((const char *)weights + PK_AHEAD + i);
            PK_UNROLL
            for (size_t r = 0; r < rows; r++) {
                PK_UNROLL
                for (size_t v = 0; v < PK_NV; v++)
                    sum[r][v] = PK_ADD(sum[r][v], input + r * VF32_LANES, weights + v * PK_TERMS * VF32_LANES);
            }
        }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            vf32_store(args->output + r * args->output_step + v * VF32_LANES, sum[r][v]);
    }
}

void PK_JOIN(PK_JOIN(pk_winograd_product_, PK_T), PK_JOIN(_, PK_JOIN(PK_TILE, PK_JOIN(_, PK_ISA))))(const pk_winograd_product_args *args)
{
    switch (args->rows) {
#define PK_PRODUCT_CASE(n)        \
    case n:                       \
        PK_OWN(product)(args, n); \
        break;
        PK_EACH_MR(PK_PRODUCT_CASE)
#undef PK_PRODUCT_CASE
    default:
        break;
    }
}

#undef PK_OWN
#undef PK_ADD
#undef PK_ELEMENT
#undef PK_AHEAD
#undef PK_NR
#undef PK_TILE
#undef PK_MR
#undef PK_NV
#undef PK_EACH_MR
