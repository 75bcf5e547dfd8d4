/* SPDX-License-Identifier: Apache-2.0 */
/* Non-maximum suppression with the results of YOLOv5's non_max_suppression(), in network pixels. */
#ifndef PW_NMS_H
#define PW_NMS_H

#include "base/fail.h"
#include <pawl/detect.h>
#include <stdbool.h>

#define PW_NMS_MAX_BOXES 30000 /* YOLOv5's max_nms: the best so many take part */

typedef struct pw_nms_desc {
    float confidence, iou;
    size_t max_detections;
    size_t class_count;
    bool is_agnostic, is_multi_label;
    const int32_t *classes; /* only these; NULL: all */
    size_t class_filter_count;
    const float *class_confidences; /* class_count of them, in the place of confidence; NULL: none */
} pw_nms_desc;

typedef struct pw_nms pw_nms;

/* What rows must exceed at least, in objectness: the lowest threshold of a wanted class. */
float pw_nms_threshold(const pw_nms *nms);

/* What it does, for a device that does the same; thresholds are its own, one a class (at least one): what a confidence must exceed, infinite where
   the class is not wanted. */
typedef struct pw_nms_rules {
    const float *thresholds;
    float lowest, iou; /* lowest: pw_nms_threshold() */
    size_t max_detections;
    bool is_agnostic, is_multi_label;
} pw_nms_rules;
pw_nms_rules pw_nms_rules_of(const pw_nms *nms);

/* Makes the memory that runs need; copies the lists. PAWL_ERR_ARGUMENT: a class that the model does not have. */
pawl_status pw_nms_create(const pw_nms_desc *desc, pw_nms **nms, pawl_error *error) PW_NODISCARD;
/* Other rules from the next run on; class_count stays. PAWL_ERR_MEMORY: room for more boxes. On failure it is as it was. */
pawl_status pw_nms_set(pw_nms *nms, const pw_nms_desc *desc, pawl_error *error) PW_NODISCARD;
void pw_nms_destroy(pw_nms *nms); /* NULL is fine */

/*
 * Suppresses one picture's candidates, rows of 5 + class_count floats and maybe more. Boxes come by falling
 * confidence, equal ones in the order of rows and classes; rows with a NaN or an infinity are
 * dropped. Allocates nothing. Returns how many of items, which holds max_detections, it filled;
 * rows (NULL: none) gets the candidate of each.
 */
size_t pw_nms_run(pw_nms *nms, const pawl_candidates *candidates, pawl_detection *items,
                  uint32_t *rows);

#endif
