/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timings kept from build to build: the file behind --timing-cache. Text, a line a measurement, the newest last:
 *
 *     pawl-timings 1 0.9.0                                            format, and whose kernels were timed
 *     checksum TAB machine TAB level TAB implementation TAB nanoseconds TAB problem
 *
 * The checksum is XXH3-64 of the rest of its line. A line that is damaged counts as not there; times of another version's kernels are replaced;
 * a file that is something else is left as it is. A file may hold several machines'.
 */
#ifndef PW_TIMINGS_H
#define PW_TIMINGS_H

#include "base/arena.h"
#include "base/fail.h"
#include <stdint.h>

#define PW_TIMINGS_MAX 8192 /* rows of a file; beyond it the oldest go */

typedef struct pw_timing {
    const char *machine, *problem; /* together the key */
    const char *name;              /* of the implementation that won */
    int32_t level;                 /* pawl_tuning */
    uint64_t nanoseconds;
    uint64_t key;                  /* hash of machine and problem: only timings.c's */
} pw_timing;

typedef struct pw_timings {
    pw_arena arena;
    pw_timing *rows;
    size_t count, capacity;
    size_t first;    /* rows before it are too many for a file: the oldest */
    bool is_foreign; /* the file is something else: not written */
} pw_timings;

/* Reads a file; one that is not there has no rows. What is wrong with it is said in one warning. PAWL_ERR_MEMORY. */
pawl_status pw_timings_read(const char *path, pw_timings *timings, pawl_error *error) PW_NODISCARD;
/* The row of a machine and problem that was timed at this level or a higher one; NULL: none. */
const pw_timing *pw_timings_find(const pw_timings *timings, const char *machine, const char *problem, int32_t level);
/* Adds or replaces; strings are copied. PAWL_ERR_MEMORY. */
pawl_status pw_timings_add(pw_timings *timings, const pw_timing *timing, pawl_error *error) PW_NODISCARD;
/* Writes the rows and those that others have written since, whole or not at all. A failure is a warning. */
void pw_timings_write(const char *path, const pw_timings *timings);
void pw_timings_free(pw_timings *timings); /* zeroed is fine */

#endif
