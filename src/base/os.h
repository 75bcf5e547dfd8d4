/* SPDX-License-Identifier: Apache-2.0 */
/* The operating system: all of it that we use stands here. A port is the files os_*.c. Threads and mutexes are POSIX's, used directly. */
#ifndef PW_OS_H
#define PW_OS_H

#include "base/fail.h"
#include <stdbool.h>
#include <stdint.h>

/* The bytes of a file. As a rule a private copy, checked: what is believed of a file is what lies here, whatever becomes of the file. */
typedef struct pw_contents {
    const uint8_t *data; /* aligned to a cache line; a zero byte follows a copy's last; NULL: none */
    size_t size;         /* bytes */
    bool is_mapped;      /* not a copy, but the file itself: whoever writes into it writes here, whoever shortens it kills */
} pw_contents;

/* When a file was written and changed last, by the system's account. */
typedef struct pw_os_stamp {
    uint64_t size;
    int64_t written_ns, changed_ns;
} pw_os_stamp;

/* A file that is being read (os_file_read.c). Its first bytes come before the rest, so that what is not of a kind is refused without
   reading it, however large it is. They are a glance only: the copy is what must be checked. */
#define PW_OS_HEAD_SIZE 4096
typedef struct pw_os_input {
    int descriptor;
    const char *path;               /* the caller's */
    bool is_stream;                 /* a pipe, a terminal ...: no size and no head */
    uint64_t size;                  /* bytes, as the system says now */
    size_t head_size;
    size_t ahead; /* of a stream: bytes of the head that have been read from it */
    uint8_t head[PW_OS_HEAD_SIZE];
    pw_os_stamp stamp;              /* from here on the reader's own: as reading began */
    bool is_young;                  /* then: the clock could not tell another writing */
    size_t at;                      /* of the next piece */
    void *hashing;                  /* of the pieces */
} pw_os_input;

/* Opens; folders and devices are refused by name, and so are pipes, terminals and /dev/null unless takes_streams. PAWL_ERR_READ with the system's reason. */
pawl_status pw_os_input_open(const char *path, bool takes_streams, pw_os_input *input, pawl_error *error) PW_NODISCARD;
void pw_os_input_close(pw_os_input *input); /* fine when closed, and after a failed open */

/*
 * Copies the whole file. PAWL_ERR_READ where it changed while it was read: size, time of writing and time of change must be the same before
 * and after, and a file that was written within the clock's last ticks, whose times cannot tell, is read twice and compared. (Not seen: a
 * writer that has the file mapped, between two times that the system notes.) PAWL_ERR_LIMIT above most bytes; PAWL_ERR_CORRUPT where 64 MiB
 * of it were never written (an unfinished download); PAWL_ERR_MEMORY.
 */
pawl_status pw_os_input_read(pw_os_input *input, size_t most, pw_contents *contents, pawl_error *error) PW_NODISCARD;

/*
 * The same in pieces, for what is used up while it is read: begin, next until *got is less than size, end. What was made of the pieces is
 * worth nothing until end has returned PAWL_OK; hash is then XXH3-128 of them all. Files only.
 */
pawl_status pw_os_input_begin(pw_os_input *input, pawl_error *error) PW_NODISCARD;
pawl_status pw_os_input_next(pw_os_input *input, void *to, size_t size, size_t *got, pawl_error *error) PW_NODISCARD;
pawl_status pw_os_input_check(const pw_os_input *input, pawl_error *error) PW_NODISCARD; /* PAWL_ERR_READ: it has changed since begin */
pawl_status pw_os_input_end(pw_os_input *input, uint64_t hash[2], pawl_error *error) PW_NODISCARD;

/* Open, read and close in one, for files only. */
pawl_status pw_os_read(const char *path, size_t most, pw_contents *contents, pawl_error *error) PW_NODISCARD;

/* The file itself, for those who answer for nobody writing into it or shortening it. Files only. */
pawl_status pw_os_map(const char *path, pw_contents *contents, pawl_error *error) PW_NODISCARD;

