/* SPDX-License-Identifier: Apache-2.0 */
/* pawl build: weights -> network -> plan -> .engine, and what was found on the way. */
#include "cli/build_audit.h"
#include "cli/build_desc.h"
#include "cli/build_forecast.h"
#include "cli/lifetimes.h"
#include "cli/session.h"
#include "common/files.h"
#include "common/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *memories(void)
{
    return "usual small";
}

/* By their numbers, pawl_tuning. */
static const char *tunings(void)
{
    return "off quick full";
}

static const char *on_and_off(void)
{
    return "on off";
}

static const char *fp16_fixes(void)
{
    return "none scale";
}

/* clang-format off */
static const app_option options_table[] = {
    OUTPUT_OPTION(build_options, output, "FILE", "engine plan",
        "where to write (default: the weights' name with .engine)"),
    IMGSZ_OPTION(build_options, imgsz,
        "shape to optimise for (default: the model's, 640 for most); on the CPU any other multiple of "
        "the stride can be run too"),
    {.name = "batch", .aliases = "batch-size", .type = APP_BATCH,
     .offset = offsetof(build_options, batch), .value = "N|MIN:OPT:MAX", .high = PAWL_MAX_BATCH,
     .help = "pictures at once; N means 1:N:N (default: 1)"},
    {.name = "names", .type = APP_TEXT, .offset = offsetof(build_options, names),
     .value = "FILE", .help = "class names, one a line, or a data.yaml (default: the checkpoint's)"},
    {.name = "data", .type = APP_TEXT, .offset = offsetof(build_options, drop.data),
     .value = "FILE|DIR", .help = "labelled pictures for --max-map-drop, as val takes them; a data.yaml also names the classes"},
    THREADS_OPTION(build_options, threads),
    ACTIVATION_OPTION(build_options, activation),
    {.name = "backend", .type = APP_CHOICE, .offset = offsetof(build_options, backend),
     .value = "NAME", .choices = cli_backends, .help = "what the engine runs on"},
    {.name = "precision", .type = APP_CHOICE, .offset = offsetof(build_options, precision),
     .value = "NAME", .choices = cli_precisions,
     .help = "of the computation, where the backend has it"},
    {.name = "calib", .type = APP_TEXT, .offset = offsetof(build_options, calib.pictures),
     .value = "DIR|LIST",
     .help = "of int8: pictures like those that the model will see, a folder or a .txt with a path a line"},
    {.name = "calib-count", .type = APP_INTEGER, .offset = offsetof(build_options, calib.count),
     .value = "N", .low = 1, .high = 1000000, .adds_to = "calib",
     .help = "pictures of --calib to take, from all over it"},
    MAX_PIXELS_OPTION(build_options, calib.max_pixels),
    {.name = "calib-method", .type = APP_CHOICE, .offset = offsetof(build_options, calib_method),
     .value = "HOW", .choices = cli_calibration_methods, .adds_to = "calib calib-cache",
     .help = "how ranges are taken from what the pictures gave"},
    {.name = "calib-cache", .type = APP_TEXT, .offset = offsetof(build_options, calib.cache),
     .value = "FILE", .writes = "calib cache",
     .help = "what the pictures gave, kept for builds of the same weights at the same size"},
    {.name = "precision-map", .type = APP_TEXT, .offset = offsetof(build_options, precision_map),
     .value = "FILE",
     .help = "of int8: layers that stay out of it, a name or pattern and a precision a line, as in 'model.24 fp32'"},
    {.name = "max-map-drop", .type = APP_REAL, .offset = offsetof(build_options, drop.most),
     .value = "N", .low = 0, .high = 1, .backends = "cpu reference",
     .instead = "it builds too slowly to be tried layer by layer; build for cpu with it, which names the layers that must stay in fp32, and give "
                "those to this one in --precision-map",
     .help = "of int8: leave in fp32 the layers that cost accuracy, until --data shows at most so much less mAP50-95 (of classes top-1) than fp32, as in 0.004"},
    {.name = "images", .type = APP_TEXT, .offset = offsetof(build_options, drop.images),
     .value = "DIR", .backends = "cpu reference",
     .help = "folder of the pictures of --data (default: found beside the labels, or as data.yaml says)"},
    {.name = "curve", .type = APP_TEXT, .offset = offsetof(build_options, drop.curve),
     .value = "FILE", .writes = "svg", .backends = "cpu reference",
     .help = "of --max-map-drop: accuracy by layers in fp32, and each layer's error, as a picture (default: OUT with .curve.svg)"},
    {.name = "dry-run", .type = APP_FLAG, .offset = offsetof(build_options, is_dry_run),
     .help = "write nothing: say what time, memory and file size it would take"},
    {.name = "no-optimise", .aliases = "no-optimize", .type = APP_FLAG,
     .offset = offsetof(build_options, is_unoptimised),
     .help = "run no pass over the network, for comparisons"},
    {.name = "fp16-audit", .type = APP_TEXT, .offset = offsetof(build_options, fp16_audit),
     .value = "FILE", .writes = "json", .help = "write what FP16 and BF16 would do to each tensor's weights, as JSON"},
    {.name = "fp16-fix", .type = APP_CHOICE, .offset = offsetof(build_options, fp16_fix),
     .value = "HOW", .choices = fp16_fixes, .backends = "tensorrt",
     .help = "what to do about weights that FP16 would damage: nothing, or round the smallest, scale layers of small ones"},
    {.name = "tf32", .type = APP_CHOICE, .offset = offsetof(build_options, tf32), .value = "on|off",
     .choices = on_and_off, .backends = "tensorrt",
     .help = "let FP32 products keep 10 bits of 23, as TensorRT does unless told"},
    {.name = "tactics", .type = APP_TEXT, .offset = offsetof(build_options, tactics), .value = "LIST",
     .backends = "tensorrt",
     .help = "where kernels may come from, of cublas,cublaslt,cudnn,edge,jit: fewer are built faster (default: the library's)"},
    DEVICE_OPTION(build_options, gpu, "tensorrt"),
    {.name = "shapes", .type = APP_SHAPES, .offset = offsetof(build_options, shapes),
     .value = "MIN:OPT:MAX", .high = PAWL_MAX_SIDE, .backends = "tensorrt",
     .help = "heights and widths that the engine takes, each N or HxW (default: just --imgsz)"},
    {.name = "contexts", .type = APP_INTEGER, .offset = offsetof(build_options, contexts),
     .value = "N", .low = 1, .high = PAWL_MAX_CONTEXTS, .backends = "tensorrt",
     .help = "programs or threads that run the engine at once: 8 and 9 must provide for each (default: 1)"},
    {.name = "workspace", .type = APP_SIZE, .offset = offsetof(build_options, workspace),
     .value = "SIZE", .low = 1 << 20, .high = 1LL << 40, .backends = "tensorrt",
     .help = "memory a kernel may take, such as 512M or 4G; a bare number is MiB (default: 1G)"},
    {.name = "opt-level", .type = APP_INTEGER, .offset = offsetof(build_options, level),
     .value = "N", .low = 0, .high = 5, .backends = "tensorrt",
     .help = "0 builds fastest, 5 runs fastest; before 8.6 of fp16 alone: from 3 on floats are tried, too, for minutes"},
    {.name = "tune", .type = APP_CHOICE, .offset = offsetof(build_options, tune), .value = "HOW",
     .choices = tunings, .backends = "cpu",
     .help = "choose kernels by measuring them here, with --threads at --imgsz: not at all, in seconds or in a minute"},
    {.name = "memory", .type = APP_CHOICE, .offset = offsetof(build_options, memory), .value = "HOW",
     .choices = memories, .backends = "cpu", .adds_to = "tune",
     .help = "of --tune: kernels that are faster because they keep more than the weights, up to 1.5 times as much again, or none"},
    {.name = "timing-cache", .type = APP_TEXT, .offset = offsetof(build_options, timing_cache),
     .value = "FILE", .writes = "cache", .backends = "cpu tensorrt",
     .help = "timings kept from build to build, or none (default: of --tune and of TensorRT, in the user's cache folder)"},
    {.name = "version-compatible", .type = APP_FLAG, .backends = "tensorrt",
     .offset = offsetof(build_options, is_version_compatible),
     .help = "from 8.6 on: the engine runs on later versions too"},
    {.name = "hardware-compatible", .type = APP_FLAG, .backends = "tensorrt",
     .offset = offsetof(build_options, is_hardware_compatible),
     .help = "from 8.6 on: the engine runs on Ampere and later GPUs"},
    LIFETIMES_OPTION(build_options, lifetimes),
};
/* clang-format on */

