/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What TensorRT's failures leave and say, on a double (PAWL_TENSORRT_LIBRARY, PAWL_CUDA_LIBRARY)
 * that fails as NVIDIA's library does: the cause is told and not its consequence, a tactic source
 * whose library is missing is done without, a rebuild says what it lost, nothing is in flight after
 * a failure, and no call reaches a slot or a flag that the version does not have.
 */
#include "backend/backend.h"
#include "backend/tensorrt/trt_calls.h"
#include "backend/tensorrt/trt_watch.h"
#include "doubles/cuda/fake_cuda.h"
#include "support/counted.h"
#include "support/messages.h"
#include "support/symbols.h"
#include "support/tiny_build.h"
#include <math.h>
#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 64 };

static const pw_trt_library *library;

static struct {
    void (*cuda_count)(fake_cuda_counts *);
    void (*cuda_forget)(void);
    unsigned (*trt_calls)(const char *);
    void (*trt_forget)(void);
} asked;

static void clear(void)
{
    static const char *const variables[] = {"DOUBLE_FAIL", "DOUBLE_CAUSE", "DOUBLE_MISSING",
                                            "DOUBLE_WORKERS", "FAKE_CUDA_FAIL"};
    for (size_t i = 0; i < PW_COUNT(variables); i++)
        unsetenv(variables[i]);
    setenv("FAKE_CUDA_CAPABILITY", "8.6", 1);
    messages[0] = '\0';
    asked.cuda_forget();
    asked.trt_forget();
}

static const pawl_error untouched = {.status = PAWL_ERR_LIMIT, .message = "as it was"};

static bool is_untouched(const pawl_error *error)
{
    return error->status == untouched.status && strcmp(error->message, untouched.message) == 0;
}

static pawl_status build_with(pw_plan *plan, const char *timing_cache, pawl_error *error)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    const pw_tuning tuning = {.threads = 2, .timing_cache = timing_cache};
    return pw_backend_tensorrt.tune(plan, &machine, &tuning, error);
}

static pawl_status build(pawl_error *error)
{
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    const pawl_status status = build_with(plan, NULL, error);
    (void)pw_object_end(plan);
    return status;
}

/* The first error is told, the last where it adds something, and what to do. */
static void test_first_error(void)
{
    static const struct {
        const char *cause, *workers;
        pawl_status status;
        const char *remedy;
    } cases[] = {
        {"6: [libLoader.h::DynamicLibrary::49] Error Code 6: Internal Error (Unable to load "
         "library: "
         "libnvinfer_builder_resource.so.8.6.1)",
         NULL, PAWL_ERR_DEVICE, "install TensorRT whole"},
        {"2: [virtualMemoryBuffer.cpp::resizePhysical::145] Error Code 2: OutOfMemory (no further "
         "information)",
         "1", PAWL_ERR_MEMORY, "nvidia-smi"},
        {"IBuilder::buildSerializedNetwork: Error Code 9: API Usage Error (Target GPU SM 61 is not "
         "supported by this TensorRT release.)",
         NULL, PAWL_ERR_DEVICE, "--backend cpu"},
        {"something that nobody has seen yet", "1", PAWL_ERR_DEVICE, ""},
    };
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        pawl_error error = {.status = PAWL_OK};
        clear();
        setenv("DOUBLE_FAIL", "buildSerializedNetwork:0", 1);
        setenv("DOUBLE_CAUSE", cases[i].cause, 1);
        if (cases[i].workers != NULL)
            setenv("DOUBLE_WORKERS", cases[i].workers, 1);
        expect(build(&error) == cases[i].status, cases[i].cause, error.message);
        const char *const first = strstr(error.message, cases[i].cause),
                          *const last = strstr(error.message, "(at the end: Error Code 1");
        expect(first != NULL && last != NULL && first < last, "first, then last", error.message);
        expect(strstr(error.message, cases[i].remedy) != NULL, cases[i].remedy, error.message);
        expect(messages[0] == '\0', "told by the error, so not logged too", messages);
    }
    pawl_error error;
    clear();
    setenv("DOUBLE_FAIL", "buildSerializedNetwork:0", 1);
    expect(build(&error) == PAWL_ERR_DEVICE && strstr(error.message, "at the end") == NULL,
           "one error is told once", error.message);
    clear();
}

