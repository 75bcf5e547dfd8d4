/* SPDX-License-Identifier: Apache-2.0 */
/* COCO's figures on drawn-up cases: small ones worked out by hand, and a larger one, full of ties,
 * crowds and sizes, whose figures are pycocotools 2.0's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/coco_eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES     12
#define CATEGORIES 4 /* nothing of the last one is labelled */
#define SIDE       512
#define MOST       256

static uint32_t seed;

static uint32_t below(uint32_t count)
{
    seed = (seed * 1103515245u + 12345u) % 0x80000000u;
    return (seed >> 16) % count;
}

struct scene {
    coco_truth truths[MOST];
    coco_found found[MOST];
    coco_task task;
};

static double draw_side(void)
{
    static const uint32_t sizes[] = {20, 90, 200};
    const uint32_t size = sizes[below(3)];
    return 4 + below(1 + size);
}

static void draw_found(struct scene *scene, size_t image, const coco_truth *near)
{
    coco_found *found = &scene->found[scene->task.found_count++];
    *found = (coco_found){.image = image};
    if (near != NULL) {
        const double dx = (double)below(7) - 3, dy = (double)below(7) - 3;
        const double dw = (double)below(5) - 2, dh = (double)below(5) - 2;
        found->category = below(6) != 0 ? near->category : below(4);
        found->box[0] = near->box[0] + dx;
        found->box[1] = near->box[1] + dy;
        found->box[2] = fmax(1, near->box[2] + dw);
        found->box[3] = fmax(1, near->box[3] + dh);
    } else {
        found->category = below(4);
        found->box[0] = below(300);
        found->box[1] = below(300);
        found->box[2] = 4 + below(100);
        found->box[3] = 4 + below(100);
    }
    found->score = (double)(1 + below(10)) / 10;
    found->area = found->box[2] * found->box[3];
}

static void draw_scene(struct scene *scene)
{
    seed = 1;
    memset(scene, 0, sizeof *scene);
    scene->task = (coco_task){.image_count = IMAGES,
                              .category_count = CATEGORIES,
                              .truths = scene->truths,
                              .found = scene->found};
    for (size_t image = 0; image < IMAGES; image++) {
        for (uint32_t left = 3 + below(4); left > 0; left--) {
            coco_truth *truth = &scene->truths[scene->task.truth_count++];
            *truth = (coco_truth){.image = image, .category = below(3)};
            truth->box[0] = below(300);
            truth->box[1] = below(300);
            truth->box[2] = draw_side();
            truth->box[3] = draw_side();
            truth->is_crowd = below(8) == 0;
            truth->area = truth->box[2] * truth->box[3] * (0.5 + 0.25 * below(3));
            for (uint32_t finds = below(4); finds > 0; finds--)
                draw_found(scene, image, truth);
        }
        for (uint32_t finds = below(3); finds > 0; finds--)
            draw_found(scene, image, NULL);
    }
    assert_int_equal(scene->task.truth_count, 50);
    assert_int_equal(scene->task.found_count, 96);
}

static void check(const coco_task *task, const double *wanted)
{
    coco_result result;
    assert_true(coco_evaluate(task, &result));
    for (size_t i = 0; i < COCO_FIGURES; i++)
        if (!(fabs(result.figures[i] - wanted[i]) < 1e-12))
            fail_msg("figure %zu is %.17g, not %.17g", i, result.figures[i], wanted[i]);
    coco_result_free(&result);
}

static void boxes_are_judged_as_by_pycocotools(void **state)
{
    (void)state;
    static struct scene scene;
    static const double wanted[] = {0.26004838518541173, 0.46140138204732539, 0.23843769051827782,
                                    0.19400502550255025, 0.46751754845814253, 0.45000000000000001,
                                    0.26742647058823532, 0.44906862745098042, 0.44906862745098042,
                                    0.28121212121212119, 0.69666666666666666, 0.5};
    draw_scene(&scene);
    check(&scene.task, wanted);
}

/* The ellipse in a box. */
static app_rle ellipse(const double box[4])
{
    static uint8_t pixels[SIDE * SIDE];
    app_rle mask;
    for (int32_t y = 0; y < SIDE; y++)
        for (int32_t x = 0; x < SIDE; x++) {
            const double across = (2 * (x - box[0]) - box[2]) * box[3];
            const double down = (2 * (y - box[1]) - box[3]) * box[2];
            pixels[y * SIDE + x] = across * across + down * down <= pow(box[2] * box[3], 2);
        }
    assert_true(app_rle_encode(&mask, pixels, SIDE, SIDE, SIDE));
    return mask;
}

