/* SPDX-License-Identifier: Apache-2.0 */
/* Where reports are written to: a file, or memory. */
#include "base/memory.h"
#include "base/number.h"
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

static void put_lines(pw_trace_out *out, const char *text, size_t length)
{
    for (const char *end = text + length; text < end;) {
        char piece[PW_TEXT_PIECE];
        const bool is_end = *text == '\n';
        const size_t size = pw_text_next(&text, end, *out->form, piece);
        put(out, is_end ? "\n" : piece, is_end ? 1 : size);
    }
}

void pw_trace_put(pw_trace_out *out, const char *format, ...)
{
    char piece[PIECE];
    char *larger PW_AUTO_FREE = NULL; /* a template's name may be longer than that */
    va_list arguments;
    va_start(arguments, format);
    const int length = pw_number_vformat(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length >= PIECE) {
        larger = pw_alloc((size_t)length + 1);
        if (larger == NULL) {
            out->is_full = true;
            return;
        }
        va_start(arguments, format);
        (void)pw_number_vformat(larger, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    const char *const text = larger != NULL ? larger : piece;
    if (length > 0 && out->form == NULL)
        put(out, text, (size_t)length);
    else if (length > 0)
        put_lines(out, text, (size_t)length);
}

void pw_trace_put_text(pw_trace_out *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_as(pw_trace_out *out, const char *text, pw_text_form form)
{
    for (const char *end = text + strlen(text); text < end;) {
        char piece[PW_TEXT_PIECE];
        const size_t size = pw_text_next(&text, end, form, piece);
        put(out, piece, size);
    }
}

void pw_trace_put_json(pw_trace_out *out, const char *text)
{
    put_as(out, text, PW_TEXT_JSON);
}

void pw_trace_put_xml(pw_trace_out *out, const char *text)
{
    put_as(out, text, PW_TEXT_XML);
}
