/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of modules written as text, a line a module, as deep as it is indented: what a .pt's
 * pickle says in ten times the bytes, in a form that a fuzzer changes with more sense.
 *
 *     models.yolo DetectionModel names=(cat,dog)
 *      model torch.nn.modules.container Sequential
 *       0 models.common Conv f=-1
 *        conv torch.nn.modules.conv Conv2d in_channels=3 stride=(2,2) weight:8x3x3x3 bias:8
 *
 * key=value is an attribute, key:dims a parameter, key@dims a buffer, 8x3* the last element of the
 * storage 24 times; all tensors begin where the one storage begins, as a hostile file's may. Any
 * bytes make a tree that the reader of a .pt could have made.
 */
#ifndef PT_TREE_TEXT_H
#define PT_TREE_TEXT_H

#include "weights/module.h"
#include "weights/name_table.h"
#include <stdlib.h>
#include <string.h>

#define TREE_DEPTH   64   /* as the reader of a .pt allows */
#define TREE_STORAGE 8192 /* elements */

typedef struct tree_text {
    pw_weights *weights;
    pw_module *path[TREE_DEPTH];
    size_t depth; /* of the module under way; the root's is 0 */
} tree_text;

static inline void *tree_memory(tree_text *tree, size_t count, size_t size)
{
    void *memory = pw_arena_array(&tree->weights->arena, count, size);
    if (memory == NULL)
        abort();
    return memory;
}

/* Room for one more: arrays double when their count is a power of two. */
static inline void *tree_grown(tree_text *tree, void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    void *grown = tree_memory(tree, count == 0 ? 1 : 2 * count, size);
    if (count > 0)
        memcpy(grown, array, count * size);
    return grown;
}

/* 8 16 32 8 16 32 ...: strides, anchors, variances and weights at once. */
static inline const float *tree_storage(void)
{
    static float values[TREE_STORAGE];
    for (size_t i = 0; values[0] == 0 && i < TREE_STORAGE; i++)
        values[TREE_STORAGE - 1 - i] = (float)(8u << (TREE_STORAGE - 1 - i) % 3);
    return values;
}

static inline pw_value *tree_scalar(tree_text *tree, const char *text)
{
    pw_value *value = tree_memory(tree, 1, sizeof *value);
    char *end;
    const long long integer = strtoll(text, &end, 10);
    if (end > text && *end == '\0') {
        *value = (pw_value){.kind = PW_VALUE_INT, .as.integer = integer};
        return value;
    }
    const double real = strtod(text, &end);
    if (end > text && *end == '\0') {
        *value = (pw_value){.kind = PW_VALUE_FLOAT, .as.real = real};
        return value;
    }
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0) {
        *value = (pw_value){.kind = PW_VALUE_BOOL, .as.boolean = text[0] == 'T'};
        return value;
    }
    value->kind = strcmp(text, "None") == 0 ? PW_VALUE_NONE : PW_VALUE_STRING;
    if (value->kind == PW_VALUE_STRING) {
        value->as.string.text = text;
        value->as.string.length = strlen(text);
    }
    return value;
}

static inline void tree_append(tree_text *tree, pw_value *list, pw_value *item)
{
    list->as.list.items = tree_grown(tree, list->as.list.items, list->as.list.count, sizeof item);
    list->as.list.items[list->as.list.count++] = item;
    list->as.list.capacity = list->as.list.count;
}

/* "8x3x3x3"; false where the storage has not that many elements or it is no shape. */
static inline bool tree_shape(pw_tensor_data *tensor, const char *text)
{
    tensor->count = 1;
    while (*text != '\0') {
        char *end;
        const unsigned long long size = strtoull(text, &end, 10);
        if (end == text || tensor->rank == PAWL_MAX_RANK || size > TREE_STORAGE)
            return false;
        tensor->dims[tensor->rank++] = (int64_t)size;
        tensor->count *= (size_t)size;
        if (tensor->count > TREE_STORAGE)
            return false;
        text = *end == 'x' ? end + 1 : end;
        if (strcmp(text, "*") == 0) {
            tensor->data = tree_storage() + TREE_STORAGE - 1;
            return tensor->count > 0;
        }
    }
    int64_t stride = 1;
    for (int32_t d = tensor->rank; d-- > 0; stride *= tensor->dims[d])
        tensor->strides[d] = stride;
    return true;
}

/* A tensor that is an attribute; None where that is no shape. */
static inline pw_value *tree_tensor(tree_text *tree, const char *dims)
{
    pw_value *value = tree_memory(tree, 1, sizeof *value);
    pw_tensor_data *tensor = tree_memory(tree, 1, sizeof *tensor);
    *tensor = (pw_tensor_data){.dtype = PAWL_F32, .data = tree_storage()};
    if (tree_shape(tensor, dims)) {
        value->kind = PW_VALUE_TENSOR;
        value->as.tensor = tensor;
    }
    return value;
}

/* (a,b) is a list, {a,b} the dictionary with b under a, @3 a tensor. */
static inline pw_value *tree_value(tree_text *tree, char *text)
{
    if (*text == '@')
        return tree_tensor(tree, text + 1);
    if (*text != '(' && *text != '{')
        return tree_scalar(tree, text);
    const bool is_dict = *text++ == '{';
    pw_value *list = tree_memory(tree, 1, sizeof *list);
    list->kind = is_dict ? PW_VALUE_DICT : PW_VALUE_LIST;
    while (*text != '\0' && *text != ')' && *text != '}') {
        const size_t length = strcspn(text, ",)}");
        const bool is_last = text[length] != ',';
        text[length] = '\0';
        tree_append(tree, list, tree_scalar(tree, text));
        if (is_last)
            break;
        text += length + 1;
    }
    list->as.list.count -= is_dict ? list->as.list.count % 2 : 0;
    return list;
}

