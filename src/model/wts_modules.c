/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a module tree back from its text, which may be anything. */
#include "model/wts_modules.h"
#include "base/size.h"
#include "model/wts_tree.h"
#include <string.h>

#define MAX_DEPTH  32
#define MAX_NUMBER 19 /* digits */

/* Memory that a tree may take, by bytes of its text: a path holds the names of all modules around,
 * so a small text could ask for any amount. */
#define LEAST_ROOM ((size_t)64 << 20)
#define ROOM       16

/* Bytes that each thing takes at least, of which a count is given before. */
enum {
    LEAST_MODULE = 15,   /* 0:0:0:i0ei0ei0e */
    LEAST_TENSOR = 8,    /* 0:i0el0e */
    LEAST_ATTRIBUTE = 4, /* 0:0: */
    LEAST_SIDE = 3,      /* i0e */
    LEAST_SCALAR = 2     /* 0: */
};

typedef struct text_reader {
    const pw_weights *weights;
    pw_arena *arena;
    const char *at, *end;
    size_t owed; /* modules that were promised and did not come yet */
    pawl_error *error;
} text_reader;

static pawl_status bad(const text_reader *in)
{
    return pw_fail(in->error, PAWL_ERR_CORRUPT,
                   "%s: tensor pawl.modules does not describe a model: the file is damaged; "
                   "convert the .pt again",
                   in->weights->file_name);
}

static pawl_status no_memory(const text_reader *in)
{
    if (in->arena->is_full)
        return pw_fail(in->error, PAWL_ERR_LIMIT,
                       "%s: the modules in tensor pawl.modules ask for more than %zu MiB of "
                       "memory, which no model needs; pawl convert did not make them",
                       in->weights->file_name, in->arena->limit >> 20);
    return pw_fail_memory(in->error, "the modules of a .wts", (size_t)(in->end - in->at));
}

/* Digits up to the mark, which is read too. */
static pawl_status read_digits(text_reader *in, char mark, int64_t *number)
{
    uint64_t value = 0;
    bool is_negative = in->at < in->end && *in->at == '-';
    const char *start = in->at += is_negative;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9' && in->at - start < MAX_NUMBER)
        value = 10 * value + (uint64_t)(*in->at++ - '0');
    if (in->at == start || in->at == in->end || *in->at != mark ||
        value > (uint64_t)INT64_MAX + is_negative)
        return bad(in);
    in->at++;
    *number = (int64_t)(is_negative ? 0 - value : value);
    return PAWL_OK;
}

static pawl_status read_int(text_reader *in, int64_t *number)
{
    if (in->at == in->end || *in->at++ != 'i')
        return bad(in);
    return read_digits(in, 'e', number);
}

/* A number of things to come, each of so many bytes at least: more than the text has room for are
 * refused before memory is taken for them. */
static pawl_status read_count(text_reader *in, char kind, size_t least, size_t *count)
{
    int64_t number;
    if (in->at == in->end || *in->at++ != kind)
        return bad(in);
    PW_TRY(read_digits(in, 'e', &number));
    if (number < 0 || (uint64_t)number > (size_t)(in->end - in->at) / least)
        return bad(in);
    *count = (size_t)number;
    return PAWL_OK;
}

/* Terminated; no text has a zero inside. */
static pawl_status read_text(text_reader *in, const char **text, size_t *length)
{
    int64_t count;
    PW_TRY(read_digits(in, ':', &count));
    if (count < 0 || count > in->end - in->at || memchr(in->at, 0, (size_t)count) != NULL)
        return bad(in);
    *text = pw_arena_strndup(in->arena, in->at, (size_t)count);
    if (*text == NULL)
        return no_memory(in);
    *length = (size_t)count;
    in->at += count;
    return PAWL_OK;
}

