/* SPDX-License-Identifier: Apache-2.0 */
/* What a detector tells of itself and of its classes. */
#include "base/desc.h"
#include "detect/detector.h"
#include "detect/jobs.h"

#include <pawl/settings.h>

static const pw_model *model_of(const pw_detector *detector)
{
    return &detector->context->engine->plan->network.model;
}

pawl_status pawl_detector_info_get(pawl_detector *detector, pawl_detector_info *info,
                                   pawl_error *error)
{
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    const pw_model *model = model_of(used);
    pawl_detector_info made = {
        .struct_size = sizeof(made),
        .task = model->task,
        .class_count = model->class_count,
        .has_names = model->names != NULL,
        .batch = (int32_t)used->capacity,
        .height = used->height,
        .width = used->width,
        .jobs = pw_job_queue_places(used->jobs),
        .is_rect = used->frame.stride != 0,
        .backend = used->context->engine->backend->name,
    };
    pw_settings_tell(&used->settings, &made);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_detector_info", error);
}

const char *const *pawl_detector_class_names(pawl_detector *detector, size_t *count)
{
    pw_detector *used PW_USING = NULL;
    const bool is_alive = pw_object_use(detector, &pw_detector_type, &used, NULL) >= 0;
    const char *const *names = is_alive ? (const char *const *)model_of(used)->names : NULL;
    if (count != NULL)
        *count = names != NULL ? (size_t)model_of(used)->class_count : 0;
    return names;
}

const char *pawl_detector_class_name(pawl_detector *detector, int32_t class_id)
{
    size_t count = 0;
    const char *const *names = pawl_detector_class_names(detector, &count);
    return class_id >= 0 && (size_t)class_id < count ? names[class_id] : NULL;
}
