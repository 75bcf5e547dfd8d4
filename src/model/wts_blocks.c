/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of a published graph from a .wts: widths and depths are the file's, kernels, strides and
 * shortcuts the graph's. */
#include "model/wts_fill.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAKY_SLOPE 0.1

/* A Conv of unknown width: its batch norm, or in a fused model its bias, has as many values as the
 * Conv has outputs. */
static pawl_status read_width(pw_topology *top, const pw_tree_node *conv, const pw_tree_node *bn,
                              bool *is_fused, int32_t *width)
{
    const pw_tensor_data *norm, *bias;
    PW_TRY(pw_tree_find(&top->tree, bn, "weight", &norm));
    PW_TRY(pw_tree_find(&top->tree, conv, "bias", &bias));
    *is_fused = norm == NULL && bias != NULL;
    const pw_tensor_data *tensor = *is_fused ? bias : norm;
    if (tensor == NULL)
        return pw_fail(top->tree.error, PAWL_ERR_CORRUPT,
                       "tensor %s.weight is missing: the file is incomplete", bn->module.path);
    if (tensor->count < 1 || tensor->count > PW_MAX_CHANNELS)
        return pw_fail(
            top->tree.error, PAWL_ERR_CORRUPT,
            "tensor %s has %zu values; a layer has 1 to %d channels: the file is damaged",
            tensor->name, tensor->count, PW_MAX_CHANNELS);
    *width = (int32_t)tensor->count;
    return PAWL_OK;
}

/* The count says the kernel where the channels are known: k = sqrt(count / (outputs x inputs)). It
 * must be the graph's. */
static pawl_status check_kernel(pw_topology *top, const pw_tree_node *conv, int32_t in, int32_t out,
                                int32_t kernel)
{
    const pw_tensor_data *weight;
    PW_TRY(pw_tree_find(&top->tree, conv, "weight", &weight));
    if (weight == NULL)
        return pw_fail(top->tree.error, PAWL_ERR_CORRUPT,
                       "tensor %s.weight is missing: the file is incomplete", conv->module.path);
    const double side = sqrt((double)weight->count / ((double)in * out));
    if (side == kernel)
        return PAWL_OK;
    return pw_fail(
        top->tree.error, PAWL_ERR_UNSUPPORTED,
        "layer %zu: tensor %s has %zu values, where the published %s graph has %d x %d x %d x %d: "
        "a "
        "hub or custom model, of which a bare .wts does not say the graph, or damage; give the .pt "
        "or a .wts that pawl convert made of it",
        top->index, weight->name, weight->count, top->graph->name, (int)out, (int)in, (int)kernel,
        (int)kernel);
}

pawl_status pw_fill_conv2d(pw_topology *top, pw_tree_node *conv, int32_t in, int32_t out,
                           pw_conv_shape shape, bool has_bias)
{
    pw_tree *tree = &top->tree;
    const int64_t dims[] = {out, in, shape.kernel, shape.kernel};
    PW_TRY(check_kernel(top, conv, in, out, shape.kernel));
    PW_TRY(pw_tree_set_int(tree, conv, "in_channels", in));
    PW_TRY(pw_tree_set_int(tree, conv, "out_channels", out));
    PW_TRY(pw_tree_set_int(tree, conv, "kernel_size", shape.kernel));
    PW_TRY(pw_tree_set_int(tree, conv, "stride", shape.stride));
    /* k // 2, but the 6 x 6 stem is given 2, for which it makes the same of an even input as the
     * Focus it replaced. */
    PW_TRY(pw_tree_set_int(tree, conv, "padding", shape.kernel == 6 ? 2 : shape.kernel / 2));
    PW_TRY(pw_tree_set_int(tree, conv, "dilation", 1));
    PW_TRY(pw_tree_set_int(tree, conv, "groups", 1));
    PW_TRY(pw_tree_claim(tree, conv, "weight", dims, 4, true));
    return has_bias ? pw_tree_claim(tree, conv, "bias", dims, 1, true) : PAWL_OK;
}

