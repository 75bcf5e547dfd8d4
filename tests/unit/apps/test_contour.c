/* SPDX-License-Identifier: Apache-2.0 */
/* Outlines against those of OpenCV's findContours(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/contour.h"

#include <stdlib.h>
#include <string.h>

static struct row {
    const char *name, *mask; /* lines of # and ., all of one length */
    size_t count;
    app_point points[12];
} rows[] = {
    {"empty", "...\n...\n", 0, {{0, 0}}},
    {"one pixel", "...\n.#.\n...\n", 1, {{1, 1}}},
    {"all", "####\n####\n####\n", 4, {{0, 0}, {0, 2}, {3, 2}, {3, 0}}},
    {"a line there and back", ".....\n.###.\n", 2, {{1, 1}, {3, 1}}},
    {"a diagonal", "#..\n.#.\n..#\n", 2, {{0, 0}, {2, 2}}},
    {"a hole has no outline", "###\n#.#\n###\n", 4, {{0, 0}, {0, 2}, {2, 2}, {2, 0}}},
    {"the part with the most points",
     "#....\n...#.\n..###\n...#.\n",
     4,
     {{3, 1}, {2, 2}, {3, 3}, {4, 2}}},
    {"of equal parts the last",
     "##...\n##...\n.....\n...##\n...##\n",
     4,
     {{3, 3}, {3, 4}, {4, 4}, {4, 3}}},
    {"a corner", "#..\n#..\n###\n", 5, {{0, 0}, {0, 2}, {2, 2}, {1, 2}, {0, 1}}},
};

static void outlines(void **state)
{
    const struct row *row = *state;
    const size_t width = strcspn(row->mask, "\n"), height = strlen(row->mask) / (width + 1);
    uint8_t mask[64];
    app_contour contour;
    for (size_t i = 0; i < height * width; i++)
        mask[i] = row->mask[i / width * (width + 1) + i % width] == '#' ? 255 : 0;
    assert_true(app_contour_largest(mask, (int32_t)height, (int32_t)width, &contour));
    assert_int_equal(contour.count, row->count);
    for (size_t i = 0; i < row->count; i++) {
        assert_int_equal(contour.points[i].x, row->points[i].x);
        assert_int_equal(contour.points[i].y, row->points[i].y);
    }
    free(contour.points);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = outlines, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("outlines of masks", tests, NULL, NULL);
}
