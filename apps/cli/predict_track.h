/* SPDX-License-Identifier: Apache-2.0 */
/* Trackers of a run, one for each row of pictures, and what they leave: ids, and files as the
 * MOTChallenge has them. */
#ifndef CLI_PREDICT_TRACK_H
#define CLI_PREDICT_TRACK_H

#include "cli/predict.h"

/* The track of a detection; 0: none. */
static inline uint64_t predict_id(const predict_picture *picture, size_t index)
{
    return picture->ids != NULL ? picture->ids[index] : 0;
}

/* What the detector must find, and no less: --conf, with --track the least confidence that keeps a
 * track. */
double predict_track_conf(const predict_options *options);
/* Says what is wrong with the options of tracking, of a model of this task. */
int predict_track_check(const predict_options *options, pawl_task task);

/* NULL: no memory. */
predict_tracking *predict_tracking_open(void);
/*
 * Gives the boxes of a picture their ids, and leaves out those that belong to no track and are not
 * above --conf: picture->found, ids and rows are the tracking's until its next picture. The
 * pictures of a folder that follow one another are one row; of a video its frames are.
 */
int predict_tracking_add(predict_writer *writer, predict_picture *picture);
/* Completes the files, and says how many tracks there were. */
int predict_tracking_commit(predict_writer *writer);
/* What has not been committed is discarded. NULL is fine. */
void predict_tracking_close(predict_tracking *tracking);

#endif
