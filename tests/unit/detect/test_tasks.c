/* SPDX-License-Identifier: Apache-2.0 */
/* Masks and classes through the public functions: small models made by hand, a segmenter and a
 * classifier. */
#include "support/chain.h"

#include "detect/masks.h"
#include "support/task_models.h"

#include <pawl/draw.h>
#include <pawl/logger.h>
#include <pawl/settings.h>

#include <math.h>

enum {
    SIDE = PT_TASK_SIDE,
    CLASSES = PT_TASK_CLASSES,
    MASKS = PT_TASK_MASKS,
    WIDTH = PT_TASK_WIDTH
};

/* Makes one weight of a convolution NaN. */
static void poison(pt_builder *b, const char *name, size_t weight)
{
    static const float nan_value = NAN;
    for (size_t i = 0; i < b->network->layer_count; i++)
        if (strcmp(b->network->layers[i].name, name) == 0)
            memcpy((void *)(uintptr_t)(b->network->layers[i].as.conv.weights + weight), &nan_value,
                   sizeof nan_value);
}

static void make_segmenter_of_nan_objectness(pt_builder *b)
{
    pt_segmenter(b);
    poison(b, "2", (size_t)4 * 8);
}

static void make_segmenter_of_nan_class(pt_builder *b)
{
    pt_segmenter(b);
    poison(b, "2", (size_t)5 * 8);
}

static void make_classifier_of_nan(pt_builder *b)
{
    pt_classifier(b);
    poison(b, "2", 0);
}

static void open_chain(chain *c, const char *backend, void (*make)(pt_builder *b), int32_t batch)
{
    pawl_error error = {.message = ""};
    pawl_context_desc desc = small_context();
    desc.batch = batch;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    *c = (chain){NULL, NULL, NULL, NULL};
    if (pt_task_plan(make, backend, &c->plan, &error) < 0 ||
        pawl_runtime_create(NULL, &c->runtime, &error) < 0 ||
        pawl_engine_create(c->runtime, c->plan, &c->engine, &error) < 0 ||
        pawl_context_create(c->engine, &desc, &c->context, &error) < 0)
        fail_msg("%s", error.message);
}

/* The candidate whose confidence a box has. */
static size_t row_of(const pawl_candidates *candidates, const pawl_detection *item)
{
    size_t r = 0;
    while (candidates->rows[r * WIDTH + 5 + (size_t)item->class_id] *
               candidates->rows[r * WIDTH + 4] !=
           item->confidence)
        assert_true(++r < candidates->count);
    return r;
}

