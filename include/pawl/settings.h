/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a detector looks for, changed while it lives: nothing is built, loaded or lowered again. Any thread sets at any time and waits for no run; a
 * run that begins, and a job that is submitted, after a call has returned goes by what it set, one under way by what was set before.
 */
#ifndef PAWL_SETTINGS_H
#define PAWL_SETTINGS_H

#include <pawl/detect.h>

PAWL_BEGIN

/** What a detector is and goes by. Strings live as long as the detector. Since 0.2. */
typedef struct pawl_detector_info {
    size_t struct_size;
    pawl_task task;
    int32_t class_count;
    int32_t has_names;              /* 1: the engine has class names */
    int32_t batch, height, width;   /* of a call at most; what the network sees, with is_rect at most */
    int32_t jobs;                   /* that may be in flight */
    int32_t is_rect;
    const char *backend;            /* it runs on */
    /* As set now; of a classifier 0. */
    float confidence, iou;
    int32_t max_detections, is_agnostic, is_multi_label;
} pawl_detector_info;
#define PAWL_DETECTOR_INFO_INIT { sizeof(pawl_detector_info), PAWL_TASK_DETECT, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, 0, 0 }

/** Fills @p info. Any thread. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_info_get(pawl_detector *detector, pawl_detector_info *info, pawl_error *error);

/** Name of class @p class_id; NULL where the engine has none, and for a dead handle. Valid while the detector lives. Any thread. Since 0.2. */
PAWL_API const char *pawl_detector_class_name(pawl_detector *detector, int32_t class_id);

/**
 * All of them by class_id, as pawl_draw_desc takes them.
 * @param[out] count  As many as the model has classes; 0 with NULL. Always written.
 * @return The array and its strings, valid while the detector lives; NULL where the engine has no names, and for a dead handle.
 * @note Any thread. Since 0.2.
 */
PAWL_API const char *const *pawl_detector_class_names(pawl_detector *detector, size_t *count);

/**
 * Sets what boxes must exceed, in the classes that have no threshold of their own (pawl_detector_class_confidences_set()).
 * @retval PAWL_ERR_ARGUMENT     Not 0 to 1. Nothing changed, as in every failure of these calls.
 * @retval PAWL_ERR_UNSUPPORTED  The engine classifies.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_confidence_set(pawl_detector *detector, float confidence, pawl_error *error);

/**
 * Sets how much of a better box one may overlap and stay.
 * @retval PAWL_ERR_ARGUMENT     Not 0 to 1.
 * @retval PAWL_ERR_UNSUPPORTED  As above.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_iou_set(pawl_detector *detector, float iou, pawl_error *error);

/**
 * Keeps only these classes.
 * @param classes  @p count of them, copied. NULL and 0: all.
 * @retval PAWL_ERR_ARGUMENT  A class that the model does not have; NULL with a count, or a list of none. @retval PAWL_ERR_UNSUPPORTED As above.
 * @retval PAWL_ERR_MEMORY    Nothing changed.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_classes_set(pawl_detector *detector, const int32_t *classes, size_t count, pawl_error *error);

/**
 * Sets a threshold for each class, in place of the one for all.
 * @param confidences  @p count of them, by class_id, copied. NULL and 0: the one for all again.
 * @retval PAWL_ERR_ARGUMENT  Another count than the model has classes; one that is not 0 to 1. @retval PAWL_ERR_UNSUPPORTED As above.
 * @retval PAWL_ERR_MEMORY    Nothing changed.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_class_confidences_set(pawl_detector *detector, const float *confidences, size_t count,
                                                                        pawl_error *error);

/**
 * Sets how many boxes a picture may have, the best ones. Where that is more than ever before, the next run or submission takes memory for them and
 * may answer PAWL_ERR_MEMORY.
 * @retval PAWL_ERR_ARGUMENT  Below 1; above 30,000 it counts as that. @retval PAWL_ERR_UNSUPPORTED As above.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_max_detections_set(pawl_detector *detector, int32_t max_detections, pawl_error *error);

/**
 * Sets whether classes suppress one another: 0 or 1.
 * @retval PAWL_ERR_UNSUPPORTED  As above.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_agnostic_set(pawl_detector *detector, int32_t is_agnostic, pawl_error *error);

/**
 * Sets whether a box counts for each class above its threshold, not only the best: 0 or 1.
 * @retval PAWL_ERR_UNSUPPORTED  As above.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_multi_label_set(pawl_detector *detector, int32_t is_multi_label, pawl_error *error);

PAWL_END

#endif