static const build_options defaults = {.backend = "cpu",
                                       .precision = "fp32",
                                       .tune = "off",
                                       .memory = "usual",
                                       .fp16_fix = "none",
                                       .tf32 = "off",
                                       .calib = {.count = 100},
                                       .calib_method = "mse",
                                       .drop = {.most = -1},
                                       .level = -1};

static int build_main(int argc, char **argv);

const app_command cli_build = {
    .name = "build",
    .arguments = "WEIGHTS [OUT.engine]",
    .brief = "Makes an .engine from .pt or .wts",
    .details = "Release, task, size, classes, anchors and strides are read from the file.",
    .example = "pawl build best.pt -o best.engine",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 1,
    .argument_max = 2,
    .main = build_main,
};

static void close_build(struct build *build)
{
    (void)pawl_plan_destroy(&build->plan);
    (void)pawl_calibration_destroy(&build->calibration);
    (void)pawl_builder_destroy(&build->builder);
    (void)pawl_network_destroy(&build->network);
    (void)pawl_weights_destroy(&build->weights);
    app_paths_free(&build->names);
    free(build->precisions);
    free(build->drop.rows);
    free(build->curve);
    free(build->timing_cache);
    free(build->output);
}

static const char *task_name(pawl_task task)
{
    switch (task) {
    case PAWL_TASK_DETECT:
        return "detection";
    case PAWL_TASK_SEGMENT:
        return "segmentation";
    case PAWL_TASK_CLASSIFY:
        return "classification";
    }
    return "an unknown task";
}

