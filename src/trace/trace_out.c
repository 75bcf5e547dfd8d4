/* SPDX-License-Identifier: Apache-2.0 */
/* Where reports are written to: a file, or memory. */
#include "base/memory.h"
#include "base/strbuf.h"
#include "trace/trace_ir.h"

#include <stdarg.h>
#include <string.h>

#define PIECE 2048

static void put(pw_trace_out *out, const char *text, size_t length)
{
    if (out->file != NULL) {
        pw_os_file_write(out->file, text, length);
        return;
    }
    if (out->capacity - out->length <= length) {
        const size_t capacity = 2 * (out->capacity + length) + PIECE;
        char *const larger =
            out->text == NULL ? pw_alloc(capacity) : pw_grow(out->text, out->length, capacity);
        if (larger == NULL) {
            out->is_full = true;
            return;
        }
        out->text = larger;
        out->capacity = capacity;
    }
    memcpy(out->text + out->length, text, length);
    out->length += length;
    out->text[out->length] = '\0';
}

void pw_trace_put(pw_trace_out *out, const char *format, ...)
{
    char piece[PIECE];
    pw_strbuf text = PW_STRBUF(piece);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&text, format, arguments);
    va_end(arguments);
    put(out, piece, text.length);
}

void pw_trace_put_text(pw_trace_out *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_escaped(pw_trace_out *out, const char *text,
                        const char *(*escape)(unsigned char byte))
{
    for (; *text != '\0'; text++) {
        const char *const instead = escape((unsigned char)*text);
        if (instead != NULL)
            pw_trace_put_text(out, instead);
        else
            put(out, text, 1);
    }
}

static const char *escape_json(unsigned char byte)
{
    switch (byte) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    default:
        return byte < 0x20    ? " "
               : byte >= 0x80 ? "?"
                              : NULL; /* paths and messages are ASCII, or nobody knows what */
    }
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
        return byte >= 0x80 ? "?" : NULL;
    }
}

void pw_trace_put_json(pw_trace_out *out, const char *text)
{
    put_escaped(out, text, escape_json);
}

void pw_trace_put_xml(pw_trace_out *out, const char *text)
{
    put_escaped(out, text, escape_xml);
}
