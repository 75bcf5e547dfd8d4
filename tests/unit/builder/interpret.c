/* SPDX-License-Identifier: Apache-2.0 */
/* See interpret.h. Slices lie inside their parents, which begin as NaN:
 * what nobody writes shows. */
#include "unit/builder/interpret.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct machine {
    const pw_network *network;
    pw_shape *shapes;
    double **values; /* a tensor: its own, or a place in its parent's */
} machine;

static size_t plane(const machine *m, uint32_t tensor)
{
    return (size_t)m->shapes[tensor].height * (size_t)m->shapes[tensor].width;
}

static size_t size_of(const machine *m, uint32_t tensor)
{
    return plane(m, tensor) * (size_t)m->shapes[tensor].channels;
}

static double activate(pw_activation kind, double alpha, double x)
{
    switch (kind) {
    case PW_ACT_SILU:
        return x / (1 + exp(-x));
    case PW_ACT_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case PW_ACT_HARDSWISH:
        return x * fmin(fmax(x + 3, 0), 6) / 6;
    case PW_ACT_RELU:
        return x > 0 ? x : 0;
    case PW_ACT_SIGMOID:
        return 1 / (1 + exp(-x));
    case PW_ACT_RELU6:
        return fmin(fmax(x, 0), 6);
    case PW_ACT_ELU:
        return x > 0 ? x : alpha * expm1(x);
    case PW_ACT_MISH:
        return x * tanh(log1p(exp(x)));
    case PW_ACT_GELU:
        return x * erfc(x * -0.70710678118654752) / 2;
    default:
        return x;
    }
}

/* Sum over the window of one output of one channel; outside is zero. */
static double conv_at(const machine *m, const pw_layer *layer, int32_t o, int32_t y, int32_t x)
{
    const pw_conv *c = &layer->as.conv;
    const pw_shape *in = &m->shapes[layer->inputs[0]];
    const int32_t width = c->in_channels / c->groups;
    const int32_t first = o / (c->out_channels / c->groups) * width;
    double sum = c->bias != NULL ? (double)c->bias[o] : 0;
    const float *w = c->weights + (ptrdiff_t)o * width * c->kernel[0] * c->kernel[1];
    for (int32_t i = 0; i < width; i++)
        for (int32_t ky = 0; ky < c->kernel[0]; ky++)
            for (int32_t kx = 0; kx < c->kernel[1]; kx++, w++) {
                const int32_t iy = y * c->stride[0] - c->padding[0] + ky * c->dilation[0];
                const int32_t ix = x * c->stride[1] - c->padding[1] + kx * c->dilation[1];
                if (iy >= 0 && iy < in->height && ix >= 0 && ix < in->width)
                    sum += (double)*w * m->values[layer->inputs[0]]
                                                 [((first + i) * in->height + iy) * in->width + ix];
            }
    return sum;
}

static double pool_at(const machine *m, const pw_layer *layer, int32_t c, int32_t y, int32_t x)
{
    const pw_pool *p = &layer->as.pool;
    const pw_shape *in = &m->shapes[layer->inputs[0]];
    double most = -INFINITY, sum = 0;
    for (int32_t ky = 0; ky < p->kernel[0]; ky++)
        for (int32_t kx = 0; kx < p->kernel[1]; kx++) {
            const int32_t iy = y * p->stride[0] - p->padding[0] + ky;
            const int32_t ix = x * p->stride[1] - p->padding[1] + kx;
            if (iy < 0 || iy >= in->height || ix < 0 || ix >= in->width)
                continue;
            const double value =
                m->values[layer->inputs[0]][(c * in->height + iy) * in->width + ix];
            most = fmax(most, value);
            sum += value;
        }
    return layer->op == PW_OP_AVGPOOL ? sum / (p->kernel[0] * p->kernel[1]) : most;
}

