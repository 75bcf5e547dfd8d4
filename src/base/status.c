/* SPDX-License-Identifier: Apache-2.0 */
/* Names of statuses, messages of errors, and the version. */
#include "base/fail.h"
#include "base/plain_text.h"
#include "base/strbuf.h"

#include <pawl/version.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define WHOLE_SIZE 5120 /* a path of the longest kind and words */
#define HEAD_SIZE  160
#define GAP        "..."

const char *pawl_status_name(pawl_status status)
{
    switch ((int)status) {
#define NAME_CASE(name, value, text) \
    case value:                      \
        return #name;
        PAWL_STATUS_MAP(NAME_CASE)
#undef NAME_CASE
    default:
        return "PAWL_?";
    }
}

const char *pawl_status_text(pawl_status status)
{
    switch ((int)status) {
#define TEXT_CASE(name, value, text) \
    case value:                      \
        return text;
        PAWL_STATUS_MAP(TEXT_CASE)
#undef TEXT_CASE
    default:
        return "no status of pawl";
    }
}

const char *pawl_version(void)
{
    return PAWL_VERSION_STRING;
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xC0u) == 0x80u;
}

/* What is too long is nearly always a path in the middle: the words before it and the reason behind
 * it stay. */
static void keep_both_ends(char *message, size_t capacity, const char *whole, size_t length)
{
    if (length < capacity) {
        memcpy(message, whole, length + 1);
        return;
    }
    size_t head = HEAD_SIZE;
    while (head > 0 && continues_character(whole[head]))
        head--;
    const char *tail = whole + length - (capacity - 1 - head - (sizeof GAP - 1));
    while (continues_character(*tail))
        tail++;
    pw_strbuf cut = {.text = message, .capacity = capacity};
    pw_strbuf_add(&cut, "%.*s" GAP "%s", (int)head, whole, tail);
}

/* In a frame of its own: two whole sentences are more than one may hold. */
static __attribute__((noinline)) void put_plain(char *message, size_t capacity, const char *text)
{
    char plain[WHOLE_SIZE];
    pw_strbuf whole = PW_STRBUF(plain);
    pw_strbuf_add_plain(&whole, text);
    keep_both_ends(message, capacity, plain, whole.length);
}

/*
 * The sentence is formed beside the error first: an argument may be the error's own message ("could
 * not do A: %s"). With os_error 0 no reason is appended.
 */
static void PW_PRINTF(5, 0) fill(pawl_error *error, pawl_status status, uint64_t offset,
                                 int os_error, const char *format, va_list arguments)
{
    char text[WHOLE_SIZE];
    pw_strbuf sentence = PW_STRBUF(text);
    pw_strbuf_vadd(&sentence, format, arguments);
    if (os_error != 0) {
        char reason[128];
        if (strerror_r(os_error, reason, sizeof reason) == 0)
            pw_strbuf_add(&sentence, ": %s", reason);
        else
            pw_strbuf_add(&sentence, ": system error %d", os_error);
    }
    error->status = status;
    error->os_error = os_error;
    error->offset = offset;
    put_plain(error->message, sizeof error->message, text);
}

pawl_status pw_fail(pawl_error *error, pawl_status status, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, 0, 0, format, arguments);
        va_end(arguments);
    }
    return status;
}

pawl_status pw_fail_at(pawl_error *error, pawl_status status, uint64_t offset, const char *format,
                       ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, offset, 0, format, arguments);
        va_end(arguments);
    }
    return status;
}

pawl_status pw_fail_os(pawl_error *error, pawl_status status, int os_error, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, 0, os_error, format, arguments);
        va_end(arguments);
    }
    return status;
}

pawl_status pw_fail_memory(pawl_error *error, const char *what, size_t size)
{
    return pw_fail(error, PAWL_ERR_MEMORY, "memory ran out: %zu bytes for %s", size, what);
}
