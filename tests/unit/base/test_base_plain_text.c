/* SPDX-License-Identifier: Apache-2.0 */
/* Text of unknown origin: what reaches a terminal, a log or a document is harmless, and the rest is
 * untouched. */
#include "cmocka_all.h"

#include "base/fail.h"
#include "base/log.h"
#include "base/plain_text.h"

#include <pawl/logger.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WHOLE SIZE_MAX

static const char *in_form(const char *text, pw_text_form form)
{
    static char whole[256];
    size_t length = 0;
    for (const char *end = text + strlen(text); text < end;)
        length += pw_text_next(&text, end, form, whole + length);
    whole[length] = '\0';
    return whole;
}

static void what_harms_is_spelled_out(void **state)
{
    static const struct {
        const char *text, *line, *json, *xml;
    } rows[] = {
        {"plain \xc3\xa9 \xe7\x8c\xab \xf0\x9f\x90\x88",
         "plain \xc3\xa9 \xe7\x8c\xab \xf0\x9f\x90\x88",
         "plain \xc3\xa9 \xe7\x8c\xab \xf0\x9f\x90\x88",
         "plain \xc3\xa9 \xe7\x8c\xab \xf0\x9f\x90\x88"},
        {"a\nb\tc\033[2J\x7f", "a\\nb\\x09c\\x1b[2J\\x7f", "a\\nb\\u0009c\\u001b[2J\\u007f",
         "a\\nb\\x09c\\x1b[2J\\x7f"},
        {"\xc2\x9b[2J", "\\u009b[2J", "\\u009b[2J", "\\u009b[2J"}, /* C1 */
        {"\xe2\x80\xae"
         "gpj.exe",
         "\\u202egpj.exe", "\\u202egpj.exe", "\\u202egpj.exe"}, /* turns */
        {"\xe2\x81\xa6\xe2\x80\xa8", "\\u2066\\u2028", "\\u2066\\u2028", "\\u2066\\u2028"},
        {"\xff\x9b", "\\xff\\x9b", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc3", "\\xc3", "\xef\xbf\xbd", "\xef\xbf\xbd"}, /* cut short */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* half a pair */
        {"\xc0\xaf", "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd",
         "\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong */
        {"<\"&\\>", "<\"&\\>", "<\\\"&\\\\>", "&lt;&quot;&amp;\\&gt;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char plain[256];
        assert_string_equal(in_form(rows[i].text, PW_TEXT_LINE), rows[i].line);
        assert_string_equal(in_form(rows[i].text, PW_TEXT_JSON), rows[i].json);
        assert_string_equal(in_form(rows[i].text, PW_TEXT_XML), rows[i].xml);
        assert_int_equal(pawl_text_plain(rows[i].text, WHOLE, plain, sizeof plain),
                         strlen(rows[i].line));
        assert_string_equal(plain, rows[i].line);
    }
}

/* Every pair of bytes: no control character comes out, and what comes out is a UTF-8 text. */
static void every_pair_of_bytes_is_tamed(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        const char text[] = {(char)(pair >> 8), (char)pair, '\0'};
        char plain[16];
        (void)pawl_text_plain(text, 2, plain, sizeof plain);
        const char *end = plain + strlen(plain);
        for (const char *at = plain; at < end;) {
            const size_t size = pw_utf8_size(at, end);
            assert_true(size > 0);
            assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
            assert_false(size == 2 && (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0);
            at += size;
        }
    }
}

static void a_short_place_gets_whole_pieces(void **state)
{
    char plain[6];
    (void)state;
    assert_int_equal(pawl_text_plain("ab\033c", WHOLE, NULL, 0), 7);
    assert_int_equal(pawl_text_plain("ab\033c", WHOLE, plain, sizeof plain), 7);
    assert_string_equal(plain, "ab"); /* and not the c behind what did not fit */
    assert_int_equal(pawl_text_plain("ab\033c", 2, plain, sizeof plain), 2);
    assert_string_equal(plain, "ab");
    assert_int_equal(pawl_text_plain("", WHOLE, plain, 1), 0);
    assert_string_equal(plain, "");
}

static char logged[256];

static void on_log(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    (void)snprintf(logged, sizeof logged, "%s", message);
}

static void errors_and_the_log_are_plain(void **state)
{
    const pawl_logger logger = {NULL, PAWL_LOG_WARNING, on_log};
    pawl_error error = {0};
    (void)state;
    (void)pw_fail(&error, PAWL_ERR_READ, "cannot open %s", "a\033]0;b\007\nc");
    assert_string_equal(error.message, "cannot open a\\x1b]0;b\\x07\\nc");
    const pawl_error first = error;
    (void)pw_fail(&error, PAWL_ERR_READ, "no: %s", first.message);
    assert_string_equal(error.message,
                        "no: cannot open a\\x1b]0;b\\x07\\nc"); /* not spelled twice */
    pawl_logger_set(&logger);
    pw_log(PAWL_LOG_WARNING, "layer %s",
           "x\xc2\x9b"
           "31m");
    pawl_logger_set(NULL);
    assert_string_equal(logged, "layer x\\u009b31m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_harms_is_spelled_out),
        cmocka_unit_test(every_pair_of_bytes_is_tamed),
        cmocka_unit_test(a_short_place_gets_whole_pieces),
        cmocka_unit_test(errors_and_the_log_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
