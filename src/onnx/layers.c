/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that are one node of ONNX, or few: windows, activations, what moves values. Those used
 * mean the same in every operator set from 12 to 17, but for Resize's empty input. */
#include "onnx/layers.h"

#include <math.h>

#define RESIZE_OPTIONAL 13 /* the operator set from which Resize's regions may be left out */

static const char *activation_of(pw_onnx_graph *graph, pw_activation kind, float alpha,
                                 const char *x)
{
    const char *y;
    switch (kind) {
    case PW_ACT_SILU:
        return pw_onnx_of_two(graph, "Mul", x, pw_onnx_of(graph, "Sigmoid", x));
    case PW_ACT_LEAKY_RELU:
    case PW_ACT_ELU:
        y = pw_onnx_begin(graph, kind == PW_ACT_ELU ? "Elu" : "LeakyRelu", &x, 1, NULL);
        pw_onnx_set_float(graph, "alpha", alpha);
        pw_onnx_end(graph);
        return y;
    case PW_ACT_HARDSWISH:
        y = pw_onnx_begin(graph, "HardSigmoid", &x, 1, NULL);
        pw_onnx_set_float(graph, "alpha", 1.0f / 6);
        pw_onnx_set_float(graph, "beta", 0.5f);
        pw_onnx_end(graph);
        return pw_onnx_of_two(graph, "Mul", x, y);
    case PW_ACT_RELU:
        return pw_onnx_of(graph, "Relu", x);
    case PW_ACT_SIGMOID:
        return pw_onnx_of(graph, "Sigmoid", x);
    case PW_ACT_RELU6: {
        const char *const inputs[] = {x, pw_onnx_float(graph, "low", 0),
                                      pw_onnx_float(graph, "high", 6)};
        y = pw_onnx_begin(graph, "Clip", inputs, 3, NULL);
        pw_onnx_end(graph);
        return y;
    }
    case PW_ACT_MISH:
        return pw_onnx_of_two(graph, "Mul", x,
                              pw_onnx_of(graph, "Tanh", pw_onnx_of(graph, "Softplus", x)));
    case PW_ACT_GELU:
        y = pw_onnx_of_two(graph, "Mul", x, pw_onnx_float(graph, "root", (float)sqrt(0.5)));
        y = pw_onnx_of_two(graph, "Add", pw_onnx_of(graph, "Erf", y),
                           pw_onnx_float(graph, "one", 1));
        y = pw_onnx_of_two(graph, "Mul", x, y);
        return pw_onnx_of_two(graph, "Mul", y, pw_onnx_float(graph, "half", 0.5f));
    case PW_ACT_NONE:
    case PW_ACT_COUNT:
        break;
    }
    return x;
}

/* Height, width -> top, left, bottom, right. */
static void set_pads(pw_onnx_graph *graph, const int32_t padding[2])
{
    pw_onnx_set_ints(graph, "pads",
                     (const int64_t[]){padding[0], padding[1], padding[0], padding[1]}, 4);
}

static const char *convolution(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_conv *conv = &layer->as.conv;
    const int64_t dims[] = {conv->out_channels, conv->in_channels / conv->groups, conv->kernel[0],
                            conv->kernel[1]};
    const char *inputs[3] = {pw_onnx_input(graph, layer, 0),
                             pw_onnx_array(graph, "weight", conv->weights, dims, 4)};
    size_t count = 2;
    if (conv->bias != NULL)
        inputs[count++] = pw_onnx_array(graph, "bias", conv->bias, dims, 1);
    const char *y = pw_onnx_begin(graph, "Conv", inputs, count, NULL);
    pw_onnx_set_pair(graph, "kernel_shape", conv->kernel);
    pw_onnx_set_pair(graph, "strides", conv->stride);
    pw_onnx_set_pair(graph, "dilations", conv->dilation);
    pw_onnx_set_int(graph, "group", conv->groups);
    set_pads(graph, conv->padding);
    pw_onnx_end(graph);
    y = activation_of(graph, conv->activation, conv->alpha, y);
    return conv->has_residual ? pw_onnx_of_two(graph, "Add", y, pw_onnx_input(graph, layer, 1)) : y;
}

