/* SPDX-License-Identifier: Apache-2.0 */
/* What the library is given as its logger; its messages become ours (trt_watch.h). */
#ifndef PW_TRT_LOGGER_H
#define PW_TRT_LOGGER_H

#include <stdbool.h>

/* The process's one ILogger, in the old shape or the versioned one. Static storage: it outlives
 * every object of the library. */
void *pw_trt_logger(bool is_versioned);

#endif
