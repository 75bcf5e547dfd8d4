/* SPDX-License-Identifier: Apache-2.0 */
/* Names, messages, and texts that do not fit. */
#include "cmocka_all.h"

#include "base/fail.h"
#include "base/strbuf.h"

#include <errno.h>
#include <pawl/version.h>
#include <stdio.h>
#include <string.h>

static void each_status_has_name_and_text(void **state)
{
    (void)state;
#define CHECK(name, value, text)                        \
    assert_string_equal(pawl_status_name(name), #name); \
    assert_string_equal(pawl_status_text(name), text);  \
    assert_int_equal(name, value);
    PAWL_STATUS_MAP(CHECK)
#undef CHECK
    assert_string_equal(pawl_status_name((pawl_status)-1000), "PAWL_?");
    assert_non_null(pawl_status_text((pawl_status)1000));
}

static void the_version_is_one(void **state)
{
    (void)state;
    char numbers[32];
    (void)snprintf(numbers, sizeof numbers, "%d.%d.%d", PAWL_VERSION_MAJOR, PAWL_VERSION_MINOR,
                   PAWL_VERSION_PATCH);
    assert_string_equal(PAWL_VERSION_STRING, numbers);
    assert_string_equal(pawl_version(), PAWL_VERSION_STRING);
}

static void an_error_says_what_was_given(void **state)
{
    (void)state;
    pawl_error error;
    memset(&error, 0xFF, sizeof error);
    assert_int_equal(pw_fail(&error, PAWL_ERR_LIMIT, "%d of %s", 3, "x"), PAWL_ERR_LIMIT);
    assert_int_equal(error.status, PAWL_ERR_LIMIT);
    assert_int_equal(error.os_error, 0);
    assert_int_equal(error.offset, 0);
    assert_string_equal(error.message, "3 of x");
    assert_int_equal(pw_fail_at(&error, PAWL_ERR_CORRUPT, 1ull << 40, "bad"), PAWL_ERR_CORRUPT);
    assert_true(error.offset == 1ull << 40);
    assert_int_equal(pw_fail_os(&error, PAWL_ERR_WRITE, ENOSPC, "cannot write %s", "f"),
                     PAWL_ERR_WRITE);
    assert_int_equal(error.os_error, ENOSPC);
    assert_string_equal(error.message, "cannot write f: No space left on device");
    assert_int_equal(pw_fail_memory(&error, "a plan", 99), PAWL_ERR_MEMORY);
    assert_string_equal(error.message, "memory ran out: 99 bytes for a plan");
    assert_int_equal(pw_fail(NULL, PAWL_ERR_LIMIT, "unheard"), PAWL_ERR_LIMIT);
    assert_int_equal(pw_fail_at(NULL, PAWL_ERR_LIMIT, 1, "unheard"), PAWL_ERR_LIMIT);
    assert_int_equal(pw_fail_os(NULL, PAWL_ERR_LIMIT, 1, "unheard"), PAWL_ERR_LIMIT);
}

static void an_error_may_quote_itself(void **state)
{
    (void)state;
    pawl_error error;
    (void)pw_fail(&error, PAWL_ERR_READ, "inner");
    (void)pw_fail(&error, PAWL_ERR_CORRUPT, "outer: %s", error.message);
    assert_string_equal(error.message, "outer: inner");
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    pawl_error error;
    (void)pw_fail_os(&error, PAWL_ERR_READ, ENOENT, "%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    assert_non_null(strstr(error.message, "xxx...xxx"));
}

/* A path of thousands of bytes hides neither what failed nor why. */
static void a_long_path_is_cut_in_its_middle(void **state)
{
    (void)state;
    char path[4096];
    for (size_t i = 0; i + 3 < sizeof path; i += 3)
        memcpy(path + i, "\xE2\x82\xAC", 3);
    path[sizeof path - 1] = '\0';
    for (int shift = 0; shift < 3; shift++) { /* all the ways a cut can fall on a character */
        pawl_error error;
        (void)pw_fail_os(&error, PAWL_ERR_READ, ENOENT, "cannot open %.*s%s", shift, "...", path);
        assert_int_equal(strncmp(error.message, "cannot open ", 12), 0);
        assert_non_null(strstr(error.message, "\xE2\x82\xAC...\xE2\x82\xAC"));
        assert_non_null(strstr(error.message, "\xE2\x82\xAC: No such file or directory"));
        assert_true(strlen(error.message) >= sizeof error.message - 4);
    }
    pawl_error error;
    (void)pw_fail(&error, PAWL_ERR_READ, "cannot read %s: it is a pipe", path);
    assert_non_null(strstr(error.message, ": it is a pipe"));
}

struct cut_row {
    const char *name, *first, *second, *expected;
};

static struct cut_row cut_rows[] = {
    {"fits", "abc", "de", "abcde"},
    {"exactly full", "abc", "defg", "abcdefg"},
    {"one too many", "abc", "defgh", "abcdefg"},
    {"cut before a two-byte character", "abc", "def\xC3\xA9", "abcdef"},
    {"whole two-byte character at the end", "abc", "de\xC3\xA9", "abcde\xC3\xA9"},
    {"cut before a three-byte character", "abc", "de\xE2\x82\xAC", "abcde"},
    {"cut before a four-byte character", "abcd", "\xF0\x9F\x90\x95", "abcd"},
    {"bytes that are no text are kept", "\x80\x80\x80\x80", "\x80\x80\x80\x80",
     "\x80\x80\x80\x80\x80\x80\x80"},
    {"nothing follows a cut", "abcdefghij", "k", "abcdefg"},
};

static void cut(void **state)
{
    const struct cut_row *row = *state;
    char text[8];
    pw_strbuf buffer = PW_STRBUF(text);
    pw_strbuf_add(&buffer, "%s", row->first);
    pw_strbuf_add(&buffer, "%s", row->second);
    assert_string_equal(text, row->expected);
    assert_int_equal(buffer.length, strlen(text));
}

int main(void)
{
    struct CMUnitTest tests[6 + PW_COUNT(cut_rows)] = {
        cmocka_unit_test(each_status_has_name_and_text),
        cmocka_unit_test(the_version_is_one),
        cmocka_unit_test(an_error_says_what_was_given),
        cmocka_unit_test(an_error_may_quote_itself),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(a_long_path_is_cut_in_its_middle),
    };
    for (size_t i = 0; i < PW_COUNT(cut_rows); i++)
        tests[6 + i] = (struct CMUnitTest){
            .name = cut_rows[i].name, .test_func = cut, .initial_state = &cut_rows[i]};
    return cmocka_run_group_tests_name("status and texts", tests, NULL, NULL);
}
