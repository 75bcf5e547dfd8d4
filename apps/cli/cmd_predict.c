/* SPDX-License-Identifier: Apache-2.0 */
/* pawl predict: pictures in, boxes out. */
#include "cli/lifetimes.h"
#include "cli/predict_track.h"
#include "cli/predict_video.h"
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
     .of = "boxes", .value = "N,N...", .high = INT32_MAX, .help = "keep only these class numbers, such as 0,2 or 0 2"},
    {.name = "agnostic-nms", .type = APP_FLAG, .offset = offsetof(predict_options, is_agnostic),
     .of = "boxes", .help = "boxes of different classes suppress one another too"},
    {.name = "multi-label", .type = APP_FLAG, .offset = offsetof(predict_options, is_multi_label),
     .of = "boxes", .help = "a box for each class above the confidence, not only the best"},
    IMGSZ_OPTION(predict_options, imgsz, RUN_IMGSZ),
    {.name = "rect", .type = APP_FLAG, .offset = offsetof(predict_options, is_rect),
     .of = "boxes", .help = "leave out padding that is whole strides, as detect.py does with a .pt: other boxes, less time"},
    BATCH_OPTION(predict_options, batch),
    {.name = "names", .aliases = "data", .type = APP_TEXT,
     .offset = offsetof(predict_options, names), .value = "FILE",
     .help = "class names for an engine without any: one a line, or a data.yaml"},
    {.name = "view", .aliases = "view-img", .type = APP_FLAG,
     .offset = offsetof(predict_options, is_view),
     .help = "show the pictures in the terminal, by kitty's protocol or as sixels; where it cannot, "
             "open the run's folder"},
    {.name = "nosave", .type = APP_FLAG, .offset = offsetof(predict_options, is_nosave),
     .help = "write no annotated pictures and videos"},
    {.name = "vid-stride", .type = APP_INTEGER, .offset = offsetof(predict_options, vid_stride),
     .value = "N", .low = 1, .high = 1000000, .help = "of videos look at every Nth frame only"},
    {.name = "trace", .type = APP_TEXT, .offset = offsetof(predict_options, trace), .value = "FILE",
     .writes = "json",
     .help = "of videos write what happened when, for chrome://tracing or Perfetto"},
    RUN_FOLDER_OPTIONS(predict_options, " (default: runs/predict, runs/predict-seg or runs/predict-cls)"),
    {.name = "save-txt", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_txt),
     .help = "write labels/STEM.txt (of a video STEM_FRAME.txt): class, centre x, centre y, width, height, as parts of the "
             "picture; segmentation: class, polygon; classification: probability, name"},
    {.name = "save-format", .type = APP_INTEGER, .offset = offsetof(predict_options, save_format),
     .of = "boxes", .value = "N", .low = 0, .high = 1, .adds_to = "save-txt",
     .help = "of --save-txt: 0 centre and size, 1 the corners x1, y1, x2, y2"},
    {.name = "save-csv", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_csv),
     .help = "write predictions.csv: picture, name, confidence"},
    {.name = "save-crop", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_crop),
     .help = "write what is in each box, as crops/NAME/STEM.jpg"},
    {.name = "save-json", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_json),
     .help = "write a COCO results file, predictions.json, in the run's folder"},
    {.name = "line-thickness", .aliases = "line-width", .type = APP_INTEGER,
     .offset = offsetof(predict_options, line_thickness), .of = "boxes", .value = "N", .low = 1, .high = 1000,
     .help = "pixels of the boxes' lines (default: after the picture's size)"},
    {.name = "hide-labels", .type = APP_FLAG, .offset = offsetof(predict_options, hides_labels),
     .help = "draw boxes without labels"},
    {.name = "hide-conf", .type = APP_FLAG, .offset = offsetof(predict_options, hides_conf),
     .help = "draw labels without confidences"},
    {.name = "save-conf", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_conf),
     .of = "boxes", .adds_to = "save-txt",
     .help = "with the confidence behind them"},
    {.name = "retina-masks", .type = APP_FLAG, .offset = offsetof(predict_options, is_retina),
     .of = "masks", .help = "masks enlarged to the picture before they are cut out: smoother"},
    {.name = "save-masks", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_masks),
     .of = "masks", .help = "write masks/STEM_N.png, white on black, in the order of the boxes"},
    {.name = "save-coco", .type = APP_TEXT, .offset = offsetof(predict_options, coco),
     .value = "FILE", .writes = "json", .help = "write a COCO results file"},
    {.name = "save-letterbox", .type = APP_TEXT, .offset = offsetof(predict_options, letterbox),
     .value = "DIR", .help = "write what the network sees as PNG"},
    {.name = "track", .type = APP_FLAG, .offset = offsetof(predict_options, is_track),
     .help = "follow objects from frame to frame (ByteTrack), an id for each; the pictures of a "
             "folder are one row, in the order of the numbers in their names"},
    {.name = "save-mot", .type = APP_FLAG, .offset = offsetof(predict_options, is_save_mot),
     .help = "with --track: write mot/NAME.txt, of a video or a folder, as MOTChallenge has it: "
             "frame, id, left, top, width, height, confidence, -1, -1, -1"},
    {.name = "track-low", .type = APP_REAL, .offset = offsetof(predict_options, track_low),
     .value = "N", .low = 0, .high = 1, .adds_to = "track",
     .help = "boxes between this and --conf keep a track, and begin none"},
    {.name = "track-new", .type = APP_REAL, .offset = offsetof(predict_options, track_new),
     .value = "N", .low = 0, .high = 1, .adds_to = "track",
     .help = "a box more confident than this begins a track (default: a tenth above --conf)"},
    {.name = "track-match", .type = APP_REAL, .offset = offsetof(predict_options, track_match),
     .value = "N", .low = 0.01, .high = 1, .adds_to = "track",
     .help = "least IoU of a box above --conf with where its track was expected"},
    {.name = "track-buffer", .type = APP_INTEGER,
     .offset = offsetof(predict_options, track_buffer), .value = "N", .low = 1, .high = 100000, .adds_to = "track",
     .help = "a track ends when it was last seen more than this many pictures or frames ago "
             "(default: 30, of a video a second)"},
    JSON_OPTION(predict_options, json, "write a JSON line a picture or frame; - is stdout"),
    SESSION_OPTIONS(predict_options, session),
    WEIGHTS_OPTIONS(predict_options, session),
    LIFETIMES_OPTION(predict_options, lifetimes),
};
/* clang-format on */

