/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls in a pickle would have made: dictionaries, sets, tensors, bytes, numbers; a record
 * for everything else. Nothing is called. */
#include "base/size.h"
#include "weights/pickle_reader.h"
#include "weights/printable.h"
#include <string.h>

#define GLOBAL_LIMIT      (1u << 16)
#define STORAGE_LIMIT     (1u << 18)
#define NAME_LENGTH_LIMIT 1024

/* clang-format off */
static const struct {
    const char *name;
    bool is_plain;
    pawl_dtype dtype;
    size_t size; /* of an element that we have no dtype for */
} storage_types[] = {
    {"HalfStorage", true, PAWL_F16, 0},   {"FloatStorage", true, PAWL_F32, 0}, {"BFloat16Storage", true, PAWL_BF16, 0},
    {"DoubleStorage", true, PAWL_F64, 0}, {"LongStorage", true, PAWL_I64, 0},  {"IntStorage", true, PAWL_I32, 0},
    {"ShortStorage", true, PAWL_I16, 0},  {"CharStorage", true, PAWL_I8, 0},   {"ByteStorage", true, PAWL_U8, 0},
    {"BoolStorage", true, PAWL_BOOL, 0},  {"UntypedStorage", false, PAWL_U8, 1},
    {"ComplexFloatStorage", false, PAWL_U8, 8}, {"ComplexDoubleStorage", false, PAWL_U8, 16},
    {"QInt8Storage", false, PAWL_U8, 1}, {"QUInt8Storage", false, PAWL_U8, 1}, {"QInt32Storage", false, PAWL_U8, 4},
};
/* clang-format on */

/* Notes a name once. whole: module NUL name NUL, of length bytes without the last; *index: where it
 * stands among the globals. */
static pawl_status note_global(pw_pickle *p, const char *whole, size_t length, size_t module_length,
                               size_t *index)
{
    *index = pw_name_table_find(&p->global_names, whole, length);
    if (*index != PW_NAME_NONE)
        return PAWL_OK;
    if (p->global_count >= GLOBAL_LIMIT)
        return pw_fail_at(p->error, PAWL_ERR_LIMIT, pw_pickle_place(p),
                          "%s: the pickle names more than %u classes, which no checkpoint does",
                          p->file_name, GLOBAL_LIMIT);
    pawl_global_info *globals =
        pw_arena_grow(p->kept, p->globals, p->global_count, &p->global_capacity, sizeof(*globals));
    char *copy = pw_arena_alloc(p->kept, length + 1);
    if (globals != NULL)
        p->globals = globals;
    if (copy != NULL)
        memcpy(copy, whole, length + 1);
    if (globals == NULL || copy == NULL ||
        !pw_name_table_add(&p->global_names, p->kept, copy, length, p->global_count))
        return pw_pickle_no_memory(p, p->global_capacity * 2 * sizeof(*globals));
    const char *name = copy + module_length + 1;
    *index = p->global_count;
    p->globals[p->global_count++] =
        (pawl_global_info){sizeof(pawl_global_info), copy, name, pw_global_is_known(copy, name)};
    return PAWL_OK;
}

pawl_status pw_pickle_global(pw_pickle *p, const char *module, size_t module_length,
                             const char *name, size_t name_length, pw_value **result)
{
    if (module_length == 0 || name_length == 0 || module_length > NAME_LENGTH_LIMIT ||
        name_length > NAME_LENGTH_LIMIT || memchr(module, '\0', module_length) != NULL ||
        memchr(name, '\0', name_length) != NULL)
        return pw_pickle_corrupt(p, "names a class in a way that no class is named");
    char whole[2 * NAME_LENGTH_LIMIT + 2];
    const size_t length = module_length + 1 + name_length;
    size_t index = 0;
    memcpy(whole, module, module_length);
    whole[module_length] = '\0';
    memcpy(whole + module_length + 1, name, name_length);
    whole[length] = '\0';
    PW_TRY(note_global(p, whole, length, module_length, &index));
    *result = pw_value_make_global(p->arena, p->globals[index].module, p->globals[index].name);
    return PAWL_OK; /* the caller's push says no memory */
}

static const pw_value *argument_at(const pw_value *arguments, size_t index, pw_value_kind kind)
{
    if (arguments->kind != PW_VALUE_LIST || index >= arguments->as.list.count)
        return NULL;
    const pw_value *value = arguments->as.list.items[index];
    return value->kind == kind ? value : NULL;
}

