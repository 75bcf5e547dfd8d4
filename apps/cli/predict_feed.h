/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where frames come from: for each source a thread that decodes into buffers which go round. Of a
 * file each frame is kept until it is taken; of what is live the newest alone, and a source that is
 * lost is opened again.
 */
#ifndef CLI_PREDICT_FEED_H
#define CLI_PREDICT_FEED_H

#include "common/trace_events.h"
#include "common/video/video_decoder.h"

#include <pthread.h>

struct predict_feed;

/* A frame on its way: read, in the network, drawn on, written;
 * then its buffer is read into again. */
typedef struct predict_shot {
    struct predict_feed *feed;
    uint8_t *bytes;
    size_t capacity;
    app_video video;      /* what it is: a live source may change */
    pawl_picture picture; /* of the bytes */
    size_t number;        /* from 1 */
    double seconds;       /* since the beginning */
    double decode_ms;     /* that it took to come */
    struct predict_shot *next;
} predict_shot;

/* What all feeds of a run share. */
typedef struct predict_feeds {
    pthread_mutex_t lock; /* of the lists and ends */
    pthread_cond_t moved; /* something came, went back or ended */
    bool is_over;         /* nobody wants more */
    int32_t stride;
    app_trace *trace;
} predict_feeds;

typedef struct predict_feed {
    predict_feeds *all;
    const char *source; /* borrowed */
    char *shown, *name; /* for people; for files */
    app_video_kind kind;
    bool is_live;
    size_t row;      /* in the trace */
    app_video video; /* of a file as it was probed; else of its last opening */
    predict_shot *shots, *free_shots, *ready, *last_ready;
    size_t shot_count, ready_count;
    pthread_t thread;
    bool is_started, is_ended;
    app_flow end; /* once it has ended: how */
    char why[APP_COMPLAINT_SIZE];
    size_t read, dropped, taken; /* frames */
    bool has_come;               /* one of what is live has been seen */
    double begin_ms;             /* of what is live: when its first frame came */
} predict_feed;

int predict_feeds_open(predict_feeds *all, int32_t stride, app_trace *trace);
void predict_feeds_close(predict_feeds *all);

/* Starts to read, with so many buffers, drawn in this row of the trace; of a file video says what
 * it is, else it is NULL. What goes wrong with memory or threads is said, and an exit code
 * returned; what goes wrong with the source is its end. predict_feed_close() also ends a
 * half-opened one. */
int predict_feed_open(predict_feed *feed, predict_feeds *all, const char *source,
                      const app_video *video, size_t shots, size_t row);
/* Waits for the reader, once nobody wants more. */
void predict_feed_join(predict_feed *feed);
void predict_feed_close(predict_feed *feed);

/* With the lock: the oldest frame that is ready, or NULL; the taker's until it is given back. */
predict_shot *predict_feed_take(predict_feed *feed);
/* Without it. */
void predict_shot_release(predict_shot *shot);

/* With the lock: until something has moved, or a tenth of a second. */
void predict_feeds_wait(predict_feeds *all);

#endif
