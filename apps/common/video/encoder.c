/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two steps. Frames go into a file of fragments, which is whole after each of them; at the end its
 * packets are copied, with the sound's, into the film. So the sound is as long as the picture, also
 * where a run was cut short; sound that cannot be kept costs no frame; and the film begins with its
 * index.
 */
#include "common/video/encoder.h"
#include "common/files.h"
#include "common/inputs.h"
#include "common/term.h"
#include "common/video/ffmpeg.h"
#include "common/video/ivf.h"
#include "common/video/source.h"
#include "common/video/video_frame.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_OFFSET        0.001     /* seconds */
#define FRAGMENT         "1000000" /* microseconds that are lost, at most, where we are killed */
#define LEAST_TICKS      10000     /* a second: what an .mp4 usually has, at least */
#define USUAL_TICKS      60000
#define MOST_TICKS       1000000
#define MOST_TICKS_MPEG4 65535 /* what its standard has room for */
#define LAST_TICK        1e15

static void add_tags(app_argv *argv, const app_video *video)
{
    const char *const tags[][2] = {{"-colorspace", video->space},
                                   {"-color_primaries", video->primaries},
                                   {"-color_trc", video->transfer}};
    for (size_t i = 0; i < 3; i++)
        if (tags[i][1][0] != '\0')
            app_argv_add_all(argv, (const char *const[]){tags[i][0], tags[i][1], NULL});
}

static void add_range(app_argv *argv, const app_video *video)
{
    app_argv_add(argv, "-color_range");
    app_argv_add(argv, video->range == PAWL_RANGE_FULL ? "pc" : "tv");
}

/* The frames as they come through the pipe. */
static void add_frames(app_argv *argv, const app_video *video)
{
    app_argv_add_all(argv, (const char *const[]){"-f", "ivf", "-c:v", "rawvideo", NULL});
    if (app_frame_is_yuv(video)) {
        add_range(argv, video);
        add_tags(argv, video);
    }
    app_argv_add_all(argv, (const char *const[]){"-i", "pipe:0", NULL});
}

/* Sides that a player takes are even: one that is not loses a pixel, but for its last. */
static const char *make_even(const app_video *video)
{
    if (video->width == 1 || video->height == 1)
        return "scale=max(2\\,trunc(iw/2)*2):max(2\\,trunc(ih/2)*2),";
    return video->width % 2 + video->height % 2 > 0 ? "crop=trunc(iw/2)*2:trunc(ih/2)*2," : "";
}

/* R G B and grey become what high definition is. */
static void add_filters(app_argv *argv, const app_video *video)
{
    char pixel[64] = "";
    const bool is_yuv = app_frame_is_yuv(video);
    if (video->pixel.over > 0 && video->pixel.under > 0 && video->pixel.over != video->pixel.under)
        (void)snprintf(pixel, sizeof pixel, ",setsar=%lld/%lld", (long long)video->pixel.over,
                       (long long)video->pixel.under);
    app_argv_add(argv, "-vf");
    app_argv_addf(argv, "%sscale=%sout_range=%s%s", make_even(video),
                  is_yuv ? "" : "out_color_matrix=bt709:",
                  is_yuv && video->range == PAWL_RANGE_FULL ? "pc" : "tv", pixel);
    if (is_yuv) {
        add_tags(argv, video);
        add_range(argv, video);
    } else {
        app_argv_add_all(argv,
                         (const char *const[]){"-colorspace", "bt709", "-color_primaries", "bt709",
                                               "-color_trc", "bt709", "-color_range", "tv", NULL});
    }
}

static bool is_sound(app_ratio ratio)
{
    return ratio.over > 0 && ratio.over <= INT32_MAX && ratio.under > 0 && ratio.under <= INT32_MAX;
}

