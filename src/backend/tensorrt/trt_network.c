/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan -> INetworkDefinition. Our fused layers are taken apart again (the library fuses better for
 * its own kernels), and a tensor that is made of slices becomes a concatenation of them. No plugin
 * is used: heads leave raw maps, decoding is ours.
 */
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_half.h"
#include "backend/tensorrt/trt_quantise.h"
#include "backend/tensorrt/trt_watch.h"
#include "tensor/half.h"
#include <math.h>
#include <stdio.h>

size_t pw_trt_outputs(const pw_network *network, pw_trt_output outputs[PW_TRT_MAX_OUTPUTS])
{
    const pw_layer *const head = pw_network_head(network);
    const pw_layer *const last = head != NULL ? head : pw_network_classifier(network);
    const size_t levels = head != NULL ? (size_t)head->as.detect.level_count : 0;
    for (size_t i = 0; last != NULL && i < last->input_count && i < PW_TRT_MAX_OUTPUTS; i++) {
        outputs[i].tensor = last->inputs[i];
        outputs[i].is_channels_last = i < levels;
        if (i < levels)
            snprintf(outputs[i].name, sizeof outputs[i].name, "head%zu", i % 100);
        else
            snprintf(outputs[i].name, sizeof outputs[i].name, "%s",
                     head != NULL ? "prototypes" : "logits");
    }
    return last != NULL ? last->input_count : 0;
}

static pawl_status refused(const pw_trt_translator *t, const char *name)
{
    return pw_trt_fail(t->error, PAWL_ERR_DEVICE, "%s refused layer %s", t->library->version_text,
                       name);
}

static pw_trt_dims two(const int32_t values[2])
{
    return (pw_trt_dims){2, {values[0], values[1]}};
}

/* The values as the library is to hold them: as they are, or converted to half. NULL: no memory. */
static const void *weight_values(pw_trt_translator *t, const float *values, size_t count,
                                 pw_trt_type type)
{
    if (type == PW_TRT_FLOAT)
        return values;
    uint16_t *const halves = pw_arena_array(t->keep, count, sizeof *halves);
    for (size_t i = 0; halves != NULL && i < count; i++)
        halves[i] = pw_f32_to_f16(values[i]);
    return halves;
}

pawl_status pw_trt_weights_of(pw_trt_translator *t, const float *values, size_t count,
                              pw_trt_type type, pw_trt_weights *weights)
{
    *weights = (pw_trt_weights){.type = (int32_t)type, .values = NULL, .count = 0};
    if (values == NULL)
        return PAWL_OK;
    weights->values = weight_values(t, values, count, type);
    weights->count = (int64_t)count;
    return weights->values != NULL
               ? PAWL_OK
               : pw_fail_memory(t->error, "half-precision weights", count * sizeof(uint16_t));
}

pawl_status pw_trt_output_of(const pw_trt_translator *t, pw_trt_native *layer, const char *name,
                             const char *part, pw_trt_native **output)
{
    char unique[256];
    if (layer == NULL)
        return refused(t, name);
    snprintf(unique, sizeof unique, "%s%s", name, part);
    pw_trt_layer_set_name(t->library, layer, unique);
    *output = pw_trt_layer_output(t->library, layer);
    return *output != NULL ? PAWL_OK : refused(t, name);
}

/* The same of a layer within the network: where the builder may choose, it is told to compute and
 * to leave halves, and need not time what it would do in float32. */
static pawl_status result_of(const pw_trt_translator *t, pw_trt_native *layer, const char *name,
                             const char *part, pw_trt_native **output)
{
    if (layer != NULL && t->asks_for_halves) {
        pw_trt_layer_set_precision(t->library, layer, PW_TRT_HALF);
        pw_trt_layer_set_output_type(t->library, layer, PW_TRT_HALF);
    }
    return pw_trt_output_of(t, layer, name, part, output);
}

