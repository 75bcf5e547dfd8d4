/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks that YOLOv5's own models are made of (models/common.py of its releases). */
#include "model/emit.h"

pawl_status pw_emit_norm_act(pw_emit *emit, const pw_module *module, uint32_t input,
                             uint32_t *output)
{
    const pw_module *act, *bn = pw_module_child(module, "bn");
    uint32_t x = input;
    PW_TRY(pw_read_child(emit, module, "act", &act));
    if (bn != NULL)
        PW_TRY(pw_emit_batchnorm(emit, bn, pw_emit_name(emit, module, "bn"), x, &x));
    return pw_emit_activation(emit, act, pw_emit_name(emit, module, "act"), x, output);
}

pawl_status pw_read_conv_child(const pw_emit *emit, const pw_module *module, const pw_module **conv)
{
    const pw_module *bn = pw_module_child(module, "bn");
    PW_TRY(pw_read_child(emit, module, "conv", conv));
    if (bn == NULL && pw_module_tensor_get(*conv, "bias") == NULL)
        return pw_read_child(emit, module, "bn", &bn);
    return PAWL_OK;
}

/* Conv: act(bn(conv(x))). A fused checkpoint has no bn, and its conv a bias. */
pawl_status pw_block_conv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                          size_t input_count, uint32_t *output)
{
    const pw_module *conv;
    uint32_t x;
    (void)input_count;
    PW_TRY(pw_read_conv_child(emit, module, &conv));
    PW_TRY(pw_emit_conv2d(emit, conv, pw_emit_name(emit, module, "conv"), inputs[0], &x));
    return pw_emit_norm_act(emit, module, x, output);
}

/* Bottleneck: cv2(cv1(x)), + x where add says so. */
pawl_status pw_block_bottleneck(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                size_t input_count, uint32_t *output)
{
    bool has_add;
    uint32_t x;
    (void)input_count;
    PW_TRY(pw_read_bool(emit, module, "add", &has_add));
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_UNIT, inputs[0], &x));
    PW_TRY(pw_emit_part(emit, module, "cv2", PW_RANK_UNIT, x, &x));
    if (has_add)
        PW_TRY(pw_emit_add(emit, pw_emit_name(emit, module, "add"), inputs[0], x, &x));
    *output = x;
    return PAWL_OK;
}

/* C3: cv3(cat(m(cv1(x)), cv2(x))); m is a chain of Bottlenecks, and in its kin of something else.
 * Up to v3.1 the C3 of models/experimental.py was a BottleneckCSP around CrossConvs. */
pawl_status pw_block_c3(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                        size_t input_count, uint32_t *output)
{
    const pw_module *chain;
    uint32_t parts[2], x;
    if (pw_module_child(module, "cv4") != NULL)
        return pw_block_csp(emit, module, inputs, input_count, output);
    PW_TRY(pw_read_child(emit, module, "m", &chain));
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_STAGE, inputs[0], &x));
    PW_TRY(pw_emit_chain(emit, chain, PW_RANK_STAGE, x, &parts[0]));
    PW_TRY(pw_emit_part(emit, module, "cv2", PW_RANK_STAGE, inputs[0], &parts[1]));
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, 2, &x));
    return pw_emit_part(emit, module, "cv3", PW_RANK_STAGE, x, output);
}

/* BottleneckCSP: cv4(act(bn(cat(cv3(m(cv1(x))), cv2(x))))); cv2 and cv3 are bare convolutions. */
pawl_status pw_block_csp(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                         size_t input_count, uint32_t *output)
{
    const pw_module *chain, *bn;
    uint32_t parts[2], x;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "m", &chain));
    PW_TRY(pw_read_child(emit, module, "bn", &bn));
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_STAGE, inputs[0], &x));
    PW_TRY(pw_emit_chain(emit, chain, PW_RANK_STAGE, x, &x));
    PW_TRY(pw_emit_part(emit, module, "cv3", PW_RANK_STAGE, x, &parts[0]));
    PW_TRY(pw_emit_part(emit, module, "cv2", PW_RANK_STAGE, inputs[0], &parts[1]));
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, 2, &x));
    PW_TRY(pw_emit_norm_act(emit, module, x, &x));
    return pw_emit_part(emit, module, "cv4", PW_RANK_STAGE, x, output);
}

/* SPPF: x = cv1(x); cv2(cat(x, p(x), p(p(x)), p(p(p(x))))), one pool used three times. */
pawl_status pw_block_sppf(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                          size_t input_count, uint32_t *output)
{
    const pw_module *pool;
    uint32_t parts[4], x;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "m", &pool));
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_UNIT, inputs[0], &parts[0]));
    for (size_t i = 1; i < PW_COUNT(parts); i++) {
        const char *name = pw_arena_printf(emit->scratch, "%s.m.%zu", module->path, i - 1);
        PW_TRY(pw_emit_pool(emit, pool, name, parts[i - 1], &parts[i]));
    }
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, PW_COUNT(parts), &x));
    return pw_emit_part(emit, module, "cv2", PW_RANK_UNIT, x, output);
}

/* SPP: x = cv1(x); cv2(cat(x, p5(x), p9(x), p13(x))), or whatever pools m lists. */
pawl_status pw_block_spp(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                         size_t input_count, uint32_t *output)
{
    const pw_module *pools;
    uint32_t parts[PW_MAX_INPUTS], x;
    (void)input_count;
    PW_TRY(pw_read_child(emit, module, "m", &pools));
    if (pools->child_count >= PW_MAX_INPUTS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s has %zu pools; pawl runs up to %d", emit->index, module->path,
                       pools->child_count, PW_MAX_INPUTS - 1);
    PW_TRY(pw_emit_part(emit, module, "cv1", PW_RANK_UNIT, inputs[0], &parts[0]));
    for (size_t i = 0; i < pools->child_count; i++)
        PW_TRY(pw_emit_pool(emit, pools->children[i], pools->children[i]->path, parts[0],
                            &parts[i + 1]));
    PW_TRY(
        pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, pools->child_count + 1, &x));
    return pw_emit_part(emit, module, "cv2", PW_RANK_UNIT, x, output);
}

pawl_status pw_block_concat(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    int32_t dimension;
    PW_TRY(pw_read_int(emit, module, "d", -4, 3, &dimension));
    if (dimension != 1 && dimension != -3)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s joins along dimension %d; pawl joins channels, dimension 1",
                       emit->index, module->path, (int)dimension);
    return pw_emit_concat(emit, module->path, inputs, input_count, output);
}
