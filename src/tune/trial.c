/* SPDX-License-Identifier: Apache-2.0 */
/* One step's implementations against each other. */
#include "tune/trial.h"

#include "base/cpu_info.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"

#include <stdlib.h>

#define MOST_ROUNDS     25
#define FIRST_ROUNDS    5    /* before those that are behind leave */
#define HOPELESS        3.0  /* times the best so far: one turn is enough */
#define GAIN            0.98 /* of the usual one's time, to be preferred to it */
#define MOST_CANDIDATES 24
#define SWEEP_MOST      ((size_t)32 << 20) /* bytes: beyond any core's share of a cache */
#define SWEEP_ITEM      ((size_t)128 << 10)

typedef struct candidate {
    pw_bound_step step; /* the program's, but with scratch and workspace of its own */
    pk_needs needs;
    void *packed, *workspace;
    bool is_out;
    uint64_t cold[MOST_ROUNDS], warm[MOST_ROUNDS], first;
    size_t rounds;
    double time; /* ns: what counts */
} candidate;

typedef struct trial {
    const pw_trial_stand *stand;
    size_t index; /* of the step */
    candidate *candidates;
    size_t count;
    double best;
} trial;

static bool is_tried(const pk_implementation *implementation, const pw_schedule *schedule,
                     size_t index, const pw_trial_effort *effort)
{
    const pw_step *step = &schedule->steps[index];
    const uint32_t usual = step->implementation->isa;
    const bool has_more = (usual & ~implementation->isa) == 0;
    const bool is_as_wide = (usual & implementation->isa & PK_AVX512) != 0;
    return pk_fits(implementation, schedule->desc.machine.isa, &step->problem) &&
           (effort->is_all || has_more || is_as_wide) && pw_isa_permitted(implementation->isa);
}

size_t pw_trial_candidates(const pw_schedule *schedule, size_t step, const pw_trial_effort *effort)
{
    size_t count = 0;
    for (size_t i = 0; i < pk_implementation_count; i++)
        count += is_tried(&pk_implementations[i], schedule, step, effort);
    return pw_size_min(count, MOST_CANDIDATES);
}

pawl_status pw_trial_stand_make(pw_trial_stand *stand, pawl_error *error)
{
    size_t size = stand->schedule->workspace;
    for (size_t s = 0; s < stand->schedule->step_count; s++)
        size += stand->schedule->steps[s].needs.packed;
    stand->swept_size = pw_size_align(pw_size_min(size, SWEEP_MOST), SWEEP_ITEM);
    stand->swept = pw_calloc(1, stand->swept_size + 1);
    if (stand->swept == NULL)
        return pw_fail_memory(error, "the tuner", stand->swept_size);
    return PAWL_OK;
}

void pw_trial_stand_free(pw_trial_stand *stand)
{
    pw_free(stand->swept);
    stand->swept = NULL;
}

/* Bytes that workers read and write back, a byte a cache line. */
typedef struct touching {
    volatile unsigned char *data;
    size_t size;
} touching;

static void touch(void *argument, size_t item, size_t worker)
{
    const touching *area = argument;
    (void)worker;
    const size_t end = pw_size_min(area->size, (item + 1) * SWEEP_ITEM);
    for (size_t at = item * SWEEP_ITEM; at < end; at += PW_CACHE_LINE) {
        const unsigned char value = area->data[at];
        area->data[at] = value;
    }
}

static void touch_all(const pw_trial_stand *stand, void *data, size_t size)
{
    touching area = {.data = data, .size = size};
    pw_crew_run(stand->crew, touch, &area, (size + SWEEP_ITEM - 1) / SWEEP_ITEM);
}

/* From a tensor's first element to its last. */
static size_t extent(const pk_tensor *tensor)
{
    const size_t block = pw_size_min(tensor->block, tensor->channels);
    const size_t blocks = tensor->block >= tensor->channels ? 1 : tensor->channels / tensor->block;
    return ((tensor->batch - 1) * tensor->picture + (blocks - 1) * tensor->block_step +
            (tensor->height - 1) * tensor->row + (tensor->width - 1) * tensor->pixel + block) *
           pk_type_size(tensor->type);
}

static void prepare(const trial *t)
{
    const pw_trial_stand *stand = t->stand;
    const pk_call *call = &stand->steps[t->index].call;
    touch_all(stand, stand->swept, stand->swept_size);
    for (size_t i = 0; i < call->problem->source_count; i++)
        touch_all(stand, (void *)(uintptr_t)call->source[i], extent(&call->problem->source[i]));
}

static uint64_t turn(const trial *t, candidate *c)
{
    const pw_trial_clock *clock = t->stand->clock;
    const uint64_t start = pw_os_clock_ns();
    pw_bound_step_run(&c->step);
    const uint64_t taken = pw_os_clock_ns() - start;
    return clock->elapsed == NULL ? taken : clock->elapsed(clock->user, &c->step.call, taken);
}

static void leave(candidate *c)
{
    pw_free(c->packed);
    pw_free(c->workspace);
    pw_free(c->step.scratch);
    c->packed = c->workspace = c->step.scratch = NULL;
    c->is_out = true;
}

