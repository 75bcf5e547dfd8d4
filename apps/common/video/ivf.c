/* SPDX-License-Identifier: Apache-2.0 */
/* IVF is a header and, before each frame, its size and time, all little-endian. */
#include "common/video/ivf.h"

#include <string.h>

static uint8_t *put(uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> 8 * i);
    return to + size;
}

/* Four letters. */
static uint8_t *put_code(uint8_t *to, const char *code)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)code[i];
    return to + 4;
}

/* ffmpeg's words for pictures of these formats. */
static const char *code_of(const app_video *video)
{
    switch (video->format) {
    case PAWL_PICTURE_I420:
        return "I420";
    case PAWL_PICTURE_GREY:
        return "Y800";
    default:
        return "RGB\x18";
    }
}

void app_ivf_begin(const app_video *video, int64_t second, uint8_t bytes[APP_IVF_HEADER])
{
    memset(bytes, 0, APP_IVF_HEADER);
    uint8_t *at = put_code(bytes, "DKIF");
    at = put(at, 0, 2); /* version */
    at = put(at, APP_IVF_HEADER, 2);
    at = put_code(at, code_of(video));
    at = put(at, (uint64_t)video->width, 2);
    at = put(at, (uint64_t)video->height, 2);
    at = put(at, (uint64_t)second, 4);
    (void)put(at, 1, 4);
}

void app_ivf_frame(size_t size, int64_t ticks, uint8_t bytes[APP_IVF_FRAME])
{
    (void)put(put(bytes, size, 4), (uint64_t)ticks, 8);
}
