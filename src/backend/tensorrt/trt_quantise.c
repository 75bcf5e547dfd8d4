/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of IQuantizeLayer and IDequantizeLayer. */
#include "backend/tensorrt/trt_quantise.h"
#include <stdio.h>

#define AXIS_OF_OUTPUTS 0 /* of weights: outputs x inputs x height x width */
#define AXIS_OF_TENSORS 1 /* of no account beside a single scale, but versions complain of none */

bool pw_trt_is_byte(const pw_trt_translator *t, uint32_t tensor)
{
    return t->source->tensors[tensor].dtype == PAWL_U8;
}

/* Values that the plan keeps until the build is over. */
static pawl_status add_constant(pw_trt_translator *t, const char *name, const char *part,
                                const pw_trt_dims *dims, const float *values,
                                pw_trt_native **constant)
{
    pw_trt_weights weights = {.type = PW_TRT_FLOAT, .values = values, .count = 1};
    for (int32_t i = 0; i < dims->count; i++)
        weights.count *= dims->d[i];
    return pw_trt_output_of(t, pw_trt_add_constant(t->library, t->network, dims, &weights), name,
                            part, constant);
}

static pawl_status add_pair(pw_trt_translator *t, const char *name, pw_trt_native *scale,
                            int32_t axis, pw_trt_native **value)
{
    PW_TRY(pw_trt_output_of(t, pw_trt_add_quantize(t->library, t->network, *value, scale, axis),
                            name, ".q", value));
    return pw_trt_output_of(
        t, pw_trt_add_dequantize(t->library, t->network, *value, scale, axis, t->inner_type), name,
        ".dq", value);
}

pawl_status pw_trt_quantise(pw_trt_translator *t, const char *name, const char *part,
                            uint32_t tensor, pw_trt_native **value)
{
    static const pw_trt_dims one = {.count = 0}; /* a scalar */
    const pw_tensor *const bytes = &t->source->tensors[tensor];
    pw_trt_native *scale = NULL;
    char whose[224];
    if (bytes->zero_point != PW_SYMMETRIC_ZERO)
        return pw_fail(t->error, PAWL_ERR_UNSUPPORTED,
                       "layer %s reads bytes about %d, and TensorRT takes none but those about %d: "
                       "build the weights for TensorRT anew",
                       name, (int)bytes->zero_point, PW_SYMMETRIC_ZERO);
    snprintf(whose, sizeof whose, "%s%s", name, part);
    PW_TRY(add_constant(t, whose, ".scale", &one, &bytes->scale, &scale));
    return add_pair(t, whose, scale, AXIS_OF_TENSORS, value);
}

pawl_status pw_trt_quantise_weights(pw_trt_translator *t, const pw_layer *layer,
                                    pw_trt_native **weights)
{
    const pw_conv *const conv = &layer->as.conv;
    const pw_trt_dims dims = {
        4,
        {conv->out_channels, conv->in_channels / conv->groups, conv->kernel[0], conv->kernel[1]}};
    const pw_trt_dims channels = {1, {conv->out_channels}};
    pw_trt_native *scales = NULL;
    char whose[224];
    snprintf(whose, sizeof whose, "%s.weight", layer->name);
    PW_TRY(add_constant(t, whose, "", &dims, conv->weights, weights));
    PW_TRY(add_constant(t, whose, ".scale", &channels, conv->weight_scales, &scales));
    return add_pair(t, whose, scales, AXIS_OF_OUTPUTS, weights);
}
