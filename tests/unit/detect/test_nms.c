/* SPDX-License-Identifier: Apache-2.0 */
/* Non-maximum suppression against a plain transcription of YOLOv5's and torchvision's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/nms.h"
#include "base/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct scored {
    float box[4], moved[4], confidence;
    int32_t class_id;
    size_t order;
    bool is_gone;
} scored;

static int by_confidence(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    if (x->confidence != y->confidence)
        return x->confidence > y->confidence ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool is_wanted(const pw_nms_desc *desc, int32_t class_id)
{
    if (desc->classes == NULL)
        return true;
    for (size_t i = 0; i < desc->class_filter_count; i++)
        if (desc->classes[i] == class_id)
            return true;
    return false;
}

static void add_scored(const pw_nms_desc *desc, const float *row, int32_t class_id, scored *all,
                       size_t *count)
{
    const float confidence = row[5 + class_id] * row[4];
    const float *own = desc->class_confidences;
    if (!(confidence > (own != NULL ? own[class_id] : desc->confidence)) ||
        !is_wanted(desc, class_id))
        return;
    scored *s = &all[*count];
    *s = (scored){.confidence = confidence, .class_id = class_id, .order = (*count)++};
    const float offset = desc->is_agnostic ? 0.0f : 7680.0f * (float)class_id;
    for (int k = 0; k < 4; k++) {
        s->box[k] = k < 2 ? row[k] - row[k + 2] / 2 : row[k - 2] + row[k] / 2;
        s->moved[k] = s->box[k] + offset;
    }
}

static size_t gather(const pw_nms_desc *desc, const pawl_candidates *candidates, scored *all)
{
    size_t count = 0;
    for (size_t r = 0; r < candidates->count; r++) {
        const float *row = candidates->rows + r * candidates->width;
        const int32_t classes = (int32_t)desc->class_count;
        if (!(row[4] > desc->confidence) && desc->class_confidences == NULL)
            continue;
        if (desc->is_multi_label && classes > 1) {
            for (int32_t c = 0; c < classes; c++)
                add_scored(desc, row, c, all, &count);
            continue;
        }
        int32_t best = 0;
        for (int32_t c = 1; c < classes; c++)
            if (row[5 + c] * row[4] > row[5 + best] * row[4])
                best = c;
        add_scored(desc, row, best, all, &count);
    }
    return count;
}

static float overlap(const float *a, const float *b)
{
    const float left = fmaxf(a[0], b[0]), top = fmaxf(a[1], b[1]);
    const float right = fminf(a[2], b[2]), bottom = fminf(a[3], b[3]);
    const float common = fmaxf(0.0f, right - left) * fmaxf(0.0f, bottom - top);
    const float area_a = (a[2] - a[0]) * (a[3] - a[1]), area_b = (b[2] - b[0]) * (b[3] - b[1]);
    return common / (area_a + area_b - common);
}

/* Every pair, as torchvision does it. */
static size_t oracle(const pw_nms_desc *desc, const pawl_candidates *candidates, scored *kept)
{
    scored *all = calloc(candidates->count * desc->class_count + 1, sizeof(*all));
    size_t count = gather(desc, candidates, all);
    qsort(all, count, sizeof(*all), by_confidence);
    if (count > PW_NMS_MAX_BOXES)
        count = PW_NMS_MAX_BOXES;
    size_t kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].is_gone)
            continue;
        if (kept_count < desc->max_detections)
            kept[kept_count++] = all[i];
        for (size_t j = i + 1; j < count; j++)
            if (!all[j].is_gone && overlap(all[i].moved, all[j].moved) > desc->iou)
                all[j].is_gone = true;
    }
    free(all);
    return kept_count;
}

static void compare(const pw_nms_desc *desc, const pawl_candidates *candidates)
{
    pw_nms *nms = NULL;
    assert_int_equal(pw_nms_create(desc, &nms, NULL), PAWL_OK);
    pawl_detection *items = calloc(desc->max_detections, sizeof(*items));
    scored *expected = calloc(desc->max_detections, sizeof(*expected));
    const size_t expected_count = oracle(desc, candidates, expected);
    for (int twice = 0; twice < 2; twice++) { /* the second run finds no traces of the first */
        const size_t count = pw_nms_run(nms, candidates, items, NULL);
        assert_int_equal(count, expected_count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(items[i].class_id, expected[i].class_id);
            assert_true(items[i].confidence == expected[i].confidence);
            assert_memory_equal(&items[i].x1, expected[i].box, sizeof(expected[i].box));
        }
    }
    free(items);
    free(expected);
    pw_nms_destroy(nms);
}

static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 40) / (double)(1u << 24);
}

