/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search. Layers are left in float32 in the order of their errors: one, two, four ... until the
 * figure holds, then the number is halved in between. The figure need not fall evenly, so what is
 * found is a number that holds where the one below, as far as it was tried, does not.
 */
#include "cli/map_drop.h"

#include "common/inputs.h"

#include <stdlib.h>
#include <string.h>

#define NAMED 8 /* layers in what is said */

/* --- plans --- */

/* The first kept layers, and those from end on, in float32; what the user says comes last and so
 * counts. */
static size_t set_rows(dropping *d, size_t kept, size_t end)
{
    size_t count = 0;
    for (size_t i = 0; i < d->layer_count; i++)
        if (i < kept || i >= end)
            d->rows[count++] = (pawl_layer_precision){d->layers[i].name, "fp32"};
    for (size_t i = 0; i < d->desc->layer_precision_count; i++)
        d->rows[count++] = d->desc->layer_precisions[i];
    return count;
}

int drop_build(dropping *d, bool is_int8, size_t kept, size_t end, pawl_plan **plan)
{
    pawl_error error = {0};
    pawl_build_desc desc = *d->desc;
    desc.progress = NULL;
    desc.tuning = PAWL_TUNE_OFF;
    desc.timing_cache = NULL;
    desc.layer_precisions = d->rows;
    if (is_int8) {
        desc.layer_precision_count = set_rows(d, kept, end);
    } else {
        desc.precision = "fp32";
        desc.calibration = NULL;
        desc.layer_precision_count = 0;
    }
    return pawl_builder_build(d->builder, d->network, &desc, plan, &error) < 0
               ? app_fail_library(d->options->model, &error)
               : APP_EXIT_DONE;
}

/* Layers whose weights are integers. Their names are copied into list, where that is not NULL. */
static int int8_layers(pawl_plan *plan, drop_layer *list, size_t *count)
{
    pawl_error error = {0};
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    pawl_status status = pawl_plan_model_get(plan, &model, &error);
    *count = 0;
    for (size_t i = 0; status >= 0 && i < model.layer_count; i++) {
        pawl_layer_info info = PAWL_LAYER_INFO_INIT;
        status = pawl_plan_layer_get(plan, i, &info, &error);
        if (status < 0 || info.weight_dtype != PAWL_I8)
            continue;
        if (list != NULL && (list[*count].name = app_format("%s", info.name)) == NULL)
            return app_fail_memory();
        ++*count;
    }
    return status < 0 ? app_fail_library("the engine", &error) : APP_EXIT_DONE;
}

/* Those that stay of integers with all of the list in float32 are the user's: they leave it. */
static int leave_out_fixed(dropping *d)
{
    pawl_plan *plan = NULL;
    size_t fixed = 0, kept = 0;
    drop_layer *list = calloc(d->layer_count + 1, sizeof *list);
    int code = list == NULL ? app_fail_memory()
                            : drop_build(d, true, d->layer_count, d->layer_count, &plan);
    if (code == APP_EXIT_DONE)
        code = int8_layers(plan, list, &fixed);
    for (size_t i = 0; code == APP_EXIT_DONE && i < d->layer_count; i++) {
        bool is_fixed = false;
        for (size_t f = 0; f < fixed; f++)
            is_fixed = is_fixed || strcmp(list[f].name, d->layers[i].name) == 0;
        if (is_fixed)
            free(d->layers[i].name);
        else
            d->layers[kept++] = d->layers[i];
    }
    if (code == APP_EXIT_DONE)
        d->layer_count = kept;
    for (size_t f = 0; list != NULL && f < fixed; f++)
        free(list[f].name);
    free(list);
    (void)pawl_plan_destroy(&plan);
    return code;
}

static int list_layers(dropping *d)
{
    pawl_plan *plan = NULL;
    size_t count = 0;
    d->rows = calloc(d->desc->layer_precision_count + 1, sizeof *d->rows);
    int code = d->rows == NULL ? app_fail_memory() : drop_build(d, true, 0, 0, &plan);
    if (code == APP_EXIT_DONE)
        code = int8_layers(plan, NULL, &count);
    if (code == APP_EXIT_DONE) {
        free(d->rows);
        d->rows = calloc(count + d->desc->layer_precision_count + 1, sizeof *d->rows);
        d->layers = calloc(count + 1, sizeof *d->layers);
        d->points = calloc(count + 2, sizeof *d->points);
        code = d->rows == NULL || d->layers == NULL || d->points == NULL
                   ? app_fail_memory()
                   : int8_layers(plan, d->layers, &d->layer_count);
    }
    (void)pawl_plan_destroy(&plan);
    return code == APP_EXIT_DONE ? leave_out_fixed(d) : code;
}

