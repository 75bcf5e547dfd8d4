/* SPDX-License-Identifier: Apache-2.0 */
/* Letterbox: the fit as a table, pixels against values from OpenCV 5.0, rows in parts, and what
 * must be refused. tools/check_letterbox.py compares whole pictures with OpenCV itself. */
#include "image/letterbox.h"
#include "unit/image/fixture.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fit_row {
    const char *name;
    int32_t picture_width, picture_height, width, height;
    int32_t inner_width, inner_height, pad_x, pad_y;
    float scale;
};

/* clang-format off */
static struct fit_row fit_rows[] = {
    {"square fits exactly",        640,  640, 640, 640, 640, 640,   0,   0, 1.0f},
    {"landscape pads above",      1280,  720, 640, 640, 640, 360,   0, 140, 0.5f},
    {"portrait pads beside",       810, 1080, 640, 640, 480, 640,  80,   0, 640.0f / 1080},
    {"one pixel is enlarged",        1,    1, 640, 640, 640, 640,   0,   0, 640.0f},
    {"odd pad goes right",         639,  640, 640, 640, 639, 640,   0,   0, 1.0f},
    {"odd pad goes below",         640,  637, 640, 640, 640, 637,   0,   1, 1.0f},
    {"half rounds to even, down",    5,    4,   2,   2,   2,   2,   0,   0, 0.4f},
    {"side that rounds to 0 is 1", 4000,    1, 640, 640, 640,   1,   0, 319, 0.16f},
    {"network is a rectangle",    1280,  720, 640, 384, 640, 360,   0,  12, 0.5f},
    {"picture of no width",          0,  720, 640, 640,   0,   0,   0,   0, 0.0f},
    {"network of no height",       640,  640, 640,  -1,   0,   0,   0,   0, 0.0f},
};
/* clang-format on */

static void fits(void **state)
{
    const struct fit_row *row = *state;
    const pawl_letterbox box =
        pawl_letterbox_fit(row->picture_width, row->picture_height, row->width, row->height);
    assert_int_equal(box.width, row->width);
    assert_int_equal(box.height, row->height);
    assert_int_equal(box.inner_width, row->inner_width);
    assert_int_equal(box.inner_height, row->inner_height);
    assert_int_equal(box.pad_x, row->pad_x);
    assert_int_equal(box.pad_y, row->pad_y);
    assert_true(fabsf(box.scale - row->scale) <= 1e-6f * row->scale);
}

struct rect_row {
    int32_t picture_width, picture_height, width, height, stride;
    int32_t rect_width, rect_height, inner_width, inner_height, pad_x, pad_y;
};

/* As YOLOv5's letterbox() with auto gives them. The fifth is no letterbox of its rectangle: the
 * scale is that of the square. */
static const struct rect_row rect_rows[] = {
    {810, 1080, 640, 640, 32, 480, 640, 480, 640, 0, 0},
    {1280, 720, 640, 640, 32, 640, 384, 640, 360, 0, 12},
    {640, 640, 640, 640, 32, 640, 640, 640, 640, 0, 0},
    {4000, 1, 640, 640, 32, 640, 32, 640, 1, 0, 15}, /* OpenCV refuses a height of 0 */
    {1251, 1667, 640, 640, 32, 480, 640, 480, 640, 0, 0},
    {500, 375, 640, 640, 64, 640, 512, 640, 480, 0, 16},
    {1280, 720, 640, 384, 32, 640, 384, 640, 360, 0, 12},
};