/* The rate decides what a player must be able to do, which of bare frames ffmpeg would guess. */
static void add_encoder(app_argv *argv, const char *encoder, const app_film *film,
                        const app_film_clock *clock)
{
    app_argv_add_all(argv, (const char *const[]){"-c:v", encoder, NULL});
    if (strcmp(encoder, "libx264") == 0)
        app_argv_add_all(argv, (const char *const[]){"-preset", "veryfast", "-crf", "23", NULL});
    else
        app_argv_add_all(argv, (const char *const[]){"-q:v", "3", NULL});
    if (strcmp(encoder, "libx264") == 0 && is_sound(film->rate)) {
        app_argv_add(argv, "-x264-params");
        app_argv_addf(argv, "fps=%lld/%lld", (long long)film->rate.over,
                      (long long)film->rate.under);
    }
    app_argv_add_all(argv, (const char *const[]){"-pix_fmt", "yuv420p", NULL});
    app_argv_add(argv, app_ffmpeg_passthrough());
    app_argv_add(argv, "passthrough");
    app_argv_add(argv, "-enc_time_base");
    app_argv_addf(argv, "1:%lld", (long long)clock->second);
    app_argv_add(argv, "-video_track_timescale");
    app_argv_addf(argv, "%lld", (long long)clock->second);
}

/* Of what comes at a constant rate a frame is a whole number of ticks, which are an .mp4's own. */
static app_film_clock clock_of(const app_film *film, const char *encoder)
{
    const app_ratio rate = film->rate, tick = film->video->tick;
    const int64_t most = strcmp(encoder, "mpeg4") == 0 ? MOST_TICKS_MPEG4 : MOST_TICKS;
    const bool is_varying = film->is_live || film->video->is_variable;
    app_film_clock made = {.second = USUAL_TICKS};
    if (!is_varying && is_sound(rate) && rate.over <= most)
        made = (app_film_clock){.second = rate.over, .frame = rate.under};
    else if (!film->is_live && tick.over == 1 && is_sound(tick) && tick.under <= most)
        made.second = tick.under;
    while (made.second < LEAST_TICKS) {
        made.second *= 2;
        made.frame *= 2;
    }
    made.blur = app_ratio_value(tick) * (double)made.second * 1.01;
    return made;
}

/* Later than the last. */
static int64_t ticks_at(const app_encoder *encoder, double seconds)
{
    const app_film_clock *clock = &encoder->clock;
    const double frame = (double)clock->frame;
    double ticks = (seconds - encoder->begin_s) * (double)clock->second;
    if (clock->frame > 0 && fabs(ticks - round(ticks / frame) * frame) <= clock->blur)
        ticks = round(ticks / frame) * frame;
    const bool is_later = ticks >= (double)encoder->last + 1 && ticks < LAST_TICK;
    return is_later ? (int64_t)llround(ticks) : encoder->last + 1;
}

static int fail_to_write(const app_encoder *encoder, const char *why)
{
    struct stat info;
    const bool is_kept = stat(encoder->part, &info) == 0 && info.st_size > 0;
    if (!is_kept)
        (void)unlink(encoder->part);
    return app_fail(APP_EXIT_FAILED, "cannot write %s (ffmpeg: %s)%s%s", encoder->path,
                    app_ffmpeg_reason(why, encoder->part),
                    is_kept ? ": what there is of it is in " : "", is_kept ? encoder->part : "");
}

/* "clip.mp4" -> "clip.part.mp4". */
static char *other_name(const char *path, const char *word)
{
    const int stem = (int)(strlen(path) - strlen(app_path_ending(path)));
    return app_format("%.*s.%s%s", stem, path, word, path + stem);
}

