/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Innards of the CPU backend. The room `lower` says what is to be done (pw_schedule); here constants are packed, memory is made, and steps are run.
 */
#ifndef PW_CPU_H
#define PW_CPU_H

#include "backend/binding.h"
#include "tune/tuner.h"

#include <pthread.h>

/* Constants in the order of an implementation (cpu_pack.c). How they are packed depends on the layer, the implementation and the source's channel
 * block, never on sizes: all programs of an engine share them. */
typedef struct cpu_packed cpu_packed;

typedef struct cpu_device_plan {
    pw_device_plan base;
    pw_machine machine;
    pw_tactics tactics; /* of the plan on the machine */
    const pk_implementation **implementations; /* of each layer at the plan's best shape; NULL: it has no step */
    pthread_mutex_t mutex; /* held while a program is made, never in run */
    cpu_packed *packed;
} cpu_device_plan;

typedef struct cpu_program cpu_program;

struct cpu_program {
    pw_kernel_program kernels;
    cpu_device_plan *plan;
    pw_arena arena; /* the schedule and all small things below */
    void **data;    /* of each operand that is a root */
    unsigned char *workspace, *scratch; /* scratch: of all workers */
    pw_rows rows; /* decoded, or candidates */
    pk_found found;
    pk_thresholds thresholds; /* of the run under way */
    cpu_program *one;         /* runs each picture of a batch, its bindings moved along: this one then has bindings and no steps (cpu_batch.c) */
    cpu_program *whole;       /* the same batch at once, made when an observer is first seen, who is shown all pictures of a layer */
    float *observed;          /* N x C x H x W, made when an observer is first seen */
    pawl_span *spans;         /* for the items of any step, made when a timer is first seen */
};

/* cpu_plan.c */
pawl_status pw_cpu_open(const pw_plan *plan, const pw_machine *machine, pw_device_plan **device_plan, pawl_error *error) PW_NODISCARD;
void pw_cpu_close(pw_device_plan *device_plan);
const char *pw_cpu_tactic(const pw_device_plan *device_plan, size_t index);

/* cpu_pack.c */
/* The packed constants of a step, made when they are first asked for; *packed is NULL where it needs none. With the plan's mutex held. */
pawl_status pw_cpu_pack(cpu_device_plan *plan, const pw_step *step, const void **packed, pawl_error *error) PW_NODISCARD;
void pw_cpu_packed_free(cpu_packed *first);

/* cpu_lower.c */
pawl_status pw_cpu_lower(pw_device_plan *device_plan, const pw_lowering *lowering, pw_program **program, pawl_error *error) PW_NODISCARD;
void pw_cpu_release(pw_program *program);

/* What fills a program whose plan and lowering are set; what it leaves on an error is released by who calls it. */
typedef pawl_status cpu_lower_into(cpu_program *program, pawl_error *error);
/* A program that lower fills, all of it or nothing. With the plan's mutex held. */
pawl_status pw_cpu_program_make(cpu_device_plan *plan, const pw_lowering *lowering, cpu_lower_into *lower, cpu_program **program,
                                pawl_error *error) PW_NODISCARD;
/* Of all pictures at once. With the plan's mutex held. */
pawl_status pw_cpu_lower_at_once(cpu_device_plan *plan, const pw_lowering *lowering, cpu_program **program, pawl_error *error) PW_NODISCARD;
/* Where an operand lies. */
void *pw_cpu_data(const cpu_program *program, uint32_t operand);

/* cpu_batch.c */
/* A batch that is run picture by picture. With the plan's mutex held. */
pawl_status pw_cpu_batch_lower(cpu_device_plan *plan, const pw_lowering *lowering, cpu_program **program, pawl_error *error) PW_NODISCARD;
pawl_status pw_cpu_batch_run(cpu_program *program, const pw_run *run, pawl_error *error) PW_NODISCARD;

/* cpu_run.c */
/* A program that has steps of its own. */
pawl_status pw_cpu_run_at_once(cpu_program *program, const pw_run *run, pawl_error *error) PW_NODISCARD;
pawl_status pw_cpu_run(pw_program *program, const pw_run *run, pawl_error *error) PW_NODISCARD;

#endif
