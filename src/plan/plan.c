/* SPDX-License-Identifier: Apache-2.0 */
/* The plan in memory: assembling it from a network, tactics, artifacts, and what the public
 * functions tell of it. */
#include "plan/plan_format.h"

#include "base/desc.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/strbuf.h"

#include <pawl/version.h>
#include <string.h>

static void plan_unmake(pw_object *object)
{
    pw_plan *plan = (pw_plan *)object;
    pw_network_free(&plan->network);
    pw_os_contents_free(&plan->contents); /* after the network, whose constants lie in it */
}

const pw_type pw_plan_type = {
    .name = "plan", .size = sizeof(pw_plan), .unmake = plan_unmake, .role = PW_ROLE_BUILD};

pawl_status pw_plan_new(pw_plan **plan, pawl_error *error)
{
    return pw_object_make(&pw_plan_type, NULL, 0, plan, error);
}

pawl_status pw_plan_finish(pw_plan *plan, pawl_error *error)
{
    pw_network *network = &plan->network;
    const size_t count = network->layer_count;
    plan->layer_attributes = pw_arena_array(&network->arena, count, sizeof(char *));
    if (plan->layer_attributes == NULL)
        return pw_fail_memory(error, "the plan's layer texts", count * sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        pawl_layer_info info = {.struct_size = sizeof(info)};
        char text[256] = "";
        pw_layer_describe(network, i, &info, text, sizeof(text));
        plan->layer_attributes[i] = pw_arena_strdup(&network->arena, text);
        if (plan->layer_attributes[i] == NULL)
            return pw_fail_memory(error, "the plan's layer texts", sizeof(text));
    }
    pw_strbuf name = {.text = plan->object.name, .capacity = sizeof(plan->object.name)};
    pw_strbuf_add(&name, "%s", plan->source_name);
    return PAWL_OK;
}

const char *pw_profile_fault(const pw_profile *profile, int32_t max_stride)
{
    if (max_stride < 1 || max_stride > PW_MAX_STRIDE)
        return "the largest stride is out of range";
    if (profile->batch_min < 1 || profile->batch_max > PAWL_MAX_BATCH)
        return "the batch is out of range";
    if (profile->batch_opt < profile->batch_min || profile->batch_opt > profile->batch_max)
        return "the batch range is out of order";
    if (profile->height < 1 || profile->height > PAWL_MAX_SIDE || profile->width < 1 ||
        profile->width > PAWL_MAX_SIDE)
        return "height or width is out of range";
    if (profile->height % max_stride != 0 || profile->width % max_stride != 0)
        return "height or width is no multiple of the largest stride";
    return NULL;
}

/* Bytes of the block in which every array begins at a multiple of 64. */
static size_t constant_block_size(pw_network *network)
{
    size_t size = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_constant constants[PW_MAX_CONSTANTS];
        const size_t count = pw_layer_constants(&network->layers[i], constants);
        for (size_t c = 0; c < count; c++)
            if (*constants[c].slot != NULL)
                size =
                    pw_size_align(size, PW_ENGINE_ALIGNMENT) + constants[c].count * sizeof(float);
    }
    return size;
}

/* Copies all constants into one block of the network's arena, so that the plan needs nobody's
 * weights. */
static pawl_status own_constants(pw_network *network, pawl_error *error)
{
    const size_t size = constant_block_size(network);
    char *block =
        pw_arena_alloc_aligned(&network->arena, pw_size_max(size, 1), PW_ENGINE_ALIGNMENT);
    if (block == NULL)
        return pw_fail_memory(error, "the plan's constants", size);
    size_t at = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_constant constants[PW_MAX_CONSTANTS];
        const size_t count = pw_layer_constants(&network->layers[i], constants);
        for (size_t c = 0; c < count; c++) {
            if (*constants[c].slot == NULL)
                continue;
            at = pw_size_align(at, PW_ENGINE_ALIGNMENT);
            const size_t bytes = constants[c].count * sizeof(float);
            memcpy(block + at, *constants[c].slot, bytes);
            *constants[c].slot = (const float *)(void *)(block + at);
            at += bytes;
        }
    }
    return PAWL_OK;
}

