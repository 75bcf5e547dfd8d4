/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels as COCO has them: one JSON file of images, annotations, categories. Whatever pycocotools
 * reads is read: ids may be numbers or texts, keys that are not needed may be missing.
 */
#include "cli/val_data.h"
#include "common/text_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wrong(const val_data *data, const char *what, size_t index)
{
    return app_fail(APP_EXIT_INPUT, "%s: %s (number %zu, from 0)", data->path, what, index);
}

/* An id as an integer or a text; of another kind NULL. The caller's. */
static json_t *read_id(const json_t *item, const char *key)
{
    json_t *id = json_object_get(item, key);
    const double number = json_number_value(id);
    if (json_is_integer(id) || json_is_string(id))
        return json_incref(id);
    /* 7.0, as pandas writes 7 where some are missing */
    return json_is_real(id) && number == floor(number) && fabs(number) < 9e15
               ? json_integer((json_int_t)number)
               : NULL;
}

static int by_category_id(const void *a, const void *b)
{
    return val_compare_ids(((const val_category *)a)->id, ((const val_category *)b)->id);
}

/* An id in words, in the caller's buffer. */
#define ID_SIZE 80
static const char *id_words(char text[ID_SIZE], const json_t *id)
{
    if (json_is_string(id))
        (void)snprintf(text, ID_SIZE, "\"%.*s\"", app_utf8_cut(json_string_value(id), 60),
                       json_string_value(id));
    else
        (void)snprintf(text, ID_SIZE, "%lld", (long long)json_integer_value(id));
    return text;
}

static int by_category_id_and_position(const void *a, const void *b)
{
    const size_t x = ((const val_category *)a)->position, y = ((const val_category *)b)->position;
    const int by_id = by_category_id(a, b);
    return by_id != 0 ? by_id : x < y ? -1 : x > y;
}

/* In order; of those with one id the last counts, as to pycocotools. */
static void keep_last_categories(val_data *data)
{
    size_t kept = 0;
    val_category *items = data->categories;
    qsort(items, data->category_count, sizeof *items, by_category_id_and_position);
    for (size_t i = 0; i < data->category_count; i++) {
        char words[ID_SIZE];
        if (i + 1 == data->category_count || by_category_id(&items[i], &items[i + 1]) != 0) {
            items[kept++] = items[i];
            continue;
        }
        if (strcmp(items[i].name, items[i + 1].name) != 0)
            app_warn("%s: category id %s is %s and %s: the last counts", data->path,
                     id_words(words, items[i].id), items[i].name, items[i + 1].name);
        free(items[i].name);
        json_decref(items[i].id);
    }
    data->category_count = kept;
}

static int read_categories(val_data *data, const json_t *root)
{
    const json_t *list = json_object_get(root, "categories");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char words[ID_SIZE];
        const json_t *item = json_array_get(list, i);
        json_t *id = read_id(item, "id");
        const char *name = json_string_value(json_object_get(item, "name"));
        if (id == NULL)
            return wrong(data, "a category without an id", i);
        if (val_add_category(data, id, name != NULL ? name : id_words(words, id)) == NULL)
            return app_fail_memory();
    }
    if (data->category_count == 0)
        return app_fail(APP_EXIT_INPUT, "%s: has no categories", data->path);
    keep_last_categories(data);
    return APP_EXIT_DONE;
}

/* How file names become paths. */
struct place {
    char *folder;
    bool is_bare; /* folders within the file names do not count */
};

/* free() it; NULL: memory ran out. */
static char *path_in(const struct place *place, const char *file)
{
    const char *name = place->is_bare ? app_path_name(file) : file;
    char *path = file[0] == '/' && !place->is_bare ? app_format("%s", file)
                                                   : app_format("%s/%s", place->folder, name);
    if (path == NULL || access(path, F_OK) == 0)
        return path;
    char *slashes = app_format("%s", path); /* as Windows has it */
    for (char *at = slashes; at != NULL && *at != '\0'; at++)
        *at = *at == '\\' ? '/' : *at;
    if (slashes != NULL && access(slashes, F_OK) == 0) {
        free(path);
        return slashes;
    }
    free(slashes);
    return path;
}