/* Each mask is that of its own box: made by hand of the candidate whose box it is. */
static void masks_belong_to_their_boxes(void **state)
{
    (void)state;
    chain c;
    pawl_detector *detector = NULL;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_detections found[2];
    pawl_image *images[2] = {make_image(50, 40, 3), make_image(SIDE, SIDE, 4)};
    desc.confidence = 0.1f;
    open_chain(&c, "reference", pt_segmenter, 2);
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, images, 2, found, NULL, NULL), PAWL_OK);
    pawl_candidates candidates;
    pawl_tensor prototypes;
    assert_int_equal(pawl_context_candidates(c.context, 1, &candidates, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(c.context, 0, &prototypes, NULL), PAWL_OK);
    assert_true(found[1].count > 2);
    for (size_t i = 0; i < found[1].count; i++) {
        pawl_mask mask;
        uint8_t want[SIDE * SIDE];
        float plane[SIDE * SIDE / 4];
        const size_t r = row_of(&candidates, &found[1].items[i]);
        const float *row = candidates.rows + r * WIDTH;
        const float box[4] = {row[0] - row[2] / 2, row[1] - row[3] / 2, row[0] + row[2] / 2,
                              row[1] + row[3] / 2};
        float coefficients[MASKS]; /* YOLOv5's NMS multiplies them by the objectness */
        for (size_t k = 0; k < MASKS; k++)
            coefficients[k] = row[5 + CLASSES + k] * row[4];
        const pw_mask_source source = {(const float *)prototypes.data + MASKS * SIDE * SIDE / 4,
                                       MASKS, SIDE / 2, SIDE / 2, coefficients};
        pw_mask_weigh(&source, pw_mask_inside(SIDE / 2, SIDE / 2, box, SIDE, SIDE), plane);
        (void)pw_mask_enlarge(plane, SIDE / 2, SIDE / 2, box, SIDE, SIDE, want);
        assert_int_equal(pawl_detector_mask(detector, 1, i, PAWL_MASK_PICTURE, &mask, NULL),
                         PAWL_OK);
        assert_int_equal(mask.width, SIDE);
        assert_memory_equal(mask.pixels, want, sizeof want);
    }
    for (int form = PAWL_MASK_PICTURE; form <= PAWL_MASK_NETWORK; form++) {
        pawl_mask mask;
        assert_int_equal(pawl_detector_mask(detector, 0, 0, (pawl_mask_form)form, &mask, NULL),
                         PAWL_OK);
        assert_int_equal(mask.width, form == PAWL_MASK_NETWORK ? SIDE : 50);
        assert_int_equal(mask.height, form == PAWL_MASK_NETWORK ? SIDE : 40);
        const pawl_status drawn = pawl_image_draw_mask(images[0], &mask, 1, NULL, NULL);
        assert_int_equal(drawn, form == PAWL_MASK_NETWORK ? PAWL_ERR_ARGUMENT : PAWL_OK);
    }
    pawl_mask none;
    assert_int_equal(pawl_detector_mask(detector, 0, found[0].count, PAWL_MASK_NATIVE, &none, NULL),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_mask(detector, 9, 0, PAWL_MASK_NATIVE, &none, NULL),
                     PAWL_ERR_ARGUMENT);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pawl_image_destroy(&images[i]), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* A mask is made of what the run left that found its box. A later run, whoever's, leaves other rows
 * and prototypes in the same memory; those must not pass for it. */
static void masks_go_with_their_run(void **state)
{
    (void)state;
    chain c;
    pawl_detector *detector = NULL, *other = NULL;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_detections found[2], again;
    pawl_mask mask;
    pawl_image *images[2] = {make_image(50, 40, 3), make_image(SIDE, SIDE, 4)};
    desc.confidence = 0.1f;
    open_chain(&c, "reference", pt_segmenter, 2);
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, &desc, &other, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, images, 2, found, NULL, NULL), PAWL_OK);
    assert_true(found[0].count > 0 && found[1].count > 0);
    assert_int_equal(pawl_detector_run(other, &images[1], 1, &again, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_mask(other, 0, 0, PAWL_MASK_NETWORK, &mask, NULL), PAWL_OK);
    mask = (pawl_mask){7, 7, NULL};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pawl_detector_mask(detector, i, 0, PAWL_MASK_NETWORK, &mask, NULL),
                         PAWL_ERR_ARGUMENT);
    assert_int_equal(mask.width, 7);
    assert_int_equal(pawl_context_run(c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_mask(other, 0, 0, PAWL_MASK_NETWORK, &mask, NULL),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_collect(other, 0, &again, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_mask(other, 0, 0, PAWL_MASK_NETWORK, &mask, NULL), PAWL_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pawl_image_destroy(&images[i]), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&other), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* The network sees the square in the middle, normalised; probabilities are the softmax of its
 * logits. */
static void classes_come_by_probability(void **state)
{
    (void)state;
    chain c;
    pawl_detector *detector = NULL;
    pawl_class_scores scores[2];
    pawl_detections found;
    pawl_mask mask;
    pawl_tensor input, logits;
    pawl_timing timing = {-1, -1, -1};
    pawl_image *images[2] = {make_image(90, 41, 5), make_image(7, 60, 6)}, *cropped = NULL;
    pawl_image_view view;
    open_chain(&c, "reference", pt_classifier, 2);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_classify(detector, images, 2, scores, &timing, NULL), PAWL_OK);
    assert_true(timing.inference_ms >= 0);
    assert_int_equal(pawl_context_input(c.context, &input, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(c.context, 0, &logits, NULL), PAWL_OK);
    for (size_t i = 0; i < 2; i++) {
        const float *own = (const float *)logits.data + i * CLASSES;
        double sum = 0, all = 0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += exp((double)own[k]);
        assert_int_equal(scores[i].count, CLASSES);
        for (size_t k = 0; k < CLASSES; k++) {
            const pawl_class_score *score = &scores[i].items[k];
            const double want = exp((double)own[score->class_id]) / sum;
            assert_true(fabs((double)score->probability - want) < 1e-6);
            assert_true(k == 0 || score->probability <= scores[i].items[k - 1].probability);
            all += (double)score->probability;
        }
        assert_true(fabs(all - 1) < 1e-6);
        assert_int_equal(pawl_image_centre_crop(images[i], SIDE, SIDE, &cropped, NULL), PAWL_OK);
        assert_int_equal(pawl_image_view_get(cropped, &view, NULL), PAWL_OK);
        for (size_t y = 0; y < SIDE; y++)
            assert_memory_equal((const uint8_t *)input.data + (i * SIDE + y) * SIDE * 3,
                                view.pixels + y * view.row_size, SIDE * 3);
        assert_int_equal(pawl_image_destroy(&cropped), PAWL_OK);
    }
    assert_int_equal(pawl_detector_run(detector, images, 1, &found, NULL, NULL),
                     PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_collect(detector, 0, &found, NULL), PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_mask(detector, 0, 0, PAWL_MASK_NATIVE, &mask, NULL),
                     PAWL_ERR_UNSUPPORTED);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pawl_image_destroy(&images[i]), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

static void note_warning(void *user, pawl_log_level level, const char *message)
{
    int *count = user;
    if (level == PAWL_LOG_WARNING && strstr(message, "NaN") != NULL)
        (*count)++;
}

struct poisoned {
    const char *name, *backend;
    void (*make)(pt_builder *b);
    bool is_classifier;
    int warnings;
};

static struct poisoned poisoned[] = {
    {"objectness is NaN, cpu", "cpu", make_segmenter_of_nan_objectness, false, 1},
    {"objectness is NaN, reference", "reference", make_segmenter_of_nan_objectness, false, 1},
    {"a class is NaN, cpu", "cpu", make_segmenter_of_nan_class, false, 1},
    {"a class is NaN, reference", "reference", make_segmenter_of_nan_class, false, 1},
    {"a logit is NaN, cpu", "cpu", make_classifier_of_nan, true, 1},
    {"a logit is NaN, reference", "reference", make_classifier_of_nan, true, 1},
    {"no box above the threshold", "cpu", pt_segmenter, false, 0},
};

/* An empty answer has a reason, told once and not for each picture. */
static void nothing_is_found_for_a_reason(void **state)
{
    const struct poisoned *row = *state;
    chain c;
    pawl_detector *detector = NULL;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_image *image = make_image(50, 40, 3);
    int warnings = 0;
    const pawl_logger logger = {&warnings, PAWL_LOG_WARNING, note_warning};
    desc.confidence = row->warnings > 0 ? 0.1f : 1.0f;
    open_chain(&c, row->backend, row->make, 1);
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, NULL), PAWL_OK);
    pawl_logger_set(&logger);
    for (int n = 0; n < 3; n++) {
        pawl_detections found = {NULL, 1};
        pawl_class_scores scores = {NULL, 0};
        if (row->is_classifier) {
            assert_int_equal(pawl_detector_classify(detector, &image, 1, &scores, NULL, NULL),
                             PAWL_OK);
            assert_true(scores.items[0].probability == 0.0f);
        } else {
            assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
            assert_int_equal(found.count, 0);
        }
    }
    pawl_logger_set(NULL);
    assert_int_equal(warnings, row->warnings);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* Jobs of a classifier: what classify() gives, in order. */
static void classes_by_jobs(void **state)
{
    (void)state;
    enum { PICTURES = 4 };
    chain c;
    pawl_detector *detector = NULL;
    pawl_image *images[PICTURES];
    pawl_job *jobs[PICTURES] = {NULL};
    pawl_class_score want[PICTURES][CLASSES];
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.jobs = PICTURES;
    open_chain(&c, "cpu", pt_classifier, 1);
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < PICTURES; i++) {
        pawl_class_scores scores;
        images[i] = make_image(30 + 9 * (int32_t)i, 50, i);
        assert_int_equal(pawl_detector_classify(detector, &images[i], 1, &scores, NULL, NULL),
                         PAWL_OK);
        assert_int_equal(scores.count, CLASSES);
        memcpy(want[i], scores.items, sizeof want[i]);
    }
    for (size_t i = 0; i < PICTURES; i++)
        assert_int_equal(pawl_detector_submit(detector, &images[i], 1, &images[i], &jobs[i], NULL),
                         PAWL_OK);
    for (size_t i = 0; i < PICTURES; i++) {
        pawl_job_info result = PAWL_JOB_INFO_INIT;
        assert_int_equal(pawl_detector_wait(detector, &result, NULL), PAWL_OK);
        assert_int_equal(result.status, PAWL_OK);
        assert_ptr_equal(result.user, &images[i]);
        assert_null(result.detections);
        assert_int_equal(result.scores[0].count, CLASSES);
        assert_memory_equal(result.scores[0].items, want[i], sizeof want[i]);
        assert_int_equal(pawl_job_destroy(&jobs[i]), PAWL_OK);
        (void)pawl_image_destroy(&images[i]);
    }
    (void)pawl_detector_destroy(&detector);
    drop_chain(&c);
}

/* Nothing of boxes can be set of a classifier; what makes no sense is refused all the same. */
static void a_classifier_has_no_settings(void **state)
{
    (void)state;
    chain c;
    pawl_detector *detector = NULL;
    pawl_error error;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    open_chain(&c, "cpu", pt_classifier, 1);
    desc.class_count = 5;
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    desc.class_count = 0;
    desc.class_confidence_count = 5;
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, &error), PAWL_OK);
    assert_int_equal(pawl_detector_confidence_set(detector, 0.5f, &error), PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_classes_set(detector, NULL, 0, &error), PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_max_detections_set(detector, 1, &error), PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_info_get(detector, &info, &error), PAWL_OK);
    assert_int_equal(info.task, PAWL_TASK_CLASSIFY);
    assert_int_equal(info.class_count, CLASSES);
    assert_int_equal(info.max_detections, 0);
    (void)pawl_detector_destroy(&detector);
    drop_chain(&c);
}

