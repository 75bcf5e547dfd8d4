/* SPDX-License-Identifier: Apache-2.0 */
/* apps/common/video, and the children it stands on: names, headers, pipes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/child.h"
#include "common/term.h"
#include "common/video/animation.h"
#include "common/video/ffmpeg.h"
#include "common/video/source.h"
#include "common/video/video_frame.h"
#include "common/video/y4m.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void names_say_what_a_source_is(void **state)
{
    (void)state;
    static const struct {
        const char *source, *shown, *name;
        app_video_kind kind;
    } cases[] = {
        {"clip.mp4", "clip.mp4", "clip.mp4", APP_VIDEO_FILE},
        {"a/b@c.mp4", "a/b@c.mp4", "b@c.mp4", APP_VIDEO_FILE},
        {"concat:a|b", "concat:a|b", "concat:a|b", APP_VIDEO_FILE},
        {"-", "-", "stdin", APP_VIDEO_STDIN},
        {"7", "7", "7", APP_VIDEO_CAMERA},
        {"1234", "1234", "1234", APP_VIDEO_FILE},
        {"/dev/video0", "/dev/video0", "video0", APP_VIDEO_CAMERA},
        {"https://h/clip.MP4?key=1", "https://h/clip.MP4?key=1", "clip.MP4", APP_VIDEO_ADDRESS},
        {"https://h/live", "https://h/live", "live", APP_VIDEO_STREAM},
        {"RTSP://u:p@h:554/door/", "RTSP://h:554/door/", "door", APP_VIDEO_STREAM},
        {"rtsp://u:p@x@h?a=b@c", "rtsp://h?a=b@c", "h", APP_VIDEO_STREAM},
        {"udp://@239.0.0.1:1234", "udp://239.0.0.1:1234", "239_0_0_1_1234", APP_VIDEO_STREAM},
        {"rtmp://h/a/b*c", "rtmp://h/a/b*c", "b_c", APP_VIDEO_STREAM},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *shown = app_video_shown(cases[i].source), *name = app_video_name(cases[i].source);
        assert_string_equal(shown, cases[i].shown);
        assert_string_equal(name, cases[i].name);
        assert_int_equal(app_video_kind_of(cases[i].source), cases[i].kind);
        free(shown);
        free(name);
    }
    assert_false(app_is_video_address("file:///a.mp4"));
    assert_false(app_is_video_address("s3://bucket/a.mp4"));
    assert_false(app_is_video_address("https://h/bus.jpg"));
    assert_true(app_is_video_address("https://h/a.gif"));
}

/* A file is one, whatever its name says; what comes from elsewhere reaches no file. */
static void inputs_are_fenced_in(void **state)
{
    (void)state;
    app_argv file = {0}, stream = {0}, camera = {0};
    app_video_add_input(&file, "-i http://x|concat:.mp4");
    assert_string_equal(file.items[1], "file");
    assert_string_equal(file.items[3], "file:-i http://x|concat:.mp4");
    assert_null(file.items[4]);
    app_video_add_input(&stream, "rtsp://h/1");
    assert_string_equal(stream.items[0], "-rtsp_transport");
    const char *allowed = stream.items[stream.count - 3];
    assert_non_null(strstr(allowed, "rtsp"));
    assert_null(strstr(allowed, "file"));
    assert_null(strstr(allowed, "concat"));
    app_video_add_input(&camera, "2");
    assert_string_equal(camera.items[camera.count - 1], "/dev/video2");
    app_argv_free(&file);
    app_argv_free(&stream);
    app_argv_free(&camera);
}

