/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is run under the witness: what it is, the run, and the logs it leaves. */
#ifndef CLI_TRACED_H
#define CLI_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a file cannot be traced, or what must be loaded before the witness. */
typedef struct traced_file {
    const char *obstacle; /* the rest of a sentence, "is statically linked ..."; NULL: none */
    char before[64];      /* a sanitizer's library that wants to be first, or "" */
    bool is_loader;       /* the dynamic linker, which is given a program to load */
} traced_file;
void traced_look(const char *path, traced_file *found);
/* Of the words of a dynamic linker that is run by its name, the one that names the program; NULL:
 * none does. */
const char *traced_loaded(char *const *words);

#define TRACED_MAX_LOGS 4096
#define TRACED_REPAIR   1u /* as trace_log.h has them */
#define TRACED_FOLLOW   2u
typedef struct traced_run {
    char folder[256]; /* of the logs */
    char witness[512], auditor[512];
    char *logs[TRACED_MAX_LOGS];
    size_t log_count;
    size_t left_out;  /* logs for which there was no room */
    size_t children;  /* processes that were not followed */
    int status;       /* as waitpid() gave it */
    char ending[256]; /* in a sentence; "": it ended by itself */
} traced_run;

/* Both libraries, and a folder for logs. An exit code, reported. */
int traced_prepare(traced_run *run);
/* Runs the program, with the witness unless *file has an obstacle; then for those that it starts,
 * if they are followed. An exit code where it could not be started, reported. */
int traced_start(traced_run *run, char **program, const traced_file *file, uint32_t flags,
                 int depth);
/* Finds the logs. */
void traced_collect(traced_run *run);
/* Removes folder and logs. */
void traced_clean(traced_run *run);

#endif
