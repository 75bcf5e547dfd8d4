/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of the blocks that only some models have: transformers, transposed convolutions,
 * classifiers. */
#include "backend/reference/reference_ops.h"

#include <math.h>

static size_t plane_size(const pr_view *view)
{
    return (size_t)view->height * (size_t)view->width;
}

/* Adds what one input plane contributes by one tap of the kernel. */
static void scatter_tap(const pw_deconv *deconv, const pr_view *in, const double *x, double weight,
                        const int32_t tap[2], const pr_view *out, double *y)
{
    for (int32_t row = 0; row < in->height; row++) {
        const int32_t to =
            row * deconv->stride[0] - deconv->padding[0] + tap[0] * deconv->dilation[0];
        if (to < 0 || to >= out->height)
            continue;
        for (int32_t column = 0; column < in->width; column++) {
            const int32_t at =
                column * deconv->stride[1] - deconv->padding[1] + tap[1] * deconv->dilation[1];
            if (at >= 0 && at < out->width)
                y[(size_t)to * (size_t)out->width + (size_t)at] +=
                    weight * x[(size_t)row * (size_t)in->width + (size_t)column];
        }
    }
}

void pr_deconv_channel(const pw_deconv *deconv, const pr_view *in, const pr_view *out,
                       int32_t picture, int32_t channel)
{
    const int32_t inputs = deconv->in_channels / deconv->groups;
    const int32_t outputs = deconv->out_channels / deconv->groups;
    const int32_t group = channel / outputs;
    const size_t taps = (size_t)deconv->kernel[0] * (size_t)deconv->kernel[1];
    double *y = pr_plane(out, picture, channel);
    const double bias = deconv->bias == NULL ? 0.0 : (double)deconv->bias[channel];
    for (size_t i = 0; i < plane_size(out); i++)
        y[i] = bias;
    for (int32_t c = group * inputs; c < (group + 1) * inputs; c++) {
        const float *weights =
            deconv->weights + ((size_t)c * (size_t)outputs + (size_t)(channel % outputs)) * taps;
        for (int32_t ky = 0; ky < deconv->kernel[0]; ky++)
            for (int32_t kx = 0; kx < deconv->kernel[1]; kx++) {
                const int32_t tap[2] = {ky, kx};
                scatter_tap(deconv, in, pr_plane(in, picture, c), (double)*weights++, tap, out, y);
            }
    }
}

/* softmax of count scores, in place. */
static void softmax(double *scores, size_t count)
{
    double most = scores[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        most = fmax(most, scores[i]);
    for (size_t i = 0; i < count; i++) {
        scores[i] = exp(scores[i] - most);
        sum += scores[i];
    }
    for (size_t i = 0; i < count; i++)
        scores[i] /= sum;
}

void pr_attention_token(int32_t heads, const pr_view in[3], const pr_view *out, int32_t picture,
                        size_t token, double *scores)
{
    const int32_t depth = out->channels / heads;
    const size_t tokens = plane_size(out);
    const double scale = 1.0 / sqrt((double)depth);
    for (int32_t first = 0; first < out->channels; first += depth) {
        for (size_t t = 0; t < tokens; t++)
            scores[t] = 0;
        for (int32_t c = first; c < first + depth; c++) {
            const double query = pr_plane(&in[0], picture, c)[token] * scale;
            const double *keys = pr_plane(&in[1], picture, c);
            for (size_t t = 0; t < tokens; t++)
                scores[t] += query * keys[t];
        }
        softmax(scores, tokens);
        for (int32_t c = first; c < first + depth; c++) {
            const double *values = pr_plane(&in[2], picture, c);
            double sum = 0;
            for (size_t t = 0; t < tokens; t++)
                sum += scores[t] * values[t];
            pr_plane(out, picture, c)[token] = sum;
        }
    }
}
