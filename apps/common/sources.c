/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of pictures and videos, by name first: detect.py takes cameras, streams and videos by the
 * same words, and "No such file" would send people looking for a file. */
#include "common/sources.h"

#include "common/patterns.h"
#include "common/picture_file.h"
#include "common/term.h"
#include "common/text_file.h"
#include "common/video/animation.h"
#include "common/video/ffmpeg.h"
#include "common/video/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LIST_LIMIT  ((size_t)64 << 20)
#define FRONT_LIMIT ((size_t)4096) /* of stdin, which shows whether it is a list */

/* Where what is found goes. */
typedef struct finding {
    app_paths *pictures;
    app_paths *videos; /* NULL: none are read here */
    bool is_recursive;
    const char *list; /* that names it, and in which line; NULL: the command line does */
    size_t line;
} finding;

#define PLACE_SIZE 128

/* ", line 2 of list.txt"; "" where there is no list. */
static const char *place_of(const finding *to, char text[PLACE_SIZE])
{
    text[0] = '\0';
    if (to->list != NULL)
        (void)snprintf(text, PLACE_SIZE, ", line %zu of %.80s", to->line,
                       strcmp(to->list, "-") == 0 ? "standard input" : app_path_name(to->list));
    return text;
}

static bool begins(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

static size_t held(const finding *to)
{
    return to->pictures->count + (to->videos != NULL ? to->videos->count : 0);
}

/* What may stand where something else does. */
static const char *reads(const finding *to)
{
    return to->videos != NULL ? "pawl predict reads pictures, videos, streams, cameras, folders, "
                                "patterns and lists"
                              : "pawl reads picture files, folders, patterns and lists of them";
}

static int refuse_address(const finding *to, const char *source)
{
    if (begins(source, "file://"))
        return app_fail(APP_EXIT_UNSUPPORTED, "%s is an address, and %s: write %s", source,
                        reads(to), source + strlen("file://"));
    if (!app_is_video_address(source))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is an address, and %s, nothing from the network%s: download it first",
                        source, reads(to), to->videos != NULL ? " but video" : "");
    return app_fail(APP_EXIT_UNSUPPORTED, "%s is a stream, and %s: pawl predict alone reads video",
                    source, reads(to));
}

/* "img_%03d.jpg", as ffmpeg calls pictures that are numbered: how a pattern says it, in new memory;
 * of other names NULL. */
static char *as_pattern(const char *source)
{
    const char *sign = strchr(source, '%');
    const size_t digits = sign != NULL ? strspn(sign + 1, "0123456789") : 0;
    if (sign == NULL || sign[1 + digits] != 'd')
        return NULL;
    return app_format("%.*s*%s", (int)(sign - source), source, sign + digits + 2);
}

/* What is no file of this name, and is not meant as one. */
static int refuse_name(const finding *to, const char *source)
{
    char place[PLACE_SIZE];
    if (app_is_address(source))
        return refuse_address(to, source);
    if (app_is_camera(source))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a camera, and there is no file %s: %s; pawl predict alone reads "
                        "cameras",
                        source, source, reads(to));
    if (begins(source, "screen") && (source[6] == '\0' || source[6] == ' '))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is the screen to detect.py, and there is no file %s: %s", source,
                        source, reads(to));
    if (strpbrk(source, "*?") != NULL)
        return app_fail(APP_EXIT_INPUT, "there is no file %s, nor one that it names as a pattern%s",
                        source, place_of(to, place));
    if (source[0] == '\0')
        return app_fail(APP_EXIT_UNSUPPORTED, "'' is no name: %s", reads(to));
    if (source[strlen(source) - 1] == '/')
        return app_fail(APP_EXIT_INPUT, "there is no folder %s%s", source, place_of(to, place));
    char *pattern = as_pattern(source);
    if (pattern != NULL) {
        (void)app_fail(APP_EXIT_INPUT,
                       "there is no file %s: pictures that are numbered are named by a pattern in "
                       "quotes, '%s'",
                       source, pattern);
        free(pattern);
        return APP_EXIT_INPUT;
    }
    if (!app_path_ends_in(source, APP_PICTURE_ENDINGS))
        return app_fail(APP_EXIT_INPUT, "there is no file or folder %s%s", source,
                        place_of(to, place));
    return APP_EXIT_DONE;
}

/* A file that is there, and is something else than a picture by its name or nature. */
static int refuse_kind(const finding *to, const char *source, mode_t mode)
{
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return app_fail(APP_EXIT_UNSUPPORTED, "%s is a device, and %s", source, reads(to));
    if (S_ISFIFO(mode) && app_path_ends_in(source, APP_VIDEO_ENDINGS))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a pipe, and videos are read from files; pawl predict takes y4m from "
                        "stdin, which is called -",
                        source);
    if (app_path_ends_in(source, APP_VIDEO_ENDINGS))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a video by its name, and %s: pawl predict alone reads video", source,
                        reads(to));
    if (app_path_ends_in(source, "csv"))
        return app_fail(APP_EXIT_UNSUPPORTED,
                        "%s is a table by its name: %s, a name a line, in a file that ends in .txt",
                        source, reads(to));
    return APP_EXIT_DONE;
}

