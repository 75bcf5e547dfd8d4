/* SPDX-License-Identifier: Apache-2.0 */
/* The object behind a pawl_detector handle, for the files that answer in different ways: boxes, masks, classes. */
#ifndef PW_DETECTOR_H
#define PW_DETECTOR_H

#include "detect/nms.h"
#include "image/image.h"
#include "runtime/context.h"
#include <pawl/detect.h>

/* What was found in one picture. */
typedef struct pw_found {
    size_t count;          /* boxes */
    int32_t width, height; /* of the picture: the boxes are in its pixels */
    uint64_t run;          /* the context's run they were found in */
} pw_found;

/* Parent: context. Its memory is only touched by who is inside the context, so the context's busy flag guards both. */
typedef struct pw_detector {
    pw_object object;
    pw_context *context;
    float confidence;
    bool has_told_not_finite; /* to the log */
    size_t max_detections;
    size_t capacity; /* pictures at once: the context's batch at birth */
    pw_nms *nms;     /* NULL: a classifier */
    pawl_detection *items; /* max_detections a picture */
    uint32_t *rows;        /* the candidate of each */
    pw_found *found;       /* capacity */
    pawl_class_score *scores; /* of a classifier: its classes, for each picture */
    pw_image **images;        /* of the call under way */
    uint8_t *scratch;         /* of the letterbox: scratch_size for each thread */
    size_t scratch_size;
    float *plane;             /* masks: prototypes weighted, and the coefficients; plane_count floats */
    size_t plane_count;
    uint8_t *masks[2];        /* masks: in the network's size, in the picture's; mask_sizes bytes */
    size_t mask_sizes[2];
} pw_detector;
extern const pw_type pw_detector_type;

/* Makes an answer of what the context's run left for a picture. */
typedef pawl_status (*pw_detector_answer)(pw_detector *detector, size_t picture, void *results, pawl_error *error);

/* Pictures in, through the network, an answer for each. PAWL_ERR_UNSUPPORTED: the model is of the other kind. */
pawl_status pw_detector_pictures(pawl_detector *detector, pawl_image *const *images, size_t count, bool is_classifier,
                                 pw_detector_answer answer, void *results, pawl_timing *timing, pawl_error *error) PW_NODISCARD;

/* Tells the log, once for each detector, why a picture has no answer: count values of the network's output are NaN or infinite. */
void pw_detector_tell_not_finite(pw_detector *detector, size_t picture, size_t count);

#endif
