/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions inside: the micro-kernels, and what the files of this folder have for the table. */
#ifndef PK_CONV_H
#define PK_CONV_H

#include "kernels/kernel.h"
#include "kernels/quantize/requantise.h"

#define PK_SIGNED_BYTES 128 /* what is taken from a source's byte where dot products want signed ones: see pk_tile.bytes_less */

/*
 * One tile: rows output pixels x columns output channels.
 *
 *     output[r][n] = act(bias[n] + sum over t, d of taps[t][r * step + d] * weights[t * depth + d][n]) + residual[r][n]
 *
 * Of integers, sums begin with begins[n], are multiplied by factors[n], and become floats like that, or bytes by requantise.
 *
 * A tap is a run of depth elements that lie together: the channels of one input pixel, or of kw neighbouring ones. Taps in the padding are left out
 * by the caller where a whole row of them is, else he lends a padded copy of the input.
 */
typedef struct pk_tile_args {
    const void *const *taps; /* tap_count: first row's run */
    size_t tap_count;        /* may be 0 */
    size_t depth;
    size_t step;          /* from a row's run to the next row's */
    const void *weights;  /* one panel: tap_count x depth x NR; see pk_tile.group */
    const float *bias;    /* NR */
    const int32_t *begins;           /* of integers: NR, in the place of bias */
    const float *factors;            /* of integers: NR */
    const pk_requantise *requantise; /* of integers that become bytes; has the activation in it */
    const void *residual; /* of the output's type; NULL: none */
    size_t residual_stride;
    void *output;
    size_t output_stride;
    size_t rows;    /* 1 .. MR */
    size_t columns; /* 1 .. NR */
    pk_activation activation;
    float alpha; /* of LEAKY_RELU and ELU */
} pk_tile_args;

/* variant of an implementation by tiles. */
typedef struct pk_tile {
    size_t mr, nr; /* largest tile; width of a panel */
    size_t spare;  /* accepts only where the last panel of a group has more than so many channels */
    size_t group;  /* elements of depth whose weights lie together, as dot products take them: depth / group x NR x group, filled up with zeros; 0: 1 */
    int32_t bytes_less; /* of integers: run takes so much from each byte; begins make that good, and all taps are there, so that it is the same for all tiles */
    void (*run)(const pk_tile_args *args);
} pk_tile;

/* tiles.c, tiles_run.c: any convolution, as tiles of panels. */
bool pk_tiles_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_tiles_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_tiles_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_tiles_run(const pk_call *call, size_t phase, size_t item, void *scratch);

/* quantised.c: the constants of integer tiles. Behind the weights lie, a cache line each at least: begins and factors (a value a column of all
 * panels), requantise. */
typedef struct pk_quantised {
    size_t begins, factors, requantise, end; /* bytes from the first constant */
} pk_quantised;
pk_quantised pk_quantised_at(size_t weights, size_t columns);
/* The source's bytes and the sums fit, and the destination's unit, if it has one. */
bool pk_quantised_accepts(const pk_problem *problem);
/* Column n is output channel out; weight_sum: of its packed weights; bytes_less: of the tile. */
void pk_quantised_column(const pk_problem *problem, const pk_constants *constants, const pk_quantised *at, void *packed, size_t n, size_t out,
                         int64_t weight_sum, int32_t bytes_less);

/* pixels.c: what is done a pixel at a time: depthwise convolutions, transposed ones. The variant is the micro-kernel's struct. */
typedef struct pk_pixel_args {
    const void *const *taps;    /* tap_count: input pixels, inputs elements each */
    const void *const *weights; /* tap_count: inputs x outputs; depthwise: channels */
    size_t tap_count, inputs, outputs; /* of a group; depthwise: channels, both */
    const float *bias;          /* outputs */
    const void *residual;       /* NULL: none */
    void *output;
    pk_activation activation;
    float alpha;
} pk_pixel_args;

typedef struct pk_pixel {
    void (*run)(const pk_pixel_args *args);
    bool is_depthwise; /* a group is one channel in and out */
} pk_pixel;

bool pk_pixels_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_pixels_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_pixels_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
void pk_pixels_run(const pk_call *call, size_t phase, size_t item, void *scratch);

/* A float as an element of packed weights of a type; scale: of integers. */
void pk_put_weight(pk_type type, void *weights, size_t at, float value, float scale);

#endif
