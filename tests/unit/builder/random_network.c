/* SPDX-License-Identifier: Apache-2.0 */
/* See random_network.h. */
#include "unit/builder/random_network.h"
#include "support/tiny_model.h"
#include <stdio.h>

typedef struct maker {
    pt_builder b;
    int32_t strides[PW_MAX_LAYERS]; /* of a tensor, by id */
    uint32_t open[PW_MAX_LAYERS];   /* tensors that layers may read */
    size_t open_count;
    size_t named;
} maker;

static uint32_t pick(maker *m, uint32_t below)
{
    return (uint32_t)((pt_uniform(&m->b.seed) + 1) * 0.499f * (float)below) % below;
}

static const char *name(maker *m)
{
    static char text[32];
    (void)snprintf(text, sizeof text, "layer.%zu", m->named++);
    return text;
}

static int32_t channels(const maker *m, uint32_t tensor)
{
    return m->b.network->tensors[tensor].channels;
}

static uint32_t made(maker *m, int32_t count, int32_t stride)
{
    const uint32_t tensor = pt_tensor(&m->b, count);
    if (m->b.status >= 0) {
        m->strides[tensor] = stride;
        m->open[m->open_count++] = tensor;
    }
    return tensor;
}

/* A recent tensor: chains are more likely than fans, as in real networks. */
static uint32_t any(maker *m)
{
    const uint32_t recent = m->open_count < 4 ? (uint32_t)m->open_count : 4;
    return pick(m, 3) == 0 ? m->open[pick(m, (uint32_t)m->open_count)]
                           : m->open[m->open_count - 1 - pick(m, recent)];
}

static void add_conv(maker *m)
{
    static const int32_t widths[] = {2, 4, 6};
    const uint32_t x = any(m);
    const int32_t in = channels(m, x), out = pick(m, 2) == 0 ? in : widths[pick(m, 3)];
    const int32_t kernel = 1 + 2 * (int32_t)pick(m, 2);
    const int32_t stride = m->strides[x] < 8 && pick(m, 4) == 0 ? 2 : 1;
    const int32_t groups = out == in && pick(m, 4) == 0 ? in : 1;
    const uint32_t y = made(m, out, m->strides[x] * stride);
    const float *weights =
        pt_values(&m->b, (size_t)out * (size_t)(in / groups) * (size_t)(kernel * kernel), 0.5f, 0);
    const float *bias = pick(m, 2) == 0 ? pt_values(&m->b, (size_t)out, 0.5f, 0) : NULL;
    pt_layer(&m->b, PW_OP_CONV, name(m), x, PW_NO_TENSOR, y)->as.conv =
        (pw_conv){.in_channels = in,
                  .out_channels = out,
                  .groups = groups,
                  .kernel = {kernel, kernel},
                  .stride = {stride, stride},
                  .padding = {kernel / 2, kernel / 2},
                  .dilation = {1, 1},
                  .weights = weights,
                  .bias = bias};
}

static void add_norm(maker *m)
{
    const uint32_t x = any(m);
    const int32_t count = channels(m, x);
    const uint32_t y = made(m, count, m->strides[x]);
    const float *gamma = pt_values(&m->b, (size_t)count, 0.5f, 1);
    const float *beta = pt_values(&m->b, (size_t)count, 0.5f, 0);
    const float *mean = pt_values(&m->b, (size_t)count, 0.5f, 0);
    const float *variance = pt_values(&m->b, (size_t)count, 0.4f, 1);
    pt_layer(&m->b, PW_OP_BATCHNORM, name(m), x, PW_NO_TENSOR, y)->as.batchnorm =
        (pw_batchnorm){count, 1e-3f, gamma, beta, mean, variance};
}

