/* SPDX-License-Identifier: Apache-2.0 */
/* pawl bench: how long a run takes. One process, one engine, every sample kept. */
#include "cli/bench.h"
#include "common/inputs.h"
#include "common/sources.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const app_option options_table[] = {
    {.name = "input", .letter = 'i', .type = APP_TEXT, .offset = offsetof(bench_options, input),
     .value = "X.npy", .help = "float32 N x 3 x H x W, which sets batch and shape (default: uniform "
     "noise)"},
    BATCH_OPTION(bench_options, batch),
    IMGSZ_OPTION(bench_options, imgsz, RUN_IMGSZ),
    {.name = "warmup", .type = APP_REAL,
     .offset = offsetof(bench_options, warmup), .value = "SECONDS", .low = 0, .high = 86400,
     .help = "runs that are not counted"},
    {.name = "duration", .type = APP_REAL, .offset = offsetof(bench_options, duration),
     .value = "SECONDS", .low = 0, .high = 86400, .help = "how long to measure"},
    {.name = "iterations", .type = APP_INTEGER, .offset = offsetof(bench_options, iterations),
     .value = "N", .low = 1, .high = 100000000, .help = "measure so many runs instead"},
    {.name = "with-nms", .type = APP_FLAG, .offset = offsetof(bench_options, with_nms),
     .help = "measure to the final boxes too, not only to the decoded tensor"},
    CONF_OPTION(bench_options, conf),
    IOU_OPTION(bench_options, iou),
    {.name = "end-to-end", .type = APP_TEXT, .offset = offsetof(bench_options, end_to_end),
     .value = "SOURCE", .help = "measure from a picture's file, or those of a folder in turn, to the boxes, and each stage"},
    MAX_PIXELS_OPTION(bench_options, max_pixels),
    {.name = "layers", .type = APP_FLAG, .offset = offsetof(bench_options, is_layers),
     .help = "say where the time goes, layer by layer, beside what the machine does at best"},
    {.name = "trace", .type = APP_TEXT, .offset = offsetof(bench_options, trace), .value = "FILE",
     .writes = "json", .help = "write a run's stages, layers and threads as trace events, for chrome://tracing or Perfetto"},
    {.name = "probe", .type = APP_FLAG, .offset = offsetof(bench_options, is_probed),
     .help = "stay on as many cores as threads, and count a window only if probes right before and after it reach 90 % of the best"},
    {.name = "probe-file", .type = APP_TEXT, .offset = offsetof(bench_options, probes), .value = "FILE",
     .writes = "json", .help = "keep the best probes there, so that several runs are one session; implies --probe"},
    {.name = "baseline", .type = APP_TEXT, .offset = offsetof(bench_options, baseline), .value = "FILE",
     .help = "compare with the figures that --json wrote there; implies --probe"},
    {.name = "fail-over", .type = APP_TEXT, .offset = offsetof(bench_options, fail_over), .value = "PERCENT",
     .help = "end with 7 if it is, with 95 % confidence, slower than the baseline by more than this (default: 5%)"},
    JSON_OPTION(bench_options, json, "write the figures as a JSON line; - is stdout"),
    SESSION_OPTIONS(bench_options, session),
    WEIGHTS_OPTIONS(bench_options, session),
};
/* clang-format on */

static const bench_options defaults = {.warmup = 0.5, .duration = 3, .conf = 0.25, .iou = 0.45};

static int bench_main(int argc, char **argv);

const app_command cli_bench = {
    .name = "bench",
    .arguments = "MODEL",
    .brief = "Measures an engine: percentiles of the latency, pictures a second",
    .details = MODEL_TEXT
    "A run goes from the picture in memory to the decoded tensor; --with-nms goes to the "
    "final boxes, --end-to-end begins at the file.",
    .example = "pawl bench best.engine --threads 1 --duration 5",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 1,
    .argument_max = 1,
    .main = bench_main,
};

static json_t *stages_json(const bench_course *course)
{
    json_t *made = json_object();
    bool is_good = true;
    for (size_t s = 0; s < BENCH_STAGES && is_good; s++) {
        figures of;
        is_good = samples_figures(&course->stages[s], &of) &&
                  app_json_set(made, bench_stage_names[s], app_json_number(of.median));
    }
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}

