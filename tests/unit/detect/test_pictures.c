/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in the caller's memory: every format finds what the same picture finds as an image; what
 * is refused, and by which words; memory. */
#include "support/pictures.h"

#include "support/failing_allocator.h"
#include "support/task_models.h"

static pt_allocator allocator;

struct kind {
    const char *name;
    pawl_picture_format format;
    pawl_picture_matrix matrix;
    pawl_picture_range range;
};

static struct kind kinds[] = {
    {"RGB", PAWL_PICTURE_RGB, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"BGR", PAWL_PICTURE_BGR, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"grey", PAWL_PICTURE_GREY, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"NV12 of BT.601", PAWL_PICTURE_NV12, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"NV12 of BT.601, full", PAWL_PICTURE_NV12, PAWL_MATRIX_BT601, PAWL_RANGE_FULL},
    {"NV12 of BT.709", PAWL_PICTURE_NV12, PAWL_MATRIX_BT709, PAWL_RANGE_LIMITED},
    {"NV12 of BT.709, full", PAWL_PICTURE_NV12, PAWL_MATRIX_BT709, PAWL_RANGE_FULL},
    {"I420 of BT.601", PAWL_PICTURE_I420, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"I420 of BT.709, full", PAWL_PICTURE_I420, PAWL_MATRIX_BT709, PAWL_RANGE_FULL},
    {"YUYV of BT.601", PAWL_PICTURE_YUYV, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED},
    {"YUYV of BT.709", PAWL_PICTURE_YUYV, PAWL_MATRIX_BT709, PAWL_RANGE_LIMITED},
};

/* The network's size, its double, larger, smaller, thin, odd, and one pixel. */
static const int32_t sizes[][2] = {{64, 64},  {128, 128}, {200, 90},  {30, 118}, {2, 2},
                                   {1000, 4}, {101, 67},  {641, 359}, {64, 65},  {1, 1}};

static pt_picture make_picture(const struct kind *kind, size_t size, size_t gap)
{
    pt_picture made = pt_picture_make(kind->format, sizes[size][0], sizes[size][1], gap, 31 + size);
    made.is.matrix = kind->matrix;
    made.is.range = kind->range;
    return made;
}

static void assert_same_boxes(const pawl_detections *a, const pawl_detection *want, size_t count)
{
    assert_true(count > 0);
    assert_int_equal(a->count, count);
    assert_memory_equal(a->items, want, count * sizeof *want);
}

static pawl_detection *kept(const pawl_detections *found)
{
    pawl_detection *made = malloc(found->count * sizeof *made + 1);
    assert_non_null(made);
    memcpy(made, found->items, found->count * sizeof *made);
    return made;
}

