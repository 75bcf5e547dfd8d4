/* SPDX-License-Identifier: Apache-2.0 */
/* A step whose memory is there, and running it: phase by phase its items are shared out among a crew. */
#ifndef PW_BOUND_STEP_H
#define PW_BOUND_STEP_H

#include "base/thread_pool.h"
#include "kernels/kernel.h"
#include <pawl/profile.h>

typedef struct pw_bound_step {
    pk_call call;
    pw_crew *crew;          /* NULL: the caller alone */
    unsigned char *scratch; /* scratch_size bytes for each of the crew */
    size_t scratch_size;
    size_t phase;           /* under way */
    pawl_span *spans;       /* of the phase's items, while it is timed */
} pw_bound_step;

/* Items of all phases. */
size_t pw_bound_step_items(const pw_bound_step *step);
void pw_bound_step_run(pw_bound_step *step);
/* The same, with a span for each item. */
void pw_bound_step_run_timed(pw_bound_step *step, pawl_span *spans);

#endif
