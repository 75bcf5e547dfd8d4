/* SPDX-License-Identifier: Apache-2.0 */
/* Masks against YOLOv5's, and what the arithmetic must bear. */
#include "detect/masks.h"
#include "unit/base/cmocka_all.h"
#include "unit/detect/masks_expected.h"

#include <math.h>
#include <string.h>

static pw_mask_source source_of(size_t box)
{
    return (pw_mask_source){.prototypes = prototypes,
                            .count = PROTOTYPES,
                            .height = PROTO_HEIGHT,
                            .width = PROTO_WIDTH,
                            .coefficients = coefficients[box]};
}

/* process_mask() and process_mask_native() whole: weighed as far as it is needed, then enlarged. */
static pk_mask_area make_mask(const pw_mask_source *source, const float box[4], float *plane,
                              uint8_t *mask)
{
    pw_mask_weigh(source, pw_mask_inside(PROTO_HEIGHT, PROTO_WIDTH, box, NET_HEIGHT, NET_WIDTH),
                  plane);
    return pw_mask_enlarge(plane, PROTO_HEIGHT, PROTO_WIDTH, box, NET_HEIGHT, NET_WIDTH, mask);
}

static void make_native(const pw_mask_source *source, const float box[4], int32_t height,
                        int32_t width, float *plane, uint8_t *mask)
{
    pw_mask_weigh(source, pw_mask_inside_native(PROTO_HEIGHT, PROTO_WIDTH, height, width), plane);
    pw_mask_enlarge_native(plane, PROTO_HEIGHT, PROTO_WIDTH, box, height, width, mask);
}

static void compare(const uint8_t *mask, const char *want, size_t count, size_t box)
{
    for (size_t i = 0; i < count; i++)
        if (mask[i] != (want[i] == '#'))
            fail_msg("box %zu: pixel %zu is %d", box, i, mask[i]);
}

static void network_and_picture_masks_are_yolov5s(void **state)
{
    (void)state;
    float plane[PROTO_HEIGHT * PROTO_WIDTH];
    uint8_t mask[NET_HEIGHT * NET_WIDTH], picture[PICTURE_HEIGHT * PICTURE_WIDTH];
    for (size_t i = 0; i < BOXES; i++) {
        const pw_mask_source source = source_of(i);
        const pk_mask_area inside = make_mask(&source, network_boxes[i], plane, mask);
        compare(mask, network_masks[i], sizeof mask, i);
        memset(picture, 7, sizeof picture);
        pw_mask_to_picture(mask, NET_HEIGHT, NET_WIDTH, inside, PICTURE_HEIGHT, PICTURE_WIDTH,
                           picture);
        compare(picture, picture_masks[i], sizeof picture, i);
    }
}

static void native_masks_are_yolov5s(void **state)
{
    (void)state;
    float plane[PROTO_HEIGHT * PROTO_WIDTH];
    uint8_t mask[PICTURE_HEIGHT * PICTURE_WIDTH];
    for (size_t i = 0; i < BOXES; i++) {
        const pw_mask_source source = source_of(i);
        make_native(&source, picture_boxes[i], PICTURE_HEIGHT, PICTURE_WIDTH, plane, mask);
        compare(mask, native_masks[i], sizeof mask, i);
    }
}

/* Boxes beyond the picture, inside out or without numbers give empty masks; a picture of one pixel
 * has room for one. */
static void odd_boxes_are_borne(void **state)
{
    (void)state;
    static const float boxes[][4] = {{100, 100, 200, 200},
                                     {-90, -90, -50, -50},
                                     {30, 30, 10, 10},
                                     {NAN, NAN, NAN, NAN},
                                     {1e30f, -1e30f, -1e30f, 1e30f}};
    float plane[PROTO_HEIGHT * PROTO_WIDTH];
    uint8_t mask[NET_HEIGHT * NET_WIDTH], picture[1];
    const pw_mask_source source = source_of(0);
    for (size_t b = 0; b < sizeof boxes / sizeof boxes[0]; b++) {
        size_t inside = 0;
        const pk_mask_area reached = make_mask(&source, boxes[b], plane, mask);
        pw_mask_to_picture(mask, NET_HEIGHT, NET_WIDTH, reached, 1, 1, picture);
        for (size_t i = 0; i < sizeof mask; i++)
            inside += mask[i];
        assert_int_equal(inside, 0);
        make_native(&source, boxes[b], 1, 1, plane, mask);
        assert_int_equal(mask[0], 0);
    }
}

/* What is left out of sight cannot change the mask: any area, any size,
 * as with the whole in sight. */
static void the_area_only_saves_work(void **state)
{
    (void)state;
    static uint8_t network[64 * 64], whole[200 * 200], part[200 * 200];
    uint32_t seed = 5;
    for (int round = 0; round < 400; round++) {
        uint32_t draw[6];
        for (size_t i = 0; i < 6; i++)
            draw[i] = (seed = seed * 1664525u + 1013904223u) >> 8;
        const int32_t height = 1 + (int32_t)(draw[0] % 200), width = 1 + (int32_t)(draw[1] % 200);
        const int32_t top = (int32_t)(draw[2] % 65), left = (int32_t)(draw[3] % 65);
        const pk_mask_area inside = {top, top + (int32_t)(draw[4] % (uint32_t)(65 - top)), left,
                                     left + (int32_t)(draw[5] % (uint32_t)(65 - left))};
        memset(network, 0, sizeof network);
        for (int32_t y = inside.top; y < inside.bottom; y++)
            for (int32_t x = inside.left; x < inside.right; x++)
                network[y * 64 + x] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 31);
        pw_mask_to_picture(network, 64, 64, (pk_mask_area){0, 64, 0, 64}, height, width, whole);
        pw_mask_to_picture(network, 64, 64, inside, height, width, part);
        assert_memory_equal(whole, part, (size_t)height * (size_t)width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_and_picture_masks_are_yolov5s),
        cmocka_unit_test(native_masks_are_yolov5s),
        cmocka_unit_test(the_area_only_saves_work),
        cmocka_unit_test(odd_boxes_are_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
