/* SPDX-License-Identifier: Apache-2.0 */
/* What a network's tensors hold on real pictures: histograms, from which INT8 takes its scales. */
#ifndef PAWL_CALIBRATION_H
#define PAWL_CALIBRATION_H

#include <pawl/plan.h>
#include <pawl/tensor.h>

PAWL_BEGIN

/**
 * Depends on no other object. Made for a float32 plan, filled by an observer of contexts that run it on pictures, given to the build in
 * precision "int8" (pawl_build_desc). One thread fills it at a time; the others' calls wait.
 */
typedef struct pawl_calibration pawl_calibration;

/** How a tensor's range is taken from its histogram. */
typedef enum pawl_calibration_method {
    PAWL_CALIBRATE_ENTROPY = 0,    /* the range whose 256 steps lose least information (least Kullback-Leibler divergence) */
    PAWL_CALIBRATE_MINMAX = 1,     /* all that was seen */
    PAWL_CALIBRATE_PERCENTILE = 2, /* all but the outermost 0.01 % */
    PAWL_CALIBRATE_MSE = 3         /* the range with the least squared error */
} pawl_calibration_method;

/** What a calibration has seen. */
typedef struct pawl_calibration_info {
    size_t struct_size;          /* set by the caller */
    uint64_t picture_count;      /* that were seen */
    size_t tensor_count;         /* of which histograms are held */
    int32_t height, width;       /* at which the network ran */
    float input_least, input_most; /* of the pictures' values, 0 to 1: the same twice where they are of one colour */
    uint64_t source_hash[2];     /* of the weights file */
} pawl_calibration_info;
#define PAWL_CALIBRATION_INFO_INIT { sizeof(pawl_calibration_info), 0, 0, 0, 0, 0, 0, { 0, 0 } }

/**
 * Makes an empty calibration for @p plan: its weights, its shape, its layers.
 * @param plan              Held until the call returns.
 * @param[out] calibration  On success the caller's: end it with pawl_calibration_destroy(). Else untouched.
 * @retval PAWL_ERR_ARGUMENT  The plan is not of precision "fp32": what is rounded already says little of what will be.
 * @retval PAWL_ERR_MEMORY    Nothing is left behind. @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_calibration_create(pawl_plan *plan, pawl_calibration **calibration, pawl_error *error);

/** Ends a calibration, at any time; see pawl_object_destroy() for all results. */
PAWL_API pawl_status pawl_calibration_destroy(pawl_calibration **calibration);

/**
 * A pawl_observer: pawl_context_observer_set(context, pawl_calibration_observe, calibration, &error), then run the context on pictures. Layers that
 * the plan does not have are passed over.
 * @param user  The pawl_calibration.
 * @return 0; 1 where it has ended or the layer's shape makes no sense, which stops the run.
 */
PAWL_API int pawl_calibration_observe(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor);

/** Fills @p info with what it has seen. Any thread; waits for a layer that is being counted. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_calibration_info_get(pawl_calibration *calibration, pawl_calibration_info *info,
                                                              pawl_error *error);

/**
 * Writes the histograms (not scales: those depend on the method), with the weights' hash and the pictures' treatment, whole or not at all.
 * @retval PAWL_ERR_WRITE  The message has the system's reason; an old file at @p path is intact.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_calibration_save(pawl_calibration *calibration, const char *path, pawl_error *error);

/**
 * Reads what pawl_calibration_save() wrote for the same weights and the same treatment of pictures as @p plan's, and for no others.
 * @retval PAWL_ERR_READ         The file cannot be opened.
 * @retval PAWL_ERR_CORRUPT      Not a calibration, or damaged.
 * @retval PAWL_ERR_UNSUPPORTED  Written by another version of pawl, of other weights, another size or another task; the message says which.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_calibration_load(const char *path, pawl_plan *plan, pawl_calibration **calibration,
                                                          pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_calibration_create(plan, calibration, error) PAWL_PLACED(pawl_calibration_create(plan, calibration, error))
#define pawl_calibration_load(path, plan, calibration, error) PAWL_PLACED(pawl_calibration_load(path, plan, calibration, error))
#endif

#endif
