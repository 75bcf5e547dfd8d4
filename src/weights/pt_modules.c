/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From pickled records to the tree of modules and the state dictionary. A module is a record whose
 * state is its __dict__: _parameters, _buffers and _modules, each a dictionary in state_dict's
 * order, and plain attributes.
 */
#include "base/log.h"
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include <string.h>

#define DEPTH_LIMIT          64
#define MODULE_LIMIT         ((size_t)1 << 16)
#define NON_PERSISTENT_LIMIT 64
#define MODULE_TENSOR_LIMIT  256 /* of one module, whose names are looked for one by one */
#define NAME_LENGTH_LIMIT    1024
#define WRAPPER_LIMIT        4                 /* of modules around the model */
#define SHARED_ELEMENTS      ((size_t)1 << 20) /* of tensors, beyond four a byte of the file */

/* One under way; children of the last are read first, so the order is state_dict's. */
typedef struct frame {
    pw_module *module;
    const pw_value *children; /* DICT, may be NULL */
    size_t next;              /* item of it */
} frame;

typedef struct state_entry {
    pw_tensor_data tensor;
    struct state_entry *next;
} state_entry;

typedef struct tree_reader {
    pw_weights *weights;
    pawl_error *error;
    size_t module_count;
    size_t elements_left;
    state_entry *first, **last;
} tree_reader;

static pawl_status no_memory(const tree_reader *tree, size_t size)
{
    const pw_arena *arena = &tree->weights->arena;
    if (arena->limit != 0 && (size > arena->limit || arena->total > arena->limit - size))
        return pw_fail(
            tree->error, PAWL_ERR_LIMIT,
            "%s: the module tree asks for more than %zu MiB of memory, which no model of its size "
            "needs; it was not made by torch.save",
            tree->weights->file_name, arena->limit >> 20);
    return pw_fail_memory(tree->error, "the module tree", size);
}

/* The instance's __dict__, or NULL. With __slots__ the state is a pair, the dictionary first. */
static const pw_value *state_of(const pw_value *value)
{
    if (value == NULL || value->kind != PW_VALUE_RECORD)
        return NULL;
    const pw_value *state = value->as.record.state;
    if (state != NULL && state->kind == PW_VALUE_LIST && state->as.list.count == 2)
        state = state->as.list.items[0];
    return state != NULL && state->kind == PW_VALUE_DICT ? state : NULL;
}

static bool is_module(const pw_value *value)
{
    const pw_value *modules = pw_dict_get(state_of(value), "_modules");
    return modules != NULL && modules->kind == PW_VALUE_DICT &&
           value->as.record.callable->kind == PW_VALUE_GLOBAL;
}

/* A key that can be part of a tensor's name. NULL: it is none. */
static const char *name_of(const pw_value *key)
{
    const char *text = pw_value_text(key);
    if (text == NULL || key->as.string.length == 0 || key->as.string.length > NAME_LENGTH_LIMIT ||
        strlen(text) != key->as.string.length)
        return NULL;
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return NULL; /* a .wts could not hold it */
    return text;
}

static const char *join(const tree_reader *tree, const char *path, const char *name)
{
    return pw_arena_printf(&tree->weights->arena, "%s%s%s", path, *path == '\0' ? "" : ".", name);
}

static pawl_status add_state(tree_reader *tree, const char *name, const pw_tensor_data *tensor,
                             pw_tensor_data **copy)
{
    pw_weights *weights = tree->weights;
    if (weights->tensor_count >= PW_TENSOR_LIMIT || tensor->count > tree->elements_left)
        return pw_fail(
            tree->error, PAWL_ERR_LIMIT,
            "%s: the state dictionary is larger than any model's (at most %zu tensors, and no more "
            "elements than the file can hold); it was not made by torch.save",
            weights->file_name, PW_TENSOR_LIMIT);
    state_entry *entry = pw_arena_alloc(&weights->arena, sizeof(*entry));
    if (entry == NULL)
        return no_memory(tree, sizeof(*entry));
    entry->tensor = *tensor; /* one tensor may stand in two places, under two names */
    entry->tensor.name = name;
    *tree->last = entry;
    tree->last = &entry->next;
    tree->elements_left -= tensor->count;
    weights->tensor_count++;
    *copy = &entry->tensor;
    return PAWL_OK;
}

