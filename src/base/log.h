/* SPDX-License-Identifier: Apache-2.0 */
/* What the library has to say goes to the caller's logger, or nowhere. */
#ifndef PW_LOG_H
#define PW_LOG_H

#include "base/compiler.h"
#include <pawl/logger.h>
#include <stdatomic.h>
#include <stdbool.h>

/* One sentence to the caller's logger; formats into a stack buffer, allocates nothing, any thread. */
void pw_log(pawl_log_level level, const char *format, ...) PW_PRINTF(2, 3);
bool pw_log_wants(pawl_log_level level);
bool pw_log_is_set(void); /* somebody listens, at whatever level */

/*
 * What this thread says while it holds a lock, kept to be told afterwards: the user's logger may do anything, and may wait for one who waits for
 * the lock. Held once at a time; long sentences are cut, and of many the last are counted only.
 */
typedef struct pw_log_held {
    unsigned count, lost;
    struct {
        pawl_log_level level;
        char text[396];
    } lines[12];
} pw_log_held;
void pw_log_hold(pw_log_held *held); /* from now on; held stays where it is until: */
void pw_log_tell(pw_log_held *held);

/*
 * What is found out inside a pthread_once, where nothing of the user's may run: a logger that called back in would wait for itself, for
 * ever. Set inside; told by whoever comes out first and finds that somebody listens, once. Zeroed: there is nothing to tell.
 */
typedef struct pw_notice {
    atomic_bool is_due;
    pawl_log_level level;
    char text[320];
} pw_notice;
void pw_notice_set(pw_notice *notice, pawl_log_level level, const char *format, ...) PW_PRINTF(3, 4);
void pw_notice_tell(pw_notice *notice);

#endif
