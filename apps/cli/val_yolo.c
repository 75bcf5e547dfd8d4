/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labelled pictures as YOLOv5's check_dataset() and LoadImagesAndLabels find them: data.yaml names
 * folders or lists of pictures; beside each folder images/ lies labels/ with a text file a picture,
 * else the text file lies beside the picture.
 */
#include "cli/val_data.h"
#include "common/data_yaml.h"
#include "common/inputs.h"
#include "common/text_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_SIZE_LIMIT ((size_t)1 << 30)

/* IMAGES/a/images/b/c.jpg -> IMAGES/a/labels/b/c.txt: the last folder of that name, as YOLOv5's
 * img2label_paths. */
static char *label_path(const char *picture)
{
    static const char wanted[] = "/images/";
    const char *last = NULL;
    for (const char *at = strstr(picture, wanted); at != NULL; at = strstr(at + 1, wanted))
        last = at;
    const int stem = (int)(app_path_ending(picture) - picture);
    if (last == NULL)
        return app_format("%.*s.txt", stem, picture);
    const int before = (int)(last - picture), skipped = before + (int)sizeof wanted - 1;
    return app_format("%.*s/labels/%.*s.txt", before, picture, stem - skipped, picture + skipped);
}

/* From the root, links in it as they are. NULL: no memory, or no current folder. */
static char *absolute(const char *path)
{
    char here[PATH_MAX];
    if (path[0] == '/')
        return app_format("%s", path);
    if (getcwd(here, sizeof here) == NULL)
        return NULL;
    return app_format("%s%s%s", here, here[1] == '\0' ? "" : "/", path);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A line of a list, as a path: from the list's folder where it begins with ./, else from the
 * current one, and from the list's where it is not there. NULL: memory ran out. */
static char *listed(char *line, const char *list)
{
    const int folder = (int)(app_path_name(list) - list);
    for (char *at = line; !is_there(line) && *at != '\0'; at++)
        *at = *at == '\\' ? '/' : *at; /* as Windows has it */
    if (strncmp(line, "./", 2) == 0)
        return app_format("%.*s%s", folder, list, line + 2);
    char *beside = app_format("%.*s%s", folder, list, line);
    if (beside != NULL && line[0] != '/' && !is_there(line) && is_there(beside))
        return beside;
    free(beside);
    return absolute(line);
}

/* A list: a picture's path a line. Lines that end in no picture's ending are passed over. */
static int add_list(app_paths *pictures, const char *path)
{
    app_text text;
    size_t others = 0;
    const char *problem = app_text_load(&text, path, LIST_SIZE_LIMIT);
    if (problem != NULL)
        return app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, problem);
    int code = app_inputs_add(path) && app_text_convert(&text) ? APP_EXIT_DONE : app_fail_memory();
    for (char *line = text.bytes, *next = NULL; line != NULL && code == APP_EXIT_DONE;
         line = next) {
        next = strpbrk(line, "\r\n");
        if (next != NULL)
            *next++ = '\0';
        line += strspn(line, " \t");
        for (size_t end = strlen(line); end > 0 && strchr(" \t", line[end - 1]) != NULL; end--)
            line[end - 1] = '\0';
        if (line[0] == '\0')
            continue;
        if (!app_path_ends_in(line, APP_PICTURE_ENDINGS)) {
            others++;
            continue;
        }
        char *full = listed(line, path);
        if (full == NULL || !app_paths_add(pictures, full))
            code = app_fail_memory();
        free(full);
    }
    app_text_free(&text);
    if (others > 0)
        app_warn("%s: %zu %s no picture, passed over", path,
                 APP_COUNT(others, "line names", "lines name"));
    return code;
}

static int add_place(const char *place, app_paths *pictures)
{
    if (app_is_folder(place))
        return val_add_tree(pictures, place);
    if (!is_there(place))
        return app_fail(APP_EXIT_INPUT, "cannot open %s: %s", place, strerror(errno));
    if (app_path_ends_in(place, APP_PICTURE_ENDINGS))
        return app_fail(APP_EXIT_INPUT,
                        "%s is a picture: a folder of pictures, or a list of them, is needed",
                        place);
    return add_list(pictures, place);
}

/* Sorted, and each once however often it was named. */
static void sort_out(app_paths *pictures)
{
    size_t kept = 0;
    app_paths_sort(pictures);
    for (size_t i = 0; i < pictures->count; i++) {
        if (kept > 0 && strcmp(pictures->items[kept - 1], pictures->items[i]) == 0)
            free(pictures->items[i]);
        else
            pictures->items[kept++] = pictures->items[i];
    }
    pictures->count = kept;
}

