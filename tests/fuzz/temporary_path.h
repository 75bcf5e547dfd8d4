/* SPDX-License-Identifier: Apache-2.0 */
/* A path for what can only be read from, or written to, a file: one a process, in TMPDIR. */
#ifndef PT_TEMPORARY_PATH_H
#define PT_TEMPORARY_PATH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEMPORARY_PATH_SIZE 512

static inline void temporary_path(char path[TEMPORARY_PATH_SIZE], const char *ending)
{
    const char *folder = getenv("TMPDIR");
    if (snprintf(path, TEMPORARY_PATH_SIZE, "%s/pawl-fuzz-%ld%s",
                 folder != NULL && folder[0] != '\0' ? folder : "/tmp", (long)getpid(),
                 ending) >= TEMPORARY_PATH_SIZE)
        abort();
}

static inline void temporary_write(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

#endif
