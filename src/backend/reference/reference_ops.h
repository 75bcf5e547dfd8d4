/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of the reference backend on N x C x H x W doubles: as the definitions say, no
 * tricks. */
#ifndef PW_REFERENCE_OPS_H
#define PW_REFERENCE_OPS_H

#include "backend/backend.h"
#include "kernels/quantize/requantise.h"
#include "network/operator.h"

/* A tensor or a slice of one: pictures are picture_step doubles apart, channels height * width. */
typedef struct pr_view {
    double *data;
    size_t picture_step;
    int32_t batch, channels, height, width;
} pr_view;

static inline double *pr_plane(const pr_view *view, int32_t picture, int32_t channel)
{
    return view->data + (size_t)picture * view->picture_step +
           (size_t)channel * (size_t)view->height * (size_t)view->width;
}

double pr_activate(double x, pw_activation activation, double alpha);

/* A convolution and its tensors. Where bytes meet integer weights, its sums are whole numbers; where
 * they become bytes, by kernels/quantize/requantise.h, to the bit. */
typedef struct pr_conv {
    const pw_conv *conv;
    const pr_view *in, *residual, *out; /* residual NULL: none */
    const pw_tensor *in_type, *residual_type, *out_type;
    const pk_requantise *requantise; /* NULL: it leaves no bytes, or is not of integers */
} pr_conv;

/* One row of all output channels of one picture: what a thread does at a time. */
void pr_conv_row(const pr_conv *of, int32_t picture, int32_t row);

/* An operator on the views of its layer's inputs; NULL: it is done in pieces, by threads, or has no output (reference.c). */
typedef void (*pr_operator)(const pw_layer *layer, const pr_view *in, const pr_view *out);
pr_operator pr_operator_of(pw_op op);

/* reference_blocks.c */
/* One channel of one picture. */
void pr_deconv_channel(const pw_deconv *deconv, const pr_view *in, const pr_view *out,
                       int32_t picture, int32_t channel);
/* One token of one picture: its row of all heads. scores: room for as many doubles as there are
 * tokens. */
void pr_attention_token(int32_t heads, const pr_view in[3], const pr_view *out, int32_t picture,
                        size_t token, double *scores);

/* The picture: U8_NHWC becomes (byte / 255 - mean) / deviation, F32_NCHW is taken as it is. */
void pr_input(pawl_input_form form, const void *data, const float mean[3],
              const float deviation[3], const pr_view *out);

/* The head. raw: one level as N x H x W x channels. decoded: rows of one level of one picture,
 * pw_detect_width() floats each. */
void pr_detect_raw(const pr_view *in, float *raw);
void pr_detect_decode(const pw_detect *detect, int32_t level, const pr_view *in, int32_t picture,
                      float *rows);

/* reference_types.c: values as the tensor's type can hold them, read back; nothing to do for float32, whose rounding is left to other backends. */
void pr_round(const pw_tensor *type, const pr_view *view);
/* Copies into the network's arena the weights that are not float32, rounded to their type. PAWL_ERR_MEMORY. */
pawl_status pr_round_weights(pw_network *network, pawl_error *error) PW_NODISCARD;

/* A view as dense float32 N x C x H x W. */
void pr_to_float(const pr_view *in, float *out);

#endif
