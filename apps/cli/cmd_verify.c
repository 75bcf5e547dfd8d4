/* SPDX-License-Identifier: Apache-2.0 */
/* pawl verify: does an engine compute what its weights say? */
#include "cli/verify.h"
#include "common/inputs.h"
#include "common/picture_file.h"
#include "common/sources.h"

/* clang-format off */
#define ERROR_GATE(precision, max_error, min_iou, min_f1) ", " #precision " " #max_error
#define IOU_GATE(precision, max_error, min_iou, min_f1) ", " #precision " " #min_iou
#define F1_GATE(precision, max_error, min_iou, min_f1) ", " #precision " " #min_f1
static const app_option options_table[] = {
    {.name = "images", .type = APP_TEXT, .offset = offsetof(verify_options, images),
     .value = "FILE...", .help = "pictures to look at, or folders of them"},
    {.name = "max-error", .type = APP_REAL, .offset = offsetof(verify_options, max_error),
     .value = "N", .low = 0, .high = 1e9,
     .help = "relative error of a layer at most (default: by precision" VERIFY_GATES(ERROR_GATE) ")"},
    {.name = "min-iou", .type = APP_REAL, .offset = offsetof(verify_options, min_iou),
     .value = "N", .low = 0, .high = 1,
     .help = "overlap of a box with the reference's at least (default: by precision" VERIFY_GATES(IOU_GATE) ")"},
    {.name = "min-f1", .type = APP_REAL, .offset = offsetof(verify_options, min_f1),
     .value = "N", .low = 0, .high = 1,
     .help = "of the boxes that overlap so much: F1 at least, 1 for every one (default: by precision" VERIFY_GATES(F1_GATE) ")"},
    CONF_OPTION(verify_options, conf),
    IOU_OPTION(verify_options, iou),
    MAX_PIXELS_OPTION(verify_options, max_pixels),
    IMGSZ_OPTION(verify_options, imgsz, RUN_IMGSZ),
    ACTIVATION_OPTION(verify_options, activation),
    {.name = "json", .aliases = "output", .letter = 'o', .type = APP_TEXT_OPTIONAL,
     .offset = offsetof(verify_options, json), .value = "-|FILE", .writes = JSON_ENDINGS,
     .help = "write a JSON line an engine; - is stdout"},
    {.name = "html", .type = APP_TEXT, .offset = offsetof(verify_options, html), .value = "FILE",
     .writes = "html htm", .help = "write a report: verdicts, plots of each layer's error, pictures"},
    SESSION_OPTIONS(verify_options, session),
};
/* clang-format on */

static const verify_options defaults = {
    .conf = 0.25, .iou = 0.45, .max_error = -1, .min_iou = -1, .min_f1 = -1};

static int verify_main(int argc, char **argv);

const app_command cli_verify = {
    .name = "verify",
    .arguments = "WEIGHTS|ENGINE [ENGINE...] --images FILE...",
    .brief = "Compares engines with the reference, layer by layer",
    .details =
        "The same pictures go through the reference backend, which computes the weights' own "
        "network in double precision, and through each engine (without one: an engine as "
        "'pawl build' makes it). The first layer that diverges is named, boxes are matched "
        "with boxes; -v lists every layer. Exit code 6 if an engine fails.",
    .example = "pawl verify best.pt best.engine --images bus.jpg",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 1,
    .argument_max = -1,
    .main = verify_main,
};

/* --images takes one word; the pictures behind it are among the arguments, told apart by their
 * names. Engines move to the front of the arguments. None of them may the report overwrite. */
static int sort_arguments(verify_job *job, app_arguments *arguments)
{
    int kept = 0;
    int code = job->options->images == NULL
                   ? APP_EXIT_DONE
                   : app_sources_add(&job->pictures, NULL, job->options->images, false);
    for (int i = 0; i < arguments->count && code == APP_EXIT_DONE; i++) {
        char *path = arguments->items[i];
        if (app_is_folder(path) || app_path_ends_in(path, APP_PICTURE_ENDINGS))
            code = app_sources_add(&job->pictures, NULL, path, false);
        else
            arguments->items[kept++] = path;
    }
    arguments->count = kept;
    if (code != APP_EXIT_DONE)
        return code;
    if (kept == 0)
        return app_usage(&cli_verify, "needs %s", cli_verify.arguments);
    if (job->pictures.count == 0 && job->options->images == NULL)
        return app_usage(&cli_verify, "needs --images, the pictures to look at");
    if (job->pictures.count == 0)
        return app_fail(APP_EXIT_INPUT, "there are no pictures to look at");
    const bool is_noted = app_inputs_add_all(arguments->items, (size_t)kept) &&
                          app_inputs_add_all(job->pictures.items, job->pictures.count);
    return is_noted ? APP_EXIT_DONE : app_fail_memory();
}

