/* SPDX-License-Identifier: Apache-2.0 */
/* Charts of strokes: planes with a frame, a grid, names. */
#include "common/chart.h"

#include <math.h>
#include <stdlib.h>

#define INK    0x262626
#define GRID   0xe2e2e2
#define ACCENT 0x1f77b4
#define ALERT  0xd62728

/* Where a chart's plane lies. */
struct plane {
    double left, top, width, height;
};

static const struct plane curve_plane = {70, 45, 560, 480};

uint32_t app_chart_colour(size_t index)
{
    static const uint32_t colours[] = {0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd,
                                       0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf};
    return colours[index % (sizeof colours / sizeof colours[0])];
}

static void write_at(app_drawing *to, double x, double y, double size, app_align align,
                     const char *text)
{
    app_draw_text(to, (app_stroke){.x = x, .y = y, .height = size, .align = align, .colour = INK},
                  text);
}

static void write_upwards(app_drawing *to, double x, double y, double size, app_align align,
                          const char *text)
{
    app_draw_text(
        to,
        (app_stroke){
            .x = x, .y = y, .height = size, .align = align, .colour = INK, .is_turned = true},
        text);
}

static void draw_straight(app_drawing *to, double x1, double y1, double x2, double y2,
                          double thickness, uint32_t colour)
{
    app_draw_line(to, (const double[]){x1, y1, x2, y2}, 2, thickness, colour);
}

static void draw_titles(app_drawing *to, const struct plane *plane, const char *title,
                        const char *x_name, const char *y_name)
{
    const double middle = plane->left + plane->width / 2;
    write_at(to, middle, plane->top - 22, 16, APP_CENTRE, title);
    write_at(to, middle, to->height - 18, 13, APP_CENTRE, x_name);
    write_upwards(to, 18, plane->top + plane->height / 2, 13, APP_CENTRE, y_name);
}

static void draw_frame(app_drawing *to, const struct plane *plane)
{
    const double right = plane->left + plane->width, bottom = plane->top + plane->height;
    const double frame[] = {plane->left, plane->top,  right,  plane->top,  right,
                            bottom,      plane->left, bottom, plane->left, plane->top};
    app_draw_line(to, frame, 5, 1, INK);
}

static void draw_grid(app_drawing *to, const struct plane *plane)
{
    for (int i = 0; i <= 5; i++) {
        char text[8];
        const double x = plane->left + plane->width * i / 5;
        const double y = plane->top + plane->height * (5 - i) / 5;
        (void)snprintf(text, sizeof text, "%.1f", i / 5.0);
        draw_straight(to, x, plane->top, x, plane->top + plane->height, 1, GRID);
        draw_straight(to, plane->left, y, plane->left + plane->width, y, 1, GRID);
        write_at(to, x, plane->top + plane->height + 14, 12, APP_CENTRE, text);
        write_at(to, plane->left - 8, y, 12, APP_RIGHT, text);
    }
}