/* Size and stride as the pickle says them; count is their product. */
static pawl_status read_shape(const pw_pickle *p, const pw_value *sizes, const pw_value *strides,
                              pw_tensor_data *tensor)
{
    const size_t rank = sizes->as.list.count;
    if (rank > PAWL_MAX_RANK)
        return pw_fail_at(p->error, PAWL_ERR_LIMIT, pw_pickle_place(p),
                          "%s: a tensor has %zu dimensions; at most %d are read", p->file_name,
                          rank, PAWL_MAX_RANK);
    if (strides->as.list.count != rank)
        return pw_pickle_corrupt(p, "has a tensor with %zu sizes and %zu strides", rank,
                                 strides->as.list.count);
    tensor->rank = (int32_t)rank;
    tensor->count = 1;
    for (size_t d = 0; d < rank; d++) {
        const pw_value *size = sizes->as.list.items[d], *stride = strides->as.list.items[d];
        if (size->kind != PW_VALUE_INT || stride->kind != PW_VALUE_INT || size->as.integer < 0 ||
            stride->as.integer < 0)
            return pw_pickle_corrupt(p, "has a tensor whose shape is not of whole numbers from 0");
        tensor->dims[d] = size->as.integer;
        tensor->strides[d] = stride->as.integer;
        if (!pw_size_mul(tensor->count, (size_t)tensor->dims[d], &tensor->count) ||
            tensor->count > PTRDIFF_MAX)
            return pw_pickle_corrupt(p, "has a tensor of more elements than can be counted");
    }
    return PAWL_OK;
}

/* Is every element inside the count elements that the storage shows? */
static bool is_inside(const pw_tensor_data *tensor, size_t first, size_t count)
{
    size_t last = first;
    if (tensor->count == 0)
        return first <= count;
    for (int32_t d = 0; d < tensor->rank; d++) {
        size_t reach = 0;
        if (!pw_size_mul((size_t)tensor->dims[d] - 1, (size_t)tensor->strides[d], &reach) ||
            !pw_size_add(last, reach, &last))
            return false;
    }
    return last < count;
}

static pawl_status make_tensor(pw_pickle *p, pw_value *callable, pw_value *arguments,
                               pw_value **result)
{
    const pw_value *source = argument_at(arguments, 0, PW_VALUE_STORAGE);
    const pw_value *offset = argument_at(arguments, 1, PW_VALUE_INT);
    const pw_value *sizes = argument_at(arguments, 2, PW_VALUE_LIST);
    const pw_value *strides = argument_at(arguments, 3, PW_VALUE_LIST);
    if (source == NULL || offset == NULL || sizes == NULL || strides == NULL ||
        offset->as.integer < 0)
        return pw_pickle_corrupt(
            p, "makes a tensor of other things than storage, offset, size, stride");
    const pw_storage_value *view = (const pw_storage_value *)source;
    /* Views that negate or conjugate what the storage has say so behind all else. */
    const pw_value *marks = argument_at(arguments, 6, PW_VALUE_DICT);
    if (!view->storage->is_plain || (marks != NULL && marks->as.list.count > 0)) {
        *result = pw_value_make_record(p->arena, callable, arguments);
        return PAWL_OK;
    }
    pw_tensor_value *made = pw_arena_alloc(p->arena, sizeof(*made));
    if (made == NULL)
        return pw_pickle_no_memory(p, sizeof(*made));
    made->value.kind = PW_VALUE_TENSOR;
    made->value.as.tensor = &made->tensor;
    made->tensor.dtype = view->storage->dtype;
    made->storage = view->storage;
    PW_TRY(read_shape(p, sizes, strides, &made->tensor));
    if (!is_inside(&made->tensor, (size_t)offset->as.integer, view->count))
        return pw_pickle_corrupt(
            p, "has a tensor that reaches beyond its storage '%s' of %zu elements",
            pw_printable_of(view->storage->key, view->storage->key_length).text, view->count);
    /* More elements than the storage has: with these a small file could stand for any amount of
     * memory. No weight is so, but Detect's anchor_grid is, a cache that PyTorch expands. */
    if (made->tensor.count > view->count) {
        *result = pw_value_make_record(p->arena, callable, arguments);
        return PAWL_OK;
    }
    made->first = view->first + (size_t)offset->as.integer;
    made->previous = p->last_tensor;
    p->last_tensor = made;
    *result = &made->value;
    return PAWL_OK;
}

/* OrderedDict() or OrderedDict([[key, value], ...]); defaultdict(factory) has no items yet. */
static pawl_status make_dict(pw_pickle *p, const pw_value *arguments, pw_value **result)
{
    const pw_value *pairs = argument_at(arguments, 0, PW_VALUE_LIST);
    pw_value *dict = pw_value_make_list(p->arena, PW_VALUE_DICT, NULL, 0);
    if (dict == NULL)
        return pw_pickle_no_memory(p, sizeof(*dict));
    for (size_t i = 0; pairs != NULL && i < pairs->as.list.count; i++) {
        const pw_value *pair = argument_at(pairs, i, PW_VALUE_LIST);
        if (pair == NULL || pair->as.list.count != 2)
            return pw_pickle_corrupt(p, "makes a dictionary of what are no pairs");
        if (!pw_value_append(p->arena, dict, pair->as.list.items, 2))
            return pw_pickle_no_memory(p, dict->as.list.count * 4 * sizeof(pw_value *));
    }
    *result = dict;
    return PAWL_OK;
}