static pawl_status activate(const pw_trt_translator *t, pw_activation kind, float alpha,
                            const char *name, pw_trt_native **value)
{
    pw_trt_native *const x = *value;
    pw_trt_native *layer = NULL;
    switch (kind) {
    case PW_ACT_NONE:
        return PAWL_OK;
    case PW_ACT_RELU:
        return result_of(t, pw_trt_add_activation(t->library, t->network, x, PW_TRT_RELU), name,
                         ".relu", value);
    case PW_ACT_SIGMOID:
        return result_of(t, pw_trt_add_activation(t->library, t->network, x, PW_TRT_SIGMOID), name,
                         ".sigmoid", value);
    case PW_ACT_LEAKY_RELU:
        if ((layer = pw_trt_add_activation(t->library, t->network, x, PW_TRT_LEAKY_RELU)) != NULL)
            pw_trt_activation_set(t->library, layer, alpha, 0.0f);
        return result_of(t, layer, name, ".leaky", value);
    case PW_ACT_SILU:      /* x * sigmoid(x) */
    case PW_ACT_HARDSWISH: /* x * max(0, min(1, x / 6 + 1 / 2)) */
        layer = pw_trt_add_activation(t->library, t->network, x,
                                      kind == PW_ACT_SILU ? PW_TRT_SIGMOID : PW_TRT_HARD_SIGMOID);
        if (layer != NULL && kind == PW_ACT_HARDSWISH)
            pw_trt_activation_set(t->library, layer, 1.0f / 6.0f, 0.5f);
        PW_TRY(result_of(t, layer, name, ".gate", value));
        return result_of(t, pw_trt_add_elementwise(t->library, t->network, x, *value, PW_TRT_PROD),
                         name, ".gated", value);
    case PW_ACT_RELU6:
    case PW_ACT_ELU:
    case PW_ACT_MISH:
    case PW_ACT_GELU:
    case PW_ACT_COUNT:
        break;
    }
    return pw_fail(t->error, PAWL_ERR_UNSUPPORTED,
                   "the activation of layer %s cannot be given to TensorRT", name);
}

/* Weights as FP16 holds them; NULL: no memory. */
static const float *mended(pw_trt_translator *t, const float *values, size_t count,
                           const pw_trt_mending *mending)
{
    float *const result = values != NULL ? pw_arena_array(t->keep, count, sizeof *result) : NULL;
    if (result != NULL)
        pw_trt_half_mend(mending, values, count, result);
    return result;
}

/* The two layers behind a convolution whose weights are 2^exponent too large. The clip lies within
 * what FP16 holds, so it changes nothing that is not lost already; without it the library would
 * multiply the factor into the weights again. */
static pawl_status unscale(pw_trt_translator *t, const char *name, const pw_trt_mending *mending,
                           pw_trt_native **value)
{
    const float most = 65504.0f;
    float *const factor = pw_arena_alloc(t->keep, sizeof *factor);
    pw_trt_weights weights;
    if (factor == NULL)
        return pw_fail_memory(t->error, "a factor", sizeof *factor);
    *factor = ldexpf(1.0f, -mending->exponent);
    PW_TRY(pw_trt_weights_of(t, factor, 1, t->inner_type, &weights));
    pw_trt_native *const clip = pw_trt_add_activation(t->library, t->network, *value, PW_TRT_CLIP);
    if (clip != NULL)
        pw_trt_activation_set(t->library, clip, -most, most);
    PW_TRY(result_of(t, clip, name, ".bound", value));
    return result_of(t, pw_trt_add_scale(t->library, t->network, *value, &weights), name, ".scale",
                     value);
}

/* The library's convolution, with the attributes of ours. */
static pw_trt_native *add_convolution(const pw_trt_translator *t, const pw_conv *conv,
                                      pw_trt_native *input, const pw_trt_weights *weights,
                                      const pw_trt_weights *bias)
{
    const pw_trt_dims kernel = two(conv->kernel), stride = two(conv->stride),
                      padding = two(conv->padding), dilation = two(conv->dilation);
    pw_trt_native *const native = pw_trt_add_convolution(
        t->library, t->network, input, conv->out_channels, &kernel, weights, bias);
    if (native != NULL)
        pw_trt_convolution_set(t->library, native, &stride, &padding, &dilation, conv->groups);
    return native;
}

/* Of integers: input and weights come as pairs of Q and DQ, the latter as a tensor. */
static pawl_status convolve_integers(pw_trt_translator *t, const pw_layer *layer,
                                     pw_trt_native *input, pw_trt_native **value)
{
    const pw_conv *const conv = &layer->as.conv;
    const pw_trt_weights none = {.type = (int32_t)t->inner_type};
    pw_trt_native *weights = NULL;
    pw_trt_weights bias;
    PW_TRY(pw_trt_weights_of(t, conv->bias, (size_t)conv->out_channels, t->inner_type, &bias));
    PW_TRY(pw_trt_quantise(t, layer->name, ".in", layer->inputs[0], &input));
    PW_TRY(pw_trt_quantise_weights(t, layer, &weights));
    pw_trt_native *const native = add_convolution(t, conv, input, &none, &bias);
    if (native != NULL)
        pw_trt_layer_set_input(t->library, native, 1, weights);
    return result_of(t, native, layer->name, "", value);
}

