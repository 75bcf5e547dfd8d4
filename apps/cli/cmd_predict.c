/* SPDX-License-Identifier: Apache-2.0 */
/* pawl predict: pictures in, boxes out. */
#include "cli/lifetimes.h"
#include "cli/predict_job.h"
#include "cli/predict_track.h"
#include "common/inputs.h"
#include "common/numbered.h"
#include "common/sources.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const app_option options_table[] = {
    {.name = "recursive", .type = APP_FLAG, .offset = offsetof(predict_options, is_recursive),
     .help = "of a folder take the pictures in all folders below it, too"},
    {.name = "accept-truncated", .type = APP_FLAG,
     .offset = offsetof(predict_options, is_truncated_accepted),
     .help = "read a JPEG that ends too early, grey where it is missing, as YOLOv5 does"},
    MAX_PIXELS_OPTION(predict_options, max_pixels),
    CONF_OPTION(predict_options, conf),
    IOU_OPTION(predict_options, iou),
    MAX_DET_OPTION(predict_options, max_det),
    {.name = "classes", .type = APP_NUMBERS, .offset = offsetof(predict_options, classes),
     .value = "N,N...", .high = INT32_MAX, .help = "keep only these class numbers, such as 0,2 or 0 2"},
    {.name = "agnostic-nms", .type = APP_FLAG, .offset = offsetof(predict_options, is_agnostic),
     .help = "boxes of different classes suppress one another too"},
    {.name = "multi-label", .type = APP_FLAG, .offset = offsetof(predict_options, is_multi_label),
     .help = "a box for each class above the confidence, not only the best"},
    IMGSZ_OPTION(predict_options, imgsz, RUN_IMGSZ),
    {.name = "rect", .type = APP_FLAG, .offset = offsetof(predict_options, is_rect),
     .help = "leave out padding that is whole strides, as detect.py does with a .pt: other boxes, less time"},
    BATCH_OPTION(predict_options, batch),
    {.name = "names", .aliases = "data", .type = APP_TEXT,
     .offset = offsetof(predict_options, names), .value = "FILE",
     .help = "class names for an engine without any: one a line, or a data.yaml"},
    {.name = "view", .aliases = "view-img", .type = APP_FLAG,
     .offset = offsetof(predict_options, is_view),
     .help = "show the pictures in the terminal, by kitty's protocol or as sixels; where it cannot, "
             "open the run's folder"},
    {.name = "nosave", .type = APP_FLAG, .offset = offsetof(predict_options, is_nosave),
     .help = "write no annotated pictures"},
    RUN_FOLDER_OPTIONS(predict_options, "runs/predict, runs/predict-seg or runs/predict-cls"),
    {.name = "save-txt", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_txt),
     .help = "write labels/STEM.txt: class, centre x, centre y, width, height, as parts of the "
             "picture; segmentation: class, polygon; classification: probability, name"},
    {.name = "save-format", .type = APP_INTEGER, .offset = offsetof(predict_options, save_format),
     .value = "N", .low = 0, .high = 1,
     .help = "of --save-txt: 0 centre and size, 1 the corners x1, y1, x2, y2"},
    {.name = "save-csv", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_csv),
     .help = "write predictions.csv: picture, name, confidence"},
    {.name = "save-crop", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_crop),
     .help = "write what is in each box, as crops/NAME/STEM.jpg"},
    {.name = "save-json", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_json),
     .help = "write a COCO results file, predictions.json, in the run's folder"},
    {.name = "line-thickness", .aliases = "line-width", .type = APP_INTEGER,
     .offset = offsetof(predict_options, line_thickness), .value = "N", .low = 1, .high = 1000,
     .help = "pixels of the boxes' lines (default: after the picture's size)"},
    {.name = "hide-labels", .type = APP_FLAG, .offset = offsetof(predict_options, hides_labels),
     .help = "draw boxes without labels"},
    {.name = "hide-conf", .type = APP_FLAG, .offset = offsetof(predict_options, hides_conf),
     .help = "draw labels without confidences"},
    {.name = "save-conf", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_conf),
     .help = "with the confidence behind them"},
    {.name = "retina-masks", .type = APP_FLAG, .offset = offsetof(predict_options, is_retina),
     .help = "masks enlarged to the picture before they are cut out: smoother"},
    {.name = "save-masks", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_masks),
     .help = "write masks/STEM_N.png, white on black, in the order of the boxes"},
    {.name = "save-coco", .type = APP_TEXT, .offset = offsetof(predict_options, coco),
     .value = "FILE", .writes = "json", .help = "write a COCO results file"},
    {.name = "save-letterbox", .type = APP_TEXT, .offset = offsetof(predict_options, letterbox),
     .value = "DIR", .help = "write what the network sees as PNG"},
    {.name = "track", .type = APP_FLAG, .offset = offsetof(predict_options, is_track),
     .help = "follow objects from picture to picture (ByteTrack), an id for each; the pictures of a "
             "folder are one row, in the order of the numbers in their names"},
    {.name = "save-mot", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_mot),
     .help = "with --track: write mot/FOLDER.txt as MOTChallenge has it: frame, id, left, top, "
             "width, height, confidence, -1, -1, -1"},
    {.name = "track-low", .type = APP_REAL, .offset = offsetof(predict_options, track_low),
     .value = "N", .low = 0, .high = 1,
     .help = "boxes between this and --conf keep a track, and begin none"},
    {.name = "track-new", .type = APP_REAL, .offset = offsetof(predict_options, track_new),
     .value = "N", .low = 0, .high = 1,
     .help = "a box more confident than this begins a track (default: a tenth above --conf)"},
    {.name = "track-match", .type = APP_REAL, .offset = offsetof(predict_options, track_match),
     .value = "N", .low = 0.01, .high = 1,
     .help = "least IoU of a box above --conf with where its track was expected"},
    {.name = "track-buffer", .type = APP_INTEGER,
     .offset = offsetof(predict_options, track_buffer), .value = "N", .low = 1, .high = 100000,
     .help = "a track ends when it was last seen more than this many pictures ago"},
    JSON_OPTION(predict_options, json, "write a JSON line a picture; - is stdout"),
    SESSION_OPTIONS(predict_options, session),
    WEIGHTS_OPTIONS(predict_options, session),
    LIFETIMES_OPTION(predict_options, lifetimes),
};
/* clang-format on */