static void say_recognised(const struct build *build)
{
    const pawl_model_info *model = &build->model;
    app_say("%s%s%s: YOLOv5 %s, %s, size %s, %d class%s%s, %.2f M parameters, %.1f GFLOPs at %d",
            app_bold(app_say_stream()), build->input, app_plain(app_say_stream()), model->family,
            task_name(model->task), model->size, model->class_count,
            model->class_count == 1 ? "" : "es", model->has_names ? "" : " (without names)",
            (double)model->parameter_count / 1e6, model->gflops, model->imgsz);
}

static int read_network(struct build *build)
{
    pawl_error error = {0};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    const build_options *options = build->options;
    const bool is_yaml =
        options->drop.data != NULL && app_path_ends_in(options->drop.data, "yaml yml");
    const char *names = options->names != NULL              ? options->names
                        : is_yaml || options->drop.most < 0 ? options->drop.data
                                                            : NULL;
    const int code = cli_network_desc(&build->names, names, options->activation, &desc);
    if (code != APP_EXIT_DONE)
        return code;
    build->model.struct_size = sizeof build->model;
    if (pawl_weights_load(build->input, &build->weights, &error) < 0 ||
        pawl_network_create(build->weights, &desc, &build->network, &error) < 0 ||
        pawl_network_info_get(build->network, &build->model, &error) < 0)
        return app_fail_library(build->input, &error);
    say_recognised(build);
    return APP_EXIT_DONE;
}

static int make_plan(struct build *build)
{
    pawl_error error = {0};
    pawl_builder_desc builder_desc = PAWL_BUILDER_DESC_INIT;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    const build_options *options = build->options;
    builder_desc.threads = options->threads;
    cli_build_describe(build, &desc);
    desc.progress = cli_build_progress;
    pawl_status status = pawl_builder_create(&builder_desc, &build->builder, &error);
    if (status >= 0 && cli_build_is_int8(options) && !options->is_dry_run) {
        const int code = cli_build_calibrate(build, &desc);
        if (code != APP_EXIT_DONE)
            return code;
    }
    if (status >= 0 && !options->is_dry_run) { /* all inputs are read; a build may take minutes */
        const int code = app_inputs_check(build->output);
        if (code != APP_EXIT_DONE)
            return code;
    }
    if (status >= 0)
        app_progress_elapsed("building"); /* TensorRT tells little, before 10.0 nothing */
    if (status >= 0)
        status = pawl_builder_build(build->builder, build->network, &desc, &build->plan, &error);
    app_progress_end();
    return status < 0 ? app_fail_library(build->input, &error) : APP_EXIT_DONE;
}

/* An engine of int8 without integers is no such thing: who wrote the map may not know it. */
static void warn_without_integers(const struct build *build, size_t layer_count)
{
    pawl_error error = {0};
    size_t convolutions = 0;
    for (size_t i = 0; i < layer_count; i++) {
        pawl_layer_info info = PAWL_LAYER_INFO_INIT;
        if (pawl_plan_layer_get(build->plan, i, &info, &error) < 0 || info.weight_dtype == PAWL_I8)
            return;
        convolutions += strcmp(info.op, "conv") == 0;
    }
    app_warn("%s is of int8 and has no integers: all %zu convolutions were left in fp32",
             build->output, convolutions);
}

