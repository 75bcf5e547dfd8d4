/* SPDX-License-Identifier: Apache-2.0 */
/* What pawl predict leaves behind: annotated pictures, labels, JSON lines, a COCO results file,
 * letterboxed pictures. */
#include "cli/label_text.h"
#include "cli/predict_track.h"
#include "common/inputs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VIEW_MS 500 /* between frames that are shown */

/* Folders in the run's. */
static const char *const parts[] = {"labels", "masks", "mot"};

static int cannot_make(const char *path)
{
    return app_fail(APP_EXIT_FAILED, "cannot make the folder %s: %s", path, strerror(errno));
}

/* A folder in the run's. */
static int open_part(const predict_writer *writer, const char *name)
{
    char *part = app_format("%s/%s", writer->folder, name);
    if (part == NULL)
        return app_fail_memory();
    const int code = app_make_folders(part) ? APP_EXIT_DONE : cannot_make(part);
    free(part);
    return code;
}

static int open_in_folder(const predict_writer *writer, app_output *output, const char *name)
{
    char *path = app_format("%s/%s", writer->folder, name);
    if (path == NULL)
        return app_fail_memory();
    const int code = app_output_open(output, path);
    free(path);
    return code;
}

static bool writes_masks(const predict_writer *writer)
{
    return writer->options->is_save_masks && writer->task == PAWL_TASK_SEGMENT;
}

static int open_folder(predict_writer *writer)
{
    const predict_options *options = writer->options;
    if (options->is_nosave && !options->is_save_txt && !options->is_save_csv &&
        !options->is_save_crop && !options->is_save_json && !options->is_save_mot &&
        !writes_masks(writer))
        return APP_EXIT_DONE;
    writer->folder = app_make_run_folder(options->project, options->name, options->is_exist_ok);
    if (writer->folder == NULL)
        return app_fail(APP_EXIT_FAILED, "cannot make the folder %s/%s: %s", options->project,
                        options->name, strerror(errno));
    const bool is_wanted[] = {options->is_save_txt, writes_masks(writer), options->is_save_mot};
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && code == APP_EXIT_DONE; i++)
        code = is_wanted[i] ? open_part(writer, parts[i]) : APP_EXIT_DONE;
    if (code == APP_EXIT_DONE && options->is_save_json)
        code = open_in_folder(writer, &writer->coco, "predictions.json");
    if (code == APP_EXIT_DONE && options->is_save_csv)
        code = predict_csv_open(writer);
    return code;
}

int predict_writer_open(predict_writer *writer)
{
    const predict_options *options = writer->options;
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < PREDICT_TAKEN_COUNT; i++) {
        writer->taken[i] = json_object();
        if (writer->taken[i] == NULL)
            return app_fail_memory();
    }
    if (options->is_track && (writer->tracking = predict_tracking_open()) == NULL)
        return app_fail_memory();
    if (options->json != NULL)
        code = app_lines_open(&writer->json, options->json);
    if (code == APP_EXIT_DONE && options->coco != NULL)
        code = app_output_open(&writer->coco, options->coco);
    if (code == APP_EXIT_DONE && options->letterbox != NULL &&
        !app_make_folders(options->letterbox))
        code = cannot_make(options->letterbox);
    if (code == APP_EXIT_DONE && options->is_view)
        writer->view = view_find();
    return code == APP_EXIT_DONE ? open_folder(writer) : code;
}

char *predict_unique_name(predict_writer *writer, int kind, const char *path, const char *ending)
{
    return app_json_unique_name(writer->taken[kind], predict_file_name(path), ending);
}

char *predict_result_name(predict_writer *writer, int kind, const predict_picture *picture,
                          const char *ending)
{
    if (!predict_is_frame(picture))
        return predict_unique_name(writer, kind, picture->path, ending);
    const predict_frame *frame = &picture->frame;
    char *name = app_format("%s_%zu%s", frame->name, frame->number, ending);
    if (name == NULL || json_object_get(writer->taken[kind], name) == NULL)
        return name;
    free(name); /* a picture's, which had it first */
    return app_format("%s_%zu-2%s", frame->name, frame->number, ending);
}

pawl_image *predict_image(predict_picture *picture)
{
    pawl_error error = {0};
    if (picture->image == NULL && predict_is_frame(picture) &&
        pawl_image_convert(&picture->frame.pixels, &picture->image, &error) < 0)
        (void)app_fail_library(picture->path, &error);
    return picture->image;
}

