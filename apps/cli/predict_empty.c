/* SPDX-License-Identifier: Apache-2.0 */
/* Why there are no boxes in a picture: no answer is empty without a reason that
 * can be found out. */
#include "cli/predict_job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUSPICIOUS 0.5f /* confidence of a box in swapped colours: below, they may be anything */

/* The first layer whose output is no number, as the observer comes by it. */
struct watch {
    bool is_found;
    uint32_t layer;
    char name[128];
    size_t bad, count; /* values of its output */
};

static int watch_layer(void *user, uint32_t layer, const char *name, const pawl_tensor *tensor)
{
    struct watch *watch = user;
    const float *values = tensor->data;
    const size_t count = tensor->size / sizeof(float);
    size_t bad = 0;
    for (size_t i = 0; i < count && !watch->is_found; i++)
        bad += isfinite(values[i]) ? 0 : 1;
    if (bad == 0)
        return 0;
    *watch = (struct watch){.is_found = true, .layer = layer, .bad = bad, .count = count};
    (void)snprintf(watch->name, sizeof watch->name, "%s", name != NULL ? name : "");
    return 0;
}

/* The best score that the network gives, of the classes that are asked for and of all. */
struct best {
    float wanted, any;
    int32_t wanted_class, any_class;
};

static bool is_wanted(const predict_options *options, int32_t class_id)
{
    for (size_t i = 0; i < options->classes.count; i++)
        if (options->classes.items[i] == class_id)
            return true;
    return options->classes.count == 0;
}

static struct best best_of(const predict_job *job, const pawl_candidates *candidates)
{
    const int32_t classes = job->session->model.class_count;
    struct best best = {.wanted = -1, .any = -1};
    for (size_t row = 0; row < candidates->count; row++) {
        const float *values = candidates->rows + row * candidates->width;
        for (int32_t c = 0; c < classes; c++) {
            const float score = values[4] * values[5 + c];
            if (score > best.any) {
                best.any = score;
                best.any_class = c;
            }
            if (score > best.wanted && is_wanted(job->writer->options, c)) {
                best.wanted = score;
                best.wanted_class = c;
            }
        }
    }
    return best;
}

/* All pixels alike: 0 to 255 of each of R, G, B. */
static bool is_constant(pawl_image *image, uint8_t rgb[3])
{
    pawl_error error = {0};
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    if (pawl_image_view_get(image, &view, &error) < 0)
        return false;
    memcpy(rgb, view.pixels, 3);
    for (int32_t y = 0; y < view.height; y++)
        for (int32_t x = 0; x < view.width; x++)
            if (memcmp(view.pixels + (size_t)y * view.row_size + (size_t)x * 3, rgb, 3) != 0)
                return false;
    return true;
}