static pawl_status make_set(pw_pickle *p, const pw_value *arguments, pw_value **result)
{
    const pw_value *items = argument_at(arguments, 0, PW_VALUE_LIST);
    const size_t count = items == NULL ? 0 : items->as.list.count;
    *result = pw_value_make_list(p->arena, PW_VALUE_LIST,
                                 items == NULL ? NULL : items->as.list.items, count);
    return *result != NULL ? PAWL_OK : pw_pickle_no_memory(p, count * sizeof(pw_value *));
}

/* The class that a value is, or is an object of; NULL: neither. */
static const pw_value *class_of(const pw_value *value)
{
    if (value->kind == PW_VALUE_RECORD)
        value = value->as.record.callable;
    return value->kind == PW_VALUE_GLOBAL ? value : NULL;
}

/*
 * getattr leads from any class to everything that Python can do. The honest uses are a method in
 * the place of a function, as Segment holds Detect's, getattr(models.yolo.Detect, 'forward'), and a
 * layer's own in the place of another, as fuse() leaves it. Any other makes getattr itself a name
 * to look at.
 */
static void judge_getattr(pw_pickle *p, const pw_value *getattr, const pw_value *arguments)
{
    static const char *const methods[] = {"forward", "forward_fuse", "fuseforward"};
    const bool has_any = arguments->kind == PW_VALUE_LIST && arguments->as.list.count > 0;
    const pw_value *of = has_any ? class_of(arguments->as.list.items[0]) : NULL;
    const char *name = pw_value_text(argument_at(arguments, 1, PW_VALUE_STRING));
    bool is_honest = false;
    for (size_t i = 0; of != NULL && name != NULL && i < PW_COUNT(methods); i++)
        is_honest = is_honest || strcmp(name, methods[i]) == 0;
    is_honest = is_honest && strncmp(of->as.global.module, "models.", strlen("models.")) == 0 &&
                pw_global_is_known(of->as.global.module, of->as.global.name);
    const char *whole = getattr->as.global.module; /* module NUL name NUL */
    const size_t length = strlen(whole) + 1 + strlen(getattr->as.global.name);
    const size_t index = pw_name_table_find(&p->global_names, whole, length);
    if (!is_honest && index != PW_NAME_NONE)
        p->globals[index].is_known = 0;
}

pawl_status pw_pickle_call(pw_pickle *p, pw_value *callable, pw_value *arguments, pw_value **result)
{
    pw_meaning meaning = pw_value_meaning(callable);
    if (meaning == PW_MEANS_TYPED_TENSOR) { /* (function, type, arguments, state) */
        const pw_value *function = argument_at(arguments, 0, PW_VALUE_GLOBAL);
        if (function != NULL && pw_value_meaning(function) == PW_MEANS_TENSOR &&
            argument_at(arguments, 2, PW_VALUE_LIST) != NULL) {
            meaning = PW_MEANS_TENSOR;
            arguments = arguments->as.list.items[2];
        }
    }
    *result = NULL;
    switch (meaning) {
    case PW_MEANS_DICT:
        return make_dict(p, arguments, result);
    case PW_MEANS_SET:
        return make_set(p, arguments, result);
    case PW_MEANS_TENSOR:
        return make_tensor(p, callable, arguments, result);
    case PW_MEANS_PARAMETER:
        if (argument_at(arguments, 0, PW_VALUE_TENSOR) != NULL) {
            *result = arguments->as.list.items[0];
            return PAWL_OK;
        }
        break;
    case PW_MEANS_RECONSTRUCTOR:
        if (argument_at(arguments, 0, PW_VALUE_GLOBAL) != NULL)
            callable = arguments->as.list.items[0];
        break;
    case PW_MEANS_ATTRIBUTE:
        judge_getattr(p, callable, arguments);
        break;
    case PW_MEANS_BYTES:
        *result = pw_pickle_encoded(p->arena, arguments);
        break;
    case PW_MEANS_NUMPY_SCALAR:
        *result = pw_pickle_numpy_scalar(p->arena, arguments);
        break;
    case PW_MEANS_NOTHING:
    case PW_MEANS_TYPED_TENSOR:
        break;
    }
    if (*result == NULL)
        *result = pw_value_make_record(p->arena, callable, arguments);
    return PAWL_OK; /* the caller's push says no memory */
}

