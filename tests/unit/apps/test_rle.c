/* SPDX-License-Identifier: Apache-2.0 */
/* Run-length masks: round trips on random masks, and figures that pycocotools gave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/rle_decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 40

static uint32_t random_bits(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Stripes and dots, from empty to full. */
/* Nothing, all, a block (whose columns may touch both ends), or noise. */
static void scatter(uint8_t *pixels, size_t count, uint32_t *seed)
{
    const uint32_t kind = random_bits(seed) % 5, level = random_bits(seed) % 256;
    const uint32_t top = random_bits(seed) % 3, bottom = 1 + random_bits(seed) % SIDE;
    const uint32_t left = random_bits(seed) % 3, right = 1 + random_bits(seed) % SIDE;
    for (size_t i = 0; i < count; i++) {
        const size_t y = i / SIDE, x = i % SIDE;
        const bool is_in_block = y >= top && y < bottom && x >= left && x < right;
        pixels[i] = kind == 0   ? 0
                    : kind == 1 ? 7
                    : kind == 2 ? is_in_block
                                : random_bits(seed) % 256 < level;
    }
}

static void masks_survive(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        uint8_t pixels[SIDE * SIDE], back[SIDE * SIDE] = {0};
        const int32_t height = 1 + (int32_t)(random_bits(&seed) % SIDE);
        const int32_t width = 1 + (int32_t)(random_bits(&seed) % SIDE);
        uint64_t area = 0;
        app_rle mask, other;
        scatter(pixels, sizeof pixels, &seed);
        assert_true(app_rle_encode(&mask, pixels, height, width, SIDE));
        rle_decode(&mask, back, SIDE);
        for (int32_t y = 0; y < height; y++)
            for (int32_t x = 0; x < width; x++) {
                assert_int_equal(back[y * SIDE + x], pixels[y * SIDE + x] != 0);
                area += pixels[y * SIDE + x] != 0;
            }
        for (size_t i = 1; i < mask.count; i++)
            assert_true(mask.counts[i] > 0); /* only the first run may be of nothing */
        assert_int_equal(app_rle_area(&mask), area);
        char *text = app_rle_to_text(&mask);
        assert_true(app_rle_from_text(&other, height, width, text));
        assert_int_equal(other.count, mask.count);
        assert_memory_equal(other.counts, mask.counts, mask.count * sizeof(uint32_t));
        assert_true(app_rle_iou(&mask, &other, false) == (area > 0 ? 1.0 : 0.0));
        free(text);
        app_rle_free(&mask);
        app_rle_free(&other);
    }
}

/* Union, overlap and box by counting pixels. */
static void overlaps_are_counted(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (int round = 0; round < 200; round++) {
        uint8_t a[SIDE * SIDE], b[SIDE * SIDE], sum[SIDE * SIDE] = {0};
        app_rle first, second;
        double both = 0, either = 0, own = 0, box[4];
        int32_t left = SIDE, top = SIDE, right = -1, bottom = -1;
        scatter(a, sizeof a, &seed);
        scatter(b, sizeof b, &seed);
        for (int32_t i = 0; i < SIDE * SIDE; i++) {
            both += a[i] && b[i];
            either += a[i] || b[i];
            own += a[i] != 0;
            if (a[i] == 0)
                continue;
            left = i % SIDE < left ? i % SIDE : left;
            right = i % SIDE > right ? i % SIDE : right;
            top = i / SIDE < top ? i / SIDE : top;
            bottom = i / SIDE > bottom ? i / SIDE : bottom;
        }
        assert_true(app_rle_encode(&first, a, SIDE, SIDE, SIDE));
        assert_true(app_rle_encode(&second, b, SIDE, SIDE, SIDE));
        assert_true(app_rle_iou(&first, &second, false) == (both > 0 ? both / either : 0));
        assert_true(app_rle_iou(&first, &second, true) == (both > 0 ? both / own : 0));
        app_rle_box(&first, box);
        if (own > 0)
            assert_true(box[0] == left && box[1] == top && box[2] == right - left + 1 &&
                        box[3] == bottom - top + 1);
        else
            assert_true(box[2] == 0 && box[3] == 0);
        assert_true(app_rle_unite(&first, &second));
        rle_decode(&first, sum, SIDE);
        for (size_t i = 0; i < sizeof sum; i++)
            assert_int_equal(sum[i], a[i] || b[i]);
        app_rle_free(&first);
        app_rle_free(&second);
    }
}

static void polygons_are_those_of_pycocotools(void **state)
{
    (void)state;
    const double corners[] = {10.3, 5.2, 90.7, 20.1, 60.5, 80.9, 20.2, 60.4};
    const double square[] = {50.5, 10.5, 110.0, 10.5, 110.0, 99.0, 50.5, 99.0};
    app_rle mask, other;
    assert_true(app_rle_from_polygon(&mask, 100, 120, corners, 4));
    assert_true(app_rle_from_polygon(&other, 100, 120, square, 4));
    char *text = app_rle_to_text(&mask);
    assert_string_equal(
        text,
        "]o01S35L5J6J5K6J5L5J6J5K5K0010O01O001O010O001O001O010O001O0010O01O001O010O001O001O010"
        "O001O0010O01O001O010ON2N2N2N2N3M2N2N2N2N3M2N2N2N2N3M2N2N2N2N2N3M2N2N2N2N3M2N2N2NRj2");
    free(text);
    assert_int_equal(app_rle_area(&mask), 3685);
    assert_int_equal(app_rle_area(&other), 5192);
    double box[4];
    app_rle_box(&mask, box);
    assert_true(box[0] == 10 && box[1] == 5 && box[2] == 81 && box[3] == 76);
    assert_true(fabs(app_rle_iou(&mask, &other, false) - 0.22407612) < 1e-8);
    assert_true(fabs(app_rle_iou(&mask, &other, true) - 0.44097693) < 1e-8);
    app_rle_free(&mask);
    app_rle_free(&other);
}

static void lies_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      "0",  "1",   "\x7f", "oooooooooooooooo", "N",
                                        "5555N", "~~", "P0o", " ",    "1111111111111111"};
    const uint32_t counts[] = {UINT32_MAX, 1, 9};
    const double far[] = {0, 0, 65537, 0, 1, 1}, none[] = {(double)NAN, 0};
    app_rle mask;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(app_rle_from_text(&mask, 10, 10, texts[i]));
    assert_false(app_rle_from_counts(&mask, 3, 3, counts, 3));
    assert_false(app_rle_from_counts(&mask, 3, 3, counts, 0));
    assert_true(app_rle_from_counts(&mask, 3, 3, counts + 2, 1));
    app_rle_free(&mask);
    assert_false(app_rle_from_counts(&mask, 0, 3, counts, 1));
    assert_false(app_rle_from_counts(&mask, 65536, 65536, counts, 1));
    assert_false(app_rle_from_polygon(&mask, 10, 10, far, 3));
    assert_false(app_rle_from_polygon(&mask, 10, 10, none, 1));
    assert_null(mask.counts);
}

static void boxes_overlap(void **state)
{
    (void)state;
    const double a[] = {0, 0, 10, 10}, b[] = {5, 5, 10, 10}, c[] = {10, 0, 5, 5};
    assert_true(app_box_iou(a, b, false) == 25.0 / 175.0);
    assert_true(app_box_iou(a, b, true) == 0.25);
    assert_true(app_box_iou(a, c, false) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_survive),
        cmocka_unit_test(overlaps_are_counted),
        cmocka_unit_test(polygons_are_those_of_pycocotools),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(boxes_overlap),
    };
    return cmocka_run_group_tests_name("rle", tests, NULL, NULL);
}
