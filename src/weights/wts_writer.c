/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes what gen_wts.py writes: the state dictionary, and behind the buffers of a detection head
 * anchor_grid = anchors * stride and strides; these are all but always just anchors. A line a
 * tensor: NAME COUNT, two blanks, then eight lower-case digits a value, one blank between.
 */
#include "base/memory.h"
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include <stdio.h>
#include <string.h>

/* What gen_wts.py adds to the head; without one, head is NULL. */
typedef struct head_extra {
    const pw_module *head;
    const pw_tensor_data *anchors,
        *native_grid; /* in the state dictionary; the grid may be absent, and is replaced */
    const pw_tensor_data *last; /* of the head's own */
    pw_tensor_data grid, strides;
} head_extra;

/* A module with a buffer anchors, and an attribute stride of one number a level. */
static bool is_head(const pw_module *module)
{
    const pw_tensor_data *anchors = pw_module_tensor_get(module, "anchors");
    const pw_value *stride = pw_module_attribute(module, "stride");
    return anchors != NULL && anchors->name != NULL && anchors->rank >= 1 && anchors->dims[0] > 0 &&
           stride != NULL && stride->kind == PW_VALUE_TENSOR &&
           stride->as.tensor->count == (size_t)anchors->dims[0];
}

/* gen_wts.py looks at the last layer of the model's Sequential only. */
static const pw_module *find_head(const pw_weights *weights)
{
    const pw_module *layers = pw_module_child(weights->root, "model");
    if (layers == NULL || layers->child_count == 0)
        return NULL;
    const pw_module *last = layers->children[layers->child_count - 1];
    return is_head(last) ? last : NULL;
}

static const pw_tensor_data *persistent(const pw_module *module, const char *key)
{
    const pw_tensor_data *tensor = pw_module_tensor_get(module, key);
    return tensor != NULL && tensor->name != NULL ? tensor : NULL;
}

static pw_tensor_data dense(const char *name, const float *values, size_t count)
{
    return (pw_tensor_data){.name = name,
                            .dtype = PAWL_F32,
                            .rank = 1,
                            .dims = {(int64_t)count},
                            .strides = {1},
                            .data = values,
                            .count = count};
}

/* memory: names and values of the two tensors, one block; the caller frees it. */
static pawl_status make_extra(const pw_weights *weights, head_extra *extra, void **memory,
                              pawl_error *error)
{
    const pw_module *head = find_head(weights);
    extra->anchors = persistent(head, "anchors");
    if (head == NULL || extra->anchors == NULL)
        return PAWL_OK;
    extra->head = head;
    extra->native_grid = persistent(extra->head, "anchor_grid");
    for (size_t i = 0; i < head->tensor_count; i++)
        if (head->tensors[i].tensor != NULL && head->tensors[i].is_persistent)
            extra->last = head->tensors[i].tensor;
    const size_t levels = (size_t)extra->anchors->dims[0], count = extra->anchors->count;
    const size_t name_size = strlen(extra->head->path) + sizeof(".anchor_grid");
    const size_t values_size = (count + levels) * sizeof(float);
    *memory = pw_alloc(values_size + 2 * name_size);
    if (*memory == NULL)
        return pw_fail_memory(error, "the anchor grid", values_size);
    float *grid = *memory, *strides = grid + count;
    char *names = (char *)(strides + levels);
    pw_tensor_widen(extra->anchors, grid);
    pw_tensor_widen(pw_module_attribute(extra->head, "stride")->as.tensor, strides);
    for (size_t i = 0; i < count; i++)
        grid[i] *= strides[i / (count / levels)];
    (void)snprintf(names, name_size, "%s.anchor_grid", extra->head->path);
    (void)snprintf(names + name_size, name_size, "%s.strides", extra->head->path);
    extra->grid = dense(names, grid, count);
    extra->strides = dense(names + name_size, strides, levels);
    return PAWL_OK;
}

/* " 3f800000" a value. */
static void write_values(pw_os_file *file, const float *values, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char text[9 * 256];
    for (size_t done = 0; done < count;) {
        const size_t part = pw_size_min(count - done, sizeof text / 9);
        for (size_t i = 0; i < part; i++) {
            uint32_t bits = 0;
            memcpy(&bits, &values[done + i], sizeof bits);
            char *at = text + 9 * i;
            at[0] = ' ';
            for (size_t d = 8; d > 0; d--, bits >>= 4)
                at[d] = digits[bits & 15];
        }
        pw_os_file_write(file, text, 9 * part);
        done += part;
    }
}

/* scratch has room for the tensor's values; dense float32 needs none. */
static void write_tensor(pw_os_file *file, const pw_tensor_data *tensor, float *scratch)
{
    char count[32];
    const int length = snprintf(count, sizeof count, " %zu ", tensor->count);
    pw_os_file_write(file, tensor->name, strlen(tensor->name));
    pw_os_file_write(file, count, (size_t)length);
    if (tensor->count > 0) {
        pw_tensor_widen(tensor, scratch);
        write_values(file, scratch, tensor->count);
    }
    pw_os_file_write(file, "\n", 1);
}

static size_t largest_count(const pw_weights *weights, const pw_tensor_data *extra,
                            size_t extra_count)
{
    size_t largest = 1;
    for (size_t i = 0; i < weights->tensor_count; i++)
        largest = pw_size_max(largest, weights->tensors[i]->count);
    for (size_t i = 0; i < extra_count; i++)
        largest = pw_size_max(largest, extra[i].count);
    return largest;
}

static void write_all(pw_os_file *file, const pw_weights *weights, const head_extra *added,
                      const pw_tensor_data *extra, size_t extra_count, float *scratch)
{
    char line[32];
    size_t count = weights->tensor_count + extra_count;
    if (added->head != NULL)
        count += added->native_grid == NULL ? 2 : 1;
    const int length = snprintf(line, sizeof line, "%zu\n", count);
    pw_os_file_write(file, line, (size_t)length);
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const pw_tensor_data *tensor = weights->tensors[i];
        if (added->head == NULL || tensor != added->native_grid)
            write_tensor(file, tensor, scratch);
        if (added->head != NULL && tensor == added->last) {
            write_tensor(file, &added->grid, scratch);
            write_tensor(file, &added->strides, scratch);
        }
    }
    for (size_t i = 0; i < extra_count; i++)
        write_tensor(file, &extra[i], scratch);
}

static pawl_status write_file(const pw_weights *weights, const head_extra *added,
                              const pw_tensor_data *extra, size_t extra_count, const char *path,
                              pawl_error *error)
{
    size_t count = pw_size_max(largest_count(weights, extra, extra_count), added->grid.count);
    size_t size = 0;
    count = pw_size_max(count, added->strides.count);
    float *scratch PW_AUTO_FREE = pw_size_mul(count, sizeof(float), &size) ? pw_alloc(size) : NULL;
    if (scratch == NULL)
        return pw_fail_memory(error, "the values of a tensor", size);
    pw_os_file file = {0};
    PW_TRY(pw_os_file_create(path, &file, error));
    write_all(&file, weights, added, extra, extra_count, scratch);
    const pawl_status status = pw_os_file_commit(&file, error);
    pw_os_file_abandon(&file);
    return status;
}

pawl_status pw_weights_write_wts(const pw_weights *weights, const pw_tensor_data *extra,
                                 size_t extra_count, const char *path, pawl_error *error)
{
    void *memory PW_AUTO_FREE = NULL;
    head_extra added = {0};
    PW_TRY(make_extra(weights, &added, &memory, error));
    return write_file(weights, &added, extra, extra_count, path, error);
}
