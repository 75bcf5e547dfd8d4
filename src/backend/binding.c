/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings of a program: sizes from the lowering and the head, memory once. */
#include "backend/binding.h"

#include "base/memory.h"
#include "base/size.h"

#include <math.h>
#include <string.h>

pawl_status pw_bind_input(pw_program *program, pawl_error *error)
{
    const pw_lowering *const to = &program->lowering;
    pawl_tensor *const input = &program->input;
    const bool is_float = to->input == PAWL_INPUT_F32_NCHW;
    const int64_t nchw[4] = {to->batch, 3, to->height, to->width};
    const int64_t nhwc[4] = {to->batch, to->height, to->width, 3};
    *input = (pawl_tensor){.name = "input", .dtype = is_float ? PAWL_F32 : PAWL_U8, .rank = 4};
    memcpy(input->dims, is_float ? nchw : nhwc, sizeof nchw);
    input->size = (size_t)to->batch * 3 * (size_t)to->height * (size_t)to->width *
                  (is_float ? sizeof(float) : 1);
    input->data = pw_alloc_aligned(input->size, PW_CACHE_LINE);
    if (input->data == NULL)
        return pw_fail_memory(error, "the input binding", input->size);
    memset(input->data, 0, input->size);
    return PAWL_OK;
}

static pawl_status bind_candidates(pw_program *program, pw_arena *arena, pw_rows *rows,
                                   pawl_error *error)
{
    const size_t batch = (size_t)program->lowering.batch;
    program->candidates = pw_arena_array(arena, batch, sizeof(pawl_candidates));
    rows->index = pw_arena_array(arena, batch * rows->count, sizeof(int32_t));
    if (program->candidates == NULL || rows->index == NULL)
        return pw_fail_memory(error, "the candidates", batch * rows->count * sizeof(int32_t));
    for (size_t n = 0; n < batch; n++)
        program->candidates[n] =
            (pawl_candidates){.width = rows->width,
                              .rows = rows->values + n * rows->count * rows->width,
                              .index = rows->index + n * rows->count};
    return PAWL_OK;
}

pawl_status pw_bind_rows(pw_program *program, const pw_detect *detect, const pw_shape *levels,
                         pw_arena *arena, pw_rows *rows, pawl_error *error)
{
    const pw_lowering *const to = &program->lowering;
    size_t size = 0;
    *rows = (pw_rows){.width = (size_t)detect->class_count + 5};
    for (int32_t l = 0; l < detect->level_count; l++)
        rows->count +=
            (size_t)detect->anchor_count * (size_t)levels[l].height * (size_t)levels[l].width;
    if (rows->count > INT32_MAX ||
        !pw_size_mul((size_t)to->batch * rows->count, rows->width, &size) ||
        !pw_size_mul(size, sizeof(float), &size))
        return pw_fail(error, PAWL_ERR_LIMIT, "the decoded output of this shape is too large");
    rows->values =
        pw_alloc_aligned(size, PW_CACHE_LINE); /* not touched here: candidates use little of it */
    if (rows->values == NULL)
        return pw_fail_memory(error, "the decoded output", size);
    if (to->output == PAWL_OUTPUT_CANDIDATES)
        return bind_candidates(program, arena, rows, error);
    program->outputs[0] =
        (pawl_tensor){.name = "output0",
                      .dtype = PAWL_F32,
                      .rank = 3,
                      .dims = {to->batch, (int64_t)rows->count, (int64_t)rows->width},
                      .data = rows->values,
                      .size = size};
    program->output_count = 1;
    return PAWL_OK;
}

float pw_raw_threshold(float threshold)
{
    if (!(threshold > 0.0f))
        return -INFINITY;
    if (threshold >= 1.0f)
        return INFINITY;
    const double logit = log((double)threshold / (1.0 - (double)threshold));
    return (float)(logit - 0.01 - 0.01 * fabs(logit));
}
