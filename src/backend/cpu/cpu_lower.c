/* SPDX-License-Identifier: Apache-2.0 */
/* Layers -> steps for one shape: shapes, the memory plan, bindings, and arguments that need no
 * thought at run time. */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/size.h"
#include "lower/memory_planner.h"

#include <string.h>

#define ITEMS_A_WORKER 4 /* so that all end at about the same time */

cpu_step *pw_cpu_add_step(cpu_program *program, size_t layer, pw_task task)
{
    cpu_step *step = &program->steps[program->step_count++];
    step->task = task;
    step->layer = layer;
    step->program = program;
    return step;
}

/* Of count units in each of parts: wanted to an item, fewer where some workers would go without. */
size_t pw_cpu_share(const cpu_program *program, size_t count, size_t parts, size_t wanted)
{
    if (program->worker_count > 1) {
        const size_t items_a_part = pw_size_ceil_div(ITEMS_A_WORKER * program->worker_count, parts);
        wanted = pw_size_min(wanted, count / items_a_part);
    }
    return pw_size_max(1, pw_size_min(wanted, count));
}

/* The tensor whose memory holds another's, and the channels in it before the other. */
static uint32_t root_of(const pw_network *network, uint32_t tensor, size_t *channel)
{
    *channel = 0;
    for (; network->tensors[tensor].parent != PW_NO_TENSOR;
         tensor = network->tensors[tensor].parent)
        *channel += (size_t)network->tensors[tensor].channel_offset;
    return tensor;
}

static void touch(const pw_network *network, pw_buffer *buffers, uint32_t tensor, size_t step)
{
    size_t channel = 0;
    pw_buffer *buffer = &buffers[root_of(network, tensor, &channel)];
    buffer->first = pw_size_min(buffer->first, step);
    buffer->last = pw_size_max(buffer->last, step);
}

/* Life of each root tensor, in layers. What is lent lives to the end, for the caller reads them
 * after the run. */
static void find_lives(const cpu_program *program, const pw_shape *shapes, pw_buffer *buffers)
{
    const pw_network *network = program->network;
    for (size_t t = 0; t < network->tensor_count; t++)
        buffers[t] = (pw_buffer){.first = SIZE_MAX};
    for (size_t i = program->is_planar ? 1 : 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        for (uint32_t k = 0; k < layer->input_count; k++) {
            touch(network, buffers, layer->inputs[k], i);
            if (pw_cpu_is_lent(program, layer, k))
                touch(network, buffers, layer->inputs[k], network->layer_count);
        }
        if (layer->output != PW_NO_TENSOR)
            touch(network, buffers, layer->output, i);
    }
    if (program->is_planar)
        buffers[network->layers[0].output].first = SIZE_MAX;
    for (size_t t = 0; t < network->tensor_count; t++)
        if (buffers[t].first != SIZE_MAX)
            buffers[t].size = (size_t)shapes[t].batch * (size_t)shapes[t].channels *
                              (size_t)shapes[t].height * (size_t)shapes[t].width * sizeof(float);
        else
            buffers[t].first = 0; /* without a size it takes no place */
}

static pawl_status make_views(cpu_program *program, const pw_shape *shapes, pawl_error *error)
{
    const pw_network *network = program->network;
    PW_AUTO_FREE pw_buffer *buffers = pw_calloc(network->tensor_count + 1, sizeof(*buffers));
    if (buffers == NULL)
        return pw_fail_memory(error, "the memory plan",
                              (network->tensor_count + 1) * sizeof(*buffers));
    find_lives(program, shapes, buffers);
    size_t total = 0;
    PW_TRY(pw_memory_plan(buffers, network->tensor_count, PW_CACHE_LINE, &total, error));
    program->workspace = pw_alloc_aligned(total + 1, PW_CACHE_LINE);
    program->views =
        pw_arena_array(&program->arena, network->tensor_count, sizeof(*program->views));
    if (program->workspace == NULL || program->views == NULL)
        return pw_fail_memory(error, "the workspace", total);
    program->base.workspace_size = total;
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        size_t channel = 0;
        const uint32_t root = root_of(network, t, &channel);
        cpu_view *view = &program->views[t];
        *view = (cpu_view){
            .stride = (size_t)shapes[root].channels,
            .batch = (size_t)shapes[t].batch,
            .channels = (size_t)shapes[t].channels,
            .height = (size_t)shapes[t].height,
            .width = (size_t)shapes[t].width,
        };
        if (buffers[root].size > 0)
            view->data = program->workspace + buffers[root].offset / sizeof(float) + channel;
    }
    return PAWL_OK;
}

