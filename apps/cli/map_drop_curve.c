/* SPDX-License-Identifier: Apache-2.0 */
/* The curve of --max-map-drop, and below it the layers by their errors. */
#include "cli/map_drop.h"

#include "common/chart.h"

#include <stdlib.h>

static app_drawing draw_figures(const dropping *d)
{
    char title[128];
    app_point *points = calloc(d->point_count + 1, sizeof *points);
    app_drawing made = {.has_failed = true};
    if (points == NULL)
        return made;
    for (size_t i = 0; i < d->point_count; i++)
        points[i] = (app_point){(double)d->points[i].kept, d->points[i].figure};
    (void)snprintf(title, sizeof title, "%s by layers left in float32 (%.4f with all)",
                   d->figure_name, d->fp32);
    const app_points chart = {.title = title,
                              .x_name = "layers in float32, the worst first",
                              .y_name = d->figure_name,
                              .items = points,
                              .count = d->point_count,
                              .x_most = (double)d->layer_count,
                              .limit = d->fp32 - d->options->most};
    made = app_chart_points(&chart);
    free(points);
    return made;
}

static app_drawing draw_layers(const dropping *d, size_t kept)
{
    app_bar *bars = calloc(d->layer_count + 1, sizeof *bars);
    app_drawing made = {.has_failed = true};
    if (bars == NULL)
        return made;
    for (size_t i = 0; i < d->layer_count; i++)
        bars[i] = (app_bar){d->layers[i].name, d->layers[i].error, i < kept};
    made = app_chart_bars("Error that each layer makes alone in int8 (red: left in float32)",
                          "error of the outputs", bars, d->layer_count, 0);
    free(bars);
    return made;
}

int drop_draw(const dropping *d, size_t kept)
{
    app_output output;
    app_drawing drawing = draw_figures(d), layers = draw_layers(d, kept);
    app_drawing_join(&drawing, &layers);
    int code = app_output_open(&output, d->options->curve);
    if (code == APP_EXIT_DONE) {
        const bool is_good = app_drawing_svg(&drawing, output.stream);
        if (is_good) {
            code = app_output_commit(&output);
        } else {
            app_output_discard(&output);
            code = app_fail_memory();
        }
    }
    if (code == APP_EXIT_DONE)
        app_say("curve: %s", d->options->curve);
    app_drawing_free(&layers);
    app_drawing_free(&drawing);
    return code;
}
