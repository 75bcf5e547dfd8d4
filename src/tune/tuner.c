/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuning: the plan's network is run at the shape it is optimised for, in the form that pictures
 * take and in the one that tensors take, and each problem that several implementations can solve is
 * timed where it first stands, unless the timing cache knows it.
 */
#include "tune/tuner.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "tune/budget.h"
#include "tune/timings.h"

#define BUDGET 3 / 2 /* of the usual constants' bytes: what faster ones may cost beyond them */

static const pw_trial_effort efforts[] = {
    [PAWL_TUNE_QUICK] = {.rounds = 5, .keep = 1e9},
    [PAWL_TUNE_FULL] = {.rounds = 25, .is_all = true, .keep = 1.5},
};

typedef struct tuner {
    const pw_backend *backend;
    pw_plan *plan;
    const pw_tuning *tuning;
    const pw_trial_effort *effort;
    char machine[PW_TACTIC_MACHINE_SIZE];
    pw_timings timings;
    pw_thread_pool *pool;
    pw_crew crew; /* at work from the first trial to the last */
    pw_device_plan *device;
    pw_program *programs[PW_TUNED_FORMS];
    pw_trial_stand stand;
    pw_budget budget;
    size_t done, total; /* of the work, by its likely time */
    bool is_new;        /* something was timed */
} tuner;

static pawl_status report(const tuner *t, pawl_error *error)
{
    const pawl_progress progress = t->tuning->progress;
    if (progress != NULL && progress(t->tuning->progress_user, "tuning", t->done, t->total) != 0)
        return pw_fail(error, PAWL_ERR_CANCELLED, "the build was stopped while it was tuned");
    return PAWL_OK;
}

static pawl_status check(void *user, pawl_error *error)
{
    return report(user, error);
}

static pawl_status set_tactic(tuner *t, uint64_t problem, const pk_implementation *implementation,
                              uint64_t nanoseconds, pawl_error *error)
{
    const pw_tactic tactic = {.machine = t->machine,
                              .problem = problem,
                              .name = implementation->name,
                              .microseconds = (float)nanoseconds / 1000.0f};
    return pw_plan_set_tactic(t->plan, &tactic, error);
}

static size_t packed_size(const pw_kernel_program *program, size_t step,
                          const pk_implementation *implementation)
{
    const pw_schedule *schedule = &program->schedule;
    pk_needs needs;
    implementation->plan(implementation, &schedule->steps[step].problem, &schedule->desc.machine,
                         &needs);
    return needs.packed;
}

static size_t layers_with(const pw_kernel_program *program, uint64_t problem)
{
    char text[PK_TEXT_SIZE];
    size_t count = 0;
    for (size_t s = 0; s < program->schedule.step_count; s++)
        count += pw_tactic_problem(&program->schedule.steps[s].problem, text) == problem;
    return count;
}

/* A modest winner is the tactic; a large one waits until all are known. */
static pawl_status take(tuner *t, const pw_kernel_program *program, size_t step, uint64_t problem,
                        const pw_trial_winner *winner, pawl_error *error)
{
    if (winner->modest == winner->implementation)
        return set_tactic(t, problem, winner->implementation, winner->nanoseconds, error);
    const size_t layers = layers_with(program, problem);
    const size_t extra = packed_size(program, step, winner->implementation) -
                         packed_size(program, step, winner->modest);
    const pw_budget_row row = {
        .problem = problem, .winner = *winner, .layers = layers, .extra = extra * layers};
    pw_budget_add(&t->budget, &row);
    return PAWL_OK;
}

/* The key in the timing cache of what won among the modest. */
static const char *modest_key(const char *text, char key[PK_TEXT_SIZE + 16])
{
    pw_strbuf to = {.text = key, .capacity = PK_TEXT_SIZE + 16};
    pw_strbuf_add(&to, "%s, modest", text);
    return key;
}

/* What the cache has under a key; NULL: nothing that can run here. */
static const pk_implementation *cached(const tuner *t, const pw_kernel_program *program,
                                       size_t step, const char *key, uint64_t *nanoseconds)
{
    const pw_timing *row = pw_timings_find(&t->timings, t->machine, key, t->plan->options.tuning);
    if (row == NULL)
        return NULL;
    *nanoseconds = row->nanoseconds;
    return pw_tactic_find(row->name, program->schedule.desc.machine.isa,
                          &program->schedule.steps[step].problem);
}

