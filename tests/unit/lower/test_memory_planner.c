/* SPDX-License-Identifier: Apache-2.0 */
/* The memory planner: nothing alive at once overlaps,
 * and simple cases take no more than they must. */
#include "unit/base/cmocka_all.h"

#include "lower/memory_planner.h"

#include <stdbool.h>

static uint32_t state = 12345;

static size_t random_below(size_t limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

static size_t plan(pw_buffer *buffers, size_t count, size_t alignment)
{
    size_t total = 0;
    assert_int_equal(pw_memory_plan(buffers, count, alignment, &total, NULL), PAWL_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(buffers[i].offset % alignment, 0);
        assert_true(buffers[i].offset + buffers[i].size <= total);
        for (size_t k = 0; k < i; k++) {
            const pw_buffer *a = &buffers[i], *b = &buffers[k];
            const bool meet_in_time = a->first <= b->last && b->first <= a->last;
            const bool meet_in_space =
                a->offset < b->offset + b->size && b->offset < a->offset + a->size;
            assert_false(meet_in_time && meet_in_space);
        }
    }
    return total;
}

static void random_graphs(void **unused)
{
    (void)unused;
    for (int round = 0; round < 300; round++) {
        pw_buffer buffers[60];
        const size_t count = 1 + random_below(60);
        size_t sum = 0, peak = 0;
        for (size_t i = 0; i < count; i++) {
            const size_t first = random_below(40);
            buffers[i] = (pw_buffer){
                .size = random_below(5000), .first = first, .last = first + random_below(12)};
            sum += (buffers[i].size + 63) / 64 * 64;
        }
        for (size_t step = 0; step < 60; step++) {
            size_t live = 0;
            for (size_t i = 0; i < count; i++)
                live += buffers[i].first <= step && step <= buffers[i].last
                            ? (buffers[i].size + 63) / 64 * 64
                            : 0;
            peak = live > peak ? live : peak;
        }
        const size_t total = plan(buffers, count, 64);
        assert_true(peak <= total && total <= sum);
    }
}

/* a -> b -> c -> d ...: two buffers at a time. */
static void chain(void **unused)
{
    (void)unused;
    pw_buffer buffers[10];
    for (size_t i = 0; i < 10; i++)
        buffers[i] = (pw_buffer){.size = 1024, .first = i, .last = i + 1};
    assert_int_equal(plan(buffers, 10, 64), 2048);
}

static void small_fits_into_gap(void **unused)
{
    (void)unused;
    pw_buffer buffers[] = {{.size = 4096, .first = 0, .last = 1},
                           {.size = 2048, .first = 1, .last = 4},
                           {.size = 1024, .first = 2, .last = 3},
                           {.size = 3072, .first = 3, .last = 5}};
    assert_int_equal(plan(buffers, 4, 64), 6144);
}

static void all_at_once(void **unused)
{
    (void)unused;
    pw_buffer buffers[] = {{.size = 100, .first = 0, .last = 9},
                           {.size = 200, .first = 0, .last = 9}};
    assert_int_equal(plan(buffers, 2, 64), 128 + 256);
}

static void nothing(void **unused)
{
    (void)unused;
    pw_buffer buffer = {0};
    assert_int_equal(plan(&buffer, 0, 64), 0);
    assert_int_equal(plan(&buffer, 1, 64), 0);
}

static void too_large(void **unused)
{
    (void)unused;
    pw_buffer buffers[] = {{.size = SIZE_MAX / 2}, {.size = SIZE_MAX / 2}, {.size = SIZE_MAX / 2}};
    size_t total = 77;
    assert_int_equal(pw_memory_plan(buffers, 3, 64, &total, NULL), PAWL_ERR_LIMIT);
    assert_int_equal(total, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs),
        cmocka_unit_test(chain),
        cmocka_unit_test(small_fits_into_gap),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(nothing),
        cmocka_unit_test(too_large),
    };
    return cmocka_run_group_tests_name("memory planner", tests, NULL, NULL);
}
