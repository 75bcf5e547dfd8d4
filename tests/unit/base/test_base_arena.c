/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: alignment, zeros, limit, and memory that runs out. */
#include "cmocka_all.h"

#include "base/arena.h"

#include <string.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    pw_arena arena = {0};
    unsigned char *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = pw_arena_alloc(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], i);
    pw_arena_free(&arena);
    assert_int_equal(arena.total, 0);
    pw_arena_free(&arena);
}

static void large_alignments_and_large_pieces(void **state)
{
    (void)state;
    pw_arena arena = {0};
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        const void *memory = pw_arena_alloc_aligned(&arena, 3, alignment);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignment, 0);
    }
    assert_non_null(pw_arena_alloc(&arena, 10u << 20));
    assert_non_null(pw_arena_alloc(&arena, 1));
    pw_arena_free(&arena);
    assert_non_null(pw_arena_alloc(&arena, 1)); /* of use again */
    pw_arena_free(&arena);
}

static void an_array_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    pw_arena arena = {0};
    size_t capacity = 0;
    int *array = NULL;
    for (int i = 0; i < 1000; i++) {
        array = pw_arena_grow(&arena, array, (size_t)i, &capacity, sizeof *array);
        assert_non_null(array);
        assert_true(capacity > (size_t)i);
        array[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    assert_true(arena.total <= 2 * capacity * sizeof *array); /* the old ones together are one */
    arena.limit = arena.total;
    capacity = 1000;
    assert_null(pw_arena_grow(&arena, array, 1000, &capacity, sizeof *array));
    assert_int_equal(capacity, 1000);
    pw_arena_free(&arena);
}

static void texts_are_copied(void **state)
{
    (void)state;
    pw_arena arena = {0};
    assert_string_equal(pw_arena_strdup(&arena, "pawl"), "pawl");
    assert_string_equal(pw_arena_strndup(&arena, "pawl", 2), "pa");
    assert_string_equal(pw_arena_strndup(&arena, "pawl", 100), "pawl");
    assert_string_equal(pw_arena_strndup(&arena, NULL, 0), "");
    assert_string_equal(pw_arena_printf(&arena, "model.%d.%s", 24, "anchors"), "model.24.anchors");
    pw_arena_free(&arena);
}

static void beyond_its_limit_it_refuses(void **state)
{
    (void)state;
    pw_arena arena = {.limit = 112};
    assert_non_null(pw_arena_alloc(&arena, 60)); /* each takes whole sixteens */
    assert_null(pw_arena_alloc(&arena, 49));
    assert_non_null(pw_arena_alloc(&arena, 41));
    assert_null(pw_arena_alloc(&arena, 1));
    assert_null(pw_arena_printf(&arena, "%s", "x"));
    assert_int_equal(arena.total, 112);
    assert_true(arena.is_full);
    pw_arena_free(&arena);
}

static void what_lies_elsewhere_counts(void **state)
{
    (void)state;
    pw_arena arena = {.limit = 112};
    assert_true(pw_arena_charge(&arena, 100));
    assert_null(pw_arena_alloc(&arena, 1));
    assert_true(arena.is_full);
    assert_false(pw_arena_charge(&arena, 13));
    assert_false(pw_arena_charge(&arena, SIZE_MAX));
    assert_int_equal(arena.total, 100);
    pw_arena_discharge(&arena, 100);
    assert_non_null(pw_arena_alloc(&arena, 112));
    pw_arena_free(&arena);
    arena.limit = 0;
    assert_true(pw_arena_charge(&arena, SIZE_MAX));
    assert_false(pw_arena_charge(&arena, 1));
    assert_false(arena.is_full); /* there is no limit that it could have met */
    pw_arena_free(&arena);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    pw_arena arena = {0};
    assert_null(pw_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(pw_arena_alloc(&arena, SIZE_MAX));
    assert_null(pw_arena_alloc(&arena, SIZE_MAX - 20));
    assert_null(pw_arena_alloc_aligned(&arena, SIZE_MAX - 4096, 4096));
    assert_non_null(pw_arena_array(&arena, 10, 3));
    pw_arena_free(&arena);
}

static void each_block_in_turn_fails(void **state)
{
    (void)state;
    for (int succeeding = 0;; succeeding++) {
        pw_arena arena = {0};
        allocations_left = succeeding;
        int made = 0;
        while (made < 1000 && pw_arena_alloc(&arena, 100) != NULL)
            made++;
        const size_t total = arena.total;
        assert_int_equal(total, 112 * (size_t)made); /* a failure is not counted */
        pw_arena_free(&arena);
        assert_int_equal(blocks_out, 0);
        if (made == 1000)
            break;
        assert_true(succeeding < 20); /* blocks double */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pieces_are_zeroed_aligned_and_apart, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(large_alignments_and_large_pieces, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(an_array_grows_and_keeps_what_it_has, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(texts_are_copied, memory_limited, memory_unlimited),
        cmocka_unit_test_setup_teardown(what_lies_elsewhere_counts, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(beyond_its_limit_it_refuses, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(impossible_sizes_are_refused, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(each_block_in_turn_fails, memory_limited, memory_unlimited),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
