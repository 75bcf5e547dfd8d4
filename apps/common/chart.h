/* SPDX-License-Identifier: Apache-2.0 */
/* Charts as YOLOv5 and its kin draw them: curves over 0 to 1, a matrix of shares, bars on a
 * logarithmic scale. */
#ifndef APP_CHART_H
#define APP_CHART_H

#include "common/drawing.h"

typedef struct app_curve {
    const double *values; /* as many as the chart has points, 0 to 1; borrowed */
    const char *name;     /* in the legend; NULL: not there */
    uint32_t colour;
    double thickness;
} app_curve;

typedef struct app_curves {
    const char *title, *x_name, *y_name;
    const app_curve *items; /* the last one on top */
    size_t count, points;   /* points: values of each, from 0 to 1 along x */
} app_curves;

/* The colour of curve @p index among many. */
uint32_t app_chart_colour(size_t index);

app_drawing app_chart_curves(const app_curves *curves);

/* Shares of a column, rows * columns of them; the names of both sides, NULL: numbers. Numbers are
 * written into the cells where there are few. */
app_drawing app_chart_matrix(const char *title, const double *shares, const char *const *names,
                             size_t count);

typedef struct app_bar {
    const char *name;
    double value;   /* above 0; else no bar */
    bool is_marked; /* in another colour */
} app_bar;

typedef struct app_point {
    double x, y;
} app_point;

typedef struct app_points {
    const char *title, *x_name, *y_name;
    const app_point *items; /* by rising x */
    size_t count;
    double x_most; /* x goes from 0 to it */
    double limit;  /* a line across */
} app_points;

/* Points joined by lines, over as much of y as they and the limit take. */
app_drawing app_chart_points(const app_points *points);

/* Bars from left to right; @p limit: a line across, not drawn where it is 0. */
app_drawing app_chart_bars(const char *title, const char *y_name, const app_bar *bars, size_t count,
                           double limit);

#endif
