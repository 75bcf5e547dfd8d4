/* SPDX-License-Identifier: Apache-2.0 */
/* A plan on this machine: what runs its layers; the same for all contexts. */
#include "backend/cpu/cpu.h"

#include "base/memory.h"

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
    const pw_lowering best = {.batch = pw_schedule_at_once(&plan->network, PAWL_OUTPUT_CANDIDATES,
                                                           plan->profile.batch_opt),
                              .height = plan->profile.height,
                              .width = plan->profile.width};
    pw_arena arena PW_CLEANUP(pw_arena_free) = {0};
    pw_schedule schedule;
    const pawl_status status = pw_tactics_schedule(&made->tactics, &best, &arena, &schedule, error);
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
    made->tactics = (pw_tactics){plan, &made->machine};
    pw_tactics_check(&made->tactics);
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
    pw_cpu_packed_free(made->packed);
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
