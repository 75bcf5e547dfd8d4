/* SPDX-License-Identifier: Apache-2.0 */
/* Text from coverage maps: each pixel takes the mean of the part of the map that lies under it. */
#include "image/text.h"
#include "image/font.h"
#include <math.h>

/* U+00C0 ... U+00FF without their accents. */
static const char latin1[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

/* Reads one character of UTF-8 as a glyph of ours and moves on; '?' for what we cannot show. */
static char next_char(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    const unsigned char first = *at++;
    unsigned code = first;
    if (first >= 0x80) {
        code = first & 0x1f;
        size_t followers = 0;
        while ((*at & 0xc0) == 0x80 && followers < 3) {
            code = code << 6 | (*at++ & 0x3f);
            followers++;
        }
        if (followers != 1 || (first & 0xe0) != 0xc0)
            code = 0;
    }
    *text = (const char *)at;
    if (code >= 0xc0 && code <= 0xff)
        return latin1[code - 0xc0];
    return (char)(code >= FONT_FIRST && code <= FONT_LAST ? code : '?');
}

static const glyph *glyph_of(char c)
{
    return &glyphs[c - FONT_FIRST];
}

static float scale_of(int32_t font_size)
{
    return (float)font_size / FONT_SIZE;
}

int32_t pw_text_height(int32_t font_size)
{
    return (int32_t)ceilf(scale_of(font_size) * (FONT_ASCENT + FONT_DESCENT));
}

int32_t pw_text_width(const char *text, int32_t font_size)
{
    float width = 0.0f;
    while (*text != '\0')
        width += (float)glyph_of(next_char(&text))->advance / 64.0f;
    return (int32_t)ceilf(scale_of(font_size) * width);
}

static int coverage_at(const glyph *shape, int32_t x, int32_t y)
{
    const char c = shape->coverage[y * shape->width + x];
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* How much of the cell at ... at + 1 lies between low and high. */
static float overlap(int32_t at, float low, float high)
{
    const float from = low > (float)at ? low : (float)at;
    const float to = high < (float)(at + 1) ? high : (float)(at + 1);
    return to > from ? to - from : 0.0f;
}

/* Mean coverage, 0..1, of a square of the map around x, y. */
static float mean_coverage(const glyph *shape, float x, float y, float half)
{
    const int32_t x0 = (int32_t)fmaxf(floorf(x - half), 0.0f);
    const int32_t y0 = (int32_t)fmaxf(floorf(y - half), 0.0f);
    float sum = 0.0f;
    for (int32_t v = y0; v < shape->height && (float)v < y + half; v++) {
        const float part = overlap(v, y - half, y + half);
        for (int32_t u = x0; u < shape->width && (float)u < x + half; u++)
            sum += part * overlap(u, x - half, x + half) * (float)coverage_at(shape, u, v);
    }
    return sum / (15.0f * 4.0f * half * half);
}

static void blend(uint8_t *pixel, const uint8_t rgb[3], float part)
{
    for (int c = 0; c < 3; c++)
        pixel[c] = (uint8_t)lrintf((float)pixel[c] + part * (float)(rgb[c] - pixel[c]));
}

static void draw_glyph(const pw_image *image, const glyph *shape, float pen, int32_t top,
                       float scale, const uint8_t rgb[3])
{
    const float left = pen + (float)shape->left * scale;
    const float upper = (float)top + (float)shape->top * scale;
    /* Half a map pixel at least: enlarged, this is linear interpolation. */
    const float half = fmaxf(1.0f / scale, 1.0f) / 2.0f;
    const int32_t x0 = (int32_t)floorf(left) - 1;
    const int32_t y0 = (int32_t)floorf(upper) - 1;
    const int32_t x1 = (int32_t)ceilf(left + (float)shape->width * scale) + 1;
    const int32_t y1 = (int32_t)ceilf(upper + (float)shape->height * scale) + 1;
    for (int32_t y = y0 < 0 ? 0 : y0; y < y1 && y < image->height; y++) {
        uint8_t *row = pw_image_row(image, y);
        for (int32_t x = x0 < 0 ? 0 : x0; x < x1 && x < image->width; x++) {
            const float part = mean_coverage(shape, ((float)x + 0.5f - left) / scale,
                                             ((float)y + 0.5f - upper) / scale, half);
            if (part > 0.0f)
                blend(row + (size_t)x * 3, rgb, fminf(part, 1.0f));
        }
    }
}

void pw_text_draw(const pw_image *image, const char *text, int32_t x, int32_t y, int32_t font_size,
                  const uint8_t rgb[3])
{
    const float scale = scale_of(font_size);
    float pen = (float)x;
    while (*text != '\0' && pen < (float)image->width) {
        const glyph *shape = glyph_of(next_char(&text));
        draw_glyph(image, shape, pen, y, scale, rgb);
        pen += scale * (float)shape->advance / 64.0f;
    }
}
