/* SPDX-License-Identifier: Apache-2.0 */
/* What pictures are called in a COCO results file: as YOLOv5 calls them while that tells them
 * apart, else by their paths. */
#include "common/files.h"
#include "common/json.h"

#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 18 /* of a number that any reader takes */

enum form {
    NUMBERS, /* 000000000139.jpg -> 139 */
    STEMS,   /* bus.jpg -> "bus" */
    PATHS,   /* a/1.jpg, b/1.jpg -> "a/1", "b/1" */
    NAMES,   /* 1.jpg, 1.png -> "1.jpg", "1.png" */
    COPIES   /* 1.jpg, 1.jpg -> "1.jpg", "1.jpg-2" */
};

/* Bytes of the folder that all are in, its slash included. */
static size_t common_folder(char *const *paths, size_t count)
{
    size_t length = count == 0 ? 0 : (size_t)(app_path_name(paths[0]) - paths[0]);
    for (size_t i = 1; i < count; i++) {
        size_t same = 0, slash = 0;
        for (; same < length && paths[i][same] == paths[0][same]; same++)
            slash = paths[0][same] == '/' ? same + 1 : slash;
        length = slash;
    }
    return length;
}

/* Bytes of the path without its ending. */
static int stem_end(const char *path)
{
    return (int)(app_path_ending(path) - path);
}

/* NULL: memory ran out, or the stem is no number. */
static json_t *number_of(const char *path)
{
    const char *name = app_path_name(path);
    const size_t length = app_stem_length(name);
    if (length == 0 || length > MOST_DIGITS || strspn(name, "0123456789") != length)
        return NULL;
    return json_integer((json_int_t)strtoll(name, NULL, 10));
}

/* free() it. */
static char *text_of(const char *path, size_t folder, enum form form)
{
    if (form == STEMS) {
        const char *name = app_path_name(path);
        return app_format("%.*s", (int)app_stem_length(name), name);
    }
    if (form == PATHS)
        return app_format("%.*s", stem_end(path) - (int)folder, path + folder);
    return app_format("%s", path + folder);
}

/* Notes a name in @p seen. False: it is there already, or memory ran out. */
static bool is_new(json_t *seen, const char *name)
{
    return json_object_get(seen, name) == NULL && app_json_set(seen, name, json_true());
}

/* The id of one picture; NULL: it has none in this form, or another has it. */
static json_t *id_of(const char *path, size_t folder, enum form form, json_t *seen)
{
    char number[32];
    json_t *id = NULL;
    bool is_own = false;
    if (form == NUMBERS) {
        id = number_of(path);
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(id));
        is_own = id != NULL && is_new(seen, number);
    } else {
        char *text = text_of(path, folder, form);
        id = text == NULL ? NULL : app_json_text(text);
        is_own = id != NULL && is_new(seen, json_string_value(id));
        for (unsigned int copy = 2; form == COPIES && id != NULL && !is_own && copy < UINT32_MAX;
             copy++) {
            char *other = app_format("%s-%u", text, copy);
            json_decref(id);
            id = other == NULL ? NULL : app_json_text(other);
            is_own = id != NULL && is_new(seen, json_string_value(id));
            free(other);
        }
        free(text);
    }
    if (is_own)
        return id;
    json_decref(id);
    return NULL;
}

json_t *app_json_image_ids(char *const *paths, size_t count)
{
    const size_t folder = common_folder(paths, count);
    for (enum form form = NUMBERS; form <= COPIES; form++) {
        json_t *ids = json_array(), *seen = json_object();
        bool is_good = ids != NULL && seen != NULL;
        for (size_t i = 0; i < count && is_good; i++)
            is_good = app_json_append(ids, id_of(paths[i], folder, form, seen));
        json_decref(seen);
        if (is_good)
            return ids;
        json_decref(ids);
    }
    return NULL;
}

char *app_json_unique_name(json_t *taken, const char *path, const char *ending)
{
    const char *name = app_path_name(path);
    const int length = (int)app_stem_length(name);
    for (unsigned int number = 1; number < UINT32_MAX; number++) {
        char *wanted = number == 1 ? app_format("%.*s%s", length, name, ending)
                                   : app_format("%.*s-%u%s", length, name, number, ending);
        if (wanted == NULL)
            return NULL;
        /* "nocheck": a file name may be any bytes. */
        if (json_object_get(taken, wanted) == NULL &&
            json_object_set_new_nocheck(taken, wanted, json_true()) == 0)
            return wanted;
        free(wanted);
    }
    return NULL;
}
