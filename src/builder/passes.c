/* SPDX-License-Identifier: Apache-2.0 */
/* The passes in their order, and what those that fuse share. */
#include "builder/pass.h"

/* clang-format off */
static const struct {
    const char *name;
    pw_pass run;
} passes[] = {
    {"dead layers",     pw_pass_dead_layers},     /* first: an Identity must not keep a batch norm from its convolution */
    {"split batch norm", pw_pass_split_batchnorm}, /* while the convolutions have no activation yet */
    {"fold batch norm", pw_pass_fold_batchnorm},
    {"fuse activation", pw_pass_fuse_activation}, /* after folding: a batch norm stands between convolution and activation */
    {"elide concat",    pw_pass_elide_concat},    /* last: it looks for producers that remain */
};
/* clang-format on */
#define FOLDING 3 /* of them leave activations and concatenations as they are */

static pawl_status run_first(pw_network *network, size_t count, pawl_progress progress, void *user,
                             pawl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (progress != NULL && progress(user, "optimise", i, PW_COUNT(passes)) != 0)
            return pw_fail(error, PAWL_ERR_CANCELLED,
                           "the build was stopped before the pass \"%s\"", passes[i].name);
        PW_TRY(passes[i].run(network, error));
        pawl_error inner = {.message = ""};
        const pawl_status status = pw_network_validate(network, &inner);
        if (status == PAWL_ERR_CORRUPT)
            return pw_fail(error, PAWL_ERR_INTERNAL,
                           "the pass \"%s\" left a network that is wrong: %s", passes[i].name,
                           inner.message);
        if (status < 0)
            return pw_fail(error, status, "%s", inner.message);
    }
    return PAWL_OK;
}

pawl_status pw_passes_run(pw_network *network, pawl_progress progress, void *user,
                          pawl_error *error)
{
    return run_first(network, PW_COUNT(passes), progress, user, error);
}

pawl_status pw_passes_fold(pw_network *network, pawl_error *error)
{
    return run_first(network, FOLDING, NULL, NULL, error);
}

pw_layer *pw_pass_fusable_conv(pw_network *network, uint32_t tensor, bool may_activate)
{
    const size_t index = pw_network_producer(network, tensor);
    if (index == SIZE_MAX || pw_network_consumer_count(network, tensor) != 1)
        return NULL;
    pw_layer *layer = &network->layers[index];
    const bool is_free = layer->op == PW_OP_CONV && !layer->as.conv.has_residual &&
                         (may_activate || layer->as.conv.activation == PW_ACT_NONE) &&
                         network->tensors[tensor].parent == PW_NO_TENSOR;
    return is_free ? layer : NULL;
}

pw_layer *pw_pass_move_conv(pw_layer *conv, pw_layer *follower)
{
    const uint32_t id = follower->id, output = follower->output;
    *follower = *conv;
    follower->id = id;
    follower->output = output;
    conv->op = PW_OP_COUNT;
    return follower;
}
