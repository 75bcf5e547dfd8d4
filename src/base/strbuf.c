/* SPDX-License-Identifier: Apache-2.0 */
/* Text into a fixed buffer. A cut never leaves half of a UTF-8 character behind. */
#include "base/strbuf.h"
#include "base/number.h"

#include <stdarg.h>

/* Length of text without an incomplete character at its end. */
static size_t whole_characters(const char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && length - start < 4) {
        const unsigned char byte = (unsigned char)text[--start];
        if ((byte & 0xC0u) == 0x80u)
            continue; /* a continuation: its lead byte is further left */
        const size_t needed = byte < 0x80u ? 1 : byte < 0xE0u ? 2 : byte < 0xF0u ? 3 : 4;
        return length - start >= needed ? length : start;
    }
    return length;
}

void pw_strbuf_vadd(pw_strbuf *buffer, const char *format, va_list arguments)
{
    if (buffer->length + 1 >= buffer->capacity)
        return;
    const size_t room = buffer->capacity - buffer->length;
    const int wanted = pw_number_vformat(buffer->text + buffer->length, room, format, arguments);
    if (wanted < 0) {
        buffer->text[buffer->length] = '\0';
        return;
    }
    if ((size_t)wanted < room) {
        buffer->length += (size_t)wanted;
        return;
    }
    buffer->length = whole_characters(buffer->text, buffer->capacity - 1);
    buffer->text[buffer->length] = '\0';
    buffer->capacity = buffer->length + 1; /* nothing may follow a cut */
}

void pw_strbuf_add(pw_strbuf *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(buffer, format, arguments);
    va_end(arguments);
}
