/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats write with: pieces of text, escaped texts, durations. */
#include "record/record_out.h"
#include "base/plain_text.h"
#include "base/strbuf.h"

#include <stdarg.h>
#include <string.h>

void pw_put(pw_os_file *file, const char *format, ...)
{
    char piece[PW_PUT_SIZE];
    pw_strbuf text = PW_STRBUF(piece);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&text, format, arguments);
    va_end(arguments);
    pw_os_file_write(file, piece, text.length);
}

static void put_as(pw_os_file *file, const char *text, pw_text_form form)
{
    for (const char *end = text + strlen(text); text < end;) {
        char piece[PW_TEXT_PIECE];
        pw_os_file_write(file, piece, pw_text_next(&text, end, form, piece));
    }
}

void pw_put_plain(pw_os_file *file, const char *text)
{
    put_as(file, text, PW_TEXT_LINE);
}

void pw_put_json(pw_os_file *file, const char *text)
{
    put_as(file, text, PW_TEXT_JSON);
}

void pw_put_xml(pw_os_file *file, const char *text)
{
    put_as(file, text, PW_TEXT_XML);
}

const char *pw_duration(char text[PW_DURATION_SIZE], uint64_t ns)
{
    text[0] = '\0';
    pw_strbuf buffer = {.text = text, .capacity = PW_DURATION_SIZE};
    if (ns < 1000000)
        pw_strbuf_add(&buffer, "%u µs", (unsigned)(ns / 1000));
    else if (ns < 1000000000)
        pw_strbuf_add(&buffer, "%u.%u ms", (unsigned)(ns / 1000000), (unsigned)(ns / 100000 % 10));
    else
        pw_strbuf_add(&buffer, "%llu.%02u s", (unsigned long long)(ns / 1000000000),
                      (unsigned)(ns / 10000000 % 100));
    return text;
}

const char *pw_guard_name(pw_guard guard)
{
    static const char *const names[] = {
        [PW_GUARD_DEFERRED] = "deferred", [PW_GUARD_STRICT] = "strict", [PW_GUARD_NONE] = "none"};
    return names[guard];
}
