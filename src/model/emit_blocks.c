/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of YOLOv5 (models/common.py, models/yolo.py of its releases) and the table of them. */
#include "base/strbuf.h"
#include "model/emit.h"
#include <string.h>

static pawl_status one_input(const pw_emit *emit, const pw_module *module, size_t input_count)
{
    if (input_count == 1)
        return PAWL_OK;
    return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                   "layer %zu, %s (%s): it takes one input, not %zu: the file is damaged",
                   emit->index, module->path, module->type, input_count);
}

/* Conv: act(bn(conv(x))). A fused checkpoint has no bn, and its conv a bias. */
static pawl_status emit_conv(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, uint32_t *output)
{
    const pw_module *conv, *bn, *act;
    uint32_t x;
    PW_TRY(one_input(emit, module, input_count));
    PW_TRY(pw_read_child(emit, module, "conv", &conv));
    PW_TRY(pw_read_child(emit, module, "act", &act));
    bn = pw_module_child(module, "bn");
    if (bn == NULL && pw_module_tensor_get(conv, "bias") == NULL)
        return pw_read_child(emit, module, "bn", &bn);
    PW_TRY(pw_emit_conv2d(emit, conv, pw_emit_name(emit, module, "conv"), inputs[0], &x));
    if (bn != NULL)
        PW_TRY(pw_emit_batchnorm(emit, bn, pw_emit_name(emit, module, "bn"), x, &x));
    return pw_emit_activation(emit, act, pw_emit_name(emit, module, "act"), x, output);
}

/* A child that must be a Conv. */
static pawl_status emit_part(pw_emit *emit, const pw_module *module, const char *name, uint32_t x,
                             uint32_t *output)
{
    const pw_module *part;
    PW_TRY(pw_read_child(emit, module, name, &part));
    if (!pw_module_is(part, "models.common", "Conv") &&
        !pw_module_is(part, "models.common", "DWConv"))
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, where pawl runs only a Conv", emit->index,
                       part->path, part->package, part->type);
    return emit_conv(emit, part, &x, 1, output);
}

/* Bottleneck: cv2(cv1(x)), + x where add says so. */
static pawl_status emit_bottleneck(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                   size_t input_count, uint32_t *output)
{
    bool has_add;
    uint32_t x;
    PW_TRY(one_input(emit, module, input_count));
    PW_TRY(pw_read_bool(emit, module, "add", &has_add));
    PW_TRY(emit_part(emit, module, "cv1", inputs[0], &x));
    PW_TRY(emit_part(emit, module, "cv2", x, &x));
    if (has_add)
        PW_TRY(pw_emit_add(emit, pw_emit_name(emit, module, "add"), inputs[0], x, &x));
    *output = x;
    return PAWL_OK;
}

/* C3: cv3(cat(m(cv1(x)), cv2(x))), m a chain of Bottlenecks. */
static pawl_status emit_c3(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                           size_t input_count, uint32_t *output)
{
    const pw_module *chain;
    uint32_t parts[2], x;
    PW_TRY(one_input(emit, module, input_count));
    PW_TRY(pw_read_child(emit, module, "m", &chain));
    PW_TRY(emit_part(emit, module, "cv1", inputs[0], &x));
    for (size_t i = 0; i < chain->child_count; i++) {
        const pw_module *link = chain->children[i];
        if (!pw_module_is(link, "models.common", "Bottleneck"))
            return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu: %s is %s.%s, where pawl runs only a Bottleneck", emit->index,
                           link->path, link->package, link->type);
        PW_TRY(emit_bottleneck(emit, link, &x, 1, &x));
    }
    parts[0] = x;
    PW_TRY(emit_part(emit, module, "cv2", inputs[0], &parts[1]));
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, 2, &x));
    return emit_part(emit, module, "cv3", x, output);
}

/* SPPF: x = cv1(x); cv2(cat(x, p(x), p(p(x)), p(p(p(x))))), one pool used three times. */
static pawl_status emit_sppf(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, uint32_t *output)
{
    const pw_module *pool;
    uint32_t parts[4], x;
    PW_TRY(one_input(emit, module, input_count));
    PW_TRY(pw_read_child(emit, module, "m", &pool));
    PW_TRY(emit_part(emit, module, "cv1", inputs[0], &parts[0]));
    for (size_t i = 1; i < PW_COUNT(parts); i++) {
        const char *name = pw_arena_printf(emit->scratch, "%s.m.%zu", module->path, i - 1);
        PW_TRY(pw_emit_pool(emit, pool, name, parts[i - 1], &parts[i]));
    }
    PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, PW_COUNT(parts), &x));
    return emit_part(emit, module, "cv2", x, output);
}

/* SPP: x = cv1(x); cv2(cat(x, p5(x), p9(x), p13(x))), or whatever pools m lists. */
static pawl_status emit_spp(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    const pw_module *pools;
    uint32_t parts[PW_MAX_INPUTS], x;
    PW_TRY(one_input(emit, module, input_count));
    PW_TRY(pw_read_child(emit, module, "m", &pools));
    if (pools->child_count >= PW_MAX_INPUTS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s has %zu pools; pawl runs up to %d", emit->index, module->path,
                       pools->child_count, PW_MAX_INPUTS - 1);
    PW_TRY(emit_part(emit, module, "cv1", inputs[0], &parts[0]));
    for (size_t i = 0; i < pools->child_count; i++)
        PW_TRY(pw_emit_pool(emit, pools->children[i], pools->children[i]->path, parts[0],
                            &parts[i + 1]));
    PW_TRY(
        pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), parts, pools->child_count + 1, &x));
    return emit_part(emit, module, "cv2", x, output);
}