/* The pictures of all places. Where links lead is what YOLOv5 takes for a place's name. */
static int collect(const app_paths *places, bool is_resolved, app_paths *pictures)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < places->count && code == APP_EXIT_DONE; i++) {
        char *place = is_resolved ? realpath(places->items[i], NULL) : absolute(places->items[i]);
        code = place != NULL ? add_place(place, pictures)
                             : app_fail(APP_EXIT_INPUT, "cannot open %s: %s", places->items[i],
                                        strerror(errno));
        free(place);
    }
    sort_out(pictures);
    return code;
}

/* How many of the pictures have a label file. False: memory ran out. */
static bool count_labels(const app_paths *pictures, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < pictures->count; i++) {
        char *label = label_path(pictures->items[i]);
        if (label == NULL)
            return false;
        *count += is_there(label) ? 1 : 0;
        free(label);
    }
    return true;
}

static int fail_unlabelled(const val_data *data, const app_paths *pictures)
{
    char *label = label_path(pictures->items[0]);
    if (label == NULL)
        return app_fail_memory();
    const int code = app_fail(
        APP_EXIT_INPUT,
        "%s: none of its pictures (%zu) has a label file: of %s it would be %s (in labels/ beside "
        "images/, else beside the picture)",
        data->path, pictures->count, pictures->items[0], label);
    free(label);
    return code;
}

/* The pictures by their places' own names, where no label lies by those that links lead to. */
static int find_pictures(const val_data *data, const app_paths *places, app_paths *pictures)
{
    size_t labels = 0;
    for (int is_resolved = 1; is_resolved >= 0 && labels == 0; is_resolved--) {
        app_paths_free(pictures);
        const int code = collect(places, is_resolved == 1, pictures);
        if (code != APP_EXIT_DONE)
            return code;
        if (!count_labels(pictures, &labels))
            return app_fail_memory();
    }
    if (pictures->count > 0 && labels == 0)
        return fail_unlabelled(data, pictures);
    if (labels < pictures->count)
        app_note("%zu of %zu pictures, without a label file, count as background",
                 pictures->count - labels, pictures->count);
    return APP_EXIT_DONE;
}

static int add_pictures(val_data *data, const app_paths *paths)
{
    json_t *ids = app_json_image_ids(paths->items, paths->count);
    bool is_good = ids != NULL;
    for (size_t i = 0; i < paths->count && is_good; i++) {
        val_picture *picture = val_add_picture(data, paths->items[i]);
        is_good = picture != NULL;
        if (is_good) {
            picture->id = json_incref(json_array_get(ids, i));
            picture->label = label_path(picture->path);
            is_good = picture->label != NULL && app_inputs_add(picture->label);
        }
    }
    json_decref(ids);
    val_sort_pictures(data);
    return is_good ? APP_EXIT_DONE : app_fail_memory();
}

static int add_categories(val_data *data, const app_data_yaml *yaml)
{
    for (size_t i = 0; i < (size_t)yaml->class_count; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "class%zu", i);
        const char *name = i < yaml->names.count ? yaml->names.items[i] : number;
        if (val_add_category(data, json_integer((json_int_t)i), name) == NULL)
            return app_fail_memory();
    }
    return APP_EXIT_DONE;
}

/* What --images names, or what the split of the file does. */
static int find_places(const val_data *data, const val_options *options, const app_data_yaml *yaml,
                       app_paths *places)
{
    const char *split = val_split(options) != NULL ? val_split(options) : "val";
    const app_paths *named = app_data_yaml_split(yaml, split);
    int code = APP_EXIT_DONE;
    if (options->images != NULL)
        return app_paths_add(places, options->images) ? APP_EXIT_DONE : app_fail_memory();
    if (named->count == 0)
        return app_fail(APP_EXIT_INPUT, "%s: has no %s: to say where the pictures are", data->path,
                        split);
    for (size_t i = 0; i < named->count && code == APP_EXIT_DONE; i++) {
        char *place = NULL;
        code = app_data_yaml_place(yaml, data->path, named->items[i], &place);
        if (code == APP_EXIT_DONE && !app_paths_add(places, place))
            code = app_fail_memory();
        free(place);
    }
    return code;
}

int val_yolo_open(val_data *data, const val_options *options)
{
    app_data_yaml yaml;
    app_paths places = {0}, pictures = {0};
    int code = app_data_yaml_read(&yaml, data->path);
    if (code == APP_EXIT_DONE)
        code = add_categories(data, &yaml);
    if (code == APP_EXIT_DONE)
        code = find_places(data, options, &yaml, &places);
    if (code == APP_EXIT_DONE)
        code = find_pictures(data, &places, &pictures);
    if (code == APP_EXIT_DONE)
        code = add_pictures(data, &pictures);
    app_paths_free(&pictures);
    app_paths_free(&places);
    app_data_yaml_free(&yaml);
    return code;
}