static void keep_float(const pw_trt_translator *t, pw_trt_native *layer)
{
    pw_trt_layer_set_precision(t->library, layer, PW_TRT_FLOAT);
    if (t->asks_for_halves)
        pw_trt_layer_set_output_type(t->library, layer, PW_TRT_FLOAT);
}

/* Of floats: as it is; or mended, where half would damage its weights and the user wants none of
 * that: rounded or scaled, or in float32 between two casts. */
static pawl_status convolve_floats(pw_trt_translator *t, const pw_layer *layer,
                                   pw_trt_native *input, pw_trt_native **value)
{
    const pw_conv *const conv = &layer->as.conv;
    const size_t count = pw_conv_weight_count(conv), outputs = (size_t)conv->out_channels;
    const pw_trt_mending mending =
        t->is_mended ? pw_trt_half_diagnose(conv) : (pw_trt_mending){.kind = PW_TRT_HALF_FITS};
    const bool stays_float = mending.kind == PW_TRT_HALF_NEVER;
    const bool is_mended = mending.kind == PW_TRT_HALF_MENDED;
    const bool is_cast = stays_float && t->inner_type == PW_TRT_HALF;
    const pw_trt_type type = is_cast ? PW_TRT_FLOAT : t->inner_type;
    const float *const values =
        is_mended ? mended(t, conv->weights, count, &mending) : conv->weights;
    const float *const biases = is_mended ? mended(t, conv->bias, outputs, &mending) : conv->bias;
    pw_trt_weights weights, bias;
    if (values == NULL || (biases == NULL) != (conv->bias == NULL))
        return pw_fail_memory(t->error, "mended weights", count * sizeof *values);
    PW_TRY(pw_trt_weights_of(t, values, count, type, &weights));
    PW_TRY(pw_trt_weights_of(t, biases, outputs, type, &bias));
    if (is_cast)
        PW_TRY(result_of(t, pw_trt_add_cast(t->library, t->network, input, PW_TRT_FLOAT),
                         layer->name, ".float", &input));
    pw_trt_native *const native = add_convolution(t, conv, input, &weights, &bias);
    PW_TRY(result_of(t, native, layer->name, "", value));
    if (stays_float && !t->library->strategy->is_strongly_typed)
        keep_float(t, native);
    if (mending.exponent > 0)
        return unscale(t, layer->name, &mending, value);
    if (!is_cast)
        return PAWL_OK;
    return result_of(t, pw_trt_add_cast(t->library, t->network, *value, PW_TRT_HALF), layer->name,
                     ".half", value);
}

/* A sum of two, whose tensors are a's, b's and its own. Where it is of bytes, so are both: the
 * library adds within the kernel that makes one of them only then. What no tensor of the plan holds
 * (a convolution's result before its residual) is rounded as the sum is. */
static pawl_status add_up(pw_trt_translator *t, const pw_layer *layer, const char *part,
                          const uint32_t tensors[2], pw_trt_native *a, pw_trt_native *b,
                          pw_trt_native **value)
{
    const bool is_a = pw_trt_is_byte(t, tensors[0]), is_b = pw_trt_is_byte(t, tensors[1]);
    if (pw_trt_is_byte(t, layer->output) && (is_a || is_b)) {
        PW_TRY(pw_trt_quantise(t, layer->name, ".a", is_a ? tensors[0] : layer->output, &a));
        PW_TRY(pw_trt_quantise(t, layer->name, ".b", is_b ? tensors[1] : layer->output, &b));
    }
    return result_of(t, pw_trt_add_elementwise(t->library, t->network, a, b, PW_TRT_SUM),
                     layer->name, part, value);
}

static pawl_status translate_conv(pw_trt_translator *t, const pw_layer *layer,
                                  pw_trt_native *const *inputs, pw_trt_native **value)
{
    const pw_conv *const conv = &layer->as.conv;
    const bool is_integer = conv->weight_type == PAWL_I8;
    PW_TRY((is_integer ? convolve_integers : convolve_floats)(t, layer, inputs[0], value));
    PW_TRY(activate(t, conv->activation, conv->alpha, layer->name, value));
    if (!conv->has_residual)
        return PAWL_OK;
    return add_up(t, layer, ".sum", (const uint32_t[]){layer->output, layer->inputs[1]}, *value,
                  inputs[1], value);
}

