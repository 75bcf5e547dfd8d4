/* SPDX-License-Identifier: Apache-2.0 */
/* network -> optimised, tuned plan. */
#ifndef PAWL_BUILDER_H
#define PAWL_BUILDER_H

#include <pawl/calibration.h>
#include <pawl/network.h>
#include <pawl/plan.h>

PAWL_BEGIN

/** Depends on no other object, and none pins it: plans do not need their builder. A build under way holds it until it returns. */
typedef struct pawl_builder pawl_builder;

/** What a builder's builds share. */
typedef struct pawl_builder_desc {
    size_t struct_size;
    int32_t threads; /* for tuning; 0: the cores this process may use */
} pawl_builder_desc;
#define PAWL_BUILDER_DESC_INIT { sizeof(pawl_builder_desc), 0 }

/**
 * A step of the build: return 0 to go on, anything else to stop with PAWL_ERR_CANCELLED. One call at a time, none after the build has returned; on the
 * thread that builds, but for TensorRT's own steps (9.2 and later), which may come on threads of the library.
 */
typedef int (*pawl_progress)(void *user, const char *stage, size_t done, size_t total);

/**
 * How implementations are chosen where a backend times them itself (cpu): by the kernel table's order; or by measuring, in place, at the shape
 * to optimise for and with the builder's threads. What is measured stands in the plan as tactics and is used on such machines only.
 */
typedef enum pawl_tuning {
    PAWL_TUNE_OFF = 0,   /* the same plan each time */
    PAWL_TUNE_QUICK = 1, /* the few likeliest of each layer: seconds */
    PAWL_TUNE_FULL = 2   /* all that can run it, more often: a minute */
} pawl_tuning;

/**
 * Where TensorRT's kernels come from. Each is more to time; those that a version lacks are left out. JIT are compiled while they are timed.
 * Since 0.2.
 */
typedef enum pawl_tactic_source {
    PAWL_TACTIC_CUBLAS = 1,
    PAWL_TACTIC_CUBLAS_LT = 2,
    PAWL_TACTIC_CUDNN = 4,
    PAWL_TACTIC_EDGE_MASK = 8,
    PAWL_TACTIC_JIT = 16
} pawl_tactic_source;

/** A layer, or all whose names begin with it and a dot ("model.24"), in a precision of its own; '*', '?' and "[...]" as in file names. */
typedef struct pawl_layer_precision {
    const char *layer;     /* "model.24", "model.*.m.0.cv2.conv" */
    const char *precision; /* "fp32" (through TensorRT FP16, as all that is not of integers) or "int8" */
} pawl_layer_precision;
#define PAWL_LAYER_PRECISION_INIT { NULL, NULL }

