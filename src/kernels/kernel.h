/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels: pure functions on pointers. No malloc, no I/O, no threads, no globals. One table
 * (kernel_table.c), best first within an operation, generic last and always there; dispatch, tuner,
 * check_kernels and bench_kernels read it. Activations are NHWC float32: a tensor that is a slice
 * of another is the same rows with a larger pixel stride. Strides and steps count elements, not
 * bytes.
 *
 * No kernel reads or writes an element outside what its arguments name, except weights and bias,
 * which the packer pads to whole panels.
 */
#ifndef PK_KERNEL_H
#define PK_KERNEL_H

#include "base/cpu_info.h"
#include "kernels/kernel_blocks.h"
#include "kernels/kernel_ends.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PK_MAX_MR 32 /* rows of the largest convolution tile */
#define PK_MAX_NR 32 /* columns of the widest panel */

typedef enum pk_op {
    PK_CONV_F32,
    PK_DWCONV_F32,
    PK_ELTWISE_F32,
    PK_MAXPOOL_F32,
    PK_UPSAMPLE_F32,
    PK_INPUT_F32,
    PK_INPUT_U8,
    PK_DECODE_F32,
    PK_CANDIDATES_F32,
    PK_GLOBALPOOL_F32,
    PK_SHUFFLE_F32,
    PK_DECONV_F32,
    PK_ATTENTION_F32,
    PK_OP_COUNT
} pk_op;

typedef enum pk_activation { /* as pw_activation */
                             PK_ACT_NONE,
                             PK_ACT_SILU,
                             PK_ACT_LEAKY_RELU,
                             PK_ACT_HARDSWISH,
                             PK_ACT_RELU,
                             PK_ACT_SIGMOID,
                             PK_ACT_RELU6,
                             PK_ACT_ELU,
                             PK_ACT_MISH,
                             PK_ACT_GELU,
                             PK_ACT_COUNT
} pk_activation;

/*
 * One tile of a convolution: rows output pixels x columns output channels.
 *
 *     output[r][n] = act(bias[n] + sum over t, d of taps[t][r * step + d] * weights[t * depth +
 * d][n]) + residual[r][n]
 *
 * A tap is a run of depth floats that lie together: the channels of one input pixel, or of kw
 * neighbouring ones. Taps in the padding are left out by the caller where a whole row of them is,
 * else he lends a padded copy of the input.
 */
typedef struct pk_conv_f32_args {
    const float *const *taps; /* tap_count: first row's run */
    size_t tap_count;         /* may be 0 */
    size_t depth;
    size_t step;           /* from a row's run to the next row's */
    const float *weights;  /* one panel: tap_count x depth x NR */
    const float *bias;     /* NR */
    const float *residual; /* NULL: none */
    size_t residual_stride;
    float *output;
    size_t output_stride;
    size_t rows;    /* 1 .. MR */
    size_t columns; /* 1 .. NR */
    pk_activation activation;
    float alpha; /* of LEAKY_RELU and ELU */
} pk_conv_f32_args;

/* One pixel of a depthwise convolution: output[c] = act(bias[c] + sum over t of taps[t][c] *
 * weights[t][c]) + residual[c]. */
typedef struct pk_dwconv_f32_args {
    const float *const *taps;    /* tap_count: pixels inside the picture */
    const float *const *weights; /* tap_count: channels each */
    size_t tap_count;
    size_t channels;
    const float *bias;
    const float *residual; /* NULL: none */
    float *output;
    pk_activation activation;
    float alpha;
} pk_dwconv_f32_args;

/* output[p][c] = act(input[p][c] * scale[c] + shift[c]) + other[p][c]: batch norm, activation, add
 * and copy are what is left when parts are NULL. */
typedef struct pk_eltwise_f32_args {
    const float *input;
    size_t input_stride;
    const float *scale, *shift; /* channels each; NULL (both): as it is */
    const float *other;         /* NULL: none */
    size_t other_stride;
    float *output;
    size_t output_stride;
    size_t pixels, channels;
    pk_activation activation;
    float alpha;
} pk_eltwise_f32_args;

/* Output rows row_begin .. row_end - 1 of one picture; what lies in the padding does not count.
 * Each window meets the picture. */
typedef struct pk_maxpool_f32_args {
    const float *input; /* height x width pixels */
    size_t input_stride, height, width, channels;
    float *output; /* row 0 */
    size_t output_stride, output_width;
    size_t kernel[2], stride[2], padding[2];
    size_t row_begin, row_end;
} pk_maxpool_f32_args;

/* Input rows row_begin .. row_end - 1 of one picture, each pixel factor x factor times. */
typedef struct pk_upsample_f32_args {
    const float *input;
    size_t input_stride, width, channels, factor;
    float *output; /* row 0 */
    size_t output_stride;
    size_t row_begin, row_end;
} pk_upsample_f32_args;

typedef void (*pk_conv_f32_fn)(const pk_conv_f32_args *args);
typedef void (*pk_dwconv_f32_fn)(const pk_dwconv_f32_args *args);
typedef void (*pk_eltwise_f32_fn)(const pk_eltwise_f32_args *args);
typedef void (*pk_maxpool_f32_fn)(const pk_maxpool_f32_args *args);
typedef void (*pk_upsample_f32_fn)(const pk_upsample_f32_args *args);

/* What a row is asked before it is taken. */
typedef struct pk_problem {
    size_t in_channels, out_channels; /* of one group */
    size_t groups;
    size_t kernel[2], stride[2], dilation[2];
} pk_problem;

typedef struct pk_row {
    const char *name; /* the tactic's name in an engine */
    pk_op op;
    uint32_t isa; /* needs all of these bits */
    bool (*accepts)(const pk_problem *problem);
    uint8_t mr, nr; /* CONV: largest tile, width of a panel */
    union {
        pk_conv_f32_fn conv;
        pk_dwconv_f32_fn dwconv;
        pk_eltwise_f32_fn eltwise;
        pk_maxpool_f32_fn maxpool;
        pk_upsample_f32_fn upsample;
        pk_input_fn input;
        pk_decode_f32_fn decode;
        pk_candidates_f32_fn candidates;
        pk_globalpool_f32_fn globalpool;
        pk_shuffle_f32_fn shuffle;
        pk_deconv_f32_fn deconv;
        pk_attention_f32_fn attention;
    } run;
} pk_row;

extern const pk_row pk_rows[];
extern const size_t pk_row_count;

/* First row of op that runs on isa and accepts the problem (NULL: rows that ask nothing); never
 * NULL for what generic accepts. */
const pk_row *pk_row_select(pk_op op, uint32_t isa, const pk_problem *problem);
/* Row of that name if it runs on isa and accepts the problem, else NULL. */
const pk_row *pk_row_find(pk_op op, const char *name, uint32_t isa, const pk_problem *problem);

#endif