static bool set_more(const bench *of, bench_course *course, json_t *line)
{
    bool is_good = app_json_set(line, "blocks_ms", bench_blocks_json(&course->taken));
    if (course->pictures != NULL)
        is_good = app_json_set(line, "stages_ms", stages_json(course)) && is_good;
    if (of->options->is_probed)
        is_good = app_json_set(line, "window", bench_window_json(of, &course->window)) && is_good;
    if (course->layers != NULL)
        is_good = app_json_set(line, "layers", json_incref(course->layers)) && is_good;
    return is_good;
}

static json_t *figures_json(const bench *of, bench_course *course, const figures *figure)
{
    json_t *shape = json_array(), *latency = json_object(), *line = json_object();
    bool is_good = app_json_append(shape, json_integer(of->shape.height)) &&
                   app_json_append(shape, json_integer(of->shape.width)) &&
                   app_json_set(latency, "min", app_json_number(figure->min)) &&
                   app_json_set(latency, "mean", app_json_number(figure->mean)) &&
                   app_json_set(latency, "median", app_json_number(figure->median)) &&
                   app_json_set(latency, "p90", app_json_number(figure->p90)) &&
                   app_json_set(latency, "p95", app_json_number(figure->p95)) &&
                   app_json_set(latency, "p99", app_json_number(figure->p99)) &&
                   app_json_set(line, "engine", app_json_text(of->session.path)) &&
                   app_json_set(line, "backend", app_json_text(of->session.backend)) &&
                   app_json_set(line, "precision", app_json_text(of->session.info.precision)) &&
                   app_json_set(line, "threads", json_integer(of->session.threads)) &&
                   app_json_set(line, "batch", json_integer(of->batch));
    is_good = app_json_set(line, "shape", shape) && is_good;
    is_good = app_json_set(line, "output", app_json_text(course->output)) && is_good;
    is_good = app_json_set(line, "latency_ms", latency) && is_good;
    is_good =
        app_json_set(line, "throughput_ips", app_json_number(1e3 * of->batch / figure->mean)) &&
        is_good;
    if (is_good && set_more(of, course, line))
        return line;
    json_decref(line);
    return NULL;
}

static int say_stages(const bench_course *course, double whole)
{
    for (size_t s = 0; s < BENCH_STAGES; s++) {
        figures of;
        if (!samples_figures(&course->stages[s], &of))
            return app_fail_memory();
        app_say("  %-11s median %.3f ms, %.0f %%", bench_stage_names[s], of.median,
                100 * of.median / whole);
    }
    return APP_EXIT_DONE;
}

static int report(bench *of, bench_course *course)
{
    figures figure;
    if (!samples_figures(&course->taken, &figure))
        return app_fail_memory();
    app_say("%-8s min %.2f, mean %.2f, median %.2f, p90 %.2f, p95 %.2f, p99 %.2f ms; %.1f pictures "
            "a second, %zu %s",
            course->output, figure.min, figure.mean, figure.median, figure.p90, figure.p95,
            figure.p99, 1e3 * of->batch / figure.mean,
            APP_COUNT(course->taken.count, "run", "runs"));
    int code = course->pictures != NULL ? say_stages(course, figure.median) : APP_EXIT_DONE;
    if (code == APP_EXIT_DONE && of->options->is_layers)
        code = bench_layers(of, course);
    if (code == APP_EXIT_DONE && of->options->trace != NULL)
        code = bench_trace(of, course);
    json_t *line = code == APP_EXIT_DONE ? figures_json(of, course, &figure) : NULL;
    if (code == APP_EXIT_DONE && of->baseline != NULL)
        code = line == NULL ? app_fail_memory() : bench_baseline_compare(of, line);
    if (code == APP_EXIT_DONE && of->json.is_open)
        return app_lines_write(&of->json, line);
    json_decref(line);
    return code == APP_EXIT_DONE ? app_finish_stdout(APP_EXIT_DONE) : code;
}

/* The courses are run one after the other, so that the memory of one does not
 * add to the other's. */
static int run_course(bench *of, const char *output)
{
    bench_course course = {.output = output};
    if (strcmp(output, "end-to-end") == 0)
        course.pictures = &of->pictures;
    int code = bench_course_open(of, &course);
    if (code == APP_EXIT_DONE)
        code = bench_course_measure(of, &course);
    if (code == APP_EXIT_DONE)
        code = report(of, &course);
    bench_course_close(&course);
    return code;
}