static const predict_options defaults = {.conf = 0.25,
                                         .iou = 0.45,
                                         .max_det = 1000,
                                         .name = "exp",
                                         .vid_stride = 1,
                                         .track_low = 0.1,
                                         .track_new = -1,
                                         .track_match = 0.2};

static int predict_main(int argc, char **argv);

const app_command cli_predict = {
    .name = "predict",
    .arguments = "MODEL SOURCE...",
    .brief = "Detects objects in pictures and videos, segments or classifies them",
    .details = MODEL_TEXT
    "A SOURCE is a picture, a video, a folder, a pattern in quotes (** is any folders), a list of "
    "names (.txt, .streams), the address of a video or stream, a camera (/dev/video0, 0), or - for "
    "a "
    "picture, a list or a video as y4m on stdin. Videos are decoded and encoded by ffmpeg (exit "
    "code "
    "5 where it is not here). Files come one after the other; streams and cameras all at once, the "
    "newest frame of each, until Ctrl-C. What cannot be read is reported and the rest go on (exit "
    "code 8; 3, or 4 for files of another kind, if every one is bad).",
    .example = "pawl predict best.engine photos/ --conf 0.4 --save-txt",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 2,
    .argument_max = -1,
    .main = predict_main,
};

struct predict {
    predict_options *options;
    session session;
    predict_names names;
    app_paths pictures, videos;
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
    app_paths_free(&predict->videos);
    free(predict->options->classes.items);
}

