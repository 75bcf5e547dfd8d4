/* SPDX-License-Identifier: Apache-2.0 */
/* -d: every picture of a folder through an engine, one at a time; _NAME in the current folder. */
#include "common/names.h"
#include "common/picture_file.h"
#include "compat/compat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE 0.5f  /* kConfThresh */
#define OVERLAP    0.45f /* kNmsThresh */
#define TOP        3

struct detect {
    pawl_task task;
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_plan_info info;
    pawl_model_info model;
    app_paths pictures, labels;
    const char **names; /* one a class; entries may be NULL */
};

static void close_detect(struct detect *detect)
{
    (void)pawl_detector_destroy(&detect->detector);
    (void)pawl_context_destroy(&detect->context);
    (void)pawl_engine_destroy(&detect->engine);
    (void)pawl_runtime_destroy(&detect->runtime);
    (void)pawl_plan_destroy(&detect->plan);
    app_paths_free(&detect->pictures);
    app_paths_free(&detect->labels);
    free(detect->names);
}

static int open_engine(struct detect *detect, const char *path)
{
    pawl_error error = {0};
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    detect->info.struct_size = sizeof detect->info;
    detect->model.struct_size = sizeof detect->model;
    if (pawl_plan_load(path, &detect->plan, &error) < 0 ||
        pawl_plan_info_get(detect->plan, &detect->info, &error) < 0 ||
        pawl_plan_model_get(detect->plan, &detect->model, &error) < 0)
        return app_fail_library(path, &error);
    if (detect->model.task != detect->task)
        return app_fail(COMPAT_WRONG, "%s is an engine for another task; use %s", path,
                        compat_program_of(detect->model.task)->name);
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    context.threshold = desc.confidence = CONFIDENCE;
    context.batch = detect->info.batch_min;
    desc.iou = OVERLAP;
    if (pawl_runtime_create(NULL, &detect->runtime, &error) < 0 ||
        pawl_engine_create(detect->runtime, detect->plan, &detect->engine, &error) < 0 ||
        pawl_context_create(detect->engine, &context, &detect->context, &error) < 0 ||
        pawl_detector_create(detect->context, &desc, &detect->detector, &error) < 0)
        return app_fail_library(path, &error);
    return 0;
}

/* A labels file counts where there is one; the engine's own names stand in. TensorRTX asserts the
 * count for masks; for classes it looks no further than it needs, and its scripts leave the file of
 * ImageNet's thousand beside models of fewer. */
static int read_names(struct detect *detect, const char *labels)
{
    const size_t count = (size_t)detect->model.class_count;
    const bool may_be_more = detect->task == PAWL_TASK_CLASSIFY;
    detect->names = calloc(count + 1, sizeof(const char *));
    if (detect->names == NULL)
        return app_fail_memory();
    if (labels != NULL && app_names_read(&detect->labels, labels) != 0)
        return COMPAT_WRONG;
    if (labels != NULL && detect->labels.count > count && may_be_more)
        app_warn("%s has %zu labels, the engine %zu classes: the first %zu are taken", labels,
                 detect->labels.count, count, count);
    else if (labels != NULL && detect->labels.count != count)
        return app_fail(COMPAT_WRONG, "%s has %zu labels, the engine %zu classes", labels,
                        detect->labels.count, count);
    for (size_t i = 0; i < count; i++)
        detect->names[i] = labels != NULL ? detect->labels.items[i]
                                          : pawl_plan_class_name(detect->plan, (int32_t)i);
    return 0;
}

static int print_classes(const struct detect *detect, const char *path,
                         const pawl_class_scores *scores)
{
    app_put("%s", app_path_name(path));
    for (size_t i = 0; i < TOP && i < scores->count; i++) {
        const int32_t id = scores->items[i].class_id;
        if (detect->names[id] != NULL)
            app_put("  %s %g", detect->names[id], (double)scores->items[i].probability);
        else
            app_put("  class%d %g", id, (double)scores->items[i].probability);
    }
    return 0;
}

/* The pixels without gaps, to draw on; free() them. */
static uint8_t *copy_pixels(pawl_image *image, pawl_image_view *view, pawl_error *error)
{
    if (pawl_image_view_get(image, view, error) < 0)
        return NULL;
    const size_t row = (size_t)view->width * 3;
    uint8_t *pixels = malloc(row * (size_t)view->height);
    error->status = PAWL_ERR_MEMORY;
    for (int32_t y = 0; pixels != NULL && y < view->height; y++)
        memcpy(pixels + (size_t)y * row, view->pixels + (size_t)y * view->row_size, row);
    return pixels;
}

static pawl_status draw_masks(const struct detect *detect, uint8_t *pixels,
                              const pawl_detections *found, pawl_error *error)
{
    pawl_status status = PAWL_OK;
    for (size_t i = 0; i < found->count && status >= 0; i++) {
        pawl_mask mask;
        status = pawl_detector_mask(detect->detector, 0, i, PAWL_MASK_PICTURE, &mask, error);
        if (status >= 0)
            compat_draw_mask(pixels, &mask, found->items[i].class_id);
    }
    return status;
}

