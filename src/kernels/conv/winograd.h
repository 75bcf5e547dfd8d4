/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's F(4x4, 3x3): what winograd.c and the instruction sets' transforms share. */
#ifndef PK_WINOGRAD_H
#define PK_WINOGRAD_H

#include "kernels/conv/conv.h"

#define PK_WINOGRAD_OUT    4  /* a side of the output pixels of a tile */
#define PK_WINOGRAD_IN     6  /* of the input pixels under it */
#define PK_WINOGRAD_PLACES 36 /* products of a tile, each its own matrix product over the channels */

/* One tile of all channels. Transformed values of place p begin at p * place_step. */
typedef struct pk_winograd_args {
    const pk_tensor *tensor; /* the input picture's, or the output's */
    const float *input;      /* picture; element 0 */
    float *output;           /* picture */
    const float *residual;   /* picture; NULL: none */
    size_t residual_pixel;
    int64_t y, x;            /* of the tile's first pixel: may be outside of the input */
    float *transformed;      /* of this tile */
    size_t place_step;
    const float *bias;
    pk_activation activation;
    float alpha;
} pk_winograd_args;

/* variant of an implementation. */
typedef struct pk_winograd {
    pk_tile tile; /* its product with the weights */
    void (*input)(const pk_winograd_args *args);
    void (*output)(const pk_winograd_args *args);
} pk_winograd;

bool pk_winograd_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_winograd_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_winograd_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_winograd_run(const pk_call *call, size_t phase, size_t item, void *scratch);

#endif
