/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes and tensors of modules, checked: what is missing or does not fit is named. */
#include "base/strbuf.h"
#include "model/emit.h"
#include <math.h>
#include <string.h>

/* Whether package ends in the dotted name wanted. */
static bool ends_in(const char *package, const char *wanted)
{
    const size_t length = strlen(package), tail = strlen(wanted);
    return length >= tail && strcmp(package + length - tail, wanted) == 0 &&
           (length == tail || package[length - tail - 1] == '.');
}

/* "models" is any of YOLOv5's files of modules, in a fork's package too: classes have moved between
 * them from release to release. torch's are compared by their first part. */
bool pw_module_is(const pw_module *module, const char *package, const char *type)
{
    static const char *const files[] = {"models.common", "models.experimental", "models.yolo"};
    if (module->type == NULL || module->package == NULL || strcmp(module->type, type) != 0)
        return false;
    if (strcmp(package, "torch.nn") == 0)
        return strncmp(module->package, "torch.nn.", strlen("torch.nn.")) == 0;
    for (size_t i = 0; i < PW_COUNT(files); i++)
        if (ends_in(module->package, files[i]))
            return true;
    return false;
}

static pawl_status bad_attribute(const pw_emit *emit, const pw_module *module, const char *key)
{
    const char *problem =
        pw_module_attribute(module, key) == NULL ? "is missing" : "has a value that it cannot have";
    return pw_fail(
        emit->error, PAWL_ERR_CORRUPT,
        "layer %zu, %s (%s): attribute %s %s: the file is damaged or was changed by hand",
        emit->index, module->path, module->type, key, problem);
}

/* PyTorch would run it. */
static pawl_status too_large(const pw_emit *emit, const pw_module *module, const char *key,
                             int64_t number, int32_t most)
{
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "layer %zu, %s (%s): attribute %s is %lld; pawl runs up to %d", emit->index,
                   module->path, module->type, key, (long long)number, (int)most);
}

pawl_status pw_read_pair(const pw_emit *emit, const pw_module *module, const char *key, int32_t low,
                         int32_t high, int32_t value[2])
{
    int64_t pair[2];
    if (!pw_value_ints(pw_module_attribute(module, key), pair, 2))
        return bad_attribute(emit, module, key);
    for (int i = 0; i < 2; i++) {
        if (pair[i] < low)
            return bad_attribute(emit, module, key);
        if (pair[i] > high)
            return too_large(emit, module, key, pair[i], high);
        value[i] = (int32_t)pair[i];
    }
    return PAWL_OK;
}

pawl_status pw_read_int(const pw_emit *emit, const pw_module *module, const char *key, int32_t low,
                        int32_t high, int32_t *value)
{
    int64_t number;
    if (!pw_value_int(pw_module_attribute(module, key), &number) || number < low)
        return bad_attribute(emit, module, key);
    if (number > high)
        return too_large(emit, module, key, number, high);
    *value = (int32_t)number;
    return PAWL_OK;
}

pawl_status pw_read_real(const pw_emit *emit, const pw_module *module, const char *key,
                         float *value)
{
    double number;
    if (!pw_value_real(pw_module_attribute(module, key), &number) || !isfinite(number) ||
        fabs(number) > 1e30)
        return bad_attribute(emit, module, key);
    *value = (float)number;
    return PAWL_OK;
}

pawl_status pw_read_bool(const pw_emit *emit, const pw_module *module, const char *key, bool *value)
{
    return pw_value_bool(pw_module_attribute(module, key), value)
               ? PAWL_OK
               : bad_attribute(emit, module, key);
}

pawl_status pw_read_child(const pw_emit *emit, const pw_module *module, const char *name,
                          const pw_module **child)
{
    *child = pw_module_child(module, name);
    if (*child == NULL)
        return pw_fail(
            emit->error, PAWL_ERR_CORRUPT,
            "layer %zu: module %s.%s of %s is missing: the file is damaged or was changed "
            "by hand",
            emit->index, module->path, name, module->type);
    return PAWL_OK;
}

