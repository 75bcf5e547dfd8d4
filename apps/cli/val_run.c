/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures in batches: read, shrunk if asked for, looked at; every box, mask or class is noted
 * down. */
#include "cli/val.h"
#include "common/picture_file.h"

#include <stdlib.h>

#define MOST_COMPLAINTS 5

struct val_batch {
    val_item *items;
    pawl_image **images;
    pawl_detections *results;
    pawl_class_scores *scores;
    size_t count;
};

static coco_found *add_find(val_finds *finds)
{
    if (finds->count == finds->room) {
        const size_t room = finds->room * 2 + 1024;
        coco_found *items = realloc(finds->items, room * sizeof(coco_found));
        if (items == NULL)
            return NULL;
        finds->items = items;
        finds->room = room;
    }
    return &finds->items[finds->count++];
}

static coco_found found_of(size_t picture, const pawl_detection *one)
{
    coco_found found = {.image = picture, .score = (double)one->confidence};
    found.box[0] = (double)one->x1;
    found.box[1] = (double)one->y1;
    found.box[2] = (double)one->x2 - (double)one->x1;
    found.box[3] = (double)one->y2 - (double)one->y1;
    found.area = found.box[2] * found.box[3];
    return found;
}

/* Notes the boxes of the picture in a place of the batch, and their masks. Classes that are no
 * category of the data are left out. */
static int note_boxes(val_job *val, const struct val_batch *batch, size_t slot)
{
    const val_item *item = &batch->items[slot];
    const val_picture *picture = &val->data.pictures[item->picture];
    size_t count = 0;
    int code = val_place_boxes(val, item, &batch->results[slot], &count);
    if (code == APP_EXIT_DONE)
        code = val_folder_labels(val, picture, count);
    for (size_t i = 0; i < count && code == APP_EXIT_DONE; i++) {
        const size_t category = val->data.category_of_class[val->here[i].class_id];
        if (category == VAL_NONE)
            continue;
        coco_found *find = add_find(&val->finds);
        if (find == NULL)
            return app_fail_memory();
        *find = found_of(item->picture, &val->here[i]);
        find->category = category;
        code = val->data.has_masks ? val_mask_of_find(val, picture, slot, i, &find->mask)
                                   : APP_EXIT_DONE;
    }
    return code;
}

static pawl_status run_detector(const val_job *val, const struct val_batch *batch, size_t count,
                                pawl_timing *timing, pawl_error *error)
{
    if (val->data.source == VAL_FOLDERS)
        return pawl_detector_classify(val->detector, batch->images, count, batch->scores, timing,
                                      error);
    return pawl_detector_run(val->detector, batch->images, count, batch->results, timing, error);
}

static int look(val_job *val, struct val_batch *batch, app_shape shape)
{
    pawl_error error = {0};
    pawl_timing timing = {0};
    size_t count = batch->count;
    int code = APP_EXIT_DONE;
    if (count == 0)
        return APP_EXIT_DONE;
    for (size_t i = 0; i < count; i++)
        batch->images[i] = batch->items[i].image;
    for (; count < (size_t)val->session.info.batch_min; count++)
        batch->images[count] = batch->images[count - 1];
    if (val->shapes != NULL &&
        pawl_context_shape_set(val->context, (int32_t)count, shape.height, shape.width, &error) < 0)
        return app_fail_library(val->session.path, &error);
    if (run_detector(val, batch, count, &timing, &error) < 0)
        return app_fail_library(val->session.path, &error);
    const double start = app_clock_ms();
    for (size_t i = 0; i < batch->count && code == APP_EXIT_DONE; i++) {
        if (val->data.source == VAL_FOLDERS)
            val_classes_note(val, batch->items[i].picture, &batch->scores[i]);
        else
            code = note_boxes(val, batch, i);
    }
    val->times.preprocess += timing.preprocess_ms;
    val->times.inference += timing.inference_ms;
    val->times.postprocess += timing.postprocess_ms + app_clock_ms() - start;
    val->seen += batch->count;
    return code;
}

static void release(struct val_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        (void)pawl_image_destroy(&batch->items[i].image);
    batch->count = 0;
}

static app_shape shape_at(const val_job *val, size_t place)
{
    return val->shapes != NULL ? val->shapes[place] : val->shape;
}

/* True if the next picture is of another shape than those of the batch, or there is none. */
static bool is_last_of_shape(const val_job *val, size_t place)
{
    if (place + 1 == val->data.picture_count)
        return true;
    const app_shape here = shape_at(val, place), next = shape_at(val, place + 1);
    return here.height != next.height || here.width != next.width;
}

