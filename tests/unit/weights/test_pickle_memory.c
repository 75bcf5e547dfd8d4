/* SPDX-License-Identifier: Apache-2.0 */
/* What a pickle may take: its memory follows its size, whatever is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "maker.h"
#include "weights/readers.h"

/* Copies of copies: a few bytes that ask for much. The arena's limit ends it. */
static void a_bomb_meets_the_limit(void **state)
{
    (void)state;
    static const char start[] = "c__builtin__\nset\nq\0"
                                "0](",
                      end[] = "eq\1";
    const size_t items = 20000, copies = 20000;
    const size_t size = sizeof start - 1 + items + sizeof end - 1 + copies * 7 + 1;
    char *bytes = test_malloc(size);
    size_t at = sizeof start - 1;
    memcpy(bytes, start, at);
    memset(bytes + at, 'N', items);
    at += items;
    memcpy(bytes + at, end, sizeof end - 1);
    at += sizeof end - 1;
    for (size_t i = 0; i < copies; i++, at += 7)
        memcpy(bytes + at, "h\0h\1\x85R0", 7);
    bytes[at++] = '.';
    pw_arena arena = {.limit = (size_t)8 << 20};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_value *value = NULL;
    pw_pickle pickle = pw_pickle_over(bytes, at, 0, "x.pt", &arena, &error);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_ERR_LIMIT);
    assert_non_null(strstr(error.message, "8 MiB"));
    pw_pickle_end(&pickle);
    pw_arena_free(&arena);
    test_free(bytes);
}

static size_t live_bytes, most_bytes;

static void *count_allocate(void *user, size_t size, size_t alignment)
{
    (void)user;
    (void)alignment;
    size_t *memory = test_malloc(size + 64); /* what is in front stays aligned to 64 */
    live_bytes += size;
    most_bytes = live_bytes > most_bytes ? live_bytes : most_bytes;
    *memory = size;
    return (char *)memory + 64;
}

static void count_release(void *user, void *memory)
{
    (void)user;
    char *const block = (char *)memory - 64;
    live_bytes -= *(size_t *)(void *)block;
    test_free(block);
}

#define STORAGE                                       \
    "(X\7\0\0\0storagectorch\nHalfStorage\nX\1\0\0\0" \
    "7X\3\0\0\0cpuK\10tQ"

/* Pieces that take the most of each: values, the stack, marks, the memo, tensors. */
static const struct {
    const char *what, *start, *piece;
    size_t start_size, piece_size;
} dear[] = {
#define DEAR(what, start, piece)                                 \
    {                                                            \
        what, start, piece, sizeof(start) - 1, sizeof(piece) - 1 \
    }
    DEAR("values", "", "]0"),
    DEAR("values on the stack", "", "]"),
    DEAR("the stack", "N", "2"),
    DEAR("marks", "", "("),
    DEAR("the memo", "N", "\x94N"),
    DEAR("tuples", "N", "\x85"),
    DEAR("tensors", "ctorch._utils\n_rebuild_tensor_v2\nq\0(" STORAGE "K\0(K\1t(K\1ttq\1",
         "h\0h\1R0"),
#undef DEAR
};