static const char *transposed(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_deconv *deconv = &layer->as.deconv;
    const int64_t dims[] = {deconv->in_channels, deconv->out_channels / deconv->groups,
                            deconv->kernel[0], deconv->kernel[1]};
    const int64_t outputs = deconv->out_channels;
    const char *inputs[3] = {pw_onnx_input(graph, layer, 0),
                             pw_onnx_array(graph, "weight", deconv->weights, dims, 4)};
    size_t count = 2;
    if (deconv->bias != NULL)
        inputs[count++] = pw_onnx_array(graph, "bias", deconv->bias, &outputs, 1);
    const char *y = pw_onnx_begin(graph, "ConvTranspose", inputs, count, NULL);
    pw_onnx_set_pair(graph, "kernel_shape", deconv->kernel);
    pw_onnx_set_pair(graph, "strides", deconv->stride);
    pw_onnx_set_pair(graph, "dilations", deconv->dilation);
    pw_onnx_set_pair(graph, "output_padding", deconv->output_padding);
    pw_onnx_set_int(graph, "group", deconv->groups);
    set_pads(graph, deconv->padding);
    pw_onnx_end(graph);
    return y;
}

static const char *batchnorm(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_batchnorm *norm = &layer->as.batchnorm;
    const int64_t channels = norm->channels;
    const char *const inputs[] = {
        pw_onnx_input(graph, layer, 0), pw_onnx_array(graph, "weight", norm->gamma, &channels, 1),
        pw_onnx_array(graph, "bias", norm->beta, &channels, 1),
        pw_onnx_array(graph, "running_mean", norm->mean, &channels, 1),
        pw_onnx_array(graph, "running_var", norm->variance, &channels, 1)};
    const char *y = pw_onnx_begin(graph, "BatchNormalization", inputs, 5, NULL);
    pw_onnx_set_float(graph, "epsilon", norm->epsilon);
    pw_onnx_end(graph);
    return y;
}

static const char *begin_pool(pw_onnx_graph *graph, const pw_layer *layer, const char *kind)
{
    const char *x = pw_onnx_input(graph, layer, 0);
    const char *y = pw_onnx_begin(graph, kind, &x, 1, NULL);
    pw_onnx_set_pair(graph, "kernel_shape", layer->as.pool.kernel);
    pw_onnx_set_pair(graph, "strides", layer->as.pool.stride);
    set_pads(graph, layer->as.pool.padding);
    return y;
}

static const char *maxpool(pw_onnx_graph *graph, const pw_layer *layer)
{
    const char *y = begin_pool(graph, layer, "MaxPool");
    pw_onnx_end(graph);
    return y;
}

static const char *avgpool(pw_onnx_graph *graph, const pw_layer *layer)
{
    const char *y = begin_pool(graph, layer, "AveragePool");
    pw_onnx_set_int(graph, "count_include_pad", 1);
    pw_onnx_end(graph);
    return y;
}

static const char *upsample(pw_onnx_graph *graph, const pw_layer *layer)
{
    const float factor = (float)layer->as.upsample.factor;
    const float scales[] = {1, 1, factor, factor};
    const int64_t none = 0, four = 4;
    const char *const inputs[] = {
        pw_onnx_input(graph, layer, 0),
        graph->opset >= RESIZE_OPTIONAL ? "" : pw_onnx_floats(graph, "regions", scales, &none, 1),
        pw_onnx_floats(graph, "scales", scales, &four, 1)};
    const char *y = pw_onnx_begin(graph, "Resize", inputs, 3, NULL);
    pw_onnx_set_text(graph, "mode", "nearest");
    pw_onnx_set_text(graph, "nearest_mode", "floor");
    pw_onnx_set_text(graph, "coordinate_transformation_mode", "asymmetric");
    pw_onnx_end(graph);
    return y;
}

static const char *pad(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_pad *by = &layer->as.pad;
    const int64_t pads[] = {0, 0, by->top, by->left, 0, 0, by->bottom, by->right};
    return pw_onnx_of_two(graph, "Pad", pw_onnx_input(graph, layer, 0),
                          pw_onnx_ints(graph, "pads", pads, 8));
}

