/* SPDX-License-Identifier: Apache-2.0 */
/* pawl run: an array in, the network's arrays out, as PyTorch gives them. */
#include "cli/session.h"
#include "common/files.h"
#include "common/npy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OUTPUT_LIMIT 8
#define BUILT_BATCH  8 /* pictures at once of weights at most; more run in turns */

typedef struct run_options {
    const char *input, *output;
    session_options session;
} run_options;

/* clang-format off */
static const app_option options_table[] = {
    {.name = "input", .letter = 'i', .type = APP_TEXT, .offset = offsetof(run_options, input),
     .value = "X.npy",
     .help = "the same as X.npy: float32 N x 3 x H x W, RGB, 0 to 1 (classification: normalised), which "
     "sets batch and shape"},
    OUTPUT_OPTION(run_options, output, "PREFIX", "npy",
        "writes PREFIX.output0.npy (default: the input's name)"),
    SESSION_OPTIONS(run_options, session),
    WEIGHTS_OPTIONS(run_options, session),
};
/* clang-format on */

static int run_main(int argc, char **argv);

const app_command cli_run = {
    .name = "run",
    .arguments = "MODEL X.npy",
    .brief = "Runs an engine on a raw array and writes the decoded tensor",
    .details = MODEL_TEXT
    "The output is N x rows x (5 + classes): x, y, width, height in network pixels, "
    "objectness, class scores. Segmentation adds mask coefficients to the rows, and "
    "PREFIX.output1.npy, the prototypes; classification gives N x classes, raw logits. "
    "More pictures than the engine's largest batch are run in turns.",
    .example = "pawl run best.engine x.npy -o y",
    APP_OPTIONS(options_table),
    .argument_min = 1,
    .argument_max = 2,
    .main = run_main,
};

struct run {
    session session;
    app_npy input;
    pawl_context *context;
    app_output files[OUTPUT_LIMIT];
    size_t file_count;
};

static void close_run(struct run *run)
{
    for (size_t i = 0; i < run->file_count; i++)
        app_output_discard(&run->files[i]);
    app_npy_close(&run->input);
    (void)pawl_context_destroy(&run->context);
    session_close(&run->session);
}

/* N x 3 x H x W with sides that the network can take. */
static int check_input(const struct run *run)
{
    const app_npy *input = &run->input;
    const int32_t stride = run->session.model.max_stride > 0 ? run->session.model.max_stride : 1;
    if (input->rank != 4 || input->dims[1] != 3 || input->count == 0)
        return app_fail(APP_EXIT_USAGE, "%s: not an array of N x 3 x H x W", input->path);
    if (input->dims[2] > PAWL_MAX_SIDE || input->dims[3] > PAWL_MAX_SIDE ||
        input->dims[0] > INT32_MAX)
        return app_fail(APP_EXIT_LIMIT, "%s: its shape is beyond what an engine runs", input->path);
    if (input->dims[2] % stride != 0 || input->dims[3] % stride != 0)
        return app_fail(APP_EXIT_USAGE,
                        "%s: height %lld and width %lld must be multiples of the stride %d",
                        input->path, (long long)input->dims[2], (long long)input->dims[3], stride);
    return APP_EXIT_DONE;
}

static int32_t smaller(int64_t a, int64_t b)
{
    return (int32_t)(a < b ? a : b);
}

static int make_context(struct run *run)
{
    pawl_error error = {0};
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = run->session.threads;
    desc.batch = smaller(run->input.dims[0], run->session.info.batch_max);
    if (desc.batch < run->session.info.batch_min)
        desc.batch = run->session.info.batch_min;
    desc.height = (int32_t)run->input.dims[2];
    desc.width = (int32_t)run->input.dims[3];
    if (pawl_context_create(run->session.engine, &desc, &run->context, &error) < 0)
        return app_fail_library(run->session.path, &error);
    return APP_EXIT_DONE;
}

/* Opens PREFIX.outputK.npy for each output and writes its header: the context's shape, but all
 * pictures. */
static int open_outputs(struct run *run, const char *prefix)
{
    const size_t count = pawl_context_output_count(run->context);
    for (size_t i = 0; i < count && i < OUTPUT_LIMIT; i++) {
        pawl_error error = {0};
        pawl_tensor tensor;
        if (pawl_context_output(run->context, i, &tensor, &error) < 0)
            return app_fail_library(run->session.path, &error);
        char *path = app_format("%s.output%zu.npy", prefix, i);
        if (path == NULL)
            return app_fail_memory();
        const int code = app_output_open(&run->files[i], path);
        free(path);
        if (code != APP_EXIT_DONE)
            return code;
        run->file_count = i + 1;
        tensor.dims[0] = run->input.dims[0];
        if (!app_npy_write_header(run->files[i].stream, tensor.dims, tensor.rank))
            return app_output_check(&run->files[i]);
    }
    return APP_EXIT_DONE;
}

/* Runs the next @p count pictures of the array in the context's batch (zeros fill what is left of
 * it) and writes their rows. */
