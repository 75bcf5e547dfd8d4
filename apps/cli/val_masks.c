/* SPDX-License-Identifier: Apache-2.0 */
/* Masks of labelled objects and of what was found, as run lengths in the pixels of the picture. */
#include "cli/val.h"

#include <math.h>
#include <stdlib.h>

static const char no_polygon[] =
    "a polygon that is none: three corners or more, an x and a y each, are needed";

/* Adds a mask, which is taken, to another, which is empty before the first.
 * False: memory ran out. */
static bool add_part(app_rle *mask, app_rle *part)
{
    if (mask->counts == NULL) {
        *mask = *part;
        return true;
    }
    const bool is_good = app_rle_unite(mask, part);
    app_rle_free(part);
    return is_good;
}

static bool add_polygon(app_rle *mask, const double *corners, size_t count, int32_t height,
                        int32_t width)
{
    app_rle polygon;
    return app_rle_from_polygon(&polygon, height, width, corners, count) &&
           add_part(mask, &polygon);
}

/* The numbers of a list; free() them. NULL where one is none. */
static double *read_numbers(const json_t *list)
{
    const size_t count = json_array_size(list);
    double *numbers = malloc((count + 1) * sizeof(double));
    for (size_t i = 0; numbers != NULL && i < count; i++) {
        const json_t *number = json_array_get(list, i);
        numbers[i] = json_number_value(number);
        if (!json_is_number(number)) {
            free(numbers);
            return NULL;
        }
    }
    return numbers;
}

/* x0, y0, x1, y1 ... of a polygon; a number too many is passed over. A box: its x, y, width,
 * height. */
static bool add_outline(app_rle *mask, const json_t *list, bool is_box, int32_t height,
                        int32_t width)
{
    const size_t count = json_array_size(list);
    double *at = (is_box ? count == 4 : count > 3) ? read_numbers(list) : NULL;
    if (at == NULL)
        return false;
    const double right = at[0] + at[2], bottom = at[1] + at[3];
    const double box[] = {at[0], at[1], at[0], bottom, right, bottom, right, at[1]};
    const bool is_good = is_box ? add_polygon(mask, box, 4, height, width)
                                : add_polygon(mask, at, count / 2, height, width);
    free(at);
    return is_good;
}

static bool read_counts(app_rle *mask, const json_t *list, int32_t height, int32_t width)
{
    const size_t count = json_array_size(list);
    uint32_t *counts = malloc((count + 1) * sizeof(uint32_t));
    bool is_good = counts != NULL;
    for (size_t i = 0; i < count && is_good; i++) {
        const double run = json_number_value(json_array_get(list, i));
        is_good = json_is_number(json_array_get(list, i)) && run >= 0 && run <= UINT32_MAX &&
                  run == floor(run);
        counts[i] = is_good ? (uint32_t)run : 0;
    }
    is_good = is_good && app_rle_from_counts(mask, height, width, counts, count);
    free(counts);
    return is_good;
}

static const char *mask_of_runs(app_rle *mask, const json_t *object, int32_t height, int32_t width)
{
    const json_t *size = json_object_get(object, "size"),
                 *counts = json_object_get(object, "counts");
    if (json_integer_value(json_array_get(size, 0)) != height ||
        json_integer_value(json_array_get(size, 1)) != width)
        return "run lengths whose size is not the picture's height and width";
    const bool is_good = json_is_string(counts)
                             ? app_rle_from_text(mask, height, width, json_string_value(counts))
                             : read_counts(mask, counts, height, width);
    return is_good ? NULL : "run lengths that are no mask of the picture's size";
}

/* Polygons, boxes or run lengths that make one mask together. As pycocotools has it, four numbers
 * in the first make boxes of all; a list of numbers alone is one polygon. */
static const char *mask_of_list(app_rle *mask, const json_t *list, int32_t height, int32_t width)
{
    const bool is_flat = json_is_number(json_array_get(list, 0));
    const bool is_box = !is_flat && json_array_size(json_array_get(list, 0)) == 4;
    const char *problem = NULL;
    for (size_t i = 0; i < (is_flat ? 1 : json_array_size(list)) && problem == NULL; i++) {
        const json_t *item = is_flat ? list : json_array_get(list, i);
        app_rle part = {0};
        if (!json_is_object(item)) {
            const bool is_added = (!is_flat || json_array_size(list) > 5) &&
                                  add_outline(mask, item, is_box, height, width);
            problem = is_added ? NULL : no_polygon;
            continue;
        }
        problem = mask_of_runs(&part, item, height, width);
        if (problem == NULL && !add_part(mask, &part))
            problem = "run lengths for which memory ran out";
    }
    if (problem != NULL)
        app_rle_free(mask);
    return problem;
}

const char *val_mask_of_json(app_rle *mask, const json_t *segmentation, int32_t height,
                             int32_t width)
{
    *mask = (app_rle){0};
    if (height < 1 || width < 1)
        return "a mask, but its image has no height and width";
    if (json_is_object(segmentation))
        return mask_of_runs(mask, segmentation, height, width);
    if (json_is_array(segmentation))
        return mask_of_list(mask, segmentation, height, width);
    return "a segmentation that is neither polygons nor run lengths";
}

bool val_mask_of_corners(app_rle *mask, const float *corners, size_t count, int32_t height,
                         int32_t width)
{
    double *pixels = malloc((2 * count + 1) * sizeof(double));
    *mask = (app_rle){0};
    for (size_t i = 0; pixels != NULL && i < 2 * count; i++)
        pixels[i] = (double)corners[i] * (i % 2 == 0 ? width : height);
    const bool is_good = pixels != NULL && add_polygon(mask, pixels, count, height, width);
    free(pixels);
    return is_good;
}

/* Where the network saw a smaller picture (--resize area), its mask takes the picture's size: each
 * pixel is that of its centre. */
static bool encode_enlarged(app_rle *mask, const pawl_mask *small, int32_t height, int32_t width)
{
    uint8_t *pixels = malloc((size_t)height * (size_t)width);
    if (pixels == NULL)
        return false;
    for (int32_t y = 0; y < height; y++) {
        const int64_t from = (2 * (int64_t)y + 1) * small->height / (2 * (int64_t)height);
        const uint8_t *row = small->pixels + (size_t)from * (size_t)small->width;
        uint8_t *out = pixels + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++)
            out[x] = row[(2 * (int64_t)x + 1) * small->width / (2 * (int64_t)width)];
    }
    const bool is_good = app_rle_encode(mask, pixels, height, width, (size_t)width);
    free(pixels);
    return is_good;
}

int val_mask_of_find(const val_job *val, const val_picture *picture, size_t slot, size_t index,
                     app_rle *mask)
{
    pawl_error error = {0};
    pawl_mask made;
    const pawl_mask_form form = val->options->is_retina ? PAWL_MASK_NATIVE : PAWL_MASK_PICTURE;
    *mask = (app_rle){0};
    if (pawl_detector_mask(val->detector, slot, index, form, &made, &error) < 0)
        return app_fail_library(picture->path, &error);
    const bool is_same = made.width == picture->width && made.height == picture->height;
    const bool is_good =
        is_same ? app_rle_encode(mask, made.pixels, made.height, made.width, (size_t)made.width)
                : encode_enlarged(mask, &made, picture->height, picture->width);
    return is_good ? APP_EXIT_DONE : app_fail_memory();
}
