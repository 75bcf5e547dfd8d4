/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the headers say of IQuantizeLayer, IDequantizeLayer and convolutions between them, and the
 * placement that NVIDIA advises: pairs before both inputs of a convolution and of a sum, per tensor
 * for what flows, per output channel for weights.
 */
#include "doubles/tensorrt/double.h"
#include <math.h>

static const node *producer_of(const graph *graph_, int32_t value_)
{
    const int32_t producer = graph_->values[value_].producer;
    return producer < 0 ? NULL : &graph_->nodes[producer];
}

static bool is_made_by(const graph *graph_, int32_t value_, op op_)
{
    const node *const producer = producer_of(graph_, value_);
    return producer != NULL && producer->op == op_;
}

static bool is_quantisation(const node *each)
{
    return each->op == OP_QUANTIZE || each->op == OP_DEQUANTIZE;
}

/* Of a constant in float32; NULL: it is none. */
static const native_weights *constant_of(const graph *graph_, int32_t value_)
{
    const node *const producer = producer_of(graph_, value_);
    return producer != NULL && producer->op == OP_CONSTANT && producer->weights.type == TYPE_FLOAT
               ? &producer->weights
               : NULL;
}

static const char *scale_fault(const graph *graph_, const shape *shapes, const node *each)
{
    const native_weights *const scale = constant_of(graph_, each->inputs[1]);
    const shape *const in = &shapes[each->inputs[0]];
    if (scale == NULL)
        return "a scale is no constant of float32";
    for (int64_t i = 0; i < scale->count; i++) {
        const float unit = ((const float *)scale->values)[i];
        if (!isnormal(unit) || unit < 0.0f)
            return "Scale coefficients must all be positive";
    }
    if (each->kind < 0 || each->kind >= in->rank)
        return "unexpected negative axis"; /* or beyond the tensor's */
    if (shapes[each->inputs[1]].rank == 0)
        return NULL;
    if (shapes[each->inputs[1]].rank != 1 || scale->count != in->d[each->kind])
        return "The number of scales is not equal to the number of output channels.";
    return NULL;
}

static const char *zero_fault(const graph *graph_, const node *each)
{
    if (each->input_count < 3)
        return NULL;
    const native_weights *const zeros = constant_of(graph_, each->inputs[2]);
    for (int64_t i = 0; zeros != NULL && i < zeros->count; i++)
        if (((const float *)zeros->values)[i] != 0.0f)
            return "TRT only supports symmetric quantization - zeroPt must be all zeros";
    return zeros != NULL ? NULL : "a zero point is no constant";
}

/* Whether two scales say the same. */
static bool are_equal(const graph *graph_, int32_t a, int32_t b)
{
    const native_weights *const one = constant_of(graph_, a), *const other = constant_of(graph_, b);
    bool is_same = one != NULL && other != NULL && one->count == other->count;
    for (int64_t i = 0; is_same && i < one->count; i++)
        is_same = ((const float *)one->values)[i] == ((const float *)other->values)[i];
    return is_same;
}

static const char *pair_fault(const graph *graph_, const shape *shapes, const node *each)
{
    const node *const before = producer_of(graph_, each->inputs[0]);
    const native_weights *const scale = constant_of(graph_, each->inputs[1]);
    if (each->op == OP_DEQUANTIZE) {
        if (before == NULL || before->op != OP_QUANTIZE)
            return "what is dequantised was not quantised";
        return before->kind == each->kind && are_equal(graph_, before->inputs[1], each->inputs[1])
                   ? NULL
                   : "the two layers of a pair differ in scale or axis";
    }
    if (graph_->values[each->inputs[0]].type == TYPE_INT8)
        return "what is quantised is of integers already";
    const bool is_weight = before != NULL && before->op == OP_CONSTANT;
    if (is_weight != (shapes[each->inputs[1]].rank == 1))
        return "weights are quantised by output channel, and nothing else is";
    return scale != NULL ? NULL : "a scale is no constant";
}

/* The kernel: constant, quantised by output channel. */
static const char *kernel_fault(const graph *graph_, const shape *shapes, const node *each)
{
    const node *const back = producer_of(graph_, each->inputs[1]);
    const node *const there =
        back != NULL && back->op == OP_DEQUANTIZE ? producer_of(graph_, back->inputs[0]) : NULL;
    const shape *const kernel = &shapes[each->inputs[1]];
    if (there == NULL || !is_made_by(graph_, there->inputs[0], OP_CONSTANT))
        return "a kernel tensor is no dequantised constant";
    if (kernel->rank != 4 || kernel->d[0] != each->maps || kernel->d[2] != each->kernel.d[0] ||
        kernel->d[3] != each->kernel.d[1])
        return "a kernel tensor has not the convolution's dimensions";
    if (there->kind != 0 || constant_of(graph_, there->inputs[1])->count != each->maps)
        return "a kernel is not quantised by output channel";
    if (each->groups > 1 && (each->maps / each->groups % 4 != 0 || kernel->d[1] % 4 != 0))
        return "groups in int8 mode are no whole fours of channels";
    return NULL;
}

static const char *reader_fault(const graph *graph_, const shape *shapes, const node *each)
{
    int32_t pairs = 0;
    for (int32_t i = 0; i < each->input_count; i++) {
        if (graph_->values[each->inputs[i]].type == TYPE_INT8)
            return "integers are read by a layer that does not dequantise them";
        pairs += is_made_by(graph_, each->inputs[i], OP_DEQUANTIZE);
    }
    if (each->op == OP_CONVOLUTION && each->weights.count == 0 && each->input_count < 2)
        return "a convolution has no kernel";
    if (each->op == OP_CONVOLUTION && pairs != (each->input_count > 1 ? 2 : 0))
        return "only one of a convolution's inputs is quantised";
    if (each->op == OP_CONVOLUTION && pairs > 0)
        return kernel_fault(graph_, shapes, each);
    if (each->op == OP_ELEMENTWISE && each->kind == ELEMENTWISE_SUM && pairs == 1)
        return "only one of a sum's inputs is quantised";
    return NULL;
}

const char *double_quantise_fault(const graph *graph_, const shape *shapes)
{
    const char *fault = NULL;
    for (int32_t i = 0; fault == NULL && i < graph_->node_count; i++) {
        const node *const each = &graph_->nodes[i];
        if (!is_quantisation(each)) {
            fault = reader_fault(graph_, shapes, each);
            continue;
        }
        fault = scale_fault(graph_, shapes, each);
        fault = fault != NULL ? fault : zero_fault(graph_, each);
        fault = fault != NULL ? fault : pair_fault(graph_, shapes, each);
    }
    return fault;
}

bool double_is_quantised(const graph *graph_)
{
    for (int32_t i = 0; i < graph_->node_count; i++)
        if (is_quantisation(&graph_->nodes[i]))
            return true;
    return false;
}
