/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes, and numpy's numbers, texts and arrays, in pickles of every protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/strbuf.h"
#include "weights/pickle_reader.h"

typedef struct row {
    const char *bytes;
    size_t size;
    const char *expected;
} row;

#define ROW(bytes, expected)               \
    {                                      \
        bytes ".", sizeof(bytes), expected \
    }
#define DTYPE(code, order)  "cnumpy\ndtype\n(U\2" code "\x89\x88tR(K\3U\1" order "NNNtb"
#define ENCODE(text)        "c_codecs\nencode\n(" text "U\6latin1tR"
#define SCALAR(type, bytes) "cnumpy.core.multiarray\nscalar\n(" type bytes "tR"
#define ARRAY(shape, type, content)                                                         \
    "cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\1btR(K\1" shape type \
    "\x89" content "tb"
#define BUFFER(shape, type, content) \
    "cnumpy._core.numeric\n_frombuffer\n(" content type shape "U\1CtR"

static void show(pw_strbuf *text, const pw_value *value)
{
    const char *words = pw_value_text(value);
    if (words != NULL)
        pw_strbuf_add(text, "'%s'", words);
    else if (value->kind == PW_VALUE_INT)
        pw_strbuf_add(text, "%lld", (long long)value->as.integer);
    else if (value->kind == PW_VALUE_FLOAT)
        pw_strbuf_add(text, "%g", value->as.real);
    else if (value->kind == PW_VALUE_BOOL)
        pw_strbuf_add(text, "%s", value->as.boolean ? "True" : "False");
    else
        pw_strbuf_add(text, "%s", value->kind == PW_VALUE_RECORD ? "record" : "?");
}

typedef struct opened {
    pw_arena arena;
    pw_pickle pickle;
    pawl_error error;
    pw_value *value;
} opened;

static void open_row(opened *made, const row *from)
{
    *made = (opened){.value = NULL};
    made->pickle = pw_pickle_over(from->bytes, from->size, 0, "x.pt", &made->arena, &made->error);
    assert_int_equal(pw_pickle_read(&made->pickle, &made->value), PAWL_OK);
}

static void close_row(opened *made)
{
    pw_pickle_end(&made->pickle);
    pw_arena_free(&made->arena);
}

static void scalars_are_pythons(void **state)
{
    static const row rows[] = {
        ROW(ENCODE("U\3\xc3\xa9"
                   "a"),
            "'\xe9"
            "a'"),
        ROW("c_codecs\nencode\n(U\1aU\4utf8tR", "record"),
        ROW("c_codecs\nencode\n(K\1U\6latin1tR", "record"),
        ROW(SCALAR(DTYPE("i1", "|"), "U\1\x80"), "-128"),
        ROW(SCALAR(DTYPE("i2", "<"), "U\2\xfe\xff"), "-2"),
        ROW(SCALAR(DTYPE("i4", "<"), "U\4\xfe\xff\xff\x7f"), "2147483646"),
        ROW(SCALAR(DTYPE("i8", "<"), ENCODE("U\11\3\0\0\0\0\0\0\xc2\x80")), "-9223372036854775805"),
        ROW(SCALAR(DTYPE("u2", ">"), "C\2\1\2"), "258"),
        ROW(SCALAR(DTYPE("u8", "<"), "U\10\xff\xff\xff\xff\xff\xff\xff\xff"), "1.84467e+19"),
        ROW(SCALAR(DTYPE("f8", "<"), "U\10\0\0\0\0\0\0\xf8\x3f"), "1.5"),
        ROW(SCALAR(DTYPE("f4", ">"), "U\4\x3f\xc0\0\0"), "1.5"),
        ROW(SCALAR(DTYPE("f2", "<"), "U\2\0\x3e"), "1.5"),
        ROW(SCALAR(DTYPE("b1", "|"), "U\1\1"), "True"),
        ROW(SCALAR(DTYPE("b1", "|"), "U\1\0"), "False"),
        ROW(SCALAR(DTYPE("U3", "<"), "U\14\xe9\0\0\0\x2b\x73\0\0\0\0\0\0"),
            "'\xc3\xa9\xe7\x8c\xab'"),
        ROW(SCALAR(DTYPE("S3", "|"), "U\3ab\0"), "'ab'"),
        ROW(SCALAR(DTYPE("i4", "<"), "U\2ab"), "record"), /* other bytes than its type has */
        ROW(SCALAR(DTYPE("c8", "<"), "U\10aaaaaaaa"), "record"),
        ROW(SCALAR(DTYPE("i9", "<"), "U\11aaaaaaaaa"), "record"),
        ROW(SCALAR(DTYPE("f3", "<"), "U\3aaa"), "record"),
        ROW(SCALAR(DTYPE("O8", "|"), "U\10aaaaaaaa"), "record"),
        ROW(SCALAR("cnumpy\ndtype\n(tR", "U\1a"), "record"),
        ROW(SCALAR("cother\ndtype\n(U\2i1tR", "U\1a"), "record"),
        ROW("cnumpy.core.multiarray\nscalar\n(tR", "record"),
    };
    (void)state;
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        opened made;
        char shown[64] = "";
        pw_strbuf text = PW_STRBUF(shown);
        open_row(&made, &rows[i]);
        show(&text, made.value);
        assert_string_equal(shown, rows[i].expected);
        close_row(&made);
    }
}

