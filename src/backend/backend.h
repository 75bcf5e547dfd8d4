/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a backend is to the rest: a small table of functions. The same lower() serves the builder (to tune), the engine (to start) and a
 * context (for each new shape): another batch, size, ISA or machine is always "lower again".
 *
 *     open(plan, machine)        -> pw_device_plan : the plan on this machine, shared by all contexts; what it keeps it guards itself
 *     lower(device_plan, shape)  -> pw_program     : steps, memory plan, workspace, bindings; one context's own. Constants are packed for the first
 *                                                    program that needs them, and kept in the device plan
 *     enqueue(program), wait(program)              : a run: allocates nothing (but for an observer), searches nothing, waits for nobody else's work
 */
#ifndef PW_BACKEND_H
#define PW_BACKEND_H

#include "backend/nms.h"
#include "base/thread_pool.h"
#include "kernels/attributes.h"
#include "kernels/head/mask.h"
#include "plan/plan_ir.h"
#include <pawl/builder.h>
#include <pawl/image.h>
#include <pawl/profile.h>
#include <stdatomic.h>

#define PW_BACKEND_VERSION 1

typedef struct pw_backend pw_backend;

/* The machine to lower for. */
typedef struct pw_machine {
    uint32_t isa;      /* mask of pw_isa: pw_isa_mask() unless a test says otherwise */
    char name[224];    /* all by which its times may differ from another's: instructions, processor, caches; with the threads, the key of tactics */
    int32_t gpu;       /* which, of those that the driver shows; 0: the first */
} pw_machine;

/* A backend's struct begins with this. */
typedef struct pw_device_plan {
    const pw_backend *backend;
    const pw_plan *plan;      /* pinned by the engine */
} pw_device_plan;

typedef struct pw_lowering {
    int32_t batch, height, width;
    pawl_input_form input;
    pawl_output_form output;
    pw_crew *crew;            /* the context's, which is at work while it runs; NULL: the caller alone */
    struct pw_program *sibling; /* the same context's, which runs before or after but never beside it; during lower() alone. NULL: none */
} pw_lowering;

/* Where bindings lie. */
typedef enum pw_memory_kind {
    PW_MEMORY_HOST,
    PW_MEMORY_PINNED, /* host memory that a device reads and writes itself */
    PW_MEMORY_DEVICE  /* data is an address of the device's: not for the host */
} pw_memory_kind;

/* A backend's struct begins with this; bindings are filled in by lower(). */
typedef struct pw_program {
    const pw_backend *backend;
    pw_lowering lowering;
    pawl_tensor input;
    pawl_tensor outputs[PAWL_MAX_LEVELS + 1]; /* prototypes of masks behind the levels */
    size_t output_count;
    pw_memory_kind input_memory, output_memory; /* of all outputs, candidates too */
    pawl_candidates *candidates; /* batch of them, filled by run in form CANDIDATES; rows and index point into the program's memory */
    size_t *not_finite;          /* batch of them, as candidates: where a picture has none, how many cells' objectness is NaN or infinite; of a program
                                    that collects, how many values of it may be why no box was found */
    bool fits, collects;         /* pictures of R G B come by fit(), others into the binding; boxes by collect(), and masks by mask(). False: the host does it */
    bool is_fetched;             /* where it collects: outputs and candidates of the last run are on the host, else fetch() first */
    size_t memory_size;          /* bytes that it holds for itself alone, for who keeps several */
} pw_program;

typedef struct pw_run {
    float threshold;           /* objectness that candidates must exceed */
    const pw_nms *nms;         /* who will collect, which a device may then do at once; NULL: not known */
    pawl_observer observer;    /* NULL: none */
    void *observer_user;
    pawl_timer timer;          /* told of each step; NULL: no clock is read */
    void *timer_user;
    const atomic_bool *is_cancelled; /* looked at before anything is run, and between layers where a backend runs them one by one; NULL: nobody will */
} pw_run;

static inline PW_NODISCARD pawl_status pw_run_check(const pw_run *run, pawl_error *error)
{
    if (run->is_cancelled == NULL || !atomic_load_explicit(run->is_cancelled, memory_order_relaxed))
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_CANCELLED, "the job was cancelled");
}

/* A picture that is to be fitted into the input. */
typedef struct pw_picture {
    const pawl_picture *pixels; /* format, planes, strides */
    pk_letterbox how; /* what of it, and where in the input it goes */
} pw_picture;