static pawl_status translate_pool(pw_trt_translator *t, const pw_layer *layer, pw_trt_pooling kind,
                                  pw_trt_native *input, pw_trt_native **value)
{
    const pw_trt_dims kernel = two(layer->as.pool.kernel), stride = two(layer->as.pool.stride),
                      padding = two(layer->as.pool.padding);
    if (kind == PW_TRT_POOLING_AVERAGE && (padding.d[0] | padding.d[1]) != 0)
        return pw_fail(t->error, PAWL_ERR_UNSUPPORTED,
                       "layer %s averages over zeros in its padding, which is not given to "
                       "TensorRT; build with --backend cpu",
                       layer->name);
    pw_trt_native *const native = pw_trt_add_pool(t->library, t->network, input, kind, &kernel);
    if (native != NULL)
        pw_trt_pool_set(t->library, native, &stride, &padding);
    return result_of(t, native, layer->name, "", value);
}

static pawl_status translate_pad(pw_trt_translator *t, const pw_layer *layer, pw_trt_native *input,
                                 pw_trt_native **value)
{
    const pw_pad *const pad = &layer->as.pad;
    const pw_trt_dims before = {2, {pad->top, pad->left}}, after = {2, {pad->bottom, pad->right}};
    return result_of(t, pw_trt_add_padding(t->library, t->network, input, &before, &after),
                     layer->name, "", value);
}

static pawl_status translate_upsample(pw_trt_translator *t, const pw_layer *layer,
                                      pw_trt_native *input, pw_trt_native **value)
{
    const float factor = (float)layer->as.upsample.factor;
    const float scales[4] = {1.0f, 1.0f, factor, factor};
    pw_trt_native *const native = pw_trt_add_resize(t->library, t->network, input);
    if (native != NULL)
        pw_trt_resize_set_scales(t->library, native, scales, 4);
    return result_of(t, native, layer->name, "", value);
}

static pawl_status translate_concat(pw_trt_translator *t, const char *name,
                                    pw_trt_native *const *inputs, size_t count,
                                    pw_trt_native **value)
{
    pw_trt_native *const native =
        pw_trt_add_concatenation(t->library, t->network, inputs, (int32_t)count);
    if (native != NULL)
        pw_trt_concatenation_set_axis(t->library, native, 1);
    return result_of(t, native, name, ".concat", value);
}

/* One output as it leaves the network. */
static pawl_status translate_output(pw_trt_translator *t, const pw_trt_output *output)
{
    static const int32_t channels_last[PW_TRT_MAX_DIMS] = {0, 2, 3, 1},
                         as_it_is[] = {0, 1, 2, 3, 0, 0, 0, 0};
    const char *const name = output->name;
    pw_trt_native *value = t->tensors[output->tensor];
    if (t->inner_type == PW_TRT_HALF)
        PW_TRY(pw_trt_output_of(t, pw_trt_add_cast(t->library, t->network, value, PW_TRT_FLOAT),
                                name, ".float", &value));
    pw_trt_native *const shuffle = pw_trt_add_shuffle(t->library, t->network, value);
    if (shuffle != NULL)
        pw_trt_shuffle_transpose(t->library, shuffle,
                                 output->is_channels_last ? channels_last : as_it_is);
    PW_TRY(pw_trt_output_of(t, shuffle, name, ".rows", &value));
    pw_trt_tensor_set_name(t->library, value, name);
    pw_trt_mark_output(t->library, t->network, value);
    return PAWL_OK;
}

static pawl_status translate_outputs(pw_trt_translator *t)
{
    pw_trt_output outputs[PW_TRT_MAX_OUTPUTS];
    const size_t count = pw_trt_outputs(t->source, outputs);
    for (size_t i = 0; i < count; i++)
        PW_TRY(translate_output(t, &outputs[i]));
    return PAWL_OK;
}

static pawl_status translate_input(pw_trt_translator *t, const pw_plan *plan, bool is_dynamic,
                                   pw_trt_native **value)
{
    const pw_profile *const profile = &plan->profile;
    const bool is_fixed_batch = profile->batch_min == profile->batch_max;
    const pw_trt_dims dims = {4,
                              {is_fixed_batch ? profile->batch_max : -1, 3,
                               is_dynamic ? -1 : profile->height,
                               is_dynamic ? -1 : profile->width}};
    *value = pw_trt_add_input(t->library, t->network, PW_TRT_INPUT_NAME, PW_TRT_FLOAT, &dims);
    if (*value == NULL)
        return refused(t, PW_TRT_INPUT_NAME);
    if (t->inner_type == PW_TRT_HALF)
        return pw_trt_output_of(t, pw_trt_add_cast(t->library, t->network, *value, PW_TRT_HALF),
                                "images", ".half", value);
    return PAWL_OK;
}