static double value_at(const machine *m, const pw_layer *layer, int32_t c, int32_t y, int32_t x)
{
    const pw_shape *in = &m->shapes[layer->inputs[0]];
    const ptrdiff_t same = (c * in->height + y) * in->width + x;
    const double *first = m->values[layer->inputs[0]];
    const pw_batchnorm *n = &layer->as.batchnorm;
    switch (layer->op) {
    case PW_OP_CONV: {
        const double sum = conv_at(m, layer, c, y, x);
        const double active =
            activate(layer->as.conv.activation, (double)layer->as.conv.alpha, sum);
        const pw_shape *out = &m->shapes[layer->output];
        return layer->as.conv.has_residual
                   ? active + m->values[layer->inputs[1]][(c * out->height + y) * out->width + x]
                   : active;
    }
    case PW_OP_BATCHNORM:
        return (first[same] - (double)n->mean[c]) /
                   sqrt((double)n->variance[c] + (double)n->epsilon) * (double)n->gamma[c] +
               (double)n->beta[c];
    case PW_OP_ACTIVATION:
        return activate(layer->as.activation.kind, (double)layer->as.activation.alpha, first[same]);
    case PW_OP_ADD:
        return first[same] + m->values[layer->inputs[1]][same];
    case PW_OP_MAXPOOL:
    case PW_OP_AVGPOOL:
        return pool_at(m, layer, c, y, x);
    case PW_OP_UPSAMPLE: {
        const int32_t f = layer->as.upsample.factor;
        return first[(c * in->height + y / f) * in->width + x / f];
    }
    default:
        return NAN;
    }
}

static void concatenate(const machine *m, const pw_layer *layer)
{
    double *to = m->values[layer->output];
    for (uint32_t i = 0; i < layer->input_count; i++) {
        const size_t size = size_of(m, layer->inputs[i]);
        if (m->network->tensors[layer->inputs[i]].parent != layer->output)
            memcpy(to, m->values[layer->inputs[i]], size * sizeof *to);
        to += size;
    }
}

static void run_layer(const machine *m, const pw_layer *layer, const float *picture)
{
    if (layer->op == PW_OP_DETECT)
        return;
    double *to = m->values[layer->output];
    const pw_shape *out = &m->shapes[layer->output];
    if (layer->op == PW_OP_INPUT) {
        for (size_t i = 0; i < size_of(m, layer->output); i++)
            to[i] = (double)picture[i];
    } else if (layer->op == PW_OP_CONCAT) {
        concatenate(m, layer);
    } else {
        for (int32_t c = 0; c < out->channels; c++)
            for (int32_t y = 0; y < out->height; y++)
                for (int32_t x = 0; x < out->width; x++)
                    *to++ = value_at(m, layer, c, y, x);
    }
}

static int place(machine *m)
{
    for (uint32_t t = 0; t < m->network->tensor_count; t++)
        if (m->network->tensors[t].parent == PW_NO_TENSOR) {
            m->values[t] = malloc(size_of(m, t) * sizeof(double));
            if (m->values[t] == NULL)
                return -1;
            for (size_t i = 0; i < size_of(m, t); i++)
                m->values[t][i] = NAN;
        }
    for (uint32_t t = 0; t < m->network->tensor_count; t++) {
        const pw_tensor *tensor = &m->network->tensors[t];
        if (tensor->parent != PW_NO_TENSOR)
            m->values[t] = m->values[tensor->parent] +
                           (size_t)tensor->channel_offset * plane(m, tensor->parent);
    }
    return 0;
}

static double *collect(const machine *m, size_t *count)
{
    const pw_layer *last = &m->network->layers[m->network->layer_count - 1];
    const uint32_t *tensors = last->op == PW_OP_DETECT ? last->inputs : &last->output;
    const uint32_t tensor_count = last->op == PW_OP_DETECT ? last->input_count : 1;
    *count = 0;
    for (uint32_t i = 0; i < tensor_count; i++)
        *count += size_of(m, tensors[i]);
    double *result = malloc(*count * sizeof *result), *to = result;
    for (uint32_t i = 0; result != NULL && i < tensor_count; to += size_of(m, tensors[i++]))
        memcpy(to, m->values[tensors[i]], size_of(m, tensors[i]) * sizeof *to);
    return result;
}

double *pt_interpret(const pw_network *network, const float *picture, int32_t height, int32_t width,
                     size_t *count)
{
    machine m = {network, calloc(network->tensor_count, sizeof(pw_shape)),
                 calloc(network->tensor_count, sizeof(double *))};
    double *result = NULL;
    if (m.shapes != NULL && m.values != NULL &&
        pw_network_infer(network, 1, height, width, m.shapes, NULL) >= 0 && place(&m) == 0) {
        for (size_t i = 0; i < network->layer_count; i++)
            run_layer(&m, &network->layers[i], picture);
        result = collect(&m, count);
    }
    for (uint32_t t = 0; m.values != NULL && t < network->tensor_count; t++)
        if (network->tensors[t].parent == PW_NO_TENSOR)
            free(m.values[t]);
    free(m.values);
    free(m.shapes);
    return result;
}