static pawl_status copy_text(pw_arena *arena, const char *text, const char **copy,
                             pawl_error *error)
{
    *copy = pw_arena_strdup(arena, text);
    if (*copy == NULL)
        return pw_fail_memory(error, "the plan's texts", strlen(text) + 1);
    return PAWL_OK;
}

/* Names come from the weights file: what the engine could not hold is refused before it is built.
 */
static pawl_status check_texts(const pw_network *network, const char *source_name,
                               pawl_error *error)
{
    const pw_model *model = &network->model;
    size_t longest = strlen(source_name);
    for (size_t i = 0; i < network->layer_count; i++)
        longest = pw_size_max(longest, strlen(network->layers[i].name));
    for (int32_t c = 0; model->names != NULL && c < model->class_count; c++)
        if (model->names[c] != NULL)
            longest = pw_size_max(longest, strlen(model->names[c]));
    if (longest > PW_ENGINE_MAX_TEXT)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "a class or layer has a name of %zu bytes, an engine holds names of %d at "
                       "most: give shorter names",
                       longest, PW_ENGINE_MAX_TEXT);
    return PAWL_OK;
}

/* The network is the plan's own by now; the caller gives it back when this fails. */
static pawl_status fill_in(pw_plan *plan, const char *backend, const char *precision,
                           const char *source_name, pawl_error *error)
{
    pw_arena *arena = &plan->network.arena;
    PW_TRY(own_constants(&plan->network, error));
    PW_TRY(copy_text(arena, backend, &plan->backend, error));
    PW_TRY(copy_text(arena, precision, &plan->precision, error));
    PW_TRY(copy_text(arena, source_name, &plan->source_name, error));
    PW_TRY(copy_text(arena, PAWL_VERSION_STRING, &plan->pawl_version, error));
    return pw_plan_finish(plan, error);
}

pawl_status pw_plan_assemble(pw_network *network, const pw_profile *profile, const char *backend,
                             const char *precision, const char *source_name,
                             const uint64_t source_hash[2], pw_plan **plan, pawl_error *error)
{
    const char *fault = pw_profile_fault(profile, network->model.max_stride);
    if (fault != NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "no plan can be made for batch %d:%d:%d at %dx%d: %s", profile->batch_min,
                       profile->batch_opt, profile->batch_max, profile->height, profile->width,
                       fault);
    PW_TRY(pw_network_validate(network, error));
    PW_TRY(check_texts(network, source_name, error));
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_plan_new(&made, error));
    /* A copy shares constants and nothing else: when anything fails, the caller's network is as it
     * was. */
    PW_TRY(pw_network_copy(network, &made->network, error));
    made->profile = *profile;
    memcpy(made->source_hash, source_hash, sizeof(made->source_hash));
    PW_TRY(fill_in(made, backend, precision, source_name, error));
    pw_network_free(network);
    memset(network, 0, sizeof(*network));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

static pw_tactic *find_tactic(const pw_plan *plan, const char *machine, uint32_t layer_id)
{
    for (size_t i = 0; i < plan->tactic_count; i++)
        if (plan->tactics[i].layer_id == layer_id && strcmp(plan->tactics[i].machine, machine) == 0)
            return &plan->tactics[i];
    return NULL;
}

