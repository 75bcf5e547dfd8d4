/* SPDX-License-Identifier: Apache-2.0 */
/* The library's messages, for a logger of the program's. */
#ifndef PAWL_LOGGER_H
#define PAWL_LOGGER_H

#include <pawl/export.h>
#include <stddef.h>

PAWL_BEGIN

/** How much a message matters. */
typedef enum pawl_log_level {
    PAWL_LOG_ERROR = 0,   /* something was not done */
    PAWL_LOG_WARNING = 1, /* it was done, and probably is not what was wanted */
    PAWL_LOG_INFO = 2,    /* what was chosen and found */
    PAWL_LOG_VERBOSE = 3  /* every detail, the lives of objects among them */
} pawl_log_level;

/**
 * Receives the library's messages: one sentence each, no newline, names in them as pawl_text_plain() makes them. Called from any thread, also at
 * once. It may call any function of pawl: nothing is locked while it is told; what those calls have to say reaches it, too.
 */
typedef struct pawl_logger {
    void *user;           /* handed to write() */
    pawl_log_level level; /* nothing more talkative than this is sent */
    void (*write)(void *user, pawl_log_level level, const char *message); /* the message is valid during the call */
} pawl_logger;
#define PAWL_LOGGER_INIT { NULL, PAWL_LOG_WARNING, NULL }

/**
 * Sets the process-wide logger; NULL (the default) discards everything: the library itself never prints.
 *
 * @param logger  Copied; function and user pointer must stay valid until it is replaced and no call is under way.
 * @note Any thread. Since 0.1.
 */
PAWL_API void pawl_logger_set(const pawl_logger *logger);

/**
 * Text of unknown origin (a file's name, a class's, a layer's) as a line on a terminal or in a log may have it. Control characters (C0, C1, DEL),
 * ends of lines and characters that change the direction of writing are spelled out: "\n", "\x1b", "\u202e"; so are bytes that are no UTF-8: "\xff".
 *
 * @param text        @p length bytes; a zero ends it earlier.
 * @param[out] plain  Of @p size bytes: the whole characters that fit, and a zero. May be NULL where @p size is 0.
 * @return Bytes that all of it takes, without the zero; at most four times @p length.
 * @note Any thread. Since 0.2.
 */
PAWL_API size_t pawl_text_plain(const char *text, size_t length, char *plain, size_t size);

PAWL_END

#endif