static const predict_options defaults = {.conf = 0.25,
                                         .iou = 0.45,
                                         .max_det = 1000,
                                         .name = "exp",
                                         .track_low = 0.1,
                                         .track_new = -1,
                                         .track_match = 0.2,
                                         .track_buffer = 30};

static int predict_main(int argc, char **argv);

const app_command cli_predict = {
    .name = "predict",
    .arguments = "MODEL SOURCE...",
    .brief = "Detects objects in pictures, segments or classifies them",
    .details = MODEL_TEXT
    "A SOURCE is a picture, a folder, a pattern in quotes (** is any folders), a list of names "
    "(.txt), or - for a picture or a list on stdin; no address, camera or video yet (exit code "
    "4). A picture that cannot be read is reported and the rest go on (exit code 8; 3, or 4 "
    "for files of another kind, if every one is bad).",
    .example = "pawl predict best.engine photos/ --conf 0.4 --save-txt",
    .options = options_table,
    .option_count = sizeof options_table / sizeof options_table[0],
    .defaults = &defaults,
    .options_size = sizeof defaults,
    .argument_min = 2,
    .argument_max = -1,
    .main = predict_main,
};

struct predict {
    predict_options *options;
    session session;
    predict_names names;
    app_paths pictures;
    pawl_context *context;
    pawl_detector *detector;
    predict_writer writer;
};

static void close_predict(struct predict *predict)
{
    predict_writer_close(&predict->writer);
    (void)pawl_detector_destroy(&predict->detector);
    (void)pawl_context_destroy(&predict->context);
    predict_names_close(&predict->names);
    session_close(&predict->session);
    app_paths_free(&predict->pictures);
    free(predict->options->classes.items);
}

/* Class numbers that the engine has. */
static int check_classes(const struct predict *predict)
{
    const app_numbers *classes = &predict->options->classes;
    const int32_t known = predict->session.model.class_count;
    for (size_t i = 0; i < classes->count; i++)
        if (classes->items[i] >= known)
            return app_usage(&cli_predict, "--classes %d: the engine's classes are 0 to %d",
                             classes->items[i], known - 1);
    return APP_EXIT_DONE;
}

/* A list has an order of its own; what else is named by one word is followed by the numbers. */
static bool is_listed(const char *source)
{
    return strcmp(source, "-") == 0 || (app_path_ends_in(source, "txt") && app_is_file(source));
}

