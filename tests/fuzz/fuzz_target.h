/* SPDX-License-Identifier: Apache-2.0 */
/* What each fuzz_X.c defines: reads bytes as a file of its kind, and returns 0. Anything but a
 * crash is right. */
#ifndef PT_FUZZ_TARGET_H
#define PT_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds whatever the bytes are. */
static inline void fuzz_check(bool is_right)
{
    if (!is_right)
        abort();
}

#endif
