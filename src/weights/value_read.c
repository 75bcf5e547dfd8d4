/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and reading: values, modules, tensors. Nothing fails, but there may be none. */
#include "base/size.h"
#include "tensor/half.h"
#include "weights/module.h"
#include "weights/name_table.h"
#include <string.h>

#define MASK_PART ((size_t)512) /* of a pruning mask at a time */

const pw_value *pw_dict_get(const pw_value *dict, const char *key)
{
    if (dict == NULL || dict->kind != PW_VALUE_DICT)
        return NULL;
    const size_t length = strlen(key);
    for (size_t i = dict->as.list.count; i >= 2;
         i -= 2) { /* from the end: the last of equal keys wins */
        const pw_value *found = dict->as.list.items[i - 2];
        if (found->kind == PW_VALUE_STRING && found->as.string.length == length &&
            memcmp(found->as.string.text, key, length) == 0)
            return dict->as.list.items[i - 1];
    }
    return NULL;
}

const pw_value *pw_module_attribute(const pw_module *module, const char *key)
{
    return module == NULL ? NULL : pw_dict_get(module->attributes, key);
}

static const pw_module *child_of(const pw_module *module, const char *name, size_t length)
{
    for (size_t i = 0; i < module->child_count; i++) {
        const pw_module *child = module->children[i];
        if (strncmp(child->name, name, length) == 0 && child->name[length] == '\0')
            return child;
    }
    return NULL;
}

const pw_module *pw_module_child(const pw_module *module, const char *name)
{
    return module == NULL ? NULL : child_of(module, name, strlen(name));
}

const pw_module *pw_module_find(const pw_module *root, const char *path)
{
    const pw_module *module = root;
    while (module != NULL && *path != '\0') {
        const size_t length = strcspn(path, ".");
        module = child_of(module, path, length);
        path += length;
        path += *path == '.';
    }
    return module;
}

const pw_tensor_data *pw_module_tensor_get(const pw_module *module, const char *key)
{
    for (size_t i = 0; module != NULL && i < module->tensor_count; i++)
        if (strcmp(module->tensors[i].key, key) == 0)
            return module->tensors[i].tensor;
    return NULL;
}

const pw_tensor_data *pw_weights_tensor_find(const pw_weights *weights, const char *name)
{
    if (weights->names != NULL) {
        const size_t index = pw_name_table_find(weights->names, name, strlen(name));
        return index == PW_NAME_NONE ? NULL : weights->tensors[index];
    }
    for (size_t i = 0; i < weights->tensor_count; i++)
        if (strcmp(weights->tensors[i]->name, name) == 0)
            return weights->tensors[i];
    return NULL;
}

/* The one element of a tensor as a number. */
static bool scalar_of(const pw_value *value, pw_value *number)
{
    const pw_tensor_data *tensor = value->as.tensor;
    if (tensor == NULL || tensor->count != 1 || tensor->data == NULL)
        return false;
    switch (tensor->dtype) {
    case PAWL_I64:
        number->kind = PW_VALUE_INT;
        memcpy(&number->as.integer, tensor->data, sizeof(int64_t));
        return true;
    case PAWL_F64:
        number->kind = PW_VALUE_FLOAT;
        memcpy(&number->as.real, tensor->data, sizeof(double));
        return true;
    case PAWL_I32: { /* not exact as float32 */
        int32_t integer = 0;
        memcpy(&integer, tensor->data, sizeof integer);
        *number = (pw_value){.kind = PW_VALUE_INT, .as.integer = integer};
        return true;
    }
    default: {
        float real = 0;
        pw_tensor_widen(tensor, &real);
        *number = (pw_value){.kind = PW_VALUE_FLOAT, .as.real = (double)real};
        return true;
    }
    }
}

/* The value itself, or number filled in from a tensor of one element. NULL: neither. */
static const pw_value *number_of(const pw_value *value, pw_value *number)
{
    if (value != NULL && value->kind == PW_VALUE_TENSOR)
        return scalar_of(value, number) ? number : NULL;
    return value;
}

