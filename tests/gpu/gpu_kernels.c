/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device kernels, checked and timed. On the driver double, or on a GPU.
 * Usage: gpu_kernels fit N | boxes N | counts N | masks N | model WEIGHTS PICTURE | time | faults |
 * old
 */
#include "doubles/cuda/fake_cuda.h"
#include "gpu/gpu_test.h"
#include "support/symbols.h"

#include <pawl/object.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void gpu_expect(gpu *with, int is_true, const char *what, ...)
{
    with->passed += is_true != 0;
    with->failed += is_true == 0;
    if (is_true || with->failed > 20)
        return;
    va_list arguments;
    va_start(arguments, what);
    fputs("failed: ", stderr);
    vfprintf(stderr, what, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* splitmix64 */
uint32_t gpu_random(gpu *with)
{
    uint64_t z = with->seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

uint32_t gpu_between(gpu *with, uint32_t low, uint32_t high)
{
    return low + gpu_random(with) % (high - low + 1);
}

float gpu_uniform(gpu *with, float low, float high)
{
    return low + (high - low) * ((float)(gpu_random(with) >> 8) / 16777216.0f);
}

pawl_status gpu_open(gpu *with, pawl_error *error)
{
    PW_TRY(pw_gpu_device_create(0, &with->device, error));
    PW_TRY(pw_gpu_stream_create(with->device, &with->stream, error));
    return pw_gpu_kernels_make(with->device, &with->kernels, error);
}

void gpu_close(gpu *with)
{
    (void)pw_object_end(with->stream);
    pw_gpu_kernels_end(&with->kernels);
    (void)pw_object_end(with->device);
    with->stream = NULL;
    with->device = NULL;
}

/* --- faults, on the double --- */

static struct {
    void (*count)(fake_cuda_counts *);
    unsigned (*calls)(const char *);
    void (*forget)(void);
    unsigned (*live)(void);
} fake;

/* Everything the room has, once: heads to boxes, plainly and as a graph, a mask, a letterbox,
 * events. */
static pawl_status use_boxes(gpu *with, gpu_heads *heads, pw_gpu_boxes *boxes, pawl_error *error)
{
    static const float thresholds[2] = {0.25f, 0.25f};
    const pw_gpu_rules rules = {.objectness = {.threshold = 0.25f, .raw = -2.0f},
                                .thresholds = thresholds,
                                .lowest = 0.25f,
                                .iou = 0.45f,
                                .most = 10};
    const pw_gpu_heads on_device = gpu_heads_on_device(heads);
    const pw_gpu_mask mask = {.prototypes = heads->level[0].memory->address,
                              .height = 2,
                              .width = 2,
                              .bottom = 2,
                              .right = 2};
    float plane[4];
    PW_TRY(gpu_heads_upload(with, heads, error));
    PW_TRY(pw_gpu_boxes_make(boxes, &with->kernels, &on_device, error));
    PW_TRY(pw_gpu_boxes_want(boxes, with->stream, &rules, error));
    PW_TRY(pw_gpu_boxes_enqueue(boxes, with->stream, error));
    PW_TRY(pw_gpu_download(with->stream, plane, heads->level[0].memory, sizeof plane, error));
    PW_TRY(pw_gpu_wait(with->stream, error));
    return pw_gpu_boxes_mask(boxes, with->stream, &mask, plane, error);
}

static pawl_status record(gpu *with, pw_gpu_boxes *boxes, pw_gpu_graph **graph, pawl_error *error)
{
    PW_TRY(pw_gpu_capture_begin(with->stream, error));
    const pawl_status status = pw_gpu_boxes_enqueue(boxes, with->stream, error);
    const pawl_status ended = pw_gpu_capture_end(with->stream, status >= 0 ? graph : NULL, error);
    return status < 0 ? status : ended;
}

static pawl_status use_graph(gpu *with, pw_gpu_boxes *boxes, pw_gpu_graph **graph,
                             pw_gpu_event *events[2], pawl_error *error)
{
    float milliseconds = -1;
    PW_TRY(pw_gpu_event_create(with->device, &events[0], error));
    PW_TRY(pw_gpu_event_create(with->device, &events[1], error));
    PW_TRY(record(with, boxes, graph, error));
    for (int i = 0; i < 2; i++) {
        PW_TRY(pw_gpu_event_record(events[0], with->stream, error));
        PW_TRY(pw_gpu_graph_launch(*graph, with->stream, error));
        PW_TRY(pw_gpu_event_record(events[1], with->stream, error));
        PW_TRY(pw_gpu_wait(with->stream, error));
    }
    PW_TRY(pw_gpu_event_elapsed(events[0], events[1], &milliseconds, error));
    gpu_expect(with, milliseconds >= 0, "a graph takes %g ms", (double)milliseconds);
    return PAWL_OK;
}

static pawl_status use_all(gpu *with, pawl_error *error)
{
    gpu_heads heads = {.batch = 0};
    pw_gpu_boxes boxes = {.kernels = NULL};
    pw_gpu_graph *graph = NULL;
    pw_gpu_event *events[2] = {NULL, NULL};
    pawl_status status = gpu_open(with, error);
    if (status >= 0)
        status = gpu_heads_make(with, &heads, 64, 64, 2, 1, 2, error);
    bool is_inside = false;
    if (status >= 0) {
        status = pw_gpu_enter(with->device, error);
        is_inside = status >= 0;
    }
    if (status >= 0)
        status = use_boxes(with, &heads, &boxes, error);
    if (status >= 0)
        status = use_graph(with, &boxes, &graph, events, error);
    if (is_inside) {
        if (status < 0)
            pw_gpu_settle(with->stream);
        pw_gpu_leave(with->device);
    }
    (void)pw_object_end(graph);
    (void)pw_object_end(events[0]);
    (void)pw_object_end(events[1]);
    pw_gpu_boxes_free(&boxes);
    gpu_heads_free(&heads);
    gpu_close(with);
    return status;
}

/* Nothing is left: no object of the driver's, no context pushed, no work, no rule broken. */
static void expect_clean(gpu *with, const char *what)
{
    fake_cuda_counts now;
    fake.count(&now);
    gpu_expect(with,
               fake.live() == 0 && now.violations == 0 && now.depth == 0 && now.in_flight == 0 &&
                   pawl_object_count() == 0,
               "%s leaves %u things, %u violations, %u contexts pushed, %zu objects", what,
               fake.live(), now.violations, now.depth, pawl_object_count());
}

/* Every call of every function fails in turn. */
static void check_faults(gpu *with)
{
    static const char *const functions[] = {
#define NAME(name, parameters) #name,
        PW_CUDA_FUNCTION_MAP(NAME) PW_CUDA_OPTIONAL_MAP(NAME)
#undef NAME
    };
    /* What only ends, asks, or falls back is not an error of its caller's. */
    static const char *const harmless[] = {"cuInit",
                                           "cuDriverGetVersion",
                                           "cuGetErrorString",
                                           "cuDeviceGetCount",
                                           "cuMemFree_v2",
                                           "cuMemFreeHost",
                                           "cuModuleUnload",
                                           "cuGraphExecDestroy",
                                           "cuGraphDestroy",
                                           "cuEventDestroy_v2",
                                           "cuStreamDestroy_v2",
                                           "cuCtxPopCurrent_v2",
                                           "cuDevicePrimaryCtxRelease_v2",
                                           "cuPointerGetAttributes"};
    pawl_error error = {.message = ""};
    gpu_expect(with, gpu_open(with, &error) >= 0, "opening: %s", error.message);
    check_half_run(with, fake.forget);
    gpu_close(with);
    gpu_expect(with, use_all(with, &error) >= 0, "without a fault: %s", error.message);
    expect_clean(with, "a whole use");
    for (size_t f = 0; f < PW_COUNT(functions); f++) {
        bool is_harmless = false;
        for (size_t i = 0; i < PW_COUNT(harmless); i++)
            is_harmless = is_harmless || strcmp(functions[f], harmless[i]) == 0;
        fake.forget();
        (void)use_all(with, &error);
        const unsigned calls = fake.calls(functions[f]);
        gpu_expect(with, is_harmless || calls > 0, "%s is not used", functions[f]);
        /* The last pushes are of the ends: they leave what they could not enter. */
        const bool is_end = strcmp(functions[f], "cuCtxPushCurrent_v2") == 0;
        for (unsigned call = 1; !is_harmless && call <= (is_end ? 4 : calls); call++) {
            char fault[80];
            snprintf(fault, sizeof fault, "%s:%u", functions[f], call);
            fake.forget();
            setenv("FAKE_CUDA_FAIL", fault, 1);
            error.message[0] = '\0';
            const pawl_status status = use_all(with, &error);
            unsetenv("FAKE_CUDA_FAIL");
            const bool is_settling = strcmp(functions[f], "cuStreamSynchronize") == 0;
            gpu_expect(with,
                       (status < 0 && error.message[0] != '\0') || (is_settling && call == calls),
                       "%s was not noticed", fault);
            expect_clean(with, fault);
        }
    }
}

/* A driver without modules: one sentence, no crash, nothing left. */
static void check_old(gpu *with)
{
    pawl_error error = {.message = ""};
    const pawl_status status = gpu_open(with, &error);
    gpu_expect(with, status == PAWL_ERR_UNSUPPORTED && strstr(error.message, "kernels") != NULL,
               "an old driver: %d, %s", (int)status, error.message);
    pw_gpu_pinned *pinned = NULL;
    pw_gpu_event *event = NULL;
    gpu_expect(with,
               pw_gpu_pinned_create(with->device, 16, &pinned, &error) == PAWL_ERR_UNSUPPORTED,
               "pinned memory");
    gpu_expect(with, pw_gpu_event_create(with->device, &event, &error) == PAWL_ERR_UNSUPPORTED,
               "events");
    gpu_expect(with, pw_gpu_capture_begin(with->stream, &error) == PAWL_ERR_UNSUPPORTED, "graphs");
    gpu_expect(with, !pw_gpu_is_pinned(with->device, &error), "memory of the stack");
    gpu_close(with);
    expect_clean(with, "an old driver");
}

static double now_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int check_opened(gpu *with, int count, char **arguments)
{
    pawl_error error = {.message = ""};
    const double begin = now_ms();
    if (gpu_open(with, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        gpu_close(with);
        return 2;
    }
    printf("%s, compute capability %d.%d, driver %d; kernels loaded in %.1f ms\n",
           with->device->name, with->device->major, with->device->minor,
           with->device->cuda->driver_version, now_ms() - begin);
    const unsigned number = count > 2 ? (unsigned)strtoul(arguments[2], NULL, 10) : 100;
    int result = 2;
    if (strcmp(arguments[1], "fit") == 0)
        result = check_fit(with, number);
    else if (strcmp(arguments[1], "boxes") == 0)
        result = check_boxes(with, number);
    else if (strcmp(arguments[1], "counts") == 0)
        result = check_counts(with, number);
    else if (strcmp(arguments[1], "masks") == 0)
        result = check_masks(with, number);
    else if (strcmp(arguments[1], "model") == 0 && count == 4)
        result = check_model(with, arguments[2], arguments[3]);
    else if (strcmp(arguments[1], "time") == 0)
        result = time_kernels(with);
    gpu_close(with);
    return result;
}

int main(int count, char **arguments)
{
    gpu with = {.seed = 20261127};
    int result = 0;
    void *const driver = pt_library("PAWL_CUDA_LIBRARY");
    pt_find(driver, "fake_cuda_count", &fake.count);
    pt_find(driver, "fake_cuda_calls", &fake.calls);
    pt_find(driver, "fake_cuda_forget", &fake.forget);
    pt_find(driver, "fake_cuda_live", &fake.live);
    if (count < 2)
        return 2;
    if (strcmp(arguments[1], "faults") == 0 && fake.count != NULL)
        check_faults(&with);
    else if (strcmp(arguments[1], "old") == 0 && fake.count != NULL)
        check_old(&with);
    else
        result = check_opened(&with, count, arguments);
    if (fake.count != NULL && result == 0)
        expect_clean(&with, arguments[1]);
    printf("%u passed, %u failed\n", with.passed, with.failed);
    return result != 0 ? result : with.failed != 0;
}
