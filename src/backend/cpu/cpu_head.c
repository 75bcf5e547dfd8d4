/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DETECT layer: binds the outputs of the context's form and makes the step that fills them. Raw
 * maps need no step: the convolutions write straight into what is bound (the memory plan keeps it
 * to the end), except where such a map is a slice of another tensor.
 */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/size.h"

#define ITEM_CELLS 512

static pk_head_args level_args(const cpu_head *head, const cpu_level *level, size_t picture,
                               size_t anchor)
{
    pk_head_args args = level->args;
    args.raw += picture * level->cells * args.raw_stride + anchor * head->width;
    args.anchor[0] = level->anchor[anchor][0];
    args.anchor[1] = level->anchor[anchor][1];
    return args;
}

/* Some cells of one anchor of one level of one picture. */
static void decode_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_head *head = &((const cpu_step *)argument)->program->head;
    const size_t picture = item / head->items_a_picture;
    size_t left = item % head->items_a_picture;
    for (size_t l = 0; l < head->level_count; l++) {
        const cpu_level *level = &head->levels[l];
        const size_t blocks = pw_size_ceil_div(level->cells, head->cells_an_item);
        if (left >= blocks * head->anchor_count) {
            left -= blocks * head->anchor_count;
            continue;
        }
        const size_t anchor = left / blocks;
        pk_head_args args = level_args(head, level, picture, anchor);
        args.cell_begin = left % blocks * head->cells_an_item;
        args.cell_end = pw_size_min(args.cell_begin + head->cells_an_item, level->cells);
        args.rows =
            head->rows +
            (picture * head->row_count + level->first_row + anchor * level->cells) * head->width;
        head->decode(&args);
        return;
    }
}

/* All of one picture, so that the rows stay in order. */
static void candidates_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_step *step = argument;
    const cpu_head *head = &step->program->head;
    pawl_candidates *candidates = &step->program->base.candidates[item];
    float *rows = head->rows + item * head->row_count * head->width;
    int32_t *index = head->index + item * head->row_count;
    size_t count = 0;
    for (size_t l = 0; l < head->level_count; l++)
        for (size_t a = 0; a < head->anchor_count; a++) {
            pk_head_args args = level_args(head, &head->levels[l], item, a);
            args.cell_end = head->levels[l].cells;
            args.raw_threshold = step->program->raw_threshold;
            args.threshold = step->program->threshold;
            args.rows = rows + count * head->width;
            args.index = index + count;
            args.first_index = (int32_t)(head->levels[l].first_row + a * head->levels[l].cells);
            count += head->candidates(&args);
        }
    candidates->count = count;
}

/* Rows of one picture. */
static size_t count_rows(const cpu_program *program, const pw_layer *layer)
{
    size_t count = 0;
    for (uint32_t l = 0; l < layer->input_count; l++) {
        const cpu_view *view = &program->views[layer->inputs[l]];
        count += (size_t)layer->as.detect.anchor_count * view->height * view->width;
    }
    return count;
}

static pawl_status bind_raw(cpu_program *program, const pw_layer *layer, pawl_error *error)
{
    for (uint32_t l = 0; l < layer->input_count; l++) {
        const cpu_view *view = &program->views[layer->inputs[l]];
        const size_t size =
            view->batch * view->height * view->width * view->channels * sizeof(float);
        pawl_tensor *output = &program->base.outputs[l];
        *output = (pawl_tensor){
            .name = pw_arena_printf(&program->arena, "raw%u", l),
            .dtype = PAWL_F32,
            .rank = 4,
            .dims = {(int64_t)view->batch, (int64_t)view->height, (int64_t)view->width,
                     (int64_t)view->channels},
            .data = view->data,
            .size = size,
        };
        if (view->stride != view->channels)
            output->data = pw_arena_alloc_aligned(&program->arena, size, PW_CACHE_LINE);
        if (output->name == NULL || output->data == NULL)
            return pw_fail_memory(error, "an output", size);
    }
    program->base.output_count = layer->input_count;
    return PAWL_OK;
}

