/* SPDX-License-Identifier: Apache-2.0 */
/* The system's own limit: it holds for every library, whoever allocates. */
#include "common/memory_limit.h"
#include "common/term.h"

#include <sys/resource.h>

static char limit_text[64];

bool app_memory_limit(size_t bytes)
{
    struct rlimit limit = {0, 0};
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    limit.rlim_cur = limit.rlim_max < bytes ? limit.rlim_max : bytes;
    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    (void)snprintf(limit_text, sizeof limit_text, " (--max-memory allows %.6g MiB)",
                   (double)bytes / (1 << 20)); /* the unit of its M and G */
    return true;
}

const char *app_memory_limit_text(void)
{
    return limit_text;
}