/* Where its pixels are. */
static pawl_status draw_boxes(const predict_picture *picture, const pawl_draw_desc *style,
                              pawl_error *error)
{
    const pawl_detections *found = &picture->found;
    return predict_is_frame(picture)
               ? pawl_picture_draw(&picture->frame.pixels, found->items, found->count, style, error)
               : pawl_image_draw(picture->image, found->items, found->count, style, error);
}

/* Boxes, or the best classes as lines of text. */
static pawl_status draw(const predict_writer *writer, const predict_picture *picture,
                        pawl_error *error)
{
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    style.names = writer->names->items;
    style.name_count = writer->names->count;
    style.line_width = writer->options->line_thickness;
    style.hides_labels = writer->options->hides_labels ? 1 : 0;
    style.hides_confidences = writer->options->hides_conf ? 1 : 0;
    style.ids = picture->ids;
    if (writer->task != PAWL_TASK_CLASSIFY)
        return draw_boxes(picture, &style, error);
    char *lines = predict_classes_lines(writer->names, picture);
    if (lines == NULL) {
        error->status = PAWL_ERR_MEMORY;
        return error->status;
    }
    const pawl_status status = predict_is_frame(picture)
                                   ? pawl_picture_draw_caption(&picture->frame.pixels, lines, error)
                                   : pawl_image_draw_caption(picture->image, lines, error);
    free(lines);
    return status;
}

int predict_image_write(pawl_image *image, const char *path)
{
    pawl_error error = {0};
    const int code = app_inputs_check(path);
    if (code == APP_EXIT_DONE && pawl_image_save(image, path, NULL, &error) < 0)
        return app_fail_library(path, &error);
    return code;
}

static int write_picture(predict_writer *writer, predict_picture *picture, const char *name)
{
    pawl_error error = {0};
    char *path = app_format("%s/%s", writer->folder, name);
    if (path == NULL)
        return app_fail_memory();
    const int code = draw(writer, picture, &error) < 0 ? app_fail_library(path, &error)
                                                       : predict_image_write(picture->image, path);
    free(path);
    return code;
}

pawl_detection predict_rounded(const pawl_detection *detection)
{
    pawl_detection rounded = *detection;
    rounded.x1 = rintf(detection->x1);
    rounded.y1 = rintf(detection->y1);
    rounded.x2 = rintf(detection->x2);
    rounded.y2 = rintf(detection->y2);
    return rounded;
}

static void print_label(FILE *out, const predict_picture *picture, size_t index,
                        const predict_options *options)
{
    const pawl_detection box = predict_rounded(&picture->found.items[index]);
    cli_label_write(out, &box, picture->width, picture->height, options->save_format == 1,
                    options->is_save_conf, predict_id(picture, index));
}

/* As detect.py writes them: the least confident first. */
static int print_labels(const predict_writer *writer, const predict_picture *picture, FILE *out)
{
    int code = APP_EXIT_DONE;
    if (writer->task == PAWL_TASK_CLASSIFY) {
        char *lines = predict_classes_lines(writer->names, picture);
        if (lines == NULL)
            return app_fail_memory();
        fputs(lines, out);
        free(lines);
    }
    for (size_t i = picture->found.count; i-- > 0 && code == APP_EXIT_DONE;) {
        if (writer->task == PAWL_TASK_SEGMENT)
            code = predict_masks_label(writer, picture, i, out);
        else
            print_label(out, picture, i, writer->options);
    }
    return code;
}

/* labels/STEM.txt; no file for a picture without detections, as detect.py does. */
static int write_labels(predict_writer *writer, const predict_picture *picture)
{
    app_output output;
    if (picture->found.count == 0 && writer->task != PAWL_TASK_CLASSIFY)
        return APP_EXIT_DONE;
    char *name = predict_result_name(writer, PREDICT_TAKEN_LABELS, picture, ".txt");
    char *path = name == NULL ? NULL : app_format("%s/labels/%s", writer->folder, name);
    free(name);
    if (path == NULL)
        return app_fail_memory();
    int code = app_output_open(&output, path);
    free(path);
    if (code != APP_EXIT_DONE)
        return code;
    code = print_labels(writer, picture, output.stream);
    if (code != APP_EXIT_DONE) {
        app_output_discard(&output);
        return code;
    }
    code = app_output_commit(&output);
    if (code == APP_EXIT_DONE)
        writer->label_count++;
    return code;
}