/* Without cuBLAS, cuBLASLt and cuDNN: built, and each said once. From 10 on nothing needs them. */
static void test_sources(void)
{
    static const char *const files[] = {"libcublas.so.11", "libcublasLt.so.11", "libcudnn.so.8"};
    /* cuDNN goes with cuBLAS, without which it would end the process */
    const unsigned wanted = library->version >= 10000 ? 0 : 2;
    const bool has_cudnn = library->version < 8600; /* among the sources by default */
    for (int workers = 0; workers < 2; workers++) {
        pawl_error error = untouched;
        clear();
        setenv("DOUBLE_MISSING", "libcublas.so.11,libcublasLt.so.11,libcudnn.so.8", 1);
        if (workers != 0)
            setenv("DOUBLE_WORKERS", "1", 1);
        expect(build(&error) == PAWL_OK && is_untouched(&error), "built without", error.message);
        expect(asked.trt_calls("buildSerializedNetwork") == wanted + 1, "attempts", messages);
        for (unsigned i = 0; i < PW_COUNT(files); i++)
            expect(times_said(files[i]) == (i < wanted), files[i], messages);
        expect(times_said("builds without the kernels of cuBLAS") == wanted &&
                   times_said("and of cuDNN, which needs it") == has_cudnn &&
                   times_said("Assertion") == 0,
               "what is missing", messages);
        clear();
        setenv("DOUBLE_MISSING", "libcudnn.so.8", 1);
        expect(build(&error) == PAWL_OK &&
                   times_said("builds without the kernels of cuDNN;") == has_cudnn,
               "built without cuDNN", messages);
    }
    pawl_error error = untouched;
    clear();
    setenv("DOUBLE_MISSING", "libnvinfer_builder_resource.so.8.6.1", 1);
    expect(build(&error) == PAWL_ERR_DEVICE &&
               strstr(error.message, "libnvinfer_builder_resource.so.8.6.1") != NULL &&
               strstr(error.message, "install TensorRT whole") != NULL,
           "a file that everything needs", error.message);
    clear();
}

typedef struct running {
    pw_device_plan *device;
    pw_program *program;
} running;

static pawl_status open_at(const pw_plan *plan, int32_t side, running *made, pawl_error *error)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    const pw_lowering lowering = {.batch = 1,
                                  .height = side,
                                  .width = side,
                                  .input = PAWL_INPUT_U8_NHWC,
                                  .output = PAWL_OUTPUT_RAW};
    pawl_status status = pw_backend_tensorrt.open(plan, &machine, &made->device, error);
    if (status >= 0)
        status = pw_backend_tensorrt.lower(made->device, &lowering, &made->program, error);
    return status;
}

static void close_all(running *made)
{
    pw_backend_tensorrt.release(made->program);
    pw_backend_tensorrt.close(made->device);
    *made = (running){.device = NULL};
}

/* Another GPU, or a plan that is refused: built again with a warning, as it was built first, and no
   word in the caller's error. */
static void test_rebuild(void)
{
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    running made = {.device = NULL};
    pawl_error error = untouched;
    plan->profile.height_min = plan->profile.width_min = 32;
    plan->profile.height_max = plan->profile.width_max = 128;
    clear();
    expect(build_with(plan, NULL, &error) == PAWL_OK, "a plan of 32:64:128", error.message);
    expect(open_at(plan, 128, &made, &error) == PAWL_OK && messages[0] == '\0',
           "where it was built", messages);
    close_all(&made);
    for (int turn = 0; turn < 2; turn++) {
        error = untouched;
        clear();
        if (turn == 0)
            setenv("FAKE_CUDA_CAPABILITY", "8.7", 1);
        else
            setenv("DOUBLE_FAIL", "deserializeCudaEngine:1", 1);
        expect(open_at(plan, 128, &made, &error) == PAWL_OK && is_untouched(&error),
               "built again, for all its shapes", error.message);
        expect(times_said("built again") == 1 && times_said("is lost") == 0,
               "that it is built again", messages);
        expect(times_said(turn == 0 ? "sm_87" : "fails on demand") == 1, "why", messages);
        close_all(&made);
    }
    clear();
    setenv("FAKE_CUDA_CAPABILITY", "8.7", 1);
    expect(open_at(plan, 192, &made, &error) == PAWL_ERR_ARGUMENT &&
               strstr(error.message, "at 32x32 to 128x128") != NULL,
           "a shape that it never had", error.message);
    close_all(&made);
    clear();
    setenv("FAKE_CUDA_CAPABILITY", "8.7", 1);
    plan->is_older = true; /* as a file of format 1 or 2 is read: what it does not keep is said */
    expect(open_at(plan, SIDE, &made, &error) == PAWL_OK && times_said("--shapes") == 1 &&
               times_said("--fp16-fix") == 1 && times_said("--workspace") == 1,
           "what is lost", messages);
    close_all(&made);
    (void)pw_object_end(plan);
    clear();
}

