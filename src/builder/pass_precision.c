/* SPDX-License-Identifier: Apache-2.0 */
/* What tensors and weights are stored in. The picture and what the head reads stay float32: boxes
   are decoded from the latter, and both are seen from outside. Weights are of the type of what they
   are multiplied with. TensorRT chooses types itself, so its fp16 is no type here. */
#include "builder/pass.h"
#include <string.h>

static bool is_outside(const pw_network *network, uint32_t tensor)
{
    const pw_layer *last = &network->layers[network->layer_count - 1];
    if (tensor == network->layers[0].output)
        return true;
    for (uint32_t i = 0; last->output == PW_NO_TENSOR && i < last->input_count; i++) {
        const uint32_t parent = network->tensors[last->inputs[i]].parent;
        if (tensor == last->inputs[i] || tensor == parent)
            return true;
    }
    return false;
}

static void set_types(pw_network *network, pawl_dtype dtype)
{
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        const uint32_t parent = network->tensors[t].parent; /* whose type all its slices have */
        if (!is_outside(network, parent != PW_NO_TENSOR ? parent : t))
            network->tensors[t].dtype = dtype;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        if (layer->op == PW_OP_CONV)
            layer->as.conv.weight_type = network->tensors[layer->inputs[0]].dtype;
        else if (layer->op == PW_OP_DECONV)
            layer->as.deconv.weight_type = network->tensors[layer->inputs[0]].dtype;
    }
}

void pw_pass_precision(pw_network *network, const char *precision)
{
    if (strcmp(precision, "bf16") == 0)
        set_types(network, PAWL_BF16);
}
