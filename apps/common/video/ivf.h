/* SPDX-License-Identifier: Apache-2.0 */
/* The container in which frames go to the encoder: bare pictures, each behind its time. */
#ifndef APP_VIDEO_IVF_H
#define APP_VIDEO_IVF_H

#include "common/video/video_probe.h"

#define APP_IVF_HEADER 32 /* bytes */
#define APP_IVF_FRAME  12

/* What stands before all frames. @p second: ticks of one. */
void app_ivf_begin(const app_video *video, int64_t second, uint8_t bytes[APP_IVF_HEADER]);
/* What stands before a frame of so many bytes, less than 4 GiB. */
void app_ivf_frame(size_t size, int64_t ticks, uint8_t bytes[APP_IVF_FRAME]);

#endif