int app_encoder_open(app_encoder *encoder, const char *path, const app_film *film)
{
    app_argv argv = {0};
    pawl_error error = {0};
    const char *name = app_ffmpeg_encoder();
    *encoder = (app_encoder)APP_ENCODER_NONE;
    if (!app_ffmpeg_is_here() && app_ffmpeg_missing(&error) < 0)
        return app_fail_library(path, &error);
    if (name == NULL)
        return app_fail(APP_EXIT_DEVICE,
                        "cannot write %s: this ffmpeg has no encoder of H.264 or MPEG-4; --nosave "
                        "does without",
                        path);
    encoder->clock = clock_of(film, name);
    encoder->path = app_format("%s", path);
    encoder->part = other_name(path, "part");
    const int refused = encoder->part != NULL ? app_inputs_check(encoder->part) : APP_EXIT_DONE;
    if (refused != APP_EXIT_DONE)
        return refused;
    app_ffmpeg_begin(&argv);
    app_argv_add(&argv, "-y");
    add_frames(&argv, film->video);
    add_filters(&argv, film->video);
    add_encoder(&argv, name, film, &encoder->clock);
    app_argv_add_all(&argv, (const char *const[]){"-movflags",
                                                  "+frag_keyframe+empty_moov+default_base_moof",
                                                  "-frag_duration", FRAGMENT, "-f", "mp4", NULL});
    if (encoder->part != NULL)
        app_argv_addf(&argv, "file:%s", encoder->part);
    const bool is_short = argv.is_short || encoder->path == NULL || encoder->part == NULL;
    const bool is_started =
        !is_short && app_child_start(&encoder->child, argv.items, APP_CHILD_IN | APP_CHILD_DEAF);
    app_argv_free(&argv);
    if (is_short)
        return app_fail_memory();
    if (is_started)
        return APP_EXIT_DONE;
    return fail_to_write(encoder, encoder->child.complaint);
}

static app_io write_all(app_encoder *encoder, const app_film *film, const uint8_t *frame,
                        int64_t ticks)
{
    const app_patience patience = {.silence_ms = app_ffmpeg_silence_ms()};
    const size_t size = app_frame_size(film->video);
    uint8_t header[APP_IVF_HEADER], before[APP_IVF_FRAME];
    app_io state = APP_IO_DONE;
    if (encoder->frames == 0) {
        app_ivf_begin(film->video, encoder->clock.second, header);
        state = app_child_write(&encoder->child, header, sizeof header, &patience);
    }
    app_ivf_frame(size, ticks, before);
    if (state == APP_IO_DONE)
        state = app_child_write(&encoder->child, before, sizeof before, &patience);
    return state == APP_IO_DONE ? app_child_write(&encoder->child, frame, size, &patience) : state;
}

int app_encoder_write(app_encoder *encoder, const app_film *film, const uint8_t *frame,
                      double seconds)
{
    if (encoder->frames == 0)
        encoder->begin_s = seconds;
    const int64_t ticks = encoder->frames == 0 ? 0 : ticks_at(encoder, seconds);
    const app_io state = write_all(encoder, film, frame, ticks);
    if (state == APP_IO_DONE) {
        encoder->frames++;
        encoder->last = ticks;
        return APP_EXIT_DONE;
    }
    const int reason = errno;
    const bool has_ended = state == APP_IO_END; /* and may say why, while it does */
    const bool is_good = app_child_end(&encoder->child, has_ended ? app_ffmpeg_silence_ms() : 0);
    if (has_ended)
        return fail_to_write(encoder,
                             is_good ? "it takes no more frames" : encoder->child.complaint);
    return fail_to_write(encoder, state == APP_IO_SILENT ? "it has stood still for too long"
                                                         : strerror(reason));
}

