/* SPDX-License-Identifier: Apache-2.0 */
#include "common/video/y4m.h"

#include <pawl/limits.h>

#include <stdlib.h>
#include <string.h>

#define MOST_SIDE 65500

static int64_t number_at(const char *text, char **rest)
{
    return *text >= '0' && *text <= '9' ? strtoll(text, rest, 10) : -1;
}

static app_ratio ratio_at(const char *text)
{
    char *rest = NULL;
    app_ratio ratio = {0, 0};
    const int64_t over = number_at(text, &rest);
    if (over > 0 && *rest == ':') {
        const int64_t under = number_at(rest + 1, &rest);
        if (under > 0 && over < INT32_MAX && under < INT32_MAX)
            ratio = (app_ratio){over, under};
    }
    return ratio;
}

/* "420", "420jpeg", "420mpeg2", "420paldv": where the colours lie between the pixels is all that
 * differs. */
static bool take_colours(const char *colours, size_t length, app_video *video)
{
    static const char *const known[] = {"mono", "420", "420jpeg", "420mpeg2", "420paldv"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i]) == length && strncmp(colours, known[i], length) == 0) {
            video->format = i == 0 ? PAWL_PICTURE_GREY : PAWL_PICTURE_I420;
            return true;
        }
    return false;
}

static const char *take_parameter(const char *word, size_t length, app_video *video)
{
    char *rest = NULL;
    const int64_t number = number_at(word + 1, &rest);
    switch (word[0]) {
    case 'W':
        video->width = number > 0 && number <= MOST_SIDE ? (int32_t)number : 0;
        break;
    case 'H':
        video->height = number > 0 && number <= MOST_SIDE ? (int32_t)number : 0;
        break;
    case 'F':
        video->rate = ratio_at(word + 1);
        break;
    case 'A':
        video->pixel = ratio_at(word + 1);
        break;
    case 'C':
        if (!take_colours(word + 1, length - 1, video))
            return "its frames are not 4:2:0 or grey of 8 bits, which alone are read: have ffmpeg "
                   "write them with -pix_fmt yuv420p";
        break;
    case 'X':
        if (length == strlen("XCOLORRANGE=FULL") && strncmp(word, "XCOLORRANGE=FULL", length) == 0)
            video->range = PAWL_RANGE_FULL;
        break;
    default: /* interlaced or not: frames are frames */
        break;
    }
    return NULL;
}

bool app_y4m_header(const char *line, app_video *video, const char **why)
{
    *video = (app_video){.stream = 0, .format = PAWL_PICTURE_I420};
    *why = "it does not begin as y4m does";
    const size_t magic = strlen(APP_Y4M_MAGIC);
    if (strncmp(line, APP_Y4M_MAGIC, magic) != 0)
        return false;
    for (const char *word = line + magic; *word != '\0';) {
        word += strspn(word, " ");
        const size_t length = strcspn(word, " ");
        const char *wrong = length > 0 ? take_parameter(word, length, video) : NULL;
        if (wrong != NULL) {
            *why = wrong;
            return false;
        }
        word += length;
    }
    if (app_ratio_value(video->rate) <= 0)
        video->rate = (app_ratio){25, 1};
    *why = "its header says no size that can be";
    return video->width > 0 && video->height > 0 &&
           (int64_t)video->width * video->height <= PAWL_MAX_PIXELS;
}
