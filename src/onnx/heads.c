/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention and the heads. A level of a detection head, as PyTorch's export has it:
 *
 *     N x (a w) x h x w  ->  N x a x w x (h w)  ->  N x a x (h w) x w,   sigmoid, then
 *     centre = (2 s + cell) stride      cell: column - 0.5, row - 0.5
 *     size   = (2 s)^2 anchor
 *
 * Cells are constants where height and width are fixed, else counted at run time.
 */
#include "onnx/layers.h"

#include <limits.h>
#include <math.h>

static const char *slice(pw_onnx_graph *graph, const char *x, int64_t axis, int64_t from,
                         int64_t to)
{
    const char *const inputs[] = {x, pw_onnx_ints(graph, "from", &from, 1),
                                  pw_onnx_ints(graph, "to", &to, 1),
                                  pw_onnx_ints(graph, "axis", &axis, 1)};
    const char *y = pw_onnx_begin(graph, "Slice", inputs, 4, NULL);
    pw_onnx_end(graph);
    return y;
}

static const char *reshape(pw_onnx_graph *graph, const char *x, const int64_t *shape, size_t rank)
{
    return pw_onnx_of_two(graph, "Reshape", x, pw_onnx_ints(graph, "shape", shape, rank));
}

static const char *join(pw_onnx_graph *graph, const char *const *parts, size_t count, int64_t axis,
                        const char *output)
{
    const char *y = pw_onnx_begin(graph, "Concat", parts, count, output);
    pw_onnx_set_int(graph, "axis", axis);
    pw_onnx_end(graph);
    return y;
}

/* The last two of four axes change places. */
static const char *turned(pw_onnx_graph *graph, const char *x)
{
    return pw_onnx_of_ints(graph, "Transpose", x, "perm", (const int64_t[]){0, 1, 3, 2}, 4);
}

const char *pw_onnx_attention(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_shape *shape = &graph->shapes[layer->inputs[0]];
    const int64_t depth = shape->channels / layer->as.attention.heads;
    const int64_t heads[] = {0, layer->as.attention.heads, depth, -1};
    const int64_t whole[] = {graph->is_dynamic ? 0 : shape->batch, shape->channels, shape->height,
                             shape->width};
    const char *split[3];
    for (uint32_t i = 0; i < 3; i++) /* N x heads x depth x tokens */
        split[i] = reshape(graph, pw_onnx_input(graph, layer, i), heads, 4);
    const char *scores = pw_onnx_of_two(graph, "MatMul", turned(graph, split[0]), split[1]);
    scores = pw_onnx_of_two(graph, "Mul", scores,
                            pw_onnx_float(graph, "scale", (float)(1 / sqrt((double)depth))));
    const char *shares = pw_onnx_begin(graph, "Softmax", &scores, 1, NULL);
    pw_onnx_set_int(graph, "axis", 3);
    pw_onnx_end(graph);
    const char *mixed =
        turned(graph, pw_onnx_of_two(graph, "MatMul", shares, turned(graph, split[2])));
    if (!graph->is_dynamic)
        return reshape(graph, mixed, whole, 4);
    return pw_onnx_of_two(graph, "Reshape", mixed,
                          pw_onnx_of(graph, "Shape", pw_onnx_input(graph, layer, 0)));
}

/* Column and row of each cell, less a half: 1 x 1 x (h w) x 2. */
static const char *fixed_cells(pw_onnx_graph *graph, const pw_shape *level)
{
    const size_t count = (size_t)level->height * (size_t)level->width;
    const int64_t dims[] = {1, 1, (int64_t)count, 2};
    float *cells = pw_arena_array(&graph->arena, count, 2 * sizeof(float));
    for (size_t i = 0; cells != NULL && i < count; i++) {
        cells[2 * i] = (float)(i % (size_t)level->width) - 0.5f;
        cells[2 * i + 1] = (float)(i / (size_t)level->width) - 0.5f;
    }
    return pw_onnx_array(graph, "cells", cells, dims, 4);
}