static void y4m_headers(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int32_t width, height; /* 0: it is refused */
        double rate;
    } cases[] = {
        {"YUV4MPEG2 W64 H48 F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG XCOLORRANGE=LIMITED", 64, 48, 30},
        {"YUV4MPEG2 H3 W5", 5, 3, 25},
        {"YUV4MPEG2 W64 H48 F30000:1001 C420mpeg2", 64, 48, 30000.0 / 1001},
        {"YUV4MPEG2 W64 H48 F0:0 C420", 64, 48, 25},
        {"YUV4MPEG2 W64 H48 F-1:1", 64, 48, 25},
        {"YUV4MPEG2 W64 H48 C420p10", 0, 0, 0},
        {"YUV4MPEG2 W64 H48 Cmono", 64, 48, 25},
        {"YUV4MPEG2 W64 H48 Cmono16", 0, 0, 0},
        {"YUV4MPEG2 W64 H48 C444", 0, 0, 0},
        {"YUV4MPEG2 W64", 0, 0, 0},
        {"YUV4MPEG2 W0 H48", 0, 0, 0},
        {"YUV4MPEG2 W1 H48", 1, 48, 25},
        {"YUV4MPEG2 W-64 H48", 0, 0, 0},
        {"YUV4MPEG2 W99999999999999999999 H48", 0, 0, 0},
        {"YUV4MPEG2 W65500 H65500", 0, 0, 0},
        {"YUV4MPEG W64 H48", 0, 0, 0},
        {"", 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        app_video video;
        const char *why = NULL;
        const bool is_good = app_y4m_header(cases[i].line, &video, &why);
        assert_int_equal(is_good, cases[i].width > 0);
        if (!is_good) {
            assert_non_null(why);
            continue;
        }
        assert_int_equal(video.width, cases[i].width);
        assert_int_equal(video.height, cases[i].height);
        assert_true(app_ratio_value(video.rate) == cases[i].rate);
    }
}