static pawl_status read_tensor(tree_reader *tree, const pw_module *module, const char *name,
                               const pw_value *value, pw_module_tensor *result)
{
    if (name == NULL)
        return pw_fail(
            tree->error, PAWL_ERR_CORRUPT,
            "%s: a parameter or buffer of module '%s' has no proper name; the file is damaged",
            tree->weights->file_name, pw_printable_of(module->path, strlen(module->path)).text);
    result->key = name;
    if (value->kind == PW_VALUE_NONE)
        return PAWL_OK;
    const char *path = join(tree, module->path, name);
    if (path == NULL)
        return no_memory(tree, strlen(module->path) + NAME_LENGTH_LIMIT);
    if (value->kind != PW_VALUE_TENSOR)
        return pw_fail(
            tree->error, PAWL_ERR_UNSUPPORTED,
            "%s: '%s' is no tensor of a common type (quantised, sparse or of a class of its own); "
            "save the model with plain float weights",
            tree->weights->file_name, pw_printable_of(path, strlen(path)).text);
    if (result->is_persistent)
        return add_state(tree, path, value->as.tensor, &result->tensor);
    result->tensor = value->as.tensor;
    return PAWL_OK;
}

static bool is_listed(const pw_value *list, const pw_value *key)
{
    if (list == NULL || list->kind != PW_VALUE_LIST)
        return false;
    for (size_t i = 0; i < list->as.list.count; i++) {
        const pw_value *item = list->as.list.items[i];
        if (item->kind == PW_VALUE_STRING && key->kind == PW_VALUE_STRING &&
            item->as.string.length == key->as.string.length &&
            memcmp(item->as.string.text, key->as.string.text, item->as.string.length) == 0)
            return true;
    }
    return false;
}

/* Pairs of a dictionary attribute; none where it is absent. */
static size_t pair_count(const pw_value *dict)
{
    return dict == NULL || dict->kind != PW_VALUE_DICT ? 0 : dict->as.list.count / 2;
}

/* The other name of a pruned tensor: "weight" of weight_orig, weight_mask of "weight". */
static const char *rename_key(const tree_reader *tree, const char *key, size_t cut,
                              const char *ending)
{
    return pw_arena_printf(&tree->weights->arena, "%.*s%s", (int)(strlen(key) - cut), key, ending);
}

static bool ends_with(const char *key, const char *ending)
{
    return key != NULL && strlen(key) > strlen(ending) &&
           strcmp(key + strlen(key) - strlen(ending), ending) == 0;
}

/*
 * What torch.nn.utils.prune makes of a parameter until its remove(): weight_orig among the
 * parameters, weight_mask among the buffers, and weight is their product. *key of weight_orig
 * becomes "weight", and *mask is set; a mask has its *key set to NULL: it is part of the other.
 */
static pawl_status find_mask(const tree_reader *tree, const pw_value *parameters,
                             const pw_value *buffers, bool is_parameter, const char **key,
                             const pw_value **mask)
{
    static const char orig[] = "_orig", masked[] = "_mask";
    *mask = NULL;
    if (!ends_with(*key, is_parameter ? orig : masked))
        return PAWL_OK;
    const char *plain = rename_key(tree, *key, strlen(orig), "");
    const char *other = rename_key(tree, *key, strlen(orig), is_parameter ? masked : orig);
    if (plain == NULL || other == NULL)
        return no_memory(tree, 2 * NAME_LENGTH_LIMIT);
    const pw_value *found = pw_dict_get(is_parameter ? buffers : parameters, other);
    if (found == NULL || found->kind != PW_VALUE_TENSOR || pw_dict_get(parameters, plain) != NULL)
        return PAWL_OK;
    *key = is_parameter ? plain : NULL;
    *mask = found;
    return PAWL_OK;
}

static pawl_status set_mask(const tree_reader *tree, pw_tensor_data *tensor,
                            const pw_tensor_data *mask)
{
    bool is_same = tensor->rank == mask->rank;
    for (int32_t i = 0; is_same && i < tensor->rank; i++)
        is_same = tensor->dims[i] == mask->dims[i];
    if (!is_same)
        return pw_fail(tree->error, PAWL_ERR_CORRUPT,
                       "%s: the pruning mask of '%s' is not of its shape; the file is damaged",
                       tree->weights->file_name,
                       pw_printable_of(tensor->name, strlen(tensor->name)).text);
    tensor->mask = mask;
    return PAWL_OK;
}