/* Read until it asks for too much, with the memory of what was counted. */
static void memory_follows_the_size(void **state)
{
    (void)state;
    enum { SIZE = 12 << 20 };
    const pawl_allocator counting = {NULL, count_allocate, count_release};
    uint8_t *bytes = test_malloc(SIZE);
    assert_int_equal(pawl_allocator_set(&counting), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(dear); i++) {
        pw_arena arena = {.limit = pw_pickle_room(SIZE)};
        pawl_error error = {PAWL_OK, 0, 0, ""};
        pw_value *value = NULL;
        size_t at = dear[i].start_size;
        memcpy(bytes, dear[i].start, at);
        for (; at + dear[i].piece_size <= SIZE; at += dear[i].piece_size)
            memcpy(bytes + at, dear[i].piece, dear[i].piece_size);
        most_bytes = live_bytes;
        pw_pickle pickle = pw_pickle_over(bytes, at, 0, "x.pt", &arena, &error);
        const pawl_status status = pw_pickle_read(&pickle, &value);
        if (status != PAWL_ERR_LIMIT || strstr(error.message, "112 MiB") == NULL)
            fail_msg("%s: status %d: %s", dear[i].what, status, error.message);
        if (most_bytes > pw_pickle_room(SIZE) + ((size_t)2 << 20))
            fail_msg("%s: %zu bytes taken", dear[i].what, most_bytes);
        pw_pickle_end(&pickle);
        pw_arena_free(&arena);
        assert_int_equal(live_bytes, 0);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    test_free(bytes);
}

/* The memory that a pickle's machine has taken is given back to its room with it. */
static void what_is_ended_counts_no_more(void **state)
{
    (void)state;
    static const char bytes[] = "((NNN.";
    pw_arena arena = {0};
    pw_value *value = NULL;
    pw_pickle pickle = pw_pickle_over(bytes, sizeof bytes - 1, 0, "x.pt", &arena, NULL);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_ERR_CORRUPT);
    assert_true(arena.total > 0);
    pw_pickle_end(&pickle);
    assert_int_equal(arena.total, 0);
    pw_pickle_end(&pickle); /* once more */
    assert_int_equal(arena.total, 0);
    pw_arena_free(&arena);
}

/* Values go with their pickle, names stay: many pickles of one file take no more memory than one.
 */
static void values_go_with_their_pickle(void **state)
{
    (void)state;
    enum { PAIRS = 1 << 17, PICKLES = 16 };
    mk_buffer values = {NULL, 0, 0};
    mk_zip zip = {.flags = 0};
    for (int i = 0; i < PAIRS; i++)
        mk_ops(&values, "}0");
    mk_ops(&values, "N.");
    for (int i = 0; i < PICKLES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.pkl", i);
        mk_zip_add(&zip, name, values.data, values.size);
    }
    mk_zip_add(&zip, "last.pkl", "cos\nsystem\n.", 12);
    mk_zip_end(&zip);
    pw_arena kept = {0};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_pickle pickle = {.kept = &kept, .file_name = "x.pt", .error = &error};
    assert_int_equal(pw_pickle_scan(&pickle, zip.file.data, zip.file.size), PAWL_OK);
    assert_int_equal(pickle.global_count, 1);
    assert_string_equal(pickle.globals[0].name, "system");
    assert_true(kept.total < (size_t)1 << 20);
    pw_arena_free(&kept);
    mk_free(&values);
    mk_free(&zip.file);
}

/* Of what is deflated the bytes in the file count: a few of them may stand for any pickle. */
static void deflated_ones_have_the_room_of_their_file(void **state)
{
    (void)state;
    enum { SIZE = 24 << 20 };
    mk_zip zip = {.flags = MK_DEFLATED};
    uint8_t *bytes = test_malloc(SIZE);
    memset(bytes, ']', SIZE);
    mk_zip_add(&zip, "x/data.pkl", bytes, SIZE);
    mk_zip_end(&zip);
    test_free(bytes);
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_weights weights = {.kind = PAWL_WEIGHTS_PT};
    assert_int_equal(pw_weights_parse(zip.file.data, zip.file.size, "x.pt", &weights, &error),
                     PAWL_ERR_LIMIT);
    assert_true(weights.arena.total <= SIZE + ((size_t)66 << 20));
    pw_arena_free(&weights.arena);
    pw_arena kept = {0};
    pw_pickle pickle = {.kept = &kept, .file_name = "x.pt", .error = &error};
    assert_int_equal(pw_pickle_scan(&pickle, zip.file.data, zip.file.size), PAWL_ERR_LIMIT);
    assert_non_null(strstr(error.message, "more than 64 MiB"));
    pw_arena_free(&kept);
    mk_free(&zip.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bomb_meets_the_limit),
        cmocka_unit_test(memory_follows_the_size),
        cmocka_unit_test(what_is_ended_counts_no_more),
        cmocka_unit_test(values_go_with_their_pickle),
        cmocka_unit_test(deflated_ones_have_the_room_of_their_file),
    };
    return cmocka_run_group_tests_name("pickle_memory", tests, NULL, NULL);
}
