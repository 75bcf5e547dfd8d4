/* SPDX-License-Identifier: Apache-2.0 */
/* A detection model of a few thousand weights, made in memory: every operator, two levels (strides
 * 4 and 8), two anchors, three classes. */
#ifndef PT_TINY_MODEL_H
#define PT_TINY_MODEL_H

#include "plan/plan_ir.h"

#define PT_TINY_CLASSES 3
#define PT_TINY_WIDTH   (5 + PT_TINY_CLASSES) /* floats a row */
#define PT_TINY_ANCHORS 2
#define PT_TINY_STRIDE  8
#define PT_TINY_ROWS(height, width)                                              \
    ((size_t)PT_TINY_ANCHORS * ((size_t)((height) / 4) * (size_t)((width) / 4) + \
                                (size_t)((height) / 8) * (size_t)((width) / 8)))

typedef struct pt_builder {
    pw_network *network;
    uint64_t seed;
    pawl_error *error;
    pawl_status status; /* first failure */
} pt_builder;

/* Uniform in -1 ... 1. */
static inline float pt_uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(*seed >> 40) / (double)(1u << 23) - 1.0);
}

static inline float *pt_values(pt_builder *b, size_t count, float scale, float shift)
{
    float *values = pw_arena_array(&b->network->arena, count, sizeof(float));
    if (values == NULL) {
        if (b->status >= 0)
            b->status = pw_fail_memory(b->error, "a test's weights", count * sizeof(float));
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = scale * pt_uniform(&b->seed) + shift;
    return values;
}

static inline uint32_t pt_tensor(pt_builder *b, int32_t channels)
{
    uint32_t tensor = 0;
    if (b->status >= 0)
        b->status = pw_network_add_tensor(b->network, channels, &tensor, b->error);
    return tensor;
}

/* Adds a layer with one or two inputs (or none) and returns it, to be given its attributes. */
static inline pw_layer *pt_layer(pt_builder *b, pw_op op, const char *name, uint32_t in,
                                 uint32_t in2, uint32_t out)
{
    static pw_layer nowhere; /* after a failure */
    pw_layer layer = {.op = op, .name = name, .inputs = {in, in2}, .output = out};
    layer.input_count = (in != PW_NO_TENSOR ? 1u : 0u) + (in2 != PW_NO_TENSOR ? 1u : 0u);
    if (b->status >= 0)
        b->status = pw_network_add_layer(b->network, &layer, b->error);
    return b->status >= 0 ? &b->network->layers[b->network->layer_count - 1] : &nowhere;
}

typedef struct pt_conv_shape {
    int32_t from, to, kernel, stride;
    pw_activation activation;
} pt_conv_shape;

static inline void pt_conv_to(pt_builder *b, const char *name, uint32_t in, uint32_t residual,
                              uint32_t out, pt_conv_shape shape)
{
    const int32_t kernel = shape.kernel;
    const size_t count = (size_t)shape.from * (size_t)shape.to * (size_t)(kernel * kernel);
    const float *weights = pt_values(b, count, 0.6f, 0.0f);
    const float *bias = pt_values(b, (size_t)shape.to, 0.2f, 0.0f);
    pt_layer(b, PW_OP_CONV, name, in, residual, out)->as.conv = (pw_conv){
        .in_channels = shape.from,
        .out_channels = shape.to,
        .groups = 1,
        .kernel = {kernel, kernel},
        .stride = {shape.stride, shape.stride},
        .padding = {kernel / 2, kernel / 2},
        .dilation = {1, 1},
        .activation = shape.activation,
        .alpha = 0.1f,
        .has_residual = residual != PW_NO_TENSOR,
        .weights = weights,
        .bias = bias,
    };
}

static inline uint32_t pt_conv(pt_builder *b, const char *name, uint32_t in, pt_conv_shape shape)
{
    const uint32_t out = pt_tensor(b, shape.to);
    pt_conv_to(b, name, in, PW_NO_TENSOR, out, shape);
    return out;
}

static inline void pt_head(pt_builder *b, uint32_t fine, uint32_t coarse)
{
    pt_layer(b, PW_OP_DETECT, "model.9", fine, coarse, PW_NO_TENSOR)->as.detect = (pw_detect){
        .class_count = PT_TINY_CLASSES,
        .anchor_count = PT_TINY_ANCHORS,
        .level_count = 2,
        .stride = {4, 8},
        .anchor = {{{6, 8}, {10, 6}}, {{16, 20}, {28, 14}}},
    };
}

/* Head channels of one level. */
#define PT_TINY_HEAD (PT_TINY_ANCHORS * PT_TINY_WIDTH)

/* Convolution, batch norm and activation apart, as before any pass. */
static inline uint32_t pt_unfused(pt_builder *b, uint32_t in)
{
    const uint32_t raw = pt_conv(b, "model.1.conv", in, (pt_conv_shape){8, 8, 3, 2, PW_ACT_NONE});
    const uint32_t normal = pt_tensor(b, 8), active = pt_tensor(b, 8);
    const float *gamma = pt_values(b, 8, 0.3f, 1.0f), *beta = pt_values(b, 8, 0.1f, 0.0f);
    const float *mean = pt_values(b, 8, 0.1f, 0.0f), *variance = pt_values(b, 8, 0.3f, 1.0f);
    pt_layer(b, PW_OP_BATCHNORM, "model.1.bn", raw, PW_NO_TENSOR, normal)->as.batchnorm =
        (pw_batchnorm){8, 1e-3f, gamma, beta, mean, variance};
    pw_layer *leaky = pt_layer(b, PW_OP_ACTIVATION, "model.1.act", normal, PW_NO_TENSOR, active);
    leaky->as.activation.kind = PW_ACT_LEAKY_RELU;
    leaky->as.activation.alpha = 0.1f;
    return active;
}

static inline void pt_tiny_layers(pt_builder *b)
{
    const uint32_t x = pt_tensor(b, 3);
    pt_layer(b, PW_OP_INPUT, "input", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const uint32_t stem = pt_conv(b, "model.0.conv", x, (pt_conv_shape){3, 8, 3, 2, PW_ACT_SILU});
    const uint32_t p2 = pt_unfused(b, stem), fused = pt_tensor(b, 8);
    pt_conv_to(b, "model.2.cv2.conv", p2, p2, fused, (pt_conv_shape){8, 8, 3, 1, PW_ACT_SILU});
    /* 16 channels made of two slices: a convolution and a pool, as an elided concat leaves them. */
    const uint32_t pair = pt_tensor(b, 16), left = pt_tensor(b, 8), right = pt_tensor(b, 8);
    if (b->status < 0)
        return;
    b->network->tensors[left].parent = pair;
    b->network->tensors[right].parent = pair;
    b->network->tensors[right].channel_offset = 8;
    pt_conv_to(b, "model.3.conv", fused, PW_NO_TENSOR, left,
               (pt_conv_shape){8, 8, 3, 2, PW_ACT_HARDSWISH});
    pt_layer(b, PW_OP_MAXPOOL, "model.4.m", left, PW_NO_TENSOR, right)->as.pool =
        (pw_pool){{5, 5}, {1, 1}, {2, 2}};
    const pt_conv_shape head = {16, PT_TINY_HEAD, 1, 1, PW_ACT_NONE};
    const uint32_t coarse = pt_conv(b, "model.9.m.1", pair, head);
    const uint32_t wide = pt_tensor(b, 8), sum = pt_tensor(b, 8), both = pt_tensor(b, 16);
    pt_layer(b, PW_OP_UPSAMPLE, "model.5", left, PW_NO_TENSOR, wide)->as.upsample.factor = 2;
    pt_layer(b, PW_OP_ADD, "model.6", wide, fused, sum);
    pt_layer(b, PW_OP_CONCAT, "model.7", sum, p2, both);
    const uint32_t fine = pt_conv(b, "model.9.m.0", both, head);
    pt_head(b, fine, coarse);
}

/* Fills a zeroed network; on failure nothing is left in it. */
static inline pawl_status pt_tiny_network(pw_network *network, pawl_error *error)
{
    pt_builder b = {.network = network, .seed = 1, .error = error};
    pt_tiny_layers(&b);
    network->source_layer_count = network->layer_count;
    network->model = (pw_model){.task = PAWL_TASK_DETECT,
                                .class_count = PT_TINY_CLASSES,
                                .max_stride = PT_TINY_STRIDE,
                                .imgsz = 64,
                                .parameter_count = 5000};
    const char **names = pw_arena_array(&network->arena, PT_TINY_CLASSES, sizeof(char *));
    if (names == NULL && b.status >= 0)
        b.status = pw_fail_memory(error, "a test's names", sizeof(char *));
    if (b.status < 0) {
        pw_network_free(network);
        return b.status;
    }
    static const char *const texts[PT_TINY_CLASSES] = {"cat", "dog", "ünïcode"};
    for (size_t i = 0; i < PT_TINY_CLASSES; i++)
        names[i] = texts[i];
    network->model.names = names;
    network->model.family = "custom";
    network->model.size = "custom";
    return PAWL_OK;
}

/* The same as a handle, whose owner is the caller. */
static inline pawl_status pt_tiny_network_object(pawl_network **network, pawl_error *error)
{
    pw_network made = {.source_layer_count = 0};
    pw_network_object *object = NULL;
    PW_TRY(pt_tiny_network(&made, error));
    const pawl_status status = pw_network_object_make(NULL, &made, &object, error);
    pw_network_free(&made);
    if (status >= 0)
        *network = pw_object_publish(object);
    return status;
}

/* Every kind of type: the pair of slices in bytes, most else in BF16, one convolution's weights in bytes with scales. */
static inline void pt_tiny_types(pw_network *network)
{
    static const float scales[8] = {0.01f, 0.02f, 0.03f, 0.04f, 0.05f, 0.06f, 0.07f, 0.08f};
    for (size_t t = 1; t < network->tensor_count; t++)
        network->tensors[t].dtype = PAWL_BF16;
    for (size_t t = 0; t < network->tensor_count; t++) {
        const uint32_t parent = network->tensors[t].parent;
        if (parent == PW_NO_TENSOR)
            continue;
        pw_tensor *const both[2] = {&network->tensors[t], &network->tensors[parent]};
        for (int i = 0; i < 2; i++) {
            both[i]->dtype = PAWL_U8;
            both[i]->scale = 0.05f;
            both[i]->zero_point = 9;
        }
    }
    network->layers[1].as.conv.weight_type = PAWL_I8;
    network->layers[1].as.conv.weight_scales = scales;
    network->layers[2].as.conv.weight_type = PAWL_F16;
}

static inline pawl_status pt_make_plan(const char *backend, bool is_typed, pawl_plan **plan,
                                       pawl_error *error)
{
    pw_network network = {.source_layer_count = 0};
    pw_plan_desc desc = {
        .profile = {.batch_min = 1, .batch_opt = 2, .batch_max = 4, .height = 64, .width = 64},
        .options = PW_BUILD_OPTIONS_INIT,
        .backend = backend,
        .precision = "fp32",
        .source_name = "tiny.pt",
        .source_hash = {0x1234, 0x5678},
    };
    const pw_tactic tactic = {"test/none", 1, "conv_f32_test", 12.5f};
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pt_tiny_network(&network, error));
    if (is_typed) {
        pt_tiny_types(&network);
        desc.profile.height_min = desc.profile.width_min = 32;
        desc.profile.width_max = 128;
        desc.profile.contexts = 3;
        desc.options = (pw_build_options){.is_unoptimised = true, .is_fp16_fixed = true, .is_version_compatible = true, .is_hardware_compatible = true,
                                          .optimisation_level = 4, .tuning = 2, .workspace_size = (size_t)1 << 33, .is_tf32 = true,
                                          .tactic_sources = 9};
    }
    const pawl_status status = pw_plan_assemble(&network, &desc, &made, error);
    pw_network_free(&network); /* empty already where the plan took it over */
    PW_TRY(status);
    PW_TRY(pw_plan_set_tactic(made, &tactic, error));
    PW_TRY(pw_plan_set_artifact(made, "test", "opaque", 6, error));
    *plan = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

/* A published plan of it: batch 1:2:4 at 64 x 64, a tactic and an artifact. */
static inline pawl_status pt_tiny_plan(const char *backend, pawl_plan **plan, pawl_error *error)
{
    return pt_make_plan(backend, false, plan, error);
}

/* The same with types, and with every option set. */
static inline pawl_status pt_typed_plan(const char *backend, pawl_plan **plan, pawl_error *error)
{
    return pt_make_plan(backend, true, plan, error);
}

#endif
