/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and masks of the device against the generic kernels and backend/nms.c: equal to the bit,
 * ties included. */
#include "gpu/check_boxes.h"
#include "backend/binding.h"
#include "backend/nms.h"
#include "base/memory.h"
#include "kernels/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the CPU finds of one picture. */
typedef struct cpu_answer {
    float *rows;
    int32_t *index;
    size_t *counts, *not_finite; /* a picture each */
    pawl_detection *items;
    uint32_t *numbers; /* candidates of the items */
    size_t all, width;
} cpu_answer;

static void free_answer(cpu_answer *answer)
{
    pw_free(answer->rows);
    pw_free(answer->index);
    pw_free(answer->counts);
    pw_free(answer->not_finite);
    pw_free(answer->items);
    pw_free(answer->numbers);
}

/* The generic kernel's candidates of all pictures. */
static bool decode(const gpu_heads *heads, float threshold, size_t most, cpu_answer *to)
{
    pk_problem problem = {.op = PK_CANDIDATES,
                          .source_count = heads->level_count,
                          .as.head = &heads->head,
                          .workers = 1};
    pk_call call = {.problem = &problem};
    *to = (cpu_answer){.all = heads->rows, .width = heads->width};
    for (size_t l = 0; l < heads->level_count; l++) {
        const size_t channels = heads->head.anchor_count * heads->width;
        problem.source[l] = pk_tensor_nhwc(PK_F32, heads->batch, channels, heads->level[l].height,
                                           heads->level[l].width, channels);
        call.source[l] = heads->level[l].values;
    }
    problem.destination =
        pk_tensor_nhwc(PK_F32, heads->batch, heads->width, heads->rows, 1, heads->width);
    to->rows = pw_calloc(heads->batch * heads->rows * heads->width, sizeof(float));
    to->index = pw_calloc(heads->batch * heads->rows, sizeof(int32_t));
    to->counts = pw_calloc(heads->batch, sizeof(size_t));
    to->not_finite = pw_calloc(heads->batch, sizeof(size_t));
    to->items = pw_calloc(most + 1, sizeof(pawl_detection));
    to->numbers = pw_calloc(most + 1, sizeof(uint32_t));
    if (to->rows == NULL || to->index == NULL || to->counts == NULL || to->not_finite == NULL ||
        to->items == NULL || to->numbers == NULL)
        return false;
    pk_needs needs;
    const pk_machine machine = {.isa = PK_GENERIC};
    pk_found found = {to->rows, to->index, to->counts, to->not_finite};
    const pk_thresholds thresholds = {.threshold = threshold, .raw = pw_raw_threshold(threshold)};
    call.implementation = pk_select(PK_GENERIC, &problem);
    call.implementation->plan(call.implementation, &problem, &machine, &needs);
    call.needs = &needs;
    call.destination = &found;
    call.parameters = &thresholds;
    pk_run_all(&call, NULL);
    return true;
}

static size_t dead_of(const cpu_answer *answer, size_t picture)
{
    const float *rows = answer->rows + picture * answer->all * answer->width;
    size_t count = answer->counts[picture] == 0 ? answer->not_finite[picture] : 0;
    for (size_t i = 0; i < answer->counts[picture] * answer->width; i++)
        count += isfinite(rows[i]) == 0;
    return count;
}

