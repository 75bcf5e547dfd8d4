/* SPDX-License-Identifier: Apache-2.0 */
/* The head of classification models: linear(mean of all pixels of conv(x)); its dropout is for
 * training. */
#include "model/emit.h"

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

pawl_status pw_block_classify(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                              size_t input_count, uint32_t *output)
{
    pw_model *model = &emit->network->model;
    pw_layer pool = {.op = PW_OP_GLOBALPOOL, .input_count = 1};
    pw_layer head = {
        .op = PW_OP_CLASSIFY, .name = module->path, .input_count = 1, .output = PW_NO_TENSOR};
    const pw_module *linear;
    uint32_t x = inputs[0];
    if (input_count > 1)
        PW_TRY(pw_emit_concat(emit, pw_emit_name(emit, module, "cat"), inputs, input_count, &x));
    PW_TRY(pw_emit_part(emit, module, "conv", PW_RANK_UNIT, x, &pool.inputs[0]));
    pool.name = pw_emit_name(emit, module, "pool");
    PW_TRY(pw_emit_layer(emit, &pool, pw_emit_channels(emit, pool.inputs[0]), &x));
    PW_TRY(pw_read_child(emit, module, "linear", &linear));
    PW_TRY(pw_emit_linear(emit, linear, linear->path, x, &head.inputs[0]));
    PW_TRY(pw_network_add_layer(emit->network, &head, emit->error));
    model->task = PAWL_TASK_CLASSIFY;
    model->class_count = pw_emit_channels(emit, head.inputs[0]);
    model->max_stride = largest_stride(emit);
    model->imgsz = (DEFAULT_SIZE + model->max_stride - 1) / model->max_stride * model->max_stride;
    *output = PW_NO_TENSOR;
    return PAWL_OK;
}
