/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of ffmpeg itself is asked once. */
#include "common/video/ffmpeg.h"
#include "common/program.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE_S 30
#define LISTS     ((size_t)4 << 20) /* bytes of what ffmpeg says of itself */
#define ASK_S     20

static struct {
    bool is_here, tells_times, takes_durations;
    const char *passthrough, *encoder;
} known;
static pthread_once_t asked = PTHREAD_ONCE_INIT;

static const char *program(const char *variable, const char *usual)
{
    const char *named = getenv(variable);
    return named != NULL && named[0] != '\0' ? named : usual;
}

void app_ffmpeg_begin(app_argv *argv)
{
    app_argv_add(argv, program("PAWL_FFMPEG", "ffmpeg"));
    app_argv_add_all(argv, (const char *const[]){"-nostdin", "-v", "error", NULL});
}

void app_ffprobe_begin(app_argv *argv)
{
    app_argv_add(argv, program("PAWL_FFPROBE", "ffprobe"));
    app_argv_add_all(argv, (const char *const[]){"-v", "error", NULL});
}

pawl_status app_ffmpeg_missing(pawl_error *error)
{
    *error = (pawl_error){.status = PAWL_ERR_DEVICE};
    (void)snprintf(
        error->message, sizeof error->message,
        "video is decoded and encoded by the programs ffmpeg and ffprobe, and '%.100s' or "
        "'%.100s' cannot be run: install FFmpeg, or name them in PAWL_FFMPEG and "
        "PAWL_FFPROBE",
        program("PAWL_FFMPEG", "ffmpeg"), program("PAWL_FFPROBE", "ffprobe"));
    return error->status;
}

const char *app_ffmpeg_reason(const char *complaint, const char *source)
{
    const size_t length = strlen(source);
    while (*complaint == '[' && strstr(complaint, "] ") != NULL)
        complaint = strstr(complaint, "] ") + strlen("] ");
    if (strncmp(complaint, "file:", strlen("file:")) == 0)
        complaint += strlen("file:");
    if (length > 0 && strncmp(complaint, source, length) == 0 &&
        strncmp(complaint + length, ": ", 2) == 0)
        complaint += length + 2;
    if (complaint[0] == '\0')
        return "it does not say why";
    const char *name = strstr(source, "://");
    return name != NULL && strstr(complaint, name) != NULL ? "it cannot be opened" : complaint;
}

double app_ffmpeg_silence_ms(void)
{
    const char *text = getenv("PAWL_FFMPEG_TIMEOUT");
    const double seconds = text != NULL ? strtod(text, NULL) : 0;
    return (seconds > 0 && seconds < 1e6 ? seconds : SILENCE_S) * 1e3;
}

/* What "ffmpeg OPTION [VALUE]" prints; NULL: nothing. free() it. */
static char *ask(const char *option, const char *value)
{
    app_argv argv = {0};
    app_printed printed = {.size = 0};
    app_ffmpeg_begin(&argv);
    app_argv_add(&argv, option);
    if (value != NULL)
        app_argv_add(&argv, value);
    if (!argv.is_short)
        (void)app_program_run(argv.items, LISTS, ASK_S, &printed);
    app_argv_free(&argv);
    return printed.data;
}

/* "ffmpeg version 5.1.9-0+deb12u1 ...", "ffmpeg version N-123-g...": -fps_mode is there since 5.1.
 */
static const char *passthrough_of(const char *text)
{
    static const char begin[] = "ffmpeg version ";
    if (text == NULL || strncmp(text, begin, sizeof begin - 1) != 0)
        return "-fps_mode";
    char *rest = NULL;
    const long major = strtol(text + sizeof begin - 1, &rest, 10);
    const long minor = *rest == '.' ? strtol(rest + 1, NULL, 10) : 0;
    const bool is_old = major > 0 && (major < 5 || (major == 5 && minor < 1));
    return is_old ? "-vsync" : "-fps_mode";
}

/* A line of the list is " V....D libx264   what it is". */
static bool has_encoder(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
        if (at > list && at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

static void ask_all(void)
{
    static const char *const encoders[] = {"libx264", "libopenh264", "mpeg4"};
    char *version = ask("-version", NULL), *list = ask("-encoders", NULL),
         *filter = ask("-h", "filter=metadata"), *packets = ask("-h", "bsf=setts");
    known.is_here = version != NULL && version[0] != '\0';
    known.passthrough = passthrough_of(version);
    known.tells_times = filter != NULL && strstr(filter, " direct ") != NULL;
    known.takes_durations = packets != NULL && strstr(packets, "-duration ") != NULL;
    for (size_t i = 0; list != NULL && i < 3 && known.encoder == NULL; i++)
        if (has_encoder(list, encoders[i]))
            known.encoder = encoders[i];
    free(version);
    free(list);
    free(filter);
    free(packets);
}

bool app_ffmpeg_is_here(void)
{
    (void)pthread_once(&asked, ask_all);
    return known.is_here;
}

const char *app_ffmpeg_passthrough(void)
{
    (void)pthread_once(&asked, ask_all);
    return known.passthrough;
}

bool app_ffmpeg_tells_times(void)
{
    (void)pthread_once(&asked, ask_all);
    return known.tells_times;
}

bool app_ffmpeg_takes_durations(void)
{
    (void)pthread_once(&asked, ask_all);
    return known.takes_durations;
}

const char *app_ffmpeg_encoder(void)
{
    (void)pthread_once(&asked, ask_all);
    return known.encoder;
}
