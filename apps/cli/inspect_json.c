/* SPDX-License-Identifier: Apache-2.0 */
/* A file under inspection as one JSON object. */
#include "cli/inspect.h"

#include <string.h>

const char *inspect_kind(const inspect_subject *subject)
{
    if (subject->plan != NULL)
        return "engine";
    if (subject->weights == NULL)
        return "pickle";
    return subject->weights_info.kind == PAWL_WEIGHTS_PT ? "pt" : "wts";
}

const char *inspect_task(pawl_task task)
{
    switch (task) {
    case PAWL_TASK_DETECT:
        return "detect";
    case PAWL_TASK_SEGMENT:
        return "segment";
    case PAWL_TASK_CLASSIFY:
        return "classify";
    }
    return NULL;
}

const char *inspect_class_name(const inspect_subject *subject, int32_t class_id)
{
    if (subject->plan != NULL)
        return pawl_plan_class_name(subject->plan, class_id);
    return pawl_network_class_name(subject->network, class_id);
}

bool inspect_layer(const inspect_subject *subject, size_t index, pawl_layer_info *info)
{
    *info = (pawl_layer_info){.struct_size = sizeof *info};
    if (!subject->has_model || index >= subject->model.layer_count)
        return false;
    return subject->plan != NULL ? pawl_plan_layer_get(subject->plan, index, info, NULL) >= 0
                                 : pawl_network_layer_get(subject->network, index, info, NULL) >= 0;
}

static json_t *names_json(const inspect_subject *subject)
{
    if (!subject->model.has_names)
        return json_null();
    json_t *names = json_array();
    for (int32_t i = 0; i < subject->model.class_count; i++)
        if (!app_json_append(names, app_json_text(inspect_class_name(subject, i))))
            break;
    return names;
}

static json_t *strides_json(const pawl_model_info *model)
{
    json_t *strides = json_array();
    for (int32_t i = 0; i < model->level_count && i < PAWL_MAX_LEVELS; i++)
        (void)app_json_append(strides, json_integer(model->strides[i]));
    return strides;
}

/* A level's anchors as [width, height] in network pixels, level after level. */
static json_t *anchors_json(const pawl_model_info *model)
{
    json_t *levels = json_array();
    for (int32_t i = 0; i < model->level_count && i < PAWL_MAX_LEVELS; i++) {
        json_t *level = json_array();
        for (int32_t j = 0; j < model->anchor_count && j < PAWL_MAX_ANCHORS; j++) {
            json_t *anchor = json_array();
            (void)app_json_append(anchor, app_json_number((double)model->anchors[i][j][0]));
            (void)app_json_append(anchor, app_json_number((double)model->anchors[i][j][1]));
            (void)app_json_append(level, anchor);
        }
        (void)app_json_append(levels, level);
    }
    return levels;
}

static json_t *layers_json(const inspect_subject *subject)
{
    json_t *layers = json_array();
    pawl_layer_info info;
    for (size_t i = 0; inspect_layer(subject, i, &info); i++) {
        json_t *layer = json_object();
        (void)app_json_set(layer, "id", json_integer((json_int_t)info.id));
        json_t *sources = json_array();
        for (int32_t k = 0; k < info.source_count && k < PAWL_MAX_SOURCES; k++)
            (void)app_json_append(sources, json_integer((json_int_t)info.sources[k]));
        (void)app_json_set(layer, "inputs", sources);
        (void)app_json_set(layer, "name", app_json_text(info.name));
        (void)app_json_set(layer, "op", app_json_text(info.op));
        (void)app_json_set(layer, "attributes", app_json_text(info.attributes));
        (void)app_json_set(layer, "output_channels", json_integer(info.output_channels));
        (void)app_json_append(layers, layer);
    }
    return layers;
}

