/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trt_time ENGINE PICTURE [RUNS]: what a picture takes through TensorRT, from its pixels in host
 * memory to its boxes, beside what the library's enqueue alone takes on the GPU; and the boxes.
 * Thresholds are TensorRTX's, 0.5 and 0.4.
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "base/os.h"
#include "gpu/device_stream.h"
#include <dlfcn.h>
#include <pawl/pawl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM = 50, MOST_RUNS = 100000, MOST_TENSORS = 16 };

static double times[MOST_RUNS];

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_times(const char *what, size_t count)
{
    qsort(times, count, sizeof times[0], compare);
    printf("%s %.4f ms (p10 %.4f p90 %.4f min %.4f)\n", what, times[count / 2], times[count / 10],
           times[count * 9 / 10], times[0]);
}

/* From pixels to boxes, one picture in flight. */
static int time_pictures(pawl_engine *engine, pawl_image *image, const char *name, size_t runs,
                         pawl_error *error)
{
    pawl_context_desc context_desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector_desc = PAWL_DETECTOR_DESC_INIT;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    context_desc.input = PAWL_INPUT_U8_NHWC;
    context_desc.output = PAWL_OUTPUT_CANDIDATES;
    detector_desc.confidence = 0.5f;
    detector_desc.iou = 0.4f;
    int status = 1;
    if (pawl_context_create(engine, &context_desc, &context, error) >= 0 &&
        pawl_detector_create(context, &detector_desc, &detector, error) >= 0)
        status = 0;
    for (size_t i = 0; status == 0 && i < runs + WARM; i++) {
        const uint64_t start = pw_os_clock_ns();
        if (pawl_detector_run(detector, &image, 1, &found, NULL, error) < 0)
            status = 1;
        if (i >= WARM)
            times[i - WARM] = (double)(pw_os_clock_ns() - start) / 1e6;
    }
    for (size_t i = 0; status == 0 && i < found.count; i++)
        printf("box: %s class %d conf %.4f  %.2f %.2f %.2f %.2f\n", name,
               (int)found.items[i].class_id, (double)found.items[i].confidence,
               (double)found.items[i].x1, (double)found.items[i].y1, (double)found.items[i].x2,
               (double)found.items[i].y2);
    if (status == 0)
        print_times("total", runs);
    (void)pawl_detector_destroy(&detector);
    (void)pawl_context_destroy(&context);
    return status;
}

typedef struct events {
    int (*create)(void **event, unsigned flags);
    int (*record)(void *event, void *stream);
    int (*elapsed)(float *ms, void *start, void *end);
    void *start, *end;
} events;

static bool find_events(events *of)
{
    void *const driver = dlopen("libcuda.so.1", RTLD_NOW);
    const struct {
        const char *name;
        void *function;
    } wanted[] = {{"cuEventCreate", &of->create},
                  {"cuEventRecord", &of->record},
                  {"cuEventElapsedTime", &of->elapsed}};
    for (size_t i = 0; driver != NULL && i < PW_COUNT(wanted); i++) {
        void *const symbol = dlsym(driver, wanted[i].name);
        if (symbol == NULL)
            return false;
        memcpy(wanted[i].function, &symbol, sizeof symbol);
    }
    return driver != NULL && of->create(&of->start, 0) == 0 && of->create(&of->end, 0) == 0;
}

static size_t volume(const pw_trt_dims *dims)
{
    size_t count = 1;
    for (int32_t i = 0; i < dims->count; i++)
        count *= (size_t)dims->d[i];
    return count;
}

typedef struct raw {
    const pw_trt_library *library;
    pw_trt_native *runtime, *engine, *context;
    pw_gpu_device *gpu;
    pw_gpu_stream *stream;
    pw_gpu_memory *memory[MOST_TENSORS];
    void *addresses[MOST_TENSORS];
    int32_t tensor_count;
} raw;

