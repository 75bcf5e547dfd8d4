/* SPDX-License-Identifier: Apache-2.0 */
/* Small networks made by hand, and runs of them. */
#include "unit/backend/cpu_fixture.h"
#include "unit/base/cmocka_all.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

static uint32_t state = 1;

static float random_float(void)
{
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static float *random_floats(pw_network *network, size_t count, float factor, float shift)
{
    float *values = pw_arena_array(&network->arena, count, sizeof(float));
    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = random_float() * factor + shift;
    return values;
}

static uint32_t add_tensor(pw_network *network, int32_t channels)
{
    uint32_t tensor = 0;
    assert_int_equal(pw_network_add_tensor(network, channels, &tensor, NULL), PAWL_OK);
    return tensor;
}

static uint32_t add_layer(pw_network *network, pw_layer *layer, int32_t channels)
{
    layer->output = channels == 0 ? PW_NO_TENSOR : add_tensor(network, channels);
    layer->name = pw_op_name(layer->op);
    assert_int_equal(pw_network_add_layer(network, layer, NULL), PAWL_OK);
    return layer->output;
}

static int32_t channels_of(const pw_network *network, uint32_t tensor)
{
    return network->tensors[tensor].channels;
}

uint32_t pt_add_input(pw_network *network)
{
    state = 1;
    pw_layer layer = {.op = PW_OP_INPUT};
    return add_layer(network, &layer, 3);
}

uint32_t pt_add_conv(pw_network *network, uint32_t input, uint32_t residual, pw_conv conv)
{
    pw_layer layer = {.op = PW_OP_CONV,
                      .inputs = {input, residual},
                      .input_count = residual == PW_NO_TENSOR ? 1 : 2};
    conv.in_channels = channels_of(network, input);
    conv.has_residual = residual != PW_NO_TENSOR;
    const size_t taps = (size_t)(conv.kernel[0] * conv.kernel[1]);
    const size_t depth = taps * (size_t)(conv.in_channels / conv.groups);
    conv.weights =
        random_floats(network, (size_t)conv.out_channels * depth, 1.5f / sqrtf((float)depth), 0);
    conv.bias = conv.out_channels % 5 == 0
                    ? NULL
                    : random_floats(network, (size_t)conv.out_channels, 0.5f, 0);
    layer.as.conv = conv;
    return add_layer(network, &layer, conv.out_channels);
}

uint32_t pt_add_1x1(pw_network *network, uint32_t input, int32_t channels)
{
    const pw_conv conv = {.out_channels = channels,
                          .groups = 1,
                          .kernel = {1, 1},
                          .stride = {1, 1},
                          .dilation = {1, 1},
                          .activation = PW_ACT_SILU};
    return pt_add_conv(network, input, PW_NO_TENSOR, conv);
}

uint32_t pt_add_batchnorm(pw_network *network, uint32_t input)
{
    const int32_t channels = channels_of(network, input);
    const size_t count = (size_t)channels;
    pw_layer layer = {.op = PW_OP_BATCHNORM, .inputs = {input}, .input_count = 1};
    layer.as.batchnorm = (pw_batchnorm){.channels = channels,
                                        .epsilon = 1e-3f,
                                        .gamma = random_floats(network, count, 0.5f, 1),
                                        .beta = random_floats(network, count, 0.5f, 0),
                                        .mean = random_floats(network, count, 0.5f, 0),
                                        .variance = random_floats(network, count, 0.5f, 1)};
    return add_layer(network, &layer, channels);
}

uint32_t pt_add_activation(pw_network *network, uint32_t input, pw_activation kind)
{
    pw_layer layer = {.op = PW_OP_ACTIVATION, .inputs = {input}, .input_count = 1};
    layer.as.activation.kind = kind;
    layer.as.activation.alpha = 0.1f;
    return add_layer(network, &layer, channels_of(network, input));
}

uint32_t pt_add_sum(pw_network *network, uint32_t a, uint32_t b)
{
    pw_layer layer = {.op = PW_OP_ADD, .inputs = {a, b}, .input_count = 2};
    return add_layer(network, &layer, channels_of(network, a));
}

uint32_t pt_add_maxpool(pw_network *network, uint32_t input, int32_t kernel, int32_t stride,
                        int32_t padding)
{
    pw_layer layer = {.op = PW_OP_MAXPOOL, .inputs = {input}, .input_count = 1};
    layer.as.pool = (pw_pool){{kernel, kernel}, {stride, stride}, {padding, padding}};
    return add_layer(network, &layer, channels_of(network, input));
}

uint32_t pt_add_upsample(pw_network *network, uint32_t input, int32_t factor)
{
    pw_layer layer = {.op = PW_OP_UPSAMPLE, .inputs = {input}, .input_count = 1};
    layer.as.upsample.factor = factor;
    return add_layer(network, &layer, channels_of(network, input));
}

uint32_t pt_add_concat(pw_network *network, const uint32_t *inputs, uint32_t count)
{
    pw_layer layer = {.op = PW_OP_CONCAT, .input_count = count};
    int32_t channels = 0;
    for (uint32_t i = 0; i < count; i++) {
        layer.inputs[i] = inputs[i];
        channels += channels_of(network, inputs[i]);
    }
    return add_layer(network, &layer, channels);
}

uint32_t pt_add(pw_network *network, pw_layer layer, int32_t channels)
{
    return add_layer(network, &layer, channels);
}

uint32_t pt_add_deconv(pw_network *network, uint32_t input, pw_deconv deconv)
{
    pw_layer layer = {.op = PW_OP_DECONV, .inputs = {input}, .input_count = 1};
    deconv.in_channels = channels_of(network, input);
    const size_t depth = (size_t)(deconv.out_channels / deconv.groups) *
                         (size_t)(deconv.kernel[0] * deconv.kernel[1]);
    deconv.weights = random_floats(network, (size_t)deconv.in_channels * depth, 0.5f, 0);
    deconv.bias = deconv.out_channels % 5 == 0
                      ? NULL
                      : random_floats(network, (size_t)deconv.out_channels, 0.5f, 0);
    layer.as.deconv = deconv;
    return add_layer(network, &layer, deconv.out_channels);
}

void pt_elide(pw_network *network, uint32_t concat)
{
    const pw_layer *layer = &network->layers[pw_network_producer(network, concat)];
    int32_t channel = 0;
    for (uint32_t i = 0; i < layer->input_count; i++) {
        pw_tensor *tensor = &network->tensors[layer->inputs[i]];
        tensor->parent = concat;
        tensor->channel_offset = channel;
        channel += tensor->channels;
    }
}

void pt_add_head(pw_network *network, const uint32_t *inputs, const float *strides, uint32_t count)
{
    pw_layer layer = {.op = PW_OP_DETECT, .input_count = count};
    layer.as.detect =
        (pw_detect){.class_count = 3, .anchor_count = 2, .level_count = (int32_t)count};
    network->model.class_count = 3;
    network->model.max_stride = 1;
    for (uint32_t i = 0; i < count; i++) {
        const pw_conv conv = {.out_channels = 16,
                              .groups = 1,
                              .kernel = {1, 1},
                              .stride = {1, 1},
                              .dilation = {1, 1}};
        layer.inputs[i] = pt_add_conv(network, inputs[i], PW_NO_TENSOR, conv);
        layer.as.detect.stride[i] = strides[i];
        network->model.max_stride = (int32_t)fmaxf((float)network->model.max_stride, strides[i]);
        for (size_t a = 0; a < 2; a++) {
            layer.as.detect.anchor[i][a][0] = strides[i] * (float)(a + 2);
            layer.as.detect.anchor[i][a][1] = strides[i] * (float)(a + 3);
        }
    }
    add_layer(network, &layer, 0);
    pawl_error error = {0};
    if (pw_network_validate(network, &error) != PAWL_OK)
        fail_msg("%s", error.message);
}

static int keep_layer(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    (void)name;
    pt_results *results = user;
    for (size_t i = 0; i < results->network->layer_count; i++) {
        if (results->network->layers[i].id != layer_id)
            continue;
        assert_null(results->layers[i]);
        results->layers[i] = malloc(tensor->size);
        assert_non_null(results->layers[i]);
        memcpy(results->layers[i], tensor->data, tensor->size);
        results->counts[i] = tensor->size / sizeof(float);
    }
    return 0;
}

void pt_fill_input(pw_program *program)
{
    state = 7;
    const pawl_tensor *input = &program->input;
    for (size_t i = 0; i < input->size / pawl_dtype_size(input->dtype); i++)
        if (input->dtype == PAWL_U8)
            ((uint8_t *)input->data)[i] = (uint8_t)(127.0f * random_float() + 128.0f);
        else
            ((float *)input->data)[i] = 0.5f + 0.5f * random_float();
}

void pt_run(const pw_network *network, const pt_setting *setting, pt_results *results)
{
    memset(results, 0, sizeof(*results));
    results->network = network;
    assert_true(network->layer_count <= PT_LAYERS_MAX);
    pw_plan plan = {.network = *network};
    plan.profile.batch_opt = setting->batch;
    plan.profile.height = setting->height;
    plan.profile.width = setting->width;
    const pw_machine machine = {.isa = setting->isa, .name = "test"};
    pw_thread_pool *pool = NULL;
    pw_crew crew;
    pw_device_plan *device_plan = NULL;
    pw_program *program = NULL;
    pawl_error error = {0};
    assert_int_equal(pw_thread_pool_create(setting->threads, &pool, NULL), PAWL_OK);
    pw_crew_make(&crew, pool, setting->threads);
    pw_crew_enter(&crew);
    const pw_lowering lowering = {.batch = setting->batch,
                                  .height = setting->height,
                                  .width = setting->width,
                                  .input = setting->input,
                                  .output = setting->output,
                                  .crew = &crew};
    if (setting->backend->open(&plan, &machine, &device_plan, &error) != PAWL_OK ||
        setting->backend->lower(device_plan, &lowering, &program, &error) != PAWL_OK)
        fail_msg("%s", error.message);
    pt_fill_input(program);
    const pw_run run = {.threshold = 0.5f, .observer = keep_layer, .observer_user = results};
    assert_int_equal(pw_program_run(program, &run, &error), PAWL_OK);
    for (size_t i = 0; i < program->output_count; i++) {
        results->outputs[i] = malloc(program->outputs[i].size);
        assert_non_null(results->outputs[i]);
        memcpy(results->outputs[i], program->outputs[i].data, program->outputs[i].size);
        results->output_counts[i] = program->outputs[i].size / sizeof(float);
    }
    setting->backend->release(program);
    setting->backend->close(device_plan);
    pw_crew_leave(&crew);
    pw_crew_end(&crew);
    pw_thread_pool_destroy(pool);
}

void pt_results_free(pt_results *results)
{
    for (size_t i = 0; i < PT_LAYERS_MAX; i++)
        free(results->layers[i]);
    for (size_t i = 0; i < PAWL_MAX_LEVELS; i++)
        free(results->outputs[i]);
}

static double difference(const float *a, const float *b, size_t count)
{
    double most = 0, largest = 1e-3;
    for (size_t i = 0; i < count; i++) {
        const double apart = fabs((double)a[i] - (double)b[i]);
        most = isnan(apart) ? INFINITY : fmax(most, apart);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return most / largest;
}

double pt_difference(const pt_results *a, const pt_results *b)
{
    double most = 0;
    for (size_t i = 0; i < PT_LAYERS_MAX; i++) {
        assert_int_equal(a->counts[i], b->counts[i]);
        most = fmax(most, difference(a->layers[i], b->layers[i], a->counts[i]));
    }
    for (size_t i = 0; i < PAWL_MAX_LEVELS; i++) {
        assert_int_equal(a->output_counts[i], b->output_counts[i]);
        most = fmax(most, difference(a->outputs[i], b->outputs[i], a->output_counts[i]));
    }
    return most;
}
