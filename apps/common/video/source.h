/* SPDX-License-Identifier: Apache-2.0 */
/* What a video, a stream or a camera is called, and how ffmpeg is told of it. */
#ifndef APP_VIDEO_SOURCE_H
#define APP_VIDEO_SOURCE_H

#include "common/argv.h"

#include <stdbool.h>

typedef enum app_video_kind {
    APP_VIDEO_FILE,    /* "clip.mp4" */
    APP_VIDEO_ADDRESS, /* a file that a server has: "https://host/clip.mp4" */
    APP_VIDEO_STREAM,  /* what a server sends as it happens: "rtsp://camera/1" */
    APP_VIDEO_CAMERA,  /* "/dev/video0", "0" */
    APP_VIDEO_STDIN    /* "-": y4m */
} app_video_kind;

/* Endings of files that are videos by their names: detect.py's and .webm. A .gif is one if it
 * moves. */
#define APP_VIDEO_ENDINGS "asf avi m4v mkv mov mp4 mpeg mpg ts wmv webm"

/* "https://...": letters, then "://". */
bool app_is_address(const char *source);
/* True of an address that ffmpeg may be given: of a protocol that brings video over a network. */
bool app_is_video_address(const char *source);
/* "/dev/video0", "0": where there is no file of that name. */
bool app_is_camera(const char *source);

/* Of what is a video by the functions above, or a file. */
app_video_kind app_video_kind_of(const char *source);
/* True of what goes on as time does: what is not looked at in time is gone. */
bool app_video_is_live(app_video_kind kind);

/* As people are shown it, in new memory: without a password that an address may hold. */
char *app_video_shown(const char *source);
/* What files that come of it are called after, in new memory: "rtsp://camera/door?x=1" -> "door".
 */
char *app_video_name(const char *source);

/* The words up to and with "-i SOURCE": which protocols may be used, and that a file is one,
 * whatever is in its name. */
void app_video_add_input(app_argv *argv, const char *source);

#endif
