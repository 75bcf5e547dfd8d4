/* SPDX-License-Identifier: Apache-2.0 */
/* ffprobe's JSON, of which nothing is believed before it is looked at. */
#include "common/video/video_probe.h"
#include "common/program.h"
#include "common/term.h"
#include "common/video/ffmpeg.h"
#include "common/video/source.h"

#include <jansson.h>
#include <pawl/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PRINTED   ((size_t)16 << 20)
#define LIMIT     ((int64_t)1 << 40)
#define MOST_SIDE 65500
#define FASTEST   1000  /* frames a second */
#define LIKE      0.002 /* rates that differ by less are one */

double app_ratio_value(app_ratio ratio)
{
    return ratio.under > 0 ? (double)ratio.over / (double)ratio.under : 0;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Numbers come as numbers and as texts. */
static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : strtod(text_of(object, key), NULL);
}

/* "30000/1001", "16:9". */
static app_ratio ratio_of(const json_t *object, const char *key)
{
    char *rest = NULL;
    const char *text = text_of(object, key);
    app_ratio ratio = {.over = strtoll(text, &rest, 10)};
    if (*rest == '/' || *rest == ':')
        ratio.under = strtoll(rest + 1, NULL, 10);
    const bool is_sound =
        ratio.over > 0 && ratio.under > 0 && ratio.over < LIMIT && ratio.under < LIMIT;
    return is_sound ? ratio : (app_ratio){0, 0};
}

/* A video, and no picture on a record's cover. */
static bool is_moving(const json_t *stream)
{
    const json_t *disposition = json_object_get(stream, "disposition");
    return strcmp(text_of(stream, "codec_type"), "video") == 0 &&
           number_of(disposition, "attached_pic") == 0;
}

/* Degrees that it is turned by when it is shown. */
static double turn_of(const json_t *stream)
{
    const json_t *list = json_object_get(stream, "side_data_list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (json_object_get(item, "rotation") != NULL)
            return number_of(item, "rotation");
    }
    return number_of(json_object_get(stream, "tags"), "rotate");
}

static bool is_quarter_turn(double degrees)
{
    const int whole =
        degrees > -3600 && degrees < 3600 ? (int)(degrees < 0 ? -degrees : degrees) : 0;
    return whole % 180 == 90;
}

static bool is_like(double rate, double other)
{
    return rate >= other * (1 - LIKE) && rate <= other * (1 + LIKE);
}

/* Of frames that are made of two fields ffprobe may count these. */
static bool is_of_fields(const json_t *stream)
{
    static const char *const orders[] = {"tt", "bb", "tb", "bt"};
    const char *order = text_of(stream, "field_order");
    bool is_so = false;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        is_so = is_so || strcmp(order, orders[i]) == 0;
    return is_so;
}

static void take_rate(const json_t *stream, app_video *video)
{
    const app_ratio mean = ratio_of(stream, "avg_frame_rate"),
                    base = ratio_of(stream, "r_frame_rate");
    const double average = app_ratio_value(mean), least = app_ratio_value(base);
    const bool has_mean = average > 0 && average <= FASTEST,
               has_base = least > 0 && least <= FASTEST;
    if (has_mean && has_base) {
        const bool has_fields = is_of_fields(stream) && is_like(average, least / 2);
        video->is_variable = !has_fields && !is_like(average, least);
        video->rate = has_fields || video->is_variable ? mean : base;
        return;
    }
    video->rate = has_mean ? mean : has_base ? base : (app_ratio){25, 1};
}

/* What decoders leave in half resolution of colour stays so; all else is asked for as R G B. */
static void take_format(const json_t *stream, app_video *video)
{
    static const char *const halves[] = {"yuv420p", "yuvj420p", "yuva420p",
                                         "nv12",    "nv21",     "yuv420p10le"};
    const char *pixels = text_of(stream, "pix_fmt"), *space = text_of(stream, "color_space");
    video->format = PAWL_PICTURE_RGB;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
        if (strcmp(pixels, halves[i]) == 0)
            video->format = PAWL_PICTURE_I420;
    video->matrix = strcmp(space, "bt709") == 0 ? PAWL_MATRIX_BT709 : PAWL_MATRIX_BT601;
    video->range =
        strcmp(text_of(stream, "color_range"), "pc") == 0 || strcmp(pixels, "yuvj420p") == 0
            ? PAWL_RANGE_FULL
            : PAWL_RANGE_LIMITED;
    if (strncmp(space, "bt2020", strlen("bt2020")) == 0) /* ffmpeg knows that matrix */
        video->format = PAWL_PICTURE_RGB;
}