/* Reads the picture and, with it, its label file. True if it is one of the batch now. */
static bool read_picture(val_job *val, size_t place, val_item *item, int *code)
{
    pawl_error error = {0};
    pawl_image_view view;
    const size_t index = val->order[place];
    val_picture *picture = &val->data.pictures[index];
    const double start = app_clock_ms();
    *item = (val_item){.picture = index, .gain_x = 1, .gain_y = 1};
    if (val->data.is_complete && !picture->is_seen) { /* why was said then */
        val->failed++;
        return false;
    }
    pawl_status status = app_picture_read(picture->path, NULL, &item->image, &error);
    if (status >= 0)
        status = pawl_image_view_get(item->image, &view, &error);
    if (status >= 0) {
        picture->width = view.width;
        picture->height = view.height;
        status = val_fit(val, item, shape_at(val, place), &error);
    }
    picture->is_seen = status >= 0;
    val->times.decode += app_clock_ms() - start;
    if (status < 0 && val->failed < MOST_COMPLAINTS)
        (void)app_fail_library(picture->path, &error);
    if (status >= 0 && val->data.source == VAL_LABELS && !val->data.is_complete)
        *code = val_labels_read(&val->data, index);
    if (picture->is_seen && *code == APP_EXIT_DONE)
        return true;
    val->failed_code =
        app_exit_shared(val->failed++, val->failed_code, status < 0 ? status : PAWL_ERR_READ);
    (void)pawl_image_destroy(&item->image);
    return false;
}

static int run_batches(val_job *val, struct val_batch *batch)
{
    const size_t total = val->data.picture_count;
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < total && code == APP_EXIT_DONE; i++) {
        if (app_is_interrupted()) {
            app_progress_end();
            return app_fail_interrupted();
        }
        app_progress(val->stage != NULL ? val->stage : "pictures", i, total);
        if (read_picture(val, i, &batch->items[batch->count], &code))
            batch->count++;
        if (code == APP_EXIT_DONE &&
            (batch->count == (size_t)val->batch || is_last_of_shape(val, i))) {
            code = look(val, batch, shape_at(val, i));
            release(batch);
        }
    }
    app_progress_end();
    return code;
}

/* Pictures that were not seen take their objects with them. */
static void forget_unseen(val_data *data)
{
    size_t kept = 0;
    for (size_t i = 0; i < data->truth_count; i++) {
        if (data->pictures[data->truths[i].image].is_seen)
            data->truths[kept++] = data->truths[i];
        else
            app_rle_free(&data->truths[i].mask);
    }
    data->truth_count = kept;
}

/* Pictures that are not the size the labels say, as turned or shrunk ones are, which would show as
 * bad figures only. */
static void compare_sizes(const val_data *data)
{
    const val_picture *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < data->picture_count; i++) {
        const val_picture *picture = &data->pictures[i];
        if (!picture->is_seen || picture->labelled_width == 0 || picture->labelled_height == 0 ||
            (picture->labelled_width == picture->width &&
             picture->labelled_height == picture->height))
            continue;
        if (count++ == 0)
            first = picture;
    }
    if (first != NULL)
        app_warn("%zu %s another size than %s says (%s is %dx%d, not %dx%d): their objects may lie "
                 "elsewhere",
                 APP_COUNT(count, "picture has", "pictures have"), data->path, first->path,
                 first->width, first->height, first->labelled_width, first->labelled_height);
}

int val_run(val_job *val)
{
    struct val_batch batch = {0};
    const size_t room = (size_t)val->batch;
    batch.items = calloc(room, sizeof(val_item));
    batch.images = calloc(room, sizeof(pawl_image *));
    batch.results = calloc(room, sizeof(pawl_detections));
    batch.scores = calloc(room, sizeof(pawl_class_scores));
    val->tallies = calloc(val->data.category_count, sizeof(val_tally));
    int code = val_plan(val);
    if (code == APP_EXIT_DONE)
        code = batch.items == NULL || batch.images == NULL || batch.results == NULL ||
                       batch.scores == NULL || val->tallies == NULL
                   ? app_fail_memory()
                   : run_batches(val, &batch);
    release(&batch);
    free(batch.items);
    free(batch.images);
    free(batch.results);
    free(batch.scores);
    if (code != APP_EXIT_DONE)
        return code;
    if (val->data.is_complete)
        return APP_EXIT_DONE;
    if (val->failed > MOST_COMPLAINTS)
        app_warn("%zu pictures in all could not be used", val->failed);
    if (val->seen == 0)
        return val->failed == 1 ? val->failed_code /* why has been said */
                                : app_fail(val->failed_code,
                                           "none of the %zu pictures could be read", val->failed);
    forget_unseen(&val->data);
    compare_sizes(&val->data);
    if (val->data.source == VAL_LABELS)
        val_settle_masks(&val->data);
    val->data.is_complete = true;
    return APP_EXIT_DONE;
}
