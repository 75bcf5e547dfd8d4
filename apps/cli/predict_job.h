/* SPDX-License-Identifier: Apache-2.0 */
/* A run over many pictures, and why some have no boxes. */
#ifndef CLI_PREDICT_JOB_H
#define CLI_PREDICT_JOB_H

#include "cli/predict.h"

/* What became of all pictures. */
typedef struct predict_tally {
    size_t good, bad, partial; /* pictures and videos; partial: videos that end too early */
    size_t looked;             /* pictures and frames that went through the network */
    size_t limited;     /* of the bad ones: too large for us or for the memory, not unreadable */
    size_t unsupported; /* of the bad ones: whole files of a kind that is not read */
    size_t missing;     /* of the bad ones: what reads them is not here */
    double decode_ms;
    pawl_timing timing;
} predict_tally;

/* Everything that a run over many pictures needs; all borrowed. */
typedef struct predict_job {
    const session *session;
    pawl_detector *detector; /* of pictures; NULL: there are videos alone */
    pawl_context *context;   /* the detector's */
    const app_paths *pictures;
    predict_writer *writer;
    size_t batch;     /* pictures at once */
    size_t explained; /* empty pictures of which it was said why */
    predict_tally tally;
} predict_job;

/*
 * Says why there are no boxes in a picture where that can be found out: it is of one colour, the
 * network computes NaN or infinities (and in which layer), what there is scores below --conf or is
 * none of --classes, or there would be some with red and blue swapped. Runs the network thrice.
 */
int predict_explain_empty(const predict_job *job, const predict_picture *picture);

/* A context and a detector on it as the options say, for batches of that shape, with so many jobs.
 * Both are the caller's, also where that fails. Says what is wrong and returns an exit code. */
int predict_detector_make(const predict_job *job, app_shape shape, int32_t jobs,
                          pawl_context **context, pawl_detector **detector);

/* Reads, detects and writes all pictures in batches. */
int predict_all(predict_job *job);

#endif