static int list_pictures(app_paths *pictures, char *const *sources, int count,
                         const predict_options *options)
{
    for (int i = 0; i < count; i++) {
        const size_t first = pictures->count;
        const int code = app_sources_add(pictures, sources[i], options->is_recursive);
        if (code != APP_EXIT_DONE)
            return code;
        if (options->is_track && !is_listed(sources[i]))
            app_numbered_sort(pictures, first);
    }
    if (pictures->count == 0)
        return app_fail(APP_EXIT_INPUT, "there are no pictures to look at");
    return app_inputs_add_all(pictures->items, pictures->count) ? APP_EXIT_DONE : app_fail_memory();
}

/* Pictures at once: no more than there are, no more than the profile allows. */
static int32_t choose_batch(const struct predict *predict)
{
    int32_t batch = predict->session.info.batch_max;
    if (predict->options->batch > 0 && predict->options->batch < batch)
        batch = predict->options->batch;
    else if (predict->options->batch > batch)
        app_warn("--batch %d: the engine takes at most %d at once", predict->options->batch, batch);
    if (predict->pictures.count < (size_t)batch)
        batch = (int32_t)predict->pictures.count;
    return batch > predict->session.info.batch_min ? batch : predict->session.info.batch_min;
}

static int make_detector(struct predict *predict, app_shape shape, int32_t batch)
{
    pawl_error error = {0};
    const predict_options *options = predict->options;
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    context.threads = predict->session.threads;
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    context.threshold = (float)predict_track_conf(options);
    context.batch = batch;
    context.height = shape.height;
    context.width = shape.width;
    detector.confidence = (float)predict_track_conf(options);
    detector.iou = (float)options->iou;
    detector.max_detections = options->max_det;
    detector.is_rect = options->is_rect ? 1 : 0;
    detector.is_agnostic = options->is_agnostic ? 1 : 0;
    detector.is_multi_label = options->is_multi_label ? 1 : 0;
    detector.classes = options->classes.items;
    detector.class_count = options->classes.count;
    if (pawl_context_create(predict->session.engine, &context, &predict->context, &error) < 0 ||
        pawl_detector_create(predict->context, &detector, &predict->detector, &error) < 0)
        return app_fail_library(predict->session.path, &error);
    return APP_EXIT_DONE;
}

static void say_speed(const predict_tally *tally, app_shape shape, int32_t batch)
{
    const double count = tally->good > 0 ? (double)tally->good : 1;
    app_note("Speed: %.1fms pre-process, %.1fms inference, %.1fms NMS per image at shape (%d, 3, "
             "%d, %d)",
             tally->timing.preprocess_ms / count, tally->timing.inference_ms / count,
             tally->timing.postprocess_ms / count, batch, shape.height, shape.width);
}

/* What --save-coco calls the pictures. */
static int name_images(struct predict *predict)
{
    if (predict->options->coco == NULL && !predict->options->is_save_json)
        return APP_EXIT_DONE;
    predict->writer.image_ids =
        app_json_image_ids(predict->pictures.items, predict->pictures.count);
    return predict->writer.image_ids != NULL ? APP_EXIT_DONE : app_fail_memory();
}

static int run_pictures(struct predict *predict, app_shape shape, int32_t batch)
{
    predict->writer = (predict_writer){.options = predict->options,
                                       .names = &predict->names,
                                       .detector = predict->detector,
                                       .task = predict->session.model.task,
                                       .shape = shape,
                                       .stride = predict->session.model.max_stride,
                                       .total = predict->pictures.count};
    predict_job job = {.session = &predict->session,
                       .detector = predict->detector,
                       .context = predict->context,
                       .pictures = &predict->pictures,
                       .writer = &predict->writer,
                       .batch = (size_t)batch};
    int code = name_images(predict);
    if (code == APP_EXIT_DONE)
        code = predict_writer_open(&predict->writer);
    if (code != APP_EXIT_DONE)
        return code;
    code = predict_all(&job);
    if (code == APP_EXIT_DONE && job.tally.good > 0)
        say_speed(&job.tally, shape, batch);
    if (code != APP_EXIT_DONE && app_is_interrupted())
        app_note("what was found in the first %zu of %zu pictures is kept",
                 job.tally.good + job.tally.bad, predict->pictures.count);
    const int committed = predict_writer_commit(&predict->writer);
    code = code == APP_EXIT_DONE ? committed : code;
    if (code != APP_EXIT_DONE || job.tally.bad == 0)
        return code;
    if (job.tally.good > 0)
        return app_fail(APP_EXIT_PARTIAL, "%zu of %zu pictures could not be read", job.tally.bad,
                        job.tally.bad + job.tally.good);
    code = job.tally.limited == job.tally.bad       ? APP_EXIT_LIMIT
           : job.tally.unsupported == job.tally.bad ? APP_EXIT_UNSUPPORTED
                                                    : APP_EXIT_INPUT;
    if (job.tally.bad == 1)
        return code; /* why has been said */
    return app_fail(code, "none of the %zu pictures could be read", job.tally.bad);
}

