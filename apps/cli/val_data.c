/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled pictures of each kind. */
#include "cli/val_data.h"
#include "common/inputs.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more item of a growing array; NULL: memory ran out. */
static void *grown(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    const size_t wanted = *room * 2 + 64;
    void *larger = wanted > SIZE_MAX / size ? NULL : realloc(items, wanted * size);
    if (larger != NULL)
        *room = wanted;
    return larger;
}

bool val_is_speed(const val_options *options)
{
    return options->task != NULL && strcmp(options->task, "speed") == 0;
}

const char *val_split(const val_options *options)
{
    return val_is_speed(options) ? NULL : options->task;
}

val_picture *val_add_picture(val_data *data, const char *path)
{
    val_picture *items =
        grown(data->pictures, data->picture_count, &data->picture_room, sizeof *items);
    if (items == NULL)
        return NULL;
    data->pictures = items;
    val_picture *picture = &items[data->picture_count];
    *picture = (val_picture){.path = app_format("%s", path)};
    if (picture->path == NULL)
        return NULL;
    if (!app_inputs_add(path)) {
        free(picture->path);
        return NULL;
    }
    data->picture_count++;
    return picture;
}

int val_compare_ids(const json_t *a, const json_t *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcmp(json_string_value(a), json_string_value(b));
    if (json_is_string(a) != json_is_string(b))
        return json_is_string(a) ? 1 : -1;
    const json_int_t x = json_integer_value(a), y = json_integer_value(b);
    return x < y ? -1 : x > y ? 1 : 0;
}

int val_by_picture_id(const void *a, const void *b)
{
    return val_compare_ids(((const val_picture *)a)->id, ((const val_picture *)b)->id);
}

void val_sort_pictures(val_data *data)
{
    if (data->picture_count > 0)
        qsort(data->pictures, data->picture_count, sizeof(val_picture), val_by_picture_id);
}

coco_truth *val_add_truth(val_data *data)
{
    coco_truth *items = grown(data->truths, data->truth_count, &data->truth_room, sizeof *items);
    if (items == NULL)
        return NULL;
    data->truths = items;
    coco_truth *truth = &items[data->truth_count++];
    *truth = (coco_truth){0};
    return truth;
}

void val_drop_truths(val_data *data, size_t from)
{
    for (size_t i = from; i < data->truth_count; i++)
        app_rle_free(&data->truths[i].mask);
    data->truth_count = from;
}

void val_settle_masks(val_data *data)
{
    size_t bare = 0;
    for (size_t i = 0; i < data->truth_count; i++)
        bare += data->truths[i].mask.counts == NULL ? 1 : 0;
    if (!data->has_masks || bare == 0)
        return;
    data->has_masks = bare < data->truth_count;
    if (data->has_masks)
        app_warn("%s: %zu of %zu objects have no mask: theirs count as not found", data->path, bare,
                 data->truth_count);
    else
        app_warn("%s: no object has a mask, only boxes: boxes alone are judged", data->path);
}

val_category *val_add_category(val_data *data, json_t *id, const char *name)
{
    val_category *items =
        grown(data->categories, data->category_count, &data->category_room, sizeof *items);
    char *copy = items == NULL || id == NULL ? NULL : app_format("%s", name);
    data->categories = items != NULL ? items : data->categories;
    if (copy == NULL) {
        json_decref(id);
        return NULL;
    }
    val_category *category = &items[data->category_count];
    *category = (val_category){.id = id, .name = copy, .position = data->category_count++};
    return category;
}

/* Which kind of data it is, by its name and by what the engine does. */
static int find_source(val_data *data, const val_options *options, const session *opened)
{
    const bool is_yaml = app_path_ends_in(data->path, "yaml yml");
    const bool is_folder = app_is_folder(data->path);
    if (opened->model.task == PAWL_TASK_CLASSIFY) {
        data->source = VAL_FOLDERS;
        return is_yaml || is_folder
                   ? APP_EXIT_DONE
                   : app_fail(APP_EXIT_USAGE,
                              "%s classifies: --data takes a folder with a folder of pictures for "
                              "each class, or a data.yaml that names one, not %s",
                              opened->path, data->path);
    }
    data->source = is_yaml ? VAL_LABELS : VAL_COCO;
    const char *set = val_split(options);
    if (data->source == VAL_COCO && set != NULL && strcmp(set, "val") != 0)
        app_warn("--task %s chooses a set of a data.yaml: all of %s is judged", set, data->path);
    return !is_folder ? APP_EXIT_DONE
                      : app_fail(APP_EXIT_USAGE,
                                 "%s finds boxes: --data takes a COCO annotations file or a "
                                 "data.yaml, not the folder %s",
                                 opened->path, data->path);
}

int val_data_open(val_data *data, const val_options *options, const session *opened)
{
    data->path = options->data;
    data->has_masks = opened->model.task == PAWL_TASK_SEGMENT;
    data->class_count = (size_t)opened->model.class_count;
    data->category_of_class = calloc(data->class_count + 1, sizeof(size_t));
    if (data->category_of_class == NULL)
        return app_fail_memory();
    int code = app_inputs_add(data->path) ? find_source(data, options, opened) : app_fail_memory();
    if (code == APP_EXIT_DONE)
        code = data->source == VAL_COCO     ? val_coco_open(data, options)
               : data->source == VAL_LABELS ? val_yolo_open(data, options)
                                            : val_folders_open(data, options);
    if (code != APP_EXIT_DONE)
        return code;
    if (data->picture_count == 0)
        return app_fail(APP_EXIT_INPUT, "%s names no pictures", data->path);
    return val_map_classes(data, opened, options->is_single_class);
}

void val_data_close(val_data *data)
{
    for (size_t i = 0; i < data->picture_count; i++) {
        free(data->pictures[i].path);
        free(data->pictures[i].label);
        json_decref(data->pictures[i].id);
    }
    for (size_t i = 0; i < data->category_count; i++) {
        free(data->categories[i].name);
        json_decref(data->categories[i].id);
    }
    val_drop_truths(data, 0);
    free(data->pictures);
    free(data->truths);
    free(data->categories);
    free(data->category_of_class);
}
