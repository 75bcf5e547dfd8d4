/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in the order given: read, gathered to batches, detected, handed to the writer. A bad one
 * takes its turn and no place in a batch. */
#include "cli/predict_job.h"
#include "common/picture_file.h"

#include <stdlib.h>

/* Pictures without boxes: in a run of many they are usual, and explaining takes time. */
#define EXPLAINED 3

struct gathered {
    predict_picture *items; /* good and bad ones, in order */
    size_t count, capacity;
    size_t good;
    pawl_image **images; /* of the good ones */
    pawl_detections *results;
    pawl_class_scores *scores;
};

static void release_pictures(struct gathered *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        predict_masks_drop(&batch->items[i]);
        (void)pawl_image_destroy(&batch->items[i].image);
    }
    batch->count = batch->good = 0;
}

/* Takes the picture, unless memory ran out. */
static int add_picture(struct gathered *batch, const predict_picture *picture)
{
    if (batch->count == batch->capacity) {
        const size_t capacity = batch->capacity * 2 + 8;
        predict_picture *items = realloc(batch->items, capacity * sizeof(predict_picture));
        if (items == NULL)
            return app_fail_memory();
        batch->items = items;
        batch->capacity = capacity;
    }
    batch->items[batch->count++] = *picture;
    batch->good += picture->image != NULL ? 1 : 0;
    return APP_EXIT_DONE;
}

/* Those of a batch have one shape; with --rect that is not everybody's. */
static bool fits_in(const struct gathered *batch, const predict_picture *picture)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].image != NULL && picture->image != NULL)
            return batch->items[i].shape.height == picture->shape.height &&
                   batch->items[i].shape.width == picture->shape.width;
    return true;
}

/* What the network takes it in. */
static app_shape shape_of(const predict_writer *writer, const predict_picture *picture)
{
    if (!writer->options->is_rect)
        return writer->shape;
    const pawl_letterbox box = pawl_letterbox_fit_rect(
        picture->width, picture->height, writer->shape.width, writer->shape.height, writer->stride);
    return (app_shape){box.height, box.width};
}

static void read_picture(const predict_writer *writer, predict_picture *picture)
{
    pawl_image_view view;
    pawl_decode_desc how = PAWL_DECODE_DESC_INIT;
    how.accepts_truncated = writer->options->is_truncated_accepted ? 1 : 0;
    const double start = app_clock_ms();
    if (app_picture_read(picture->path, &how, &picture->image, &picture->error) < 0)
        return;
    picture->error = (pawl_error){.status = PAWL_OK}; /* of who could not, before one could */
    picture->decode_ms = app_clock_ms() - start;
    if (pawl_image_view_get(picture->image, &view, &picture->error) < 0) {
        (void)pawl_image_destroy(&picture->image);
        return;
    }
    picture->width = view.width;
    picture->height = view.height;
    picture->shape = shape_of(writer, picture);
}

/* Detects on the good ones; the last of them fills what is missing to the profile's least batch. */
static int detect(const predict_job *job, struct gathered *batch)
{
    pawl_error error = {0};
    pawl_timing timing = {0};
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].image != NULL)
            batch->images[count++] = batch->items[i].image;
    while (count > 0 && count < (size_t)job->session->info.batch_min) {
        batch->images[count] = batch->images[count - 1];
        count++;
    }
    if (count == 0)
        return APP_EXIT_DONE;
    const bool is_classifier = job->session->model.task == PAWL_TASK_CLASSIFY;
    const pawl_status status = is_classifier
                                   ? pawl_detector_classify(job->detector, batch->images, count,
                                                            batch->scores, &timing, &error)
                                   : pawl_detector_run(job->detector, batch->images, count,
                                                       batch->results, &timing, &error);
    if (status < 0)
        return app_fail_library(job->session->path, &error);
    const double share = (double)batch->good;
    size_t next = 0;
    for (size_t i = 0; i < batch->count; i++) {
        predict_picture *picture = &batch->items[i];
        if (picture->image == NULL)
            continue;
        picture->slot = next;
        picture->found = batch->results[next];
        picture->scores = batch->scores[next++];
        picture->timing.preprocess_ms = timing.preprocess_ms / share;
        picture->timing.inference_ms = timing.inference_ms / share;
        picture->timing.postprocess_ms = timing.postprocess_ms / share;
    }
    return APP_EXIT_DONE;
}

static void count_picture(predict_tally *tally, const predict_picture *picture)
{
    if (picture->image == NULL) {
        tally->bad++;
        const int code = app_exit_of(picture->error.status);
        tally->limited += code == APP_EXIT_LIMIT ? 1 : 0;
        tally->unsupported += code == APP_EXIT_UNSUPPORTED ? 1 : 0;
        return;
    }
    tally->good++;
    tally->looked++;
    tally->decode_ms += picture->decode_ms;
    tally->timing.preprocess_ms += picture->timing.preprocess_ms;
    tally->timing.inference_ms += picture->timing.inference_ms;
    tally->timing.postprocess_ms += picture->timing.postprocess_ms;
}

static int explain(predict_job *job, const predict_picture *picture)
{
    if (picture->image == NULL || picture->found.count > 0 || job->explained >= EXPLAINED ||
        job->session->model.task == PAWL_TASK_CLASSIFY || app_term_is_quiet())
        return APP_EXIT_DONE;
    job->explained++;
    return predict_explain_empty(job, picture);
}

static int flush_batch(predict_job *job, struct gathered *batch)
{
    int code = detect(job, batch);
    for (size_t i = 0; i < batch->count && code == APP_EXIT_DONE; i++) {
        count_picture(&job->tally, &batch->items[i]);
        code = predict_writer_add(job->writer, &batch->items[i]);
    }
    /* At the end: it runs the network on other pictures. */
    for (size_t i = 0; i < batch->count && code == APP_EXIT_DONE; i++)
        code = explain(job, &batch->items[i]);
    release_pictures(batch);
    return code;
}

static int run_pictures(predict_job *job, struct gathered *batch)
{
    const size_t total = job->pictures->count;
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < total && code == APP_EXIT_DONE; i++) {
        if (app_is_interrupted())
            return app_fail_interrupted();
        if (total > 1)
            app_progress("pictures", i, total);
        predict_picture picture = {.path = job->pictures->items[i], .number = i + 1};
        read_picture(job->writer, &picture);
        if (!fits_in(batch, &picture))
            code = flush_batch(job, batch);
        if (code == APP_EXIT_DONE)
            code = add_picture(batch, &picture);
        if (code != APP_EXIT_DONE) {
            (void)pawl_image_destroy(&picture.image);
            return code;
        }
        if (batch->good == job->batch || batch->good == 0 || i + 1 == total)
            code = flush_batch(job, batch);
    }
    return code == APP_EXIT_DONE && app_is_interrupted() ? app_fail_interrupted() : code;
}

int predict_all(predict_job *job)
{
    struct gathered gathered = {0};
    gathered.images = calloc(job->batch, sizeof(pawl_image *));
    gathered.results = calloc(job->batch, sizeof(pawl_detections));
    gathered.scores = calloc(job->batch, sizeof(pawl_class_scores));
    const bool is_ready =
        gathered.images != NULL && gathered.results != NULL && gathered.scores != NULL;
    const int code = is_ready ? run_pictures(job, &gathered) : app_fail_memory();
    app_progress_end();
    release_pictures(&gathered);
    free(gathered.items);
    free(gathered.images);
    free(gathered.results);
    free(gathered.scores);
    return code;
}
