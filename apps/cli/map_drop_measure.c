/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much a layer's integers disturb what the network says: on a few of the labelled pictures,
 * with that layer alone of integers, the error against float32. Of boxes the squares of what scores
 * differ by and what boxes differ by in parts of their size, each row weighed by its objectness; of
 * prototypes and of classes the 2-norm of the difference over that of what is right.
 */
#include "cli/map_drop.h"

#include "common/picture_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES    8
#define OUTPUTS     2                   /* rows and prototypes at most */
#define MOST_MEMORY ((size_t)512 << 20) /* of what float32 made of the pictures */

/* A detector's or classifier's engine that is fed pictures as they are here. */
typedef struct feeder {
    session session;
    pawl_context *context;
} feeder;

static int open_feeder(const dropping *d, pawl_plan *plan, feeder *made)
{
    pawl_error error = {0};
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    const session_options options = {.threads = d->options->threads};
    const int code = session_start(&made->session, plan, d->options->model, &options);
    if (code != APP_EXIT_DONE)
        return code;
    desc.threads = made->session.threads;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.batch = made->session.info.batch_min;
    return pawl_context_create(made->session.engine, &desc, &made->context, &error) < 0
               ? app_fail_library(d->options->model, &error)
               : APP_EXIT_DONE;
}

static void close_feeder(feeder *made)
{
    (void)pawl_context_destroy(&made->context);
    session_close(&made->session);
}

/* The picture as the network sees it. */
static pawl_status fit(const feeder *by, pawl_image *image, pawl_image **fitted, pawl_error *error)
{
    const pawl_plan_info *info = &by->session.info;
    if (by->session.model.task == PAWL_TASK_CLASSIFY)
        return pawl_image_centre_crop(image, info->width, info->height, fitted, error);
    return pawl_image_letterbox(image, info->width, info->height, fitted, error);
}

static pawl_status keep_picture(dropping *d, const feeder *by, const char *path, pawl_error *error)
{
    pawl_image *image = NULL, *fitted = NULL;
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    pawl_status status = app_picture_read(path, NULL, &image, error);
    if (status >= 0)
        status = fit(by, image, &fitted, error);
    if (status >= 0)
        status = pawl_image_view_get(fitted, &view, error);
    unsigned char *to = d->pictures + d->picture_count * d->picture_size;
    for (int32_t y = 0; status >= 0 && y < view.height; y++)
        memcpy(to + (size_t)y * (size_t)view.width * 3, view.pixels + (size_t)y * view.row_size,
               (size_t)view.width * 3);
    d->picture_count += status >= 0;
    (void)pawl_image_destroy(&fitted);
    (void)pawl_image_destroy(&image);
    return status;
}

static int run(const dropping *d, const feeder *by, size_t picture)
{
    pawl_error error = {0};
    pawl_tensor input;
    pawl_status status = pawl_context_input(by->context, &input, &error);
    if (status >= 0) {
        memcpy(input.data, d->pictures + picture * d->picture_size, d->picture_size);
        status = pawl_context_run(by->context, &error);
    }
    return status < 0 ? app_fail_library(d->options->model, &error) : APP_EXIT_DONE;
}

/* Output k of the first picture of the batch. */
static int output_of(const dropping *d, const feeder *by, size_t k, pawl_tensor *output)
{
    pawl_error error = {0};
    if (pawl_context_output(by->context, k, output, &error) < 0)
        return app_fail_library(d->options->model, &error);
    output->size /= (size_t)output->dims[0];
    return APP_EXIT_DONE;
}

/* So many pictures of the data as there is room for, from all over it, and float32's outputs. */
static int prepare(dropping *d, const feeder *by)
{
    pawl_error error = {0};
    pawl_tensor tensor;
    size_t size = 0;
    d->output_count = pawl_context_output_count(by->context);
    for (size_t k = 0; k < d->output_count; k++) {
        if (output_of(d, by, k, &tensor) != APP_EXIT_DONE)
            return APP_EXIT_FAILED;
        size += tensor.size;
    }
    if (pawl_context_input(by->context, &tensor, &error) < 0)
        return app_fail_library(d->options->model, &error);
    const size_t all = d->data.picture_count;
    size_t wanted = MOST_MEMORY / (size + 1) + 1;
    wanted = wanted < PICTURES ? wanted : PICTURES;
    wanted = wanted < all ? wanted : all;
    d->picture_size = tensor.size / (size_t)tensor.dims[0];
    d->pictures = malloc(wanted * d->picture_size + 1);
    d->expected = calloc(wanted * OUTPUTS + 1, sizeof *d->expected);
    if (d->pictures == NULL || d->expected == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < wanted; i++) {
        const val_picture *picture = &d->data.pictures[i * all / wanted];
        if (picture->is_seen && keep_picture(d, by, picture->path, &error) < 0)
            return app_fail_library(picture->path, &error);
    }
    return d->picture_count > 0 ? APP_EXIT_DONE
                                : app_fail(APP_EXIT_INPUT,
                                           "%s: none of the pictures to measure layers by could be "
                                           "read",
                                           d->options->data);
}

