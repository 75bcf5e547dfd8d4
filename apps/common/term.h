/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says and how it ends: messages, progress, exit codes, interruption. Results go
 * to stdout, all else to stderr. */
#ifndef APP_TERM_H
#define APP_TERM_H

#include <pawl/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum app_exit {
    APP_EXIT_DONE = 0,
    APP_EXIT_FAILED = 1,
    APP_EXIT_USAGE = 2,
    APP_EXIT_INPUT = 3,
    APP_EXIT_UNSUPPORTED = 4,
    APP_EXIT_DEVICE = 5,
    APP_EXIT_ACCURACY = 6,
    APP_EXIT_PERFORMANCE = 7,
    APP_EXIT_PARTIAL = 8,
    APP_EXIT_LIMIT = 9,
    APP_EXIT_HUNG_UP = 129,
    APP_EXIT_INTERRUPTED = 130,
    APP_EXIT_TERMINATED = 143
} app_exit;

/* What help, manual page and documentation say of each. */
typedef struct app_exit_text {
    app_exit code;
    const char *meaning;
} app_exit_text;

/* Rising; NULL past the end. */
const app_exit_text *app_exit_text_get(size_t index);

/* Pins the thread's locale to "C", reads NO_COLOR and the terminal, sets the library's logger,
 * catches SIGINT, SIGTERM and SIGHUP, ignores SIGPIPE and SIGXFSZ, sees that no file is opened as a
 * standard stream that is closed. Call once, first. */
void app_term_start(void);

void app_term_quiet(void);  /* -q */
void app_term_louder(void); /* -v, -vv */
bool app_term_is_loud(void);
bool app_term_is_quiet(void);

/* From now on app_say() writes to stderr: stdout belongs to JSON. */
void app_term_json_on_stdout(void);

/* Writes text of unknown origin as pawl_text_plain() makes it: length bytes at most. */
void app_put_plain(FILE *out, const char *text, size_t length);

/* All that follow write one line, whatever is in the names, in that form. */

/* A line of results on stdout, -q or not. */
void app_put(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line for people on stdout; silent with -q. */
void app_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line on stderr; silent with -q. */
void app_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "pawl: warning: ..." on stderr; silent with -q. */
void app_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "pawl: ..." on stderr; returns code. */
int app_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says what the library says, with the file's name where the message lacks it; returns the exit
 * code of the status. */
int app_fail_library(const char *path, const pawl_error *error);
/* Says that the file is not what was wanted ("not a .npy file"), and what it is where that is
 * known: returns APP_EXIT_UNSUPPORTED then, else APP_EXIT_INPUT. */
int app_fail_kind(const char *path, const char *wanted);
/* Says that the path is an address, where a file is read; returns the exit code. */
int app_fail_address(const char *path);
/* Says that memory ran out; returns the exit code. */
int app_fail_memory(void);

/* Columns of the terminal that the stream goes to, else what COLUMNS says, else 80; 20 at least,
 * and 100 at most: longer lines are hard to read. */
int app_term_width(FILE *out);

/* Where app_say() writes. */
FILE *app_say_stream(void);

/* "\033[1m" and its end, or nothing where colours are not wanted (no terminal, NO_COLOR). */
const char *app_bold(FILE *out);
const char *app_plain(FILE *out);

int app_exit_of(pawl_status status);
/* The exit code of pictures none of which could be read, one by one: 9 or 4 where each is refused
 * for that, else 3. @p before: how many failed so far, with @p shared. */
int app_exit_shared(size_t before, int shared, pawl_status status);

/* 0 while what was written to a stream arrives, else errno of what broke it. */
int app_stream_broken(FILE *stream);
/* Flushes stdout; a failed write becomes exit 1, silently when it is a broken pipe. Returns the
 * code to end with. */
int app_finish_stdout(int code);
/* Ends a line of results on stdout: true while somebody can read them. */
bool app_stdout_alive(void);

/* True once SIGINT, SIGTERM or SIGHUP came; the first is remembered, another of it kills. */
bool app_is_interrupted(void);
/* Says so and returns 128 + the signal's number: 130, 143, 129. */
int app_fail_interrupted(void);

/*
 * How far a long job is, on stderr, unless nobody wants to know: on a terminal one line that is
 * written over, with the time that remains once it can be told; elsewhere, as in a log, a line now
 * and then, the first after 10 seconds. app_progress_end() wipes the line.
 */
void app_progress(const char *stage, size_t done, size_t total);
void app_progress_end(void);
/* For a call that tells nothing while it works: the time that went by is shown until
 * app_progress_end(), as long as no app_progress() comes between. */
void app_progress_elapsed(const char *stage);

/* Milliseconds of a clock that only goes forward. */
double app_clock_ms(void);

/* Two arguments for "%zu %s": a count, and the word for so many. */
#define APP_COUNT(count, one, many) (size_t)(count), (count) == 1 ? (one) : (many)

/* "16.9 MB", "1.2 s": into the caller's buffer, which is returned. */
#define APP_HUMAN_SIZE 24
const char *app_human_bytes(char text[APP_HUMAN_SIZE], uint64_t size);
const char *app_human_duration(char text[APP_HUMAN_SIZE], double milliseconds);

#endif
