/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TransformerBlock (the m of a C3TR): its tokens are the pixels, so each Linear is a 1 x 1
 * convolution. In a TransformerLayer q, k and v pass a Linear of their own and then the one of
 * torch.nn.MultiheadAttention with nothing between: in_proj (q x) + bias is one matrix, in_proj q.
 */
#include "model/emit.h"
#include <string.h>

/* product = a b, count x count each, summed in double precision. */
static void multiply(const float *a, const float *b, size_t count, float *product, double *row)
{
    for (size_t i = 0; i < count; i++) {
        memset(row, 0, count * sizeof *row);
        for (size_t k = 0; k < count; k++)
            for (size_t j = 0; j < count; j++)
                row[j] += (double)a[i * count + k] * (double)b[k * count + j];
        for (size_t j = 0; j < count; j++)
            product[i * count + j] = (float)row[j];
    }
}

/* in_proj_weight and in_proj_bias hold the rows of q, k and v, one after the other. */
typedef struct projection {
    const pw_module *attention;
    const float *weights, *bias; /* bias may be NULL */
} projection;

static pawl_status fold_projection(pw_emit *emit, const pw_module *linear, const projection *shared,
                                   size_t part, pw_conv *conv)
{
    const int64_t dims[] = {conv->in_channels, conv->in_channels};
    const size_t count = (size_t)conv->in_channels;
    const float *own;
    PW_TRY(pw_read_constant(emit, linear, "weight", dims, 2, &own));
    conv->weights = own;
    conv->bias = shared->bias;
    if (emit->is_dry)
        return PAWL_OK;
    float *product = pw_arena_array(&emit->network->arena, count * count, sizeof *product);
    double *row = pw_arena_array(emit->scratch, count, sizeof *row);
    if (product == NULL || row == NULL)
        return pw_fail_memory(emit->error, "the weights of an attention", count * count);
    multiply(shared->weights + part * count * count, own, count, product, row);
    conv->weights = product;
    if (shared->bias != NULL)
        conv->bias = shared->bias + part * count;
    return PAWL_OK;
}

/* q, k or v: a 1 x 1 convolution. */
static pawl_status emit_projection(pw_emit *emit, const pw_module *module, const projection *shared,
                                   size_t part, uint32_t input, uint32_t *output)
{
    static const char *const names[] = {"q", "k", "v"};
    pw_layer layer = {.op = PW_OP_CONV, .inputs = {input}, .input_count = 1};
    pw_conv *conv = &layer.as.conv;
    const pw_module *linear;
    PW_TRY(pw_read_child(emit, module, names[part], &linear));
    conv->in_channels = conv->out_channels = pw_emit_channels(emit, input);
    conv->groups = 1;
    for (int i = 0; i < 2; i++)
        conv->kernel[i] = conv->stride[i] = conv->dilation[i] = 1;
    if (pw_module_tensor_get(linear, "bias") != NULL)
        return pw_fail_value(emit, linear, "bias", "None");
    PW_TRY(fold_projection(emit, linear, shared, part, conv));
    layer.name = linear->path;
    return pw_emit_layer(emit, &layer, conv->out_channels, output);
}

static pawl_status read_projection(pw_emit *emit, const pw_module *module, int32_t channels,
                                   projection *shared)
{
    const int64_t dims[] = {3 * (int64_t)channels, channels};
    bool is_other = false;
    PW_TRY(pw_read_child(emit, module, "ma", &shared->attention));
    const pw_module *attention = shared->attention;
    if (pw_value_bool(pw_module_attribute(attention, "batch_first"), &is_other) && is_other)
        return pw_fail_value(emit, attention, "batch_first", "False");
    if (pw_value_bool(pw_module_attribute(attention, "add_zero_attn"), &is_other) && is_other)
        return pw_fail_value(emit, attention, "add_zero_attn", "False");
    if (pw_module_tensor_get(attention, "bias_k") != NULL)
        return pw_fail_value(emit, attention, "add_bias_kv", "False");
    PW_TRY(pw_read_constant(emit, attention, "in_proj_weight", dims, 2, &shared->weights));
    if (pw_module_tensor_get(attention, "in_proj_bias") != NULL)
        PW_TRY(pw_read_constant(emit, attention, "in_proj_bias", dims, 1, &shared->bias));
    return PAWL_OK;
}

/* TransformerLayer: x + out_proj(attention(q x, k x, v x)), then x + fc2(fc1(x)). */
static pawl_status emit_attention(pw_emit *emit, const pw_module *module, uint32_t input,
                                  uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_ATTENTION, .input_count = 3};
    const int32_t channels = pw_emit_channels(emit, input);
    projection shared = {.bias = NULL};
    const pw_module *out;
    uint32_t x;
    PW_TRY(read_projection(emit, module, channels, &shared));
    PW_TRY(pw_read_int(emit, shared.attention, "num_heads", 1, PW_MAX_CHANNELS,
                       &layer.as.attention.heads));
    if (channels % layer.as.attention.heads != 0)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s has %d heads for %d channels: the file is damaged",
                       emit->index, shared.attention->path, (int)layer.as.attention.heads,
                       (int)channels);
    for (size_t i = 0; i < 3; i++)
        PW_TRY(emit_projection(emit, module, &shared, i, input, &layer.inputs[i]));
    layer.name = shared.attention->path;
    PW_TRY(pw_emit_layer(emit, &layer, channels, &x));
    PW_TRY(pw_read_child(emit, shared.attention, "out_proj", &out));
    PW_TRY(pw_emit_linear(emit, out, out->path, x, &x));
    return pw_emit_add(emit, pw_emit_name(emit, shared.attention, "add"), x, input, output);
}

static pawl_status emit_layer(pw_emit *emit, const pw_module *module, uint32_t input,
                              uint32_t *output)
{
    static const char *const names[] = {"fc1", "fc2"};
    uint32_t attended, x;
    if (!pw_module_is(module, "models", "TransformerLayer"))
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, where pawl runs only a TransformerLayer",
                       emit->index, module->path, module->package, module->type);
    PW_TRY(emit_attention(emit, module, input, &attended));
    x = attended;
    for (size_t i = 0; i < PW_COUNT(names); i++) {
        const pw_module *linear;
        PW_TRY(pw_read_child(emit, module, names[i], &linear));
        PW_TRY(pw_emit_linear(emit, linear, linear->path, x, &x));
    }
    return pw_emit_add(emit, pw_emit_name(emit, module, "fc2.add"), x, attended, output);
}

/* TransformerBlock: conv where widths differ, x + linear(x) as a learned position, the layers. */
pawl_status pw_block_transformer(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                 size_t input_count, uint32_t *output)
{
    const pw_module *linear, *layers;
    uint32_t x = inputs[0], position;
    (void)input_count;
    if (pw_module_child(module, "conv") != NULL)
        PW_TRY(pw_emit_part(emit, module, "conv", PW_RANK_UNIT, x, &x));
    PW_TRY(pw_read_child(emit, module, "linear", &linear));
    PW_TRY(pw_read_child(emit, module, "tr", &layers));
    PW_TRY(pw_emit_linear(emit, linear, linear->path, x, &position));
    PW_TRY(pw_emit_add(emit, pw_emit_name(emit, module, "linear.add"), x, position, &x));
    for (size_t i = 0; i < layers->child_count; i++)
        PW_TRY(emit_layer(emit, layers->children[i], x, &x));
    *output = x;
    return PAWL_OK;
}