/* Class numbers that the engine has. */
static int check_classes(const struct predict *predict)
{
    const app_numbers *classes = &predict->options->classes;
    const int32_t known = predict->session.model.class_count;
    for (size_t i = 0; i < classes->count; i++)
        if (classes->items[i] >= known)
            return known == 1
                       ? app_usage(&cli_predict, "--classes %d: the engine's only class is 0",
                                   classes->items[i])
                       : app_usage(&cli_predict, "--classes %d: the engine's classes are 0 to %d",
                                   classes->items[i], known - 1);
    return APP_EXIT_DONE;
}

/* A list has an order of its own; what else is named by one word is followed by the numbers. */
static bool is_listed(const char *source)
{
    return strcmp(source, "-") == 0 || (app_path_ends_in(source, "txt") && app_is_file(source));
}

static int list_sources(struct predict *predict, char *const *sources, int count)
{
    app_paths *pictures = &predict->pictures, *videos = &predict->videos;
    for (int i = 0; i < count; i++) {
        const size_t first = pictures->count;
        const int code =
            app_sources_add(pictures, videos, sources[i], predict->options->is_recursive);
        if (code != APP_EXIT_DONE)
            return code;
        if (predict->options->is_track && !is_listed(sources[i]))
            app_numbered_sort(pictures, first);
    }
    if (pictures->count + videos->count == 0)
        return app_fail(APP_EXIT_INPUT, "there are no pictures to look at");
    if (videos->count == 0 && (predict->options->trace != NULL || predict->options->vid_stride > 1))
        app_warn("%s is of videos and does nothing: there are pictures alone",
                 predict->options->trace != NULL ? "--trace" : "--vid-stride");
    return app_inputs_add_all(pictures->items, pictures->count) &&
                   app_inputs_add_all(videos->items, videos->count)
               ? APP_EXIT_DONE
               : app_fail_memory();
}

/* Pictures at once: no more than there are, no more than the profile allows. */
static int32_t choose_batch(const struct predict *predict)
{
    int32_t batch = predict->session.info.batch_max;
    if (predict->options->batch > 0 && predict->options->batch < batch)
        batch = predict->options->batch;
    else if (predict->options->batch > batch)
        app_warn("--batch %d: the engine takes at most %d at once", predict->options->batch, batch);
    if (predict->videos.count == 0 && predict->pictures.count < (size_t)batch)
        batch = (int32_t)predict->pictures.count;
    return batch > predict->session.info.batch_min ? batch : predict->session.info.batch_min;
}

static void say_speed(const predict_tally *tally, app_shape shape, int32_t batch)
{
    const double count = tally->looked > 0 ? (double)tally->looked : 1;
    app_note("Speed: %.1fms pre-process, %.1fms inference, %.1fms NMS per image at shape (%d, 3, "
             "%d, %d)",
             tally->timing.preprocess_ms / count, tally->timing.inference_ms / count,
             tally->timing.postprocess_ms / count, batch, shape.height, shape.width);
}

/* Frames are called by texts, and numbers are not mixed with these. */
static bool make_texts(json_t *ids)
{
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *id = json_array_get(ids, i);
        char *text = json_is_integer(id) ? app_format("%lld", json_integer_value(id)) : NULL;
        const bool is_good = !json_is_integer(id) ||
                             (text != NULL && json_array_set_new(ids, i, json_string(text)) == 0);
        free(text);
        if (!is_good)
            return false;
    }
    return true;
}

/* What --save-coco calls the pictures. */
static int name_images(struct predict *predict)
{
    if (predict->options->coco == NULL && !predict->options->is_save_json)
        return APP_EXIT_DONE;
    json_t *ids = app_json_image_ids(predict->pictures.items, predict->pictures.count);
    predict->writer.image_ids = ids;
    return ids != NULL && (predict->videos.count == 0 || make_texts(ids)) ? APP_EXIT_DONE
                                                                          : app_fail_memory();
}

/* Pictures first, as detect.py does it. */
static int look_at_all(struct predict *predict, predict_job *job)
{
    int code = APP_EXIT_DONE;
    if (predict->pictures.count > 0) {
        code = predict_detector_make(job, predict->writer.shape, 0, &predict->context,
                                     &predict->detector);
        job->context = predict->context;
        job->detector = predict->writer.detector = predict->detector;
        if (code == APP_EXIT_DONE)
            code = predict_all(job);
    }
    if (code == APP_EXIT_DONE)
        code = predict_videos(job, &predict->videos);
    return code;
}

