/* SPDX-License-Identifier: Apache-2.0 */
/* plan -> engine (on a device) -> context (one thread's workspace) -> run. */
#ifndef PAWL_RUNTIME_H
#define PAWL_RUNTIME_H

#include <pawl/plan.h>

PAWL_BEGIN

/**
 * Depends on no other object. Engines pin it: it may be ended at any time, its memory goes with the last of them.
 * All contexts on it share its threads: there is one fewer than the largest of them asked for, since whoever calls works too. Each caller gets on
 * alone, and idle threads help whoever has work, so many contexts at once are no slower than one; where callers fill the cores nobody is woken.
 */
typedef struct pawl_runtime pawl_runtime;
/** Pins its runtime and its plan. Contexts pin it: it may be ended at any time, its memory goes with the last of them. */
typedef struct pawl_engine pawl_engine;
/** Pins its engine. A detector, and every call under way, pins it: ended during a run it goes when the run has returned. */
typedef struct pawl_context pawl_context;

/** On what plans run. */
typedef struct pawl_runtime_desc {
    size_t struct_size;
    const char *backend; /* NULL: what the plan was built for; else run every plan on this one ("cpu", "reference") */
    int32_t threads;     /* most that work at once for one context, its caller included; 0, or more than there are: the cores this process may use.
                            Since 0.2 */
    int32_t gpu;         /* TensorRT's, as the driver numbers those it shows; 0: the first. Since 0.2 */
} pawl_runtime_desc;
#define PAWL_RUNTIME_DESC_INIT { sizeof(pawl_runtime_desc), NULL, 0, 0 }

/** What the input binding holds. */
typedef enum pawl_input_form {
    PAWL_INPUT_F32_NCHW = 0, /* N x 3 x H x W float32, RGB, 0 to 1 (classification: normalised), as PyTorch takes it */
    PAWL_INPUT_U8_NHWC = 1   /* N x H x W x 3 bytes, RGB: a letterboxed picture as it is; divided by 255, a classifier's normalised */
} pawl_input_form;

/**
 * What the head leaves. Segmentation: rows have mask coefficients behind the classes, and one more output, the last, holds the prototypes,
 * N x coefficients x H/4 x W/4 float32 (behind the rows in DECODED, behind the maps in RAW, alone in CANDIDATES). Classification: one output in
 * every form, N x classes, raw logits.
 */
typedef enum pawl_output_form {
    PAWL_OUTPUT_DECODED = 0,    /* one tensor N x rows x (5 + classes), as PyTorch's export gives it; other tasks: above */
    PAWL_OUTPUT_RAW = 1,        /* a tensor a level, N x H x W x (anchors * (5 + classes)), before the sigmoid */
    PAWL_OUTPUT_CANDIDATES = 2  /* only the rows whose objectness exceeds the threshold, decoded: see pawl_context_candidates() */
} pawl_output_form;

/** What a context binds, and in which shape first. */
typedef struct pawl_context_desc {
    size_t struct_size;
    int32_t threads;          /* most that work at once for this context, its caller included; 0: as many as the runtime lets */
    pawl_input_form input;    /* what is bound as input */
    pawl_output_form output;  /* what a run leaves */
    float threshold;          /* objectness that candidates must exceed, 0 to 1 */
    int32_t batch, height, width; /* first shape; 0: the plan's optimum */
} pawl_context_desc;
#define PAWL_CONTEXT_DESC_INIT { sizeof(pawl_context_desc), 0, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0.25f, 0, 0, 0 }

/** Candidates of one picture: @p count rows of @p width floats (x, y, w, h in network pixels, objectness, class scores). */
typedef struct pawl_candidates {
    size_t count;          /* rows */
    size_t width;          /* floats a row: 5 + classes + mask coefficients */
    const float *rows;     /* count * width */
    const int32_t *index;  /* count: row number in the full decoded tensor, rising */
} pawl_candidates;
#define PAWL_CANDIDATES_INIT { 0, 0, NULL, NULL }

/** Shows a layer's output while a run is under way: float32, N x C x H x W, valid during the call only. Not 0 stops the run. */
typedef int (*pawl_observer)(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor);

/**
 * Name of backend @p index of this library, whether it can be used here or not: "cpu", "reference", "tensorrt"; NULL past the end. Any thread.
 * Since 0.2.
 */
PAWL_API const char *pawl_backend_name(size_t index);

