/* SPDX-License-Identifier: Apache-2.0 */
/* The handle pawl_weights: opening, questions, the end. */
#include "base/desc.h"
#include "base/file_kind.h"
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include <string.h>

/* Names to places; a name that comes twice would make one of the tensors unreachable. */
static pawl_status index_names(pw_weights *weights, pawl_error *error)
{
    pw_arena *arena = &weights->arena;
    pw_name_table *names = pw_arena_alloc(arena, sizeof(*names));
    if (names == NULL)
        return pw_fail_memory(error, "the index of tensors", sizeof(*names));
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const char *name = weights->tensors[i]->name;
        const size_t length = strlen(name);
        if (pw_name_table_find(names, name, length) != PW_NAME_NONE)
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "%s has tensor '%s' twice; which one is meant cannot be known",
                           weights->file_name, pw_printable_of(name, length).text);
        if (!pw_name_table_add(names, arena, name, length, i))
            return pw_fail_memory(error, "the index of tensors",
                                  names->capacity * sizeof(pw_name_slot));
    }
    weights->names = names;
    return PAWL_OK;
}

/* What to do with a file that is none of ours. */
static const char *remedy_for(const pw_file_guess *guess)
{
    if (guess->remedy != NULL)
        return guess->remedy;
    switch (guess->kind) {
    case PW_FILE_ENGINE:
    case PW_FILE_PLAN:
        return "which cannot be turned back into weights: give the .pt or .wts that it was built "
               "from";
    case PW_FILE_MODEL:
        return "not weights of YOLOv5: give the .pt or .wts that it was made from";
    default:
        return "not weights: give the .pt or .wts";
    }
}

/* Looks at the first bytes, PW_OS_HEAD_SIZE or all of them; whole: size of the file. Kinds that are
 * not weights of ours are refused by name, with what to do. */
static pawl_status find_kind(const void *data, size_t size, uint64_t whole, const char *file_name,
                             pw_file_kind *kind, pawl_error *error)
{
    if (size == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT, "%s is empty; copy or download it again",
                       file_name);
    const pw_file_guess guess = pw_file_guess_of(data, size, whole);
    *kind = guess.kind;
    if (guess.kind == PW_FILE_ZIP || guess.kind == PW_FILE_LEGACY_PT || guess.kind == PW_FILE_WTS)
        return PAWL_OK;
    if (guess.kind != PW_FILE_UNKNOWN)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "%s is %s, %s", file_name, guess.what,
                       remedy_for(&guess));
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "%s is neither a PyTorch checkpoint nor a .wts file; give the .pt that train.py "
                   "wrote, or the .wts that gen_wts.py wrote",
                   file_name);
}

static pawl_status read_kind(pw_file_kind kind, const void *data, size_t size, pw_weights *weights,
                             pawl_error *error)
{
    weights->file_size = size;
    pw_hash128(data, size, weights->hash);
    switch (kind) {
    case PW_FILE_ZIP:
        return pw_pt_read_zip(data, size, weights, error);
    case PW_FILE_LEGACY_PT:
        return pw_pt_read_legacy(data, size, weights, error);
    case PW_FILE_WTS:
        return pw_wts_read(data, size, weights, error);
    default:
        break;
    }
    return pw_fail(error, PAWL_ERR_INTERNAL, "%s: no reader for its kind", weights->file_name);
}

static pawl_status finish(pw_weights *weights, pawl_error *error)
{
    weights->arena.limit = 0; /* was against the file; what follows is ours */
    return index_names(weights, error);
}

pawl_status pw_weights_parse(const void *data, size_t size, const char *file_name,
                             pw_weights *weights, pawl_error *error)
{
    pw_file_kind kind = PW_FILE_UNKNOWN;
    weights->file_name = file_name;
    PW_TRY(find_kind(data, size, size, file_name, &kind, error));
    PW_TRY(read_kind(kind, data, size, weights, error));
    return finish(weights, error);
}

/* Of a .wts nothing stays but the values; tensors of a .pt are used where they lie. */
static pawl_status read_file(const char *path, pw_weights *weights, pawl_error *error)
{
    pw_file_kind kind = PW_FILE_UNKNOWN;
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    PW_TRY(find_kind(input.head, input.head_size, input.size, weights->file_name, &kind,
                     error)); /* what the first bytes refuse is not read */
    if (kind == PW_FILE_WTS) {
        PW_TRY(pw_wts_read_file(&input, weights, error));
        return finish(weights, error);
    }
    PW_TRY(pw_os_input_read(&input, SIZE_MAX, &weights->contents, error));
    return pw_weights_parse(weights->contents.data, weights->contents.size, weights->file_name,
                            weights, error);
}

static void unmake(pw_object *object)
{
    pw_weights *weights = (pw_weights *)object;
    pw_arena_free(&weights->arena);
    pw_os_contents_free(&weights->contents);
}

const pw_type pw_weights_type = {
    .name = "weights", .size = sizeof(pw_weights), .unmake = unmake, .role = PW_ROLE_BUILD};

