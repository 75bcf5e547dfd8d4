/* SPDX-License-Identifier: Apache-2.0 */
/* Videos, streams and cameras through the network. */
#ifndef CLI_PREDICT_VIDEO_H
#define CLI_PREDICT_VIDEO_H

#include "cli/predict_film.h"
#include "cli/predict_job.h"

/* A video and what becomes of it. */
typedef struct predict_source {
    predict_feed feed;
    predict_film film;    /* once there is a frame of it */
    char *file, *name;    /* "clip.mp4"; "clip", which labels are called after */
    size_t index;         /* of all videos, from 1 */
    size_t total;         /* frames, about; 0: not known */
    size_t looked, found; /* frames that went through, boxes in them */
} predict_source;

/* Pictures that are in the network together. */
typedef struct predict_flight {
    predict_shot **shots; /* the run's batch of them */
    size_t count;
} predict_flight;

typedef struct predict_run {
    predict_job *job;
    const app_paths *videos;
    pawl_context *context;
    pawl_detector *detector; /* of this shape; NULL: not made yet */
    app_shape shape;
    size_t in_flight;
    predict_flight *flights; /* as many as jobs */
    size_t flight_count, next_flight;
    pawl_picture *pictures; /* of the submission under way */
    predict_feeds feeds;
    app_trace trace;
    predict_source *sources; /* that are read at once */
    size_t source_count, turn;
} predict_run;

/* All of them: files one after the other, then what is live at once. Counts into the job's tally;
 * reports what ends the run and returns an exit code. */
int predict_videos(predict_job *job, const app_paths *videos);

/* predict_pass.c */

/* What was found in a frame, in the order of its video's frames: the one place that all of them
 * pass, one at a time, before anything is written or drawn. Takes the shot. */
int predict_pass(predict_run *run, predict_source *source, predict_shot *shot,
                 const pawl_job_info *result, size_t slot);

/* The source has ended, and all its frames have passed: says how it went. */
int predict_source_judge(predict_run *run, predict_source *source);
void predict_source_close(predict_source *source);

#endif
