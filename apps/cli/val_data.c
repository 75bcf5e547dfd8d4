/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled pictures of each kind, and which category each class of the engine is. */
#include "cli/val.h"
#include "common/inputs.h"
#include "common/names.h"

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

val_category *val_add_category(val_data *data, int64_t id, const char *name)
{
    val_category *items =
        grown(data->categories, data->category_count, &data->category_room, sizeof *items);
    if (items == NULL)
        return NULL;
    data->categories = items;
    val_category *category = &items[data->category_count];
    *category = (val_category){.id = id, .name = app_format("%s", name)};
    if (category->name == NULL)
        return NULL;
    data->category_count++;
    return category;
}

/* By name where the engine has names. Number of classes that found a category. */
static size_t map_by_name(val_data *data, pawl_plan *plan)
{
    size_t mapped = 0;
    for (size_t c = 0; c < data->class_count; c++) {
        const char *name = pawl_plan_class_name(plan, (int32_t)c);
        for (size_t i = 0; i < data->category_count && name != NULL; i++)
            if (data->category_of_class[c] == VAL_NONE &&
                strcmp(data->categories[i].name, name) == 0) {
                data->category_of_class[c] = i;
                mapped++;
            }
    }
    return mapped;
}

/* By COCO's numbers of its 80 classes. */
static size_t map_by_coco_id(val_data *data)
{
    size_t mapped = 0;
    for (size_t c = 0; c < data->class_count; c++)
        for (size_t i = 0; i < data->category_count; i++)
            if (data->categories[i].id == app_coco_category((int32_t)c)) {
                data->category_of_class[c] = i;
                mapped++;
            }
    return mapped;
}

static void map_in_order(val_data *data)
{
    for (size_t c = 0; c < data->class_count; c++)
        data->category_of_class[c] = c;
}

static int map_classes(val_data *data, const session *opened)
{
    const size_t categories = data->category_count;
    const char *engine = opened->path;
    for (size_t c = 0; c < data->class_count; c++)
        data->category_of_class[c] = VAL_NONE;
    const size_t mapped = opened->model.has_names ? map_by_name(data, opened->plan) : 0;
    if (mapped > 0 && mapped < categories)
        app_warn("%zu of the %zu categories of %s are no class of %s by name: they count as not "
                 "found",
                 categories - mapped, categories, data->path, engine);
    if (mapped > 0)
        return APP_EXIT_DONE;
    if (data->class_count == categories) {
        if (opened->model.has_names)
            app_warn("no class name of %s is a category of %s: taking both in their order", engine,
                     data->path);
        map_in_order(data);
        return APP_EXIT_DONE;
    }
    if (!opened->model.has_names && data->class_count == 80 && map_by_coco_id(data) == categories)
        return APP_EXIT_DONE;
    return app_fail(APP_EXIT_USAGE,
                    "%s has %zu categories, %s has %zu classes, and no names say which is which",
                    data->path, categories, engine, data->class_count);
}

/* A label file's numbers are the classes themselves. */
static int map_labels(val_data *data, const session *opened)
{
    if (data->category_count == 0) /* the file has neither names nor nc */
        for (size_t c = 0; c < data->class_count; c++) {
            const char *name = pawl_plan_class_name(opened->plan, (int32_t)c);
            char number[32];
            (void)snprintf(number, sizeof number, "class%zu", c);
            if (val_add_category(data, (int64_t)c, name != NULL ? name : number) == NULL)
                return app_fail_memory();
        }
    if (data->category_count != data->class_count)
        return app_fail(APP_EXIT_USAGE, "%s has %zu classes, %s has %zu", data->path,
                        data->category_count, opened->path, data->class_count);
    map_in_order(data);
    return APP_EXIT_DONE;
}

/* Which kind of data it is, by its name and by what the engine does. */
static int find_source(val_data *data, const session *opened)
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
    int code = app_inputs_add(data->path) ? find_source(data, opened) : app_fail_memory();
    if (code == APP_EXIT_DONE)
        code = data->source == VAL_COCO     ? val_coco_open(data, options)
               : data->source == VAL_LABELS ? val_yolo_open(data, options)
                                            : val_folders_open(data, options);
    if (code != APP_EXIT_DONE)
        return code;
    if (data->picture_count == 0)
        return app_fail(APP_EXIT_INPUT, "%s names no pictures", data->path);
    return data->source == VAL_LABELS ? map_labels(data, opened) : map_classes(data, opened);
}

void val_data_close(val_data *data)
{
    for (size_t i = 0; i < data->picture_count; i++) {
        free(data->pictures[i].path);
        free(data->pictures[i].label);
    }
    for (size_t i = 0; i < data->category_count; i++)
        free(data->categories[i].name);
    val_drop_truths(data, 0);
    free(data->pictures);
    free(data->truths);
    free(data->categories);
    free(data->category_of_class);
}
