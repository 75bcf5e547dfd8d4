/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory the process may take: --max-memory. */
#ifndef APP_MEMORY_LIMIT_H
#define APP_MEMORY_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From now on the system refuses memory beyond that: every allocation of ours and of the libraries
 * that we use, and the stacks of threads, whole. False: errno says why not.
 */
bool app_memory_limit(size_t bytes);

/* " (--max-memory allows 512 MiB)", or "" where there is no limit: behind what says that memory
 * ran out. */
const char *app_memory_limit_text(void);

#endif
