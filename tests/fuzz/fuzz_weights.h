/* SPDX-License-Identifier: Apache-2.0 */
/* Opens bytes as a weights file and reads all that a user of it would. */
#ifndef PT_FUZZ_WEIGHTS_H
#define PT_FUZZ_WEIGHTS_H

#include "fuzz_target.h"
#include "weights/readers.h"
#include <string.h>

static inline void fuzz_read_tensor(const pw_weights *weights, const pw_tensor_data *tensor)
{
    float values[256];
    fuzz_check(pw_weights_tensor_find(weights, tensor->name) == tensor);
    if (tensor->count <= PW_COUNT(values))
        pw_tensor_widen(tensor, values);
    /* first and last byte of every tensor, whatever its size */
    size_t last = 0;
    for (int32_t d = 0; d < tensor->rank; d++)
        last += tensor->count == 0 ? 0 : (size_t)((tensor->dims[d] - 1) * tensor->strides[d]);
    if (tensor->count > 0) {
        const size_t element = pawl_dtype_size(tensor->dtype);
        const volatile uint8_t *bytes = tensor->data;
        fuzz_check(bytes[0] + bytes[(last + 1) * element - 1] < 512);
    }
}

static inline void fuzz_weights(const uint8_t *data, size_t size)
{
    pw_weights weights;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    memset(&weights, 0, sizeof weights);
    const pawl_status status = pw_weights_parse(data, size, "fuzz", &weights, &error);
    if (status < 0)
        fuzz_check(error.status == status && error.message[0] != '\0' && error.offset <= size);
    for (size_t i = 0; status >= 0 && i < weights.tensor_count; i++)
        fuzz_read_tensor(&weights, weights.tensors[i]);
    for (size_t i = 0; status >= 0 && i < weights.global_count; i++)
        fuzz_check(weights.globals[i].module[0] != '\0' && weights.globals[i].name[0] != '\0');
    pw_arena_free(&weights.arena);
}

/* What its pickles name, whether or not it is a checkpoint. */
static inline void fuzz_globals(const uint8_t *data, size_t size)
{
    pw_arena arena = {0};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_pickle pickle = {.kept = &arena, .file_name = "fuzz", .error = &error};
    const pawl_status status = pw_pickle_scan(&pickle, data, size);
    if (status < 0)
        fuzz_check(error.status == status && error.message[0] != '\0');
    for (size_t i = 0; i < pickle.global_count; i++)
        fuzz_check(pickle.globals[i].module[0] != '\0' && pickle.globals[i].name[0] != '\0');
    pw_arena_free(&arena);
}

#endif
