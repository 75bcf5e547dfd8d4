/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that change nothing (Identity, upsampling by 1, a concatenation of one) are bypassed;
   layers that nobody reads go. The last layer is the network's result and stays. */
#include "builder/pass.h"

static bool changes_nothing(const pw_layer *layer)
{
    switch (layer->op) {
    case PW_OP_ACTIVATION:
        return layer->as.activation.kind == PW_ACT_NONE;
    case PW_OP_UPSAMPLE:
        return layer->as.upsample.factor == 1;
    case PW_OP_CONCAT:
        return layer->input_count == 1;
    default:
        return false;
    }
}

/* Read by a layer, or a slice of a tensor that is. */
static bool is_read(const pw_network *network, uint32_t tensor)
{
    const uint32_t parent = network->tensors[tensor].parent;
    return pw_network_consumer_count(network, tensor) > 0 ||
           (parent != PW_NO_TENSOR && pw_network_consumer_count(network, parent) > 0);
}

pawl_status pw_pass_dead_layers(pw_network *network, pawl_error *error)
{
    for (size_t i = 0; i + 1 < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        if (!changes_nothing(layer) || network->tensors[layer->output].parent != PW_NO_TENSOR)
            continue;
        pw_network_replace_input(network, layer->output, layer->inputs[0]);
        layer->op = PW_OP_COUNT;
    }
    for (size_t i = network->layer_count - 1;
         i-- > 1;) /* readers stand behind: one walk backwards finds all */
        if (network->layers[i].op != PW_OP_COUNT && !is_read(network, network->layers[i].output))
            network->layers[i].op = PW_OP_COUNT;
    return pw_network_compact(network, error);
}
