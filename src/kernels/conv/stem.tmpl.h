/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of a tile of PK_MR pixels x one vector of channels of a stem (stem.h). Needs a vocabulary of dot products as dot.tmpl.h does (a word of four
 * bytes is a float, two halves or four bytes), PK_NAME (of the function), PK_STEP (bytes from an output pixel's first word to the next one's),
 * PK_WORD (from a word to the next), PK_MR and PK_EACH_MR(X). Undefines them, so that an ISA's file may include it again.
 *
 * The words of a kernel row that are PK_STEP apart meet the same words of the input, each for another output pixel: a word that has been spread over
 * a register is multiplied by all three of them.
 */
#define PK_OWN(end) PK_JOIN(PK_NAME, end)

PK_INLINE void PK_OWN(_sum)(const pk_tile_args *args, const void *first, void *sums, const size_t rows)
{
    const size_t size = VDOT_LANES * 4;
    const unsigned char *weights = args->weights;
    vdot sum[PK_MR];
    PK_UNROLL
    for (size_t r = 0; r < rows; r++)
        sum[r] = vdot_load(first);
    for (size_t t = 0; t < args->tap_count; t++) {
        const unsigned char *x = args->taps[t];
        for (size_t phase = 0; phase < PK_STEP / PK_WORD; phase++, x += PK_WORD, weights += PK_STEM_TAPS * VDOT_WORDS_SIZE) {
            vdot_words w[PK_STEM_TAPS];
            PK_UNROLL
            for (size_t k = 0; k < PK_STEM_TAPS; k++)
                w[k] = vdot_words_load(weights + k * VDOT_WORDS_SIZE);
            PK_UNROLL
            for (size_t i = 0; i < rows + PK_STEM_TAPS - 1; i++) {
                const vdot_rows a = vdot_four(x + i * PK_STEP);
                PK_UNROLL
                for (size_t k = 0; k < PK_STEM_TAPS; k++)
                    if (i >= k && i - k < rows)
                        sum[i - k] = vdot_add(sum[i - k], a, w[k]);
            }
        }
    }
    PK_UNROLL
    for (size_t r = 0; r < rows; r++)
        vdot_store((unsigned char *)sums + r * size, sum[r]);
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

#undef PK_OWN
#undef PK_NAME
#undef PK_STEP
#undef PK_WORD
#undef PK_MR
#undef PK_EACH_MR