/* The ending of the annotated picture: its own where we write that format. */
static const char *picture_ending(const char *path)
{
    return app_is_written_picture(path) ? app_path_ending(path) : ".jpg";
}

static int write_saved(predict_writer *writer, predict_picture *picture)
{
    int code = APP_EXIT_DONE;
    if (writer->options->is_save_txt)
        code = write_labels(writer, picture);
    if (code != APP_EXIT_DONE || writer->options->is_nosave)
        return code;
    if (predict_is_frame(picture)) { /* whose film is written by others */
        pawl_error error = {0};
        return draw(writer, picture, &error) < 0 ? app_fail_library(picture->path, &error) : code;
    }
    char *name = predict_unique_name(writer, PREDICT_TAKEN_PICTURES, picture->path,
                                     picture_ending(picture->path));
    if (name == NULL)
        return app_fail_memory();
    code = write_picture(writer, picture, name);
    free(name);
    return code;
}

static int write_letterbox(predict_writer *writer, predict_picture *picture)
{
    pawl_error error = {0};
    pawl_image *boxed = NULL;
    if (predict_image(picture) == NULL)
        return APP_EXIT_LIMIT;
    char *name = predict_result_name(writer, PREDICT_TAKEN_LETTERBOXES, picture, ".png");
    char *path = name == NULL ? NULL : app_format("%s/%s", writer->options->letterbox, name);
    free(name);
    if (path == NULL)
        return app_fail_memory();
    const app_shape to = writer->shape;
    const pawl_status status =
        writer->task == PAWL_TASK_CLASSIFY
            ? pawl_image_centre_crop(picture->image, to.width, to.height, &boxed, &error)
        : writer->options->is_rect
            ? pawl_image_letterbox_rect(picture->image, to.width, to.height, writer->stride, &boxed,
                                        &error)
            : pawl_image_letterbox(picture->image, to.width, to.height, &boxed, &error);
    const int code = status < 0 ? app_fail_library(path, &error) : predict_image_write(boxed, path);
    (void)pawl_image_destroy(&boxed);
    free(path);
    return code;
}

/* "image 1/2", "video 1/2 (3/1800)"; of what has no end "stream 1/4 (3)". NULL: no memory. */
static char *place_of(const predict_writer *writer, const predict_picture *picture)
{
    const predict_frame *frame = &picture->frame;
    if (!predict_is_frame(picture))
        return app_format("image %zu/%zu", picture->number, writer->total);
    const char *kind = frame->is_live ? "stream" : "video";
    if (frame->total == 0)
        return app_format("%s %zu/%zu (%zu)", kind, frame->video, frame->videos, frame->number);
    return app_format("%s %zu/%zu (%zu/%zu)", kind, frame->video, frame->videos, frame->number,
                      frame->total < frame->number ? frame->number : frame->total);
}

/* detect.py's line, with the whole path as it has it. */
static int say_picture(const predict_writer *writer, const predict_picture *picture)
{
    char *summary = writer->task == PAWL_TASK_CLASSIFY
                        ? predict_classes_summary(writer->names, picture)
                        : predict_summary(writer->names, &picture->found);
    if (summary == NULL)
        return app_fail_memory();
    char *whole = strcmp(picture->path, "-") == 0 ? NULL : app_path_whole(picture->path);
    char *place = place_of(writer, picture);
    if (place != NULL)
        app_say("%s %s: %dx%d %s%.1fms", place, whole != NULL ? whole : picture->path,
                picture->shape.height, picture->shape.width, summary, picture->timing.inference_ms);
    free(place);
    free(whole);
    free(summary);
    return APP_EXIT_DONE;
}

static int write_json(predict_writer *writer, const predict_picture *picture)
{
    return app_lines_write(&writer->json, predict_json(writer->names, writer->task, picture));
}

