/* SPDX-License-Identifier: Apache-2.0 */
/* pawl val: how good an engine is on labelled pictures. */
#include "cli/val.h"
#include "common/inputs.h"

#include <stdlib.h>
#include <string.h>

#define SPEED_CONF 0.25 /* of --task speed */
#define SPEED_IOU  0.45

static const char *resizes(void)
{
    return "linear area";
}

static const char *tasks(void)
{
    return "train val test speed";
}

/* clang-format off */
static const app_option options_table[] = {
    {.name = "data", .type = APP_TEXT, .offset = offsetof(val_options, data), .value = "FILE|DIR",
     .help = "labels: a COCO annotations file (.json), or a data.yaml of label folders; for a "
             "classifier a folder with a folder of pictures for each class"},
    {.name = "images", .type = APP_TEXT, .offset = offsetof(val_options, images), .value = "DIR",
     .help = "folder of the pictures (default: found beside the labels, or as data.yaml says)"},
    {.name = "task", .aliases = "split", .type = APP_CHOICE, .offset = offsetof(val_options, task),
     .value = "SET", .choices = tasks,
     .help = "the pictures of a data.yaml or a folder of classes (val; of classes test, else val); "
             "speed: of val, at conf 0.25 and IoU 0.45, no folder written"},
    MAX_PIXELS_OPTION(val_options, max_pixels),
    CONF_OPTION(val_options, conf),
    IOU_OPTION(val_options, iou),
    MAX_DET_OPTION(val_options, max_det),
    IMGSZ_OPTION(val_options, imgsz, RUN_IMGSZ),
    BATCH_OPTION(val_options, batch),
    {.name = "resize", .type = APP_CHOICE, .offset = offsetof(val_options, resize),
     .value = "HOW", .choices = resizes,
     .help = "how large pictures shrink: as predict does it, or, the default with --rect and of "
             "speed, as YOLOv5's val.py"},
    {.name = "rect", .type = APP_FLAG, .offset = offsetof(val_options, is_rect),
     .help = "rectangles, as val.py has them for a .pt: a shape for each --batch (32) pictures of "
             "like proportions"},
    {.name = "single-cls", .type = APP_FLAG, .offset = offsetof(val_options, is_single_class),
     .help = "all classes count as one"},
    {.name = "retina-masks", .type = APP_FLAG, .offset = offsetof(val_options, is_retina),
     .help = "segmentation: judge masks made in the picture's own resolution"},
    {.name = "save-json", .aliases = "save-coco", .type = APP_TEXT,
     .offset = offsetof(val_options, save_json), .value = "FILE", .writes = "json",
     .help = "write the boxes, and their masks, as a COCO results file"},
    RUN_FOLDER_OPTIONS(val_options, ""),
    {.name = "nosave", .type = APP_FLAG, .offset = offsetof(val_options, is_nosave),
     .help = "write no plots and no report"},
    {.name = "save-txt", .type = APP_FLAG, .offset = offsetof(val_options, is_save_txt),
     .help = "write labels/STEM.txt: class, centre x, centre y, width, height, as parts of the "
             "picture"},
    {.name = "save-hybrid", .type = APP_FLAG, .offset = offsetof(val_options, is_save_hybrid),
     .help = "with the labelled boxes in the place of those that overlap them, which the figures "
             "then count"},
    {.name = "save-conf", .type = APP_FLAG, .offset = offsetof(val_options, is_save_conf),
     .adds_to = "save-txt save-hybrid",
     .help = "with the confidence behind them"},
    JSON_OPTION(val_options, json, "write all figures as one JSON line; - is stdout"),
    SESSION_OPTIONS(val_options, session),
    WEIGHTS_OPTIONS(val_options, session),
};
/* clang-format on */

static int val_main(int argc, char **argv);

const app_command cli_val = {
    .name = "val",
    .arguments = "MODEL --data FILE|DIR",
    .brief = "Measures accuracy on labelled pictures",
    .details = MODEL_TEXT
    "COCO's mean average precision of boxes and of masks by pycocotools' rules, and "
    "precision and recall as YOLOv5's val.py has them; of classifiers the share of "
    "pictures whose class comes first, or among the first five. -v adds a row for each "
    "class. A picture that cannot be read is left out and reported (exit code 8; 3, "
    "or 4 for files of another kind, if every one is bad).",
    .example = "pawl val best.engine --data coco.yaml",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(val_defaults),
    .argument_min = 1,
    .argument_max = 1,
    .main = val_main,
};

/* An option that was given and is for boxes; NULL: none. */
static const char *box_option(const val_options *options)
{
    const struct {
        bool is_given;
        const char *name;
    } rows[] = {{options->save_json != NULL, "--save-json"},
                {options->is_rect, "--rect"},
                {options->is_single_class, "--single-cls"},
                {options->is_save_hybrid, "--save-hybrid"},
                {options->is_save_txt, "--save-txt"},
                {!val_is_speed(options) && strcmp(options->resize, "area") == 0, "--resize area"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].is_given)
            return rows[i].name;
    return NULL;
}

