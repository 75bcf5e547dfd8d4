/* SPDX-License-Identifier: Apache-2.0 */
/* pawl build: weights -> network -> plan -> .engine, and what was found on the way. */
#include "cli/build_audit.h"
#include "cli/build_forecast.h"
#include "cli/calibrate.h"
#include "cli/lifetimes.h"
#include "cli/map_drop.h"
#include "cli/session.h"
#include "common/files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct build_options {
    const char *output, *names, *activation, *backend, *precision;
    const char *tune, *memory, *timing_cache, *fp16_audit, *fp16_fix;
    calibrate_options calib;
    const char *calib_method, *precision_map;
    map_drop_options drop;
    app_shapes shapes;
    size_t workspace;
    int32_t level;
    bool is_version_compatible, is_hardware_compatible;
    app_shape imgsz;
    app_batch batch;
    int32_t threads, contexts, gpu;
    const char *tf32, *tactics;
    bool is_dry_run, is_unoptimised;
    const char *lifetimes;
} build_options;

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
     .value = "N", .low = 1, .high = 1000000,
     .help = "pictures of --calib to take, from all over it"},
    MAX_PIXELS_OPTION(build_options, calib.max_pixels),
    {.name = "calib-method", .type = APP_CHOICE, .offset = offsetof(build_options, calib_method),
     .value = "HOW", .choices = cli_calibration_methods,
     .help = "how ranges are taken from what the pictures gave"},
    {.name = "calib-cache", .type = APP_TEXT, .offset = offsetof(build_options, calib.cache),
     .value = "FILE", .writes = "calib cache",
     .help = "what the pictures gave, kept for builds of the same weights at the same size"},
    {.name = "precision-map", .type = APP_TEXT, .offset = offsetof(build_options, precision_map),
     .value = "FILE",
     .help = "of int8: layers that stay out of it, a name or pattern and a precision a line, as in 'model.24 fp32'"},
    {.name = "max-map-drop", .type = APP_REAL, .offset = offsetof(build_options, drop.most),
     .value = "N", .low = 0, .high = 1, .backends = "cpu reference",
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
     .help = "what to do about layers whose weights FP16 would damage: nothing, or scale them by powers of two"},
    {.name = "tf32", .type = APP_CHOICE, .offset = offsetof(build_options, tf32), .value = "on|off",
     .choices = on_and_off, .backends = "tensorrt",
     .help = "let FP32 products keep 10 bits of 23, as TensorRT does unless told"},
    {.name = "tactics", .type = APP_TEXT, .offset = offsetof(build_options, tactics), .value = "LIST",
     .backends = "tensorrt",
     .help = "where kernels may come from, of cublas,cublaslt,cudnn,edge,jit: fewer are built faster (default: the library's)"},
    DEVICE_OPTION(build_options, gpu),
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
     .help = "from 8.6 on: 0 builds fastest, 5 runs fastest"},
    {.name = "tune", .type = APP_CHOICE, .offset = offsetof(build_options, tune), .value = "HOW",
     .choices = tunings, .backends = "cpu",
     .help = "choose kernels by measuring them here, with --threads at --imgsz: not at all, in seconds or in a minute"},
    {.name = "memory", .type = APP_CHOICE, .offset = offsetof(build_options, memory), .value = "HOW",
     .choices = memories, .backends = "cpu",
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

/* All that a build holds; close() ends it from any state. */
struct build {
    const build_options *options;
    const char *input;
    char *output, *timing_cache, *curve;
    app_paths names;
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_calibration *calibration;
    pawl_layer_precision *precisions;
    map_drop drop;
    pawl_plan *plan;
    pawl_model_info model;
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

static int32_t tuning_of(const build_options *options)
{
    return strcmp(options->tune, "full") == 0    ? PAWL_TUNE_FULL
           : strcmp(options->tune, "quick") == 0 ? PAWL_TUNE_QUICK
                                                 : PAWL_TUNE_OFF;
}

/* Name in the folder for caches, as freedesktop.org has it; NULL where there is none or it cannot
 * be made, which is said: nothing is kept then. */
static char *usual_timing_cache(const char *name)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *folder = NULL;
    if (base != NULL && base[0] == '/')
        folder = app_format("%s/pawl", base);
    else if (home != NULL && home[0] == '/')
        folder = app_format("%s/.cache/pawl", home);
    char *path = NULL;
    if (folder != NULL && app_make_folders(folder))
        path = app_format("%s/%s", folder, name);
    if (path == NULL)
        app_warn("timings are not kept: %s%s%s", folder != NULL ? "cannot make " : "",
                 folder != NULL ? folder : "HOME is not set, and neither is XDG_CACHE_HOME",
                 folder != NULL ? "; --timing-cache FILE says where else" : "");
    free(folder);
    return path;
}

static void set_tuning(struct build *build, pawl_build_desc *desc)
{
    desc->tuning = tuning_of(build->options);
    desc->is_small = strcmp(build->options->memory, "small") == 0;
    const char *asked = build->options->timing_cache;
    const bool is_tensorrt = strcmp(build->options->backend, "tensorrt") == 0;
    if (asked != NULL)
        desc->timing_cache = strcmp(asked, "none") != 0 ? asked : NULL;
    if (asked != NULL || (desc->tuning == PAWL_TUNE_OFF && !is_tensorrt))
        return;
    /* TensorRT's is a file for each version and GPU. */
    build->timing_cache = usual_timing_cache(is_tensorrt ? "" : "timings.cache");
    desc->timing_cache = build->timing_cache;
}

/* "cublas,jit" as bits of pawl_tactic_source; false: a word is none of them. */
static bool read_tactics(const char *list, int32_t *sources)
{
    static const char *const names[] = {"cublas", "cublaslt", "cudnn", "edge", "jit"};
    *sources = list != NULL ? 0 : -1;
    while (list != NULL && *list != '\0') {
        const size_t length = strcspn(list, ",");
        size_t i = 0;
        while (i < sizeof names / sizeof names[0] &&
               (strlen(names[i]) != length || strncmp(names[i], list, length) != 0))
            i++;
        if (i == sizeof names / sizeof names[0])
            return false;
        *sources |= 1 << i;
        list += length + (list[length] == ',');
    }
    return true;
}

static void set_tensorrt(const build_options *options, pawl_build_desc *desc)
{
    (void)read_tactics(options->tactics, &desc->tactic_sources);
    desc->is_tf32 = strcmp(options->tf32, "on") == 0;
    desc->gpu = options->gpu;
    desc->workspace_size = options->workspace;
    desc->optimisation_level = options->level;
    desc->contexts = options->contexts;
    desc->is_version_compatible = options->is_version_compatible ? 1 : 0;
    desc->is_hardware_compatible = options->is_hardware_compatible ? 1 : 0;
    desc->is_fp16_fixed = strcmp(options->fp16_fix, "scale") == 0;
}

/* Sides as multiples of the stride. */
static void set_shapes(const struct build *build, pawl_build_desc *desc)
{
    const int32_t stride = build->model.max_stride;
    const app_shapes *asked = &build->options->shapes;
    if (asked->opt.height == 0)
        return;
    const app_shape least = cli_round_shape("--shapes", asked->min, stride);
    const app_shape best = cli_round_shape("--shapes", asked->opt, stride);
    const app_shape most = cli_round_shape("--shapes", asked->max, stride);
    desc->height_min = least.height;
    desc->width_min = least.width;
    desc->height = best.height;
    desc->width = best.width;
    desc->height_max = most.height;
    desc->width_max = most.width;
}

static bool is_int8(const build_options *options)
{
    return strcmp(options->precision, "int8") == 0;
}

/* Beside the engine, where no other place is given. */
static char *curve_path(const struct build *build)
{
    const char *output = build->output;
    if (build->options->drop.curve != NULL)
        return app_format("%s", build->options->drop.curve);
    const size_t folder = (size_t)(app_path_name(output) - output);
    return app_format("%.*s.curve.svg", (int)(folder + app_stem_length(output + folder)), output);
}

static int set_map_drop(struct build *build, pawl_build_desc *desc)
{
    map_drop_options options = build->options->drop;
    build->curve = curve_path(build);
    if (build->curve == NULL)
        return app_fail_memory();
    options.curve = build->curve;
    options.model = build->input;
    options.threads = build->options->threads;
    const int code = cli_map_drop(&options, build->builder, build->network, desc, &build->drop);
    if (code == APP_EXIT_DONE) {
        desc->layer_precisions = build->drop.rows;
        desc->layer_precision_count = build->drop.row_count;
        desc->accuracy = build->drop.accuracy;
    }
    return code;
}

/* Not when all is calibrated. */
static int check_backend(const char *backend)
{
    const char *name = NULL, *absence = NULL;
    for (size_t i = 0; (name = pawl_backend_name(i)) != NULL; i++)
        if (strcmp(name, backend) == 0 && (absence = pawl_backend_absence(i)) != NULL)
            return app_fail(APP_EXIT_DEVICE, "backend %s cannot be used here: %s", name, absence);
    return APP_EXIT_DONE;
}

static int set_int8(struct build *build, pawl_build_desc *desc)
{
    const build_options *options = build->options;
    int code = check_backend(options->backend);
    if (code == APP_EXIT_DONE && options->precision_map != NULL)
        code = cli_precision_map_read(options->precision_map, &build->precisions,
                                      &desc->layer_precision_count);
    if (code == APP_EXIT_DONE)
        code = cli_calibrate(&options->calib, build->builder, build->network, desc,
                             &build->calibration);
    desc->calibration = build->calibration;
    desc->calibration_method = cli_calibration_method(options->calib_method);
    desc->layer_precisions = build->precisions;
    return code == APP_EXIT_DONE && options->drop.most >= 0 ? set_map_drop(build, desc) : code;
}

/* What belongs to INT8 is given with it, and only with it. */
static int check_int8(const build_options *options)
{
    const bool has_pictures = options->calib.pictures != NULL || options->calib.cache != NULL;
    const bool has_drop = options->drop.most >= 0;
    if (!is_int8(options) && (has_pictures || options->precision_map != NULL || has_drop))
        return app_usage(&cli_build, "--calib, --calib-cache, --precision-map and --max-map-drop "
                                     "belong to --precision int8");
    if (has_drop && options->drop.data == NULL)
        return app_usage(&cli_build, "--max-map-drop measures on labelled pictures: give --data, a "
                                     "COCO annotations file, a data.yaml or a folder of classes");
    if (has_drop && access(options->drop.data, F_OK) != 0) /* not when all is calibrated */
        return app_fail(APP_EXIT_INPUT, "--data %s: there is no such file or folder",
                        options->drop.data);
    if (!has_drop && (options->drop.images != NULL || options->drop.curve != NULL))
        return app_usage(&cli_build, "--images and --curve belong to --max-map-drop");
    if (is_int8(options) && !has_pictures)
        return app_usage(&cli_build,
                         "--precision int8 takes its scales from pictures: give --calib DIR, a "
                         "folder of some hundred like those that the model will see");
    return APP_EXIT_DONE;
}

static int make_plan(struct build *build)
{
    pawl_error error = {0};
    pawl_builder_desc builder_desc = PAWL_BUILDER_DESC_INIT;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    const build_options *options = build->options;
    builder_desc.threads = options->threads;
    desc.is_unoptimised = options->is_unoptimised ? 1 : 0;
    desc.progress = cli_build_progress;
    if (!options->is_dry_run) { /* else the CPU's plan, which takes milliseconds, tells all */
        desc.backend = options->backend;
        desc.precision = options->precision;
        set_tuning(build, &desc);
        set_tensorrt(options, &desc);
    }
    set_shapes(build, &desc);
    if (options->imgsz.height != 0) {
        const app_shape shape = cli_round_shape("--imgsz", options->imgsz, build->model.max_stride);
        desc.height = shape.height;
        desc.width = shape.width;
    }
    desc.batch_min = options->batch.min;
    desc.batch_opt = options->batch.opt;
    desc.batch_max = options->batch.max;
    pawl_status status = pawl_builder_create(&builder_desc, &build->builder, &error);
    if (status >= 0 && is_int8(options) && !options->is_dry_run) {
        const int code = set_int8(build, &desc);
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
    if (code == APP_EXIT_DONE && is_int8(build->options))
        warn_without_integers(build, model.layer_count);
    (void)pawl_plan_destroy(&saved);
    return code;
}

static bool is_half(const build_options *options)
{
    return strcmp(options->precision, "fp16") == 0;
}

static int run_build(struct build *build)
{
    pawl_error error = {0};
    const double start = app_clock_ms();
    int code = read_network(build);
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
    if (!read_tactics(options.tactics, &sources))
        return app_usage(&cli_build,
                         "--tactics %s: give a list such as cublas,cublaslt,cudnn,edge,jit",
                         options.tactics);
    struct build build = {.options = &options, .input = arguments.items[0]};
    code = app_backend_check(&cli_build, &arguments, options.backend);
    if (code == APP_EXIT_DONE && options.timing_cache != NULL &&
        strcmp(options.backend, "cpu") == 0 && tuning_of(&options) == PAWL_TUNE_OFF)
        code =
            app_usage(&cli_build, "--timing-cache keeps what is timed, and nothing is timed: give "
                                  "--tune quick or --tune full too");
    if (code == APP_EXIT_DONE)
        code = check_int8(&options);
    if (code == APP_EXIT_DONE && options.imgsz.height != 0 && options.shapes.opt.height != 0)
        code = app_usage(&cli_build, "--imgsz and the middle of --shapes both say what to optimise "
                                     "for: give one of them");
    if (code == APP_EXIT_DONE)
        code =
            cli_output_path(&cli_build, &arguments, options.output, "engine plan", &build.output);
    if (code != APP_EXIT_DONE)
        return code;
    code = cli_lifetimes_begin(options.lifetimes);
    if (code == APP_EXIT_DONE)
        code = run_build(&build);
    close_build(&build);
    return cli_lifetimes_save(options.lifetimes, code);
}