/* What has not been drawn to be written is drawn now. Frames come faster than anybody looks. */
static int show(predict_writer *writer, predict_picture *picture)
{
    pawl_error error = {0};
    const double now = app_clock_ms();
    if (predict_is_frame(picture) && now - writer->viewed_ms < VIEW_MS)
        return APP_EXIT_DONE;
    writer->viewed_ms = now;
    if (writer->options->is_nosave && draw(writer, picture, &error) < 0)
        return app_fail_library(picture->path, &error);
    if (predict_is_frame(picture)) /* as it was before it was drawn on */
        (void)pawl_image_destroy(&picture->image);
    return predict_image(picture) != NULL ? view_picture(writer->view, picture->image)
                                          : APP_EXIT_LIMIT;
}

/* What is made of the pixels as they came. */
static int write_before_drawing(predict_writer *writer, predict_picture *picture)
{
    int code = APP_EXIT_DONE;
    if (writer->options->letterbox != NULL)
        code = write_letterbox(writer, picture);
    if (code == APP_EXIT_DONE && writer->options->is_save_crop)
        code = predict_crops_write(writer, picture);
    if (code == APP_EXIT_DONE && writer->task == PAWL_TASK_SEGMENT)
        code = predict_masks_take(writer, picture);
    return code;
}

int predict_writer_add(predict_writer *writer, predict_picture *picture)
{
    int code = APP_EXIT_DONE;
    if (writer->tracking != NULL)
        code = predict_tracking_add(writer, picture);
    if (predict_is_bad(picture))
        (void)app_fail_library(picture->path, &picture->error);
    else if (code == APP_EXIT_DONE)
        code = say_picture(writer, picture);
    if (code == APP_EXIT_DONE && !predict_is_bad(picture))
        code = write_before_drawing(writer, picture);
    (void)fflush(stdout); /* the line of this picture, whoever reads it and whatever comes */
    if (code == APP_EXIT_DONE && writer->json.is_open)
        code = write_json(writer, picture);
    else if (code == APP_EXIT_DONE)
        code = app_finish_stdout(APP_EXIT_DONE); /* nobody reads on: no reason to go on */
    if (code != APP_EXIT_DONE || predict_is_bad(picture))
        return code;
    writer->has_looked = true;
    if (writer->coco.stream != NULL)
        code = predict_coco(writer, picture);
    if (code == APP_EXIT_DONE && writer->csv.stream != NULL)
        code = predict_csv_add(writer, picture);
    if (code == APP_EXIT_DONE && writer->folder != NULL)
        code = write_saved(writer, picture);
    return code == APP_EXIT_DONE && writer->view != VIEW_NONE ? show(writer, picture) : code;
}

int predict_writer_complete(predict_writer *writer)
{
    if (writer->coco.stream != NULL)
        fputs(writer->has_coco_item ? "]\n" : "[]\n", writer->coco.stream);
    int code = app_output_commit(&writer->coco);
    if (code == APP_EXIT_DONE)
        code = app_output_commit(&writer->csv);
    if (code == APP_EXIT_DONE && writer->tracking != NULL)
        code = predict_tracking_commit(writer);
    const int closed = app_lines_close(&writer->json);
    return code == APP_EXIT_DONE ? closed : code;
}

/* True if the run's folder is gone, which stays unless it is empty. A folder in it that has been
 * made for results goes with it where no picture could be read. */
static bool remove_empty(const predict_writer *writer)
{
    return app_folder_drop(writer->folder, parts,
                           writer->has_looked ? 0 : sizeof parts / sizeof parts[0]);
}

int predict_writer_commit(predict_writer *writer)
{
    const int code = predict_writer_complete(writer);
    if (code != APP_EXIT_DONE || writer->folder == NULL || remove_empty(writer))
        return code;
    app_note("Results saved to %s%s%s", app_bold(stderr), writer->folder, app_plain(stderr));
    view_folder(writer->view, writer->folder);
    if (writer->options->is_save_txt && writer->has_looked)
        app_note("%zu label%s saved to %s/labels", writer->label_count,
                 writer->label_count == 1 ? "" : "s", writer->folder);
    return code;
}

void predict_writer_close(predict_writer *writer)
{
    app_output_discard(&writer->coco);
    app_output_discard(&writer->csv);
    predict_tracking_close(writer->tracking);
    (void)app_lines_close(&writer->json);
    json_decref(writer->image_ids);
    for (size_t i = 0; i < PREDICT_TAKEN_COUNT; i++)
        json_decref(writer->taken[i]);
    if (writer->folder != NULL)
        (void)remove_empty(writer);
    free(writer->folder);
}
