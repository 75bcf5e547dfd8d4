/* SPDX-License-Identifier: Apache-2.0 */
/* The detector on the tiny model: the same boxes as its parts give one by one, in every batch; what
 * it refuses; failing memory. */
#include "support/chain.h"

#include "support/failing_allocator.h"

#include <math.h>

static pt_allocator allocator;

/* Letterbox by the public function, into the input of picture 0; run; candidates through the
 * detector's collect. */
static void by_hand(chain *c, pawl_detector *detector, pawl_image *image, pawl_detections *result)
{
    pawl_image *boxed = NULL;
    pawl_image_view view;
    pawl_tensor input;
    assert_int_equal(pawl_context_shape_set(c->context, 1, 64, 64, NULL), PAWL_OK);
    assert_int_equal(pawl_image_letterbox(image, 64, 64, &boxed, NULL), PAWL_OK);
    assert_int_equal(pawl_image_view_get(boxed, &view, NULL), PAWL_OK);
    assert_int_equal(pawl_context_input(c->context, &input, NULL), PAWL_OK);
    for (size_t y = 0; y < 64; y++)
        memcpy((uint8_t *)input.data + y * 64 * 3, view.pixels + y * view.row_size, (size_t)64 * 3);
    assert_int_equal(pawl_image_destroy(&boxed), PAWL_OK);
    assert_int_equal(pawl_context_run(c->context, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_collect(detector, 0, result, NULL), PAWL_OK);
}

static float back(float value, double pad, double gain, int32_t limit)
{
    const float scaled = (value - (float)pad) / (float)gain;
    return fminf(fmaxf(scaled, 0.0f), (float)limit);
}

struct picture {
    const char *name;
    int32_t width, height;
};

static struct picture pictures[] = {
    {"as the network", 64, 64}, {"landscape", 200, 90}, {"portrait", 31, 117},    {"small", 5, 9},
    {"one pixel", 1, 1},        {"odd pads", 101, 67},  {"a thin line", 1000, 3},
};

/* Boxes well inside the network come back through the formula of scale_boxes; clipped ones may
 * differ, since collect clips too. */
static void gives_what_its_parts_give(void **state)
{
    const struct picture *p = *state;
    chain c;
    const pawl_context_desc desc = detector_context(1);
    pawl_detector *detector = NULL;
    pawl_detections found, raw;
    pawl_timing timing = {-1, -1, -1};
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    pawl_image *image = make_image(p->width, p->height, 77);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, &timing, NULL), PAWL_OK);
    assert_true(found.count > 0);
    assert_true(timing.preprocess_ms >= 0 && timing.inference_ms > 0 && timing.postprocess_ms >= 0);
    pawl_detection *kept = malloc(found.count * sizeof(*kept));
    memcpy(kept, found.items, found.count * sizeof(*kept));
    const size_t count = found.count;
    by_hand(&c, detector, image, &raw);
    assert_int_equal(raw.count, count);
    const double gain = fmin(64.0 / p->height, 64.0 / p->width);
    const double pad_x = (64 - p->width * gain) / 2, pad_y = (64 - p->height * gain) / 2;
    for (size_t i = 0; i < count; i++) {
        const pawl_detection *a = &raw.items[i], *b = &kept[i];
        assert_int_equal(a->class_id, b->class_id);
        assert_true(a->confidence == b->confidence && b->confidence > 0.25f);
        assert_true(i == 0 || b->confidence <= kept[i - 1].confidence);
        assert_true(b->x1 >= 0 && b->y1 >= 0 && b->x2 <= (float)p->width &&
                    b->y2 <= (float)p->height);
        if (a->x1 > 0)
            assert_true(back(a->x1, pad_x, gain, p->width) == b->x1);
        if (a->y2 < 64)
            assert_true(back(a->y2, pad_y, gain, p->height) == b->y2);
    }
    free(kept);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