/* How to tune; what to build for is in the plan. */
typedef struct pw_tuning {
    int32_t threads;
    pawl_progress progress;   /* NULL: none */
    void *progress_user;
    const char *timing_cache; /* file; NULL: none */
    bool is_small;            /* speed that costs memory is forgone */
} pw_tuning;

struct pw_backend {
    const char *name;
    uint32_t version; /* PW_BACKEND_VERSION */
    const char *precisions; /* words: "fp32 fp16" */
    const char *options;    /* words: members of pawl_build_desc that not every backend knows, and this one does; NULL: none */
    bool has_timer; /* knows pw_run.timer */
    bool has_own_types; /* of halves: a plan's tensors and weights stay float32, and the library decides where it rounds */
    bool is_symmetric; /* its INT8: tensors about PW_SYMMETRIC_ZERO, which a picture's bytes are not, and groups of whole fours of channels */
    /* NULL where the backend can be used here, else a sentence that says why not. */
    const char *(*absence)(void);
    /* Optional: the same, found out by trying what absence() takes on trust, which may take seconds; for pawl_backends_report(). */
    const char *(*ailment)(void);
    /* Optional: what was found, a line a call; for pawl_backends_report(). */
    void (*report)(void (*line)(void *user, const char *text), void *user);
    /* Optional, both or neither: the libraries that it would load, in order, none of them loaded, until visit returns true; and what one
       is, loaded for good. */
    void (*libraries)(bool (*visit)(void *user, const char *path), void *user);
    pawl_status (*library_try)(const char *path, char *text, size_t size, pawl_error *error);
    /* Optional: chooses tactics and makes artifacts for this machine and writes them into the plan (still unpublished). */
    pawl_status (*tune)(pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning, pawl_error *error);
    pawl_status (*open)(const pw_plan *plan, const pw_machine *machine, pw_device_plan **device_plan, pawl_error *error);
    void (*close)(pw_device_plan *device_plan); /* NULL is fine */
    pawl_status (*lower)(pw_device_plan *device_plan, const pw_lowering *lowering, pw_program **program, pawl_error *error);
    void (*release)(pw_program *program);       /* NULL is fine */
    /* Starts a run, or refuses one that is cancelled; *run and the input stay as they are until wait(). Without a device of its own a backend does it
       all here. Whatever it returns, what fit() has put into the input is used up. */
    pawl_status (*enqueue)(pw_program *program, const pw_run *run, pawl_error *error);
    /* Until what was enqueued is done and the outputs are there. Called once after each enqueue() that succeeded; NULL: that left nothing to do. */
    pawl_status (*wait)(pw_program *program, const pw_run *run, pawl_error *error);
    /* Where programs fit: puts a picture of R G B into its place of the input for the next run, all places before it; its pixels stay as they are
       until wait(), or this fails. The binding is not written. */
    pawl_status (*fit)(pw_program *program, size_t place, const pw_picture *picture, pawl_error *error);
    /*
     * Where programs collect: as pw_nms_run() on the candidates of a place, of which rows are mask()'s word; what a run left for the host, if
     * somebody asks; and a box's plane of pw_mask_weigh(), of the prototypes' size, zeros outside of the area.
     */
    pawl_status (*collect)(pw_program *program, size_t place, pw_nms *nms, pawl_detection *items, uint32_t *rows, size_t *count, pawl_error *error);
    pawl_status (*fetch)(pw_program *program, pawl_error *error);
    pawl_status (*mask)(pw_program *program, size_t place, uint32_t row, const pk_mask_area *inside, float plane[], pawl_error *error);
    /* Kernel in use for layer index of the plan's network; NULL where the layer vanished. */
    const char *(*tactic)(const pw_device_plan *device_plan, size_t index);
};

extern const pw_backend pw_backend_reference;
extern const pw_backend pw_backend_cpu;
extern const pw_backend pw_backend_tensorrt;

/* Both halves of a run. */
static inline PW_NODISCARD pawl_status pw_program_run(pw_program *program, const pw_run *run, pawl_error *error)
{
    PW_TRY(program->backend->enqueue(program, run, error));
    if (program->backend->wait != NULL)
        PW_TRY(program->backend->wait(program, run, error));
    return pw_run_check(run, error);
}

/* registry.c: the only file that names backends. */
const pw_backend *pw_backend_find(const char *name);     /* NULL: no such */
const char *pw_backend_names(void);                      /* "cpu, reference" */
pw_machine pw_machine_here(void);

#endif
