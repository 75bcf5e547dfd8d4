/* SPDX-License-Identifier: Apache-2.0 */
/* What every network must fulfil before anything computes with it: whether pawl made it, a pass
 * changed it or a hostile file claims it. */
#include "base/memory.h"
#include "network/operator.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is found while the layers are walked once. */
typedef struct pw_check {
    pw_layer_site site;  /* the layer under check */
    uint32_t *producers; /* a tensor: layer index + 1, 0 for none */
    int32_t *covered;    /* a tensor: channels that slices made so far */
} pw_check;

#define BAD(check, ...) pw_layer_fault(&(check)->site, __VA_ARGS__)

static pawl_status check_same_channels(const pw_check *check)
{
    const int32_t out = pw_site_output_channels(&check->site);
    for (uint32_t i = 0; i < check->site.layer->input_count; i++)
        if (pw_site_channels(&check->site, i) != out)
            return BAD(check, "%d channels in, %d out", (int)pw_site_channels(&check->site, i),
                       (int)out);
    return PAWL_OK;
}

static pawl_status check_constants(const pw_check *check)
{
    const pw_layer *layer = check->site.layer;
    const pw_operator *row = pw_operator_of(layer->op);
    for (size_t c = 0; c < row->constant_count; c++) {
        const float *values = NULL;
        memcpy(&values, (const char *)layer + row->constants[c].offset, sizeof values);
        if (values == NULL && !row->constants[c].is_optional)
            return BAD(check, "it has no %s", row->constants[c].name);
    }
    return PAWL_OK;
}

static pawl_status check_attributes(const pw_check *check)
{
    const pw_operator *row = pw_operator_of(check->site.layer->op);
    char text[64];
    if (pw_fields_fault(row->fields, row->field_count, check->site.layer, text) != NULL)
        return BAD(check, "%s", text);
    PW_TRY(check_constants(check));
    if (row->check != NULL)
        PW_TRY(row->check(&check->site));
    return row->keeps_channels ? check_same_channels(check) : PAWL_OK;
}

/* Inputs must exist and be complete: written by a layer before, or covered by slices written
 * before. */
static pawl_status check_inputs(const pw_check *check)
{
    const pw_layer *layer = check->site.layer;
    const pw_operator *row = pw_operator_of(layer->op);
    if (layer->input_count < row->least_inputs || layer->input_count > row->most_inputs)
        return BAD(check, "%u inputs to %s", (unsigned)layer->input_count, pw_op_name(layer->op));
    for (uint32_t i = 0; i < layer->input_count; i++) {
        const uint32_t tensor = layer->inputs[i];
        if (tensor >= check->site.network->tensor_count)
            return BAD(check, "input %u is tensor %u of %zu", (unsigned)i, (unsigned)tensor,
                       check->site.network->tensor_count);
        if (check->producers[tensor] == 0 &&
            check->covered[tensor] != check->site.network->tensors[tensor].channels)
            return BAD(check, "input %u is used before it is made", (unsigned)i);
    }
    return PAWL_OK;
}

static pawl_status check_output(const pw_check *check)
{
    const pw_network *network = check->site.network;
    const pw_layer *layer = check->site.layer;
    const pw_operator *row = pw_operator_of(layer->op);
    if (row->is_head) {
        if (layer->output != PW_NO_TENSOR)
            return BAD(check, "the head writes a tensor");
        if (layer != &network->layers[network->layer_count - 1])
            return BAD(check, "layers follow the head");
        return PAWL_OK;
    }
    if (layer->output >= check->site.network->tensor_count)
        return BAD(check, "it writes tensor %u of %zu", (unsigned)layer->output,
                   check->site.network->tensor_count);
    if (check->producers[layer->output] != 0)
        return BAD(check, "it writes tensor %u, which layer %s has written",
                   (unsigned)layer->output,
                   check->site.network->layers[check->producers[layer->output] - 1].name);
    const pw_tensor *tensor = &check->site.network->tensors[layer->output];
    if (tensor->parent != PW_NO_TENSOR && !row->may_slice)
        return BAD(check, "%s cannot write a slice", pw_op_name(layer->op));
    if (check->covered[layer->output] != 0 && layer->op != PW_OP_CONCAT)
        return BAD(check, "it overwrites the slices of its output");

    return PAWL_OK;
}

/* A kept CONCAT copies what is no slice of its output; all slices of the output must be among its
 * inputs, else it would overwrite one. */
