/* SPDX-License-Identifier: Apache-2.0 */
/* pawl convert: a checkpoint as TensorRTX's .wts. */
#include "cli/options.h"
#include "common/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct convert_options {
    const char *output;
} convert_options;

static const app_option options_table[] = {
    OUTPUT_OPTION(convert_options, output, "FILE", "wts",
                  "where to write (default: the checkpoint's name with .wts)"),
};

static int convert_main(int argc, char **argv);

const app_command cli_convert = {
    .name = "convert",
    .arguments = "WEIGHTS [OUT.wts]",
    .brief = "Writes a checkpoint as .wts, byte for byte what TensorRTX's gen_wts.py writes",
    .details =
        "Nothing in the checkpoint is executed; neither Python nor PyTorch is needed. Where such "
        "a file alone would not say the whole model (Focus with BottleneckCSP, an unusual "
        "activation, hub and custom graphs), tensors named pawl.* follow, which TensorRTX "
        "ignores.",
    .example = "pawl convert best.pt best.wts",
    APP_OPTIONS(options_table),
    .argument_min = 1,
    .argument_max = 2,
    .main = convert_main,
};

/* What was written: the number of tensors is the file's first line. */
static void say_written(const char *output, double start)
{
    char size[APP_HUMAN_SIZE], time[APP_HUMAN_SIZE], line[24] = "";
    struct stat info;
    FILE *file = fopen(output, "rbe");
    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) != NULL && fstat(fileno(file), &info) == 0)
        app_say("%s: %ld tensors, %s, in %s", output, strtol(line, NULL, 10),
                app_human_bytes(size, (uint64_t)info.st_size),
                app_human_duration(time, app_clock_ms() - start));
    (void)fclose(file);
}

static int convert(const char *input, const char *output)
{
    pawl_error error = {0};
    pawl_weights *weights = NULL;
    const double start = app_clock_ms();
    if (pawl_weights_load(input, &weights, &error) < 0)
        return app_fail_library(input, &error);
    int code = APP_EXIT_DONE;
    if (app_is_interrupted())
        code = app_fail_interrupted();
    else if (pawl_weights_save(weights, output, &error) < 0)
        code = app_fail_library(
            strstr(error.message, app_path_name(input)) != NULL ? input : output, &error);
    else
        say_written(output, start);
    (void)pawl_weights_destroy(&weights);
    return code;
}

static int convert_main(int argc, char **argv)
{
    convert_options options = {0};
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_convert, argc, argv, &options, &arguments, &code))
        return code;
    char *output = NULL;
    code = cli_output_path(&cli_convert, &arguments, &options, options.output, "wts", &output);
    if (code != APP_EXIT_DONE)
        return code;
    code = convert(arguments.items[0], output);
    free(output);
    return code;
}
