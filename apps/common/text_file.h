/* SPDX-License-Identifier: Apache-2.0 */
/* Text files as they come: whole in memory, and what they are encoded in. */
#ifndef APP_TEXT_FILE_H
#define APP_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a file as it was at one moment, and a zero behind them. */
typedef struct app_text {
    char *bytes; /* its own; NULL: none was read */
    size_t size;
    bool is_converted; /* no longer pawl_file_read()'s */
} app_text;

/* Reads a file of at most @p most bytes as it is. NULL, or what is wrong with it ("No such file or
 * directory"), in words that follow its name; then *text is empty. */
const char *app_text_load(app_text *text, const char *path, size_t most);

/* Takes a byte-order mark off; what it marks as UTF-16 becomes UTF-8. False: memory ran out. */
bool app_text_convert(app_text *text);

/*
 * Reads, as app_text_load(), UTF-8: a byte-order mark goes, UTF-16 (which Windows calls Unicode) is
 * converted. It is an input of the run (common/inputs.h). What is neither, GBK for one, is refused
 * with its line and what to do. Reports what is wrong and returns an exit code.
 */
int app_text_read(app_text *text, const char *path, size_t most);
void app_text_free(app_text *text);

/* Bytes of the valid UTF-8 sequence at @p at, 0 if there is none; it ends before a zero. */
size_t app_utf8_length(const char *at);
/* Bytes of @p text that are shown where there is room for @p most: it is not cut within a
 * character. For "%.*s". */
int app_utf8_cut(const char *text, int most);

#endif
