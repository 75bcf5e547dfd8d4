/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats write with: pieces of text, escaped texts, durations. */
#include "record/record_out.h"
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

/* Bytes of the character at text, which is not at its end; 0: this is no UTF-8. */
static size_t character_size(const unsigned char *text)
{
    const unsigned char lead = text[0];
    const size_t size = lead < 0x80                    ? 1
                        : lead >= 0xC2 && lead <= 0xDF ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    /* overlong forms, surrogates, and what is beyond Unicode */
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) ||
        (lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F))
        return 0;
    return size;
}

typedef const char *(*escape_function)(unsigned char byte);

static const char *escape_json(unsigned char byte)
{
    return byte == '"' ? "\\\"" : byte == '\\' ? "\\\\" : byte < 0x20 ? " " : NULL;
}

static const char *escape_xml(unsigned char byte)
{
    switch (byte) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return byte < 0x20 ? " " : NULL;
    }
}

static void put_escaped(pw_os_file *file, const char *text, escape_function escape)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t size = character_size(at);
        const char *instead = size == 0 ? "?" : size == 1 ? escape(*at) : NULL;
        if (instead != NULL)
            pw_os_file_write(file, instead, strlen(instead));
        else
            pw_os_file_write(file, at, size);
        at += size == 0 ? 1 : size;
    }
}

void pw_put_json(pw_os_file *file, const char *text)
{
    put_escaped(file, text, escape_json);
}

void pw_put_xml(pw_os_file *file, const char *text)
{
    put_escaped(file, text, escape_xml);
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
