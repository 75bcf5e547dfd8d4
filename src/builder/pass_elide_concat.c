/* SPDX-License-Identifier: Apache-2.0 */
/* A concatenation's inputs become slices of its output, which their producers then write directly.
   An input cannot be placed if it is a slice already (it stands in two concatenations), has slices
   itself, occurs twice, or its producer does not write slices; then the CONCAT stays and copies
   that input alone. Otherwise it goes. See pw_tensor. */
#include "builder/pass.h"
#include "network/operator.h"

static bool has_slices(const pw_network *network, uint32_t tensor)
{
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].parent == tensor)
            return true;
    return false;
}

static bool can_be_placed(const pw_network *network, uint32_t tensor)
{
    const size_t producer = pw_network_producer(network, tensor);
    if (producer == SIZE_MAX || network->tensors[tensor].parent != PW_NO_TENSOR ||
        has_slices(network, tensor))
        return false;
    return pw_operator_of(network->layers[producer].op)->may_slice;
}

static bool occurs_once(const pw_layer *layer, uint32_t tensor)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < layer->input_count; i++)
        count += layer->inputs[i] == tensor;
    return count == 1;
}

static void elide(pw_network *network, pw_layer *layer)
{
    int32_t offset = 0;
    uint32_t placed = 0;
    for (uint32_t i = 0; i < layer->input_count; i++) {
        pw_tensor *tensor = &network->tensors[layer->inputs[i]];
        if (occurs_once(layer, layer->inputs[i]) && can_be_placed(network, layer->inputs[i])) {
            tensor->parent = layer->output;
            tensor->channel_offset = offset;
            placed++;
        }
        offset += tensor->channels;
    }
    if (placed == layer->input_count)
        layer->op = PW_OP_COUNT;
}

pawl_status pw_pass_elide_concat(pw_network *network, pawl_error *error)
{
    /* The last layer is the result and stays; so does one whose output is a slice, which cannot
     * have slices. */
    for (size_t i = 0; i + 1 < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        if (layer->op == PW_OP_CONCAT && network->tensors[layer->output].parent == PW_NO_TENSOR)
            elide(network, layer);
    }
    return pw_network_compact(network, error);
}