/* What was built for later GPUs and versions is found where they are, and not built again. */
static void test_compatible(void)
{
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    running made = {.device = NULL};
    pawl_error error = untouched;
    const bool has_level = library->version >= 8600 && !library->strategy->is_rtx;
    plan->options.is_version_compatible = plan->options.is_hardware_compatible = true;
    clear();
    expect(build_with(plan, NULL, &error) == PAWL_OK, "built", error.message);
    const char *const key = plan->artifacts[0].key;
    expect((strstr(key, "/sm_80+") != NULL) == has_level, "the GPUs of its key", key);
    clear();
    setenv("FAKE_CUDA_CAPABILITY", "8.7", 1);
    expect(open_at(plan, SIDE, &made, &error) == PAWL_OK && is_untouched(&error), "opened",
           error.message);
    expect((times_said("built again") == 0) == has_level, "found on another GPU", messages);
    close_all(&made);
    clear();
    setenv("FAKE_CUDA_CAPABILITY", "7.5", 1);
    expect(open_at(plan, SIDE, &made, &error) == PAWL_OK && times_said("built again") == 1,
           "not on an older one", messages);
    close_all(&made);
    (void)pw_object_end(plan);
    clear();
}

/* Each thing put on the stream fails in turn: the call returns with nothing in flight. */
static void test_in_flight(void)
{
    static const char *const faults[] = {
        "FAKE_CUDA_FAIL=cuMemcpyHtoDAsync_v2:1", "DOUBLE_FAIL=enqueueV2:0,enqueueV3:0",
        "FAKE_CUDA_FAIL=cuMemcpyDtoHAsync_v2:1", "FAKE_CUDA_FAIL=cuMemcpyDtoHAsync_v2:2",
        "FAKE_CUDA_FAIL=cuStreamSynchronize:1"};
    const pw_run run = {.threshold = 0.5f};
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    running made = {.device = NULL};
    pawl_error error;
    fake_cuda_counts counts;
    clear();
    expect(build_with(plan, NULL, &error) == PAWL_OK &&
               open_at(plan, SIDE, &made, &error) == PAWL_OK,
           "opened", error.message);
    for (size_t i = 0; i < PW_COUNT(faults); i++) {
        char name[32];
        const size_t length = strcspn(faults[i], "=");
        snprintf(name, sizeof name, "%.*s", (int)length, faults[i]);
        clear();
        setenv(name, faults[i] + length + 1, 1);
        expect(pw_program_run(made.program, &run, &error) < 0, faults[i], "no error");
        asked.cuda_count(&counts);
        expect(counts.in_flight == 0 && counts.violations == 0, faults[i], "work is in flight");
        clear();
        expect(pw_program_run(made.program, &run, &error) == PAWL_OK, "runs again", error.message);
    }
    close_all(&made);
    asked.cuda_count(&counts);
    expect(counts.violations == 0, "ended", "with work in flight");
    (void)pw_object_end(plan);
}

/* A timing cache that cannot be written, or is another's, costs a warning and not the build. */
static void test_timing_cache(void)
{
    char path[] = "/tmp/pawl-cache-XXXXXX", beside[sizeof path + 8];
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    pawl_error error = untouched;
    clear();
    expect(build_with(plan, "/nonexistent/folder/timings", &error) == PAWL_OK &&
               is_untouched(&error),
           "unwritable", error.message);
    expect(times_said("the timing cache is not kept") == 1 && times_said("write /nonexistent") == 1,
           "unwritable", messages);
    const int file = mkstemp(path);
    if (file < 0 || write(file, "another's", 9) != 9 || close(file) != 0)
        abort();
    clear();
    expect(build_with(plan, path, &error) == PAWL_OK && is_untouched(&error), "another's",
           error.message);
    expect(times_said("all is timed anew") == 1, "another's", messages);
    clear();
    expect(build_with(plan, path, &error) == PAWL_OK && messages[0] == '\0', "kept", messages);
    setenv("DOUBLE_FAIL", "createTimingCache:0", 1);
    expect(build_with(plan, path, &error) == PAWL_OK && is_untouched(&error) &&
               times_said("keeps no timings") == 1,
           "none is made", messages);
    clear();
    setenv("DOUBLE_FAIL", "serialize:0", 1);
    expect(build_with(plan, path, &error) == PAWL_OK && is_untouched(&error) &&
               times_said("not kept") == 1,
           "not serialised", messages);
    clear();
    (void)snprintf(beside, sizeof beside, "%s.times", path);
    expect(unlink(path) == 0 && unlink(beside) == 0, "kept", "two files, no more");
    (void)pw_object_end(plan);
}

