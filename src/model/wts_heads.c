/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of a published graph from a .wts: classes, anchors and masks are the file's. */
#include "model/wts_fill.h"
#include <math.h>

#define CLASSIFY_EPSILON 1e-5 /* torch's own: Classify comes after initialize_weights() */
#define MAX_LEVELS       4    /* of a published graph */

/* What the counts of a head say. */
typedef struct head_counts {
    int32_t anchors, classes, masks, outputs; /* outputs: channels of a level */
} head_counts;

/* As the file says; else anchor_grid / anchors; else what the graph has: 8, 16, 32 and in P6 64. */
static pawl_status read_strides(pw_topology *top, pw_tree_node *head, int32_t strides[MAX_LEVELS])
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
        float stride = (float)(8u << (top->graph->is_falling ? levels - 1 - i : i));
        if (is_given)
            stride = values[2 * cells->count + i];
        else if (has_grid && values[first] > 0)
            stride = rintf(values[cells->count + first] / values[first]);
        strides[i] = stride >= 1 && stride <= PW_MAX_STRIDE ? (int32_t)stride : 0;
    }
    return PAWL_OK;
}

/* The bias of the first level; in v1.0 that of the layer which the head reads first. */
static pawl_status find_bias(pw_topology *top, const pw_tree_node *head,
                             const pw_tensor_data **bias)
{
    static const char name[] = "model.26.bias";
    if (!top->graph->is_falling)
        return pw_tree_find(&top->tree, head, "m.0.bias", bias);
    *bias = pw_weights_tensor_find(top->tree.weights, name);
    return PAWL_OK;
}

/* Prototypes are as many as the mask coefficients of an anchor. */
static pawl_status read_masks(pw_topology *top, const pw_tree_node *head, int32_t *masks)
{
    const pw_tensor_data *bn, *bias;
    *masks = 0;
    PW_TRY(pw_tree_find(&top->tree, head, "proto.cv3.bn.weight", &bn));
    PW_TRY(pw_tree_find(&top->tree, head, "proto.cv3.conv.bias", &bias));
    const pw_tensor_data *tensor = bn != NULL ? bn : bias;
    if (tensor != NULL && tensor->count <= PW_MAX_CHANNELS)
        *masks = (int32_t)tensor->count;
    return PAWL_OK;
}

/* nc and na from counts: anchors has 2 values an anchor and level, a bias 5 + nc + nm an anchor. */
static pawl_status read_head(pw_topology *top, const pw_tree_node *head, head_counts *counts)
{
    const pw_tensor_data *cells, *bias;
    const size_t levels = (size_t)top->graph->level_count;
    PW_TRY(pw_tree_find(&top->tree, head, "anchors", &cells));
    PW_TRY(find_bias(top, head, &bias));
    PW_TRY(read_masks(top, head, &counts->masks));
    if (cells == NULL || bias == NULL)
        return pw_fail(top->tree.error, PAWL_ERR_CORRUPT,
                       "tensor %s.%s is missing: the file is incomplete", head->module.path,
                       cells == NULL ? "anchors" : "m.0.bias");
    const size_t count = cells->count / (2 * levels);
    if (count < 1 || cells->count != 2 * levels * count || bias->count % count != 0 ||
        bias->count / count < 6 + (size_t)counts->masks)
        return pw_fail(
            top->tree.error, PAWL_ERR_CORRUPT,
            "%s has %zu values and %s %zu: no number of anchors and classes gives both on "
            "%zu levels; the file is damaged",
            cells->name, cells->count, bias->name, bias->count, levels);
    if (count > PAWL_MAX_ANCHORS || bias->count > PW_MAX_CHANNELS)
        return pw_fail(top->tree.error, PAWL_ERR_UNSUPPORTED,
                       "%s has %zu anchors a level and %s %zu values; pawl runs up to %d and %d",
                       cells->name, count, bias->name, bias->count, PAWL_MAX_ANCHORS,
                       PW_MAX_CHANNELS);
    counts->anchors = (int32_t)count;
    counts->outputs = (int32_t)bias->count;
    counts->classes = (int32_t)(bias->count / count) - 5 - counts->masks;
    return PAWL_OK;
}

/* anchor_grid is what a release up to v5.0 decodes with; in files of later ones it is anchors x
 * stride to the bit. A .pt has it in its own rounding, which its .wts will not have. */
