/* SPDX-License-Identifier: Apache-2.0 */
/* pictures -> boxes, masks, classes: letterbox, run, decode, non-maximum suppression, back to the picture's pixels. */
#ifndef PAWL_DETECT_H
#define PAWL_DETECT_H

#include <pawl/image.h>
#include <pawl/runtime.h>

PAWL_BEGIN

/** Pins its context, and by it engine, runtime and plan. A job and a run under way pin it: it may be ended at any time. */
typedef struct pawl_detector pawl_detector;

/** One box. */
typedef struct pawl_detection {
    float x1, y1, x2, y2; /* corners in the picture's pixels, clipped to it */
    float confidence;     /* objectness * class score */
    int32_t class_id;     /* from 0: pawl_plan_class_name() */
} pawl_detection;
#define PAWL_DETECTION_INIT { 0, 0, 0, 0, 0, 0 }

/** Boxes of one picture, by falling confidence. Owned by the detector, void after its next call. */
typedef struct pawl_detections {
    const pawl_detection *items; /* count of them; NULL where there is none */
    size_t count;                /* boxes */
} pawl_detections;
#define PAWL_DETECTIONS_INIT { NULL, 0 }

/** A mask: @p height rows of @p width bytes, 1 where the object is, else 0. Owned by the detector, void after its next call. */
typedef struct pawl_mask {
    int32_t width, height; /* pixels */
    const uint8_t *pixels; /* width * height bytes, row by row */
} pawl_mask;
#define PAWL_MASK_INIT { 0, 0, NULL }

/** How a mask is made; all three are YOLOv5's. */
typedef enum pawl_mask_form {
    PAWL_MASK_PICTURE = 0, /* cropped at the prototypes' size, enlarged to the network's, above one half; then the same in the picture's size */
    PAWL_MASK_NATIVE = 1,  /* --retina-masks: enlarged to the picture's size first, then cropped to the rounded box: smoother */
    PAWL_MASK_NETWORK = 2  /* as PICTURE, left in the network's pixels with its letterbox: what polygons are drawn round */
} pawl_mask_form;

/** A class and how sure the model is of it. */
typedef struct pawl_class_score {
    int32_t class_id;  /* from 0 */
    float probability; /* softmax of the logits */
} pawl_class_score;
#define PAWL_CLASS_SCORE_INIT { 0, 0 }

/** All classes of one picture, by falling probability. Owned by the detector, void after its next call. */
typedef struct pawl_class_scores {
    const pawl_class_score *items; /* count of them */
    size_t count;                  /* classes of the model */
} pawl_class_scores;
#define PAWL_CLASS_SCORES_INIT { NULL, 0 }

/** What counts as found, and how much at once. */
typedef struct pawl_detector_desc {
    size_t struct_size;
    float confidence;        /* boxes must exceed it; 0.25 */
    float iou;               /* a box overlapping a better one by more than this is dropped; 0.45 */
    int32_t max_detections;  /* a picture; 1000 */
    int32_t is_agnostic;     /* 1: classes suppress one another */
    int32_t is_multi_label;  /* 1: a box for each class above the confidence, not only the best */
    const int32_t *classes;  /* keep only these; NULL: all. Copied */
    size_t class_count; /* at least 1 where classes are given, else 0 */
    const float *class_confidences; /* one a class in place of confidence, 0 to 1; NULL: the same for all. Copied. Since 0.2 */
    size_t class_confidence_count;  /* the model's classes where they are given, else 0. Since 0.2 */
    int32_t jobs;            /* in flight at most: pawl/job.h; 0 to PAWL_MAX_JOBS, each with a workspace of its own. Since 0.2 */
    int32_t is_rect;         /* 1: each run's shape is the least rectangle that its pictures need, within the height and width that the context has
                                when the detector is made, in steps of the model's largest stride: as detect.py runs a .pt. Of a classifier:
                                nothing. Since 0.2 */
} pawl_detector_desc;
#define PAWL_DETECTOR_DESC_INIT { sizeof(pawl_detector_desc), 0.25f, 0.45f, 1000, 0, 0, NULL, 0, NULL, 0, 0, 0 }

/** Wall time of the last run in milliseconds, the whole batch. */
typedef struct pawl_timing {
    double preprocess_ms;  /* pictures to the network's input */
    double inference_ms;   /* the network */
    double postprocess_ms; /* its output to boxes or classes */
} pawl_timing;
#define PAWL_TIMING_INIT { 0, 0, 0 }

