/* SPDX-License-Identifier: Apache-2.0 */
/* The list of strokes, and SVG of it. */
#include "common/drawing.h"
#include "common/term.h"
#include "common/text_file.h"

#include <stdlib.h>
#include <string.h>

app_drawing app_drawing_of(int32_t width, int32_t height)
{
    app_drawing drawing = {.width = width, .height = height};
    app_draw_rect(&drawing, 0, 0, width, height, 0xffffff);
    return drawing;
}

void app_drawing_free(app_drawing *drawing)
{
    for (size_t i = 0; i < drawing->count; i++) {
        free(drawing->strokes[i].points);
        free(drawing->strokes[i].text);
    }
    free(drawing->strokes);
    *drawing = (app_drawing){0};
}

/* Takes the stroke's points and text. */
static void add(app_drawing *drawing, app_stroke stroke, bool is_whole)
{
    if (is_whole && !drawing->has_failed && drawing->count == drawing->room) {
        const size_t room = drawing->room * 2 + 64;
        app_stroke *strokes = realloc(drawing->strokes, room * sizeof *strokes);
        if (strokes != NULL) {
            drawing->strokes = strokes;
            drawing->room = room;
        } else {
            drawing->has_failed = true;
        }
    }
    drawing->has_failed = drawing->has_failed || !is_whole;
    if (drawing->has_failed) {
        free(stroke.points);
        free(stroke.text);
        return;
    }
    drawing->strokes[drawing->count++] = stroke;
}

void app_draw_line(app_drawing *drawing, const double *points, size_t count, double thickness,
                   uint32_t colour)
{
    app_stroke stroke = {
        .kind = APP_STROKE_LINE, .colour = colour, .height = thickness, .count = count};
    stroke.points = malloc((2 * count + 1) * sizeof(double));
    if (stroke.points != NULL)
        memcpy(stroke.points, points, 2 * count * sizeof(double));
    add(drawing, stroke, stroke.points != NULL);
}

void app_draw_rect(app_drawing *drawing, double x, double y, double width, double height,
                   uint32_t colour)
{
    add(drawing,
        (app_stroke){.kind = APP_STROKE_RECT,
                     .colour = colour,
                     .x = x,
                     .y = y,
                     .width = width,
                     .height = height},
        true);
}

void app_draw_text(app_drawing *drawing, app_stroke stroke, const char *text)
{
    stroke.kind = APP_STROKE_TEXT;
    stroke.points = NULL;
    stroke.text = strdup(text);
    add(drawing, stroke, stroke.text != NULL);
}

void app_drawing_join(app_drawing *drawing, app_drawing *below)
{
    for (size_t i = 0; i < below->count; i++) {
        app_stroke stroke = below->strokes[i];
        stroke.y += drawing->height;
        for (size_t p = 0; p < stroke.count && stroke.points != NULL; p++)
            stroke.points[2 * p + 1] += drawing->height;
        add(drawing, stroke, true);
    }
    drawing->has_failed = drawing->has_failed || below->has_failed;
    drawing->height += below->height;
    drawing->width = below->width > drawing->width ? below->width : drawing->width;
    free(below->strokes);
    *below = (app_drawing){0};
}

void app_xml_text(FILE *out, const char *text)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, "&<>\"");
        app_put_plain(out, text, length);
        text += length;
        if (*text != '\0')
            fprintf(out, "&#%d;", *text++);
    }
}

static void write_line(const app_stroke *stroke, FILE *out)
{
    fprintf(out, "<polyline fill=\"none\" stroke=\"#%06x\" stroke-width=\"%g\" points=\"",
            (unsigned)stroke->colour, stroke->height);
    for (size_t i = 0; i < stroke->count; i++)
        fprintf(out, "%s%.2f,%.2f", i == 0 ? "" : " ", stroke->points[2 * i],
                stroke->points[2 * i + 1]);
    fputs("\"/>\n", out);
}

static void write_text(const app_stroke *stroke, FILE *out)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    fprintf(out,
            "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%g\" fill=\"#%06x\" text-anchor=\"%s\" "
            "dominant-baseline=\"central\"",
            stroke->x, stroke->y, stroke->height, (unsigned)stroke->colour, anchors[stroke->align]);
    if (stroke->is_turned)
        fprintf(out, " transform=\"rotate(-90 %.2f %.2f)\"", stroke->x, stroke->y);
    fputc('>', out);
    app_xml_text(out, stroke->text);
    fputs("</text>\n", out);
}

bool app_drawing_svg(const app_drawing *drawing, FILE *out)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans, sans-serif\">\n",
            drawing->width, drawing->height, drawing->width, drawing->height);
    for (size_t i = 0; i < drawing->count; i++) {
        const app_stroke *stroke = &drawing->strokes[i];
        if (stroke->kind == APP_STROKE_LINE)
            write_line(stroke, out);
        else if (stroke->kind == APP_STROKE_TEXT)
            write_text(stroke, out);
        else
            fprintf(out,
                    "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                    "fill=\"#%06x\"/>\n",
                    stroke->x, stroke->y, stroke->width, stroke->height, (unsigned)stroke->colour);
    }
    fputs("</svg>\n", out);
    return !drawing->has_failed;
}
