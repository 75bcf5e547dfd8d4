/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants in the order in which kernels read them: panels of nr output channels, the last of a
 * group filled up with zeros.
 *
 *     weights  [group][panel][tap][input channel][nr]        tap = ky * kw + kx
 *     planar   [group][panel][input channel][tap][nr]        for an input of planes
 *     bias     [group][panel][nr]
 */
#ifndef PW_PACK_H
#define PW_PACK_H

#include "network/network_ir.h"

typedef enum pw_pack_order { PW_PACK_NHWC, PW_PACK_PLANES } pw_pack_order;

static inline size_t pw_pack_group_panels(const pw_conv *conv, size_t nr)
{
    return ((size_t)(conv->out_channels / conv->groups) + nr - 1) / nr;
}
/* Floats of one panel of weights. */
size_t pw_pack_panel_size(const pw_conv *conv, size_t nr);
/* Floats of all weights and of all biases; false where they cannot be counted. */
bool pw_pack_conv_size(const pw_conv *conv, size_t nr, size_t *weights, size_t *bias);
void pw_pack_conv(const pw_conv *conv, size_t nr, pw_pack_order order, float *weights, float *bias);

/* Depthwise: weights [tap][channel], bias [channel] (zeros where there is none). */
void pw_pack_depthwise(const pw_conv *conv, float *weights, float *bias);
/* Transposed: weights [group][tap][input channel][output channel of the group], bias [channel]; a depthwise one has groups of one: [tap][channel]. */
bool pw_pack_is_depthwise(const pw_deconv *deconv);
bool pw_pack_deconv_size(const pw_deconv *deconv, size_t *weights, size_t *bias);
void pw_pack_deconv(const pw_deconv *deconv, float *weights, float *bias);
/* y = x * scale + shift; computed in double. */
void pw_pack_batchnorm(const pw_batchnorm *batchnorm, float *scale, float *shift);

#endif
