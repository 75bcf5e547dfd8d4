/* SPDX-License-Identifier: Apache-2.0 */
/* The layers that blocks are made of: torch.nn's modules, one function each. */
#include "base/memory.h"
#include "model/emit.h"
#include <string.h>

const char *pw_emit_name(pw_emit *emit, const pw_module *module, const char *part)
{
    return pw_arena_printf(emit->scratch, "%s.%s", module->path, part);
}

int32_t pw_emit_channels(const pw_emit *emit, uint32_t tensor)
{
    return emit->network->tensors[tensor].channels;
}

pawl_status pw_emit_layer(pw_emit *emit, pw_layer *layer, int32_t channels, uint32_t *output)
{
    if (layer->name == NULL)
        return pw_fail_memory(emit->error, "the name of a layer", 64);
    PW_TRY(pw_network_add_tensor(emit->network, channels, &layer->output, emit->error));
    PW_TRY(pw_network_add_layer(emit->network, layer, emit->error));
    *output = layer->output;
    return PAWL_OK;
}

pawl_status pw_fail_value(const pw_emit *emit, const pw_module *module, const char *key,
                          const char *supported)
{
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "layer %zu, %s (%s): pawl runs it only with %s %s", emit->index, module->path,
                   module->type, key, supported);
}

/* Attributes of torch.nn.Conv2d; transposed and padding_mode are absent in a
 * tree made from a .wts. */
pawl_status pw_read_conv(const pw_emit *emit, const pw_module *module, pw_conv *conv)
{
    bool is_transposed = false;
    const char *mode = pw_value_text(pw_module_attribute(module, "padding_mode"));
    if (!pw_module_is(module, "torch.nn", "Conv2d"))
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, where pawl runs only torch.nn's Conv2d",
                       emit->index, module->path, module->package, module->type);
    if (pw_value_bool(pw_module_attribute(module, "transposed"), &is_transposed) && is_transposed)
        return pw_fail_value(emit, module, "transposed", "False");
    if (mode != NULL && strcmp(mode, "zeros") != 0)
        return pw_fail_value(emit, module, "padding_mode", "'zeros'");
    if (pw_value_text(pw_module_attribute(module, "padding")) != NULL)
        return pw_fail_value(emit, module, "padding", "in numbers");
    PW_TRY(pw_read_int(emit, module, "in_channels", 1, PW_MAX_CHANNELS, &conv->in_channels));
    PW_TRY(pw_read_int(emit, module, "out_channels", 1, PW_MAX_CHANNELS, &conv->out_channels));
    PW_TRY(pw_read_int(emit, module, "groups", 1, PW_MAX_CHANNELS, &conv->groups));
    PW_TRY(pw_read_pair(emit, module, "kernel_size", 1, PW_MAX_KERNEL, conv->kernel));
    PW_TRY(pw_read_pair(emit, module, "stride", 1, PW_MAX_KERNEL, conv->stride));
    PW_TRY(pw_read_pair(emit, module, "padding", 0, PW_MAX_KERNEL, conv->padding));
    PW_TRY(pw_read_pair(emit, module, "dilation", 1, PW_MAX_KERNEL, conv->dilation));
    return PAWL_OK;
}

pawl_status pw_fail_picture(const pw_emit *emit, int32_t channels)
{
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "the model takes pictures of %d channel%s; pawl runs those of 3 (red, green, "
                   "blue)",
                   (int)channels, channels == 1 ? "" : "s");
}

pawl_status pw_emit_conv2d(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                           uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_CONV, .name = name, .inputs = {input}, .input_count = 1};
    pw_conv *conv = &layer.as.conv;
    PW_TRY(pw_read_conv(emit, module, conv));
    if (input == emit->picture && conv->in_channels != pw_emit_channels(emit, input))
        return pw_fail_picture(emit, conv->in_channels);
    if (conv->in_channels != pw_emit_channels(emit, input) ||
        conv->in_channels % conv->groups != 0 || conv->out_channels % conv->groups != 0)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s takes %d channels in %d groups, but is given %d: the file is "
                       "damaged",
                       emit->index, name, (int)conv->in_channels, (int)conv->groups,
                       (int)pw_emit_channels(emit, input));
    const int64_t dims[] = {conv->out_channels, conv->in_channels / conv->groups, conv->kernel[0],
                            conv->kernel[1]};
    PW_TRY(pw_read_constant(emit, module, "weight", dims, 4, &conv->weights));
    if (pw_module_tensor_get(module, "bias") != NULL)
        PW_TRY(pw_read_constant(emit, module, "bias", dims, 1, &conv->bias));
    return pw_emit_layer(emit, &layer, conv->out_channels, output);
}

/* Both attributes are absent in a tree made from a .wts. */
static pawl_status check_statistics(const pw_emit *emit, const pw_module *module)
{
    bool is_set = true;
    if (pw_value_bool(pw_module_attribute(module, "affine"), &is_set) && !is_set)
        return pw_fail_value(emit, module, "affine", "True");
    if (pw_value_bool(pw_module_attribute(module, "track_running_stats"), &is_set) && !is_set)
        return pw_fail_value(emit, module, "track_running_stats", "True");
    return PAWL_OK;
}

