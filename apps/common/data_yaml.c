/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a data.yaml over libyaml, as a tree of which only the outermost keys and what lies right
 * below them are looked at.
 */
#include "common/data_yaml.h"

#include "common/names.h"
#include "common/term.h"
#include "common/text_file.h"
#include "common/yaml_extent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#define SIZE_LIMIT  ((size_t)2 << 20)
#define MOST_PLACES 4096

struct reader {
    app_data_yaml *data;
    const char *path;
    yaml_document_t document;
};

static int fail(const struct reader *reader, const yaml_node_t *node, const char *what)
{
    return app_fail(APP_EXIT_INPUT, "%s: line %zu: %s", reader->path, node->start_mark.line + 1,
                    what);
}

static yaml_node_t *node_of(struct reader *reader, int index)
{
    return yaml_document_get_node(&reader->document, index);
}

/* A plain word; NULL where the node is none, or has a zero byte in it. */
static const char *text_of(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

/* An unquoted "~", "null" or nothing at all. */
static bool is_null(const yaml_node_t *node)
{
    const char *text = text_of(node);
    return text != NULL && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
            strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0);
}

static bool read_count(const char *text, long most, long *number)
{
    const size_t digits = strspn(text, "0123456789");
    *number = strtol(text, NULL, 10);
    return digits > 0 && digits < 7 && text[digits] == '\0' && *number <= most;
}

/* The words of a list. */
static int read_list(struct reader *reader, const yaml_node_t *list, size_t most, app_paths *words)
{
    const yaml_node_item_t *end = list->data.sequence.items.top;
    for (const yaml_node_item_t *at = list->data.sequence.items.start; at < end; at++) {
        const yaml_node_t *item = node_of(reader, *at);
        const char *text = text_of(item);
        if (text == NULL)
            return fail(reader, item, "the list holds more than plain words");
        if (words->count >= most)
            return fail(reader, item, "the list is too long");
        if (!app_paths_add(words, text))
            return app_fail_memory();
    }
    return APP_EXIT_DONE;
}

/* train:, val:, test: one place or a list of them. */
static int read_places(struct reader *reader, const yaml_node_t *value, app_paths *places)
{
    const char *text = text_of(value);
    app_paths_free(places);
    if (is_null(value) || (text != NULL && *text == '\0'))
        return APP_EXIT_DONE;
    if (value->type == YAML_SEQUENCE_NODE)
        return read_list(reader, value, MOST_PLACES, places);
    if (text == NULL)
        return fail(reader, value, "a folder, a list file, or a list of these belongs here");
    return app_paths_add(places, text) ? APP_EXIT_DONE : app_fail_memory();
}

/* {0: a, 1: b}, by class number in any order, into @p slots; a gap would shift all behind it. */
static int fill_slots(struct reader *reader, const yaml_node_t *map, const char **slots)
{
    app_paths *names = &reader->data->names;
    size_t count = 0;
    const yaml_node_pair_t *end = map->data.mapping.pairs.top;
    for (const yaml_node_pair_t *at = map->data.mapping.pairs.start; at < end; at++) {
        const yaml_node_t *key = node_of(reader, at->key), *value = node_of(reader, at->value);
        long number = 0;
        if (text_of(key) == NULL || !read_count(text_of(key), APP_MOST_NAMES - 1, &number))
            return fail(reader, key, "names: as a map takes class numbers from 0 to 65535 as keys");
        if (text_of(value) == NULL)
            return fail(reader, value, "a class name must be a plain word");
        if (slots[number] != NULL)
            return fail(reader, key, "names: has a class twice");
        slots[number] = text_of(value);
        count = (size_t)number + 1 > count ? (size_t)number + 1 : count;
    }
    for (size_t i = 0; i < count; i++) {
        if (slots[i] == NULL)
            return fail(reader, map, "names: leaves out a class number");
        if (!app_paths_add(names, slots[i]))
            return app_fail_memory();
    }
    return APP_EXIT_DONE;
}

static int read_names(struct reader *reader, const yaml_node_t *value)
{
    app_paths_free(&reader->data->names);
    if (value->type == YAML_SEQUENCE_NODE)
        return read_list(reader, value, APP_MOST_NAMES, &reader->data->names);
    if (value->type != YAML_MAPPING_NODE)
        return fail(reader, value, "names: must be a list or a map");
    const char **slots = calloc(APP_MOST_NAMES, sizeof(char *));
    if (slots == NULL)
        return app_fail_memory();
    const int code = fill_slots(reader, value, slots);
    free(slots);
    return code;
}

static int read_class_count(struct reader *reader, const yaml_node_t *value)
{
    long number = 0;
    const char *text = text_of(value);
    if (is_null(value))
        return APP_EXIT_DONE;
    if (text == NULL || !read_count(text, APP_MOST_NAMES, &number) || number < 1)
        return fail(reader, value, "nc: must be a number of classes, 1 to 65536");
    reader->data->class_count = (int32_t)number;
    return APP_EXIT_DONE;
}

