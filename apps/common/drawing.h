/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawings of lines, rectangles and text, kept as a list: written as SVG, whose reader has the
 * fonts, or painted as pixels. Coordinates are pixels from the upper left corner; colours 0xRRGGBB.
 */
#ifndef APP_DRAWING_H
#define APP_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum app_align { APP_LEFT, APP_CENTRE, APP_RIGHT } app_align;

typedef struct app_stroke {
    enum { APP_STROKE_LINE, APP_STROKE_RECT, APP_STROKE_TEXT } kind;
    uint32_t colour;
    double x, y;          /* rectangle: corner; text: the middle of its height, at its align */
    double width, height; /* rectangle; of a line its thickness, of text its size */
    double *points;       /* line: count pairs */
    size_t count;
    char *text;
    app_align align;
    bool is_turned; /* text read upwards */
} app_stroke;

typedef struct app_drawing {
    int32_t width, height;
    app_stroke *strokes;
    size_t count, room;
    bool has_failed; /* memory ran out: what is drawn after does nothing */
} app_drawing;

app_drawing app_drawing_of(int32_t width, int32_t height); /* white */
void app_drawing_free(app_drawing *drawing);

/* @p points: count pairs, copied. */
void app_draw_line(app_drawing *drawing, const double *points, size_t count, double thickness,
                   uint32_t colour);
void app_draw_rect(app_drawing *drawing, double x, double y, double width, double height,
                   uint32_t colour);
/* What @p stroke says of place, height, align, turn and colour; the text is copied. */
void app_draw_text(app_drawing *drawing, app_stroke stroke, const char *text);

/* Puts @p below under the drawing, which then is as much higher; empties it. */
void app_drawing_join(app_drawing *drawing, app_drawing *below);

/* False: memory ran out. What the stream does is its own affair. */
bool app_drawing_svg(const app_drawing *drawing, FILE *out);
/* Writes it as picture, @p scale times as large.
 * Reports what goes wrong and returns an exit code. */
int app_drawing_png(const app_drawing *drawing, int32_t scale, const char *path);

/* Text of XML and HTML, its own characters as entities, else as app_put_plain(). */
void app_xml_text(FILE *out, const char *text);

#endif