static pawl_status read_tensors(tree_reader *tree, pw_module *module, const pw_value *state)
{
    const pw_value *dicts[2] = {pw_dict_get(state, "_parameters"), pw_dict_get(state, "_buffers")};
    const pw_value *hidden = pw_dict_get(state, "_non_persistent_buffers_set");
    const size_t count = pair_count(dicts[0]) + pair_count(dicts[1]);
    if (count > MODULE_TENSOR_LIMIT || (hidden != NULL && hidden->kind == PW_VALUE_LIST &&
                                        hidden->as.list.count > NON_PERSISTENT_LIMIT))
        return pw_fail(
            tree->error, PAWL_ERR_LIMIT,
            "%s: module '%s' has more tensors than any model's; it was not made by torch.save",
            tree->weights->file_name, pw_printable_of(module->path, strlen(module->path)).text);
    if (count == 0)
        return PAWL_OK;
    module->tensors = pw_arena_array(&tree->weights->arena, count, sizeof(pw_module_tensor));
    if (module->tensors == NULL)
        return no_memory(tree, count * sizeof(pw_module_tensor));
    for (size_t d = 0; d < 2; d++)
        for (size_t i = 0; i < pair_count(dicts[d]); i++) {
            pw_value *const *pair = dicts[d]->as.list.items + 2 * i;
            pw_module_tensor *tensor = &module->tensors[module->tensor_count];
            tensor->is_parameter = d == 0;
            tensor->is_persistent = d == 0 || !is_listed(hidden, pair[0]);
            const char *key = name_of(pair[0]);
            const bool is_named = key != NULL;
            const pw_value *mask = NULL;
            PW_TRY(find_mask(tree, dicts[0], dicts[1], d == 0, &key, &mask));
            if (is_named && key == NULL)
                continue;
            PW_TRY(read_tensor(tree, module, key, pair[1], tensor));
            if (mask != NULL && tensor->tensor != NULL)
                PW_TRY(set_mask(tree, tensor->tensor, mask->as.tensor));
            module->tensor_count++;
        }
    return PAWL_OK;
}

static bool is_attribute(const pw_value *key)
{
    static const char *const others[] = {"_parameters", "_buffers", "_modules"};
    const char *text = pw_value_text(key);
    for (size_t i = 0; text != NULL && i < PW_COUNT(others); i++)
        if (strcmp(text, others[i]) == 0)
            return false;
    return true;
}

/* Names that numpy.unique() made are a list like others. */
static pw_value *attribute_of(tree_reader *tree, const pw_value *key, pw_value *value)
{
    const char *text = pw_value_text(key);
    pw_value *list = text != NULL && strcmp(text, "names") == 0
                         ? pw_value_numpy_list(&tree->weights->arena, value)
                         : NULL;
    return list != NULL ? list : value;
}

static pawl_status read_attributes(tree_reader *tree, pw_module *module, const pw_value *state)
{
    pw_arena *arena = &tree->weights->arena;
    pw_value *dict = pw_arena_alloc(arena, sizeof(*dict));
    pw_value **items = pw_arena_array(arena, state->as.list.count, sizeof(pw_value *));
    if (dict == NULL || items == NULL)
        return no_memory(tree, sizeof(*dict) + state->as.list.count * sizeof(pw_value *));
    size_t count = 0;
    for (size_t i = 0; i + 1 < state->as.list.count; i += 2)
        if (is_attribute(state->as.list.items[i])) {
            items[count++] = state->as.list.items[i];
            items[count++] =
                attribute_of(tree, state->as.list.items[i], state->as.list.items[i + 1]);
        }
    dict->kind = PW_VALUE_DICT;
    dict->as.list.items = items;
    dict->as.list.count = dict->as.list.capacity = count;
    module->attributes = dict;
    return PAWL_OK;
}

/* A module without its children. */
static pawl_status make_module(tree_reader *tree, const pw_value *record, const char *name,
                               const char *path, pw_module **result)
{
    const pw_value *state = state_of(record);
    if (++tree->module_count > MODULE_LIMIT)
        return pw_fail(
            tree->error, PAWL_ERR_LIMIT,
            "%s: the model has more than %zu modules, which no model has; it was not made by "
            "torch.save",
            tree->weights->file_name, MODULE_LIMIT);
    pw_module *module = pw_arena_alloc(&tree->weights->arena, sizeof(*module));
    if (module == NULL)
        return no_memory(tree, sizeof(*module));
    module->name = name;
    module->path = path;
    module->package = record->as.record.callable->as.global.module;
    module->type = record->as.record.callable->as.global.name;
    PW_TRY(read_attributes(tree, module, state));
    PW_TRY(read_tensors(tree, module, state));
    const size_t count = pair_count(pw_dict_get(state, "_modules"));
    if (count > 0) {
        module->children = pw_arena_array(&tree->weights->arena, count, sizeof(pw_module *));
        if (module->children == NULL)
            return no_memory(tree, count * sizeof(pw_module *));
    }
    *result = module;
    return PAWL_OK;
}

