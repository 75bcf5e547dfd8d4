/* SPDX-License-Identifier: Apache-2.0 */
/* The report of verify: for each engine the verdict, a plot of every layer's error, the boxes, and
 * pictures with the boxes of both sides. */
#include "cli/verify.h"
#include "common/chart.h"
#include "common/html.h"

#include <math.h>
#include <stdlib.h>

#define WORST 10 /* layers in the table */

static pawl_status draw(const verify_side *side, pawl_image *image, const verify_pair *pair,
                        const pawl_detections *boxes, pawl_image **drawn, pawl_error *error)
{
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    const size_t count = (size_t)(side->model.class_count > 0 ? side->model.class_count : 0);
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < count; i++)
        names[i] = pawl_plan_class_name(side->plan, (int32_t)i);
    style.names = names;
    style.name_count = names != NULL ? count : 0;
    pawl_status status =
        pawl_image_letterbox(image, pair->shape.width, pair->shape.height, drawn, error);
    if (status >= 0 && boxes->count > 0)
        status = pawl_image_draw(*drawn, boxes->items, boxes->count, &style, error);
    free(names);
    return status;
}

int verify_take_shot(verify_pair *pair, pawl_image *image, const pawl_detections *expected,
                     const pawl_detections *found)
{
    pawl_error error = {0};
    if (pair->shot_count == VERIFY_SHOTS)
        return APP_EXIT_DONE;
    verify_shot *shot = &pair->shots[pair->shot_count++];
    if (draw(&pair->reference, image, pair, expected, &shot->expected, &error) < 0 ||
        draw(&pair->engine, image, pair, found, &shot->found, &error) < 0)
        return app_fail_library(pair->path, &error);
    return APP_EXIT_DONE;
}

int verify_html_begin(verify_job *job)
{
    const int code = app_output_open(&job->report, job->options->html);
    if (code == APP_EXIT_DONE)
        app_html_begin(job->report.stream, "pawl verify");
    return code;
}

int verify_html_end(verify_job *job)
{
    app_html_end(job->report.stream);
    return app_output_commit(&job->report);
}

static double error_of(const verify_layer *layer)
{
    return fmax(layer->gap.relative, layer->gap.relative_max);
}

/* Layers in the engine's order; those beyond the bound in another colour, the bound a line. */
static int plot_layers(const verify_pair *pair, FILE *out)
{
    app_bar *bars = calloc(pair->layer_count + 1, sizeof *bars);
    size_t count = 0;
    if (bars == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < pair->layer_count; i++)
        if (pair->layers[i].is_compared)
            bars[count++] = (app_bar){pair->layers[i].name, error_of(&pair->layers[i]),
                                      verify_diverges(pair, &pair->layers[i])};
    app_drawing drawing = app_chart_bars("Error of each layer", "relative error", bars,
                                         count > 0 ? count : 1, pair->max_error);
    const bool is_good = app_drawing_svg(&drawing, out);
    app_drawing_free(&drawing);
    free(bars);
    return is_good ? APP_EXIT_DONE : app_fail_memory();
}

static void write_layer(FILE *out, const verify_layer *layer)
{
    app_html_row(out, false);
    app_html_cell(out, "%s", layer->name);
    app_html_cell(out, "%s", layer->op);
    app_html_cell(out, "%.3g", layer->gap.max_error);
    app_html_cell(out, "%.3g", layer->gap.relative);
    app_html_cell(out, "%.3g", layer->gap.relative_max);
    app_html_cell(out, "%.9f", layer->gap.cosine);
}

static int by_falling_error(const void *a, const void *b)
{
    const verify_layer *x = *(const verify_layer *const *)a, *y = *(const verify_layer *const *)b;
    return error_of(x) > error_of(y) ? -1 : error_of(x) < error_of(y) ? 1 : 0;
}

