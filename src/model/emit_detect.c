/* SPDX-License-Identifier: Apache-2.0 */
/* The head of detection and segmentation models: a convolution a level, for masks the prototypes,
 * then the one DETECT layer with anchors in pixels. */
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
        if (!(stride >= 1) || !isfinite(stride))
            return pw_fail(
                emit->error, PAWL_ERR_CORRUPT,
                "layer %zu: level %d of the head has a stride of %g: the file is damaged",
                emit->index, (int)i, (double)stride);
        if (stride > PW_MAX_STRIDE ||
            stride != floorf(stride)) /* YOLOv5 measures it at 256 x 256 */
            return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu: level %d of the head has a stride of %g; pawl runs whole "
                           "ones of up to %d",
                           emit->index, (int)i, (double)stride, PW_MAX_STRIDE);
    }
    return PAWL_OK;
}

/* Up to v5.0 a head has its anchors in pixels too, rounded to half precision by themselves, and
 * decodes with these: a buffer, and in the module tree of a .wts an attribute. Later releases keep
 * a list of tensors by that name, a cache. */
static bool has_grid(const pw_module *module, size_t count)
{
    const pw_tensor_data *buffer = pw_module_tensor_get(module, "anchor_grid");
    const pw_value *list = pw_module_attribute(module, "anchor_grid");
    if (buffer != NULL)
        return buffer->count == count;
    return list != NULL && list->kind == PW_VALUE_LIST && list->as.list.count == count;
}

/* The file has anchors in cells, maybe half precision; PyTorch widens them to float32 and
 * multiplies by the stride. */
static pawl_status read_anchors(const pw_emit *emit, const pw_module *module, pw_detect *detect)
{
    const int64_t dims[] = {detect->level_count, detect->anchor_count, 2};
    const size_t count = 2 * (size_t)detect->level_count * (size_t)detect->anchor_count;
    const bool is_pixels = has_grid(module, count);
    const float *cells;
    float values[2 * PAWL_MAX_LEVELS * PAWL_MAX_ANCHORS];
    const pw_tensor_data *tensor = pw_module_tensor_get(module, "anchors");
    PW_TRY(pw_read_constant(emit, module, "anchors", dims, 3, &cells));
    if (is_pixels)
        PW_TRY(pw_read_numbers(emit, module, "anchor_grid", count, values));
    else
        pw_tensor_widen(tensor, values);
    const float *next = values;
    for (int32_t l = 0; l < detect->level_count; l++)
        for (int32_t a = 0; a < detect->anchor_count; a++)
            for (int k = 0; k < 2; k++) {
                const float pixels = *next++ * (is_pixels ? 1 : detect->stride[l]);
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

/* A level's channels; in v1.0 the convolutions are layers of their own, and the head has none. */
static pawl_status emit_level(pw_emit *emit, const pw_module *convs, uint32_t level,
                              const uint32_t *inputs, pw_layer *head)
{
    const pw_detect *detect = &head->as.detect;
    const int64_t needed = (int64_t)detect->anchor_count *
                           (5 + (int64_t)detect->class_count + (int64_t)detect->mask_count);
    const char *path = head->name;
    head->inputs[level] = inputs[level];
    if (convs != NULL) {
        path = convs->children[level]->path;
        PW_TRY(pw_emit_conv2d(emit, convs->children[level], path, inputs[level],
                              &head->inputs[level]));
    }
    const int32_t channels = pw_emit_channels(emit, head->inputs[level]);
    if (channels == needed)
        return PAWL_OK;
    return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                   "layer %zu: %s %s %d channels, but %d anchors and %d classes need %lld: the "
                   "file is damaged",
                   emit->index, path, convs != NULL ? "makes" : "is given", (int)channels,
                   (int)detect->anchor_count, (int)detect->class_count, (long long)needed);
}

static pawl_status emit_levels(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                               pw_layer *head)
{
    const uint32_t count = (uint32_t)head->as.detect.level_count;
    const pw_module *convs = pw_module_child(module, "m");
    if (convs == NULL && module->child_count > 0)
        return pw_read_child(emit, module, "m", &convs);
    if (convs != NULL && convs->child_count != count)
        return pw_fail(
            emit->error, PAWL_ERR_CORRUPT,
            "layer %zu: the head has %zu convolutions for %u levels: the file is damaged",
            emit->index, convs->child_count, (unsigned)count);
    for (uint32_t i = 0; i < count; i++)
        PW_TRY(emit_level(emit, convs, i, inputs, head));
    return PAWL_OK;
}

/* Proto: cv3(cv2(upsample(cv1(x)))) of the first level. */
static pawl_status emit_prototypes(pw_emit *emit, const pw_module *module, uint32_t input,
                                   pw_layer *head)
{
    static const char *const parts[] = {"cv1", "upsample", "cv2", "cv3"};
    const pw_module *proto;
    uint32_t x = input;
    PW_TRY(pw_read_child(emit, module, "proto", &proto));
    for (size_t i = 0; i < PW_COUNT(parts); i++)
        PW_TRY(pw_emit_part(emit, proto, parts[i], PW_RANK_UNIT, x, &x));
    if (pw_emit_channels(emit, x) != head->as.detect.mask_count)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu: %s makes %d prototypes for %d mask coefficients: the file is "
                       "damaged",
                       emit->index, proto->path, (int)pw_emit_channels(emit, x),
                       (int)head->as.detect.mask_count);
    head->inputs[head->input_count++] = x;
    return PAWL_OK;
}