static void add_plain(maker *m, pw_op op)
{
    const uint32_t x = any(m);
    const int32_t factor = op == PW_OP_UPSAMPLE && m->strides[x] > 1 && pick(m, 3) > 0 ? 2 : 1;
    const uint32_t y = made(m, channels(m, x), m->strides[x] / factor);
    pw_layer *layer = pt_layer(&m->b, op, name(m), x, PW_NO_TENSOR, y);
    if (op == PW_OP_UPSAMPLE)
        layer->as.upsample.factor = factor;
    else if (op == PW_OP_MAXPOOL || op == PW_OP_AVGPOOL)
        layer->as.pool = (pw_pool){{3, 5}, {1, 1}, {1, 2}};
    else {
        layer->as.activation.kind = (pw_activation)pick(m, PW_ACT_COUNT);
        layer->as.activation.alpha = 0.1f;
    }
}

/* Joins or adds up to four tensors of one size; the same one may come twice. */
static void add_meeting(maker *m, pw_op op)
{
    const uint32_t first = any(m), wanted = op == PW_OP_ADD ? 2 : 1 + pick(m, 4);
    pw_layer layer = {.op = op, .inputs = {first}, .input_count = 1};
    int32_t sum = channels(m, first);
    for (int tries = 0; tries < 30 && layer.input_count < wanted; tries++) {
        const uint32_t other = any(m);
        if (m->strides[other] != m->strides[first] ||
            (op == PW_OP_ADD && channels(m, other) != channels(m, first)))
            continue;
        layer.inputs[layer.input_count++] = other;
        sum += channels(m, other);
    }
    if ((op == PW_OP_ADD && layer.input_count != 2) || sum > 24)
        return;
    layer.name = name(m);
    layer.output = made(m, op == PW_OP_ADD ? channels(m, first) : sum, m->strides[first]);
    if (m->b.status >= 0)
        m->b.status = pw_network_add_layer(m->b.network, &layer, m->b.error);
}

static void add_head(maker *m)
{
    pw_layer head = {.op = PW_OP_DETECT, .input_count = 2, .output = PW_NO_TENSOR};
    pw_detect *detect = &head.as.detect;
    *detect = (pw_detect){.class_count = 2, .anchor_count = 1, .level_count = 2};
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t x = m->open[m->open_count - 1 - i];
        head.inputs[i] =
            pt_conv(&m->b, name(m), x, (pt_conv_shape){channels(m, x), 7, 1, 1, PW_ACT_NONE});
        detect->stride[i] = (float)m->strides[x];
        detect->anchor[i][0][0] = detect->anchor[i][0][1] = 8;
    }
    head.name = "head";
    if (m->b.status >= 0)
        m->b.status = pw_network_add_layer(m->b.network, &head, m->b.error);
}

pawl_status pt_random_network(uint64_t seed, size_t layer_count, pw_network *network,
                              pawl_error *error)
{
    static maker m;
    m = (maker){.b = {.network = network, .seed = seed * 0x9E3779B97F4A7C15u + 1, .error = error}};
    network->model = (pw_model){.family = "custom",
                                .size = "custom",
                                .class_count = 2,
                                .max_stride = 8,
                                .imgsz = PT_RANDOM_SIDE};
    const uint32_t picture = made(&m, 3, 1);
    pt_layer(&m.b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, picture);
    add_conv(&m);
    while (m.b.status >= 0 && network->layer_count < layer_count) {
        switch (pick(&m, 12)) {
        case 0:
        case 1:
            add_norm(&m);
            break;
        case 2:
        case 3:
            add_plain(&m, PW_OP_ACTIVATION);
            break;
        case 4:
            add_plain(&m, pick(&m, 2) == 0 ? PW_OP_MAXPOOL : PW_OP_AVGPOOL);
            break;
        case 5:
            add_plain(&m, PW_OP_UPSAMPLE);
            break;
        case 6:
        case 7:
            add_meeting(&m, PW_OP_ADD);
            break;
        case 8:
        case 9:
            add_meeting(&m, PW_OP_CONCAT);
            break;
        default:
            add_conv(&m);
        }
    }
    if (seed % 3 != 0)
        add_head(&m);
    network->source_layer_count = network->layer_count;
    return m.b.status;
}