static void compare(gpu *with, const pw_gpu_boxes *boxes, const cpu_answer *cpu, size_t picture,
                    pw_nms *nms)
{
    const pawl_candidates candidates = {.count = cpu->counts[picture],
                                        .width = cpu->width,
                                        .rows = cpu->rows + picture * cpu->all * cpu->width,
                                        .index = cpu->index + picture * cpu->all};
    const size_t count = pw_nms_run(nms, &candidates, cpu->items, cpu->numbers);
    const pg_answer *const answer = pw_gpu_boxes_answer(boxes, picture);
    if (answer == NULL) {
        gpu_expect(with, candidates.count * (cpu->width - 5) > PG_ENTRY_CAPACITY,
                   "picture %zu: refused with %zu candidates", picture, candidates.count);
        return;
    }
    size_t wrong = 0;
    for (size_t i = 0; i < count && i < answer->kept; i++)
        wrong += memcmp(&cpu->items[i], &answer->found[i], sizeof(pawl_detection)) != 0 ||
                 (uint32_t)candidates.index[cpu->numbers[i]] != answer->rows[i];
    gpu_expect(with, count == answer->kept && wrong == 0,
               "picture %zu: %zu boxes of %zu candidates, the device has %u of %u; %zu differ",
               picture, count, candidates.count, answer->kept, answer->counts.candidates, wrong);
    gpu_expect(with, candidates.count == answer->counts.candidates, "candidates: %zu, %u",
               candidates.count, answer->counts.candidates);
    const size_t dead =
        answer->counts.candidates == 0 ? answer->counts.dead_cells : answer->counts.dead_values;
    gpu_expect(with, dead == dead_of(cpu, picture), "not finite: %zu, the device has %zu",
               dead_of(cpu, picture), dead);
}

static pawl_status run_device(gpu *with, gpu_heads *heads, pw_gpu_boxes *boxes, const pw_nms *nms,
                              float threshold, pawl_error *error)
{
    const pw_nms_rules of = pw_nms_rules_of(nms);
    const pw_gpu_rules rules = {
        .objectness = {.threshold = threshold, .raw = pw_raw_threshold(threshold)},
        .thresholds = of.thresholds,
        .lowest = of.lowest,
        .iou = of.iou,
        .most = of.max_detections,
        .is_agnostic = of.is_agnostic,
        .is_multi_label = of.is_multi_label};
    PW_TRY(gpu_heads_upload(with, heads, error));
    PW_TRY(pw_gpu_boxes_want(boxes, with->stream, &rules, error));
    PW_TRY(pw_gpu_boxes_enqueue(boxes, with->stream, error));
    return pw_gpu_wait(with->stream, error);
}

/* Both sides on the same heads, with the same rules. */
static pawl_status run_both(gpu *with, gpu_heads *heads, pw_gpu_boxes *boxes,
                            const pw_nms_desc *desc, pawl_error *error)
{
    pw_nms *nms = NULL;
    cpu_answer cpu = {.rows = NULL};
    PW_TRY(pw_nms_create(desc, &nms, error));
    const float lowest = pw_nms_threshold(nms), threshold = lowest < 1.0f ? lowest : 1.0f;
    pawl_status status = pw_gpu_enter(with->device, error);
    if (status >= 0) {
        status = run_device(with, heads, boxes, nms, threshold, error);
        if (status < 0)
            pw_gpu_settle(with->stream);
        pw_gpu_leave(with->device);
    }
    if (status >= 0 && decode(heads, threshold, desc->max_detections, &cpu))
        for (size_t n = 0; n < heads->batch; n++)
            compare(with, boxes, &cpu, n, nms);
    free_answer(&cpu);
    pw_nms_destroy(nms);
    return status;
}

/* A raw value: what a trained head gives, few values so that many tie, or broken ones. */
static float raw_value(gpu *with, unsigned kind, bool is_objectness, float rarity)
{
    if (is_objectness && gpu_uniform(with, 0, 1) < rarity)
        return -12.0f;
    if (kind == 1)
        return (float)gpu_between(with, 0, 4) - 2.0f;
    if (kind == 2 && gpu_random(with) % 97 == 0)
        return gpu_random(with) % 2 == 0 ? NAN : gpu_random(with) % 2 == 0 ? INFINITY : -INFINITY;
    if (kind == 3)
        return gpu_uniform(with, -100, 100);
    return gpu_uniform(with, -3, 3);
}

static void fill_heads(gpu *with, gpu_heads *heads, unsigned kind, float rarity)
{
    for (size_t l = 0; l < heads->level_count; l++) {
        const size_t count = heads->level[l].memory->size / sizeof(float);
        for (size_t i = 0; i < count; i++)
            heads->level[l].values[i] = raw_value(with, kind, i % heads->width == 4, rarity);
    }
}

