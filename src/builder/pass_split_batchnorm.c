/* SPDX-License-Identifier: Apache-2.0 */
/* concat of convolutions, batch norm, activation -> convolutions with their parts of both, concat:
   what BottleneckCSP needs, whose batch norm spans two branches. Only where every input is a
   convolution's that nothing else reads. The convolutions then make what no layer of the file made,
   so they get ids and names of their own; the concat makes what the last of the three did, under
   its id. */
#include "builder/pass.h"

/* The concatenation that makes tensor, if a layer after it could as well work on each of its
 * inputs. */
static pw_layer *splittable_concat(pw_network *network, uint32_t tensor)
{
    const size_t index = pw_network_producer(network, tensor);
    if (index == SIZE_MAX || network->layers[index].op != PW_OP_CONCAT ||
        pw_network_consumer_count(network, tensor) != 1 ||
        network->tensors[tensor].parent != PW_NO_TENSOR)
        return NULL;
    pw_layer *concat = &network->layers[index];
    for (uint32_t i = 0; i < concat->input_count; i++) {
        if (pw_pass_fusable_conv(network, concat->inputs[i], false) == NULL)
            return NULL;
        for (uint32_t k = 0; k < i; k++) /* the same one twice has one reader too */
            if (concat->inputs[i] == concat->inputs[k])
                return NULL;
    }
    return concat;
}

/* The activation that alone reads tensor; NULL for none. */
static pw_layer *activation_of(pw_network *network, uint32_t tensor)
{
    if (pw_network_consumer_count(network, tensor) != 1)
        return NULL;
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op == PW_OP_ACTIVATION && network->layers[i].inputs[0] == tensor)
            return &network->layers[i];
    return NULL;
}

static pawl_status split(pw_network *network, pw_layer *concat, pw_layer *norm, pawl_error *error)
{
    pw_layer *activation = activation_of(network, norm->output);
    const pw_layer *last = activation != NULL ? activation : norm;
    int32_t first = 0;
    for (uint32_t i = 0; i < concat->input_count; i++) {
        pw_layer *layer = pw_pass_fusable_conv(network, concat->inputs[i], false);
        const char *name = pw_arena_printf(&network->arena, "%s.%u", norm->name, (unsigned)i);
        if (name == NULL)
            return pw_fail_memory(error, "a layer's name", 16);
        PW_TRY(pw_pass_fold_part(network, &layer->as.conv, &norm->as.batchnorm, first, error));
        first += layer->as.conv.out_channels;
        layer->name = name;
        layer->id = network->next_layer_id++;
        if (activation != NULL) {
            layer->as.conv.activation = activation->as.activation.kind;
            layer->as.conv.alpha = activation->as.activation.alpha;
        }
    }
    concat->id = last->id;
    concat->name = last->name;
    concat->output = last->output;
    norm->op = PW_OP_COUNT;
    if (activation != NULL)
        activation->op = PW_OP_COUNT;
    return PAWL_OK;
}

pawl_status pw_pass_split_batchnorm(pw_network *network, pawl_error *error)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].op != PW_OP_BATCHNORM)
            continue;
        pw_layer *concat = splittable_concat(network, network->layers[i].inputs[0]);
        if (concat != NULL)
            PW_TRY(split(network, concat, &network->layers[i], error));
    }
    return pw_network_compact(network, error);
}
