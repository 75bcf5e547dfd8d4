/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing on pictures in the caller's memory, and images made of them. */
#include "base/compiler.h"
#include "unit/image/fixture.h"
#include <pawl/draw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t *pixel_at(pawl_image *image, int32_t x, int32_t y)
{
    const pawl_image_view view = view_of(image);
    return view.pixels + (size_t)y * view.row_size + (size_t)x * 3;
}

enum { WIDE = 96, HIGH = 64 };

/* One grey picture in each format, in rows that lie apart. */
typedef struct frame {
    uint8_t first[HIGH][WIDE * 3 + 5], chroma[2][HIGH / 2][WIDE + 9];
    pawl_picture picture;
} frame;

static void make_frame(frame *to, pawl_picture_format format)
{
    memset(to->first, 100, sizeof to->first);
    memset(to->chroma, 128, sizeof to->chroma);
    for (int y = 0; y < HIGH && format == PAWL_PICTURE_YUYV; y++)
        for (int x = 1; x < 2 * WIDE; x += 2)
            to->first[y][x] = 128;
    to->picture = (pawl_picture)PAWL_PICTURE_INIT;
    to->picture.format = format;
    to->picture.width = WIDE;
    to->picture.height = HIGH;
    to->picture.range = PAWL_RANGE_FULL;
    to->picture.planes[0] = (pawl_plane){&to->first[0][0], sizeof to->first[0]};
    const size_t more = format == PAWL_PICTURE_NV12 ? 1 : format == PAWL_PICTURE_I420 ? 2 : 0;
    for (size_t i = 0; i < more; i++)
        to->picture.planes[1 + i] = (pawl_plane){&to->chroma[i][0][0], sizeof to->chroma[i][0]};
}

static pawl_image *image_of(const pawl_picture *picture)
{
    pawl_image *image = NULL;
    pawl_error error = {.message = ""};
    if (pawl_image_convert(picture, &image, &error) < 0)
        fail_msg("%s", error.message);
    return image;
}

/* What is drawn on a picture in its own memory is what is drawn on an image of it; some colours go
 * to pairs of pixels, and through Y U V. */
static void draws_on_pictures(void **state)
{
    (void)state;
    static const pawl_picture_format formats[] = {PAWL_PICTURE_RGB,  PAWL_PICTURE_BGR,
                                                  PAWL_PICTURE_GREY, PAWL_PICTURE_NV12,
                                                  PAWL_PICTURE_I420, PAWL_PICTURE_YUYV};
    static const uint8_t inside[WIDE * HIGH] = {[WIDE * 10 + 20] = 1, [WIDE * 10 + 21] = 1};
    const pawl_detection box = {30, 24, 80, 60, 0.5f, 0};
    const pawl_mask mask = {WIDE, HIGH, inside};
    pawl_draw_desc desc = PAWL_DRAW_DESC_INIT;
    desc.line_width = 2;
    for (size_t i = 0; i < PW_COUNT(formats); i++) {
        static frame one;
        make_frame(&one, formats[i]);
        pawl_image *want = image_of(&one.picture);
        assert_int_equal(pawl_image_draw(want, &box, 1, &desc, NULL), PAWL_OK);
        assert_int_equal(pawl_image_draw_mask(want, &mask, 5, NULL, NULL), PAWL_OK);
        assert_int_equal(pawl_picture_draw(&one.picture, &box, 1, &desc, NULL), PAWL_OK);
        assert_int_equal(pawl_picture_draw_mask(&one.picture, &mask, 5, NULL, NULL), PAWL_OK);
        pawl_image *got = image_of(&one.picture);
        if (formats[i] == PAWL_PICTURE_RGB || formats[i] == PAWL_PICTURE_BGR)
            assert_same(want, got, 0);
        for (int c = 0; c < 3 && formats[i] >= PAWL_PICTURE_NV12; c++) {
            assert_in_range(pixel_at(got, 30, 40)[c] + 3 - pixel_at(want, 30, 40)[c], 0, 6);
            assert_in_range(pixel_at(got, 20, 10)[c] + 3 - pixel_at(want, 20, 10)[c], 0, 6);
            assert_int_equal(pixel_at(got, 55, 50)[c], 100);
        }
        /* Nothing behind the rows. */
        for (size_t y = 0; y < HIGH; y++)
            assert_int_equal(one.first[y][WIDE * 3 + 4], 100);
        assert_int_equal(pawl_picture_draw_caption(&one.picture, "0.93 cat", NULL), PAWL_OK);
        pawl_image_destroy(&want);
        pawl_image_destroy(&got);
    }
}

static void refuses_pictures(void **state)
{
    (void)state;
    static frame one;
    pawl_image *image = NULL;
    pawl_error error = {.message = ""};
    const pawl_mask small = {WIDE - 1, HIGH, &one.first[0][0]};
    make_frame(&one, PAWL_PICTURE_NV12);
    assert_int_equal(pawl_picture_draw_mask(&one.picture, &small, 0, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_picture_draw_mask(&one.picture, NULL, 0, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_picture_draw(&one.picture, NULL, 1, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_picture_draw(NULL, NULL, 0, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_picture_draw_caption(&one.picture, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_convert(&one.picture, NULL, &error), PAWL_ERR_ARGUMENT);
    one.picture.planes[1].row_size = WIDE - 1;
    assert_int_equal(pawl_picture_draw(&one.picture, NULL, 0, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_refused(pawl_image_convert(&one.picture, &image, &error), &error, image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_on_pictures),
        cmocka_unit_test(refuses_pictures),
    };
    return cmocka_run_group_tests_name("draw_pictures", tests, NULL, NULL);
}
