/* SPDX-License-Identifier: Apache-2.0 */
/* One picture through both sides: layer by layer, row by row, box by box. */
#include "cli/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUIET  0.01 /* of the bound: what rounding alone makes of a sound engine's layer */
#define LOUDER 4.0

/* What an observer is to do with the tensors it is shown. */
struct watch {
    verify_pair *pair;
    bool is_reference;
    size_t only; /* compare this layer alone, into *gap; layer_count: all */
    verify_gap gap;
};

/* Sums over a tensor, to become a gap. */
struct sums {
    double difference, expected, found, product; /* squares, and the scalar product */
    double max_error, max_expected;
};

static const verify_gap no_gap = {.cosine = 1};

static void add_value(struct sums *sums, double expected, double found)
{
    double error = fabs(found - expected);
    if (expected == found || (isnan(expected) && isnan(found)))
        error = 0; /* infinities of one sign too */
    else if (!isfinite(found) || !isfinite(expected))
        error = HUGE_VAL;
    sums->max_error = fmax(sums->max_error, error);
    if (isfinite(expected) && isfinite(found)) {
        sums->max_expected = fmax(sums->max_expected, fabs(expected));
        sums->expected += expected * expected;
        sums->found += found * found;
        sums->product += expected * found;
    }
    sums->difference += error * error;
}

static double ratio(double part, double whole)
{
    return part == 0 ? 0 : whole == 0 ? HUGE_VAL : part / whole;
}

static verify_gap gap_of(const struct sums *sums)
{
    const double length = sqrt(sums->expected) * sqrt(sums->found);
    return (verify_gap){
        .max_error = sums->max_error,
        .relative = ratio(sqrt(sums->difference), sqrt(sums->expected)),
        .relative_max = ratio(sums->max_error, sums->max_expected),
        .cosine = length > 0              ? sums->product / length
                  : sums->difference == 0 ? 1
                                          : 0,
    };
}

static void widen(verify_gap *worst, const verify_gap *gap)
{
    worst->max_error = fmax(worst->max_error, gap->max_error);
    worst->relative = fmax(worst->relative, gap->relative);
    worst->relative_max = fmax(worst->relative_max, gap->relative_max);
    worst->cosine = fmin(worst->cosine, gap->cosine);
}

static void note_gap(verify_layer *layer, const verify_gap *gap)
{
    if (!layer->is_compared)
        layer->gap = no_gap;
    layer->is_compared = true;
    widen(&layer->gap, gap);
}

static bool keep_expected(verify_layer *layer, const float *values, size_t count)
{
    if (count > layer->room) {
        float *larger = realloc(layer->expected, count * sizeof(float));
        if (larger == NULL)
            return false;
        layer->expected = larger;
        layer->room = count;
    }
    memcpy(layer->expected, values, count * sizeof(float));
    layer->count = count;
    return true;
}

static int watch_layer(void *user, uint32_t id, const char *name, const pawl_tensor *tensor)
{
    struct watch *watch = user;
    verify_pair *pair = watch->pair;
    const size_t count = tensor->size / sizeof(float);
    const float *values = tensor->data;
    (void)name;
    for (size_t i = 0; i < pair->layer_count; i++) {
        verify_layer *layer = &pair->layers[i];
        if (layer->id != id || (watch->only < pair->layer_count && watch->only != i))
            continue;
        if (watch->is_reference)
            return keep_expected(layer, values, count) ? 0 : 1;
        if (layer->count != count)
            continue; /* the reference has no such layer */
        struct sums sums = {0};
        for (size_t j = 0; j < count; j++)
            add_value(&sums, (double)layer->expected[j], (double)values[j]);
        watch->gap = gap_of(&sums);
        if (watch->only == pair->layer_count)
            note_gap(layer, &watch->gap);
    }
    return app_is_interrupted() ? 1 : 0;
}

/* The picture as the network sees it, into every place of the batch. */
static pawl_status fill_input(const verify_pair *pair, pawl_context *context, pawl_image *image,
                              pawl_error *error)
{
    pawl_image *boxed = NULL;
    pawl_image_view view = {.pixels = NULL};
    pawl_tensor input = {.data = NULL};
    pawl_status status =
        pawl_image_letterbox(image, pair->shape.width, pair->shape.height, &boxed, error);
    if (status >= 0)
        status = pawl_image_view_get(boxed, &view, error);
    if (status >= 0)
        status = pawl_context_input(context, &input, error);
    const size_t row = (size_t)pair->shape.width * 3, height = (size_t)pair->shape.height;
    for (size_t y = 0; status >= 0 && y < input.size / row; y++)
        memcpy((uint8_t *)input.data + y * row, view.pixels + y % height * view.row_size, row);
    (void)pawl_image_destroy(&boxed);
    return status;
}

/* A run of one side under watch. The threshold of 0 lets the head report all its rows; suppression
 * then keeps what is above --conf. */
static pawl_status look(const verify_side *side, struct watch *watch, pawl_image *image,
                        pawl_detections *found, pawl_error *error)
{
    const bool is_watched = watch->is_reference || !watch->pair->is_blind;
    pawl_status status = fill_input(watch->pair, side->context, image, error);
    if (status >= 0)
        status = pawl_context_threshold_set(side->context, 0, error);
    if (status >= 0)
        status =
            pawl_context_observer_set(side->context, is_watched ? watch_layer : NULL, watch, error);
    if (status >= 0)
        status = pawl_context_run(side->context, error);
    if (status >= 0 && side->model.task != PAWL_TASK_CLASSIFY)
        status = pawl_detector_collect(side->detector, 0, found, error);
    return status;
}