static pawl_status translate_layer(pw_trt_translator *t, const pw_layer *layer,
                                   pw_trt_native *const *inputs, pw_trt_native **value)
{
    switch (layer->op) {
    case PW_OP_CONV:
        return translate_conv(t, layer, inputs, value);
    case PW_OP_ACTIVATION:
        *value = inputs[0];
        return activate(t, layer->as.activation.kind, layer->as.activation.alpha, layer->name,
                        value);
    case PW_OP_ADD:
        return add_up(t, layer, "", layer->inputs, inputs[0], inputs[1], value);
    case PW_OP_MAXPOOL:
        return translate_pool(t, layer, PW_TRT_POOLING_MAX, inputs[0], value);
    case PW_OP_AVGPOOL:
        return translate_pool(t, layer, PW_TRT_POOLING_AVERAGE, inputs[0], value);
    case PW_OP_UPSAMPLE:
        return translate_upsample(t, layer, inputs[0], value);
    case PW_OP_CONCAT:
        return translate_concat(t, layer->name, inputs, layer->input_count, value);
    case PW_OP_PAD:
        return translate_pad(t, layer, inputs[0], value);
    case PW_OP_GLOBALPOOL:
        return result_of(t, pw_trt_add_mean(t->library, t->network, inputs[0]), layer->name, "",
                         value);
    case PW_OP_DETECT:
    case PW_OP_CLASSIFY:
        return translate_outputs(t);
    default:
        return pw_fail(t->error, PAWL_ERR_UNSUPPORTED,
                       "layer %s (%s) cannot be given to TensorRT; build without --no-optimise, or "
                       "with --backend cpu",
                       layer->name, pw_op_name(layer->op));
    }
}

/* Slices of parent in the order of their channels; false while one is not made yet. */
static bool slices_of(const pw_trt_translator *t, uint32_t parent, pw_trt_native **slices,
                      size_t *count)
{
    int32_t offset = 0;
    *count = 0;
    while (offset < t->source->tensors[parent].channels) {
        size_t id = 0;
        while (id < t->source->tensor_count && (t->source->tensors[id].parent != parent ||
                                                t->source->tensors[id].channel_offset != offset))
            id++;
        if (id == t->source->tensor_count || t->tensors[id] == NULL || *count == PW_MAX_INPUTS)
            return false;
        slices[(*count)++] = t->tensors[id];
        offset += t->source->tensors[id].channels;
    }
    return true;
}

/* A tensor was made: if it completes the one it is a slice of, that one is made too, and so on
 * upwards. */
static pawl_status made(pw_trt_translator *t, uint32_t tensor, pw_trt_native *value,
                        const char *name)
{
    t->tensors[tensor] = value;
    for (uint32_t parent = t->source->tensors[tensor].parent; parent != PW_NO_TENSOR;
         parent = t->source->tensors[parent].parent) {
        pw_trt_native *slices[PW_MAX_INPUTS];
        size_t count;
        if (!slices_of(t, parent, slices, &count))
            return PAWL_OK;
        PW_TRY(translate_concat(t, name, slices, count, &t->tensors[parent]));
    }
    return PAWL_OK;
}

pawl_status pw_trt_translate(const pw_trt_library *library, pw_trt_native *network,
                             const pw_plan *plan, const pw_trt_translation *options, pw_arena *keep,
                             pawl_error *error)
{
    pw_trt_translator t = {.library = library,
                           .network = network,
                           .source = &plan->network,
                           .keep = keep,
                           .error = error};
    t.is_mended = options->is_half && options->is_mended;
    t.asks_for_halves = options->asks_for_halves;
    t.inner_type =
        options->is_half && library->strategy->is_strongly_typed ? PW_TRT_HALF : PW_TRT_FLOAT;
    t.tensors = pw_arena_array(keep, t.source->tensor_count, sizeof(pw_trt_native *));
    if (t.tensors == NULL)
        return pw_fail_memory(error, "the translation's tensors",
                              t.source->tensor_count * sizeof(pw_trt_native *));
    for (size_t i = 0; i < t.source->layer_count; i++) {
        const pw_layer *const layer = &t.source->layers[i];
        pw_trt_native *inputs[PW_MAX_INPUTS] = {NULL}, *value = NULL;
        for (size_t k = 0; k < layer->input_count; k++)
            if ((inputs[k] = t.tensors[layer->inputs[k]]) == NULL)
                return pw_fail(error, PAWL_ERR_INTERNAL,
                               "layer %s reads a tensor that was not made", layer->name);
        if (layer->op == PW_OP_INPUT)
            PW_TRY(translate_input(&t, plan, options->is_height_width_dynamic, &value));
        else
            PW_TRY(translate_layer(&t, layer, inputs, &value));
        if (layer->output != PW_NO_TENSOR)
            PW_TRY(made(&t, layer->output, value, layer->name));
    }
    return PAWL_OK;
}
