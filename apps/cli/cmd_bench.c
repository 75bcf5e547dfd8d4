/* SPDX-License-Identifier: Apache-2.0 */
/* pawl bench: how long a run takes. One process, one engine, every sample kept. */
#include "cli/samples.h"
#include "cli/session.h"
#include "common/files.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/npy.h"

#include <stdlib.h>
#include <string.h>

typedef struct bench_options {
    const char *input, *json;
    session_options session;
    app_shape imgsz;
    int32_t batch, iterations;
    double warmup, duration, conf, iou;
    bool with_nms;
} bench_options;

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
    "final boxes.",
    .example = "pawl bench best.engine --threads 1 --duration 5",
    .options = options_table,
    .option_count = sizeof options_table / sizeof options_table[0],
    .defaults = &defaults,
    .options_size = sizeof defaults,
    .argument_min = 1,
    .argument_max = 1,
    .main = bench_main,
};

struct bench {
    const bench_options *options;
    session session;
    app_npy input; /* open while its values are wanted */
    bool has_input;
    int32_t batch;
    app_shape shape;
    app_lines json;
};

/* One way to measure: to the decoded tensor, or to the boxes. */
struct course {
    const char *output; /* "decoded" or "boxes" */
    pawl_context *context;
    pawl_detector *detector; /* NULL: to the decoded tensor */
    int32_t batch;
};

/* Chooses batch and shape. */
static int choose_shape(struct bench *bench)
{
    const bench_options *options = bench->options;
    const pawl_plan_info *info = &bench->session.info;
    const app_npy *input = &bench->input;
    bench->batch = options->batch > 0 ? options->batch : info->batch_opt;
    if (!bench->has_input) {
        bench->shape = session_shape(&bench->session, options->imgsz);
        return APP_EXIT_DONE;
    }
    if (input->rank != 4 || input->dims[1] != 3 || input->count == 0 ||
        input->dims[2] > PAWL_MAX_SIDE || input->dims[3] > PAWL_MAX_SIDE ||
        input->dims[0] > INT32_MAX)
        return app_fail(APP_EXIT_USAGE, "%s: not an array of N x 3 x H x W", input->path);
    bench->shape = (app_shape){(int32_t)input->dims[2], (int32_t)input->dims[3]};
    if (options->imgsz.height != 0 && (options->imgsz.height != bench->shape.height ||
                                       options->imgsz.width != bench->shape.width))
        return app_usage(&cli_bench, "--imgsz and the array of --input contradict each other");
    if (options->batch > 0 && input->dims[0] != 1 && input->dims[0] != options->batch)
        return app_usage(&cli_bench, "--batch and the array of --input contradict each other");
    if (options->batch == 0)
        bench->batch = (int32_t)input->dims[0];
    return APP_EXIT_DONE;
}

/* Where the values come from: the array of --input, or noise. */
struct source {
    bool is_noise;
    uint64_t state; /* of the noise */
    app_npy *array;
};

/* Uniform in 0..1 by xorshift64*: the same on every machine. */
static void fill_noise(struct source *source, float *values, size_t count)
{
    uint64_t state = source->state;
    for (size_t i = 0; i < count; i++) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        values[i] = (float)((state * 0x2545F4914F6CDD1Du) >> 40) * 0x1p-24f;
    }
    source->state = state;
}

static int next_values(struct source *source, float *values, size_t count)
{
    if (!source->is_noise)
        return app_npy_read(source->array, values, count);
    fill_noise(source, values, count);
    return APP_EXIT_DONE;
}

/* One picture of float planes as interleaved bytes, a row at a time: nothing of its size is held
 * twice. */
static int fill_bytes(struct source *source, uint8_t *pixels, size_t height, size_t width)
{
    float *row = malloc(width * sizeof(float));
    int code = APP_EXIT_DONE;
    if (row == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < 3 * height && code == APP_EXIT_DONE; i++) {
        uint8_t *out = pixels + (i % height) * width * 3 + i / height;
        code = next_values(source, row, width);
        for (size_t x = 0; x < width && code == APP_EXIT_DONE; x++) {
            const float value = row[x] > 0.0f ? row[x] : 0.0f; /* NaN too becomes 0 */
            out[x * 3] = (uint8_t)((value < 1.0f ? value : 1.0f) * 255.0f + 0.5f);
        }
    }
    free(row);
    return code;
}

