/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Focus, the stem of YOLOv5 v1.0 to v5.0: the pixels of each 2 x 2 square become channels, four
 * times as many, then a Conv. Both together are one convolution of twice the kernel, stride and
 * padding, exactly: no weight is computed, they only move.
 *
 *     cat(x[::2, ::2], x[1::2, ::2], x[::2, 1::2], x[1::2, 1::2])      (rows, columns)
 *     folded[o][c][2a + r][2b + q] = weight[o][k C + c][a][b],   k = 2 q + r
 */
#include "base/size.h"
#include "model/emit.h"

/* The square's pixels in the order of the concatenation: row, column. */
static const int32_t square[4][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};

/* Dense, whatever the groups: one of the four times as many channels belongs to one group, and to
 * the others' outputs its weight is 0. */
static void move_weights(const pw_conv *inner, const pw_conv *folded, const float *weights,
                         float *moved)
{
    const int32_t in = inner->in_channels / inner->groups;
    const int32_t out = inner->out_channels / inner->groups;
    const size_t height = (size_t)folded->kernel[0], width = (size_t)folded->kernel[1];
    for (int32_t o = 0; o < inner->out_channels; o++)
        for (int32_t i = 0; i < in; i++) {
            const int32_t channel = o / out * in + i; /* of the concatenation */
            const int32_t k = channel / folded->in_channels, c = channel % folded->in_channels;
            float *plane = moved + (size_t)(o * folded->in_channels + c) * height * width;
            for (int32_t a = 0; a < inner->kernel[0]; a++)
                for (int32_t b = 0; b < inner->kernel[1]; b++) {
                    const size_t row = (size_t)(2 * a * inner->dilation[0] + square[k][0]);
                    const size_t column = (size_t)(2 * b * inner->dilation[1] + square[k][1]);
                    plane[row * width + column] = *weights++;
                }
        }
}

static pawl_status fold_weights(pw_emit *emit, const pw_module *module, const pw_conv *inner,
                                pw_conv *folded)
{
    const int64_t dims[] = {inner->out_channels, inner->in_channels / inner->groups,
                            inner->kernel[0], inner->kernel[1]};
    const float *weights;
    size_t count = (size_t)folded->out_channels * (size_t)folded->in_channels;
    PW_TRY(pw_read_constant(emit, module, "weight", dims, 4, &weights));
    folded->weights = weights;
    if (emit->is_dry)
        return PAWL_OK;
    if (!pw_size_mul(count, (size_t)folded->kernel[0] * (size_t)folded->kernel[1], &count))
        count = SIZE_MAX;
    float *moved = pw_arena_array(&emit->network->arena, count, sizeof *moved);
    if (moved == NULL)
        return pw_fail_memory(emit->error, "the weights of a Focus", count);
    move_weights(inner, folded, weights, moved);
    folded->weights = moved;
    return PAWL_OK;
}

static pawl_status fold(pw_emit *emit, const pw_module *module, uint32_t input, pw_conv *folded)
{
    pw_conv inner = {.groups = 1};
    PW_TRY(pw_read_conv(emit, module, &inner));
    *folded = inner;
    folded->groups = 1;
    folded->in_channels = pw_emit_channels(emit, input);
    for (int side = 0; side < 2; side++) {
        folded->kernel[side] = 2 * (inner.dilation[side] * (inner.kernel[side] - 1) + 1);
        folded->stride[side] = 2 * inner.stride[side];
        folded->padding[side] = 2 * inner.padding[side];
        folded->dilation[side] = 1;
        if (folded->kernel[side] > PW_MAX_KERNEL || folded->stride[side] > PW_MAX_KERNEL ||
            folded->padding[side] > PW_MAX_KERNEL)
            return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu: %s has a kernel, stride or padding beyond %d", emit->index,
                           module->path, PW_MAX_KERNEL / 2);
    }
    if (input == emit->picture && inner.in_channels % 4 == 0 &&
        inner.in_channels != 4 * folded->in_channels)
        return pw_fail_picture(emit, inner.in_channels / 4);
    if (inner.in_channels != 4 * folded->in_channels || inner.in_channels % inner.groups != 0 ||
        inner.out_channels % inner.groups != 0)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s takes %d channels in %d groups, but its Focus makes four of "
                       "each of %d: the file is damaged",
                       emit->index, module->path, (int)inner.in_channels, (int)inner.groups,
                       (int)folded->in_channels);
    return fold_weights(emit, module, &inner, folded);
}

pawl_status pw_block_focus(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                           size_t input_count, uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_CONV, .inputs = {inputs[0]}, .input_count = 1};
    const pw_module *block, *conv;
    uint32_t x;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "conv", &block));
    if (!pw_module_is(block, "models", "Conv"))
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, where pawl runs only a Conv", emit->index,
                       block->path, block->package, block->type);
    PW_TRY(pw_read_conv_child(emit, block, &conv));
    PW_TRY(fold(emit, conv, inputs[0], &layer.as.conv));
    const int64_t dims[] = {layer.as.conv.out_channels};
    if (pw_module_tensor_get(conv, "bias") != NULL)
        PW_TRY(pw_read_constant(emit, conv, "bias", dims, 1, &layer.as.conv.bias));
    layer.name = pw_emit_name(emit, block, "conv");
    PW_TRY(pw_emit_layer(emit, &layer, layer.as.conv.out_channels, &x));
    return pw_emit_norm_act(emit, block, x, output);
}
