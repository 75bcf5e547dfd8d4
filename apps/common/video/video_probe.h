/* SPDX-License-Identifier: Apache-2.0 */
/* What ffprobe says of a video. */
#ifndef APP_VIDEO_PROBE_H
#define APP_VIDEO_PROBE_H

#include <pawl/image.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define APP_VIDEO_SOUNDS 8 /* tracks of sound that are kept */

/* One of two numbers, as 30000 / 1001. 0 / 0: not known. */
typedef struct app_ratio {
    int64_t over, under;
} app_ratio;
double app_ratio_value(app_ratio ratio); /* 0: not known */

typedef struct app_video {
    int32_t stream;        /* of the file's, the video */
    int32_t width, height; /* as it is shown: turned as the file says */
    app_ratio rate;        /* frames a second, of what is decoded */
    bool is_variable;      /* it is a mean: the frames do not come at equal distances */
    app_ratio tick;        /* seconds, of the file's time stamps */
    app_ratio pixel;       /* width of a pixel over its height; 0 / 0: square */
    size_t frames;         /* 0: not known */
    double begin_s;        /* against the file's earliest stream */
    pawl_picture_format
        format; /* of the frames that are asked for: I420, or RGB where that would lose */
    pawl_picture_matrix matrix;
    pawl_picture_range range;
    char space[16], primaries[16],
        transfer[16];                    /* as ffmpeg calls them; "": the file does not say */
    int32_t sounds[APP_VIDEO_SOUNDS];    /* streams of sound */
    bool is_mp4_sound[APP_VIDEO_SOUNDS]; /* that an .mp4 can hold as it is */
    size_t sound_count;
    char codec[32];
} app_video;

/* Asks of a file, or of an address that is one. PAWL_ERR_CORRUPT: no video can be read of it.
 * PAWL_ERR_READ: it is no file. PAWL_ERR_DEVICE: there is no ffprobe. PAWL_ERR_CANCELLED:
 * interrupted. */
pawl_status app_video_probe(const char *source, app_video *video, pawl_error *error);

#endif
