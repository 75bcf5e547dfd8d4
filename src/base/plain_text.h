/* SPDX-License-Identifier: Apache-2.0 */
/* Text of unknown origin (names of files, classes, layers, other libraries' messages) where somebody looks at it: it must not speak to the terminal,
   end the line, turn what stands beside it around, or break the document. */
#ifndef PW_PLAIN_TEXT_H
#define PW_PLAIN_TEXT_H

#include "base/strbuf.h"
#include <stddef.h>
#include <stdint.h>

/* Bytes of the UTF-8 character at text, which ends at end; 0: there is none. */
size_t pw_utf8_size(const char *text, const char *end);

/* Writes a character, up to 0x1fffff as four bytes, and no zero. Returns its bytes. */
#define PW_UTF8_MOST 4
size_t pw_utf8_put(char text[PW_UTF8_MOST], uint32_t code);

/* Control characters (C0, C1, DEL), ends of lines and what changes the direction of writing are spelled out in all of them. */
typedef enum pw_text_form {
    PW_TEXT_LINE, /* "\n", "\x1b", "\u202e"; a byte that is no UTF-8 "\xff" */
    PW_TEXT_JSON, /* within quotes: "\n", "\u001b"; no UTF-8: U+FFFD */
    PW_TEXT_XML   /* character data or an attribute: entities, the rest as in a line; no UTF-8: U+FFFD */
} pw_text_form;

/* Writes the character of *text, which is before end, into piece, which gets no zero, and moves *text behind it. Returns its bytes. */
#define PW_TEXT_PIECE 8
size_t pw_text_next(const char **text, const char *end, pw_text_form form, char piece[PW_TEXT_PIECE]);

/* Adds a text as PW_TEXT_LINE, whole characters as far as they fit. */
void pw_strbuf_add_plain(pw_strbuf *buffer, const char *text);

#endif
