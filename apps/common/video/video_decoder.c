/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's frames come bare (rawvideo): what they are has been asked before. What is live is opened
 * once only, many cameras bear no more, so its frames come as y4m, which says itself what they are.
 */
#include "common/video/video_decoder.h"
#include "common/picture_file.h"
#include "common/term.h"
#include "common/video/ffmpeg.h"
#include "common/video/y4m.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define END_MS 2000 /* of a decoder that has closed its pipe */

static void say_why(char why[APP_COMPLAINT_SIZE], const char *text)
{
    (void)snprintf(why, APP_COMPLAINT_SIZE, "%s", text);
}

/* The frames in their order: each, or every so manieth; a rate that varies is made constant. */
static void add_filters(app_argv *argv, const app_video *video, int32_t stride)
{
    char rate[64] = "", choice[64] = "";
    if (video != NULL && video->is_variable)
        (void)snprintf(rate, sizeof rate, "fps=%lld/%lld,", (long long)video->rate.over,
                       (long long)video->rate.under);
    if (stride > 1)
        (void)snprintf(choice, sizeof choice, "select=not(mod(n+1\\,%d)),", stride);
    app_argv_add(argv, "-vf");
    if (video == NULL) /* its sides are not known, and the frames' have to be even */
        app_argv_addf(argv, "%scrop=trunc(iw/2)*2:trunc(ih/2)*2", choice);
    else /* a file may change its size on its way */
        app_argv_addf(argv, "%s%sscale=%d:%d", rate, choice, video->width, video->height);
}

static void add_output(app_argv *argv, const app_video *video)
{
    app_argv_add(argv, app_ffmpeg_passthrough());
    app_argv_add_all(argv, (const char *const[]){"passthrough", "-an", "-sn", "-dn", NULL});
    if (video == NULL)
        app_argv_add_all(argv,
                         (const char *const[]){"-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", NULL});
    else
        app_argv_add_all(
            argv,
            (const char *const[]){"-pix_fmt", video->format == PAWL_PICTURE_NV12 ? "nv12" : "rgb24",
                                  "-c:v", "rawvideo", "-f", "rawvideo", NULL});
    app_argv_add(argv, "pipe:1");
}

static app_flow start(app_decoder *decoder, const char *source, const app_video *video,
                      int32_t stride, char why[APP_COMPLAINT_SIZE])
{
    app_argv argv = {0};
    app_ffmpeg_begin(&argv);
    app_video_add_input(&argv, source);
    if (video != NULL) {
        app_argv_add(&argv, "-map");
        app_argv_addf(&argv, "0:%d", video->stream);
    } else {
        app_argv_add_all(&argv, (const char *const[]){"-map", "0:v:0", NULL});
    }
    add_filters(&argv, video, stride);
    add_output(&argv, video);
    const bool is_started =
        !argv.is_short && app_child_start(&decoder->child, argv.items, APP_CHILD_OUT);
    say_why(why, argv.is_short ? "memory ran out" : decoder->child.complaint);
    app_argv_free(&argv);
    return is_started ? APP_FLOW_FRAME : APP_FLOW_DAMAGED;
}

/* What it means that bytes did not come, or not all of them. */
static app_flow judge(app_decoder *decoder, app_io state, size_t got, char why[APP_COMPLAINT_SIZE])
{
    if (state == APP_IO_STOPPED)
        return APP_FLOW_STOPPED;
    if (state == APP_IO_SILENT || state == APP_IO_BROKEN) {
        say_why(why, state == APP_IO_SILENT ? "nothing comes any more" : strerror(errno));
        return APP_FLOW_DAMAGED;
    }
    const bool is_good = app_child_end(&decoder->child, END_MS);
    if (is_good && decoder->child.complaint[0] == '\0' && got == 0)
        return APP_FLOW_END;
    say_why(why, decoder->child.complaint[0] != '\0' ? decoder->child.complaint
                                                     : "it ends within a frame");
    return APP_FLOW_DAMAGED;
}

/* Up to a newline, which is left out; a byte at a time: what follows is not ours to take. There may
 * be some of it already. */
static app_flow read_line(app_decoder *decoder, char line[APP_Y4M_LINE], size_t from,
                          const app_patience *patience, char why[APP_COMPLAINT_SIZE])
{
    for (size_t length = from; length < APP_Y4M_LINE; length++) {
        const app_io state = app_child_read(&decoder->child, line + length, 1, NULL, patience);
        if (state != APP_IO_DONE)
            return judge(decoder, state, length, why);
        if (line[length] == '\n') {
            line[length] = '\0';
            return APP_FLOW_FRAME;
        }
    }
    say_why(why, "a line of y4m does not end");
    return APP_FLOW_DAMAGED;
}