pawl_status pw_emit_batchnorm(pw_emit *emit, const pw_module *module, const char *name,
                              uint32_t input, uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_BATCHNORM, .name = name, .inputs = {input}, .input_count = 1};
    pw_batchnorm *norm = &layer.as.batchnorm;
    /* With --sync-bn the cards share their statistics in training; a trained one is the same. */
    if (!pw_module_is(module, "torch.nn", "BatchNorm2d") &&
        !pw_module_is(module, "torch.nn", "SyncBatchNorm"))
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, where pawl runs only torch.nn's BatchNorm2d",
                       emit->index, module->path, module->package, module->type);
    norm->channels = pw_emit_channels(emit, input);
    const int64_t dims[] = {norm->channels};
    PW_TRY(check_statistics(emit, module));
    PW_TRY(pw_read_real(emit, module, "eps", &norm->epsilon));
    PW_TRY(pw_read_constant(emit, module, "weight", dims, 1, &norm->gamma));
    PW_TRY(pw_read_constant(emit, module, "bias", dims, 1, &norm->beta));
    PW_TRY(pw_read_constant(emit, module, "running_mean", dims, 1, &norm->mean));
    PW_TRY(pw_read_constant(emit, module, "running_var", dims, 1, &norm->variance));
    return pw_emit_layer(emit, &layer, norm->channels, output);
}

pawl_status pw_emit_activation(pw_emit *emit, const pw_module *module, const char *name,
                               uint32_t input, uint32_t *output)
{
    /* By class name alone: old releases had their own copies in utils.activations. */
    static const struct {
        const char *type;
        pw_activation kind;
    } kinds[] = {
        {"SiLU", PW_ACT_SILU},
        {"Swish", PW_ACT_SILU},
        {"MemoryEfficientSwish", PW_ACT_SILU},
        {"LeakyReLU", PW_ACT_LEAKY_RELU},
        {"ReLU", PW_ACT_RELU},
        {"Hardswish", PW_ACT_HARDSWISH},
        {"Sigmoid", PW_ACT_SIGMOID},
        {"ReLU6", PW_ACT_RELU6},
        {"ELU", PW_ACT_ELU},
        {"Mish", PW_ACT_MISH},
        {"MemoryEfficientMish", PW_ACT_MISH},
        {"GELU", PW_ACT_GELU},
    };
    pw_layer layer = {.op = PW_OP_ACTIVATION, .name = name, .inputs = {input}, .input_count = 1};
    const char *approximate = pw_value_text(pw_module_attribute(module, "approximate"));
    *output = input;
    if (strcmp(module->type, "Identity") == 0)
        return PAWL_OK;
    for (size_t i = 0; i < PW_COUNT(kinds); i++) {
        if (strcmp(kinds[i].type, module->type) != 0)
            continue;
        layer.as.activation.kind = kinds[i].kind;
        if (kinds[i].kind == PW_ACT_LEAKY_RELU)
            PW_TRY(pw_read_real(emit, module, "negative_slope", &layer.as.activation.alpha));
        if (kinds[i].kind == PW_ACT_ELU)
            PW_TRY(pw_read_real(emit, module, "alpha", &layer.as.activation.alpha));
        if (approximate != NULL && strcmp(approximate, "none") != 0)
            return pw_fail_value(emit, module, "approximate", "'none'"); /* GELU's */
        return pw_emit_layer(emit, &layer, pw_emit_channels(emit, input), output);
    }
    return pw_fail(
        emit->error, PAWL_ERR_UNSUPPORTED,
        "layer %zu: %s is the activation %s.%s; pawl runs SiLU, LeakyReLU, Hardswish, ReLU, "
        "ReLU6, ELU, Mish, GELU, Sigmoid and Identity",
        emit->index, name, module->package, module->type);
}

/* What the pools of torch.nn can be told that makes other operators of them, as far as each of them
 * has it. */
static pawl_status check_pool(const pw_emit *emit, const pw_module *module, const pw_pool *pool)
{
    bool is_ceil = false, counts_padding = true;
    int64_t dilation[2] = {1, 1};
    const pw_value *divisor = pw_module_attribute(module, "divisor_override");
    if (pw_value_bool(pw_module_attribute(module, "ceil_mode"), &is_ceil) && is_ceil)
        return pw_fail_value(emit, module, "ceil_mode", "False");
    if (pw_value_ints(pw_module_attribute(module, "dilation"), dilation, 2) &&
        (dilation[0] != 1 || dilation[1] != 1))
        return pw_fail_value(emit, module, "dilation", "1");
    if (divisor != NULL && divisor->kind != PW_VALUE_NONE)
        return pw_fail_value(emit, module, "divisor_override", "None");
    if (pw_value_bool(pw_module_attribute(module, "count_include_pad"), &counts_padding) &&
        !counts_padding && (pool->padding[0] | pool->padding[1]) != 0)
        return pw_fail_value(emit, module, "count_include_pad", "True where it pads");
    return PAWL_OK;
}

