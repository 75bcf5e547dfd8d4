/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings of a program: sizes from the lowering and the head, memory once. */
#include "backend/binding.h"

#include "base/memory.h"
#include "base/size.h"

#include <math.h>
#include <string.h>

size_t pw_describe_input(pw_program *program)
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
    return input->size;
}

pawl_status pw_bind_input(pw_program *program, pawl_error *error)
{
    (void)pw_describe_input(program);
    pawl_tensor *const input = &program->input;
    input->data = pw_alloc_aligned(input->size, PW_CACHE_LINE);
    if (input->data == NULL)
        return pw_fail_memory(error, "the input binding", input->size);
    memset(input->data, 0, input->size);
    program->memory_size += input->size;
    return PAWL_OK;
}

static pawl_status bind_candidates(pw_program *program, pw_arena *arena, pw_rows *rows,
                                   pawl_error *error)
{
    const size_t batch = (size_t)program->lowering.batch;
    program->candidates = pw_arena_array(arena, batch, sizeof(pawl_candidates));
    program->not_finite = pw_arena_array(arena, batch, sizeof(size_t));
    rows->index = pw_arena_array(arena, batch * rows->count, sizeof(int32_t));
    if (program->candidates == NULL || program->not_finite == NULL || rows->index == NULL)
        return pw_fail_memory(error, "the candidates", batch * rows->count * sizeof(int32_t));
    const size_t size = rows->count * rows->width * pawl_dtype_size(rows->dtype);
    for (size_t n = 0; n < batch; n++)
        program->candidates[n] =
            (pawl_candidates){.width = rows->width,
                              .rows = (void *)((unsigned char *)rows->values + n * size),
                              .index = rows->index + n * rows->count};
    return PAWL_OK;
}

static pawl_status bind_rows(pw_program *program, const pw_detect *detect, const pw_shape *levels,
                             pw_arena *arena, pw_rows *rows, pawl_error *error)
{
    const pw_lowering *const to = &program->lowering;
    size_t size = 0;
    *rows = (pw_rows){.dtype = PAWL_F32, .width = pw_detect_width(detect)};
    for (int32_t l = 0; l < detect->level_count; l++)
        rows->count +=
            (size_t)detect->anchor_count * (size_t)levels[l].height * (size_t)levels[l].width;
    if (rows->count > INT32_MAX ||
        !pw_size_mul((size_t)to->batch * rows->count, rows->width, &size) ||
        !pw_size_mul(size, pawl_dtype_size(rows->dtype), &size))
        return pw_fail(error, PAWL_ERR_LIMIT, "the decoded output of this shape is too large");
    /* Not touched here: candidates use little of it. */
    rows->values = pw_alloc_aligned(size, PW_CACHE_LINE);
    if (rows->values == NULL)
        return pw_fail_memory(error, "the decoded output", size);
    program->memory_size += size;
    if (to->output == PAWL_OUTPUT_CANDIDATES)
        return bind_candidates(program, arena, rows, error);
    program->outputs[0] =
        (pawl_tensor){.name = "output0",
                      .dtype = rows->dtype,
                      .rank = 3,
                      .dims = {to->batch, (int64_t)rows->count, (int64_t)rows->width},
                      .data = rows->values,
                      .size = size};
    program->output_count = 1;
    return PAWL_OK;
}

static void add_output(pw_program *program, const char *name, const int64_t *dims, int32_t rank)
{
    pawl_tensor *output = &program->outputs[program->output_count++];
    *output = (pawl_tensor){.name = name, .dtype = PAWL_F32, .rank = rank, .size = sizeof(float)};
    for (int32_t i = 0; i < rank; i++) { /* the tensor's elements were counted with its shape */
        output->dims[i] = dims[i];
        output->size *= (size_t)dims[i];
    }
}

static pawl_status add_maps(pw_program *program, const pw_layer *head, const pw_shape *shapes,
                            pw_arena *arena, pawl_error *error)
{
    for (int32_t l = 0; l < head->as.detect.level_count; l++) {
        const pw_shape *shape = &shapes[head->inputs[l]];
        const int64_t dims[4] = {shape->batch, shape->height, shape->width, shape->channels};
        const char *name = pw_arena_printf(arena, "raw%d", (int)l);
        if (name == NULL)
            return pw_fail_memory(error, "an output", 8);
        add_output(program, name, dims, 4);
    }
    return PAWL_OK;
}

static pawl_status bind_detect(pw_program *program, const pw_layer *head, const pw_shape *shapes,
                               pw_arena *arena, pw_rows *rows, pawl_error *error)
{
    const pw_detect *detect = &head->as.detect;
    pw_shape levels[PAWL_MAX_LEVELS];
    for (int32_t l = 0; l < detect->level_count; l++)
        levels[l] = shapes[head->inputs[l]];
    if (program->lowering.output == PAWL_OUTPUT_RAW)
        PW_TRY(add_maps(program, head, shapes, arena, error));
    else
        PW_TRY(bind_rows(program, detect, levels, arena, rows, error));
    if (detect->mask_count == 0)
        return PAWL_OK;
    const pw_shape *shape = &shapes[head->inputs[detect->level_count]];
    const int64_t dims[4] = {shape->batch, shape->channels, shape->height, shape->width};
    add_output(program, "prototypes", dims, 4);
    return PAWL_OK;
}

pawl_status pw_bind_outputs(pw_program *program, const pw_network *network, const pw_shape *shapes,
                            pw_arena *arena, pw_rows *rows, pawl_error *error)
{
    const pw_layer *head = pw_network_head(network);
    const pw_layer *classifier = pw_network_classifier(network);
    program->output_count = 0;
    if (head != NULL)
        return bind_detect(program, head, shapes, arena, rows, error);
    if (classifier != NULL) {
        const pw_shape *shape = &shapes[classifier->inputs[0]];
        const int64_t dims[2] = {shape->batch, shape->channels};
        add_output(program, "logits", dims, 2);
    }
    return PAWL_OK;
}

pawl_status pw_bind_memory(pw_program *program, pw_arena *arena, pawl_error *error)
{
    for (size_t i = 0; i < program->output_count; i++) {
        pawl_tensor *output = &program->outputs[i];
        if (output->data == NULL)
            output->data = pw_arena_alloc_aligned(arena, output->size, PW_CACHE_LINE);
        if (output->data == NULL)
            return pw_fail_memory(error, "an output", output->size);
    }
    return PAWL_OK;
}

uint32_t pw_bound_tensor(const pw_program *program, const pw_network *network, size_t index)
{
    const pw_layer *head = pw_network_head(network);
    if (head == NULL)
        return pw_network_classifier(network)->inputs[0];
    if (program->lowering.output == PAWL_OUTPUT_RAW)
        return head->inputs[index];
    if (program->lowering.output == PAWL_OUTPUT_DECODED && index == 0)
        return PW_NO_TENSOR;
    return head->inputs[head->as.detect.level_count];
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
