/* SPDX-License-Identifier: Apache-2.0 */
/* Text of unknown origin, spelled out where it would do harm. */
#include "base/plain_text.h"

#include <pawl/logger.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t pw_utf8_size(const char *text, const char *end)
{
    const unsigned char *at = (const unsigned char *)text;
    const size_t size = at[0] < 0x80                     ? 1
                        : at[0] >= 0xC2 && at[0] <= 0xDF ? 2
                        : at[0] >= 0xE0 && at[0] <= 0xEF ? 3
                        : at[0] >= 0xF0 && at[0] <= 0xF4 ? 4
                                                         : 0;
    if (size == 0 || size > (size_t)(end - text))
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    /* overlong forms, surrogates, and what is beyond Unicode */
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return size;
}

size_t pw_utf8_put(char text[PW_UTF8_MOST], uint32_t code)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; code >>= 6)
        text[i] = (char)(0x80u | (code & 0x3Fu));
    text[0] = (char)((0xF00u >> length & 0xFFu) | (code & (0x7Fu >> length)));
    return length;
}

/* What does harm has two or three bytes at most. */
static uint32_t code_of(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    if (size == 2)
        return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    if (size == 3)
        return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    return at[0];
}

/* Controls, separators of lines and paragraphs, embeddings, overrides and isolates. */
static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

static size_t put(char piece[PW_TEXT_PIECE], const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0'; length++)
        piece[length] = text[length];
    return length;
}

static size_t spell(char piece[PW_TEXT_PIECE], char kind, uint32_t code, size_t digits)
{
    piece[0] = '\\';
    piece[1] = kind;
    for (size_t i = 0; i < digits; i++)
        piece[2 + i] = "0123456789abcdef"[code >> 4 * (digits - 1 - i) & 15];
    return digits + 2;
}

static const char *entity_of(uint32_t code)
{
    return code == '<' ? "&lt;" : code == '>' ? "&gt;" : code == '&' ? "&amp;" : "&quot;";
}

size_t pw_text_next(const char **text, const char *end, pw_text_form form,
                    char piece[PW_TEXT_PIECE])
{
    const char *at = *text;
    const size_t size = pw_utf8_size(at, end);
    const uint32_t code = code_of(at, size);
    *text += size > 0 ? size : 1;
    if (size == 0)
        return form == PW_TEXT_LINE ? spell(piece, 'x', code, 2) : put(piece, "\xEF\xBF\xBD");
    if (code == '\n')
        return put(piece, "\\n");
    if (size < 4 && is_harmful(code))
        return code < 0x80 && form != PW_TEXT_JSON ? spell(piece, 'x', code, 2)
                                                   : spell(piece, 'u', code, 4);
    if (form == PW_TEXT_JSON && (code == '"' || code == '\\'))
        return put(piece, code == '"' ? "\\\"" : "\\\\");
    if (form == PW_TEXT_XML && (code == '<' || code == '>' || code == '&' || code == '"'))
        return put(piece, entity_of(code));
    memcpy(piece, at, size);
    return size;
}

void pw_strbuf_add_plain(pw_strbuf *buffer, const char *text)
{
    for (const char *end = text + strlen(text); text < end;) {
        char piece[PW_TEXT_PIECE];
        const size_t size = pw_text_next(&text, end, PW_TEXT_LINE, piece);
        if (buffer->length + size + 1 > buffer->capacity)
            buffer->capacity = buffer->length + 1; /* nothing may follow a cut */
        pw_strbuf_add(buffer, "%.*s", (int)size, piece);
    }
}

size_t pawl_text_plain(const char *text, size_t length, char *plain, size_t size)
{
    size_t total = 0, used = 0;
    bool is_cut = size == 0;
    for (const char *end = text + strnlen(text, length); text < end;) {
        char piece[PW_TEXT_PIECE];
        const size_t count = pw_text_next(&text, end, PW_TEXT_LINE, piece);
        is_cut = is_cut || used + count >= size;
        if (!is_cut) {
            memcpy(plain + used, piece, count);
            used += count;
        }
        total += count;
    }
    if (size > 0)
        plain[used] = '\0';
    return total;
}