/* Names that numpy.unique() made: of one dimension, of texts, numbers or objects. */
static void arrays_are_lists(void **state)
{
    static const row rows[] = {
        ROW(ARRAY("K\2\x85", DTYPE("U1", "<"), "U\10a\0\0\0\xe9\0\0\0"), "'a' '\xc3\xa9' "),
        ROW(ARRAY("K\2\x85", DTYPE("U1", ">"), "U\10\0\0\0a\0\0\0b"), "'a' 'b' "),
        ROW(ARRAY("K\2\x85", DTYPE("i1", "|"), "U\2\xff\1"), "-1 1 "),
        ROW(ARRAY("K\2\x85", DTYPE("O8", "|"), "](U\1aK\1e"), "'a' 1 "),
        ROW(ARRAY("K\0\x85", DTYPE("U1", "<"), "U\0"), ""),
        ROW(BUFFER("K\1\x85", DTYPE("U1", "<"), "U\4a\0\0\0"), "'a' "),
        ROW(ARRAY("K\3\x85", DTYPE("U1", "<"), "U\4a\0\0\0"), NULL),
        ROW(ARRAY("K\2\x85", DTYPE("O8", "|"), "](U\1ae"), NULL),
        ROW(ARRAY("K\1\x85", DTYPE("O8", "|"), "U\10aaaaaaaa"), NULL),
        ROW(ARRAY("K\1\x85", DTYPE("i1", "|"), "](K\1e"), NULL),
        ROW(ARRAY("J\xff\xff\xff\xff\x85", DTYPE("i1", "|"), "U\0"), NULL),
        ROW(ARRAY("J\xff\xff\xff\x7f\x85", DTYPE("i1", "|"), "U\0"), NULL),
        ROW(ARRAY("K\1K\2\x86", DTYPE("i1", "|"), "U\2ab"), NULL),
        ROW(ARRAY("K\1\x85", DTYPE("c8", "<"), "U\10aaaaaaaa"), NULL),
        ROW(ARRAY("K\1\x85", "cnumpy\ndtype\n(tR", "U\1a"), NULL),
        ROW("cuuid\nUUID\n(tR", NULL),
        ROW("cnumpy.core.multiarray\n_reconstruct\n(tR", NULL),
        ROW("K\1", NULL),
    };
    (void)state;
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        opened made;
        char shown[64] = "";
        pw_strbuf text = PW_STRBUF(shown);
        open_row(&made, &rows[i]);
        pw_value *list = pw_value_numpy_list(&made.arena, made.value);
        assert_int_equal(list != NULL, rows[i].expected != NULL);
        for (size_t item = 0; list != NULL && item < list->as.list.count; item++) {
            show(&text, list->as.list.items[item]);
            pw_strbuf_add(&text, " ");
        }
        if (list != NULL)
            assert_string_equal(shown, rows[i].expected);
        close_row(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_pythons),
        cmocka_unit_test(arrays_are_lists),
    };
    return cmocka_run_group_tests_name("numpy", tests, NULL, NULL);
}