/* A file goes where its kind does. A GIF that moves is a video to detect.py, and to us where there
 * is an ffmpeg; of a WebP that does nobody reads more than the first picture. */
static bool add_file(const finding *to, const char *path)
{
    if (to->videos != NULL && app_path_ends_in(path, APP_VIDEO_ENDINGS))
        return app_paths_add(to->videos, path);
    if (to->videos == NULL || !app_path_ends_in(path, "gif webp"))
        return app_paths_add(to->pictures, path);
    const bool is_gif = app_path_ends_in(path, "gif");
    if (is_gif ? !app_is_moving_gif(path) : !app_is_moving_webp(path))
        return app_paths_add(to->pictures, path);
    if (is_gif && app_ffmpeg_is_here())
        return app_paths_add(to->videos, path);
    app_warn("%s moves, and its first picture alone is taken: %s", path,
             is_gif ? "there is no ffmpeg, which would read it"
                    : "an animated WebP is not read as a video");
    return app_paths_add(to->pictures, path);
}

static bool add_files(app_paths *paths, const char *folder, const char *endings, bool is_recursive)
{
    return is_recursive ? app_paths_add_tree(paths, folder, endings)
                        : app_paths_add_folder(paths, folder, endings);
}

/* Whether it would hold some with its folders. */
static void warn_empty(const finding *to, const char *source)
{
    app_paths below = {0};
    const char *what = to->videos != NULL ? "pictures or videos" : "pictures";
    if (!to->is_recursive && app_paths_add_tree(&below, source, APP_PICTURE_ENDINGS) &&
        (to->videos == NULL || app_paths_add_tree(&below, source, APP_VIDEO_ENDINGS)) &&
        below.count > 0)
        app_warn(
            to->videos != NULL
                ? "%s holds no %s itself; with --recursive there are %zu in its folders"
                : "%s holds no %s itself, but %zu in its folders: name one of those, or give a "
                  "list or a pattern",
            source, what, below.count);
    else
        app_warn("%s holds no %s (%s%s)", source, what, APP_PICTURE_ENDINGS,
                 to->videos != NULL ? " " APP_VIDEO_ENDINGS : "");
    app_paths_free(&below);
}

static int add_folder(const finding *to, const char *source)
{
    app_paths found = {0}, videos = {0};
    int code = APP_EXIT_DONE;
    if (!add_files(&found, source, APP_PICTURE_ENDINGS, to->is_recursive) ||
        !add_files(&videos, source, APP_VIDEO_ENDINGS, to->is_recursive))
        code = errno == ENOMEM ? app_fail_memory()
                               : app_fail(APP_EXIT_INPUT, "cannot read the folder %s: %s", source,
                                          strerror(errno));
    if (code == APP_EXIT_DONE && to->videos == NULL && videos.count > 0)
        app_warn("%s: %zu %s (%s%s) %s passed over: pawl predict alone reads video", source,
                 APP_COUNT(videos.count, "video", "videos"), app_path_name(videos.items[0]),
                 videos.count == 1 ? "" : " ...", videos.count == 1 ? "is" : "are");
    if (code == APP_EXIT_DONE && found.count + (to->videos != NULL ? videos.count : 0) == 0)
        warn_empty(to, source);
    bool is_good = true;
    for (size_t i = 0; i < found.count && code == APP_EXIT_DONE; i++)
        is_good = is_good && add_file(to, found.items[i]);
    for (size_t i = 0; i < videos.count && code == APP_EXIT_DONE && to->videos != NULL; i++)
        is_good = is_good && app_paths_add(to->videos, videos.items[i]);
    app_paths_free(&found);
    app_paths_free(&videos);
    return is_good ? code : app_fail_memory();
}

/* The pictures and videos that a pattern names; other files are passed over, unless there is
 * nothing else: then their readers say what they are. */
static int add_pattern(const finding *to, const char *source)
{
    app_paths found = {0};
    const char *endings =
        to->videos != NULL ? APP_PICTURE_ENDINGS " " APP_VIDEO_ENDINGS : APP_PICTURE_ENDINGS;
    bool is_good = app_paths_add_pattern(&found, source), has_some = false;
    for (size_t i = 0; i < found.count; i++)
        has_some = has_some || app_path_ends_in(found.items[i], endings);
    for (size_t i = 0; i < found.count && is_good; i++)
        if (!has_some || app_path_ends_in(found.items[i], endings))
            is_good = add_file(to, found.items[i]);
    const bool is_empty = found.count == 0;
    app_paths_free(&found);
    if (!is_good)
        return app_fail_memory();
    const int code = is_empty ? refuse_name(to, source) : APP_EXIT_DONE;
    return is_empty && code == APP_EXIT_DONE && !app_paths_add(to->pictures, source)
               ? app_fail_memory()
               : code; /* a picture with brackets in its name, which is missing */
}