static int run_part(struct run *run, int32_t count)
{
    pawl_error error = {0};
    pawl_tensor tensor;
    if (pawl_context_input(run->context, &tensor, &error) < 0)
        return app_fail_library(run->session.path, &error);
    const size_t picture = tensor.size / (size_t)tensor.dims[0];
    int code = app_npy_read(&run->input, tensor.data, picture * (size_t)count / sizeof(float));
    if (code != APP_EXIT_DONE)
        return code;
    memset((char *)tensor.data + picture * (size_t)count, 0, tensor.size - picture * (size_t)count);
    if (pawl_context_run(run->context, &error) < 0)
        return app_fail_library(run->session.path, &error);
    for (size_t i = 0; i < run->file_count && code == APP_EXIT_DONE; i++) {
        if (pawl_context_output(run->context, i, &tensor, &error) < 0)
            return app_fail_library(run->session.path, &error);
        const size_t size = tensor.size / (size_t)tensor.dims[0] * (size_t)count;
        if (fwrite(tensor.data, 1, size, run->files[i].stream) != size)
            code = app_output_check(&run->files[i]);
    }
    return code;
}

static int run_all(struct run *run)
{
    const pawl_plan_info *info = &run->session.info;
    const int64_t total = run->input.dims[0];
    int32_t batch = smaller(total, info->batch_max);
    if (batch < info->batch_min)
        batch = info->batch_min; /* the context's shape, from make_context() */
    for (int64_t done = 0; done < total; done += smaller(total - done, batch)) {
        const int32_t count = smaller(total - done, batch);
        if (app_is_interrupted())
            return app_fail_interrupted();
        const int32_t shape = count > info->batch_min ? count : info->batch_min;
        pawl_error error = {0};
        if (shape != batch &&
            pawl_context_shape_set(run->context, shape, (int32_t)run->input.dims[2],
                                   (int32_t)run->input.dims[3], &error) < 0)
            return app_fail_library(run->session.path, &error);
        const int code = run_part(run, count);
        if (code != APP_EXIT_DONE)
            return code;
    }
    return app_is_interrupted() ? app_fail_interrupted() : APP_EXIT_DONE;
}

/* What weights are built for: the array's shape, of which check_input() has more to say. */
static app_shape input_shape(const app_npy *input)
{
    if (input->rank != 4 || input->dims[2] > PAWL_MAX_SIDE || input->dims[3] > PAWL_MAX_SIDE)
        return (app_shape){0, 0};
    return (app_shape){(int32_t)input->dims[2], (int32_t)input->dims[3]};
}

static int32_t input_batch(const app_npy *input)
{
    return input->rank > 0 ? smaller(input->dims[0], BUILT_BATCH) : 1;
}

static int run_engine(struct run *run, const char *path, const run_options *options,
                      const char *prefix)
{
    int code = app_npy_open(&run->input, options->input);
    if (code == APP_EXIT_DONE)
        code = session_open(&run->session, path, &options->session, input_shape(&run->input),
                            input_batch(&run->input));
    if (code == APP_EXIT_DONE)
        code = check_input(run);
    if (code == APP_EXIT_DONE)
        code = make_context(run);
    if (code == APP_EXIT_DONE)
        code = open_outputs(run, prefix);
    if (code == APP_EXIT_DONE)
        code = run_all(run);
    for (size_t i = 0; i < run->file_count && code == APP_EXIT_DONE; i++) {
        code = app_output_commit(&run->files[i]);
        if (code == APP_EXIT_DONE)
            app_say("%s.output%zu.npy", prefix, i);
    }
    return code;
}

/* "-", a device or a pipe, where somebody expects the one array. */
static bool is_special(const char *path)
{
    struct stat info;
    return strcmp(path, "-") == 0 ||
           (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode));
}

/* Without .npy: PREFIX.output0.npy is written. */
static char *output_prefix(const run_options *options)
{
    const char *asked = options->output;
    if (asked == NULL || app_is_folder(asked))
        return app_output_path(asked, options->input, "");
    const size_t dropped = app_path_ends_in(asked, "npy") ? strlen(".npy") : 0;
    return app_format("%.*s", (int)(strlen(asked) - dropped), asked);
}

static int run_main(int argc, char **argv)
{
    run_options options = {0};
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_run, argc, argv, &options, &arguments, &code))
        return code;
    if (arguments.count == 2 && options.input != NULL)
        return app_usage(&cli_run, "the input is named twice, as %s and as %s", options.input,
                         arguments.items[1]);
    if (arguments.count == 2)
        options.input = arguments.items[1];
    if (options.input == NULL)
        return app_usage(&cli_run, "needs X.npy, the array to run on");
    if (options.output != NULL && is_special(options.output))
        return app_usage(&cli_run, "--output %s: files are written, PREFIX.output0.npy: name them",
                         options.output);
    char *prefix = output_prefix(&options);
    if (prefix == NULL)
        return app_fail_memory();
    struct run run = {0};
    code = run_engine(&run, arguments.items[0], &options, prefix);
    close_run(&run);
    free(prefix);
    return code;
}
