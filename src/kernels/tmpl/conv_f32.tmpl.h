/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv_f32: a tile of PK_MR x (PK_NV vectors). Needs a simd_*.h, PK_NAME(op), PK_TILE (the kernel's
 * name), PK_MR, PK_NV, PK_DEPTH (inputs at a time), and PK_EACH_MR(X): X(1) ... X(PK_MR). Undefines
 * what concerns the tile, so that an ISA's file may include it again.
 *
 * Sums stay in registers: a tile of every height is compiled on its own. They pass through a small
 * array to the epilogue, which then is a loop and not PK_MR * PK_NV copies of itself for each
 * activation.
 */
#define PK_NR          (PK_NV * VF32_LANES)
#define PK_SUMS        PK_NAME(PK_TILE)
#define PK_JOIN_(a, b) a##b
#define PK_JOIN(a, b)  PK_JOIN_(a, b)

/* Adds count (a constant) inputs of each row times their weights. Several at a time, for the rows'
 * addresses are many and live in memory. */
PK_INLINE void PK_JOIN(PK_SUMS, _add)(const float *x, size_t step, const float *weights,
                                      vf32 sum[PK_MR][PK_NV], const size_t rows, const size_t count)
{
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t d = 0; d < count; d++) {
            const vf32 a = vf32_set1(x[r * step + d]);
            PK_UNROLL
            for (size_t v = 0; v < PK_NV; v++)
                sum[r][v] = vf32_fma(a, vf32_load(weights + d * PK_NR + v * VF32_LANES), sum[r][v]);
        }
    }
}

PK_INLINE void PK_JOIN(PK_SUMS, _sum)(const pk_conv_f32_args *args, float *sums, const size_t rows)
{
    vf32 sum[PK_MR][PK_NV];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            sum[r][v] = vf32_load(args->bias + v * VF32_LANES);
    }
    const float *weights = args->weights;
    const size_t depth = args->depth;
    const size_t step = args->step;
    for (size_t t = 0; t < args->tap_count; t++) {
        const float *x = args->taps[t];
        size_t d = 0;
        for (; d + PK_DEPTH <= depth; d += PK_DEPTH, weights += PK_DEPTH * PK_NR)
            PK_JOIN(PK_SUMS, _add)(x + d, step, weights, sum, rows, PK_DEPTH);
        for (; d < depth; d++, weights += PK_NR)
            PK_JOIN(PK_SUMS, _add)(x + d, step, weights, sum, rows, 1);
    }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            vf32_store(sums + r * PK_NR + v * VF32_LANES, sum[r][v]);
    }
}

/* The sums of one row become outputs; kind is a constant where this is inlined. */
PK_INLINE void PK_JOIN(PK_SUMS, _finish)(const pk_conv_f32_args *args, const float *sums,
                                         const pk_activation kind)
{
    for (size_t r = 0; r < args->rows; r++) {
        float *output = args->output + r * args->output_stride;
        const float *residual =
            args->residual == NULL ? NULL : args->residual + r * args->residual_stride;
        for (size_t v = 0; v < PK_NV && v * VF32_LANES < args->columns; v++) {
            const size_t at = v * VF32_LANES;
            const size_t left = args->columns - at;
            vf32 y = vf32_activate(vf32_load(sums + r * PK_NR + at), kind, args->alpha);
            if (PK_LIKELY(left >= VF32_LANES)) {
                if (residual != NULL)
                    y = vf32_add(y, vf32_load(residual + at));
                vf32_store(output + at, y);
            } else {
                if (residual != NULL)
                    y = vf32_add(y, vf32_load_first(residual + at, left));
                vf32_store_first(output + at, y, left);
            }
        }
    }
}

void PK_NAME(PK_TILE)(const pk_conv_f32_args *args)
{
    float sums[PK_MR * PK_NR] __attribute__((aligned(64)));
    switch (args->rows) {
#define PK_SUM_CASE(n)                         \
    case n:                                    \
        PK_JOIN(PK_SUMS, _sum)(args, sums, n); \
        break;
        PK_EACH_MR(PK_SUM_CASE)
#undef PK_SUM_CASE
    default:
        return;
    }
    if (args->activation == PK_ACT_SILU)
        PK_JOIN(PK_SUMS, _finish)(args, sums, PK_ACT_SILU);
    else
        PK_JOIN(PK_SUMS, _finish)(args, sums, args->activation);
}

#undef PK_NR
#undef PK_SUMS
#undef PK_JOIN_
#undef PK_JOIN
#undef PK_MR
#undef PK_NV
#undef PK_DEPTH
#undef PK_TILE
#undef PK_EACH_MR
