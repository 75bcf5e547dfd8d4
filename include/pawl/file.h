/* SPDX-License-Identifier: Apache-2.0 */
/* Files as pawl itself reads and writes them, for programs that stand beside it: lists, names, labels in; results out. */
#ifndef PAWL_FILE_H
#define PAWL_FILE_H

#include <pawl/allocator.h>

PAWL_BEGIN

/**
 * Names a file by its first bytes: "an ONNX model", "a JPEG picture".
 * @param path  Opened and closed again; a pipe or device is not touched.
 * @return Static text; NULL where it is of no kind that is known, cannot be read, or @p path is NULL.
 * @note Any thread. Since 0.2.
 */
PAWL_API const char *pawl_file_kind(const char *path);

/**
 * Reads a whole file: a copy of what it held at one moment, whoever writes into it. Pipes and terminals are read to their end;
 * a pipe that nobody has opened for writing is waited for five seconds.
 *
 * A file counts as changed when its size, time of writing or time of change differs before and after; one that was written within the clock's
 * last ticks, whose times cannot tell, is read twice and compared. Not seen: a writer that has the file mapped and whose writing the system
 * has not noted yet.
 *
 * @param most             Bytes; a longer file is refused.
 * @param[out] data, size  On success the caller's: end it with pawl_memory_release(), before the allocator is changed. A zero byte follows the
 *                         last, so that text is a string. Else untouched.
 * @retval PAWL_ERR_READ    It cannot be opened or read, is a folder or a device without an end (/dev/zero), or changed while it was read.
 * @retval PAWL_ERR_LIMIT   It is longer than @p most.
 * @retval PAWL_ERR_CORRUPT 64 MiB in one place were never written (a hole): an unfinished download.
 * @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_file_read(const char *path, size_t most, void **data, size_t *size, pawl_error *error);

/**
 * A file that appears under its name when it is complete. Until then it has no name and goes with the process, however that ends; on file
 * systems without nameless files (NFS, FAT), and for the moment in which it replaces another, it is NAME.pawl-tmp-0123456789abcdef, and the
 * next file that is made in the folder removes what dead processes left there. No handle: the struct is the caller's, for one thread at a time.
 */
typedef struct pawl_file {
    int descriptor; /* to write into; do not close it */
    void *state;    /* pawl's own; NULL: nothing is open */
} pawl_file;
#define PAWL_FILE_INIT { -1, NULL }

/**
 * Begins a file. A link stays one, its target is replaced, and keeps its rights.
 * @param[out] file  On success end it with pawl_file_commit() or pawl_file_discard(). Else untouched.
 * @retval PAWL_ERR_WRITE   No permission, no folder ...: the message has the system's reason; or a folder, pipe or device is there.
 * @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_file_create(const char *path, pawl_file *file, pawl_error *error);

/**
 * Gives the file its name; what had it before is replaced at once. The struct is empty then, whatever is returned.
 * @param is_lasting  Not 0: bytes and name are on the disk when this returns, so that a power cut loses neither the old nor the new one.
 * @retval PAWL_ERR_ARGUMENT  Nothing is open. @retval PAWL_ERR_WRITE  Disk full ...: an old file is intact, nothing is left behind.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_file_commit(pawl_file *file, int is_lasting, pawl_error *error);

/** Leaves nothing behind, and the struct empty. Fine where nothing is open (PAWL_FILE_INIT). Since 0.2. */
PAWL_API void pawl_file_discard(pawl_file *file);

PAWL_END

#endif
