/* SPDX-License-Identifier: Apache-2.0 */
/* Text as coverage: of our own font's maps here, each pixel the mean of the part of the map that
 * lies under it; of the system's fonts in text_pango.c. */
#include "image/text.h"
#include "base/memory.h"
#include "base/size.h"
#include "image/font.h"
#include <math.h>
#include <pawl/draw.h>

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

size_t pw_text_cut(const char *utf8, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)utf8[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static const glyph *glyph_of(char c)
{
    return &glyphs[c - FONT_FIRST];
}

static float scale_of(int32_t font_size)
{
    return (float)font_size / FONT_SIZE;
}

static void measure_own(const char *utf8, int32_t font_size, pw_text *text)
{
    float width = 0.0f;
    while (*utf8 != '\0')
        width += (float)glyph_of(next_char(&utf8))->advance / 64.0f;
    const float pixels = ceilf(scale_of(font_size) * width);
    text->width = pixels < (float)PW_IMAGE_MAX_SIDE ? (int32_t)pixels : PW_IMAGE_MAX_SIDE;
    text->height = (int32_t)ceilf(scale_of(font_size) * (FONT_ASCENT + FONT_DESCENT));
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

static void render_glyph(const pw_text *text, const glyph *shape, float pen, float scale)
{
    const float left = pen + (float)shape->left * scale;
    const float upper = (float)shape->top * scale;
    /* Half a map pixel at least: enlarged, this is linear interpolation. */
    const float half = fmaxf(1.0f / scale, 1.0f) / 2.0f;
    const int32_t x0 = (int32_t)floorf(left) - 1;
    const int32_t y0 = (int32_t)floorf(upper) - 1;
    const int32_t x1 = (int32_t)ceilf(left + (float)shape->width * scale) + 1;
    const int32_t y1 = (int32_t)ceilf(upper + (float)shape->height * scale) + 1;
    for (int32_t y = y0 < 0 ? 0 : y0; y < y1 && y < text->height; y++) {
        uint8_t *row = text->coverage + (size_t)y * (size_t)text->width;
        for (int32_t x = x0 < 0 ? 0 : x0; x < x1 && x < text->width; x++) {
            const float part = mean_coverage(shape, ((float)x + 0.5f - left) / scale,
                                             ((float)y + 0.5f - upper) / scale, half);
            const uint8_t covered = (uint8_t)lrintf(fminf(part, 1.0f) * 255.0f);
            row[x] = covered > row[x] ? covered : row[x]; /* letters may touch */
        }
    }
}

static void render_own(const char *utf8, int32_t font_size, const pw_text *text)
{
    const float scale = scale_of(font_size);
    float pen = 0.0f;
    while (*utf8 != '\0' && pen < (float)text->width) {
        const glyph *shape = glyph_of(next_char(&utf8));
        render_glyph(text, shape, pen, scale);
        pen += scale * (float)shape->advance / 64.0f;
    }
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

void pw_text_measure(const char *utf8, int32_t font_size, pw_text *text)
{
    if (is_ascii(utf8) || !pw_pango_measure(utf8, font_size, text))
        measure_own(utf8, font_size, text);
}

pawl_status pw_text_render(const char *utf8, int32_t font_size, pw_text *text, pawl_error *error)
{
    pw_text made = {.width = 0};
    const bool is_system = !is_ascii(utf8) && pw_pango_measure(utf8, font_size, &made);
    if (!is_system)
        measure_own(utf8, font_size, &made);
    made.coverage = pw_calloc((size_t)made.width, (size_t)made.height);
    if (made.coverage == NULL)
        return pw_fail_memory(error, "a line of text", (size_t)made.width * (size_t)made.height);
    if (!is_system || !pw_pango_render(utf8, font_size, &made))
        render_own(utf8, font_size, &made);
    *text = made;
    return PAWL_OK;
}

void pw_text_free(pw_text *text)
{
    pw_free(text->coverage);
    *text = (pw_text){.width = 0};
}

void pw_text_blend(const pw_surface *on, const pw_text *text, int32_t x, int32_t y,
                   int32_t quarter_turns, const uint8_t rgb[3])
{
    const pw_ink ink = pw_ink_of(on, rgb);
    const int64_t wide = text->width, high = text->height;
    for (int64_t v = 0; v < high; v++) {
        for (int64_t u = 0; u < wide; u++) {
            const int covered = text->coverage[v * wide + u];
            const int64_t at_x[4] = {u, v, wide - 1 - u, high - 1 - v};
            const int64_t at_y[4] = {v, wide - 1 - u, high - 1 - v, u};
            const int64_t to_x = x + at_x[quarter_turns], to_y = y + at_y[quarter_turns];
            if (covered > 0 && to_x >= 0 && to_y >= 0 && to_x < on->width && to_y < on->height)
                pw_surface_mix(on, (int32_t)to_x, (int32_t)to_y, &ink, covered, 255, 127);
        }
    }
}

static pawl_status check_text(const char *what, const char *text, int32_t font_size,
                              pawl_error *error)
{
    if (text == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: text is NULL", what);
    if (font_size < 1 || font_size > PW_TEXT_MAX_SIZE)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: font_size is %d: 1 to %d are possible", what,
                       font_size, PW_TEXT_MAX_SIZE);
    return PAWL_OK;
}

pawl_status pawl_text_measure(const char *text, int32_t font_size, int32_t *width, int32_t *height,
                              pawl_error *error)
{
    PW_TRY(check_text("pawl_text_measure", text, font_size, error));
    if (width == NULL || height == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_text_measure: %s is NULL",
                       width == NULL ? "width" : "height");
    pw_text measured = {.width = 0};
    pw_text_measure(text, font_size, &measured);
    *width = measured.width;
    *height = measured.height;
    return PAWL_OK;
}

pawl_status pawl_image_draw_text(pawl_image *image, const char *text, int32_t x, int32_t y,
                                 int32_t font_size, int32_t quarter_turns, const uint8_t rgb[3],
                                 pawl_error *error)
{
    PW_TRY(check_text("pawl_image_draw_text", text, font_size, error));
    if (rgb == NULL || quarter_turns < 0 || quarter_turns > 3)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       rgb == NULL ? "pawl_image_draw_text: rgb is NULL"
                                   : "pawl_image_draw_text: quarter_turns must be 0 to 3");
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    pw_text line PW_CLEANUP(pw_text_free) = {.width = 0};
    PW_TRY(pw_text_render(text, font_size, &line, error));
    const pw_surface on = pw_surface_of_image(used);
    pw_text_blend(&on, &line, x, y, quarter_turns, rgb);
    return PAWL_OK;
}
