/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, folders and files written whole or not at all, over POSIX. */
#define _DEFAULT_SOURCE 1 /* d_type */
#include "common/files.h"

#include "common/inputs.h"
#include "common/term.h"

#include <pawl/image.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READER_TICKS 100 /* of 50 ms */

const char *app_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

const char *app_path_ending(const char *path)
{
    const char *name = app_path_name(path);
    return name + app_stem_length(name);
}

size_t app_stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
}

static bool equal_fold(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
            return false;
    return true;
}

bool app_path_ends_in(const char *path, const char *endings)
{
    const char *ending = app_path_ending(path);
    if (*ending != '.')
        return false;
    const size_t length = strlen(++ending);
    for (const char *at = endings; *at != '\0';) {
        const size_t step = strcspn(at, " ");
        if (step == length && equal_fold(at, ending, length))
            return true;
        at += step + (at[step] == ' ' ? 1 : 0);
    }
    return false;
}

bool app_is_written_picture(const char *path)
{
    for (size_t i = 0; pawl_image_ending(i) != NULL; i++)
        if (app_path_ends_in(path, pawl_image_ending(i)))
            return true;
    return false;
}

const char *app_path_other_kind(const char *path, const char *own)
{
    static const struct {
        const char *endings, *what;
    } kinds[] = {
        {"pt pth", "a checkpoint"},
        {"wts", "a file of weights"},
        {"engine plan", "an engine"},
        {"onnx", "an ONNX model"},
        {"torchscript tflite pb h5 keras mlmodel mlpackage safetensors param uff rknn xml",
         "another framework's model"},
        {APP_PICTURE_ENDINGS " gif svg heic avif", "a picture"},
        {"avi gif m4v mkv mov mp4 mpeg mpg ts webm wmv", "a video"},
        {"npy npz", "an array"},
        {"json jsonl ndjson", "JSON"},
        {"yaml yml", "YAML"},
        {"html htm", "a page"},
        {"txt csv log md", "a text"},
        {"zip gz tar 7z", "an archive"},
        {"c h cpp py sh", "a source file"},
    };
    if (app_path_ends_in(path, own))
        return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (app_path_ends_in(path, kinds[i].endings))
            return kinds[i].what;
    return NULL;
}

char *app_format(const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    const int length = vsnprintf(NULL, 0, format, list);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(list);
    return text;
}

char *app_path_whole(const char *path)
{
    const char *name = app_path_name(path);
    char *folder = app_format("%.*s.", (int)(name - path), path);
    char *real = folder != NULL ? realpath(folder, NULL) : NULL;
    char *whole =
        real != NULL ? app_format("%s/%s", strcmp(real, "/") == 0 ? "" : real, name) : NULL;
    free(real);
    free(folder);
    return whole;
}

