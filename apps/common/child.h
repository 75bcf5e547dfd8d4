/* SPDX-License-Identifier: Apache-2.0 */
/* Other people's programs as children with pipes: started by their words, never through a shell;
 * read, written and ended with patience that has an end. */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define APP_COMPLAINT_SIZE 256

/* Zeroed with its ends at -1 (APP_CHILD_NONE) there is no child. One thread at a time. */
typedef struct app_child {
    pid_t id;         /* 0: none is running */
    int in, out, err; /* our ends of its stdin, stdout, stderr; -1: closed */
    int notes;        /* and of its descriptor 3 */
    char note[256];   /* what has come of the notes and was not asked for yet */
    size_t note_length;
    size_t complaints;                  /* lines of its stderr so far */
    char complaint[APP_COMPLAINT_SIZE]; /* the first of them, or why it could not be started */
    size_t complaint_length;            /* of the first line as far as it has come */
    bool is_missing;                    /* there is no such program */
} app_child;
#define APP_CHILD_NONE                              \
    {                                               \
        .in = -1, .out = -1, .err = -1, .notes = -1 \
    }

/* Which of its streams are pipes to us; the others are /dev/null, or, of notes, closed. stderr
 * always is. What is deaf does not hear SIGINT, SIGTERM and SIGHUP, which may be sent to us and all
 * our children: it ends when we say so, or its pipes do. */
enum { APP_CHILD_IN = 1, APP_CHILD_OUT = 2, APP_CHILD_DEAF = 4, APP_CHILD_NOTES = 8 };

/*
 * Starts argv[0], which is looked for in PATH unless it has a slash. It is in a process group of
 * its own, so that a Ctrl-C ends it when we say so and not in the middle of a file; and it is
 * killed where the thread that started it ends, however that comes about: none outlives us. False:
 * why not is in its complaint. Any thread, which then ends the child, too.
 */
bool app_child_start(app_child *child, char *const *argv, int pipes);

/* In a child of fork(), first of all: from now on it is killed when the parent's thread that made
 * it is gone. False: it is gone already. */
bool app_child_die_with(pid_t parent);

/* How long to wait, and for whom to stop waiting. */
typedef struct app_patience {
    double silence_ms;           /* without a byte; 0: for ever */
    bool (*is_over)(void *user); /* asked ten times a second; NULL: never */
    void *user;
} app_patience;

typedef enum app_io {
    APP_IO_DONE,    /* all bytes */
    APP_IO_END,     /* the other side has closed */
    APP_IO_SILENT,  /* nothing moved for too long */
    APP_IO_STOPPED, /* is_over() */
    APP_IO_BROKEN   /* errno */
} app_io;

/* Reads size bytes from its stdout; *got (may be NULL) is how many came. What it complains of is
 * taken meanwhile. */
app_io app_child_read(app_child *child, void *bytes, size_t size, size_t *got,
                      const app_patience *patience);
/* The next line of its notes, without its end: APP_IO_DONE; what does not fit is left out. */
app_io app_child_note(app_child *child, char *line, size_t size, const app_patience *patience);
/* Writes all to its stdin. */
app_io app_child_write(app_child *child, const void *bytes, size_t size,
                       const app_patience *patience);

/* Closes our ends and waits for it, for at most so long; then it is killed (0: at once). True where
 * it ended with 0 of its own; else it has a complaint. Without a child: true. */
bool app_child_end(app_child *child, double patience_ms);

#endif
