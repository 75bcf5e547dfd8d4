/* SPDX-License-Identifier: Apache-2.0 */
/* What the library leaves to others: rare kinds of pictures, by ffmpeg as a program, and stdin. */
#include "common/picture_file.h"
#include "common/files.h"
#include "common/program.h"
#include "common/term.h"
#include "common/video/ffmpeg.h"
#include "common/video/y4m.h"

#include <pawl/limits.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STDIN_LIMIT  ((size_t)1 << 30)
#define PIECE        ((size_t)1 << 16)
#define FFMPEG_LIMIT ((size_t)1 << 30) /* bytes: 2^28 pixels of three, and a header */
#define FFMPEG_TIME  60                /* seconds */

static struct {
    char head[sizeof APP_Y4M_MAGIC - 1]; /* of what is no file, and cannot be read twice */
    size_t head_size;
    bool is_read;
    void *data;
    size_t size;
} standard_input;

/* Up to so many bytes: fewer at the end alone. -1: errno. */
static ssize_t read_some(char *bytes, size_t size)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t count = read(STDIN_FILENO, bytes + got, size - got);
        if (count < 0 && errno != EINTR)
            return -1;
        if (count == 0)
            break;
        got += count > 0 ? (size_t)count : 0;
    }
    return (ssize_t)got;
}

bool app_stdin_is_y4m(void)
{
    char head[sizeof standard_input.head];
    const off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
    const bool is_file = at >= 0;
    const ssize_t got =
        is_file ? pread(STDIN_FILENO, head, sizeof head, at) : read_some(head, sizeof head);
    if (got <= 0)
        return false;
    if (!is_file) {
        memcpy(standard_input.head, head, (size_t)got);
        standard_input.head_size = (size_t)got;
    }
    return (size_t)got == sizeof head && memcmp(head, APP_Y4M_MAGIC, sizeof head) == 0;
}

const char *app_stdin_head(size_t *size)
{
    *size = standard_input.head_size;
    return standard_input.head;
}

/* Behind the head. */
static int read_rest(void)
{
    size_t capacity = 0, size = standard_input.head_size;
    char *data = NULL;
    for (ssize_t got = 1; got > 0; size += (size_t)got) {
        if (capacity - size < PIECE || capacity == 0) {
            capacity = capacity * 2 + PIECE + size;
            char *grown = capacity <= 2 * STDIN_LIMIT ? realloc(data, capacity) : NULL;
            if (grown == NULL) {
                free(data);
                return app_fail(APP_EXIT_LIMIT, "-: standard input is larger than %zu bytes",
                                STDIN_LIMIT);
            }
            data = grown;
            memcpy(data, standard_input.head, standard_input.head_size);
        }
        got = read_some(data + size, capacity - size);
        if (got < 0) {
            free(data);
            return app_fail(APP_EXIT_INPUT, "-: cannot read standard input: %s", strerror(errno));
        }
    }
    standard_input.data = data;
    standard_input.size = size;
    return APP_EXIT_DONE;
}

int app_stdin_read(const char **data, size_t *size)
{
    pawl_error error = {0};
    int code = APP_EXIT_DONE;
    if (!standard_input.is_read && standard_input.head_size > 0)
        code = read_rest();
    else if (!standard_input.is_read &&
             pawl_file_read("/dev/stdin", STDIN_LIMIT, &standard_input.data, &standard_input.size,
                            &error) < 0)
        code = app_fail_library("-", &error);
    if (code != APP_EXIT_DONE)
        return code;
    standard_input.is_read = true;
    *data = standard_input.data;
    *size = standard_input.size;
    return APP_EXIT_DONE;
}

static int32_t pixels_limit;

void app_pictures_limit(int32_t pixels)
{
    pixels_limit = pixels;
}

int64_t app_pictures_most(void)
{
    return pixels_limit > 0 ? pixels_limit : PAWL_MAX_PIXELS;
}

/* Of a kind that has a name, and the name is a picture's. */
static bool is_other_picture(const char *path)
{
    const char *kind = pawl_file_kind(path);
    return kind != NULL && strstr(kind, " picture") != NULL;
}

/* The first picture as PPM. The address says that it is a file, whatever is in its name; what the
 * file refers to is not fetched from elsewhere. */
static pawl_status read_by_ffmpeg(const char *path, pawl_image **image, pawl_error *error)
{
    app_argv argv = {0};
    app_ffmpeg_begin(&argv);
    app_argv_add_all(&argv, (const char *const[]){"-protocol_whitelist", "file,pipe", NULL});
    app_argv_add(&argv, "-max_pixels");
    app_argv_addf(&argv, "%d", (int)app_pictures_most());
    app_argv_add(&argv, "-i");
    app_argv_addf(&argv, "file:%s", path);
    app_argv_add_all(&argv, (const char *const[]){"-frames:v", "1", "-f", "image2pipe", "-c:v",
                                                  "ppm", "-pix_fmt", "rgb24", "pipe:1", NULL});
    app_printed printed = {.size = 0};
    pawl_status status = PAWL_ERR_UNSUPPORTED;
    const bool is_run =
        !argv.is_short && app_program_run(argv.items, FFMPEG_LIMIT, FFMPEG_TIME, &printed);
    const size_t said = strlen(error->message);
    pawl_decode_desc how = PAWL_DECODE_DESC_INIT;
    how.max_pixels = pixels_limit;
    if (is_run && printed.size > 0)
        status = pawl_image_decode(printed.data, printed.size, &how, image, error);
    else if (strstr(printed.complaint, "max pixel count") != NULL) {
        status = error->status = PAWL_ERR_LIMIT;
        (void)snprintf(error->message, sizeof error->message,
                       "%.200s: the picture has more than the %lld pixels that are read: make it "
                       "smaller",
                       path, (long long)app_pictures_most());
    } else if (printed.is_missing)
        (void)snprintf(error->message + said, sizeof error->message - said,
                       " (or install ffmpeg, which is asked for such kinds)");
    else
        (void)snprintf(error->message + said, sizeof error->message - said, " (ffmpeg: %s)",
                       printed.complaint[0] != '\0' ? printed.complaint : "it finds no picture");
    free(printed.data);
    app_argv_free(&argv);
    return status;
}

pawl_status app_picture_read(const char *path, const pawl_decode_desc *desc, pawl_image **image,
                             pawl_error *error)
{
    pawl_decode_desc how = PAWL_DECODE_DESC_INIT;
    if (desc != NULL)
        how = *desc;
    if (how.max_pixels == 0)
        how.max_pixels = pixels_limit;
    if (strcmp(path, "-") == 0 && standard_input.is_read)
        return pawl_image_decode(standard_input.data, standard_input.size, &how, image, error);
    const pawl_status status = pawl_image_load(path, &how, image, error);
    if (status != PAWL_ERR_UNSUPPORTED || !is_other_picture(path))
        return status;
    return read_by_ffmpeg(path, image, error);
}