static const char *shuffle(pw_onnx_graph *graph, const pw_layer *layer)
{
    const char *x = pw_onnx_input(graph, layer, 0);
    const char *y = pw_onnx_begin(
        graph, layer->op == PW_OP_SPACE_TO_DEPTH ? "SpaceToDepth" : "DepthToSpace", &x, 1, NULL);
    pw_onnx_set_int(graph, "blocksize", layer->as.shuffle.factor);
    pw_onnx_end(graph);
    return y;
}

static const char *joined(pw_onnx_graph *graph, const char *const *parts, size_t count)
{
    const char *y = pw_onnx_begin(graph, "Concat", parts, count, NULL);
    pw_onnx_set_int(graph, "axis", 1);
    pw_onnx_end(graph);
    return y;
}

static const char *concat(pw_onnx_graph *graph, const pw_layer *layer)
{
    const char *inputs[PW_MAX_INPUTS];
    for (uint32_t i = 0; i < layer->input_count; i++)
        inputs[i] = pw_onnx_input(graph, layer, i);
    return joined(graph, inputs, layer->input_count);
}

/* The layer's value; NULL: it is a head, or there is none of its kind. */
static const char *value_of(pw_onnx_graph *graph, const pw_layer *layer)
{
    switch (layer->op) {
    case PW_OP_INPUT:
        return "images";
    case PW_OP_CONV:
        return convolution(graph, layer);
    case PW_OP_BATCHNORM:
        return batchnorm(graph, layer);
    case PW_OP_ACTIVATION:
        return activation_of(graph, layer->as.activation.kind, layer->as.activation.alpha,
                             pw_onnx_input(graph, layer, 0));
    case PW_OP_ADD:
        return pw_onnx_of_two(graph, "Add", pw_onnx_input(graph, layer, 0),
                              pw_onnx_input(graph, layer, 1));
    case PW_OP_MAXPOOL:
        return maxpool(graph, layer);
    case PW_OP_AVGPOOL:
        return avgpool(graph, layer);
    case PW_OP_UPSAMPLE:
        return upsample(graph, layer);
    case PW_OP_CONCAT:
        return concat(graph, layer);
    case PW_OP_PAD:
        return pad(graph, layer);
    case PW_OP_GLOBALPOOL:
        return pw_onnx_of(graph, "GlobalAveragePool", pw_onnx_input(graph, layer, 0));
    case PW_OP_ATTENTION:
        return pw_onnx_attention(graph, layer);
    case PW_OP_DECONV:
        return transposed(graph, layer);
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        return shuffle(graph, layer);
    default:
        return NULL;
    }
}

/* The slice of a tensor that begins at a channel; PW_NO_TENSOR: not made yet. */
static uint32_t slice_at(const pw_onnx_graph *graph, uint32_t parent, int32_t channel)
{
    const pw_network *network = graph->network;
    for (uint32_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].parent == parent && network->tensors[t].channel_offset == channel &&
            graph->values[t] != NULL)
            return t;
    return PW_NO_TENSOR;
}

/* Once the last slice of a tensor is made, the tensor is. */
static void join_slices(pw_onnx_graph *graph, uint32_t parent)
{
    const char *parts[PW_MAX_INPUTS];
    size_t count = 0;
    int32_t channels = 0;
    while (channels < graph->network->tensors[parent].channels) {
        const uint32_t slice = slice_at(graph, parent, channels);
        if (slice == PW_NO_TENSOR || count == PW_MAX_INPUTS)
            return;
        parts[count++] = graph->values[slice];
        channels += graph->network->tensors[slice].channels;
    }
    graph->values[parent] = joined(graph, parts, count);
}

pawl_status pw_onnx_layer(pw_onnx_graph *graph, const pw_layer *layer, pawl_error *error)
{
    graph->scope = layer->name;
    if (layer->op == PW_OP_DETECT) {
        pw_onnx_detect(graph, layer);
        return PAWL_OK;
    }
    if (layer->op == PW_OP_CLASSIFY) {
        pw_onnx_classify(graph, layer);
        return PAWL_OK;
    }
    const char *value = value_of(graph, layer);
    if (value == NULL)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "layer %s: there is no %s in the operator sets of ONNX that are written",
                       layer->name, pw_op_name(layer->op));
    graph->values[layer->output] = value;
    const uint32_t parent = graph->network->tensors[layer->output].parent;
    if (parent != PW_NO_TENSOR)
        join_slices(graph, parent);
    return PAWL_OK;
}