static void full_and_partial_batches_give_the_same(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(4);
    pawl_detector *detector = NULL;
    pawl_detections all[4], one;
    pawl_image *images[4];
    pawl_detection *copies[4];
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < 4; i++)
        images[i] = make_image(20 + 30 * (int32_t)i, 80, i);
    assert_int_equal(pawl_detector_run(detector, images, 4, all, NULL, NULL), PAWL_OK);
    for (size_t i = 0; i < 4; i++) {
        copies[i] = malloc(all[i].count * sizeof(pawl_detection) + 1);
        memcpy(copies[i], all[i].items, all[i].count * sizeof(pawl_detection));
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pawl_detector_run(detector, &images[i], 1, &one, NULL, NULL), PAWL_OK);
        assert_int_equal(one.count, all[i].count);
        assert_memory_equal(one.items, copies[i], one.count * sizeof(pawl_detection));
    }
    pawl_detections two[2];
    assert_int_equal(pawl_detector_run(detector, images + 2, 2, two, NULL, NULL), PAWL_OK);
    assert_memory_equal(two[1].items, copies[3], two[1].count * sizeof(pawl_detection));
    assert_int_equal(pawl_detector_run(detector, images, 4, all, NULL, NULL), PAWL_OK);
    assert_memory_equal(all[2].items, copies[2], all[2].count * sizeof(pawl_detection));
    for (size_t i = 0; i < 4; i++) {
        free(copies[i]);
        assert_int_equal(pawl_image_destroy(&images[i]), PAWL_OK);
    }
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* A rectangle is what the picture needs at its own size; pictures of a call need the same one. */
static void rectangles_are_set_by_the_pictures(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(2);
    pawl_detector_desc options = PAWL_DETECTOR_DESC_INIT;
    pawl_detector *rect = NULL, *fixed = NULL;
    pawl_detections found, both[2];
    pawl_error error;
    const pawl_letterbox needed = pawl_letterbox_fit_rect(64, 20, 64, 64, PT_TINY_STRIDE);
    options.is_rect = 1;
    options.jobs = 1;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, &options, &rect, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &fixed, NULL), PAWL_OK);
    pawl_image *wide[] = {make_image(64, 20, 5), make_image(128, 40, 6)};
    pawl_image *high[] = {wide[0], make_image(20, 64, 7)};
    assert_int_equal(pawl_detector_run(rect, wide, 1, &found, NULL, NULL), PAWL_OK);
    const size_t count = found.count;
    pawl_detection *kept = malloc(count * sizeof *kept + 1);
    memcpy(kept, found.items, count * sizeof *kept);
    assert_int_equal(pawl_context_shape_set(c.context, 1, needed.height, needed.width, NULL),
                     PAWL_OK);
    assert_int_equal(pawl_detector_run(fixed, wide, 1, &found, NULL, NULL), PAWL_OK);
    assert_true(count > 0);
    assert_int_equal(found.count, count);
    assert_memory_equal(found.items, kept, count * sizeof *kept);
    assert_int_equal(pawl_detector_run(rect, wide, 2, both, NULL, NULL), PAWL_OK);
    assert_memory_equal(both[0].items, kept, count * sizeof *kept);
    assert_int_equal(pawl_detector_run(rect, high, 2, both, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "rectangle"));
    pawl_job *job = NULL;
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    assert_int_equal(pawl_detector_submit(rect, wide, 1, NULL, &job, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_wait(rect, &result, NULL), PAWL_OK);
    assert_int_equal(result.detections[0].count, count);
    assert_memory_equal(result.detections[0].items, kept, count * sizeof *kept);
    assert_int_equal(pawl_job_destroy(&job), PAWL_OK);
    free(kept);
    pawl_image *const images[] = {wide[0], wide[1], high[1]};
    for (size_t i = 0; i < PW_COUNT(images); i++) {
        pawl_image *image = images[i];
        assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    }
    assert_int_equal(pawl_detector_destroy(&fixed), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&rect), PAWL_OK);
    drop_chain(&c);
}