static void fits_rectangles(void **state)
{
    (void)state;
    for (size_t i = 0; i < PW_COUNT(rect_rows); i++) {
        const struct rect_row *row = &rect_rows[i];
        const pawl_letterbox box = pawl_letterbox_fit_rect(row->picture_width, row->picture_height,
                                                           row->width, row->height, row->stride);
        assert_int_equal(box.width, row->rect_width);
        assert_int_equal(box.height, row->rect_height);
        assert_int_equal(box.inner_width, row->inner_width);
        assert_int_equal(box.inner_height, row->inner_height);
        assert_int_equal(box.pad_x, row->pad_x);
        assert_int_equal(box.pad_y, row->pad_y);
    }
    pawl_image *image = pattern(7, 3), *boxed = NULL;
    pawl_error error;
    assert_int_equal(pawl_image_letterbox_rect(image, 64, 64, 32, &boxed, &error), PAWL_OK);
    assert_int_equal(view_of(boxed).width, 64);
    assert_int_equal(view_of(boxed).height, 32);
    pawl_image_destroy(&boxed);
    assert_int_equal(pawl_image_letterbox_rect(image, 64, 64, 0, &boxed, &error),
                     PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
}

/* The inner picture never leaves the network, whatever the sizes. */
static void stays_inside(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        int32_t sides[4];
        for (int s = 0; s < 4; s++) {
            random = random * 1664525u + 1013904223u;
            sides[s] = (int32_t)((random >> 8) % (i % 2 == 0 ? 65500u : 40u)) + 1;
        }
        const pawl_letterbox box = pawl_letterbox_fit(sides[0], sides[1], sides[2], sides[3]);
        assert_true(box.inner_width >= 1 && box.pad_x >= 0);
        assert_true(box.inner_height >= 1 && box.pad_y >= 0);
        assert_true(box.pad_x + box.inner_width <= box.width);
        assert_true(box.pad_y + box.inner_height <= box.height);
    }
}

struct golden_row {
    const char *name;
    int32_t picture_width, picture_height, width, height;
    uint64_t hash;    /* of all bytes */
    uint8_t green[8]; /* of the middle row, as far as it goes */
};

/* The pictures are pattern(); the values are OpenCV's. */
static struct golden_row golden_rows[] = {
    {"enlarged", 5, 3, 8, 8, UINT64_C(0x682c2b1dd376c39b), {185, 143, 93, 129, 133, 105, 135, 161}},
    {"made smaller", 7, 9, 4, 4, UINT64_C(0xa5280969feebc49f), {185, 160, 167, 114}},
    {"half the size", 8, 8, 4, 4, UINT64_C(0xec21750ca1912f35), {148, 147, 82, 145}},
    {"the same size", 4, 4, 4, 4, UINT64_C(0x7947f574729e5a91), {209, 16, 79, 142}},
    {"one pixel", 1, 1, 3, 2, UINT64_C(0xb3b2e4f3fc254531), {91, 91, 114}},
    {"a strip", 9, 2, 6, 4, UINT64_C(0xcae345518f9e7d52), {114, 114, 114, 114, 114, 114}},
};

static void equals_opencv(void **state)
{
    const struct golden_row *row = *state;
    pawl_image *image = pattern(row->picture_width, row->picture_height);
    pawl_image *boxed = NULL;
    pawl_error error;
    assert_int_equal(pawl_image_letterbox(image, row->width, row->height, &boxed, &error), PAWL_OK);
    const pawl_image_view view = view_of(boxed);
    assert_int_equal(view.width, row->width);
    assert_int_equal(view.height, row->height);
    for (int32_t x = 0; x < row->width; x++)
        assert_int_equal(view.pixels[(size_t)(row->height / 2) * view.row_size + (size_t)x * 3 + 1],
                         row->green[x]);
    assert_true(hash_of(boxed) == row->hash);
    pawl_image_destroy(&boxed);
    pawl_image_destroy(&image);
}

/* Rows made one by one, each with fresh scratch, are the rows made at once; nothing is written
 * beside them. */
static void rows_are_independent(void **state)
{
    const struct golden_row *row = *state;
    pawl_image *handle = pattern(row->picture_width, row->picture_height);
    pw_image *image PW_USING = NULL;
    assert_int_equal(pw_object_use(handle, &pw_image_type, &image, NULL), PAWL_OK);
    const pawl_letterbox box =
        pawl_letterbox_fit(image->width, image->height, row->width, row->height);
    const pawl_picture picture = pw_image_picture(image);
    const size_t scratch_size = pw_fit_scratch_size(&picture, row->width, row->height);
    const size_t row_size = (size_t)row->width * 3;
    const size_t size = row_size * (size_t)row->height;
    uint8_t *whole = malloc(size);
    uint8_t *parts = malloc(size + 2);
    void *scratch = malloc(scratch_size);
    assert_true(whole != NULL && parts != NULL && scratch != NULL);
    assert_int_equal(
        pw_letterbox_into(&picture, &box, whole, scratch, scratch_size, 0, row->height), PAWL_OK);
    memset(parts, 0xa5, size + 2);
    for (int32_t y = row->height; y-- > 0;) {
        memset(scratch, 0x5a, scratch_size);
        assert_int_equal(
            pw_letterbox_into(&picture, &box, parts + 1, scratch, scratch_size, y, y + 1), PAWL_OK);
    }
    assert_memory_equal(whole, parts + 1, size);
    assert_int_equal(parts[0], 0xa5);
    assert_int_equal(parts[size + 1], 0xa5);
    assert_int_equal(pw_letterbox_into(&picture, &box, parts, scratch, scratch_size - 1, 0, 1),
                     PAWL_ERR_INTERNAL);
    assert_int_equal(
        pw_letterbox_into(&picture, &box, parts, scratch, scratch_size, 0, row->height + 1),
        PAWL_ERR_INTERNAL);
    free(whole);
    free(parts);
    free(scratch);
    pw_object_release(PW_TAKE(image));
    pawl_image_destroy(&handle);
}