/* Options that came with 8.6 are not asked of what is older, and said to be lost. */
static void test_versions(void)
{
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
    pawl_error error = untouched;
    const bool is_old = library->version < 8600;
    plan->options.is_version_compatible = plan->options.is_hardware_compatible = true;
    plan->options.optimisation_level = 3;
    clear();
    expect(build_with(plan, NULL, &error) == PAWL_OK && is_untouched(&error), "built",
           error.message);
    expect(times_said("builds no version-compatible plans") == is_old &&
               times_said("no hardware compatibility level") == is_old &&
               times_said("no optimisation levels") == is_old && times_said("Error Code") == 0,
           library->version_text, messages);
    (void)pw_object_end(plan);
}

/* A call that its caller did not ask pw_trt_has() about: nothing happens,
 * and the error says what. */
static void test_slots(void)
{
    pw_trt_library oldest = *library;
    oldest.version = 8200;
    oldest.family = PW_TRT_8_2;
    oldest.strategy = pw_trt_strategy_of(PW_TRT_8_2);
    clear();
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pw_trt_native *const builder = pw_trt_builder_create(library);
    expect(!pw_trt_builder_set_threads(&oldest, builder, 2) &&
               strstr(watch.first, "VBuilder_setMaxThreads") != NULL,
           "a method that 8.2 lacks", watch.first);
    expect(pw_trt_builder_threads(&oldest, builder) == 0, "another", "answers");
    pw_trt_watch_forget();
    pw_trt_config_set_monitor(&oldest, builder, NULL);
    expect(watch.count == 1, "one without a result", watch.first);
    expect(
        !pw_trt_config_set_flag(&oldest, builder, oldest.strategy->version_compatible_flag, true),
        "a flag that 8.2 lacks", "is set");
    pw_trt_watch_forget();
    pw_trt_delete(builder);
}

/* The library's warnings of weights that FP16 damages are told once, with what they mean; mended,
 * there are none, and the result is the same. Where the layer's largest is no small one, nothing
 * stands behind it that was not there. */
static void test_half(void)
{
    static float mended[8192];
    const pawl_logger all = {.level = PAWL_LOG_INFO, .write = keep_message};
    const pawl_logger usual = {.level = PAWL_LOG_WARNING, .write = keep_message};
    (void)pawl_logger_set(&all); /* what does not matter is no warning */
    const bool warns =
        library->strategy->fp16_flag.number >= 0; /* strongly typed: it gets halves */
    for (int turn = 0; turn < 4; turn++) {
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
        running made = {.device = NULL};
        pawl_error error = untouched;
        const pw_run run = {.threshold = 0.5f};
        const bool is_mended = turn % 2 == 1, is_small = turn >= 2;
        const pw_layer *layer = plan->network.layers;
        while (layer->op != PW_OP_CONV)
            layer++;
        float *weights = NULL;
        memcpy(&weights, &layer->as.conv.weights, sizeof weights);
        for (size_t i = 0; i < pw_conv_weight_count(&layer->as.conv); i++)
            weights[i] = is_small ? ldexpf(weights[i], -8) : weights[i];
        weights[0] = 3e-6f; /* subnormal in FP16 */
        weights[1] = 2e-8f; /* vanishing */
        plan->precision = "fp16";
        plan->options.is_fp16_fixed = is_mended;
        clear();
        asked.trt_forget();
        expect(build_with(plan, NULL, &error) == PAWL_OK && is_untouched(&error), "fp16",
               error.message);
        expect(times_said("TensorRT finds weights that FP16 does not hold") ==
                   (warns && !is_mended),
               "told once", messages);
        expect(asked.trt_calls("addScale") == (unsigned)(is_mended && is_small),
               "a power of two where it is needed", "is not there, or where it is not");
        expect(times_said("affect") == 0 && times_said("ubnormal FP16 values") == 0,
               "the library's own lines", messages);
        expect(open_at(plan, SIDE, &made, &error) == PAWL_OK &&
                   pw_program_run(made.program, &run, &error) == PAWL_OK,
               "runs", error.message);
        const float *const values = made.program->outputs[0].data;
        const size_t count = made.program->outputs[0].size / sizeof(float);
        float worst = 0.0f;
        for (size_t i = 0; i < count && i < PW_COUNT(mended); i++) {
            if (!is_mended)
                mended[i] = values[i];
            worst = fmaxf(worst, fabsf(values[i] - mended[i]));
        }
        expect(count > 0 && worst < 1e-2f, "mended, it computes the same", "differs");
        close_all(&made);
        (void)pw_object_end(plan);
    }
    (void)pawl_logger_set(&usual);
    clear();
}

