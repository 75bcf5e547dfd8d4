/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DETECT and CLASSIFY: binds the outputs of the context's form and makes the steps that fill them.
 * Raw maps need no step: the convolutions write straight into what is bound (the memory plan keeps
 * it to the end), except where such a map is a slice of another tensor.
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

/* Cells of one picture whose objectness is NaN or infinite. */
static size_t count_not_finite(const cpu_head *head, size_t picture)
{
    size_t count = 0;
    for (size_t l = 0; l < head->level_count; l++)
        for (size_t a = 0; a < head->anchor_count; a++) {
            const pk_head_args args = level_args(head, &head->levels[l], picture, a);
            count += pw_count_not_finite(args.raw + 4, args.raw_stride, head->levels[l].cells);
        }
    return count;
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
    step->program->base.not_finite[item] = count == 0 ? count_not_finite(head, item) : 0;
}

/* True where the context shows the tensor itself: raw maps and logits, laid out as they are bound.
 */
bool pw_cpu_is_lent(const cpu_program *program, const pw_layer *layer, uint32_t input)
{
    return layer->op == PW_OP_CLASSIFY ||
           (layer->op == PW_OP_DETECT && program->base.lowering.output == PAWL_OUTPUT_RAW &&
            input < (uint32_t)layer->as.detect.level_count);
}

/* Tensors that are lent and dense are bound where they lie; the rest gets memory of its own. */
pawl_status pw_cpu_bind_outputs(cpu_program *program, const pw_shape *shapes, pawl_error *error)
{
    const pw_network *network = program->network;
    pw_program *base = &program->base;
    PW_TRY(pw_bind_outputs(base, network, shapes, &program->arena, &program->rows, error));
    const pw_layer *last = &network->layers[network->layer_count - 1];
    for (uint32_t k = 0; k < last->input_count && last->output == PW_NO_TENSOR; k++) {
        const cpu_view *view = &program->views[last->inputs[k]];
        if (pw_cpu_is_lent(program, last, k) && view->stride == view->channels)
            base->outputs[k].data = view->data;
    }
    return pw_bind_memory(base, &program->arena, error);
}

static void set_levels(const cpu_program *program, const pw_layer *layer, cpu_head *head)
{
    const pw_detect *detect = &layer->as.detect;
    for (int32_t l = 0; l < detect->level_count; l++) {
        const cpu_view *view = &program->views[layer->inputs[l]];
        cpu_level *level = &head->levels[l];
        level->cells = view->height * view->width;
        level->first_row = head->row_count;
        level->args = (pk_head_args){.raw = view->data,
                                     .raw_stride = view->stride,
                                     .grid_width = view->width,
                                     .class_count = (size_t)detect->class_count,
                                     .mask_count = (size_t)detect->mask_count,
                                     .stride = detect->stride[l]};
        for (size_t a = 0; a < head->anchor_count; a++)
            for (size_t i = 0; i < 2; i++)
                level->anchor[a][i] = detect->anchor[l][a][i];
        head->row_count += level->cells * head->anchor_count;
        head->items_a_picture +=
            pw_size_ceil_div(level->cells, head->cells_an_item) * head->anchor_count;
    }
}

static void planes_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_planes *planes = &((const cpu_step *)argument)->as.planes;
    const cpu_view *in = planes->in;
    const size_t picture = item / planes->items_a_picture, pixels = in->height * in->width;
    const size_t begin = item % planes->items_a_picture * planes->pixels_an_item;
    const size_t end = pw_size_min(begin + planes->pixels_an_item, pixels);
    const float *input = in->data + picture * pixels * in->stride;
    float *output = planes->output + picture * in->channels * pixels;
    for (size_t c = 0; c < in->channels; c++)
        for (size_t p = begin; p < end; p++)
            output[c * pixels + p] = input[p * in->stride + c];
}

static void add_planes(cpu_program *program, size_t index, const cpu_view *in, float *output)
{
    cpu_step *step = pw_cpu_add_step(program, index, planes_task);
    cpu_planes *planes = &step->as.planes;
    const size_t pixels = in->height * in->width;
    *planes = (cpu_planes){.in = in, .output = output};
    planes->pixels_an_item = pw_cpu_share(program, pixels, in->batch, ITEM_CELLS);
    planes->items_a_picture = pw_size_ceil_div(pixels, planes->pixels_an_item);
    step->item_count = planes->items_a_picture * in->batch;
}

/* Copies into what is bound: lent tensors that are slices, and prototypes, which are planes. */
static void add_copies(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    for (uint32_t k = 0; k < layer->input_count; k++) {
        const cpu_view *from = &program->views[layer->inputs[k]];
        if (!pw_cpu_is_lent(program, layer, k))
            continue;
        cpu_view to = *from;
        to.data = program->base.outputs[k].data;
        to.stride = from->channels;
        if (to.data != from->data)
            pw_cpu_add_copy(program, index, from, &to);
    }
    if (layer->op == PW_OP_DETECT && layer->as.detect.mask_count > 0)
        add_planes(program, index, &program->views[layer->inputs[layer->input_count - 1]],
                   program->base.outputs[program->base.output_count - 1].data);
}

void pw_cpu_add_head(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const pw_lowering *to = &program->base.lowering;
    add_copies(program, index);
    if (layer->op != PW_OP_DETECT || to->output == PAWL_OUTPUT_RAW)
        return;
    const bool is_decoded = to->output == PAWL_OUTPUT_DECODED;
    const pk_row *row = is_decoded
                            ? program->plan->layers[index].row
                            : pk_row_select(PK_CANDIDATES_F32, program->plan->machine.isa, NULL);
    cpu_step *step = pw_cpu_add_step(program, index, is_decoded ? decode_task : candidates_task);
    cpu_head *head = &program->head;
    head->decode = is_decoded ? row->run.decode : NULL;
    head->candidates = is_decoded ? NULL : row->run.candidates;
    head->level_count = (size_t)layer->as.detect.level_count;
    head->anchor_count = (size_t)layer->as.detect.anchor_count;
    head->width = program->rows.width;
    head->cells_an_item = ITEM_CELLS;
    head->rows = program->rows.values;
    set_levels(program, layer, head);
    head->index = program->rows.index;
    step->item_count = (size_t)to->batch * (is_decoded ? head->items_a_picture : 1);
}