/* Writes the sample into the binding; an array of one picture serves each of a batch. */
static int fill_pictures(struct source *source, const pawl_tensor *tensor)
{
    const size_t size = tensor->size / (size_t)tensor->dims[0];
    const int64_t given = source->is_noise ? tensor->dims[0] : source->array->dims[0];
    int code = APP_EXIT_DONE;
    for (int64_t i = 0; i < tensor->dims[0] && code == APP_EXIT_DONE; i++) {
        char *picture = (char *)tensor->data + (size_t)i * size;
        if (i >= given)
            memcpy(picture, tensor->data, size);
        else if (tensor->dtype == PAWL_U8)
            code = fill_bytes(source, (uint8_t *)picture, (size_t)tensor->dims[1],
                              (size_t)tensor->dims[2]);
        else
            code = next_values(source, (float *)(void *)picture, size / sizeof(float));
    }
    return code;
}

static int fill_input(struct bench *bench, pawl_context *context)
{
    pawl_error error = {0};
    pawl_tensor tensor;
    struct source source = {!bench->has_input, 0x9E3779B97F4A7C15u, &bench->input};
    if (pawl_context_input(context, &tensor, &error) < 0)
        return app_fail_library(bench->session.path, &error);
    if (source.is_noise)
        return fill_pictures(&source, &tensor);
    int code = app_npy_open(&bench->input, bench->options->input);
    if (code == APP_EXIT_DONE && bench->input.dims[0] > tensor.dims[0])
        code = app_fail(APP_EXIT_INPUT, "%s changed while it was read", bench->input.path);
    if (code == APP_EXIT_DONE)
        code = fill_pictures(&source, &tensor);
    app_npy_close(&bench->input);
    return code;
}

static int open_course(struct bench *bench, struct course *course)
{
    pawl_error error = {0};
    const bool is_boxes = strcmp(course->output, "boxes") == 0;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    desc.threads = bench->session.threads;
    desc.input =
        is_boxes ? PAWL_INPUT_U8_NHWC : PAWL_INPUT_F32_NCHW; /* the former as predict has it */
    desc.output = is_boxes ? PAWL_OUTPUT_CANDIDATES : PAWL_OUTPUT_DECODED;
    desc.batch = course->batch = bench->batch;
    desc.height = bench->shape.height;
    desc.width = bench->shape.width;
    detector.confidence = (float)bench->options->conf;
    detector.iou = (float)bench->options->iou;
    if (pawl_context_create(bench->session.engine, &desc, &course->context, &error) < 0 ||
        (is_boxes &&
         pawl_detector_create(course->context, &detector, &course->detector, &error) < 0))
        return app_fail_library(bench->session.path, &error);
    return fill_input(bench, course->context);
}

static void close_course(struct course *course)
{
    (void)pawl_detector_destroy(&course->detector);
    (void)pawl_context_destroy(&course->context);
}

/* One run to where the course ends. */
static pawl_status run_once(const struct course *course, pawl_error *error)
{
    pawl_status status = pawl_context_run(course->context, error);
    for (int32_t i = 0; status >= 0 && course->detector != NULL && i < course->batch; i++) {
        pawl_detections found;
        status = pawl_detector_collect(course->detector, (size_t)i, &found, error);
    }
    return status;
}

/* Warms up, then fills @p samples. */
static int measure(struct bench *bench, const struct course *course, samples *taken)
{
    const bench_options *options = bench->options;
    pawl_error error = {0};
    const double warm = app_clock_ms() + options->warmup * 1e3;
    double start = 0;
    do {
        if (run_once(course, &error) < 0)
            return app_fail_library(bench->session.path, &error);
    } while (app_clock_ms() < warm && !app_is_interrupted());
    const double end = app_clock_ms() + options->duration * 1e3;
    const size_t least = options->iterations > 0 ? (size_t)options->iterations : 5;
    while (!app_is_interrupted() &&
           (taken->count < least || (options->iterations == 0 && app_clock_ms() < end))) {
        start = app_clock_ms();
        if (run_once(course, &error) < 0)
            return app_fail_library(bench->session.path, &error);
        if (!samples_add(taken, app_clock_ms() - start))
            return app_fail_memory();
    }
    return app_is_interrupted() ? app_fail_interrupted() : APP_EXIT_DONE;
}

