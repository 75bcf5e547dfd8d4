/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TensorRT backend end to end on a double and the driver double (PAWL_TENSORRT_LIBRARY,
 * PAWL_CUDA_LIBRARY): a plan is built, loaded and run, and gives what the reference backend gives;
 * every call that fails is one error and leaves nothing.
 */
#include "backend/backend.h"
#include "doubles/cuda/fake_cuda.h"
#include "support/counted.h"
#include "support/symbols.h"
#include "support/tiny_model.h"
#include <math.h>
#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 32, WIDTH = 64, BATCH = 2 };

static struct {
    unsigned (*cuda_live)(void);
    void (*cuda_count)(fake_cuda_counts *);
    unsigned (*cuda_calls)(const char *);
    void (*cuda_forget)(void);
    int (*trt_live)(void);
    unsigned (*trt_calls)(const char *);
    void (*trt_forget)(void);
} asked;

/* As pt_tiny_layers, but folded, with groups and dilation, and an activation of its own. */
static void add_layers(pt_builder *b)
{
    const uint32_t x = pt_tensor(b, 3);
    pt_layer(b, PW_OP_INPUT, "input", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const uint32_t stem = pt_conv(b, "model.0.conv", x, (pt_conv_shape){3, 8, 6, 2, PW_ACT_SILU});
    b->network->layers[1].as.conv.padding[0] = b->network->layers[1].as.conv.padding[1] = 2;
    const uint32_t p2 = pt_conv(b, "model.1.conv", stem,
                                (pt_conv_shape){8, 8, 3, 2, PW_ACT_LEAKY_RELU}),
                   fused = pt_tensor(b, 8);
    pt_conv_to(b, "model.2.conv", p2, p2, fused, (pt_conv_shape){8, 8, 3, 1, PW_ACT_SILU});
    const uint32_t pair = pt_tensor(b, 16), left = pt_tensor(b, 8), right = pt_tensor(b, 8),
                   relu = pt_tensor(b, 8);
    if (b->status < 0)
        return;
    b->network->tensors[left].parent = b->network->tensors[right].parent = pair;
    b->network->tensors[right].channel_offset = 8;
    pt_conv_to(b, "model.3.conv", fused, PW_NO_TENSOR, left,
               (pt_conv_shape){8, 8, 3, 2, PW_ACT_HARDSWISH});
    pt_layer(b, PW_OP_MAXPOOL, "model.4.m", left, PW_NO_TENSOR, right)->as.pool =
        (pw_pool){{5, 5}, {1, 1}, {2, 2}};
    const pt_conv_shape head = {16, PT_TINY_HEAD, 1, 1, PW_ACT_NONE};
    const uint32_t coarse = pt_conv(b, "model.9.m.1", pair, head);
    const uint32_t wide = pt_tensor(b, 8), sum = pt_tensor(b, 8), both = pt_tensor(b, 16);
    const uint32_t mean = pt_tensor(b, 8), lifted = pt_tensor(b, 8);
    pt_layer(b, PW_OP_AVGPOOL, "model.5.mean", fused, PW_NO_TENSOR, mean)->as.pool =
        (pw_pool){{2, 2}, {2, 2}, {0, 0}};
    pt_layer(b, PW_OP_ADD, "model.5.sum", left, mean, lifted);
    pt_layer(b, PW_OP_ACTIVATION, "model.5.act", lifted, PW_NO_TENSOR, relu)->as.activation.kind =
        PW_ACT_RELU;
    pt_layer(b, PW_OP_UPSAMPLE, "model.5", relu, PW_NO_TENSOR, wide)->as.upsample.factor = 2;
    pt_layer(b, PW_OP_ADD, "model.6", wide, fused, sum);
    pt_layer(b, PW_OP_CONCAT, "model.7", sum, p2, both);
    const uint32_t grouped = pt_tensor(b, 16);
    pt_conv_to(b, "model.8.conv", both, PW_NO_TENSOR, grouped,
               (pt_conv_shape){4, 16, 3, 1, PW_ACT_SIGMOID});
    if (b->status >= 0) {
        pw_conv *const conv = &b->network->layers[b->network->layer_count - 1].as.conv;
        conv->in_channels = 16;
        conv->groups = 4;
        conv->dilation[0] = conv->dilation[1] = conv->padding[0] = conv->padding[1] = 2;
    }
    pt_head(b, pt_conv(b, "model.9.m.0", grouped, head), coarse);
}

static pawl_status make_plan(const char *precision, pw_plan **plan, pawl_error *error)
{
    pw_network network = {.source_layer_count = 0};
    pt_builder b = {.network = &network, .seed = 3, .error = error};
    const pw_plan_desc desc = {.profile = {.batch_min = 1,
                                           .batch_opt = BATCH,
                                           .batch_max = BATCH,
                                           .height = HEIGHT,
                                           .width = WIDTH},
                               .options = PW_BUILD_OPTIONS_INIT,
                               .backend = "tensorrt",
                               .precision = precision,
                               .source_name = "tiny.pt",
                               .source_hash = {1, 2}};
    add_layers(&b);
    network.source_layer_count = network.layer_count;
    network.model = (pw_model){.task = PAWL_TASK_DETECT,
                               .class_count = PT_TINY_CLASSES,
                               .max_stride = 8,
                               .imgsz = 64,
                               .family = "custom",
                               .size = "custom"};
    pawl_status status = b.status;
    if (status >= 0)
        status = pw_network_validate(&network, error);
    if (status >= 0)
        status = pw_plan_assemble(&network, &desc, plan, error);
    pw_network_free(&network);
    return status;
}

typedef struct result {
    float values[PAWL_MAX_LEVELS][BATCH * PT_TINY_HEAD * HEIGHT * WIDTH / 16];
    size_t count[PAWL_MAX_LEVELS], levels;
} result;

/* Opens, lowers, runs and ends; the raw heads are copied out. */
static pawl_status infer(const pw_backend *backend, const pw_plan *plan, result *out,
                         pawl_error *error)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    const pw_lowering lowering = {.batch = BATCH,
                                  .height = HEIGHT,
                                  .width = WIDTH,
                                  .input = PAWL_INPUT_U8_NHWC,
                                  .output = PAWL_OUTPUT_RAW};
    const pw_run run = {.threshold = 0.5f};
    pw_device_plan *device = NULL;
    pw_program *program = NULL;
    pawl_status status = backend->open(plan, &machine, &device, error);
    if (status >= 0)
        status = backend->lower(device, &lowering, &program, error);
    if (status >= 0) {
        uint8_t *const pixels = program->input.data;
        for (size_t i = 0; i < program->input.size; i++)
            pixels[i] = (uint8_t)(i * 7919 % 251);
        status = pw_program_run(program, &run, error);
    }
    if (status >= 0) {
        out->levels = program->output_count;
        for (size_t l = 0; l < program->output_count; l++) {
            out->count[l] = program->outputs[l].size / sizeof(float);
            if (program->outputs[l].size <= sizeof out->values[l])
                memcpy(out->values[l], program->outputs[l].data, program->outputs[l].size);
        }
    }
    backend->release(program);
    backend->close(device);
    return status;
}