/* Of bytes in memory. PAWL_ERR_MEMORY. */
pawl_status pw_os_contents_copy(const void *data, size_t size, pw_contents *contents, pawl_error *error) PW_NODISCARD;
void pw_os_contents_free(pw_contents *contents); /* zeroed contents are fine */
/* Whole pages within these bytes, where they are of the contents, go back to the system: a mapped file's come back from it when they are touched,
   what a copy held is lost. */
void pw_os_contents_drop(const pw_contents *contents, const void *start, size_t size);

/* A file that appears whole or not at all (os_file_write.c): nameless until it is complete, or under a name that the next one who writes into
   the folder knows for a dead process's and removes (os_file_name.c). */
typedef struct pw_os_file {
    int descriptor;
    char *path;          /* links followed */
    char *temporary;     /* its name for now; "": it has none */
    int saved_errno;     /* first failure; later writes do nothing */
    uint8_t *buffer;
    size_t buffered;
} pw_os_file;
pawl_status pw_os_file_create(const char *path, pw_os_file *file, pawl_error *error) PW_NODISCARD;
void pw_os_file_write(pw_os_file *file, const void *data, size_t size);         /* buffered; failure is kept until commit */
pawl_status pw_os_file_commit(pw_os_file *file, pawl_error *error) PW_NODISCARD; /* synced, named, folder synced; PAWL_ERR_WRITE: nothing left */
void pw_os_file_abandon(pw_os_file *file);                                      /* leaves nothing behind; fine after commit */

/* Whole pages within: the neighbours may be wanted. Private memory reads as zeros then, but for what the system had to keep. */
void pw_os_pages_drop(void *start, size_t size);

uint64_t pw_os_clock_ns(void);          /* monotonic */
uint64_t pw_os_clock_coarse_ns(void);   /* the same, up to 10 ms late, for a fraction of the price */
int32_t pw_os_core_count(void);         /* this process may use: affinity and cgroup quotas (v1, v2; a part of a core counts whole), at least 1 */
/* The quotas alone, 0: none; groups, mounts: files like /proc/self/cgroup and /proc/self/mountinfo. */
int32_t pw_os_quota_cores(const char *groups, const char *mounts);
const char *pw_os_environment(const char *name); /* NULL where unset or empty */
uint32_t pw_os_process_id(void);
const char *pw_os_basename(const char *path);    /* into path */
bool pw_os_is_file(const char *path);            /* exists and is a regular file, links followed */

/* Runs a program, found on PATH, as a filter; what it says on stderr is lost. arguments end with NULL. *output is the caller's, to be
   released with pw_free(). PAWL_ERR_READ: it cannot be run. */
pawl_status pw_os_filter(const char *const arguments[], const char *input, char **output, pawl_error *error) PW_NODISCARD;

/* Shared libraries, found at run time (os_library.c). Once open they stay: there is no close. NULL: reason says why. */
void *pw_os_library_open(const char *path, char *reason, size_t reason_size);
void *pw_os_symbol(void *library, const char *name); /* NULL: absent */
/* A library's functions are listed once, as MAP(X) of X(type, name, parameters): MAP(PW_OS_FUNCTION) are the members of a table,
   MAP(PW_OS_FUNCTION_NAME) its names. */
#define PW_OS_FUNCTION(type, name, parameters)      type(*name) parameters;
#define PW_OS_FUNCTION_NAME(type, name, parameters) #name,
/* Opens the first of blank-separated names that is there, and fills a table of function pointers in the order of names. false: reason says why. */
bool pw_os_functions_load(const char *libraries, const char *const *names, size_t count, void *table, char *reason, size_t reason_size);
/* Calls visit with each of Python's site-packages folders (active environment, user, system) until it returns true; returns that. */
bool pw_os_each_site_packages(bool (*visit)(void *user, const char *folder), void *user);

#endif