/** What is built, for what, and how. */
typedef struct pawl_build_desc {
    size_t struct_size;
    const char *backend;   /* see pawl_backend_name(); NULL means "cpu" */
    const char *precision; /* see pawl_backend_precisions(); NULL means "fp32". Of "fp16" on the CPU, weights that FP16 would damage (see
                              pawl/audit.h) stay float32 */
    int32_t height, width; /* shape to optimise for; 0: the model's default. Multiples of its largest stride */
    int32_t batch_min, batch_opt, batch_max; /* 0: the one before it, of batch_min 1 */
    int32_t is_unoptimised; /* 1: run no pass, for comparisons */
    pawl_progress progress; /* NULL: none */
    void *progress_user;    /* handed to progress */
    /* What follows is TensorRT's, but for timing_cache and tuning. The engine keeps it, but for timing_cache, gpu and is_small; set while a backend
       is built for that does not know it, it is a warning in the log. */
    size_t workspace_size;          /* bytes a kernel may take; 0: 1 GiB */
    int32_t optimisation_level;     /* 0 (fast build) to 5; -1: the usual one. Before 8.6 only FP16 has any (8.2.1 on): all layers are of halves
                                       up to 2, and usually where the GPU is fast at them; from 3 on the library chooses */
    const char *timing_cache;       /* TensorRT's, and tuning's: file read before and written after timing; NULL: none. One that cannot be used
                                       is a warning in the log, and all is timed. "FOLDER/": TensorRT's is a file in it for each version and GPU */
    int32_t is_version_compatible;  /* 1: the plan runs on later versions too, where the family can (8.6 on) */
    int32_t is_hardware_compatible; /* 1: the plan runs on Ampere and later, where the family can (8.6 on) */
    int32_t is_fp16_fixed;          /* 1: weights that FP16 would damage (see pawl/audit.h) are rounded where that is not seen beside the layer's largest,
                                       or scaled by a power of two; layers that neither mends stay FP32 */
    int32_t height_min, width_min, height_max, width_max; /* 0: just height and width */
    int32_t contexts;               /* that shall run at once: TensorRT 8 and 9 keep the shapes once for each; 0: 1, at most PAWL_MAX_CONTEXTS */
    int32_t tuning;                 /* pawl_tuning; the CPU's: TensorRT times whatever is asked */
    int32_t is_tf32;                /* 1: FP32 products may keep 10 bits of 23, as TensorRT's own default lets them. Since 0.2 */
    int32_t tactic_sources;         /* pawl_tactic_source bits: where kernels may come from; -1: the library's default. Since 0.2 */
    int32_t gpu;                    /* to build for, as the driver numbers those it shows; 0: the first. Since 0.2 */
    int32_t is_small;               /* 1: tuning forgoes speed that costs memory, which else is up to 1.5 times the weights; the CPU's. Since 0.2 */
    /* Of precision "int8". Since 0.2. */
    pawl_calibration *calibration;  /* of the same weights: needed. Held until the call returns */
    int32_t calibration_method;     /* pawl_calibration_method */
    const pawl_layer_precision *layer_precisions; /* the last that names a layer counts; NULL: all in int8 where they can be */
    size_t layer_precision_count;
    pawl_accuracy accuracy;         /* of layers chosen by it: kept in the plan for who asks. Since 0.2 */
} pawl_build_desc;
#define PAWL_BUILD_DESC_INIT \
    { sizeof(pawl_build_desc), NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, 0, -1, NULL, 0, 0, 0, 0, 0, 0, 0, 0, PAWL_TUNE_OFF, 0, -1, 0, 0, NULL, \
      PAWL_CALIBRATE_MSE, NULL, 0, PAWL_ACCURACY_INIT }

/**
 * Makes a builder, which keeps what builds share.
 * @param desc          NULL: all defaults.
 * @param[out] builder  On success the caller's: end it with pawl_builder_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_ARGUMENT  threads is not 0 to PAWL_MAX_THREADS.
 * @retval PAWL_ERR_MEMORY    Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_builder_create(const pawl_builder_desc *desc, pawl_builder **builder, pawl_error *error);

/**
 * Ends a builder, at any time. Plans it made do not need it.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  It is building on another thread; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_builder_destroy(pawl_builder **builder);

/**
 * Optimises @p network for a shape profile and a backend.
 *
 * @param builder, network  Held until the call returns, not longer; not changed.
 * @param desc              NULL: all defaults.
 * @param[out] plan         On success the caller's: end it with pawl_plan_destroy(). It needs neither builder nor network nor weights.
 * @retval PAWL_ERR_ARGUMENT     Sizes that are no multiples of the largest stride, a batch range out of order, a level or a tuning that is none.
 *                               Precision "int8" without a calibration, with one of other weights or of no pictures; a layer precision that names no
 *                               layer or no precision; an accuracy outside 0 to 1.
 * @retval PAWL_ERR_DEVICE       The backend is not here.
 * @retval PAWL_ERR_UNSUPPORTED  The backend cannot run a layer, or not in this precision.
 * @retval PAWL_ERR_CANCELLED    progress asked to stop; what was timed until then is in the timing cache.
 * @retval PAWL_ERR_BUSY         The builder builds on another thread.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_builder_build(pawl_builder *builder, pawl_network *network, const pawl_build_desc *desc,
                                                       pawl_plan **plan, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_builder_create(desc, builder, error) PAWL_PLACED(pawl_builder_create(desc, builder, error))
#define pawl_builder_build(builder, network, desc, plan, error) \
    PAWL_PLACED(pawl_builder_build(builder, network, desc, plan, error))
#endif

#endif
