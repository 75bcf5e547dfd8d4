/* SPDX-License-Identifier: Apache-2.0 */
/* Other people's programs, run for what they print. */
#ifndef APP_PROGRAM_H
#define APP_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* What a program left: free() it. */
typedef struct app_printed {
    char *data; /* of its stdout, and a zero behind it; NULL: none */
    size_t size;
    char complaint[256]; /* the first line of its stderr, or why there is nothing */
    bool is_missing;     /* there is no such program */
} app_printed;

/*
 * Runs argv[0], looked for in PATH, with nothing on its stdin. True where it ended with 0 in time
 * and printed at most @p most bytes; else why not is in the complaint. It is killed after @p
 * seconds, and where this program is interrupted.
 */
bool app_program_run(char *const *argv, size_t most, unsigned seconds, app_printed *printed);

#endif
