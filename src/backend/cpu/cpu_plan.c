/* SPDX-License-Identifier: Apache-2.0 */
/* A plan on this machine: what runs its layers, and their constants as they are read; the same for
 * all contexts. */
#include "backend/cpu/cpu.h"

#include "base/cpu_info.h"
#include "base/memory.h"
#include "base/size.h"

#include <string.h>

pawl_status pw_cpu_schedule(const cpu_device_plan *plan, const pw_lowering *lowering,
                            pw_arena *arena, pw_schedule *schedule, pawl_error *error)
{
    const pw_cpu_caches caches = pw_cpu_caches_get();
    const pw_schedule_desc desc = {
        .network = &plan->base.plan->network,
        .machine = {.isa = plan->machine.isa, .l1d = caches.l1d, .l2 = caches.l2, .l3 = caches.l3},
        .batch = lowering->batch,
        .height = lowering->height,
        .width = lowering->width,
        .input = lowering->input,
        .output = lowering->output,
        .workers = pw_crew_size(lowering->crew),
    };
    return pw_schedule_make(&desc, arena, schedule, error);
}

static void free_arena(pw_arena *arena)
{
    pw_arena_free(arena);
}

/* Finds out what will run the layers at the shape the plan is best at; a layer that nobody can run
 * is told here. */
static pawl_status choose(cpu_device_plan *made, pawl_error *error)
{
    const pw_plan *plan = made->base.plan;
    made->implementations =
        pw_calloc(plan->network.layer_count + 1, sizeof(const pk_implementation *));
    if (made->implementations == NULL)
        return pw_fail_memory(error, "the CPU backend's layers",
                              (plan->network.layer_count + 1) * sizeof(void *));
    const pw_lowering best = {.batch = plan->profile.batch_opt,
                              .height = plan->profile.height,
                              .width = plan->profile.width};
    pw_arena arena PW_CLEANUP(free_arena) = {0};
    pw_schedule schedule;
    const pawl_status status = pw_cpu_schedule(made, &best, &arena, &schedule, error);
    if (status == PAWL_ERR_UNSUPPORTED || status == PAWL_ERR_MEMORY)
        return status;
    if (status < 0) /* of that shape: a context for it will say so, another may be made */
        return PAWL_OK;
    for (size_t s = 0; s < schedule.step_count; s++)
        made->implementations[schedule.steps[s].layer] = schedule.steps[s].implementation;
    return PAWL_OK;
}

pawl_status pw_cpu_open(const pw_plan *plan, const pw_machine *machine,
                        pw_device_plan **device_plan, pawl_error *error)
{
    cpu_device_plan *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the CPU backend's plan", sizeof(*made));
    made->base = (pw_device_plan){.backend = &pw_backend_cpu, .plan = plan};
    made->machine = *machine;
    (void)pthread_mutex_init(&made->mutex, NULL); /* cannot fail on Linux */
    const pawl_status status = choose(made, error);
    if (status < 0) {
        pw_cpu_close(&made->base);
        return status;
    }
    *device_plan = &made->base;
    return PAWL_OK;
}

void pw_cpu_close(pw_device_plan *device_plan)
{
    cpu_device_plan *made = (cpu_device_plan *)device_plan;
    if (made == NULL)
        return;
    while (made->packed != NULL) {
        cpu_packed *first = made->packed;
        made->packed = first->next;
        pw_free(first->data);
        pw_free(first);
    }
    (void)pthread_mutex_destroy(&made->mutex);
    pw_free(made->implementations);
    pw_free(made);
}

const char *pw_cpu_tactic(const pw_device_plan *device_plan, size_t index)
{
    const cpu_device_plan *made = (const cpu_device_plan *)device_plan;
    if (index >= made->base.plan->network.layer_count || made->implementations[index] == NULL)
        return NULL;
    return made->implementations[index]->name;
}

/* The pages of a mapped file need not stay in memory beside ours. */
static void drop_canonical(const pw_plan *plan, const pw_step *step)
{
    const pw_layer *layer = &plan->network.layers[step->layer];
    if (layer->op == PW_OP_CONV)
        pw_os_contents_drop(&plan->contents, step->constants.weights,
                            pw_conv_weight_count(&layer->as.conv) * sizeof(float));
}

static pawl_status pack_anew(const pw_plan *plan, const pw_step *step, size_t block,
                             cpu_packed **made, pawl_error *error)
{
    cpu_packed *entry = pw_calloc(1, sizeof(*entry));
    if (entry == NULL)
        return pw_fail_memory(error, "the packed constants", sizeof(*entry));
    *entry =
        (cpu_packed){.layer = step->layer, .block = block, .implementation = step->implementation};
    entry->data = pw_alloc_aligned(step->needs.packed, PW_CACHE_LINE);
    if (entry->data == NULL) {
        pw_free(entry);
        return pw_fail_memory(error, "the packed constants", step->needs.packed);
    }
    step->implementation->pack(step->implementation, &step->problem, &step->constants, entry->data);
    drop_canonical(plan, step);
    *made = entry;
    return PAWL_OK;
}

pawl_status pw_cpu_pack(cpu_device_plan *plan, const pw_step *step, const void **packed,
                        pawl_error *error)
{
    *packed = NULL;
    if (step->needs.packed == 0)
        return PAWL_OK;
    const pk_tensor *source = &step->problem.source[0];
    const size_t block = pw_size_min(source->block, source->channels);
    for (cpu_packed *entry = plan->packed; entry != NULL; entry = entry->next)
        if (entry->layer == step->layer && entry->implementation == step->implementation &&
            entry->block == block) {
            *packed = entry->data;
            return PAWL_OK;
        }
    cpu_packed *made = NULL;
    PW_TRY(pack_anew(plan->base.plan, step, block, &made, error));
    made->next = plan->packed;
    plan->packed = made;
    *packed = made->data;
    return PAWL_OK;
}