static int write_worst(const verify_pair *pair, FILE *out)
{
    static const char *const heads[] = {"Layer",    "Operator",      "Largest error",
                                        "Relative", "Relative max.", "Cosine"};
    const verify_layer **sorted = calloc(pair->layer_count + 1, sizeof *sorted);
    size_t count = 0;
    if (sorted == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < pair->layer_count; i++)
        if (pair->layers[i].is_compared)
            sorted[count++] = &pair->layers[i];
    qsort(sorted, count, sizeof *sorted, by_falling_error);
    app_html_table(out);
    app_html_row(out, true);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        app_html_cell(out, "%s", heads[i]);
    for (size_t i = 0; i < count && i < WORST; i++)
        write_layer(out, sorted[i]);
    app_html_table_end(out);
    free(sorted);
    return APP_EXIT_DONE;
}

static void write_side(FILE *out, const char *what, const char *file, const verify_side *side)
{
    app_html_row(out, false);
    app_html_cell(out, "%s", what);
    app_html_cell(out, "%s", file);
    app_html_cell(out, "%s", side->backend);
    app_html_cell(out, "%s", side->info.precision);
    app_html_cell(out, "%s", side->info.source_name);
    app_html_cell(out, "%016llx%016llx", (unsigned long long)side->info.source_hash[1],
                  (unsigned long long)side->info.source_hash[0]);
}

static void write_head(const verify_job *job, const verify_pair *pair, FILE *out)
{
    static const char *const heads[] = {"", "File", "Backend", "Precision", "Made of", "XXH3-128"};
    app_html_heading(out, verify_name(job, pair));
    app_html_say(out, pair->is_passed ? "good" : "bad", "verdict: %s",
                 pair->is_passed ? "passed" : "FAILED");
    if (!pair->is_same_source)
        app_html_say(out, "bad", "the engine is not made of the reference's weights");
    if (pair->is_bgr)
        app_html_say(out, "bad", "with red and blue swapped it agrees: its input is BGR, not RGB");
    if (pair->first < pair->layer_count)
        app_html_say(out, "", "first divergence: layer %s (%s)", pair->layers[pair->first].name,
                     pair->layers[pair->first].op);
    app_html_table(out);
    app_html_row(out, true);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        app_html_cell(out, "%s", heads[i]);
    write_side(out, "reference", job->model, &pair->reference);
    write_side(out, "engine", verify_name(job, pair), &pair->engine);
    app_html_table_end(out);
    app_html_say(out, "",
                 "%zu %s at %dx%d. Boxes: %zu matched, %zu missed, %zu extra, %zu "
                 "borderline; least IoU %.6f (bound %g), confidence within %.3g",
                 APP_COUNT(job->seen, "picture", "pictures"), pair->shape.height, pair->shape.width,
                 pair->boxes.matched, pair->boxes.missed, pair->boxes.extra, pair->boxes.borderline,
                 pair->boxes.min_iou, pair->min_iou, pair->boxes.max_confidence_difference);
}

int verify_html_add(verify_job *job, const verify_pair *pair)
{
    FILE *out = job->report.stream;
    write_head(job, pair, out);
    if (verify_worst(pair) == NULL)
        app_html_say(out, "", "The backend shows no layers: the boxes alone are compared.");
    int code = verify_worst(pair) == NULL ? APP_EXIT_DONE : plot_layers(pair, out);
    if (code == APP_EXIT_DONE && verify_worst(pair) != NULL)
        code = write_worst(pair, out);
    if (pair->shot_count > 0)
        app_html_say(out, "",
                     "Pictures as the network sees them: the reference's boxes, the "
                     "engine's.");
    for (size_t i = 0; i < pair->shot_count && code == APP_EXIT_DONE; i++) {
        app_html_beside(out);
        code = app_html_image(out, pair->shots[i].expected, "reference");
        if (code == APP_EXIT_DONE)
            code = app_html_image(out, pair->shots[i].found, "engine");
        app_html_beside_end(out);
    }
    return code;
}
