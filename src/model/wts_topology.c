/* SPDX-License-Identifier: Apache-2.0 */
/* Which published graph a .wts is, and its module tree. Kernel sizes, strides, f and shortcuts are
   the graph's; widths, depths, classes, anchors the file's. Whatever does not fit is refused by
   name: the .pt says what a .wts cannot. */
#include "model/wts_topology.h"
#include "model/published.h"
#include "model/wts_tree.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCHNORM_EPSILON 1e-3 /* initialize_weights() of models' utils sets it, v2.0 to v7.0 */
#define LEAKY_SLOPE       0.1

typedef struct pw_topology {
    pw_tree tree;
    const pw_published *graph;
    const char *activation;
    size_t index;                          /* of the top-level layer under way */
    int32_t channels[PW_PUBLISHED_LAYERS]; /* outputs so far */
} pw_topology;

/* What the graph knows of a Conv besides its widths. */
typedef struct pw_conv_shape {
    int32_t kernel, stride;
} pw_conv_shape;

static bool has(const pw_weights *weights, size_t index, const char *rest)
{
    char name[64];
    snprintf(name, sizeof name, "model.%zu.%s", index, rest);
    return pw_weights_tensor_find(weights, name) != NULL;
}

/* Number of top-level layers that own tensors, found[i] true for those below PW_PUBLISHED_LAYERS;
 * SIZE_MAX: stranger is no tensor of a layer. */
static size_t list_layers(const pw_weights *weights, bool found[PW_PUBLISHED_LAYERS],
                          const char **stranger)
{
    size_t count = 0;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const char *name = weights->tensors[i]->name;
        *stranger = name;
        if (strncmp(name, "model.", 6) != 0 || name[6] < '0' || name[6] > '9')
            return SIZE_MAX;
        const unsigned long index = strtoul(name + 6, NULL, 10);
        if (index < PW_PUBLISHED_LAYERS)
            found[index] = true;
        if (index < 100000 && index + 1 > count)
            count = index + 1;
    }
    return count;
}

static bool fits(const pw_weights *weights, pw_published_kind kind, size_t index, bool has_any)
{
    switch (kind) {
    case PW_PUBLISHED_CONV:
        return has(weights, index, "conv.weight");
    case PW_PUBLISHED_C3:
        return has(weights, index, "cv3.conv.weight") && !has(weights, index, "cv4.conv.weight");
    case PW_PUBLISHED_SPPF:
        return has(weights, index, "cv2.conv.weight") && !has(weights, index, "cv3.conv.weight");
    case PW_PUBLISHED_UPSAMPLE:
    case PW_PUBLISHED_CONCAT:
        return !has_any;
    case PW_PUBLISHED_DETECT:
        return has(weights, index, "anchors") && has(weights, index, "m.0.weight");
    }
    return false;
}

/* Models of other releases and tasks, known by one tensor each. */
static pawl_status refuse_known(const pw_weights *weights, pawl_error *error)
{
    static const struct {
        const char *tensor, *what;
    } known[] = {
        {"model.0.conv.conv.weight", "layer 0 is a Focus: YOLOv5 v1 to v5"},
        {"model.24.proto.cv1.conv.weight", "layer 24 is a Segment: a segmentation model"},
        {"model.9.linear.weight", "layer 9 is a Classify: a classification model"},
        {"model.10.linear.weight", "layer 10 is a Classify: a classification model"},
        {"model.8.m.tr.0.q.weight", "layer 8 is a C3TR: YOLOv5 with a transformer block"},
        {"model.1.cv1.conv.weight", "layer 1 is a GhostConv: YOLOv5 with ghost modules"},
    };
    for (size_t i = 0; i < PW_COUNT(known); i++)
        if (pw_weights_tensor_find(weights, known[i].tensor) != NULL)
            return pw_fail(error, PAWL_ERR_UNSUPPORTED, "%s is recognised, but not supported yet",
                           known[i].what);
    return PAWL_OK;
}

