/* SPDX-License-Identifier: Apache-2.0 */
/* The text of .wts files, well and badly formed, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "small_model.h"
#include "weights/module.h"

typedef struct wts_row {
    const char *name, *text;
    const char *expected; /* "name count bits ..." a tensor; NULL: refused */
    const char *what;     /* part of the message */
} wts_row;

#define ONE "a 2  3f800000 40000000\n"

/* clang-format off */
static wts_row rows[] = {
    {"as gen_wts writes it", "1\n" ONE, "a 2 3f800000 40000000;", NULL},
    {"two tensors", "2\n" ONE "b 1  00000001\n", "a 2 3f800000 40000000;b 1 00000001;", NULL},
    {"CRLF", "1\r\na 2  3f800000 40000000\r\n", "a 2 3f800000 40000000;", NULL},
    {"one blank after the count", "1\na 1 3f800000\n", "a 1 3f800000;", NULL},
    {"trailing blank", "1\na 1  3f800000 \n", "a 1 3f800000;", NULL},
    {"no newline at the end", "1\na 1  3f800000", "a 1 3f800000;", NULL},
    {"upper case", "1\na 1  3F80ABCD\n", "a 1 3f80abcd;", NULL},
    {"short values", "1\na 2  0 ff\n", "a 2 00000000 000000ff;", NULL},
    {"a value a line", "1\na\n2\n3f800000\n40000000\n", "a 2 3f800000 40000000;", NULL},
    {"tabs", "1\na\t2\t3f800000\t40000000\n", "a 2 3f800000 40000000;", NULL},
    {"blank lines around", "\n 1\n\n" ONE "\n\n", "a 2 3f800000 40000000;", NULL},
    {"no values", "1\na 0 \n", "a 0;", NULL},
    {"count alone", "1\n", NULL, "promises"},
    {"no tensors", "0\n", NULL, "no tensors"},
    {"names end", "2\n" ONE, NULL, "after 1 of the 2 tensors"},
    {"values end", "1\na 3  3f800000 40000000\n", NULL, "after 2 of 3 values"},
    {"more values than counted", "1\na 1  3f800000 40000000\n", NULL, "goes on with '40000000'"},
    {"more tensors than counted", "1\n" ONE "b 1  3f800000\n", NULL, "line 3 goes on with 'b'"},
    {"fewer values than counted, another follows", "2\na 3  3f800000 40000000\nb 1 3f800000\n", NULL, "count of values"},
    {"nine digits", "1\na 1  3f8000000\n", NULL, "line 2, tensor 'a': value 1 of 1 is '3f8000000'"},
    {"no digit", "1\na 2  3f800000 4000g000\n", NULL, "value 2 of 2"},
    {"0x", "1\na 1  0x3f8000\n", NULL, "value 1 of 1"},
    {"count is no number", "1\na b  3f800000\n", NULL, "line 2 has 'b'"},
    {"count is negative", "1\na -1  3f800000\n", NULL, "'-1'"},
    {"first line is no count", "1a\n", NULL, "neither"},
    {"doubled name", "2\n" ONE ONE, NULL, "'a' twice"},
    {"hostile count of tensors", "999999999999\n" ONE, NULL, "more than the file has room for"},
    {"hostile count of values", "1\na 999999999999999  3f800000\n", NULL, "more than the file has room for"},
    {"count beyond all numbers", "1\na 99999999999999999999999  3f800000\n", NULL, "count of values"},
};
/* clang-format on */