static const char *file_of(const json_t *image)
{
    return json_string_value(json_object_get(image, "file_name"));
}

/* True where a picture of the file is there. */
static bool holds(const struct place *place, const json_t *images)
{
    for (size_t i = 0; i < json_array_size(images); i++) {
        const char *file = file_of(json_array_get(images, i));
        char *path = file == NULL ? NULL : path_in(place, file);
        const bool is_there = path != NULL && access(path, F_OK) == 0;
        free(path);
        if (is_there)
            return true;
    }
    return false;
}

/*
 * Where the pictures are: in --images, else where COCO's own layout puts them beside
 * annotations/instances_NAME.json, else in the folder of the file; there as the file names them,
 * else by their last names alone. place->folder is to be freed, NULL where none is found.
 */
static void find_place(const val_data *data, const val_options *options, const json_t *images,
                       struct place *place)
{
    const char *name = app_path_name(data->path);
    const int above = (int)(name - data->path);
    const char *set = strchr(name, '_') != NULL ? strchr(name, '_') + 1 : name;
    const int length = (int)app_stem_length(name) - (int)(set - name);
    const char *up = above > 0 ? "" : "./";
    char *folders[] = {options->images != NULL
                           ? app_format("%s", options->images)
                           : app_format("%.*s%s../%.*s", above, data->path, up, length, set),
                       app_format("%.*s%s../images/%.*s", above, data->path, up, length, set),
                       app_format("%.*s%s%.*s", above, data->path, up, length, set),
                       app_format("%.*s%simages", above, data->path, up),
                       app_format("%.*s%s../images", above, data->path, up),
                       app_format("%.*s%s..", above, data->path, up),
                       app_format("%.*s%s.", above, data->path, up)};
    const size_t all = sizeof folders / sizeof folders[0];
    const size_t count = options->images != NULL ? 1 : all;
    *place = (struct place){0};
    for (size_t i = 0; i < 2 * count && place->folder == NULL; i++) {
        const struct place tried = {folders[i % count], i >= count};
        if (tried.folder != NULL && holds(&tried, images)) {
            *place = tried;
            folders[i % count] = NULL;
        }
    }
    for (size_t i = 0; i < all; i++)
        free(folders[i]);
}

/* 0 where the file does not say. */
static int32_t read_side(const json_t *image, const char *name)
{
    const double side = json_number_value(json_object_get(image, name));
    return side >= 1 && side <= INT32_MAX ? (int32_t)side : 0;
}

static int read_picture(val_data *data, const struct place *place, const json_t *item, size_t index)
{
    const char *file = file_of(item);
    json_t *id = read_id(item, "id");
    if (id == NULL || file == NULL) {
        json_decref(id);
        return wrong(data, "an image without an id and a file_name", index);
    }
    char *path = path_in(place, file);
    val_picture *picture = path == NULL ? NULL : val_add_picture(data, path);
    free(path);
    if (picture == NULL) {
        json_decref(id);
        return app_fail_memory();
    }
    picture->id = id;
    picture->labelled_width = read_side(item, "width");
    picture->labelled_height = read_side(item, "height");
    return APP_EXIT_DONE;
}

/* In order; the same picture under the same id again is one. */
static int sort_pictures(val_data *data)
{
    size_t kept = 0;
    val_sort_pictures(data);
    for (size_t i = 0; i < data->picture_count; i++) {
        val_picture *picture = &data->pictures[i];
        if (kept == 0 || val_by_picture_id(&data->pictures[kept - 1], picture) != 0) {
            data->pictures[kept++] = *picture;
            continue;
        }
        char words[ID_SIZE];
        if (strcmp(data->pictures[kept - 1].path, picture->path) != 0) {
            const int code = app_fail(
                APP_EXIT_INPUT, "%s: image id %s is there twice, of %s and of %s", data->path,
                id_words(words, picture->id), data->pictures[kept - 1].path, picture->path);
            /* Those between are not counted any more. */
            memmove(&data->pictures[kept], picture,
                    (data->picture_count - i) * sizeof(val_picture));
            data->picture_count -= i - kept;
            return code;
        }
        free(picture->path);
        json_decref(picture->id);
    }
    data->picture_count = kept;
    return APP_EXIT_DONE;
}

