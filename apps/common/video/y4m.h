/* SPDX-License-Identifier: Apache-2.0 */
/* y4m (YUV4MPEG2): a header that says what the frames are, then each behind a line of its own. */
#ifndef APP_VIDEO_Y4M_H
#define APP_VIDEO_Y4M_H

#include "common/video/video_probe.h"

#define APP_Y4M_MAGIC "YUV4MPEG2"
#define APP_Y4M_LINE  1024 /* bytes of a header at most */

/* Fills size, format, rate, shape of pixels and range from the header's line (without its newline).
 * False: *why is a sentence's end, such as "its frames are C444: ...". Only 4:2:0 and grey of 8
 * bits are read; the frames are as app_frame_picture() has them. */
bool app_y4m_header(const char *line, app_video *video, const char **why);

#endif
