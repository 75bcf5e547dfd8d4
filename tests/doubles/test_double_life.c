/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects on a GPU and TensorRT while others look on or fork.
 *
 * - fork: the child's ends let go of our side only, so neither the library's destructors nor the
 *   driver are called there, in whatever order; using what it inherited is PAWL_ERR_FORKED, and so
 *   is starting a GPU that the parent has started. The parent loses nothing. It may fork while
 *   another thread opens a context, whose locks the child finds held by no one alive.
 * - report: while one thread reports in a loop, whatever others end is ended at once, at both
 *   levels, and released in the GPU's context.
 * - logger: it may wait for a thread that makes a context, while one is made.
 *
 * Usage: test_double_life fork|report|logger WEIGHTS PICTURE, with the doubles in the environment.
 */
#include "doubles/cuda/fake_cuda.h"
#include "support/counted.h"
#include "support/symbols.h"

#include <pawl/pawl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
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
    int32_t (*trt_version)(void);
    unsigned (*trt_calls)(const char *);
    void (*cuda_count)(fake_cuda_counts *);
    const char *(*last_violation)(void);
} asked;

static void *objects[COUNT];
static pawl_image *image;

/* contexts: 0, or how many of a range of shapes. */
static bool make_all(const char *weights_path, const char *picture, int32_t contexts)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_build_desc build = PAWL_BUILD_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    build.backend = "tensorrt";
    build.contexts = contexts;
    build.batch_max = contexts > 0 ? 2 : 0;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    const bool is_made = pawl_weights_load(weights_path, &weights, &error) >= 0 &&
                         pawl_network_create(weights, NULL, &network, &error) >= 0 &&
                         pawl_builder_create(NULL, &builder, &error) >= 0 &&
                         pawl_builder_build(builder, network, &build, &plan, &error) >= 0 &&
                         pawl_runtime_create(NULL, &runtime, &error) >= 0 &&
                         pawl_engine_create(runtime, plan, &engine, &error) >= 0 &&
                         pawl_context_create(engine, &desc, &context, &error) >= 0 &&
                         pawl_detector_create(context, NULL, &detector, &error) >= 0 &&
                         pawl_image_load(picture, NULL, &image, &error) >= 0;
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
        _exit(atomic_load(&pt_failed) == 0 ? 0 : 1);
    }
    expect(id > 0 && waitpid(id, &status, 0) == id && status == 0, "a child", "see above");
}

static void end_all(void)
{
    for (int i = COUNT; i-- > 0;)
        expect(pawl_object_destroy(&objects[i]) == PAWL_OK, "an end in reverse", "refused");
    (void)pawl_image_destroy(&image);
    expect(asked.trt_live() == 0 && asked.cuda_live() == 0, "ends", "something is left");
}

/* --- while another thread opens a context --- */

static void *open_another(void *argument)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_context *context = NULL;
    expect(pawl_context_create(objects[2], NULL, &context, &error) == PAWL_OK, "another context",
           error.message);
    (void)pawl_context_destroy(&context);
    return argument;
}

static void end_in_time(bool unused)
{
    (void)unused;
    (void)alarm(60); /* of a child that waits for ever */
    for (int i = COUNT; i-- > 0;)
        (void)pawl_object_destroy(&objects[i]);
}

/* Up to 9.x a lock is held meanwhile, so that two contexts do not get one profile. */
static void try_fork_while_opening(void)
{
    pthread_t thread;
    const unsigned before = asked.trt_calls("createExecutionContext");
    setenv("DOUBLE_PAUSE", "createExecutionContext:1000", 1);
    if (pthread_create(&thread, NULL, open_another, NULL) != 0)
        exit(2);
    while (asked.trt_calls("createExecutionContext") == before)
        (void)usleep(50);
    fork_for(end_in_time, false);
    (void)pthread_join(thread, NULL);
    unsetenv("DOUBLE_PAUSE");
    end_all();
}

static atomic_bool is_opening, has_waited;