static void reads(void **state)
{
    const wts_row *row = *state;
    pw_weights weights;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    char made[512] = "";
    memset(&weights, 0, sizeof weights);
    const pawl_status status =
        pw_weights_parse(row->text, strlen(row->text), "x.wts", &weights, &error);
    if (row->expected == NULL) {
        assert_true(status < 0);
        if (strstr(error.message, row->what) == NULL)
            fail_msg("'%s' is not in: %s", row->what, error.message);
        pw_arena_free(&weights.arena);
        return;
    }
    assert_int_equal(status, PAWL_OK);
    for (size_t i = 0; i < weights.tensor_count; i++) {
        const pw_tensor_data *tensor = weights.tensors[i];
        size_t at = strlen(made);
        at += (size_t)snprintf(made + at, sizeof made - at, "%s %zu", tensor->name, tensor->count);
        for (size_t v = 0; v < tensor->count; v++)
            at += (size_t)snprintf(made + at, sizeof made - at, " %08x",
                                   (unsigned)((const uint32_t *)tensor->data)[v]);
        snprintf(made + at, sizeof made - at, ";");
        assert_int_equal(tensor->rank, 1);
        assert_int_equal(tensor->dtype, PAWL_F32);
        assert_ptr_equal(pw_weights_tensor_find(&weights, tensor->name), tensor);
    }
    assert_string_equal(made, row->expected);
    assert_null(pw_weights_tensor_find(&weights, "none"));
    assert_null(weights.root);
    pw_arena_free(&weights.arena);
}

static void a_long_file_has_a_line_and_a_byte(void **state)
{
    (void)state;
    mk_buffer text = {NULL, 0, 0};
    mk_ops(&text, "100\n");
    for (int i = 0; i < 100; i++) {
        char line[64];
        snprintf(line, sizeof line, "t%d 2  3f800000 %s\n", i, i == 98 ? "zzzzzzzz" : "00000000");
        mk_ops(&text, line);
    }
    pw_weights weights;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    memset(&weights, 0, sizeof weights);
    assert_int_equal(pw_weights_parse(text.data, text.size, "x.wts", &weights, &error),
                     PAWL_ERR_CORRUPT);
    assert_non_null(strstr(error.message, "line 100, tensor 't98': value 2 of 2 is 'zzzzzzzz'"));
    assert_memory_equal(text.data + error.offset, "zzzzzzzz", 8);
    pw_arena_free(&weights.arena);
    mk_free(&text);
}

