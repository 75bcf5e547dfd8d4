/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and labels: where pixels change, that they stay inside, and text that can be told apart. */
#include "image/text.h"
#include "unit/image/fixture.h"
#include <math.h>
#include <pawl/detect.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"person", NULL, "Fu\xc3\x9fg\xc3\xa4nger",
                                    "\xe6\x97\xa5\xe6\x9c\xac", "broken \xff\xc3"};

static const uint8_t *pixel_at(pawl_image *image, int32_t x, int32_t y)
{
    const pawl_image_view view = view_of(image);
    return view.pixels + (size_t)y * view.row_size + (size_t)x * 3;
}

static void draw(pawl_image *image, const pawl_detection *detections, size_t count)
{
    pawl_error error;
    if (pawl_image_draw(image, detections, count, names, PW_COUNT(names), &error) < 0)
        fail_msg("%s", error.message);
}

static void draws_a_frame(void **state)
{
    (void)state;
    static const uint8_t first_colour[3] = {0xff, 0x38, 0x38};
    static const uint8_t untouched[3] = {7, 7, 7};
    pawl_image *image = plain(200, 200, 7);
    const pawl_detection box = {50, 80, 150, 180, 0.5f, 0};
    draw(image, &box, 1);
    assert_memory_equal(pixel_at(image, 50, 120), first_colour, 3);
    assert_memory_equal(pixel_at(image, 149, 120), first_colour, 3);
    assert_memory_equal(pixel_at(image, 100, 80), first_colour, 3);
    assert_memory_equal(pixel_at(image, 100, 179), first_colour, 3);
    assert_memory_equal(pixel_at(image, 100, 120), untouched, 3);
    assert_memory_equal(pixel_at(image, 40, 120), untouched, 3);
    assert_memory_equal(pixel_at(image, 100, 190), untouched, 3);
    pawl_image_destroy(&image);
}

static size_t count_like(pawl_image *image, const uint8_t rgb[3])
{
    const pawl_image_view view = view_of(image);
    size_t found = 0;
    for (int32_t y = 0; y < view.height; y++) {
        for (int32_t x = 0; x < view.width; x++)
            found += memcmp(pixel_at(image, x, y), rgb, 3) == 0 ? 1 : 0;
    }
    return found;
}

static void contrasts_text(void **state)
{
    (void)state;
    static const uint8_t black[3] = {0, 0, 0};
    static const uint8_t white[3] = {255, 255, 255};
    for (int32_t id = 0; id < 20; id++) {
        pawl_image *image = plain(300, 100, 99);
        const pawl_detection box = {50, 50, 150, 90, 0.5f, id};
        draw(image, &box, 1);
        const bool is_dark = count_like(image, black) > 20;
        const bool is_light = count_like(image, white) > 20;
        assert_true(is_dark != is_light);
        pawl_image_destroy(&image);
    }
}

static void shows_names(void **state)
{
    (void)state;
    uint64_t hashes[6];
    for (int32_t id = 0; id < 6; id++) { /* all but two share a colour only with themselves */
        pawl_image *image = plain(300, 100, 99);
        const pawl_detection box = {50, 50, 150, 90, 0.5f, id};
        draw(image, &box, 1);
        hashes[id] = hash_of(image);
        for (int32_t before = 0; before < id; before++)
            assert_true(hashes[before] != hashes[id]);
        pawl_image_destroy(&image);
    }
    assert_true(pw_text_width("person", 20) > pw_text_width("pers", 20));
    assert_int_equal(pw_text_width("\xc3\xa4", 20), pw_text_width("a", 20));
    assert_int_equal(pw_text_width("\xe6\x97\xa5", 20), pw_text_width("?", 20));
    assert_int_equal(pw_text_width("", 20), 0);
    assert_int_equal(pw_text_width("\n", 20), pw_text_width("?", 20));
}

/* Boxes from elsewhere: outside, turned round, endless, not numbers; pictures too small for the
 * label. */
static void stays_inside(void **state)
{
    (void)state;
    static const float values[] = {-1e30f, -5.0f, 0.0f, 3.5f, 1e9f, (float)INFINITY, (float)NAN};
    const int32_t sizes[][2] = {{1, 1}, {5, 40}, {40, 5}, {64, 64}};
    for (size_t s = 0; s < PW_COUNT(sizes); s++) {
        pawl_image *image = plain(sizes[s][0], sizes[s][1], 50);
        for (size_t i = 0; i < PW_COUNT(values) * PW_COUNT(values); i++) {
            const float a = values[i % PW_COUNT(values)];
            const float b = values[i / PW_COUNT(values)];
            const pawl_detection boxes[] = {{a, b, b, a, a, (int32_t)i - 9},
                                            {b, b, a, a, b, INT32_MIN + (int32_t)i}};
            draw(image, boxes, PW_COUNT(boxes));
        }
        pawl_image_destroy(&image);
    }
}

static void takes_missing_names(void **state)
{
    (void)state;
    pawl_image *image = plain(100, 100, 50);
    const pawl_detection box = {10, 40, 50, 90, 0.5f, 3};
    const uint64_t before = hash_of(image);
    assert_int_equal(pawl_image_draw(image, NULL, 0, NULL, 0, NULL), PAWL_OK);
    assert_true(hash_of(image) == before);
    assert_int_equal(pawl_image_draw(image, &box, 1, NULL, 0, NULL), PAWL_OK);
    assert_true(hash_of(image) != before);
    pawl_error error;
    assert_int_equal(pawl_image_draw(image, NULL, 1, NULL, 0, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_draw(NULL, &box, 1, NULL, 0, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
}

/* White text on whatever is there: what lies under it is darkened. */
static void writes_lines_that_stand_out(void **state)
{
    (void)state;
    static const uint8_t white[3] = {255, 255, 255}, dark[3] = {63, 63, 63};
    pawl_image *image = plain(200, 100, 255), *tiny = plain(2, 3, 255);
    pawl_error error;
    assert_int_equal(pawl_image_draw_text(image, "0.93 cat\n0.02 a longer name", &error), PAWL_OK);
    assert_true(count_like(image, dark) > 200);
    assert_true(count_like(image, white) > 5000);
    assert_memory_equal(pixel_at(image, 199, 99), white, 3);
    assert_int_equal(pawl_image_draw_text(tiny, "0.93 cat", &error), PAWL_OK);
    assert_int_equal(pawl_image_draw_text(image, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&tiny);
    pawl_image_destroy(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_frame),       cmocka_unit_test(contrasts_text),
        cmocka_unit_test(shows_names),         cmocka_unit_test(stays_inside),
        cmocka_unit_test(takes_missing_names), cmocka_unit_test(writes_lines_that_stand_out),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
