/* SPDX-License-Identifier: Apache-2.0 */
/* Planes of masks: the device's against the host's. And everything on a model's own heads, as the
 * CPU backend makes them. */
#include "base/memory.h"
#include "detect/masks.h"
#include "gpu/gpu_test.h"
#include "kernels/simd/scalar.h"

static void fill_random(gpu *with, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = gpu_uniform(with, -3, 3);
}

typedef struct mask_case {
    gpu_heads heads;
    pw_gpu_boxes boxes;
    pw_gpu_memory *memory;
    float *prototypes, *wanted, *made;
    size_t masks, height, width;
} mask_case;

static pawl_status prepare(gpu *with, mask_case *of, pawl_error *error)
{
    const size_t side = 32 * (size_t)gpu_between(with, 1, 8);
    of->masks = gpu_between(with, 1, 33);
    of->height = side / 4;
    of->width = side / 4 + gpu_between(with, 0, 40);
    const size_t count = of->masks * of->height * of->width;
    PW_TRY(
        gpu_heads_make(with, &of->heads, side, side, gpu_between(with, 1, 4), of->masks, 2, error));
    for (size_t l = 0; l < of->heads.level_count; l++)
        fill_random(with, of->heads.level[l].values,
                    of->heads.level[l].memory->size / sizeof(float));
    of->prototypes = pw_calloc(count, sizeof(float));
    of->wanted = pw_calloc(of->height * of->width, sizeof(float));
    of->made = pw_calloc(of->height * of->width, sizeof(float));
    if (of->prototypes == NULL || of->wanted == NULL || of->made == NULL)
        return pw_fail_memory(error, "prototypes", count * sizeof(float));
    fill_random(with, of->prototypes, count);
    const pw_gpu_heads on_device = gpu_heads_on_device(&of->heads);
    PW_TRY(pw_gpu_boxes_make(&of->boxes, &with->kernels, &on_device, error));
    return pw_gpu_memory_create(with->device, count * sizeof(float), &of->memory, error);
}

/* The host's plane of a row of the head. */
static void weigh(const mask_case *of, size_t picture, size_t row, pk_mask_area inside)
{
    size_t l = 0;
    float coefficients[33];
    for (; row >= 3 * of->heads.level[l].height * of->heads.level[l].width; l++)
        row -= 3 * of->heads.level[l].height * of->heads.level[l].width;
    const size_t cells = of->heads.level[l].height * of->heads.level[l].width;
    const float *raw = of->heads.level[l].values +
                       ((picture * cells + row % cells) * 3 + row / cells) * of->heads.width;
    for (size_t k = 0; k < of->masks; k++)
        coefficients[k] =
            pk_mask_coefficient(raw[5 + of->heads.head.class_count + k], vf32_sigmoid(raw[4]));
    const pw_mask_source source = {.prototypes = of->prototypes,
                                   .count = (int32_t)of->masks,
                                   .height = (int32_t)of->height,
                                   .width = (int32_t)of->width,
                                   .coefficients = coefficients};
    pw_mask_weigh(&source, inside, of->wanted);
}

static pawl_status try_masks(gpu *with, mask_case *of, pawl_error *error)
{
    PW_TRY(gpu_heads_upload(with, &of->heads, error));
    PW_TRY(pw_gpu_boxes_want(&of->boxes, with->stream,
                             &(pw_gpu_rules){.thresholds = of->wanted, .most = 1}, error));
    PW_TRY(pw_gpu_upload(with->stream, of->memory, of->prototypes, of->memory->size, error));
    PW_TRY(pw_gpu_wait(with->stream, error));
    for (int i = 0; i < 8; i++) {
        const uint32_t top = gpu_between(with, 0, (uint32_t)of->height);
        const uint32_t left = gpu_between(with, 0, (uint32_t)of->width);
        const pw_gpu_mask mask = {.picture = gpu_random(with) % 2,
                                  .row = gpu_random(with) % of->heads.rows,
                                  .prototypes = of->memory->address,
                                  .height = of->height,
                                  .width = of->width,
                                  .top = top,
                                  .bottom = gpu_between(with, top, (uint32_t)of->height),
                                  .left = left,
                                  .right = gpu_between(with, left, (uint32_t)of->width)};
        weigh(of, mask.picture, mask.row,
              (pk_mask_area){(int32_t)mask.top, (int32_t)mask.bottom, (int32_t)mask.left,
                             (int32_t)mask.right});
        PW_TRY(pw_gpu_boxes_mask(&of->boxes, with->stream, &mask, of->made, error));
        gpu_expect(with, memcmp(of->wanted, of->made, of->height * of->width * sizeof(float)) == 0,
                   "the plane of row %zu, %zu prototypes of %zu x %zu, differs", mask.row,
                   of->masks, of->height, of->width);
    }
    return PAWL_OK;
}

int check_masks(gpu *with, unsigned count)
{
    pawl_error error = {.message = ""};
    for (unsigned i = 0; i < count; i++) {
        mask_case of = {.masks = 0};
        pawl_status status = prepare(with, &of, &error);
        if (status >= 0 && pw_gpu_enter(with->device, &error) >= 0) {
            status = try_masks(with, &of, &error);
            pw_gpu_settle(with->stream);
            pw_gpu_leave(with->device);
        }
        gpu_expect(with, status >= 0, "masks: %s", error.message);
        pw_gpu_boxes_free(&of.boxes);
        gpu_heads_free(&of.heads);
        (void)pw_object_end(of.memory);
        pw_free(of.prototypes);
        pw_free(of.wanted);
        pw_free(of.made);
    }
    return 0;
}
