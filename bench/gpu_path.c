/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a picture costs beside its network on a GPU. One picture in flight: from its bytes, in
 * pinned memory, to its boxes in the host's, less the network's own time; then batches in flight,
 * beside the network's rate alone. Usage: gpu_path ENGINE PICTURE [SECONDS]
 */
#include "gpu_path.h"
#include "gpu/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void samples_sort(samples *of)
{
    qsort(of->at, (size_t)of->count, sizeof of->at[0], by_value);
}

double samples_part(const samples *of, double part)
{
    return of->at[(int)(part * (of->count - 1))];
}

/* --- pictures in pinned memory, by an allocator that pins what is large --- */

enum { LARGE = 1 << 18 };

static struct {
    const pw_cuda *cuda;
    void *context;
} pinning;

static void *allocate(void *user, size_t size, size_t alignment)
{
    void *memory = NULL;
    (void)user;
    if (size < LARGE || pinning.context == NULL)
        return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    (void)pinning.cuda->cuCtxPushCurrent_v2(pinning.context);
    if (pinning.cuda->cuMemHostAlloc(&memory, size, 1) != 0)
        memory = NULL;
    (void)pinning.cuda->cuCtxPopCurrent_v2(&(void *){NULL});
    return memory;
}

static bool is_pinned(const void *memory)
{
    int attribute = 2; /* CU_POINTER_ATTRIBUTE_MEMORY_TYPE; 1: the host's */
    unsigned type = 0;
    if (pinning.context == NULL)
        return false;
    (void)pinning.cuda->cuCtxPushCurrent_v2(pinning.context);
    const bool is = pinning.cuda->cuPointerGetAttributes(1, &attribute, &(void *){&type},
                                                         (uint64_t)(uintptr_t)memory) == 0 &&
                    type == 1;
    (void)pinning.cuda->cuCtxPopCurrent_v2(&(void *){NULL});
    return is;
}

static void release(void *user, void *memory)
{
    (void)user;
    if (!is_pinned(memory)) {
        free(memory);
        return;
    }
    (void)pinning.cuda->cuCtxPushCurrent_v2(pinning.context);
    (void)pinning.cuda->cuMemFreeHost(memory);
    (void)pinning.cuda->cuCtxPopCurrent_v2(&(void *){NULL});
}

static pawl_status pin_large(pawl_error *error)
{
    const pawl_allocator allocator = {NULL, allocate, release};
    int device = 0;
    PW_TRY(pw_cuda_get(&pinning.cuda, error));
    if (pinning.cuda->cuDeviceGet(&device, 0) != 0 ||
        pinning.cuda->cuDevicePrimaryCtxRetain(&pinning.context, device) != 0)
        pinning.context = NULL;
    return pawl_allocator_set(&allocator);
}

/* --- one engine --- */

typedef struct bench {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_image *images[64];
    size_t batch;
    double seconds;
    samples network;
} bench;

static pawl_status open_all(bench *b, const char *engine, const char *picture, int jobs,
                            pawl_error *error)
{
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    pawl_tensor input;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    how.jobs = jobs;
    PW_TRY(pawl_plan_load(engine, &b->plan, error));
    PW_TRY(pawl_runtime_create(NULL, &b->runtime, error));
    PW_TRY(pawl_engine_create(b->runtime, b->plan, &b->engine, error));
    PW_TRY(pawl_context_create(b->engine, &desc, &b->context, error));
    PW_TRY(pawl_detector_create(b->context, &how, &b->detector, error));
    PW_TRY(pawl_context_input(b->context, &input, error));
    b->batch = (size_t)input.dims[0] < 64 ? (size_t)input.dims[0] : 64;
    for (size_t i = 0; i < b->batch; i++)
        PW_TRY(pawl_image_load(picture, NULL, &b->images[i], error));
    return PAWL_OK;
}

static void close_all(bench *b)
{
    (void)pawl_detector_destroy(&b->detector);
    (void)pawl_context_destroy(&b->context);
    (void)pawl_engine_destroy(&b->engine);
    (void)pawl_runtime_destroy(&b->runtime);
    (void)pawl_plan_destroy(&b->plan);
    for (size_t i = 0; i < b->batch; i++)
        (void)pawl_image_destroy(&b->images[i]);
}