static pawl_status fill_batchnorm(pw_topology *top, pw_tree_node *bn, int32_t channels)
{
    static const char *const keys[] = {"weight", "bias", "running_mean", "running_var"};
    const int64_t dims[] = {channels};
    const pw_value epsilon = {.kind = PW_VALUE_FLOAT, .as.real = top->epsilon};
    PW_TRY(pw_tree_set(&top->tree, bn, "eps", epsilon));
    for (size_t i = 0; i < PW_COUNT(keys); i++)
        PW_TRY(pw_tree_claim(&top->tree, bn, keys[i], dims, 1, i < 2));
    return pw_tree_ignore(&top->tree, bn, "num_batches_tracked");
}

static pawl_status fill_activation(pw_topology *top, pw_tree_node *block, const char *type)
{
    pw_tree_node *act;
    const pw_value slope = {.kind = PW_VALUE_FLOAT, .as.real = LEAKY_SLOPE};
    PW_TRY(pw_tree_add(&top->tree, block, "act", "torch.nn.modules.activation", type, 0, &act));
    return strcmp(type, "LeakyReLU") == 0 ? pw_tree_set(&top->tree, act, "negative_slope", slope)
                                          : PAWL_OK;
}

/* A Conv block: conv, bn (unless fused), act. */
pawl_status pw_fill_conv(pw_topology *top, pw_tree_node *block, int32_t in, pw_conv_shape shape,
                         int32_t *out)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *conv, *bn;
    bool is_fused;
    PW_TRY(pw_tree_add(tree, block, "conv", "torch.nn.modules.conv", "Conv2d", 0, &conv));
    PW_TRY(pw_tree_add(tree, block, "bn", "torch.nn.modules.batchnorm", "BatchNorm2d", 0, &bn));
    PW_TRY(read_width(top, conv, bn, &is_fused, out));
    PW_TRY(pw_fill_conv2d(top, conv, in, *out, shape, is_fused));
    if (is_fused)
        block->module.child_count--; /* the bn, added last, is not there */
    else
        PW_TRY(fill_batchnorm(top, bn, *out));
    return fill_activation(top, block, top->activation);
}

pawl_status pw_fill_add_conv(pw_topology *top, pw_tree_node *parent, const char *name, int32_t in,
                             int32_t kernel, int32_t *out)
{
    pw_tree_node *block;
    PW_TRY(pw_tree_add(&top->tree, parent, name, "models.common", "Conv", 3, &block));
    return pw_fill_conv(top, block, in, (pw_conv_shape){kernel, 1}, out);
}

/* One Bottleneck of a C3: 1x1, 3x3, added to its input in the backbone, where widths allow it. */
static pawl_status add_bottleneck(pw_topology *top, pw_tree_node *chain, size_t index,
                                  bool has_shortcut, int32_t *channels)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *link;
    pw_value add = {.kind = PW_VALUE_BOOL};
    char name[24];
    int32_t hidden, out;
    snprintf(name, sizeof name, "%zu", index);
    PW_TRY(pw_tree_add(tree, chain, name, "models.common", "Bottleneck", 2, &link));
    PW_TRY(pw_fill_add_conv(top, link, "cv1", *channels, 1, &hidden));
    PW_TRY(pw_fill_add_conv(top, link, "cv2", hidden, 3, &out));
    add.as.boolean = has_shortcut && out == *channels;
    *channels = out;
    return pw_tree_set(tree, link, "add", add);
}

static size_t count_links(const pw_topology *top)
{
    char rest[48];
    for (size_t count = 0;; count++) {
        snprintf(rest, sizeof rest, "m.%zu.cv1.conv.weight", count);
        if (!pw_wts_has(top->tree.weights, top->index, rest))
            return count;
    }
}

/* m of a C3 or a BottleneckCSP; channels: its inputs, then its outputs. */
static pawl_status add_chain(pw_topology *top, pw_tree_node *block, bool has_shortcut,
                             int32_t *channels)
{
    pw_tree_node *chain;
    const size_t depth = count_links(top);
    PW_TRY(pw_tree_add(&top->tree, block, "m", "torch.nn.modules.container", "Sequential", depth,
                       &chain));
    for (size_t i = 0; i < depth; i++)
        PW_TRY(add_bottleneck(top, chain, i, has_shortcut, channels));
    top->repeats[top->index] = (int32_t)depth;
    return PAWL_OK;
}

