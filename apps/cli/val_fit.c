/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How pictures come to the network: as predict brings them, or as val.py's loader does. That one
 * resizes to the longer side first (INTER_AREA where it shrinks), and for a .pt pads to a rectangle
 * that it finds for each batch of pictures of like proportions.
 */
#include "cli/val.h"
#include "common/area_resize.h"
#include "common/picture_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAD        114
#define RECT_SLACK 0.5 /* of a stride, val.py's pad */

/* A picture's place among those of its proportions. */
struct proportion {
    size_t picture;
    double ratio; /* height to width; below 0: it cannot be read */
};

/* Rising, those that cannot be read last; equals as they are. */
static int by_ratio(const void *a, const void *b)
{
    const struct proportion *x = a, *y = b;
    if ((x->ratio < 0) != (y->ratio < 0))
        return x->ratio < 0 ? 1 : -1;
    if (x->ratio != y->ratio)
        return x->ratio < y->ratio ? -1 : 1;
    return x->picture < y->picture ? -1 : 1;
}

static double ratio_of(const val_picture *picture)
{
    pawl_image *image = NULL;
    pawl_image_view view;
    pawl_error error = {0};
    double ratio = -1;
    if (app_picture_read(picture->path, NULL, &image, &error) >= 0 &&
        pawl_image_view_get(image, &view, &error) >= 0)
        ratio = (double)view.height / view.width;
    (void)pawl_image_destroy(&image);
    return ratio; /* why it cannot be read is said when it is looked at */
}

static int32_t strides(const val_job *val, double share)
{
    const int32_t stride = val->session.model.max_stride;
    const int32_t side =
        val->shape.height > val->shape.width ? val->shape.height : val->shape.width;
    return (int32_t)ceil(share * side / stride + RECT_SLACK) * stride;
}

/* The rectangle that a group's pictures have room in. */
static app_shape group_shape(const val_job *val, const struct proportion *group, size_t count)
{
    const double least = group[0].ratio;
    double most = least;
    for (size_t i = 1; i < count && group[i].ratio >= 0; i++)
        most = group[i].ratio;
    if (most < 1)
        return (app_shape){strides(val, most), strides(val, 1)};
    if (least > 1)
        return (app_shape){strides(val, 1), strides(val, 1 / least)};
    return (app_shape){strides(val, 1), strides(val, 1)};
}

static int plan_rectangles(val_job *val)
{
    const size_t total = val->data.picture_count;
    const size_t room = val->options->batch > 0 ? (size_t)val->options->batch : VAL_GROUP;
    struct proportion *all = calloc(total + 1, sizeof *all);
    val->shapes = calloc(total + 1, sizeof(app_shape));
    int code = all == NULL || val->shapes == NULL ? app_fail_memory() : APP_EXIT_DONE;
    for (size_t i = 0; i < total && code == APP_EXIT_DONE; i++) {
        all[i] = (struct proportion){i, ratio_of(&val->data.pictures[i])};
        app_progress("sizes", i, total);
        if (app_is_interrupted())
            code = app_fail_interrupted();
    }
    app_progress_end();
    if (code == APP_EXIT_DONE) {
        qsort(all, total, sizeof *all, by_ratio);
        for (size_t i = 0; i < total; i++) {
            const size_t first = i - i % room;
            const size_t count = total - first < room ? total - first : room;
            val->order[i] = all[i].picture;
            val->shapes[i] = i == first ? group_shape(val, &all[first], count) : val->shapes[first];
        }
    }
    free(all);
    return code;
}

int val_plan(val_job *val)
{
    const size_t total = val->data.picture_count;
    val->order = calloc(total + 1, sizeof(size_t));
    if (val->order == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < total; i++)
        val->order[i] = i;
    return val->options->is_rect ? plan_rectangles(val) : APP_EXIT_DONE;
}

static void replace(val_item *item, pawl_image *image)
{
    (void)pawl_image_destroy(&item->image);
    item->image = image;
}

static pawl_status shrink(const pawl_image_view *view, int32_t width, int32_t height,
                          pawl_image **small, pawl_error *error)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    pawl_status made = PAWL_ERR_MEMORY;
    error->status = made;
    if (pixels != NULL && app_area_resize(view->pixels, view->width, view->height, view->row_size,
                                          pixels, width, height)) {
        const pawl_image_view smaller = {width, height, (size_t)width * 3, pixels};
        made = pawl_image_create(&smaller, small, error);
    }
    free(pixels);
    return made;
}

/* load_image of v7.0, which rounds down: to the longer side. */
static pawl_status resize(val_item *item, int32_t side, pawl_error *error)
{
    pawl_image_view view;
    pawl_image *made = NULL;
    pawl_status status = pawl_image_view_get(item->image, &view, error);
    const int32_t longer = view.width > view.height ? view.width : view.height;
    if (status < 0 || longer == side)
        return status;
    const double ratio = (double)side / longer;
    int32_t width = (int32_t)(view.width * ratio), height = (int32_t)(view.height * ratio);
    width = width > 0 ? width : 1;
    height = height > 0 ? height : 1;
    status = ratio < 1 ? shrink(&view, width, height, &made, error)
                       : pawl_image_resize(item->image, width, height, &made, error);
    if (status < 0)
        return status;
    item->gain_x = (double)width / view.width;
    item->gain_y = (double)height / view.height;
    replace(item, made);
    return PAWL_OK;
}

/* letterbox without scaling up: the picture in the middle of the shape. One that is larger is the
 * detector's to shrink. */
static pawl_status pad(val_item *item, app_shape shape, pawl_error *error)
{
    pawl_image_view view;
    pawl_image *made = NULL;
    pawl_status status = pawl_image_view_get(item->image, &view, error);
    if (status < 0 || view.width > shape.width || view.height > shape.height)
        return status;
    const size_t row = (size_t)shape.width * 3;
    uint8_t *pixels = malloc(row * (size_t)shape.height);
    if (pixels == NULL)
        return error->status = PAWL_ERR_MEMORY;
    item->pad_x = (shape.width - view.width) / 2.0;
    item->pad_y = (shape.height - view.height) / 2.0;
    const size_t left = (size_t)lrint(item->pad_x - 0.1), top = (size_t)lrint(item->pad_y - 0.1);
    memset(pixels, PAD, row * (size_t)shape.height);
    for (size_t y = 0; y < (size_t)view.height; y++)
        memcpy(pixels + (top + y) * row + left * 3, view.pixels + y * view.row_size,
               (size_t)view.width * 3);
    const pawl_image_view whole = {shape.width, shape.height, row, pixels};
    status = pawl_image_create(&whole, &made, error);
    free(pixels);
    if (status >= 0)
        replace(item, made);
    return status;
}

pawl_status val_fit(const val_job *val, val_item *item, app_shape shape, pawl_error *error)
{
    const app_shape whole = val->shape;
    pawl_status status = PAWL_OK;
    if (strcmp(val->options->resize, "area") == 0)
        status = resize(item, whole.height > whole.width ? whole.height : whole.width, error);
    return status >= 0 && val->shapes != NULL ? pad(item, shape, error) : status;
}