/* Build (the plan becomes an artifact of pawl's) and infer. */
static pawl_status build_and_infer(const char *precision, result *out, pawl_error *error)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    const pw_tuning tuning = {.threads = 1};
    pw_plan *plan = NULL;
    PW_TRY(make_plan(precision, &plan, error));
    (void)pw_object_publish(plan);
    pawl_status status = pw_backend_tensorrt.tune(plan, &machine, &tuning, error);
    if (status >= 0)
        status = infer(&pw_backend_tensorrt, plan, out, error);
    (void)pw_object_end(plan);
    return status;
}

static void test_numbers(const char *precision)
{
    static result ours, theirs;
    pawl_error error = {.status = PAWL_OK};
    pw_plan *plan = NULL;
    double worst = 0, largest = 0;
    expect(make_plan(precision, &plan, &error) >= 0, "plan", error.message);
    if (plan == NULL)
        return;
    (void)pw_object_publish(plan);
    expect(infer(&pw_backend_reference, plan, &theirs, &error) >= 0, "reference", error.message);
    (void)pw_object_end(plan);
    expect(build_and_infer(precision, &ours, &error) >= 0, precision, error.message);
    expect(ours.levels == theirs.levels && ours.levels == 2, "levels", "differ");
    for (size_t l = 0; l < ours.levels; l++) {
        expect(ours.count[l] == theirs.count[l] && ours.count[l] > 0, "sizes", "differ");
        for (size_t i = 0; i < ours.count[l]; i++) {
            const double difference = fabs((double)ours.values[l][i] - (double)theirs.values[l][i]);
            if (!(difference <= worst))
                worst = difference;
            if (fabs((double)theirs.values[l][i]) > largest)
                largest = fabs((double)theirs.values[l][i]);
        }
    }
    char why[96];
    snprintf(why, sizeof why, "a value is off by %g, the largest is %g", worst, largest);
    /* In fp16 weights may be rounded to 11 bits. */
    expect(worst < (strcmp(precision, "fp32") == 0 ? 1e-6 : 2e-3) * largest, precision, why);
    printf("%s: largest difference %g, largest value %g\n", precision, worst, largest);
}

