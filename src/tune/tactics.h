/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tactics: what a plan's timings say of a problem on this machine. Their key is the problem, whoever shares its items, beside the machine and its
 * threads.
 */
#ifndef PW_TACTICS_H
#define PW_TACTICS_H

#include "backend/backend.h"
#include "lower/schedule.h"

#define PW_TACTIC_MACHINE_SIZE 256 /* pw_machine.name and the threads */

/* A plan on a machine. */
typedef struct pw_tactics {
    const pw_plan *plan;
    const pw_machine *machine;
} pw_tactics;

/* Half of the key: hash of the problem's text without the threads. */
uint64_t pw_tactic_problem(const pk_problem *problem, char text[PK_TEXT_SIZE]);
/* The other: "MACHINE, 2 threads". */
void pw_tactic_machine(const pw_machine *machine, size_t threads, char text[PW_TACTIC_MACHINE_SIZE]);

/* The implementation of that name where it fits the problem and may run on this machine, else NULL. */
const pk_implementation *pw_tactic_find(const char *name, uint32_t isa, const pk_problem *problem);

/* The forms whose problems are timed: what pictures take, and what tensors take. */
#define PW_TUNED_FORMS 2
/* A form at the shape that a plan is best at; the crew is the caller's to fill in. */
pw_lowering pw_tuned_lowering(const pw_plan *plan, size_t form);

/* A schedule of the plan's network on the machine, with the implementations that its tactics name where they were measured on such a machine: with as
 * many threads, else with another number. Errors as pw_schedule_make()'s. */
pawl_status pw_tactics_schedule(const pw_tactics *tactics, const pw_lowering *lowering, pw_arena *arena, pw_schedule *schedule,
                                pawl_error *error) PW_NODISCARD;
/* Warns of tactics of another machine, and of those that this pawl's kernels and problems do not know. */
void pw_tactics_check(const pw_tactics *tactics);

#endif
