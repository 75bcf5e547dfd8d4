/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library says while a call of ours is under way. Its first error is the cause and its
 * last what became of it, so both are kept, for this call alone: calls on other threads have their
 * own. An error that nobody watches for is logged at once; one that did no harm is logged when the
 * watch ends.
 *
 * The library has one logger a process (it warns of a second), so a message is a call's by the
 * thread it comes on. Builders also work on threads of their own: an error from one of those goes
 * to the watch that is PW_TRT_WATCH_WORKERS, if there is only one of them at the time.
 */
#ifndef PW_TRT_WATCH_H
#define PW_TRT_WATCH_H

#include "base/fail.h"
#include <stdbool.h>

#define PW_TRT_TEXT_SIZE 384

struct pw_trt_cause;

typedef enum pw_trt_watch_kind {
    PW_TRT_WATCH_THREAD, /* errors of this thread: takes no lock */
    PW_TRT_WATCH_WORKERS /* and of the library's own threads */
} pw_trt_watch_kind;

/* True: the warning is dealt with, and is no more than a line of the verbose log. Under a lock: a few
 * comparisons. */
typedef bool (*pw_trt_warning)(void *user, const char *message);

typedef struct pw_trt_watch {
    char first[PW_TRT_TEXT_SIZE], last[PW_TRT_TEXT_SIZE]; /* one line each; "": none */
    char warned[PW_TRT_TEXT_SIZE]; /* the last warning of this thread: without a driver the library says no more */
    unsigned count;
    pw_trt_watch_kind kind;
    bool is_told;               /* the caller has its error: what comes now is logged */
    pw_trt_warning warning;     /* NULL: warnings are logged as they are */
    void *warning_user;
    struct pw_trt_watch *outer; /* of the call of this thread that this one is part of */
    struct pw_trt_watch *next;  /* among those that take errors of other threads */
} pw_trt_watch;

/* Begins on this thread, within what this thread watches already; end in the reverse order. The
 * watch is the caller's and must stay where it is until then. */
void pw_trt_watch_begin(pw_trt_watch *watch, pw_trt_watch_kind kind);
/* Logs, as a warning, errors that were neither told nor forgotten: the call went on without harm. */
void pw_trt_watch_end(pw_trt_watch *watch);
/* A watch that has begun, until the scope's end: there is none that could end before it began. */
#define PW_TRT_WATCH(name, kind)                                                                   \
    pw_trt_watch name PW_CLEANUP(pw_trt_watch_end);                                                \
    pw_trt_watch_begin(&(name), kind)

/* Shows the library's warnings to the caller first, from now on. */
void pw_trt_watch_warnings(pw_trt_watch *watch, pw_trt_warning warning, void *user);

/* Whether this thread's innermost watch holds an error. One that is PW_TRT_WATCH_WORKERS is asked
 * so, for its members are written by other threads meanwhile. */
bool pw_trt_watch_has_errors(void);
/* The known cause of what this thread's innermost watch holds; false: none. */
bool pw_trt_watch_cause(struct pw_trt_cause *cause);
/* That watch begins anew: what was said so far has been dealt with. */
void pw_trt_watch_forget(void);

/* Takes one error of the library's. False: no call watches for it, so it has to be logged. */
bool pw_trt_watch_take(const char *message);
/* Shows one warning of the library's to whoever wants to see it. True: it is dealt with. */
bool pw_trt_watch_warn(const char *message);
/* An error of our own about the library, as if it had said it. */
void pw_trt_watch_note(const char *format, ...) PW_PRINTF(1, 2);

/*
 * Fails with a sentence of ours, then what the library said, and for known causes what to do
 * (trt_cause.h). Returns status, or the cause's own (PAWL_ERR_MEMORY).
 */
pawl_status pw_trt_fail(pawl_error *error, pawl_status status, const char *format, ...)
    PW_PRINTF(3, 4);

#endif
