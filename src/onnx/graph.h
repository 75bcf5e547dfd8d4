/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ONNX graph while it is made: nodes as they will stand in the file, constants by their place. A
 * failure (memory) stays: what follows does nothing, and pw_onnx_status() tells. Field numbers are
 * those of onnx.proto.
 */
#ifndef PW_ONNX_GRAPH_H
#define PW_ONNX_GRAPH_H

#include "network/network_ir.h"
#include "onnx/protobuf.h"

#define PW_ONNX_MAX_RANK 5

typedef enum pw_onnx_type {
    PW_ONNX_FLOAT = 1,
    PW_ONNX_INT64 = 7
} pw_onnx_type; /* numbers of TensorProto.DataType */

/* A constant of the graph. */
typedef struct pw_onnx_constant {
    const char *name;
    pw_onnx_type type;
    int64_t dims[PW_ONNX_MAX_RANK];
    size_t rank;
    const void *data; /* the network's, or the graph's */
    size_t size;      /* bytes */
} pw_onnx_constant;

typedef struct pw_onnx_graph {
    const pw_network *network;
    const pw_shape *shapes; /* of its tensors; what of them is fixed: see is_dynamic */
    bool is_dynamic;        /* batch, height and width are told at run time */
    int32_t opset;
    const char **values; /* names of the network's tensors; NULL: not made yet */
    const char *scope;   /* of the layer at hand: its nodes are named SCOPE/OPERATOR_N */
    uint32_t node_count;
    pw_arena arena;  /* names, small constants */
    pw_writer nodes; /* GraphProto's */
    size_t mark;     /* of the node that is open */
    pw_onnx_constant *constants;
    size_t constant_count, constant_capacity;
    bool has_failed;
} pw_onnx_graph;

/* A node: begin, attributes, end. output NULL: it gets a name. Returns the output's name, "" after
 * a failure. */
const char *pw_onnx_begin(pw_onnx_graph *graph, const char *op, const char *const *inputs,
                          size_t input_count, const char *output);
void pw_onnx_set_int(pw_onnx_graph *graph, const char *name, int64_t value);
void pw_onnx_set_pair(pw_onnx_graph *graph, const char *name, const int32_t pair[2]);
void pw_onnx_set_ints(pw_onnx_graph *graph, const char *name, const int64_t *values, size_t count);
void pw_onnx_set_float(pw_onnx_graph *graph, const char *name, float value);
void pw_onnx_set_text(pw_onnx_graph *graph, const char *name, const char *value);
void pw_onnx_end(pw_onnx_graph *graph);

/* Nodes without attributes, of one and of two inputs. */
const char *pw_onnx_of(pw_onnx_graph *graph, const char *op, const char *a);
const char *pw_onnx_of_two(pw_onnx_graph *graph, const char *op, const char *a, const char *b);
/* A node of one input and an attribute of integers. */
const char *pw_onnx_of_ints(pw_onnx_graph *graph, const char *op, const char *a, const char *name,
                            const int64_t *values, size_t count);

/* Constants named SCOPE.name. The first is borrowed, the others are copied. */
const char *pw_onnx_array(pw_onnx_graph *graph, const char *name, const float *values,
                          const int64_t *dims, size_t rank);
const char *pw_onnx_floats(pw_onnx_graph *graph, const char *name, const float *values,
                           const int64_t *dims, size_t rank);
const char *pw_onnx_float(pw_onnx_graph *graph, const char *name, float value); /* rank 0 */
const char *pw_onnx_ints(pw_onnx_graph *graph, const char *name, const int64_t *values,
                         size_t count); /* rank 1 */

#endif
