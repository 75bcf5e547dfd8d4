/* SPDX-License-Identifier: Apache-2.0 */
/* What TensorRT's errors mean, and whose they are: no library is needed for that. */
#include "backend/tensorrt/trt_cause.h"
#include "backend/tensorrt/trt_watch.h"
#include "support/counted.h"
#include "support/messages.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages of users (issues of NVIDIA/TensorRT and tensorrtx), and a word of the remedy. */
static void test_causes(void)
{
    static const struct {
        const char *message;
        pawl_status status;
        const char *source, *word;
    } cases[] = {
        {"6: [libLoader.h::DynamicLibrary::49] Error Code 6: Internal Error (Unable to load "
         "library: "
         "libcublas.so.11)",
         PAWL_ERR_DEVICE, "cuBLAS", "nvidia-cublas-cu11"},
        {"Could not load library libcublasLt.so.12. Error: libcublasLt.so.12: cannot open shared "
         "object file: No such file or directory",
         PAWL_ERR_DEVICE, "cuBLASLt", "nvidia-cublas-cu12"},
        {"Unable to open library: libnvinfer_plugin.so.8 due to libcudnn.so.8: cannot open shared "
         "object file",
         PAWL_ERR_DEVICE, "cuDNN", "cuDNN 8"},
        {"1: [executionResources.cpp::setTacticSources::178] Error Code 1: Cudnn (Could not "
         "initialize cudnn, please check cudnn installation.)",
         PAWL_ERR_DEVICE, "cuDNN", "nvidia-cudnn"},
        {"Unable to load library: libnvrtc.so.11.2", PAWL_ERR_DEVICE, NULL, "LD_LIBRARY_PATH"},
        {"Cuda Error in allocate: 2 (out of memory)", PAWL_ERR_MEMORY, NULL, "smaller"},
        {"Requested amount of GPU memory (4294967296 bytes) could not be allocated.",
         PAWL_ERR_MEMORY, NULL, "nvidia-smi"},
        {"10: [optimizer.cpp::computeCosts::3728] Error Code 10: Internal Error (Could not find "
         "any "
         "implementation for node model.0.conv.)",
         PAWL_ERR_DEVICE, NULL, "--workspace"},
        {"1: [caskUtils.cpp::trtSmToCask::114] Error Code 1: Internal Error (Unsupported SM: "
         "0x809)",
         PAWL_ERR_DEVICE, NULL, "no kernels for this GPU"},
        {"no kernel image is available for execution on the device", PAWL_ERR_DEVICE, NULL,
         "no kernels for this GPU"},
        {"The engine cannot run on this GPU, which has compute capability 9.0.", PAWL_ERR_DEVICE,
         NULL, "no kernels for this GPU"},
        {"6: The engine plan file is not compatible with this version of TensorRT, expecting "
         "library "
         "version 8.6.1.6 got 8.5.3.1, please rebuild.",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"1: [stdArchiveReader.cpp::StdArchiveReader::40] Error Code 1: Serialization "
         "(Serialization "
         "assertion stdVersionRead == serializationVersion failed.Version tag does not match.)",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"6: The engine plan file is generated on an incompatible device, expecting compute 8.6 "
         "got "
         "compute 7.5, please rebuild.",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"1: [stdArchiveReader.cpp::StdArchiveReader::58] Error Code 1: Serialization "
         "(Serialization "
         "assertion sizeRead == static_cast<uint64_t>(mEnd - mCurrent) failed.Size specified in "
         "header does not match archive size)",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"1: [archiveReader.cpp::consumeBytes::56] Error Code 1: Serialization (Serialization "
         "assertion count <= mEnd - mCurrent failed.Trying to consume past end of archive)",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"1: [runtime.cpp::parsePlan::315] Error Code 1: Serialization (Serialization assertion "
         "plan->header.size == blobSize failed.)",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"2: [runtime.cpp::parsePlan::304] Error Code 2: Internal Error (Assertion blobSize > "
         "numericCast<int64_t>(sizeof(rt::PlanHeader)) failed. )",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"1: [runtime.cpp::parsePlan::314] Error Code 1: Serialization (Serialization assertion "
         "plan->header.magicTag == rt::kPLAN_MAGIC_TAG failed.)",
         PAWL_ERR_DEVICE, NULL, "build the engine again"},
        {"CUDA initialization failure with error: 35", PAWL_ERR_DEVICE, NULL, "nvidia-smi"},
        {"CUDA driver version is insufficient for CUDA runtime version", PAWL_ERR_DEVICE, NULL,
         "update"},
    };
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        pw_trt_cause cause = {.status = PAWL_OK};
        expect(pw_trt_cause_find(cases[i].message, &cause) && cause.status == cases[i].status &&
                   strstr(cause.remedy, cases[i].word) != NULL,
               cases[i].message, cause.remedy);
        expect(cases[i].source == NULL
                   ? cause.source == NULL
                   : cause.source != NULL && strcmp(cause.source, cases[i].source) == 0,
               cases[i].message, cause.source != NULL ? cause.source : "no source");
    }
    pw_trt_cause cause = {.status = PAWL_OK};
    expect(!pw_trt_cause_find("Assertion engine != nullptr failed.", &cause), "no cause", "found");
    expect(!pw_trt_adds_something("Unable to load library: libcublas.so.11",
                                  "Error Code 2: Internal Error (Assertion engine != nullptr "
                                  "failed. )"),
           "a consequence", "adds something");
}

