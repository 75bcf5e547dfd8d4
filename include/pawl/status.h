/* SPDX-License-Identifier: Apache-2.0 */
/* Every way in which a call can end, in one list. 0 and above is success. */
#ifndef PAWL_STATUS_H
#define PAWL_STATUS_H

#include <pawl/export.h>

#define PAWL_STATUS_MAP(X)                                                                         \
    X(PAWL_OK, 0, "done")                                                                          \
    X(PAWL_DEFERRED, 1, "ended for the user; memory goes with the last holder")                    \
    X(PAWL_ERR_ARGUMENT, -1, "an argument is wrong")                                               \
    X(PAWL_ERR_READ, -2, "a file cannot be opened or read")                                        \
    X(PAWL_ERR_WRITE, -3, "a file cannot be written")                                              \
    X(PAWL_ERR_CORRUPT, -4, "a file is damaged or not of its kind")                                \
    X(PAWL_ERR_UNSUPPORTED, -5, "recognised, but not supported")                                   \
    X(PAWL_ERR_AMBIGUOUS, -6, "the input can mean two things; an option must say which")           \
    X(PAWL_ERR_DEVICE, -7, "a backend, device or library is not here")                             \
    X(PAWL_ERR_MEMORY, -8, "memory ran out")                                                       \
    X(PAWL_ERR_LIMIT, -9, "a limit was reached")                                                   \
    X(PAWL_ERR_IN_USE, -10, "still held by other objects")                                         \
    X(PAWL_ERR_DEAD_HANDLE, -11, "the handle's object has ended, or it never was one")             \
    X(PAWL_ERR_BUSY, -12, "the object is in use by another thread")                                \
    X(PAWL_ERR_FORKED, -13, "the object belongs to the parent process")                            \
    X(PAWL_ERR_CANCELLED, -14, "stopped by the caller")                                            \
    X(PAWL_ERR_INTERNAL, -15, "a bug in pawl; please report it")

PAWL_BEGIN

/** How a call ended. */
typedef enum pawl_status {
#define PAWL_STATUS_ENUM(name, value, text) name = value,
    PAWL_STATUS_MAP(PAWL_STATUS_ENUM)
#undef PAWL_STATUS_ENUM
    PAWL_STATUS_FORCE_INT = 0x7fffffff
} pawl_status;

/** What went wrong, where, and what to do: filled in by a failing call, owned by the caller, no memory behind it. */
typedef struct pawl_error {
    pawl_status status;  /* what the call returned */
    int os_error;        /* errno where the system refused, else 0 */
    uint64_t offset;     /* byte of the file at which reading stopped, else 0 */
    char message[512];   /* one sentence and one line, UTF-8, always terminated; what names in it would do to a terminal is spelled out */
} pawl_error;
#define PAWL_ERROR_INIT { PAWL_OK, 0, 0, { 0 } }

/** Name of a status, e.g. "PAWL_ERR_CORRUPT"; "PAWL_?" for a number that is none. Static storage. Any thread. */
PAWL_API const char *pawl_status_name(pawl_status status);

/** What a status means, in a few words. Static storage. Any thread. */
PAWL_API const char *pawl_status_text(pawl_status status);

PAWL_END

#endif