static int read_pictures(val_data *data, const val_options *options, const json_t *root)
{
    const json_t *list = json_object_get(root, "images");
    struct place place;
    int code = APP_EXIT_DONE;
    if (json_array_size(list) == 0)
        return APP_EXIT_DONE;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (file_of(json_array_get(list, i)) == NULL)
            return wrong(data, "an image without an id and a file_name", i);
    find_place(data, options, list, &place);
    if (place.folder == NULL)
        return app_fail(APP_EXIT_INPUT,
                        "cannot find %s, the first picture of %s, nor any other of it; name their "
                        "folder with --images",
                        file_of(json_array_get(list, 0)), data->path);
    for (size_t i = 0; i < json_array_size(list) && code == APP_EXIT_DONE; i++)
        code = read_picture(data, &place, json_array_get(list, i), i);
    free(place.folder);
    return code == APP_EXIT_DONE ? sort_pictures(data) : code;
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

/* The same id as the other kind, number or text; NULL: there is none. */
static json_t *other_kind(const json_t *id)
{
    char words[ID_SIZE];
    if (json_is_integer(id)) {
        (void)snprintf(words, sizeof words, "%lld", (long long)json_integer_value(id));
        return json_string(words);
    }
    char *end = NULL;
    const char *text = json_string_value(id);
    const long long number = strtoll(text, &end, 10);
    (void)snprintf(words, sizeof words, "%lld", number);
    return *end == '\0' && strcmp(words, text) == 0 ? json_integer(number) : NULL;
}

/* Where the picture or category is that an annotation names: ids[i] are in order. */
static size_t find_id(const json_t *item, const char *name, const val_data *data, bool is_picture)
{
    json_t *id = read_id(item, name);
    const void *found = NULL;
    for (int turn = 0; turn < 2 && id != NULL && found == NULL; turn++) {
        const val_picture picture = {.id = id};
        const val_category category = {.id = id};
        found = is_picture ? bsearch(&picture, data->pictures, data->picture_count, sizeof picture,
                                     val_by_picture_id)
                           : bsearch(&category, data->categories, data->category_count,
                                     sizeof category, by_category_id);
        json_t *other = found == NULL && turn == 0 ? other_kind(id) : NULL;
        json_decref(id);
        id = other;
    }
    json_decref(id);
    if (found == NULL)
        return VAL_NONE;
    return is_picture ? (size_t)((const val_picture *)found - data->pictures)
                      : (size_t)((const val_category *)found - data->categories);
}

static bool is_true(const json_t *value)
{
    return json_is_true(value) || json_number_value(value) != 0;
}

/* The annotation's segmentation; NULL: it has none. */
static const json_t *outline_of(const json_t *item)
{
    const json_t *outline = json_object_get(item, "segmentation");
    const bool is_none =
        json_is_null(outline) || (json_is_array(outline) && json_array_size(outline) == 0);
    return is_none ? NULL : outline;
}

/*
 * The object's mask, if masks are judged or there is no box, and it has one; its pixels are its
 * area where the file names none. What is wrong, or NULL.
 */
static const char *read_mask(const val_data *data, const json_t *item, bool has_box,
                             coco_truth *truth)
{
    const json_t *outline = outline_of(item);
    const val_picture *picture = &data->pictures[truth->image];
    if (outline == NULL || (!data->has_masks && has_box))
        return has_box ? NULL : "neither a bbox of four numbers nor a segmentation";
    const char *problem =
        val_mask_of_json(&truth->mask, outline, picture->labelled_height, picture->labelled_width);
    if (problem != NULL)
        return problem;
    if (!has_box)
        app_rle_box(&truth->mask, truth->box);
    if (!json_is_number(json_object_get(item, "area")))
        truth->area = (double)app_rle_area(&truth->mask);
    if (!data->has_masks)
        app_rle_free(&truth->mask);
    return NULL;
}

/* What an annotation list had that is worth a word. */
struct notes {
    size_t strangers, zeros;
};

static int read_annotation(val_data *data, const json_t *item, size_t index, struct notes *notes)
{
    const json_t *id = json_object_get(item, "id"), *area = json_object_get(item, "area");
    const json_t *bounds = json_object_get(item, "bbox");
    coco_truth truth = {.image = find_id(item, "image_id", data, true),
                        .category = find_id(item, "category_id", data, false)};
    if (json_object_get(item, "image_id") == NULL || json_object_get(item, "category_id") == NULL)
        return wrong(data, "an annotation without image_id, category_id and bbox", index);
    const bool has_box = read_box(bounds, truth.box);
    if (!has_box && json_array_size(bounds) > 0)
        return wrong(data, "an annotation without image_id, category_id and bbox of four numbers",
                     index);
    if (truth.image == VAL_NONE || truth.category == VAL_NONE) {
        notes->strangers++;
        return APP_EXIT_DONE;
    }
    truth.area = json_is_number(area) ? json_number_value(area) : truth.box[2] * truth.box[3];
    truth.is_crowd = is_true(json_object_get(item, "iscrowd"));
    truth.is_uncounted = json_is_integer(id) && json_integer_value(id) == 0;
    notes->zeros += truth.is_uncounted ? 1 : 0;
    const char *problem = read_mask(data, item, has_box, &truth);
    if (problem != NULL)
        return app_fail(APP_EXIT_INPUT, "%s: annotation number %zu, from 0, has %s", data->path,
                        index, problem);
    coco_truth *added = val_add_truth(data);
    if (added == NULL) {
        app_rle_free(&truth.mask);
        return app_fail_memory();
    }
    *added = truth;
    return APP_EXIT_DONE;
}

static int by_number(const void *a, const void *b)
{
    const json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;
    return x < y ? -1 : x > y;
}

/* Says so where ids of annotations are not unique: pycocotools would take the last for each. */
static int check_ids(const val_data *data, const json_t *list)
{
    json_int_t *ids = calloc(json_array_size(list) + 1, sizeof *ids);
    size_t count = 0, doubles = 0;
    if (ids == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *id = json_object_get(json_array_get(list, i), "id");
        if (json_is_integer(id))
            ids[count++] = json_integer_value(id);
    }
    qsort(ids, count, sizeof *ids, by_number);
    for (size_t i = 1; i < count; i++)
        doubles += ids[i] == ids[i - 1] ? 1 : 0;
    if (doubles > 0)
        app_warn("%s: %zu annotations have the id of another: each counts here, where pycocotools "
                 "takes the last of an id for all; number them apart",
                 data->path, doubles);
    free(ids);
    return APP_EXIT_DONE;
}

static int read_annotations(val_data *data, const json_t *root)
{
    const json_t *list = json_object_get(root, "annotations");
    struct notes notes = {0};
    int code = check_ids(data, list);
    for (size_t i = 0; i < json_array_size(list) && code == APP_EXIT_DONE; i++)
        code = read_annotation(data, json_array_get(list, i), i, &notes);
    if (code != APP_EXIT_DONE)
        return code;
    if (notes.strangers > 0 && notes.strangers == json_array_size(list))
        return app_fail(
            APP_EXIT_INPUT,
            "%s: its %zu annotations all belong to other images or categories than its own: "
            "there is nothing to judge by",
            data->path, json_array_size(list));
    val_settle_masks(data);
    if (notes.strangers > 0)
        app_warn("%s: %zu annotations belong to no image or category of the file, left out",
                 data->path, notes.strangers);
    if (notes.zeros > 0)
        app_warn("%s: an annotation has id 0, which pycocotools never counts as found; nor does "
                 "pawl, to agree with it; number them from 1",
                 data->path);
    return APP_EXIT_DONE;
}

int val_coco_open(val_data *data, const val_options *options)
{
    json_t *root = NULL;
    int code = app_json_read(&root, data->path);
    if (code != APP_EXIT_DONE)
        return code;
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
