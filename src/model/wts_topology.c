/* SPDX-License-Identifier: Apache-2.0 */
/* The module tree of a published graph from the tensors of a .wts. Whatever does not fit is refused
 * by name: the .pt says what a .wts cannot. */
#include "model/wts_fill.h"
#include <stdio.h>

static int32_t input_channels(const pw_topology *top, const pw_published_layer *layer)
{
    int32_t channels = 0;
    for (int32_t i = 0; i < layer->from_count; i++) {
        const int32_t from = layer->from[i];
        const size_t index = from < 0 ? top->index - (size_t)-from : (size_t)from;
        channels += top->index == 0 ? 3 : top->channels[index];
    }
    return channels;
}

/* v1.0: a convolution of the head. */
static pawl_status fill_output(pw_topology *top, pw_tree_node *conv, int32_t in, int32_t *out)
{
    const pw_tensor_data *bias;
    PW_TRY(pw_tree_find(&top->tree, conv, "bias", &bias));
    *out =
        bias == NULL || bias->count < 1 || bias->count > PW_MAX_CHANNELS ? 1 : (int32_t)bias->count;
    return pw_fill_conv2d(top, conv, in, *out, (pw_conv_shape){1, 1}, true);
}

static pawl_status fill_layer(pw_topology *top, pw_tree_node *node, const pw_published_layer *layer)
{
    pw_tree *tree = &top->tree;
    const int32_t in = input_channels(top, layer);
    int32_t *out = &top->channels[top->index];
    PW_TRY(layer->from_count == 1
               ? pw_tree_set_int(tree, node, "f", layer->from[0])
               : pw_tree_set_ints(tree, node, "f", layer->from, (size_t)layer->from_count));
    *out = in;
    switch (layer->kind) {
    case PW_PUBLISHED_CONV:
        return pw_fill_conv(top, node, in, (pw_conv_shape){layer->kernel, layer->stride}, out);
    case PW_PUBLISHED_FOCUS:
        return pw_fill_focus(top, node, layer, in, out);
    case PW_PUBLISHED_C3:
        return pw_fill_c3(top, node, layer, in, out);
    case PW_PUBLISHED_CSP:
        return pw_fill_csp(top, node, layer, in, out);
    case PW_PUBLISHED_SPP:
    case PW_PUBLISHED_SPPF:
        return pw_fill_spp(top, node, layer, in, out);
    case PW_PUBLISHED_UPSAMPLE:
        return pw_fill_upsample(top, node);
    case PW_PUBLISHED_CONCAT:
        return pw_tree_set_int(tree, node, "d", 1);
    case PW_PUBLISHED_CONV2D:
        return fill_output(top, node, in, out);
    case PW_PUBLISHED_DETECT:
    case PW_PUBLISHED_SEGMENT:
        return pw_fill_head(top, node, layer);
    case PW_PUBLISHED_CLASSIFY:
        return pw_fill_classify(top, node, in);
    }
    return PAWL_OK;
}

static const char *top_type(const pw_published *graph)
{
    const pw_published_kind last = graph->layers[graph->layer_count - 1].kind;
    return last == PW_PUBLISHED_SEGMENT    ? "SegmentationModel"
           : last == PW_PUBLISHED_CLASSIFY ? "ClassificationModel"
                                           : "DetectionModel";
}

/* Where torch has the classes of torch.nn that are layers. */
static const char *package_of(pw_published_kind kind)
{
    if (kind == PW_PUBLISHED_UPSAMPLE)
        return "torch.nn.modules.upsampling";
    return kind == PW_PUBLISHED_CONV2D ? "torch.nn.modules.conv" : pw_published_package(kind);
}

static pawl_status fill_tree(pw_topology *top, pw_tree_node **root)
{
    pw_tree *tree = &top->tree;
    const size_t count = top->graph->layer_count;
    pw_tree_node *layers, *node;
    PW_TRY(pw_tree_add(tree, NULL, "", "models.yolo", top_type(top->graph), 1, root));
    PW_TRY(pw_tree_add(tree, *root, "model", "torch.nn.modules.container", "Sequential", count,
                       &layers));
    for (size_t i = 0; i < count; i++) {
        const pw_published_layer *layer = &top->graph->layers[i];
        char name[24];
        top->index = i;
        snprintf(name, sizeof name, "%zu", i);
        PW_TRY(pw_tree_add(tree, layers, name, package_of(layer->kind),
                           pw_published_type(layer->kind), 4 + 3, &node));
        PW_TRY(fill_layer(top, node, layer));
    }
    const pw_tensor_data *unclaimed = pw_tree_unclaimed(tree);
    if (unclaimed != NULL)
        return pw_fail(
            tree->error, PAWL_ERR_UNSUPPORTED,
            "tensor %s is none of the published %s graph: a hub or custom model, of which a bare "
            ".wts does not say the graph; give the .pt or a .wts that pawl convert made of it",
            unclaimed->name, top->graph->name);
    return pw_wts_scale_check(top->graph, top->repeats, top->channels, top->head_outputs,
                              tree->error);
}

pawl_status pw_wts_topology(const pw_weights *weights, const char *activation, pw_arena *arena,
                            const pw_module **root, pawl_error *error)
{
    pw_topology top = {.tree = {.weights = weights, .arena = arena, .error = error}};
    pw_tree_node *made;
    PW_TRY(pw_wts_graph(weights, &top.graph, error));
    top.epsilon = top.graph->epsilon;
    top.activation = activation != NULL ? activation : top.graph->activation;
    if (top.activation == NULL)
        return pw_fail(error, PAWL_ERR_AMBIGUOUS,
                       "these are the tensors of YOLOv5 v2.0, which has LeakyReLU, and as well of "
                       "v3.0 and v3.1, which have Hardswish: say --activation leaky or "
                       "--activation hardswish, or give the .pt");
    /* A tensor is claimed once, or twice where names repeat: the file's list is room enough with as
     * much again. */
    top.tree.claimed = pw_arena_array(arena, 2 * weights->tensor_count, sizeof *top.tree.claimed);
    if (top.tree.claimed == NULL)
        return pw_fail_memory(error, "the modules of a .wts", weights->tensor_count);
    PW_TRY(fill_tree(&top, &made));
    *root = &made->module;
    return PAWL_OK;
}