/* --- figures --- */

static int judge(val_job *val, pawl_plan *plan, dropping *d)
{
    session_options options = {.threads = d->options->threads};
    int code = session_start(&val->session, plan, d->options->model, &options);
    if (code == APP_EXIT_DONE && !val->data.is_complete)
        code = val_data_open(&val->data, val->options, &val->session);
    if (code == APP_EXIT_DONE)
        code = val_begin(val);
    if (code == APP_EXIT_DONE)
        code = val_run(val);
    if (code == APP_EXIT_DONE && val->data.source != VAL_FOLDERS)
        code = val_evaluate(val);
    return code;
}

/* The figure of a plan, which is ended. */
static int figure_of(dropping *d, pawl_plan *plan, const char *stage, double *figure)
{
    val_job val = {.options = &d->val, .data = d->data, .stage = stage};
    d->data = (val_data){0};
    const int code = judge(&val, plan, d);
    if (code == APP_EXIT_DONE) {
        *figure = val_figure(&val);
        d->figure_name = val_figure_name(&val);
        d->data = val.data; /* for the next */
        val.data = (val_data){0};
    }
    val_close(&val);
    return code;
}

static void add_point(dropping *d, size_t kept, double figure)
{
    size_t at = d->point_count++;
    for (; at > 0 && d->points[at - 1].kept > kept; at--)
        d->points[at] = d->points[at - 1];
    d->points[at] = (drop_point){kept, figure};
}

/* Whether the figure holds with so many layers in float32. */
static int holds(dropping *d, size_t kept, bool *does)
{
    char stage[64];
    pawl_plan *plan = NULL;
    double figure = 0;
    for (size_t i = 0; i < d->point_count; i++)
        if (d->points[i].kept == kept) {
            *does = d->fp32 - d->points[i].figure <= d->options->most;
            return APP_EXIT_DONE;
        }
    (void)snprintf(stage, sizeof stage, "accuracy, %zu of %zu layers in fp32", kept,
                   d->layer_count);
    int code = drop_build(d, true, kept, d->layer_count, &plan);
    if (code == APP_EXIT_DONE)
        code = figure_of(d, plan, stage, &figure);
    if (code != APP_EXIT_DONE)
        return code;
    add_point(d, kept, figure);
    *does = d->fp32 - figure <= d->options->most;
    app_note("  %zu of %zu layers in fp32: %s %.4f (%+.4f)", kept, d->layer_count, d->figure_name,
             figure, figure - d->fp32);
    return APP_EXIT_DONE;
}

/* Least number of layers that was found to hold; layer_count + 1: even all do not. */
static int search(dropping *d, size_t *found)
{
    size_t fails = 0, keeps = 0;
    bool does = false;
    int code = holds(d, 0, &does);
    while (code == APP_EXIT_DONE && !does && keeps < d->layer_count) {
        fails = keeps;
        keeps = keeps == 0 ? 1 : keeps * 2 < d->layer_count ? keeps * 2 : d->layer_count;
        code = holds(d, keeps, &does);
    }
    if (code != APP_EXIT_DONE || !does) {
        *found = d->layer_count + 1;
        return code;
    }
    while (code == APP_EXIT_DONE && fails + 1 < keeps) {
        const size_t middle = fails + (keeps - fails) / 2;
        code = holds(d, middle, &does);
        if (does)
            keeps = middle;
        else
            fails = middle;
    }
    *found = keeps;
    return code;
}

static double figure_at(const dropping *d, size_t kept)
{
    size_t at = 0;
    while (at + 1 < d->point_count && d->points[at].kept != kept)
        at++;
    return d->points[at].figure;
}

/* --- what comes of it --- */

