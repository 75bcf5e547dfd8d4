/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names decide, and a table says which addresses there are. What is a file goes to ffmpeg as
 * "file:NAME" with no other protocol allowed, so that neither a leading dash nor "concat:" in a
 * name means anything, and a playlist in a file reaches nothing elsewhere; what comes from the
 * network may open what is on the network, but no file.
 */
#include "common/video/source.h"
#include "common/files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct scheme {
    const char *name;
    bool has_files; /* what ends as a video does is one, from beginning to end */
} scheme;

static const scheme schemes[] = {
    {"http", true},  {"https", true},  {"ftp", true},   {"rtsp", false}, {"rtsps", false},
    {"rtmp", false}, {"rtmps", false}, {"rtp", false},  {"srtp", false}, {"udp", false},
    {"tcp", false},  {"srt", false},   {"mmsh", false}, {"mmst", false},
};

#define NETWORK                                                                               \
    "http,https,httpproxy,tls,tcp,udp,udplite,rtp,srtp,rtsp,rtsps,rtmp,rtmps,rtmpt,srt,mmsh," \
    "mmst,ftp,crypto,data"

/* Length of the protocol's name; 0: it is no address. */
static size_t scheme_length(const char *source)
{
    const size_t length =
        strspn(source, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return strncmp(source + length, "://", 3) == 0 ? length : 0;
}

bool app_is_address(const char *source)
{
    return scheme_length(source) > 0;
}

static const scheme *scheme_of(const char *source)
{
    const size_t length = scheme_length(source);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strlen(schemes[i].name) == length && strncasecmp(schemes[i].name, source, length) == 0)
            return &schemes[i];
    return NULL;
}

/* Of an address: what stands before '?' or '#', in new memory. */
static char *without_query(const char *source)
{
    return app_format("%.*s", (int)strcspn(source, "?#"), source);
}

static bool ends_as_video(const char *address)
{
    char *path = without_query(address);
    const bool is_video = path != NULL && app_path_ends_in(path, APP_VIDEO_ENDINGS " gif");
    free(path);
    return is_video;
}

bool app_is_video_address(const char *source)
{
    const scheme *of = scheme_of(source);
    if (of == NULL)
        return false;
    char *path = without_query(source);
    const bool is_picture = path != NULL && of->has_files &&
                            app_path_ends_in(path, APP_PICTURE_ENDINGS) &&
                            !app_path_ends_in(path, "gif");
    free(path);
    return !is_picture;
}

bool app_is_camera(const char *source)
{
    struct stat info;
    const size_t digits = strspn(source, "0123456789");
    if (digits > 0 && source[digits] == '\0')
        return digits < 4 && stat(source, &info) != 0;
    return strncmp(source, "/dev/video", strlen("/dev/video")) == 0;
}

app_video_kind app_video_kind_of(const char *source)
{
    if (strcmp(source, "-") == 0)
        return APP_VIDEO_STDIN;
    const scheme *of = scheme_of(source);
    if (of != NULL)
        return of->has_files && ends_as_video(source) ? APP_VIDEO_ADDRESS : APP_VIDEO_STREAM;
    return app_is_camera(source) ? APP_VIDEO_CAMERA : APP_VIDEO_FILE;
}

bool app_video_is_live(app_video_kind kind)
{
    return kind == APP_VIDEO_STREAM || kind == APP_VIDEO_CAMERA;
}

/* Behind "user:password@", where an address has that; else behind "://". */
static const char *host_of(const char *source)
{
    const char *host = source + scheme_length(source) + strlen("://");
    const size_t length = strcspn(host, "/?#");
    for (size_t i = length; i > 0; i--)
        if (host[i - 1] == '@')
            return host + i;
    return host;
}

char *app_video_shown(const char *source)
{
    if (!app_is_address(source))
        return app_format("%s", source);
    return app_format("%.*s://%s", (int)scheme_length(source), source, host_of(source));
}

/* As detect.py cleans names of streams. */
static void clean(char *name)
{
    for (char *at = name; *at != '\0'; at++)
        if (strchr("|@#!$%&()=?^*;:,><+/\\ ", *at) != NULL || (unsigned char)*at < ' ')
            *at = '_';
}

char *app_video_name(const char *source)
{
    if (strcmp(source, "-") == 0)
        return app_format("stdin");
    if (!app_is_address(source))
        return app_format("%s", app_path_name(source));
    char *path = without_query(host_of(source));
    if (path == NULL)
        return NULL;
    for (size_t length = strlen(path); length > 0 && path[length - 1] == '/'; length--)
        path[length - 1] = '\0';
    char *name = app_format("%s", path[0] != '\0' ? app_path_name(path) : "stream");
    for (char *at = name; at != NULL && name[0] != '\0' && strchr(path, '/') == NULL && *at != '\0';
         at++)
        *at = *at == '.' ? '_' : *at; /* of a host: what follows a dot is no ending */
    free(path);
    if (name != NULL)
        clean(name);
    return name;
}

void app_video_add_input(app_argv *argv, const char *source)
{
    switch (app_video_kind_of(source)) {
    case APP_VIDEO_CAMERA:
        app_argv_add_all(argv, (const char *const[]){"-f", "v4l2", "-i", NULL});
        app_argv_addf(argv, "%s%s", source[0] == '/' ? "" : "/dev/video", source);
        return;
    case APP_VIDEO_STREAM:
        if (strncasecmp(source, "rtsp", strlen("rtsp")) == 0) /* as OpenCV asks for it */
            app_argv_add_all(argv, (const char *const[]){"-rtsp_transport", "tcp", NULL});
        app_argv_add_all(argv, (const char *const[]){"-fflags", "nobuffer", NULL});
        break;
    case APP_VIDEO_FILE:
    case APP_VIDEO_STDIN:
        app_argv_add_all(argv, (const char *const[]){"-protocol_whitelist", "file", "-i", NULL});
        app_argv_addf(argv, "file:%s", source);
        return;
    case APP_VIDEO_ADDRESS:
        break;
    }
    app_argv_add_all(argv, (const char *const[]){"-protocol_whitelist", NETWORK, "-i", NULL});
    app_argv_add(argv, source);
}
