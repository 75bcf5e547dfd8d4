/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of a tile of PK_MR x (PK_NV vectors) by dot products: four bytes of a row's run (four bytes, two halves) are multiplied by those of
 * each column and added at once. Needs a vocabulary of dot products (below), PK_NAME (of the function), PK_DOT_SIZE (bytes of an
 * element), PK_MR, PK_NV and PK_EACH_MR(X).
 * Undefines them, so that an ISA's file may include it again.
 *
 *     vdot, VDOT_LANES             sums, one a column
 *     vdot_words, VDOT_WORDS_SIZE  weights of as many columns, and their bytes
 *     vdot_load(p), vdot_store(p, sums), vdot_words_load(p), vdot_four(p) -> vdot_rows, vdot_add(sums, rows, words)
 *
 * Five rows share an address in a register: the others are one to four steps away, which an instruction can add.
 */
#define PK_NR       (PK_NV * VDOT_LANES)
#define PK_BASES    ((PK_MR + PK_SHARING - 1) / PK_SHARING)
#define PK_SHARING  5
#define PK_OWN(end) PK_JOIN(PK_NAME, end)

PK_INLINE void PK_OWN(_add)(const unsigned char *const x[PK_BASES], size_t step, size_t at, const unsigned char *weights,
                            vdot sum[PK_MR][PK_NV], const size_t rows)
{
    vdot_words w[PK_NV];
    PK_UNROLL
    for (size_t v = 0; v < PK_NV; v++)
        w[v] = vdot_words_load(weights + v * VDOT_WORDS_SIZE);
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        const vdot_rows a = vdot_four(x[r / PK_SHARING] + r % PK_SHARING * step + at);
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            sum[r][v] = vdot_add(sum[r][v], a, w[v]);
    }
}

/* The last one to three bytes of a run: no more may be read. */
PK_INLINE void PK_OWN(_add_last)(const unsigned char *const x[PK_BASES], size_t step, size_t count, const unsigned char *weights,
                                 vdot sum[PK_MR][PK_NV], const size_t rows)
{
    unsigned char last[PK_SHARING * PK_BASES][4] = {{0}};
    const unsigned char *at[PK_BASES];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < count; i++)
            last[r][i] = x[r / PK_SHARING][r % PK_SHARING * step + i];
    PK_UNROLL
    for (size_t b = 0; b < PK_BASES; b++)
        at[b] = last[PK_SHARING * b];
    PK_OWN(_add)(at, 4, 0, weights, sum, rows);
}

/* first: what the columns' sums begin with. */
PK_INLINE void PK_OWN(_sum)(const pk_tile_args *args, const void *first, void *sums, const size_t rows)
{
    const size_t words_size = PK_NV * VDOT_WORDS_SIZE, columns_size = VDOT_LANES * 4;
    const size_t depth = args->depth * PK_DOT_SIZE, step = args->step * PK_DOT_SIZE;
    const unsigned char *weights = args->weights;
    vdot sum[PK_MR][PK_NV];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            sum[r][v] = vdot_load((const unsigned char *)first + v * columns_size);
    }
    for (size_t t = 0; t < args->tap_count; t++) {
        const unsigned char *x[PK_BASES];
        PK_UNROLL
        for (size_t b = 0; b < PK_BASES; b++)
            x[b] = (const unsigned char *)args->taps[t] + (PK_SHARING * b < rows ? PK_SHARING * b * step : 0);
        size_t left = depth;
        for (; left >= 8; left -= 8, weights += 2 * words_size) {
            PK_OWN(_add)(x, step, 0, weights, sum, rows);
            PK_OWN(_add)(x, step, 4, weights + words_size, sum, rows);
            PK_UNROLL
            for (size_t b = 0; b < PK_BASES; b++)
                x[b] += 8;
        }
        if (left >= 4) {
            PK_OWN(_add)(x, step, 0, weights, sum, rows);
            PK_UNROLL
            for (size_t b = 0; b < PK_BASES; b++)
                x[b] += 4;
            left -= 4;
            weights += words_size;
        }
        if (left > 0) {
            PK_OWN(_add_last)(x, step, left, weights, sum, rows);
            weights += words_size;
        }
    }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++) {
        PK_UNROLL
        for (size_t v = 0; v < PK_NV; v++)
            vdot_store((unsigned char *)sums + r * PK_NR * 4 + v * columns_size, sum[r][v]);
    }
}

static void PK_NAME(const pk_tile_args *args, const void *first, void *sums)
{
    switch (args->rows) {
#define PK_SUM_CASE(n)                      \
    case n:                                 \
        PK_OWN(_sum)(args, first, sums, n); \
        break;
        PK_EACH_MR(PK_SUM_CASE)
#undef PK_SUM_CASE
    default:
        break;
    }
}

#undef PK_NR
#undef PK_BASES
#undef PK_SHARING
#undef PK_OWN
#undef PK_NAME
#undef PK_MR
#undef PK_NV
#undef PK_EACH_MR