/* 16 hexadecimal digits: a double's bits. */
static pawl_status read_real(text_reader *in, double *real)
{
    uint64_t bits = 0;
    if (in->end - in->at < 17)
        return bad(in);
    for (int i = 1; i <= 16; i++) {
        const char digit = in->at[i];
        if (digit >= '0' && digit <= '9')
            bits = bits << 4 | (uint64_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            bits = bits << 4 | (uint64_t)(digit - 'a' + 10);
        else
            return bad(in);
    }
    in->at += 17;
    memcpy(real, &bits, sizeof bits);
    return PAWL_OK;
}

static pawl_status read_scalar(text_reader *in, pw_value *value)
{
    if (in->at == in->end)
        return bad(in);
    if (*in->at == 'i') {
        value->kind = PW_VALUE_INT;
        return read_int(in, &value->as.integer);
    }
    if (*in->at == 'f') {
        value->kind = PW_VALUE_FLOAT;
        return read_real(in, &value->as.real);
    }
    value->kind = PW_VALUE_STRING;
    return read_text(in, &value->as.string.text, &value->as.string.length);
}

static pawl_status read_value(text_reader *in, pw_value *value)
{
    size_t count;
    if (in->at == in->end || *in->at != 'l')
        return read_scalar(in, value);
    PW_TRY(read_count(in, 'l', LEAST_SCALAR, &count));
    pw_value *values = pw_arena_array(in->arena, count, sizeof *values);
    value->as.list.items = pw_arena_array(in->arena, count, sizeof *value->as.list.items);
    if (values == NULL || value->as.list.items == NULL)
        return no_memory(in);
    value->kind = PW_VALUE_LIST;
    value->as.list.count = value->as.list.capacity = count;
    for (size_t i = 0; i < count; i++) {
        PW_TRY(read_scalar(in, &values[i]));
        value->as.list.items[i] = &values[i];
    }
    return PAWL_OK;
}

static pawl_status read_attributes(text_reader *in, pw_module *module)
{
    size_t count;
    PW_TRY(read_count(in, 'i', LEAST_ATTRIBUTE, &count));
    pw_value *dict = pw_arena_alloc(in->arena, sizeof *dict);
    pw_value *values = pw_arena_array(in->arena, 2 * count, sizeof *values);
    pw_value **items = pw_arena_array(in->arena, 2 * count, sizeof *items);
    if (dict == NULL || values == NULL || items == NULL)
        return no_memory(in);
    for (size_t i = 0; i < 2 * count; i++)
        items[i] = &values[i];
    for (size_t i = 0; i < count; i++) {
        pw_value *key = &values[2 * i];
        key->kind = PW_VALUE_STRING;
        PW_TRY(read_text(in, &key->as.string.text, &key->as.string.length));
        PW_TRY(read_value(in, &values[2 * i + 1]));
    }
    dict->kind = PW_VALUE_DICT;
    dict->as.list.items = items;
    dict->as.list.count = dict->as.list.capacity = 2 * count;
    module->attributes = dict;
    return PAWL_OK;
}

/* The file's tensor of that name, with the dims that its count has lost. */
static pawl_status read_tensor(text_reader *in, const pw_module *module, pw_module_tensor *tensor)
{
    int64_t is_parameter, dims[PAWL_MAX_RANK] = {0};
    size_t length, rank;
    PW_TRY(read_text(in, &tensor->key, &length));
    PW_TRY(read_int(in, &is_parameter));
    PW_TRY(read_count(in, 'l', LEAST_SIDE, &rank));
    if (rank > PAWL_MAX_RANK)
        return bad(in);
    for (size_t d = 0; d < rank; d++)
        PW_TRY(read_int(in, &dims[d]));
    const char *name = module->path[0] == '\0'
                           ? tensor->key /* the root's own */
                           : pw_arena_printf(in->arena, "%s.%s", module->path, tensor->key);
    pw_tensor_data *shaped = pw_arena_alloc(in->arena, sizeof *shaped);
    if (name == NULL || shaped == NULL)
        return no_memory(in);
    const pw_tensor_data *found = pw_weights_tensor_find(in->weights, name);
    if (found == NULL)
        return pw_fail(in->error, PAWL_ERR_CORRUPT,
                       "tensor %.128s is missing: the file is incomplete", name);
    *shaped = *found;
    if (!pw_tree_shape(shaped, dims, (int32_t)rank))
        return pw_fail(in->error, PAWL_ERR_CORRUPT,
                       "tensor %.128s has %zu values, not those of its module in pawl.modules: the "
                       "file is damaged",
                       name, found->count);
    tensor->tensor = shaped;
    tensor->is_parameter = is_parameter != 0;
    tensor->is_persistent = true;
    return PAWL_OK;
}

/* Of those around it some are still to come: the text must have room for all. */
static pawl_status read_children(text_reader *in, size_t *count)
{
    PW_TRY(read_count(in, 'i', LEAST_MODULE, count));
    if (in->owed > (size_t)(in->end - in->at) / LEAST_MODULE - *count)
        return bad(in);
    in->owed += *count;
    return PAWL_OK;
}

static pawl_status read_module(text_reader *in, const pw_module *parent, pw_module **result,
                               size_t *child_count)
{
    size_t length;
    in->owed -= parent != NULL;
    pw_module *module = pw_arena_alloc(in->arena, sizeof *module);
    if (module == NULL)
        return no_memory(in);
    PW_TRY(read_text(in, &module->name, &length));
    PW_TRY(read_text(in, &module->package, &length));
    PW_TRY(read_text(in, &module->type, &length));
    module->path = parent == NULL || parent->path[0] == '\0'
                       ? module->name
                       : pw_arena_printf(in->arena, "%s.%s", parent->path, module->name);
    if (module->path == NULL)
        return no_memory(in);
    PW_TRY(read_attributes(in, module));
    PW_TRY(read_count(in, 'i', LEAST_TENSOR, &length));
    module->tensors = pw_arena_array(in->arena, length, sizeof *module->tensors);
    if (module->tensors == NULL)
        return no_memory(in);
    while (module->tensor_count < length)
        PW_TRY(read_tensor(in, module, &module->tensors[module->tensor_count++]));
    PW_TRY(read_children(in, child_count));
    module->children = pw_arena_array(in->arena, *child_count, sizeof *module->children);
    if (module->children == NULL)
        return no_memory(in);
    *result = module;
    return PAWL_OK;
}

static pawl_status read_tree(text_reader *in, const pw_module **root)
{
    struct {
        pw_module *module;
        size_t child_count;
    } path[MAX_DEPTH];
    size_t depth = 1;
    PW_TRY(read_module(in, NULL, &path[0].module, &path[0].child_count));
    *root = path[0].module;
    while (depth > 0) {
        pw_module *parent = path[depth - 1].module;
        if (parent->child_count == path[depth - 1].child_count) {
            depth--;
            continue;
        }
        if (depth == MAX_DEPTH)
            return bad(in);
        PW_TRY(read_module(in, parent, &path[depth].module, &path[depth].child_count));
        parent->children[parent->child_count++] = path[depth].module;
        depth++;
    }
    return in->at == in->end ? PAWL_OK : bad(in);
}

bool pw_wts_modules_found(const pw_weights *weights)
{
    return pw_weights_tensor_find(weights, "pawl.modules") != NULL;
}

static pawl_status check_format(const text_reader *in)
{
    const pw_tensor_data *format = pw_weights_tensor_find(in->weights, "pawl.format");
    float version = 0;
    if (format == NULL || format->count != 1)
        return bad(in);
    pw_tensor_widen(format, &version);
    if (version > 0 && version < 2)
        return PAWL_OK;
    return pw_fail(in->error, PAWL_ERR_UNSUPPORTED,
                   "%s describes its modules in format %g, which a later pawl wrote; this one "
                   "reads format 1",
                   in->weights->file_name, (double)version);
}

pawl_status pw_wts_modules_read(const pw_weights *weights, pw_arena *arena, const pw_module **root,
                                pawl_error *error)
{
    text_reader in = {.weights = weights, .arena = arena, .error = error};
    const pw_tensor_data *tensor = pw_weights_tensor_find(weights, "pawl.modules");
    PW_TRY(check_format(&in));
    if (tensor->count < 1 || tensor->count > PW_WTS_MAX_TEXT)
        return bad(&in);
    float *values = pw_arena_array(arena, tensor->count, sizeof *values);
    char *text = pw_arena_alloc(arena, tensor->count);
    if (values == NULL || text == NULL)
        return pw_fail_memory(error, "the modules of a .wts", tensor->count);
    pw_tensor_widen(tensor, values);
    for (size_t i = 0; i < tensor->count; i++) {
        if (!(values[i] >= 0 && values[i] <= 255))
            return bad(&in);
        text[i] = (char)(unsigned char)values[i];
    }
    in.at = text;
    in.end = text + tensor->count;
    const size_t outer = arena->limit, own = arena->total + LEAST_ROOM + ROOM * tensor->count;
    arena->limit = outer != 0 ? pw_size_min(outer, own) : own;
    const pawl_status status = read_tree(&in, root);
    arena->limit = outer;
    return status;
}
