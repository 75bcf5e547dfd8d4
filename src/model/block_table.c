/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of YOLOv5, v1.0 to v7.0, with their emitters and the parts of theirs that hold
 * weights. */
#include "base/words.h"
#include "model/emit.h"

/* clang-format off */
static const pw_block blocks[] = {
    {"models",   "Conv",                 PW_RANK_CONV,  1, pw_block_conv, 0, "conv bn"},
    {"models",   "DWConv",               PW_RANK_CONV,  1, pw_block_conv, 0, "conv bn"}, /* a Conv with groups */
    {"models",   "Focus",                PW_RANK_UNIT,  1, pw_block_focus, 0, "conv"},
    {"models",   "Bottleneck",           PW_RANK_UNIT,  1, pw_block_bottleneck, 0, "cv1 cv2"},
    {"models",   "CrossConv",            PW_RANK_UNIT,  1, pw_block_cross_conv, 0, "cv1 cv2"},
    {"models",   "ConvPlus",             PW_RANK_UNIT,  1, pw_block_conv_plus, 0, "cv1 cv2"},
    {"models",   "GhostConv",            PW_RANK_UNIT,  1, pw_block_ghost_conv, 0, "cv1 cv2"},
    {"models",   "MixConv2d",            PW_RANK_UNIT,  1, pw_block_mix_conv, 0, "m bn"},
    {"models",   "SPP",                  PW_RANK_UNIT,  1, pw_block_spp, 0, "cv1 cv2"},
    {"models",   "SPPF",                 PW_RANK_UNIT,  1, pw_block_sppf, 0, "cv1 cv2"},
    {"models",   "TransformerBlock",     PW_RANK_UNIT,  1, pw_block_transformer, 0, "conv linear tr"},
    {"models",   "GhostBottleneck",      PW_RANK_GROUP, 1, pw_block_ghost_bottleneck, 0, "conv shortcut"},
    {"models",   "BottleneckCSP",        PW_RANK_STAGE, 1, pw_block_csp, 0, "cv1 cv2 cv3 cv4 bn m"},
    {"models",   "C3",                   PW_RANK_STAGE, 1, pw_block_c3, 0, "cv1 cv2 cv3 cv4 bn m"},
    {"models",   "C3TR",                 PW_RANK_STAGE, 1, pw_block_c3, 0, "cv1 cv2 cv3 m"}, /* differ in their m */
    {"models",   "C3SPP",                PW_RANK_STAGE, 1, pw_block_c3, 0, "cv1 cv2 cv3 m"},
    {"models",   "C3Ghost",              PW_RANK_STAGE, 1, pw_block_c3, 0, "cv1 cv2 cv3 m"},
    {"models",   "C3x",                  PW_RANK_STAGE, 1, pw_block_c3, 0, "cv1 cv2 cv3 m"},
    {"models",   "Concat",               PW_RANK_UNIT,  PW_ANY_INPUTS, pw_block_concat, 0, ""},
    {"models",   "Sum",                  PW_RANK_UNIT,  PW_ANY_INPUTS, pw_block_sum, 0, ""},
    {"models",   "Contract",             PW_RANK_UNIT,  1, pw_block_contract, 0, ""},
    {"models",   "Expand",               PW_RANK_UNIT,  1, pw_block_expand, 0, ""},
    {"models",   "DWConvTranspose2d",    PW_RANK_CONV,  1, pw_block_deconv, 0, ""},
    {"models",   "Detect",               PW_RANK_HEAD,  PW_ANY_INPUTS, pw_block_detect, 0, "m"},
    {"models",   "Segment",              PW_RANK_HEAD,  PW_ANY_INPUTS, pw_block_segment, 0, "m proto"},
    {"models",   "Classify",             PW_RANK_HEAD,  PW_ANY_INPUTS, pw_block_classify, 0, "conv linear"},
    {"torch.nn", "Conv2d",               PW_RANK_TORCH, 1, pw_block_conv2d, 0, ""},
    {"torch.nn", "ConvTranspose2d",      PW_RANK_TORCH, 1, pw_block_deconv, 0, ""},
    {"torch.nn", "BatchNorm2d",          PW_RANK_TORCH, 1, pw_block_batchnorm, 0, ""},
    {"torch.nn", "SyncBatchNorm",        PW_RANK_TORCH, 1, pw_block_batchnorm, 0, ""},
    {"torch.nn", "MaxPool2d",            PW_RANK_TORCH, 1, pw_block_pool, PW_OP_MAXPOOL, ""},
    {"torch.nn", "AvgPool2d",            PW_RANK_TORCH, 1, pw_block_pool, PW_OP_AVGPOOL, ""},
    {"torch.nn", "Upsample",             PW_RANK_TORCH, 1, pw_block_upsample, 0, ""},
    {"torch.nn", "UpsamplingNearest2d",  PW_RANK_TORCH, 1, pw_block_upsample, 0, ""},
    {"torch.nn", "ZeroPad2d",            PW_RANK_TORCH, 1, pw_block_pad, 0, ""},
    {"torch.nn", "Identity",             PW_RANK_TORCH, 1, pw_block_nothing, 0, ""},
    {"torch.nn", "Dropout",              PW_RANK_TORCH, 1, pw_block_nothing, 0, ""}, /* but in training */
    {"torch.nn", "Dropout2d",            PW_RANK_TORCH, 1, pw_block_nothing, 0, ""},
    {"torch.nn", "SiLU",                 PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "LeakyReLU",            PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "Hardswish",            PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "ReLU",                 PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "Sigmoid",              PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "ReLU6",                PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "ELU",                  PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "Mish",                 PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
    {"torch.nn", "GELU",                 PW_RANK_TORCH, 1, pw_block_activation, 0, ""},
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
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "layer %zu: %s is %s.%s, which is no module of YOLOv5 that pawl knows: it runs "
                   "the modules of YOLOv5 v1.0 to v7.0 and those of torch.nn that its yaml files "
                   "use",
                   emit->index, module->path, module->package, module->type);
}