static int read_root(struct reader *reader, const yaml_node_t *value)
{
    const char *text = text_of(value);
    free(reader->data->root);
    reader->data->root = NULL;
    if (is_null(value) || (text != NULL && *text == '\0'))
        return APP_EXIT_DONE;
    if (text == NULL)
        return fail(reader, value, "path: takes one folder");
    reader->data->root = app_format("%s", text);
    return reader->data->root != NULL ? APP_EXIT_DONE : app_fail_memory();
}

static int read_value(struct reader *reader, const char *key, const yaml_node_t *value)
{
    app_data_yaml *data = reader->data;
    if (strcmp(key, "path") == 0)
        return read_root(reader, value);
    if (strcmp(key, "train") == 0)
        return read_places(reader, value, &data->train);
    if (strcmp(key, "val") == 0)
        return read_places(reader, value, &data->val);
    if (strcmp(key, "test") == 0)
        return read_places(reader, value, &data->test);
    if (strcmp(key, "names") == 0)
        return read_names(reader, value);
    return strcmp(key, "nc") == 0 ? read_class_count(reader, value) : APP_EXIT_DONE;
}

static const char *const own_keys[] = {"path", "train", "val", "test", "names", "nc"};
#define OWN_KEYS (sizeof own_keys / sizeof own_keys[0])

/* Which of ours it is; OWN_KEYS: none. */
static size_t own_key(struct reader *reader, const yaml_node_pair_t *pair)
{
    const char *key = text_of(node_of(reader, pair->key));
    size_t i = 0;
    while (i < OWN_KEYS && (key == NULL || strcmp(key, own_keys[i]) != 0))
        i++;
    return i;
}

static int read_keys(struct reader *reader)
{
    const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (root == NULL)
        return app_fail(APP_EXIT_INPUT, "%s: no keys such as val: and names: are in it",
                        reader->path);
    if (root->type != YAML_MAPPING_NODE)
        return fail(reader, root, "must be a map of keys such as val: and names:");
    const yaml_node_pair_t *const start = root->data.mapping.pairs.start;
    const yaml_node_pair_t *const end = root->data.mapping.pairs.top;
    const yaml_node_pair_t *last[OWN_KEYS + 1] = {NULL};
    int code = APP_EXIT_DONE;
    for (const yaml_node_pair_t *at = start; at < end; at++)
        last[own_key(reader, at)] = at; /* which counts, as to Python's reader */
    for (const yaml_node_pair_t *at = start; at < end && code == APP_EXIT_DONE; at++) {
        const size_t key = own_key(reader, at);
        if (key == OWN_KEYS)
            continue;
        if (last[key] == at)
            code = read_value(reader, own_keys[key], node_of(reader, at->value));
        else
            app_warn("%s: line %zu: %s: is there again further down, which counts", reader->path,
                     node_of(reader, at->key)->start_mark.line + 1, own_keys[key]);
    }
    return code;
}

/* What the names say is believed, as to YOLOv5. */
static void settle_count(app_data_yaml *data, const char *path)
{
    const size_t names = data->names.count;
    if (names == 0)
        return;
    if (data->class_count > 0 && names != (size_t)data->class_count)
        app_warn("%s: nc is %d, but names: has %zu, which counts", path, data->class_count, names);
    data->class_count = (int32_t)names;
}

static int fail_yaml(const yaml_parser_t *parser, const char *path)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return app_fail_memory();
    const char *problem = parser->problem != NULL ? parser->problem : "this is no YAML";
    const char *remedy = "";
    if (strstr(problem, "escape") != NULL)
        remedy = " (a back-slash in double quotes; write paths with slashes)";
    else if (strstr(problem, "cannot start any token") != NULL)
        remedy = " (a tab, or one of @ ` %: indent with blanks, put such words in quotes)";
    return app_fail(APP_EXIT_INPUT, "%s: line %zu: %s%s", path, parser->problem_mark.line + 1,
                    problem, remedy);
}

/* The document, and that none follows it. */
static int load(struct reader *reader, yaml_parser_t *parser)
{
    yaml_document_t next;
    if (yaml_parser_load(parser, &reader->document) == 0)
        return fail_yaml(parser, reader->path);
    int code = read_keys(reader);
    if (code == APP_EXIT_DONE && yaml_document_get_root_node(&reader->document) != NULL) {
        if (yaml_parser_load(parser, &next) == 0) {
            code = fail_yaml(parser, reader->path);
        } else {
            if (yaml_document_get_root_node(&next) != NULL)
                code = app_fail(APP_EXIT_INPUT, "%s: holds two documents (a line of ---)",
                                reader->path);
            yaml_document_delete(&next);
        }
    }
    yaml_document_delete(&reader->document);
    return code;
}

