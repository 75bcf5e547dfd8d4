/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for ffmpeg and ffprobe: speaks frames on pipes as they do, and fails on demand. A video
 * is a line of text in a file,
 *
 *     FAKE WIDTH HEIGHT FRAMES RATE PIXELS SOUND BEHAVIOUR
 *     FAKE 64 48 20 10/1 yuv420p aac ok
 *
 * whose behaviour is one of
 *
 * - ok          all frames, exit 0
 * - noisy       the same, behind a megabyte of complaints
 * - die:N       N frames, a complaint, exit 1
 * - complain:N  a complaint after N frames, then the others, exit 0
 * - half:N      N frames and half of one, exit 0
 * - hang:N      N frames, then nothing, and no end
 * - live:MS     a frame each MS milliseconds, without end
 * - lose:N:MS   the same; the first time it is opened only N (it leaves FILE.opened)
 *
 * An address is the file of its last part. What is written is a line of text, too. README.md says
 * what the environment does.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct video {
    int width, height, frames;
    char rate[32], pixels[32], sound[32], behaviour[64];
} video;

/* What the words ask for. */
typedef struct order {
    const char *inputs[2], *output, *format, *pixels, *filter;
    int input_count;
    bool is_probe, is_copy, is_version, is_encoders, is_help;
    const char *last_format;
} order;

static void wait_ms(long milliseconds)
{
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    (void)nanosleep(&time, NULL);
}

static int fail(const char *what)
{
    fprintf(stderr, "[fake @ 0x1] %s\n", what);
    return 1;
}

