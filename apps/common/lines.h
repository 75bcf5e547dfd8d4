/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines, written as a run goes on: each arrives whole and at once, and stays whatever ends the
 * run. */
#ifndef APP_LINES_H
#define APP_LINES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct app_lines {
    bool is_open;
    bool is_stdout;
    int file;       /* where it is not stdout */
    char *path;     /* for messages */
    size_t written; /* bytes of whole lines */
    char *text;     /* the line under way */
    size_t length, capacity;
} app_lines;

/* Opens @p path, "-" or another name of stdout. What is in the file goes, and lines are seen in it
 * as they are written. An input of the run is refused. */
int app_lines_open(app_lines *lines, const char *path);
/* Writes @p value, which is taken, as one line; NULL: memory ran out.
 * Half a line that found no room is taken back. */
int app_lines_write(app_lines *lines, json_t *value);
/* Says what closing finds wrong; on lines that are not open it does nothing. */
int app_lines_close(app_lines *lines);

#endif
