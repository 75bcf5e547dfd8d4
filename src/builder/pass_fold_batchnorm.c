/* SPDX-License-Identifier: Apache-2.0 */
/* conv, batch norm -> conv: with s = gamma / sqrt(variance + epsilon), w' = w s and b' = (b - mean)
   s + beta, a channel each. In double, rounded once. A batch norm after anything else stays a
   layer. */
#include "base/size.h"
#include "builder/pass.h"
#include <math.h>

pawl_status pw_pass_fold_part(pw_network *network, pw_conv *conv, const pw_batchnorm *norm,
                              int32_t first, pawl_error *error)
{
    const size_t channels = (size_t)conv->out_channels;
    const size_t row = (size_t)(conv->in_channels / conv->groups) * (size_t)conv->kernel[0] *
                       (size_t)conv->kernel[1];
    size_t count;
    if (!pw_size_mul(channels, row, &count))
        return pw_fail_memory(error, "folded weights", SIZE_MAX);
    float *weights = pw_arena_array(&network->arena, count, sizeof *weights);
    float *bias = pw_arena_array(&network->arena, channels, sizeof *bias);
    if (weights == NULL || bias == NULL)
        return pw_fail_memory(error, "folded weights", count * sizeof *weights);
    for (size_t c = 0; c < channels; c++) {
        const size_t n = (size_t)first + c;
        const double scale =
            (double)norm->gamma[n] / sqrt((double)norm->variance[n] + (double)norm->epsilon);
        const double before = conv->bias != NULL ? (double)conv->bias[c] : 0;
        for (size_t i = 0; i < row; i++)
            weights[c * row + i] = (float)((double)conv->weights[c * row + i] * scale);
        bias[c] = (float)((before - (double)norm->mean[n]) * scale + (double)norm->beta[n]);
    }
    conv->weights = weights;
    conv->bias = bias;
    return PAWL_OK;
}

pawl_status pw_pass_fold_batchnorm(pw_network *network, pawl_error *error)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        if (layer->op != PW_OP_BATCHNORM)
            continue;
        pw_layer *conv = pw_pass_fusable_conv(network, layer->inputs[0], false);
        if (conv == NULL)
            continue;
        PW_TRY(pw_pass_fold_part(network, &conv->as.conv, &layer->as.batchnorm, 0, error));
        pw_pass_move_conv(conv, layer);
    }
    return pw_network_compact(network, error);
}
