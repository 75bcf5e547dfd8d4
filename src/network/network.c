/* SPDX-License-Identifier: Apache-2.0 */
/* Making, copying and editing a network. What it must fulfil is in validate.c, what it computes in
 * infer.c. */
#include "base/memory.h"
#include "base/size.h"
#include "network/network_ir.h"
#include <string.h>

pawl_status pw_network_add_tensor(pw_network *network, int32_t channels, uint32_t *tensor,
                                  pawl_error *error)
{
    if (channels < 1 || channels > PW_MAX_CHANNELS)
        return pw_fail(error, PAWL_ERR_LIMIT, "a tensor of %d channels: pawl takes 1 to %d",
                       (int)channels, PW_MAX_CHANNELS);
    if (network->tensor_count >= PW_MAX_TENSORS)
        return pw_fail(error, PAWL_ERR_LIMIT, "the network has more than %d tensors",
                       PW_MAX_TENSORS);
    pw_tensor *tensors = pw_arena_grow(&network->arena, network->tensors, network->tensor_count,
                                       &network->tensor_capacity, sizeof *tensors);
    if (tensors == NULL)
        return pw_fail_memory(error, "the network's tensors", sizeof *tensors);
    network->tensors = tensors;
    tensors[network->tensor_count] =
        (pw_tensor){.channels = channels, .parent = PW_NO_TENSOR, .channel_offset = 0};
    *tensor = (uint32_t)network->tensor_count++;
    return PAWL_OK;
}

pawl_status pw_network_add_layer(pw_network *network, const pw_layer *layer, pawl_error *error)
{
    if (network->layer_count >= PW_MAX_LAYERS)
        return pw_fail(error, PAWL_ERR_LIMIT, "the network has more than %d layers", PW_MAX_LAYERS);
    pw_layer *layers = pw_arena_grow(&network->arena, network->layers, network->layer_count,
                                     &network->layer_capacity, sizeof *layers);
    char *name = pw_arena_strdup(&network->arena, layer->name);
    if (layers == NULL || name == NULL)
        return pw_fail_memory(error, "the network's layers", sizeof *layers);
    network->layers = layers;
    pw_layer *added = &layers[network->layer_count++];
    *added = *layer;
    added->name = name;
    added->id = network->next_layer_id++;
    return PAWL_OK;
}

static pawl_status copy_layers(const pw_network *source, pw_network *copy, pawl_error *error)
{
    copy->layers = pw_arena_array(&copy->arena, source->layer_count, sizeof *copy->layers);
    if (copy->layers == NULL)
        return pw_fail_memory(error, "a network's copy", source->layer_count * sizeof(pw_layer));
    copy->layer_capacity = source->layer_count;
    for (size_t i = 0; i < source->layer_count; i++) {
        copy->layers[i] = source->layers[i];
        copy->layers[i].name = pw_arena_strdup(&copy->arena, source->layers[i].name);
        if (copy->layers[i].name == NULL)
            return pw_fail_memory(error, "a network's copy", strlen(source->layers[i].name) + 1);
    }
    copy->layer_count = source->layer_count;
    return PAWL_OK;
}

static pawl_status copy_model(const pw_network *source, pw_network *copy, pawl_error *error)
{
    const pw_model *from = &source->model;
    pw_model *to = &copy->model;
    *to = *from;
    to->names = NULL;
    to->family = from->family == NULL ? NULL : pw_arena_strdup(&copy->arena, from->family);
    to->size = from->size == NULL ? NULL : pw_arena_strdup(&copy->arena, from->size);
    if ((from->family != NULL && to->family == NULL) || (from->size != NULL && to->size == NULL))
        return pw_fail_memory(error, "a network's copy", 16);
    if (from->names == NULL)
        return PAWL_OK;
    const size_t count = (size_t)from->class_count;
    to->names = pw_arena_array(&copy->arena, count, sizeof *to->names);
    if (to->names == NULL)
        return pw_fail_memory(error, "a network's class names", count * sizeof *to->names);
    for (size_t i = 0; i < count; i++) {
        to->names[i] = pw_arena_strdup(&copy->arena, from->names[i]);
        if (to->names[i] == NULL)
            return pw_fail_memory(error, "a network's class names", strlen(from->names[i]) + 1);
    }
    return PAWL_OK;
}

static pawl_status copy_all(const pw_network *source, pw_network *copy, pawl_error *error)
{
    PW_TRY(copy_layers(source, copy, error));
    PW_TRY(copy_model(source, copy, error));
    copy->tensors = pw_arena_array(&copy->arena, source->tensor_count, sizeof *copy->tensors);
    if (copy->tensors == NULL)
        return pw_fail_memory(error, "a network's copy", source->tensor_count * sizeof(pw_tensor));
    if (source->tensor_count > 0)
        memcpy(copy->tensors, source->tensors, source->tensor_count * sizeof *copy->tensors);
    copy->tensor_count = copy->tensor_capacity = source->tensor_count;
    copy->next_layer_id = source->next_layer_id;
    copy->source_layer_count = source->source_layer_count;
    return PAWL_OK;
}