static void masks_are_judged_as_by_pycocotools(void **state)
{
    (void)state;
    static struct scene scene;
    static const double wanted[] = {0.23536942940476591, 0.46140138204732539, 0.19191436171480922,
                                    0.16457820046710553, 0.42374858364957374, 0.49999999999999989,
                                    0.24928921568627455, 0.42968137254901961, 0.42968137254901961,
                                    0.27621212121212124, 0.62222222222222212, 0.5};
    draw_scene(&scene);
    scene.task.overlap = COCO_MASKS;
    for (size_t i = 0; i < scene.task.truth_count; i++) {
        scene.truths[i].mask = ellipse(scene.truths[i].box);
        scene.truths[i].area = (double)app_rle_area(&scene.truths[i].mask);
    }
    for (size_t i = 0; i < scene.task.found_count; i++) {
        scene.found[i].mask = ellipse(scene.found[i].box);
        scene.found[i].area = (double)app_rle_area(&scene.found[i].mask);
    }
    check(&scene.task, wanted);
    for (size_t i = 0; i < scene.task.truth_count; i++)
        app_rle_free(&scene.truths[i].mask);
    for (size_t i = 0; i < scene.task.found_count; i++)
        app_rle_free(&scene.found[i].mask);
}

static const coco_truth one_truth = {.box = {0, 0, 100, 100}, .area = 10000};

/* Two objects, one found twice: AP is (51 recalls of 1 and none beyond) / 101. */
static void half_is_found(void **state)
{
    (void)state;
    coco_truth truths[2] = {one_truth, one_truth};
    coco_found found[2] = {{.box = {0, 0, 100, 100}, .area = 10000, .score = 0.9},
                           {.box = {0, 0, 100, 100}, .area = 10000, .score = 0.8}};
    truths[1].box[0] = 300;
    const coco_task task = {.image_count = 1,
                            .category_count = 1,
                            .truths = truths,
                            .truth_count = 2,
                            .found = found,
                            .found_count = 2};
    coco_result result;
    assert_true(coco_evaluate(&task, &result));
    assert_true(fabs(result.figures[COCO_AP] - 51.0 / 101) < 1e-12);
    assert_true(result.figures[COCO_AR1] == 0.5);
    assert_true(result.figures[COCO_AP_SMALL] == -1);
    assert_int_equal(result.instances, 2);
    assert_true(result.recall == 0.5);
    assert_true(fabs(result.precision - 0.74924924924924929) < 1e-9); /* by ap_per_class */
    coco_result_free(&result);
}

/* A crowd swallows any number of finds, and nobody has to find it. */
static void crowds_are_ignored(void **state)
{
    (void)state;
    coco_truth truths[2] = {one_truth, one_truth};
    coco_found found[3] = {{.box = {310, 10, 20, 20}, .area = 400, .score = 0.9},
                           {.box = {340, 10, 20, 20}, .area = 400, .score = 0.8},
                           {.box = {0, 0, 100, 100}, .area = 10000, .score = 0.7}};
    truths[1].box[0] = 300;
    truths[1].is_crowd = true;
    coco_task task = {.image_count = 1,
                      .category_count = 1,
                      .truths = truths,
                      .truth_count = 2,
                      .found = found,
                      .found_count = 3};
    coco_result result;
    assert_true(coco_evaluate(&task, &result));
    assert_true(fabs(result.figures[COCO_AP] - 1) < 1e-12);
    assert_int_equal(result.instances, 1);
    coco_result_free(&result);
    truths[1].is_crowd = false; /* the same as an object: two wrong ones come first */
    assert_true(coco_evaluate(&task, &result));
    assert_true(result.figures[COCO_AP] < 0.2);
    coco_result_free(&result);
}

/* pycocotools takes a match with annotation 0 for none. */
static void annotation_zero_is_never_found(void **state)
{
    (void)state;
    coco_truth truth = one_truth;
    const coco_found found = {.box = {0, 0, 100, 100}, .area = 10000, .score = 0.9};
    const coco_task task = {.image_count = 1,
                            .category_count = 1,
                            .truths = &truth,
                            .truth_count = 1,
                            .found = &found,
                            .found_count = 1};
    coco_result result;
    truth.is_uncounted = true;
    assert_true(coco_evaluate(&task, &result));
    assert_true(result.figures[COCO_AP] == 0);
    coco_result_free(&result);
}