/* 0, 1 ... less a half, as many as the axis has; as a column of numbers or a row. */
static const char *counted(pw_onnx_graph *graph, const char *shape, int64_t axis)
{
    const int64_t column[] = {-1, 1}, row[] = {1, -1};
    const char *size = pw_onnx_of_two(graph, "Gather", shape,
                                      pw_onnx_ints(graph, "which", &axis, 1)); /* one element */
    size = pw_onnx_begin(graph, "Cast", &size, 1, NULL);
    pw_onnx_set_int(graph, "to", PW_ONNX_FLOAT);
    pw_onnx_end(graph);
    const char *scalar =
        pw_onnx_of_two(graph, "Reshape", size, pw_onnx_ints(graph, "none", column, 0));
    const char *half = pw_onnx_float(graph, "half", 0.5f);
    const char *const range[] = {pw_onnx_float(graph, "first", -0.5f),
                                 pw_onnx_of_two(graph, "Sub", scalar, half),
                                 pw_onnx_float(graph, "step", 1)};
    const char *numbers = pw_onnx_begin(graph, "Range", range, 3, NULL);
    pw_onnx_end(graph);
    return reshape(graph, numbers, axis == 2 ? column : row, 2);
}

static const char *counted_cells(pw_onnx_graph *graph, const char *level)
{
    static const int64_t flat[] = {1, 1, -1, 1};
    const char *shape = pw_onnx_of(graph, "Shape", level);
    const char *size = slice(graph, shape, 0, 2, 4);
    const char *parts[2];
    for (int64_t i = 0; i < 2; i++) {
        const char *plane = pw_onnx_of_two(graph, "Expand", counted(graph, shape, 3 - i), size);
        parts[i] = reshape(graph, plane, flat, 4);
    }
    return join(graph, parts, 2, 3, NULL);
}

/* One level's rows: N x (a h w) x width. */
static const char *decode(pw_onnx_graph *graph, const pw_layer *layer, uint32_t level)
{
    const pw_detect *detect = &layer->as.detect;
    const int64_t width = (int64_t)pw_detect_width(detect), anchors = detect->anchor_count;
    const int64_t split[] = {0, anchors, width, -1}, rows[] = {0, -1, width};
    const int64_t anchor_dims[] = {1, anchors, 1, 2};
    const char *x = pw_onnx_input(graph, layer, level);
    const char *cells = graph->is_dynamic
                            ? counted_cells(graph, x)
                            : fixed_cells(graph, &graph->shapes[layer->inputs[level]]);
    const char *raw = turned(graph, reshape(graph, x, split, 4));
    const char *masks = NULL;
    if (detect->mask_count > 0) {
        masks = slice(graph, raw, 3, width - detect->mask_count, width);
        raw = slice(graph, raw, 3, 0, width - detect->mask_count);
    }
    const char *shares = pw_onnx_of(graph, "Sigmoid", raw);
    const char *two = pw_onnx_float(graph, "two", 2);
    const char *centre = pw_onnx_of_two(graph, "Mul", slice(graph, shares, 3, 0, 2), two);
    centre = pw_onnx_of_two(graph, "Add", centre, cells);
    centre =
        pw_onnx_of_two(graph, "Mul", centre, pw_onnx_float(graph, "stride", detect->stride[level]));
    const char *size = pw_onnx_of_two(graph, "Mul", slice(graph, shares, 3, 2, 4), two);
    size = pw_onnx_of_two(graph, "Mul", size, size);
    size = pw_onnx_of_two(
        graph, "Mul", size,
        pw_onnx_floats(graph, "anchors", &detect->anchor[level][0][0], anchor_dims, 4));
    const char *const parts[] = {centre, size, slice(graph, shares, 3, 4, INT_MAX), masks};
    return reshape(graph, join(graph, parts, masks != NULL ? 4 : 3, 3, NULL), rows, 3);
}

void pw_onnx_detect(pw_onnx_graph *graph, const pw_layer *layer)
{
    const pw_detect *detect = &layer->as.detect;
    const char *levels[PAWL_MAX_LEVELS];
    for (uint32_t i = 0; i < (uint32_t)detect->level_count; i++)
        levels[i] = decode(graph, layer, i);
    (void)join(graph, levels, (size_t)detect->level_count, 1, "output0");
    if (detect->mask_count == 0)
        return;
    const char *prototypes = pw_onnx_input(graph, layer, (uint32_t)detect->level_count);
    (void)pw_onnx_begin(graph, "Identity", &prototypes, 1, "output1");
    pw_onnx_end(graph);
}

void pw_onnx_classify(pw_onnx_graph *graph, const pw_layer *layer)
{
    const char *logits = pw_onnx_input(graph, layer, 0);
    (void)pw_onnx_begin(graph, "Flatten", &logits, 1, "output0");
    pw_onnx_set_int(graph, "axis", 1);
    pw_onnx_end(graph);
}
