/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a data.yaml over libyaml, event by event: nothing is built of what is not asked for,
 * nesting costs no stack, and anchors, which can blow a small file up, are refused.
 */
#include "common/data_yaml.h"

#include "common/term.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#define SIZE_LIMIT    ((size_t)4 << 20)
#define NESTING_LIMIT 64
#define MOST_NAMES    65536
#define MOST_PLACES   4096

enum key { KEY_OTHER, KEY_PATH, KEY_TRAIN, KEY_VAL, KEY_TEST, KEY_NAMES, KEY_NC, KEY_COUNT };

struct reader {
    app_data_yaml *data;
    const char *path;
    yaml_parser_t parser;
    int code;
    bool is_seen[KEY_COUNT];
    char **slots; /* names of a map by class id, MOST_NAMES of them */
    size_t slot_count;
};

static bool fail(struct reader *reader, const char *what)
{
    if (reader->code == APP_EXIT_DONE)
        reader->code = app_fail(APP_EXIT_INPUT, "%s: line %zu: %s", reader->path,
                                reader->parser.mark.line + 1, what);
    return false;
}

static bool fail_memory(struct reader *reader)
{
    reader->code = app_fail_memory();
    return false;
}

/* The next event, yaml_event_delete() is due; false: reported. */
static bool next(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event) == 0) {
        const char *problem = reader->parser.problem;
        return fail(reader, problem != NULL ? problem : "this is no YAML");
    }
    if (event->type != YAML_ALIAS_EVENT)
        return true;
    yaml_event_delete(event);
    return fail(reader, "aliases (*name) are not read here; write the value out");
}

static bool is_start(yaml_event_type_t type)
{
    return type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
}

/* Passes over what began with an event, whatever is nested in it. */
static bool skip(struct reader *reader, yaml_event_type_t type)
{
    size_t depth = is_start(type) ? 1 : 0;
    while (depth > 0) {
        yaml_event_t event;
        if (!next(reader, &event))
            return false;
        if (is_start(event.type))
            depth++;
        else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
            depth--;
        yaml_event_delete(&event);
    }
    return true;
}

/* The scalar's text; false for one with a zero byte in it. */
static const char *text_of(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    return strlen(text) == event->data.scalar.length ? text : NULL;
}

/* An unquoted "~", "null" or nothing at all. */
static bool is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static bool read_count(const char *text, long most, long *number)
{
    const size_t digits = strspn(text, "0123456789");
    *number = strtol(text, NULL, 10);
    return digits > 0 && digits < 7 && text[digits] == '\0' && *number <= most;
}

static app_paths *places_of(app_data_yaml *data, enum key key)
{
    return key == KEY_TRAIN ? &data->train : key == KEY_VAL ? &data->val : &data->test;
}

static bool set_scalar(struct reader *reader, enum key key, const yaml_event_t *event)
{
    app_data_yaml *data = reader->data;
    const char *text = text_of(event);
    long number = 0;
    if (key == KEY_OTHER || (key != KEY_NAMES && key != KEY_NC && is_null(event)))
        return true;
    if (text == NULL)
        return fail(reader, "a zero byte is in the text");
    switch (key) {
    case KEY_PATH:
        data->root = app_format("%s", text);
        return data->root != NULL || fail_memory(reader);
    case KEY_TRAIN:
    case KEY_VAL:
    case KEY_TEST:
        return app_paths_add(places_of(data, key), text) || fail_memory(reader);
    case KEY_NC:
        if (!read_count(text, MOST_NAMES, &number) || number < 1)
            return fail(reader, "nc: must be a number of classes, 1 to 65536");
        data->class_count = (int32_t)number;
        return true;
    case KEY_NAMES:
    case KEY_OTHER:
    case KEY_COUNT:
        break;
    }
    return fail(reader, "names: must be a list or a map");
}

