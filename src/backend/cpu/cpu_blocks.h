/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the steps that only some models need; part of cpu.h. */
#ifndef PW_CPU_BLOCKS_H
#define PW_CPU_BLOCKS_H

#include "kernels/kernel.h"
#include "network/network_ir.h"

typedef struct cpu_view {
    float *data;
    size_t stride; /* floats from a pixel to the next */
    size_t batch, channels, height, width;
} cpu_view;

typedef struct cpu_pad {
    pk_eltwise_f32_fn copy;
    const cpu_view *in, *out;
    size_t top, left;
} cpu_pad;

typedef struct cpu_globalpool {
    pk_globalpool_f32_fn run;
    pk_globalpool_f32_args args; /* of picture 0 */
    size_t output_stride, channels_an_item, items_a_picture;
} cpu_globalpool;

typedef struct cpu_shuffle {
    pk_shuffle_f32_fn run;
    pk_shuffle_f32_args args; /* of picture 0 */
    size_t coarse_height, rows_an_item, items_a_picture;
} cpu_shuffle;

typedef struct cpu_deconv {
    pk_deconv_f32_fn run;
    pk_dwconv_f32_fn run_depthwise; /* where each group has one channel in and out */
    const pw_deconv *from;
    const cpu_view *in, *out;
    const float *weights, *bias;
} cpu_deconv;

typedef struct cpu_attention {
    pk_attention_f32_fn run;
    pk_attention_f32_args args; /* of picture 0 and head 0 */
    size_t heads, tokens_an_item, items_a_head;
} cpu_attention;

/* A tensor as dense N x C x H x W. */
typedef struct cpu_planes {
    const cpu_view *in;
    float *output;
    size_t pixels_an_item, items_a_picture;
} cpu_planes;

#endif
