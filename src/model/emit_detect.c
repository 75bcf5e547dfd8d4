/* SPDX-License-Identifier: Apache-2.0 */
/* The head: a convolution a level, then the one DETECT layer with anchors in pixels. */
#include "base/memory.h"
#include "model/emit.h"
#include <math.h>

/* Strides as the head has them (a tensor, half precision in a stripped checkpoint: exact), else as
 * the model has them. */
static pawl_status read_strides(const pw_emit *emit, const pw_module *module, pw_detect *detect)
{
    const bool is_own = pw_module_attribute(module, "stride") != NULL ||
                        pw_module_tensor_get(module, "stride") != NULL;
    PW_TRY(pw_read_numbers(emit, is_own ? module : emit->root, "stride",
                           (size_t)detect->level_count, detect->stride));
    for (int32_t i = 0; i < detect->level_count; i++) {
        const float stride = detect->stride[i];
        if (!(stride >= 1 && stride <= PW_MAX_STRIDE) || stride != floorf(stride))
            return pw_fail(
                emit->error, PAWL_ERR_CORRUPT,
                "layer %zu: level %d of the head has a stride of %g: the file is damaged",
                emit->index, (int)i, (double)stride);
    }
    return PAWL_OK;
}

/* The file has anchors in cells, maybe half precision; PyTorch widens them to float32 and
 * multiplies by the stride. */
static pawl_status read_anchors(const pw_emit *emit, const pw_module *module, pw_detect *detect)
{
    const int64_t dims[] = {detect->level_count, detect->anchor_count, 2};
    const float *cells;
    PW_TRY(pw_read_constant(emit, module, "anchors", dims, 3, &cells));
    for (int32_t l = 0; l < detect->level_count; l++)
        for (int32_t a = 0; a < detect->anchor_count; a++)
            for (int k = 0; k < 2; k++) {
                const float pixels = *cells++ * detect->stride[l];
                if (!isfinite(pixels) || !(pixels >= 0)) /* 0: a yaml without anchors */
                    return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                                   "layer %zu: anchor %d of level %d is below 0: the file is "
                                   "damaged",
                                   emit->index, (int)a, (int)l);
                detect->anchor[l][a][k] = pixels;
            }
    return PAWL_OK;
}

static pawl_status read_detect(const pw_emit *emit, const pw_module *module, size_t input_count,
                               pw_detect *detect)
{
    PW_TRY(pw_read_int(emit, module, "nc", 1, PW_MAX_CLASSES, &detect->class_count));
    PW_TRY(pw_read_int(emit, module, "na", 1, PAWL_MAX_ANCHORS, &detect->anchor_count));
    if (input_count < 1 || input_count > PAWL_MAX_LEVELS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu: the head has %zu levels; pawl runs 1 to %d", emit->index,
                       input_count, PAWL_MAX_LEVELS);
    detect->level_count = (int32_t)input_count;
    PW_TRY(read_strides(emit, module, detect));
    return read_anchors(emit, module, detect);
}

static pawl_status emit_levels(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               pw_layer *head)
{
    const pw_detect *detect = &head->as.detect;
    const int64_t needed = (int64_t)detect->anchor_count * (5 + (int64_t)detect->class_count);
    const pw_module *convs;
    PW_TRY(pw_read_child(emit, module, "m", &convs));
    if (convs->child_count != head->input_count)
        return pw_fail(
            emit->error, PAWL_ERR_CORRUPT,
            "layer %zu: the head has %zu convolutions for %u levels: the file is damaged",
            emit->index, convs->child_count, (unsigned)head->input_count);
    for (uint32_t i = 0; i < head->input_count; i++) {
        const pw_module *conv = convs->children[i];
        PW_TRY(pw_emit_conv2d(emit, conv, conv->path, inputs[i], &head->inputs[i]));
        if (pw_emit_channels(emit, head->inputs[i]) != needed)
            return pw_fail(
                emit->error, PAWL_ERR_CORRUPT,
                "layer %zu: %s makes %d channels, but %d anchors and %d classes need %lld: "
                "the file is damaged",
                emit->index, conv->path, (int)pw_emit_channels(emit, head->inputs[i]),
                (int)detect->anchor_count, (int)detect->class_count, (long long)needed);
    }
    return PAWL_OK;
}

/* YOLOv5's default is 640, and 1280 for models with a level of stride 64; rounded up to a multiple
 * for odd strides. */
static int32_t default_size(int32_t max_stride)
{
    const int32_t size = max_stride >= 64 ? 1280 : 640;
    return (size + max_stride - 1) / max_stride * max_stride;
}

pawl_status pw_emit_detect(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                           size_t input_count, uint32_t *output)
{
    pw_layer head = {.op = PW_OP_DETECT,
                     .name = module->path,
                     .input_count = (uint32_t)input_count,
                     .output = PW_NO_TENSOR};
    pw_model *model = &emit->network->model;
    if (pw_network_head(emit->network) != NULL)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu is a second head; pawl runs models with one", emit->index);
    PW_TRY(read_detect(emit, module, input_count, &head.as.detect));
    PW_TRY(emit_levels(emit, module, inputs, &head));
    PW_TRY(pw_network_add_layer(emit->network, &head, emit->error));
    model->task = PAWL_TASK_DETECT;
    model->class_count = head.as.detect.class_count;
    model->max_stride = 1;
    for (int32_t i = 0; i < head.as.detect.level_count; i++)
        if ((int32_t)head.as.detect.stride[i] > model->max_stride)
            model->max_stride = (int32_t)head.as.detect.stride[i];
    model->imgsz = default_size(model->max_stride);
    *output = PW_NO_TENSOR;
    return PAWL_OK;
}
