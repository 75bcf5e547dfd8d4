/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class names as Python prints them: a data.yaml gives numbers for names like 0 and 1, truth for
 * yes and no, nothing for ~, a date for 2020-01-01.
 */
#include "model/class_names.h"
#include "base/log.h"
#include "base/size.h"
#include "base/strbuf.h"
#include <string.h>

#define MOST_BYTES 64 /* of a number or a date in words */

typedef struct names_reader {
    pw_network *network;
    pw_arena *arena;
    size_t odd;    /* entries that are no text that we know */
    size_t beyond; /* entries of no class */
} names_reader;

static const pw_value *argument(const pw_value *record, size_t index)
{
    const pw_value *list = record->as.record.arguments;
    return list != NULL && list->kind == PW_VALUE_LIST && index < list->as.list.count
               ? list->as.list.items[index]
               : NULL;
}

/* Whether a record is a call of that class of datetime's. */
static bool is_call(const pw_value *value, const char *name)
{
    const pw_value *callable = value->as.record.callable;
    return callable->kind == PW_VALUE_GLOBAL &&
           strcmp(callable->as.global.module, "datetime") == 0 &&
           strcmp(callable->as.global.name, name) == 0;
}

/* datetime.date's four bytes: year, month, day; datetime.datetime's ten go on with the time. */
static bool add_date(const pw_value *value, pw_strbuf *text)
{
    const bool is_date = is_call(value, "date");
    if (!is_date && !is_call(value, "datetime"))
        return false;
    const pw_value *bytes = argument(value, 0);
    if (bytes == NULL || bytes->kind != PW_VALUE_STRING ||
        bytes->as.string.length != (is_date ? 4 : 10))
        return false;
    const uint8_t *b = (const uint8_t *)bytes->as.string.text;
    pw_strbuf_add(text, "%04d-%02d-%02d", b[0] << 8 | b[1], b[2], b[3]);
    if (!is_date)
        pw_strbuf_add(text, " %02d:%02d:%02d", b[4], b[5], b[6]);
    return true;
}

/* A name in words, NULL where we have none for it. */
static const char *name_text(const pw_value *name, pw_strbuf *text)
{
    switch (name->kind) {
    case PW_VALUE_NONE:
        return "None";
    case PW_VALUE_BOOL:
        return name->as.boolean ? "True" : "False";
    case PW_VALUE_INT:
        pw_strbuf_add(text, "%lld", (long long)name->as.integer);
        return text->text;
    case PW_VALUE_FLOAT:
        pw_strbuf_add(text, "%.15g", name->as.real);
        if (strpbrk(text->text, ".en") == NULL)
            pw_strbuf_add(text, ".0");
        return text->text;
    case PW_VALUE_RECORD:
        return add_date(name, text) ? text->text : NULL;
    default:
        return pw_value_text(name);
    }
}

/* The class of a key of the dictionary: a number, or one in words; -1: it is none. */
static int64_t class_of(const pw_value *key)
{
    char digits[32];
    pw_strbuf text = PW_STRBUF(digits);
    int64_t number = 0;
    if (pw_value_int(key, &number))
        return number;
    const char *words = name_text(key, &text);
    const size_t length = words == NULL ? 0 : strspn(words, "0123456789");
    if (length == 0 || length > 9 || words[length] != '\0')
        return -1;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (words[i] - '0');
    return number;
}

static pawl_status set_name(names_reader *reader, int64_t class_id, const char *name,
                            pawl_error *error)
{
    pw_model *model = &reader->network->model;
    if (class_id < 0 || class_id >= model->class_count) {
        reader->beyond++;
        return PAWL_OK;
    }
    model->names[class_id] = pw_arena_strdup(reader->arena, name);
    return model->names[class_id] != NULL ? PAWL_OK
                                          : pw_fail_memory(error, "class names", strlen(name) + 1);
}

static pawl_status read_entries(names_reader *reader, const pw_value *names, pawl_error *error)
{
    const bool is_dict = names->kind == PW_VALUE_DICT;
    for (size_t i = 0; i < names->as.list.count / (is_dict ? 2 : 1); i++) {
        char characters[MOST_BYTES];
        pw_strbuf buffer = PW_STRBUF(characters);
        const pw_value *entry = names->as.list.items[is_dict ? 2 * i + 1 : i];
        const char *name = name_text(entry, &buffer);
        if (name == NULL)
            reader->odd++;
        else
            PW_TRY(set_name(reader, is_dict ? class_of(names->as.list.items[2 * i]) : (int64_t)i,
                            name, error));
    }
    return PAWL_OK;
}

/* "class7" for those that have none. */
static pawl_status fill_gaps(const names_reader *reader, size_t *gaps, pawl_error *error)
{
    pw_model *model = &reader->network->model;
    *gaps = 0;
    for (int32_t i = 0; i < model->class_count; i++) {
        if (model->names[i] != NULL)
            continue;
        model->names[i] = pw_arena_printf(reader->arena, "class%d", (int)i);
        if (model->names[i] == NULL)
            return pw_fail_memory(error, "class names", 16);
        ++*gaps;
    }
    return PAWL_OK;
}

static pawl_status make_room(pw_network *network, pawl_error *error)
{
    const size_t count = (size_t)network->model.class_count;
    network->model.names = pw_arena_array(&network->arena, count, sizeof(char *));
    return network->model.names != NULL
               ? PAWL_OK
               : pw_fail_memory(error, "class names", count * sizeof(char *));
}

pawl_status pw_names_read(const pw_module *root, const char *file_name, pw_network *network,
                          pawl_error *error)
{
    const pw_value *names = pw_module_attribute(root, "names");
    names_reader reader = {.network = network, .arena = &network->arena};
    size_t gaps = 0;
    if (names == NULL || names->kind == PW_VALUE_NONE)
        return PAWL_OK;
    if (names->kind != PW_VALUE_LIST && names->kind != PW_VALUE_DICT) {
        pw_log(PAWL_LOG_WARNING,
               "%s: its class names are neither a list nor a dictionary: classes go by number",
               file_name);
        return PAWL_OK;
    }
    PW_TRY(make_room(network, error));
    PW_TRY(read_entries(&reader, names, error));
    PW_TRY(fill_gaps(&reader, &gaps, error));
    if (gaps == (size_t)network->model.class_count)
        network->model.names = NULL; /* none is known */
    if (gaps > 0 || reader.beyond > 0)
        pw_log(PAWL_LOG_WARNING,
               "%s: its class names do not fit the head's %d classes: %zu classes have no name and "
               "go by number, %zu names have no class, %zu names are no text",
               file_name, (int)network->model.class_count, gaps, reader.beyond, reader.odd);
    return PAWL_OK;
}

pawl_status pw_names_override(const char *const *names, size_t count, pw_network *network,
                              pawl_error *error)
{
    names_reader reader = {.network = network, .arena = &network->arena};
    if (count != (size_t)network->model.class_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "the list given has %zu name%s, but the head has %d class%s", count,
                       count == 1 ? "" : "s", (int)network->model.class_count,
                       network->model.class_count == 1 ? "" : "es");
    PW_TRY(make_room(network, error));
    for (size_t i = 0; i < count; i++) {
        if (names[i] == NULL)
            return pw_fail(error, PAWL_ERR_ARGUMENT, "name %zu of the list given is NULL", i);
        PW_TRY(set_name(&reader, (int64_t)i, names[i], error));
    }
    return PAWL_OK;
}