/* Focus: four times as many channels, then its conv, a Conv. */
pawl_status pw_fill_focus(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer,
                          int32_t in, int32_t *out)
{
    return pw_fill_add_conv(top, block, "conv", 4 * in, layer->kernel, out);
}

pawl_status pw_fill_c3(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer,
                       int32_t in, int32_t *out)
{
    int32_t inner, beside;
    PW_TRY(pw_fill_add_conv(top, block, "cv1", in, 1, &inner));
    PW_TRY(pw_fill_add_conv(top, block, "cv2", in, 1, &beside));
    PW_TRY(add_chain(top, block, layer->has_shortcut, &inner));
    return pw_fill_add_conv(top, block, "cv3", inner + beside, 1, out);
}

/* A bare 1 x 1 convolution; its count says its outputs. */
static pawl_status add_bare(pw_topology *top, pw_tree_node *block, const char *name, int32_t in,
                            int32_t *out)
{
    const pw_tensor_data *weight;
    pw_tree_node *conv;
    PW_TRY(pw_tree_add(&top->tree, block, name, "torch.nn.modules.conv", "Conv2d", 0, &conv));
    PW_TRY(pw_tree_find(&top->tree, conv, "weight", &weight));
    *out = weight == NULL || weight->count / (size_t)in > PW_MAX_CHANNELS
               ? 1 /* which the next line refuses by name */
               : (int32_t)(weight->count / (size_t)in);
    return pw_fill_conv2d(top, conv, in, *out < 1 ? 1 : *out, (pw_conv_shape){1, 1}, false);
}

/* The activation behind the batch norm stayed LeakyReLU while that of Conv changed, up to v6.0. */
pawl_status pw_fill_csp(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer,
                        int32_t in, int32_t *out)
{
    pw_tree_node *bn;
    int32_t inner, beside;
    PW_TRY(pw_fill_add_conv(top, block, "cv1", in, 1, &inner));
    PW_TRY(add_bare(top, block, "cv2", in, &beside));
    PW_TRY(add_chain(top, block, layer->has_shortcut, &inner));
    PW_TRY(add_bare(top, block, "cv3", inner, &inner));
    PW_TRY(
        pw_tree_add(&top->tree, block, "bn", "torch.nn.modules.batchnorm", "BatchNorm2d", 0, &bn));
    PW_TRY(fill_batchnorm(top, bn, inner + beside));
    PW_TRY(fill_activation(top, block, "LeakyReLU"));
    return pw_fill_add_conv(top, block, "cv4", inner + beside, 1, out);
}

static pawl_status add_pool(pw_topology *top, pw_tree_node *parent, const char *name,
                            int32_t kernel)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *pool;
    PW_TRY(pw_tree_add(tree, parent, name, "torch.nn.modules.pooling", "MaxPool2d", 0, &pool));
    PW_TRY(pw_tree_set_int(tree, pool, "kernel_size", kernel));
    PW_TRY(pw_tree_set_int(tree, pool, "stride", 1));
    return pw_tree_set_int(tree, pool, "padding", kernel / 2);
}

/* SPP has three pools, SPPF one that it uses three times. */
pawl_status pw_fill_spp(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer,
                        int32_t in, int32_t *out)
{
    static const char *const names[] = {"0", "1", "2"};
    pw_tree_node *pools;
    int32_t inner;
    PW_TRY(pw_fill_add_conv(top, block, "cv1", in, 1, &inner));
    if (layer->kind == PW_PUBLISHED_SPPF) {
        PW_TRY(add_pool(top, block, "m", layer->kernel));
        return pw_fill_add_conv(top, block, "cv2", 4 * inner, 1, out);
    }
    PW_TRY(pw_tree_add(&top->tree, block, "m", "torch.nn.modules.container", "ModuleList",
                       PW_COUNT(names), &pools));
    for (int32_t i = 0; i < (int32_t)PW_COUNT(names); i++)
        PW_TRY(add_pool(top, pools, names[i], layer->kernel + i * layer->stride));
    return pw_fill_add_conv(top, block, "cv2", 4 * inner, 1, out);
}

pawl_status pw_fill_upsample(pw_topology *top, pw_tree_node *node)
{
    PW_TRY(pw_tree_set_text(&top->tree, node, "mode", "nearest"));
    return pw_tree_set_int(&top->tree, node, "scale_factor", 2);
}