/* Inside the GPU's context. */
static bool open_raw(raw *of, pawl_plan *plan, pawl_error *error)
{
    pawl_artifact_info artifact = PAWL_ARTIFACT_INFO_INIT;
    if (pawl_plan_artifact_get(plan, 0, &artifact, error) < 0 ||
        pw_gpu_stream_create(of->gpu, &of->stream, error) < 0)
        return false;
    of->runtime = pw_trt_runtime_create(of->library);
    of->engine = of->runtime != NULL ? pw_trt_runtime_deserialize(of->library, of->runtime,
                                                                  artifact.data, artifact.size)
                                     : NULL;
    of->context = of->engine != NULL ? pw_trt_engine_context(of->library, of->engine) : NULL;
    if (of->context == NULL)
        return false;
    const pw_trt_execution execution = {of->engine, of->context, 0};
    of->tensor_count = pw_trt_engine_tensor_count(of->library, of->engine);
    for (int32_t i = 0; i < of->tensor_count && i < MOST_TENSORS; i++) {
        const char *const name = pw_trt_engine_tensor_name(of->library, of->engine, i);
        const pw_trt_dims dims = pw_trt_context_tensor_dims(of->library, &execution, name);
        if (pw_gpu_memory_create(of->gpu, volume(&dims) * sizeof(float), &of->memory[i], error) < 0)
            return false;
        of->addresses[i] = (void *)(uintptr_t)of->memory[i]->address;
    }
    return true;
}

static void close_raw(raw *of)
{
    pw_trt_delete(of->context);
    pw_trt_delete(of->engine);
    pw_trt_delete(of->runtime);
    for (int i = 0; i < MOST_TENSORS; i++)
        (void)pw_object_end(of->memory[i]);
    (void)pw_object_end(of->stream);
}

static bool time_enqueue(const raw *of, size_t runs, pawl_error *error)
{
    const pw_trt_execution execution = {of->engine, of->context, 0};
    events marks = {NULL, NULL, NULL, NULL, NULL};
    if (!find_events(&marks))
        return false;
    for (size_t i = 0; i < runs + WARM; i++) {
        float ms = 0;
        (void)marks.record(marks.start, of->stream->stream);
        if (!pw_trt_context_enqueue(of->library, &execution, of->addresses, of->tensor_count,
                                    of->stream->stream))
            return false;
        (void)marks.record(marks.end, of->stream->stream);
        if (pw_gpu_wait(of->stream, error) < 0)
            return false;
        (void)marks.elapsed(&ms, marks.start, marks.end);
        if (i >= WARM)
            times[i - WARM] = (double)ms;
    }
    print_times("enqueue on the GPU", runs);
    return true;
}

static int time_raw(pawl_plan *plan, size_t runs, pawl_error *error)
{
    raw of = {.library = NULL};
    if (pw_trt_library_get(&of.library, error) < 0 || pw_gpu_device_create(0, &of.gpu, error) < 0 ||
        pw_gpu_enter(of.gpu, error) < 0)
        return 1;
    const bool is_timed = open_raw(&of, plan, error) && time_enqueue(&of, runs, error);
    close_raw(&of);
    pw_gpu_leave(of.gpu);
    (void)pw_object_end(of.gpu);
    return is_timed ? 0 : 1;
}

int main(int count, char **arguments)
{
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_image *image = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    if (count < 3) {
        fputs("usage: trt_time ENGINE PICTURE [RUNS]\n", stderr);
        return 2;
    }
    size_t runs = count > 3 ? strtoul(arguments[3], NULL, 10) : 500;
    runs = runs < 1 ? 1 : runs > MOST_RUNS ? MOST_RUNS : runs;
    const char *const slash = strrchr(arguments[2], '/');
    int status = 1;
    if (pawl_plan_load(arguments[1], &plan, &error) >= 0 &&
        pawl_runtime_create(NULL, &runtime, &error) >= 0 &&
        pawl_engine_create(runtime, plan, &engine, &error) >= 0 &&
        pawl_image_load(arguments[2], NULL, &image, &error) >= 0)
        status =
            time_pictures(engine, image, slash != NULL ? slash + 1 : arguments[2], runs, &error);
    (void)pawl_image_destroy(&image);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    if (status == 0)
        status = time_raw(plan, runs, &error);
    (void)pawl_plan_destroy(&plan);
    if (status != 0)
        fprintf(stderr, "%s\n", error.message);
    return status;
}