bool app_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool app_is_file(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool app_is_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

char *app_output_path(const char *asked, const char *input, const char *ending)
{
    const char *name = app_path_name(input);
    if (asked != NULL && app_is_folder(asked))
        return app_format("%s%s%.*s%s", asked, asked[strlen(asked) - 1] == '/' ? "" : "/",
                          (int)app_stem_length(name), name, ending);
    if (asked != NULL)
        return app_format("%s", asked);
    return app_format("%.*s%.*s%s", (int)(name - input), input, (int)app_stem_length(name), name,
                      ending);
}

bool app_paths_add(app_paths *paths, const char *path)
{
    if (paths->count == paths->capacity) {
        const size_t capacity = paths->capacity == 0 ? 16 : paths->capacity * 2;
        char **items = realloc(paths->items, capacity * sizeof(char *));
        if (items == NULL)
            return false;
        paths->items = items;
        paths->capacity = capacity;
    }
    char *copy = app_format("%s", path);
    if (copy == NULL)
        return false;
    paths->items[paths->count++] = copy;
    return true;
}

void app_paths_free(app_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (app_paths){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Most file systems say in the listing what a name is of: a million files are not asked for it. */
static bool add_entry(app_paths *paths, const char *folder, const struct dirent *entry)
{
    const bool has_slash = folder[strlen(folder) - 1] == '/';
    char *path = app_format("%s%s%s", folder, has_slash ? "" : "/", entry->d_name);
    const bool is_folder = path != NULL && entry->d_type != DT_REG && app_is_folder(path);
    const bool is_added = path != NULL && (is_folder || app_paths_add(paths, path));
    free(path);
    return is_added;
}

bool app_paths_add_folder(app_paths *paths, const char *folder, const char *endings)
{
    const size_t first = paths->count;
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return false;
    bool is_read = true;
    for (struct dirent *entry = NULL; is_read && (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.' && app_path_ends_in(entry->d_name, endings))
            is_read = add_entry(paths, folder, entry);
    (void)closedir(entries);
    if (paths->count > first)
        qsort(paths->items + first, paths->count - first, sizeof(char *), by_name);
    if (!is_read)
        errno = ENOMEM;
    return is_read;
}

void app_paths_sort(app_paths *paths)
{
    if (paths->count > 0)
        qsort(paths->items, paths->count, sizeof(char *), by_name);
}

/* One that is there is fine. False: errno is mkdir's. */
static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0)
        return true;
    const int reason = errno;
    const bool is_there = app_is_folder(path);
    errno = reason == EEXIST ? ENOTDIR : reason;
    return is_there;
}

bool app_make_folders(const char *path)
{
    char *copy = app_format("%s", path);
    if (copy == NULL) {
        errno = ENOMEM;
        return false;
    }
    bool is_made = true;
    for (char *at = copy + 1; is_made && *copy != '\0' && *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        is_made = make_folder(copy);
        *at = '/';
    }
    is_made = is_made && make_folder(copy);
    const int reason = errno;
    free(copy);
    errno = reason;
    return is_made;
}

/* As pathlib has it: no slash twice or at the end, no part that is ".". */
static void tidy(char *path)
{
    char *out = path;
    for (const char *at = path; *at != '\0'; at++) {
        const bool is_begin = out == path || out[-1] == '/';
        const bool is_dot = is_begin && *at == '.' && (at[1] == '/' || at[1] == '\0');
        if (is_dot && at[1] == '/')
            at++;
        if (!is_dot && (*at != '/' || !is_begin || out == path))
            *out++ = *at;
    }
    while (out > path + 1 && out[-1] == '/')
        out--;
    if (out == path)
        *out++ = '.';
    *out = '\0';
}

/* The first of PATH, PATH2, PATH3 ... that is not there is made; the folder is above. */
static char *make_next(const char *wanted, bool exist_ok)
{
    for (unsigned int number = 1; number < 100000; number++) {
        char *path = number == 1 ? app_format("%s", wanted) : app_format("%s%u", wanted, number);
        if (path == NULL)
            return NULL;
        if (mkdir(path, 0777) == 0 || (exist_ok && errno == EEXIST && app_is_folder(path)))
            return path;
        const int reason = errno;
        free(path);
        errno = reason;
        if (reason != EEXIST)
            return NULL;
    }
    errno = EEXIST;
    return NULL;
}

char *app_make_run_folder(const char *project, const char *name, bool exist_ok)
{
    char *wanted = name[0] == '/' ? app_format("%s", name) : app_format("%s/%s", project, name);
    if (wanted == NULL)
        return NULL;
    tidy(wanted);
    const char *own = app_path_name(wanted);
    char *folder = app_format("%.*s.", (int)(own - wanted), wanted);
    char *made = folder != NULL && app_make_folders(folder) ? make_next(wanted, exist_ok) : NULL;
    const int reason = errno;
    free(folder);
    free(wanted);
    errno = reason;
    return made;
}

int app_fail_write(const char *path, int reason)
{
    char *folder = app_format("%.*s", (int)(app_path_name(path) - path), path);
    const bool is_missing =
        reason == ENOENT && folder != NULL && folder[0] != '\0' && !app_is_folder(folder);
    if (is_missing)
        (void)app_fail(APP_EXIT_FAILED, "cannot write %s: there is no folder %s", path, folder);
    free(folder);
    if (reason == EINTR && app_is_interrupted())
        return app_fail_interrupted();
    if (reason == ENXIO)
        return app_fail(APP_EXIT_FAILED,
                        "cannot write %s: it is a pipe or a socket, and nobody opens it for "
                        "reading: start its reader first, or name a file",
                        path);
    return is_missing ? APP_EXIT_FAILED
                      : app_fail(APP_EXIT_FAILED, "cannot write %s: %s", path, strerror(reason));
}

bool app_output_is_stdout(const char *path)
{
    struct stat asked, own;
    return strcmp(path, "-") == 0 ||
           (stat(path, &asked) == 0 && fstat(STDOUT_FILENO, &own) == 0 && !S_ISCHR(own.st_mode) &&
            asked.st_dev == own.st_dev && asked.st_ino == own.st_ino);
}

bool app_outputs_are_one(const char *a, const char *b)
{
    struct stat info;
    const bool is_stdout = app_output_is_stdout(a);
    if (is_stdout || app_output_is_stdout(b))
        return is_stdout && app_output_is_stdout(b);
    if (stat(a, &info) == 0)
        return S_ISREG(info.st_mode) && app_is_same_file(a, b);
    char *first = app_path_whole(a), *second = app_path_whole(b);
    const bool is_same = first != NULL && second != NULL && strcmp(first, second) == 0;
    free(first);
    free(second);
    return is_same;
}

int app_open_output(const char *path, int flags)
{
    const struct timespec tick = {.tv_nsec = 50 * 1000000L};
    int file = -1;
    for (int i = 0; i < READER_TICKS && file < 0 && !app_is_interrupted(); i++) {
        file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0666);
        if (file < 0 && errno != ENXIO)
            return -1;
        if (file < 0)
            (void)nanosleep(&tick, NULL);
    }
    const int now = file >= 0 ? fcntl(file, F_GETFL) : -1;
    if (now >= 0)
        (void)fcntl(file, F_SETFL, now & ~O_NONBLOCK);
    if (file < 0)
        errno = app_is_interrupted() ? EINTR : ENXIO;
    return file;
}

/* What is no file (a device, a pipe) is written into. */
static int open_special(app_output *output, const char *path)
{
    const int file = app_open_output(path, 0);
    output->stream = file < 0 ? NULL : fdopen(file, "wb");
    if (output->stream != NULL)
        return APP_EXIT_DONE;
    const int reason = errno;
    if (file >= 0)
        (void)close(file);
    return app_fail_write(path, reason);
}

static int open_new(app_output *output, const char *path)
{
    pawl_error error = {0};
    if (pawl_file_create(path, &output->file, &error) < 0)
        return app_fail_library(path, &error);
    const int own = fcntl(output->file.descriptor, F_DUPFD_CLOEXEC, 0); /* the stream's, to close */
    output->stream = own < 0 ? NULL : fdopen(own, "wb");
    if (output->stream != NULL)
        return APP_EXIT_DONE;
    const int reason = errno;
    if (own >= 0)
        (void)close(own);
    return app_fail_write(path, reason);
}

int app_output_open(app_output *output, const char *path)
{
    *output = (app_output){0};
    if (app_output_is_stdout(path)) {
        output->stream = stdout;
        return APP_EXIT_DONE;
    }
    if (app_is_folder(path))
        return app_fail_write(path, EISDIR);
    const int refused = app_inputs_check(path);
    if (refused != APP_EXIT_DONE)
        return refused;
    output->path = app_format("%s", path);
    if (output->path == NULL)
        return app_fail_memory();
    struct stat info;
    const bool is_special = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
    const int code = is_special ? open_special(output, path) : open_new(output, path);
    if (code != APP_EXIT_DONE)
        app_output_discard(output);
    return code;
}

static void forget(app_output *output)
{
    free(output->path);
    *output = (app_output){0};
}

int app_output_check(app_output *output)
{
    if (output->stream == NULL || output->stream == stdout)
        return output->stream == NULL ? APP_EXIT_DONE : app_finish_stdout(APP_EXIT_DONE);
    const int broken = app_stream_broken(output->stream);
    return broken == 0 ? APP_EXIT_DONE : app_fail_write(output->path, broken);
}

int app_output_commit(app_output *output)
{
    if (output->stream == NULL)
        return APP_EXIT_DONE;
    const int code = app_output_check(output);
    if (code != APP_EXIT_DONE || output->stream == stdout) {
        app_output_discard(output);
        return code;
    }
    pawl_error error = {0};
    FILE *stream = output->stream;
    output->stream = NULL;
    int failed = APP_EXIT_DONE;
    if (fclose(stream) != 0)
        failed = app_fail_write(output->path, errno);
    else if (output->file.state != NULL && pawl_file_commit(&output->file, 0, &error) < 0)
        failed = app_fail_library(output->path, &error);
    app_output_discard(output);
    return failed;
}

void app_output_discard(app_output *output)
{
    if (output->stream != NULL && output->stream != stdout)
        (void)fclose(output->stream);
    pawl_file_discard(&output->file);
    forget(output);
}

int app_file_probe(const char *path)
{
    pawl_error error = {0};
    pawl_file file = PAWL_FILE_INIT;
    if (path == NULL)
        return APP_EXIT_DONE;
    const int refused = app_inputs_check(path);
    if (refused != APP_EXIT_DONE)
        return refused;
    if (pawl_file_create(path, &file, &error) < 0)
        return app_fail_library(path, &error);
    pawl_file_discard(&file);
    return APP_EXIT_DONE;
}

int app_output_probe(const char *path)
{
    struct stat info;
    if (path == NULL)
        return APP_EXIT_DONE;
    const bool is_special =
        stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
    return app_output_is_stdout(path) || is_special ? app_inputs_check(path) : app_file_probe(path);
}

bool app_folder_drop(const char *folder, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *part = app_format("%s/%s", folder, parts[i]);
        if (part != NULL)
            (void)rmdir(part);
        free(part);
    }
    return rmdir(folder) == 0;
}