static pawl_status check_kept_slices(const pw_check *check)
{
    int32_t placed = 0;
    const pw_layer *layer = check->site.layer;
    for (uint32_t i = 0; i < layer->input_count; i++)
        if (check->site.network->tensors[layer->inputs[i]].parent == layer->output)
            placed += check->site.network->tensors[layer->inputs[i]].channels;
    if (placed != check->covered[layer->output])
        return BAD(check, "a slice of its output is not among its inputs");
    return PAWL_OK;
}

static pawl_status check_layers(pw_check *check)
{
    const pw_network *network = check->site.network;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = check->site.layer = &network->layers[i];
        if (layer->name == NULL)
            return pw_fail(check->site.error, PAWL_ERR_CORRUPT,
                           "layer %zu has no name: the network is damaged", i);
        if ((unsigned)layer->op >= PW_OP_COUNT)
            return BAD(check, "operator %d does not exist", (int)layer->op);
        if ((i == 0) != (layer->op == PW_OP_INPUT))
            return BAD(check, "the input must be the first layer, and only that");
        PW_TRY(check_inputs(check));
        PW_TRY(check_output(check));
        PW_TRY(check_attributes(check));
        if (layer->output == PW_NO_TENSOR)
            continue;
        if (layer->op == PW_OP_CONCAT)
            PW_TRY(check_kept_slices(check));
        check->producers[layer->output] = (uint32_t)i + 1;
        const pw_tensor *tensor = &network->tensors[layer->output];
        if (tensor->parent == PW_NO_TENSOR)
            continue;
        if (check->producers[tensor->parent] != 0)
            return BAD(check, "it writes a slice of a tensor that is made already");
        check->covered[tensor->parent] += tensor->channels;
    }
    return PAWL_OK;
}

static bool is_float(pawl_dtype dtype)
{
    return dtype == PAWL_F32 || dtype == PAWL_F16 || dtype == PAWL_BF16;
}

/* Scale and zero point belong to integers, and to the bytes the range of their zero point. */
static pawl_status check_type(const pw_network *network, size_t index, pawl_error *error)
{
    const pw_tensor *tensor = &network->tensors[index];
    const pawl_dtype dtype = tensor->dtype;
    const int32_t low = dtype == PAWL_I8 ? INT8_MIN : 0;
    const int32_t high = dtype == PAWL_I8 ? INT8_MAX : dtype == PAWL_U8 ? UINT8_MAX : 0;
    if (!is_float(dtype) && dtype != PAWL_U8 && dtype != PAWL_I8 && dtype != PAWL_I32)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "tensor %zu is of type %d (%s), which none can have: the network is damaged",
                       index, (int)dtype, pawl_dtype_name(dtype));
    if (is_float(dtype) ? tensor->scale != 0 : !isnormal(tensor->scale) || tensor->scale < 0)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "tensor %zu of type %s has a scale of %g: the network is damaged", index,
                       pawl_dtype_name(dtype), (double)tensor->scale);
    if (tensor->zero_point < low || tensor->zero_point > high)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "tensor %zu of type %s has a zero point of %d: the network is damaged",
                       index, pawl_dtype_name(dtype), (int)tensor->zero_point);
    return PAWL_OK;
}

static bool is_same_type(const pw_tensor *a, const pw_tensor *b)
{
    return a->dtype == b->dtype && a->scale == b->scale && a->zero_point == b->zero_point;
}

/* Tensors by themselves: sizes, types, and slices within parents, one level deep. */
static pawl_status check_tensors(const pw_network *network, pawl_error *error)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const pw_tensor *tensor = &network->tensors[t];
        if (tensor->channels < 1 || tensor->channels > PW_MAX_CHANNELS)
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "tensor %zu has %d channels: the network is damaged", t,
                           (int)tensor->channels);
        PW_TRY(check_type(network, t, error));
        if (tensor->parent == PW_NO_TENSOR)
            continue;
        if (tensor->parent >= network->tensor_count ||
            network->tensors[tensor->parent].parent != PW_NO_TENSOR)
            return pw_fail(
                error, PAWL_ERR_CORRUPT,
                "tensor %zu is a slice of tensor %u, which cannot have any: the network is "
                "damaged",
                t, (unsigned)tensor->parent);
        if (tensor->channel_offset < 0 ||
            tensor->channel_offset > network->tensors[tensor->parent].channels - tensor->channels)
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "tensor %zu lies outside of tensor %u: the network is damaged", t,
                           (unsigned)tensor->parent);
        if (!is_same_type(tensor, &network->tensors[tensor->parent]))
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "tensor %zu is of another type or scale than tensor %u, of which it is "
                           "a slice: the network is damaged",
                           t, (unsigned)tensor->parent);
    }
    return PAWL_OK;
}