/* Rules one after another, with the same boxes. */
static pawl_status check_rules(gpu *with, gpu_heads *heads, const pw_nms_desc *rules, size_t count,
                               pawl_error *error)
{
    pw_gpu_boxes boxes = {.kernels = NULL};
    const pw_gpu_heads on_device = gpu_heads_on_device(heads);
    pawl_status status = pw_gpu_boxes_make(&boxes, &with->kernels, &on_device, error);
    for (size_t i = 0; status >= 0 && i < count; i++)
        status = run_both(with, heads, &boxes, &rules[i], error);
    pw_gpu_boxes_free(&boxes);
    return status;
}

pawl_status check_heads(gpu *with, gpu_heads *heads, const pw_nms_desc *desc, pawl_error *error)
{
    pw_nms_desc other = *desc;
    other.iou = 0.2f;
    other.is_agnostic = !desc->is_agnostic;
    other.confidence *= 0.5f;
    const pw_nms_desc rules[] = {*desc, other, *desc}; /* they change, and change back */
    return check_rules(with, heads, rules, PW_COUNT(rules), error);
}

/* A run whose second kernel does not start leaves what the first one counted: the next run begins
 * without it. */
void check_half_run(gpu *with, void (*forget)(void))
{
    const pw_nms_desc desc = {
        .confidence = 0.25f, .iou = 0.45f, .max_detections = 300, .class_count = 3};
    gpu_heads heads = {.batch = 0};
    pw_gpu_boxes boxes = {.kernels = NULL};
    pawl_error error = {.message = ""};
    pawl_status status = gpu_heads_make(with, &heads, 64, 64, desc.class_count, 0, 2, &error);
    const pw_gpu_heads on_device = gpu_heads_on_device(&heads);
    if (status >= 0) {
        fill_heads(with, &heads, 0, 0.5f);
        status = pw_gpu_boxes_make(&boxes, &with->kernels, &on_device, &error);
    }
    if (status >= 0)
        status = run_both(with, &heads, &boxes, &desc, &error);
    gpu_expect(with, status >= 0, "a run: %s", error.message);
    forget();
    setenv("FAKE_CUDA_FAIL", "cuLaunchKernel:2", 1);
    const pawl_status half = run_both(with, &heads, &boxes, &desc, &error);
    unsetenv("FAKE_CUDA_FAIL");
    gpu_expect(with, half < 0, "half a run");
    status = run_both(with, &heads, &boxes, &desc, &error);
    gpu_expect(with, status >= 0, "a run after half a one: %s", error.message);
    pw_gpu_boxes_free(&boxes);
    gpu_heads_free(&heads);
}

/* count rows of the same confidence, which lie anywhere; the others are no candidates. */
static void place_equals(gpu *with, gpu_heads *heads, size_t picture, size_t count, float side)
{
    size_t left = heads->rows, wanted = count;
    for (size_t l = 0; l < heads->level_count; l++) {
        const size_t rows = heads->level[l].height * heads->level[l].width * 3;
        float *row = heads->level[l].values + picture * rows * heads->width;
        for (size_t i = 0; i < rows; i++, left--, row += heads->width) {
            const bool is_one = gpu_random(with) % left < wanted;
            for (size_t k = 0; k < heads->width; k++)
                row[k] = k < 2 ? 0.0f : k < 4 ? side : 1.0f;
            row[4] = is_one ? 1.0f : -9.0f;
            wanted -= is_one;
        }
    }
}

/* What fills a word, a chunk or the room of a picture, one less and one more, beside a picture of
 * none and one of a half; all tie. Boxes of a point meet nothing, and large ones nearly all. */
