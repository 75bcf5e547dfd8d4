/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's minimal filtering of 3x3 convolutions: what winograd.c and the instruction sets' parts share. */
#ifndef PK_WINOGRAD_H
#define PK_WINOGRAD_H

#include "kernels/conv/conv.h"

#define PK_WINOGRAD_OUT    4  /* a side of the output pixels of a tile */
#define PK_WINOGRAD_PLACES 36 /* places of a tile at most, each its own matrix product */

/*
 * How a tile's input and weights become products. A place sums over the channels of some *segments*: one at stride 1, where a segment is a place;
 * at stride 2 up to four, for the pixels of even and odd rows and columns are pictures of their own, and their products add up in the same places.
 */
typedef struct pk_winograd_form {
    size_t stride, places, segments;
    const uint8_t *first;                             /* segment of each place, and of the end */
    void (*weights)(const float *kernel, double *to); /* 3x3 weights -> a number for each segment */
} pk_winograd_form;

extern const pk_winograd_form pk_winograd_s1; /* F(4x4, 3x3): 36 products where there were 144 */
extern const pk_winograd_form pk_winograd_s2; /* F(4x4, 2x2) of each of four pictures: 81 where there were 144 */

/* One tile of all input channels, to chunks of a vector's lanes; the last is filled up with zeros. */
typedef struct pk_winograd_input_args {
    const pk_tensor *tensor; /* the input picture's */
    const void *input;       /* picture; element 0 */
    int64_t y, x;            /* of the tile's first pixel: may be outside */
    void *transformed;       /* of this tile: segment 0, chunk 0; of the input's type */
    size_t segment_step, chunk_step;
} pk_winograd_input_args;

/* One place of some tiles, one panel:
 * output[r][n] = sum over chunks c, lanes l of input[c * chunk_step + r * lanes + l] * weights[c * lanes + l][n]. */
typedef struct pk_winograd_product_args {
    const void *input;
    size_t chunks, chunk_step;
    const void *weights; /* of the input's type: chunks * lanes x NR; of halves, two of a column lie together */
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
    const void *residual;    /* picture, at the panel's first channel; NULL: none */
    size_t residual_pixel;
    void *output;            /* picture, at the panel's first channel */
    size_t channels;         /* of the panel */
    size_t y, x;             /* of the tile's first pixel */
    pk_activation activation;
    float alpha;
} pk_winograd_output_args;

/* variant of an implementation. */
typedef struct pk_winograd {
    const pk_winograd_form *form;
    size_t mr, nr, lanes;
    size_t terms; /* inputs multiplied at a time, whose weights lie together */
    void (*input)(const pk_winograd_input_args *args);
    void (*product)(const pk_winograd_product_args *args);
    void (*output)(const pk_winograd_output_args *args);
} pk_winograd;

bool pk_winograd_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_winograd_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_winograd_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_winograd_run(const pk_call *call, size_t phase, size_t item, void *scratch);

#endif