static void nothing_is_fine(void **state)
{
    (void)state;
    const coco_found stray = {.image = 1, .score = 0.5};
    coco_task task = {.image_count = 1, .category_count = 3};
    coco_result result;
    assert_true(coco_evaluate(&task, &result));
    for (size_t i = 0; i < COCO_FIGURES; i++)
        assert_true(result.figures[i] == -1);
    assert_true(result.classes[2].ap == -1);
    coco_result_free(&result);
    task.found = &stray;
    task.found_count = 1;
    assert_false(coco_evaluate(&task, &result)); /* of a picture that is not there */
    assert_null(result.classes);
}

static void lines_are_those_of_pycocotools(void **state)
{
    (void)state;
    char line[COCO_LINE_SIZE];
    assert_string_equal(
        coco_line(line, COCO_AP50, 0.5),
        " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.500");
    assert_string_equal(
        coco_line(line, COCO_AR1, 0.25),
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.250");
    assert_string_equal(
        coco_line(line, COCO_AR_LARGE, -1),
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000");
}

/* Figures and cells are those of v7.0's ap_per_class and ConfusionMatrix for the same boxes. */
static void table_is_that_of_yolov5(void **state)
{
    static const size_t cells[9] = {1, 0, 2, 1, 1, 0, 0, 0, 0};
    static const coco_truth truths[] = {
        {.category = 0, .box = {0, 0, 10, 10}, .area = 100},
        {.category = 0, .box = {20, 0, 10, 10}, .area = 100},
        {.category = 1, .box = {40, 0, 10, 10}, .area = 100},
        {.category = 1, .box = {60, 60, 10, 10}, .area = 100, .is_crowd = true},
    };
    static const coco_found found[] = {
        {.category = 0, .box = {0, 0, 10, 10}, .score = 0.9},
        {.category = 0, .box = {60, 30, 10, 10}, .score = 0.8},
        {.category = 0, .box = {22, 0, 10, 10}, .score = 0.7}, /* IoU 2/3 */
        {.category = 1, .box = {0, 0, 10, 10}, .score = 0.6},
        {.category = 1, .box = {40, 0, 10, 10}, .score = 0.5},
        {.category = 1, .box = {80, 80, 10, 10}, .score = 0.1},
    };
    const coco_task task = {.image_count = 1,
                            .category_count = 2,
                            .truths = truths,
                            .truth_count = sizeof truths / sizeof truths[0],
                            .found = found,
                            .found_count = sizeof found / sizeof found[0]};
    coco_result result;
    (void)state;
    assert_true(coco_evaluate(&task, &result));
    assert_true(fabs(result.classes[0].table_ap50 - 0.8283333333333331) < 1e-15);
    assert_true(fabs(result.classes[1].table_ap50 - 0.4975) < 1e-15);
    assert_true(fabs(result.classes[0].table_ap - 0.6793333333333332) < 1e-15);
    assert_true(fabs(result.table_ap50 - (0.8283333333333331 + 0.4975) / 2) < 1e-15);
    assert_true(fabs(result.classes[0].precision - 0.66667) < 1e-5);
    assert_true(fabs(result.classes[1].precision - 0.48102) < 1e-5);
    assert_true(result.curves[0].recall[0] == 1 && result.curves[0].precision[999] == 1);
    assert_true(result.curves[0].by_recall[0] == 1 && result.curves[1].by_recall[0] == 0.5);
    coco_result_free(&result);
    size_t *confusion = coco_confusion(&task);
    assert_non_null(confusion);
    assert_memory_equal(confusion, cells, sizeof cells);
    free(confusion);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_judged_as_by_pycocotools),
        cmocka_unit_test(masks_are_judged_as_by_pycocotools),
        cmocka_unit_test(half_is_found),
        cmocka_unit_test(crowds_are_ignored),
        cmocka_unit_test(annotation_zero_is_never_found),
        cmocka_unit_test(nothing_is_fine),
        cmocka_unit_test(lines_are_those_of_pycocotools),
        cmocka_unit_test(table_is_that_of_yolov5),
    };
    return cmocka_run_group_tests_name("coco_eval", tests, NULL, NULL);
}
