/* SPDX-License-Identifier: Apache-2.0 */
/* The objects behind runtime, engine and context handles, and a context's doings for callers inside
 * the library that hold it already. */
#ifndef PW_CONTEXT_H
#define PW_CONTEXT_H

#include "image/picture.h"
#include "runtime/programs.h"
#include <pawl/runtime.h>
#include <stdatomic.h>

typedef struct pw_runtime {
    pw_object object;
    const pw_backend *forced; /* NULL: each plan says which */
    int32_t gpu;
    pw_thread_pool *pool;     /* of all contexts */
} pw_runtime;
extern const pw_type pw_runtime_type;
/* Not yet published; desc: complete. */
pawl_status pw_runtime_make(const pawl_runtime_desc *desc, pw_runtime **runtime, pawl_error *error) PW_NODISCARD;

/* Parents: runtime, plan. */
typedef struct pw_engine {
    pw_object object;
    const pw_plan *plan;
    pw_thread_pool *pool; /* the runtime's */
    const pw_backend *backend;
    pw_device_plan *device;
} pw_engine;
extern const pw_type pw_engine_type;
/* Not yet published. */
pawl_status pw_engine_make(pw_runtime *runtime, pw_plan *plan, pw_engine **engine, pawl_error *error) PW_NODISCARD;

/* What pictures are fitted into: the whole of the context's shape (stride 0), or the least rectangle within height x width. */
typedef struct pw_frame {
    int32_t height, width, stride;
} pw_frame;

/* Parent: engine. Whoever changes or reads what a call may change holds is_busy. */
typedef struct pw_context {
    pw_object object;
    pw_engine *engine;
    pw_crew crew; /* at work in run() and while a detector fits pictures */
    pw_programs programs;
    pw_run run;
    uint8_t *scratch; /* of fitting pictures: scratch_size for each thread of the crew */
    size_t scratch_size;
    size_t output_count; /* the same for every shape; never written again, so read without is_busy */
    pw_frame frame;      /* how pictures are fitted, set before each fit */
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

/* One of ours that no user has a handle of. */
extern const pw_type pw_inner_context_type;
/* Not yet published. type: one of the two. */
pawl_status pw_context_make(const pw_type *type, pw_engine *engine, const pawl_context_desc *desc,
                            pw_context **context, pawl_error *error) PW_NODISCARD;

/* The rest expects the caller to be inside. */
static inline const pw_lowering *pw_context_shape(const pw_context *context)
{
    return &pw_context_program(context)->lowering;
}
pawl_status pw_context_shape_set(pw_context *context, int32_t batch, int32_t height, int32_t width,
                                 pawl_error *error) PW_NODISCARD;
pawl_status pw_context_run(pw_context *context, pawl_error *error) PW_NODISCARD;
/* PAWL_ERR_UNSUPPORTED: such memory is not the host's. */
pawl_status pw_context_check_host(const pw_context *context, pw_memory_kind memory,
                                  pawl_error *error) PW_NODISCARD;

/* Where a picture goes in the input; its width and height are the shape that this needs. */
pawl_letterbox pw_context_letterbox(const pw_context *context, const pawl_picture *picture);

/* context_detect.c. Pictures into the places 0, 1 ... of an input of bytes: letterboxed, or cropped
 * for a classifier. */
pawl_status pw_context_fit(pw_context *context, const pawl_picture *pictures, size_t count,
                           pawl_error *error) PW_NODISCARD;
/* Makes the memory for it, where the shape and these pictures (0: any whose rows are read as they are) need more than there
 * is. */
pawl_status pw_context_fit_prepare(pw_context *context, const pawl_picture *pictures, size_t count,
                                   pawl_error *error) PW_NODISCARD;
/* PAWL_ERR_ARGUMENT: the form is another, nothing has run yet, or there is no such picture. */
pawl_status pw_context_candidates(const pw_context *context, size_t picture,
                                  pawl_candidates *candidates, pawl_error *error) PW_NODISCARD;
/* The same, for what pw_nms_run() makes of them. Where the program collects, rows are for
 * pw_context_mask() and else for nobody. */
pawl_status pw_context_collect(pw_context *context, size_t picture, pw_nms *nms,
                               pawl_detection *items, uint32_t *rows, size_t *count,
                               pawl_error *error) PW_NODISCARD;
/* The plane of a box's mask, as the backend's mask(). */
pawl_status pw_context_mask(const pw_context *context, size_t picture, uint32_t row,
                            const pk_mask_area *inside, float plane[],
                            pawl_error *error) PW_NODISCARD;
/* Why a picture without boxes may have none: how many values are NaN or infinite. After a collect
 * of it. */
size_t pw_context_not_finite(const pw_context *context, size_t picture);
/* PAWL_ERR_ARGUMENT: there is no such output. */
pawl_status pw_context_output(const pw_context *context, size_t index, pawl_tensor *output,
                              pawl_error *error) PW_NODISCARD;

#endif