static pawl_status fill_anchors(pw_topology *top, pw_tree_node *head, const int64_t dims[3])
{
    const pw_tensor_data *cells, *grid;
    PW_TRY(pw_tree_claim(&top->tree, head, "anchors", dims, 3, false));
    PW_TRY(pw_tree_find(&top->tree, head, "anchors", &cells));
    PW_TRY(pw_tree_find(&top->tree, head, "anchor_grid", &grid));
    if (top->tree.weights->kind == PAWL_WEIGHTS_WTS && grid != NULL && grid->count == cells->count)
        return pw_tree_claim(&top->tree, head, "anchor_grid", dims, 3, false);
    return pw_tree_ignore(&top->tree, head, "anchor_grid");
}

static pawl_status add_levels(pw_topology *top, pw_tree_node *head, const pw_published_layer *layer,
                              int32_t outputs)
{
    static const char *const names[MAX_LEVELS] = {"0", "1", "2", "3"};
    pw_tree_node *convs, *conv;
    PW_TRY(pw_tree_add(&top->tree, head, "m", "torch.nn.modules.container", "ModuleList",
                       (size_t)layer->from_count, &convs));
    for (int32_t i = 0; i < layer->from_count; i++) {
        PW_TRY(
            pw_tree_add(&top->tree, convs, names[i], "torch.nn.modules.conv", "Conv2d", 0, &conv));
        PW_TRY(pw_fill_conv2d(top, conv, top->channels[layer->from[i]], outputs,
                              (pw_conv_shape){1, 1}, true));
    }
    return PAWL_OK;
}

/* Proto: 3 x 3, upsample, 3 x 3, 1 x 1. */
static pawl_status add_prototypes(pw_topology *top, pw_tree_node *head, int32_t in)
{
    pw_tree *tree = &top->tree;
    pw_tree_node *proto, *upsample;
    int32_t width;
    PW_TRY(pw_tree_add(tree, head, "proto", "models.common", "Proto", 4, &proto));
    PW_TRY(pw_fill_add_conv(top, proto, "cv1", in, 3, &width));
    PW_TRY(pw_tree_add(tree, proto, "upsample", "torch.nn.modules.upsampling", "Upsample", 0,
                       &upsample));
    PW_TRY(pw_fill_upsample(top, upsample));
    PW_TRY(pw_fill_add_conv(top, proto, "cv2", width, 3, &width));
    return pw_fill_add_conv(top, proto, "cv3", width, 1, &width);
}

pawl_status pw_fill_head(pw_topology *top, pw_tree_node *head, const pw_published_layer *layer)
{
    pw_tree *tree = &top->tree;
    head_counts counts = {0};
    int32_t strides[MAX_LEVELS];
    PW_TRY(read_head(top, head, &counts));
    PW_TRY(read_strides(top, head, strides));
    const int64_t dims[] = {layer->from_count, counts.anchors, 2};
    PW_TRY(pw_tree_set_int(tree, head, "nc", counts.classes));
    PW_TRY(pw_tree_set_int(tree, head, "na", counts.anchors));
    PW_TRY(pw_tree_set_ints(tree, head, "stride", strides, (size_t)layer->from_count));
    PW_TRY(fill_anchors(top, head, dims));
    PW_TRY(pw_tree_ignore(tree, head, "strides"));
    top->head_outputs = counts.anchors * (5 + counts.classes);
    if (top->graph->is_falling)
        return PAWL_OK; /* the convolutions are layers of their own */
    PW_TRY(add_levels(top, head, layer, counts.outputs));
    if (layer->kind != PW_PUBLISHED_SEGMENT)
        return PAWL_OK;
    PW_TRY(pw_tree_set_int(tree, head, "nm", counts.masks));
    return add_prototypes(top, head, top->channels[layer->from[0]]);
}

pawl_status pw_fill_classify(pw_topology *top, pw_tree_node *head, int32_t in)
{
    pw_tree_node *linear;
    const pw_tensor_data *bias;
    int32_t width;
    top->epsilon = CLASSIFY_EPSILON;
    PW_TRY(pw_fill_add_conv(top, head, "conv", in, 1, &width));
    PW_TRY(
        pw_tree_add(&top->tree, head, "linear", "torch.nn.modules.linear", "Linear", 0, &linear));
    PW_TRY(pw_tree_find(&top->tree, linear, "bias", &bias));
    const int64_t classes = bias == NULL ? 1 : (int64_t)bias->count;
    const int64_t dims[] = {classes, width};
    PW_TRY(pw_tree_set_int(&top->tree, linear, "in_features", width));
    PW_TRY(pw_tree_set_int(&top->tree, linear, "out_features", classes));
    PW_TRY(pw_tree_claim(&top->tree, linear, "weight", dims, 2, true));
    return pw_tree_claim(&top->tree, linear, "bias", dims, 1, true);
}