/* With red and blue swapped, in a new image. */
static pawl_status swap_channels(pawl_image *image, pawl_image **swapped, pawl_error *error)
{
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    pawl_status status = pawl_image_view_get(image, &view, error);
    if (status < 0)
        return status;
    const size_t row = (size_t)view.width * 3;
    uint8_t *pixels = malloc(row * (size_t)view.height);
    if (pixels == NULL) {
        *error = (pawl_error){.status = PAWL_ERR_MEMORY, .message = "no memory for a picture"};
        return PAWL_ERR_MEMORY;
    }
    for (size_t y = 0; y < (size_t)view.height; y++)
        for (size_t at = 0; at < row; at += 3) {
            const uint8_t *from = view.pixels + y * view.row_size + at;
            uint8_t *to = pixels + y * row + at;
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    view.row_size = row;
    view.pixels = pixels;
    status = pawl_image_create(&view, swapped, error);
    free(pixels);
    return status;
}

/* The picture alone; where the profile asks for more, several times. */
static pawl_status detect_alone(const predict_job *job, pawl_image *image, pawl_detections *found,
                                pawl_error *error)
{
    const size_t count = (size_t)job->session->info.batch_min;
    pawl_image **images = calloc(count, sizeof *images);
    pawl_detections *results = calloc(count, sizeof *results);
    pawl_status status = PAWL_ERR_MEMORY;
    for (size_t i = 0; i < count && images != NULL; i++)
        images[i] = image;
    if (images != NULL && results != NULL)
        status = pawl_detector_run(job->detector, images, count, results, NULL, error);
    else
        error->status = PAWL_ERR_MEMORY;
    if (status >= 0)
        *found = results[0];
    free(images);
    free(results);
    return status;
}

/* Runs the picture that lies in the input once more, and keeps all that the head makes of it. */
static pawl_status look_inside(const predict_job *job, struct watch *watch, struct best *best,
                               pawl_error *error)
{
    pawl_candidates candidates = PAWL_CANDIDATES_INIT;
    pawl_context *context = job->context;
    pawl_status status = pawl_context_threshold_set(context, 0, error);
    if (status >= 0)
        status = pawl_context_observer_set(context, watch_layer, watch, error);
    if (status >= 0)
        status = pawl_context_run(context, error);
    if (status == PAWL_ERR_UNSUPPORTED) { /* a backend that shows no layers */
        (void)!pawl_context_observer_set(context, NULL, NULL, error);
        status = pawl_context_run(context, error);
    }
    if (status >= 0)
        status = pawl_context_candidates(context, 0, &candidates, error);
    if (status >= 0)
        *best = best_of(job, &candidates);
    pawl_error ignored = {0};
    (void)!pawl_context_observer_set(context, NULL, NULL, &ignored);
    return status;
}

static void say_best(const predict_job *job, const predict_picture *picture, struct best best)
{
    char wanted[PREDICT_NAME_SIZE], any[PREDICT_NAME_SIZE];
    const predict_options *options = job->writer->options;
    const predict_names *names = job->writer->names;
    if (best.any > (float)options->conf && best.any > best.wanted)
        app_note("%s: all that was found is left out by --classes: the best is %s %.2f",
                 picture->path, predict_name(names, best.any_class, any), (double)best.any);
    else if (best.wanted >= 0)
        app_note("%s: nothing scores above --conf %g: the best is %s %.3g", picture->path,
                 options->conf, predict_name(names, best.wanted_class, wanted),
                 (double)best.wanted);
    else
        app_note("%s: the network gives no score at all", picture->path);
}

static int say_if_swapped(const predict_job *job, const predict_picture *picture)
{
    pawl_error error = {0};
    pawl_image *swapped = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    pawl_status status = swap_channels(picture->image, &swapped, &error);
    if (status >= 0)
        status = detect_alone(job, swapped, &found, &error);
    if (status >= 0 && found.count > 0 && found.items[0].confidence >= SUSPICIOUS) {
        char *summary = predict_summary(job->writer->names, &found);
        if (summary != NULL)
            app_warn("%s: with red and blue swapped there would be %sup to %.2f: are its colours "
                     "in the order B G R?",
                     picture->path, summary, (double)found.items[0].confidence);
        free(summary);
    }
    (void)pawl_image_destroy(&swapped);
    return status < 0 ? app_fail_library(picture->path, &error) : APP_EXIT_DONE;
}

int predict_explain_empty(const predict_job *job, const predict_picture *picture)
{
    uint8_t rgb[3];
    pawl_error error = {0};
    struct watch watch = {.is_found = false};
    struct best best = {.wanted = -1, .any = -1};
    pawl_detections found = PAWL_DETECTIONS_INIT;
    const bool is_one_colour = is_constant(picture->image, rgb);
    if (is_one_colour)
        app_warn("%s: all of its pixels are %s (%d, %d, %d)", picture->path,
                 rgb[0] + rgb[1] + rgb[2] == 0 ? "black" : "of one colour", rgb[0], rgb[1], rgb[2]);
    pawl_status status = detect_alone(job, picture->image, &found, &error);
    if (status >= 0)
        status = look_inside(job, &watch, &best, &error);
    if (status < 0)
        return app_fail_library(job->session->path, &error);
    if (watch.is_found) {
        const bool is_half = strcmp(job->session->info.precision, "fp16") == 0;
        app_warn("%s: %zu of %zu values are NaN or infinite from layer %u (%s) on: %sthe weights "
                 "are damaged, or of a training that diverged",
                 picture->path, watch.bad, watch.count, watch.layer, watch.name,
                 is_half ? "it exceeds 65504, the largest that FP16 holds (build with --precision "
                           "bf16 or fp32), or "
                         : "");
        return APP_EXIT_DONE;
    }
    say_best(job, picture, best);
    return is_one_colour ? APP_EXIT_DONE : say_if_swapped(job, picture);
}
