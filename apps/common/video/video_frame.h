/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in memory: as they come through a pipe, plane behind plane without gaps. */
#ifndef APP_VIDEO_FRAME_H
#define APP_VIDEO_FRAME_H

#include "common/video/video_probe.h"

/* What ffmpeg calls the format of the frames. */
const char *app_frame_pixels(const app_video *video);
/* Y, U, V, of which sides that are odd share the last; else R, G, B or grey. */
bool app_frame_is_yuv(const app_video *video);
/* Bytes of a frame. */
size_t app_frame_size(const app_video *video);
/* It borrows the bytes. */
pawl_picture app_frame_picture(const app_video *video, const uint8_t *bytes);

#endif
