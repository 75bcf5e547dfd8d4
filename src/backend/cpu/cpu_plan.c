/* SPDX-License-Identifier: Apache-2.0 */
/* A plan on this machine: what runs its layers; the same for all contexts. */
#define XXH_INLINE_ALL
#include "backend/cpu/cpu.h"

#include "base/cpu_info.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"

#include <string.h>
#include <xxhash.h>

uint64_t pw_cpu_problem_hash(const pk_problem *problem, char text[PK_TEXT_SIZE])
{
    pk_problem alone = *problem;
    alone.workers = 0; /* the same whatever shares its items */
    pk_problem_text(&alone, text);
    return XXH3_64bits(text, strlen(text));
}

void pw_cpu_machine_text(const pw_machine *machine, size_t threads, char text[PW_CPU_MACHINE_SIZE])
{
    pw_strbuf to = {.text = text, .capacity = PW_CPU_MACHINE_SIZE};
    pw_strbuf_add(&to, "%s, %zu thread%s", machine->name, threads, threads == 1 ? "" : "s");
}

/* Of a tactic: whether it was measured on such a machine, with however many threads. */
static bool is_measured_here(const cpu_device_plan *plan, const pw_tactic *tactic)
{
    const size_t length = strlen(plan->machine.name);
    return strncmp(tactic->machine, plan->machine.name, length) == 0 &&
           strncmp(tactic->machine + length, ", ", 2) == 0;
}

static const pk_implementation *prefer(void *user, const pk_problem *problem)
{
    const cpu_device_plan *plan = user;
    const pw_plan *from = plan->base.plan;
    char text[PK_TEXT_SIZE], machine[PW_CPU_MACHINE_SIZE];
    if (from->tactic_count == 0)
        return NULL;
    const uint64_t hash = pw_cpu_problem_hash(problem, text);
    pw_cpu_machine_text(&plan->machine, problem->workers, machine);
    const pw_tactic *tactic = pw_plan_tactic(from, machine, hash);
    for (size_t i = 0; tactic == NULL && i < from->tactic_count; i++)
        if (from->tactics[i].problem == hash && is_measured_here(plan, &from->tactics[i]))
            tactic = &from->tactics[i];
    return tactic == NULL ? NULL : pk_find(tactic->name, plan->machine.isa, problem);
}

/* An engine may have been tuned elsewhere: it runs as one that is not tuned. */
static void say_foreign(const cpu_device_plan *plan)
{
    const pw_plan *from = plan->base.plan;
    for (size_t i = 0; i < from->tactic_count; i++)
        if (is_measured_here(plan, &from->tactics[i]))
            return;
    if (from->tactic_count > 0)
        pw_log(PAWL_LOG_WARNING,
               "the engine was tuned on another machine (%s): its timings are not used on this one "
               "(%s); tune it here to have its best",
               from->tactics[0].machine, plan->machine.name);
}

static pawl_status schedule_by(const cpu_device_plan *plan, const pw_lowering *lowering,
                               pw_preference preference, void *user, pw_arena *arena,
                               pw_schedule *schedule, pawl_error *error)
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
        .prefer = preference,
        .prefer_user = user,
    };
    return pw_schedule_make(&desc, arena, schedule, error);
}

pawl_status pw_cpu_schedule(const cpu_device_plan *plan, const pw_lowering *lowering,
                            pw_arena *arena, pw_schedule *schedule, pawl_error *error)
{
    return schedule_by(plan, lowering, prefer, (void *)(uintptr_t)plan /* only read */, arena,
                       schedule, error);
}

static void free_arena(pw_arena *arena)
{
    pw_arena_free(arena);
}

/* Which tactics a schedule asks for, and can have. */
typedef struct asking {
    const cpu_device_plan *plan;
    bool *is_answered; /* of each */
} asking;

static const pk_implementation *note_asked(void *user, const pk_problem *problem)
{
    const asking *to = user;
    const pw_plan *from = to->plan->base.plan;
    char text[PK_TEXT_SIZE];
    const uint64_t hash = pw_cpu_problem_hash(problem, text);
    for (size_t i = 0; i < from->tactic_count; i++)
        if (from->tactics[i].problem == hash &&
            pk_find(from->tactics[i].name, to->plan->machine.isa, problem) != NULL)
            to->is_answered[i] = true;
    return prefer((void *)(uintptr_t)to->plan, problem);
}

/* What another pawl has timed here may have other problems, or kernels of other names: such
 * timings fit nothing, which would only show as a slower engine. */
static void say_stale(const cpu_device_plan *plan)
{
    static const pw_lowering forms[] = {
        {.input = PAWL_INPUT_U8_NHWC, .output = PAWL_OUTPUT_CANDIDATES},
        {.input = PAWL_INPUT_F32_NCHW, .output = PAWL_OUTPUT_DECODED}}; /* that are tuned */
    const pw_plan *from = plan->base.plan;
    bool *answered PW_AUTO_FREE = pw_calloc(from->tactic_count + 1, sizeof(bool));
    asking all = {plan, answered};
    size_t here = 0, stale = 0;
    for (size_t f = 0; answered != NULL && f < PW_COUNT(forms); f++) {
        pw_arena arena PW_CLEANUP(free_arena) = {0};
        pw_schedule schedule;
        pw_lowering lowering = forms[f];
        lowering.batch = from->profile.batch_opt;
        lowering.height = from->profile.height;
        lowering.width = from->profile.width;
        if (schedule_by(plan, &lowering, note_asked, &all, &arena, &schedule, NULL) < 0)
            return; /* such a shape is not run */
    }
    for (size_t i = 0; answered != NULL && i < from->tactic_count; i++) {
        here += is_measured_here(plan, &from->tactics[i]);
        stale += is_measured_here(plan, &from->tactics[i]) && !answered[i];
    }
    if (stale > 0)
        pw_log(PAWL_LOG_WARNING,
               "%zu of the engine's %zu timings on this machine are of kernels or problems that "
               "this pawl does not have: build and tune it again to have its best",
               stale, here);
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
    say_foreign(made);
    if (plan->tactic_count > 0)
        say_stale(made);
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