int app_data_yaml_read(app_data_yaml *data, const char *path)
{
    struct reader reader = {.data = data, .path = path};
    yaml_parser_t parser;
    app_text text;
    *data = (app_data_yaml){0};
    int code = app_text_read(&text, path, SIZE_LIMIT);
    if (code != APP_EXIT_DONE)
        return code;
    code = app_yaml_check(&text, path);
    if (code == APP_EXIT_DONE && !app_yaml_start(&parser, &text))
        code = app_fail_memory();
    else if (code == APP_EXIT_DONE) {
        code = load(&reader, &parser);
        yaml_parser_delete(&parser);
    }
    app_text_free(&text);
    if (code == APP_EXIT_DONE)
        settle_count(data, path);
    return code;
}

void app_data_yaml_free(app_data_yaml *data)
{
    free(data->root);
    app_paths_free(&data->train);
    app_paths_free(&data->val);
    app_paths_free(&data->test);
    app_paths_free(&data->names);
    *data = (app_data_yaml){0};
}

const app_paths *app_data_yaml_split(const app_data_yaml *data, const char *split)
{
    return strcmp(split, "train") == 0 ? &data->train
           : strcmp(split, "val") == 0 ? &data->val
                                       : &data->test;
}

/* base/path, or path itself if it is absolute. */
static char *joined(const char *base, const char *path)
{
    const size_t length = strlen(base);
    if (path[0] == '/' || length == 0)
        return app_format("%s", path);
    return app_format("%s%s%s", base, base[length - 1] == '/' ? "" : "/", path);
}

/* Adds base/place, and the same without a leading ../, to what is tried. */
static bool add_tries(app_paths *tries, const char *base, const char *place)
{
    char *whole = joined(base, place);
    char *within = strncmp(place, "../", 3) == 0 ? joined(base, place + 3) : NULL;
    const bool is_good = whole != NULL && app_paths_add(tries, whole) &&
                         (within == NULL || app_paths_add(tries, within));
    free(whole);
    free(within);
    return is_good;
}

static bool add_all_tries(app_paths *tries, const char *folder, const char *root, const char *place)
{
    char *base = joined(folder, root);
    const bool is_good =
        base != NULL && add_tries(tries, base, place) &&
        (place[0] == '/' || strcmp(base, root) == 0 || add_tries(tries, root, place));
    free(base);
    return is_good;
}

/* With slashes for back-slashes; NULL: memory ran out. */
static char *with_slashes(const char *text)
{
    char *copy = app_format("%s", text);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = *at == '\\' ? '/' : *at;
    return copy;
}

/* With HOME for the ~ of "~/", as a shell has it; NULL: memory ran out. */
static char *from_home(const char *text)
{
    const char *home = getenv("HOME");
    return home != NULL && strncmp(text, "~/", 2) == 0 ? app_format("%s%s", home, text + 1)
                                                       : app_format("%s", text);
}

int app_data_yaml_place(const app_data_yaml *data, const char *path, const char *place,
                        char **found)
{
    const char *root = data->root != NULL ? data->root : "";
    char *folder = app_format("%.*s", (int)(app_path_name(path) - path), path);
    char *plain_root = with_slashes(root), *plain = with_slashes(place);
    char *home_root = from_home(root), *home = from_home(place);
    app_paths tries = {0};
    int code = APP_EXIT_DONE;
    *found = NULL;
    if (folder == NULL || plain_root == NULL || plain == NULL || home_root == NULL ||
        home == NULL || !add_all_tries(&tries, folder, root, place) ||
        ((root[0] == '~' || place[0] == '~') && !add_all_tries(&tries, folder, home_root, home)) ||
        ((strchr(root, '\\') != NULL || strchr(place, '\\') != NULL) &&
         !add_all_tries(&tries, folder, plain_root, plain)))
        code = app_fail_memory();
    for (size_t i = 0; i < tries.count && code == APP_EXIT_DONE && *found == NULL; i++)
        if (access(tries.items[i], F_OK) == 0) {
            *found = app_format("%s", tries.items[i]);
            code = *found == NULL ? app_fail_memory() : APP_EXIT_DONE;
        }
    if (code == APP_EXIT_DONE && *found == NULL)
        code = app_fail(APP_EXIT_INPUT, "%s: %s is nowhere: looked for %s%s%s%s", path, place,
                        tries.items[0], tries.count > 1 ? ", " : "",
                        tries.count > 1 ? tries.items[1] : "", tries.count > 2 ? " and so on" : "");
    app_paths_free(&tries);
    free(folder);
    free(plain_root);
    free(plain);
    free(home_root);
    free(home);
    return code;
}