static void expect_clean(const char *what)
{
    fake_cuda_counts counts;
    char why[96];
    asked.cuda_count(&counts);
    const int native = asked.trt_live();
    snprintf(why, sizeof why,
             "%u driver things, %u violations, depth %u, %d native objects, %zu of ours",
             asked.cuda_live(), counts.violations, counts.depth, native, pawl_object_count());
    expect(asked.cuda_live() == 0 && counts.violations == 0 && counts.depth == 0 && native == 0 &&
               pawl_object_count() == 0,
           what, why);
}

/* The Nth call of a function fails, N = 1, 2, ... as often as it is called; and then (0) every
 * call. */
static void test_fault(const char *variable, const char *function, unsigned calls)
{
    static result out;
    for (unsigned n = 0; calls > 0 && n <= calls; n++) {
        char order[80];
        pawl_error error = {.status = PAWL_OK};
        asked.cuda_forget();
        asked.trt_forget();
        snprintf(order, sizeof order, "%s:%u", function, n);
        setenv(variable, order, 1);
        const pawl_status status = build_and_infer("fp32", &out, &error);
        unsetenv(variable);
        /* A plan that is refused once is built again, so one such fault is no error. */
        const bool is_recovered = strcmp(function, "deserializeCudaEngine") == 0 && n > 0;
        if (is_recovered)
            expect(status >= 0, order, error.message);
        else
            expect(status < 0 && error.message[0] != '\0', order, "no error came back");
        expect_clean(order);
    }
}

static void test_faults(void)
{
    static const char *const driver[] = {"cuDeviceGet",          "cuDevicePrimaryCtxRetain",
                                         "cuMemAlloc_v2",        "cuMemcpyHtoDAsync_v2",
                                         "cuMemcpyDtoHAsync_v2", "cuStreamCreate",
                                         "cuStreamSynchronize"};
    static const char *const methods[] = {"createNetworkV2",
                                          "createBuilderConfig",
                                          "addInput",
                                          "addConvolutionNd",
                                          "addActivation",
                                          "addElementWise",
                                          "addPoolingNd",
                                          "addResize",
                                          "addConcatenation",
                                          "addShuffle",
                                          "getOutput",
                                          "createOptimizationProfile",
                                          "setDimensions",
                                          "addOptimizationProfile",
                                          "buildSerializedNetwork",
                                          "deserializeCudaEngine",
                                          "createExecutionContext",
                                          "setOptimizationProfileAsync",
                                          "setInputShape",
                                          "setBindingDimensions",
                                          "setTensorAddress",
                                          "enqueueV2",
                                          "enqueueV3"};
    static result out;
    unsigned driver_calls[PW_COUNT(driver)], method_calls[PW_COUNT(methods)];
    asked.cuda_forget();
    asked.trt_forget();
    expect(build_and_infer("fp32", &out, NULL) >= 0, "a run without a fault", "failed");
    for (size_t i = 0; i < PW_COUNT(driver); i++)
        driver_calls[i] = asked.cuda_calls(driver[i]);
    for (size_t i = 0; i < PW_COUNT(methods); i++)
        method_calls[i] = asked.trt_calls(methods[i]);
    for (size_t i = 0; i < PW_COUNT(driver); i++) /* the last synchronisation is the stream's end */
        test_fault("FAKE_CUDA_FAIL", driver[i],
                   driver_calls[i] - (strcmp(driver[i], "cuStreamSynchronize") == 0));
    for (size_t i = 0; i < PW_COUNT(methods); i++)
        test_fault("DOUBLE_FAIL", methods[i], method_calls[i]);
}

int main(void)
{
    void *const trt = pt_library("PAWL_TENSORRT_LIBRARY");
    void *const cuda = pt_library("PAWL_CUDA_LIBRARY");
    if (trt == NULL || cuda == NULL) {
        fputs("PAWL_TENSORRT_LIBRARY and PAWL_CUDA_LIBRARY must name the doubles\n", stderr);
        return 2;
    }
    pt_find(cuda, "fake_cuda_live", &asked.cuda_live);
    pt_find(cuda, "fake_cuda_count", &asked.cuda_count);
    pt_find(cuda, "fake_cuda_calls", &asked.cuda_calls);
    pt_find(cuda, "fake_cuda_forget", &asked.cuda_forget);
    pt_find(trt, "double_live", &asked.trt_live);
    pt_find(trt, "double_calls", &asked.trt_calls);
    pt_find(trt, "double_forget", &asked.trt_forget);
    test_numbers("fp32");
    expect_clean("fp32");
    test_numbers("fp16");
    expect_clean("fp16");
    test_faults();
    return expect_end();
}
