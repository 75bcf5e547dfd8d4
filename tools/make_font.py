#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes src/image/font.h, the glyphs of the labels, from a TrueType font. Needs Pillow.

    python3 tools/make_font.py /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf > src/image/font.h

The committed file was made from DejaVu Sans Bold 2.37 (free licence, named in the file).
"""
import sys

from PIL import ImageFont

SIZE = 32  # pixels an em; the drawing code scales from here
FIRST, LAST = 32, 126
LEVELS = "0123456789abcdef"

HEAD = """/* SPDX-License-Identifier: Apache-2.0 AND Bitstream-Vera */
/*
 * Glyphs 32-126 of DejaVu Sans Bold as %d-pixel coverage maps, made by tools/make_font.py: do not
 * edit. A digit is a pixel's coverage, 0-f, row by row. The licence of the outlines is in
 * font-licence.txt beside this file.
 */
#ifndef PW_FONT_H
#define PW_FONT_H

#include <stdint.h>

#define FONT_SIZE    %d
#define FONT_ASCENT  %d /* from the top of a line to its base */
#define FONT_DESCENT %d
#define FONT_FIRST   %d
#define FONT_LAST    %d

typedef struct glyph {
    int16_t advance;       /* 1/64 pixel */
    int8_t left, top;      /* from the pen and the top of the line to the map */
    uint8_t width, height; /* of the map */
    const char *coverage;
} glyph;

/* clang-format off */
static const glyph glyphs[FONT_LAST - FONT_FIRST + 1] = {"""


def glyph(font, char):
    mask, (left, top) = font.getmask2(char, mode="L", anchor="la")
    x0, y0, x1, y1 = mask.getbbox() or (0, 0, 0, 0)
    left, top, width, height = left + x0, top + y0, x1 - x0, y1 - y0
    pixels = "".join(LEVELS[(mask.getpixel((x, y)) * 15 + 127) // 255] for y in range(y0, y1) for x in range(x0, x1))
    advance = round(font.getlength(char) * 64)
    lines = [pixels[i:i + 96] for i in range(0, len(pixels), 96)] or [""]
    name = "backslash" if char == "\\" else char
    text = "\n".join(f'"{line}"' for line in lines)
    return f"{{{advance}, {left}, {top}, {width}, {height}, /* {name} */\n{text}}},"


def main():
    font = ImageFont.truetype(sys.argv[1], SIZE, layout_engine=ImageFont.Layout.BASIC)
    ascent, descent = font.getmetrics()
    print(HEAD % (SIZE, SIZE, ascent, descent, FIRST, LAST))
    for code in range(FIRST, LAST + 1):
        print(glyph(font, chr(code)))
    print("};\n/* clang-format on */\n\n#endif")


main()
