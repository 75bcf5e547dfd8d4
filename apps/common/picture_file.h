/* SPDX-License-Identifier: Apache-2.0 */
/* Picture files as the programs read them: by the library, else by the program ffmpeg. */
#ifndef APP_PICTURE_FILE_H
#define APP_PICTURE_FILE_H

#include <pawl/image.h>
#include <stdbool.h>

/* --max-pixels: what a picture may have at most, whoever reads it from now on; 0: the library's own
 * limit. */
void app_pictures_limit(int32_t pixels);
/* That limit, or what any picture may have. */
int64_t app_pictures_most(void);

/*
 * pawl_image_load(), and two more: what is a picture and not read by the library is handed to
 * ffmpeg, where that is in PATH; and "-" is what app_stdin_read() has read.
 */
pawl_status app_picture_read(const char *path, const pawl_decode_desc *desc, pawl_image **image,
                             pawl_error *error);

/* Whether a video in y4m begins there. */
bool app_stdin_is_y4m(void);
/* What was taken from stdin to find that out, @p size bytes, and has to be read before the rest. */
const char *app_stdin_head(size_t *size);
/* All of stdin, once: bytes and their count, this file's own. Reports what is wrong and returns an
 * exit code. */
int app_stdin_read(const char **data, size_t *size);

#endif