static int write_picture(const struct detect *detect, const char *path, pawl_image *image,
                         const pawl_detections *found)
{
    pawl_error error = {0};
    pawl_image_view view;
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    pawl_image *drawn = NULL;
    style.names = detect->names;
    style.name_count = (size_t)detect->model.class_count;
    const char *name = app_path_name(path);
    const bool is_written = app_is_written_picture(name);
    char *target = app_format("_%s%s", name, is_written ? "" : ".jpg");
    uint8_t *pixels = copy_pixels(image, &view, &error);
    pawl_status status = pixels == NULL || target == NULL ? PAWL_ERR_MEMORY : PAWL_OK;
    error.status = PAWL_ERR_MEMORY;
    if (status >= 0 && detect->task == PAWL_TASK_SEGMENT)
        status = draw_masks(detect, pixels, found, &error);
    else if (status >= 0)
        compat_draw_boxes(pixels, view.width, view.height, found->items, found->count);
    view.pixels = pixels;
    view.row_size = (size_t)view.width * 3;
    if (status >= 0)
        status = pawl_image_create(&view, &drawn, &error);
    if (status >= 0 && detect->task == PAWL_TASK_SEGMENT)
        status = pawl_image_draw(drawn, found->items, found->count, &style, &error);
    if (status >= 0)
        status = pawl_image_save(drawn, target, NULL, &error);
    const int code = status < 0 ? app_fail_library(target, &error) : 0;
    (void)pawl_image_destroy(&drawn);
    free(pixels);
    free(target);
    return code;
}

static int look(const struct detect *detect, const char *path, pawl_image *image)
{
    pawl_error error = {0};
    pawl_timing timing = {0};
    pawl_status status = PAWL_ERR_MEMORY;
    const size_t count = (size_t)detect->info.batch_min; /* one picture fills the least batch */
    pawl_image **images = calloc(count, sizeof(pawl_image *));
    pawl_detections *found = calloc(count, sizeof(pawl_detections));
    pawl_class_scores *scores = calloc(count, sizeof(pawl_class_scores));
    const bool has_room = images != NULL && found != NULL && scores != NULL;
    error.status = status;
    for (size_t i = 0; has_room && i < count; i++)
        images[i] = image;
    if (has_room)
        status =
            detect->task == PAWL_TASK_CLASSIFY
                ? pawl_detector_classify(detect->detector, images, count, scores, &timing, &error)
                : pawl_detector_run(detect->detector, images, count, found, &timing, &error);
    int code = 0;
    if (status < 0) {
        code = app_fail_library(path, &error);
    } else {
        printf("inference time: %ldms\n", (long)timing.inference_ms);
        code = detect->task == PAWL_TASK_CLASSIFY ? print_classes(detect, path, &scores[0])
                                                  : write_picture(detect, path, image, &found[0]);
    }
    free(images);
    free(found);
    free(scores);
    return code;
}

/* A file that is no picture is reported and passed over; TensorRTX ends there. */
static int look_at_all(const struct detect *detect)
{
    for (size_t i = 0; i < detect->pictures.count; i++) {
        pawl_error error = {0};
        pawl_image *image = NULL;
        if (app_is_interrupted())
            return app_fail_interrupted();
        if (app_picture_read(detect->pictures.items[i], NULL, &image, &error) < 0) {
            (void)app_fail_library(detect->pictures.items[i], &error);
            continue;
        }
        const int code = look(detect, detect->pictures.items[i], image);
        (void)pawl_image_destroy(&image);
        if (code != 0 || !app_stdout_alive())
            return COMPAT_WRONG;
    }
    return 0;
}

int compat_detect_folder(const compat_detect *asked, pawl_task task)
{
    struct detect detect = {.task = task};
    int code = open_engine(&detect, asked->engine);
    if (code == 0 && !app_paths_add_folder(&detect.pictures, asked->folder, APP_PICTURE_ENDINGS))
        code = app_fail(COMPAT_WRONG, "read_files_in_dir failed: %s: %s", asked->folder,
                        strerror(errno));
    if (code == 0)
        code = read_names(&detect, task == PAWL_TASK_CLASSIFY && !detect.model.has_names
                                       ? "imagenet_classes.txt"
                                       : asked->labels);
    if (code == 0) {
        app_note("pawl prepares pictures as YOLOv5 does (%s), not as TensorRTX does: results are "
                 "PyTorch's",
                 task == PAWL_TASK_CLASSIFY ? "the square in the middle, resized"
                                            : "bilinear on OpenCV's grid, grey 114 around");
        code = look_at_all(&detect);
    }
    close_detect(&detect);
    return code == 0 ? 0 : COMPAT_WRONG;
}