static double bounded(double value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

static void draw_curve(app_drawing *to, const struct plane *plane, const app_curve *curve,
                       size_t points)
{
    double *places = malloc((2 * points + 1) * sizeof(double));
    if (places == NULL) {
        to->has_failed = true;
        return;
    }
    for (size_t i = 0; i < points; i++) {
        places[2 * i] = plane->left + plane->width * (double)i / (double)(points - 1);
        places[2 * i + 1] = plane->top + plane->height * (1 - bounded(curve->values[i]));
    }
    app_draw_line(to, places, points, curve->thickness, curve->colour);
    free(places);
}

app_drawing app_chart_curves(const app_curves *curves)
{
    app_drawing made = app_drawing_of(900, 580);
    const struct plane *plane = &curve_plane;
    double y = plane->top + 10;
    draw_grid(&made, plane);
    for (size_t i = 0; i < curves->count; i++)
        draw_curve(&made, plane, &curves->items[i], curves->points);
    draw_frame(&made, plane);
    draw_titles(&made, plane, curves->title, curves->x_name, curves->y_name);
    for (size_t i = 0; i < curves->count; i++) {
        const app_curve *curve = &curves->items[i];
        if (curve->name == NULL)
            continue;
        const double x = plane->left + plane->width + 16;
        draw_straight(&made, x, y, x + 22, y, curve->thickness + 1, curve->colour);
        write_at(&made, x + 30, y, 12, APP_LEFT, curve->name);
        y += 20;
    }
    return made;
}

/* White to dark blue, by way of a middle one. */
static uint32_t shade(double share)
{
    static const double stops[3][3] = {{247, 251, 255}, {107, 174, 214}, {8, 48, 107}};
    const double place = bounded(share) * 2;
    const int below = place < 1 ? 0 : 1;
    uint32_t colour = 0;
    for (int i = 0; i < 3; i++) {
        const double from = stops[below][i], to = stops[below + 1][i];
        colour = colour << 8 | (uint32_t)lrint(from + (to - from) * (place - below));
    }
    return colour;
}

#define MATRIX_NUMBERS 30 /* cells have numbers below so many rows */
#define MATRIX_NAMES   99

static void draw_cells(app_drawing *to, const struct plane *plane, const double *shares,
                       size_t count)
{
    const double cell = plane->width / (double)count;
    for (size_t row = 0; row < count; row++)
        for (size_t column = 0; column < count; column++) {
            const double share = shares[row * count + column];
            const double x = plane->left + cell * (double)column;
            const double y = plane->top + cell * (double)row;
            if (share < 0.005)
                continue; /* as blank as zero */
            app_draw_rect(to, x, y, cell, cell, shade(share));
            if (count > MATRIX_NUMBERS)
                continue;
            char text[8];
            (void)snprintf(text, sizeof text, "%.2f", share);
            app_draw_text(to,
                          (app_stroke){.x = x + cell / 2,
                                       .y = y + cell / 2,
                                       .height = fmin(12, cell / 2.6),
                                       .align = APP_CENTRE,
                                       .colour = share > 0.5 ? 0xffffff : INK},
                          text);
        }
}

static void draw_matrix_names(app_drawing *to, const struct plane *plane, const char *const *names,
                              size_t count)
{
    const double cell = plane->width / (double)count;
    const size_t step = names == NULL ? count / 25 + 1 : 1;
    const double size = fmax(6, fmin(12, cell * 0.8));
    for (size_t i = 0; i < count; i += step) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", i);
        const char *text = names != NULL ? names[i] : number;
        const double at = (double)i * cell + cell / 2;
        write_at(to, plane->left - 6, plane->top + at, size, APP_RIGHT, text);
        write_upwards(to, plane->left + at, plane->top + plane->height + 6, size, APP_RIGHT, text);
    }
}

static void draw_scale(app_drawing *to, const struct plane *plane)
{
    const double x = plane->left + plane->width + 20, step = plane->height / 50;
    for (int i = 0; i < 50; i++)
        app_draw_rect(to, x, plane->top + step * i, 16, step + 0.5, shade(1 - i / 49.0));
    for (int i = 0; i <= 5; i++) {
        char text[8];
        (void)snprintf(text, sizeof text, "%.1f", i / 5.0);
        write_at(to, x + 22, plane->top + plane->height * (5 - i) / 5, 12, APP_LEFT, text);
    }
}

app_drawing app_chart_matrix(const char *title, const double *shares, const char *const *names,
                             size_t count)
{
    const double side = fmax(560, fmin(1600, (double)count * 12));
    const struct plane plane = {190, 45, side, side};
    app_drawing made = app_drawing_of((int32_t)side + 280, (int32_t)side + 215);
    draw_cells(&made, &plane, shares, count);
    draw_frame(&made, &plane);
    draw_matrix_names(&made, &plane, count <= MATRIX_NAMES ? names : NULL, count);
    draw_scale(&made, &plane);
    draw_titles(&made, &plane, title, "True", "Predicted");
    return made;
}

/* What y goes from and to: all values, and a tenth as much at either end. */
static void find_span(const app_points *points, double *low, double *high)
{
    *low = *high = points->limit;
    for (size_t i = 0; i < points->count; i++) {
        *low = fmin(*low, points->items[i].y);
        *high = fmax(*high, points->items[i].y);
    }
    const double margin = fmax((*high - *low) / 10, 1e-4);
    *low -= margin;
    *high += margin;
}