static json_t *figures_json(const struct bench *bench, const char *output, const figures *of)
{
    json_t *shape = json_array(), *latency = json_object(), *line = json_object();
    bool is_good = app_json_append(shape, json_integer(bench->shape.height)) &&
                   app_json_append(shape, json_integer(bench->shape.width)) &&
                   app_json_set(latency, "min", app_json_number(of->min)) &&
                   app_json_set(latency, "mean", app_json_number(of->mean)) &&
                   app_json_set(latency, "median", app_json_number(of->median)) &&
                   app_json_set(latency, "p90", app_json_number(of->p90)) &&
                   app_json_set(latency, "p95", app_json_number(of->p95)) &&
                   app_json_set(latency, "p99", app_json_number(of->p99)) &&
                   app_json_set(line, "engine", app_json_text(bench->session.path)) &&
                   app_json_set(line, "backend", app_json_text(bench->session.backend)) &&
                   app_json_set(line, "precision", app_json_text(bench->session.info.precision)) &&
                   app_json_set(line, "threads", json_integer(bench->session.threads)) &&
                   app_json_set(line, "batch", json_integer(bench->batch));
    is_good = app_json_set(line, "shape", shape) && is_good;
    is_good = app_json_set(line, "output", app_json_text(output)) && is_good;
    is_good = app_json_set(line, "latency_ms", latency) && is_good;
    is_good =
        app_json_set(line, "throughput_ips", app_json_number(1e3 * bench->batch / of->mean)) &&
        is_good;
    if (is_good)
        return line;
    json_decref(line);
    return NULL;
}

static int report(struct bench *bench, const struct course *course, const samples *taken)
{
    figures of;
    if (!samples_figures(taken, &of))
        return app_fail_memory();
    app_say("%-8s min %.2f, mean %.2f, median %.2f, p90 %.2f, p95 %.2f, p99 %.2f ms; %.1f pictures "
            "a second, %zu %s",
            course->output, of.min, of.mean, of.median, of.p90, of.p95, of.p99,
            1e3 * course->batch / of.mean, APP_COUNT(taken->count, "run", "runs"));
    if (!bench->json.is_open)
        return app_finish_stdout(APP_EXIT_DONE);
    return app_lines_write(&bench->json, figures_json(bench, course->output, &of));
}

/* The courses are run one after the other, so that the memory of one does not add to the other's.
 */
static int run_course(struct bench *bench, const char *output)
{
    struct course course = {.output = output};
    samples taken = {0};
    int code = open_course(bench, &course);
    if (code == APP_EXIT_DONE)
        code = measure(bench, &course, &taken);
    if (code == APP_EXIT_DONE)
        code = report(bench, &course, &taken);
    close_course(&course);
    samples_free(&taken);
    return code;
}

static int run_bench(struct bench *bench, const char *path)
{
    const bench_options *options = bench->options;
    int code =
        session_open(&bench->session, path, &options->session, options->imgsz, options->batch);
    if (code == APP_EXIT_DONE && options->input != NULL) {
        code = app_npy_open(&bench->input, options->input);
        bench->has_input = true;
        app_npy_close(&bench->input);
    }
    if (code == APP_EXIT_DONE)
        code = choose_shape(bench);
    if (code == APP_EXIT_DONE && options->json != NULL)
        code = app_lines_open(&bench->json, options->json);
    if (code != APP_EXIT_DONE)
        return code;
    app_say("%s%s%s: %s %s, %d thread%s, batch %d, %dx%d", app_bold(app_say_stream()), path,
            app_plain(app_say_stream()), bench->session.backend, bench->session.info.precision,
            bench->session.threads, bench->session.threads == 1 ? "" : "s", bench->batch,
            bench->shape.height, bench->shape.width);
    code = run_course(bench, "decoded");
    const bool has_boxes = bench->session.model.task != PAWL_TASK_CLASSIFY;
    if (code == APP_EXIT_DONE && options->with_nms && !has_boxes)
        app_warn("--with-nms does nothing: the engine classifies");
    else if (code == APP_EXIT_DONE && options->with_nms)
        code = run_course(bench, "boxes");
    return code == APP_EXIT_DONE ? app_lines_close(&bench->json) : code;
}

static int bench_main(int argc, char **argv)
{
    bench_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_bench, argc, argv, &options, &arguments, &code))
        return code;
    if (options.json != NULL && app_output_is_stdout(options.json))
        app_term_json_on_stdout();
    struct bench bench = {.options = &options};
    code = run_bench(&bench, arguments.items[0]);
    (void)app_lines_close(&bench.json);
    session_close(&bench.session);
    return code;
}