/* steps: levels of each score and size; few of them make many ties. */
typedef struct scene {
    const char *name;
    size_t rows, classes;
    double extent; /* of the centres */
    unsigned steps;
    pw_nms_desc desc;
} scene;

static double stepped(uint64_t *seed, unsigned steps)
{
    return floor(uniform(seed) * steps) / steps;
}

static float *make_rows(const scene *s, uint64_t seed)
{
    const size_t width = 5 + s->classes;
    float *rows = calloc(s->rows * width + 1, sizeof(float));
    for (size_t r = 0; r < s->rows; r++) {
        float *row = rows + r * width;
        row[0] = (float)(stepped(&seed, s->steps) * s->extent);
        row[1] = (float)(stepped(&seed, s->steps) * s->extent);
        row[2] = (float)(10 + 90 * stepped(&seed, s->steps));
        row[3] = (float)(10 + 90 * stepped(&seed, s->steps));
        for (size_t k = 4; k < width; k++)
            row[k] = (float)stepped(&seed, s->steps);
    }
    return rows;
}

static const int32_t two_classes[] = {2, 0};

static const float by_class[] = {0.5f, 0.1f, 0.9f, 0.25f, 0.05f};

static scene scenes[] = {
    {"a threshold a class",
     400,
     5,
     640,
     1u << 20,
     {0.25f, 0.45f, 1000, 5, false, false, NULL, 0, by_class}},
    {"a threshold a class, multi-label",
     300,
     5,
     640,
     99,
     {0.9f, 0.45f, 1000, 5, false, true, NULL, 0, by_class}},
    {"thresholds and a filter",
     400,
     5,
     640,
     99,
     {0.9f, 0.45f, 1000, 5, false, true, two_classes, 2, by_class}},
    {"single label", 400, 5, 640, 1u << 20, {0.25f, 0.45f, 1000, 5, false, false, NULL, 0, NULL}},
    {"ties", 400, 5, 640, 7, {0.1f, 0.45f, 1000, 5, false, false, NULL, 0, NULL}},
    {"ties, multi-label", 300, 5, 640, 7, {0.1f, 0.45f, 1000, 5, false, true, NULL, 0, NULL}},
    {"agnostic", 400, 5, 640, 1u << 20, {0.25f, 0.45f, 1000, 5, true, false, NULL, 0, NULL}},
    {"agnostic, multi-label, ties",
     300,
     5,
     640,
     9,
     {0.1f, 0.6f, 300, 5, true, true, NULL, 0, NULL}},
    {"class filter",
     400,
     5,
     640,
     1u << 20,
     {0.25f, 0.45f, 1000, 5, false, false, two_classes, 2, NULL}},
    {"empty class filter",
     50,
     5,
     640,
     64,
     {0.1f, 0.45f, 1000, 5, false, false, two_classes, 0, NULL}},
    {"class filter, multi-label",
     300,
     5,
     640,
     99,
     {0.1f, 0.4f, 1000, 5, false, true, two_classes, 2, NULL}},
    {"max_det 1", 400, 5, 640, 1u << 20, {0.25f, 0.45f, 1, 5, false, false, NULL, 0, NULL}},
    {"max_det 7", 400, 5, 640, 16, {0.05f, 0.45f, 7, 5, false, true, NULL, 0, NULL}},
    {"one class", 400, 1, 320, 1u << 20, {0.25f, 0.45f, 1000, 1, false, true, NULL, 0, NULL}},
    {"80 classes, far offsets",
     60,
     80,
     200,
     50,
     {0.05f, 0.5f, 1000, 80, false, true, NULL, 0, NULL}},
    {"classes that meet in a wide picture",
     600,
     4,
     60000,
     4000,
     {0.01f, 0.1f, 1000, 4, false, true, NULL, 0, NULL}},
    {"classes that do meet",
     900,
     3,
     16000,
     100,
     {0.01f, 0.0f, 1000, 3, false, true, NULL, 0, NULL}},
    {"iou 0", 200, 3, 640, 32, {0.1f, 0.0f, 1000, 3, false, false, NULL, 0, NULL}},
    {"iou 1", 200, 3, 100, 4, {0.1f, 1.0f, 1000, 3, false, false, NULL, 0, NULL}},
    {"confidence 0", 200, 3, 640, 8, {0.0f, 0.45f, 1000, 3, false, true, NULL, 0, NULL}},
    {"confidence 1", 200, 3, 640, 8, {1.0f, 0.45f, 1000, 3, false, true, NULL, 0, NULL}},
    {"nothing", 0, 3, 640, 8, {0.25f, 0.45f, 1000, 3, false, false, NULL, 0, NULL}},
    {"more than max_nms",
     1100,
     30,
     120,
     1u << 20,
     {0.001f, 0.6f, 300, 30, false, true, NULL, 0, NULL}},
    {"more than max_nms, ties",
     1500,
     30,
     120,
     5,
     {0.001f, 0.6f, 300, 30, false, true, NULL, 0, NULL}},
};