static void set_model(json_t *object, const inspect_subject *subject)
{
    const pawl_model_info *model = &subject->model;
    (void)app_json_set(object, "family", app_json_text(model->family));
    (void)app_json_set(object, "task", app_json_text(inspect_task(model->task)));
    (void)app_json_set(object, "size", app_json_text(model->size));
    (void)app_json_set(object, "classes", json_integer(model->class_count));
    (void)app_json_set(object, "names", names_json(subject));
    (void)app_json_set(object, "strides", strides_json(model));
    (void)app_json_set(object, "anchors", anchors_json(model));
    (void)app_json_set(object, "parameters", json_integer(model->parameter_count));
    (void)app_json_set(object, "gflops", app_json_number(model->gflops));
    (void)app_json_set(object, "imgsz", json_integer(model->imgsz));
    (void)app_json_set(object, "layers", layers_json(subject));
}

/* And what kept them from being read to the end. */
static void set_globals(json_t *object, const inspect_globals *read)
{
    json_t *globals = json_array();
    for (size_t i = 0; i < read->count; i++) {
        const inspect_global *global = &read->items[i];
        json_t *entry = json_object();
        (void)app_json_set(entry, "module", app_json_text(global->module));
        (void)app_json_set(entry, "name", app_json_text(global->name));
        (void)app_json_set(entry, "known", json_boolean(global->is_known));
        (void)app_json_append(globals, entry);
    }
    (void)app_json_set(object, "globals", globals);
    if (read->error.status < 0)
        (void)app_json_set(object, "globals_error", app_json_error(&read->error));
}

static json_t *tensors_json(const inspect_subject *subject)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < subject->weights_info.tensor_count; i++) {
        pawl_tensor tensor;
        if (pawl_weights_tensor_get(subject->weights, i, &tensor, NULL) < 0)
            break;
        json_t *entry = json_object(), *shape = json_array();
        for (int32_t j = 0; j < tensor.rank && j < PAWL_MAX_RANK; j++)
            (void)app_json_append(shape, json_integer(tensor.dims[j]));
        (void)app_json_set(entry, "name", app_json_text(tensor.name));
        (void)app_json_set(entry, "dtype", app_json_text(pawl_dtype_name(tensor.dtype)));
        (void)app_json_set(entry, "shape", shape);
        (void)app_json_append(tensors, entry);
    }
    return tensors;
}

static json_t *pair_json(int32_t height, int32_t width)
{
    json_t *pair = json_array();
    (void)app_json_append(pair, json_integer(height));
    (void)app_json_append(pair, json_integer(width));
    return pair;
}

static json_t *profile_json(const pawl_plan_info *info)
{
    json_t *profile = json_object(), *batch = json_array();
    (void)app_json_append(batch, json_integer(info->batch_min));
    (void)app_json_append(batch, json_integer(info->batch_opt));
    (void)app_json_append(batch, json_integer(info->batch_max));
    (void)app_json_set(profile, "batch", batch);
    (void)app_json_set(profile, "shape", pair_json(info->height, info->width));
    (void)app_json_set(profile, "shape_min", pair_json(info->height_min, info->width_min));
    (void)app_json_set(profile, "shape_max", pair_json(info->height_max, info->width_max));
    (void)app_json_set(profile, "contexts", json_integer(info->contexts));
    return profile;
}

static json_t *options_json(const pawl_plan_info *info)
{
    json_t *options = json_object();
    (void)app_json_set(options, "unoptimised", json_boolean(info->is_unoptimised));
    (void)app_json_set(options, "fp16_fix", json_boolean(info->is_fp16_fixed));
    (void)app_json_set(options, "version_compatible", json_boolean(info->is_version_compatible));
    (void)app_json_set(options, "hardware_compatible", json_boolean(info->is_hardware_compatible));
    (void)app_json_set(options, "optimisation_level", json_integer(info->optimisation_level));
    (void)app_json_set(options, "tuning", json_integer(info->tuning));
    (void)app_json_set(options, "tf32", json_boolean(info->is_tf32));
    (void)app_json_set(options, "tactic_sources", json_integer(info->tactic_sources));
    (void)app_json_set(options, "workspace", json_integer((json_int_t)info->workspace_size));
    return options;
}

