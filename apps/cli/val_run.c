/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures in batches: read, shrunk if asked for, looked at; every box, mask or class is noted
 * down. */
#include "cli/val.h"
#include "common/area_resize.h"
#include "common/picture_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COMPLAINTS 5

/* A picture of the batch at hand. */
struct val_item {
    size_t picture;
    pawl_image *image;
    double gain; /* of the shrunk picture to the real one */
};

struct val_batch {
    struct val_item *items;
    pawl_image **images;
    pawl_detections *results;
    pawl_class_scores *scores;
    size_t count;
};

double val_rounded(double number, int decimals)
{
    char text[64];
    if (!isfinite(number) || fabs(number) > 1e12)
        return 0;
    (void)snprintf(text, sizeof text, "%.*f", decimals, number);
    return strtod(text, NULL);
}

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

static double clipped(double value, double most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* The box as a results file has it: corner and size to 3 decimals, the score to 5. */
static coco_found found_of(const struct val_item *item, const val_picture *picture,
                           const pawl_detection *one)
{
    const double x1 = clipped((double)one->x1 / item->gain, picture->width);
    const double y1 = clipped((double)one->y1 / item->gain, picture->height);
    const double x2 = clipped((double)one->x2 / item->gain, picture->width);
    const double y2 = clipped((double)one->y2 / item->gain, picture->height);
    coco_found found = {.image = item->picture};
    found.box[0] = val_rounded(x1, 3);
    found.box[1] = val_rounded(y1, 3);
    found.box[2] = val_rounded(x2 - x1, 3);
    found.box[3] = val_rounded(y2 - y1, 3);
    /* Of masks too: pycocotools takes the box's area of results that have both. */
    found.area = found.box[2] * found.box[3];
    found.score = val_rounded((double)one->confidence, 5);
    return found;
}

/* Notes the boxes of the picture in a place of the batch, and their masks. Classes that are no
 * category of the data are left out. */
static int note_boxes(val_job *val, const struct val_batch *batch, size_t slot)
{
    const struct val_item *item = &batch->items[slot];
    const pawl_detections *boxes = &batch->results[slot];
    const val_picture *picture = &val->data.pictures[item->picture];
    for (size_t i = 0; i < boxes->count; i++) {
        const size_t category = val->data.category_of_class[boxes->items[i].class_id];
        if (category == VAL_NONE)
            continue;
        coco_found *find = add_find(&val->finds);
        if (find == NULL)
            return app_fail_memory();
        *find = found_of(item, picture, &boxes->items[i]);
        find->category = category;
        const int code = val->data.has_masks ? val_mask_of_find(val, picture, slot, i, &find->mask)
                                             : APP_EXIT_DONE;
        if (code != APP_EXIT_DONE)
            return code;
    }
    return APP_EXIT_DONE;
}

static pawl_status run_detector(const val_job *val, const struct val_batch *batch, size_t count,
                                pawl_timing *timing, pawl_error *error)
{
    if (val->data.source == VAL_FOLDERS)
        return pawl_detector_classify(val->detector, batch->images, count, batch->scores, timing,
                                      error);
    return pawl_detector_run(val->detector, batch->images, count, batch->results, timing, error);
}

static int look(val_job *val, struct val_batch *batch)
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

/* val.py's load_image: pictures larger than the network are brought to its longer side first. */
static pawl_status shrink(const val_job *val, struct val_item *item, pawl_error *error)
{
    pawl_image_view view;
    const pawl_status status = pawl_image_view_get(item->image, &view, error);
    const int32_t side =
        val->shape.height > val->shape.width ? val->shape.height : val->shape.width;
    const int32_t longer = view.width > view.height ? view.width : view.height;
    if (status < 0 || longer <= side)
        return status;
    const double ratio = (double)side / longer;
    const int32_t width = (int32_t)ceil(view.width * ratio);
    const int32_t height = (int32_t)ceil(view.height * ratio);
    pawl_image *small = NULL;
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    pawl_status made = PAWL_ERR_MEMORY;
    error->status = made;
    if (pixels != NULL && app_area_resize(view.pixels, view.width, view.height, view.row_size,
                                          pixels, width, height)) {
        const pawl_image_view smaller = {width, height, (size_t)width * 3, pixels};
        made = pawl_image_create(&smaller, &small, error);
    }
    free(pixels);
    if (made < 0)
        return made;
    item->gain = (double)height / view.height;
    (void)pawl_image_destroy(&item->image);
    item->image = small;
    return PAWL_OK;
}

/* Reads the picture and, with it, its label file. True if it is one of the batch now. */
static bool read_picture(val_job *val, size_t index, struct val_item *item, int *code)
{
    pawl_error error = {0};
    pawl_image_view view;
    val_picture *picture = &val->data.pictures[index];
    const double start = app_clock_ms();
    *item = (struct val_item){.picture = index, .gain = 1};
    pawl_status status = app_picture_read(picture->path, NULL, &item->image, &error);
    if (status >= 0)
        status = pawl_image_view_get(item->image, &view, &error);
    if (status >= 0) {
        picture->width = view.width;
        picture->height = view.height;
        if (strcmp(val->options->resize, "area") == 0)
            status = shrink(val, item, &error);
    }
    picture->is_seen = status >= 0;
    val->times.decode += app_clock_ms() - start;
    if (status < 0 && val->failed < MOST_COMPLAINTS)
        (void)app_fail_library(picture->path, &error);
    if (status >= 0 && val->data.source == VAL_LABELS)
        *code = val_labels_read(&val->data, index);
    if (picture->is_seen && *code == APP_EXIT_DONE)
        return true;
    val->failed++;
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
        app_progress("pictures", i, total);
        if (read_picture(val, i, &batch->items[batch->count], &code))
            batch->count++;
        if (code == APP_EXIT_DONE && (batch->count == (size_t)val->batch || i + 1 == total)) {
            code = look(val, batch);
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
        app_warn("%zu pictures have another size than %s says (%s is %dx%d, not %dx%d): their "
                 "objects may lie elsewhere",
                 count, data->path, first->path, first->width, first->height, first->labelled_width,
                 first->labelled_height);
}

int val_run(val_job *val)
{
    struct val_batch batch = {0};
    const size_t room = (size_t)val->batch;
    batch.items = calloc(room, sizeof(struct val_item));
    batch.images = calloc(room, sizeof(pawl_image *));
    batch.results = calloc(room, sizeof(pawl_detections));
    batch.scores = calloc(room, sizeof(pawl_class_scores));
    val->tallies = calloc(val->data.category_count, sizeof(val_tally));
    int code = batch.items == NULL || batch.images == NULL || batch.results == NULL ||
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
    if (val->failed > MOST_COMPLAINTS)
        app_warn("%zu pictures in all could not be used", val->failed);
    if (val->seen == 0)
        return app_fail(APP_EXIT_INPUT, "none of the %zu pictures could be read", val->failed);
    forget_unseen(&val->data);
    compare_sizes(&val->data);
    if (val->data.source == VAL_LABELS)
        val_settle_masks(&val->data);
    return APP_EXIT_DONE;
}
