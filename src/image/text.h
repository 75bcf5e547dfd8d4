/* SPDX-License-Identifier: Apache-2.0 */
/* One line of text, anti-aliased, in any script: the one renderer of labels on pictures and of texts in plots. */
#ifndef PW_TEXT_H
#define PW_TEXT_H

#include "image/surface.h"

#define PW_TEXT_MAX_SIZE 1024 /* of a font, pixels */

/* How much of each pixel the letters cover, 0 to 255: height rows of width bytes. */
typedef struct pw_text {
    int32_t width, height;
    uint8_t *coverage; /* the text's own */
} pw_text;

/*
 * Renders UTF-8 at a font size in pixels. ASCII in the font of ours (DejaVu Sans Bold), the same pixels on every machine; anything else by Pango
 * (text_pango.c) where it is found, else in our font too: letters of western Europe lose their accents, others show as '?', which is said to
 * the logger once. What lies beyond the widest picture is left out. PAWL_ERR_MEMORY: *text is untouched.
 */
pawl_status pw_text_render(const char *utf8, int32_t font_size, pw_text *text, pawl_error *error) PW_NODISCARD;
void pw_text_free(pw_text *text); /* zeroed is fine */

/* The same without the pixels: width and height alone. */
void pw_text_measure(const char *utf8, int32_t font_size, pw_text *text);

/* Colours the pixels under the text, whose upper left corner is x, y after it was turned anticlockwise that many times (0 to 3). */
void pw_text_blend(const pw_surface *on, const pw_text *text, int32_t x, int32_t y, int32_t quarter_turns, const uint8_t rgb[3]);

/* How many bytes, no more than most, hold whole characters. */
size_t pw_text_cut(const char *utf8, size_t length, size_t most);

/*
 * The system's fonts. Each returns false where Pango is not here, and where the text is no UTF-8. Render fills coverage, which is zeroed and of the
 * size that measure found.
 */
bool pw_pango_measure(const char *utf8, int32_t font_size, pw_text *text);
bool pw_pango_render(const char *utf8, int32_t font_size, pw_text *text);

#endif