/* What becomes of output k of a picture. */
typedef int output_visitor(void *user, size_t picture, size_t k, const pawl_tensor *output);

static int visit_outputs(const dropping *d, const feeder *by, output_visitor *visit, void *user)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < d->picture_count && code == APP_EXIT_DONE; i++) {
        code = run(d, by, i);
        for (size_t k = 0; k < d->output_count && code == APP_EXIT_DONE; k++) {
            pawl_tensor output;
            code = output_of(d, by, k, &output);
            if (code == APP_EXIT_DONE)
                code = visit(user, i, k, &output);
        }
    }
    return code;
}

static int keep_output(void *user, size_t picture, size_t k, const pawl_tensor *output)
{
    const dropping *d = user;
    float *kept = malloc(output->size);
    if (kept == NULL)
        return app_fail_memory();
    memcpy(kept, output->data, output->size);
    d->expected[picture * OUTPUTS + k] = kept;
    return APP_EXIT_DONE;
}

/* Over all pictures. */
struct sums {
    double error, weight;
};

struct comparison {
    const dropping *d;
    bool has_rows; /* output 0 is boxes */
    struct sums sums[OUTPUTS];
};

static double square(double x)
{
    return isfinite(x) ? x * x : 1e6;
}

static void add_rows(struct sums *sums, const float *want, const pawl_tensor *found)
{
    const size_t width = (size_t)found->dims[found->rank - 1];
    const float *got = found->data;
    for (size_t left = found->size / sizeof(float) / width; left > 0; left--) {
        double error = 0;
        for (size_t i = 0; i < 4; i++)
            error +=
                square(((double)got[i] - (double)want[i]) / fmax(1.0, (double)want[2 + i % 2]));
        for (size_t i = 4; i < width; i++)
            error += square((double)got[i] - (double)want[i]);
        sums->error += (double)want[4] * error;
        sums->weight += (double)want[4];
        want += width;
        got += width;
    }
}

static void add_values(struct sums *sums, const float *want, const pawl_tensor *found)
{
    const float *got = found->data;
    for (size_t i = 0; i < found->size / sizeof(float); i++) {
        sums->error += square((double)got[i] - (double)want[i]);
        sums->weight += square((double)want[i]);
    }
}

static int compare_output(void *user, size_t picture, size_t k, const pawl_tensor *output)
{
    struct comparison *to = user;
    const float *want = to->d->expected[picture * OUTPUTS + k];
    (k == 0 && to->has_rows ? add_rows : add_values)(&to->sums[k], want, output);
    return APP_EXIT_DONE;
}

static int compare(const dropping *d, const feeder *by, double *error)
{
    struct comparison to = {.d = d, .has_rows = by->session.model.task != PAWL_TASK_CLASSIFY};
    const int code = visit_outputs(d, by, compare_output, &to);
    double sum = 0;
    for (size_t k = 0; k < OUTPUTS; k++)
        sum += to.sums[k].error / fmax(to.sums[k].weight, 1e-30);
    *error = sqrt(sum);
    return code;
}

/* Layer i alone of integers: the others stand around it in the list. */
static int measure_layer(dropping *d, size_t i)
{
    pawl_plan *plan = NULL;
    feeder by = {.context = NULL};
    int code = drop_build(d, true, i, i + 1, &plan);
    if (code == APP_EXIT_DONE)
        code = open_feeder(d, plan, &by);
    if (code == APP_EXIT_DONE)
        code = compare(d, &by, &d->layers[i].error);
    close_feeder(&by);
    return code;
}

static int expect(dropping *d)
{
    pawl_plan *plan = NULL;
    feeder by = {.context = NULL};
    int code = drop_build(d, false, 0, 0, &plan);
    if (code == APP_EXIT_DONE)
        code = open_feeder(d, plan, &by);
    if (code == APP_EXIT_DONE)
        code = prepare(d, &by);
    if (code == APP_EXIT_DONE)
        code = visit_outputs(d, &by, keep_output, d);
    close_feeder(&by);
    return code;
}

/* Worst first; equal ones as the network has them, which a stable sort keeps. */
static void sort_layers(dropping *d)
{
    for (size_t i = 1; i < d->layer_count; i++) {
        const drop_layer layer = d->layers[i];
        size_t at = i;
        for (; at > 0 && d->layers[at - 1].error < layer.error; at--)
            d->layers[at] = d->layers[at - 1];
        d->layers[at] = layer;
    }
}

int drop_measure(dropping *d)
{
    int code = expect(d);
    for (size_t i = 0; i < d->layer_count && code == APP_EXIT_DONE; i++) {
        app_progress("error of each layer", i, d->layer_count);
        code = app_is_interrupted() ? app_fail_interrupted() : measure_layer(d, i);
    }
    app_progress_end();
    if (code == APP_EXIT_DONE)
        sort_layers(d);
    return code;
}

void drop_measure_free(dropping *d)
{
    for (size_t i = 0; d->expected != NULL && i < d->picture_count * OUTPUTS; i++)
        free(d->expected[i]);
    free(d->expected);
    free(d->pictures);
}
