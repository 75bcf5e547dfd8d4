/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an .engine to a detector in one call: plan, runtime, engine, context and detector are made in this order and belong to the detector, whose
 * end, one call, ends them in the reverse order. To use a part of them for something else (an engine for several contexts) make them one by one.
 *
 *     pawl_open_desc desc = PAWL_OPEN_DESC_INIT;
 *     desc.fallback = "cpu";
 *     if (pawl_detector_open("best.engine", &desc, &detector, &error) < 0) ...
 *     if (pawl_detector_run(detector, &image, 1, &found, NULL, &error) < 0) ...
 *     pawl_detector_destroy(&detector);
 */
#ifndef PAWL_OPEN_H
#define PAWL_OPEN_H

#include <pawl/detect.h>

PAWL_BEGIN

/** How an engine is opened. Since 0.2. */
typedef struct pawl_open_desc {
    size_t struct_size;
    const char *backend;  /* to run on, one of pawl_backend_name(); NULL: what the engine was built for */
    const char *fallback; /* to run on where that is not here, which the logger is told; NULL: none, so that it is PAWL_ERR_DEVICE */
    int32_t threads;      /* most that work at once, the caller included; 0: the cores this process may use */
    int32_t gpu;          /* TensorRT's, as the driver numbers those it shows; 0: the first */
    int32_t batch;        /* pictures a call at most; 0: the most that the engine was built for */
    int32_t height, width; /* what the network sees; 0: the engine's optimum */
    const pawl_detector_desc *detector; /* thresholds, jobs ...; NULL: all defaults. Borrowed during the call */
} pawl_open_desc;
#define PAWL_OPEN_DESC_INIT { sizeof(pawl_open_desc), NULL, NULL, 0, 0, 0, 0, 0, NULL }

/**
 * Opens an .engine file and makes all that it takes to detect with it. Its weights are in memory once, as they are packed for this machine.
 *
 * @param path           Borrowed, as is what @p desc points to, during the call.
 * @param desc           NULL: all defaults.
 * @param[out] detector  On success the caller's: end it with pawl_detector_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_READ, PAWL_ERR_CORRUPT   As pawl_plan_load(): no engine, or a damaged one. Of weights the message says how to build one.
 * @retval PAWL_ERR_UNSUPPORTED  Written by a newer pawl; a layer that the backend cannot run.
 * @retval PAWL_ERR_DEVICE       The backend is not here, nor is the fallback; the message says why.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT  A member of @p desc or of its detector; as pawl_context_create() and pawl_detector_create().
 * @retval PAWL_ERR_MEMORY       Nothing is left behind, as after every failure.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_open(const char *path, const pawl_open_desc *desc, pawl_detector **detector,
                                                       pawl_error *error);

/**
 * The same from the @p size bytes of an engine, which are borrowed during the call: the detector does not depend on them. No PAWL_ERR_READ.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_open_memory(const void *data, size_t size, const pawl_open_desc *desc,
                                                              pawl_detector **detector, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_detector_open(path, desc, detector, error) PAWL_PLACED(pawl_detector_open(path, desc, detector, error))
#define pawl_detector_open_memory(data, size, desc, detector, error) \
    PAWL_PLACED(pawl_detector_open_memory(data, size, desc, detector, error))
#endif

#endif