static app_flow read_header(app_decoder *decoder, const app_patience *patience,
                            char why[APP_COMPLAINT_SIZE])
{
    char line[APP_Y4M_LINE];
    const char *wrong = NULL;
    size_t from = 0;
    if (decoder->kind == APP_VIDEO_STDIN)
        memcpy(line, app_stdin_head(&from), strlen(APP_Y4M_MAGIC));
    app_flow flow = read_line(decoder, line, from, patience, why);
    if (flow == APP_FLOW_FRAME && !app_y4m_header(line, &decoder->video, &wrong)) {
        say_why(why, wrong);
        flow = APP_FLOW_DAMAGED;
    }
    if (flow == APP_FLOW_FRAME &&
        (int64_t)decoder->video.width * decoder->video.height > app_pictures_most()) {
        say_why(why, "its frames have more pixels than are allowed");
        flow = APP_FLOW_DAMAGED;
    }
    if (flow == APP_FLOW_END) {
        say_why(why, "it ends before it begins");
        flow = APP_FLOW_DAMAGED;
    }
    if (flow != APP_FLOW_FRAME)
        return flow;
    decoder->frame_size = app_nv12_size(&decoder->video);
    const size_t luma = (size_t)decoder->video.width * (size_t)decoder->video.height;
    decoder->chroma = malloc(decoder->frame_size - luma);
    if (decoder->chroma == NULL)
        say_why(why, "memory ran out");
    return decoder->chroma != NULL ? APP_FLOW_FRAME : APP_FLOW_DAMAGED;
}

app_flow app_decoder_open(app_decoder *decoder, const char *source, const app_video *video,
                          int32_t stride, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE])
{
    *decoder = (app_decoder)APP_DECODER_NONE;
    decoder->kind = app_video_kind_of(source);
    decoder->is_y4m = video == NULL;
    if (decoder->kind == APP_VIDEO_STDIN) {
        decoder->child.out = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        return read_header(decoder, patience, why);
    }
    const app_flow flow = start(decoder, source, video, stride, why);
    if (flow != APP_FLOW_FRAME)
        return flow;
    if (video == NULL)
        return read_header(decoder, patience, why);
    decoder->video = *video;
    const size_t pixels = (size_t)video->width * (size_t)video->height;
    decoder->frame_size = video->format == PAWL_PICTURE_NV12 ? app_nv12_size(video) : pixels * 3;
    return APP_FLOW_FRAME;
}

/* Y as it comes, U and V into pairs. */
static app_flow read_y4m(app_decoder *decoder, uint8_t *frame, const app_patience *patience,
                         char why[APP_COMPLAINT_SIZE])
{
    char line[APP_Y4M_LINE];
    const size_t luma = (size_t)decoder->video.width * (size_t)decoder->video.height;
    const size_t chroma = decoder->frame_size - luma;
    size_t got = 0;
    const app_flow flow = read_line(decoder, line, 0, patience, why);
    if (flow != APP_FLOW_FRAME)
        return flow;
    if (strncmp(line, "FRAME", strlen("FRAME")) != 0) {
        say_why(why, "what follows is no frame of y4m");
        return APP_FLOW_DAMAGED;
    }
    app_io state = app_child_read(&decoder->child, frame, luma, &got, patience);
    if (state == APP_IO_DONE)
        state = app_child_read(&decoder->child, decoder->chroma, chroma, NULL, patience);
    if (state != APP_IO_DONE)
        return judge(decoder, state, 1, why);
    app_nv12_interleave(decoder->chroma, decoder->chroma + chroma / 2, chroma / 2, frame + luma);
    return APP_FLOW_FRAME;
}

app_flow app_decoder_read(app_decoder *decoder, uint8_t *frame, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE])
{
    size_t got = 0;
    if (decoder->is_y4m)
        return read_y4m(decoder, frame, patience, why);
    const app_io state =
        app_child_read(&decoder->child, frame, decoder->frame_size, &got, patience);
    return state == APP_IO_DONE ? APP_FLOW_FRAME : judge(decoder, state, got, why);
}

pawl_picture app_decoder_picture(const app_decoder *decoder, const uint8_t *frame)
{
    const app_video *video = &decoder->video;
    if (video->format == PAWL_PICTURE_NV12)
        return app_nv12_picture(video, frame);
    return (pawl_picture){.format = PAWL_PICTURE_RGB,
                          .width = video->width,
                          .height = video->height,
                          .planes = {{frame, (size_t)video->width * 3}}};
}

void app_decoder_close(app_decoder *decoder)
{
    (void)app_child_end(&decoder->child, 0);
    free(decoder->chroma);
    decoder->chroma = NULL;
}
