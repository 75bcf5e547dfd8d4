/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of a tile of 6 x 16 by products of matrices: eight bytes of two rows' runs (eight bytes, four halves) by those of two columns make four
 * sums at once. Needs PK_NAME (of the function), PK_DOT_SIZE (bytes of an element) and a vocabulary:
 *
 *     vmat                  four sums: first row's two columns, second row's
 *     vmat_words            eight bytes twice: of two rows, of two columns
 *     vmat_load(p) -> vmat  of two columns, for both rows; vmat_low(sums), vmat_high(sums) -> uint8x8_t: a row's
 *     vmat_words_of(uint8x16_t), vmat_add(sums, rows, columns)
 */
#define PK_PAIRS   3 /* of rows */
#define PK_COLUMNS 8 /* pairs of them */
#define PK_OWN(end) PK_JOIN(PK_NAME, end)

/* x: the run of each row. */
PK_INLINE void PK_OWN(_add)(const unsigned char *const x[2 * PK_PAIRS], size_t at, const unsigned char *weights, vmat sum[PK_PAIRS][PK_COLUMNS],
                            const size_t pairs)
{
    vmat_words rows[PK_PAIRS];
    PK_UNROLL
    for (size_t p = 0; p < pairs; p++)
        rows[p] = vmat_words_of(vcombine_u8(vld1_u8(x[2 * p] + at), vld1_u8(x[2 * p + 1] + at)));
    PK_UNROLL
    for (size_t c = 0; c < PK_COLUMNS; c++) {
        const vmat_words columns = vmat_words_of(vld1q_u8(weights + 16 * c));
        PK_UNROLL
        for (size_t p = 0; p < pairs; p++)
            sum[p][c] = vmat_add(sum[p][c], rows[p], columns);
    }
}

/* The last one to seven bytes of a run: no more may be read. */
PK_INLINE void PK_OWN(_add_last)(const unsigned char *const x[2 * PK_PAIRS], size_t at, size_t count, const unsigned char *weights,
                                 vmat sum[PK_PAIRS][PK_COLUMNS], const size_t pairs)
{
    unsigned char last[2 * PK_PAIRS][8] = {{0}};
    const unsigned char *rows[2 * PK_PAIRS];
    PK_UNROLL
    for (size_t r = 0; r < 2 * PK_PAIRS; r++) {
        rows[r] = last[r];
        for (size_t i = 0; i < count && r < 2 * pairs; i++)
            last[r][i] = x[r][at + i];
    }
    PK_OWN(_add)(rows, 0, weights, sum, pairs);
}

/* first: what the columns' sums begin with. The last row stands for one that a tile of an odd number of rows lacks. */
PK_INLINE void PK_OWN(_sum)(const pk_tile_args *args, const void *first, void *sums, const size_t pairs)
{
    const size_t depth = args->depth * PK_DOT_SIZE, step = args->step * PK_DOT_SIZE;
    const unsigned char *weights = args->weights;
    vmat sum[PK_PAIRS][PK_COLUMNS];
    PK_UNROLL
    for (size_t p = 0; p < pairs; p++) {
        PK_UNROLL
        for (size_t c = 0; c < PK_COLUMNS; c++)
            sum[p][c] = vmat_load((const unsigned char *)first + 8 * c);
    }
    for (size_t t = 0; t < args->tap_count; t++) {
        const unsigned char *x[2 * PK_PAIRS];
        PK_UNROLL
        for (size_t r = 0; r < 2 * PK_PAIRS; r++)
            x[r] = (const unsigned char *)args->taps[t] + pk_min(r, args->rows - 1) * step;
        size_t at = 0;
        for (; at + 8 <= depth; at += 8, weights += 16 * PK_COLUMNS)
            PK_OWN(_add)(x, at, weights, sum, pairs);
        if (at < depth) {
            PK_OWN(_add_last)(x, at, depth - at, weights, sum, pairs);
            weights += 16 * PK_COLUMNS;
        }
    }
    PK_UNROLL
    for (size_t p = 0; p < pairs; p++) {
        unsigned char *row = (unsigned char *)sums + 2 * p * (16 * PK_COLUMNS / 2);
        PK_UNROLL
        for (size_t c = 0; c < PK_COLUMNS; c++) {
            vst1_u8(row + 8 * c, vmat_low(sum[p][c]));
            vst1_u8(row + 8 * PK_COLUMNS + 8 * c, vmat_high(sum[p][c]));
        }
    }
}

static void PK_NAME(const pk_tile_args *args, const void *first, void *sums)
{
    switch ((args->rows + 1) / 2) {
    case 1:
        PK_OWN(_sum)(args, first, sums, 1);
        break;
    case 2:
        PK_OWN(_sum)(args, first, sums, 2);
        break;
    case 3:
        PK_OWN(_sum)(args, first, sums, 3);
        break;
    default:
        break;
    }
}

#undef PK_PAIRS
#undef PK_COLUMNS
#undef PK_OWN
#undef PK_NAME
