/* SPDX-License-Identifier: Apache-2.0 */
/* What tensors and weights are stored in. The picture and what the head reads stay float32: boxes
   are decoded from the latter, and both are seen from outside. Weights are of the type of what they
   are multiplied with, but float32 where FP16 would lose more of them than its rounding. */
#include "builder/pass.h"

#include "network/operator.h"
#include "tensor/half.h"

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

static void set_weight_type(const pw_network *network, pw_layer *layer)
{
    pw_constant list[PW_MAX_CONSTANTS];
    if (layer->op != PW_OP_CONV && layer->op != PW_OP_DECONV)
        return;
    (void)pw_layer_constants(layer, list); /* the weights come first */
    pawl_dtype dtype = network->tensors[layer->inputs[0]].dtype;
    if (dtype == PAWL_F16 && pw_f16_harms(*list[0].slot, list[0].count))
        dtype = PAWL_F32;
    if (layer->op == PW_OP_CONV)
        layer->as.conv.weight_type = dtype;
    else
        layer->as.deconv.weight_type = dtype;
}

static void set_types(pw_network *network, pawl_dtype dtype)
{
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        const uint32_t parent = network->tensors[t].parent; /* whose type all its slices have */
        if (!is_outside(network, parent != PW_NO_TENSOR ? parent : t))
            network->tensors[t].dtype = dtype;
    }
    for (size_t i = 0; i < network->layer_count; i++)
        set_weight_type(network, &network->layers[i]);
}

void pw_pass_precision(pw_network *network, const char *precision)
{
    static const struct {
        const char *name;
        pawl_dtype dtype;
    } halves[] = {{"fp16", PAWL_F16}, {"bf16", PAWL_BF16}};
    for (size_t i = 0; i < PW_COUNT(halves); i++)
        if (strcmp(precision, halves[i].name) == 0)
            set_types(network, halves[i].dtype);
}
