/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of pictures, by name first: detect.py takes cameras, streams and videos by the same
 * words, and "No such file" would send people looking for a file. */
#include "common/sources.h"

#include "common/term.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define READS "pawl reads picture files and folders of them"

/* Of videos, as detect.py knows them. */
#define VIDEO_ENDINGS "asf avi gif m4v mkv mov mp4 mpeg mpg ts wmv webm"
#define LIST_ENDINGS  "txt streams csv"

static bool begins(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

/* "https://...": letters, then "://". */
bool app_is_address(const char *source)
{
    const size_t scheme =
        strspn(source, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return scheme > 0 && strncmp(source + scheme, "://", 3) == 0;
}

static int refuse_address(const char *source)
{
    static const char *const downloads[] = {"http:", "https:", "ftp:", "s3:", "gs:"};
    if (begins(source, "file://"))
        return app_fail(APP_EXIT_UNSUPPORTED, "%s is an address, and " READS ": write %s", source,
                        source + strlen("file://"));
    for (size_t i = 0; i < sizeof downloads / sizeof downloads[0]; i++)
        if (begins(source, downloads[i]) && !app_path_ends_in(source, VIDEO_ENDINGS))
            return app_fail(APP_EXIT_UNSUPPORTED,
                            "%s is an address, and " READS
                            ", nothing from the network: download it first",
                            source);
    return app_fail(APP_EXIT_UNSUPPORTED,
                    "%s is a stream, and " READS
                    ", no video yet: save pictures of it first, as with "
                    "'ffmpeg -i %s -vf fps=1 pictures/%%05d.jpg'",
                    source, source);
}

/* What is no file of this name, and is not meant as one. */
static int refuse_name(const char *source)
{
    const size_t digits = strspn(source, "0123456789");
    if (app_is_address(source))
        return refuse_address(source);
    if (begins(source, "/dev/video") || (digits > 0 && source[digits] == '\0'))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a camera to detect.py, and there is no file %s: " READS
                        ", no cameras yet",
                        source, source);
    if (begins(source, "screen") && (source[6] == '\0' || source[6] == ' '))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is the screen to detect.py, and there is no file %s: " READS, source,
                        source);
    if (strpbrk(source, "*?") != NULL)
        return app_fail(APP_EXIT_INPUT,
                        "there is no file %s: if it is a pattern, write it without quotes, so that "
                        "the shell finds the files",
                        source);
    if (strcmp(source, "-") == 0 || source[0] == '\0')
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "'%s' is no name: " READS ", nothing from standard input", source);
    if (source[strlen(source) - 1] == '/')
        return app_fail(APP_EXIT_INPUT, "there is no folder %s", source);
    if (!app_path_ends_in(source, APP_PICTURE_ENDINGS))
        return app_fail(APP_EXIT_INPUT, "there is no file or folder %s", source);
    return APP_EXIT_DONE;
}

/* A file that is there, and is something else than a picture by its name or nature. */
static int refuse_kind(const char *source, mode_t mode)
{
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return app_fail(APP_EXIT_UNSUPPORTED, "%s is a device: " READS ", no cameras yet", source);
    if (app_path_ends_in(source, VIDEO_ENDINGS))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a video by its name: " READS
                        ", no video yet. Save its pictures first, as "
                        "with 'ffmpeg -i %s pictures/%%05d.jpg'",
                        source, source);
    if (app_path_ends_in(source, LIST_ENDINGS))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a list by its name: " READS ". Of a list of files take $(cat %s)",
                        source, source);
    return APP_EXIT_DONE;
}

static int add_folder(app_paths *pictures, const char *source)
{
    const size_t before = pictures->count;
    app_paths videos = {0};
    if (!app_paths_add_folder(pictures, source, APP_PICTURE_ENDINGS) ||
        !app_paths_add_folder(&videos, source, VIDEO_ENDINGS)) {
        app_paths_free(&videos);
        return errno == ENOMEM ? app_fail_memory()
                               : app_fail(APP_EXIT_INPUT, "cannot read the folder %s: %s", source,
                                          strerror(errno));
    }
    if (videos.count > 0)
        app_warn("%s: %zu %s (%s%s) %s passed over: no video is read yet", source,
                 APP_COUNT(videos.count, "video", "videos"), app_path_name(videos.items[0]),
                 videos.count == 1 ? "" : " ...", videos.count == 1 ? "is" : "are");
    if (pictures->count == before)
        app_warn("%s holds no pictures (%s)", source, APP_PICTURE_ENDINGS);
    app_paths_free(&videos);
    return APP_EXIT_DONE;
}

int app_sources_add(app_paths *pictures, const char *source)
{
    struct stat info;
    int code = APP_EXIT_DONE;
    const bool is_there = stat(source, &info) == 0;
    if (is_there && S_ISDIR(info.st_mode))
        return add_folder(pictures, source);
    if (!is_there && (errno == ENOENT || errno == ENOTDIR))
        code = refuse_name(source);
    else if (is_there)
        code = refuse_kind(source, info.st_mode);
    if (code != APP_EXIT_DONE)
        return code;
    return app_paths_add(pictures, source) ? APP_EXIT_DONE : app_fail_memory();
}
