/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing a step in place: its implementations take turns at its real operands, in the memory that a run uses, on the threads of a run.
 *
 * A step's sources and destination are alive together, so that it can be run again and again before the next one is. Before each turn the
 * workers sweep their caches with as many bytes as the rest of the network would, and touch the sources as those that made them left them: *cold*
 * is a turn after that, *warm* one right behind it. What counts is the mean of both, each the lower quartile of its turns: another program's noise
 * only adds. Turns go round, so that noise hits all alike.
 */
#ifndef PW_TRIAL_H
#define PW_TRIAL_H

#include "lower/bound_step.h"
#include "lower/schedule.h"

/* A test says what a turn took; NULL function: the clock does. */
typedef struct pw_trial_clock {
    uint64_t (*elapsed)(void *user, const pk_call *call, uint64_t nanoseconds);
    void *user;
} pw_trial_clock;

typedef struct pw_trial_effort {
    size_t rounds;
    bool is_all;  /* every implementation that fits, not just those of the usual one's instruction set, of more, or of vectors as wide */
    double keep;  /* after a few rounds, those within this factor of the best stay */
} pw_trial_effort;

/* What a trial of many steps has in common. */
typedef struct pw_trial_stand {
    const pw_schedule *schedule;
    pw_bound_step *steps; /* the schedule's */
    pw_crew *crew;        /* at work */
    const pw_trial_effort *effort;
    const pw_trial_clock *clock;
    unsigned char *swept; /* swept_size bytes that are nobody's */
    size_t swept_size;
    pawl_status (*check)(void *user, pawl_error *error); /* between rounds: PAWL_ERR_CANCELLED to stop */
    void *user;
} pw_trial_stand;

/* The fastest, and the fastest of those whose constants are no larger than usual: the same one, where it is modest itself. */
typedef struct pw_trial_winner {
    const pk_implementation *implementation, *modest;
    uint64_t nanoseconds, modest_nanoseconds;
} pw_trial_winner;

#define PW_TRIAL_MODEST 3 / 2 /* times the usual one's bytes, as panels of another width pad them, and no more */

/* How many implementations a trial of the step would time. */
size_t pw_trial_candidates(const pw_schedule *schedule, size_t step, const pw_trial_effort *effort);
/* Sweeping memory of a stand for its schedule. PAWL_ERR_MEMORY. */
pawl_status pw_trial_stand_make(pw_trial_stand *stand, pawl_error *error) PW_NODISCARD;
void pw_trial_stand_free(pw_trial_stand *stand);
/*
 * Runs the step's implementations; its sources must be there, and its destination is, as the usual one leaves it. The usual one wins unless another
 * is more than 2 % faster. PAWL_ERR_MEMORY, or what check returns.
 */
pawl_status pw_trial_run(const pw_trial_stand *stand, size_t step, pw_trial_winner *winner, pawl_error *error) PW_NODISCARD;

#endif
