/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PW_TRT_LOGGER_H
#define PW_TRT_LOGGER_H

#include <stdbool.h>

/* The process's one ILogger, in the old shape or the versioned one. Static storage: it outlives
 * every object of the library. */
void *pw_trt_logger(bool is_versioned);

/*
 * Between these two, on this thread, errors are kept for pw_trt_last_error() and not logged: the call that fails says them in its own sentence.
 * If it has not failed after all, end() logs what was kept.
 */
void pw_trt_capture_begin(void);
void pw_trt_capture_end(bool has_failed);

#endif