static bool has_weights(const pw_module *module)
{
    bool found = false;
    for (size_t i = 0; i < module->tensor_count && !found; i++)
        found = module->tensors[i].tensor != NULL && !pw_tensor_is_tally(module->tensors[i].tensor);
    for (size_t i = 0; i < module->child_count && !found; i++)
        found = has_weights(module->children[i]);
    return found;
}

/* Whoever writes attention into a class of YOLOv5 keeps its name: of the change the file shows only
 * a part that the class has not. What is done with it only the changed source says. */
static pawl_status check_parts(const pw_emit *emit, const pw_module *module, const pw_block *block)
{
    for (size_t i = 0; i < module->child_count; i++) {
        const pw_module *part = module->children[i];
        if (!pw_words_have(block->parts, ' ', part->name) && has_weights(part))
            return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu: %s is %s.%s, a part with weights that YOLOv5's %s has not: "
                           "this class was changed, and pawl runs only YOLOv5's own",
                           emit->index, part->path, part->package, part->type, module->type);
    }
    return PAWL_OK;
}

pawl_status pw_emit_block(pw_emit *emit, const pw_module *module, pw_rank below,
                          const uint32_t *inputs, size_t input_count, uint32_t *output)
{
    const pw_block *block = pw_block_find(module);
    if (block == NULL)
        return fail_unknown(emit, module);
    if (block->rank >= below)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: %s is %s.%s, which pawl does not run inside of another module",
                       emit->index, module->path, module->package, module->type);
    if (block->input_count != PW_ANY_INPUTS && block->input_count != input_count)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu, %s (%s): it takes one input, not %zu: the file is damaged",
                       emit->index, module->path, module->type, input_count);
    PW_TRY(block->emit(emit, module, inputs, input_count, output));
    return check_parts(emit, module, block);
}

pawl_status pw_emit_part(pw_emit *emit, const pw_module *module, const char *name, pw_rank below,
                         uint32_t input, uint32_t *output)
{
    const pw_module *part;
    PW_TRY(pw_read_child(emit, module, name, &part));
    return pw_emit_block(emit, part, below, &input, 1, output);
}

pawl_status pw_emit_chain(pw_emit *emit, const pw_module *chain, pw_rank below, uint32_t input,
                          uint32_t *output)
{
    uint32_t x = input;
    if (!pw_module_is(chain, "torch.nn", "Sequential"))
        return pw_emit_block(emit, chain, below, &input, 1, output);
    for (size_t i = 0; i < chain->child_count; i++)
        PW_TRY(pw_emit_block(emit, chain->children[i], below, &x, 1, &x));
    *output = x;
    return PAWL_OK;
}
