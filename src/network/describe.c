/* SPDX-License-Identifier: Apache-2.0 */
/* Names of activations, and the public descriptions of a network and its layers. */
#include "base/strbuf.h"
#include "network/operator.h"
#include <string.h>

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
        .has_names = model->names != NULL,
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
            info->strides[l] = (int32_t)detect->stride[l];
            for (int32_t a = 0; a < detect->anchor_count; a++) {
                info->anchors[l][a][0] = detect->anchor[l][a][0];
                info->anchors[l][a][1] = detect->anchor[l][a][1];
            }
        }
    }
    const double flops = pw_network_flops(network, 1, imgsz, imgsz);
    info->gflops = flops > 0 ? flops * 1e-9 : 0;
}

/* A {word} of an operator's text. */
static void add_word(const pw_network *network, const pw_layer *layer, const char *word,
                     size_t length, pw_strbuf *text)
{
    const pw_operator *row = pw_operator_of(layer->op);
    const bool is_pair = length > 2 && word[length - 2] == ':';
    const pw_field *field =
        pw_field_find(row->fields, row->field_count, word, is_pair ? length - 2 : length);
    if (field != NULL)
        pw_field_print(field, layer, is_pair, text);
    else if (strncmp(word, "model", length) == 0)
        pw_strbuf_add(text, "%d", (int)network->model.class_count);
    else /* inputs */
        for (uint32_t i = 0; i < layer->input_count; i++)
            pw_strbuf_add(text, "%s%d", i == 0 ? "" : "+",
                          (int)network->tensors[layer->inputs[i]].channels);
}

/* Whether what stands behind the '|' of [field|text] is told. */
static bool is_told(const pw_layer *layer, const char *name, size_t length)
{
    const pw_operator *row = pw_operator_of(layer->op);
    const pw_field *field = pw_field_find(row->fields, row->field_count, name, length);
    return field != NULL && !pw_field_is_usual(field, layer);
}

/* See pw_operator.text. */
static void add_attributes(pw_strbuf *text, const pw_network *network, const pw_layer *layer)
{
    const char *at = pw_operator_of(layer->op)->text;
    while (*at != '\0') {
        if (*at == '{') {
            const size_t length = strcspn(at + 1, "}");
            add_word(network, layer, at + 1, length, text);
            at += length + 2;
        } else if (*at == '[') {
            const size_t length = strcspn(at + 1, "|");
            at += is_told(layer, at + 1, length) ? length + 2 : strcspn(at, "]") + 1;
        } else {
            if (*at != ']')
                pw_strbuf_add(text, "%c", *at);
            at++;
        }
    }
}

/* A tensor that its slices make comes from all that write them. */
static void add_sources(const pw_network *network, uint32_t tensor, pawl_layer_info *info)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        const uint32_t output = network->layers[i].output;
        if (output == PW_NO_TENSOR ||
            (output != tensor && network->tensors[output].parent != tensor))
            continue;
        if (info->source_count < PAWL_MAX_SOURCES)
            info->sources[info->source_count] = network->layers[i].id;
        info->source_count++;
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
    info->source_count = 0;
    for (uint32_t i = 0; i < layer->input_count; i++)
        add_sources(network, layer->inputs[i], info);
    info->output_channels =
        layer->output == PW_NO_TENSOR ? 0 : network->tensors[layer->output].channels;
    info->weight_dtype = layer->op == PW_OP_CONV     ? layer->as.conv.weight_type
                         : layer->op == PW_OP_DECONV ? layer->as.deconv.weight_type
                                                     : PAWL_F32;
    info->output_dtype =
        layer->output == PW_NO_TENSOR ? PAWL_F32 : network->tensors[layer->output].dtype;
}