static pawl_status bind_candidates(cpu_program *program, size_t row_count, size_t width,
                                   pawl_error *error)
{
    const size_t batch = (size_t)program->base.lowering.batch;
    program->base.candidates = pw_arena_array(&program->arena, batch, sizeof(pawl_candidates));
    int32_t *index = pw_arena_array(&program->arena, batch * row_count, sizeof(int32_t));
    program->index = index;
    if (program->base.candidates == NULL || index == NULL)
        return pw_fail_memory(error, "the candidates", batch * row_count * sizeof(int32_t));
    for (size_t n = 0; n < batch; n++)
        program->base.candidates[n] =
            (pawl_candidates){.width = width,
                              .rows = program->rows + n * row_count * width,
                              .index = index + n * row_count};
    return PAWL_OK;
}

pawl_status pw_cpu_bind_outputs(cpu_program *program, pawl_error *error)
{
    const pw_layer *layer = pw_network_head(program->network);
    if (layer == NULL) /* nothing to bind: an observer sees what there is */
        return PAWL_OK;
    const pw_lowering *to = &program->base.lowering;
    if (to->output == PAWL_OUTPUT_RAW)
        return bind_raw(program, layer, error);
    const size_t width = (size_t)layer->as.detect.class_count + 5;
    const size_t row_count = count_rows(program, layer);
    size_t size = 0;
    if (row_count > INT32_MAX || !pw_size_mul((size_t)to->batch * row_count, width, &size) ||
        !pw_size_mul(size, sizeof(float), &size))
        return pw_fail(error, PAWL_ERR_LIMIT, "the decoded output of this shape is too large");
    program->rows =
        pw_alloc_aligned(size, PW_CACHE_LINE); /* not touched here: candidates use little of it */
    if (program->rows == NULL)
        return pw_fail_memory(error, "the decoded output", size);
    if (to->output == PAWL_OUTPUT_CANDIDATES)
        return bind_candidates(program, row_count, width, error);
    program->base.outputs[0] = (pawl_tensor){
        .name = "output0",
        .dtype = PAWL_F32,
        .rank = 3,
        .dims = {to->batch, (int64_t)row_count, (int64_t)width},
        .data = program->rows,
        .size = size,
    };
    program->base.output_count = 1;
    return PAWL_OK;
}

static void set_levels(const cpu_program *program, const pw_layer *layer, cpu_head *head)
{
    const pw_detect *detect = &layer->as.detect;
    for (uint32_t l = 0; l < layer->input_count; l++) {
        const cpu_view *view = &program->views[layer->inputs[l]];
        cpu_level *level = &head->levels[l];
        level->cells = view->height * view->width;
        level->first_row = head->row_count;
        level->args = (pk_head_args){.raw = view->data,
                                     .raw_stride = view->stride,
                                     .grid_width = view->width,
                                     .class_count = (size_t)detect->class_count,
                                     .stride = detect->stride[l]};
        for (size_t a = 0; a < head->anchor_count; a++)
            for (size_t i = 0; i < 2; i++)
                level->anchor[a][i] = detect->anchor[l][a][i];
        head->row_count += level->cells * head->anchor_count;
        head->items_a_picture +=
            pw_size_ceil_div(level->cells, head->cells_an_item) * head->anchor_count;
    }
}

static void add_raw_copies(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    for (uint32_t l = 0; l < layer->input_count; l++) {
        const cpu_view *from = &program->views[layer->inputs[l]];
        cpu_view to = *from;
        to.data = program->base.outputs[l].data;
        to.stride = from->channels;
        if (to.data != from->data)
            pw_cpu_add_copy(program, index, from, &to);
    }
}

void pw_cpu_add_head(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const pw_lowering *to = &program->base.lowering;
    if (to->output == PAWL_OUTPUT_RAW) {
        add_raw_copies(program, index);
        return;
    }
    const bool is_decoded = to->output == PAWL_OUTPUT_DECODED;
    const pk_row *row = is_decoded
                            ? program->plan->layers[index].row
                            : pk_row_select(PK_CANDIDATES_F32, program->plan->machine.isa, NULL);
    cpu_step *step = pw_cpu_add_step(program, index, is_decoded ? decode_task : candidates_task);
    cpu_head *head = &program->head;
    head->decode = is_decoded ? row->run.decode : NULL;
    head->candidates = is_decoded ? NULL : row->run.candidates;
    head->level_count = layer->input_count;
    head->anchor_count = (size_t)layer->as.detect.anchor_count;
    head->width = (size_t)layer->as.detect.class_count + 5;
    head->cells_an_item = ITEM_CELLS;
    head->rows = program->rows;
    set_levels(program, layer, head);
    head->index = program->index;
    step->item_count = (size_t)to->batch * (is_decoded ? head->items_a_picture : 1);
}
