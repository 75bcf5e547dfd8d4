/* SPDX-License-Identifier: Apache-2.0 */
/* The opcodes of protocol 0, whose arguments are lines of text. torch.save does not write them,
 * except for numbers; others do, and what such a pickle names has to be seen. */
#include "base/number.h"
#include "base/plain_text.h"
#include "base/size.h"
#include "weights/pickle_reader.h"
#include <stdlib.h>
#include <string.h>

#define NUMBER_LENGTH_MAX 512

/* --- numbers --- */

/* A decimal line, terminated. */
static pawl_status take_decimal(pw_pickle *p, char text[NUMBER_LENGTH_MAX])
{
    const char *line = NULL;
    size_t length = 0;
    PW_TRY(pw_pickle_take_line(p, &line, &length));
    if (length == 0 || length >= NUMBER_LENGTH_MAX || memchr(line, '\0', length) != NULL)
        return pw_pickle_corrupt(p, "has a number that is none");
    memcpy(text, line, length);
    text[length] = '\0';
    return PAWL_OK;
}

pawl_status pw_pickle_text_integer(pw_pickle *p)
{
    char text[NUMBER_LENGTH_MAX];
    char *end = NULL;
    PW_TRY(take_decimal(p, text));
    if (strcmp(text, "00") == 0 || strcmp(text, "01") == 0)
        return pw_pickle_push(p, text[1] == '1' ? &pw_value_true : &pw_value_false);
    const long long integer = strtoll(text, &end, 10);
    if (*end == 'L')
        end++;
    if (*end != '\0')
        return pw_pickle_corrupt(p, "has a number that is none");
    return pw_pickle_push(p, pw_value_make_int(p->arena, integer));
}

pawl_status pw_pickle_text_float(pw_pickle *p)
{
    char text[NUMBER_LENGTH_MAX];
    char *end = NULL;
    PW_TRY(take_decimal(p, text));
    const double real = pw_number_parse(text, &end);
    if (*end != '\0')
        return pw_pickle_corrupt(p, "has a number that is none");
    return pw_pickle_push(p, pw_value_make_real(p->arena, real));
}

static pawl_status take_index(pw_pickle *p, uint64_t *index)
{
    char text[NUMBER_LENGTH_MAX];
    char *end = NULL;
    PW_TRY(take_decimal(p, text));
    *index = strtoull(text, &end, 10);
    return *end == '\0' ? PAWL_OK : pw_pickle_corrupt(p, "has a number that is none");
}

pawl_status pw_pickle_text_put(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(take_index(p, &index));
    return pw_pickle_memo_put(p, index);
}

pawl_status pw_pickle_text_get(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(take_index(p, &index));
    return pw_pickle_memo_get(p, index);
}

/* Text. Escapes are undone: a class may be named by them. */

/* The value of up to count digits of a base, before end; how many there were. */
static size_t read_digits(const char *at, const char *end, size_t count, unsigned base,
                          uint32_t *value)
{
    size_t used = 0;
    for (*value = 0; used < count && at + used < end; used++) {
        const unsigned byte = (unsigned char)at[used];
        const unsigned digit = byte >= '0' && byte <= '9'   ? byte - '0'
                               : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                               : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                            : 16;
        if (digit >= base)
            break;
        *value = *value * base + digit;
    }
    return used;
}

/* What stands behind a backslash in Python's repr() of bytes, as one byte; length of the escape's
 * rest. */
static size_t read_escape(const char *at, const char *end, char *byte)
{
    static const char letters[] = "abfnrtv\\'\"", meant[] = "\a\b\f\n\r\t\v\\'\"";
    uint32_t value = 0;
    const char *letter = *at == '\0' ? NULL : strchr(letters, *at);
    if (letter != NULL) {
        *byte = meant[letter - letters];
        return 1;
    }
    size_t used = read_digits(at, end, 3, 8, &value);
    if (used == 0 && *at == 'x' && read_digits(at + 1, end, 2, 16, &value) == 2)
        used = 3;
    *byte = used == 0 ? '\\' : (char)(value & 0xFFu);
    return used;
}

/* STRING: a line in quotes, as repr() writes bytes. */
pawl_status pw_pickle_text_string(pw_pickle *p)
{
    const char *line = NULL;
    size_t length = 0, count = 0;
    PW_TRY(pw_pickle_take_line(p, &line, &length));
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\r'))
        length--;
    if (length < 2 || (*line != '\'' && *line != '"') || line[length - 1] != *line)
        return pw_pickle_corrupt(p, "has text without its quotes");
    char *text = pw_arena_alloc(p->arena, length);
    if (text == NULL)
        return pw_pickle_no_memory(p, length);
    const char *const end = line + length - 1;
    for (const char *at = line + 1; at < end;) {
        if (*at != '\\' || at + 1 == end)
            text[count++] = *at++;
        else
            at += 1 + read_escape(at + 1, end, &text[count++]);
    }
    return pw_pickle_push(p, pw_value_make_string(p->arena, text, count));
}

/* UNICODE: a line of Latin-1 in which \uXXXX and \UXXXXXXXX stand for all others. */
pawl_status pw_pickle_text_unicode(pw_pickle *p)
{
    const char *line = NULL;
    size_t length = 0, size = 0, count = 0;
    PW_TRY(pw_pickle_take_line(p, &line, &length));
    char *text = pw_size_mul(length, 2, &size) ? pw_arena_alloc(p->arena, size + 1) : NULL;
    if (text == NULL)
        return pw_pickle_no_memory(p, length);
    const char *const end = line + length;
    for (const char *at = line; at < end;) {
        uint32_t code = (unsigned char)*at;
        const size_t digits = at + 1 == end || *at != '\\' ? 0
                              : at[1] == 'u'               ? 4
                              : at[1] == 'U'               ? 8
                                                           : 0;
        const bool is_escape = digits > 0 && read_digits(at + 2, end, digits, 16, &code) == digits;
        if (is_escape && (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)))
            return pw_pickle_corrupt(p, "has text with a character that does not exist");
        code = is_escape ? code : (unsigned char)*at;
        count += pw_utf8_put(text + count, code);
        at += is_escape ? 2 + digits : 1;
    }
    return pw_pickle_push(p, pw_value_make_string(p->arena, text, count));
}

/* PERSID: torch's ids are tuples, so this one is of something else. */
pawl_status pw_pickle_text_persistent(pw_pickle *p)
{
    const char *line = NULL;
    size_t length = 0;
    pw_value *result = NULL;
    PW_TRY(pw_pickle_take_line(p, &line, &length));
    const pw_value *id = pw_value_make_string(p->arena, line, length);
    if (id == NULL)
        return pw_pickle_no_memory(p, length);
    PW_TRY(pw_pickle_persistent(p, id, &result));
    return pw_pickle_push(p, result);
}
