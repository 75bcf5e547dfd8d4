/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of several threads share: a failed call ends the program, and the clock. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <pawl/status.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Ends the program with what error says, if the call failed. */
static inline void must(const char *program, pawl_status status, const pawl_error *error)
{
    if (status >= 0)
        return;
    (void)fprintf(stderr, "%s: %s\n", program, error->message);
    exit(1);
}

static inline double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
