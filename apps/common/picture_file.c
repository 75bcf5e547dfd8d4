/* SPDX-License-Identifier: Apache-2.0 */
/* What the library leaves to others: rare kinds of pictures, by ffmpeg as a program, and stdin. */
#include "common/picture_file.h"
#include "common/files.h"
#include "common/program.h"
#include "common/term.h"

#include <stdlib.h>
#include <string.h>

#define STDIN_LIMIT  ((size_t)1 << 30)
#define FFMPEG_LIMIT ((size_t)1 << 30) /* bytes: 2^28 pixels of three, and a header */
#define FFMPEG_TIME  60                /* seconds */

static struct {
    bool is_read;
    void *data;
    size_t size;
} standard_input;

int app_stdin_read(const char **data, size_t *size)
{
    pawl_error error = {0};
    if (!standard_input.is_read && pawl_file_read("/dev/stdin", STDIN_LIMIT, &standard_input.data,
                                                  &standard_input.size, &error) < 0)
        return app_fail_library("-", &error);
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
    char *address = app_format("file:%s", path);
    char *const argv[] = {"ffmpeg",    "-nostdin",   "-v",    "error",     "-protocol_whitelist",
                          "file,pipe", "-i",         address, "-frames:v", "1",
                          "-f",        "image2pipe", "-c:v",  "ppm",       "-pix_fmt",
                          "rgb24",     "pipe:1",     NULL};
    app_printed printed = {.size = 0};
    pawl_status status = PAWL_ERR_UNSUPPORTED;
    const bool is_run =
        address != NULL && app_program_run(argv, FFMPEG_LIMIT, FFMPEG_TIME, &printed);
    const size_t said = strlen(error->message);
    if (is_run && printed.size > 0)
        status = pawl_image_decode(printed.data, printed.size, NULL, image, error);
    else if (printed.is_missing)
        (void)snprintf(error->message + said, sizeof error->message - said,
                       " (or install ffmpeg, which is asked for such kinds)");
    else
        (void)snprintf(error->message + said, sizeof error->message - said, " (ffmpeg: %s)",
                       printed.complaint[0] != '\0' ? printed.complaint : "it finds no picture");
    free(printed.data);
    free(address);
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