static void log_words(int argc, char **argv)
{
    const char *path = getenv("FAKE_LOG");
    FILE *log = path != NULL ? fopen(path, "a") : NULL;
    if (log == NULL)
        return;
    for (int i = 1; i < argc; i++)
        fprintf(log, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
    (void)fclose(log);
}

static void take_word(order *to, const char *word, const char *value)
{
    const char **place = NULL;
    if (strcmp(word, "-i") == 0 && to->input_count < 2)
        to->inputs[to->input_count++] = value;
    else if (strcmp(word, "-f") == 0)
        place = to->input_count == 0 ? &to->format : &to->last_format;
    else if (strcmp(word, "-pix_fmt") == 0 && to->pixels == NULL)
        place = &to->pixels;
    else if (strcmp(word, "-vf") == 0)
        place = &to->filter;
    else if (strcmp(word, "-c") == 0)
        to->is_copy = strcmp(value, "copy") == 0;
    if (place != NULL)
        *place = value;
}

static order read_order(int argc, char **argv)
{
    order made = {.input_count = 0};
    for (int i = 1; i < argc; i++) {
        made.is_probe = made.is_probe || strcmp(argv[i], "-show_streams") == 0;
        made.is_version = made.is_version || strcmp(argv[i], "-version") == 0;
        made.is_encoders = made.is_encoders || strcmp(argv[i], "-encoders") == 0;
        made.is_help = made.is_help || strcmp(argv[i], "-h") == 0;
        if (i + 1 < argc)
            take_word(&made, argv[i], argv[i + 1]);
    }
    made.output = argv[argc - 1];
    return made;
}

/* "file:NAME"; of an address the last part. */
static const char *path_of(const char *input)
{
    static char name[256];
    if (strncmp(input, "file:", strlen("file:")) == 0)
        return input + strlen("file:");
    if (strstr(input, "://") == NULL)
        return input;
    (void)snprintf(name, sizeof name, "%.200s", strrchr(input, '/') + 1);
    name[strcspn(name, "?")] = '\0';
    return name;
}

static int number_at(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static bool take_word_of(char **rest, char *word, size_t size)
{
    const char *next = strtok_r(NULL, " \n", rest);
    if (next != NULL)
        (void)snprintf(word, size, "%s", next);
    return next != NULL;
}

static bool take_number(char **rest, int *number)
{
    char word[32];
    const bool is_there = take_word_of(rest, word, sizeof word);
    *number = is_there ? number_at(word) : 0;
    return is_there;
}

static bool read_video(const char *input, video *of)
{
    char line[512] = "", *rest = NULL;
    FILE *file = fopen(path_of(input), "r");
    if (file == NULL)
        return false;
    const bool is_read = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    const char *first = is_read ? strtok_r(line, " \n", &rest) : NULL;
    return first != NULL && strcmp(first, "FAKE") == 0 && take_number(&rest, &of->width) &&
           take_number(&rest, &of->height) && take_number(&rest, &of->frames) &&
           take_word_of(&rest, of->rate, sizeof of->rate) &&
           take_word_of(&rest, of->pixels, sizeof of->pixels) &&
           take_word_of(&rest, of->sound, sizeof of->sound) &&
           take_word_of(&rest, of->behaviour, sizeof of->behaviour);
}

static int probe(const order *to)
{
    video of;
    if (!read_video(to->inputs[0], &of)) {
        fprintf(stderr, "%s: Invalid data found when processing input\n", to->inputs[0]);
        return 1;
    }
    printf(
        "{\"streams\":[{\"index\":0,\"codec_type\":\"video\",\"codec_name\":\"fake\",\"width\":%d,"
        "\"height\":%d,\"pix_fmt\":\"%s\",\"r_frame_rate\":\"%s\",\"avg_frame_rate\":\"%s\","
        "\"nb_frames\":\"%d\",\"time_base\":\"1/%d\"}",
        of.width, of.height, of.pixels, of.rate, of.rate, of.frames, number_at(of.rate));
    if (strcmp(of.sound, "none") != 0)
        printf(",{\"index\":1,\"codec_type\":\"audio\",\"codec_name\":\"%s\"}", of.sound);
    printf("],\"format\":{\"start_time\":\"0.0\"}}\n");
    return 0;
}

static size_t frame_size(const char *pixels, int width, int height)
{
    const size_t area = (size_t)width * (size_t)height;
    if (strcmp(pixels, "rgb24") == 0)
        return area * 3;
    return area + 2 * (((size_t)width + 1) / 2) * (((size_t)height + 1) / 2);
}

/* N of "die:N". */
static int number_of(const video *of, const char *behaviour)
{
    const size_t length = strlen(behaviour);
    const bool is_it =
        strncmp(of->behaviour, behaviour, length) == 0 && of->behaviour[length] == ':';
    return is_it ? number_at(of->behaviour + length + 1) : -1;
}

/* When it is, where that is asked for, as the filter "metadata" says it. */
static void put_time(const order *to, int number)
{
    char line[64];
    if (to->filter == NULL || strstr(to->filter, "metadata=mode=print") == NULL)
        return;
    (void)snprintf(line, sizeof line, "frame:%-4d pts:%-7d pts_time:0\nt=t\n", number, number);
    (void)!write(3, line, strlen(line));
}

static bool put_frame(const video *of, int number, bool is_y4m, const char *pixels, size_t part)
{
    static unsigned char bytes[1 << 20];
    const size_t size = frame_size(pixels, of->width, of->height);
    if (size > sizeof bytes)
        return false;
    memset(bytes, 16 + number % 200, size);
    if (is_y4m)
        fputs("FRAME\n", stdout);
    return fwrite(bytes, 1, size / part, stdout) == size / part && fflush(stdout) == 0;
}

/* True the first time. */
static bool open_first(const char *input)
{
    char path[512];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s.opened", path_of(input));
    const bool is_first = stat(path, &info) != 0;
    FILE *file = fopen(path, "a");
    if (file != NULL)
        (void)fclose(file);
    return is_first;
}

static int every(const order *to)
{
    const char *at = to->filter != NULL ? strstr(to->filter, "mod(n+1\\,") : NULL;
    return at != NULL ? number_at(at + strlen("mod(n+1\\,")) : 1;
}

/* How a decoder fails after so many frames; -1: not so. */
typedef struct faults {
    int die, complain, half, hang, pause, last;
} faults;

static faults faults_of(const video *of, const char *input)
{
    const bool is_lost = number_of(of, "lose") >= 0;
    faults made = {.die = number_of(of, "die"),
                   .complain = number_of(of, "complain"),
                   .half = number_of(of, "half"),
                   .hang = number_of(of, "hang"),
                   .pause = number_of(of, "live"),
                   .last = of->frames};
    if (is_lost)
        made.pause = number_at(strrchr(of->behaviour, ':') + 1);
    if (made.pause > 0)
        made.last = is_lost && open_first(input) ? number_of(of, "lose") : 1 << 30;
    return made;
}

static void wait_for_ever(void)
{
    for (;;)
        wait_ms(1000);
}

static int decode(const order *to)
{
    video of;
    if (!read_video(to->inputs[0], &of))
        return fail("Connection refused");
    const bool is_y4m = to->last_format != NULL && strcmp(to->last_format, "yuv4mpegpipe") == 0;
    const char *pixels = to->pixels != NULL ? to->pixels : "yuv420p";
    const faults how = faults_of(&of, to->inputs[0]);
    for (int i = 0; strcmp(of.behaviour, "noisy") == 0 && i < 1 << 14; i++)
        fprintf(stderr, "[fake @ 0x1] line %d of what nobody wants to know, and more of it\n", i);
    if (is_y4m)
        printf("YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", of.width, of.height);
    for (int i = 0; i < how.last; i++) {
        if (i == how.die)
            return fail("error while decoding");
        if (i == how.half)
            return put_frame(&of, i, is_y4m, pixels, 2) ? 0 : 1;
        if (i == how.complain)
            (void)fail("concealing 99 errors");
        if (i == how.hang)
            wait_for_ever();
        if ((i + 1) % every(to) == 0) {
            put_time(to, i);
            if (!put_frame(&of, i, is_y4m, pixels, 1))
                return 1;
        }
        wait_ms(how.pause > 0 ? how.pause : 0);
    }
    return 0;
}

static int encoder_number(const char *behaviour)
{
    const char *asked = getenv("FAKE_ENCODER");
    const size_t length = strlen(behaviour);
    return asked != NULL && strncmp(asked, behaviour, length) == 0 ? number_at(asked + length) : -1;
}

static unsigned little(const unsigned char *bytes, size_t size)
{
    unsigned value = 0;
    for (size_t i = size; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

/* Frames a second of frames that are so many ticks apart, in lowest terms. */
static void put_rate(FILE *file, unsigned second, unsigned apart)
{
    unsigned divisor = second;
    for (unsigned other = apart; other > 0;) {
        const unsigned rest = divisor % other;
        divisor = other;
        other = rest;
    }
    fprintf(file, "%u/%u", second / divisor, apart / divisor);
}

/* Frames from stdin, in IVF: how many and when, in a line of the file. */
static int encode(const order *to)
{
    static char bytes[1 << 20];
    unsigned char header[32], before[12];
    unsigned frames = 0, last = 0, apart = 0;
    bool is_even = true;
    FILE *file = fopen(path_of(to->output), "w");
    if (file == NULL)
        return fail(strerror(errno));
    const int die = encoder_number("die:"), stuck = encoder_number("stuck:");
    if (fread(header, 1, sizeof header, stdin) != sizeof header || memcmp(header, "DKIF", 4) != 0)
        return fail("no IVF");
    for (; fread(before, 1, sizeof before, stdin) == sizeof before; frames++) {
        const unsigned size = little(before, 4), time = little(before + 4, 4);
        if (size > sizeof bytes || fread(bytes, 1, size, stdin) != size)
            return fail("half a frame");
        if ((int)frames == die)
            return fail("No space left on device");
        if ((int)frames == stuck)
            wait_for_ever();
        is_even = is_even && (frames < 2 || time - last == apart);
        apart = time - last;
        last = time;
    }
    if (encoder_number("endless:") >= 0)
        wait_for_ever();
    fprintf(file, "FILM %ux%u %s ", little(header + 12, 2), little(header + 14, 2),
            memcmp(header + 8, "I420", 4) == 0 ? "yuv420p" : "rgb24");
    if (is_even && frames > 1)
        put_rate(file, little(header + 16, 4), apart);
    else
        fputs("varying", file);
    fprintf(file, " frames %u\n", frames);
    return fclose(file) == 0 ? 0 : fail(strerror(errno));
}

/* Until who reads our stdout has gone. */
static void wait_for_reader(void)
{
    struct pollfd end = {.fd = STDOUT_FILENO};
    while (poll(&end, 1, -1) <= 0)
        continue;
}

/* The film's line, and where its sound is from. */
static int copy(const order *to)
{
    char line[256] = "";
    const char *asked = getenv("FAKE_COPY");
    if (asked != NULL && strcmp(asked, "slow") == 0) {
        wait_for_reader();
        return 1;
    }
    if (asked != NULL && strcmp(asked, "hang") == 0) {
        FILE *begun = fopen(path_of(to->output), "w");
        if (begun != NULL)
            (void)fclose(begun);
        wait_for_ever();
    }
    if (asked != NULL && (strcmp(asked, "fail") == 0 || to->input_count == 2))
        return fail("Could not find tag for codec");
    FILE *from = fopen(path_of(to->inputs[0]), "r");
    const bool is_read = from != NULL && fgets(line, sizeof line, from) != NULL;
    if (from != NULL)
        (void)fclose(from);
    if (!is_read)
        return fail("Invalid data found");
    FILE *file = fopen(path_of(to->output), "w");
    if (file == NULL)
        return fail(strerror(errno));
    line[strcspn(line, "\n")] = '\0';
    fprintf(file, "%s sound %s\n", line, to->input_count == 2 ? path_of(to->inputs[1]) : "none");
    return fclose(file) == 0 ? 0 : fail(strerror(errno));
}

int main(int argc, char **argv)
{
    const char *version = getenv("FAKE_VERSION"), *encoders = getenv("FAKE_ENCODERS");
    const order to = read_order(argc, argv);
    log_words(argc, argv);
    (void)signal(SIGPIPE, SIG_DFL);
    if (to.is_version)
        return printf("ffmpeg version %s Copyright\n", version != NULL ? version : "5.1.9-fake") > 0
                   ? 0
                   : 1;
    if (to.is_encoders)
        return printf("Encoders:\n V....D %s it\n", encoders != NULL ? encoders : "libx264") > 0
                   ? 0
                   : 1;
    if (to.is_help) /* of the filter that says times: older ones cannot say them in time */
        return printf("metadata AVOptions:\n   %s  it\n",
                      version != NULL && version[0] == '4' ? "file" : "direct") > 0
                   ? 0
                   : 1;
    if (to.input_count == 0)
        return fail("nothing to do");
    if (to.is_probe)
        return probe(&to);
    if (strcmp(to.inputs[0], "pipe:0") == 0)
        return encode(&to);
    return to.is_copy ? copy(&to) : decode(&to);
}