static pawl_status add_storage(pw_pickle *p, const pw_value *type, const pw_value *key,
                               size_t count, pw_storage **result)
{
    if (p->storage_count >= STORAGE_LIMIT)
        return pw_fail_at(p->error, PAWL_ERR_LIMIT, pw_pickle_place(p),
                          "%s: the pickle has more than %u storages, which no checkpoint has",
                          p->file_name, STORAGE_LIMIT);
    pw_storage *storage = pw_arena_alloc(p->arena, sizeof(*storage));
    pw_storage **storages = pw_arena_grow(p->arena, p->storages, p->storage_count,
                                          &p->storage_capacity, sizeof(pw_storage *));
    const size_t length = key->as.string.length;
    if (storages != NULL)
        p->storages = storages;
    if (storage == NULL || storages == NULL ||
        !pw_name_table_add(&p->storage_names, p->arena, key->as.string.text, length,
                           p->storage_count))
        return pw_pickle_no_memory(p, p->storage_capacity * 2 * sizeof(pw_name_slot));
    *storage = (pw_storage){.key = key->as.string.text,
                            .key_length = length,
                            .type_name = type->as.global.name,
                            .count = count};
    for (size_t i = 0; i < PW_COUNT(storage_types); i++)
        if (strcmp(storage_types[i].name, storage->type_name) == 0) {
            storage->is_plain = storage_types[i].is_plain;
            storage->dtype = storage_types[i].dtype;
            storage->element_size =
                storage->is_plain ? pawl_dtype_size(storage->dtype) : storage_types[i].size;
        }
    p->storages[p->storage_count++] = storage;
    *result = storage;
    return PAWL_OK;
}

/* The sixth part of old ids: None, or (key, first element, count) of a view. */
static pawl_status read_view(const pw_pickle *p, const pw_value *id, pw_storage_value *made)
{
    const pw_value *view = argument_at(id, 5, PW_VALUE_LIST);
    made->count = made->storage->count;
    if (view == NULL)
        return PAWL_OK;
    const pw_value *first = argument_at(view, 1, PW_VALUE_INT);
    const pw_value *count = argument_at(view, 2, PW_VALUE_INT);
    if (first == NULL || count == NULL || first->as.integer < 0 || count->as.integer < 0 ||
        (uint64_t)first->as.integer > made->storage->count ||
        (uint64_t)count->as.integer > made->storage->count - (uint64_t)first->as.integer)
        return pw_pickle_corrupt(p, "has a view that reaches beyond its storage");
    made->first = (size_t)first->as.integer;
    made->count = (size_t)count->as.integer;
    return PAWL_OK;
}

/* ('storage', type, key, location, count[, view]) */
static pawl_status make_storage(pw_pickle *p, const pw_value *id, pw_value **result)
{
    const pw_value *type = argument_at(id, 1, PW_VALUE_GLOBAL);
    const pw_value *key = argument_at(id, 2, PW_VALUE_STRING);
    const pw_value *count = argument_at(id, 4, PW_VALUE_INT);
    if (type == NULL || key == NULL || count == NULL || count->as.integer < 0 ||
        key->as.string.length > NAME_LENGTH_LIMIT)
        return pw_pickle_corrupt(p, "has a storage that is not (type, key, location, count)");
    const size_t index =
        pw_name_table_find(&p->storage_names, key->as.string.text, key->as.string.length);
    pw_storage_value *made = pw_arena_alloc(p->arena, sizeof(*made));
    if (made == NULL)
        return pw_pickle_no_memory(p, sizeof(*made));
    made->value.kind = PW_VALUE_STORAGE;
    if (index == PW_NAME_NONE)
        PW_TRY(add_storage(p, type, key, (size_t)count->as.integer, &made->storage));
    else
        made->storage = p->storages[index];
    if (made->storage->count != (size_t)count->as.integer ||
        strcmp(made->storage->type_name, type->as.global.name) != 0)
        return pw_pickle_corrupt(p, "describes storage '%s' in two ways",
                                 pw_printable_of(key->as.string.text, key->as.string.length).text);
    PW_TRY(read_view(p, id, made));
    *result = &made->value;
    return PAWL_OK;
}

pawl_status pw_pickle_persistent(pw_pickle *p, const pw_value *id, pw_value **result)
{
    const pw_value *kind = argument_at(id, 0, PW_VALUE_STRING);
    const char *text = pw_value_text(kind);
    if (text != NULL && strcmp(text, "storage") == 0)
        return make_storage(p, id, result);
    /* ('module', class, source file, source text): the class, as it was when saved */
    if (text != NULL && strcmp(text, "module") == 0 &&
        argument_at(id, 1, PW_VALUE_GLOBAL) != NULL) {
        *result = id->as.list.items[1];
        return PAWL_OK;
    }
    return pw_pickle_corrupt(p, "refers to something outside that is no storage");
}
