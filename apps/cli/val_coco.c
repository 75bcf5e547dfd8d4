/* SPDX-License-Identifier: Apache-2.0 */
/* Labels as COCO has them: one JSON file of images, annotations, categories. */
#include "cli/val.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wrong(const val_data *data, const char *what, size_t index)
{
    return app_fail(APP_EXIT_INPUT, "%s: %s (number %zu, from 0)", data->path, what, index);
}

static int by_category_id(const void *a, const void *b)
{
    const val_category *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id ? 1 : 0;
}

static int by_picture_id(const void *a, const void *b)
{
    const val_picture *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id ? 1 : 0;
}

static int read_categories(val_data *data, const json_t *root)
{
    const json_t *list = json_object_get(root, "categories");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *id = json_object_get(item, "id");
        const char *name = json_string_value(json_object_get(item, "name"));
        if (!json_is_integer(id) || name == NULL)
            return wrong(data, "a category without a numeric id and a name", i);
        if (val_add_category(data, json_integer_value(id), name) == NULL)
            return app_fail_memory();
    }
    if (data->category_count == 0)
        return app_fail(APP_EXIT_INPUT, "%s: has no categories", data->path);
    qsort(data->categories, data->category_count, sizeof(val_category), by_category_id);
    for (size_t i = 1; i < data->category_count; i++)
        if (data->categories[i].id == data->categories[i - 1].id)
            return app_fail(APP_EXIT_INPUT, "%s: category id %lld is there twice", data->path,
                            (long long)data->categories[i].id);
    return APP_EXIT_DONE;
}

/* True where this folder holds the first picture of the file. */
static bool holds(const char *folder, const char *file)
{
    char *path = folder == NULL ? NULL : app_format("%s/%s", folder, file);
    const bool is_there = path != NULL && access(path, R_OK) == 0;
    free(path);
    return is_there;
}

/*
 * The folder of the pictures: --images, else where COCO's own layout puts it beside
 * annotations/instances_NAME.json, else the folder of the file. free() it.
 */
static char *find_folder(const val_data *data, const val_options *options, const char *file)
{
    const char *name = app_path_name(data->path);
    const int above = (int)(name - data->path);
    const int stem = (int)app_stem_length(name);
    const char *set = strchr(name, '_') != NULL ? strchr(name, '_') + 1 : name;
    const int length = stem - (int)(set - name);
    if (options->images != NULL)
        return app_format("%s", options->images);
    const char *up = above > 0 ? "" : "./";
    char *places[] = {app_format("%.*s%s../%.*s", above, data->path, up, length, set),
                      app_format("%.*s%s../images/%.*s", above, data->path, up, length, set),
                      app_format("%.*s%s%.*s", above, data->path, up, length, set),
                      app_format("%.*s%simages", above, data->path, up),
                      app_format("%.*s%s..", above, data->path, up),
                      app_format("%.*s%s.", above, data->path, up)};
    char *found = NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (found == NULL && holds(places[i], file))
            found = places[i];
        else
            free(places[i]);
    }
    return found;
}

/* 0 where the file does not say. */
static int32_t read_side(const json_t *image, const char *name)
{
    const json_int_t side = json_integer_value(json_object_get(image, name));
    return side > 0 && side <= INT32_MAX ? (int32_t)side : 0;
}

static int read_pictures(val_data *data, const val_options *options, const json_t *root)
{
    const json_t *list = json_object_get(root, "images");
    char *folder = NULL;
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < json_array_size(list) && code == APP_EXIT_DONE; i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *id = json_object_get(item, "id");
        const char *file = json_string_value(json_object_get(item, "file_name"));
        if (!json_is_integer(id) || file == NULL) {
            code = wrong(data, "an image without a numeric id and a file_name", i);
            break;
        }
        if (folder == NULL)
            folder = find_folder(data, options, file);
        if (folder == NULL) {
            code = app_fail(APP_EXIT_INPUT,
                            "cannot find %s, the first picture of %s; name its "
                            "folder with --images",
                            file, data->path);
            break;
        }
        char *path = app_format("%s/%s", folder, file);
        val_picture *picture = path == NULL ? NULL : val_add_picture(data, path);
        free(path);
        if (picture == NULL) {
            code = app_fail_memory();
            break;
        }
        picture->id = json_integer_value(id);
        picture->labelled_width = read_side(item, "width");
        picture->labelled_height = read_side(item, "height");
    }
    free(folder);
    if (code != APP_EXIT_DONE || data->picture_count == 0)
        return code;
    /* pycocotools goes through pictures by rising id; with equal scores that decides. */
    qsort(data->pictures, data->picture_count, sizeof(val_picture), by_picture_id);
    for (size_t i = 1; i < data->picture_count; i++)
        if (data->pictures[i].id == data->pictures[i - 1].id)
            return app_fail(APP_EXIT_INPUT, "%s: image id %lld is there twice", data->path,
                            (long long)data->pictures[i].id);
    return APP_EXIT_DONE;
}