/* The exit code of inputs of which some could not be read,
 * with a sentence where there are several. */
static int judge(const struct predict *predict, const predict_tally *tally)
{
    const char *what = predict->videos.count > 0 ? "inputs" : "pictures";
    const size_t all = tally->good + tally->bad + tally->partial;
    if (tally->bad + tally->partial == 0)
        return APP_EXIT_DONE;
    if (tally->partial > 0 && all == 1)
        return APP_EXIT_PARTIAL; /* why has been said */
    if (tally->good + tally->partial > 0)
        return app_fail(APP_EXIT_PARTIAL, "%zu of %zu %s could not be read%s",
                        tally->bad + tally->partial, all, what,
                        tally->partial > 0 ? ", or not to the end" : "");
    const int code = tally->limited == tally->bad       ? APP_EXIT_LIMIT
                     : tally->unsupported == tally->bad ? APP_EXIT_UNSUPPORTED
                     : tally->missing == tally->bad     ? APP_EXIT_DEVICE
                                                        : APP_EXIT_INPUT;
    if (tally->bad == 1)
        return code;
    return app_fail(code, "none of the %zu %s could be read", tally->bad, what);
}

static int run_sources(struct predict *predict, app_shape shape, int32_t batch)
{
    predict->writer = (predict_writer){.options = predict->options,
                                       .names = &predict->names,
                                       .task = predict->session.model.task,
                                       .shape = shape,
                                       .stride = predict->session.model.max_stride,
                                       .total = predict->pictures.count};
    predict_job job = {.session = &predict->session,
                       .pictures = &predict->pictures,
                       .writer = &predict->writer,
                       .batch = (size_t)batch};
    int code = name_images(predict);
    if (code == APP_EXIT_DONE)
        code = predict_writer_open(&predict->writer);
    if (code != APP_EXIT_DONE)
        return code;
    code = look_at_all(predict, &job);
    if (code == APP_EXIT_DONE && job.tally.looked > 0)
        say_speed(&job.tally, shape, batch);
    if (code != APP_EXIT_DONE && app_is_interrupted())
        app_note("what was found in the first %zu of %zu %s is kept",
                 job.tally.good + job.tally.bad + job.tally.partial,
                 predict->pictures.count + predict->videos.count,
                 predict->videos.count > 0 ? "inputs" : "pictures");
    const int committed = predict_writer_commit(&predict->writer);
    code = code == APP_EXIT_DONE ? committed : code;
    return code == APP_EXIT_DONE ? judge(predict, &job.tally) : code;
}

/* Options that a task has no use for are an error where they ask for a file, else a warning. */
static int check_task(struct predict *predict, const app_arguments *arguments)
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
    app_warn_unfound(&cli_predict, arguments, cli_found(task));
    options->is_rect = options->is_rect && task != PAWL_TASK_CLASSIFY;
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
        code = list_sources(predict, arguments->items + 1, arguments->count - 1);
    if (code != APP_EXIT_DONE)
        return code;
    code = check_task(predict, arguments);
    if (code != APP_EXIT_DONE)
        return code;
    const app_shape shape = session_shape(&predict->session, options->imgsz);
    return run_sources(predict, shape, choose_batch(predict));
}

static int predict_main(int argc, char **argv)
{
    predict_options options;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_predict, argc, argv, &options, &arguments, &code))
        return code;
    if (options.coco != NULL && options.is_save_json)
        return app_usage(&cli_predict, "--save-coco and --save-json write the same: give one");
    if (options.is_save_mot && !options.is_track)
        return app_usage(&cli_predict, "--save-mot writes tracks: it needs --track");
    const bool is_json_out = options.json != NULL && app_output_is_stdout(options.json);
    const bool is_coco_out = options.coco != NULL && app_output_is_stdout(options.coco);
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
