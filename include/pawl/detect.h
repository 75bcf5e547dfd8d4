/* SPDX-License-Identifier: Apache-2.0 */
/* pictures -> boxes: letterbox, run, decode, non-maximum suppression, back to the picture's pixels. */
#ifndef PAWL_DETECT_H
#define PAWL_DETECT_H

#include <pawl/image.h>
#include <pawl/runtime.h>

PAWL_BEGIN

typedef struct pawl_detector pawl_detector;

typedef struct pawl_detection {
    float x1, y1, x2, y2; /* corners in the picture's pixels, clipped to it */
    float confidence;     /* objectness * class score */
    int32_t class_id;
} pawl_detection;

/** Boxes of one picture, by falling confidence. Owned by the detector, void after its next call. */
typedef struct pawl_detections {
    const pawl_detection *items;
    size_t count;
} pawl_detections;

typedef struct pawl_detector_desc {
    size_t struct_size;
    float confidence;        /* boxes must exceed it; 0.25 */
    float iou;               /* a box overlapping a better one by more than this is dropped; 0.45 */
    int32_t max_detections;  /* a picture; 1000 */
    int32_t is_agnostic;     /* 1: classes suppress one another */
    int32_t is_multi_label;  /* 1: a box for each class above the confidence, not only the best */
    const int32_t *classes;  /* keep only these; NULL: all. Copied */
    size_t class_filter_count;
} pawl_detector_desc;
#define PAWL_DETECTOR_DESC_INIT { sizeof(pawl_detector_desc), 0.25f, 0.45f, 1000, 0, 0, NULL, 0 }

/** Wall time of the last run in milliseconds, the whole batch. */
typedef struct pawl_timing {
    double preprocess_ms, inference_ms, postprocess_ms;
} pawl_timing;

/**
 * Makes a detector on a context created with PAWL_INPUT_U8_NHWC and PAWL_OUTPUT_CANDIDATES; it sets the context's threshold.
 *
 * @param context  Pinned; while the detector uses it nobody else may.
 * @retval PAWL_ERR_ARGUMENT     A context of other forms, thresholds outside 0..1, max_detections below 1.
 * @retval PAWL_ERR_UNSUPPORTED  The engine's task is not detection.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_create(pawl_context *context, const pawl_detector_desc *desc, pawl_detector **detector,
                                                         pawl_error *error);

/** Ends a detector. */
PAWL_API pawl_status pawl_detector_destroy(pawl_detector **detector);

/**
 * Detects on @p count pictures at once; count must be the context's batch or less (the context's shape is set to it).
 *
 * @param images       Borrowed during the call.
 * @param[out] results @p count of them, filled on success; what they point to is the detector's until its next call.
 * @param[out] timing  May be NULL.
 * @retval PAWL_ERR_BUSY  Another thread is using the detector or its context.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_run(pawl_detector *detector, pawl_image *const *images, size_t count,
                                                      pawl_detections *results, pawl_timing *timing, pawl_error *error);

/** The same on the candidates that the context's last run left (for benchmarks and own pre-processing); boxes in network pixels. */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_collect(pawl_detector *detector, size_t image, pawl_detections *result,
                                                          pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_detector_create(context, desc, detector, error) \
    PAWL_PLACED(pawl_detector_create(context, desc, detector, error))
#endif

#endif