/* The next child of the frame's module; NULL: it is None. */
static pawl_status read_child(tree_reader *tree, frame *parent, frame *child)
{
    pw_value *const *pair = parent->children->as.list.items + parent->next;
    const char *name = name_of(pair[0]);
    parent->next += 2;
    child->module = NULL;
    if (pair[1]->kind == PW_VALUE_NONE)
        return PAWL_OK;
    if (name == NULL || !is_module(pair[1]))
        return pw_fail(tree->error, PAWL_ERR_CORRUPT,
                       "%s: child '%s' of module '%s' is no module; the file is damaged",
                       tree->weights->file_name,
                       name == NULL ? "?" : pw_printable_of(name, strlen(name)).text,
                       pw_printable_of(parent->module->path, strlen(parent->module->path)).text);
    const char *path = join(tree, parent->module->path, name);
    if (path == NULL)
        return no_memory(tree, strlen(parent->module->path) + NAME_LENGTH_LIMIT);
    PW_TRY(make_module(tree, pair[1], name, path, &child->module));
    parent->module->children[parent->module->child_count++] = child->module;
    child->children = pw_dict_get(state_of(pair[1]), "_modules");
    child->next = 0;
    return PAWL_OK;
}

static pawl_status read_tree(tree_reader *tree, const pw_value *record)
{
    frame frames[DEPTH_LIMIT] = {{NULL, pw_dict_get(state_of(record), "_modules"), 0}};
    size_t depth = 1;
    PW_TRY(make_module(tree, record, "", "", &frames[0].module));
    tree->weights->root = frames[0].module;
    while (depth > 0) {
        frame *parent = &frames[depth - 1];
        if (parent->next >= 2 * pair_count(parent->children)) {
            depth--;
            continue;
        }
        if (depth == DEPTH_LIMIT)
            return pw_fail(
                tree->error, PAWL_ERR_LIMIT,
                "%s: modules lie in one another deeper than %d, or in themselves, as no model has "
                "it",
                tree->weights->file_name, DEPTH_LIMIT);
        PW_TRY(read_child(tree, parent, &frames[depth]));
        depth += frames[depth].module != NULL;
    }
    return PAWL_OK;
}

static bool holds_tensors(const pw_value *dict)
{
    for (size_t i = 0; i < pair_count(dict); i++)
        if (dict->as.list.items[2 * i + 1]->kind == PW_VALUE_TENSOR)
            return true;
    return false;
}

/* Names and numbers without layers: the file's top, or under one of the keys that people save them
 * by. */
static bool is_state_dict(const pw_value *top)
{
    static const char *const keys[] = {"ema", "model", "state_dict", "model_state_dict", "weights"};
    bool is_one = holds_tensors(top);
    for (size_t i = 0; i < PW_COUNT(keys); i++)
        is_one = is_one || holds_tensors(pw_dict_get(top, keys[i]));
    return is_one;
}

static pawl_status refuse_top(const pw_weights *weights, pawl_error *error)
{
    const char *name = weights->file_name;
    for (size_t i = 0; i < weights->global_count; i++)
        if (strncmp(weights->globals[i].module, "ultralytics.", strlen("ultralytics.")) == 0)
            return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                           "%s was made by the ultralytics package (YOLOv8, YOLOv5u or later), "
                           "another family of "
                           "models; give a .pt of the yolov5 repository",
                           name);
    if (is_state_dict(weights->checkpoint))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s holds a state dictionary alone, names and numbers without the layers; "
                       "save the whole "
                       "model: torch.save({'model': model}, 'x.pt')",
                       name);
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "%s is a PyTorch file, but no YOLOv5 checkpoint: it has no module under 'ema' "
                   "or 'model'; give "
                   "the .pt that train.py wrote",
                   name);
}

/* The model that another module only holds: DataParallel and its kin, what torch.hub.load() gives,
 * which is around a model or around a DetectMultiBackend around one, and what torch.compile()
 * gives, which is pickled as a call with the model. NULL: it is none. */