/** Precisions that backend @p index can build in, blank-separated: "fp32 fp16"; NULL past the end. Any thread. Since 0.2. */
PAWL_API const char *pawl_backend_precisions(size_t index);

/** Why backend @p index cannot be used here, as what builds or runs on it would say: a sentence, valid until this thread asks again; NULL where it can, and
 *  past the end. Loads what the backend uses, for as long as the process lives. Any thread. Since 0.2. */
PAWL_API const char *pawl_backend_absence(size_t index);

/**
 * Says of each backend whether it can be used here, else why not, and what it found: a line a call of @p line. Loads what they use, for as
 * long as the process lives.
 * @param line  Called with each line (no newline) and @p user; the text is valid during the call only. NULL: nothing is done.
 * @note Any thread. Since 0.1.
 */
PAWL_API void pawl_backends_report(void (*line)(void *user, const char *text), void *user);

/**
 * Names the libraries of others that backends look for, in the order in which each tries them; loads none.
 * @param visit  Called with the backend's name, a path (or a name that the system's loader looks up) and @p user, all valid during the call
 *               only; anything but 0 ends it. NULL: nothing is done.
 * @note Any thread. Since 0.2.
 */
PAWL_API void pawl_backend_libraries(int (*visit)(void *user, const char *backend, const char *path), void *user);

/**
 * Loads one of them beside the one in use, for as long as the process lives, makes and ends a few of its objects, and says in a line what it
 * is. A broken library can crash, and two versions in one process can disturb each other: call it in a process of its own, as `pawl doctor`
 * does. Any thread. Since 0.2.
 * @param[out] text  On success the line, cut to @p text_size bytes with its end. Else untouched.
 * @retval PAWL_ERR_ARGUMENT  There is no such backend, it uses no library, or an argument is NULL.
 * @retval PAWL_ERR_DEVICE    It cannot be loaded, or does not work here; the message names it.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_backend_library_try(const char *backend, const char *path, char *text, size_t text_size,
                                                             pawl_error *error);

/**
 * Makes a runtime.
 * @param desc          NULL: all defaults.
 * @param[out] runtime  On success the caller's: end it with pawl_runtime_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_DEVICE    The backend named is not here; the message says why.
 * @retval PAWL_ERR_ARGUMENT  threads is not 0 to PAWL_MAX_THREADS, or gpu is below 0.
 * @retval PAWL_ERR_MEMORY    Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_runtime_create(const pawl_runtime_desc *desc, pawl_runtime **runtime, pawl_error *error);

/**
 * Ends a runtime, at any time. Engines made on it keep what they need.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  An engine holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_runtime_destroy(pawl_runtime **runtime);

/**
 * Loads a plan onto the runtime's device: chooses kernels for this machine and packs the constants.
 *
 * @param runtime, plan  Pinned by the engine until it has ended. End the plan when the engine stands: where no other engine is on it, its weights
 *                       lie in memory once then, as they are packed.
 * @param[out] engine    On success the caller's: end it with pawl_engine_destroy(). Else untouched.
 * @retval PAWL_ERR_DEVICE       The plan asks for a backend that is not here; the message names it.
 * @retval PAWL_ERR_UNSUPPORTED  The backend cannot run a layer.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 * @note Any thread; an engine may serve any number of contexts. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_engine_create(pawl_runtime *runtime, pawl_plan *plan, pawl_engine **engine, pawl_error *error);

/**
 * Ends an engine, at any time. Contexts on it keep what they need.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A context or a call under way holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_engine_destroy(pawl_engine **engine);

/**
 * Kernel in use for optimised layer @p index ("conv_f32_avx512_14x32"); NULL past the end, for a layer without one and for a dead handle. Valid
 * while the engine lives. Any thread.
 */
PAWL_API const char *pawl_engine_tactic(pawl_engine *engine, size_t index);

/** Name of class @p class_id; NULL where the engine has none, and for a dead handle. Valid while the engine lives. Any thread. Since 0.2. */
PAWL_API const char *pawl_engine_class_name(pawl_engine *engine, int32_t class_id);

