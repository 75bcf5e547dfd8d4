/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines. No stdio between them and the file: what is written has been handed to the system
 * when the call returns, in one piece. */
#include "common/lines.h"

#include "common/files.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/term.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget(app_lines *lines)
{
    free(lines->path);
    free(lines->text);
    *lines = (app_lines){0};
}

int app_lines_open(app_lines *lines, const char *path)
{
    *lines = (app_lines){.is_stdout = app_output_is_stdout(path)};
    const int refused = lines->is_stdout ? APP_EXIT_DONE : app_inputs_check(path);
    if (refused != APP_EXIT_DONE)
        return refused;
    lines->path = app_format("%s", path);
    if (lines->path == NULL)
        return app_fail_memory();
    if (!lines->is_stdout) {
        struct stat info;
        lines->is_new = lstat(path, &info) != 0; /* a link stays, wherever it leads */
        lines->file = app_open_output(path, O_CREAT | O_APPEND);
        if (lines->file < 0) {
            const int code = app_fail_write(lines->path, errno);
            forget(lines);
            return code;
        }
    }
    lines->is_open = true;
    return APP_EXIT_DONE;
}

/* Jansson's pieces, one behind the other. */
static int gather(const char *bytes, size_t size, void *user)
{
    app_lines *lines = user;
    if (size > lines->capacity - lines->length) {
        const size_t capacity = (lines->length + size) * 2;
        char *grown = realloc(lines->text, capacity);
        if (grown == NULL)
            return -1;
        lines->text = grown;
        lines->capacity = capacity;
    }
    memcpy(lines->text + lines->length, bytes, size);
    lines->length += size;
    return 0;
}

/* 0 or errno. */
static int write_whole(const app_lines *lines)
{
    for (size_t at = 0; at < lines->length;) {
        const ssize_t count = write(lines->file, lines->text + at, lines->length - at);
        if (count > 0)
            at += (size_t)count;
        else if (count == 0 || errno != EINTR)
            return count == 0 ? EIO : errno;
    }
    return 0;
}

static int write_line(app_lines *lines)
{
    if (lines->is_stdout) { /* behind what else was printed there */
        (void)fwrite(lines->text, 1, lines->length, stdout);
        return app_finish_stdout(APP_EXIT_DONE);
    }
    if (lines->written == 0 && ftruncate(lines->file, 0) != 0 && errno != EINVAL)
        return app_fail_write(lines->path, errno); /* EINVAL: no file, so there is nothing to cut */
    const int reason = write_whole(lines);
    if (reason == 0) {
        lines->written += lines->length;
        return APP_EXIT_DONE;
    }
    if (ftruncate(lines->file, (off_t)lines->written) != 0 && errno != EINVAL)
        return app_fail_write(lines->path, errno);
    return app_fail_write(lines->path, reason);
}

int app_lines_write(app_lines *lines, json_t *value)
{
    lines->length = 0;
    const bool is_gathered = value != NULL &&
                             app_json_dump(value, APP_JSON_FLAGS, gather, lines) == 0 &&
                             gather("\n", 1, lines) == 0;
    json_decref(value);
    return is_gathered ? write_line(lines) : app_fail_memory();
}

int app_lines_close(app_lines *lines)
{
    int code = APP_EXIT_DONE;
    if (lines->is_new && lines->written == 0)
        (void)unlink(lines->path);
    if (lines->is_open && !lines->is_stdout && close(lines->file) != 0)
        code = app_fail_write(lines->path, errno);
    forget(lines);
    return code;
}
