/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of a tile of 32 x 32 by tile registers: runs of 64 bytes of 16 rows by those of 16 columns at once. A panel lies as dot products want it,
 * four bytes of each column and then the next four, and so does a register of columns. Needs simd/amx.h, PK_NAME (of the function), PK_DOT_SIZE
 * (bytes of an element) and PK_AMX_ADD(sums, rows, columns). Undefines them.
 *
 * Registers: 0, 1 sums of 16 columns each; 2 rows, 3, 4 columns; 5, 6, 7 the same of what a run has beyond whole 64 bytes.
 */
#define PK_NR       32
#define PK_RUN      64 /* bytes of a register's row */
#define PK_HEIGHT   16 /* its rows */
#define PK_GROUP    4  /* bytes that are multiplied and added at once */
#define PK_OWN(end) PK_JOIN(PK_NAME, end)

/* rows: of a register; last: bytes of a run behind the whole ones, filled up to a group. */
static void PK_OWN(_configure)(size_t rows, size_t last)
{
    amx_shapes shapes = {.palette = 1};
    for (size_t tile = 0; tile < 8; tile++) {
        const bool is_last = tile >= 5, is_columns = tile == 3 || tile == 4 || tile >= 6;
        const size_t depth = is_last ? last : PK_RUN;
        shapes.rows[tile] = (uint8_t)(is_columns ? depth / PK_GROUP : rows);
        shapes.row_size[tile] = (uint16_t)(tile == 5 ? last : PK_RUN);
        if (is_last && last == 0) /* a register is of some bytes, or not there */
            shapes.rows[tile] = 0, shapes.row_size[tile] = 0;
    }
    amx_configure(&shapes);
}

/* Behind the whole 64 bytes; no byte behind the run may be read. */
static void PK_OWN(_add_last)(const unsigned char *x, size_t step, size_t count, size_t rows, const unsigned char *weights)
{
    unsigned char filled[PK_HEIGHT][PK_RUN]; /* of it, what the register reads */
    if (count % PK_GROUP != 0) {
        for (size_t r = 0; r < rows; r++) {
            memcpy(filled[r], x + r * step, count);
            memset(filled[r] + count, 0, PK_GROUP - count % PK_GROUP);
        }
        x = filled[0];
        step = PK_RUN;
    }
    amx_load(5, x, step);
    amx_load(6, weights, PK_NR * PK_GROUP);
    amx_load(7, weights + PK_RUN, PK_NR * PK_GROUP);
    PK_AMX_ADD(0, 5, 6);
    PK_AMX_ADD(1, 5, 7);
}

/* Rows from row on, as many as the registers are configured for. */
static void PK_OWN(_sum)(const pk_tile_args *args, const void *first, size_t row, size_t rows, unsigned char *sums)
{
    const size_t depth = args->depth * PK_DOT_SIZE, step = args->step * PK_DOT_SIZE, last = depth % PK_RUN;
    const unsigned char *weights = args->weights;
    amx_load(0, first, 0); /* the same for each row */
    amx_load(1, (const unsigned char *)first + PK_RUN, 0);
    for (size_t t = 0; t < args->tap_count; t++) {
        const unsigned char *x = (const unsigned char *)args->taps[t] + row * step;
        for (size_t left = depth; left >= PK_RUN; left -= PK_RUN, x += PK_RUN, weights += PK_RUN * PK_NR) {
            amx_load(2, x, step);
            amx_load(3, weights, PK_NR * PK_GROUP);
            amx_load(4, weights + PK_RUN, PK_NR * PK_GROUP);
            PK_AMX_ADD(0, 2, 3);
            PK_AMX_ADD(1, 2, 4);
        }
        if (last > 0) {
            PK_OWN(_add_last)(x, step, last, rows, weights);
            weights += pk_align(last, PK_GROUP) * PK_NR;
        }
    }
    amx_store(0, sums + row * PK_NR * 4, PK_NR * 4);
    amx_store(1, sums + row * PK_NR * 4 + PK_RUN, PK_NR * 4);
}

/* first: what the columns' sums begin with. Of more rows than a register has, two halves, which share one where they are odd. */
static void PK_NAME(const pk_tile_args *args, const void *first, void *sums)
{
    const bool is_one = args->rows <= PK_HEIGHT;
    const size_t rows = is_one ? args->rows : (args->rows + 1) / 2;
    PK_OWN(_configure)(rows, pk_align(args->depth * PK_DOT_SIZE % PK_RUN, PK_GROUP));
    PK_OWN(_sum)(args, first, 0, rows, sums);
    if (!is_one)
        PK_OWN(_sum)(args, first, args->rows - rows, rows, sums);
}

#undef PK_NR
#undef PK_RUN
#undef PK_HEIGHT
#undef PK_GROUP
#undef PK_OWN
#undef PK_NAME
#undef PK_DOT_SIZE
#undef PK_AMX_ADD
