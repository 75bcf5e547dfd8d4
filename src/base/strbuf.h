/* SPDX-License-Identifier: Apache-2.0 */
/* Text into a fixed buffer: truncates, never overruns, always terminated. For messages and reports. */
#ifndef PW_STRBUF_H
#define PW_STRBUF_H

#include "base/compiler.h"
#include <stdarg.h>

typedef struct pw_strbuf {
    char *text;
    size_t capacity; /* with the terminator; at least 1 */
    size_t length;
} pw_strbuf;

#define PW_STRBUF(array) ((pw_strbuf){.text = (array), .capacity = sizeof(array), .length = ((array)[0] = '\0', 0)})
void pw_strbuf_add(pw_strbuf *buffer, const char *format, ...) PW_PRINTF(2, 3);
void pw_strbuf_vadd(pw_strbuf *buffer, const char *format, va_list arguments) PW_PRINTF(2, 0);

#endif
