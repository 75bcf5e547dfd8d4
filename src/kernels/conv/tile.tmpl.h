/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tile of PK_MR x (PK_NV vectors). Needs a vocabulary of simd/ with activation.h, elements.h and finish.h, PK_ISA, PK_TILE (6x16), PK_MR, PK_NV,
 * PK_DEPTH (inputs at a time), PK_EACH_MR(X): X(1) ... X(PK_MR), and PK_T, the type of input and weights. Makes
 * pk_conv_<PK_T>_<to>_<PK_TILE>_<PK_ISA> for outputs of PK_TO_<PK_T>. Undefines what concerns the tile, so that an ISA's file may include it again.
 *
 * Sums stay in registers: a tile of every height is compiled on its own. They pass through a small array to the epilogue, which then is a loop and
 * not PK_MR * PK_NV copies of itself for each activation.
 */
#define PK_NR       (PK_NV * VF32_LANES)
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)
#define PK_GET      PK_JOIN(vf32_get_, PK_T)
#define PK_OWN(end) PK_JOIN(PK_JOIN(PK_JOIN(tile_, PK_T), PK_JOIN(_, PK_TILE)), end)

/* Adds count (a constant) inputs of each row times their weights. Several at a time, for the rows' addresses are many and live in memory. */
PK_INLINE void PK_OWN(_add)(const float *x, size_t step, const PK_ELEMENT *weights, vf32 sum[PK_MR][PK_NV], const size_t rows, const size_t count)
{
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t d = 0; d < count; d++) {
            const vf32 a = vf32_set1(x[r * step + d]);
            PK_UNROLL
            for (size_t v = 0; v < PK_NV; v++)
                sum[r][v] = vf32_fma(a, PK_GET(weights + d * PK_NR + v * VF32_LANES, VF32_LANES), sum[r][v]);
        }
    }
}

PK_INLINE void PK_OWN(_add_run)(const float *x, size_t step, size_t depth, const PK_ELEMENT *weights, vf32 sum[PK_MR][PK_NV],
                                const size_t rows)
{
    size_t d = 0;
    for (; d + PK_DEPTH <= depth; d += PK_DEPTH, weights += PK_DEPTH * PK_NR)
        PK_OWN(_add)(x + d, step, weights, sum, rows, PK_DEPTH);
    for (; d < depth; d++, weights += PK_NR)
        PK_OWN(_add)(x + d, step, weights, sum, rows, 1);
}

/* Halves become floats a vector of each row at a time, not one by one: a float in memory is spread over a register for nothing. */
PK_INLINE void PK_OWN(_add_widened)(const PK_ELEMENT *x, size_t step, size_t depth, const PK_ELEMENT *weights, vf32 sum[PK_MR][PK_NV],
                                    const size_t rows)
{
    for (size_t d = 0; d < depth; d += VF32_LANES) {
        float wide[PK_MR * VF32_LANES] __attribute__((aligned(64)));
        const size_t count = vf32_count(d, depth);
        PK_UNROLL
        for (size_t r = 0; r < rows; r++)
            vf32_store(wide + r * VF32_LANES, PK_GET(x + r * step + d, count));
        PK_OWN(_add_run)(wide, VF32_LANES, count, weights + d * PK_NR, sum, rows);
    }
}

PK_INLINE void PK_OWN(_sum)(const pk_tile_args *args, float *sums, const size_t rows)
{
    vf32 sum[PK_MR][PK_NV];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            sum[r][v] = vf32_load(args->bias + v * VF32_LANES);
    }
    const PK_ELEMENT *weights = args->weights;
    const size_t depth = args->depth;
    for (size_t t = 0; t < args->tap_count; t++, weights += depth * PK_NR) {
        if (sizeof(PK_ELEMENT) == sizeof(float))
            PK_OWN(_add_run)(args->taps[t], args->step, depth, weights, sum, rows);
        else
            PK_OWN(_add_widened)(args->taps[t], args->step, depth, weights, sum, rows);
    }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            vf32_store(sums + r * PK_NR + v * VF32_LANES, sum[r][v]);
    }
}

static void PK_OWN(_sums)(const pk_tile_args *args, float *sums)
{
    switch (args->rows) {
#define PK_SUM_CASE(n)              \
    case n:                         \
        PK_OWN(_sum)(args, sums, n); \
        break;
        PK_EACH_MR(PK_SUM_CASE)
#undef PK_SUM_CASE
    default:
        break;
    }
}

#define PK_TILE_TO(to)                                                                                                       \
    void PK_JOIN(PK_JOIN(PK_JOIN(pk_conv_, PK_T), PK_JOIN(_##to##_, PK_TILE)), PK_JOIN(_, PK_ISA))(const pk_tile_args *args) \
    {                                                                                                                        \
        float sums[PK_MR * PK_NR] __attribute__((aligned(64)));                                                              \
        PK_OWN(_sums)(args, sums);                                                                                           \
        finish_##to(args, sums, PK_NR);                                                                                      \
    }

PK_JOIN(PK_TO_, PK_T)(PK_TILE_TO)

#undef PK_TILE_TO
#undef PK_NR
#undef PK_ELEMENT
#undef PK_GET
#undef PK_OWN
#undef PK_T