/* Constants, workspace and scratch of its own, beside the program's. */
static pawl_status enter(const trial *t, candidate *c, const pk_implementation *implementation,
                         pawl_error *error)
{
    const pw_schedule *schedule = t->stand->schedule;
    const pw_step *from = &schedule->steps[t->index];
    implementation->plan(implementation, &from->problem, &schedule->desc.machine, &c->needs);
    c->step = t->stand->steps[t->index];
    c->step.scratch = NULL;
    c->step.scratch_size = pw_size_align(c->needs.scratch, 2 * PW_CACHE_LINE);
    size_t scratch = 0;
    if (!pw_size_mul(c->step.scratch_size, schedule->desc.workers, &scratch))
        return pw_fail(error, PAWL_ERR_LIMIT, "the kernels of this network are too large");
    c->step.scratch = pw_alloc_aligned(scratch + 1, 2 * PW_CACHE_LINE);
    c->workspace = pw_alloc_aligned(c->needs.workspace + 1, PW_CACHE_LINE);
    c->packed = pw_alloc_aligned(c->needs.packed + 1, PW_CACHE_LINE);
    if (c->step.scratch == NULL || c->workspace == NULL || c->packed == NULL)
        return pw_fail_memory(error, "the tuner", c->needs.packed + c->needs.workspace + scratch);
    if (c->needs.packed > 0)
        implementation->pack(implementation, &from->problem, &from->constants, c->packed);
    c->step.call.implementation = implementation;
    c->step.call.needs = &c->needs;
    c->step.call.packed = c->packed;
    c->step.call.workspace = c->workspace;
    return PAWL_OK;
}

/* The first turn fetches pages: one that looks hopeless by it has a second. */
static void try_out(trial *t, candidate *c)
{
    uint64_t taken = turn(t, c);
    if ((double)taken > HOPELESS * t->best) {
        const uint64_t again = turn(t, c);
        taken = again < taken ? again : taken;
    }
    c->time = (double)taken;
    t->best = c->time < t->best ? c->time : t->best;
    if (c->time > HOPELESS * t->best)
        leave(c);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double lower_quartile(const uint64_t *times, size_t count)
{
    uint64_t sorted[MOST_ROUNDS] = {0};
    for (size_t i = 0; i < count; i++)
        sorted[i] = times[i];
    qsort(sorted, count, sizeof *sorted, by_size);
    return (double)sorted[count / 4];
}

static void go_round(trial *t)
{
    for (size_t i = 0; i < t->count; i++) {
        candidate *c = &t->candidates[i];
        if (c->is_out)
            continue;
        prepare(t);
        c->cold[c->rounds] = turn(t, c);
        c->warm[c->rounds++] = turn(t, c);
        c->time = (lower_quartile(c->cold, c->rounds) + lower_quartile(c->warm, c->rounds)) / 2.0;
    }
}

static void drop_slow(trial *t)
{
    double best = (double)UINT64_MAX;
    for (size_t i = 0; i < t->count; i++)
        if (!t->candidates[i].is_out && t->candidates[i].time < best)
            best = t->candidates[i].time;
    for (size_t i = 0; i < t->count; i++)
        if (!t->candidates[i].is_out && t->candidates[i].time > best * t->stand->effort->keep)
            leave(&t->candidates[i]);
}

static pawl_status compete(trial *t, pawl_error *error)
{
    const pw_trial_stand *stand = t->stand;
    t->best = (double)UINT64_MAX;
    for (size_t i = 0, n = 0; i < pk_implementation_count && n < t->count; i++) {
        if (!is_tried(&pk_implementations[i], stand->schedule, t->index, stand->effort))
            continue;
        PW_TRY(enter(t, &t->candidates[n], &pk_implementations[i], error));
        try_out(t, &t->candidates[n++]);
    }
    for (size_t round = 0; round < stand->effort->rounds; round++) {
        PW_TRY(stand->check(stand->user, error));
        if (round == FIRST_ROUNDS)
            drop_slow(t);
        go_round(t);
    }
    return PAWL_OK;
}

/* The fastest of those that pack at most so many bytes, and the usual one if it is hardly slower.
 * Who left was timed at least once. */
static const candidate *fastest(const trial *t, const candidate *usual, size_t most)
{
    const candidate *best = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const candidate *c = &t->candidates[i];
        if (c->needs.packed <= most && (best == NULL || c->time < best->time))
            best = c;
    }
    return usual != NULL && (best == NULL || best->time > GAIN * usual->time) ? usual : best;
}

static void judge(const trial *t, pw_trial_winner *winner)
{
    const pw_step *step = &t->stand->schedule->steps[t->index];
    const candidate *usual = NULL; /* there are two candidates at least */
    for (size_t i = 0; i < t->count; i++)
        if (t->candidates[i].step.call.implementation == step->implementation)
            usual = &t->candidates[i];
    const candidate *best = fastest(t, usual, SIZE_MAX);
    const candidate *modest = fastest(t, usual, step->needs.packed * PW_TRIAL_MODEST);
    modest = modest == NULL ? best : modest;
    *winner = (pw_trial_winner){best->step.call.implementation, modest->step.call.implementation,
                                (uint64_t)best->time, (uint64_t)modest->time};
}

pawl_status pw_trial_run(const pw_trial_stand *stand, size_t step, pw_trial_winner *winner,
                         pawl_error *error)
{
    trial t = {.stand = stand, .index = step};
    t.count = pw_trial_candidates(stand->schedule, step, stand->effort);
    t.candidates = pw_calloc(t.count, sizeof *t.candidates);
    if (t.candidates == NULL)
        return pw_fail_memory(error, "the tuner", t.count * sizeof *t.candidates);
    const pawl_status status = compete(&t, error);
    if (status >= 0)
        judge(&t, winner);
    for (size_t i = 0; i < t.count; i++)
        leave(&t.candidates[i]);
    pw_free(t.candidates);
    pw_bound_step_run(&stand->steps[step]);
    return status;
}
