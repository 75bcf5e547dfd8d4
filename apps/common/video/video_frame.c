/* SPDX-License-Identifier: Apache-2.0 */
#include "common/video/video_frame.h"

const char *app_frame_pixels(const app_video *video)
{
    return app_frame_is_yuv(video)              ? "yuv420p"
           : video->format == PAWL_PICTURE_GREY ? "gray"
                                                : "rgb24";
}

bool app_frame_is_yuv(const app_video *video)
{
    return video->format == PAWL_PICTURE_I420;
}

static size_t half(int32_t side)
{
    return ((size_t)side + 1) / 2;
}

static size_t row_of(const app_video *video)
{
    return (size_t)video->width * (video->format == PAWL_PICTURE_RGB ? 3 : 1);
}

size_t app_frame_size(const app_video *video)
{
    const size_t chroma = half(video->width) * half(video->height);
    return row_of(video) * (size_t)video->height + (app_frame_is_yuv(video) ? 2 * chroma : 0);
}

pawl_picture app_frame_picture(const app_video *video, const uint8_t *bytes)
{
    const size_t row = half(video->width), chroma = row * half(video->height);
    pawl_picture picture = {.format = video->format,
                            .width = video->width,
                            .height = video->height,
                            .planes = {{bytes, row_of(video)}},
                            .matrix = video->matrix,
                            .range = video->range};
    if (app_frame_is_yuv(video)) {
        const uint8_t *u = bytes + row_of(video) * (size_t)video->height;
        picture.planes[1] = (pawl_plane){u, row};
        picture.planes[2] = (pawl_plane){u + chroma, row};
    }
    return picture;
}
