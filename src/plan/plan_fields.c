/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of tensors, profile and build options as they stand in an .engine, and what a profile must
 * fulfil. */
#include "plan/plan_format.h"

/* clang-format off */
#define FIELD(type, text, kind_, member, low, high, format)                       \
    {.name = (text), .kind = (kind_), .offset = (uint32_t)offsetof(type, member), \
     .count = 1, .least = (low), .most = (high), .since = (format)}
#define NUMBER(text, member, low, high, format) FIELD(pw_plan, text, PW_FIELD_I32, member, low, high, format)
#define FLAG(text, member)                      FIELD(pw_plan, text, PW_FIELD_BOOL, options.member, 0, 1, 3)
#define FIGURE(text, member)                    FIELD(pw_plan, text, PW_FIELD_F32, options.accuracy.member, 0, 1, 5)

static const pw_field plan_fields[] = {
    NUMBER("least batch", profile.batch_min, 1, PAWL_MAX_BATCH, 0),
    NUMBER("batch", profile.batch_opt, 1, PAWL_MAX_BATCH, 0),
    NUMBER("largest batch", profile.batch_max, 1, PAWL_MAX_BATCH, 0),
    NUMBER("height", profile.height, 1, PAWL_MAX_SIDE, 0),
    NUMBER("width", profile.width, 1, PAWL_MAX_SIDE, 0),
    NUMBER("least height", profile.height_min, 1, PAWL_MAX_SIDE, 3),
    NUMBER("least width", profile.width_min, 1, PAWL_MAX_SIDE, 3),
    NUMBER("largest height", profile.height_max, 1, PAWL_MAX_SIDE, 3),
    NUMBER("largest width", profile.width_max, 1, PAWL_MAX_SIDE, 3),
    NUMBER("number of contexts", profile.contexts, 1, PAWL_MAX_CONTEXTS, 3),
    FLAG("flag of an unoptimised network", is_unoptimised),
    FLAG("flag of the FP16 fix", is_fp16_fixed),
    FLAG("flag of version compatibility", is_version_compatible),
    FLAG("flag of hardware compatibility", is_hardware_compatible),
    NUMBER("optimisation level", options.optimisation_level, -1, 5, 3),
    NUMBER("tuning level", options.tuning, 0, 2, 3),
    FIELD(pw_plan, "workspace", PW_FIELD_SIZE, options.workspace_size, 0, INT64_MAX - 1, 3),
    FIELD(pw_plan, "flag of TF32", PW_FIELD_BOOL, options.is_tf32, 0, 1, 4),
    NUMBER("tactic sources", options.tactic_sources, -1, 31, 4),
    FIGURE("limit of accuracy", drop_limit),
    FIGURE("accuracy in float32", fp32),
    FIGURE("accuracy in int8", int8),
    FIGURE("accuracy", built),
};

static const pw_field tensor_fields[] = {
    FIELD(pw_tensor, "number of channels", PW_FIELD_I32, channels, 1, PW_MAX_CHANNELS, 0),
    FIELD(pw_tensor, "parent", PW_FIELD_I32, parent, -1, PW_MAX_TENSORS, 0), /* -1: PW_NO_TENSOR */
    FIELD(pw_tensor, "first channel", PW_FIELD_I32, channel_offset, 0, PW_MAX_CHANNELS, 0),
    FIELD(pw_tensor, "type", PW_FIELD_DTYPE, dtype, 0, PAWL_BOOL, 3),
    FIELD(pw_tensor, "scale", PW_FIELD_F32, scale, 0, INT64_MAX, 3),
    FIELD(pw_tensor, "zero point", PW_FIELD_I32, zero_point, INT8_MIN, UINT8_MAX, 3),
};
/* clang-format on */

pw_field_list pw_plan_fields(void)
{
    return (pw_field_list){plan_fields, PW_COUNT(plan_fields)};
}

pw_field_list pw_tensor_fields(void)
{
    return (pw_field_list){tensor_fields, PW_COUNT(tensor_fields)};
}

static void complete(int32_t *value, int32_t otherwise)
{
    if (*value == 0)
        *value = otherwise;
}

void pw_profile_complete(pw_profile *profile)
{
    complete(&profile->height_min, profile->height);
    complete(&profile->width_min, profile->width);
    complete(&profile->height_max, profile->height);
    complete(&profile->width_max, profile->width);
    complete(&profile->contexts, 1);
}

static const char *sides_fault(const pw_profile *profile, int32_t max_stride)
{
    const int32_t sides[] = {profile->height,    profile->width,      profile->height_min,
                             profile->width_min, profile->height_max, profile->width_max};
    for (size_t i = 0; i < PW_COUNT(sides); i++) {
        if (sides[i] < 1 || sides[i] > PAWL_MAX_SIDE)
            return "height or width is out of range";
        if (sides[i] % max_stride != 0)
            return "height or width is no multiple of the largest stride";
    }
    if (profile->height_min > profile->height || profile->height > profile->height_max ||
        profile->width_min > profile->width || profile->width > profile->width_max)
        return "the range of heights or widths is out of order";
    return NULL;
}

const char *pw_profile_fault(const pw_profile *profile, int32_t max_stride)
{
    if (max_stride < 1 || max_stride > PW_MAX_STRIDE)
        return "the largest stride is out of range";
    if (profile->batch_min < 1 || profile->batch_max > PAWL_MAX_BATCH)
        return "the batch is out of range";
    if (profile->batch_opt < profile->batch_min || profile->batch_opt > profile->batch_max)
        return "the batch range is out of order";
    if (profile->contexts < 1 || profile->contexts > PAWL_MAX_CONTEXTS)
        return "the number of contexts is out of range";
    return sides_fault(profile, max_stride);
}