static void as_the_oracle(void **state)
{
    const scene *s = *state;
    for (uint64_t seed = 1; seed <= (s->rows > 1000 ? 1u : 5u); seed++) {
        float *rows = make_rows(s, seed);
        int32_t *index = calloc(s->rows + 1, sizeof(int32_t));
        const pawl_candidates candidates = {s->rows, 5 + s->classes, rows, index};
        compare(&s->desc, &candidates);
        free(rows);
        free(index);
    }
}

static void not_a_number_is_dropped(void **state)
{
    (void)state;
    const float rows[] = {
        10,   10,    4,     4,    0.9f,     0.8f, 0.1f, /* kept */
        50,   50,    4,     4,    NAN,      0.8f, 0.1f, 70,       50,        4,    4,
        0.9f, NAN,   0.1f,  NAN,  50,       4,    4,    0.9f,     0.8f,      0.1f, 110,
        50,   4,     4,     0.9f, INFINITY, 0.1f, 130,  INFINITY, 4,         4,    0.9f,
        0.8f, 0.1f,  150,   50,   4,        4,    0.9f, 0.8f,     -INFINITY, /* kept */
        170,  50,    4,     4,    INFINITY, 0.8f, 0.1f, 190,      50,        4,    4,
        0.9f, -0.8f, -0.1f,
    };
    const pw_nms_desc desc = {0.25f, 0.45f, 100, 2, false, false, NULL, 0, NULL};
    const pawl_candidates candidates = {9, 7, rows, NULL};
    pw_nms *nms = NULL;
    pawl_detection items[100];
    assert_int_equal(pw_nms_create(&desc, &nms, NULL), PAWL_OK);
    const size_t count = pw_nms_run(nms, &candidates, items, NULL);
    assert_int_equal(count, 2);
    assert_true(items[0].x1 == 8 && items[0].y2 == 12);
    assert_true(items[1].x1 == 148);
    pw_nms_destroy(nms);
}

static void a_class_that_is_not_there(void **state)
{
    (void)state;
    static const int32_t wrong[] = {1, 5};
    static const int32_t negative[] = {-1};
    pw_nms_desc desc = {0.25f, 0.45f, 100, 5, false, false, wrong, 2, NULL};
    pw_nms *nms = NULL;
    pawl_error error;
    assert_int_equal(pw_nms_create(&desc, &nms, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "class 5"));
    desc.classes = negative;
    desc.class_filter_count = 1;
    assert_int_equal(pw_nms_create(&desc, &nms, &error), PAWL_ERR_ARGUMENT);
    assert_null(nms);
}

/* 25,200 candidates that suppress nothing, each with 80 classes above the threshold: the worst a
 * picture of 640 can do. */
static void the_worst_case_is_bounded(void **state)
{
    (void)state;
    const size_t rows = 25200, width = 85;
    float *values = calloc(rows * width, sizeof(float));
    for (size_t r = 0; r < rows; r++) {
        float *row = values + r * width;
        row[0] = (float)(r % 160) * 4;
        row[1] = (float)(r / 160) * 4;
        row[2] = row[3] = 3;
        row[4] = 1;
        for (size_t k = 5; k < width; k++)
            row[k] = 0.01f + 0.9f * (float)((r * 7919 + k * 104729) % 100003) / 100003;
    }
    const pw_nms_desc desc = {0.001f, 0.6f, 300, 80, false, true, NULL, 0, NULL};
    const pawl_candidates candidates = {rows, width, values, NULL};
    pw_nms *nms = NULL;
    pawl_detection items[300];
    assert_int_equal(pw_nms_create(&desc, &nms, NULL), PAWL_OK);
    const clock_t start = clock();
    assert_int_equal(pw_nms_run(nms, &candidates, items, NULL), 300);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC <
                5); /* under sanitizers; some 20 ms without */
    pw_nms_destroy(nms);
    free(values);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(not_a_number_is_dropped),
        cmocka_unit_test(a_class_that_is_not_there),
        cmocka_unit_test(the_worst_case_is_bounded),
    };
    struct CMUnitTest tests[PW_COUNT(scenes)];
    for (size_t i = 0; i < PW_COUNT(scenes); i++)
        tests[i] = (struct CMUnitTest){
            .name = scenes[i].name, .test_func = as_the_oracle, .initial_state = &scenes[i]};
    const int failed = cmocka_run_group_tests_name("nms as YOLOv5", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("nms", others, NULL, NULL);
}