/* What makes no sense with what the engine does. */
static int check_task(const val_job *val)
{
    const val_options *options = val->options;
    const pawl_task task = val->session.model.task;
    if (task != PAWL_TASK_SEGMENT && options->is_retina)
        return app_fail(APP_EXIT_USAGE, "%s makes no masks: --retina-masks is for segmentation",
                        val->session.path);
    const char *of_boxes = box_option(options);
    if (task == PAWL_TASK_CLASSIFY && of_boxes != NULL)
        return app_fail(APP_EXIT_USAGE, "%s classifies: %s is for boxes", val->session.path,
                        of_boxes);
    const char *of_plain = options->is_rect          ? "--rect"
                           : options->is_save_hybrid ? "--save-hybrid"
                                                     : NULL;
    if (task == PAWL_TASK_SEGMENT && of_plain != NULL)
        return app_fail(APP_EXIT_USAGE, "%s makes masks: %s is for boxes alone", val->session.path,
                        of_plain);
    return APP_EXIT_DONE;
}

/* Tables, then files. */
static int report(val_job *val)
{
    int code = APP_EXIT_DONE;
    if (val->data.source == VAL_FOLDERS)
        val_classes_report(val);
    else
        code = val_report(val);
    if (code == APP_EXIT_DONE)
        code = val_save(val);
    if (code == APP_EXIT_DONE)
        code = val_html(val);
    if (code == APP_EXIT_DONE && val->folder != NULL && val->options->is_save_txt)
        app_say("%zu %s saved to %s/labels", APP_COUNT(val->label_count, "label", "labels"),
                val->folder);
    if (code == APP_EXIT_DONE && val->folder != NULL)
        app_say("Results saved to %s%s%s", app_bold(app_say_stream()), val->folder,
                app_plain(app_say_stream()));
    return code;
}

/* They may be of the run's folder, which is there by now. */
static int probe_outputs(const val_job *val)
{
    const int code = app_output_probe(val->options->json);
    return code == APP_EXIT_DONE ? app_output_probe(val->options->save_json) : code;
}

static int run_val(val_job *val, const app_arguments *arguments)
{
    int code = session_open(&val->session, arguments->items[0], &val->options->session,
                            val->options->imgsz, val->options->batch);
    if (code == APP_EXIT_DONE)
        code = check_task(val);
    if (code == APP_EXIT_DONE)
        app_warn_unfound(&cli_val, arguments, cli_found(val->session.model.task));
    if (code == APP_EXIT_DONE)
        code = val_data_open(&val->data, val->options, &val->session);
    session_end_plan(&val->session);
    /* Now, not when all pictures have been looked at. */
    if (code == APP_EXIT_DONE && val->options->json != NULL)
        code = app_inputs_check(val->options->json);
    if (code == APP_EXIT_DONE && val->options->save_json != NULL)
        code = app_inputs_check(val->options->save_json);
    if (code != APP_EXIT_DONE)
        return code;
    code = val_begin(val);
    if (code == APP_EXIT_DONE)
        code = val_folder_open(val);
    if (code == APP_EXIT_DONE)
        code = probe_outputs(val);
    if (code == APP_EXIT_DONE)
        code = val_run(val);
    if (code == APP_EXIT_DONE)
        code = report(val);
    if (code != APP_EXIT_DONE || val->failed == 0)
        return code;
    return app_fail(APP_EXIT_PARTIAL,
                    "%zu of %zu pictures were left out: the figures are of the "
                    "others",
                    val->failed, val->failed + val->seen);
}

/* What one option means for others. */
static void settle(val_options *options, const app_arguments *arguments)
{
    if (options->resize == NULL)
        options->resize = options->is_rect || val_is_speed(options) ? "area" : "linear";
    options->is_save_txt = options->is_save_txt || options->is_save_hybrid;
    if (options->is_save_hybrid)
        app_warn("--save-hybrid: the figures count the labelled boxes, too, and are high for it");
    if (!val_is_speed(options))
        return;
    options->is_nosave = true;
    for (size_t i = 0; i < cli_val.option_count; i++) {
        const bool is_given = (arguments->given >> i & 1) != 0;
        if (options_table[i].offset == offsetof(val_options, conf) && !is_given)
            options->conf = SPEED_CONF;
        if (options_table[i].offset == offsetof(val_options, iou) && !is_given)
            options->iou = SPEED_IOU;
    }
}

static int val_main(int argc, char **argv)
{
    val_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_val, argc, argv, &options, &arguments, &code))
        return code;
    if (options.data == NULL)
        return app_usage(&cli_val,
                         "needs --data, a COCO annotations file, a data.yaml or a folder of "
                         "classes");
    settle(&options, &arguments);
    const bool is_json_out = options.json != NULL && app_output_is_stdout(options.json);
    const bool is_save_out = options.save_json != NULL && app_output_is_stdout(options.save_json);
    if (is_json_out || is_save_out)
        app_term_json_on_stdout();
    app_pictures_limit(options.max_pixels);
    val_job val = {.options = &options};
    code = run_val(&val, &arguments);
    if (code != APP_EXIT_DONE)
        val_folder_drop(&val);
    val_close(&val);
    return code;
}
