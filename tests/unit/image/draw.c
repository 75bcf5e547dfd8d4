/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and labels: where pixels change, that they stay inside, and text that can be told apart. */
#include "image/text.h"
#include "unit/image/fixture.h"
#include <math.h>
#include <pawl/draw.h>
#include <pawl/logger.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef PAWL_SANITIZED
/* fontconfig keeps its configuration by offsets in the place of pointers, which the leak sanitizer
 * cannot follow. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void); /* NOLINT */
const char *__lsan_default_suppressions(void)                                         /* NOLINT */
{
    return "leak:libfontconfig";
}
#endif

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
    pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
    desc.names = names;
    desc.name_count = PW_COUNT(names);
    if (pawl_image_draw(image, detections, count, &desc, &error) < 0)
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
        const bool is_dark = count_like(image, black) > 0; /* few: a name may be two '?' */
        const bool is_light = count_like(image, white) > 0;
        assert_true(is_dark != is_light);
        pawl_image_destroy(&image);
    }
}

static int32_t width_of(const char *text, int32_t font_size)
{
    pw_text measured;
    pw_text_measure(text, font_size, &measured);
    return measured.width;
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
    assert_true(width_of("person", 20) > width_of("pers", 20));
    assert_int_equal(width_of("", 20), 0);
    assert_int_equal(width_of("\n", 20), width_of("?", 20));
    assert_int_equal(width_of("no UTF-8: \xff", 20), width_of("no UTF-8: ?", 20));
}

static bool has_pango(void)
{
    pw_text text;
    return pw_pango_measure("a", 20, &text);
}

/* Letters of the system's fonts have another look than '?', and turned four times they are as they
 * were. A script that no font has is said once. */
static void writes_any_script(void **state)
{
    (void)state;
    static const char *const words[] = {"\xd0\xb4\xd0\xbe\xd0\xbc",
                                        "\xce\xbb\xcf\x8c\xce\xb3\xce\xbf\xcf\x82",
                                        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "f\xc3\xbc\xc3\x9f"};
    pawl_error error;
    if (!has_pango())
        skip();
    for (size_t i = 0; i < PW_COUNT(words); i++) {
        pw_text text = {.width = 0};
        size_t covered = 0;
        if (pw_text_render(words[i], 32, &text, &error) < 0)
            fail_msg("%s", error.message);
        for (int32_t at = 0; at < text.width * text.height; at++)
            covered += text.coverage[at] > 128 ? 1 : 0;
        assert_in_range(covered, 200, (size_t)(text.width * text.height) / 2);
        pw_text_free(&text);
    }
    assert_true(width_of("\xc3\xa4", 20) > 0);
    /* Joined letters are narrower than the same ones alone. */
    assert_true(width_of("\xd8\xb3\xd8\xb3\xd8\xb3", 64) < 3 * width_of("\xd8\xb3", 64));
}

static char told[400];
static int tellings;
static void listen(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    tellings += level == PAWL_LOG_WARNING ? 1 : 0;
    (void)snprintf(told, sizeof told, "%s", message);
}

static void tells_of_a_script_without_a_font(void **state)
{
    (void)state;
    static const char cuneiform[] = "\xf0\x92\x80\x80\xf0\x92\x80\x81"; /* who has it? */
    if (!has_pango())
        skip();
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = listen};
    pawl_logger_set(&logger);
    (void)width_of(cuneiform, 20);
    (void)width_of(cuneiform, 20);
    pawl_logger_set(NULL);
    if (tellings > 0) {
        assert_int_equal(tellings, 1);
        assert_non_null(strstr(told, "Xsux"));
    }
}

static void cuts_between_characters(void **state)
{
    (void)state;
    assert_int_equal(pw_text_cut("abc", 3, 2), 2);
    assert_int_equal(pw_text_cut("a\xc3\xa4", 3, 2), 1);
    assert_int_equal(pw_text_cut("\xe6\x97\xa5", 3, 3), 3);
    assert_int_equal(pw_text_cut("\xe6\x97\xa5z", 4, 2), 0);
}