pawl_status pw_emit_pool(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                         uint32_t *output)
{
    const pw_block *block = pw_block_find(module);
    pw_layer layer = {.name = name, .inputs = {input}, .input_count = 1};
    pw_pool *pool = &layer.as.pool;
    if (block == NULL || block->emit != pw_block_pool)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, which is no pool of torch.nn that pawl runs",
                       emit->index, module->path, module->package, module->type);
    layer.op = block->op;
    PW_TRY(pw_read_pair(emit, module, "kernel_size", 1, PW_MAX_KERNEL, pool->kernel));
    PW_TRY(pw_read_pair(emit, module, "stride", 1, PW_MAX_KERNEL, pool->stride));
    PW_TRY(pw_read_pair(emit, module, "padding", 0, PW_MAX_KERNEL, pool->padding));
    PW_TRY(check_pool(emit, module, pool));
    return pw_emit_layer(emit, &layer, pw_emit_channels(emit, input), output);
}

static bool is_fraction(const pw_value *scale)
{
    int64_t whole[2];
    return scale != NULL && (scale->kind == PW_VALUE_FLOAT || scale->kind == PW_VALUE_LIST) &&
           !pw_value_ints(scale, whole, 2);
}

pawl_status pw_emit_upsample(pw_emit *emit, const pw_module *module, const char *name,
                             uint32_t input, uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_UPSAMPLE, .name = name, .inputs = {input}, .input_count = 1};
    const char *mode = pw_value_text(pw_module_attribute(module, "mode"));
    int32_t factor[2];
    const pw_value *size = pw_module_attribute(module, "size");
    if (mode == NULL || (strcmp(mode, "nearest") != 0 && strcmp(mode, "nearest-exact") != 0))
        return pw_fail_value(emit, module, "mode", "'nearest'"); /* exact: for other factors */
    if (size != NULL && size->kind != PW_VALUE_NONE)
        return pw_fail_value(emit, module, "size", "None, and a scale_factor");
    if (is_fraction(pw_module_attribute(module, "scale_factor")))
        return pw_fail_value(emit, module, "scale_factor", "in whole numbers");
    PW_TRY(pw_read_pair(emit, module, "scale_factor", 1, PW_MAX_KERNEL, factor));
    if (factor[0] != factor[1])
        return pw_fail_value(emit, module, "scale_factor", "equal for height and width");
    layer.as.upsample.factor = factor[0];
    return pw_emit_layer(emit, &layer, pw_emit_channels(emit, input), output);
}

pawl_status pw_emit_add(pw_emit *emit, const char *name, uint32_t a, uint32_t b, uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_ADD, .name = name, .inputs = {a, b}, .input_count = 2};
    if (pw_emit_channels(emit, a) != pw_emit_channels(emit, b))
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s adds %d to %d channels: the file is damaged", emit->index,
                       name, (int)pw_emit_channels(emit, a), (int)pw_emit_channels(emit, b));
    return pw_emit_layer(emit, &layer, pw_emit_channels(emit, a), output);
}

pawl_status pw_emit_concat(pw_emit *emit, const char *name, const uint32_t *inputs, size_t count,
                           uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_CONCAT, .name = name, .input_count = (uint32_t)count};
    int64_t channels = 0;
    if (count < 1 || count > PW_MAX_INPUTS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s joins %zu tensors; pawl joins 1 to %d", emit->index, name,
                       count, PW_MAX_INPUTS);
    for (size_t i = 0; i < count; i++) {
        layer.inputs[i] = inputs[i];
        channels += pw_emit_channels(emit, inputs[i]);
    }
    if (channels > PW_MAX_CHANNELS)
        return pw_fail(emit->error, PAWL_ERR_LIMIT,
                       "layer %zu: %s joins to %lld channels; the limit is %d", emit->index, name,
                       (long long)channels, PW_MAX_CHANNELS);
    return pw_emit_layer(emit, &layer, (int32_t)channels, output);
}

pawl_status pw_emit_linear(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                           uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_CONV, .name = name, .inputs = {input}, .input_count = 1};
    pw_conv *conv = &layer.as.conv;
    conv->in_channels = pw_emit_channels(emit, input);
    conv->groups = 1;
    for (int i = 0; i < 2; i++)
        conv->kernel[i] = conv->stride[i] = conv->dilation[i] = 1;
    PW_TRY(pw_read_int(emit, module, "out_features", 1, PW_MAX_CHANNELS, &conv->out_channels));
    const int64_t dims[] = {conv->out_channels, conv->in_channels};
    PW_TRY(pw_read_constant(emit, module, "weight", dims, 2, &conv->weights));
    if (pw_module_tensor_get(module, "bias") != NULL)
        PW_TRY(pw_read_constant(emit, module, "bias", dims, 1, &conv->bias));
    return pw_emit_layer(emit, &layer, conv->out_channels, output);
}