/* Anything but a list or stdin. */
static int add_one(const finding *to, const char *source)
{
    struct stat info;
    int code = APP_EXIT_DONE;
    const bool is_there = stat(source, &info) == 0;
    const bool is_missing = !is_there && (errno == ENOENT || errno == ENOTDIR);
    const bool is_video =
        to->videos != NULL && (app_is_video_address(source) || app_is_camera(source));
    if (is_there && S_ISDIR(info.st_mode))
        return add_folder(to, source);
    if (is_video && (is_missing || !S_ISREG(info.st_mode)))
        return app_paths_add(to->videos, source) ? APP_EXIT_DONE : app_fail_memory();
    if (is_missing && app_is_pattern(source) && !app_is_address(source))
        return add_pattern(to, source);
    if (is_missing)
        code = refuse_name(to, source);
    else if (is_there && (to->videos == NULL || !S_ISREG(info.st_mode)))
        code = refuse_kind(to, source, info.st_mode);
    if (code != APP_EXIT_DONE)
        return code;
    return add_file(to, source) ? APP_EXIT_DONE : app_fail_memory();
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
static int add_lines(const finding *into, const char *list, char *text)
{
    finding to = *into;
    to.list = list;
    const size_t before = held(&to);
    int code = APP_EXIT_DONE;
    for (char *line = text; line != NULL && *line != '\0' && code == APP_EXIT_DONE;) {
        to.line++;
        char *end = line + strcspn(line, "\n");
        char *next = *end == '\n' ? end + 1 : end;
        while (end > line && strchr(" \t\r\n", end[-1]) != NULL)
            end--;
        *end = '\0';
        line += strspn(line, " \t");
        char *path = *line != '\0' ? listed_path(list, line) : NULL;
        if (*line != '\0')
            code = path == NULL ? app_fail_memory() : add_one(&to, path);
        free(path);
        line = next;
    }
    if (code == APP_EXIT_DONE && held(&to) == before)
        app_warn("%s names no pictures", list);
    return code;
}

static int add_list(const finding *to, const char *source)
{
    app_text text = {0};
    int code = app_text_read(&text, source, LIST_LIMIT);
    if (code == APP_EXIT_DONE)
        code = add_lines(to, source, text.bytes);
    app_text_free(&text);
    return code;
}

/* Whether the text is a list: its first line that is not blank names something that is there, or is
 * called like what a list names. It need not be there: of a list the others count all the same. */
static bool is_list(const char *text)
{
    struct stat info;
    const char *line = text + strspn(text, " \t\r\n");
    size_t length = 0;
    while ((unsigned char)line[length] >= ' ')
        length++;
    if (length == 0 || (line[length] != '\0' && strchr("\t\r\n", line[length]) == NULL))
        return false;
    while (line[length - 1] == ' ')
        length--;
    char *name = app_format("%.*s", (int)length, line);
    const bool is_name =
        name != NULL && (stat(name, &info) == 0 || app_is_address(name) ||
                         app_path_ends_in(name, APP_PICTURE_ENDINGS " " APP_VIDEO_ENDINGS));
    free(name);
    return is_name;
}

/* A copy of what came on stdin, as text. False: memory ran out. */
static bool copy_text(app_text *text, const char *data, size_t size)
{
    *text = (app_text){malloc(size + 1), size, true};
    if (text->bytes == NULL)
        return false;
    if (size > 0)
        memcpy(text->bytes, data, size);
    text->bytes[size] = '\0';
    return app_text_convert(text);
}

/* A list, which has been told by its front, in whole. */
static int add_listed(const finding *to, const char *data, size_t size)
{
    app_text text = {0};
    int code = APP_EXIT_DONE;
    if (size > LIST_LIMIT)
        return app_fail(APP_EXIT_INPUT, "cannot read the list on stdin: it is too large");
    if (!copy_text(&text, data, size))
        code = app_fail_memory();
    else if (strlen(text.bytes) < text.size)
        code = app_fail(APP_EXIT_INPUT, "the list on stdin has zero bytes: give a name a line, as "
                                        "find does without -print0");
    else
        code = add_lines(to, "-", text.bytes);
    app_text_free(&text);
    return code;
}

static int add_stdin(const finding *to)
{
    const char *data = NULL;
    size_t size = 0;
    app_text front = {0};
    if (to->videos != NULL && app_stdin_is_y4m())
        return app_paths_add(to->videos, "-") ? APP_EXIT_DONE : app_fail_memory();
    const int code = app_stdin_read(&data, &size);
    if (code != APP_EXIT_DONE)
        return code;
    const bool is_copied = copy_text(&front, data, size < FRONT_LIMIT ? size : FRONT_LIMIT);
    const bool is_names = is_copied && is_list(front.bytes);
    app_text_free(&front);
    if (is_names)
        return add_listed(to, data, size);
    return is_copied && app_paths_add(to->pictures, "-") ? APP_EXIT_DONE : app_fail_memory();
}

int app_sources_add(app_paths *pictures, app_paths *videos, const char *source, bool is_recursive)
{
    const finding to = {pictures, videos, is_recursive, NULL, 0};
    if (strcmp(source, "-") == 0)
        return add_stdin(&to);
    if (app_path_ends_in(source, videos != NULL ? "txt streams" : "txt") && app_is_file(source))
        return add_list(&to, source);
    return add_one(&to, source);
}