int check_counts(gpu *with, unsigned most)
{
    enum {
        MANY = 2000
    }; /* for which some of the ways are enough: ranks are counted pair by pair */
    static const size_t counts[] = {0,   1,    31,   32,   33,    511,   512,
                                    513, 1023, 1024, 1025, 16384, 16385, 25200};
    static const struct {
        size_t classes, most;
        float side, iou;
        bool is_multi_label;
    } ways[] = {{1, 1024, -9, 0.99f, false}, {1, 33, -9, 0.99f, false}, {1, 1, 4, 0.99f, false},
                {1, 300, 4, 0.0f, false},    {3, 1024, 2, 0.5f, true},  {1, 32, 0, 0.1f, false}};
    pawl_error error = {.message = ""};
    for (size_t i = 0; i < PW_COUNT(counts) && counts[i] <= most; i++)
        for (size_t w = 0; w < PW_COUNT(ways); w += counts[i] < MANY ? 1 : 3) {
            const size_t classes = ways[w].classes, rows = counts[i] / classes;
            const pw_nms_desc desc = {.confidence = 0.25f,
                                      .iou = ways[w].iou,
                                      .max_detections = ways[w].most,
                                      .class_count = classes,
                                      .is_agnostic = i % 2 == 1,
                                      .is_multi_label = ways[w].is_multi_label};
            gpu_heads heads = {.batch = 0};
            const size_t side = rows < 1260 ? 160 : 640;
            pawl_status status = gpu_heads_make(with, &heads, side, side, classes, 0, 3, &error);
            for (size_t n = 0; status >= 0 && n < 3; n++)
                place_equals(with, &heads, n, n == 0 ? 0 : rows / n, ways[w].side);
            if (status >= 0)
                status = check_rules(with, &heads, &desc, 1, &error);
            gpu_expect(with, status >= 0, "%zu boxes: %s", counts[i], error.message);
            gpu_heads_free(&heads);
        }
    return 0;
}

int check_boxes(gpu *with, unsigned count)
{
    static const float rarities[] = {0.0f, 0.5f, 0.97f, 0.999f, 1.0f};
    static const size_t classes[] = {1, 2, 3, 17, 80, 80, 365};
    float own[365];
    pawl_error error = {.message = ""};
    for (unsigned i = 0; i < count; i++) {
        gpu_heads heads = {.batch = 0};
        const size_t nc = classes[gpu_random(with) % PW_COUNT(classes)];
        const size_t masks = gpu_random(with) % 4 == 0 ? 32 : 0, batch = gpu_between(with, 1, 3);
        const int32_t wanted[] = {0, (int32_t)(nc / 2)};
        for (size_t c = 0; c < nc; c++)
            own[c] = gpu_uniform(with, 0, 0.9f);
        const pw_nms_desc desc = {
            .confidence = gpu_random(with) % 5 == 0 ? 0.0f : gpu_uniform(with, 0.001f, 0.7f),
            .iou = gpu_random(with) % 7 == 0 ? 0.0f : gpu_uniform(with, 0.05f, 0.95f),
            .max_detections = gpu_random(with) % 3 == 0 ? gpu_between(with, 1, 5)
                                                        : gpu_between(with, 1, PG_MOST_BOXES),
            .class_count = nc,
            .is_agnostic = gpu_random(with) % 3 == 0,
            .is_multi_label = gpu_random(with) % 3 == 0,
            .classes = gpu_random(with) % 5 == 0 ? wanted : NULL,
            .class_filter_count = 2,
            .class_confidences = gpu_random(with) % 4 == 0 ? own : NULL};
        pw_nms_desc asked = desc;
        asked.class_filter_count = desc.classes != NULL ? 2 : 0;
        pawl_status status =
            gpu_heads_make(with, &heads, 32 * (size_t)gpu_between(with, 1, 10),
                           32 * (size_t)gpu_between(with, 1, 10), nc, masks, batch, &error);
        if (status >= 0) {
            fill_heads(with, &heads, gpu_random(with) % 4,
                       rarities[gpu_random(with) % PW_COUNT(rarities)]);
            status = check_heads(with, &heads, &asked, &error);
        }
        gpu_expect(with, status >= 0, "boxes: %s", error.message);
        gpu_heads_free(&heads);
    }
    return 0;
}