/* YOLOv5's default is 640, and 1280 for models with a level of stride 64; rounded up to a multiple
 * for odd strides. */
static int32_t default_size(int32_t max_stride)
{
    const int32_t size = max_stride >= 64 ? 1280 : 640;
    return (size + max_stride - 1) / max_stride * max_stride;
}

static pawl_status emit_head(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, pw_layer *head)
{
    pw_model *model = &emit->network->model;
    const pw_detect *detect = &head->as.detect;
    if (pw_network_head(emit->network) != NULL)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu is a second head; pawl runs models with one", emit->index);
    PW_TRY(read_detect(emit, module, input_count, &head->as.detect));
    head->input_count = (uint32_t)detect->level_count;
    PW_TRY(emit_levels(emit, module, inputs, head));
    if (detect->mask_count > 0)
        PW_TRY(emit_prototypes(emit, module, inputs[0], head));
    PW_TRY(pw_network_add_layer(emit->network, head, emit->error));
    model->task = detect->mask_count > 0 ? PAWL_TASK_SEGMENT : PAWL_TASK_DETECT;
    model->class_count = detect->class_count;
    model->max_stride = 1;
    for (int32_t i = 0; i < detect->level_count; i++)
        if ((int32_t)detect->stride[i] > model->max_stride)
            model->max_stride = (int32_t)detect->stride[i];
    model->imgsz = default_size(model->max_stride);
    return PAWL_OK;
}

pawl_status pw_block_detect(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                            size_t input_count, uint32_t *output)
{
    pw_layer head = {.op = PW_OP_DETECT, .name = module->path, .output = PW_NO_TENSOR};
    *output = PW_NO_TENSOR;
    return emit_head(emit, module, inputs, input_count, &head);
}

pawl_status pw_block_segment(pw_emit *emit, const pw_module *module, const uint32_t *inputs,
                             size_t input_count, uint32_t *output)
{
    pw_layer head = {.op = PW_OP_DETECT, .name = module->path, .output = PW_NO_TENSOR};
    *output = PW_NO_TENSOR;
    PW_TRY(pw_read_int(emit, module, "nm", 1, PW_MAX_CHANNELS, &head.as.detect.mask_count));
    return emit_head(emit, module, inputs, input_count, &head);
}

/* What a fork's head adds to a box, as far as we know it. */
static const char *addition_of(const pw_module *head, int64_t more)
{
    if (pw_module_attribute(head, "nkpt") != NULL)
        return ": key points, as YOLO-Pose has them";
    if (more == 10)
        return ": five landmarks, as yolov5-face has them";
    return more == 180 ? ": an angle in 180 classes, as yolov5-obb has it" : "";
}

pawl_status pw_refuse_fork(const pw_emit *emit, const pw_module *layers)
{
    const pw_module *head =
        layers->child_count > 0 ? layers->children[layers->child_count - 1] : NULL;
    const bool has_masks = head != NULL && pw_module_is(head, "models", "Segment");
    if (head == NULL || (!has_masks && !pw_module_is(head, "models", "Detect")))
        return PAWL_OK;
    const pw_module *convs = pw_module_child(head, "m");
    int64_t classes = 0, anchors = 0, width = 0, masks = 0, channels = 0;
    if (convs == NULL || convs->child_count == 0 ||
        !pw_value_int(pw_module_attribute(head, "nc"), &classes) || classes < 0 ||
        classes > PW_MAX_CLASSES || !pw_value_int(pw_module_attribute(head, "na"), &anchors) ||
        anchors < 1 || anchors > PAWL_MAX_ANCHORS ||
        !pw_value_int(pw_module_attribute(head, "no"), &width) || width < 1 ||
        width > 2 * PW_MAX_CLASSES ||
        (has_masks && !pw_value_int(pw_module_attribute(head, "nm"), &masks)) ||
        !pw_value_int(pw_module_attribute(convs->children[0], "out_channels"), &channels))
        return PAWL_OK; /* whatever is wrong with it is said where it is read */
    if (masks < 0 || masks > PW_MAX_CLASSES || channels != anchors * width ||
        width == 5 + classes + masks)
        return PAWL_OK;
    return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                   "the head (%s.%s) gives %lld numbers a box, where YOLOv5's gives %lld for %lld "
                   "classes%s: it is that of a fork, which pawl does not run",
                   head->package, head->type, (long long)width, (long long)(5 + classes + masks),
                   (long long)classes, addition_of(head, width - 5 - classes - masks));
}
