/* SPDX-License-Identifier: Apache-2.0 */
/* The recorded graph and its shapes. */
#include "doubles/tensorrt/double_graph.h"
#include <stdio.h>
#include <stdlib.h>

int32_t graph_add_value(graph *graph_, int32_t type, int32_t producer)
{
    if (graph_->value_count == graph_->value_capacity) {
        const int32_t capacity = graph_->value_capacity * 2 + 64;
        value *const grown = realloc(graph_->values, (size_t)capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        graph_->values = grown;
        graph_->value_capacity = capacity;
    }
    graph_->values[graph_->value_count] =
        (value){.type = type, .producer = producer, .output_at = -1};
    return graph_->value_count++;
}

int32_t graph_add_node(graph *graph_, const node *node_, int32_t type)
{
    if (graph_->node_count == graph_->node_capacity) {
        const int32_t capacity = graph_->node_capacity * 2 + 64;
        node *const grown = realloc(graph_->nodes, (size_t)capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        graph_->nodes = grown;
        graph_->node_capacity = capacity;
    }
    const int32_t index = graph_->node_count, output = graph_add_value(graph_, type, index);
    if (output < 0)
        return -1;
    graph_->nodes[index] = *node_;
    graph_->nodes[index].output = output;
    graph_->node_count++;
    return index;
}

void graph_free(graph *graph_)
{
    free(graph_->values);
    free(graph_->nodes);
    *graph_ = (graph){.values = NULL};
}

int64_t shape_volume(const shape *shape_)
{
    int64_t volume = 1;
    for (int32_t i = 0; i < shape_->rank; i++) {
        if (shape_->d[i] < 0)
            return -1;
        volume *= shape_->d[i];
    }
    return volume;
}

static int64_t window_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding,
                           int64_t dilation)
{
    if (size < 0)
        return -1;
    const int64_t room = size + 2 * padding - (dilation * (kernel - 1) + 1);
    return stride > 0 && room >= 0 ? room / stride + 1 : 0;
}

/* Convolution and pooling: N x C x spatial. */
static const char *infer_window(const node *each, const shape *in, shape *out)
{
    *out = *in;
    if (in->rank != 4 || each->kernel.rank != 2 || each->stride.rank != 2 ||
        each->padding.rank != 2)
        return "a window needs a tensor of 4 dimensions and a kernel of 2";
    for (int i = 0; i < 2; i++) {
        const int64_t dilation = each->op == OP_CONVOLUTION ? each->dilation.d[i] : 1;
        out->d[2 + i] = window_size(in->d[2 + i], each->kernel.d[i], each->stride.d[i],
                                    each->padding.d[i], dilation);
        if (out->d[2 + i] == 0)
            return "the window does not fit";
    }
    if (each->op == OP_POOLING)
        return NULL;
    if (each->groups < 1 || in->d[1] < 1 || in->d[1] % each->groups != 0 ||
        each->maps % each->groups != 0)
        return "the groups do not divide the channels";
    out->d[1] = each->maps;
    return NULL;
}

static const char *infer_elementwise(const shape *a, const shape *b, shape *out)
{
    if (a->rank != b->rank)
        return "elementwise inputs differ in rank";
    *out = *a;
    for (int32_t i = 0; i < a->rank; i++) {
        const int64_t x = a->d[i], y = b->d[i];
        if (x >= 0 && y >= 0 && x != y && x != 1 && y != 1)
            return "elementwise inputs differ in a dimension";
        out->d[i] = x == 1 ? y : x;
    }
    return NULL;
}

static const char *infer_concatenation(const node *each, const shape *shapes, shape *out)
{
    *out = shapes[each->inputs[0]];
    if (each->kind < 0 || each->kind >= out->rank)
        return "the axis of a concatenation is out of range";
    for (int32_t i = 1; i < each->input_count; i++) {
        const shape *const next = &shapes[each->inputs[i]];
        if (next->rank != out->rank)
            return "concatenated inputs differ in rank";
        for (int32_t k = 0; k < out->rank; k++) {
            if (k == each->kind)
                out->d[k] = out->d[k] < 0 || next->d[k] < 0 ? -1 : out->d[k] + next->d[k];
            else if (out->d[k] >= 0 && next->d[k] >= 0 && out->d[k] != next->d[k])
                return "concatenated inputs differ beside the axis";
        }
    }
    return NULL;
}

static const char *infer_slice(const node *each, const shape *in, shape *out)
{
    *out = each->size;
    if (each->start.rank != in->rank || each->size.rank != in->rank ||
        each->stride.rank != in->rank)
        return "a slice's start, size and stride have not the rank of its input";
    for (int32_t i = 0; i < in->rank; i++)
        if (in->d[i] >= 0 && each->size.d[i] > 0 &&
            (each->start.d[i] < 0 ||
             each->start.d[i] + (each->size.d[i] - 1) * each->stride.d[i] >= in->d[i]))
            return "a slice reaches out of its input";
    return NULL;
}

static const char *infer_shuffle(const node *each, const shape *in, shape *out)
{
    unsigned seen = 0;
    *out = *in;
    for (int32_t i = 0; i < in->rank; i++) {
        const int32_t from = each->order[i];
        if (from < 0 || from >= in->rank || (seen >> from & 1u) != 0)
            return "the order of a transpose is not a permutation";
        seen |= 1u << from;
        out->d[i] = in->d[from];
    }
    return NULL;
}

static const char *infer_node(const node *each, const shape *shapes, shape *out)
{
    const shape none = {.rank = 0};
    const shape *const in = each->input_count > 0 ? &shapes[each->inputs[0]] : &none;
    switch (each->op) {
    case OP_CONVOLUTION:
    case OP_POOLING:
        return infer_window(each, in, out);
    case OP_ELEMENTWISE:
        return infer_elementwise(in, &shapes[each->inputs[1]], out);
    case OP_CONCATENATION:
        return infer_concatenation(each, shapes, out);
    case OP_SLICE:
        return infer_slice(each, in, out);
    case OP_SHUFFLE:
        return infer_shuffle(each, in, out);
    case OP_RESIZE:
        *out = *in;
        for (int32_t i = 0; i < in->rank; i++)
            out->d[i] = in->d[i] < 0 ? -1 : (int64_t)((float)in->d[i] * each->scales[i]);
        return NULL;
    case OP_CONSTANT:
        *out = each->size;
        return NULL;
    case OP_PADDING:
        *out = *in;
        for (int32_t i = 2; i < in->rank; i++)
            out->d[i] = in->d[i] < 0 ? -1 : in->d[i] + each->start.d[i - 2] + each->size.d[i - 2];
        return NULL;
    case OP_REDUCE: /* its axes are bits; dimensions are kept */
        *out = *in;
        for (int32_t i = 0; i < in->rank; i++)
            out->d[i] = (each->kind >> i & 1) != 0 ? 1 : in->d[i];
        return NULL;
    case OP_SCALE:
    case OP_ACTIVATION:
    case OP_CAST:
    case OP_QUANTIZE:
    case OP_DEQUANTIZE:
        *out = *in;
        return NULL;
    }
    return "an unknown layer";
}

bool graph_infer(const graph *graph_, shape *shapes, char *why, size_t why_size)
{
    for (int32_t i = 0; i < graph_->node_count; i++) {
        const node *const each = &graph_->nodes[i];
        const char *const reason = infer_node(each, shapes, &shapes[each->output]);
        if (reason != NULL) {
            snprintf(why, why_size, "%s: %s", each->name, reason);
            return false;
        }
    }
    return true;
}