/* A text turned once is as high as the other is wide; all turns cover as much. */
static void turns_text(void **state)
{
    (void)state;
    static const uint8_t red[3] = {255, 0, 0};
    int32_t width = 0, height = 0;
    pawl_error error;
    size_t counts[4];
    assert_int_equal(pawl_text_measure("Precision", 20, &width, &height, &error), PAWL_OK);
    for (int32_t turns = 0; turns < 4; turns++) {
        pawl_image *image = turns % 2 == 0 ? plain(width, height, 0) : plain(height, width, 0);
        assert_int_equal(pawl_image_draw_text(image, "Precision", 0, 0, 20, turns, red, &error),
                         PAWL_OK);
        counts[turns] = count_like(image, red);
        assert_true(counts[turns] > 100);
        assert_int_equal(counts[turns], counts[0]);
        assert_int_equal(
            pawl_image_draw_text(image, "Precision", -9999, 99999, 20, turns, red, &error),
            PAWL_OK);
        assert_int_equal(count_like(image, red), counts[0]);
        pawl_image_destroy(&image);
    }
    pawl_image *image = plain(9, 9, 0);
    assert_int_equal(pawl_image_draw_text(image, "a", 0, 0, 0, 0, red, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_draw_text(image, "a", 0, 0, 9, 4, red, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_draw_text(image, NULL, 0, 0, 9, 0, red, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_draw_text(image, "a", 0, 0, 9, 0, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_text_measure("a", 9, NULL, &height, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
}

/* Pixels of the box that are as they were. */
static size_t visible(pawl_image *image, const pawl_detection *box, uint8_t level)
{
    const uint8_t plain_pixel[3] = {level, level, level};
    size_t count = 0;
    for (int32_t y = (int32_t)box->y1; y < (int32_t)box->y2; y++)
        for (int32_t x = (int32_t)box->x1; x < (int32_t)box->x2; x++)
            count += memcmp(pixel_at(image, x, y), plain_pixel, 3) == 0 ? 1 : 0;
    return count;
}

/* Of small pictures: a label finds a place beside its box, and where it has none hides little. */
static void leaves_the_object_visible(void **state)
{
    (void)state;
    static const pawl_detection boxes[] = {{0, 0, 40, 40, 0.5f, 0}, {10, 12, 60, 47, 0.5f, 0}};
    static const pawl_detection whole = {0, 0, 64, 48, 0.5f, 0};
    static const uint8_t red[3] = {0xff, 0x38, 0x38};
    for (size_t i = 0; i < PW_COUNT(boxes); i++) {
        pawl_image *image = plain(64, 64, 99);
        draw(image, &boxes[i], 1);
        const float area = (boxes[i].x2 - boxes[i].x1) * (boxes[i].y2 - boxes[i].y1);
        assert_true((float)visible(image, &boxes[i], 99) > 0.85f * area);
        pawl_image_destroy(&image);
    }
    pawl_image *image = plain(64, 48, 99), *tiny = plain(40, 16, 99);
    draw(image, &whole, 1);
    assert_true(visible(image, &whole, 99) > 64 * 48 * 2 / 3);
    draw(tiny, &(pawl_detection){1, 1, 39, 15, 0.5f, 0}, 1); /* half of it is under the label */
    assert_true(count_like(tiny, red) < 40 * 16 / 3);
    pawl_image_destroy(&image);
    pawl_image_destroy(&tiny);
}

static size_t drawn_with(const pawl_draw_desc *desc)
{
    static const uint8_t untouched[3] = {99, 99, 99};
    pawl_image *image = plain(300, 300, 99);
    const pawl_detection box = {50, 100, 250, 250, 0.5f, 0};
    assert_int_equal(pawl_image_draw(image, &box, 1, desc, NULL), PAWL_OK);
    const size_t count = 300 * 300 - count_like(image, untouched);
    pawl_image_destroy(&image);
    return count;
}

static void draws_in_styles(void **state)
{
    (void)state;
    pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
    desc.names = names;
    desc.name_count = PW_COUNT(names);
    const size_t usual = drawn_with(&desc);
    desc.hides_confidences = 1;
    const size_t named = drawn_with(&desc);
    desc.hides_labels = 1;
    assert_int_equal(drawn_with(&desc), 2 * 2 * (202 + 152) - 4 * 2 * 2);
    assert_true(usual > named && named > drawn_with(&desc));
    desc.line_width = 1;
    assert_int_equal(drawn_with(&desc), 2 * (200 + 150) - 4);
    desc.line_width = -1;
    pawl_error error;
    pawl_image *image = plain(9, 9, 0);
    assert_int_equal(pawl_image_draw(image, NULL, 0, &desc, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
}

/* A palette of the caller's, used again behind its end; letters of a size of the caller's. */
static void draws_in_colours(void **state)
{
    (void)state;
    static const uint32_t palette[] = {0x102030, 0xa0b0c0};
    static const uint8_t second[3] = {0xa0, 0xb0, 0xc0};
    pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
    desc.palette = palette;
    desc.palette_count = PW_COUNT(palette);
    pawl_image *image = plain(300, 300, 99);
    const pawl_detection box = {50, 100, 250, 250, 0.5f, 3};
    assert_int_equal(pawl_image_draw(image, &box, 1, &desc, NULL), PAWL_OK);
    assert_memory_equal(pixel_at(image, 50, 200), second, 3);
    const size_t usual = count_like(image, second);
    desc.font_size = 40;
    assert_int_equal(pawl_image_draw(image, &box, 1, &desc, NULL), PAWL_OK);
    assert_true(count_like(image, second) > 2 * usual); /* the label's ground */
    pawl_image_destroy(&image);
}

static void tints_a_mask(void **state)
{
    (void)state;
    static const uint32_t white = 0xffffff;
    static const float alphas[] = {0.0f, 0.25f, 0.5f, 1.0f};
    static const uint8_t expected[] = {100, 138, 177, 255};
    static const uint8_t inside[4] = {0, 1, 0, 0};
    const pawl_mask mask = {2, 2, inside};
    for (size_t i = 0; i < PW_COUNT(alphas); i++) {
        pawl_image *image = plain(2, 2, 100);
        pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
        desc.palette = &white;
        desc.palette_count = 1;
        desc.mask_alpha = alphas[i];
        assert_int_equal(pawl_image_draw_mask(image, &mask, 5, &desc, NULL), PAWL_OK);
        assert_int_equal(pixel_at(image, 1, 0)[1], expected[i]);
        assert_int_equal(pixel_at(image, 0, 0)[1], 100);
        pawl_image_destroy(&image);
    }
}

static void refuses_styles(void **state)
{
    (void)state;
    static const uint32_t colour = 0;
    static const uint8_t inside[1] = {1};
    const pawl_mask mask = {1, 1, inside};
    pawl_draw_desc wrong[8];
    for (size_t i = 0; i < PW_COUNT(wrong); i++)
        wrong[i] = (pawl_draw_desc)PAWL_DRAW_DESC_INIT;
    wrong[0].line_width = -1;
    wrong[1].line_width = 1001;
    wrong[2].font_size = -1;
    wrong[3].font_size = 1025;
    wrong[4].palette = &colour;
    wrong[5].palette_count = 1;
    wrong[6].mask_alpha = 1.5f;
    wrong[7].mask_alpha = (float)NAN;
    pawl_image *image = plain(1, 1, 7);
    const uint64_t before = hash_of(image);
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        assert_int_equal(pawl_image_draw(image, NULL, 0, &wrong[i], NULL), PAWL_ERR_ARGUMENT);
        assert_int_equal(pawl_image_draw_mask(image, &mask, 0, &wrong[i], NULL), PAWL_ERR_ARGUMENT);
    }
    assert_true(hash_of(image) == before);
    pawl_image_destroy(&image);
}

/* A box of a track has the colour of its id and a longer label, its mask the colour too; one of no
 * track is as ever. */
static void draws_tracks(void **state)
{
    (void)state;
    pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
    desc.names = names;
    desc.name_count = PW_COUNT(names);
    const size_t usual = drawn_with(&desc);
    uint64_t id = 0;
    desc.ids = &id;
    assert_int_equal(drawn_with(&desc), usual);
    id = 7;
    assert_true(drawn_with(&desc) > usual);
    id = UINT64_MAX;
    assert_true(drawn_with(&desc) > usual);
    pawl_image *first = plain(60, 60, 0), *second = plain(60, 60, 0);
    const pawl_detection box = {10, 10, 50, 50, 0.5f, 0}, seventh = {10, 10, 50, 50, 0.5f, 7};
    static const uint8_t pixels[60 * 60] = {[1800] = 1, [1801] = 1};
    const pawl_mask mask = {60, 60, pixels};
    id = 20000000000ULL + 7;
    desc.hides_labels = 1;
    assert_int_equal(pawl_image_draw(first, &box, 1, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_image_draw_mask(first, &mask, 0, &desc, NULL), PAWL_OK);
    desc.ids = NULL;
    assert_int_equal(pawl_image_draw(second, &seventh, 1, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_image_draw_mask(second, &mask, 7, &desc, NULL), PAWL_OK);
    pawl_image_view a = PAWL_IMAGE_VIEW_INIT, b = PAWL_IMAGE_VIEW_INIT;
    assert_int_equal(pawl_image_view_get(first, &a, NULL), PAWL_OK);
    assert_int_equal(pawl_image_view_get(second, &b, NULL), PAWL_OK);
    for (int32_t y = 0; y < 60; y++)
        assert_memory_equal(a.pixels + (size_t)y * a.row_size, b.pixels + (size_t)y * b.row_size,
                            60 * 3);
    pawl_image_destroy(&first);
    pawl_image_destroy(&second);
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
    assert_int_equal(pawl_image_draw(image, NULL, 0, NULL, NULL), PAWL_OK);
    assert_true(hash_of(image) == before);
    assert_int_equal(pawl_image_draw(image, &box, 1, NULL, NULL), PAWL_OK);
    assert_true(hash_of(image) != before);
    pawl_error error;
    assert_int_equal(pawl_image_draw(image, NULL, 1, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_draw(NULL, &box, 1, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
}

/* White text on whatever is there: what lies under it is darkened. */
static void writes_lines_that_stand_out(void **state)
{
    (void)state;
    static const uint8_t white[3] = {255, 255, 255}, dark[3] = {63, 63, 63};
    pawl_image *image = plain(200, 100, 255), *tiny = plain(2, 3, 255);
    pawl_error error;
    assert_int_equal(pawl_image_draw_caption(image, "0.93 cat\n0.02 a longer name", &error),
                     PAWL_OK);
    assert_true(count_like(image, dark) > 200);
    assert_true(count_like(image, white) > 5000);
    assert_memory_equal(pixel_at(image, 199, 99), white, 3);
    assert_int_equal(pawl_image_draw_caption(tiny, "0.93 cat", &error), PAWL_OK);
    assert_int_equal(pawl_image_draw_caption(image, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&tiny);
    pawl_image_destroy(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_frame),
        cmocka_unit_test(contrasts_text),
        cmocka_unit_test(shows_names),
        cmocka_unit_test(stays_inside),
        cmocka_unit_test(takes_missing_names),
        cmocka_unit_test(writes_lines_that_stand_out),
        cmocka_unit_test(writes_any_script),
        cmocka_unit_test(tells_of_a_script_without_a_font),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(turns_text),
        cmocka_unit_test(leaves_the_object_visible),
        cmocka_unit_test(draws_in_styles),
        cmocka_unit_test(draws_tracks),
        cmocka_unit_test(draws_in_colours),
        cmocka_unit_test(tints_a_mask),
        cmocka_unit_test(refuses_styles),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