/* Takes what the cache knows of a step's problem; true: there is nothing to time. */
static bool is_known(tuner *t, const pw_kernel_program *program, size_t step, pawl_status *status,
                     pawl_error *error)
{
    char text[PK_TEXT_SIZE], key[PK_TEXT_SIZE + 16];
    const uint64_t hash = pw_tactic_problem(&program->schedule.steps[step].problem, text);
    *status = PAWL_OK;
    if (pw_plan_tactic(t->plan, t->machine, hash) != NULL ||
        pw_budget_find(&t->budget, hash) != NULL ||
        pw_trial_candidates(&program->schedule, step, t->effort) < 2)
        return true;
    pw_trial_winner winner = {.nanoseconds = 0};
    winner.implementation = cached(t, program, step, text, &winner.nanoseconds);
    winner.modest = cached(t, program, step, modest_key(text, key), &winner.modest_nanoseconds);
    if (winner.implementation == NULL || winner.modest == NULL)
        return false;
    *status = take(t, program, step, hash, &winner, error);
    return true;
}

/* In units that are alike for all steps: operations, or bytes where those take longer, and the
 * sweep before each turn. */
static size_t work(const tuner *t, const pw_kernel_program *program, size_t step)
{
    const pk_problem *problem = &program->schedule.steps[step].problem;
    const double turn = pk_problem_flops(problem) / 20 + pk_problem_bytes(problem) + 1e6;
    return (size_t)(turn / 1e3) * pw_trial_candidates(&program->schedule, step, t->effort);
}

static pawl_status try_step(tuner *t, pw_kernel_program *program, size_t step, pawl_error *error)
{
    char text[PK_TEXT_SIZE], key[PK_TEXT_SIZE + 16];
    const uint64_t hash = pw_tactic_problem(&program->schedule.steps[step].problem, text);
    pw_trial_winner winner;
    PW_TRY(pw_trial_run(&t->stand, step, &winner, error));
    PW_TRY(take(t, program, step, hash, &winner, error));
    pw_timing row = {.machine = t->machine,
                     .problem = text,
                     .name = winner.implementation->name,
                     .level = t->plan->options.tuning,
                     .nanoseconds = winner.nanoseconds};
    PW_TRY(pw_timings_add(&t->timings, &row, error));
    row.problem = modest_key(text, key);
    row.name = winner.modest->name;
    row.nanoseconds = winner.modest_nanoseconds;
    PW_TRY(pw_timings_add(&t->timings, &row, error));
    t->is_new = true;
    t->done += work(t, program, step);
    return report(t, error);
}

/* A picture of noise: real activations come of it, none of them denormal. */
static void fill_input(const pw_program *program)
{
    const size_t count = program->input.dtype == PAWL_F32 ? program->input.size / sizeof(float)
                                                          : program->input.size;
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        if (program->input.dtype == PAWL_F32)
            ((float *)program->input.data)[i] = (float)(state >> 8) / 16777216.0f;
        else
            ((uint8_t *)program->input.data)[i] = (uint8_t)(state >> 24);
    }
}

/* One run leaves what parameters steps have, then each is run again in its order. */
static pawl_status try_program(tuner *t, pw_kernel_program *program, pawl_error *error)
{
    const pw_run run = {.threshold = 0.25f};
    fill_input(&program->base);
    PW_TRY(pw_program_run(&program->base, &run, error));
    t->stand.schedule = &program->schedule;
    t->stand.steps = program->steps;
    PW_TRY(pw_trial_stand_make(&t->stand, error));
    pawl_status status = PAWL_OK;
    for (size_t s = 0; s < program->schedule.step_count && status >= 0; s++) {
        if (is_known(t, program, s, &status, error))
            pw_bound_step_run(&program->steps[s]);
        else
            status = try_step(t, program, s, error);
    }
    pw_trial_stand_free(&t->stand);
    return status;
}

/* What both programs have to time; the cache's answers are taken meanwhile. */
static pawl_status count_work(tuner *t, pawl_error *error)
{
    for (size_t f = 0; f < PW_TUNED_FORMS; f++) {
        const pw_kernel_program *program = (const pw_kernel_program *)t->programs[f];
        for (size_t s = 0; s < program->schedule.step_count; s++) {
            pawl_status status;
            const bool is_done = is_known(t, program, s, &status, error);
            PW_TRY(status);
            if (!is_done)
                t->total += work(t, program, s);
        }
    }
    return PAWL_OK;
}

