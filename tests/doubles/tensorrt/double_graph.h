/* SPDX-License-Identifier: Apache-2.0 */
/* A network as it was recorded, and its execution by plain loops: independent of pawl's own
   backends, so that numbers agree only where both are right. */
#ifndef DOUBLE_GRAPH_H
#define DOUBLE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_RANK     8
#define MAX_INPUTS   16
#define MAX_TENSORS  16
#define MAX_NAME     96
#define MAX_PROFILES 8

typedef struct shape {
    int32_t rank;
    int64_t d[MAX_RANK]; /* -1: known at run time */
} shape;

/* nvinfer1::Weights */
typedef struct native_weights {
    int32_t type;
    const void *values;
    int64_t count;
} native_weights;

enum { TYPE_FLOAT = 0, TYPE_HALF = 1, TYPE_INT8 = 2 }; /* DataType */
enum {
    ACT_RELU = 0,
    ACT_SIGMOID = 1,
    ACT_LEAKY_RELU = 3,
    ACT_CLIP = 8,
    ACT_HARD_SIGMOID = 9
};                                                  /* ActivationType */
enum { ELEMENTWISE_SUM = 0, ELEMENTWISE_PROD = 1 }; /* ElementWiseOperation */

typedef enum op {
    OP_CONVOLUTION,
    OP_ACTIVATION,
    OP_ELEMENTWISE,
    OP_POOLING,
    OP_CONCATENATION,
    OP_RESIZE,
    OP_SHUFFLE,
    OP_SLICE,
    OP_CONSTANT,
    OP_CAST,
    OP_REDUCE,
    OP_PADDING,
    OP_SCALE,
    OP_QUANTIZE,
    OP_DEQUANTIZE
} op;

/* What a layer is asked to compute in, or its result to be of. */
typedef enum type_asked { ASKED_NOTHING, ASKED_HALF, ASKED_OTHER } type_asked;

typedef struct node {
    char name[MAX_NAME];
    op op;
    int32_t kind; /* of an activation or an elementwise operation; type of a cast; axis of a
                     concatenation, or of a quantisation's scales */
    int32_t inputs[MAX_INPUTS]; /* of a convolution perhaps a kernel too; of a quantisation the
                                   scale, and perhaps a zero point */
    int32_t input_count, output;
    int64_t maps, groups;
    shape kernel, stride, padding,
        dilation;      /* of a convolution or a pooling; a slice has start, size and stride */
    shape start, size; /* size: of a constant too */
    float alpha, beta;
    float scales[MAX_RANK];
    int32_t order[MAX_RANK]; /* of a shuffle */
    native_weights weights, bias;
    type_asked asked, leaves;
} node;

typedef struct value {
    char name[MAX_NAME];
    int32_t type;
    int32_t producer;  /* node, -1: an input */
    int32_t output_at; /* 0, 1, ... in the order of marking, -1: not an output */
    shape dims;
    shape range[MAX_PROFILES][3]; /* of an input, by profile: least, best, most */
} value;

typedef struct graph {
    value *values;
    node *nodes;
    int32_t value_count, value_capacity, node_count, node_capacity;
    int32_t profile_count; /* at least 1 once it is built */
} graph;

/* -1: no memory. */
int32_t graph_add_value(graph *graph, int32_t type, int32_t producer);
/* A copy of *node with a value of its own as output; returns the node. */
int32_t graph_add_node(graph *graph, const node *node, int32_t type);
void graph_free(graph *graph);

/* Shapes of all values from those of the inputs (already in shapes) and the constants; -1 spreads.
 * False: why says it. */
bool graph_infer(const graph *graph, shape *shapes, char *why, size_t why_size);
int64_t shape_volume(const shape *shape); /* negative where a dimension is -1 */

/* Runs it: buffers[value] is given for inputs, and given or NULL for the rest. Weights are float32.
 * False: no memory. */
bool graph_run(const graph *graph, const shape *shapes, float *const *given);

#endif