static void options_are_obeyed(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(1);
    static const int32_t only[] = {1};
    pawl_detector_desc options = PAWL_DETECTOR_DESC_INIT;
    options.max_detections = 3;
    options.classes = only;
    options.class_count = 1;
    options.is_multi_label = 1;
    options.confidence = 0.1f;
    pawl_detector *detector = NULL;
    pawl_detections found;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, &options, &detector, NULL), PAWL_OK);
    pawl_image *image = make_image(64, 64, 1);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
    assert_int_equal(found.count, 3);
    for (size_t i = 0; i < found.count; i++)
        assert_int_equal(found.items[i].class_id, 1);
    /* Somebody else's threshold on the context does not matter. */
    assert_int_equal(pawl_context_threshold_set(c.context, 1.0f, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
    assert_int_equal(found.count, 3);
    assert_int_equal(pawl_context_shape_set(c.context, 1, 128, 96, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

static void what_makes_no_detector(void **state)
{
    (void)state;
    chain c;
    pawl_context_desc desc = detector_context(1);
    pawl_detector *detector = NULL;
    pawl_error error;
    static const int32_t absent[] = {3};
    pawl_detector_desc wrong[9];
    for (size_t i = 0; i < PW_COUNT(wrong); i++)
        wrong[i] = (pawl_detector_desc)PAWL_DETECTOR_DESC_INIT;
    wrong[0].confidence = -0.1f;
    wrong[1].confidence = NAN;
    wrong[2].iou = 1.1f;
    wrong[3].max_detections = 0;
    wrong[4].classes = absent;
    wrong[4].class_count = 1;
    wrong[5].struct_size = 0;
    wrong[6].max_detections = -5;
    wrong[7].classes = absent; /* keeps nothing */
    wrong[8].class_count = 2;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    const size_t objects = pawl_object_count();
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        assert_int_equal(pawl_detector_create(c.context, &wrong[i], &detector, &error),
                         PAWL_ERR_ARGUMENT);
        assert_true(strlen(error.message) > 10);
        assert_null(detector);
    }
    assert_int_equal(pawl_detector_create(c.context, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_object_count(), objects);
    drop_chain(&c);
    desc.output = PAWL_OUTPUT_DECODED;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "CANDIDATES"));
    drop_chain(&c);
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.input = PAWL_INPUT_F32_NCHW;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, &error), PAWL_ERR_ARGUMENT);
    drop_chain(&c);
    assert_int_equal(pawl_detector_create(NULL, NULL, &detector, &error), PAWL_ERR_ARGUMENT);
}

