/* SPDX-License-Identifier: Apache-2.0 */
/* Tactics looked up, and those that are of no use told. */
#define XXH_INLINE_ALL
#include "tune/tactics.h"

#include "base/cpu_info.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"

#include <string.h>
#include <xxhash.h>

uint64_t pw_tactic_problem(const pk_problem *problem, char text[PK_TEXT_SIZE])
{
    pk_problem alone = *problem;
    alone.workers = 0; /* the same whatever shares its items */
    pk_problem_text(&alone, text);
    return XXH3_64bits(text, strlen(text));
}

void pw_tactic_machine(const pw_machine *machine, size_t threads, char text[PW_TACTIC_MACHINE_SIZE])
{
    pw_strbuf to = {.text = text, .capacity = PW_TACTIC_MACHINE_SIZE};
    pw_strbuf_add(&to, "%s, %zu thread%s", machine->name, threads, threads == 1 ? "" : "s");
}

pw_lowering pw_tuned_lowering(const pw_plan *plan, size_t form)
{
    static const pw_lowering forms[PW_TUNED_FORMS] = {
        {.input = PAWL_INPUT_U8_NHWC, .output = PAWL_OUTPUT_CANDIDATES},
        {.input = PAWL_INPUT_F32_NCHW, .output = PAWL_OUTPUT_DECODED}};
    pw_lowering lowering = forms[form];
    lowering.batch = pw_schedule_at_once(&plan->network, lowering.output, plan->profile.batch_opt);
    lowering.height = plan->profile.height;
    lowering.width = plan->profile.width;
    return lowering;
}

const pk_implementation *pw_tactic_find(const char *name, uint32_t isa, const pk_problem *problem)
{
    const pk_implementation *found = pk_find(name, isa, problem);
    return found != NULL && pw_isa_permitted(found->isa) ? found : NULL;
}

/* Whether a tactic was measured on such a machine, with however many threads. */
static bool is_measured_here(const pw_tactics *tactics, const pw_tactic *tactic)
{
    const size_t length = strlen(tactics->machine->name);
    return strncmp(tactic->machine, tactics->machine->name, length) == 0 &&
           strncmp(tactic->machine + length, ", ", 2) == 0;
}

static const pk_implementation *prefer(void *user, const pk_problem *problem)
{
    const pw_tactics *tactics = user;
    const pw_plan *from = tactics->plan;
    char text[PK_TEXT_SIZE], machine[PW_TACTIC_MACHINE_SIZE];
    if (from->tactic_count == 0)
        return NULL;
    const uint64_t hash = pw_tactic_problem(problem, text);
    pw_tactic_machine(tactics->machine, problem->workers, machine);
    const pw_tactic *tactic = pw_plan_tactic(from, machine, hash);
    for (size_t i = 0; tactic == NULL && i < from->tactic_count; i++)
        if (from->tactics[i].problem == hash && is_measured_here(tactics, &from->tactics[i]))
            tactic = &from->tactics[i];
    return tactic == NULL ? NULL : pw_tactic_find(tactic->name, tactics->machine->isa, problem);
}

static pawl_status schedule_by(const pw_tactics *tactics, const pw_lowering *lowering,
                               pw_preference preference, void *user, pw_arena *arena,
                               pw_schedule *schedule, pawl_error *error)
{
    const pw_cpu_caches caches = pw_cpu_caches_get();
    const pw_schedule_desc desc = {
        .network = &tactics->plan->network,
        .machine = {.isa = tactics->machine->isa,
                    .l1d = caches.l1d,
                    .l2 = caches.l2,
                    .l3 = caches.l3},
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

pawl_status pw_tactics_schedule(const pw_tactics *tactics, const pw_lowering *lowering,
                                pw_arena *arena, pw_schedule *schedule, pawl_error *error)
{
    return schedule_by(tactics, lowering, prefer, (void *)(uintptr_t)tactics /* only read */, arena,
                       schedule, error);
}

/* An engine may have been tuned elsewhere: it runs as one that is not tuned. */
static void say_foreign(const pw_tactics *tactics)
{
    const pw_plan *from = tactics->plan;
    for (size_t i = 0; i < from->tactic_count; i++)
        if (is_measured_here(tactics, &from->tactics[i]))
            return;
    pw_log(PAWL_LOG_WARNING,
           "the engine was tuned on another machine (%s): its timings are not used on this one "
           "(%s); tune it here to have its best",
           from->tactics[0].machine, tactics->machine->name);
}

/* Which tactics a schedule asks for, and can have. */
typedef struct asking {
    const pw_tactics *tactics;
    bool *is_answered; /* of each */
} asking;

static const pk_implementation *note_asked(void *user, const pk_problem *problem)
{
    const asking *to = user;
    const pw_plan *from = to->tactics->plan;
    char text[PK_TEXT_SIZE];
    const uint64_t hash = pw_tactic_problem(problem, text);
    for (size_t i = 0; i < from->tactic_count; i++)
        if (from->tactics[i].problem == hash &&
            pw_tactic_find(from->tactics[i].name, to->tactics->machine->isa, problem) != NULL)
            to->is_answered[i] = true;
    return prefer((void *)(uintptr_t)to->tactics, problem);
}

/* What another pawl has timed here may have other problems, or kernels of other names: such
 * timings fit nothing, which would only show as a slower engine. */
static void say_stale(const pw_tactics *tactics)
{
    const pw_plan *from = tactics->plan;
    bool *answered PW_AUTO_FREE = pw_calloc(from->tactic_count + 1, sizeof(bool));
    asking all = {tactics, answered};
    size_t here = 0, stale = 0;
    for (size_t f = 0; answered != NULL && f < PW_TUNED_FORMS; f++) {
        pw_arena arena PW_CLEANUP(pw_arena_free) = {0};
        pw_schedule schedule;
        const pw_lowering lowering = pw_tuned_lowering(from, f);
        if (schedule_by(tactics, &lowering, note_asked, &all, &arena, &schedule, NULL) < 0)
            return; /* such a shape is not run */
    }
    for (size_t i = 0; answered != NULL && i < from->tactic_count; i++) {
        here += is_measured_here(tactics, &from->tactics[i]);
        stale += is_measured_here(tactics, &from->tactics[i]) && !answered[i];
    }
    if (stale > 0)
        pw_log(PAWL_LOG_WARNING,
               "%zu of the engine's %zu timings on this machine are of kernels or problems that "
               "this pawl does not have: build and tune it again to have its best",
               stale, here);
}

void pw_tactics_check(const pw_tactics *tactics)
{
    if (tactics->plan->tactic_count == 0)
        return;
    say_foreign(tactics);
    say_stale(tactics);
}
