/* SPDX-License-Identifier: Apache-2.0 */
/* The plan in memory: assembling it from a network, tactics, artifacts. */
#include "plan/plan_format.h"

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

/* Bytes of the block of floats in which every constant begins at a multiple of 64. */
static size_t block_size(pw_network *network)
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
    const size_t size = block_size(network);
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

/* Names come from the weights file: what the engine could not hold is refused
 * before it is built. */
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
static pawl_status fill_in(pw_plan *plan, const pw_plan_desc *desc, pawl_error *error)
{
    pw_arena *arena = &plan->network.arena;
    PW_TRY(own_constants(&plan->network, error));
    PW_TRY(copy_text(arena, desc->backend, &plan->backend, error));
    PW_TRY(copy_text(arena, desc->precision, &plan->precision, error));
    PW_TRY(copy_text(arena, desc->source_name, &plan->source_name, error));
    PW_TRY(copy_text(arena, PAWL_VERSION_STRING, &plan->pawl_version, error));
    return pw_plan_finish(plan, error);
}

pawl_status pw_plan_assemble(pw_network *network, const pw_plan_desc *desc, pw_plan **plan,
                             pawl_error *error)
{
    pw_profile profile = desc->profile;
    pw_profile_complete(&profile);
    const char *fault = pw_profile_fault(&profile, network->model.max_stride);
    if (fault != NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "no plan can be made for batch %d:%d:%d at %dx%d:%dx%d:%dx%d: %s",
                       profile.batch_min, profile.batch_opt, profile.batch_max, profile.height_min,
                       profile.width_min, profile.height, profile.width, profile.height_max,
                       profile.width_max, fault);
    PW_TRY(pw_network_validate(network, error));
    PW_TRY(check_texts(network, desc->source_name, error));
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_plan_new(&made, error));
    /* A copy shares constants and nothing else: when anything fails, the caller's network is as it
     * was. */
    PW_TRY(pw_network_copy(network, &made->network, error));
    made->profile = profile;
    made->options = desc->options;
    memcpy(made->source_hash, desc->source_hash, sizeof(made->source_hash));
    PW_TRY(fill_in(made, desc, error));
    pw_network_free(network);
    memset(network, 0, sizeof(*network));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

int pw_tactic_compare(const pw_tactic *a, const pw_tactic *b)
{
    const int order = strcmp(a->machine, b->machine);
    return order != 0 ? order : a->problem < b->problem ? -1 : a->problem > b->problem;
}

/* Where the row is, or would be: they are kept in the order of the file. */
static size_t tactic_place(const pw_plan *plan, const pw_tactic *tactic, bool *is_there)
{
    size_t low = 0, high = plan->tactic_count;
    *is_there = false;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = pw_tactic_compare(&plan->tactics[middle], tactic);
        if (order == 0) {
            *is_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

pawl_status pw_plan_set_tactic(pw_plan *plan, const pw_tactic *tactic, pawl_error *error)
{
    pw_arena *arena = &plan->network.arena;
    pw_tactic made = *tactic;
    bool is_there = false;
    const size_t at = tactic_place(plan, tactic, &is_there);
    PW_TRY(copy_text(arena, tactic->name, &made.name, error));
    if (is_there) {
        made.machine = plan->tactics[at].machine;
        plan->tactics[at] = made;
        return PAWL_OK;
    }
    if (plan->tactic_count >= PW_ENGINE_MAX_TACTICS)
        return pw_fail(error, PAWL_ERR_LIMIT, "a plan holds at most %d tactics",
                       PW_ENGINE_MAX_TACTICS);
    PW_TRY(copy_text(arena, tactic->machine, &made.machine, error));
    pw_tactic *tactics = pw_arena_grow(arena, plan->tactics, plan->tactic_count,
                                       &plan->tactic_capacity, sizeof(pw_tactic));
    if (tactics == NULL)
        return pw_fail_memory(error, "the plan's tactics", sizeof(pw_tactic));
    memmove(&tactics[at + 1], &tactics[at], (plan->tactic_count - at) * sizeof(pw_tactic));
    tactics[at] = made;
    plan->tactics = tactics;
    plan->tactic_count++;
    return PAWL_OK;
}

const pw_tactic *pw_plan_tactic(const pw_plan *plan, const char *machine, uint64_t problem)
{
    const pw_tactic wanted = {.machine = machine, .problem = problem};
    bool is_there = false;
    const size_t at = tactic_place(plan, &wanted, &is_there);
    return is_there ? &plan->tactics[at] : NULL;
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
