/* SPDX-License-Identifier: Apache-2.0 */
/* Which category of the data each class of the engine is. */
#include "cli/val_data.h"
#include "common/names.h"

#include <string.h>

/* Those of one name. */
struct namesakes {
    size_t classes;    /* of the engine */
    size_t categories; /* of the data */
    size_t used;       /* of those, with objects */
    size_t best;       /* the category with the most objects, the first of equals */
};

static bool is_name(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

static struct namesakes find_namesakes(const val_data *data, pawl_plan *plan, const char *name)
{
    struct namesakes found = {.best = VAL_NONE};
    for (size_t c = 0; c < data->class_count; c++)
        found.classes += is_name(pawl_plan_class_name(plan, (int32_t)c), name) ? 1 : 0;
    for (size_t i = 0; i < data->category_count; i++) {
        if (strcmp(data->categories[i].name, name) != 0)
            continue;
        found.categories++;
        found.used += data->categories[i].truth_count > 0 ? 1 : 0;
        if (found.best == VAL_NONE ||
            data->categories[i].truth_count > data->categories[found.best].truth_count)
            found.best = i;
    }
    return found;
}

/* Roboflow, for one, writes an empty category above the used one, both of one name: objects of all
 * of a name become those of the one with the most. */
static void join_objects(val_data *data, const char *name, size_t best)
{
    for (size_t i = 0; i < data->truth_count; i++)
        if (strcmp(data->categories[data->truths[i].category].name, name) == 0)
            data->truths[i].category = best;
}

/* The category of that name with so many of the name before it. */
static size_t nth_of_name(const val_data *data, const char *name, size_t rank)
{
    for (size_t i = 0; i < data->category_count; i++)
        if (strcmp(data->categories[i].name, name) == 0 && rank-- == 0)
            return i;
    return VAL_NONE;
}

/* By name: namesakes in their order if both sides have as many, else all as one. Number of classes
 * that found a category. */
static size_t map_by_name(val_data *data, pawl_plan *plan)
{
    size_t mapped = 0;
    for (size_t c = 0; c < data->class_count; c++) {
        const char *name = pawl_plan_class_name(plan, (int32_t)c);
        if (name == NULL)
            continue;
        const struct namesakes found = find_namesakes(data, plan, name);
        size_t rank = 0;
        for (size_t before = 0; before < c; before++)
            rank += is_name(pawl_plan_class_name(plan, (int32_t)before), name) ? 1 : 0;
        const bool is_paired = found.classes == found.categories;
        data->category_of_class[c] = is_paired ? nth_of_name(data, name, rank) : found.best;
        mapped += found.categories > 0 ? 1 : 0;
        if (is_paired || found.used < 2 || rank > 0)
            continue;
        join_objects(data, name, found.best);
        app_warn("%zu categories of %s are called %s: they count as one", found.used, data->path,
                 name);
    }
    return mapped;
}

/* By COCO's numbers of its 80 classes. */
static size_t map_by_coco_id(val_data *data)
{
    size_t mapped = 0;
    for (size_t c = 0; c < data->class_count; c++)
        for (size_t i = 0; i < data->category_count; i++)
            if (json_is_integer(data->categories[i].id) &&
                json_integer_value(data->categories[i].id) == app_coco_category((int32_t)c)) {
                data->category_of_class[c] = i;
                mapped++;
            }
    return mapped;
}

static void map_in_order(val_data *data, size_t first)
{
    for (size_t c = 0; c < data->class_count; c++)
        data->category_of_class[c] = first + c;
}

/* Says which objects nothing of the engine can find. */
static void tell_strangers(const val_data *data, const char *engine)
{
    size_t strangers = 0, first = VAL_NONE;
    for (size_t i = 0; i < data->category_count; i++) {
        bool is_found = data->categories[i].truth_count == 0 && data->source == VAL_COCO;
        for (size_t c = 0; c < data->class_count && !is_found; c++)
            is_found = data->category_of_class[c] == i ||
                       (data->category_of_class[c] != VAL_NONE &&
                        strcmp(data->categories[data->category_of_class[c]].name,
                               data->categories[i].name) == 0);
        if (!is_found && strangers++ == 0)
            first = i;
    }
    if (strangers > 0)
        app_warn("%zu of the %zu categories of %s are no class of %s by name (%s): they count as "
                 "not found",
                 strangers, data->category_count, data->path, engine, data->categories[first].name);
}

/* Categories that have numbers of their own. */
static int map_categories(val_data *data, const session *opened)
{
    const size_t categories = data->category_count;
    const char *engine = opened->path;
    const bool has_names = opened->model.has_names != 0;
    /* Above those that are used may stand an empty one that only groups them. */
    const size_t root =
        data->source == VAL_COCO && categories > 1 && data->categories[0].truth_count == 0 ? 1 : 0;
    if (has_names && map_by_name(data, opened->plan) > 0) {
        tell_strangers(data, engine);
        return APP_EXIT_DONE;
    }
    if (data->class_count == categories || data->class_count == categories - root) {
        if (has_names)
            app_warn("no class name of %s is a category of %s: taking both in their order", engine,
                     data->path);
        map_in_order(data, data->class_count == categories ? 0 : root);
        return APP_EXIT_DONE;
    }
    if (!has_names && data->class_count == 80 && map_by_coco_id(data) == categories)
        return APP_EXIT_DONE;
    return app_fail(APP_EXIT_USAGE, "%s has %zu %s, %s has %zu %s, and no names say which is which",
                    data->path, APP_COUNT(categories, "category", "categories"), engine,
                    APP_COUNT(data->class_count, "class", "classes"));
}

/* A label file's numbers are the classes themselves. */
static int map_labels(val_data *data, const session *opened)
{
    if (data->category_count == 0) /* the file has neither names nor nc */
        for (size_t c = 0; c < data->class_count; c++) {
            const char *name = pawl_plan_class_name(opened->plan, (int32_t)c);
            char number[32];
            (void)snprintf(number, sizeof number, "class%zu", c);
            if (val_add_category(data, json_integer((json_int_t)c), name != NULL ? name : number) ==
                NULL)
                return app_fail_memory();
        }
    if (data->category_count != data->class_count)
        return app_fail(APP_EXIT_USAGE, "%s has %zu %s, %s has %zu", data->path,
                        APP_COUNT(data->category_count, "class", "classes"), opened->path,
                        data->class_count);
    map_in_order(data, 0);
    return APP_EXIT_DONE;
}

int val_map_classes(val_data *data, const session *opened, bool is_one)
{
    for (size_t c = 0; c < data->class_count; c++)
        data->category_of_class[c] = VAL_NONE;
    for (size_t i = 0; i < data->truth_count; i++)
        data->categories[data->truths[i].category].truth_count++;
    if (is_one && data->category_count > 0) /* any will do */
        for (size_t c = 0; c < data->class_count; c++)
            data->category_of_class[c] = c < data->category_count ? c : 0;
    if (is_one && data->category_count > 0)
        return APP_EXIT_DONE;
    return data->source == VAL_LABELS ? map_labels(data, opened) : map_categories(data, opened);
}
