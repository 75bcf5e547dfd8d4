/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical constants -> the order of the kernels. */
#include "lower/pack.h"

#include "base/size.h"

#include <math.h>

static size_t tap_count(const pw_conv *conv)
{
    return (size_t)conv->kernel[0] * (size_t)conv->kernel[1];
}

static size_t group_inputs(const pw_conv *conv)
{
    return (size_t)(conv->in_channels / conv->groups);
}

size_t pw_pack_panel_size(const pw_conv *conv, size_t nr)
{
    return tap_count(conv) * group_inputs(conv) * nr;
}

bool pw_pack_conv_size(const pw_conv *conv, size_t nr, size_t *weights, size_t *bias)
{
    const size_t panels = pw_pack_group_panels(conv, nr) * (size_t)conv->groups;
    return pw_size_mul(tap_count(conv), group_inputs(conv), weights) &&
           pw_size_mul(*weights, nr, weights) && pw_size_mul(*weights, panels, weights) &&
           pw_size_mul(panels, nr, bias);
}

/* One panel: its channels are out .. out + count - 1 of all. */
static void pack_panel(const pw_conv *conv, size_t out, size_t count, size_t nr,
                       pw_pack_order order, float *packed)
{
    const size_t taps = tap_count(conv), inputs = group_inputs(conv);
    for (size_t i = 0; i < taps * inputs; i++) {
        const size_t tap = order == PW_PACK_NHWC ? i / inputs : i % taps;
        const size_t input = order == PW_PACK_NHWC ? i % inputs : i / taps;
        const float *weights = conv->weights + (out * inputs + input) * taps + tap;
        for (size_t n = 0; n < nr; n++)
            packed[i * nr + n] = n < count ? weights[n * inputs * taps] : 0.0f;
    }
}

void pw_pack_conv(const pw_conv *conv, size_t nr, pw_pack_order order, float *weights, float *bias)
{
    const size_t group_outputs = (size_t)(conv->out_channels / conv->groups);
    const size_t panels = pw_pack_group_panels(conv, nr);
    const size_t size = pw_pack_panel_size(conv, nr);
    for (size_t p = 0; p < panels * (size_t)conv->groups; p++) {
        const size_t first = p % panels * nr; /* in the group */
        const size_t out = p / panels * group_outputs + first;
        const size_t count = pw_size_min(nr, group_outputs - first);
        pack_panel(conv, out, count, nr, order, weights + p * size);
        for (size_t n = 0; n < nr; n++)
            bias[p * nr + n] = n < count && conv->bias != NULL ? conv->bias[out + n] : 0.0f;
    }
}

void pw_pack_depthwise(const pw_conv *conv, float *weights, float *bias)
{
    const size_t channels = (size_t)conv->out_channels, taps = tap_count(conv);
    for (size_t c = 0; c < channels; c++) {
        for (size_t t = 0; t < taps; t++)
            weights[t * channels + c] = conv->weights[c * taps + t];
        bias[c] = conv->bias == NULL ? 0.0f : conv->bias[c];
    }
}

bool pw_pack_is_depthwise(const pw_deconv *deconv)
{
    return deconv->groups > 1 && deconv->groups == deconv->in_channels &&
           deconv->groups == deconv->out_channels;
}

bool pw_pack_deconv_size(const pw_deconv *deconv, size_t *weights, size_t *bias)
{
    *bias = (size_t)deconv->out_channels;
    return pw_size_mul((size_t)deconv->kernel[0] * (size_t)deconv->kernel[1],
                       (size_t)deconv->in_channels, weights) &&
           pw_size_mul(*weights, (size_t)(deconv->out_channels / deconv->groups), weights);
}

void pw_pack_deconv(const pw_deconv *deconv, float *weights, float *bias)
{
    const size_t groups = (size_t)deconv->groups;
    const size_t inputs = (size_t)deconv->in_channels / groups;
    const size_t outputs = (size_t)deconv->out_channels / groups;
    const size_t taps = (size_t)deconv->kernel[0] * (size_t)deconv->kernel[1];
    const bool is_depthwise = pw_pack_is_depthwise(deconv);
    for (size_t c = 0; c < (size_t)deconv->in_channels; c++)
        for (size_t o = 0; o < outputs; o++)
            for (size_t t = 0; t < taps; t++) {
                const size_t in_group =
                    ((c / inputs * taps + t) * inputs + c % inputs) * outputs + o;
                weights[is_depthwise ? t * groups + c : in_group] =
                    deconv->weights[(c * outputs + o) * taps + t];
            }
    for (size_t o = 0; o < (size_t)deconv->out_channels; o++)
        bias[o] = deconv->bias == NULL ? 0.0f : deconv->bias[o];
}

void pw_pack_batchnorm(const pw_batchnorm *batchnorm, float *scale, float *shift)
{
    for (int32_t c = 0; c < batchnorm->channels; c++) {
        const double factor = (double)batchnorm->gamma[c] /
                              sqrt((double)batchnorm->variance[c] + (double)batchnorm->epsilon);
        scale[c] = (float)factor;
        shift[c] = (float)((double)batchnorm->beta[c] - (double)batchnorm->mean[c] * factor);
    }
}
