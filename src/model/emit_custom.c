/* SPDX-License-Identifier: Apache-2.0 */
/* Ghost modules, and the modules of models/experimental.py. */
#include "model/emit.h"
#include <math.h>
#include <string.h>

/* CrossConv: a 1 x k and a k x 1 Conv; a Bottleneck in all but the kernels. */
pawl_status pw_block_cross_conv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                size_t input_count, uint32_t *output)
{
    return pw_block_bottleneck(emit, module, inputs, input_count, output);
}

/* ConvPlus of v1.0: cv1(x) + cv2(x), convolutions of k x 1 and 1 x k without norm and activation.
 */
pawl_status pw_block_conv_plus(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               size_t input_count, uint32_t *output)
{
    uint32_t a, b;
    (void)input_count;
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_UNIT, inputs[0], &a));
    PW_TRY(pw_emit_part(emit, module, "cv2", PW_RANK_UNIT, inputs[0], &b));
    return pw_emit_add(emit, pw_emit_name(emit, module, "add"), a, b, output);
}

/* GhostConv: y = cv1(x); cat(y, cv2(y)). */
pawl_status pw_block_ghost_conv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                size_t input_count, uint32_t *output)
{
    uint32_t parts[2];
    (void)input_count;
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_UNIT, inputs[0], &parts[0]));
    PW_TRY(pw_emit_part(emit, module, "cv2", PW_RANK_UNIT, parts[0], &parts[1]));
    return pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, 2, output);
}

/* GhostBottleneck: conv(x) + shortcut(x), of which the shortcut is Identity at stride 1. */
pawl_status pw_block_ghost_bottleneck(pw_emit *emit, const pw_module *module,
                                      const uint32_t *inputs, size_t input_count, uint32_t *output)
{
    const pw_module *conv, *shortcut;
    uint32_t main_path, side_path;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "conv", &conv));
    PW_TRY(pw_read_child(emit, module, "shortcut", &shortcut));
    PW_TRY(pw_emit_chain(emit, conv, PW_RANK_GROUP, inputs[0], &main_path));
    PW_TRY(pw_emit_chain(emit, shortcut, PW_RANK_GROUP, inputs[0], &side_path));
    return pw_emit_add(emit, pw_emit_name(emit, module, "add"), main_path, side_path, output);
}

/* MixConv2d: act(bn(cat(m0(x), m1(x) ...))). Up to v6.0, when its activation was LeakyReLU, x was
 * added to that; v6.1 dropped the one with the other. */
pawl_status pw_block_mix_conv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                              size_t input_count, uint32_t *output)
{
    const pw_module *convs, *act;
    uint32_t parts[PW_MAX_INPUTS], x;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "m", &convs));
    PW_TRY(pw_read_child(emit, module, "act", &act));
    if (convs->child_count > PW_MAX_INPUTS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s has %zu convolutions; pawl runs up to %d", emit->index,
                       module->path, convs->child_count, PW_MAX_INPUTS);
    for (size_t i = 0; i < convs->child_count; i++)
        PW_TRY(pw_emit_conv2d(emit, convs->children[i], convs->children[i]->path, inputs[0],
                              &parts[i]));
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, convs->child_count, &x));
    PW_TRY(pw_emit_norm_act(emit, module, x, &x));
    if (strcmp(act->type, "LeakyReLU") == 0)
        PW_TRY(pw_emit_add(emit, pw_emit_name(emit, module, "add"), inputs[0], x, &x));
    *output = x;
    return PAWL_OK;
}

/* x times a number, as a batch norm with gamma = factor that does nothing else. */
static pawl_status emit_scaled(pw_emit *emit, const char *name, float factor, uint32_t input,
                               uint32_t *output)
{
    pw_layer layer = {.op = PW_OP_BATCHNORM, .name = name, .inputs = {input}, .input_count = 1};
    pw_batchnorm *norm = &layer.as.batchnorm;
    const int32_t channels = pw_emit_channels(emit, input);
    const size_t count = (size_t)channels;
    float *values = pw_arena_array(&emit->network->arena, 3 * count, sizeof *values);
    if (values == NULL)
        return pw_fail_memory(emit->error, "the weights of a Sum", 3 * count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = factor;
        values[count + i] = 1;
    }
    norm->channels = channels;
    norm->gamma = values;
    norm->variance = values + count;
    norm->beta = norm->mean = values + 2 * count; /* zeros */
    return pw_emit_layer(emit, &layer, channels, output);
}

/* Sum: x0 + x1 + ..., or x0 + w1 x1 + ... with w = 2 sigmoid(parameter w). */
pawl_status pw_block_sum(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                         size_t input_count, uint32_t *output)
{
    float weights[PW_MAX_INPUTS];
    uint32_t x = inputs[0];
    const bool has_weights = pw_module_tensor_get(module, "w") != NULL;
    if (has_weights && input_count > 1)
        PW_TRY(pw_read_numbers(emit, module, "w", input_count - 1, weights));
    for (size_t i = 1; i < input_count; i++) {
        const char *name = pw_arena_printf(emit->scratch, "%s.%zu", module->path, i);
        uint32_t term = inputs[i];
        if (has_weights) {
            const double factor = 2 / (1 + exp(-(double)weights[i - 1]));
            const char *scale = pw_arena_printf(emit->scratch, "%s.w.%zu", module->path, i - 1);
            PW_TRY(emit_scaled(emit, scale, (float)factor, term, &term));
        }
        PW_TRY(pw_emit_add(emit, name, x, term, &x));
    }
    *output = x;
    return PAWL_OK;
}
