/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing a step in place: its implementations take turns at its real operands, in the memory that a run uses, on the threads of a run.
 *
 * A step's sources and destination are alive together, so that it can be run again and again before the next one is. Before each turn the
 * workers sweep their caches with as many bytes as the rest of the network would, and touch the sources as those that made them left them: *cold*
 * is a turn after that, *warm* one right behind it. What counts is the mean of both, each the lower quartile of its turns: another program's noise
 * only adds. Turns go round, so that noise hits all alike.
 */
#ifndef PW_CPU_TRIAL_H
#define PW_CPU_TRIAL_H

#include "backend/cpu/cpu.h"

/* A test says what a turn took; NULL function: the clock does. */
typedef struct cpu_clock {
    uint64_t (*elapsed)(void *user, const pk_call *call, uint64_t nanoseconds);
    void *user;
} cpu_clock;

typedef struct cpu_effort {
    size_t rounds;
    bool is_all;  /* every implementation that fits, not just those of the usual one's instruction set */
    double keep;  /* after a few rounds, those within this factor of the best stay */
} cpu_effort;

/* What a trial of many steps has in common. */
typedef struct cpu_stand {
    cpu_program *program;
    const cpu_effort *effort;
    const cpu_clock *clock;
    unsigned char *swept; /* swept_size bytes that are nobody's */
    size_t swept_size;
    pawl_status (*check)(void *user, pawl_error *error); /* between rounds: PAWL_ERR_CANCELLED to stop */
    void *user;
} cpu_stand;

/* The fastest, and the fastest of those whose constants are no larger than usual: the same one, where it is modest itself. */
typedef struct cpu_winner {
    const pk_implementation *implementation, *modest;
    uint64_t nanoseconds, modest_nanoseconds;
} cpu_winner;

#define PW_CPU_MODEST 3 / 2 /* times the usual one's bytes, as panels of another width pad them, and no more */

/* How many implementations a trial of the step would time. */
size_t pw_cpu_candidates(const cpu_program *program, size_t step, const cpu_effort *effort);
/* Sweeping memory of a stand for its program. PAWL_ERR_MEMORY. */
pawl_status pw_cpu_stand_make(cpu_stand *stand, pawl_error *error) PW_NODISCARD;
void pw_cpu_stand_free(cpu_stand *stand);
/*
 * Runs the step's implementations; its sources must be there, and its destination is, as the usual one leaves it. The usual one wins unless another is
 * more than 2 % faster. PAWL_ERR_MEMORY, or what check returns.
 */
pawl_status pw_cpu_trial(const cpu_stand *stand, size_t step, cpu_winner *winner, pawl_error *error) PW_NODISCARD;

/* cpu_tune.c: pw_cpu_tune() by another clock. */
pawl_status pw_cpu_tune_by(pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning, const cpu_clock *clock,
                           pawl_error *error) PW_NODISCARD;

#endif