pawl_status pw_plan_set_tactic(pw_plan *plan, const char *machine, uint32_t layer_id,
                               const char *name, pawl_error *error)
{
    pw_arena *arena = &plan->network.arena;
    pw_tactic made = {.layer_id = layer_id};
    PW_TRY(copy_text(arena, name, &made.name, error));
    pw_tactic *old = find_tactic(plan, machine, layer_id);
    if (old != NULL) {
        old->name = made.name;
        return PAWL_OK;
    }
    if (plan->tactic_count >= PW_ENGINE_MAX_TACTICS)
        return pw_fail(error, PAWL_ERR_LIMIT, "a plan holds at most %d tactics",
                       PW_ENGINE_MAX_TACTICS);
    PW_TRY(copy_text(arena, machine, &made.machine, error));
    pw_tactic *tactics = pw_arena_grow(arena, plan->tactics, plan->tactic_count,
                                       &plan->tactic_capacity, sizeof(pw_tactic));
    if (tactics == NULL)
        return pw_fail_memory(error, "the plan's tactics", sizeof(pw_tactic));
    plan->tactics = tactics;
    plan->tactics[plan->tactic_count++] = made;
    return PAWL_OK;
}

const char *pw_plan_tactic(const pw_plan *plan, const char *machine, uint32_t layer_id)
{
    const pw_tactic *tactic = find_tactic(plan, machine, layer_id);
    return tactic == NULL ? NULL : tactic->name;
}

const pw_artifact *pw_plan_artifact(const pw_plan *plan, const char *key)
{
    for (size_t i = 0; i < plan->artifact_count; i++)
        if (strcmp(plan->artifacts[i].key, key) == 0)
            return &plan->artifacts[i];
    return NULL;
}

pawl_status pw_plan_set_artifact(pw_plan *plan, const char *key, const void *data, size_t size,
                                 pawl_error *error)
{
    pw_arena *arena = &plan->network.arena;
    void *copy = pw_arena_alloc_aligned(arena, pw_size_max(size, 1), PW_ENGINE_ALIGNMENT);
    if (copy == NULL)
        return pw_fail_memory(error, "an artifact of the plan", size);
    if (size > 0)
        memcpy(copy, data, size);
    pw_artifact made = {.data = copy, .size = size};
    for (size_t i = 0; i < plan->artifact_count; i++) {
        if (strcmp(plan->artifacts[i].key, key) == 0) {
            made.key = plan->artifacts[i].key;
            plan->artifacts[i] = made;
            return PAWL_OK;
        }
    }
    if (plan->artifact_count >= PW_ENGINE_MAX_ARTIFACTS)
        return pw_fail(error, PAWL_ERR_LIMIT, "a plan holds at most %d artifacts",
                       PW_ENGINE_MAX_ARTIFACTS);
    PW_TRY(copy_text(arena, key, &made.key, error));
    pw_artifact *artifacts = pw_arena_grow(arena, plan->artifacts, plan->artifact_count,
                                           &plan->artifact_capacity, sizeof(pw_artifact));
    if (artifacts == NULL)
        return pw_fail_memory(error, "the plan's artifacts", sizeof(pw_artifact));
    plan->artifacts = artifacts;
    plan->artifacts[plan->artifact_count++] = made;
    return PAWL_OK;
}

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
        .constant_size = constant_block_size(&source->network),
        .file_size = atomic_load_explicit(&source->file_size, memory_order_relaxed),
        .tactic_count = source->tactic_count,
        .artifact_count = source->artifact_count,
    };
    return pw_desc_answer(info, &made, sizeof(made), "pawl_plan_info", error);
}

pawl_status pawl_plan_model_get(pawl_plan *plan, pawl_model_info *info, pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    pawl_model_info made = {.struct_size = sizeof(made)};
    pw_network_describe(&source->network, source->profile.height, &made);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_model_info", error);
}

const char *pawl_plan_class_name(pawl_plan *plan, int32_t class_id)
{
    pw_plan *source PW_USING = NULL;
    if (pw_object_use(plan, &pw_plan_type, &source, NULL) != PAWL_OK)
        return NULL;
    const pw_model *model = &source->network.model;
    if (model->names == NULL || class_id < 0 || class_id >= model->class_count)
        return NULL;
    return model->names[class_id];
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
                                   .layer_id = tactic->layer_id,
                                   .tactic = tactic->name};
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
