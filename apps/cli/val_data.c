/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled pictures of either kind, and which category each class of the engine is. */
#include "cli/val.h"
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
    const size_t mapped = opened->model.names_known ? map_by_name(data, opened->plan) : 0;
    if (mapped > 0 && mapped < categories)
        app_warn("%zu of the %zu categories of %s are no class of %s by name: they count as not "
                 "found",
                 categories - mapped, categories, data->path, engine);
    if (mapped > 0)
        return APP_EXIT_DONE;
    if (data->class_count == categories) {
        if (opened->model.names_known)
            app_warn("no class name of %s is a category of %s: taking both in their order", engine,
                     data->path);
        map_in_order(data);
        return APP_EXIT_DONE;
    }
    if (!opened->model.names_known && data->class_count == 80 && map_by_coco_id(data) == categories)
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

int val_data_open(val_data *data, const val_options *options, const session *opened)
{
    data->path = options->data;
    data->class_count = (size_t)opened->model.class_count;
    data->category_of_class = calloc(data->class_count + 1, sizeof(size_t));
    if (data->category_of_class == NULL)
        return app_fail_memory();
    data->is_labels = app_path_ends_in(options->data, "yaml yml");
    int code = data->is_labels ? val_yolo_open(data, options) : val_coco_open(data, options);
    if (code != APP_EXIT_DONE)
        return code;
    if (data->picture_count == 0)
        return app_fail(APP_EXIT_INPUT, "%s names no pictures", data->path);
    return data->is_labels ? map_labels(data, opened) : map_classes(data, opened);
}

void val_data_close(val_data *data)
{
    for (size_t i = 0; i < data->picture_count; i++) {
        free(data->pictures[i].path);
        free(data->pictures[i].label);
    }
    for (size_t i = 0; i < data->category_count; i++)
        free(data->categories[i].name);
    free(data->pictures);
    free(data->truths);
    free(data->categories);
    free(data->category_of_class);
}