static int say_summary(const struct build *build, double start)
{
    pawl_error error = {0};
    pawl_plan *saved = NULL;
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    char size[APP_HUMAN_SIZE], memory[APP_HUMAN_SIZE], time[APP_HUMAN_SIZE];
    const double end = app_clock_ms();
    /* What was just written is read back and checked: an engine that could not be loaded must not
     * pass for built. */
    int code = APP_EXIT_DONE;
    if (pawl_plan_load(build->output, &saved, &error) < 0 ||
        pawl_plan_info_get(saved, &info, &error) < 0 ||
        pawl_plan_model_get(saved, &model, &error) < 0)
        code = app_fail_library(build->output, &error);
    else
        app_say("%s%s%s: %s %s at %dx%d, batch %d:%d:%d, %zu layers -> %zu, weights %s, file %s, "
                "in %s",
                app_bold(app_say_stream()), build->output, app_plain(app_say_stream()),
                info.backend, info.precision, info.height, info.width, info.batch_min,
                info.batch_opt, info.batch_max, model.source_layer_count, model.layer_count,
                app_human_bytes(memory, info.constant_size), app_human_bytes(size, info.file_size),
                app_human_duration(time, end - start));
    if (code == APP_EXIT_DONE && cli_build_is_int8(build->options))
        warn_without_integers(build, model.layer_count);
    (void)pawl_plan_destroy(&saved);
    return code;
}

static bool is_half(const build_options *options)
{
    return strcmp(options->precision, "fp16") == 0;
}

/* Told now, not when pictures, trials or TensorRT have taken minutes. */
static int probe_outputs(const struct build *build)
{
    const build_options *options = build->options;
    int code = options->is_dry_run ? APP_EXIT_DONE : app_file_probe(build->output);
    if (code == APP_EXIT_DONE)
        code = app_output_probe(options->fp16_audit);
    if (code == APP_EXIT_DONE)
        code = app_output_probe(options->drop.curve);
    return code;
}

static int run_build(struct build *build)
{
    pawl_error error = {0};
    const double start = app_clock_ms();
    int code = read_network(build);
    if (code == APP_EXIT_DONE)
        code = probe_outputs(build);
    if (code == APP_EXIT_DONE)
        code = make_plan(build);
    if (code == APP_EXIT_DONE && build->options->is_dry_run)
        return cli_forecast_say(build->plan,
                                &(build_forecast){build->output, build->options->backend,
                                                  build->options->precision, build->options->tune,
                                                  build->options->threads, app_clock_ms() - start});
    if (code == APP_EXIT_DONE && app_is_interrupted())
        code = app_fail_interrupted();
    if (code != APP_EXIT_DONE)
        return code;
    if (pawl_plan_save(build->plan, build->output, &error) < 0)
        return app_fail_library(build->output, &error);
    if (build->options->fp16_audit != NULL)
        code = cli_audit_write(build->plan, build->options->fp16_audit);
    if (code == APP_EXIT_DONE)
        code = say_summary(build, start);
    if (code == APP_EXIT_DONE && (build->options->fp16_audit != NULL || is_half(build->options)))
        cli_audit_say(build->plan);
    return code;
}

/* TensorRTX's letters stand where the output's name may stand. */
static bool is_size(const char *word)
{
    return word[0] != '\0' && strchr("nsmlxc", word[0]) != NULL &&
           strcmp(word + 1, word[1] == '6' ? "6" : "") == 0;
}

static int build_main(int argc, char **argv)
{
    build_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_build, argc, argv, &options, &arguments, &code))
        return code;
    if (arguments.count == 2 && is_size(arguments.items[1]))
        return app_usage(&cli_build, "the size is read from the file: leave %s out",
                         arguments.items[1]);
    int32_t sources = 0;
    if (!cli_build_tactics(options.tactics, &sources))
        return app_usage(&cli_build,
                         "--tactics %s: give a list such as cublas,cublaslt,cudnn,edge,jit",
                         options.tactics);
    struct build build = {.options = &options, .input = arguments.items[0]};
    code = app_backend_check(&cli_build, &arguments, options.backend);
    if (code == APP_EXIT_DONE)
        code = cli_build_check(&options);
    if (code == APP_EXIT_DONE)
        code = cli_output_path(&cli_build, &arguments, &options, options.output, "engine plan",
                               &build.output);
    if (code != APP_EXIT_DONE)
        return code;
    code = app_file_probe(options.lifetimes);
    if (code == APP_EXIT_DONE)
        code = cli_lifetimes_begin(options.lifetimes);
    const bool is_recording = code == APP_EXIT_DONE;
    if (code == APP_EXIT_DONE)
        code = run_build(&build);
    close_build(&build);
    return is_recording ? cli_lifetimes_save(options.lifetimes, code) : code;
}
