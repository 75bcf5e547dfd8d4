/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of a video, one after the other, from ffmpeg's pipe, or from stdin. */
#ifndef APP_VIDEO_DECODER_H
#define APP_VIDEO_DECODER_H

#include "common/child.h"
#include "common/video/source.h"
#include "common/video/video_probe.h"

/* One thread at a time. */
typedef struct app_decoder {
    app_child child; /* of stdin: its out is stdin's */
    app_video video; /* what the frames are */
    app_video_kind kind;
    size_t frame_size; /* bytes of a frame */
    double seconds;    /* when the last frame is shown, against the file's earliest stream; NAN:
                          nobody says so */
    bool is_y4m, has_times;
} app_decoder;
#define APP_DECODER_NONE        \
    {                           \
        .child = APP_CHILD_NONE \
    }

/* What came of asking for a frame, or of opening. */
typedef enum app_flow {
    APP_FLOW_FRAME,
    APP_FLOW_END,     /* there are no more, and nothing was wrong */
    APP_FLOW_DAMAGED, /* no more, and something was: why says what */
    APP_FLOW_STOPPED  /* the patience's is_over() */
} app_flow;

/* Whether this ffmpeg will say when each frame of such a file is. */
bool app_decoder_tells_times(const app_video *video);

/*
 * Starts to decode. A file, or an address of one, has been probed: video says what it is. Of what
 * is live, and of stdin, a header is awaited, and video may be NULL.
 *
 * @param stride  Every how manieth frame is wanted, as detect.py counts: of 3 the third, the sixth
 * ...
 * @param why     Of APP_FLOW_DAMAGED: the end of a sentence.
 * @return APP_FLOW_FRAME where there may be some. app_decoder_close() also ends a half-opened one.
 */
app_flow app_decoder_open(app_decoder *decoder, const char *source, const app_video *video,
                          int32_t stride, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE]);

/* The next frame, into frame_size bytes, or no more. */
app_flow app_decoder_read(app_decoder *decoder, uint8_t *frame, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE]);

/* Ends the program too, at once. */
void app_decoder_close(app_decoder *decoder);

#endif