/* Options that a task has no use for are an error where they ask for a file, else a warning. */
static int check_task(struct predict *predict)
{
    static const char *const folders[] = {"runs/predict", "runs/predict-seg", "runs/predict-cls"};
    const pawl_task task = predict->session.model.task;
    predict_options *options = predict->options;
    if (options->project == NULL)
        options->project = folders[task];
    const char *of_boxes = options->coco != NULL   ? "--save-coco"
                           : options->is_save_json ? "--save-json"
                           : options->is_save_csv  ? "--save-csv"
                           : options->is_save_crop ? "--save-crop"
                                                   : NULL;
    const int code = predict_track_check(options, task);
    if (code != APP_EXIT_DONE)
        return code;
    if (task == PAWL_TASK_CLASSIFY && of_boxes != NULL)
        return app_usage(&cli_predict, "%s: the engine classifies, it finds no boxes", of_boxes);
    if (task == PAWL_TASK_CLASSIFY && (options->classes.count > 0 || options->is_rect))
        app_warn("%s does nothing: the engine classifies, it finds no boxes",
                 options->is_rect ? "--rect" : "--classes");
    options->is_rect = options->is_rect && task != PAWL_TASK_CLASSIFY;
    if (task != PAWL_TASK_SEGMENT && (options->is_retina || options->is_save_masks))
        app_warn("%s does nothing: the engine makes no masks",
                 options->is_retina ? "--retina-masks" : "--save-masks");
    return APP_EXIT_DONE;
}

static int run_predict(struct predict *predict, const app_arguments *arguments)
{
    const predict_options *options = predict->options;
    int code = session_open(&predict->session, arguments->items[0], &options->session,
                            options->imgsz, options->batch);
    if (code == APP_EXIT_DONE)
        code = check_classes(predict);
    if (code == APP_EXIT_DONE)
        code = predict_names_open(&predict->names, &predict->session, options->names);
    session_end_plan(&predict->session); /* names are the engine's too */
    if (code == APP_EXIT_DONE)
        code =
            list_pictures(&predict->pictures, arguments->items + 1, arguments->count - 1, options);
    if (code != APP_EXIT_DONE)
        return code;
    code = check_task(predict);
    if (code != APP_EXIT_DONE)
        return code;
    const app_shape shape = session_shape(&predict->session, options->imgsz);
    const int32_t batch = choose_batch(predict);
    code = make_detector(predict, shape, batch);
    return code == APP_EXIT_DONE ? run_pictures(predict, shape, batch) : code;
}

static int predict_main(int argc, char **argv)
{
    predict_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_predict, argc, argv, &options, &arguments, &code))
        return code;
    if (options.is_save_conf && !options.is_save_txt)
        app_warn("--save-conf adds to --save-txt and does nothing alone");
    if (options.coco != NULL && options.is_save_json)
        return app_usage(&cli_predict, "--save-coco and --save-json write the same: give one");
    if (options.is_save_mot && !options.is_track)
        return app_usage(&cli_predict, "--save-mot writes tracks: it needs --track");
    const bool is_json_out = options.json != NULL && app_output_is_stdout(options.json);
    const bool is_coco_out = options.coco != NULL && app_output_is_stdout(options.coco);
    if ((is_json_out && is_coco_out) ||
        (options.json != NULL && options.coco != NULL && strcmp(options.json, options.coco) == 0))
        return app_usage(&cli_predict, "--json and --save-coco cannot share %s", options.json);
    if (is_json_out || is_coco_out)
        app_term_json_on_stdout();
    app_pictures_limit(options.max_pixels);
    struct predict predict = {.options = &options};
    code = cli_lifetimes_begin(options.lifetimes);
    if (code == APP_EXIT_DONE)
        code = run_predict(&predict, &arguments);
    close_predict(&predict);
    return cli_lifetimes_save(options.lifetimes, code);
}
