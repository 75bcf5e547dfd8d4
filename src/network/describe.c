/* SPDX-License-Identifier: Apache-2.0 */
/* Names of operators and activations, and the public descriptions of a network and its layers. */
#include "base/strbuf.h"
#include "network/network_ir.h"

const char *pw_op_name(pw_op op)
{
    static const char *const names[PW_OP_COUNT] = {
#define PW_OP_TEXT(name, text) [PW_OP_##name] = (text),
        PW_OP_MAP(PW_OP_TEXT)
#undef PW_OP_TEXT
    };
    return (unsigned)op < PW_OP_COUNT ? names[op] : "?";
}

const char *pw_activation_name(pw_activation activation)
{
    static const char *const names[PW_ACT_COUNT] = {
        [PW_ACT_NONE] = "none",           [PW_ACT_SILU] = "silu", [PW_ACT_LEAKY_RELU] = "leaky",
        [PW_ACT_HARDSWISH] = "hardswish", [PW_ACT_RELU] = "relu", [PW_ACT_SIGMOID] = "sigmoid",
        [PW_ACT_RELU6] = "relu6",         [PW_ACT_ELU] = "elu",   [PW_ACT_MISH] = "mish",
        [PW_ACT_GELU] = "gelu",
    };
    return (unsigned)activation < PW_ACT_COUNT ? names[activation] : "?";
}

void pw_network_describe(const pw_network *network, int32_t imgsz, pawl_model_info *info)
{
    const pw_model *model = &network->model;
    const pw_layer *head = pw_network_head(network);
    const size_t struct_size = info->struct_size;
    *info = (pawl_model_info){
        .struct_size = struct_size,
        .task = model->task,
        .family = model->family,
        .size = model->size,
        .class_count = model->class_count,
        .names_known = model->names != NULL,
        .max_stride = model->max_stride,
        .imgsz = imgsz,
        .parameter_count = model->parameter_count,
        .layer_count = network->layer_count,
        .source_layer_count = network->source_layer_count,
    };
    if (head != NULL) {
        const pw_detect *detect = &head->as.detect;
        info->level_count = detect->level_count;
        info->anchor_count = detect->anchor_count;
        for (int32_t l = 0; l < detect->level_count; l++) {
            info->stride[l] = (int32_t)detect->stride[l];
            for (int32_t a = 0; a < detect->anchor_count; a++) {
                info->anchor[l][a][0] = detect->anchor[l][a][0];
                info->anchor[l][a][1] = detect->anchor[l][a][1];
            }
        }
    }
    const double flops = pw_network_flops(network, 1, imgsz, imgsz);
    info->gflops = flops > 0 ? flops * 1e-9 : 0;
}

/* "3x3 s2 p1": height x width where they differ. */
static void add_window(pw_strbuf *text, const int32_t kernel[2], const int32_t stride[2],
                       const int32_t padding[2])
{
    pw_strbuf_add(text, "%dx%d s%d", (int)kernel[0], (int)kernel[1], (int)stride[0]);
    if (stride[1] != stride[0])
        pw_strbuf_add(text, "x%d", (int)stride[1]);
    pw_strbuf_add(text, " p%d", (int)padding[0]);
    if (padding[1] != padding[0])
        pw_strbuf_add(text, "x%d", (int)padding[1]);
}

static void add_conv(pw_strbuf *text, const pw_conv *conv)
{
    add_window(text, conv->kernel, conv->stride, conv->padding);
    if (conv->dilation[0] != 1 || conv->dilation[1] != 1)
        pw_strbuf_add(text, " d%dx%d", (int)conv->dilation[0], (int)conv->dilation[1]);
    if (conv->groups != 1)
        pw_strbuf_add(text, " g%d", (int)conv->groups);
    pw_strbuf_add(text, " %d->%d", (int)conv->in_channels, (int)conv->out_channels);
    if (conv->activation != PW_ACT_NONE)
        pw_strbuf_add(text, " +%s", pw_activation_name(conv->activation));
    if (conv->has_residual)
        pw_strbuf_add(text, " +add");
}