/* The rows that both sides report: what the head made of the last layers. */
static pawl_status compare_rows(verify_pair *pair, pawl_error *error)
{
    pawl_candidates expected = {0}, found = {0};
    pawl_status status = pawl_context_candidates(pair->reference.context, 0, &expected, error);
    if (status >= 0)
        status = pawl_context_candidates(pair->engine.context, 0, &found, error);
    if (status < 0)
        return status;
    struct sums sums = {0};
    size_t rows = 0;
    for (size_t i = 0, j = 0; i < expected.count && j < found.count;) {
        if (expected.index[i] != found.index[j]) {
            if (expected.index[i] < found.index[j])
                i++;
            else
                j++;
            continue;
        }
        for (size_t k = 0; k < expected.width; k++)
            add_value(&sums, (double)expected.rows[i * expected.width + k],
                      (double)found.rows[j * found.width + k]);
        rows++;
        i++;
        j++;
    }
    const verify_gap gap = gap_of(&sums);
    if (rows > 0)
        note_gap(&pair->layers[pair->layer_count - 1], &gap);
    return PAWL_OK;
}

int verify_picture(verify_pair *pair, pawl_image *image)
{
    pawl_error error = {0};
    pawl_detections expected = {0}, found = {0};
    struct watch watch = {.pair = pair, .is_reference = true, .only = pair->layer_count};
    pawl_status status = look(&pair->reference, &watch, image, &expected, &error);
    watch.is_reference = false;
    if (status >= 0)
        status = look(&pair->engine, &watch, image, &found, &error);
    if (status == PAWL_ERR_UNSUPPORTED && !pair->is_blind) {
        /* A backend that fuses layers has none to show: its boxes remain. */
        app_warn("%s; comparing the output alone", error.message);
        pair->is_blind = true;
        status = look(&pair->engine, &watch, image, &found, &error);
    }
    if (status >= 0 && pair->engine.model.task != PAWL_TASK_CLASSIFY)
        status = compare_rows(pair, &error);
    if (status == PAWL_ERR_CANCELLED && !app_is_interrupted())
        return app_fail_memory();
    if (status < 0)
        return app_fail_library(pair->path, &error);
    verify_count_boxes(pair, &expected, &found);
    return pair->takes_shots ? verify_take_shot(pair, image, &expected, &found) : APP_EXIT_DONE;
}

bool verify_is_clipped(const verify_pair *pair)
{
    return strcmp(pair->engine.info.precision, "int8") == 0;
}

/* By the 2-norm, and where nothing is cut off by the largest difference, too. */
static double error_of(const verify_pair *pair, const verify_gap *gap)
{
    return verify_is_clipped(pair) ? gap->relative : fmax(gap->relative, gap->relative_max);
}

bool verify_diverges(const verify_pair *pair, const verify_layer *layer)
{
    return layer->is_compared && !(error_of(pair, &layer->gap) <= pair->max_error);
}

/* An error may stay below the bound where it arises and cross it further on: of the layers up to
 * the first beyond the bound, the culprit is the first that stands out from all before it. */
static size_t origin(const verify_pair *pair, size_t beyond)
{
    double before = pair->max_error * QUIET;
    for (size_t i = 0; i < beyond && beyond < pair->layer_count; i++) {
        const verify_gap *gap = &pair->layers[i].gap;
        const double error = error_of(pair, gap);
        if (!pair->layers[i].is_compared)
            continue;
        if (error > before * LOUDER)
            return i;
        before = fmax(before, error);
    }
    return beyond;
}

void verify_judge(verify_pair *pair)
{
    pair->first = 0;
    while (pair->first < pair->layer_count && !verify_diverges(pair, &pair->layers[pair->first]))
        pair->first++;
    pair->first = origin(pair, pair->first);
    pair->is_passed = pair->first == pair->layer_count && verify_f1(&pair->boxes) >= pair->min_f1;
}

static pawl_image *swapped(pawl_image *image, pawl_error *error)
{
    pawl_image_view view;
    pawl_image *made = NULL;
    if (pawl_image_view_get(image, &view, error) < 0)
        return NULL;
    const size_t width = (size_t)view.width, height = (size_t)view.height;
    uint8_t *pixels = malloc(width * height * 3);
    for (size_t y = 0; pixels != NULL && y < height; y++)
        for (size_t x = 0; x < width; x++)
            for (size_t c = 0; c < 3; c++)
                pixels[(y * width + x) * 3 + c] = view.pixels[y * view.row_size + x * 3 + 2 - c];
    const pawl_image_view other = {view.width, view.height, width * 3, pixels};
    if (pixels == NULL || pawl_image_create(&other, &made, error) < 0)
        made = NULL;
    free(pixels);
    return made;
}

int verify_try_bgr(verify_pair *pair, pawl_image *image)
{
    pawl_error error = {0};
    pawl_detections found = {0};
    pawl_image *other = NULL;
    struct watch watch = {.pair = pair, .is_reference = true, .only = pair->first};
    if (pair->is_blind || pair->first + 1 >= pair->layer_count)
        return APP_EXIT_DONE;
    pawl_status status = look(&pair->reference, &watch, image, &found, &error);
    if (status >= 0 && (other = swapped(image, &error)) == NULL)
        return app_fail_memory();
    watch.is_reference = false;
    watch.gap = (verify_gap){.relative = HUGE_VAL};
    if (status >= 0)
        status = look(&pair->engine, &watch, other, &found, &error);
    (void)pawl_image_destroy(&other);
    if (status < 0)
        return app_fail_library(pair->path, &error);
    pair->is_bgr = error_of(pair, &watch.gap) <= pair->max_error;
    return APP_EXIT_DONE;
}