static int run_courses(bench *of)
{
    const bench_options *options = of->options;
    if (options->end_to_end != NULL)
        return run_course(of, "end-to-end");
    const bool has_boxes = of->session.model.task != PAWL_TASK_CLASSIFY;
    const int code = run_course(of, "decoded");
    if (code != APP_EXIT_DONE || !options->with_nms)
        return code;
    if (has_boxes)
        return run_course(of, "boxes");
    app_warn("--with-nms does nothing: the engine classifies");
    return code;
}

static int open_files(bench *of)
{
    const bench_options *options = of->options;
    int code = bench_baseline_open(of);
    if (code == APP_EXIT_DONE && options->end_to_end != NULL)
        code = app_sources_add(&of->pictures, NULL, options->end_to_end, false);
    if (code == APP_EXIT_DONE && options->end_to_end != NULL && of->pictures.count == 0)
        code = app_fail(APP_EXIT_INPUT, "there are no pictures to look at");
    if (code == APP_EXIT_DONE && !app_inputs_add_all(of->pictures.items, of->pictures.count))
        code = app_fail_memory();
    if (code == APP_EXIT_DONE)
        code = app_output_probe(options->trace);
    if (code == APP_EXIT_DONE && options->input != NULL) {
        code = app_npy_open(&of->input, options->input);
        of->has_input = true;
        app_npy_close(&of->input);
    }
    return code;
}

static int gate(const bench *of)
{
    if (of->is_slower)
        return app_fail(APP_EXIT_PERFORMANCE, "slower than %s by more than %g %%",
                        of->options->baseline, (of->limit - 1) * 100);
    if (of->is_undecided)
        return app_fail(APP_EXIT_FAILED,
                        "cannot be judged by %s: the machine was not free, here or "
                        "then: measure again",
                        of->options->baseline);
    return APP_EXIT_DONE;
}

static int run_bench(bench *of, const char *path)
{
    const bench_options *options = of->options;
    int code = session_open(&of->session, path, &options->session, options->imgsz, options->batch);
    session_end_plan(&of->session);
    if (code == APP_EXIT_DONE)
        code = open_files(of);
    if (code == APP_EXIT_DONE)
        code = bench_choose_shape(of);
    if (code == APP_EXIT_DONE && options->is_probed)
        code = bench_probes_begin(of);
    if (code == APP_EXIT_DONE && options->json != NULL)
        code = app_lines_open(&of->json, options->json);
    if (code != APP_EXIT_DONE)
        return code;
    app_say("%s%s%s: %s %s, %d thread%s, batch %d, %dx%d", app_bold(app_say_stream()), path,
            app_plain(app_say_stream()), of->session.backend, of->session.info.precision,
            of->session.threads, of->session.threads == 1 ? "" : "s", of->batch, of->shape.height,
            of->shape.width);
    code = run_courses(of);
    if (code == APP_EXIT_DONE)
        code = app_lines_close(&of->json);
    return code == APP_EXIT_DONE ? gate(of) : code;
}

static int check_options(bench_options *options)
{
    if (options->fail_over != NULL && options->baseline == NULL)
        return app_usage(&cli_bench, "--fail-over needs a --baseline");
    if (options->end_to_end != NULL && options->input != NULL)
        return app_usage(&cli_bench, "--end-to-end begins at a picture's file: leave --input out");
    if (options->end_to_end != NULL && options->with_nms)
        app_warn("--with-nms does nothing more: --end-to-end goes to the boxes");
    options->is_probed = options->is_probed || options->is_layers || options->probes != NULL ||
                         options->baseline != NULL;
    return APP_EXIT_DONE;
}

static int bench_main(int argc, char **argv)
{
    bench_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_bench, argc, argv, &options, &arguments, &code))
        return code;
    code = check_options(&options);
    if (code != APP_EXIT_DONE)
        return code;
    if (options.json != NULL && app_output_is_stdout(options.json))
        app_term_json_on_stdout();
    app_pictures_limit(options.max_pixels);
    bench of = {.options = &options};
    code = run_bench(&of, arguments.items[0]);
    (void)app_lines_close(&of.json);
    json_decref(of.baseline);
    app_paths_free(&of.pictures);
    session_close(&of.session);
    return code;
}