/* Not only the boxes: the bytes that the network saw. */
static void finds_what_its_image_finds(void **state)
{
    const struct kind *kind = *state;
    chain c;
    const pawl_context_desc desc = detector_context(1);
    pawl_detector *detector = NULL;
    pawl_tensor input;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    uint8_t *seen = malloc((size_t)64 * 64 * 3);
    for (size_t i = 0; i < 2 * PW_COUNT(sizes); i++) {
        pt_picture picture = make_picture(kind, i / 2, i % 2 * 13);
        pawl_image *image = pt_picture_image(&picture.is);
        pawl_detections found;
        pawl_timing timing = {-1, -1, -1};
        assert_int_equal(pawl_detector_run(detector, &image, 1, &found, NULL, NULL), PAWL_OK);
        pawl_detection *want = kept(&found);
        const size_t count = found.count;
        assert_int_equal(pawl_context_input(c.context, &input, NULL), PAWL_OK);
        memcpy(seen, input.data, (size_t)64 * 64 * 3);
        memset(input.data, 0, (size_t)64 * 64 * 3);
        assert_int_equal(
            pawl_detector_run_pictures(detector, &picture.is, 1, &found, &timing, NULL), PAWL_OK);
        assert_memory_equal(input.data, seen, (size_t)64 * 64 * 3);
        assert_same_boxes(&found, want, count);
        assert_true(timing.preprocess_ms >= 0 && timing.inference_ms >= 0);
        free(want);
        assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
        pt_picture_free(&picture);
    }
    free(seen);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* Formats side by side in a batch, and as a job, whose memory is free once it was waited for. */
static void batches_and_jobs_mix_formats(void **state)
{
    (void)state;
    enum { COUNT = 3 };
    chain c;
    const pawl_context_desc desc = detector_context(COUNT);
    pawl_detector_desc options = PAWL_DETECTOR_DESC_INIT;
    pawl_detector *detector = NULL;
    pawl_detections found[COUNT];
    pt_picture made[COUNT];
    pawl_picture pictures[COUNT];
    pawl_detection *want[COUNT];
    size_t counts[COUNT];
    options.jobs = 2;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, &options, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < COUNT; i++) {
        made[i] = make_picture(&kinds[i + 1], i + 1, 5);
        pictures[i] = made[i].is;
        pawl_image *image = pt_picture_image(&pictures[i]);
        assert_int_equal(pawl_detector_run(detector, &image, 1, found, NULL, NULL), PAWL_OK);
        counts[i] = found->count;
        want[i] = kept(found);
        assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    }
    assert_int_equal(pawl_detector_run_pictures(detector, pictures, COUNT, found, NULL, NULL),
                     PAWL_OK);
    for (size_t i = 0; i < COUNT; i++)
        assert_same_boxes(&found[i], want[i], counts[i]);
    pawl_job *job = NULL;
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    assert_int_equal(pawl_detector_submit_pictures(detector, pictures, COUNT, &c, &job, NULL),
                     PAWL_OK);
    memset(pictures, 0, sizeof pictures); /* the array was read */
    assert_int_equal(pawl_detector_wait(detector, &result, NULL), PAWL_OK);
    assert_int_equal(result.status, PAWL_OK);
    assert_ptr_equal(result.user, &c);
    for (size_t i = 0; i < COUNT; i++) {
        pt_picture_free(&made[i]);
        assert_same_boxes(&result.detections[i], want[i], counts[i]);
        free(want[i]);
    }
    assert_int_equal(pawl_job_destroy(&job), PAWL_OK);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* A window that begins at an odd pixel and an odd row, where U and V are shared; of odd sides. */
static void classifiers_crop_every_format(void **state)
{
    (void)state;
    static const int32_t odd[][2] = {{70, 44}, {46, 72}, {71, 45}, {47, 73}};
    pawl_context_desc desc = small_context();
    chain c = {NULL, NULL, NULL, NULL};
    pawl_detector *detector = NULL;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    assert_int_equal(pt_task_plan(pt_classifier, "reference", &c.plan, NULL), PAWL_OK);
    assert_int_equal(pawl_runtime_create(NULL, &c.runtime, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(c.runtime, c.plan, &c.engine, NULL), PAWL_OK);
    assert_int_equal(pawl_context_create(c.engine, &desc, &c.context, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(odd) * PW_COUNT(kinds); i++) {
        pawl_class_scores scores;
        pawl_class_score want[PT_TASK_CLASSES];
        const int32_t *size = odd[i % PW_COUNT(odd)];
        pt_picture picture =
            pt_picture_make(kinds[i / PW_COUNT(odd)].format, size[0], size[1], 3, i);
        pawl_image *image = pt_picture_image(&picture.is);
        assert_int_equal(pawl_detector_classify(detector, &image, 1, &scores, NULL, NULL), PAWL_OK);
        assert_int_equal(scores.count, PT_TASK_CLASSES);
        memcpy(want, scores.items, sizeof want);
        assert_int_equal(
            pawl_detector_classify_pictures(detector, &picture.is, 1, &scores, NULL, NULL),
            PAWL_OK);
        assert_memory_equal(scores.items, want, sizeof want);
        assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
        pt_picture_free(&picture);
    }
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

struct wrong {
    pawl_status status;
    const char *words;
    pawl_picture picture;
};

/* Every refusal is before a byte is read: the planes are one byte. */
static void refuses_what_is_no_picture(void **state)
{
    (void)state;
    static const uint8_t byte[1] = {0};
    const pawl_picture_format rgb = PAWL_PICTURE_RGB, nv12 = PAWL_PICTURE_NV12;
    const pawl_picture_format i420 = PAWL_PICTURE_I420, yuyv = PAWL_PICTURE_YUYV;
    const struct wrong all[] = {
        {PAWL_ERR_ARGUMENT, "planes[0].bytes is NULL", {rgb, 8, 8, {{NULL, 24}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[1].bytes is NULL", {nv12, 8, 8, {{byte, 8}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[1] is given", {rgb, 8, 8, {{byte, 24}, {byte, 8}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[0].row_size is 23", {rgb, 8, 8, {{byte, 23}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[0].row_size is 0", {rgb, 8, 8, {{byte, 0}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[1].row_size is 7", {nv12, 8, 8, {{byte, 8}, {byte, 7}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "row_size is", {rgb, 8, 8, {{byte, SIZE_MAX}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "row_size is", {rgb, 8, 8, {{byte, (size_t)1 << 31}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "row_size is", {nv12, 8, 8, {{byte, 8}, {byte, SIZE_MAX - 7}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[1].row_size is 7", {nv12, 7, 8, {{byte, 7}, {byte, 7}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[2].bytes is NULL", {i420, 8, 8, {{byte, 8}, {byte, 4}}, 0, 0}},
        {PAWL_ERR_ARGUMENT,
         "planes[2].row_size is 3",
         {i420, 7, 8, {{byte, 7}, {byte, 4}, {byte, 3}}, 0, 0}},
        {PAWL_ERR_ARGUMENT,
         "NV12 has 2 planes, and planes[2] is given",
         {nv12, 8, 8, {{byte, 8}, {byte, 8}, {byte, 8}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[0].row_size is 14", {yuyv, 7, 8, {{byte, 14}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "planes[1] is given", {yuyv, 8, 8, {{byte, 16}, {byte, 4}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "at least 1", {rgb, 0, 8, {{byte, 24}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "at least 1", {rgb, 8, -8, {{byte, 24}}, 0, 0}},
        {PAWL_ERR_LIMIT, "2^28 pixels", {rgb, 65501, 1, {{byte, 200000}}, 0, 0}},
        {PAWL_ERR_LIMIT, "2^28 pixels", {rgb, 1, INT32_MAX, {{byte, 3}}, 0, 0}},
        {PAWL_ERR_LIMIT, "2^28 pixels", {rgb, 65500, 65500, {{byte, 200000}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "format 6", {(pawl_picture_format)6, 8, 8, {{byte, 24}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "format -1", {(pawl_picture_format)-1, 8, 8, {{byte, 24}}, 0, 0}},
        {PAWL_ERR_ARGUMENT, "matrix 2", {rgb, 8, 8, {{byte, 24}}, (pawl_picture_matrix)2, 0}},
        {PAWL_ERR_ARGUMENT, "range 2", {rgb, 8, 8, {{byte, 24}}, 0, (pawl_picture_range)2}},
        {PAWL_ERR_ARGUMENT, "at least 1", PAWL_PICTURE_INIT},
    };
    chain c;
    const pawl_context_desc desc = detector_context(2);
    pawl_detector_desc options = PAWL_DETECTOR_DESC_INIT;
    pawl_detector *detector = NULL;
    pt_picture sound = pt_picture_make(rgb, 8, 8, 0, 1);
    pawl_detections results[2] = {{NULL, 7}, {NULL, 7}};
    pawl_job *job = NULL;
    pawl_error error;
    options.jobs = 1;
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, &options, &detector, NULL), PAWL_OK);
    const size_t objects = pawl_object_count();
    for (size_t i = 0; i < PW_COUNT(all); i++) {
        const pawl_picture pair[2] = {sound.is, all[i].picture};
        for (int as_job = 0; as_job < 2; as_job++) {
            error.message[0] = '\0';
            assert_int_equal(
                as_job ? pawl_detector_submit_pictures(detector, pair, 2, NULL, &job, &error)
                       : pawl_detector_run_pictures(detector, pair, 2, results, NULL, &error),
                all[i].status);
            if (strstr(error.message, all[i].words) == NULL)
                fail_msg("\"%s\" lacks \"%s\"", error.message, all[i].words);
            assert_non_null(strstr(error.message, "picture 1"));
        }
        assert_int_equal(results[0].count, 7);
        assert_null(job);
        assert_int_equal(pawl_object_count(), objects);
    }
    assert_int_equal(pawl_detector_run_pictures(detector, NULL, 1, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run_pictures(detector, &sound.is, 1, NULL, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run_pictures(detector, &sound.is, 0, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_run_pictures(detector, &sound.is, 3, results, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    pawl_class_scores scores;
    assert_int_equal(pawl_detector_classify_pictures(detector, &sound.is, 1, &scores, NULL, &error),
                     PAWL_ERR_UNSUPPORTED);
    assert_int_equal(pawl_detector_submit_pictures(detector, NULL, 1, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    /* the seat is free again */
    assert_int_equal(pawl_detector_submit_pictures(detector, &sound.is, 1, NULL, &job, &error),
                     PAWL_OK);
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    assert_int_equal(pawl_detector_wait(detector, &result, NULL), PAWL_OK);
    assert_int_equal(pawl_job_destroy(&job), PAWL_OK);
    pt_picture_free(&sound);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* What one size and format needs is kept for the next picture of it, and memory that is short is an
 * error of that call alone. */
static void a_size_seen_before_allocates_nothing(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = detector_context(1);
    pawl_detector *detector = NULL;
    pawl_detections found;
    pt_picture pictures[PW_COUNT(kinds)];
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &detector, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(kinds); i++)
        pictures[i] = make_picture(&kinds[i], i % PW_COUNT(sizes), 0);
    pt_picture wide = pt_picture_make(PAWL_PICTURE_NV12, 4000, 2, 0, 9);
    const long live = atomic_load(&allocator.live);
    pt_allocator_reset(&allocator, 1);
    assert_int_equal(pawl_detector_run_pictures(detector, &wide.is, 1, &found, NULL, NULL),
                     PAWL_ERR_MEMORY);
    pt_allocator_reset(&allocator, 0);
    assert_int_equal(atomic_load(&allocator.live), live);
    assert_int_equal(pawl_detector_run_pictures(detector, &wide.is, 1, &found, NULL, NULL),
                     PAWL_OK);
    assert_int_equal(atomic_load(&allocator.calls), 1);
    for (size_t i = 0; i < 3 * PW_COUNT(kinds); i++)
        assert_int_equal(pawl_detector_run_pictures(detector, &pictures[i % PW_COUNT(kinds)].is, 1,
                                                    &found, NULL, NULL),
                         PAWL_OK);
    assert_int_equal(atomic_load(&allocator.calls), 1);
    pt_picture_free(&wide);
    for (size_t i = 0; i < PW_COUNT(kinds); i++)
        pt_picture_free(&pictures[i]);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    drop_chain(&c);
}

/* --- images of them --- */

static void assert_same_pixels(pawl_image *a, pawl_image *b)
{
    pawl_image_view x, y;
    assert_int_equal(pawl_image_view_get(a, &x, NULL), PAWL_OK);
    assert_int_equal(pawl_image_view_get(b, &y, NULL), PAWL_OK);
    assert_int_equal(x.width, y.width);
    assert_int_equal(x.height, y.height);
    for (int32_t row = 0; row < x.height; row++)
        assert_memory_equal(x.pixels + (size_t)row * x.row_size,
                            y.pixels + (size_t)row * y.row_size, (size_t)x.width * 3);
}

/* Of every format, size and stride; one image serves for all of them, one after the other. */
static void become_images(void **state)
{
    (void)state;
    pawl_image *reused = make_image(3, 5, 1);
    for (size_t k = 0; k < PW_COUNT(kinds); k++)
        for (size_t s = 0; s < PW_COUNT(sizes); s++) {
            pt_picture picture = make_picture(&kinds[k], s, s % 3 * 7);
            pawl_image *want = pt_picture_image(&picture.is), *made = NULL;
            assert_int_equal(pawl_image_convert(&picture.is, &made, NULL), PAWL_OK);
            assert_int_equal(pawl_image_picture_set(reused, &picture.is, NULL), PAWL_OK);
            pt_picture_free(&picture);
            assert_same_pixels(made, want);
            assert_same_pixels(reused, want);
            (void)pawl_image_destroy(&made);
            (void)pawl_image_destroy(&want);
        }
    (void)pawl_image_destroy(&reused);
}

/* A frame of the size that the last one had takes no pixels anew; where memory runs out the image
 * stays. */
static void images_are_used_again(void **state)
{
    (void)state;
    pt_picture small = make_picture(&kinds[1], 0, 0), large = make_picture(&kinds[1], 2, 0);
    pawl_image *image = NULL, *want = pt_picture_image(&small.is), *none = NULL;
    pawl_image_view before, after;
    pawl_error error;
    assert_int_equal(pawl_image_convert(&small.is, &image, NULL), PAWL_OK);
    assert_int_equal(pawl_image_view_get(image, &before, NULL), PAWL_OK);
    assert_int_equal(pawl_image_picture_set(image, &small.is, NULL), PAWL_OK);
    assert_int_equal(pawl_image_view_get(image, &after, NULL), PAWL_OK);
    assert_ptr_equal(before.pixels, after.pixels);
    for (long nth = 1; nth <= 2; nth++) {
        pt_allocator_reset(&allocator, nth);
        assert_int_equal(pawl_image_picture_set(image, &large.is, NULL), PAWL_ERR_MEMORY);
        pt_allocator_reset(&allocator, nth);
        assert_int_equal(pawl_image_convert(&large.is, &none, NULL), PAWL_ERR_MEMORY);
        pt_allocator_reset(&allocator, 0);
        assert_same_pixels(image, want);
    }
    pawl_picture wrong = small.is;
    wrong.planes[0].row_size = 5;
    assert_int_equal(pawl_image_picture_set(image, &wrong, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_convert(&wrong, &none, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_convert(NULL, &none, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_convert(&small.is, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_picture_set(NULL, &small.is, &error), PAWL_ERR_ARGUMENT);
    assert_null(none);
    pt_picture_free(&small);
    pt_picture_free(&large);
    (void)pawl_image_destroy(&want);
    (void)pawl_image_destroy(&image);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    struct CMUnitTest formats[PW_COUNT(kinds)];
    for (size_t i = 0; i < PW_COUNT(kinds); i++)
        formats[i] = (struct CMUnitTest){.name = kinds[i].name,
                                         .test_func = finds_what_its_image_finds,
                                         .initial_state = &kinds[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_and_jobs_mix_formats),
        cmocka_unit_test(classifiers_crop_every_format),
        cmocka_unit_test(refuses_what_is_no_picture),
        cmocka_unit_test(become_images),
        cmocka_unit_test(images_are_used_again),
        cmocka_unit_test(a_size_seen_before_allocates_nothing),
    };
    const int failed = cmocka_run_group_tests_name("pictures by format", formats, NULL, NULL);
    return failed + cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
