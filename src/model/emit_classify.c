/* SPDX-License-Identifier: Apache-2.0 */
/* The head of classification models: since v6.2 linear(mean of all pixels of conv(x)), its dropout
 * is for training; from v2.0 to v6.1, for graphs of the user's own, conv(mean of all pixels). */
#include "model/emit.h"
#include <stdio.h>

#define DEFAULT_SIZE 224 /* of YOLOv5's classify/train.py */
#define MIN_STRIDE   32  /* what predict.py rounds a picture's size to at least */

/* The model's strides are those of the detector whose backbone this is. */
static int32_t largest_stride(const pw_emit *emit)
{
    const pw_value *value = pw_module_attribute(emit->root, "stride");
    const size_t count = value == NULL                    ? 0
                         : value->kind == PW_VALUE_TENSOR ? value->as.tensor->count
                         : value->kind == PW_VALUE_LIST   ? value->as.list.count
                                                          : 0;
    float strides[PAWL_MAX_LEVELS];
    float largest = MIN_STRIDE;
    pw_emit quiet = *emit;
    quiet.error = NULL;
    if (count == 0 || count > PAWL_MAX_LEVELS ||
        pw_read_numbers(&quiet, emit->root, "stride", count, strides) < 0)
        return MIN_STRIDE;
    for (size_t i = 0; i < count; i++)
        if (strides[i] > largest && strides[i] <= PW_MAX_STRIDE)
            largest = strides[i];
    return (int32_t)largest;
}

static pawl_status emit_mean(pw_emit *emit, const char *name, uint32_t input, uint32_t *output)
{
    pw_layer pool = {.op = PW_OP_GLOBALPOOL, .name = name, .inputs = {input}, .input_count = 1};
    return pw_emit_layer(emit, &pool, pw_emit_channels(emit, input), output);
}

static pawl_status emit_cat(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t count, uint32_t *output)
{
    *output = inputs[0];
    return count > 1
               ? pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), inputs, count, output)
               : PAWL_OK;
}

static pawl_status emit_logits(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               size_t count, uint32_t *output)
{
    const pw_module *linear;
    uint32_t x;
    PW_TRY(emit_cat(emit, module, inputs, count, &x));
    PW_TRY(pw_emit_part(emit, module, "conv", PW_RANK_UNIT, x, &x));
    PW_TRY(emit_mean(emit, pw_emit_name(emit, module, "pool"), x, &x));
    PW_TRY(pw_read_child(emit, module, "linear", &linear));
    return pw_emit_linear(emit, linear, linear->path, x, output);
}

static pawl_status emit_early_logits(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                                     size_t count, uint32_t *output)
{
    uint32_t means[PW_MAX_INPUTS] = {0}, x;
    for (size_t i = 0; i < count; i++) {
        char part[32];
        (void)snprintf(part, sizeof part, count > 1 ? "aap.%zu" : "aap", i);
        PW_TRY(emit_mean(emit, pw_emit_name(emit, module, part), inputs[i], &means[i]));
    }
    PW_TRY(emit_cat(emit, module, means, count, &x));
    return pw_emit_part(emit, module, "conv", PW_RANK_UNIT, x, output);
}

pawl_status pw_block_classify(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                              size_t input_count, uint32_t *output)
{
    pw_model *model = &emit->network->model;
    pw_layer head = {
        .op = PW_OP_CLASSIFY, .name = module->path, .input_count = 1, .output = PW_NO_TENSOR};
    const bool is_early = pw_module_child(module, "aap") != NULL;
    PW_TRY((is_early ? emit_early_logits : emit_logits)(emit, module, inputs, input_count,
                                                        &head.inputs[0]));
    PW_TRY(pw_network_add_layer(emit->network, &head, emit->error));
    model->task = PAWL_TASK_CLASSIFY;
    model->class_count = pw_emit_channels(emit, head.inputs[0]);
    model->max_stride = largest_stride(emit);
    model->imgsz = (DEFAULT_SIZE + model->max_stride - 1) / model->max_stride * model->max_stride;
    *output = PW_NO_TENSOR;
    return PAWL_OK;
}