static pawl_status choose_graph(const pw_weights *weights, const pw_published **graph,
                                pawl_error *error)
{
    bool found[PW_PUBLISHED_LAYERS] = {false};
    size_t furthest = 0;
    PW_TRY(refuse_known(weights, error));
    const char *stranger = NULL;
    const size_t count = list_layers(weights, found, &stranger);
    if (count == SIZE_MAX)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "tensor %.64s is of no layer of YOLOv5, whose tensors are named model.0... and so "
            "on: make the .wts with gen_wts.py or give the .pt",
            stranger);
    for (size_t g = 0; g < PW_COUNT(pw_published_graphs); g++) {
        const pw_published *candidate = &pw_published_graphs[g];
        size_t i = 0;
        while (i < candidate->layer_count && fits(weights, candidate->layers[i].kind, i, found[i]))
            i++;
        if (i == candidate->layer_count && count == i) {
            *graph = candidate;
            return PAWL_OK;
        }
        if (i > furthest)
            furthest = i;
    }
    return pw_fail(
        error, PAWL_ERR_UNSUPPORTED,
        "the tensors of this .wts are not those of a published YOLOv5 v6.0 to v7.0 detection "
        "model (P5 or P6): layer %zu does not fit; give the .pt it was made from",
        furthest);
}

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
        "layer %zu: tensor %s has %zu values, where the published %s graph has %d x %d x %d x "
        "%d: this is another graph or the file is damaged; give the .pt it was made from",
        top->index, weight->name, weight->count, top->graph->name, (int)out, (int)in, (int)kernel,
        (int)kernel);
}

static pawl_status fill_conv2d(pw_topology *top, pw_tree_node *conv, int32_t in, int32_t out,
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
    const pw_value epsilon = {.kind = PW_VALUE_FLOAT, .as.real = BATCHNORM_EPSILON};
    PW_TRY(pw_tree_set(&top->tree, bn, "eps", epsilon));
    for (size_t i = 0; i < PW_COUNT(keys); i++)
        PW_TRY(pw_tree_claim(&top->tree, bn, keys[i], dims, 1, i < 2));
    return pw_tree_ignore(&top->tree, bn, "num_batches_tracked");
}

static pawl_status fill_activation(pw_topology *top, pw_tree_node *block)
{
    pw_tree_node *act;
    const pw_value slope = {.kind = PW_VALUE_FLOAT, .as.real = LEAKY_SLOPE};
    PW_TRY(pw_tree_add(&top->tree, block, "act", "torch.nn.modules.activation", top->activation, 0,
                       &act));
    return strcmp(top->activation, "LeakyReLU") == 0
               ? pw_tree_set(&top->tree, act, "negative_slope", slope)
               : PAWL_OK;
}

/* A Conv block: conv, bn (unless fused), act. */
static pawl_status fill_conv(pw_topology *top, pw_tree_node *block, int32_t in, pw_conv_shape shape,
                             int32_t *out)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *conv, *bn;
    bool is_fused;
    PW_TRY(pw_tree_add(tree, block, "conv", "torch.nn.modules.conv", "Conv2d", 0, &conv));
    PW_TRY(pw_tree_add(tree, block, "bn", "torch.nn.modules.batchnorm", "BatchNorm2d", 0, &bn));
    PW_TRY(read_width(top, conv, bn, &is_fused, out));
    PW_TRY(fill_conv2d(top, conv, in, *out, shape, is_fused));
    if (is_fused)
        block->module.child_count--; /* the bn, added last, is not there */
    else
        PW_TRY(fill_batchnorm(top, bn, *out));
    return fill_activation(top, block);
}

static pawl_status add_conv(pw_topology *top, pw_tree_node *parent, const char *name, int32_t in,
                            int32_t kernel, int32_t *out)
{
    pw_tree_node *block;
    PW_TRY(pw_tree_add(&top->tree, parent, name, "models.common", "Conv", 3, &block));
    return fill_conv(top, block, in, (pw_conv_shape){kernel, 1}, out);
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
    PW_TRY(add_conv(top, link, "cv1", *channels, 1, &hidden));
    PW_TRY(add_conv(top, link, "cv2", hidden, 3, &out));
    add.as.boolean = has_shortcut && out == *channels;
    *channels = out;
    return pw_tree_set(tree, link, "add", add);
}

static size_t count_links(const pw_topology *top)
{
    char rest[48];
    for (size_t count = 0;; count++) {
        snprintf(rest, sizeof rest, "m.%zu.cv1.conv.weight", count);
        if (!has(top->tree.weights, top->index, rest))
            return count;
    }
}

