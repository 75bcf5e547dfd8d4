/* SPDX-License-Identifier: Apache-2.0 */
/* What the library's logger was told, kept to be looked at. */
#ifndef PT_MESSAGES_H
#define PT_MESSAGES_H

#include <pawl/logger.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One a line; empty it to begin anew. */
static char messages[16384];

/* A pawl_logger's write. */
static inline void keep_message(void *user, pawl_log_level level, const char *message)
{
    const size_t used = strlen(messages);
    (void)user;
    (void)level;
    snprintf(messages + used, sizeof messages - used, "%s\n", message);
}

static inline unsigned times_said(const char *text)
{
    unsigned times = 0;
    for (const char *at = messages; (at = strstr(at, text)) != NULL; at += strlen(text))
        times++;
    return times;
}

static inline bool was_said(const char *text)
{
    return strstr(messages, text) != NULL;
}

#endif
