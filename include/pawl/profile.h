/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a run goes, and what the machine can do at best. */
#ifndef PAWL_PROFILE_H
#define PAWL_PROFILE_H

#include <pawl/runtime.h>

PAWL_BEGIN

/** A stretch of time in which one thread of a context was at a part of a step. */
typedef struct pawl_span {
    size_t worker;              /* 0: the thread that runs the context, then its helpers */
    uint64_t begin_ns, end_ns;  /* of the system's monotonic clock */
} pawl_span;
#define PAWL_SPAN_INIT { 0, 0, 0 }

/** A step of a run: one implementation at work for one layer. A layer may have several (copies around it) or none. */
typedef struct pawl_step_info {
    size_t struct_size;
    uint32_t layer_id;          /* of the optimised network */
    const char *layer;          /* its name. Lives as long as the engine */
    const char *kernel;         /* as pawl_engine_tactic(). Static */
    const char *problem;        /* what is computed, in words. Valid during the call */
    double flops;               /* multiplications and additions; 0 where there are none to speak of */
    double bytes;               /* of inputs, output and constants, each once */
    uint64_t begin_ns, end_ns;  /* as the thread that runs the context sees it */
    const pawl_span *spans;     /* its parts, in no order. Valid during the call */
    size_t span_count;          /* of spans */
} pawl_step_info;
#define PAWL_STEP_INFO_INIT { sizeof(pawl_step_info), 0, NULL, NULL, NULL, 0, 0, 0, 0, NULL, 0 }

/**
 * Told of a step when it is done (of a batch that goes picture by picture, of each picture's), on the thread that runs the context, while the next
 * one waits.
 */
typedef void (*pawl_timer)(void *user, const pawl_step_info *step);

/**
 * Times every step of later runs; NULL ends that. While there is a timer the clock is read twice for each part of a step, which costs a run
 * well under a percent; without one nothing is read. What the timer calls on this context answers PAWL_ERR_BUSY.
 * @param user  Handed on to @p timer.
 * @retval PAWL_ERR_UNSUPPORTED  The engine's backend does not run its layers one by one: only the CPU's does.
 * @note Any thread; the first run in a shape allocates. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_timer_set(pawl_context *context, pawl_timer timer, void *user, pawl_error *error);

/** What one thread reaches at this moment, on the core where it is. */
typedef struct pawl_probe_info {
    size_t struct_size;
    double gflops;     /* multiply-adds of floats in registers, each two operations, in the widest instructions in use; 1e9 a second */
    double gigabytes;  /* reading memory that no cache holds; 1e9 a second */
} pawl_probe_info;
#define PAWL_PROBE_INFO_INIT { sizeof(pawl_probe_info), 0, 0 }

/**
 * Measures for about 50 ms on the calling thread, and takes 64 MiB meanwhile. To know what several cores reach together, call it on as many
 * threads at once.
 * @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_machine_probe(pawl_probe_info *info, pawl_error *error);

PAWL_END

#endif