/* [a, b]: names, or places of pictures. */
static bool read_list(struct reader *reader, enum key key)
{
    app_data_yaml *data = reader->data;
    if (key == KEY_PATH || key == KEY_NC)
        return fail(reader, "path: and nc: take one value, not a list");
    app_paths *list = key == KEY_NAMES ? &data->names : places_of(data, key);
    const size_t most = key == KEY_NAMES ? MOST_NAMES : MOST_PLACES;
    for (;;) {
        yaml_event_t event;
        if (!next(reader, &event))
            return false;
        const yaml_event_type_t type = event.type;
        bool is_good = type == YAML_SEQUENCE_END_EVENT;
        if (type == YAML_SCALAR_EVENT) {
            const char *text = text_of(&event);
            if (text == NULL || list->count >= most)
                is_good = fail(reader, text == NULL ? "a zero byte is in the text"
                                                    : "the list is too long");
            else
                is_good = app_paths_add(list, text) || fail_memory(reader);
        } else if (!is_good) {
            is_good = fail(reader, "the list holds more than plain words");
        }
        yaml_event_delete(&event);
        if (!is_good || type == YAML_SEQUENCE_END_EVENT)
            return is_good;
    }
}

static bool set_name(struct reader *reader, const char *key, const yaml_event_t *value)
{
    long number = 0;
    const char *text = value->type == YAML_SCALAR_EVENT ? text_of(value) : NULL;
    if (!read_count(key, MOST_NAMES - 1, &number))
        return fail(reader, "names: as a map takes class numbers from 0 to 65535 as keys");
    if (text == NULL)
        return fail(reader, "a class name must be a plain word");
    if (reader->slots[number] != NULL)
        return fail(reader, "names: has a class twice");
    reader->slots[number] = app_format("%s", text);
    if (reader->slots[number] == NULL)
        return fail_memory(reader);
    reader->slot_count =
        (size_t)number + 1 > reader->slot_count ? (size_t)number + 1 : reader->slot_count;
    return true;
}

/* The map's names as a list; a gap would shift all behind it. */
static bool take_slots(struct reader *reader)
{
    for (size_t i = 0; i < reader->slot_count; i++) {
        if (reader->slots[i] == NULL)
            return fail(reader, "names: leaves out a class number");
        if (!app_paths_add(&reader->data->names, reader->slots[i]))
            return fail_memory(reader);
    }
    return true;
}

/* {0: a, 1: b}: names by class number, in any order. */
static bool read_map(struct reader *reader, enum key key)
{
    if (key != KEY_NAMES)
        return fail(reader, "only names: may be a map");
    reader->slots = calloc(MOST_NAMES, sizeof(char *));
    if (reader->slots == NULL)
        return fail_memory(reader);
    for (;;) {
        yaml_event_t name, value;
        if (!next(reader, &name))
            return false;
        if (name.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&name);
            return take_slots(reader);
        }
        const char *text = name.type == YAML_SCALAR_EVENT ? text_of(&name) : NULL;
        bool is_good = text != NULL || fail(reader, "a class number must be a plain word");
        if (is_good && next(reader, &value)) {
            is_good = set_name(reader, text, &value);
            yaml_event_delete(&value);
        } else {
            is_good = false;
        }
        yaml_event_delete(&name);
        if (!is_good)
            return false;
    }
}

static enum key key_of(const yaml_event_t *event)
{
    static const char *const names[KEY_COUNT] = {"", "path", "train", "val", "test", "names", "nc"};
    for (int i = KEY_OTHER + 1; i < KEY_COUNT; i++)
        if (event->type == YAML_SCALAR_EVENT &&
            strcmp((const char *)event->data.scalar.value, names[i]) == 0)
            return (enum key)i;
    return KEY_OTHER;
}

static bool read_value(struct reader *reader, enum key key)
{
    yaml_event_t event;
    if (key != KEY_OTHER && reader->is_seen[key])
        return fail(reader, "a key is there twice");
    reader->is_seen[key] = true;
    if (!next(reader, &event))
        return false;
    const yaml_event_type_t type = event.type;
    bool is_good = true;
    if (type == YAML_SCALAR_EVENT)
        is_good = set_scalar(reader, key, &event);
    yaml_event_delete(&event);
    if (type == YAML_SCALAR_EVENT)
        return is_good;
    if (key == KEY_OTHER)
        return skip(reader, type);
    return type == YAML_SEQUENCE_START_EVENT ? read_list(reader, key) : read_map(reader, key);
}

