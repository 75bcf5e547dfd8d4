/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a picture costs beside its network on a GPU. One picture in flight: from its bytes, in
 * pinned memory, to its boxes in the host's, less the network's own time; its boxes; then batches
 * in flight, beside the network's rate alone. The line "figures" is for scripts.
 */
#include "gpu_path.h"
#include "gpu/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    float confidence, iou;
    double seconds; /* with batches in flight; 0: none */
    gpu_times times;
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
    how.confidence = b->confidence;
    how.iou = b->iou;
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

static void print_boxes(const char *picture, const pawl_detections *found)
{
    const char *const slash = strrchr(picture, '/');
    for (size_t i = 0; i < found->count; i++) {
        const pawl_detection *const box = &found->items[i];
        printf("box: %s class %d conf %.4f  %.2f %.2f %.2f %.2f\n",
               slash != NULL ? slash + 1 : picture, (int)box->class_id, (double)box->confidence,
               (double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2);
    }
}

static void print_figures(const bench *b, const samples *whole, size_t boxes)
{
    static const double parts[] = {0.5, 0.1, 0.9};
    static const char *const endings[] = {"", "_p10", "_p90"};
    const samples *const graph = &b->times.graph, *const enqueue = &b->times.enqueue;
    const double alone = samples_part(graph, 0.5);
    printf("figures, us a call: batch=%zu runs=%d conf=%g iou=%g boxes=%zu", b->batch, whole->count,
           (double)b->confidence, (double)b->iou, boxes);
    for (size_t i = 0; i < PW_COUNT(parts); i++)
        printf(" total%s=%.1f network%s=%.1f enqueue%s=%.1f overhead%s=%.1f", endings[i],
               samples_part(whole, parts[i]), endings[i], samples_part(graph, parts[i]), endings[i],
               samples_part(enqueue, parts[i]), endings[i], samples_part(whole, parts[i]) - alone);
    printf("\n");
}

static pawl_status one_in_flight(bench *b, const char *picture, pawl_error *error)
{
    static samples whole, fit, run, collect;
    pawl_detections found[64] = {PAWL_DETECTIONS_INIT};
    for (int i = -warm_up(b->times.runs); i < b->times.runs; i++) {
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
    samples *const all[] = {&whole, &fit, &run, &collect};
    for (size_t i = 0; i < PW_COUNT(all); i++) {
        all[i]->count = b->times.runs;
        samples_sort(all[i]);
    }
    const size_t boxes = found[0].count;
    print_boxes(picture, &found[0]);
    PW_TRY(measure_parts(b->context, b->images[0], &b->times, error));
    printf("host us (median): fit %.1f, run %.1f, collect %.1f\n", samples_part(&fit, 0.5),
           samples_part(&run, 0.5), samples_part(&collect, 0.5));
    print_figures(b, &whole, boxes);
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
    const double alone = (double)b->batch / samples_part(&b->times.graph, 0.5) * 1e6;
    printf("%d in flight: %.0f pictures/s; the network alone %.0f, so %.1f %%\n", jobs, rate, alone,
           100 * rate / alone);
    return PAWL_OK;
}

static bool read_options(bench *b, int count, char **arguments)
{
    const pawl_detector_desc usual = PAWL_DETECTOR_DESC_INIT;
    b->confidence = usual.confidence;
    b->iou = usual.iou;
    b->seconds = 3;
    b->times.runs = 500;
    for (int i = 3; i + 1 < count; i += 2) {
        const char *const name = arguments[i], *const value = arguments[i + 1];
        if (strcmp(name, "--runs") == 0)
            b->times.runs = (int)strtol(value, NULL, 10);
        else if (strcmp(name, "--seconds") == 0)
            b->seconds = strtod(value, NULL);
        else if (strcmp(name, "--conf") == 0)
            b->confidence = strtof(value, NULL);
        else if (strcmp(name, "--iou") == 0)
            b->iou = strtof(value, NULL);
        else if (strcmp(name, "--trace") == 0)
            b->times.trace = value;
        else
            return false;
    }
    return count >= 3 && count % 2 == 1 && b->times.runs >= 1 && b->times.runs <= MOST_RUNS;
}

int main(int count, char **arguments)
{
    static bench b;
    pawl_error error = {.message = ""};
    if (!read_options(&b, count, arguments)) {
        fputs("usage: gpu_path ENGINE PICTURE [--runs N] [--seconds S] [--conf N] [--iou N] "
              "[--trace FILE]\n",
              stderr);
        return 2;
    }
    pawl_status status = pin_large(&error);
    for (int jobs = 0; status >= 0 && jobs <= (b.seconds > 0 ? 4 : 0); jobs += jobs == 0 ? 2 : 1) {
        status = open_all(&b, arguments[1], arguments[2], jobs, &error);
        if (status >= 0)
            status = jobs == 0 ? one_in_flight(&b, arguments[2], &error)
                               : many_in_flight(&b, jobs, &error);
        close_all(&b);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", error.message);
    return status < 0;
}