/* Slices of one parent must be disjoint. Parents are few and have few slices, but a hostile file
 * may say otherwise: PW_MAX_TENSORS bounds it. */
static pawl_status check_overlap(const pw_network *network, pawl_error *error)
{
    for (size_t a = 0; a < network->tensor_count; a++) {
        const pw_tensor *one = &network->tensors[a];
        for (size_t b = a + 1; one->parent != PW_NO_TENSOR && b < network->tensor_count; b++) {
            const pw_tensor *other = &network->tensors[b];
            if (other->parent == one->parent &&
                one->channel_offset < other->channel_offset + other->channels &&
                other->channel_offset < one->channel_offset + one->channels)
                return pw_fail(error, PAWL_ERR_CORRUPT,
                               "tensors %zu and %zu overlap in tensor %u: the network is damaged",
                               a, b, (unsigned)one->parent);
        }
    }
    return PAWL_OK;
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static pawl_status check_ids(const pw_network *network, pawl_error *error)
{
    uint32_t *ids PW_AUTO_FREE = pw_calloc(network->layer_count, sizeof *ids);
    if (ids == NULL)
        return pw_fail_memory(error, "checking a network", network->layer_count * sizeof *ids);
    for (size_t i = 0; i < network->layer_count; i++)
        ids[i] = network->layers[i].id;
    qsort(ids, network->layer_count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < network->layer_count; i++)
        if (ids[i] >= network->next_layer_id || (i > 0 && ids[i] == ids[i - 1]))
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "layer id %u is used twice or too large: the network is damaged",
                           (unsigned)ids[i]);
    return PAWL_OK;
}

static pawl_status check_model(const pw_network *network, pawl_error *error)
{
    const pw_model *model = &network->model;
    if (model->task < PAWL_TASK_DETECT || model->task > PAWL_TASK_CLASSIFY)
        return pw_fail(error, PAWL_ERR_CORRUPT, "task %d does not exist: the network is damaged",
                       (int)model->task);
    if (model->class_count < 0 || model->class_count > PW_MAX_CLASSES || model->max_stride < 0 ||
        model->max_stride > PW_MAX_STRIDE || model->imgsz < 0 || model->parameter_count < 0)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%d classes, a stride of %d, a size of %d: the network is damaged",
                       (int)model->class_count, (int)model->max_stride, (int)model->imgsz);
    for (int32_t i = 0; model->names != NULL && i < model->class_count; i++)
        if (model->names[i] == NULL)
            return pw_fail(error, PAWL_ERR_CORRUPT, "class %d has no name: the network is damaged",
                           (int)i);
    return PAWL_OK;
}

/* All tensors that exist are made, and those without a layer are covered. */
static pawl_status check_made(const pw_check *check)
{
    for (size_t t = 0; t < check->site.network->tensor_count; t++)
        if (check->producers[t] == 0 &&
            check->covered[t] != check->site.network->tensors[t].channels)
            return pw_fail(check->site.error, PAWL_ERR_CORRUPT,
                           "tensor %zu is made by no layer: the network is damaged", t);
    return PAWL_OK;
}

pawl_status pw_network_validate(const pw_network *network, pawl_error *error)
{
    if (network->layer_count < 1 || network->layer_count > PW_MAX_LAYERS ||
        network->tensor_count < 1 || network->tensor_count > PW_MAX_TENSORS)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%zu layers and %zu tensors: the network is damaged", network->layer_count,
                       network->tensor_count);
    PW_TRY(check_model(network, error));
    PW_TRY(check_tensors(network, error));
    PW_TRY(check_overlap(network, error));
    PW_TRY(check_ids(network, error));
    uint32_t *producers PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *producers);
    int32_t *covered PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *covered);
    if (producers == NULL || covered == NULL)
        return pw_fail_memory(error, "checking a network", network->tensor_count * 8);
    pw_check check = {{network, network->layers, NULL, error}, producers, covered};
    PW_TRY(check_layers(&check));
    return check_made(&check);
}