/* An odd side shares the last U and V; all that is read lies in the buffer. */
static void frames_of_odd_sides(void **state)
{
    (void)state;
    app_video video = {.width = 5, .height = 3, .format = PAWL_PICTURE_I420};
    uint8_t bytes[15 + 12];
    assert_int_equal(app_frame_size(&video), sizeof bytes);
    const pawl_picture picture = app_frame_picture(&video, bytes);
    assert_int_equal(picture.width, 5);
    assert_int_equal(picture.height, 3);
    assert_int_equal(picture.planes[0].row_size, 5);
    assert_int_equal(picture.planes[1].row_size, 3);
    assert_int_equal(picture.planes[2].row_size, 3);
    assert_ptr_equal(picture.planes[1].bytes, bytes + 15);
    assert_ptr_equal(picture.planes[2].bytes, bytes + 21);
    video.format = PAWL_PICTURE_GREY;
    assert_int_equal(app_frame_size(&video), 15);
    video.format = PAWL_PICTURE_RGB;
    assert_int_equal(app_frame_size(&video), 45);
    assert_null(app_frame_picture(&video, bytes).planes[1].bytes);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void pictures_that_move(void **state)
{
    (void)state;
    static const char one[] =
        "GIF89a\1\0\1\0\x80\0\0abcdef!\xf9\4xxxx\0,\0\0\0\0\1\0\1\0\0\2\2L\1\0;";
    static const char two[] = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\x80"
                              "abcdef\2\2L\1\0!\xfe\3abc\0,\0";
    static const char still[] = "RIFFxxxxWEBPVP8X\12\0\0\0\x10xxx",
                      moves[] = "RIFFxxxxWEBPVP8X\12\0\0\0\x12xxx";
    char path[] = "/tmp/pawl-video-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    write_file(path, one, sizeof one - 1);
    assert_false(app_is_moving_gif(path));
    write_file(path, two, sizeof two - 1);
    assert_true(app_is_moving_gif(path));
    /* Cut anywhere before the second picture. */
    for (size_t size = 0; size < sizeof two - 3; size++) {
        write_file(path, two, size);
        assert_false(app_is_moving_gif(path));
    }
    write_file(path, still, sizeof still - 1);
    assert_false(app_is_moving_webp(path));
    write_file(path, moves, sizeof moves - 1);
    assert_true(app_is_moving_webp(path));
    assert_false(app_is_moving_gif(path));
    (void)unlink(path);
    assert_false(app_is_moving_gif(path));
}

static const app_patience patient = {.silence_ms = 120000};

/* More than a pipe holds, both ways: through cat,
 * by a thread that does not read while it writes. */
static void children_speak(void **state)
{
    (void)state;
    app_child child;
    char *const say[] = {
        "sh", "-c",
        "cat >/dev/null; printf 'first\n\nsecond\n' >&2; head -c 300000 /dev/zero; exit 3", NULL};
    static char bytes[400000];
    size_t got = 0;
    assert_true(app_child_start(&child, say, APP_CHILD_IN | APP_CHILD_OUT));
    assert_int_equal(app_child_write(&child, bytes, sizeof bytes, &patient), APP_IO_DONE);
    (void)close(child.in);
    child.in = -1;
    assert_int_equal(app_child_read(&child, bytes, sizeof bytes, &got, &patient), APP_IO_END);
    assert_int_equal(got, 300000);
    assert_false(app_child_end(&child, 120000));
    assert_string_equal(child.complaint, "first");
    assert_int_equal(child.complaints, 3);
}

static bool is_over(void *user)
{
    return ++*(int *)user > 2;
}

static void children_fail(void **state)
{
    (void)state;
    app_child child;
    char byte = 0;
    int asked = 0;
    char *const none[] = {"/nowhere/at-all", NULL}, *const sleeps[] = {"sleep", "60", NULL};
    char *const deaf[] = {"true", NULL};
    const app_patience short_one = {.silence_ms = 150},
                       stopped = {.is_over = is_over, .user = &asked};
    if (app_child_start(&child, none, APP_CHILD_OUT)) /* as POSIX allows, and emulators do */
        assert_false(app_child_end(&child, 120000));
    else
        assert_true(app_child_end(&child, 0));
    assert_true(child.is_missing);
    assert_true(app_child_start(&child, sleeps, APP_CHILD_OUT));
    assert_int_equal(app_child_read(&child, &byte, 1, NULL, &short_one), APP_IO_SILENT);
    assert_int_equal(app_child_read(&child, &byte, 1, NULL, &stopped), APP_IO_STOPPED);
    const double begin = app_clock_ms();
    assert_false(app_child_end(&child, 100));
    assert_true(app_clock_ms() - begin < 59000); /* it does not wait for the sleeper */
    assert_string_equal(child.complaint, "it does not end");
    assert_true(app_child_start(&child, deaf, APP_CHILD_IN));
    app_io written = APP_IO_DONE;
    while (written == APP_IO_DONE)
        written = app_child_write(&child, &byte, 1, &patient);
    assert_int_equal(written, APP_IO_END);
    assert_true(app_child_end(&child, 120000));
}

static void reasons_are_short(void **state)
{
    (void)state;
    assert_string_equal(app_ffmpeg_reason("[mov @ 0x1] [x @ 0x2] moov atom not found", "a.mp4"),
                        "moov atom not found");
    assert_string_equal(app_ffmpeg_reason("file:a.mp4: Invalid data", "a.mp4"), "Invalid data");
    assert_string_equal(app_ffmpeg_reason("rtsp://u:p@h/1: refused", "rtsp://u:p@h/1"), "refused");
    assert_string_equal(app_ffmpeg_reason("cannot open rtsp://u:p@h/1", "rtsp://u:p@h/1"),
                        "it cannot be opened");
    assert_string_equal(app_ffmpeg_reason("[x @ 0x1] ", "a"), "it does not say why");
}

int main(void)
{
    app_term_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_what_a_source_is),
        cmocka_unit_test(inputs_are_fenced_in),
        cmocka_unit_test(y4m_headers),
        cmocka_unit_test(frames_of_odd_sides),
        cmocka_unit_test(pictures_that_move),
        cmocka_unit_test(children_speak),
        cmocka_unit_test(children_fail),
        cmocka_unit_test(reasons_are_short),
    };
    return cmocka_run_group_tests_name("video", tests, NULL, NULL);
}
