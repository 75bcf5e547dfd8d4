/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the kernels that only some models need: classifiers, transformers, transposed
 * convolutions, Contract and Expand. Part of kernel.h. */
#ifndef PK_KERNEL_BLOCKS_H
#define PK_KERNEL_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* output[c] = the average over pixels of input[p][c]. */
typedef struct pk_globalpool_f32_args {
    const float *input;
    size_t input_stride, pixels, channels;
    float *output;
} pk_globalpool_f32_args;

/*
 * Pixels of one picture between a fine grid and a coarse one whose pixels hold factor x factor of
 * the fine ones: block i * factor + j of a coarse pixel (y, x), channels floats, is the fine pixel
 * (y * factor + i, x * factor + j). Coarse rows row_begin .. row_end - 1.
 */
typedef struct pk_shuffle_f32_args {
    const float *input; /* row 0 */
    size_t input_stride;
    float *output; /* row 0 */
    size_t output_stride;
    size_t coarse_width, channels, factor;
    bool is_to_coarse;
    size_t row_begin, row_end;
} pk_shuffle_f32_args;

/* One pixel of a group: output[o] = bias[o] + sum over t, i of taps[t][i] * weights[t][i][o]. */
typedef struct pk_deconv_f32_args {
    const float *const *taps;    /* tap_count: input pixels, inputs floats each */
    const float *const *weights; /* tap_count: inputs x outputs each */
    size_t tap_count, inputs, outputs;
    const float *bias;
    float *output;
} pk_deconv_f32_args;

/*
 * Tokens token_begin .. token_end - 1 of one head of one picture:
 *
 *     output[t] = sum over u of softmax over u (scale * query[t] . key[u]) * value[u]
 */
typedef struct pk_attention_f32_args {
    const float *query, *key, *value; /* the head's depth floats of token 0 */
    size_t query_stride, key_stride, value_stride;
    size_t token_count, depth;
    float scale;
    float *scores; /* token_count: room to work in */
    float *output; /* of token 0 */
    size_t output_stride;
    size_t token_begin, token_end;
} pk_attention_f32_args;

typedef void (*pk_globalpool_f32_fn)(const pk_globalpool_f32_args *args);
typedef void (*pk_shuffle_f32_fn)(const pk_shuffle_f32_args *args);
typedef void (*pk_deconv_f32_fn)(const pk_deconv_f32_args *args);
typedef void (*pk_attention_f32_fn)(const pk_attention_f32_args *args);

#endif