/* A word that goes on to ffmpeg. */
static void take_word(const json_t *stream, const char *key, char word[16])
{
    const char *text = text_of(stream, key);
    const size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (length < 16 && text[length] == '\0' && strcmp(text, "unknown") != 0)
        memcpy(word, text, length + 1);
}

static void take_sound(const json_t *stream, app_video *video)
{
    static const char *const kept[] = {"aac", "mp3", "mp2", "ac3", "eac3", "alac", "opus"};
    if (strcmp(text_of(stream, "codec_type"), "audio") != 0 ||
        video->sound_count == APP_VIDEO_SOUNDS)
        return;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(text_of(stream, "codec_name"), kept[i]) == 0)
            video->is_mp4_sound[video->sound_count] = true;
    video->sounds[video->sound_count++] = (int32_t)number_of(stream, "index");
}

static bool take_video(const json_t *stream, double duration, double begin, app_video *video)
{
    const double width = number_of(stream, "width"), height = number_of(stream, "height");
    if (!(width >= 1 && height >= 1 && width <= MOST_SIDE && height <= MOST_SIDE))
        return false;
    const bool is_turned = is_quarter_turn(turn_of(stream));
    video->stream = (int32_t)number_of(stream, "index");
    video->width = (int32_t)(is_turned ? height : width);
    video->height = (int32_t)(is_turned ? width : height);
    take_rate(stream, video);
    video->tick = ratio_of(stream, "time_base");
    take_format(stream, video);
    take_word(stream, "color_space", video->space);
    take_word(stream, "color_primaries", video->primaries);
    take_word(stream, "color_transfer", video->transfer);
    video->pixel = ratio_of(stream, "sample_aspect_ratio");
    if (is_turned)
        video->pixel = (app_ratio){video->pixel.under, video->pixel.over};
    const double own = number_of(stream, "duration"), count = number_of(stream, "nb_frames");
    const double length = (own > 0 ? own : duration) * app_ratio_value(video->rate);
    const double frames = count >= 1 ? count : length + 0.5;
    video->frames = frames >= 1 && frames < 1e12 ? (size_t)frames : 0;
    video->begin_s = number_of(stream, "start_time") - begin;
    (void)snprintf(video->codec, sizeof video->codec, "%s", text_of(stream, "codec_name"));
    return true;
}

/* The first video and all sound. */
static bool take_all(const json_t *root, app_video *video)
{
    bool is_found = false;
    const json_t *streams = json_object_get(root, "streams"),
                 *format = json_object_get(root, "format");
    *video = (app_video){.stream = -1};
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        if (!is_found && is_moving(stream))
            is_found = take_video(stream, number_of(format, "duration"),
                                  number_of(format, "start_time"), video);
        take_sound(stream, video);
    }
    return is_found;
}

static pawl_status refuse(const char *source, const app_printed *printed, pawl_error *error)
{
    if (printed->is_missing)
        return app_ffmpeg_missing(error);
    error->status = app_is_interrupted() ? PAWL_ERR_CANCELLED : PAWL_ERR_CORRUPT;
    (void)snprintf(error->message, sizeof error->message,
                   "no video can be read of it (ffprobe: %s)",
                   printed->complaint[0] != '\0' ? app_ffmpeg_reason(printed->complaint, source)
                                                 : "it finds none");
    return error->status;
}

/* A pipe would keep ffprobe waiting. */
static bool is_file(const char *source)
{
    struct stat info;
    return app_video_kind_of(source) != APP_VIDEO_FILE || stat(source, &info) != 0 ||
           S_ISREG(info.st_mode);
}

pawl_status app_video_probe(const char *source, app_video *video, pawl_error *error)
{
    if (!is_file(source)) {
        *error = (pawl_error){.status = PAWL_ERR_READ,
                              .message = "it is a pipe, a device or a socket, not a file"};
        return error->status;
    }
    app_argv argv = {0};
    app_printed printed;
    app_ffprobe_begin(&argv);
    app_argv_add_all(&argv,
                     (const char *const[]){"-of", "json", "-show_streams", "-show_format", NULL});
    app_video_add_input(&argv, source);
    if (argv.is_short) {
        app_argv_free(&argv);
        *error = (pawl_error){.status = PAWL_ERR_MEMORY, .message = "memory ran out"};
        return error->status;
    }
    const unsigned seconds = (unsigned)(app_ffmpeg_silence_ms() / 1e3) + 1;
    const bool is_run = app_program_run(argv.items, PRINTED, seconds, &printed);
    app_argv_free(&argv);
    json_t *root =
        is_run && printed.data != NULL ? json_loadb(printed.data, printed.size, 0, NULL) : NULL;
    const pawl_status status =
        root != NULL && take_all(root, video) ? PAWL_OK : refuse(source, &printed, error);
    json_decref(root);
    free(printed.data);
    return status;
}
