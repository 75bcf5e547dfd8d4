/* SPDX-License-Identifier: Apache-2.0 */
/* conv, activation -> conv +activation; conv (+activation), add -> conv with a residual:
   act(conv(x) + b) + y. Only where nothing else reads what the convolution made until now; an
   activation after the addition cannot be fused and stays. */
#include "builder/pass.h"

static void fuse_activation(pw_network *network, pw_layer *layer)
{
    pw_layer *conv = pw_pass_fusable_conv(network, layer->inputs[0], false);
    if (conv == NULL)
        return;
    const pw_activation kind = layer->as.activation.kind;
    const float alpha = layer->as.activation.alpha;
    conv = pw_pass_move_conv(conv, layer);
    conv->as.conv.activation = kind;
    conv->as.conv.alpha = alpha;
}

/* Where two convolutions meet, the later one adds: the earlier one's output is then just its
 * residual. */
static void fuse_add(pw_network *network, pw_layer *layer)
{
    pw_layer *conv = NULL;
    uint32_t residual = PW_NO_TENSOR;
    if (layer->inputs[0] == layer->inputs[1])
        return; /* x + x: what the convolution makes would be needed twice */
    for (uint32_t i = 0; i < 2; i++) {
        pw_layer *found = pw_pass_fusable_conv(network, layer->inputs[i], true);
        if (found != NULL && (conv == NULL || found > conv)) {
            conv = found;
            residual = layer->inputs[1 - i];
        }
    }
    if (conv == NULL)
        return;
    conv = pw_pass_move_conv(conv, layer);
    conv->as.conv.has_residual = true;
    conv->inputs[1] = residual;
    conv->input_count = 2;
}

pawl_status pw_pass_fuse_activation(pw_network *network, pawl_error *error)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].op == PW_OP_ACTIVATION)
            fuse_activation(network, &network->layers[i]);
        else if (network->layers[i].op == PW_OP_ADD)
            fuse_add(network, &network->layers[i]);
    }
    return pw_network_compact(network, error);
}