typedef struct other_call {
    pthread_barrier_t *barrier;
    pw_trt_watch_kind kind;
    char first[PW_TRT_TEXT_SIZE];
} other_call;

static void *call_elsewhere(void *argument)
{
    other_call *const call = argument;
    PW_TRT_WATCH(watch, call->kind);
    pthread_barrier_wait(call->barrier);
    (void)pw_trt_watch_take("of the other call");
    pthread_barrier_wait(call->barrier);
    pthread_barrier_wait(call->barrier);
    snprintf(call->first, sizeof call->first, "%s", watch.first);
    pw_trt_watch_forget();
    return NULL;
}

static void *say_as_worker(void *argument)
{
    bool *const is_taken = argument;
    *is_taken = pw_trt_watch_take("of a worker");
    return NULL;
}

static bool ask_worker(void)
{
    pthread_t worker;
    bool is_taken = false;
    if (pthread_create(&worker, NULL, say_as_worker, &is_taken) != 0)
        abort();
    pthread_join(worker, NULL);
    return is_taken;
}

/* An error is of the call on whose thread it comes; a worker's of the one build there is, and of
 * none where there are two. */
static void test_threads(void)
{
    pthread_barrier_t barrier;
    pthread_t thread;
    other_call other = {.barrier = &barrier, .kind = PW_TRT_WATCH_WORKERS};
    messages[0] = '\0';
    pthread_barrier_init(&barrier, NULL, 2);
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    expect(ask_worker() && strcmp(watch.first, "of a worker") == 0, "one build", watch.first);
    pw_trt_watch_forget();
    if (pthread_create(&thread, NULL, call_elsewhere, &other) != 0)
        abort();
    pthread_barrier_wait(&barrier);
    expect(!ask_worker(), "two builds", "a worker's error was given to one of them");
    (void)pw_trt_watch_take("of this call");
    pthread_barrier_wait(&barrier);
    expect(strcmp(watch.first, "of this call") == 0 && watch.count == 1, "this call", watch.first);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    expect(strcmp(other.first, "of the other call") == 0, "the other call", other.first);
    pw_trt_watch_forget();
    pw_trt_watch inner;
    pw_trt_watch_begin(&inner, PW_TRT_WATCH_WORKERS);
    expect(ask_worker() && inner.count == 1 && watch.count == 0, "a call in a call", watch.first);
    pw_trt_watch_end(&inner);
    expect(times_said("of a worker") == 1, "what did no harm is logged at the end", messages);
    expect(ask_worker() && watch.count == 1, "the outer call goes on", watch.first);
    pw_trt_watch_forget();
    pthread_barrier_destroy(&barrier);
}

static void *say_on(void *argument)
{
    const atomic_bool *const is_over = argument;
    while (!atomic_load(is_over))
        (void)pw_trt_watch_take("of a worker");
    return NULL;
}

/* A worker that says on while the call's failure is told (for ThreadSanitizer): the sentence has
 * what it said, or says that there is no reason. */
static void test_says_on(void)
{
    atomic_bool is_over = false;
    pthread_t worker;
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    if (pthread_create(&worker, NULL, say_on, &is_over) != 0)
        abort();
    for (int i = 0; i < 1000; i++) {
        pawl_error error;
        expect(pw_trt_fail(&error, PAWL_ERR_DEVICE, "it failed") == PAWL_ERR_DEVICE &&
                   (strcmp(error.message, "it failed: of a worker") == 0 ||
                    strcmp(error.message, "it failed: it gives no reason") == 0),
               "beside a worker", error.message);
        pw_trt_watch_forget();
    }
    atomic_store(&is_over, true);
    pthread_join(worker, NULL);
    pw_trt_watch_forget();
}

/* By pointer: inlined into one frame they are more than a frame may be. */
static void (*const tests[])(void) = {test_causes, test_threads, test_says_on};

int main(void)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_message};
    pawl_logger_set(&logger);
    for (size_t i = 0; i < PW_COUNT(tests); i++)
        tests[i]();
    return expect_end();
}
