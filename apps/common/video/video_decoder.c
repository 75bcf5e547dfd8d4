/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's frames come bare (rawvideo): what they are has been asked before. What is live is opened
 * once only, many cameras bear no more, so its frames come as y4m, which says itself what they are.
 */
#include "common/video/video_decoder.h"
#include "common/picture_file.h"
#include "common/term.h"
#include "common/video/ffmpeg.h"
#include "common/video/video_frame.h"
#include "common/video/y4m.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define END_MS 2000 /* of a decoder that has closed its pipe */

static void say_why(char why[APP_COMPLAINT_SIZE], const char *text)
{
    (void)snprintf(why, APP_COMPLAINT_SIZE, "%s", text);
}

/* The frames in their order: each, or every so manieth, and of each the time in a line of the notes
 * before it comes; a size that changes on its way becomes the first one's. The range is said: else
 * the name of a format decides. Bare frames have no times: they are numbered, for times of a source
 * that are no order are nothing that ffmpeg should complain of. */
static void add_filters(app_argv *argv, const app_video *video, bool has_times, int32_t stride)
{
    char choice[64] = "", times[192] = "", size[128] = "scale=out_range=tv";
    if (has_times)
        (void)snprintf(times, sizeof times,
                       "settb=%lld/%lld,metadata=mode=add:key=t:value=t,"
                       "metadata=mode=print:key=t:file='pipe\\:3':direct=1,",
                       (long long)video->tick.over, (long long)video->tick.under);
    if (stride > 1)
        (void)snprintf(choice, sizeof choice, "select=not(mod(n+1\\,%d)),", stride);
    if (video != NULL)
        (void)snprintf(size, sizeof size, "scale=%d:%d:out_range=%s,settb=1/1000,setpts=N",
                       video->width, video->height, video->range == PAWL_RANGE_FULL ? "pc" : "tv");
    app_argv_add(argv, "-vf");
    app_argv_addf(argv, "%s%s%s", choice, times, size);
}

static void add_output(app_argv *argv, const app_video *video)
{
    app_argv_add(argv, app_ffmpeg_passthrough());
    app_argv_add_all(
        argv, (const char *const[]){"passthrough", "-an", "-sn", "-dn", "-pix_fmt",
                                    video != NULL ? app_frame_pixels(video) : "yuv420p", NULL});
    if (video == NULL)
        app_argv_add_all(argv, (const char *const[]){"-f", "yuv4mpegpipe", NULL});
    else
        app_argv_add_all(argv, (const char *const[]){"-enc_time_base", "1:1000", "-c:v", "rawvideo",
                                                     "-f", "rawvideo", NULL});
    app_argv_add(argv, "pipe:1");
}

bool app_decoder_tells_times(const app_video *video)
{
    return video->tick.under > 0 && app_ffmpeg_tells_times();
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
    decoder->has_times = video != NULL && app_decoder_tells_times(video);
    add_filters(&argv, video, decoder->has_times, stride);
    add_output(&argv, video);
    const int pipes = APP_CHILD_OUT | APP_CHILD_DEAF | (decoder->has_times ? APP_CHILD_NOTES : 0);
    const bool is_started = !argv.is_short && app_child_start(&decoder->child, argv.items, pipes);
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
    decoder->frame_size = app_frame_size(&decoder->video);
    return APP_FLOW_FRAME;
}

app_flow app_decoder_open(app_decoder *decoder, const char *source, const app_video *video,
                          int32_t stride, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE])
{
    *decoder = (app_decoder)APP_DECODER_NONE;
    decoder->kind = app_video_kind_of(source);
    decoder->is_y4m = video == NULL;
    decoder->seconds = NAN;
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
    decoder->frame_size = app_frame_size(video);
    return APP_FLOW_FRAME;
}

/* The line before a frame of y4m. */
static app_flow read_frame_line(app_decoder *decoder, const app_patience *patience,
                                char why[APP_COMPLAINT_SIZE])
{
    char line[APP_Y4M_LINE];
    const app_flow flow = read_line(decoder, line, 0, patience, why);
    if (flow != APP_FLOW_FRAME || strncmp(line, "FRAME", strlen("FRAME")) == 0)
        return flow;
    say_why(why, "what follows is no frame of y4m");
    return APP_FLOW_DAMAGED;
}

/* Of "frame:7    pts:3003    pts_time:0.1001"; what has no time has "NOPTS". */
static void read_time(app_decoder *decoder, const app_patience *patience)
{
    char line[APP_Y4M_LINE];
    app_io state = APP_IO_DONE;
    decoder->seconds = NAN;
    while (decoder->has_times && state == APP_IO_DONE) {
        char *rest = NULL;
        state = app_child_note(&decoder->child, line, sizeof line, patience);
        const char *time = state == APP_IO_DONE ? strstr(line, " pts:") : NULL;
        if (time == NULL)
            continue;
        const long long ticks = strtoll(time + strlen(" pts:"), &rest, 10);
        if (rest != time + strlen(" pts:"))
            decoder->seconds = (double)ticks * app_ratio_value(decoder->video.tick);
        return;
    }
    decoder->has_times = false; /* they have ended */
}

app_flow app_decoder_read(app_decoder *decoder, uint8_t *frame, const app_patience *patience,
                          char why[APP_COMPLAINT_SIZE])
{
    size_t got = 0;
    const app_flow flow =
        decoder->is_y4m ? read_frame_line(decoder, patience, why) : APP_FLOW_FRAME;
    if (flow != APP_FLOW_FRAME)
        return flow;
    const app_io state =
        app_child_read(&decoder->child, frame, decoder->frame_size, &got, patience);
    if (state != APP_IO_DONE)
        return judge(decoder, state, decoder->is_y4m ? 1 : got, why);
    read_time(decoder, patience);
    return APP_FLOW_FRAME;
}

void app_decoder_close(app_decoder *decoder)
{
    (void)app_child_end(&decoder->child, 0);
}
