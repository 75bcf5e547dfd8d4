/* SPDX-License-Identifier: Apache-2.0 */
/* pawl export: weights as an ONNX file, for other runtimes. */
#include "cli/session.h"
#include "common/files.h"
#include "common/inputs.h"

#include <stdlib.h>
#include <sys/stat.h>

typedef struct export_options {
    const char *output, *include, *names, *activation;
    app_shape imgsz;
    int32_t batch, opset;
    bool is_dynamic;
} export_options;

static const char *formats(void)
{
    return "onnx";
}

/* clang-format off */
static const app_option options_table[] = {
    OUTPUT_OPTION(export_options, output, "FILE", "onnx", "where to write (default: the weights' name with .onnx)"),
    {.name = "include", .aliases = "format", .type = APP_CHOICE, .offset = offsetof(export_options, include), .value = "FORMAT",
     .choices = formats, .help = "the format to write"},
    {.name = "opset", .type = APP_INTEGER, .offset = offsetof(export_options, opset), .value = "N", .low = PAWL_MIN_OPSET,
     .high = PAWL_MAX_OPSET, .help = "operator set of ONNX"},
    {.name = "dynamic", .type = APP_FLAG, .offset = offsetof(export_options, is_dynamic),
     .help = "leave batch, height and width open"},
    IMGSZ_OPTION(export_options, imgsz, "height and width, multiples of the stride (default: the file's)"),
    {.name = "batch", .aliases = "batch-size", .type = APP_INTEGER, .offset = offsetof(export_options, batch), .value = "N",
     .low = 1, .high = PAWL_MAX_BATCH, .help = "pictures at once"},
    {.name = "names", .aliases = "data", .type = APP_TEXT, .offset = offsetof(export_options, names), .value = "FILE",
     .help = "class names instead of the file's: a name a line, or a data.yaml"},
    ACTIVATION_OPTION(export_options, activation),
};
/* clang-format on */

static const export_options defaults = {.include = "onnx", .opset = PAWL_MIN_OPSET, .batch = 1};

static int export_main(int argc, char **argv);

const app_command cli_export = {
    .name = "export",
    .arguments = "WEIGHTS [OUT.onnx]",
    .brief = "Writes weights as an ONNX file, as YOLOv5's export.py does",
    .details = "Input 'images', outputs 'output0' (and of segmentation 'output1'), metadata "
               "'stride' and 'names': what reads export.py's files reads these. Batch norms are "
               "folded; boxes are decoded, not yet chosen. Nothing in the file is executed; "
               "neither Python nor PyTorch is needed.",
    .example = "pawl export best.pt best.onnx --dynamic",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 1,
    .argument_max = 2,
    .main = export_main,
};

typedef struct export_job {
    const export_options *options;
    const char *input;
    char *output;
    app_paths names;
    pawl_weights *weights;
    pawl_network *network;
    pawl_model_info model;
} export_job;

static int read_network(export_job *job)
{
    pawl_error error = {0};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    const int code =
        cli_network_desc(&job->names, job->options->names, job->options->activation, &desc);
    if (code != APP_EXIT_DONE)
        return code;
    job->model.struct_size = sizeof job->model;
    if (pawl_weights_load(job->input, &job->weights, &error) < 0 ||
        pawl_network_create(job->weights, &desc, &job->network, &error) < 0 ||
        pawl_network_info_get(job->network, &job->model, &error) < 0)
        return app_fail_library(job->input, &error);
    return APP_EXIT_DONE;
}

static void say_written(const export_job *job, app_shape shape, double start)
{
    char size[APP_HUMAN_SIZE], time[APP_HUMAN_SIZE];
    struct stat info;
    if (stat(job->output, &info) != 0)
        return;
    (void)app_human_bytes(size, (uint64_t)info.st_size);
    (void)app_human_duration(time, app_clock_ms() - start);
    if (job->options->is_dynamic)
        app_say("%s: ONNX, operator set %d, any batch and shape, %s, in %s", job->output,
                job->options->opset, size, time);
    else
        app_say("%s: ONNX, operator set %d, %d x 3 x %d x %d, %s, in %s", job->output,
                job->options->opset, job->options->batch, shape.height, shape.width, size, time);
}

static int run_export(export_job *job)
{
    pawl_error error = {0};
    pawl_onnx_desc desc = PAWL_ONNX_DESC_INIT;
    const export_options *options = job->options;
    const double start = app_clock_ms();
    int code = read_network(job);
    if (code != APP_EXIT_DONE)
        return code;
    app_shape shape = {job->model.imgsz, job->model.imgsz};
    if (options->imgsz.height != 0)
        shape = cli_round_shape("--imgsz", options->imgsz, job->model.max_stride);
    desc.opset = options->opset;
    desc.is_dynamic = options->is_dynamic ? 1 : 0;
    desc.batch = options->batch;
    desc.height = shape.height;
    desc.width = shape.width;
    if (app_is_interrupted())
        return app_fail_interrupted();
    code = app_inputs_check(job->output);
    if (code != APP_EXIT_DONE)
        return code;
    if (pawl_network_save_onnx(job->network, &desc, job->output, &error) < 0)
        return app_fail_library(job->output, &error);
    say_written(job, shape, start);
    return APP_EXIT_DONE;
}

static int export_main(int argc, char **argv)
{
    export_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_export, argc, argv, &options, &arguments, &code))
        return code;
    export_job job = {.options = &options, .input = arguments.items[0]};
    if (arguments.count == 2) /* --include onnx engine is two formats to export.py */
        code = app_refuse_foreign_value(&cli_export, "include", arguments.items[1]);
    if (code != APP_EXIT_DONE)
        return code;
    code = cli_output_path(&cli_export, &arguments, &options, options.output, "onnx", &job.output);
    if (code == APP_EXIT_DONE)
        code = run_export(&job);
    (void)pawl_network_destroy(&job.network);
    (void)pawl_weights_destroy(&job.weights);
    app_paths_free(&job.names);
    free(job.output);
    return code;
}