static int show_pictures(verify_job *job, verify_pair *pair)
{
    job->seen = job->failed = 0;
    for (size_t i = 0; i < job->pictures.count; i++) {
        pawl_error error = {0};
        pawl_image *image = NULL;
        if (app_is_interrupted())
            return app_fail_interrupted();
        app_progress("pictures", i, job->pictures.count);
        if (app_picture_read(job->pictures.items[i], NULL, &image, &error) < 0) {
            (void)app_fail_library(job->pictures.items[i], &error);
            job->failed_code = app_exit_shared(job->failed++, job->failed_code, error.status);
            continue;
        }
        int code = verify_picture(pair, image);
        if (code == APP_EXIT_DONE && job->seen++ == 0) {
            verify_judge(pair); /* of the first picture: is it its colours? */
            code = verify_try_bgr(pair, image);
        }
        (void)pawl_image_destroy(&image);
        if (code != APP_EXIT_DONE)
            return code;
    }
    app_progress_end();
    if (job->seen == 0)
        return job->failed == 1 ? job->failed_code /* why has been said */
                                : app_fail(job->failed_code,
                                           "none of the %zu pictures could be read", job->failed);
    verify_judge(pair);
    return APP_EXIT_DONE;
}

/* Sets *is_passed to false if the engine fails. */
static int verify_one(verify_job *job, const char *path, app_lines *lines, bool *is_passed)
{
    verify_pair pair = {.path = path, .takes_shots = job->options->html != NULL};
    int code = verify_open_pair(job, &pair);
    if (code == APP_EXIT_DONE)
        code = show_pictures(job, &pair);
    app_progress_end();
    if (code == APP_EXIT_DONE) {
        verify_say(job, &pair);
        *is_passed = *is_passed && pair.is_passed;
        code = lines->is_open ? app_lines_write(lines, verify_json(job, &pair))
                              : app_finish_stdout(APP_EXIT_DONE);
        if (code == APP_EXIT_DONE && job->report.stream != NULL)
            code = verify_html_add(job, &pair);
    }
    verify_close_pair(&pair);
    return code;
}

static int verify_all(verify_job *job, const app_arguments *arguments, app_lines *lines)
{
    bool is_passed = true;
    int code = verify_open_model(job);
    if (code == APP_EXIT_DONE && job->options->json != NULL)
        code = app_lines_open(lines, job->options->json);
    if (code == APP_EXIT_DONE && job->options->html != NULL)
        code = verify_html_begin(job);
    if (code != APP_EXIT_DONE)
        return code;
    /* Weights alone: the engine they would make. An engine alone: itself. */
    if (job->weights == NULL || arguments->count == 1)
        code = verify_one(job, job->weights == NULL ? job->model : NULL, lines, &is_passed);
    for (int i = 1; i < arguments->count && code == APP_EXIT_DONE; i++)
        code = verify_one(job, arguments->items[i], lines, &is_passed);
    if (code == APP_EXIT_DONE)
        code = app_lines_close(lines);
    if (code == APP_EXIT_DONE && job->report.stream != NULL)
        code = verify_html_end(job);
    if (code != APP_EXIT_DONE)
        return code;
    if (!is_passed)
        return app_fail(APP_EXIT_ACCURACY, "an engine does not compute what the reference does");
    if (job->failed > 0)
        return app_fail(APP_EXIT_PARTIAL, "%zu of %zu pictures could not be read", job->failed,
                        job->failed + job->seen);
    return APP_EXIT_DONE;
}

static int verify_main(int argc, char **argv)
{
    verify_options options;
    app_arguments arguments;
    app_lines lines = {0};
    int code = 0;
    if (!app_parse(&cli_verify, argc, argv, &options, &arguments, &code))
        return code;
    if (options.json != NULL && app_output_is_stdout(options.json))
        app_term_json_on_stdout();
    app_pictures_limit(options.max_pixels);
    verify_job job = {.options = &options};
    code = sort_arguments(&job, &arguments);
    if (code == APP_EXIT_DONE) {
        job.model = arguments.items[0];
        code = verify_all(&job, &arguments, &lines);
    }
    (void)app_lines_close(&lines);
    app_output_discard(&job.report);
    (void)pawl_network_destroy(&job.network);
    (void)pawl_weights_destroy(&job.weights);
    app_paths_free(&job.pictures);
    return code;
}
