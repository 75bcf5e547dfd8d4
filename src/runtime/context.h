/* SPDX-License-Identifier: Apache-2.0 */
/* The objects behind runtime, engine and context handles, and a context's doings for callers inside
 * the library that hold it already. */
#ifndef PW_CONTEXT_H
#define PW_CONTEXT_H

#include "runtime/programs.h"
#include <pawl/runtime.h>
#include <stdatomic.h>

typedef struct pw_runtime {
    pw_object object;
    const pw_backend *forced; /* NULL: each plan says which */
    pw_thread_pool *pool;     /* of all contexts */
} pw_runtime;
extern const pw_type pw_runtime_type;

/* Parents: runtime, plan. */
typedef struct pw_engine {
    pw_object object;
    const pw_plan *plan;
    pw_thread_pool *pool; /* the runtime's */
    const pw_backend *backend;
    pw_device_plan *device;
} pw_engine;
extern const pw_type pw_engine_type;

/* Parent: engine. Whoever changes or reads what a call may change holds is_busy. */
typedef struct pw_context {
    pw_object object;
    const pw_engine *engine;
    pw_crew crew; /* at work in run() and while a detector fits pictures */
    pw_programs programs;
    pw_run run;
    size_t output_count; /* the same for every shape; never written again, so read without is_busy */
    bool has_run;        /* since the shape was set */
    uint64_t run_count;  /* runs begun: what an older one left is no longer there */
    atomic_bool is_busy;
} pw_context;
extern const pw_type pw_context_type;

/* Of the shape that is set. */
static inline pw_program *pw_context_program(const pw_context *context)
{
    return context->programs.at[0];
}

/* One thread at a time: PAWL_ERR_BUSY when another is inside. Then pw_context_leave(). */
pawl_status pw_context_enter(pw_context *context, pawl_error *error) PW_NODISCARD;
void pw_context_leave(pw_context *context);
static inline void pw_context_leave_slot(pw_context **slot)
{
    if (*slot != NULL)
        pw_context_leave(*slot);
}
#define PW_INSIDE PW_CLEANUP(pw_context_leave_slot)

/* These three expect the caller to be inside. */
pawl_status pw_context_shape_set(pw_context *context, int32_t batch, int32_t height, int32_t width,
                                 pawl_error *error) PW_NODISCARD;
pawl_status pw_context_run(pw_context *context, pawl_error *error) PW_NODISCARD;
/* PAWL_ERR_ARGUMENT: the form is another, nothing has run yet, or there is no such picture. */
pawl_status pw_context_candidates(const pw_context *context, size_t image,
                                  pawl_candidates *candidates, pawl_error *error) PW_NODISCARD;

#endif
