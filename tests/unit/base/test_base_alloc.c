/* SPDX-License-Identifier: Apache-2.0 */
/* Checked sizes and the allocator behind everything. */
#include "cmocka_all.h"

#include "base/memory.h"
#include "base/size.h"

#include <string.h>

static void sizes_are_checked(void **state)
{
    (void)state;
    size_t result = 0;
    assert_true(pw_size_mul(SIZE_MAX / 2, 2, &result));
    assert_false(pw_size_mul(SIZE_MAX / 2 + 1, 2, &result));
    assert_true(pw_size_mul(0, SIZE_MAX, &result));
    assert_int_equal(result, 0);
    assert_true(pw_size_add(SIZE_MAX - 1, 1, &result));
    assert_false(pw_size_add(SIZE_MAX, 1, &result));
    assert_int_equal(pw_size_align(0, 64), 0);
    assert_int_equal(pw_size_align(1, 64), 64);
    assert_int_equal(pw_size_align(64, 64), 64);
    assert_int_equal(pw_size_ceil_div(10, 3), 4);
    assert_int_equal(pw_size_ceil_div(9, 3), 3);
}

static void memory_is_aligned_and_zeroed_as_asked(void **state)
{
    (void)state;
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        unsigned char *memory = pw_alloc_aligned(100, alignment);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % (alignment < 16 ? 16 : alignment), 0);
        memset(memory, 0xAB, 100);
        pw_free(memory);
    }
    unsigned char *zeroed = pw_calloc(100, 3);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(zeroed[i], 0);
    pw_free(zeroed);
    void *empty = pw_alloc(0);
    assert_non_null(empty);
    pw_free(empty);
    pw_free(NULL);
}

static void impossible_sizes_give_null(void **state)
{
    (void)state;
    assert_null(pw_alloc(SIZE_MAX));
    assert_null(pw_alloc_aligned(SIZE_MAX - 8, 4096));
    assert_null(pw_calloc(SIZE_MAX / 2, 3));
    assert_null(pw_alloc_forever(SIZE_MAX));
}

static void growing_keeps_the_start(void **state)
{
    (void)state;
    char *text = pw_alloc(5);
    assert_non_null(text);
    memcpy(text, "pawl", 5);
    char *grown = pw_grow(text, 5, 500);
    assert_string_equal(grown, "pawl");
    allocations_left = 0;
    assert_null(pw_grow(grown, 500, 5000));
    assert_string_equal(grown, "pawl"); /* a failure leaves it as it was */
    pw_free(grown);
    void *from_nothing = NULL;
    allocations_left = 1;
    from_nothing = pw_grow(NULL, 0, 8);
    assert_non_null(from_nothing);
    pw_free(from_nothing);
}

static void a_guard_frees(void **state)
{
    (void)state;
    {
        void *memory PW_AUTO_FREE = pw_alloc(5);
        assert_int_equal(blocks_out, 1);
        assert_non_null(memory);
    }
    assert_int_equal(blocks_out, 0);
}

static size_t something_lives(void)
{
    return 1;
}

static void the_allocator_is_refused_while_something_lives(void **state)
{
    (void)state;
    pw_memory_set_live_count(something_lives);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_ERR_IN_USE);
    pw_memory_set_live_count(NULL);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    assert_int_equal(pawl_allocator_set(&(pawl_allocator){.allocate = allocate_limited}),
                     PAWL_ERR_ARGUMENT);
}

/* Whole pages within, and no others. */
static void pages_are_dropped(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20, BEGIN = 100000, END = 900000 };
    unsigned char *block = pw_alloc_aligned(SIZE, PW_CACHE_LINE);
    assert_non_null(block);
    memset(block, 0xa5, SIZE);
    pw_memory_drop(block + 10, 100);
    pw_memory_drop(block + BEGIN, END - BEGIN);
    for (size_t i = 0; i < SIZE; i++) {
        if (i < BEGIN || i >= END)
            assert_int_equal(block[i], 0xa5);
        else if (i > BEGIN + 65536 && i < END - 65536) /* whatever a page has */
            assert_int_equal(block[i], 0);
    }
    pw_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_dropped),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(memory_is_aligned_and_zeroed_as_asked),
        cmocka_unit_test_setup_teardown(impossible_sizes_give_null, memory_limited,
                                        memory_unlimited),
        cmocka_unit_test_setup_teardown(growing_keeps_the_start, memory_limited, memory_unlimited),
        cmocka_unit_test_setup_teardown(a_guard_frees, memory_limited, memory_unlimited),
        cmocka_unit_test(the_allocator_is_refused_while_something_lives),
    };
    return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
