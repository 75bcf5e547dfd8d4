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
    bool is_new;    /* the file was made here */
    int file;       /* where it is not stdout */
    char *path;     /* for messages */
    size_t written; /* bytes of whole lines */
    char *text;     /* the line under way */
    size_t length, capacity;
} app_lines;

/* Opens @p path, "-" or another name of stdout. Lines are seen in the file as they are written.
 * What was in it goes with the first of them: a run that ends before leaves the file of the last
 * one, or none. An input of the run is refused. */
int app_lines_open(app_lines *lines, const char *path);
/* Writes @p value, which is taken, as one line; NULL: memory ran out.
 * Half a line that found no room is taken back. */
int app_lines_write(app_lines *lines, json_t *value);
/* Says what closing finds wrong; on lines that are not open it does nothing. */
int app_lines_close(app_lines *lines);

#endif
