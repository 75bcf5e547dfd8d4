/* SPDX-License-Identifier: Apache-2.0 */
/* Lives: the first and the last step that needs a piece of memory. */
#include "lower/schedule.h"

#include "base/size.h"

uint32_t pw_tensor_root(const pw_network *network, uint32_t tensor, size_t *channel)
{
    *channel = 0;
    for (; network->tensors[tensor].parent != PW_NO_TENSOR;
         tensor = network->tensors[tensor].parent)
        *channel += (size_t)network->tensors[tensor].channel_offset;
    return tensor;
}

void pw_lives_begin(pw_buffer *buffers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffers[i] = (pw_buffer){.first = SIZE_MAX, .size = buffers[i].size};
}

void pw_lives_touch(pw_buffer *buffer, size_t step)
{
    buffer->first = pw_size_min(buffer->first, step);
    buffer->last = pw_size_max(buffer->last, step);
}

void pw_lives_end(pw_buffer *buffers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (buffers[i].first == SIZE_MAX)
            buffers[i] = (pw_buffer){.first = 0};
}
