/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a fork: the child's ends let go of our side only, so neither the library's destructors nor
 * the driver are called there, in whatever order; using what it inherited is PAWL_ERR_FORKED, and
 * so is starting a GPU that the parent has started. The parent loses nothing.
 * Usage: test_fork_double WEIGHTS PICTURE, with the doubles in the environment.
 */
#include "doubles/cuda/fake_cuda.h"

#include <dlfcn.h>
#include <pawl/pawl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT 5 /* plan, runtime, engine, context, detector: in this order */

static struct {
    unsigned (*cuda_calls)(const char *);
    void (*cuda_forget)(void);
    unsigned (*cuda_live)(void);
    int (*trt_live)(void);
} asked;

static void *objects[COUNT];
static pawl_image *image;
static unsigned failed;

static void expect(bool is_right, const char *what, const char *why)
{
    failed += !is_right;
    if (!is_right)
        (void)fprintf(stderr, "failed: %s: %s\n", what, why);
}

static void find(const char *variable, const char *name, void *function)
{
    const char *path = getenv(variable);
    void *library = path != NULL ? dlopen(path, RTLD_NOW) : NULL;
    void *symbol = library != NULL ? dlsym(library, name) : NULL;
    memcpy(function, &symbol, sizeof symbol);
}

static bool make_all(const char *weights_path, const char *picture)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_build_desc build = PAWL_BUILD_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    build.backend = "tensorrt";
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    const bool is_made = pawl_weights_open(weights_path, &weights, &error) >= 0 &&
                         pawl_network_from_weights(weights, NULL, &network, &error) >= 0 &&
                         pawl_builder_create(NULL, &builder, &error) >= 0 &&
                         pawl_builder_build(builder, network, &build, &plan, &error) >= 0 &&
                         pawl_runtime_create(NULL, &runtime, &error) >= 0 &&
                         pawl_engine_create(runtime, plan, &engine, &error) >= 0 &&
                         pawl_context_create(engine, &desc, &context, &error) >= 0 &&
                         pawl_detector_create(context, NULL, &detector, &error) >= 0 &&
                         pawl_image_read(picture, &image, &error) >= 0;
    expect(is_made, "making all", error.message);
    objects[0] = plan;
    objects[1] = runtime;
    objects[2] = engine;
    objects[3] = context;
    objects[4] = detector;
    (void)pawl_network_destroy(&network);
    (void)pawl_weights_destroy(&weights);
    (void)pawl_builder_destroy(&builder);
    return is_made;
}

static unsigned driver_calls(void)
{
    static const char *const functions[] = {"cuCtxPushCurrent_v2",
                                            "cuCtxPopCurrent_v2",
                                            "cuMemFree_v2",
                                            "cuStreamDestroy_v2",
                                            "cuStreamSynchronize",
                                            "cuDevicePrimaryCtxRelease_v2",
                                            "cuInit",
                                            "cuDevicePrimaryCtxRetain",
                                            "cuDeviceGetCount"};
    unsigned calls = 0;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        calls += asked.cuda_calls(functions[i]);
    return calls;
}

static void detect(pawl_status wanted, const char *what)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_detections found = {NULL, 0};
    const pawl_status status = pawl_detector_run(objects[4], &image, 1, &found, NULL, &error);
    expect(status == wanted, what, error.message);
    if (wanted == PAWL_ERR_FORKED)
        expect(strcmp(error.message, "PAWL-L007: the detector belongs to the parent process: here "
                                     "it can only be ended") == 0,
               what, error.message);
}

/* Ends all, the first first or the last first. */
static void in_child(bool is_reversed)
{
    const int native = asked.trt_live();
    const unsigned live = asked.cuda_live();
    asked.cuda_forget();
    detect(PAWL_ERR_FORKED, "using what was inherited");
    for (int i = 0; i < COUNT; i++)
        (void)pawl_object_destroy(&objects[is_reversed ? COUNT - 1 - i : i]);
    (void)pawl_image_destroy(&image);
    expect(pawl_object_count() == 0, "ends in the child", "objects are left");
    expect(asked.trt_live() == native, "ends in the child", "a destructor of TensorRT's ran");
    expect(asked.cuda_live() == live, "ends in the child", "the driver gave something back");
    expect(driver_calls() == 0, "ends in the child", "the driver was called");
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_runtime *runtime = NULL;
    expect(pawl_runtime_create(NULL, &runtime, &error) == PAWL_ERR_FORKED, "making", error.message);
}

/* The parent had ended all: ours can be made, a GPU cannot be started. */
static void in_child_of_nothing(bool unused)
{
    (void)unused;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    pawl_runtime *runtime = NULL;
    asked.cuda_forget();
    desc.backend = "tensorrt";
    expect(pawl_runtime_create(&desc, &runtime, &error) < 0 &&
               strstr(error.message, "in the parent process") != NULL,
           "a GPU in a child", error.message);
    expect(driver_calls() == 0, "a GPU in a child", "the driver was called");
    desc.backend = "cpu";
    expect(pawl_runtime_create(&desc, &runtime, &error) == PAWL_OK, "a CPU in a child",
           error.message);
    (void)pawl_runtime_destroy(&runtime);
}

static void fork_for(void (*child)(bool), bool argument)
{
    int status = 1;
    const pid_t id = fork();
    if (id == 0) {
        child(argument);
        _exit(failed == 0 ? 0 : 1);
    }
    expect(id > 0 && waitpid(id, &status, 0) == id && status == 0, "a child", "see above");
}

int main(int count, char **arguments)
{
    find("PAWL_CUDA_LIBRARY", "fake_cuda_calls", &asked.cuda_calls);
    find("PAWL_CUDA_LIBRARY", "fake_cuda_forget", &asked.cuda_forget);
    find("PAWL_CUDA_LIBRARY", "fake_cuda_live", &asked.cuda_live);
    find("PAWL_TENSORRT_LIBRARY", "double_live", &asked.trt_live);
    if (count != 3 || asked.cuda_calls == NULL || asked.trt_live == NULL ||
        !make_all(arguments[1], arguments[2]))
        return 2;
    expect(asked.trt_live() > 0 && asked.cuda_live() > 0, "the parent", "holds nothing native");
    fork_for(in_child, false);
    fork_for(in_child, true);
    detect(PAWL_OK, "the parent goes on");
    for (int i = COUNT; i-- > 0;)
        (void)pawl_object_destroy(&objects[i]);
    (void)pawl_image_destroy(&image);
    expect(asked.trt_live() == 0 && asked.cuda_live() == 0, "the parent's ends",
           "something is left");
    fork_for(in_child_of_nothing, false);
    (void)printf("%u failed\n", failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
