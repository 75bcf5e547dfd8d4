/* SPDX-License-Identifier: Apache-2.0 */
/* Counted checks, for programs without cmocka: what fails is told and counted, and the rest is tried all the same. Any thread. */
#ifndef PT_COUNTED_H
#define PT_COUNTED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static atomic_uint pt_passed, pt_failed;

static inline bool expect(bool is_true, const char *what, const char *why)
{
    atomic_fetch_add(is_true ? &pt_passed : &pt_failed, 1);
    if (!is_true)
        fprintf(stderr, "failed: %s: %s\n", what, why);
    return is_true;
}

/* The closing line; what main() returns. */
static inline int expect_end(void)
{
    printf("%u passed, %u failed\n", atomic_load(&pt_passed), atomic_load(&pt_failed));
    return atomic_load(&pt_failed) == 0 ? 0 : 1;
}

#endif