static void add_deconv(pw_strbuf *text, const pw_deconv *deconv)
{
    add_window(text, deconv->kernel, deconv->stride, deconv->padding);
    if (deconv->output_padding[0] != 0 || deconv->output_padding[1] != 0)
        pw_strbuf_add(text, " o%dx%d", (int)deconv->output_padding[0],
                      (int)deconv->output_padding[1]);
    if (deconv->dilation[0] != 1 || deconv->dilation[1] != 1)
        pw_strbuf_add(text, " d%dx%d", (int)deconv->dilation[0], (int)deconv->dilation[1]);
    if (deconv->groups != 1)
        pw_strbuf_add(text, " g%d", (int)deconv->groups);
    pw_strbuf_add(text, " %d->%d", (int)deconv->in_channels, (int)deconv->out_channels);
}

static void add_detect(pw_strbuf *text, const pw_detect *detect)
{
    pw_strbuf_add(text, "%d classes, %d anchors, strides", (int)detect->class_count,
                  (int)detect->anchor_count);
    for (int32_t i = 0; i < detect->level_count; i++)
        pw_strbuf_add(text, " %g", (double)detect->stride[i]);
    if (detect->mask_count > 0)
        pw_strbuf_add(text, ", %d mask coefficients", (int)detect->mask_count);
}

static void add_concat(pw_strbuf *text, const pw_network *network, const pw_layer *layer)
{
    for (uint32_t i = 0; i < layer->input_count; i++)
        pw_strbuf_add(text, "%s%d", i == 0 ? "" : "+",
                      (int)network->tensors[layer->inputs[i]].channels);
}

static void add_pad(pw_strbuf *text, const pw_pad *pad)
{
    pw_strbuf_add(text, "top %d, bottom %d, left %d, right %d", (int)pad->top, (int)pad->bottom,
                  (int)pad->left, (int)pad->right);
}

static void add_attributes(pw_strbuf *text, const pw_network *network, const pw_layer *layer)
{
    switch (layer->op) {
    case PW_OP_CONV:
        add_conv(text, &layer->as.conv);
        break;
    case PW_OP_BATCHNORM:
        pw_strbuf_add(text, "eps %g", (double)layer->as.batchnorm.epsilon);
        break;
    case PW_OP_ACTIVATION:
        pw_strbuf_add(text, "%s", pw_activation_name(layer->as.activation.kind));
        if (layer->as.activation.kind == PW_ACT_LEAKY_RELU ||
            layer->as.activation.kind == PW_ACT_ELU)
            pw_strbuf_add(text, " %g", (double)layer->as.activation.alpha);
        break;
    case PW_OP_MAXPOOL:
        add_window(text, layer->as.pool.kernel, layer->as.pool.stride, layer->as.pool.padding);
        break;
    case PW_OP_UPSAMPLE:
        pw_strbuf_add(text, "x%d", (int)layer->as.upsample.factor);
        break;
    case PW_OP_CONCAT:
        add_concat(text, network, layer);
        break;
    case PW_OP_DETECT:
        add_detect(text, &layer->as.detect);
        break;
    case PW_OP_PAD:
        add_pad(text, &layer->as.pad);
        break;
    case PW_OP_ATTENTION:
        pw_strbuf_add(text, "%d heads", (int)layer->as.attention.heads);
        break;
    case PW_OP_DECONV:
        add_deconv(text, &layer->as.deconv);
        break;
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        pw_strbuf_add(text, "x%d", (int)layer->as.shuffle.factor);
        break;
    case PW_OP_CLASSIFY:
        pw_strbuf_add(text, "%d classes", (int)network->model.class_count);
        break;
    case PW_OP_GLOBALPOOL:
    case PW_OP_INPUT:
    case PW_OP_ADD:
    case PW_OP_COUNT:
        break;
    }
}

void pw_layer_describe(const pw_network *network, size_t index, pawl_layer_info *info,
                       char *attributes, size_t attributes_size)
{
    const pw_layer *layer = &network->layers[index];
    pw_strbuf text = {.text = attributes, .capacity = attributes_size, .length = 0};
    attributes[0] = '\0';
    add_attributes(&text, network, layer);
    info->id = layer->id;
    info->name = layer->name;
    info->op = pw_op_name(layer->op);
    info->attributes = attributes;
    info->output_channels =
        layer->output == PW_NO_TENSOR ? 0 : network->tensors[layer->output].channels;
}
