/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a picture takes beside its network, by events: bus.jpg's size, 80 classes at 640x640. Before
 * the first event so much other work stands in the stream that all is submitted by the time it
 * runs, as behind a network: what is timed is the GPU's, not the host's calls.
 */
#include "backend/binding.h"
#include "gpu/gpu_test.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 100, WARMUP = 10, HEIGHT = 1080, WIDTH = 810, SIDE = 640, CLASSES = 80 };
enum { BYTES = HEIGHT * WIDTH * 3, VALUES = SIDE * SIDE * 3 };

/* Heads: how many cells of a picture are candidates, of how many classes, and whether they lie so
 * near each other that one of a class is kept. */
typedef struct load {
    const char *name;
    unsigned candidates, classes;
    bool is_crowd;
    float iou;
} load;

typedef struct bench {
    gpu *with;
    gpu_heads heads;
    pw_gpu_boxes boxes;
    pw_gpu_pinned *pictures;
    pw_gpu_memory *on_device, *planes, *descriptions;
    pw_gpu_event *begin, *end;
    pw_gpu_graph *graph;
    size_t batch;
} bench;

typedef pawl_status (*part)(bench *b, pawl_error *error);

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static pawl_status nothing(bench *b, pawl_error *error)
{
    (void)b;
    (void)error;
    return PAWL_OK;
}

static pawl_status upload(bench *b, pawl_error *error)
{
    return pw_gpu_upload(b->with->stream, b->on_device, b->pictures->data, b->pictures->size,
                         error);
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

static pawl_status boxes(bench *b, pawl_error *error)
{
    return pw_gpu_boxes_enqueue(&b->boxes, b->with->stream, error);
}

static pawl_status graph(bench *b, pawl_error *error)
{
    return pw_gpu_graph_launch(b->graph, b->with->stream, error);
}

/* Uploads of a quarter of a millisecond or more, and a kernel: that is what the first event
 * follows. */
static pawl_status keep_busy(bench *b, pawl_error *error)
{
    for (size_t pictures = 0; pictures < 5; pictures += b->batch)
        PW_TRY(upload(b, error));
    return letterbox(b, error);
}

static pawl_status time_one(bench *b, const char *name, part work, pawl_error *error)
{
    double taken[ROUNDS];
    for (int i = -WARMUP; i < ROUNDS; i++) {
        float milliseconds = 0;
        PW_TRY(keep_busy(b, error));
        PW_TRY(pw_gpu_event_record(b->begin, b->with->stream, error));
        PW_TRY(work(b, error));
        PW_TRY(pw_gpu_event_record(b->end, b->with->stream, error));
        PW_TRY(pw_gpu_wait(b->with->stream, error));
        PW_TRY(pw_gpu_event_elapsed(b->begin, b->end, &milliseconds, error));
        if (i >= 0)
            taken[i] = (double)milliseconds * 1e3;
    }
    qsort(taken, ROUNDS, sizeof taken[0], by_value);
    printf("batch %2zu  %-44s p10 %8.2f  median %8.2f  p90 %8.2f us\n", b->batch, name,
           taken[ROUNDS / 10], taken[ROUNDS / 2], taken[ROUNDS * 9 / 10]);
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
                                b->planes->address + n * VALUES * sizeof(float));
        PW_TRY(pw_gpu_upload_at(b->with->stream, b->descriptions, n * sizeof one, &one, sizeof one,
                                error));
        PW_TRY(pw_gpu_wait(b->with->stream, error));
    }
    return PAWL_OK;
}

/* A crowd's boxes are large ones of a hundred cells of the coarsest level; the others lie far
 * apart. */
static float *candidate(const bench *b, const load *of, size_t picture, unsigned i)
{
    const size_t level = of->is_crowd ? 2 : 0;
    const size_t width = b->heads.level[level].width, cells = b->heads.level[level].height * width;
    const size_t cell = of->is_crowd ? i / 10 % 10 * width + i % 10 : i * 397u % cells;
    const size_t anchor = of->is_crowd ? 2 - i / 100 : i % 3;
    return b->heads.level[level].values + ((picture * cells + cell) * 3 + anchor) * b->heads.width;
}

static pawl_status fill(bench *b, const load *of, pawl_error *error)
{
    for (size_t l = 0; l < b->heads.level_count; l++)
        for (size_t i = 0; i < b->heads.level[l].memory->size / sizeof(float); i++)
            b->heads.level[l].values[i] = -8;
    for (size_t n = 0; n < b->batch; n++)
        for (unsigned i = 0; i < of->candidates; i++) {
            float *const row = candidate(b, of, n, i);
            row[0] = row[1] = 0;
            row[2] = row[3] = 4;
            row[4] = gpu_uniform(b->with, 1, 4);
            row[5 + i % of->classes] = gpu_uniform(b->with, 1, 4);
        }
    return gpu_heads_upload(b->with, &b->heads, error);
}

