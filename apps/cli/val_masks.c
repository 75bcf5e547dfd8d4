/* SPDX-License-Identifier: Apache-2.0 */
/* Masks of labelled objects and of what was found, as run lengths in the pixels of the picture. */
#include "cli/val.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "memory ran out over its mask";

/* Adds a polygon to the mask, which is empty before the first. */
static bool add_polygon(app_rle *mask, const double *corners, size_t count, int32_t height,
                        int32_t width)
{
    app_rle polygon;
    if (!app_rle_from_polygon(&polygon, height, width, corners, count))
        return false;
    if (mask->counts == NULL) {
        *mask = polygon;
        return true;
    }
    const bool is_good = app_rle_unite(mask, &polygon);
    app_rle_free(&polygon);
    return is_good;
}

/* x0, y0, x1, y1 ... of a list; free() them. NULL where it is no polygon. */
static double *read_corners(const json_t *list)
{
    const size_t count = json_array_size(list);
    if (count < 6 || count % 2 != 0)
        return NULL;
    double *corners = malloc(count * sizeof(double));
    for (size_t i = 0; corners != NULL && i < count; i++) {
        const json_t *number = json_array_get(list, i);
        corners[i] = json_number_value(number);
        if (!json_is_number(number)) {
            free(corners);
            return NULL;
        }
    }
    return corners;
}

static const char *mask_of_polygons(app_rle *mask, const json_t *list, int32_t height,
                                    int32_t width)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        double *corners = read_corners(json_array_get(list, i));
        const bool is_good =
            corners != NULL &&
            add_polygon(mask, corners, json_array_size(json_array_get(list, i)) / 2, height, width);
        free(corners);
        if (!is_good) {
            app_rle_free(mask);
            return "a polygon that is none: three corners or more, an x and a y each, are needed";
        }
    }
    return NULL;
}

static bool read_counts(app_rle *mask, const json_t *list, int32_t height, int32_t width)
{
    const size_t count = json_array_size(list);
    uint32_t *counts = malloc((count + 1) * sizeof(uint32_t));
    bool is_good = counts != NULL;
    for (size_t i = 0; i < count && is_good; i++) {
        const json_int_t run = json_integer_value(json_array_get(list, i));
        is_good = json_is_integer(json_array_get(list, i)) && run >= 0 && run <= UINT32_MAX;
        counts[i] = (uint32_t)run;
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

const char *val_mask_of_json(app_rle *mask, const json_t *segmentation, int32_t height,
                             int32_t width)
{
    *mask = (app_rle){0};
    if (height < 1 || width < 1)
        return "a mask, but its image has no height and width";
    if (json_is_object(segmentation))
        return mask_of_runs(mask, segmentation, height, width);
    if (json_is_array(segmentation))
        return mask_of_polygons(mask, segmentation, height, width);
    return "a segmentation that is neither polygons nor run lengths";
}

const char *val_mask_of_corners(app_rle *mask, const double *corners, size_t count, int32_t height,
                                int32_t width)
{
    double *pixels = malloc((2 * count + 1) * sizeof(double));
    *mask = (app_rle){0};
    if (pixels == NULL)
        return no_memory;
    for (size_t i = 0; i < 2 * count; i++)
        pixels[i] = corners[i] * (i % 2 == 0 ? width : height);
    const bool is_good = add_polygon(mask, pixels, count, height, width);
    free(pixels);
    return is_good ? NULL : no_memory;
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
