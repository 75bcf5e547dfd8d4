/* SPDX-License-Identifier: Apache-2.0 */
/* A module tree as text: see docs/wts-format.md. Only what emitters read is written. */
#include "base/number.h"
#include "model/wts_modules.h"
#include "network/network_ops.h"
#include <stdarg.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_ITEMS 1024 /* of an attribute, but the names */

typedef struct text_writer {
    pw_arena *arena;
    const pw_module *root;
    char *text;
    size_t length, capacity;
    bool has_failed, is_too_long;
} text_writer;

static void add_bytes(text_writer *out, const char *bytes, size_t count)
{
    out->is_too_long = out->is_too_long || count > PW_WTS_MAX_TEXT - out->length;
    out->has_failed = out->has_failed || out->is_too_long;
    if (out->has_failed)
        return;
    if (count > out->capacity - out->length) {
        const size_t capacity = 2 * (out->capacity + count) + 1024;
        char *grown = pw_arena_alloc(out->arena, capacity);
        out->has_failed = grown == NULL;
        if (grown == NULL)
            return;
        if (out->length > 0)
            memcpy(grown, out->text, out->length);
        out->text = grown;
        out->capacity = capacity;
    }
    memcpy(out->text + out->length, bytes, count);
    out->length += count;
}

PW_PRINTF(2, 3) static void add(text_writer *out, const char *format, ...)
{
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    const int length = pw_number_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        add_bytes(out, text, (size_t)length);
}

static void add_text(text_writer *out, const char *text, size_t length)
{
    add(out, "%zu:", length);
    add_bytes(out, text, length);
}

static void add_real(text_writer *out, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    add(out, "f%016llx", (unsigned long long)bits);
}

/* A number or a text; false for anything else. */
static bool is_scalar(const pw_value *value)
{
    return value->kind == PW_VALUE_BOOL || value->kind == PW_VALUE_INT ||
           value->kind == PW_VALUE_FLOAT || value->kind == PW_VALUE_STRING;
}

static void add_scalar(text_writer *out, const pw_value *value)
{
    if (value->kind == PW_VALUE_BOOL)
        add(out, "i%de", value->as.boolean ? 1 : 0);
    else if (value->kind == PW_VALUE_INT)
        add(out, "i%llde", (long long)value->as.integer);
    else if (value->kind == PW_VALUE_FLOAT)
        add_real(out, value->as.real);
    else
        add_text(out, value->as.string.text, strlen(value->as.string.text)); /* as it is read */
}

/* In a list: of all lists only names can have a truth in it, and is text that Python prints. */
static void add_item(text_writer *out, const pw_value *value)
{
    if (value->kind == PW_VALUE_BOOL && value->as.boolean)
        add_text(out, "True", 4);
    else if (value->kind == PW_VALUE_BOOL)
        add_text(out, "False", 5);
    else
        add_scalar(out, value);
}

static bool is_scalar_list(const pw_value *list)
{
    for (size_t i = 0; i < list->as.list.count; i++)
        if (!is_scalar(list->as.list.items[i]))
            return false;
    return true;
}

/* A tensor of numbers as a list of them, whatever its shape;
 * one without a dimension as a number. */
static void add_tensor(text_writer *out, const pw_tensor_data *tensor)
{
    float *values = pw_arena_array(out->arena, tensor->count, sizeof *values);
    if (values == NULL) {
        out->has_failed = true;
        return;
    }
    pw_tensor_widen(tensor, values);
    if (tensor->rank > 0)
        add(out, "l%zue", tensor->count);
    for (size_t i = 0; i < tensor->count; i++)
        add_real(out, (double)values[i]);
}

/* Of a dict {int: str} the values by key, from 0; NULL where a key is missing. */
static const pw_value **by_number(text_writer *out, const pw_value *dict)
{
    const size_t count = dict->as.list.count / 2;
    const pw_value **values = pw_arena_array(out->arena, count, sizeof(const pw_value *));
    out->has_failed = out->has_failed || values == NULL;
    for (size_t i = 0; values != NULL && i < count; i++) {
        int64_t key;
        const pw_value *value = dict->as.list.items[2 * i + 1];
        if (!pw_value_int(dict->as.list.items[2 * i], &key) || key < 0 || (uint64_t)key >= count ||
            values[key] != NULL || !is_scalar(value))
            return NULL;
        values[key] = value;
    }
    return values;
}