/* A convolution that no power of two brings into FP16 stays FP32, between two casts where the types
 * come from the network: the result is that of FP32, and which layer it is is said. */
static void test_half_never(void)
{
    static float whole[8192];
    const bool is_typed = library->strategy->is_strongly_typed;
    for (int turn = 0; turn < 2; turn++) {
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 2);
        running made = {.device = NULL};
        pawl_error error = untouched;
        const pw_run run = {.threshold = 0.5f};
        const pw_layer *layer = plan->network.layers;
        while (layer->op != PW_OP_CONV)
            layer++;
        float *weights = NULL;
        memcpy(&weights, &layer->as.conv.weights, sizeof weights);
        weights[0] = 1e5f; /* infinite in FP16 */
        plan->precision = turn == 0 ? "fp32" : "fp16";
        plan->options.is_fp16_fixed = turn == 1;
        plan->options.optimisation_level = turn == 0 ? -1 : 3; /* no other layer is told its type */
        clear();
        asked.trt_forget();
        expect(build_with(plan, NULL, &error) == PAWL_OK && is_untouched(&error), "FP16 and FP32",
               error.message);
        expect(times_said("which stays FP32") == (turn == 1) &&
                   (turn == 0 || strstr(messages, layer->name) != NULL),
               "which layer stays FP32", messages);
        expect(asked.trt_calls("setPrecision") == (unsigned)(turn == 1 && !is_typed),
               "the layer's precision", "is set otherwise");
        expect(open_at(plan, SIDE, &made, &error) == PAWL_OK &&
                   pw_program_run(made.program, &run, &error) == PAWL_OK,
               "runs", error.message);
        const float *const values = made.program->outputs[0].data;
        const size_t count = made.program->outputs[0].size / sizeof(float);
        float worst = 0.0f, largest = 0.0f;
        for (size_t i = 0; i < count && i < PW_COUNT(whole); i++) {
            if (turn == 0)
                whole[i] = values[i];
            const float difference = fabsf(values[i] - whole[i]);
            worst = difference <= worst ? worst : difference; /* NaN too */
            largest = fmaxf(largest, fabsf(whole[i]));
        }
        expect(count > 0 && largest > 0.0f && worst < 1e-2f * largest,
               "what stays FP32 computes the same", "differs");
        close_all(&made);
        (void)pw_object_end(plan);
    }
    clear();
}

/* By pointer: inlined into one frame they are more than a frame may be. */
static void (*const tests[])(void) = {
    test_first_error,  test_sources,  test_rebuild, test_compatible, test_in_flight,
    test_timing_cache, test_versions, test_slots,   test_half,       test_half_never};

int main(void)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_message};
    void *const trt = pt_library("PAWL_TENSORRT_LIBRARY");
    void *const cuda = pt_library("PAWL_CUDA_LIBRARY");
    pawl_error error;
    if (trt == NULL || cuda == NULL || pw_trt_library_get(&library, &error) < 0) {
        fputs("PAWL_TENSORRT_LIBRARY and PAWL_CUDA_LIBRARY must name the doubles\n", stderr);
        return 2;
    }
    pt_find(cuda, "fake_cuda_count", &asked.cuda_count);
    pt_find(cuda, "fake_cuda_forget", &asked.cuda_forget);
    pt_find(trt, "double_calls", &asked.trt_calls);
    pt_find(trt, "double_forget", &asked.trt_forget);
    pawl_logger_set(&logger);
    for (size_t i = 0; i < PW_COUNT(tests); i++)
        tests[i]();
    expect(pawl_object_count() == 0, "objects", "are left");
    printf("%s: ", library->version_text);
    return expect_end();
}
