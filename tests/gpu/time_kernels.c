/* SPDX-License-Identifier: Apache-2.0 */
/* Times by events, the least and the median of many, of what a picture takes beside its network:
 * bus.jpg's size, 80 classes at 640x640. */
#include "backend/binding.h"
#include "gpu/gpu_test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 200, WARMUP = 20 };

typedef struct bench {
    gpu *with;
    gpu_heads heads;
    pw_gpu_boxes boxes;
    pw_gpu_pinned *picture;
    pw_gpu_memory *on_device, *planes, *descriptions;
    pw_gpu_event *begin, *end;
    pw_gpu_graph *graph;
    size_t batch;
} bench;

static double now_us(void)
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

/* One kind of work: events round it, and the host's clock from before it to after a wait. */
static pawl_status time_one(bench *b, const char *name, pawl_status (*work)(bench *, pawl_error *),
                            pawl_error *error)
{
    double on_gpu[ROUNDS], on_host[ROUNDS];
    for (int i = -WARMUP; i < ROUNDS; i++) {
        float milliseconds = 0;
        const double start = now_us();
        PW_TRY(pw_gpu_event_record(b->begin, b->with->stream, error));
        PW_TRY(work(b, error));
        PW_TRY(pw_gpu_event_record(b->end, b->with->stream, error));
        PW_TRY(pw_gpu_wait(b->with->stream, error));
        const double stop = now_us();
        PW_TRY(pw_gpu_event_elapsed(b->begin, b->end, &milliseconds, error));
        if (i >= 0) {
            on_gpu[i] = (double)milliseconds * 1e3;
            on_host[i] = stop - start;
        }
    }
    qsort(on_gpu, ROUNDS, sizeof on_gpu[0], by_value);
    qsort(on_host, ROUNDS, sizeof on_host[0], by_value);
    printf("batch %2zu  %-26s GPU least %8.1f median %8.1f us   host least %8.1f median %8.1f us\n",
           b->batch, name, on_gpu[0], on_gpu[ROUNDS / 2], on_host[0], on_host[ROUNDS / 2]);
    return PAWL_OK;
}

enum { HEIGHT = 1080, WIDTH = 810, BYTES = HEIGHT * WIDTH * 3, SIDE = 640 };

static pawl_status nothing(bench *b, pawl_error *error)
{
    (void)b;
    (void)error;
    return PAWL_OK;
}

static pawl_status upload(bench *b, pawl_error *error)
{
    for (size_t n = 0; n < b->batch; n++)
        PW_TRY(pw_gpu_upload_at(b->with->stream, b->on_device, n * BYTES, b->picture->data, BYTES,
                                error));
    return PAWL_OK;
}

static pawl_status describe(bench *b, pawl_error *error)
{
    const pk_letterbox how = {.height = HEIGHT,
                              .width = WIDTH,
                              .inner_left = 80,
                              .inner_height = 640,
                              .inner_width = 480,
                              .fill = 114};
    const pw_gpu_fit fit = {
        .how = &how, .row_size = WIDTH * 3, .height = SIDE, .width = SIDE, .deviation = {1, 1, 1}};
    for (size_t n = 0; n < b->batch; n++) {
        const pg_letterbox one =
            pw_gpu_describe_fit(&fit, b->on_device->address + n * BYTES,
                                b->planes->address + n * SIDE * SIDE * 3 * sizeof(float));
        PW_TRY(pw_gpu_upload_at(b->with->stream, b->descriptions, n * sizeof one, &one, sizeof one,
                                error));
        PW_TRY(pw_gpu_wait(b->with->stream, error));
    }
    return PAWL_OK;
}

static pawl_status letterbox(bench *b, pawl_error *error)
{
    return pw_gpu_fit_pictures(&b->with->kernels, b->with->stream, b->descriptions->address,
                               b->batch, SIDE, SIDE, error);
}

static pawl_status both(bench *b, pawl_error *error)
{
    PW_TRY(upload(b, error));
    return letterbox(b, error);
}

static pawl_status clear(bench *b, pawl_error *error)
{
    return pw_gpu_clear(b->with->stream, b->boxes.counts, b->boxes.counts->size, error);
}

static pawl_status launch(bench *b, void *kernel, uint32_t columns, uint32_t threads,
                          pawl_error *error)
{
    const pg_boxes_arguments arguments = {(const pg_boxes *)(uintptr_t)b->boxes.settings->address};
    return pw_gpu_launch(b->with->stream, kernel, columns, (uint32_t)b->batch, threads, &arguments,
                         error);
}

static pawl_status find(bench *b, pawl_error *error)
{
    PW_TRY(clear(b, error));
    return launch(b, b->with->kernels.find, (uint32_t)b->boxes.block_count, PG_THREADS_MAX, error);
}

static pawl_status rank(bench *b, pawl_error *error)
{
    return launch(b, b->with->kernels.rank, PG_ENTRY_CAPACITY / PG_THREADS_MAX, PG_THREADS_MAX,
                  error);
}

static pawl_status suppress(bench *b, pawl_error *error)
{
    return launch(b, b->with->kernels.suppress, 1, PG_SUPPRESS_THREADS, error);
}