/* "64x3x6x6" */
static void write_dims(pw_strbuf *text, const int64_t *dims, int32_t rank)
{
    for (int32_t i = 0; i < rank; i++)
        pw_strbuf_add(text, "%s%lld", i == 0 ? "" : "x", (long long)dims[i]);
}

/* PyTorch's weight_norm() keeps weight as weight_g and weight_v, spectral_norm() as weight_orig and
 * more, until they are removed. */
static pawl_status fail_missing(const pw_emit *emit, const pw_module *module, const char *key)
{
    static const char *const parts[] = {"_v", "_orig"};
    for (size_t i = 0; i < PW_COUNT(parts); i++) {
        char name[64];
        pw_strbuf text = PW_STRBUF(name);
        pw_strbuf_add(&text, "%s%s", key, parts[i]);
        if (pw_module_tensor_get(module, name) != NULL)
            return pw_fail(
                emit->error, PAWL_ERR_UNSUPPORTED,
                "layer %zu: of %s.%s the file has only what weight_norm() or its like "
                "made of it, %s; in PyTorch, remove that (remove_weight_norm()) and save "
                "the model again",
                emit->index, module->path, key, name);
    }
    return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                   "layer %zu: tensor %s.%s is missing: the file is incomplete", emit->index,
                   module->path, key);
}

static pawl_status check_dims(const pw_emit *emit, const pw_module *module, const char *key,
                              const pw_tensor_data *tensor, const int64_t *dims, int32_t rank)
{
    if (tensor == NULL)
        return fail_missing(emit, module, key);
    bool is_equal = tensor->rank == rank;
    for (int32_t i = 0; is_equal && i < rank; i++)
        is_equal = tensor->dims[i] == dims[i];
    if (is_equal)
        return PAWL_OK;
    char have_text[96], want_text[96];
    pw_strbuf have = PW_STRBUF(have_text), want = PW_STRBUF(want_text);
    write_dims(&have, tensor->dims, tensor->rank);
    write_dims(&want, dims, rank);
    return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                   "layer %zu: tensor %s.%s is %s, but its module needs %s: the file is damaged",
                   emit->index, module->path, key, have_text, want_text);
}

pawl_status pw_read_constant(const pw_emit *emit, const pw_module *module, const char *key,
                             const int64_t *dims, int32_t rank, const float **values)
{
    const pw_tensor_data *tensor = pw_module_tensor_get(module, key);
    PW_TRY(check_dims(emit, module, key, tensor, dims, rank));
    const pw_arena *arena = &emit->network->arena;
    if (emit->is_dry) {
        *values = tensor->data;
        return PAWL_OK;
    }
    if (arena->limit != 0 && tensor->count > (arena->limit - arena->total) / sizeof(float))
        return pw_fail(
            emit->error, PAWL_ERR_LIMIT,
            "layer %zu: with tensor %s.%s the weights would take more than %zu bytes, far more "
            "than the file has: it uses the same ones again and again",
            emit->index, module->path, key, arena->limit);
    float *copy = pw_arena_array(&emit->network->arena, tensor->count, sizeof *copy);
    if (copy == NULL)
        return pw_fail_memory(emit->error, tensor->name != NULL ? tensor->name : key,
                              tensor->count * sizeof *copy);
    pw_tensor_widen(tensor, copy);
    *values = copy;
    return PAWL_OK;
}

pawl_status pw_read_numbers(const pw_emit *emit, const pw_module *module, const char *key,
                            size_t count, float *values)
{
    const pw_value *value = pw_module_attribute(module, key);
    const pw_tensor_data *tensor = value != NULL && value->kind == PW_VALUE_TENSOR
                                       ? value->as.tensor
                                       : pw_module_tensor_get(module, key);
    if (tensor != NULL && tensor->count == count) {
        pw_tensor_widen(tensor, values);
        return PAWL_OK;
    }
    if (value == NULL || value->kind != PW_VALUE_LIST || value->as.list.count != count)
        return bad_attribute(emit, module, key);
    for (size_t i = 0; i < count; i++) {
        double number;
        if (!pw_value_real(value->as.list.items[i], &number))
            return bad_attribute(emit, module, key);
        values[i] = (float)number;
    }
    return PAWL_OK;
}
