/* SPDX-License-Identifier: Apache-2.0 */
/* What the options of pawl build make of a pawl_build_desc, and what speaks against them. */
#include "cli/build_desc.h"
#include "cli/session.h"
#include "common/files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        app_warn("timings are not kept: %s%s; --timing-cache FILE says where",
                 folder != NULL ? "cannot make " : "",
                 folder != NULL ? folder : "HOME is not set, and neither is XDG_CACHE_HOME");
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

bool cli_build_tactics(const char *list, int32_t *sources)
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
    (void)cli_build_tactics(options->tactics, &desc->tactic_sources);
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

bool cli_build_is_int8(const build_options *options)
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

int cli_build_calibrate(struct build *build, pawl_build_desc *desc)
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
    if (!cli_build_is_int8(options) && (has_pictures || options->precision_map != NULL || has_drop))
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
    if (cli_build_is_int8(options) && !has_pictures)
        return app_usage(&cli_build,
                         "--precision int8 takes its scales from pictures: give --calib DIR, a "
                         "folder of some hundred like those that the model will see");
    return APP_EXIT_DONE;
}

int cli_build_check(const build_options *options)
{
    int code = APP_EXIT_DONE;
    if (options->timing_cache != NULL && strcmp(options->backend, "cpu") == 0 &&
        tuning_of(options) == PAWL_TUNE_OFF)
        code =
            app_usage(&cli_build, "--timing-cache keeps what is timed, and nothing is timed: give "
                                  "--tune quick or --tune full too");
    if (code == APP_EXIT_DONE)
        code = check_int8(options);
    if (code == APP_EXIT_DONE && options->imgsz.height != 0 && options->shapes.opt.height != 0)
        code = app_usage(&cli_build, "--imgsz and the middle of --shapes both say what to optimise "
                                     "for: give one of them");
    return code;
}

void cli_build_describe(struct build *build, pawl_build_desc *desc)
{
    const build_options *options = build->options;
    desc->is_unoptimised = options->is_unoptimised ? 1 : 0;
    if (!options->is_dry_run) { /* else the CPU's plan, which takes milliseconds, tells all */
        desc->backend = options->backend;
        desc->precision = options->precision;
        set_tuning(build, desc);
        set_tensorrt(options, desc);
    }
    set_shapes(build, desc);
    if (options->imgsz.height != 0) {
        const app_shape shape = cli_round_shape("--imgsz", options->imgsz, build->model.max_stride);
        desc->height = shape.height;
        desc->width = shape.width;
    }
    desc->batch_min = options->batch.min;
    desc->batch_opt = options->batch.opt;
    desc->batch_max = options->batch.max;
}
