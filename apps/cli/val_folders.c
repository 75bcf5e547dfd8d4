/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of folders: all below one; and labelled by their folders, as YOLOv5's classify/val.py
 * has them: DIR/test/CLASS/..., else DIR/val/CLASS/..., else DIR/CLASS/...
 */
#include "cli/val_data.h"
#include "common/data_yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_FOLDERS 100000
#define MOST_DEPTH   32 /* slashes below the first folder */

static size_t slashes(const char *path)
{
    size_t count = 0;
    for (; *path != '\0'; path++)
        count += *path == '/' ? 1 : 0;
    return count;
}

/* Whether a link in a folder leads to one that the folder lies in: there is no end to those. */
static bool leads_up(const char *link, const char *folder)
{
    struct stat info;
    if (lstat(link, &info) != 0 || !S_ISLNK(info.st_mode))
        return false;
    char *to = realpath(link, NULL), *from = realpath(folder, NULL);
    const size_t length = to == NULL ? 0 : strlen(to);
    const bool is_above = to != NULL && from != NULL && strncmp(to, from, length) == 0 &&
                          (from[length] == '/' || from[length] == '\0' || length == 1);
    free(to);
    free(from);
    return is_above;
}

/* Sorts the entries of one folder: pictures here, folders to be looked at later. */
static bool scan(const char *folder, app_paths *pictures, app_paths *folders)
{
    DIR *opened = opendir(folder);
    if (opened == NULL)
        return false;
    bool is_good = true;
    for (const struct dirent *entry = readdir(opened); entry != NULL && is_good;
         entry = readdir(opened)) {
        if (entry->d_name[0] == '.')
            continue;
        char *path = app_format("%s/%s", folder, entry->d_name);
        if (path == NULL)
            is_good = false;
        else if (app_is_folder(path))
            is_good = folders->count >= MOST_FOLDERS || leads_up(path, folder) ||
                      app_paths_add(folders, path);
        else if (app_path_ends_in(path, APP_PICTURE_ENDINGS))
            is_good = app_paths_add(pictures, path);
        free(path);
    }
    (void)closedir(opened);
    errno = is_good ? 0 : ENOMEM;
    return is_good;
}

int val_add_tree(app_paths *pictures, const char *folder)
{
    app_paths folders = {0};
    int code = app_paths_add(&folders, folder) ? APP_EXIT_DONE : app_fail_memory();
    for (size_t i = 0; i < folders.count && code == APP_EXIT_DONE; i++)
        if (slashes(folders.items[i]) <= slashes(folder) + MOST_DEPTH &&
            !scan(folders.items[i], pictures, &folders))
            code = app_fail(errno == ENOMEM ? APP_EXIT_LIMIT : APP_EXIT_INPUT,
                            "cannot read the folder %s: %s", folders.items[i], strerror(errno));
    app_paths_free(&folders);
    return code;
}

/* The pictures of one class. */
static int add_class(val_data *data, const char *folder)
{
    app_paths pictures = {0};
    const size_t category = data->category_count;
    int code =
        val_add_category(data, json_integer((json_int_t)category), app_path_name(folder)) == NULL
            ? app_fail_memory()
            : val_add_tree(&pictures, folder);
    app_paths_sort(&pictures);
    for (size_t i = 0; i < pictures.count && code == APP_EXIT_DONE; i++) {
        val_picture *picture = val_add_picture(data, pictures.items[i]);
        if (picture == NULL)
            code = app_fail_memory();
        else
            picture->category = category;
    }
    app_paths_free(&pictures);
    return code;
}

/* Each folder in this one is a class; their names' order is that of the classes. */
static int add_classes(val_data *data, const char *folder)
{
    app_paths pictures = {0}, classes = {0};
    int code = APP_EXIT_DONE;
    if (!scan(folder, &pictures, &classes))
        code = app_fail(errno == ENOMEM ? APP_EXIT_LIMIT : APP_EXIT_INPUT,
                        "cannot read the folder %s: %s", folder, strerror(errno));
    else if (classes.count == 0)
        code = app_fail(APP_EXIT_INPUT, "%s holds no folders: each class needs one of its pictures",
                        folder);
    app_paths_sort(&classes);
    for (size_t i = 0; i < classes.count && code == APP_EXIT_DONE; i++)
        code = add_class(data, classes.items[i]);
    app_paths_free(&pictures);
    app_paths_free(&classes);
    return code;
}

/* The folder of a data set that holds the classes' folders: the split asked for, or the first that
 * is there. free() it; NULL: memory ran out. */
static char *find_split(const char *folder, const char *asked)
{
    const char *const splits[] = {asked != NULL ? asked : "test", asked != NULL ? asked : "val"};
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        char *split = app_format("%s/%s", folder, splits[i]);
        if (split == NULL || app_is_folder(split) || asked != NULL)
            return split;
        free(split);
    }
    return app_format("%s", folder);
}

/* Of a data.yaml: the split asked for, else its test: or val:,
 * which names one folder. free() it. */
static int find_place(const val_data *data, const char *asked, char **place)
{
    app_data_yaml yaml;
    int code = app_data_yaml_read(&yaml, data->path);
    const char *split = asked != NULL ? asked : yaml.test.count > 0 ? "test" : "val";
    const app_paths *places = app_data_yaml_split(&yaml, split);
    if (code == APP_EXIT_DONE && places->count != 1)
        code = app_fail(APP_EXIT_INPUT,
                        "%s: %s %s: to name the folder that holds the classes' folders", data->path,
                        places->count == 0 ? "has no" : "needs one",
                        asked != NULL ? asked : "test: or val");
    if (code == APP_EXIT_DONE)
        code = app_data_yaml_place(&yaml, data->path, places->items[0], place);
    app_data_yaml_free(&yaml);
    return code;
}

int val_folders_open(val_data *data, const val_options *options)
{
    char *folder = NULL;
    int code = APP_EXIT_DONE;
    if (options->images != NULL)
        folder = app_format("%s", options->images);
    else if (app_is_folder(data->path))
        folder = find_split(data->path, val_split(options));
    else
        code = find_place(data, val_split(options), &folder);
    if (code == APP_EXIT_DONE)
        code = folder == NULL ? app_fail_memory() : add_classes(data, folder);
    free(folder);
    return code;
}
