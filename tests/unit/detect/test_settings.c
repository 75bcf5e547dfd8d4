/* SPDX-License-Identifier: Apache-2.0 */
/* What a detector looks for, set while it lives: the same as of one that was made so; from other
 * threads; with jobs under way; failing memory. */
#include "support/chain.h"

#include "support/failing_allocator.h"

#include <math.h>
#include <pawl/job.h>
#include <pawl/settings.h>
#include <pthread.h>

static pt_allocator allocator;

typedef struct bench {
    chain c;
    pawl_detector *detector;
    pawl_image *image;
} bench;

static void make_bench(bench *b, const pawl_detector_desc *desc)
{
    const pawl_context_desc how = detector_context(1);
    assert_int_equal(make_chain(&b->c, &how, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(b->c.context, desc, &b->detector, NULL), PAWL_OK);
    b->image = make_image(50, 70, 9);
}

static void drop_bench(bench *b)
{
    (void)pawl_image_destroy(&b->image);
    (void)pawl_detector_destroy(&b->detector);
    drop_chain(&b->c);
}

/* A copy of what a run finds: free() its items. */
static pawl_detections look(pawl_detector *detector, pawl_image *image)
{
    pawl_detections found;
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
    pawl_detection *items = malloc((found.count + 1) * sizeof *items);
    memcpy(items, found.items, found.count * sizeof *items);
    return (pawl_detections){items, found.count};
}

static bool is_same(const pawl_detections *a, const pawl_detections *b)
{
    return a->count == b->count &&
           memcmp(a->items, b->items, a->count * sizeof(pawl_detection)) == 0;
}

static void forget(pawl_detections *found)
{
    free((void *)(uintptr_t)found->items);
}

/* What the detector finds now is what one finds that is made with desc. Returns how many. */
static size_t as_made_with(bench *b, const pawl_detector_desc *desc)
{
    pawl_detector *other = NULL;
    assert_int_equal(pawl_detector_create(b->c.context, desc, &other, NULL), PAWL_OK);
    pawl_detections want = look(other, b->image), got = look(b->detector, b->image);
    assert_true(is_same(&want, &got));
    const size_t count = got.count;
    forget(&want);
    forget(&got);
    assert_int_equal(pawl_detector_destroy(&other), PAWL_OK);
    return count;
}

/* One after the other, so that what was set before stays. */
static void as_if_made_so(void **state)
{
    (void)state;
    static const int32_t classes[] = {2, 0};
    static const float confidences[PT_TINY_CLASSES] = {0.3f, 0.2f, 0.05f};
    bench b;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    make_bench(&b, NULL);
    const size_t usual = as_made_with(&b, &desc);
    assert_true(usual > 0);
    desc.confidence = 0.01f;
    assert_int_equal(pawl_detector_confidence_set(b.detector, 0.01f, NULL), PAWL_OK);
    const size_t more = as_made_with(&b, &desc);
    assert_true(more > usual);
    desc.iou = 0.1f;
    assert_int_equal(pawl_detector_iou_set(b.detector, 0.1f, NULL), PAWL_OK);
    const size_t fewer = as_made_with(&b, &desc);
    assert_true(fewer < more);
    desc.is_agnostic = 1;
    assert_int_equal(pawl_detector_agnostic_set(b.detector, 1, NULL), PAWL_OK);
    assert_true(as_made_with(&b, &desc) < fewer);
    desc.is_agnostic = 0;
    assert_int_equal(pawl_detector_agnostic_set(b.detector, 0, NULL), PAWL_OK);
    desc.iou = 0.9f;
    assert_int_equal(pawl_detector_iou_set(b.detector, 0.9f, NULL), PAWL_OK);
    const size_t single = as_made_with(&b, &desc);
    desc.is_multi_label = 1;
    assert_int_equal(pawl_detector_multi_label_set(b.detector, 1, NULL), PAWL_OK);
    const size_t most = as_made_with(&b, &desc);
    assert_true(most > single);
    desc.classes = classes;
    desc.class_count = 2;
    assert_int_equal(pawl_detector_classes_set(b.detector, classes, 2, NULL), PAWL_OK);
    const size_t some = as_made_with(&b, &desc);
    assert_true(some < most && some > 0);
    desc.class_confidences = confidences;
    desc.class_confidence_count = PT_TINY_CLASSES;
    assert_int_equal(
        pawl_detector_class_confidences_set(b.detector, confidences, PT_TINY_CLASSES, NULL),
        PAWL_OK);
    assert_true(as_made_with(&b, &desc) < some);
    desc.max_detections = 3;
    assert_int_equal(pawl_detector_max_detections_set(b.detector, 3, NULL), PAWL_OK);
    assert_int_equal(as_made_with(&b, &desc), 3);
    desc = (pawl_detector_desc)PAWL_DETECTOR_DESC_INIT; /* and all the way back */
    desc.max_detections = 40000;
    assert_int_equal(pawl_detector_max_detections_set(b.detector, 40000, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_class_confidences_set(b.detector, NULL, 0, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_classes_set(b.detector, NULL, 0, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_multi_label_set(b.detector, 0, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_iou_set(b.detector, 0.45f, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_confidence_set(b.detector, 0.25f, NULL), PAWL_OK);
    assert_int_equal(as_made_with(&b, &desc), usual);
    drop_bench(&b);
}

/* Lists are copied: the caller's may go. */
static void copies_lists(void **state)
{
    (void)state;
    bench b;
    make_bench(&b, NULL);
    int32_t *classes = malloc(sizeof *classes);
    *classes = 1;
    assert_int_equal(pawl_detector_classes_set(b.detector, classes, 1, NULL), PAWL_OK);
    *classes = 77;
    free(classes);
    assert_int_equal(pawl_detector_confidence_set(b.detector, 0.01f, NULL), PAWL_OK);
    pawl_detections found = look(b.detector, b.image);
    assert_true(found.count > 0);
    for (size_t i = 0; i < found.count; i++)
        assert_int_equal(found.items[i].class_id, 1);
    forget(&found);
    drop_bench(&b);
}

static void refuses(void **state)
{
    (void)state;
    static const int32_t wrong[] = {0, PT_TINY_CLASSES};
    static const float beyond[PT_TINY_CLASSES] = {0.5f, 0.5f, 1.5f};
    bench b;
    pawl_error error;
    make_bench(&b, NULL);
    pawl_detector *d = b.detector;
    pawl_detections before = look(d, b.image);
    assert_int_equal(pawl_detector_confidence_set(d, -0.1f, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_confidence_set(d, (float)NAN, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_iou_set(d, 1.1f, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_max_detections_set(d, 0, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_classes_set(d, wrong, 2, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "no class 3"));
    assert_int_equal(pawl_detector_classes_set(d, wrong, 0, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_classes_set(d, NULL, 1, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_class_confidences_set(d, beyond, 2, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_class_confidences_set(d, beyond, 3, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_class_confidences_set(d, NULL, 3, &error), PAWL_ERR_ARGUMENT);
    pawl_detections after = look(d, b.image);
    assert_true(is_same(&before, &after));
    forget(&before);
    forget(&after);
    drop_bench(&b);
    assert_int_equal(pawl_detector_confidence_set(d, 0.5f, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_detector_confidence_set(NULL, 0.5f, &error), PAWL_ERR_ARGUMENT);
}

/* A job goes by what was set when it was submitted, wherever it stands in the queue. */
static void jobs_go_by_what_was_set_then(void **state)
{
    (void)state;
    enum { JOBS = 6 };
    static const float levels[JOBS] = {0.25f, 0.01f, 0.9f, 0.1f, 0.25f, 0.01f};
    bench b;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.jobs = JOBS;
    make_bench(&b, &desc);
    pawl_job *jobs[JOBS] = {NULL};
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(pawl_detector_confidence_set(b.detector, levels[i], NULL), PAWL_OK);
        assert_int_equal(pawl_detector_submit(b.detector, &b.image, 1, NULL, &jobs[i], NULL),
                         PAWL_OK);
    }
    for (size_t i = 0; i < JOBS; i++) {
        pawl_job_info info = PAWL_JOB_INFO_INIT;
        assert_int_equal(pawl_job_wait(jobs[i], &info, NULL), PAWL_OK);
        assert_int_equal(info.status, PAWL_OK);
        assert_int_equal(pawl_detector_confidence_set(b.detector, levels[i], NULL), PAWL_OK);
        pawl_detections want = look(b.detector, b.image);
        assert_true(is_same(&want, &info.detections[0]));
        forget(&want);
    }
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(pawl_job_destroy(&jobs[i]), PAWL_OK);
    drop_bench(&b);
}

/* --- from another thread --- */

typedef struct changer {
    pawl_detector *detector;
    atomic_bool is_over;
    bool is_wrong;
} changer;

static void *change(void *user)
{
    static const int32_t classes[] = {0, 2};
    changer *self = user;
    while (!atomic_load(&self->is_over)) {
        self->is_wrong |= pawl_detector_confidence_set(self->detector, 0.01f, NULL) < 0;
        self->is_wrong |= pawl_detector_classes_set(self->detector, classes, 2, NULL) < 0;
        self->is_wrong |= pawl_detector_max_detections_set(self->detector, 7, NULL) < 0;
        self->is_wrong |= pawl_detector_classes_set(self->detector, NULL, 0, NULL) < 0;
        self->is_wrong |= pawl_detector_confidence_set(self->detector, 0.3f, NULL) < 0;
        self->is_wrong |= pawl_detector_max_detections_set(self->detector, 500, NULL) < 0;
    }
    return NULL;
}

static void others_may_set_meanwhile(void **state)
{
    (void)state;
    bench b;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.jobs = 2;
    make_bench(&b, &desc);
    changer other = {.detector = b.detector};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, change, &other), 0);
    for (int i = 0; i < 60; i++) {
        pawl_detections found;
        pawl_job *job = NULL;
        pawl_job_info info = PAWL_JOB_INFO_INIT;
        assert_int_equal(pawl_detector_submit(b.detector, &b.image, 1, NULL, &job, NULL), PAWL_OK);
        assert_int_equal(pawl_detector_run(b.detector, &b.image, 1, &found, NULL, NULL), PAWL_OK);
        assert_true(found.count <= 500);
        assert_int_equal(pawl_job_wait(job, &info, NULL), PAWL_OK);
        assert_int_equal(info.status, PAWL_OK);
        for (size_t k = 1; k < info.detections[0].count; k++)
            assert_true(info.detections[0].items[k - 1].confidence >=
                        info.detections[0].items[k].confidence);
        assert_true(pawl_job_destroy(&job) >= 0);
    }
    atomic_store(&other.is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(other.is_wrong);
    drop_bench(&b);
}

/* --- what it tells --- */

static void tells_what_it_is(void **state)
{
    (void)state;
    bench b;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    desc.jobs = 3;
    desc.confidence = 0.4f;
    make_bench(&b, &desc);
    assert_int_equal(pawl_detector_iou_set(b.detector, 0.7f, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_info_get(b.detector, &info, NULL), PAWL_OK);
    assert_int_equal(info.task, PAWL_TASK_DETECT);
    assert_int_equal(info.class_count, PT_TINY_CLASSES);
    assert_int_equal(info.batch, 1);
    assert_int_equal(info.height, 64);
    assert_int_equal(info.width, 64);
    assert_int_equal(info.jobs, 3);
    assert_string_equal(info.backend, "reference");
    assert_float_equal(info.confidence, 0.4f, 0);
    assert_float_equal(info.iou, 0.7f, 0);
    assert_int_equal(info.max_detections, 1000);
    size_t count = 9;
    const char *const *names = pawl_detector_class_names(b.detector, &count);
    assert_int_equal(info.has_names, names != NULL);
    assert_int_equal(count, names != NULL ? PT_TINY_CLASSES : 0);
    for (int32_t i = -1; i <= PT_TINY_CLASSES; i++) {
        const char *name = pawl_plan_class_name(b.c.plan, i);
        assert_ptr_equal(pawl_engine_class_name(b.c.engine, i), name);
        assert_ptr_equal(pawl_detector_class_name(b.detector, i), name);
        if (name != NULL)
            assert_ptr_equal(names[i], name);
    }
    pawl_model_info of_engine = PAWL_MODEL_INFO_INIT, of_plan = PAWL_MODEL_INFO_INIT;
    assert_int_equal(pawl_engine_model_get(b.c.engine, &of_engine, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_model_get(b.c.plan, &of_plan, NULL), PAWL_OK);
    assert_int_equal(of_engine.class_count, of_plan.class_count);
    assert_int_equal(of_engine.layer_count, of_plan.layer_count);
    pawl_detector *dead = b.detector;
    pawl_engine *ended = b.c.engine;
    drop_bench(&b);
    assert_null(pawl_detector_class_names(dead, &count));
    assert_int_equal(count, 0);
    assert_null(pawl_detector_class_name(dead, 0));
    assert_null(pawl_engine_class_name(ended, 0));
    assert_int_equal(pawl_detector_info_get(dead, &info, NULL), PAWL_ERR_DEAD_HANDLE);
}

/* --- failing memory --- */

/* Room for more boxes is taken by the run; where there is none, all is as it was. */
static void failing_memory(void **state)
{
    (void)state;
    static const int32_t classes[] = {0, 1};
    bench b;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.max_detections = 2;
    desc.confidence = 0.01f;
    make_bench(&b, &desc);
    pawl_detections found;
    pt_allocator_reset(&allocator, 1);
    assert_int_equal(pawl_detector_classes_set(b.detector, classes, 2, NULL), PAWL_ERR_MEMORY);
    pt_allocator_reset(&allocator, 0);
    assert_int_equal(pawl_detector_max_detections_set(b.detector, 50, NULL), PAWL_OK);
    long failed = 0;
    pawl_status status = PAWL_ERR_MEMORY;
    while (status == PAWL_ERR_MEMORY) {
        pt_allocator_reset(&allocator, ++failed);
        status = pawl_detector_run(b.detector, &b.image, 1, &found, NULL, NULL);
    }
    pt_allocator_reset(&allocator, 0);
    assert_int_equal(status, PAWL_OK);
    assert_true(failed > 4); /* items, rows, corners, and suppression's own */
    assert_true(found.count > 2);
    drop_bench(&b);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_if_made_so),
        cmocka_unit_test(copies_lists),
        cmocka_unit_test(refuses),
        cmocka_unit_test(jobs_go_by_what_was_set_then),
        cmocka_unit_test(others_may_set_meanwhile),
        cmocka_unit_test(tells_what_it_is),
        cmocka_unit_test(failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