/** Fills @p info with what is known of the model; strings in it are valid while the engine lives. Any thread. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_engine_model_get(pawl_engine *engine, pawl_model_info *info, pawl_error *error);

/**
 * Makes a context: a workspace and bindings for one shape at a time. Used by one thread at a time; starts threads where the runtime has fewer than
 * it asks for.
 *
 * @param engine        Pinned by the context until it has ended.
 * @param desc          NULL: all defaults.
 * @param[out] context  On success the caller's: end it with pawl_context_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_ARGUMENT  A batch outside the plan's profile, a side that is no multiple of the largest stride, a threshold outside 0 to 1, an
 *                            unknown form, more than PAWL_MAX_THREADS threads.
 * @retval PAWL_ERR_LIMIT     A side above PAWL_MAX_SIDE, or a layer of more than 2^31 - 1 values; TensorRT 8 and 9: as many contexts are at work as
 *                            the engine was built for (pawl_build_desc.contexts). @retval PAWL_ERR_MEMORY Nothing is left behind.
 * @retval PAWL_ERR_DEVICE    The device failed.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_create(pawl_engine *engine, const pawl_context_desc *desc, pawl_context **context,
                                                        pawl_error *error);

/**
 * Ends a context, at any time, during a run too: it goes when the run has returned. Tensors and candidates it gave out are void.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A detector or a run holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_context_destroy(pawl_context **context);

/**
 * Changes the input shape; bindings move, tensors given out before are void. Any batch of the profile, any height and width that are
 * multiples of the largest stride (TensorRT: of those, what the engine was built for). On failure the old shape stays usable, with what is bound to it.
 *
 * A context keeps what it made for its last 16 shapes, as far as those not in use take 512 MiB at most together: setting one of them again allocates
 * nothing and takes microseconds. Its input holds what was last written there.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY, PAWL_ERR_DEVICE  As pawl_context_create().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_shape_set(pawl_context *context, int32_t batch, int32_t height, int32_t width,
                                                           pawl_error *error);

/** Sets the objectness that candidates must exceed, from the next run on. @retval PAWL_ERR_ARGUMENT Not 0 to 1. */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_threshold_set(pawl_context *context, float threshold, pawl_error *error);

/** The input binding: write the pictures there. Owned by the context, valid until its shape changes; zeros in a shape that is new. */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_input(pawl_context *context, pawl_tensor *input, pawl_error *error);

/** Number of outputs in the context's output form; 0 for a dead handle. */
PAWL_API size_t pawl_context_output_count(pawl_context *context);

/**
 * Output @p index. Owned by the context, valid until its shape changes; holds anything before the first run, and the next one overwrites it.
 * @retval PAWL_ERR_ARGUMENT  There is no such output.
 * @retval PAWL_ERR_DEVICE, PAWL_ERR_MEMORY  What a GPU had kept until it was asked for cannot be fetched.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_output(pawl_context *context, size_t index, pawl_tensor *output, pawl_error *error);

/**
 * Candidates of picture @p picture of the last run (output form CANDIDATES). Owned by the context, void after the next run.
 * @retval PAWL_ERR_ARGUMENT  Another output form, no run since the shape was set or the last one failed, or no such picture.
 * @retval PAWL_ERR_DEVICE, PAWL_ERR_MEMORY  As pawl_context_output().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_candidates(pawl_context *context, size_t picture, pawl_candidates *candidates,
                                                            pawl_error *error);

/**
 * Shows every layer's output of later runs to @p observer; NULL ends that. Not for timing: tensors are converted for it. What the observer calls
 * on this context answers PAWL_ERR_BUSY.
 * @param user  Handed on to @p observer, on the thread that runs the context. Both must stay valid until they are replaced or the context has ended.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_observer_set(pawl_context *context, pawl_observer observer, void *user, pawl_error *error);

/**
 * Runs the network on the input binding. Allocates nothing, but for an observer's first run in a shape, and never waits for another context's work.
 * @retval PAWL_ERR_BUSY       Another thread is using the context; nothing was run.
 * @retval PAWL_ERR_FORKED     The context belongs to the parent process.
 * @retval PAWL_ERR_CANCELLED  The observer asked to stop. @retval PAWL_ERR_UNSUPPORTED TensorRT shows an observer nothing.
 * @retval PAWL_ERR_DEVICE     The device failed.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_context_run(pawl_context *context, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_runtime_create(desc, runtime, error) PAWL_PLACED(pawl_runtime_create(desc, runtime, error))
#define pawl_engine_create(runtime, plan, engine, error) \
    PAWL_PLACED(pawl_engine_create(runtime, plan, engine, error))
#define pawl_context_create(engine, desc, context, error) \
    PAWL_PLACED(pawl_context_create(engine, desc, context, error))
#endif

#endif