/* Many Y, U, V against cvtColor(COLOR_YUV2RGB_NV12) of OpenCV 5.0. */
static void nv12_equals_opencv(void **state)
{
    (void)state;
    enum { SIDE = 256 };
    static uint8_t luma[SIDE * SIDE], chroma[SIDE / 2 * SIDE], rgb[SIDE * SIDE * 3];
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            luma[y * SIDE + x] = (uint8_t)(x * 7 + y * 13);
    for (int y = 0; y < SIDE / 2; y++)
        for (int x = 0; x < SIDE / 2; x++) {
            chroma[y * SIDE + 2 * x] = (uint8_t)(x * 5 + y * 3);
            chroma[y * SIDE + 2 * x + 1] = (uint8_t)(x * 11 + y * 29);
        }
    const pawl_picture picture = {.format = PAWL_PICTURE_NV12,
                                  .width = SIDE,
                                  .height = SIDE,
                                  .planes = {{luma, SIDE}, {chroma, SIDE}}};
    const pawl_letterbox box = pawl_letterbox_fit(SIDE, SIDE, SIDE, SIDE);
    const size_t size = pw_fit_scratch_size(&picture, SIDE, SIDE);
    void *scratch = malloc(size);
    assert_int_equal(pw_letterbox_into(&picture, &box, rgb, scratch, size, 0, SIDE), PAWL_OK);
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < sizeof rgb; i++)
        hash = (hash ^ rgb[i]) * 1099511628211u;
    assert_true(hash == 0xd1cf5e424280001fu);
    free(scratch);
}

static void refuses_arguments(void **state)
{
    (void)state;
    pawl_image *image = pattern(3, 3);
    pawl_image *boxed = NULL;
    pawl_error error;
    assert_refused(pawl_image_letterbox(image, 0, 4, &boxed, &error), &error, boxed);
    assert_refused(pawl_image_letterbox(image, 4, -1, &boxed, &error), &error, boxed);
    assert_refused(pawl_image_letterbox(NULL, 4, 4, &boxed, &error), &error, boxed);
    assert_refused(pawl_image_letterbox(image, 4, 4, NULL, &error), &error, boxed);
    const pawl_status status = pawl_image_letterbox(image, 70000, 4, &boxed, &error);
    assert_refused(status, &error, boxed);
    assert_int_equal(status, PAWL_ERR_LIMIT);
    pawl_image_destroy(&image);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(fit_rows) + 2 * PW_COUNT(golden_rows) + 4];
    size_t count = 0;
    for (size_t i = 0; i < PW_COUNT(fit_rows); i++)
        tests[count++] = (struct CMUnitTest){
            .name = fit_rows[i].name, .test_func = fits, .initial_state = &fit_rows[i]};
    for (size_t i = 0; i < PW_COUNT(golden_rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = golden_rows[i].name,
                                             .test_func = equals_opencv,
                                             .initial_state = &golden_rows[i]};
        tests[count++] = (struct CMUnitTest){.name = "rows are independent",
                                             .test_func = rows_are_independent,
                                             .initial_state = &golden_rows[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(fits_rectangles);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(stays_inside);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(refuses_arguments);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(nv12_equals_opencv);
    return cmocka_run_group_tests_name("letterbox", tests, NULL, NULL);
}