static pawl_status fill_c3(pw_topology *top, pw_tree_node *block, bool has_shortcut, int32_t in,
                           int32_t *out)
{
    pw_tree_node *chain;
    int32_t inner, beside;
    const size_t depth = count_links(top);
    PW_TRY(add_conv(top, block, "cv1", in, 1, &inner));
    PW_TRY(add_conv(top, block, "cv2", in, 1, &beside));
    PW_TRY(pw_tree_add(&top->tree, block, "m", "torch.nn.modules.container", "Sequential", depth,
                       &chain));
    for (size_t i = 0; i < depth; i++)
        PW_TRY(add_bottleneck(top, chain, i, has_shortcut, &inner));
    return add_conv(top, block, "cv3", inner + beside, 1, out);
}

static pawl_status fill_sppf(pw_topology *top, pw_tree_node *block, int32_t kernel, int32_t in,
                             int32_t *out)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *pool;
    int32_t inner;
    PW_TRY(add_conv(top, block, "cv1", in, 1, &inner));
    PW_TRY(pw_tree_add(tree, block, "m", "torch.nn.modules.pooling", "MaxPool2d", 0, &pool));
    PW_TRY(pw_tree_set_int(tree, pool, "kernel_size", kernel));
    PW_TRY(pw_tree_set_int(tree, pool, "stride", 1));
    PW_TRY(pw_tree_set_int(tree, pool, "padding", kernel / 2));
    return add_conv(top, block, "cv2", 4 * inner, 1, out);
}

/* strides as the file says; else anchor_grid / anchors; else what the graph has: 8, 16, 32 and in
 * P6 64. */
static pawl_status read_strides(pw_topology *top, pw_tree_node *head, int32_t strides[4])
{
    const pw_tensor_data *given, *grid, *cells;
    const size_t levels = (size_t)top->graph->level_count;
    PW_TRY(pw_tree_find(&top->tree, head, "strides", &given));
    PW_TRY(pw_tree_find(&top->tree, head, "anchor_grid", &grid));
    PW_TRY(pw_tree_find(&top->tree, head, "anchors", &cells));
    const bool is_given = given != NULL && given->count == levels;
    const bool has_grid = grid != NULL && grid->count == cells->count;
    float *values = pw_arena_array(top->tree.arena, 2 * cells->count + levels, sizeof *values);
    if (values == NULL)
        return pw_fail_memory(top->tree.error, "anchors", 2 * cells->count * sizeof *values);
    pw_tensor_widen(cells, values);
    if (is_given)
        pw_tensor_widen(given, values + 2 * cells->count);
    if (has_grid)
        pw_tensor_widen(grid, values + cells->count);
    for (size_t i = 0; i < levels; i++) {
        const size_t first = i * (cells->count / levels);
        float stride = (float)(8u << i);
        if (is_given)
            stride = values[2 * cells->count + i];
        else if (has_grid)
            stride = rintf(values[cells->count + first] / values[first]);
        strides[i] = stride >= 1 && stride <= PW_MAX_STRIDE ? (int32_t)stride : 0;
    }
    return PAWL_OK;
}

/* nc and na from counts: anchors has 2 values an anchor and level, a bias 5 + nc an anchor. */
static pawl_status read_head(pw_topology *top, const pw_tree_node *head, int32_t *anchors,
                             int32_t *classes, int32_t *outputs)
{
    const pw_tensor_data *cells, *bias;
    const size_t levels = (size_t)top->graph->level_count;
    PW_TRY(pw_tree_find(&top->tree, head, "anchors", &cells));
    PW_TRY(pw_tree_find(&top->tree, head, "m.0.bias", &bias));
    if (cells == NULL || bias == NULL)
        return pw_fail(top->tree.error, PAWL_ERR_CORRUPT,
                       "tensor %s.%s is missing: the file is incomplete", head->module.path,
                       cells == NULL ? "anchors" : "m.0.bias");
    const size_t count = cells->count / (2 * levels);
    if (count < 1 || count > PAWL_MAX_ANCHORS || cells->count != 2 * levels * count ||
        bias->count % count != 0 || bias->count / count < 6 || bias->count > PW_MAX_CHANNELS)
        return pw_fail(
            top->tree.error, PAWL_ERR_CORRUPT,
            "%s has %zu values and %s %zu: no number of anchors and classes gives both on "
            "%zu levels; the file is damaged",
            cells->name, cells->count, bias->name, bias->count, levels);
    *anchors = (int32_t)count;
    *outputs = (int32_t)bias->count;
    *classes = (int32_t)(bias->count / count) - 5;
    return PAWL_OK;
}

