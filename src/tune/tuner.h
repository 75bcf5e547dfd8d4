/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning: which implementation is fastest for each problem of a plan, on this machine, in place. */
#ifndef PW_TUNER_H
#define PW_TUNER_H

#include "tune/tactics.h"
#include "tune/trial.h"

/* A program that runs steps of a schedule: the struct of a backend that can be tuned begins with this. */
typedef struct pw_kernel_program {
    pw_program base;
    pw_schedule schedule;
    pw_bound_step *steps; /* of schedule.steps */
} pw_kernel_program;

/*
 * Times what the plan's network runs at the shape that the plan is best at, in each tuned form, and makes the winners the plan's tactics, as the
 * plan's options ask. Where several steps have a problem it is timed once; where the file of timings knows it, not at all. Implementations whose
 * constants are several times as large as the usual ones' are taken in the order of what they save for a byte, within a budget. backend's programs
 * are pw_kernel_program's. PAWL_ERR_MEMORY, PAWL_ERR_CANCELLED: what was timed is in the file.
 */
pawl_status pw_tune(const pw_backend *backend, pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning, pawl_error *error) PW_NODISCARD;
/* By another clock. */
pawl_status pw_tune_by(const pw_backend *backend, pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning, const pw_trial_clock *clock,
                       pawl_error *error) PW_NODISCARD;

#endif