static pawl_status want(bench *b, const load *of, pawl_error *error)
{
    static float thresholds[CLASSES];
    for (size_t c = 0; c < CLASSES; c++)
        thresholds[c] = 0.25f;
    const pw_gpu_rules rules = {.objectness = {.threshold = 0.25f, .raw = pw_raw_threshold(0.25f)},
                                .thresholds = thresholds,
                                .lowest = 0.25f,
                                .iou = of->iou,
                                .most = 300};
    return pw_gpu_boxes_want(&b->boxes, b->with->stream, &rules, error);
}

static pawl_status record(bench *b, pawl_error *error)
{
    (void)pw_object_end(b->graph);
    b->graph = NULL;
    PW_TRY(boxes(b, error));
    PW_TRY(pw_gpu_wait(b->with->stream, error));
    PW_TRY(pw_gpu_capture_begin(b->with->stream, error));
    const pawl_status status = boxes(b, error);
    PW_TRY(pw_gpu_capture_end(b->with->stream, &b->graph, error));
    return status;
}

static pawl_status prepare(bench *b, pawl_error *error)
{
    pw_gpu_device *const device = b->with->device;
    PW_TRY(gpu_heads_make(b->with, &b->heads, SIDE, SIDE, CLASSES, 0, b->batch, error));
    const pw_gpu_heads on_device = gpu_heads_on_device(&b->heads);
    PW_TRY(pw_gpu_boxes_make(&b->boxes, &b->with->kernels, &on_device, error));
    PW_TRY(pw_gpu_pinned_create(device, b->batch * BYTES, &b->pictures, error));
    for (size_t i = 0; i < b->pictures->size; i++)
        ((uint8_t *)b->pictures->data)[i] = (uint8_t)(i * 2654435761u >> 13);
    PW_TRY(pw_gpu_memory_create(device, b->batch * BYTES, &b->on_device, error));
    PW_TRY(pw_gpu_memory_create(device, b->batch * VALUES * sizeof(float), &b->planes, error));
    PW_TRY(pw_gpu_memory_create(device, b->batch * sizeof(pg_letterbox), &b->descriptions, error));
    PW_TRY(describe(b, error));
    PW_TRY(pw_gpu_event_create(device, &b->begin, error));
    return pw_gpu_event_create(device, &b->end, error);
}

static pawl_status time_boxes(bench *b, const load *of, pawl_error *error)
{
    char name[64];
    PW_TRY(fill(b, of, error));
    PW_TRY(want(b, of, error));
    PW_TRY(record(b, error));
    snprintf(name, sizeof name, "boxes, %s", of->name);
    PW_TRY(time_one(b, name, boxes, error));
    snprintf(name, sizeof name, "boxes as a graph, %s", of->name);
    PW_TRY(time_one(b, name, graph, error));
    const pg_answer *const answer = pw_gpu_boxes_answer(&b->boxes, b->batch - 1);
    gpu_expect(b->with, answer != NULL && answer->counts.candidates == of->candidates,
               "%s: other candidates", of->name);
    if (answer != NULL)
        printf("batch %2zu  %u candidates, %u kept\n", b->batch, answer->counts.candidates,
               answer->kept);
    return PAWL_OK;
}

static pawl_status run(bench *b, pawl_error *error)
{
    static const struct {
        const char *name;
        part work;
    } parts[] = {{"nothing", nothing},
                 {"letterbox", letterbox},
                 {"upload", upload},
                 {"upload, letterbox", both}};
    static const load loads[] = {{"no object", 0, 1, false, 0.45f},
                                 {"48 candidates, 4 kept", 48, 4, true, 0.01f},
                                 {"300 candidates, 17 kept", 300, 17, true, 0.01f},
                                 {"260 candidates, all kept", 260, CLASSES, false, 0.99f},
                                 {"2000 candidates", 2000, CLASSES, false, 0.45f}};
    PW_TRY(prepare(b, error));
    for (size_t i = 0; i < PW_COUNT(parts); i++)
        PW_TRY(time_one(b, parts[i].name, parts[i].work, error));
    for (size_t i = 0; i < PW_COUNT(loads); i++)
        PW_TRY(time_boxes(b, &loads[i], error));
    return PAWL_OK;
}

int time_kernels(gpu *with)
{
    static const size_t batches[] = {1, 32};
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
        (void)pw_object_end(b.pictures);
        (void)pw_object_end(b.on_device);
        (void)pw_object_end(b.planes);
        (void)pw_object_end(b.descriptions);
        pw_gpu_boxes_free(&b.boxes);
        gpu_heads_free(&b.heads);
    }
    return 0;
}