static pawl_status boxes(bench *b, pawl_error *error)
{
    return pw_gpu_boxes_enqueue(&b->boxes, b->with->stream, error);
}

static pawl_status graph(bench *b, pawl_error *error)
{
    return pw_gpu_graph_launch(b->graph, b->with->stream, error);
}

static pawl_status everything(bench *b, pawl_error *error)
{
    PW_TRY(both(b, error));
    return graph(b, error);
}

/* As bus.jpg: a few hundred cells pass a threshold of 0.25. */
static void fill(bench *b, float share)
{
    for (size_t l = 0; l < b->heads.level_count; l++)
        for (size_t i = 0; i < b->heads.level[l].memory->size / sizeof(float); i++) {
            const bool is_objectness = i % b->heads.width == 4;
            b->heads.level[l].values[i] = is_objectness && gpu_uniform(b->with, 0, 1) > share
                                              ? -8.0f
                                              : gpu_uniform(b->with, is_objectness ? 0 : -4, 4);
        }
}

static pawl_status prepare(bench *b, pawl_error *error)
{
    float thresholds[80];
    for (size_t c = 0; c < 80; c++)
        thresholds[c] = 0.25f;
    const pw_gpu_rules rules = {.objectness = {.threshold = 0.25f, .raw = pw_raw_threshold(0.25f)},
                                .thresholds = thresholds,
                                .lowest = 0.25f,
                                .iou = 0.45f,
                                .most = 300};
    pw_gpu_device *const device = b->with->device;
    PW_TRY(gpu_heads_make(b->with, &b->heads, SIDE, SIDE, 80, 0, b->batch, error));
    fill(b, 0.01f);
    const pw_gpu_heads on_device = gpu_heads_on_device(&b->heads);
    PW_TRY(gpu_heads_upload(b->with, &b->heads, error));
    PW_TRY(pw_gpu_boxes_make(&b->boxes, &b->with->kernels, &on_device, error));
    PW_TRY(pw_gpu_boxes_want(&b->boxes, b->with->stream, &rules, error));
    PW_TRY(pw_gpu_pinned_create(device, BYTES, &b->picture, error));
    memset(b->picture->data, 99, BYTES);
    PW_TRY(pw_gpu_memory_create(device, b->batch * BYTES, &b->on_device, error));
    PW_TRY(pw_gpu_memory_create(device, b->batch * SIDE * SIDE * 3 * sizeof(float), &b->planes,
                                error));
    PW_TRY(pw_gpu_memory_create(device, b->batch * sizeof(pg_letterbox), &b->descriptions, error));
    PW_TRY(describe(b, error));
    PW_TRY(pw_gpu_event_create(device, &b->begin, error));
    PW_TRY(pw_gpu_event_create(device, &b->end, error));
    PW_TRY(boxes(b, error));
    PW_TRY(pw_gpu_wait(b->with->stream, error));
    PW_TRY(pw_gpu_capture_begin(b->with->stream, error));
    const pawl_status status = boxes(b, error);
    PW_TRY(pw_gpu_capture_end(b->with->stream, &b->graph, error));
    return status;
}

static pawl_status run(bench *b, pawl_error *error)
{
    static const struct {
        const char *name;
        pawl_status (*work)(bench *, pawl_error *);
    } parts[] = {{"nothing", nothing},        {"upload 810x1080", upload},
                 {"letterbox", letterbox},    {"upload, letterbox", both},
                 {"clear, find", find},       {"rank", rank},
                 {"suppress", suppress},      {"boxes, launch by launch", boxes},
                 {"boxes, one graph", graph}, {"picture, boxes", everything}};
    PW_TRY(prepare(b, error));
    for (size_t i = 0; i < PW_COUNT(parts); i++)
        PW_TRY(time_one(b, parts[i].name, parts[i].work, error));
    const pg_answer *const answer = pw_gpu_boxes_answer(&b->boxes, 0);
    printf("batch %2zu  %u candidates, %u entries, %u boxes\n", b->batch, answer->counts.candidates,
           answer->counts.entries, answer->kept);
    return PAWL_OK;
}

int time_kernels(gpu *with)
{
    static const size_t batches[] = {1, 8, 32};
    pawl_error error = {.message = ""};
    for (size_t i = 0; i < PW_COUNT(batches); i++) {
        bench b = {.with = with, .batch = batches[i]};
        pawl_status status = pw_gpu_enter(with->device, &error);
        if (status >= 0) {
            status = run(&b, &error);
            pw_gpu_settle(with->stream);
            pw_gpu_leave(with->device);
        }
        gpu_expect(with, status >= 0, "timing: %s", error.message);
        (void)pw_object_end(b.graph);
        (void)pw_object_end(b.begin);
        (void)pw_object_end(b.end);
        (void)pw_object_end(b.picture);
        (void)pw_object_end(b.on_device);
        (void)pw_object_end(b.planes);
        (void)pw_object_end(b.descriptions);
        pw_gpu_boxes_free(&b.boxes);
        gpu_heads_free(&b.heads);
    }
    return 0;
}
