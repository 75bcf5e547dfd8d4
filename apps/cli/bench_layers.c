/* SPDX-License-Identifier: Apache-2.0 */
/* The table of layers: each step's median over many runs,
 * beside what the machine could do at best. */
#include "cli/bench.h"

#include <stdlib.h>

#define LEAST_RUNS 10
#define MOST_RUNS  200

typedef struct row {
    pawl_step_info step; /* its strings live as long as the engine, but for the problem */
    samples times;       /* ms */
    double time;         /* their median */
} row;

typedef struct table {
    row *rows;
    size_t count, capacity;
    size_t at;     /* the next step of the run under way */
    bool is_short; /* of memory */
} table;

static row *next_row(table *steps)
{
    if (steps->at == steps->capacity) {
        const size_t capacity = steps->capacity * 2 + 64;
        row *rows = realloc(steps->rows, capacity * sizeof(row));
        if (rows == NULL)
            return NULL;
        steps->rows = rows;
        steps->capacity = capacity;
    }
    if (steps->at == steps->count)
        steps->rows[steps->count++] = (row){.time = 0};
    return &steps->rows[steps->at++];
}

static void note_step(void *user, const pawl_step_info *step)
{
    table *steps = user;
    row *to = next_row(steps);
    if (to == NULL || !samples_add(&to->times, (double)(step->end_ns - step->begin_ns) / 1e6)) {
        steps->is_short = true;
        return;
    }
    to->step = *step;
    to->step.problem = NULL;
    to->step.spans = NULL;
}

static void free_table(table *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        samples_free(&steps->rows[i].times);
    free(steps->rows);
}

static int run_timed(bench *of, bench_course *course, table *steps)
{
    pawl_error error = {0};
    const double end = app_clock_ms() + of->options->duration * 1e3;
    int code = APP_EXIT_DONE;
    if (pawl_context_timer_set(course->context, note_step, steps, &error) < 0)
        return app_fail_library(of->session.path, &error);
    for (int i = 0; i < MOST_RUNS && code == APP_EXIT_DONE && !steps->is_short; i++) {
        if (app_is_interrupted() || (i >= LEAST_RUNS && app_clock_ms() > end))
            break;
        app_progress("timing layers", (size_t)i, MOST_RUNS);
        steps->at = 0;
        code = bench_course_run(of, course);
    }
    app_progress_end();
    if (pawl_context_timer_set(course->context, NULL, NULL, &error) < 0 && code == APP_EXIT_DONE)
        code = app_fail_library(of->session.path, &error);
    if (code == APP_EXIT_DONE && app_is_interrupted())
        code = app_fail_interrupted();
    return code == APP_EXIT_DONE && steps->is_short ? app_fail_memory() : code;
}

/* Of the time that the machine needs at best, for its operations or for its bytes, whichever is
 * longer. */
static double part_of_peak(const bench *of, const row *one)
{
    const double computing = one->step.flops / (of->best.gflops * 1e6);
    const double moving = one->step.bytes / (of->best.gigabytes * 1e6);
    return (computing > moving ? computing : moving) / one->time;
}

static json_t *row_json(const bench *of, const row *one, double total)
{
    const pawl_step_info *step = &one->step;
    json_t *made = json_object();
    const bool is_good =
        app_json_set(made, "layer", app_json_text(step->layer)) &&
        app_json_set(made, "layer_id", json_integer(step->layer_id)) &&
        app_json_set(made, "kernel", app_json_text(step->kernel)) &&
        app_json_set(made, "ms", app_json_number(one->time)) &&
        app_json_set(made, "share", app_json_number(one->time / total)) &&
        app_json_set(made, "gflops", app_json_number(step->flops / one->time / 1e6)) &&
        app_json_set(made, "gigabytes", app_json_number(step->bytes / one->time / 1e6)) &&
        app_json_set(made, "of_peak", app_json_number(part_of_peak(of, one)));
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}

static void say_row(const bench *of, const row *one, double total)
{
    char operations[24] = "-";
    if (one->step.flops > 0)
        (void)snprintf(operations, sizeof operations, "%.1f", one->step.flops / one->time / 1e6);
    app_say("%-28s %-28s %9.4f %6.1f %9s %7.1f %6.0f", one->step.layer, one->step.kernel, one->time,
            100 * one->time / total, operations, one->step.bytes / one->time / 1e6,
            100 * part_of_peak(of, one));
}

static int report(const bench *of, bench_course *course, table *steps)
{
    double total = 0;
    for (size_t i = 0; i < steps->count; i++) {
        figures figure;
        if (!samples_figures(&steps->rows[i].times, &figure))
            return app_fail_memory();
        steps->rows[i].time = figure.median > 0 ? figure.median : 1e-6;
        total += steps->rows[i].time;
    }
    app_say("%-28s %-28s %9s %6s %9s %7s %6s", "layer", "kernel", "ms", "share%", "GFLOP/s", "GB/s",
            "peak%");
    course->layers = json_array();
    for (size_t i = 0; i < steps->count; i++) {
        say_row(of, &steps->rows[i], total);
        if (!app_json_append(course->layers, row_json(of, &steps->rows[i], total)))
            return app_fail_memory();
    }
    app_say("%zu steps, %.3f ms; the machine at best: %.1f GFLOP/s, %.1f GB/s", steps->count, total,
            of->best.gflops, of->best.gigabytes);
    return APP_EXIT_DONE;
}

int bench_layers(bench *of, bench_course *course)
{
    table steps = {.rows = NULL};
    int code = run_timed(of, course, &steps);
    if (code == APP_EXIT_DONE)
        code = report(of, course, &steps);
    free_table(&steps);
    return code;
}
