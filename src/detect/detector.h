/* SPDX-License-Identifier: Apache-2.0 */
/* The object behind a pawl_detector handle, for the files that answer in different ways: boxes, masks, classes. */
#ifndef PW_DETECTOR_H
#define PW_DETECTOR_H

#include "image/image.h"
#include "kernels/head/boxes.h"
#include "runtime/context.h"
#include <pawl/job.h>
#include <pawl/settings.h>
#include <pthread.h>

/* What was found in one picture. */
typedef struct pw_found {
    size_t count;          /* boxes */
    int32_t width, height; /* of the picture: the boxes are in its pixels */
    uint64_t run;          /* the context's run they were found in */
} pw_found;

/*
 * What a detector looks for (settings.c). Set from any thread at any time; a run and a job take what is set when they begin.
 */
typedef struct pw_settings {
    pthread_mutex_t mutex;  /* of all that follows */
    pawl_detector_desc desc; /* its lists are the two below */
    int32_t *classes;
    float *confidences;
    size_t class_count; /* of the model; 0: a classifier, which has no settings */
    uint64_t version;   /* of what is set, from 1 */
    uint32_t process;   /* that made the mutex; 0: nobody has */
} pw_settings;
/* PAWL_ERR_ARGUMENT: not what pawl/detect.h asks for. To be freed whatever it returns; zeroed ones are fine, too. */
pawl_status pw_settings_make(pw_settings *settings, const pawl_detector_desc *desc, size_t class_count, pawl_error *error) PW_NODISCARD;
void pw_settings_free(pw_settings *settings);
/* What is set now. */
void pw_settings_tell(pw_settings *settings, pawl_detector_info *info);

/* Parent: context. Its memory is only touched by who is inside the context, so the context's busy flag guards both. */
typedef struct pw_detector {
    pw_object object;
    pw_context *context;
    float confidence;
    atomic_bool has_told_not_finite; /* to the log */
    struct pw_detector *outer; /* the one whose jobs this does, or itself: it has the settings, and remembers what the log was told */
    pw_settings settings;       /* of the outer one */
    uint64_t settings_version;  /* that nms and confidence are of */
    struct pw_job_queue *jobs;  /* NULL: none can be submitted */
    size_t box_room; /* boxes a picture that there is memory for */
    uint64_t run;    /* the context's run that it was the last to do */
    pw_frame frame;  /* of what it takes pictures for rectangles; stride 0: the context's shape is theirs */
    size_t capacity;       /* pictures at once: the context's batch at birth */
    int32_t height, width; /* the context's then */
    pw_nms *nms;     /* NULL: a classifier */
    pawl_detection *items; /* box_room a picture */
    uint32_t *rows;        /* the candidate of each; what the context's program makes its mask of, where it collects */
    pk_box *boxes;         /* the corners of each in the network's pixels, not clipped */
    pw_found *found;       /* capacity */
    pawl_class_score *scores; /* of a classifier: its classes, for each picture */
    pw_image **images;        /* held by the call under way */
    pawl_picture *pictures;   /* of the call under way, theirs or the caller's */
    float *plane;             /* masks: prototypes weighted, and the coefficients; plane_count floats */
    size_t plane_count;
    uint8_t *masks[2];        /* masks: in the network's size, in the picture's; mask_sizes bytes */
    size_t mask_sizes[2];
} pw_detector;
extern const pw_type pw_detector_type;

/* One of ours that no user has a handle of. */
extern const pw_type pw_inner_detector_type;
/* Not yet published, and without jobs; type: one of the two; outer: whose jobs it will do, or NULL. The caller is inside the context, whose threshold
   is set. */
pawl_status pw_detector_make(const pw_type *type, pw_context *context, const pawl_detector_desc *desc, pw_detector *outer, pw_detector **detector,
                             pawl_error *error) PW_NODISCARD;
/* The same with its jobs, for a context that nobody else is inside. desc NULL: all defaults. */
pawl_status pw_detector_make_whole(pw_context *context, const pawl_detector_desc *desc, pw_detector **detector, pawl_error *error) PW_NODISCARD;
/* Takes what is set now, for what it does next: nobody else may use it. PAWL_ERR_MEMORY: room for more boxes. */
pawl_status pw_detector_settle(pw_detector *detector, pawl_error *error) PW_NODISCARD;
bool pw_detector_is_classifier(const pw_detector *detector);

/* What a call is given: images, or pictures in the caller's memory. */
typedef struct pw_given {
    pawl_image *const *images;
    const pawl_picture *pictures; /* where images is NULL */
    size_t count;
} pw_given;

/* Images that are used for a while. */
typedef struct pw_held_images {
    pw_image **images; /* room for them */
    size_t count;
} pw_held_images;
/* Fills pictures with what was given, up to one that cannot be used; release the images that are held, whatever it returns. */
pawl_status pw_take_pictures(const pw_given *given, pw_held_images *held, pawl_picture *pictures, pawl_error *error) PW_NODISCARD;
void pw_release_images(pw_held_images *held);

/* Makes an answer of what the context's run left for a picture. */
typedef pawl_status (*pw_detector_answer)(pw_detector *detector, size_t picture, void *results, pawl_error *error);

/* Pictures in, through the network, an answer for each. PAWL_ERR_UNSUPPORTED: the model is of the other kind. */
pawl_status pw_detector_pictures(pawl_detector *detector, const pw_given *given, bool wants_classes, pw_detector_answer answer_one, void *results,
                                 pawl_timing *timing, pawl_error *error) PW_NODISCARD;

/* Boxes: results are pawl_detections. */
pawl_status pw_detector_answer_boxes(pw_detector *detector, size_t picture, void *results, pawl_error *error) PW_NODISCARD;

/* Classes: results are pawl_class_scores. */
pawl_status pw_detector_answer_classes(pw_detector *detector, size_t picture, void *results, pawl_error *error) PW_NODISCARD;

/* The same for count of detector->pictures, which stay as they are; the caller is inside the context. */
pawl_status pw_detector_answer_all(pw_detector *detector, size_t count, pw_detector_answer answer_one, void *results, pawl_timing *timing,
                                   pawl_error *error) PW_NODISCARD;

/* pawl_detector_mask() of a detector in hand. */
pawl_status pw_detector_mask(pw_detector *detector, size_t picture, size_t index, pawl_mask_form form, pawl_mask *mask, pawl_error *error) PW_NODISCARD;

/* Tells the log, once for each detector, why a picture has no answer: count values of the network's output are NaN or infinite. */
void pw_detector_tell_not_finite(pw_detector *detector, size_t picture, size_t count);

#endif
