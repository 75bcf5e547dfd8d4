/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stems: the first convolution of a network, straight from the picture's bytes. Three channels are too few for tiles whose rows are channels, and a
 * kernel row meets each pixel three times: kernels are six pixels wide and move by two.
 *
 * A tile's input is copied into *words* of four bytes, row by row: a float, two halves (the channels of all pixels one after another), or a pixel of
 * three bytes and the one behind it, whose weight is zero. A byte is a whole number in all of them, so that halves lose nothing; 1 / 255 is in the
 * weights.
 */
#ifndef PK_STEM_H
#define PK_STEM_H

#include "kernels/conv/conv.h"

#define PK_STEM_TAPS 3 /* places of a kernel row that a word of the input stands in: kernel width / stride */

/* variant of an implementation. */
typedef struct pk_stem {
    size_t mr, nr;    /* output pixels of a tile, channels of a panel */
    size_t terms;     /* elements of a word, whose weights lie together */
    size_t pixel;     /* elements from a pixel to the next, of weights: 4 where a word is a pixel */
    pk_type type;     /* of what is multiplied: what the table calls weights, but for halves in the place of floats */
    void (*fill)(const uint8_t *bytes, size_t count, void *elements); /* bytes of pixels as the input's elements */
    void (*run)(const pk_tile_args *args);                            /* taps: one a kernel row */
} pk_stem;

bool pk_stem_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_stem_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_stem_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_stem_run(const pk_call *call, size_t phase, size_t item, void *scratch);

#endif