/* What a value is written as; false: not at all. A module may be there a thousand times in a file
 * that has it once, so what no module has is not looked through. */
static bool can_write(text_writer *out, const pw_value *value, bool is_names)
{
    const size_t most = is_names ? PW_MAX_CLASSES : MAX_ITEMS;
    switch (value->kind) {
    case PW_VALUE_LIST:
        return value->as.list.count <= most && is_scalar_list(value);
    case PW_VALUE_DICT:
        return is_names && value->as.list.count / 2 <= most && by_number(out, value) != NULL;
    case PW_VALUE_TENSOR:
        return value->as.tensor->count <= most && value->as.tensor->data != NULL;
    default:
        return is_scalar(value);
    }
}

static void add_value(text_writer *out, const pw_value *value)
{
    const bool is_dict = value->kind == PW_VALUE_DICT;
    if (value->kind == PW_VALUE_TENSOR) {
        add_tensor(out, value->as.tensor);
    } else if (is_dict || value->kind == PW_VALUE_LIST) {
        const size_t count = value->as.list.count / (is_dict ? 2 : 1);
        const pw_value **named = is_dict ? by_number(out, value) : NULL;
        add(out, "l%zue", count);
        for (size_t i = 0; i < count && !out->has_failed; i++)
            add_item(out, is_dict ? named[i] : value->as.list.items[i]);
    } else {
        add_scalar(out, value);
    }
}

/* Attributes that emitters read. Where usual is not NULL the attribute is left out if it has that
 * value, which is what a missing one means. */
static const struct {
    const char *key, *usual;
} attributes[] = {
    {"f", NULL},
    {"add", NULL},
    {"d", NULL},
    {"gain", NULL},
    {"nc", NULL},
    {"na", NULL},
    {"nm", NULL},
    {"stride", NULL},
    {"names", NULL},
    {"in_channels", NULL},
    {"out_channels", NULL},
    {"kernel_size", NULL},
    {"padding", NULL},
    {"dilation", NULL},
    {"groups", NULL},
    {"output_padding", NULL},
    {"out_features", NULL},
    {"num_heads", NULL},
    {"eps", NULL},
    {"negative_slope", NULL},
    {"alpha", NULL},
    {"mode", NULL},
    {"scale_factor", NULL},
    {"anchor_grid", NULL},
    {"padding_mode", "zeros"},
    {"approximate", "none"},
    {"transposed", "0"},
    {"ceil_mode", "0"},
    {"count_include_pad", "1"},
    {"affine", "1"},
    {"track_running_stats", "1"},
    {"inplace", "0"},
    {"batch_first", "0"},
    {"add_zero_attn", "0"},
};

static bool is_usual(const pw_value *value, const char *usual)
{
    bool boolean;
    const char *text = pw_value_text(value);
    if (usual == NULL)
        return false;
    if (text != NULL)
        return strcmp(text, usual) == 0;
    return pw_value_bool(value, &boolean) && boolean == (usual[0] == '1');
}

static const pw_value *attribute_to_write(text_writer *out, const pw_module *module, size_t index)
{
    const char *key = attributes[index].key;
    const bool is_names = strcmp(key, "names") == 0;
    const pw_value *value = pw_module_attribute(module, key);
    if (value == NULL || is_usual(value, attributes[index].usual) ||
        (is_names && module != out->root) || !can_write(out, value, is_names))
        return NULL;
    return value;
}

/* A native anchor_grid, which the .wts has recomputed: see pw_weights_write_wts. */
static bool is_grid(const pw_module_tensor *tensor)
{
    return strcmp(tensor->key, "anchor_grid") == 0;
}

static bool is_written(const pw_module_tensor *tensor)
{
    return tensor->tensor != NULL && tensor->is_persistent && !is_grid(tensor);
}