static inline void tree_set(tree_text *tree, pw_module *module, const char *key, char *text)
{
    pw_value *dict = (pw_value *)(uintptr_t)module->attributes; /* made here: not const */
    pw_value *name = tree_memory(tree, 1, sizeof *name);
    *name = (pw_value){.kind = PW_VALUE_STRING};
    name->as.string.text = key;
    name->as.string.length = strlen(key);
    tree_append(tree, dict, name);
    tree_append(tree, dict, tree_value(tree, text));
}

/* What is no shape, or no new name, is None. */
static inline void tree_add_tensor(tree_text *tree, pw_module *module, const char *key,
                                   const char *dims, bool is_parameter)
{
    pw_weights *weights = tree->weights;
    pw_tensor_data made = {.dtype = PAWL_F32, .data = tree_storage()};
    module->tensors =
        tree_grown(tree, module->tensors, module->tensor_count, sizeof(*module->tensors));
    pw_module_tensor *entry = &module->tensors[module->tensor_count++];
    *entry = (pw_module_tensor){.key = key, .is_parameter = is_parameter, .is_persistent = true};
    if (!tree_shape(&made, dims))
        return;
    made.name = pw_arena_printf(&weights->arena, "%s.%s", module->path, key);
    const size_t length = strlen(made.name);
    if (pw_name_table_find(weights->names, made.name, length) != PW_NAME_NONE)
        return; /* a reader would refuse the file */
    if (!pw_name_table_add(weights->names, &weights->arena, made.name, length,
                           weights->tensor_count))
        abort();
    entry->tensor = tree_memory(tree, 1, sizeof *entry->tensor);
    *entry->tensor = made;
    weights->tensors =
        tree_grown(tree, weights->tensors, weights->tensor_count, sizeof(pw_tensor_data *));
    weights->tensors[weights->tensor_count++] = entry->tensor;
}

/* The next word of a line, cut off in place; NULL: none. */
static inline char *tree_word(char **line)
{
    char *word = *line + strspn(*line, " ");
    if (*word == '\0')
        return NULL;
    *line = word + strcspn(word, " ");
    if (**line != '\0')
        *(*line)++ = '\0';
    return word;
}

static inline void tree_add_words(tree_text *tree, pw_module *module, char *line)
{
    for (char *word = tree_word(&line); word != NULL; word = tree_word(&line)) {
        const size_t length = strcspn(word, "=:@");
        const char mark = word[length];
        word[length] = '\0';
        if (mark == '=')
            tree_set(tree, module, word, word + length + 1);
        else if (mark != '\0' && length > 0)
            tree_add_tensor(tree, module, word, word + length + 1, mark == ':');
    }
}

static inline pw_module *tree_child(tree_text *tree, pw_module *parent, const char *name)
{
    pw_module *module = tree_memory(tree, 1, sizeof *module);
    pw_value *dict = tree_memory(tree, 1, sizeof *dict);
    dict->kind = PW_VALUE_DICT;
    module->attributes = dict;
    module->name = module->path = name;
    if (parent == NULL)
        return module;
    if (parent->path[0] != '\0')
        module->path = pw_arena_printf(&tree->weights->arena, "%s.%s", parent->path, name);
    parent->children = tree_grown(tree, parent->children, parent->child_count, sizeof module);
    parent->children[parent->child_count++] = module;
    return module;
}

/* False: a line without the names that a module has. */
static inline bool tree_add_line(tree_text *tree, char *line)
{
    const bool is_root = tree->weights->root == NULL;
    size_t depth = strspn(line, " ");
    if (depth > tree->depth + 1 || depth >= TREE_DEPTH)
        depth = tree->depth;
    if (depth == 0 && !is_root)
        depth = 1;
    const char *name = is_root ? "" : tree_word(&line);
    const char *package = tree_word(&line), *type = tree_word(&line);
    if (name == NULL || package == NULL || type == NULL)
        return false;
    pw_module *module = tree_child(tree, is_root ? NULL : tree->path[depth - 1], name);
    module->package = package;
    module->type = type;
    tree->depth = is_root ? 0 : depth;
    tree->path[tree->depth] = module;
    if (is_root)
        tree->weights->root = module;
    tree_add_words(tree, module, line);
    return true;
}

/* Fills in zeroed weights as the reader of a .pt would; false: not even a root. All of it is in
 * their arena. */
static inline bool tree_parse(const uint8_t *data, size_t size, pw_weights *weights)
{
    tree_text tree = {.weights = weights};
    char *text = tree_memory(&tree, size + 1, 1);
    memcpy(text, data, size);
    for (size_t i = 0; i < size; i++)
        if (((uint8_t)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
            text[i] = ' '; /* in no name that a reader takes */
    weights->names = tree_memory(&tree, 1, sizeof *weights->names);
    weights->kind = PAWL_WEIGHTS_PT;
    weights->file_name = "fuzz";
    weights->file_size = size;
    while (text != NULL && *text != '\0') {
        char *next = strchr(text, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (text[strspn(text, " ")] != '\0' && !tree_add_line(&tree, text))
            break;
        text = next;
    }
    return weights->root != NULL;
}

#endif
