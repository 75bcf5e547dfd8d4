/* SPDX-License-Identifier: Apache-2.0 */
/* Shrinking by area: FNV-1a sums of what OpenCV 5.0's resize(INTER_AREA) makes
 * of the same noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/area_resize.h"

#include <stdlib.h>

struct row {
    int32_t width, height, to_width, to_height;
    uint32_t sum;
};

/* clang-format off */
static const struct row rows[] = {
    {64, 48, 32, 24, 0x76311c70u}, /* halves */
    {63, 47, 40, 30, 0x712030bcu},
    {90, 60, 30, 20, 0xea39e710u}, /* thirds */
    {100, 37, 99, 37, 0x422b5b07u},
    {200, 150, 64, 48, 0x029b49b2u},
    {57, 91, 20, 31, 0xea6d15a5u},
    {80, 80, 1, 1, 0xc87e9c19u},
    {33, 33, 33, 33, 0x42cb6431u},
};
/* clang-format on */

static void pixels_are_those_of_opencv(void **state)
{
    (void)state;
    static uint8_t from[200 * 150 * 3], to[200 * 150 * 3];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        uint32_t seed = 1, sum = 2166136261u;
        for (int32_t j = 0; j < row->width * row->height * 3; j++) {
            seed = (seed * 1103515245u + 12345u) % 0x80000000u;
            from[j] = (uint8_t)(seed >> 16);
        }
        assert_true(app_area_resize(from, row->width, row->height, (size_t)row->width * 3, to,
                                    row->to_width, row->to_height));
        for (int32_t j = 0; j < row->to_width * row->to_height * 3; j++)
            sum = (sum ^ to[j]) * 16777619u;
        if (sum != row->sum)
            fail_msg("%dx%d to %dx%d: sum %08x", row->width, row->height, row->to_width,
                     row->to_height, sum);
    }
    assert_false(app_area_resize(from, 10, 10, 30, to, 11, 10));
    assert_false(app_area_resize(from, 10, 10, 30, to, 10, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pixels_are_those_of_opencv)};
    return cmocka_run_group_tests_name("area_resize", tests, NULL, NULL);
}