/* The film's packets and the sound's, into the other. */
static void add_copy(app_argv *argv, const app_encoder *encoder, const app_film *film,
                     bool has_sound, const char *to)
{
    const app_video *video = film->video;
    const double begin = encoder->begin_s > NO_OFFSET ? encoder->begin_s : 0;
    const double seconds =
        (double)encoder->last / (double)encoder->clock.second + 1 / app_ratio_value(film->rate);
    app_ffmpeg_begin(argv);
    app_argv_add(argv, "-y");
    if (has_sound && begin > 0) {
        app_argv_add(argv, "-itsoffset");
        app_argv_addf(argv, "%.6f", begin);
    }
    app_video_add_input(argv, encoder->part);
    if (has_sound)
        app_video_add_input(argv, film->sound_from);
    app_argv_add_all(argv, (const char *const[]){"-map", "0:v:0", "-c", "copy", NULL});
    if (app_ffmpeg_takes_durations()) {
        app_argv_add(argv, "-bsf:v"); /* counts of the last frame, which no other follows */
        app_argv_addf(argv, "setts=pts=PTS:dts=DTS:duration=%lld",
                      llround((double)encoder->clock.second / app_ratio_value(film->rate)));
    }
    for (size_t i = 0; has_sound && i < video->sound_count; i++) {
        app_argv_add(argv, "-map");
        app_argv_addf(argv, "1:%d", video->sounds[i]);
        if (!video->is_mp4_sound[i]) {
            app_argv_addf(argv, "-c:a:%zu", i);
            app_argv_add(argv, "aac");
        }
    }
    if (has_sound) {
        app_argv_add(argv, "-t");
        app_argv_addf(argv, "%.6f", begin + seconds);
    }
    app_argv_add_all(argv, (const char *const[]){"-movflags", "+faststart", "-f", "mp4", NULL});
    app_argv_addf(argv, "file:%s", to);
}

/* True: *to is whole. */
static bool copy(const app_encoder *encoder, const app_film *film, bool has_sound, const char *to,
                 char why[APP_COMPLAINT_SIZE])
{
    app_argv argv = {0};
    app_child child = APP_CHILD_NONE;
    const app_patience patience = {.is_over = NULL};
    char none;
    add_copy(&argv, encoder, film, has_sound, to);
    bool is_good =
        !argv.is_short && app_child_start(&child, argv.items, APP_CHILD_OUT | APP_CHILD_DEAF);
    if (is_good) /* it prints nothing: until it ends */
        (void)app_child_read(&child, &none, 1, NULL, &patience);
    is_good = app_child_end(&child, app_ffmpeg_silence_ms()) && is_good;
    (void)snprintf(why, APP_COMPLAINT_SIZE, "%s",
                   argv.is_short ? "memory ran out" : child.complaint);
    app_argv_free(&argv);
    if (!is_good)
        (void)unlink(to);
    return is_good;
}

static int complete(const app_encoder *encoder, const app_film *film)
{
    char why[APP_COMPLAINT_SIZE];
    const bool has_sound = film->sound_from != NULL && film->video->sound_count > 0;
    char *whole = other_name(encoder->path, "whole");
    const int refused = whole != NULL ? app_inputs_check(whole) : app_fail_memory();
    if (refused != APP_EXIT_DONE) {
        free(whole);
        return refused;
    }
    bool is_good = copy(encoder, film, has_sound, whole, why);
    if (!is_good && has_sound) {
        app_warn("%s: the sound cannot be kept (ffmpeg: %s)", encoder->path,
                 app_ffmpeg_reason(why, film->sound_from));
        is_good = copy(encoder, film, false, whole, why);
    }
    if (is_good && rename(whole, encoder->path) != 0) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
        (void)unlink(whole);
        is_good = false;
    }
    free(whole);
    if (!is_good)
        return fail_to_write(encoder, why);
    (void)unlink(encoder->part);
    return APP_EXIT_DONE;
}

int app_encoder_finish(app_encoder *encoder, const app_film *film)
{
    if (encoder->path == NULL || encoder->child.id == 0)
        return APP_EXIT_DONE;
    const bool is_good = app_child_end(&encoder->child, app_ffmpeg_silence_ms());
    if (encoder->frames == 0) {
        (void)unlink(encoder->part);
        return APP_EXIT_DONE;
    }
    return is_good ? complete(encoder, film) : fail_to_write(encoder, encoder->child.complaint);
}

void app_encoder_close(app_encoder *encoder)
{
    (void)app_child_end(&encoder->child, 0);
    free(encoder->path);
    free(encoder->part);
    *encoder = (app_encoder)APP_ENCODER_NONE;
}