app_drawing app_chart_points(const app_points *points)
{
    const struct plane plane = {80, 45, 780, 330};
    const double bottom = plane.top + plane.height, right = plane.left + plane.width;
    app_drawing made = app_drawing_of(900, 440);
    double low, high, before[2] = {0, 0};
    find_span(points, &low, &high);
    for (int i = 0; i <= 5; i++) {
        char text[32];
        const double y = bottom - plane.height * i / 5, x = plane.left + plane.width * i / 5;
        draw_straight(&made, plane.left, y, right, y, 1, GRID);
        (void)snprintf(text, sizeof text, "%.4f", low + (high - low) * i / 5);
        write_at(&made, plane.left - 8, y, 12, APP_RIGHT, text);
        (void)snprintf(text, sizeof text, "%.3g", points->x_most * i / 5);
        write_at(&made, x, bottom + 14, 12, APP_CENTRE, text);
    }
    for (size_t i = 0; i < points->count; i++) {
        const double x = plane.left + plane.width * points->items[i].x / fmax(points->x_most, 1e-9);
        const double y = bottom - plane.height * (points->items[i].y - low) / (high - low);
        if (i > 0)
            draw_straight(&made, before[0], before[1], x, y, 2, ACCENT);
        app_draw_rect(&made, x - 3, y - 3, 6, 6, ACCENT);
        before[0] = x;
        before[1] = y;
    }
    const double y = bottom - plane.height * (points->limit - low) / (high - low);
    draw_straight(&made, plane.left, y, right, y, 1.5, ALERT);
    draw_frame(&made, &plane);
    draw_titles(&made, &plane, points->title, points->x_name, points->y_name);
    return made;
}

/* Powers of ten that hold the values. */
static void find_decades(const app_bar *bars, size_t count, double limit, int *low, int *high)
{
    double least = limit > 0 ? limit : 1, most = least;
    for (size_t i = 0; i < count; i++) {
        least = bars[i].value > 0 ? fmin(least, bars[i].value) : least;
        most = fmax(most, bars[i].value);
    }
    *low = (int)floor(log10(least));
    *high = (int)floor(log10(most)) + 1; /* the highest stays below the frame */
    *low = *high - *low > 20 ? *high - 20 : *low;
}

app_drawing app_chart_bars(const char *title, const char *y_name, const app_bar *bars, size_t count,
                           double limit)
{
    int low, high;
    const struct plane plane = {80, 45, 780, 330};
    app_drawing made = app_drawing_of(900, 560);
    find_decades(bars, count, limit, &low, &high);
    const double decade = plane.height / (high - low), step = plane.width / (double)count;
    const double bottom = plane.top + plane.height;
    for (int i = low; i <= high; i++) {
        char text[16];
        const double y = bottom - decade * (i - low);
        (void)snprintf(text, sizeof text, "1e%d", i);
        draw_straight(&made, plane.left, y, plane.left + plane.width, y, 1, GRID);
        write_at(&made, plane.left - 8, y, 12, APP_RIGHT, text);
    }
    for (size_t i = 0; i < count; i++) {
        const double x = plane.left + step * (double)i;
        const double height = bars[i].value > 0 ? decade * (log10(bars[i].value) - low) : 0;
        if (height > 0)
            app_draw_rect(&made, x + step * 0.1, bottom - height, fmax(step * 0.8, 0.6), height,
                          bars[i].is_marked ? ALERT : ACCENT);
        if (i % (count / 60 + 1) == 0)
            write_upwards(&made, x + step / 2, bottom + 8, 8, APP_RIGHT, bars[i].name);
    }
    if (limit > 0) {
        const double y = bottom - decade * (log10(limit) - low);
        draw_straight(&made, plane.left, y, plane.left + plane.width, y, 1.5, ALERT);
    }
    draw_frame(&made, &plane);
    draw_titles(&made, &plane, title, "", y_name);
    return made;
}
