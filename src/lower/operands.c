/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes -> operands: where each tensor lies, and as what. */
#include "lower/schedule.h"

#include "base/size.h"

/* NHWC; a slice has its root's pixel stride. */
static pk_tensor layout_of(const pw_shape *shape, size_t root_channels, pk_type type)
{
    return pk_tensor_nhwc(type, (size_t)shape->batch, (size_t)shape->channels,
                          (size_t)shape->height, (size_t)shape->width, root_channels);
}

uint32_t pw_operand_add(pw_schedule *schedule, pk_tensor tensor, bool is_bound)
{
    const uint32_t at = (uint32_t)schedule->operand_count++;
    schedule->operands[at] = (pw_operand){.tensor = tensor, .root = at, .is_bound = is_bound};
    return at;
}

uint32_t pw_operand_slice(pw_schedule *schedule, uint32_t of, size_t channel, size_t channels)
{
    const uint32_t at = (uint32_t)schedule->operand_count++;
    pw_operand *slice = &schedule->operands[at];
    *slice = schedule->operands[of];
    slice->tensor.channels = channels;
    slice->offset += channel;
    return at;
}

pk_type pw_kernel_type(pawl_dtype dtype)
{
    switch (dtype) {
    case PAWL_F32:
        return PK_F32;
    case PAWL_F16:
        return PK_F16;
    case PAWL_BF16:
        return PK_BF16;
    case PAWL_U8:
        return PK_U8;
    case PAWL_I8:
        return PK_S8;
    case PAWL_I32:
        return PK_S32;
    default:
        return PK_NO_TYPE; /* no implementation has it: the step that meets it is refused by name */
    }
}

/* The tensors, the input binding, and what the stages can add at most. A step on copies has one for
 * each source and one for its destination. An input of a concatenation or a head may be a step
 * itself, into a slice or an output of its own: three for each input of a layer. Two for each
 * layer: rows and a destination, or both ends of the step that takes the input binding. */
static size_t operand_capacity(const pw_network *network)
{
    size_t count = network->tensor_count + 1;
    for (size_t i = 0; i < network->layer_count; i++)
        count += 3 * (size_t)network->layers[i].input_count + 2;
    return count;
}

pawl_status pw_operands_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error)
{
    const pw_schedule_desc *desc = &schedule->desc;
    const pw_network *network = desc->network;
    const size_t capacity = operand_capacity(network);
    schedule->shapes = pw_arena_array(arena, network->tensor_count, sizeof(pw_shape));
    schedule->operands = pw_arena_array(arena, capacity, sizeof(pw_operand));
    if (schedule->shapes == NULL || schedule->operands == NULL)
        return pw_fail_memory(error, "the operands of tensors", capacity * sizeof(pw_operand));
    PW_TRY(
        pw_network_infer(network, desc->batch, desc->height, desc->width, schedule->shapes, error));
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        size_t channel = 0;
        const uint32_t root = pw_tensor_root(network, t, &channel);
        const pw_tensor *tensor = &network->tensors[t];
        pk_tensor layout = layout_of(&schedule->shapes[t], (size_t)schedule->shapes[root].channels,
                                     pw_kernel_type(tensor->dtype));
        layout.scale = tensor->scale;
        layout.zero_point = tensor->zero_point;
        (void)pw_operand_add(schedule, layout, false);
        schedule->operands[t].root = root;
        schedule->operands[t].offset = channel;
    }
    const pw_shape picture = {desc->batch, 3, desc->height, desc->width};
    pk_tensor binding = layout_of(&picture, 3, PK_U8);
    if (desc->input == PAWL_INPUT_F32_NCHW)
        binding = pk_tensor_planes(PK_F32, (size_t)picture.batch, 3, (size_t)picture.height,
                                   (size_t)picture.width);
    schedule->input = pw_operand_add(schedule, binding, true);
    return PAWL_OK;
}