static const pw_value *inside_of(const pw_value *model)
{
    static const struct {
        const char *package, *type, *child; /* type: NULL for all of the package */
    } wrappers[] = {
        {"torch.nn.parallel", NULL, "module"},
        {"torch.optim.swa_utils", "AveragedModel", "module"},
        {"models.common", "AutoShape", "model"},
        {"models.common", "autoShape", "model"}, /* up to v5.0 */
        {"models.common", "DetectMultiBackend", "model"},
        {"torch._dynamo", "OptimizedModule", "_orig_mod"},
    };
    if (model == NULL || model->kind != PW_VALUE_RECORD ||
        model->as.record.callable->kind != PW_VALUE_GLOBAL)
        return NULL;
    const pw_value *type = model->as.record.callable, *given = model->as.record.arguments;
    for (size_t i = 0; i < PW_COUNT(wrappers); i++) {
        const char *package = strstr(type->as.global.module, wrappers[i].package);
        if (package == NULL ||
            (wrappers[i].type != NULL && strcmp(type->as.global.name, wrappers[i].type) != 0))
            continue;
        const pw_value *inner =
            pw_dict_get(pw_dict_get(state_of(model), "_modules"), wrappers[i].child);
        if (inner == NULL && given != NULL && given->as.list.count > 0)
            inner = given->as.list.items[0];
        return is_module(inner) ? inner : NULL;
    }
    return NULL;
}

/* None, and what else Python's "ema or model" passes over. */
static bool is_nothing(const pw_value *value)
{
    if (value == NULL || value->kind == PW_VALUE_NONE)
        return true;
    if (value->kind == PW_VALUE_LIST || value->kind == PW_VALUE_DICT)
        return value->as.list.count == 0;
    return (value->kind == PW_VALUE_BOOL && !value->as.boolean) ||
           (value->kind == PW_VALUE_INT && value->as.integer == 0);
}

/* Whole models that were saved alone; ema where that is a model, else model; the model inside of
 * others. */
static pawl_status find_model(const pw_weights *weights, const pw_value **result, pawl_error *error)
{
    const pw_value *top = weights->checkpoint, *ema = pw_dict_get(top, "ema"), *model = NULL;
    if (ema != NULL && ema->kind == PW_VALUE_LIST && ema->as.list.count > 0)
        ema = ema->as.list.items[0]; /* (ema, updates) for a few weeks of January 2021 */
    const pw_value *const candidates[] = {top, ema, pw_dict_get(top, "model")};
    for (size_t i = 0; i < PW_COUNT(candidates) && model == NULL; i++)
        if (is_module(candidates[i]) || inside_of(candidates[i]) != NULL)
            model = candidates[i];
    if (model == NULL)
        return refuse_top(weights, error);
    if (model == candidates[2] && !is_nothing(ema))
        pw_log(
            PAWL_LOG_WARNING,
            "%s: under its key ema stands no model with layers: the weights are those of its key "
            "model",
            weights->file_name);
    const char *package = model->as.record.callable->as.global.module;
    if (strncmp(package, "ultralytics.", strlen("ultralytics.")) == 0)
        return refuse_top(weights, error);
    for (int depth = 0; depth < WRAPPER_LIMIT; depth++) {
        const pw_value *inner = inside_of(model);
        model = inner != NULL ? inner : model;
    }
    *result = model;
    return PAWL_OK;
}

pawl_status pw_modules_read(pw_weights *weights, size_t size, pawl_error *error)
{
    const pw_value *model = NULL;
    tree_reader tree = {.weights = weights, .error = error};
    tree.last = &tree.first;
    tree.elements_left = SHARED_ELEMENTS + pw_size_min(size, SIZE_MAX / 8) * 4;
    PW_TRY(find_model(weights, &model, error));
    PW_TRY(read_tree(&tree, model));
    weights->tensors =
        pw_arena_array(&weights->arena, weights->tensor_count, sizeof(pw_tensor_data *));
    if (weights->tensors == NULL)
        return no_memory(&tree, weights->tensor_count * sizeof(pw_tensor_data *));
    size_t at = 0;
    for (state_entry *entry = tree.first; entry != NULL; entry = entry->next)
        weights->tensors[at++] = &entry->tensor;
    if (at == 0)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "%s: the model has no tensors, so it has no weights; give the .pt that train.py wrote",
            weights->file_name);
    return PAWL_OK;
}
