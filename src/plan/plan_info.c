/* SPDX-License-Identifier: Apache-2.0 */
/* What the public functions tell of a plan. */
#include "base/desc.h"
#include "plan/plan_format.h"

pawl_status pawl_plan_destroy(pawl_plan **plan)
{
    return pw_object_destroy_handle((void **)plan, &pw_plan_type);
}

pawl_status pawl_plan_info_get(pawl_plan *plan, pawl_plan_info *info, pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    const pawl_plan_info made = {
        .struct_size = sizeof(made),
        .backend = source->backend,
        .precision = source->precision,
        .height = source->profile.height,
        .width = source->profile.width,
        .batch_min = source->profile.batch_min,
        .batch_opt = source->profile.batch_opt,
        .batch_max = source->profile.batch_max,
        .source_hash = {source->source_hash[0], source->source_hash[1]},
        .source_name = source->source_name,
        .pawl_version = source->pawl_version,
        .constant_size = pw_constant_stored_size(&source->network),
        .file_size = atomic_load_explicit(&source->file_size, memory_order_relaxed),
        .tactic_count = source->tactic_count,
        .artifact_count = source->artifact_count,
        .height_min = source->profile.height_min,
        .width_min = source->profile.width_min,
        .height_max = source->profile.height_max,
        .width_max = source->profile.width_max,
        .contexts = source->profile.contexts,
        .is_unoptimised = source->options.is_unoptimised,
        .is_fp16_fixed = source->options.is_fp16_fixed,
        .is_version_compatible = source->options.is_version_compatible,
        .is_hardware_compatible = source->options.is_hardware_compatible,
        .optimisation_level = source->options.optimisation_level,
        .workspace_size = source->options.workspace_size,
        .tuning = source->options.tuning,
        .is_tf32 = source->options.is_tf32,
        .tactic_sources = source->options.tactic_sources,
        .accuracy = source->options.accuracy,
    };
    return pw_desc_answer(info, &made, sizeof(made), "pawl_plan_info", error);
}

pawl_status pw_plan_model(const pw_plan *plan, pawl_model_info *info, pawl_error *error)
{
    pawl_model_info made = {.struct_size = sizeof(made)};
    pw_network_describe(&plan->network, plan->profile.height, &made);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_model_info", error);
}

pawl_status pawl_plan_model_get(pawl_plan *plan, pawl_model_info *info, pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    return pw_plan_model(source, info, error);
}

const char *pawl_plan_class_name(pawl_plan *plan, int32_t class_id)
{
    pw_plan *source PW_USING = NULL;
    if (pw_object_use(plan, &pw_plan_type, &source, NULL) != PAWL_OK)
        return NULL;
    return pw_model_class_name(&source->network.model, class_id);
}

pawl_status pawl_plan_layer_get(pawl_plan *plan, size_t index, pawl_layer_info *info,
                                pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    if (index >= source->network.layer_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "layer %zu does not exist: the plan has %zu",
                       index, source->network.layer_count);
    pawl_layer_info made = {.struct_size = sizeof(made)};
    char text[256] = "";
    pw_layer_describe(&source->network, index, &made, text, sizeof(text));
    made.attributes = source->layer_attributes[index];
    return pw_desc_answer(info, &made, sizeof(made), "pawl_layer_info", error);
}

pawl_status pawl_plan_tactic_get(pawl_plan *plan, size_t index, pawl_tactic_info *info,
                                 pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    if (index >= source->tactic_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "tactic %zu does not exist: the plan has %zu",
                       index, source->tactic_count);
    const pw_tactic *tactic = &source->tactics[index];
    const pawl_tactic_info made = {.struct_size = sizeof(made),
                                   .machine = tactic->machine,
                                   .problem = tactic->problem,
                                   .name = tactic->name,
                                   .microseconds = tactic->microseconds};
    return pw_desc_answer(info, &made, sizeof(made), "pawl_tactic_info", error);
}

pawl_status pawl_plan_artifact_get(pawl_plan *plan, size_t index, pawl_artifact_info *info,
                                   pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    if (index >= source->artifact_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "artifact %zu does not exist: the plan has %zu",
                       index, source->artifact_count);
    const pw_artifact *artifact = &source->artifacts[index];
    const pawl_artifact_info made = {.struct_size = sizeof(made),
                                     .key = artifact->key,
                                     .data = artifact->data,
                                     .size = artifact->size};
    return pw_desc_answer(info, &made, sizeof(made), "pawl_artifact_info", error);
}