/**
 * Makes a detector on a context created with PAWL_INPUT_U8_NHWC and PAWL_OUTPUT_CANDIDATES (of a classifier: any output form); it sets the
 * context's threshold.
 *
 * @param context        Pinned until the detector has ended; while the detector uses it nobody else may.
 * @param desc           NULL: all defaults.
 * @param[out] detector  On success the caller's: end it with pawl_detector_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_ARGUMENT     A context of other forms, thresholds outside 0..1, max_detections below 1, classes that the model does not
 *                               have or none at all.
 * @retval PAWL_ERR_UNSUPPORTED  The engine has no head.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_create(pawl_context *context, const pawl_detector_desc *desc, pawl_detector **detector,
                                                         pawl_error *error);

/**
 * Ends a detector, at any time, during a run too: it goes when the run has returned. Detections it gave out are void.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A run holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_detector_destroy(pawl_detector **detector);

/**
 * Detects on @p count pictures at once, 1 to the batch that the context had when the detector was made and within the engine's profile; the
 * context's batch is set to it. Where the detector is_rect, so are height and width, by pawl_letterbox_fit_rect(), which must be the same for all
 * pictures of a call.
 *
 * A picture that has no boxes because the network's output is NaN or infinite is told to the logger as a warning, once for each detector.
 *
 * @param images       Held until the call returns.
 * @param[out] results @p count of them, filled on success; what they point to is the detector's until its next call.
 * @param[out] timing  May be NULL.
 * @retval PAWL_ERR_ARGUMENT     Another count; rectangles that differ. @retval PAWL_ERR_BUSY Another thread is using the detector or its context.
 * @retval PAWL_ERR_UNSUPPORTED  The engine is a classifier: pawl_detector_classify().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_run(pawl_detector *detector, pawl_image *const *images, size_t count,
                                                      pawl_detections *results, pawl_timing *timing, pawl_error *error);

/**
 * The same on pictures in the caller's memory, of any pawl_picture_format, without a copy. Boxes are those of the same picture as RGB. Where a GPU
 * fits the pictures it takes RGB whose rows lie close together; a batch with another picture in it is fitted on the host.
 *
 * @param pictures  Their bytes must stay as they are until the call returns, whatever it returns.
 * @retval PAWL_ERR_ARGUMENT     Also: a plane that is NULL or not the format's, rows shorter than the picture, an unknown format, matrix or range.
 * @retval PAWL_ERR_LIMIT        A side over 65,500 or more than 2^28 pixels.
 * @retval PAWL_ERR_MEMORY       The first time that a picture of Y, U, V is wider than all before.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_run_pictures(pawl_detector *detector, const pawl_picture *pictures, size_t count,
                                                               pawl_detections *results, pawl_timing *timing, pawl_error *error);

/**
 * The same on the candidates that the context's last run left (for benchmarks and own pre-processing); boxes in network pixels. The threshold is
 * the higher one of the detector's and of that run's.
 * @retval PAWL_ERR_ARGUMENT  The context has not run in its shape, or there is no such picture.
 * @retval PAWL_ERR_UNSUPPORTED  The engine is a classifier.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_collect(pawl_detector *detector, size_t picture, pawl_detections *result,
                                                          pawl_error *error);

/**
 * The mask of box @p index of picture @p picture of the last call, where the engine segments.
 *
 * @param[out] mask  The detector's until its next call, this one too.
 * @retval PAWL_ERR_UNSUPPORTED  The engine makes no masks.
 * @retval PAWL_ERR_ARGUMENT     There is no such box, or the context has run since.
 * @note Any thread, one at a time. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_mask(pawl_detector *detector, size_t picture, size_t index, pawl_mask_form form,
                                                       pawl_mask *mask, pawl_error *error);

/**
 * Classifies @p count pictures at once, as pawl_detector_run(): the square in the middle of each, resized to the network's input.
 * Where logits are NaN or infinite all probabilities may be 0; the logger is told then, as by pawl_detector_run().
 * @retval PAWL_ERR_UNSUPPORTED  The engine is no classifier.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_classify(pawl_detector *detector, pawl_image *const *images, size_t count,
                                                           pawl_class_scores *results, pawl_timing *timing, pawl_error *error);

/** The same on pictures in the caller's memory, as pawl_detector_run_pictures(). Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_classify_pictures(pawl_detector *detector, const pawl_picture *pictures, size_t count,
                                                                    pawl_class_scores *results, pawl_timing *timing, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_detector_create(context, desc, detector, error) \
    PAWL_PLACED(pawl_detector_create(context, desc, detector, error))
#endif

#endif