static pawl_status fill_detect(pw_topology *top, pw_tree_node *head,
                               const pw_published_layer *layer)
{
    pw_tree *tree = &top->tree;
    int32_t anchors = 0, classes = 0, outputs = 0, strides[4];
    pw_tree_node *convs, *conv;
    PW_TRY(read_head(top, head, &anchors, &classes, &outputs));
    PW_TRY(read_strides(top, head, strides));
    const int64_t dims[] = {layer->from_count, anchors, 2};
    PW_TRY(pw_tree_set_int(tree, head, "nc", classes));
    PW_TRY(pw_tree_set_int(tree, head, "na", anchors));
    PW_TRY(pw_tree_set_ints(tree, head, "stride", strides, (size_t)layer->from_count));
    PW_TRY(pw_tree_claim(tree, head, "anchors", dims, 3, false));
    PW_TRY(pw_tree_ignore(tree, head, "anchor_grid"));
    PW_TRY(pw_tree_ignore(tree, head, "strides"));
    PW_TRY(pw_tree_add(tree, head, "m", "torch.nn.modules.container", "ModuleList",
                       (size_t)layer->from_count, &convs));
    for (int32_t i = 0; i < layer->from_count; i++) {
        const char name[] = {(char)('0' + i), '\0'};
        PW_TRY(pw_tree_add(tree, convs, name, "torch.nn.modules.conv", "Conv2d", 0, &conv));
        PW_TRY(fill_conv2d(top, conv, top->channels[layer->from[i]], outputs, (pw_conv_shape){1, 1},
                           true));
    }
    return PAWL_OK;
}

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
        return fill_conv(top, node, in, (pw_conv_shape){layer->kernel, layer->stride}, out);
    case PW_PUBLISHED_C3:
        return fill_c3(top, node, layer->has_shortcut, in, out);
    case PW_PUBLISHED_SPPF:
        return fill_sppf(top, node, layer->kernel, in, out);
    case PW_PUBLISHED_UPSAMPLE:
        PW_TRY(pw_tree_set_text(tree, node, "mode", "nearest"));
        return pw_tree_set_int(tree, node, "scale_factor", 2);
    case PW_PUBLISHED_CONCAT:
        return pw_tree_set_int(tree, node, "d", 1);
    case PW_PUBLISHED_DETECT:
        return fill_detect(top, node, layer);
    }
    return PAWL_OK;
}

static pawl_status fill_tree(pw_topology *top, pw_tree_node **root)
{
    pw_tree *tree = &top->tree;
    const size_t count = top->graph->layer_count;
    pw_tree_node *layers, *node;
    PW_TRY(pw_tree_add(tree, NULL, "", "models.yolo", "DetectionModel", 1, root));
    PW_TRY(pw_tree_add(tree, *root, "model", "torch.nn.modules.container", "Sequential", count,
                       &layers));
    for (size_t i = 0; i < count; i++) {
        const pw_published_layer *layer = &top->graph->layers[i];
        char name[24];
        top->index = i;
        snprintf(name, sizeof name, "%zu", i);
        const char *package = pw_published_package(layer->kind);
        PW_TRY(
            pw_tree_add(tree, layers, name,
                        strcmp(package, "torch.nn") == 0 ? "torch.nn.modules.upsampling" : package,
                        pw_published_type(layer->kind), 4, &node));
        PW_TRY(fill_layer(top, node, layer));
    }
    const pw_tensor_data *unclaimed = pw_tree_unclaimed(tree);
    if (unclaimed != NULL)
        return pw_fail(
            tree->error, PAWL_ERR_UNSUPPORTED,
            "tensor %s is none of the published %s graph: this is another graph; give the .pt "
            "it was made from",
            unclaimed->name, top->graph->name);
    return PAWL_OK;
}

pawl_status pw_wts_topology(const pw_weights *weights, const char *activation, pw_arena *arena,
                            const pw_module **root, pawl_error *error)
{
    pw_topology top = {.tree = {.weights = weights, .arena = arena, .error = error},
                       .activation = activation != NULL ? activation : "SiLU"};
    pw_tree_node *made;
    PW_TRY(choose_graph(weights, &top.graph, error));
    /* A tensor is claimed once, or twice where names repeat: the file's list is room enough with as
     * much again. */
    top.tree.claimed = pw_arena_array(arena, 2 * weights->tensor_count, sizeof *top.tree.claimed);
    if (top.tree.claimed == NULL)
        return pw_fail_memory(error, "the modules of a .wts", weights->tensor_count);
    PW_TRY(fill_tree(&top, &made));
    *root = &made->module;
    return PAWL_OK;
}