static pawl_status one_in_flight(bench *b, pawl_error *error)
{
    static samples whole, fit, run, collect;
    pawl_detections found[64];
    for (int i = -50; i < ROUNDS; i++) {
        pawl_timing timing;
        const double start = now_us();
        PW_TRY(pawl_detector_run(b->detector, b->images, b->batch, found, &timing, error));
        const double stop = now_us();
        if (i < 0)
            continue;
        whole.at[i] = stop - start;
        fit.at[i] = timing.preprocess_ms * 1e3;
        run.at[i] = timing.inference_ms * 1e3;
        collect.at[i] = timing.postprocess_ms * 1e3;
    }
    whole.count = fit.count = run.count = collect.count = ROUNDS;
    samples_sort(&whole);
    samples_sort(&fit);
    samples_sort(&run);
    samples_sort(&collect);
    PW_TRY(measure_parts(b->context, b->images[0], &b->network, error));
    const double median = samples_part(&whole, 0.5), alone = samples_part(&b->network, 0.5);
    printf("one in flight: batch %zu, %zu boxes; picture to boxes us: median %.1f (p10 %.1f, p90 "
           "%.1f); host's fit %.1f, run %.1f, collect %.1f\n",
           b->batch, found[0].count, median, samples_part(&whole, 0.1), samples_part(&whole, 0.9),
           samples_part(&fit, 0.5), samples_part(&run, 0.5), samples_part(&collect, 0.5));
    printf("network alone, GPU us: median %.1f (p10 %.1f, p90 %.1f); overhead %.1f us a call, %.1f "
           "a picture\n",
           alone, samples_part(&b->network, 0.1), samples_part(&b->network, 0.9), median - alone,
           (median - alone) / (double)b->batch);
    return PAWL_OK;
}

static pawl_status submit(bench *b, pawl_error *error)
{
    pawl_job *job = NULL;
    return pawl_detector_submit(b->detector, b->images, b->batch, NULL, &job, error);
}

static pawl_status take(bench *b, pawl_error *error)
{
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    PW_TRY(pawl_detector_wait(b->detector, &result, error));
    const pawl_status status =
        result.status < 0 ? pw_fail(error, result.status, "%s", result.message) : PAWL_OK;
    (void)pawl_job_destroy(&result.job);
    return status;
}

static pawl_status many_in_flight(bench *b, int jobs, pawl_error *error)
{
    size_t done = 0;
    double start = 0;
    for (int i = 0; i < jobs; i++)
        PW_TRY(submit(b, error));
    for (int i = 0; i < 6 * jobs; i++) { /* graphs are made by then */
        PW_TRY(take(b, error));
        PW_TRY(submit(b, error));
    }
    for (start = now_us(); now_us() - start < b->seconds * 1e6; done++) {
        PW_TRY(take(b, error));
        PW_TRY(submit(b, error));
    }
    const double microseconds = now_us() - start;
    for (int i = 0; i < jobs; i++)
        PW_TRY(take(b, error));
    const double rate = (double)(done * b->batch) / microseconds * 1e6;
    const double alone = (double)b->batch / samples_part(&b->network, 0.5) * 1e6;
    printf("%d in flight: %.0f pictures/s; the network alone %.0f, so %.1f %%\n", jobs, rate, alone,
           100 * rate / alone);
    return PAWL_OK;
}

int main(int count, char **arguments)
{
    static bench b;
    pawl_error error = {.message = ""};
    if (count < 3 || count > 4) {
        fputs("usage: gpu_path ENGINE PICTURE [SECONDS]\n", stderr);
        return 2;
    }
    b.seconds = count > 3 ? strtod(arguments[3], NULL) : 3;
    pawl_status status = pin_large(&error);
    for (int jobs = 0; status >= 0 && jobs <= 4; jobs += jobs == 0 ? 2 : 1) {
        status = open_all(&b, arguments[1], arguments[2], jobs, &error);
        if (status >= 0)
            status = jobs == 0 ? one_in_flight(&b, &error) : many_in_flight(&b, jobs, &error);
        close_all(&b);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", error.message);
    return status < 0;
}