/* What save writes for a file in memory; mk_free(). */
static mk_buffer saved(const mk_buffer *source, const pw_tensor_data *extra, size_t extra_count)
{
    char path[] = "/tmp/pawl-wts-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    pw_weights weights;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    memset(&weights, 0, sizeof weights);
    assert_int_equal(pw_weights_parse(source->data, source->size, "x", &weights, &error), PAWL_OK);
    assert_int_equal(pw_weights_write_wts(&weights, extra, extra_count, path, &error), PAWL_OK);
    pw_arena_free(&weights.arena);
    mk_buffer text = {NULL, 0, 0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (int byte = fgetc(file); byte != EOF; byte = fgetc(file)) {
        const uint8_t one = (uint8_t)byte;
        mk_put(&text, &one, 1);
    }
    fclose(file);
    unlink(path);
    mk_put(&text, "", 1);
    return text;
}

#define CONV_TEXT                                                                            \
    "model.0.conv.weight 8  3f800000 40000000 40400000 40800000 40a00000 40c00000 40e00000 " \
    "41000000\n"                                                                             \
    "model.0.bn.weight 2  3f800000 c0000000\n"                                               \
    "model.0.bn.bias 2  3f800000 c0000000\n"                                                 \
    "model.0.bn.running_mean 2  3f000000 be800000\n"                                         \
    "model.0.bn.num_batches_tracked 1  40400000\n"                                           \
    "model.1.anchors 4  3fa00000 3fd00000 40000000 40700000\n"
#define HEAD_TEXT                                                  \
    "model.1.anchor_grid 4  41200000 41500000 42000000 42700000\n" \
    "model.1.strides 2  41000000 41800000\n"
#define LAST_TEXT "model.1.m.bias 2  3f800000 c0000000\n"

static void a_checkpoint_is_written_as_gen_wts_does(void **state)
{
    (void)state;
    static const small_options options[] = {
        {.root = NULL}, {.has_native_grid = true}, {.is_legacy = true}, {.is_parallel = true}};
    for (size_t i = 0; i < PW_COUNT(options); i++) {
        mk_buffer file = small_file(&options[i]);
        mk_buffer text = saved(&file, NULL, 0);
        assert_string_equal((const char *)text.data, "9\n" CONV_TEXT HEAD_TEXT LAST_TEXT);
        mk_free(&text);
        mk_free(&file);
    }
}

/* Profilers leave buffers behind; gen_wts.py deletes the grid and registers both behind these. */
static void head_ends_with_what_is_added(void **state)
{
    (void)state;
    static const small_options options[] = {{.has_later_buffer = true},
                                            {.has_native_grid = true, .has_later_buffer = true}};
    for (size_t i = 0; i < PW_COUNT(options); i++) {
        mk_buffer file = small_file(&options[i]);
        mk_buffer text = saved(&file, NULL, 0);
        assert_string_equal((const char *)text.data,
                            "10\n" CONV_TEXT
                            "model.1.total_ops 2  3f800000 c0000000\n" HEAD_TEXT LAST_TEXT);
        mk_free(&text);
        mk_free(&file);
    }
}

static void extra_tensors_follow(void **state)
{
    (void)state;
    static const float one = 1;
    const pw_tensor_data extra = {.name = "pawl.activation",
                                  .dtype = PAWL_F32,
                                  .rank = 1,
                                  .dims = {1},
                                  .strides = {1},
                                  .data = &one,
                                  .count = 1};
    mk_buffer file = small_file(&(small_options){.root = NULL});
    mk_buffer text = saved(&file, &extra, 1);
    assert_string_equal((const char *)text.data,
                        "10\n" CONV_TEXT HEAD_TEXT LAST_TEXT "pawl.activation 1  3f800000\n");
    mk_free(&text);
    mk_free(&file);
}

static void text_is_written_as_it_was(void **state)
{
    (void)state;
    static const char source[] = "2\na 2  7f800001 ffffffff\nb 0 \n";
    mk_buffer file = {NULL, 0, 0};
    mk_ops(&file, source);
    mk_buffer text = saved(&file, NULL, 0);
    assert_string_equal((const char *)text.data, source);
    mk_free(&text);
    mk_free(&file);
}

/* --- a file, which passes through a window of a MiB --- */

static void assert_same_weights(const pw_weights *expected, pawl_weights *weights)
{
    static float values[2][400000];
    pawl_weights_info info = {.struct_size = sizeof info};
    pawl_error error;
    assert_int_equal(pawl_weights_info_get(weights, &info, &error), PAWL_OK);
    assert_int_equal(info.tensor_count, expected->tensor_count);
    assert_int_equal(info.file_size, expected->file_size);
    assert_memory_equal(info.hash, expected->hash, sizeof info.hash);
    for (size_t i = 0; i < expected->tensor_count; i++) {
        pawl_tensor tensor;
        const pw_tensor_data *source = expected->tensors[i];
        assert_int_equal(pawl_weights_tensor_get(weights, i, &tensor, &error), PAWL_OK);
        assert_string_equal(tensor.name, source->name);
        assert_true(source->count <= PW_COUNT(values[0]));
        pw_tensor_widen(source, values[0]);
        assert_int_equal(pawl_weights_tensor_read(weights, i, values[1], source->count, &error),
                         PAWL_OK);
        assert_memory_equal(values[0], values[1], source->count * sizeof(float));
    }
}

/* The same of bytes that nobody keeps. */
static void assert_copy_is_memory(const uint8_t *data, size_t size, const char *name,
                                  const pw_weights *expected, pawl_status status,
                                  const pawl_error *wanted)
{
    pawl_weights *weights = NULL;
    pawl_error error;
    uint8_t *copy = malloc(size + 1);
    memcpy(copy + 1, data, size); /* lies nowhere in particular */
    const pawl_status got = pawl_weights_load_memory(copy + 1, size, name, &weights, &error);
    memset(copy, 0xee, size + 1);
    free(copy);
    assert_int_equal(got, status);
    if (status == PAWL_OK)
        assert_same_weights(expected, weights);
    else
        assert_string_equal(error.message, wanted->message);
    assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
}

/* A file and memory of the same bytes give the same weights, or the same error. */
static void assert_file_is_memory(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/pawl-wts-XXXXXX";
    const int descriptor = mkstemp(path);
    pw_weights expected;
    pawl_weights *weights = NULL;
    pawl_error wanted = {PAWL_OK, 0, 0, ""}, error = wanted;
    assert_int_equal(write(descriptor, data, size), size);
    assert_int_equal(close(descriptor), 0);
    memset(&expected, 0, sizeof expected);
    const pawl_status status =
        pw_weights_parse(data, size, strrchr(path, '/') + 1, &expected, &wanted);
    assert_copy_is_memory(data, size, path, &expected, status, &wanted);
    assert_int_equal(pawl_weights_load(path, &weights, &error), status);
    if (status == PAWL_OK) {
        assert_same_weights(&expected, weights);
        assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
    } else {
        assert_string_equal(error.message, wanted.message);
        assert_int_equal(error.offset, wanted.offset);
    }
    pw_arena_free(&expected.arena);
    assert_int_equal(unlink(path), 0);
}

/* Lines and blanks of all kinds, so that the window ends within each. */
static mk_buffer long_text(void)
{
    mk_buffer text = {NULL, 0, 0};
    uint32_t state = 1;
    mk_ops(&text, "40\r\n");
    for (int tensor = 0; tensor < 40; tensor++) {
        char piece[64];
        const int count = tensor < 38 ? tensor * 150 : 200000;
        (void)snprintf(piece, sizeof piece, "tensor.%d %d ", tensor, count);
        mk_ops(&text, piece);
        for (int i = 0; i < count; i++) {
            state = state * 1664525u + 1013904223u;
            const bool is_odd = state >> 28 == 0 && tensor < 38;
            (void)snprintf(piece, sizeof piece, is_odd ? " \n\t %x" : " %08x", state & 0xff7fffffu);
            mk_ops(&text, piece);
        }
        mk_ops(&text, "\n");
    }
    return text;
}

static void a_file_reads_as_memory_does(void **state)
{
    (void)state;
    enum { MIB = 1 << 20 };
    mk_buffer text = long_text();
    assert_true(text.size > 4 * MIB);
    assert_file_is_memory(text.data, text.size);
    for (size_t cut = MIB - 12; cut < MIB + 12; cut++)
        assert_file_is_memory(text.data, cut);
    static const size_t places[] = {MIB - 1, MIB, MIB + 1, 3 * MIB - 1, 3 * MIB, 3 * MIB + 1};
    for (size_t i = 0; i < PW_COUNT(places); i++) {
        const uint8_t kept = text.data[places[i]];
        text.data[places[i]] = 'z';
        assert_file_is_memory(text.data, text.size);
        text.data[places[i]] = kept;
    }
    memset(text.data + MIB / 2, 'a', 3 * MIB); /* a word that is longer than the window */
    assert_file_is_memory(text.data, text.size);
    mk_free(&text);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_file_reads_as_memory_does),
        cmocka_unit_test(a_long_file_has_a_line_and_a_byte),
        cmocka_unit_test(a_checkpoint_is_written_as_gen_wts_does),
        cmocka_unit_test(head_ends_with_what_is_added),
        cmocka_unit_test(extra_tensors_follow),
        cmocka_unit_test(text_is_written_as_it_was)};
    struct CMUnitTest tests[PW_COUNT(rows) + PW_COUNT(others)];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = reads, .initial_state = &rows[i]};
    for (size_t i = 0; i < PW_COUNT(others); i++)
        tests[PW_COUNT(rows) + i] = others[i];
    return cmocka_run_group_tests_name("wts", tests, NULL, NULL);
}
