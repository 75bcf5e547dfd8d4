/* SPDX-License-Identifier: Apache-2.0 */
/* Annotated frames on their way into a film: a thread that hands them to the encoder and gives
 * their buffers back. */
#ifndef CLI_PREDICT_FILM_H
#define CLI_PREDICT_FILM_H

#include "cli/predict_feed.h"
#include "common/video/encoder.h"

#define PREDICT_FILM_QUEUE 3 /* frames that wait for the encoder */

typedef struct predict_film {
    app_encoder encoder;
    app_video video; /* what the frames are */
    app_film what;
    app_trace *trace;
    size_t row; /* in the trace */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    predict_shot *queue[PREDICT_FILM_QUEUE];
    size_t first, count;
    bool is_started, is_over;
    int code; /* of the first write that failed */
} predict_film;

/* Begins a film of frames like this one at @p path. @p rate: frames a second. Says what is wrong
 * and returns an exit code; predict_film_close() also ends a half-opened one. */
int predict_film_open(predict_film *film, const char *path, const predict_shot *like,
                      app_ratio rate, app_trace *trace);

/* Takes the frame, whatever it returns. Where the encoder lags behind: waits, or of what is live
 * leaves the frame out. */
int predict_film_add(predict_film *film, predict_shot *shot);

/* Completes it under its name; one that is not open is passed over. */
int predict_film_finish(predict_film *film);
void predict_film_close(predict_film *film);

#endif
