/* SPDX-License-Identifier: Apache-2.0 */
/* y4m (YUV4MPEG2): a header that says what the frames are, then each behind a line of its own. */
#ifndef APP_VIDEO_Y4M_H
#define APP_VIDEO_Y4M_H

#include "common/video/video_probe.h"

#define APP_Y4M_MAGIC "YUV4MPEG2"
#define APP_Y4M_LINE  1024 /* bytes of a header at most */

/* Fills size, rate, shape of pixels and range from the header's line (without its newline). False:
 * *why is a sentence's end, such as "its frames are C444: ...". Only 4:2:0 of 8 bits is read. */
bool app_y4m_header(const char *line, app_video *video, const char **why);

/* Bytes of a frame in the stream: Y, U and V as planes. */
size_t app_y4m_frame_size(const app_video *video);

/* What a frame needs where it is kept: the same, Y and then pairs U V, for sides rounded up to even
 * ones. */
size_t app_nv12_size(const app_video *video);
pawl_picture app_nv12_picture(const app_video *video, const uint8_t *bytes);

/* Pairs of count values each. */
void app_nv12_interleave(const uint8_t *u, const uint8_t *v, size_t count, uint8_t *pairs);

#endif
