/* SPDX-License-Identifier: Apache-2.0 */
/* Raw heads for the checks. */
#include "base/memory.h"
#include "gpu/gpu_test.h"

static const float strides[3] = {8, 16, 32};
static const float anchors[3][3][2] = {{{10, 13}, {16, 30}, {33, 23}},
                                       {{30, 61}, {62, 45}, {59, 119}},
                                       {{116, 90}, {156, 198}, {373, 326}}};

pawl_status gpu_heads_make(gpu *with, gpu_heads *heads, size_t height, size_t width, size_t classes,
                           size_t masks, size_t batch, pawl_error *error)
{
    *heads = (gpu_heads){.batch = batch, .width = 5 + classes + masks, .level_count = 3};
    heads->head = (pk_head){.class_count = classes, .mask_count = masks, .anchor_count = 3};
    for (size_t l = 0; l < 3; l++) {
        const size_t high = height / (size_t)strides[l], wide = width / (size_t)strides[l];
        const size_t count = batch * high * wide * 3 * heads->width;
        heads->head.stride[l] = strides[l];
        for (size_t a = 0; a < 3; a++)
            for (size_t i = 0; i < 2; i++)
                heads->head.anchor[l][a][i] = anchors[l][a][i];
        heads->level[l].height = high;
        heads->level[l].width = wide;
        heads->level[l].values = pw_calloc(count, sizeof(float));
        heads->rows += high * wide * 3;
        if (heads->level[l].values == NULL)
            return pw_fail_memory(error, "heads", count * sizeof(float));
        PW_TRY(pw_gpu_memory_create(with->device, count * sizeof(float), &heads->level[l].memory,
                                    error));
    }
    return PAWL_OK;
}

void gpu_heads_free(gpu_heads *heads)
{
    for (size_t l = 0; l < heads->level_count; l++) {
        pw_free(heads->level[l].values);
        (void)pw_object_end(heads->level[l].memory);
    }
    *heads = (gpu_heads){.batch = 0};
}

pawl_status gpu_heads_upload(gpu *with, gpu_heads *heads, pawl_error *error)
{
    for (size_t l = 0; l < heads->level_count; l++)
        PW_TRY(pw_gpu_upload(with->stream, heads->level[l].memory, heads->level[l].values,
                             heads->level[l].memory->size, error));
    return pw_gpu_wait(with->stream, error);
}

pw_gpu_heads gpu_heads_on_device(const gpu_heads *heads)
{
    pw_gpu_heads to = {
        .head = &heads->head, .batch = heads->batch, .level_count = heads->level_count};
    for (size_t l = 0; l < heads->level_count; l++) {
        to.level[l].height = heads->level[l].height;
        to.level[l].width = heads->level[l].width;
        to.level[l].map = heads->level[l].memory->address;
    }
    return to;
}