bool pw_value_int(const pw_value *value, int64_t *result)
{
    pw_value number = {.kind = PW_VALUE_NONE};
    const pw_value *read = number_of(value, &number);
    if (read == NULL)
        return false;
    if (read->kind == PW_VALUE_INT || read->kind == PW_VALUE_BOOL) {
        *result = read->kind == PW_VALUE_INT ? read->as.integer : (int64_t)read->as.boolean;
        return true;
    }
    const double beyond = 9223372036854775808.0; /* 2^63 */
    if (read->kind != PW_VALUE_FLOAT || !(read->as.real >= -beyond && read->as.real < beyond))
        return false;
    const int64_t integer = (int64_t)read->as.real;
    if ((double)integer < read->as.real || (double)integer > read->as.real)
        return false;
    *result = integer;
    return true;
}

bool pw_value_real(const pw_value *value, double *result)
{
    pw_value number = {.kind = PW_VALUE_NONE};
    const pw_value *read = number_of(value, &number);
    if (read == NULL || (read->kind != PW_VALUE_INT && read->kind != PW_VALUE_FLOAT))
        return false;
    *result = read->kind == PW_VALUE_INT ? (double)read->as.integer : read->as.real;
    return true;
}

bool pw_value_bool(const pw_value *value, bool *result)
{
    int64_t integer = 0;
    if (value != NULL && value->kind == PW_VALUE_BOOL) {
        *result = value->as.boolean;
        return true;
    }
    if (!pw_value_int(value, &integer) || (integer != 0 && integer != 1))
        return false;
    *result = integer == 1;
    return true;
}

const char *pw_value_text(const pw_value *value)
{
    return value != NULL && value->kind == PW_VALUE_STRING ? value->as.string.text : NULL;
}

bool pw_value_ints(const pw_value *value, int64_t *result, size_t count)
{
    if (value == NULL || value->kind != PW_VALUE_LIST) {
        int64_t integer = 0;
        if (!pw_value_int(value, &integer))
            return false;
        for (size_t i = 0; i < count; i++)
            result[i] = integer;
        return true;
    }
    if (value->as.list.count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!pw_value_int(value->as.list.items[i], &result[i]))
            return false;
    return true;
}

bool pw_tensor_is_tally(const pw_tensor_data *tensor)
{
    if (tensor->name == NULL)
        return false;
    const char *dot = strrchr(tensor->name, '.');
    const char *key = dot != NULL ? dot + 1 : tensor->name;
    return tensor->count == 1 &&
           (strcmp(key, "total_ops") == 0 || strcmp(key, "total_params") == 0);
}

bool pw_tensor_is_dense(const pw_tensor_data *tensor)
{
    int64_t expected = 1;
    for (int32_t d = tensor->rank - 1; d >= 0; d--) {
        if (tensor->dims[d] != 1 && tensor->strides[d] != expected)
            return false;
        expected *= tensor->dims[d];
    }
    return true;
}

/* Widens elements first .. first + count in row-major order, a row or a part of one at a time. */
static void widen_part(const pw_tensor_data *tensor, size_t first, size_t count, float *values)
{
    const uint8_t *data = tensor->data;
    const size_t element = pawl_dtype_size(tensor->dtype);
    if (count == 0)
        return;
    if (pw_tensor_is_dense(tensor)) {
        pw_widen_f32(data + first * element, tensor->dtype, count, 1, values);
        return;
    }
    /* A tensor of rank 0 is dense. */
    const int32_t last = tensor->rank - 1;
    const size_t row = (size_t)tensor->dims[last], step = (size_t)tensor->strides[last];
    for (size_t done = 0; done < count;) {
        const size_t column = (first + done) % row, left = row - column;
        const size_t part = left < count - done ? left : count - done;
        size_t rest = (first + done) / row;
        int64_t at = (int64_t)(column * step);
        for (int32_t d = last - 1; d >= 0; d--) {
            at += (int64_t)(rest % (size_t)tensor->dims[d]) * tensor->strides[d];
            rest /= (size_t)tensor->dims[d];
        }
        pw_widen_f32(data + (size_t)at * element, tensor->dtype, part, step, values + done);
        done += part;
    }
}

void pw_tensor_widen(const pw_tensor_data *tensor, float *values)
{
    float factors[MASK_PART];
    widen_part(tensor, 0, tensor->count, values);
    if (tensor->mask == NULL)
        return;
    for (size_t done = 0; done < tensor->count;) {
        const size_t left = tensor->count - done, part = left < MASK_PART ? left : MASK_PART;
        widen_part(tensor->mask, done, part, factors);
        for (size_t i = 0; i < part; i++)
            values[done + i] *= factors[i];
        done += part;
    }
}
