/* SPDX-License-Identifier: Apache-2.0 */
/* Strokes as pixels. A line's pixel is as dark as its centre is near: within half the thickness
 * wholly, half a pixel further not at all; so ends and joints are round, and edges smooth. */
#include "common/drawing.h"
#include "common/term.h"

#include <math.h>
#include <pawl/draw.h>
#include <stdlib.h>
#include <string.h>

struct canvas {
    int32_t width, height;
    double scale;
    uint8_t *pixels;
    uint8_t *cover;      /* of the stroke at hand: 0 to 255 a pixel */
    int32_t first, last; /* rows that it reaches */
    pawl_image *image;
};

static void colour_of(uint32_t colour, uint8_t rgb[3])
{
    for (int i = 0; i < 3; i++)
        rgb[i] = (uint8_t)(colour >> (16 - 8 * i));
}

static int32_t clamp(double value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : (int32_t)value;
}

/* Distance of a point from a segment. */
static double distance(const double a[2], const double b[2], double x, double y)
{
    const double dx = b[0] - a[0], dy = b[1] - a[1], length = dx * dx + dy * dy;
    double along = length > 0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / length : 0;
    along = fmin(fmax(along, 0), 1);
    return hypot(x - a[0] - along * dx, y - a[1] - along * dy);
}

static void cover_segment(struct canvas *canvas, const double a[2], const double b[2], double half)
{
    const double reach = half + 1;
    const int32_t left = clamp(fmin(a[0], b[0]) - reach, canvas->width);
    const int32_t right = clamp(fmax(a[0], b[0]) + reach + 1, canvas->width);
    const int32_t top = clamp(fmin(a[1], b[1]) - reach, canvas->height);
    const int32_t bottom = clamp(fmax(a[1], b[1]) + reach + 1, canvas->height);
    canvas->first = top < canvas->first ? top : canvas->first;
    canvas->last = bottom > canvas->last ? bottom : canvas->last;
    for (int32_t y = top; y < bottom; y++)
        for (int32_t x = left; x < right; x++) {
            const double share = half + 0.5 - distance(a, b, x + 0.5, y + 0.5);
            const uint8_t dark = (uint8_t)(255 * fmin(fmax(share, 0), 1));
            uint8_t *cell = &canvas->cover[(size_t)y * (size_t)canvas->width + (size_t)x];
            *cell = dark > *cell ? dark : *cell;
        }
}

/* Lays the colour where the cover is, and takes the cover off. */
static void blend(struct canvas *canvas, uint32_t colour)
{
    uint8_t rgb[3];
    colour_of(colour, rgb);
    const size_t row = (size_t)canvas->width;
    const size_t from = (size_t)canvas->first * row, to = (size_t)canvas->last * row;
    for (size_t i = from; i < to; i++) {
        const int cover = canvas->cover[i];
        for (size_t k = 0; k < 3 && cover != 0; k++)
            canvas->pixels[3 * i + k] =
                (uint8_t)((canvas->pixels[3 * i + k] * (255 - cover) + rgb[k] * cover + 127) / 255);
    }
    memset(canvas->cover + from, 0, to - from);
}

static void paint_line(struct canvas *canvas, const app_stroke *stroke)
{
    const double half = stroke->height * canvas->scale / 2;
    canvas->first = canvas->height;
    canvas->last = 0;
    for (size_t i = 0; i + 1 < stroke->count; i++) {
        const double *p = &stroke->points[2 * i];
        const double a[2] = {p[0] * canvas->scale, p[1] * canvas->scale};
        const double b[2] = {p[2] * canvas->scale, p[3] * canvas->scale};
        cover_segment(canvas, a, b, half);
    }
    if (canvas->first < canvas->last)
        blend(canvas, stroke->colour);
}

static void paint_rect(struct canvas *canvas, const app_stroke *stroke)
{
    uint8_t rgb[3];
    const int32_t left = clamp(rint(stroke->x * canvas->scale), canvas->width);
    const int32_t right = clamp(rint((stroke->x + stroke->width) * canvas->scale), canvas->width);
    const int32_t top = clamp(rint(stroke->y * canvas->scale), canvas->height);
    const int32_t bottom =
        clamp(rint((stroke->y + stroke->height) * canvas->scale), canvas->height);
    colour_of(stroke->colour, rgb);
    for (int32_t y = top; y < bottom; y++)
        for (int32_t x = left; x < right; x++)
            memcpy(&canvas->pixels[3 * ((size_t)y * (size_t)canvas->width + (size_t)x)], rgb, 3);
}

static pawl_status write_text(const struct canvas *canvas, const app_stroke *stroke,
                              pawl_error *error)
{
    uint8_t rgb[3];
    int32_t width = 0, height = 0;
    const int32_t size = (int32_t)rint(stroke->height * canvas->scale);
    pawl_status status = pawl_text_measure(stroke->text, size, &width, &height, error);
    if (status < 0)
        return status;
    colour_of(stroke->colour, rgb);
    const double shift = stroke->align == APP_LEFT ? 0 : stroke->align == APP_CENTRE ? 0.5 : 1;
    double x = stroke->x * canvas->scale, y = stroke->y * canvas->scale;
    /* Turned, the text runs upwards from its start. */
    x -= stroke->is_turned ? height / 2.0 : shift * width;
    y -= stroke->is_turned ? (1 - shift) * width : height / 2.0;
    return pawl_image_draw_text(canvas->image, stroke->text, (int32_t)rint(x), (int32_t)rint(y),
                                size, stroke->is_turned ? 1 : 0, rgb, error);
}

/* Shapes into the pixels, of which the image is made; text into that. */
static pawl_status paint(struct canvas *canvas, const app_drawing *drawing, pawl_error *error)
{
    const pawl_image_view view = {canvas->width, canvas->height, (size_t)canvas->width * 3,
                                  canvas->pixels};
    for (size_t i = 0; i < drawing->count; i++) {
        const app_stroke *stroke = &drawing->strokes[i];
        if (stroke->kind == APP_STROKE_LINE)
            paint_line(canvas, stroke);
        else if (stroke->kind == APP_STROKE_RECT)
            paint_rect(canvas, stroke);
    }
    pawl_status status = pawl_image_create(&view, &canvas->image, error);
    for (size_t i = 0; i < drawing->count && status >= 0; i++)
        if (drawing->strokes[i].kind == APP_STROKE_TEXT)
            status = write_text(canvas, &drawing->strokes[i], error);
    return status;
}

int app_drawing_png(const app_drawing *drawing, int32_t scale, const char *path)
{
    struct canvas canvas = {
        .width = drawing->width * scale, .height = drawing->height * scale, .scale = scale};
    const size_t count = (size_t)canvas.width * (size_t)canvas.height;
    pawl_error error = {0};
    canvas.pixels = malloc(count * 3);
    canvas.cover = calloc(count, 1);
    int code = canvas.pixels == NULL || canvas.cover == NULL || drawing->has_failed
                   ? app_fail_memory()
                   : APP_EXIT_DONE;
    if (code == APP_EXIT_DONE && (paint(&canvas, drawing, &error) < 0 ||
                                  pawl_image_save(canvas.image, path, NULL, &error) < 0))
        code = app_fail_library(path, &error);
    (void)pawl_image_destroy(&canvas.image);
    free(canvas.pixels);
    free(canvas.cover);
    return code;
}
