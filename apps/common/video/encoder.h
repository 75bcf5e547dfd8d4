/* SPDX-License-Identifier: Apache-2.0 */
/* Frames to an .mp4 by ffmpeg, and the sound of the video that they are of. */
#ifndef APP_VIDEO_ENCODER_H
#define APP_VIDEO_ENCODER_H

#include "common/child.h"
#include "common/video/video_probe.h"

/* In which times a film has its frames. */
typedef struct app_film_clock {
    int64_t second; /* ticks of one */
    int64_t frame;  /* ticks from one frame to the next; 0: they come when they come */
    double blur;    /* ticks that the source's own time stamps are rounded by */
} app_film_clock;

/* One thread at a time. */
typedef struct app_encoder {
    app_child child;
    char *path;    /* of the film */
    char *part;    /* of what is written until it is whole: NAME.part.mp4 */
    size_t frames; /* written */
    app_film_clock clock;
    double begin_s; /* time of the first frame, against the source's earliest stream */
    int64_t last;   /* ticks of the last one, from the first */
} app_encoder;
#define APP_ENCODER_NONE        \
    {                           \
        .child = APP_CHILD_NONE \
    }

/* What a film is made of. */
typedef struct app_film {
    const app_video *video; /* what the frames are */
    app_ratio rate;         /* frames a second */
    bool is_live;           /* frames have the times at which they came */
    const char *sound_from; /* file whose sound is kept; NULL: none */
} app_film;

/*
 * Begins an .mp4: H.264 where this ffmpeg has an encoder of it, else MPEG-4. It is written as
 * NAME.part.mp4, in pieces that are whole, so that whatever ends the run leaves one that can be
 * played. Says what is wrong and returns an exit code.
 */
int app_encoder_open(app_encoder *encoder, const char *path, const app_film *film);

/* One frame of the film, as many bytes as app_frame_size() says, and when it is shown: later than
 * the last one. Says what is wrong and returns an exit code. */
int app_encoder_write(app_encoder *encoder, const app_film *film, const uint8_t *frame,
                      double seconds);

/*
 * Completes the film under its name, with as much of the sound as there are frames. A film without
 * frames is removed. Where something goes wrong what was written is kept as NAME.part.mp4, which is
 * said, and the exit code returned. One that is not open is passed over.
 */
int app_encoder_finish(app_encoder *encoder, const app_film *film);

/* Frees, and kills what runs; what was written stays. */
void app_encoder_close(app_encoder *encoder);

#endif
