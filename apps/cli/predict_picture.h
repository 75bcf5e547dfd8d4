/* SPDX-License-Identifier: Apache-2.0 */
/* A picture, or a frame of a video, on its way through pawl predict. */
#ifndef CLI_PREDICT_PICTURE_H
#define CLI_PREDICT_PICTURE_H

#include "common/args.h"
#include "common/rle.h"

#include <pawl/pawl.h>

/* Where a picture is from that is no file of its own. */
typedef struct predict_frame {
    const char *name;     /* what results are called after: "clip"; borrowed */
    size_t number;        /* from 1, as labels count them */
    size_t total;         /* about so many; 0: nobody knows */
    double seconds;       /* since the video's beginning */
    double rate;          /* of its source, frames a second; 0: nobody knows */
    size_t video, videos; /* which of how many, from 1 */
    bool is_live;
    pawl_picture pixels; /* of the feed's; drawn on */
} predict_frame;

/* A picture on its way: read, or refused with an error. */
typedef struct predict_picture {
    const char *path;    /* borrowed */
    size_t number;       /* from 1 */
    pawl_image *image;   /* of a frame NULL unless somebody asks for it: predict_image() */
    predict_frame frame; /* of a picture of its own zeroed */
    pawl_job *job;       /* that found what is in it; NULL: the detector's last run */
    pawl_error error;    /* below 0: why it is none */
    int32_t width, height;
    app_shape shape;          /* that the network takes it in */
    size_t slot;              /* its place in the detector's last run */
    pawl_detections found;    /* the detector's, until its next run; with --track the tracking's */
    const uint64_t *ids;      /* with --track: the track of each, or 0; else NULL */
    const size_t *rows;       /* and its number among what the detector found */
    pawl_class_scores scores; /* of a classifier: so too */
    app_rle *masks;           /* one a detection, where they are written; else NULL */
    double decode_ms;
    pawl_timing timing; /* this picture's share */
} predict_picture;

static inline bool predict_is_bad(const predict_picture *picture)
{
    return picture->error.status < 0;
}
static inline bool predict_is_frame(const predict_picture *picture)
{
    return picture->frame.name != NULL;
}

#endif