static pawl_status make_programs(tuner *t, const pw_machine *machine, pawl_error *error)
{
    PW_TRY(pw_thread_pool_create(t->tuning->threads, &t->pool, error));
    pw_crew_make(&t->crew, t->pool, t->tuning->threads);
    pw_tactic_machine(machine, pw_crew_size(&t->crew), t->machine);
    PW_TRY(t->backend->open(t->plan, machine, &t->device, error));
    for (size_t f = 0; f < PW_TUNED_FORMS; f++) {
        pw_lowering lowering = pw_tuned_lowering(t->plan, f);
        lowering.crew = &t->crew;
        PW_TRY(t->backend->lower(t->device, &lowering, &t->programs[f], error));
    }
    return PAWL_OK;
}

/* Constants as they are usually packed decide what faster ones may cost. */
static pawl_status make_budget(tuner *t, pawl_error *error)
{
    const pw_schedule *schedule = &((const pw_kernel_program *)t->programs[0])->schedule;
    size_t size = 0;
    for (size_t s = 0; s < schedule->step_count; s++)
        size += schedule->steps[s].needs.packed;
    return pw_budget_make(&t->budget, PW_TUNED_FORMS * (schedule->step_count + 1),
                          t->tuning->is_small ? 0 : size * BUDGET, error);
}

/* Of the large winners those that are worth it become tactics, of the others the modest ones. */
static pawl_status settle(tuner *t, pawl_error *error)
{
    pw_budget_settle(&t->budget);
    for (size_t i = 0; i < t->budget.count; i++) {
        const pw_budget_row *row = &t->budget.rows[i];
        const pw_trial_winner *winner = &row->winner;
        PW_TRY(
            row->is_taken
                ? set_tactic(t, row->problem, winner->implementation, winner->nanoseconds, error)
                : set_tactic(t, row->problem, winner->modest, winner->modest_nanoseconds, error));
    }
    if (t->budget.taken > 0)
        pw_log(PAWL_LOG_INFO,
               "tuning: %.1f MB more constants save %.2f ms a run (build for little memory to "
               "forgo it)",
               (double)t->budget.taken / 1e6, (double)t->budget.saved / 1e6);
    return PAWL_OK;
}

static pawl_status tune(tuner *t, const pw_machine *machine, pawl_error *error)
{
    PW_TRY(make_programs(t, machine, error));
    PW_TRY(make_budget(t, error));
    if (t->tuning->timing_cache != NULL)
        PW_TRY(pw_timings_read(t->tuning->timing_cache, &t->timings, error));
    PW_TRY(count_work(t, error));
    pawl_status status = PAWL_OK;
    pw_crew_enter(&t->crew);
    for (size_t f = 0; f < PW_TUNED_FORMS && t->done < t->total && status >= 0; f++)
        status = try_program(t, (pw_kernel_program *)t->programs[f], error);
    pw_crew_leave(&t->crew);
    return status < 0 ? status : settle(t, error);
}

pawl_status pw_tune_by(const pw_backend *backend, pw_plan *plan, const pw_machine *machine,
                       const pw_tuning *tuning, const pw_trial_clock *clock, pawl_error *error)
{
    if (plan->options.tuning == PAWL_TUNE_OFF)
        return PAWL_OK;
    tuner t = {.backend = backend,
               .plan = plan,
               .tuning = tuning,
               .effort = &efforts[plan->options.tuning]};
    t.stand = (pw_trial_stand){
        .effort = t.effort, .clock = clock, .check = check, .user = &t, .crew = &t.crew};
    const pawl_status status = tune(&t, machine, error);
    if (t.is_new && tuning->timing_cache != NULL)
        pw_timings_write(tuning->timing_cache, &t.timings); /* of a build that was stopped, too */
    for (size_t f = 0; f < PW_TUNED_FORMS; f++)
        backend->release(t.programs[f]);
    backend->close(t.device);
    pw_crew_end(&t.crew);
    pw_thread_pool_destroy(t.pool);
    pw_timings_free(&t.timings);
    pw_budget_free(&t.budget);
    return status;
}

pawl_status pw_tune(const pw_backend *backend, pw_plan *plan, const pw_machine *machine,
                    const pw_tuning *tuning, pawl_error *error)
{
    const pw_trial_clock clock = {.elapsed = NULL};
    return pw_tune_by(backend, plan, machine, tuning, &clock, error);
}
