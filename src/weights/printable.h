/* SPDX-License-Identifier: Apache-2.0 */
/* Text from a file, made fit for a message: short, and nothing in it that a terminal would obey. */
#ifndef PW_PRINTABLE_H
#define PW_PRINTABLE_H

#include <stddef.h>

typedef struct pw_printable {
    char text[84];
} pw_printable;

static inline pw_printable pw_printable_of(const char *text, size_t length)
{
    pw_printable result = {""};
    const size_t room = sizeof(result.text) - 4;
    const size_t shown = length < room ? length : room;
    for (size_t i = 0; i < shown; i++)
        result.text[i] = text[i];
    for (size_t i = 0; i < shown; i++)
        if (text[i] < ' ' || text[i] > '~')
            result.text[i] = '?';
    if (shown < length)
        for (size_t i = 0; i < 3; i++)
            result.text[shown + i] = '.';
    return result;
}

#endif