/* A job's masks are those of a run, wait for the job, and go with it. */
static void masks_by_jobs(void **state)
{
    (void)state;
    chain c;
    pawl_detector *detector = NULL;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_job *job = NULL;
    pawl_job_info info = PAWL_JOB_INFO_INIT;
    pawl_detections found;
    pawl_mask want, got;
    pawl_image *image = make_image(50, 40, 3);
    desc.confidence = 0.1f;
    desc.jobs = 2;
    open_chain(&c, "reference", pt_segmenter, 1);
    assert_int_equal(pawl_detector_create(c.context, &desc, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_submit(detector, &image, 1, NULL, &job, NULL), PAWL_OK);
    assert_int_equal(pawl_job_mask(job, 0, 0, PAWL_MASK_PICTURE, &got, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_wait(detector, &info, NULL), PAWL_OK);
    assert_true(info.begin_ns > 0 && info.detections[0].count == found.count && found.count > 0);
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(pawl_detector_mask(detector, 0, i, PAWL_MASK_PICTURE, &want, NULL),
                         PAWL_OK);
        assert_int_equal(pawl_job_mask(job, 0, i, PAWL_MASK_PICTURE, &got, NULL), PAWL_OK);
        assert_int_equal(got.width, want.width);
        assert_memory_equal(got.pixels, want.pixels, (size_t)want.width * (size_t)want.height);
    }
    assert_int_equal(pawl_job_mask(job, 0, found.count, PAWL_MASK_PICTURE, &got, NULL),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_job_mask(job, 0, 0, PAWL_MASK_PICTURE, NULL, NULL), PAWL_ERR_ARGUMENT);
    pawl_job *const ended = job;
    assert_int_equal(pawl_job_destroy(&job), PAWL_OK);
    assert_int_equal(pawl_job_mask(ended, 0, 0, PAWL_MASK_PICTURE, &got, NULL),
                     PAWL_ERR_DEAD_HANDLE);
    (void)pawl_image_destroy(&image);
    (void)pawl_detector_destroy(&detector);
    drop_chain(&c);
}

int main(void)
{
    struct CMUnitTest tests[6 + PW_COUNT(poisoned)] = {
        cmocka_unit_test(masks_belong_to_their_boxes),
        cmocka_unit_test(masks_go_with_their_run),
        cmocka_unit_test(classes_come_by_probability),
        cmocka_unit_test(classes_by_jobs),
        cmocka_unit_test(masks_by_jobs),
        cmocka_unit_test(a_classifier_has_no_settings),
    };
    for (size_t i = 0; i < PW_COUNT(poisoned); i++)
        tests[6 + i] = (struct CMUnitTest){.name = poisoned[i].name,
                                           .test_func = nothing_is_found_for_a_reason,
                                           .initial_state = &poisoned[i]};
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
