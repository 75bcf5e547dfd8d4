/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAWL_LOGGER_H
#define PAWL_LOGGER_H

#include <pawl/export.h>

PAWL_BEGIN

typedef enum pawl_log_level {
    PAWL_LOG_ERROR = 0,
    PAWL_LOG_WARNING = 1,
    PAWL_LOG_INFO = 2,
    PAWL_LOG_VERBOSE = 3
} pawl_log_level;

/**
 * Receives the library's messages: one sentence each, no newline. Called from any thread, also at once. It may call any function of pawl:
 * nothing is locked while it is told; what those calls have to say reaches it, too.
 */
typedef struct pawl_logger {
    void *user;
    pawl_log_level level; /* nothing more talkative than this is sent */
    void (*write)(void *user, pawl_log_level level, const char *message);
} pawl_logger;
#define PAWL_LOGGER_INIT { NULL, PAWL_LOG_WARNING, NULL }

/**
 * Sets the process-wide logger; NULL (the default) discards everything: the library itself never prints.
 *
 * @param logger  Copied; function and user pointer must stay valid until it is replaced and no call is under way.
 * @note Any thread. Since 0.1.
 */
PAWL_API void pawl_logger_set(const pawl_logger *logger);

PAWL_END

#endif