static pawl_status emit_concat(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               size_t input_count, uint32_t *output)
{
    int32_t dimension;
    PW_TRY(pw_read_int(emit, module, "d", -4, 3, &dimension));
    if (dimension != 1)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s joins along dimension %d; pawl joins channels, dimension 1",
                       emit->index, module->path, (int)dimension);
    return pw_emit_concat(emit, module->path, inputs, input_count, output);
}

static pawl_status emit_upsample(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                 size_t input_count, uint32_t *output)
{
    PW_TRY(one_input(emit, module, input_count));
    return pw_emit_upsample(emit, module, module->path, inputs[0], output);
}

static pawl_status emit_pool(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, uint32_t *output)
{
    PW_TRY(one_input(emit, module, input_count));
    return pw_emit_pool(emit, module, module->path, inputs[0], output);
}

/* clang-format off */
static const pw_block blocks[] = {
    {"models.common", "Conv",              emit_conv,       NULL},
    {"models.common", "DWConv",            emit_conv,       NULL}, /* a Conv with groups */
    {"models.common", "C3",                emit_c3,         NULL},
    {"models.common", "Bottleneck",        emit_bottleneck, NULL},
    {"models.common", "SPPF",              emit_sppf,       NULL},
    {"models.common", "SPP",               emit_spp,        NULL},
    {"models.common", "Concat",            emit_concat,     NULL},
    {"torch.nn",      "Upsample",          emit_upsample,   NULL},
    {"torch.nn",      "MaxPool2d",         emit_pool,       NULL},
    {"models.yolo",   "Detect",            pw_emit_detect,  NULL},
    {"models.common", "Focus",             NULL, "YOLOv5 v1 to v5"},
    {"models.common", "BottleneckCSP",     NULL, "YOLOv5 v1 to v3"},
    {"models.yolo",   "Segment",           NULL, "a segmentation model"},
    {"models.common", "Classify",          NULL, "a classification model"},
    {"models.common", "C3TR",              NULL, "YOLOv5 with a transformer block"},
    {"models.common", "C3Ghost",           NULL, "YOLOv5 with ghost modules"},
    {"models.common", "GhostConv",         NULL, "YOLOv5 with ghost modules"},
    {"models.common", "GhostBottleneck",   NULL, "YOLOv5 with ghost modules"},
    {"models.common", "C3SPP",             NULL, "a custom YOLOv5"},
    {"models.common", "C3x",               NULL, "a custom YOLOv5"},
    {"models.common", "Contract",          NULL, "a custom YOLOv5"},
    {"models.common", "Expand",            NULL, "a custom YOLOv5"},
    {"models.common", "DWConvTranspose2d", NULL, "a custom YOLOv5"},
    {"models.experimental", "CrossConv",   NULL, "a custom YOLOv5"},
    {"models.experimental", "MixConv2d",   NULL, "a custom YOLOv5"},
    {"models.experimental", "Sum",         NULL, "a custom YOLOv5"},
    {"models.experimental", "GhostConv",   NULL, "YOLOv5 with ghost modules"},
    {"models.experimental", "GhostBottleneck", NULL, "YOLOv5 with ghost modules"},
    {"torch.nn",      "ZeroPad2d",         NULL, "YOLOv3-tiny or a custom YOLOv5"},
    {"torch.nn",      "ConvTranspose2d",   NULL, "a custom YOLOv5"},
    {"torch.nn",      "Conv2d",            NULL, "YOLOv5 v1 or a custom YOLOv5"},
    {"torch.nn",      "BatchNorm2d",       NULL, "a custom YOLOv5"},
};
/* clang-format on */

const pw_block *pw_block_find(const pw_module *module)
{
    for (size_t i = 0; i < PW_COUNT(blocks); i++)
        if (pw_module_is(module, blocks[i].package, blocks[i].type))
            return &blocks[i];
    return NULL;
}

static pawl_status fail_unknown(const pw_emit *emit, const pw_module *module)
{
    char text[256];
    pw_strbuf names = PW_STRBUF(text);
    for (size_t i = 0; i < PW_COUNT(blocks); i++)
        if (blocks[i].emit != NULL)
            pw_strbuf_add(&names, "%s%s", i == 0 ? "" : ", ", blocks[i].type);
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "layer %zu is %s.%s, which is no module of YOLOv5 that pawl knows; it runs %s",
                   emit->index, module->package, module->type, text);
}

pawl_status pw_emit_block(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                          size_t input_count, uint32_t *output)
{
    const pw_block *block = pw_block_find(module);
    if (block == NULL)
        return fail_unknown(emit, module);
    if (block->emit == NULL)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu is %s.%s: %s is recognised, but not supported yet", emit->index,
                       module->package, module->type, block->scope);
    return block->emit(emit, module, inputs, input_count, output);
}
