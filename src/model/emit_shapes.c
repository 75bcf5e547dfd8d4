/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that are one layer: torch.nn's modules where a yaml names them, and Contract and Expand,
 * which move pixels into channels and back. */
#include "model/emit.h"
#include <string.h>

pawl_status pw_block_conv2d(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    (void)input_count;
    return pw_emit_conv2d(emit, module, module->path, inputs[0], output);
}

pawl_status pw_block_batchnorm(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               size_t input_count, uint32_t *output)
{
    (void)input_count;
    return pw_emit_batchnorm(emit, module, module->path, inputs[0], output);
}

/* initialize_weights() makes activations work in place: whoever reads their input later sees what
 * they have made of it. */
pawl_status pw_block_activation(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                size_t input_count, uint32_t *output)
{
    bool is_in_place = false;
    const uint32_t input = inputs[0];
    (void)input_count;
    PW_TRY(pw_emit_activation(emit, module, module->path, input, output));
    (void)pw_value_bool(pw_module_attribute(module, "inplace"), &is_in_place);
    for (size_t i = 0; is_in_place && i < emit->index; i++)
        if (emit->outputs[i] == input)
            emit->outputs[i] = *output;
    return PAWL_OK;
}

pawl_status pw_block_pool(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                          size_t input_count, uint32_t *output)
{
    (void)input_count;
    return pw_emit_pool(emit, module, module->path, inputs[0], output);
}

pawl_status pw_block_upsample(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                              size_t input_count, uint32_t *output)
{
    (void)input_count;
    return pw_emit_upsample(emit, module, module->path, inputs[0], output);
}

pawl_status pw_block_nothing(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, uint32_t *output)
{
    (void)emit;
    (void)module;
    (void)input_count;
    *output = inputs[0];
    return PAWL_OK;
}

/* ZeroPad2d: padding is left, right, top, bottom. */
pawl_status pw_block_pad(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                         size_t input_count, uint32_t *output)
{
    pw_layer layer = {
        .op = PW_OP_PAD, .name = module->path, .inputs = {inputs[0]}, .input_count = 1};
    pw_pad *pad = &layer.as.pad;
    int64_t sides[4];
    (void)input_count;
    if (!pw_value_ints(pw_module_attribute(module, "padding"), sides, 4))
        return pw_fail_value(emit, module, "padding", "in four whole numbers");
    for (int i = 0; i < 4; i++)
        if (sides[i] < 0 || sides[i] > PW_MAX_KERNEL)
            return pw_fail_value(emit, module, "padding", "of 0 to 255");
    pad->left = (int32_t)sides[0];
    pad->right = (int32_t)sides[1];
    pad->top = (int32_t)sides[2];
    pad->bottom = (int32_t)sides[3];
    return pw_emit_layer(emit, &layer, pw_emit_channels(emit, inputs[0]), output);
}

static pawl_status read_deconv(const pw_emit *emit, const pw_module *module, pw_deconv *deconv)
{
    const char *mode = pw_value_text(pw_module_attribute(module, "padding_mode"));
    if (mode != NULL && strcmp(mode, "zeros") != 0)
        return pw_fail_value(emit, module, "padding_mode", "'zeros'");
    PW_TRY(pw_read_int(emit, module, "in_channels", 1, PW_MAX_CHANNELS, &deconv->in_channels));
    PW_TRY(pw_read_int(emit, module, "out_channels", 1, PW_MAX_CHANNELS, &deconv->out_channels));
    PW_TRY(pw_read_int(emit, module, "groups", 1, PW_MAX_CHANNELS, &deconv->groups));
    PW_TRY(pw_read_pair(emit, module, "kernel_size", 1, PW_MAX_KERNEL, deconv->kernel));
    PW_TRY(pw_read_pair(emit, module, "stride", 1, PW_MAX_KERNEL, deconv->stride));
    PW_TRY(pw_read_pair(emit, module, "padding", 0, PW_MAX_KERNEL, deconv->padding));
    PW_TRY(pw_read_pair(emit, module, "output_padding", 0, PW_MAX_KERNEL, deconv->output_padding));
    return pw_read_pair(emit, module, "dilation", 1, PW_MAX_KERNEL, deconv->dilation);
}

pawl_status pw_block_deconv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    pw_layer layer = {
        .op = PW_OP_DECONV, .name = module->path, .inputs = {inputs[0]}, .input_count = 1};
    pw_deconv *deconv = &layer.as.deconv;
    (void)input_count;
    PW_TRY(read_deconv(emit, module, deconv));
    if (deconv->in_channels != pw_emit_channels(emit, inputs[0]) ||
        deconv->in_channels % deconv->groups != 0 || deconv->out_channels % deconv->groups != 0)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s takes %d channels in %d groups, but is given %d: the file is "
                       "damaged",
                       emit->index, module->path, (int)deconv->in_channels, (int)deconv->groups,
                       (int)pw_emit_channels(emit, inputs[0]));
    const int64_t dims[] = {deconv->in_channels, deconv->out_channels / deconv->groups,
                            deconv->kernel[0], deconv->kernel[1]};
    const int64_t width[] = {deconv->out_channels};
    PW_TRY(pw_read_constant(emit, module, "weight", dims, 4, &deconv->weights));
    if (pw_module_tensor_get(module, "bias") != NULL)
        PW_TRY(pw_read_constant(emit, module, "bias", width, 1, &deconv->bias));
    return pw_emit_layer(emit, &layer, deconv->out_channels, output);
}

/* Contract: (c, h s, w s) -> (s s c, h, w). Expand: the inverse. */
static pawl_status emit_shuffle(pw_emit *emit, const pw_module *module, pw_op op, uint32_t input,
                                uint32_t *output)
{
    pw_layer layer = {.op = op, .name = module->path, .inputs = {input}, .input_count = 1};
    const int32_t channels = pw_emit_channels(emit, input);
    int32_t factor;
    PW_TRY(pw_read_int(emit, module, "gain", 1, PW_MAX_KERNEL, &factor));
    layer.as.shuffle.factor = factor;
    if (op == PW_OP_DEPTH_TO_SPACE) {
        if (channels % (factor * factor) != 0)
            return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                           "layer %zu: %s cannot spread %d channels over %d x %d pixels: the file "
                           "is damaged",
                           emit->index, module->path, (int)channels, (int)factor, (int)factor);
        return pw_emit_layer(emit, &layer, channels / (factor * factor), output);
    }
    if (channels > PW_MAX_CHANNELS / (factor * factor))
        return pw_fail(emit->error, PAWL_ERR_LIMIT,
                       "layer %zu: %s makes more than %d channels, the limit", emit->index,
                       module->path, PW_MAX_CHANNELS);
    return pw_emit_layer(emit, &layer, channels * factor * factor, output);
}

pawl_status pw_block_contract(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                              size_t input_count, uint32_t *output)
{
    (void)input_count;
    return emit_shuffle(emit, module, PW_OP_SPACE_TO_DEPTH, inputs[0], output);
}

pawl_status pw_block_expand(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    (void)input_count;
    return emit_shuffle(emit, module, PW_OP_DEPTH_TO_SPACE, inputs[0], output);
}
