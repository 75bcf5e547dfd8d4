/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a network: the head of detection (with masks or without), the head of a classifier. */
#include "network/operator.h"
#include <math.h>

static const pw_field detect_fields[] = {
    PW_INT("classes", detect.class_count, 1, PW_MAX_CLASSES, 0),
    PW_INT("anchors", detect.anchor_count, 1, PAWL_MAX_ANCHORS, 0),
    PW_INT("levels", detect.level_count, 1, PAWL_MAX_LEVELS, 0),
    {.name = "strides", .kind = PW_FIELD_LEVELS, .offset = PW_FIELD_AT(detect), .count = 1},
    PW_WHOLE("mask coefficients", PW_FIELD_I32, detect.mask_count, 1, 0, PW_MAX_CHANNELS, 0, 2),
};

static pawl_status check_level(const pw_layer_site *site, int32_t level)
{
    const pw_detect *detect = &site->layer->as.detect;
    const int64_t needed = (int64_t)detect->anchor_count *
                           (5 + (int64_t)detect->class_count + (int64_t)detect->mask_count);
    const float stride = detect->stride[level];
    if (pw_site_channels(site, (uint32_t)level) != needed)
        return pw_layer_fault(
            site, "level %d has %d channels, not the %lld of %d anchors and %d classes", (int)level,
            (int)pw_site_channels(site, (uint32_t)level), (long long)needed,
            (int)detect->anchor_count, (int)detect->class_count);
    if (!(stride >= 1 && stride <= PW_MAX_STRIDE) || stride != floorf(stride))
        return pw_layer_fault(site, "level %d has a stride of %g", (int)level, (double)stride);
    if (stride > (float)site->network->model.max_stride)
        return pw_layer_fault(site, "level %d has a stride of %g in a model with up to %d",
                              (int)level, (double)stride, (int)site->network->model.max_stride);
    for (int32_t a = 0; a < detect->anchor_count; a++)
        for (int k = 0; k < 2; k++)
            if (!(detect->anchor[level][a][k] >= 0) || !isfinite(detect->anchor[level][a][k]))
                return pw_layer_fault(site, "anchor %d of level %d is below 0", (int)a, (int)level);
    return PAWL_OK;
}

static pawl_status detect_check(const pw_layer_site *site)
{
    const pw_detect *detect = &site->layer->as.detect;
    const pw_model *model = &site->network->model;
    const bool has_masks = detect->mask_count > 0;
    if ((uint32_t)detect->level_count + (has_masks ? 1 : 0) != site->layer->input_count)
        return pw_layer_fault(site, "%d levels from %u inputs", (int)detect->level_count,
                              (unsigned)site->layer->input_count);
    if (model->task != (has_masks ? PAWL_TASK_SEGMENT : PAWL_TASK_DETECT))
        return pw_layer_fault(site, "it is the head of another task");
    if (has_masks && pw_site_channels(site, (uint32_t)detect->level_count) != detect->mask_count)
        return pw_layer_fault(site, "%d mask coefficients do not meet the prototypes",
                              (int)detect->mask_count);
    if (detect->class_count != model->class_count)
        return pw_layer_fault(site, "%d classes in a model of %d", (int)detect->class_count,
                              (int)model->class_count);
    for (int32_t i = 0; i < detect->level_count; i++)
        PW_TRY(check_level(site, i));
    return PAWL_OK;
}

/* The grid of a level must be the input divided by its stride, else the boxes would be decoded at
 * wrong places. */
static pawl_status detect_shape(const pw_layer_site *site, pw_shape *shape)
{
    const pw_detect *detect = &site->layer->as.detect;
    const pw_shape *input = &site->shapes[site->network->layers[0].output];
    (void)shape;
    for (int32_t i = 0; i < detect->level_count; i++) {
        const pw_shape *level = &site->shapes[site->layer->inputs[i]];
        const double stride = (double)detect->stride[i];
        if (level->height * stride != input->height || level->width * stride != input->width)
            return pw_fail(
                site->error, PAWL_ERR_CORRUPT,
                "level %d of %s has a stride of %g, but %d x %d cells for %d x %d pixels: "
                "the file is damaged",
                (int)i, site->layer->name, stride, (int)level->height, (int)level->width,
                (int)input->height, (int)input->width);
    }
    return PAWL_OK;
}

const pw_operator pw_operator_detect = {
    .least_inputs = 1,
    .most_inputs = PAWL_MAX_LEVELS + 1,
    .is_head = true,
    .text = "{classes} classes, {anchors} anchors, strides {strides}"
            "[mask coefficients|, {mask coefficients} mask coefficients]",
    .fields = detect_fields,
    .field_count = PW_COUNT(detect_fields),
    .check = detect_check,
    .shape = detect_shape,
};

static pawl_status classify_check(const pw_layer_site *site)
{
    const int32_t classes = site->network->model.class_count;
    if (classes < 1 || pw_site_channels(site, 0) != classes)
        return pw_layer_fault(site, "%d channels in a model of %d classes",
                              (int)pw_site_channels(site, 0), (int)classes);
    if (site->network->model.task != PAWL_TASK_CLASSIFY)
        return pw_layer_fault(site, "it is the head of another task");
    return PAWL_OK;
}

static pawl_status classify_shape(const pw_layer_site *site, pw_shape *shape)
{
    if (shape->height != 1 || shape->width != 1)
        return pw_fail(site->error, PAWL_ERR_CORRUPT,
                       "the classifier's head %s has %d x %d pixels, not one: the file is damaged",
                       site->layer->name, (int)shape->height, (int)shape->width);
    return PAWL_OK;
}

const pw_operator pw_operator_classify = {
    .least_inputs = 1,
    .most_inputs = 1,
    .is_head = true,
    .text = "{model} classes",
    .check = classify_check,
    .shape = classify_shape,
};