static void add_attributes(text_writer *out, const pw_module *module)
{
    const pw_tensor_data *grid = pw_module_tensor_get(module, "anchor_grid");
    size_t count = grid != NULL ? 1 : 0;
    for (size_t i = 0; i < PW_COUNT(attributes); i++)
        count += attribute_to_write(out, module, i) != NULL;
    add(out, "i%zue", count);
    for (size_t i = 0; i < PW_COUNT(attributes); i++) {
        const pw_value *value = attribute_to_write(out, module, i);
        if (value == NULL)
            continue;
        add_text(out, attributes[i].key, strlen(attributes[i].key));
        add_value(out, value);
    }
    if (grid != NULL) {
        add_text(out, "anchor_grid", strlen("anchor_grid"));
        add_tensor(out, grid);
    }
}

static void add_tensors(text_writer *out, const pw_module *module)
{
    size_t count = 0;
    for (size_t i = 0; i < module->tensor_count; i++)
        count += is_written(&module->tensors[i]);
    add(out, "i%zue", count);
    for (size_t i = 0; i < module->tensor_count; i++) {
        const pw_module_tensor *tensor = &module->tensors[i];
        if (!is_written(tensor))
            continue;
        add_text(out, tensor->key, strlen(tensor->key));
        add(out, "i%de", tensor->is_parameter ? 1 : 0);
        add(out, "l%de", (int)tensor->tensor->rank);
        for (int32_t d = 0; d < tensor->tensor->rank; d++)
            add(out, "i%llde", (long long)tensor->tensor->dims[d]);
    }
}

static void add_module(text_writer *out, const pw_module *module)
{
    add_text(out, module->name, strlen(module->name));
    add_text(out, module->package, strlen(module->package));
    add_text(out, module->type, strlen(module->type));
    add_attributes(out, module);
    add_tensors(out, module);
    add(out, "i%zue", module->child_count);
}

/* Each module before its children, these in their order. */
static pawl_status add_tree(text_writer *out, const pw_module *root, pawl_error *error)
{
    struct {
        const pw_module *module;
        size_t next;
    } path[MAX_DEPTH] = {{root, 0}};
    add_module(out, root);
    for (size_t depth = 1; depth > 0 && !out->has_failed;) {
        const pw_module *module = path[depth - 1].module;
        const size_t child = path[depth - 1].next++;
        if (child >= module->child_count) {
            depth--;
            continue;
        }
        if (depth == MAX_DEPTH)
            return pw_fail(error, PAWL_ERR_LIMIT,
                           "modules lie in one another deeper than %d, as no model has it",
                           MAX_DEPTH);
        path[depth].module = module->children[child];
        path[depth].next = 0;
        add_module(out, path[depth].module);
        depth++;
    }
    return PAWL_OK;
}

pawl_status pw_wts_modules_write(const pw_module *root, pw_arena *arena,
                                 pw_tensor_data extra[PW_WTS_EXTRA_COUNT], pawl_error *error)
{
    static const uint8_t format[] = {1};
    text_writer out = {.arena = arena, .root = root};
    PW_TRY(add_tree(&out, root, error));
    if (out.is_too_long)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "the modules take more than %zu bytes as text, far more than any model's",
                       PW_WTS_MAX_TEXT);
    if (out.has_failed)
        return pw_fail_memory(error, "the modules of a .wts", out.capacity);
    const struct {
        const char *name;
        const void *data;
        size_t count;
    } made[PW_WTS_EXTRA_COUNT] = {{"pawl.format", format, sizeof format},
                                  {"pawl.modules", out.text, out.length}};
    for (size_t i = 0; i < PW_WTS_EXTRA_COUNT; i++)
        extra[i] = (pw_tensor_data){.name = made[i].name,
                                    .dtype = PAWL_U8,
                                    .rank = 1,
                                    .dims = {(int64_t)made[i].count},
                                    .strides = {1},
                                    .data = made[i].data,
                                    .count = made[i].count};
    return PAWL_OK;
}