static bool read_box(const json_t *list, double box[4])
{
    for (size_t i = 0; i < 4; i++) {
        const json_t *number = json_array_get(list, i);
        box[i] = json_number_value(number);
        if (!json_is_number(number) || !isfinite(box[i]))
            return false;
    }
    return json_array_size(list) == 4;
}

/* Where the wanted ids are, or VAL_NONE. */
static size_t find_picture(const val_data *data, int64_t id)
{
    const val_picture key = {.id = id};
    const val_picture *found =
        bsearch(&key, data->pictures, data->picture_count, sizeof(val_picture), by_picture_id);
    return found == NULL ? VAL_NONE : (size_t)(found - data->pictures);
}

static size_t find_category(const val_data *data, int64_t id)
{
    const val_category key = {.id = id};
    const val_category *found =
        bsearch(&key, data->categories, data->category_count, sizeof(val_category), by_category_id);
    return found == NULL ? VAL_NONE : (size_t)(found - data->categories);
}

static bool is_true(const json_t *value)
{
    return json_is_true(value) || json_number_value(value) != 0;
}

/* The object's mask, if masks are judged and it has one; its pixels are its area where the file
 * names none. What is wrong, or NULL. */
static const char *read_mask(const val_data *data, const json_t *item, coco_truth *truth)
{
    const json_t *segmentation = json_object_get(item, "segmentation");
    const val_picture *picture = &data->pictures[truth->image];
    if (!data->has_masks || segmentation == NULL || json_is_null(segmentation) ||
        (json_is_array(segmentation) && json_array_size(segmentation) == 0))
        return NULL;
    const char *problem = val_mask_of_json(&truth->mask, segmentation, picture->labelled_height,
                                           picture->labelled_width);
    if (problem == NULL && !json_is_number(json_object_get(item, "area")))
        truth->area = (double)app_rle_area(&truth->mask);
    return problem;
}

static int read_annotations(val_data *data, const json_t *root)
{
    const json_t *list = json_object_get(root, "annotations");
    size_t strangers = 0, zeros = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *id = json_object_get(item, "id"), *area = json_object_get(item, "area");
        const json_t *image = json_object_get(item, "image_id");
        const json_t *category = json_object_get(item, "category_id");
        coco_truth truth = {0};
        if (!json_is_integer(image) || !json_is_integer(category) ||
            !read_box(json_object_get(item, "bbox"), truth.box))
            return wrong(data, "an annotation without image_id, category_id and bbox", i);
        truth.image = find_picture(data, json_integer_value(image));
        truth.category = find_category(data, json_integer_value(category));
        truth.area = json_is_number(area) ? json_number_value(area) : truth.box[2] * truth.box[3];
        truth.is_crowd = is_true(json_object_get(item, "iscrowd"));
        truth.is_uncounted = json_is_integer(id) && json_integer_value(id) == 0;
        zeros += truth.is_uncounted ? 1 : 0;
        if (truth.image == VAL_NONE || truth.category == VAL_NONE) {
            strangers++;
            continue;
        }
        const char *problem = read_mask(data, item, &truth);
        if (problem != NULL)
            return app_fail(APP_EXIT_INPUT, "%s: annotation number %zu, from 0, has %s", data->path,
                            i, problem);
        coco_truth *added = val_add_truth(data);
        if (added == NULL) {
            app_rle_free(&truth.mask);
            return app_fail_memory();
        }
        *added = truth;
    }
    val_settle_masks(data);
    if (strangers > 0)
        app_warn("%s: %zu annotations belong to no image or category of the file, left out",
                 data->path, strangers);
    if (zeros > 0)
        app_warn("%s: an annotation has id 0, which pycocotools never counts as found; nor does "
                 "pawl, to agree with it; number them from 1",
                 data->path);
    return APP_EXIT_DONE;
}

int val_coco_open(val_data *data, const val_options *options)
{
    json_error_t error;
    json_t *root = json_load_file(data->path, 0, &error);
    if (root == NULL && !app_path_ends_in(data->path, "json"))
        return app_fail_kind(data->path, "not a COCO annotations file");
    if (root == NULL)
        return app_fail(APP_EXIT_INPUT, "%s: %s (line %d)", data->path, error.text, error.line);
    int code = APP_EXIT_DONE;
    if (!json_is_array(json_object_get(root, "images")) ||
        !json_is_array(json_object_get(root, "annotations")))
        code = app_fail(APP_EXIT_INPUT,
                        "%s: no COCO annotations: it lacks the lists images and annotations",
                        data->path);
    if (code == APP_EXIT_DONE)
        code = read_categories(data, root);
    if (code == APP_EXIT_DONE)
        code = read_pictures(data, options, root);
    if (code == APP_EXIT_DONE)
        code = read_annotations(data, root);
    json_decref(root);
    return code;
}