/* The keys of the outermost map. */
static bool read_keys(struct reader *reader)
{
    for (;;) {
        yaml_event_t event;
        if (!next(reader, &event))
            return false;
        const yaml_event_type_t type = event.type;
        const enum key key = key_of(&event);
        yaml_event_delete(&event);
        if (type == YAML_MAPPING_END_EVENT)
            return true;
        if (!skip(reader, type) || !read_value(reader, key))
            return false;
    }
}

/* Up to the outermost map, the keys in it, and nothing behind it but the end. */
static bool read_document(struct reader *reader)
{
    bool has_map = false;
    for (;;) {
        yaml_event_t event;
        if (!next(reader, &event))
            return false;
        const yaml_event_type_t type = event.type;
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return has_map || fail(reader, "no keys such as val: and names: are in it");
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT)
            continue;
        if (type != YAML_MAPPING_START_EVENT || has_map)
            return fail(reader, "must be one map of keys such as val: and names:");
        if (!read_keys(reader))
            return false;
        has_map = true;
    }
}

static int check(const app_data_yaml *data, const char *path)
{
    if (data->names.count > 0 && data->class_count > 0 &&
        data->names.count != (size_t)data->class_count)
        return app_fail(APP_EXIT_INPUT, "%s: nc is %d, but names: has %zu", path, data->class_count,
                        data->names.count);
    return APP_EXIT_DONE;
}

static char *read_bytes(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rbe");
    char *bytes = in == NULL ? NULL : malloc(SIZE_LIMIT + 1);
    if (bytes == NULL) {
        (void)app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, strerror(errno));
    } else {
        *size = fread(bytes, 1, SIZE_LIMIT + 1, in);
        if (ferror(in) || *size > SIZE_LIMIT) {
            (void)app_fail(APP_EXIT_INPUT, "%s: %s", path,
                           ferror(in) ? "cannot be read" : "too large to be a data.yaml");
            free(bytes);
            bytes = NULL;
        }
    }
    if (in != NULL)
        (void)fclose(in);
    return bytes;
}

/* libyaml looks at every open bracket for every token: a file of nothing but brackets would take it
 * minutes. */
static bool is_nested_too_deep(const char *bytes, size_t size)
{
    size_t depth = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '[' || bytes[i] == '{')
            depth++;
        else if ((bytes[i] == ']' || bytes[i] == '}') && depth > 0)
            depth--;
        if (depth > NESTING_LIMIT)
            return true;
    }
    return false;
}

int app_data_yaml_read(app_data_yaml *data, const char *path)
{
    struct reader reader = {.data = data, .path = path};
    size_t size = 0;
    *data = (app_data_yaml){0};
    char *bytes = read_bytes(path, &size);
    if (bytes == NULL)
        return APP_EXIT_INPUT;
    if (is_nested_too_deep(bytes, size)) {
        free(bytes);
        return app_fail(APP_EXIT_INPUT, "%s: more than %d open brackets: this is no data.yaml",
                        path, NESTING_LIMIT);
    }
    if (yaml_parser_initialize(&reader.parser) == 0) {
        free(bytes);
        return app_fail_memory();
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes, size);
    if (read_document(&reader))
        reader.code = check(data, path);
    if (data->names.count > 0)
        data->class_count = (int32_t)data->names.count;
    yaml_parser_delete(&reader.parser);
    for (size_t i = 0; reader.slots != NULL && i < reader.slot_count; i++)
        free(reader.slots[i]);
    free(reader.slots);
    free(bytes);
    return reader.code;
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

/* base/path, or path itself if it is absolute. */
static char *joined(const char *base, size_t base_length, const char *path)
{
    if (path[0] == '/' || base_length == 0)
        return app_format("%s", path);
    return app_format("%.*s%s%s", (int)base_length, base, base[base_length - 1] == '/' ? "" : "/",
                      path);
}

char *app_data_yaml_place(const app_data_yaml *data, const char *path, const char *place)
{
    const size_t folder = (size_t)(app_path_name(path) - path);
    const char *root = data->root != NULL ? data->root : "";
    char *base = joined(path, folder, root);
    char *found = base == NULL ? NULL : joined(base, strlen(base), place);
    free(base);
    if (found == NULL || access(found, F_OK) == 0 || place[0] == '/')
        return found;
    char *here = joined(root, strlen(root), place);
    if (here != NULL && access(here, F_OK) == 0) {
        free(found);
        return here;
    }
    free(here);
    return found;
}
