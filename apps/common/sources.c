/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of pictures, by name first: detect.py takes cameras, streams and videos by the same
 * words, and "No such file" would send people looking for a file. */
#include "common/sources.h"

#include "common/patterns.h"
#include "common/picture_file.h"
#include "common/term.h"
#include "common/text_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define READS      "pawl reads picture files, folders, patterns and lists of them"
#define LIST_LIMIT ((size_t)64 << 20)

/* Of videos, as detect.py knows them. */
#define VIDEO_ENDINGS "asf avi m4v mkv mov mp4 mpeg mpg ts wmv webm"

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
        return app_fail(APP_EXIT_INPUT, "there is no file %s, nor one that it names as a pattern",
                        source);
    if (source[0] == '\0')
        return app_fail(APP_EXIT_UNSUPPORTED, "'' is no name: " READS);
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
    if (app_path_ends_in(source, "streams csv"))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a list of streams or a table by its name: " READS
                        ", a name a line, in a file that ends in .txt",
                        source);
    return APP_EXIT_DONE;
}

static bool add_files(app_paths *paths, const char *folder, const char *endings, bool is_recursive)
{
    return is_recursive ? app_paths_add_tree(paths, folder, endings)
                        : app_paths_add_folder(paths, folder, endings);
}

/* Whether it would hold some with its folders. */
static void warn_empty(const char *source, bool is_recursive)
{
    app_paths below = {0};
    if (!is_recursive && app_paths_add_tree(&below, source, APP_PICTURE_ENDINGS) && below.count > 0)
        app_warn("%s holds no pictures itself; with --recursive there are %zu in its folders",
                 source, below.count);
    else
        app_warn("%s holds no pictures (%s)", source, APP_PICTURE_ENDINGS);
    app_paths_free(&below);
}

static int add_folder(app_paths *pictures, const char *source, bool is_recursive)
{
    const size_t before = pictures->count;
    app_paths videos = {0};
    if (!add_files(pictures, source, APP_PICTURE_ENDINGS, is_recursive) ||
        !add_files(&videos, source, VIDEO_ENDINGS, is_recursive)) {
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
        warn_empty(source, is_recursive);
    app_paths_free(&videos);
    return APP_EXIT_DONE;
}

/* The pictures that a pattern names; other files are passed over, unless there is nothing else:
 * then their readers say what they are. */
static int add_pattern(app_paths *pictures, const char *source)
{
    app_paths found = {0};
    bool is_good = app_paths_add_pattern(&found, source), has_pictures = false;
    for (size_t i = 0; i < found.count; i++)
        has_pictures = has_pictures || app_path_ends_in(found.items[i], APP_PICTURE_ENDINGS);
    for (size_t i = 0; i < found.count && is_good; i++)
        if (!has_pictures || app_path_ends_in(found.items[i], APP_PICTURE_ENDINGS))
            is_good = app_paths_add(pictures, found.items[i]);
    const bool is_empty = found.count == 0;
    app_paths_free(&found);
    if (!is_good)
        return app_fail_memory();
    const int code = is_empty ? refuse_name(source) : APP_EXIT_DONE;
    return is_empty && code == APP_EXIT_DONE && !app_paths_add(pictures, source)
               ? app_fail_memory()
               : code; /* a picture with brackets in its name, which is missing */
}

/* Anything but a list or stdin. */
static int add_one(app_paths *pictures, const char *source, bool is_recursive)
{
    struct stat info;
    int code = APP_EXIT_DONE;
    const bool is_there = stat(source, &info) == 0;
    const bool is_missing = !is_there && (errno == ENOENT || errno == ENOTDIR);
    if (is_there && S_ISDIR(info.st_mode))
        return add_folder(pictures, source, is_recursive);
    if (is_missing && app_is_pattern(source) && !app_is_address(source))
        return add_pattern(pictures, source);
    if (is_missing)
        code = refuse_name(source);
    else if (is_there)
        code = refuse_kind(source, info.st_mode);
    if (code != APP_EXIT_DONE)
        return code;
    return app_paths_add(pictures, source) ? APP_EXIT_DONE : app_fail_memory();
}

/* A name of a list counts from here, else from the list's folder. */
static char *listed_path(const char *list, const char *name)
{
    struct stat info;
    const char *own = app_path_name(list);
    if (name[0] == '/' || own == list || app_is_address(name) || stat(name, &info) == 0)
        return app_format("%s", name);
    char *beside = app_format("%.*s%s", (int)(own - list), list, name);
    if (beside == NULL || stat(beside, &info) == 0 || app_is_pattern(beside))
        return beside;
    free(beside);
    return app_format("%s", name);
}

/* A name a line; blank ones are passed over. The text is changed. */
static int add_lines(app_paths *pictures, const char *list, char *text, bool is_recursive)
{
    const size_t before = pictures->count;
    int code = APP_EXIT_DONE;
    for (char *line = text; line != NULL && *line != '\0' && code == APP_EXIT_DONE;) {
        char *end = line + strcspn(line, "\n");
        char *next = *end == '\n' ? end + 1 : end;
        while (end > line && strchr(" \t\r\n", end[-1]) != NULL)
            end--;
        *end = '\0';
        line += strspn(line, " \t");
        char *path = *line != '\0' ? listed_path(list, line) : NULL;
        if (*line != '\0')
            code = path == NULL ? app_fail_memory() : add_one(pictures, path, is_recursive);
        free(path);
        line = next;
    }
    if (code == APP_EXIT_DONE && pictures->count == before)
        app_warn("%s names no pictures", list);
    return code;
}

static int add_list(app_paths *pictures, const char *source, bool is_recursive)
{
    app_text text = {0};
    int code = app_text_read(&text, source, LIST_LIMIT);
    if (code == APP_EXIT_DONE)
        code = add_lines(pictures, source, text.bytes, is_recursive);
    app_text_free(&text);
    return code;
}

/* A list, if its first line names something that is there; else a picture. */
static bool is_list(const char *data, size_t size)
{
    struct stat info;
    size_t length = 0;
    while (length < size && length < 4096 && (unsigned char)data[length] >= ' ')
        length++;
    if (length == 0 || (length < size && data[length] != '\n' && data[length] != '\r'))
        return false;
    char *name = app_format("%.*s", (int)length, data);
    const bool is_there = name != NULL && stat(name, &info) == 0;
    free(name);
    return is_there;
}

static int add_stdin(app_paths *pictures, bool is_recursive)
{
    const char *data = NULL;
    size_t size = 0;
    const int code = app_stdin_read(&data, &size);
    if (code != APP_EXIT_DONE)
        return code;
    if (!is_list(data, size))
        return app_paths_add(pictures, "-") ? APP_EXIT_DONE : app_fail_memory();
    char *text = app_format("%.*s", (int)(size < LIST_LIMIT ? size : LIST_LIMIT), data);
    const int added =
        text != NULL ? add_lines(pictures, "-", text, is_recursive) : app_fail_memory();
    free(text);
    return added;
}

int app_sources_add(app_paths *pictures, const char *source, bool is_recursive)
{
    if (strcmp(source, "-") == 0)
        return add_stdin(pictures, is_recursive);
    if (app_path_ends_in(source, "txt") && app_is_file(source))
        return add_list(pictures, source, is_recursive);
    return add_one(pictures, source, is_recursive);
}
