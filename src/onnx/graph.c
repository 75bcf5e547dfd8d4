/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and constants of an ONNX graph. */
#include "onnx/graph.h"

#include "base/size.h"

#include <string.h>

/* Fields of GraphProto, NodeProto, AttributeProto. */
enum { GRAPH_NODE = 1 };
enum { NODE_INPUT = 1, NODE_OUTPUT, NODE_NAME, NODE_OP, NODE_ATTRIBUTE };
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_FLOAT = 2,
    ATTRIBUTE_INT = 3,
    ATTRIBUTE_TEXT = 4,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_TYPE = 20
};
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_TEXT = 3, TYPE_INTS = 7 };

/* A text, or "" and a failure noted. */
static const char *kept(pw_onnx_graph *graph, const char *text)
{
    graph->has_failed = graph->has_failed || text == NULL;
    return text == NULL ? "" : text;
}

const char *pw_onnx_begin(pw_onnx_graph *graph, const char *op, const char *const *inputs,
                          size_t input_count, const char *output)
{
    const char *name = kept(graph, pw_arena_printf(&graph->arena, "%s/%s_%u", graph->scope, op,
                                                   (unsigned)graph->node_count++));
    const char *result = output != NULL ? output : name;
    pw_writer *out = &graph->nodes;
    graph->mark = pw_pb_open(out, GRAPH_NODE);
    for (size_t i = 0; i < input_count; i++)
        pw_pb_text(out, NODE_INPUT, inputs[i]);
    pw_pb_text(out, NODE_OUTPUT, result);
    pw_pb_text(out, NODE_NAME, name);
    pw_pb_text(out, NODE_OP, op);
    return result;
}

void pw_onnx_end(pw_onnx_graph *graph)
{
    pw_pb_close(&graph->nodes, graph->mark);
}

static size_t open_attribute(pw_writer *out, const char *name)
{
    const size_t mark = pw_pb_open(out, NODE_ATTRIBUTE);
    pw_pb_text(out, ATTRIBUTE_NAME, name);
    return mark;
}

static void close_attribute(pw_writer *out, size_t mark, int type)
{
    pw_pb_int(out, ATTRIBUTE_TYPE, type);
    pw_pb_close(out, mark);
}

void pw_onnx_set_int(pw_onnx_graph *graph, const char *name, int64_t value)
{
    const size_t mark = open_attribute(&graph->nodes, name);
    pw_pb_int(&graph->nodes, ATTRIBUTE_INT, value);
    close_attribute(&graph->nodes, mark, TYPE_INT);
}

void pw_onnx_set_float(pw_onnx_graph *graph, const char *name, float value)
{
    const size_t mark = open_attribute(&graph->nodes, name);
    pw_pb_float(&graph->nodes, ATTRIBUTE_FLOAT, value);
    close_attribute(&graph->nodes, mark, TYPE_FLOAT);
}

void pw_onnx_set_text(pw_onnx_graph *graph, const char *name, const char *value)
{
    const size_t mark = open_attribute(&graph->nodes, name);
    pw_pb_text(&graph->nodes, ATTRIBUTE_TEXT, value);
    close_attribute(&graph->nodes, mark, TYPE_TEXT);
}

void pw_onnx_set_ints(pw_onnx_graph *graph, const char *name, const int64_t *values, size_t count)
{
    const size_t mark = open_attribute(&graph->nodes, name);
    for (size_t i = 0; i < count; i++)
        pw_pb_int(&graph->nodes, ATTRIBUTE_INTS, values[i]);
    close_attribute(&graph->nodes, mark, TYPE_INTS);
}

void pw_onnx_set_pair(pw_onnx_graph *graph, const char *name, const int32_t pair[2])
{
    pw_onnx_set_ints(graph, name, (const int64_t[]){pair[0], pair[1]}, 2);
}

const char *pw_onnx_of(pw_onnx_graph *graph, const char *op, const char *a)
{
    const char *output = pw_onnx_begin(graph, op, &a, 1, NULL);
    pw_onnx_end(graph);
    return output;
}

const char *pw_onnx_of_two(pw_onnx_graph *graph, const char *op, const char *a, const char *b)
{
    const char *output = pw_onnx_begin(graph, op, (const char *const[]){a, b}, 2, NULL);
    pw_onnx_end(graph);
    return output;
}

const char *pw_onnx_of_ints(pw_onnx_graph *graph, const char *op, const char *a, const char *name,
                            const int64_t *values, size_t count)
{
    const char *output = pw_onnx_begin(graph, op, &a, 1, NULL);
    pw_onnx_set_ints(graph, name, values, count);
    pw_onnx_end(graph);
    return output;
}

static bool has_constant(const pw_onnx_graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->constant_count; i++)
        if (strcmp(graph->constants[i].name, name) == 0)
            return true;
    return false;
}

/* Takes a constant; its name is SCOPE.name, with a number where layers share it. */
static const char *add_constant(pw_onnx_graph *graph, const char *name, pw_onnx_constant constant)
{
    pw_onnx_constant *constants =
        pw_arena_grow(&graph->arena, graph->constants, graph->constant_count,
                      &graph->constant_capacity, sizeof *constants);
    const char *full = kept(graph, pw_arena_printf(&graph->arena, "%s.%s", graph->scope, name));
    if (has_constant(graph, full))
        full = kept(graph, pw_arena_printf(&graph->arena, "%s_%zu", full, graph->constant_count));
    if (constants == NULL || constant.data == NULL) {
        graph->has_failed = true;
        return full;
    }
    graph->constants = constants;
    constant.name = full;
    constants[graph->constant_count++] = constant;
    return full;
}

static pw_onnx_constant constant_of(pw_onnx_type type, const int64_t *dims, size_t rank)
{
    pw_onnx_constant constant = {.type = type, .rank = rank};
    constant.size = type == PW_ONNX_FLOAT ? sizeof(float) : sizeof(int64_t);
    for (size_t i = 0; i < rank; i++) {
        constant.dims[i] = dims[i];
        constant.size *= (size_t)dims[i]; /* of tensors in memory */
    }
    return constant;
}

static const void *copy_of(pw_onnx_graph *graph, const void *data, size_t size)
{
    void *copy = pw_arena_alloc(&graph->arena, size);
    if (copy != NULL && size > 0)
        memcpy(copy, data, size);
    return copy;
}

const char *pw_onnx_array(pw_onnx_graph *graph, const char *name, const float *values,
                          const int64_t *dims, size_t rank)
{
    pw_onnx_constant constant = constant_of(PW_ONNX_FLOAT, dims, rank);
    constant.data = values;
    return add_constant(graph, name, constant);
}

const char *pw_onnx_floats(pw_onnx_graph *graph, const char *name, const float *values,
                           const int64_t *dims, size_t rank)
{
    pw_onnx_constant constant = constant_of(PW_ONNX_FLOAT, dims, rank);
    constant.data = copy_of(graph, values, constant.size);
    return add_constant(graph, name, constant);
}

const char *pw_onnx_float(pw_onnx_graph *graph, const char *name, float value)
{
    return pw_onnx_floats(graph, name, &value, NULL, 0);
}

const char *pw_onnx_ints(pw_onnx_graph *graph, const char *name, const int64_t *values,
                         size_t count)
{
    const int64_t dims[] = {(int64_t)count};
    pw_onnx_constant constant = constant_of(PW_ONNX_INT64, dims, 1);
    constant.data = copy_of(graph, values, constant.size);
    return add_constant(graph, name, constant);
}