/* A logger may wait for another thread, and that one for whatever pawl lets it. */
static void wait_for_another(void *user, pawl_log_level level, const char *message)
{
    pthread_t thread;
    (void)user;
    (void)level;
    if (!atomic_load(&is_opening) || strstr(message, "default profile") == NULL ||
        atomic_exchange(&has_waited, true))
        return;
    if (pthread_create(&thread, NULL, open_another, NULL) != 0)
        exit(2);
    (void)pthread_join(thread, NULL);
}

static void try_logger(void)
{
    const pawl_logger logger = {NULL, PAWL_LOG_VERBOSE, wait_for_another};
    (void)alarm(60);
    pawl_logger_set(&logger);
    atomic_store(&is_opening, true);
    (void)open_another(NULL);
    atomic_store(&is_opening, false);
    pawl_logger_set(NULL);
    expect(atomic_load(&has_waited) == (asked.trt_version() < 10000), "a logger that waits",
           "the library says other things of a context");
    end_all();
}

static void try_forks(void)
{
    expect(asked.trt_live() > 0 && asked.cuda_live() > 0, "the parent", "holds nothing native");
    fork_for(in_child, false);
    fork_for(in_child, true);
    detect(PAWL_OK, "the parent goes on");
    end_all();
    fork_for(in_child_of_nothing, false);
}

/* --- report --- */

#define THREADS 2
#define ROUNDS  100

static atomic_bool is_over;
static atomic_uint refused, lines;

static void *contexts_come_and_go(void *argument)
{
    for (int round = 0; round < ROUNDS; round++) {
        pawl_context *context = NULL;
        if (pawl_context_create(objects[2], NULL, &context, NULL) != PAWL_OK ||
            pawl_context_destroy(&context) != PAWL_OK)
            atomic_fetch_add(&refused, 1);
    }
    return argument;
}

static void read_slowly(void *user, const char *text)
{
    (void)user;
    (void)text;
    (void)usleep(50);
    atomic_fetch_add(&lines, 1);
}

static void *report_in_a_loop(void *argument)
{
    while (!atomic_load(&is_over))
        (void)pawl_object_report(read_slowly, NULL);
    return argument;
}

static void try_reports(void)
{
    pthread_t reporter, threads[THREADS];
    fake_cuda_counts counts;
    bool is_started = pthread_create(&reporter, NULL, report_in_a_loop, NULL) == 0;
    while (is_started && atomic_load(&lines) == 0)
        (void)usleep(50);
    for (int i = 0; i < THREADS; i++)
        is_started &= pthread_create(&threads[i], NULL, contexts_come_and_go, NULL) == 0;
    if (!is_started)
        exit(2);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    atomic_store(&is_over, true);
    (void)pthread_join(reporter, NULL);
    expect(atomic_load(&refused) == 0, "contexts", "one was not ended at once");
    end_all();
    asked.cuda_count(&counts);
    expect(counts.violations == 0, "the driver", asked.last_violation());
}

int main(int count, char **arguments)
{
    void *const cuda = pt_library("PAWL_CUDA_LIBRARY");
    void *const trt = pt_library("PAWL_TENSORRT_LIBRARY");
    pt_find(cuda, "fake_cuda_calls", &asked.cuda_calls);
    pt_find(cuda, "fake_cuda_forget", &asked.cuda_forget);
    pt_find(cuda, "fake_cuda_live", &asked.cuda_live);
    pt_find(cuda, "fake_cuda_count", &asked.cuda_count);
    pt_find(cuda, "fake_cuda_last_violation", &asked.last_violation);
    pt_find(trt, "double_live", &asked.trt_live);
    pt_find(trt, "double_calls", &asked.trt_calls);
    pt_find(trt, "getInferLibVersion", &asked.trt_version);
    if (count != 4 || asked.cuda_calls == NULL || asked.trt_live == NULL ||
        asked.trt_version == NULL || asked.trt_calls == NULL ||
        !make_all(arguments[2], arguments[3], strcmp(arguments[1], "logger") == 0 ? 3 : 0))
        return 2;
    if (strcmp(arguments[1], "logger") == 0) {
        try_logger();
    } else if (strcmp(arguments[1], "report") == 0) {
        try_reports();
    } else {
        try_forks();
        if (make_all(arguments[2], arguments[3], 2))
            try_fork_while_opening();
    }
    return expect_end();
}
