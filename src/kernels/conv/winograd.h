/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's F(4x4, 3x3): what winograd.c and the instruction sets' parts share. */
#ifndef PK_WINOGRAD_H
#define PK_WINOGRAD_H

#include "kernels/conv/conv.h"

#define PK_WINOGRAD_OUT    4  /* a side of the output pixels of a tile */
#define PK_WINOGRAD_IN     6  /* of the input pixels under it */
#define PK_WINOGRAD_PLACES 36 /* products of a tile, each its own matrix product over the channels */

/* One tile of all input channels, to chunks of a vector's lanes; the last is filled up with zeros. */
typedef struct pk_winograd_input_args {
    const pk_tensor *tensor; /* the input picture's */
    const float *input;      /* picture; element 0 */
    int64_t y, x;            /* of the tile's first pixel: may be outside */
    float *transformed;      /* of this tile: place 0, chunk 0 */
    size_t place_step, chunk_step;
} pk_winograd_input_args;

/* One place of some tiles, one panel: output[r][n] = sum over chunks c, lanes l of input[c * chunk_step + r * lanes + l] * weights[c * lanes + l][n]. */
typedef struct pk_winograd_product_args {
    const float *input;
    size_t chunks, chunk_step;
    const float *weights; /* chunks * lanes x NR */
    float *output;
    size_t output_step;
    size_t rows; /* tiles: 1 .. MR */
} pk_winograd_product_args;

/* One tile of the channels of a panel. */
typedef struct pk_winograd_output_args {
    const pk_tensor *tensor; /* the output picture's */
    const float *products;   /* place p's begin at p * place_step */
    size_t place_step;
    const float *bias;
    const float *residual;   /* picture, at the panel's first channel; NULL: none */
    size_t residual_pixel;
    float *output;           /* picture, at the panel's first channel */
    size_t channels;         /* of the panel */
    size_t y, x;             /* of the tile's first pixel */
    pk_activation activation;
    float alpha;
} pk_winograd_output_args;

/* variant of an implementation. */
typedef struct pk_winograd {
    size_t mr, nr, lanes;
    void (*input)(const pk_winograd_input_args *args);
    void (*product)(const pk_winograd_product_args *args);
    void (*output)(const pk_winograd_output_args *args);
} pk_winograd;

bool pk_winograd_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_winograd_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_winograd_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_winograd_run(const pk_call *call, size_t phase, size_t item, void *scratch);

#endif