static void wrong_calls_change_nothing(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(2);
    pawl_detector *detector = NULL;
    pawl_error error;
    pawl_detections results[3] = {{NULL, 7}, {NULL, 7}, {NULL, 7}};
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    pawl_image *image = make_image(64, 64, 1);
    pawl_image *images[3] = {image, NULL, image};
    assert_int_equal(pawl_detector_collect(detector, 0, results, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run(detector, images, 0, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run(detector, images, 3, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run(detector, images, 2, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run(detector, NULL, 1, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run(detector, images, 1, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image *dead = make_image(8, 8, 1);
    images[1] = dead;
    assert_int_equal(pawl_image_destroy(&dead), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, images, 2, results, NULL, &error),
                     PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(results[0].count, 7);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK); /* nobody holds it */
    assert_int_equal(pawl_context_destroy(&c.context), PAWL_DEFERRED);
    image = make_image(64, 64, 1);
    assert_int_equal(pawl_detector_run(detector, &image, 1, results, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_collect(detector, 1, results, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_collect(detector, 2, results, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

static int try_to_use(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    pawl_detector *detector = user;
    pawl_detections result;
    (void)layer_id;
    (void)name;
    (void)tensor;
    return pawl_detector_collect(detector, 0, &result, NULL) == PAWL_ERR_BUSY ? 1 : 0;
}

static void busy_while_its_context_runs(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(1);
    pawl_detector *detector = NULL;
    pawl_detections result;
    pawl_error error;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_context_observer_set(c.context, try_to_use, detector, NULL), PAWL_OK);
    pawl_image *image = make_image(64, 64, 1);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &result, NULL, &error),
                     PAWL_ERR_CANCELLED);
    assert_int_equal(pawl_context_observer_set(c.context, NULL, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &result, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

static void no_memory_for_a_detector(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(2);
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    const size_t objects = pawl_object_count();
    for (long nth = 1;; nth++) {
        pawl_detector *detector = NULL;
        const long live = atomic_load(&allocator.live);
        pt_allocator_reset(&allocator, nth);
        const pawl_status status = pawl_detector_create(c.context, NULL, &detector, NULL);
        const bool is_over = atomic_load(&allocator.calls) < nth;
        pt_allocator_reset(&allocator, 0);
        assert_int_equal(status, is_over ? PAWL_OK : PAWL_ERR_MEMORY);
        assert_true((status == PAWL_OK) == (detector != NULL));
        (void)pawl_detector_destroy(&detector);
        assert_int_equal(pawl_object_count(), objects);
        assert_int_equal(atomic_load(&allocator.live), live);
        if (is_over)
            break;
    }
    drop_chain(&c);
}

static void a_detection_in_the_same_shape_allocates_nothing(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(2);
    pawl_detector *detector = NULL;
    pawl_detections results[2];
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    pawl_image *images[2] = {make_image(640, 480, 1), make_image(3, 2000, 2)};
    pt_allocator_reset(&allocator, 0);
    for (int n = 0; n < 3; n++)
        assert_int_equal(pawl_detector_run(detector, images, 2, results, NULL, NULL), PAWL_OK);
    assert_int_equal(atomic_load(&allocator.calls), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pawl_image_destroy(&images[i]), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* The last batch of a list is a partial one: the second time it allocates nothing, and finds the
 * same. */
static void a_partial_batch_is_made_once(void **state)
{
    (void)state;
    enum { BATCH = 4, LAST = 3 };
    chain c;
    pawl_detector *detector = NULL;
    pawl_image *images[BATCH];
    pawl_detections found[BATCH];
    size_t counts[LAST];
    const pawl_context_desc desc = detector_context(BATCH);
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < BATCH; i++)
        images[i] = make_image(30 + 20 * (int32_t)i, 70, i);
    for (int round = 0; round < 3; round++) {
        const long calls = atomic_load(&allocator.calls);
        assert_int_equal(pawl_detector_run(detector, images, BATCH, found, NULL, NULL), PAWL_OK);
        assert_int_equal(pawl_detector_run(detector, images, LAST, found, NULL, NULL), PAWL_OK);
        if (round > 0)
            assert_int_equal(atomic_load(&allocator.calls), calls);
        for (size_t i = 0; i < LAST; i++) {
            assert_true(round == 0 || found[i].count == counts[i]);
            counts[i] = found[i].count;
        }
    }
    for (size_t i = 0; i < BATCH; i++)
        (void)pawl_image_destroy(&images[i]);
    (void)pawl_detector_destroy(&detector);
    drop_chain(&c);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partial_batch_is_made_once),
        cmocka_unit_test(full_and_partial_batches_give_the_same),
        cmocka_unit_test(rectangles_are_set_by_the_pictures),
        cmocka_unit_test(options_are_obeyed),
        cmocka_unit_test(what_makes_no_detector),
        cmocka_unit_test(wrong_calls_change_nothing),
        cmocka_unit_test(busy_while_its_context_runs),
        cmocka_unit_test(no_memory_for_a_detector),
        cmocka_unit_test(a_detection_in_the_same_shape_allocates_nothing),
    };
    struct CMUnitTest shapes[PW_COUNT(pictures)];
    for (size_t i = 0; i < PW_COUNT(pictures); i++)
        shapes[i] = (struct CMUnitTest){.name = pictures[i].name,
                                        .test_func = gives_what_its_parts_give,
                                        .initial_state = &pictures[i]};
    const int failed = cmocka_run_group_tests_name("detector pictures", shapes, NULL, NULL);
    return failed + cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