/* What --max-map-drop found, or null. */
static json_t *accuracy_json(const pawl_accuracy *accuracy)
{
    if (!(accuracy->fp32 > 0))
        return json_null();
    json_t *figures = json_object();
    (void)app_json_set(figures, "drop_limit", app_json_number((double)accuracy->drop_limit));
    (void)app_json_set(figures, "fp32", app_json_number((double)accuracy->fp32));
    (void)app_json_set(figures, "int8", app_json_number((double)accuracy->int8));
    (void)app_json_set(figures, "built", app_json_number((double)accuracy->built));
    return figures;
}

/* 64 bits: more than a JSON number holds in many a reader. */
static json_t *problem_json(uint64_t problem)
{
    char text[17];
    (void)snprintf(text, sizeof text, "%016llx", (unsigned long long)problem);
    return json_string(text);
}

static json_t *tactics_json(const inspect_subject *subject)
{
    json_t *tactics = json_array();
    for (size_t i = 0; i < subject->plan_info.tactic_count; i++) {
        pawl_tactic_info info = PAWL_TACTIC_INFO_INIT;
        if (pawl_plan_tactic_get(subject->plan, i, &info, NULL) < 0)
            break;
        json_t *entry = json_object();
        (void)app_json_set(entry, "machine", app_json_text(info.machine));
        (void)app_json_set(entry, "problem", problem_json(info.problem));
        (void)app_json_set(entry, "tactic", app_json_text(info.name));
        (void)app_json_set(entry, "microseconds", json_real((double)info.microseconds));
        (void)app_json_append(tactics, entry);
    }
    return tactics;
}

/* One object an artifact. */
static json_t *artifacts_json(pawl_plan *plan, const pawl_plan_info *info)
{
    json_t *artifacts = json_array();
    for (size_t i = 0; i < info->artifact_count; i++) {
        pawl_artifact_info artifact = PAWL_ARTIFACT_INFO_INIT;
        json_t *object = json_object();
        if (pawl_plan_artifact_get(plan, i, &artifact, NULL) >= 0) {
            (void)app_json_set(object, "key", app_json_text(artifact.key));
            (void)app_json_set(object, "size", json_integer((json_int_t)artifact.size));
        }
        (void)app_json_append(artifacts, object);
    }
    return artifacts;
}

static json_t *hash_json(const uint64_t hash[2])
{
    char text[33];
    (void)snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)hash[1],
                   (unsigned long long)hash[0]);
    return json_string(text);
}

static void set_plan(json_t *object, const inspect_subject *subject)
{
    const pawl_plan_info *info = &subject->plan_info;
    (void)app_json_set(object, "backend", app_json_text(info->backend));
    (void)app_json_set(object, "precision", app_json_text(info->precision));
    (void)app_json_set(object, "profile", profile_json(info));
    (void)app_json_set(object, "options", options_json(info));
    (void)app_json_set(object, "accuracy", accuracy_json(&info->accuracy));
    (void)app_json_set(object, "tactics", tactics_json(subject));
    (void)app_json_set(object, "artifacts", artifacts_json(subject->plan, info));
    (void)app_json_set(object, "source", app_json_text(info->source_name));
    (void)app_json_set(object, "source_xxh3", hash_json(info->source_hash));
    (void)app_json_set(object, "pawl_version", app_json_text(info->pawl_version));
    (void)app_json_set(object, "file_size", json_integer((json_int_t)info->file_size));
}

json_t *inspect_json(const inspect_subject *subject)
{
    json_t *object = json_object();
    if (object == NULL || !app_json_set(object, "kind", app_json_text(inspect_kind(subject)))) {
        json_decref(object);
        return NULL;
    }
    (void)app_json_set(object, "file", app_json_text(subject->path));
    if (subject->has_model)
        set_model(object, subject);
    if (subject->plan != NULL) {
        set_plan(object, subject);
        return object;
    }
    if (subject->error.status < 0)
        (void)app_json_set(object, "error", app_json_error(&subject->error));
    if (subject->globals.has_pickle)
        set_globals(object, &subject->globals);
    if (subject->weights == NULL)
        return object;
    (void)app_json_set(object, "tensors", tensors_json(subject));
    (void)app_json_set(object, "xxh3", hash_json(subject->weights_info.hash));
    (void)app_json_set(object, "file_size",
                       json_integer((json_int_t)subject->weights_info.file_size));
    return object;
}