static void say(const dropping *d, size_t kept, double start)
{
    char time[APP_HUMAN_SIZE];
    const double figure = figure_at(d, kept);
    app_say("accuracy: %s %.4f in fp32, %.4f with all in int8, %.4f with %zu of %zu layers in fp32 "
            "(%+.4f, at most %g lower asked); %s, %zu %s, %zu %s",
            d->figure_name, d->fp32, figure_at(d, 0), figure, kept, d->layer_count,
            figure - d->fp32, d->options->most, app_human_duration(time, app_clock_ms() - start),
            APP_COUNT(d->data.picture_count, "picture", "pictures"),
            APP_COUNT(d->point_count + 1, "engine", "engines"));
    for (size_t i = 0; i < kept && (i < NAMED || app_term_is_loud()); i++)
        app_say("  fp32: %s (error %.3g)", d->layers[i].name, d->layers[i].error);
    if (kept > NAMED && !app_term_is_loud())
        app_say("  and %zu more; pawl inspect -v lists them", kept - NAMED);
}

/* Rows and names in one block. */
static int make_result(dropping *d, size_t kept, map_drop *made)
{
    const size_t count = set_rows(d, kept, d->layer_count);
    size_t size = count * sizeof *made->rows;
    for (size_t i = 0; i < kept; i++)
        size += strlen(d->layers[i].name) + 1;
    pawl_layer_precision *rows = malloc(size + 1);
    if (rows == NULL)
        return app_fail_memory();
    char *text = (char *)(rows + count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = d->rows[i];
        if (i >= kept)
            continue;
        const size_t length = strlen(d->layers[i].name) + 1;
        memcpy(text, d->layers[i].name, length);
        rows[i].layer = text;
        text += length;
    }
    *made = (map_drop){.rows = rows,
                       .row_count = count,
                       .accuracy = {.drop_limit = (float)d->options->most,
                                    .fp32 = (float)d->fp32,
                                    .int8 = (float)figure_at(d, 0),
                                    .built = (float)figure_at(d, kept)}};
    return APP_EXIT_DONE;
}

static int drop(dropping *d, map_drop *made)
{
    const double start = app_clock_ms();
    pawl_plan *plan = NULL;
    size_t kept = 0;
    int code = app_output_probe(d->options->curve);
    if (code == APP_EXIT_DONE)
        code = list_layers(d);
    if (code == APP_EXIT_DONE)
        code = drop_build(d, false, 0, 0, &plan);
    if (code == APP_EXIT_DONE)
        code = figure_of(d, plan, "accuracy in fp32", &d->fp32);
    if (code == APP_EXIT_DONE && d->fp32 <= d->options->most)
        app_warn("%s is %.4f in fp32 on %s, and may fall by %g: any int8 will do; are its labels "
                 "of this model's classes?",
                 d->figure_name, d->fp32, d->options->data, d->options->most);
    if (code == APP_EXIT_DONE)
        code = drop_measure(d);
    if (code == APP_EXIT_DONE)
        code = search(d, &kept);
    app_progress_end();
    if (code == APP_EXIT_DONE)
        code = drop_draw(d, kept);
    if (code == APP_EXIT_DONE && kept > d->layer_count)
        return app_fail(APP_EXIT_ACCURACY,
                        "--max-map-drop %g cannot be kept: with all layers in fp32 that "
                        "--precision-map leaves free, %s is %.4f lower than in fp32",
                        d->options->most, d->figure_name, d->fp32 - figure_at(d, d->layer_count));
    if (code == APP_EXIT_DONE)
        say(d, kept, start);
    return code == APP_EXIT_DONE ? make_result(d, kept, made) : code;
}

int cli_map_drop(const map_drop_options *options, pawl_builder *builder, pawl_network *network,
                 const pawl_build_desc *desc, map_drop *made)
{
    dropping d = {.options = options,
                  .builder = builder,
                  .network = network,
                  .desc = desc,
                  .val = val_defaults};
    d.val.data = options->data;
    d.val.images = options->images;
    d.val.resize = "linear";
    d.val.is_nosave = true;
    const int code = drop(&d, made);
    app_progress_end();
    drop_measure_free(&d);
    val_data_close(&d.data);
    for (size_t i = 0; i < d.layer_count; i++)
        free(d.layers[i].name);
    free(d.layers);
    free(d.rows);
    free(d.points);
    return code;
}
