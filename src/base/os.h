/* SPDX-License-Identifier: Apache-2.0 */
/* The operating system: all of it that we use stands here. A port is one file. Threads and mutexes are POSIX's, used directly. */
#ifndef PW_OS_H
#define PW_OS_H

#include "base/fail.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct pw_mapping {
    const uint8_t *data; /* read-only, private */
    size_t size;         /* bytes; a mapping of an empty file has data NULL and size 0 */
} pw_mapping;

/* Maps a regular file. Folders, pipes and devices are refused by name. PAWL_ERR_READ with the system's reason. */
pawl_status pw_os_map(const char *path, pw_mapping *mapping, pawl_error *error) PW_NODISCARD;
void pw_os_unmap(pw_mapping *mapping);                                          /* zeroed mapping is fine */
void pw_os_mapping_drop(const void *start, size_t size);                        /* these pages are not needed again soon */

/* A file that appears whole or not at all: temporary file beside path, then sync and rename. */
typedef struct pw_os_file {
    int descriptor;
    char *path, *temporary;
    int saved_errno;     /* first failure; later writes do nothing */
    uint8_t *buffer;
    size_t buffered;
} pw_os_file;
pawl_status pw_os_file_create(const char *path, pw_os_file *file, pawl_error *error) PW_NODISCARD;
void pw_os_file_write(pw_os_file *file, const void *data, size_t size);         /* buffered; failure is kept until commit */
pawl_status pw_os_file_commit(pw_os_file *file, pawl_error *error) PW_NODISCARD; /* PAWL_ERR_WRITE: temporary removed */
void pw_os_file_abandon(pw_os_file *file);                                      /* removes the temporary; fine after commit */

uint64_t pw_os_clock_ns(void);          /* monotonic */
int32_t pw_os_core_count(void);         /* this process may use: affinity and cgroup quota (v1, v2), at least 1 */
const char *pw_os_environment(const char *name); /* NULL where unset or empty */
uint32_t pw_os_process_id(void);
const char *pw_os_basename(const char *path);    /* into path */
bool pw_os_is_file(const char *path);            /* exists and is a regular file, links followed */

/* Shared libraries, found at run time (os_library.c). Once open they stay: there is no close. NULL: reason says why. */
void *pw_os_library_open(const char *path, char *reason, size_t reason_size);
void *pw_os_symbol(void *library, const char *name); /* NULL: absent */
/* Calls visit with each of Python's site-packages folders (active environment, user, system) until it returns true; returns that. */
bool pw_os_each_site_packages(bool (*visit)(void *user, const char *folder), void *user);

#endif
