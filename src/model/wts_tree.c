/* SPDX-License-Identifier: Apache-2.0 */
/* Modules, attributes and shaped tensors in an arena. */
#include "model/wts_tree.h"
#include "base/size.h"
#include <string.h>

static pawl_status no_memory(const pw_tree *tree, size_t size)
{
    return pw_fail_memory(tree->error, "the modules of a .wts", size);
}

pawl_status pw_tree_add(pw_tree *tree, pw_tree_node *parent, const char *name, const char *package,
                        const char *type, size_t child_capacity, pw_tree_node **node)
{
    pw_tree_node *made = pw_arena_alloc(tree->arena, sizeof *made);
    if (made == NULL)
        return no_memory(tree, sizeof *made);
    pw_module *module = &made->module;
    module->name = pw_arena_strdup(tree->arena, name);
    module->path = parent == NULL || parent->module.path[0] == '\0'
                       ? module->name
                       : pw_arena_printf(tree->arena, "%s.%s", parent->module.path, name);
    module->children = pw_arena_array(tree->arena, child_capacity, sizeof *module->children);
    if (module->name == NULL || module->path == NULL || module->children == NULL)
        return no_memory(tree, child_capacity * sizeof *module->children);
    module->package = package;
    module->type = type;
    module->tensors = made->tensors;
    module->attributes = &made->dict;
    made->dict.kind = PW_VALUE_DICT;
    made->dict.as.list.items = made->items;
    if (parent != NULL)
        parent->module.children[parent->module.child_count++] = module;
    *node = made;
    return PAWL_OK;
}

pawl_status pw_tree_set(pw_tree *tree, pw_tree_node *node, const char *key, pw_value value)
{
    pw_value *pair = pw_arena_array(tree->arena, 2, sizeof *pair);
    if (pair == NULL)
        return no_memory(tree, 2 * sizeof *pair);
    if (node->dict.as.list.count + 2 > PW_COUNT(node->items))
        return pw_fail(tree->error, PAWL_ERR_INTERNAL, "module %s has too many attributes",
                       node->module.path);
    pair[0].kind = PW_VALUE_STRING;
    pair[0].as.string.text = key;
    pair[0].as.string.length = strlen(key);
    pair[1] = value;
    node->items[node->dict.as.list.count++] = &pair[0];
    node->items[node->dict.as.list.count++] = &pair[1];
    return PAWL_OK;
}

pawl_status pw_tree_set_int(pw_tree *tree, pw_tree_node *node, const char *key, int64_t value)
{
    return pw_tree_set(tree, node, key, (pw_value){.kind = PW_VALUE_INT, .as.integer = value});
}

pawl_status pw_tree_set_text(pw_tree *tree, pw_tree_node *node, const char *key, const char *value)
{
    pw_value text = {.kind = PW_VALUE_STRING};
    text.as.string.text = value;
    text.as.string.length = strlen(value);
    return pw_tree_set(tree, node, key, text);
}

pawl_status pw_tree_set_ints(pw_tree *tree, pw_tree_node *node, const char *key,
                             const int32_t *values, size_t count)
{
    pw_value list = {.kind = PW_VALUE_LIST};
    pw_value *numbers = pw_arena_array(tree->arena, count, sizeof *numbers);
    list.as.list.items = pw_arena_array(tree->arena, count, sizeof *list.as.list.items);
    if (numbers == NULL || list.as.list.items == NULL)
        return no_memory(tree, count * sizeof *numbers);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (pw_value){.kind = PW_VALUE_INT, .as.integer = values[i]};
        list.as.list.items[i] = &numbers[i];
    }
    list.as.list.count = count;
    return pw_tree_set(tree, node, key, list);
}

pawl_status pw_tree_find(pw_tree *tree, const pw_tree_node *node, const char *key,
                         const pw_tensor_data **tensor)
{
    const char *name = pw_arena_printf(tree->arena, "%s.%s", node->module.path, key);
    if (name == NULL)
        return no_memory(tree, strlen(node->module.path) + strlen(key));
    *tensor = pw_weights_tensor_find(tree->weights, name);
    return PAWL_OK;
}

static bool has_dims(const pw_tensor_data *tensor, const int64_t *dims, int32_t rank)
{
    bool is_equal = tensor->rank == rank;
    for (int32_t i = 0; is_equal && i < rank; i++)
        is_equal = tensor->dims[i] == dims[i];
    return is_equal;
}

/* Other dims for a tensor of which only the count is known; false where their product is another. A
 * tensor may have no elements: a module may hold one that is used in training alone. One of a .pt
 * may be a view with strides of its own, which other dims would lead out of its storage. */
bool pw_tree_shape(pw_tensor_data *tensor, const int64_t *dims, int32_t rank)
{
    size_t count = 1;
    if (has_dims(tensor, dims, rank))
        return true;
    if (!pw_tensor_is_dense(tensor))
        return false;
    for (int32_t i = rank; i-- > 0;) {
        tensor->dims[i] = dims[i];
        tensor->strides[i] = (int64_t)count;
        if (dims[i] < 0 || !pw_size_mul(count, (size_t)dims[i], &count))
            return false;
    }
    tensor->rank = rank;
    return count == tensor->count;
}

pawl_status pw_tree_claim(pw_tree *tree, pw_tree_node *node, const char *key, const int64_t *dims,
                          int32_t rank, bool is_parameter)
{
    const pw_tensor_data *found = NULL;
    pw_module *module = &node->module;
    PW_TRY(pw_tree_find(tree, node, key, &found));
    if (found == NULL)
        return pw_fail(tree->error, PAWL_ERR_CORRUPT,
                       "tensor %s.%s is missing: the file is incomplete", module->path, key);
    pw_tensor_data *shaped = pw_arena_alloc(tree->arena, sizeof *shaped);
    if (shaped == NULL)
        return no_memory(tree, sizeof *shaped);
    *shaped = *found;
    if (found->count == 0 || !pw_tree_shape(shaped, dims, rank))
        return pw_fail(
            tree->error, PAWL_ERR_CORRUPT,
            "tensor %s has %zu values, which do not fit its neighbours: the file is damaged",
            found->name, found->count);
    if (module->tensor_count >= PW_COUNT(node->tensors))
        return pw_fail(tree->error, PAWL_ERR_INTERNAL, "module %s has too many tensors",
                       module->path);
    module->tensors[module->tensor_count++] = (pw_module_tensor){
        .key = key, .tensor = shaped, .is_parameter = is_parameter, .is_persistent = true};
    tree->claimed[tree->claimed_count++] = found;
    return PAWL_OK;
}

pawl_status pw_tree_ignore(pw_tree *tree, const pw_tree_node *node, const char *key)
{
    const pw_tensor_data *found = NULL;
    PW_TRY(pw_tree_find(tree, node, key, &found));
    if (found != NULL)
        tree->claimed[tree->claimed_count++] = found;
    return PAWL_OK;
}

/* After claimed_count + 1 tensors, tallies aside, at the latest one is found, so the square is of
 * what was claimed, not of what a file may list. */
const pw_tensor_data *pw_tree_unclaimed(const pw_tree *tree)
{
    for (size_t i = 0; i < tree->weights->tensor_count; i++) {
        const pw_tensor_data *tensor = tree->weights->tensors[i];
        size_t at = 0;
        if (pw_tensor_is_tally(tensor))
            continue;
        while (at < tree->claimed_count && tree->claimed[at] != tensor)
            at++;
        if (at == tree->claimed_count)
            return tensor;
    }
    return NULL;
}
