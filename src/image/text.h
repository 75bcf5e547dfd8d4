/* SPDX-License-Identifier: Apache-2.0 */
/* Anti-aliased text in one font, at any size. */
#ifndef PW_TEXT_H
#define PW_TEXT_H

#include "image/image.h"

/* Height of a line and width of a text, in pixels, at a font size in pixels. */
int32_t pw_text_height(int32_t font_size);
int32_t pw_text_width(const char *text, int32_t font_size);

/* Draws UTF-8 with the top left corner of its line at x, y; what lies outside the picture is not
   drawn. Letters of western Europe lose their accents, other characters beyond ASCII show as '?'.
 */
void pw_text_draw(const pw_image *image, const char *text, int32_t x, int32_t y, int32_t font_size,
                  const uint8_t rgb[3]);

#endif