pawl_status pw_network_copy(const pw_network *source, pw_network *copy, pawl_error *error)
{
    pw_network made = {.source_layer_count = 0};
    const pawl_status status = copy_all(source, &made, error);
    if (status < 0)
        pw_network_free(&made);
    else
        *copy = made;
    return status;
}

void pw_network_free(pw_network *network)
{
    pw_arena_free(&network->arena);
    memset(network, 0, sizeof *network);
}

size_t pw_network_producer(const pw_network *network, uint32_t tensor)
{
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].output == tensor && network->layers[i].op != PW_OP_COUNT)
            return i;
    return SIZE_MAX;
}

static bool reads(const pw_layer *layer, uint32_t tensor)
{
    for (uint32_t i = 0; i < layer->input_count; i++)
        if (layer->inputs[i] == tensor)
            return true;
    return false;
}

size_t pw_network_consumer_count(const pw_network *network, uint32_t tensor)
{
    size_t count = 0;
    for (size_t i = 0; i < network->layer_count; i++)
        count += network->layers[i].op != PW_OP_COUNT && reads(&network->layers[i], tensor);
    return count;
}

const pw_layer *pw_network_head(const pw_network *network)
{
    for (size_t i = network->layer_count; i-- > 0;)
        if (network->layers[i].op == PW_OP_DETECT)
            return &network->layers[i];
    return NULL;
}

const pw_layer *pw_network_classifier(const pw_network *network)
{
    for (size_t i = network->layer_count; i-- > 0;)
        if (network->layers[i].op == PW_OP_CLASSIFY)
            return &network->layers[i];
    return NULL;
}

void pw_network_normalisation(const pw_network *network, float mean[3], float deviation[3])
{
    static const float imagenet_mean[3] = {0.485f, 0.456f, 0.406f};
    static const float imagenet_deviation[3] = {0.229f, 0.224f, 0.225f};
    const bool is_classifier = network->model.task == PAWL_TASK_CLASSIFY;
    for (int c = 0; c < 3; c++) {
        mean[c] = is_classifier ? imagenet_mean[c] : 0.0f;
        deviation[c] = is_classifier ? imagenet_deviation[c] : 1.0f;
    }
}

void pw_network_replace_input(pw_network *network, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < network->layer_count; i++)
        for (uint32_t k = 0; k < network->layers[i].input_count; k++)
            if (network->layers[i].inputs[k] == from)
                network->layers[i].inputs[k] = to;
}

static void drop_layers(pw_network *network)
{
    size_t kept = 0;
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op != PW_OP_COUNT)
            network->layers[kept++] = network->layers[i];
    network->layer_count = kept;
}

/* Numbers the tensors still mentioned from 0 in their old order; numbers[old] is the new one or
 * PW_NO_TENSOR. */
static size_t number_tensors(const pw_network *network, uint32_t *numbers)
{
    for (size_t t = 0; t < network->tensor_count; t++)
        numbers[t] = PW_NO_TENSOR;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        for (uint32_t k = 0; k < layer->input_count; k++)
            numbers[layer->inputs[k]] = 0;
        if (layer->output != PW_NO_TENSOR)
            numbers[layer->output] = 0;
    }
    for (size_t t = 0; t < network->tensor_count; t++)
        if (numbers[t] != PW_NO_TENSOR && network->tensors[t].parent != PW_NO_TENSOR)
            numbers[network->tensors[t].parent] = 0;
    uint32_t count = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        if (numbers[t] != PW_NO_TENSOR)
            numbers[t] = count++;
    return count;
}

pawl_status pw_network_compact(pw_network *network, pawl_error *error)
{
    drop_layers(network);
    uint32_t *numbers PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *numbers);
    if (numbers == NULL)
        return pw_fail_memory(error, "numbering tensors", network->tensor_count * sizeof *numbers);
    const size_t count = number_tensors(network, numbers);
    for (size_t t = 0; t < network->tensor_count; t++) {
        if (numbers[t] == PW_NO_TENSOR)
            continue;
        pw_tensor tensor = network->tensors[t];
        if (tensor.parent != PW_NO_TENSOR)
            tensor.parent = numbers[tensor.parent];
        network->tensors[numbers[t]] = tensor; /* numbers[t] <= t: nothing unread is overwritten */
    }
    network->tensor_count = count;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        for (uint32_t k = 0; k < layer->input_count; k++)
            layer->inputs[k] = numbers[layer->inputs[k]];
        if (layer->output != PW_NO_TENSOR)
            layer->output = numbers[layer->output];
    }
    return PAWL_OK;
}