pawl_status pawl_weights_load(const char *path, pawl_weights **weights, pawl_error *error)
{
    if (path == NULL || weights == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_load: %s is NULL",
                       path == NULL ? "path" : "weights");
    pw_weights *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_weights_type, NULL, 0, &made, error));
    made->file_name = pw_arena_strdup(&made->arena, pw_os_basename(path));
    if (made->file_name == NULL)
        return pw_fail_memory(error, "a file's name", strlen(path) + 1);
    PW_TRY(read_file(path, made, error));
    *weights = (pawl_weights *)pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_weights_load_memory(const void *data, size_t size, const char *name,
                                     pawl_weights **weights, pawl_error *error)
{
    if (data == NULL || weights == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_load_memory: %s is NULL",
                       data == NULL ? "data" : "weights");
    const char *called = name != NULL ? pw_os_basename(name) : "memory";
    pw_file_kind kind = PW_FILE_UNKNOWN;
    pw_weights *made PW_MAKING = NULL;
    PW_TRY(find_kind(data, size, size, called, &kind, error)); /* what is none is not copied */
    PW_TRY(pw_object_make(&pw_weights_type, NULL, 0, &made, error));
    made->file_name = pw_arena_strdup(&made->arena, called);
    if (made->file_name == NULL)
        return pw_fail_memory(error, "a file's name", strlen(called) + 1);
    PW_TRY(pw_os_contents_copy(data, size, &made->contents, error));
    PW_TRY(pw_weights_parse(made->contents.data, size, made->file_name, made, error));
    *weights = (pawl_weights *)pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_weights_destroy(pawl_weights **weights)
{
    return pw_object_destroy_handle((void **)weights, &pw_weights_type);
}

pawl_status pawl_weights_info_get(pawl_weights *weights, pawl_weights_info *info, pawl_error *error)
{
    pw_weights *object PW_USING = NULL;
    PW_TRY(pw_object_use(weights, &pw_weights_type, &object, error));
    const pawl_weights_info made = {.struct_size = sizeof(made),
                                    .kind = object->kind,
                                    .tensor_count = object->tensor_count,
                                    .global_count = object->global_count,
                                    .file_size = object->file_size,
                                    .hash = {object->hash[0], object->hash[1]}};
    return pw_desc_answer(info, &made, sizeof(made), "pawl_weights_info", error);
}

static pawl_status check_index(size_t index, size_t count, const char *what, pawl_error *error)
{
    return index < count ? PAWL_OK
                         : pw_fail(error, PAWL_ERR_ARGUMENT,
                                   "there is no %s %zu: there are %zu, from 0", what, index, count);
}

pawl_status pawl_weights_tensor_get(pawl_weights *weights, size_t index, pawl_tensor *tensor,
                                    pawl_error *error)
{
    pw_weights *object PW_USING = NULL;
    PW_TRY(pw_object_use(weights, &pw_weights_type, &object, error));
    PW_TRY(check_index(index, object->tensor_count, "tensor", error));
    if (tensor == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_tensor_get: tensor is NULL");
    const pw_tensor_data *source = object->tensors[index];
    *tensor = (pawl_tensor){.name = source->name,
                            .dtype = source->dtype,
                            .rank = source->rank,
                            .data = NULL,
                            .size = source->count * pawl_dtype_size(source->dtype)};
    memcpy(tensor->dims, source->dims, sizeof source->dims);
    return PAWL_OK;
}

pawl_status pawl_weights_tensor_read(pawl_weights *weights, size_t index, float *values,
                                     size_t count, pawl_error *error)
{
    pw_weights *object PW_USING = NULL;
    PW_TRY(pw_object_use(weights, &pw_weights_type, &object, error));
    PW_TRY(check_index(index, object->tensor_count, "tensor", error));
    const pw_tensor_data *source = object->tensors[index];
    if (count != source->count || (values == NULL && count > 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "tensor '%s' has %zu values, and room for %zu was given",
                       pw_printable_of(source->name, strlen(source->name)).text, source->count,
                       values == NULL ? 0 : count);
    pw_tensor_widen(source, values);
    return PAWL_OK;
}

pawl_status pawl_weights_global_get(pawl_weights *weights, size_t index, pawl_global_info *info,
                                    pawl_error *error)
{
    pw_weights *object PW_USING = NULL;
    PW_TRY(pw_object_use(weights, &pw_weights_type, &object, error));
    PW_TRY(check_index(index, object->global_count, "global", error));
    return pw_desc_answer(info, &object->globals[index], sizeof object->globals[index],
                          "pawl_global_info", error);
}

pawl_status pawl_weights_save_wts(pawl_weights *weights, const char *path, pawl_error *error)
{
    pw_weights *object PW_USING = NULL;
    PW_TRY(pw_object_use(weights, &pw_weights_type, &object, error));
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_save_wts: path is NULL");
    return pw_weights_write_wts(object, NULL, 0, path, error);
}
