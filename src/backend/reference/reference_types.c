/* SPDX-License-Identifier: Apache-2.0 */
/* Types narrower than float32: a value is rounded to what its type can hold, and computed with as
 * that. */
#include "backend/reference/reference_ops.h"

#include "kernels/quantize/requantise.h"
#include "tensor/half.h"

#include <math.h>

/* The nearest of the values (n - zero_point) * scale with n in low ... high; a NaN has none and
 * becomes the zero point's, 0. */
static double round_to_integer(double value, double scale, double zero_point, double low,
                               double high)
{
    const double n = nearbyint(value / scale) + zero_point;
    return isnan(value) ? 0 : (fmin(fmax(n, low), high) - zero_point) * scale;
}

static double round_value(const pw_tensor *type, double value)
{
    const double scale = (double)type->scale;
    switch (type->dtype) {
    case PAWL_F16:
        return (double)pw_f16_to_f32(pw_f32_to_f16((float)value));
    case PAWL_BF16:
        return (double)pw_bf16_to_f32(pw_f32_to_bf16((float)value));
    case PAWL_U8:
        return round_to_integer(value, scale, type->zero_point, 0, UINT8_MAX);
    case PAWL_I8:
        return round_to_integer(value, scale, type->zero_point, INT8_MIN, INT8_MAX);
    case PAWL_I32:
        return round_to_integer(value, scale, 0, INT32_MIN, INT32_MAX);
    default:
        return value;
    }
}

void pr_round(const pw_tensor *type, const pr_view *view)
{
    const size_t size = (size_t)view->channels * (size_t)view->height * (size_t)view->width;
    for (int32_t n = 0; type->dtype != PAWL_F32 && n < view->batch; n++) {
        double *values = view->data + (size_t)n * view->picture_step;
        for (size_t i = 0; i < size; i++)
            values[i] = round_value(type, values[i]);
    }
}

/* Integers are symmetric: -127 to 127, with a scale an output channel, which is the dimension
 * outside (a convolution's) or within groups of inputs (a transposed one's). A convolution's stay
 * integers, for its sums are exact. */
static float round_weight(pawl_dtype type, float scale, float weight)
{
    const pw_tensor as = {.dtype = type, .scale = scale};
    return type == PAWL_I8 ? (float)round_to_integer((double)weight, (double)scale, 0, -127, 127)
                           : (float)round_value(&as, (double)weight);
}

/* The output channel of element i. */
static size_t channel_of(const pw_layer *layer, size_t i)
{
    if (layer->op == PW_OP_CONV)
        return i / (pw_conv_weight_count(&layer->as.conv) / (size_t)layer->as.conv.out_channels);
    const pw_deconv *deconv = &layer->as.deconv;
    const size_t window = (size_t)deconv->kernel[0] * (size_t)deconv->kernel[1];
    const size_t per_group = (size_t)(deconv->out_channels / deconv->groups);
    const size_t in_per_group = (size_t)(deconv->in_channels / deconv->groups);
    const size_t input = i / window / per_group;
    return input / in_per_group * per_group + i / window % per_group;
}

static pawl_status round_layer(pw_network *network, const pw_layer *layer, pawl_dtype type,
                               const float *scales, size_t count, const float **weights,
                               pawl_error *error)
{
    float *rounded = pw_arena_array(&network->arena, count, sizeof *rounded);
    if (rounded == NULL)
        return pw_fail_memory(error, "rounded weights", count * sizeof *rounded);
    for (size_t i = 0; i < count; i++) {
        const float scale = scales != NULL ? scales[channel_of(layer, i)] : 0;
        rounded[i] = type == PAWL_I8 && layer->op == PW_OP_CONV
                         ? (float)pk_quantise_weight((*weights)[i], scale)
                         : round_weight(type, scale, (*weights)[i]);
    }
    *weights = rounded;
    return PAWL_OK;
}

pawl_status pr_round_weights(pw_network *network, pawl_error *error)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        pw_constant list[PW_MAX_CONSTANTS];
        if (layer->op == PW_OP_CONV && layer->as.conv.weight_type != PAWL_F32) {
            pw_conv *conv = &layer->as.conv;
            (void)pw_layer_constants(layer, list); /* the weights come first */
            PW_TRY(round_layer(network, layer, conv->weight_type, conv->weight_scales,
                               list[0].count, &conv->weights, error));
        } else if (layer->op == PW_OP_DECONV && layer->as.deconv.weight_type != PAWL_F32) {
            pw_deconv *deconv = &layer->as.deconv;
            (void)pw_layer_constants(layer, list);
            PW_TRY(round_layer(network, layer, deconv->weight_type, deconv->weight_scales,
                               list[0].count, &deconv->weights, error));
        }
    }
    return PAWL_OK;
}