static pawl_status make_scratch(cpu_program *program, pawl_error *error)
{
    size_t taps = 0, patch = 0, size = 0;
    for (size_t i = 0; i < program->network->layer_count; i++) {
        const pw_layer *layer = &program->network->layers[i];
        size_t layer_taps = 0, layer_patch = 0;
        if (layer->op == PW_OP_CONV)
            PW_TRY(pw_cpu_conv_scratch(program, layer, program->plan->layers[i].row, &layer_taps,
                                       &layer_patch, error));
        else
            PW_TRY(pw_cpu_block_scratch(program, layer, &layer_taps, &layer_patch, error));
        taps = pw_size_max(taps, layer_taps);
        patch = pw_size_max(patch, layer_patch);
    }
    program->patch_offset = pw_size_align(taps, PW_CACHE_LINE);
    program->scratch_size = pw_size_align(program->patch_offset + patch, 2 * PW_CACHE_LINE);
    if (!pw_size_mul(program->scratch_size, program->worker_count, &size) ||
        program->scratch_size < patch)
        return pw_fail(error, PAWL_ERR_LIMIT, "the kernels of this network are too large");
    program->scratch = pw_alloc_aligned(size + 1, 2 * PW_CACHE_LINE);
    if (program->scratch == NULL)
        return pw_fail_memory(error, "the workers' scratch memory", size);
    return PAWL_OK;
}

/* The inputs that do not lie in the output already. */
static void add_concat(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *out = &program->views[layer->output];
    size_t channel = 0;
    for (uint32_t i = 0; i < layer->input_count; i++) {
        const cpu_view *in = &program->views[layer->inputs[i]];
        cpu_view slice = *out;
        slice.data += channel;
        slice.channels = in->channels;
        if (in->data != slice.data || in->stride != slice.stride)
            pw_cpu_add_copy(program, index, in, &slice);
        channel += in->channels;
    }
}

static void add_steps(cpu_program *program, size_t index)
{
    switch (program->network->layers[index].op) {
    case PW_OP_INPUT:
        if (!program->is_planar)
            pw_cpu_add_input(program, index);
        break;
    case PW_OP_CONV:
        pw_cpu_add_conv(program, index);
        break;
    case PW_OP_BATCHNORM:
    case PW_OP_ACTIVATION:
    case PW_OP_ADD:
        pw_cpu_add_eltwise(program, index);
        break;
    case PW_OP_MAXPOOL:
        pw_cpu_add_maxpool(program, index);
        break;
    case PW_OP_UPSAMPLE:
        pw_cpu_add_upsample(program, index);
        break;
    case PW_OP_CONCAT:
        add_concat(program, index);
        break;
    case PW_OP_DETECT:
    case PW_OP_CLASSIFY:
        pw_cpu_add_head(program, index);
        break;
    case PW_OP_PAD:
    case PW_OP_GLOBALPOOL:
    case PW_OP_ATTENTION:
    case PW_OP_DECONV:
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        pw_cpu_add_block(program, index);
        break;
    case PW_OP_COUNT:
        break;
    }
}

/* True where the only reader of the input can take the binding as it is. */
static bool reads_planes(const cpu_program *program)
{
    if (program->base.lowering.input != PAWL_INPUT_F32_NCHW)
        return false;
    for (size_t i = 0; i < program->network->layer_count; i++)
        if (program->plan->layers[i].planar_weights != NULL)
            return true;
    return false;
}

static pawl_status lower_into(cpu_program *program, pawl_error *error)
{
    const pw_network *network = program->network;
    const pw_lowering *to = &program->base.lowering;
    pw_shape *shapes = pw_arena_array(&program->arena, network->tensor_count, sizeof(*shapes));
    size_t step_capacity = network->layer_count;
    for (size_t i = 0; i < network->layer_count; i++)
        step_capacity +=
            network->layers[i].input_count; /* a copy for each input of a concatenation */
    program->steps = pw_arena_array(&program->arena, step_capacity, sizeof(*program->steps));
    if (shapes == NULL || program->steps == NULL)
        return pw_fail_memory(error, "the program's steps",
                              step_capacity * sizeof(*program->steps));
    PW_TRY(pw_network_infer(network, to->batch, to->height, to->width, shapes, error));
    program->is_planar = reads_planes(program);
    PW_TRY(make_views(program, shapes, error));
    PW_TRY(pw_bind_input(&program->base, error));
    PW_TRY(make_scratch(program, error));
    PW_TRY(pw_cpu_bind_outputs(program, shapes, error));
    for (size_t i = 0; i < network->layer_count; i++)
        add_steps(program, i);
    return PAWL_OK;
}

pawl_status pw_cpu_lower(pw_device_plan *device_plan, const pw_lowering *lowering,
                         pw_program **program, pawl_error *error)
{
    cpu_program *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the program", sizeof(*made));
    made->base.backend = &pw_backend_cpu;
    made->base.lowering = *lowering;
    made->plan = (const cpu_device_plan *)device_plan;
    made->network = &device_plan->plan->network;
    pw_network_normalisation(made->network, made->mean, made->deviation);
    made->is_normalised = made->network->model.task == PAWL_TASK_CLASSIFY;
    made->worker_count = lowering->pool == NULL ? 1 : (size_t)pw_thread_pool_size(lowering->pool);
    const pawl_status status = lower_into(made, error);
    if (status < 0) {
        pw_cpu_release(&made->base);
        return status;
    }
    *program = &made->base;
    return PAWL_OK;
}

void pw_cpu_release(pw_program *program)
{
    cpu_program *made = (cpu_program *)program;
    if (made == NULL)
        return;
    pw_free(made->observed);
    pw_free(made->scratch);
    pw_free(made->rows.values);
    pw_free(made->workspace);
    pw_free(made->base.input.data);
    pw_arena_free(&made->arena);
    pw_free(made);
}
