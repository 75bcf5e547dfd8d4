/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all. */
#define _GNU_SOURCE 1 /* readlink */
#include "base/memory.h"
#include "base/os.h"
#include "base/os_file.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_BUFFER_SIZE ((size_t)1 << 18)
#define TEMPORARY_SUFFIX 24 /* ".tmp-" pid "-" number, terminator included */
#define NAME_LENGTH_MAX  255
#define LINK_COUNT_MAX   40 /* as the kernel counts them */
#define LINK_LENGTH_MAX  2048
#define TEMPORARY_TRIES  100 /* left by processes that were killed and had our id */

/* Leaves nothing open and nothing allocated. */
static void file_reset(pw_os_file *file)
{
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    pw_free(file->path);
    pw_free(file->temporary);
    pw_free(file->buffer);
    *file = (pw_os_file){.descriptor = -1};
}

/*
 * Opens a temporary beside the target under a name nobody has, and no longer than a name may be.
 * Not mkstemp: its files are private to the owner, ours follow the umask as any new file does.
 */
static int open_temporary(pw_os_file *file)
{
    static atomic_uint counter;
    const size_t whole = strlen(file->path);
    const size_t name = strlen(pw_os_basename(file->path)) + TEMPORARY_SUFFIX;
    const size_t kept = name > NAME_LENGTH_MAX ? whole - (name - NAME_LENGTH_MAX) : whole;
    for (int tries = 0; tries < TEMPORARY_TRIES; tries++) {
        const unsigned number = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
        (void)snprintf(file->temporary, whole + TEMPORARY_SUFFIX, "%.*s.tmp-%lu-%u", (int)kept,
                       file->path, (unsigned long)pw_os_process_id(), number % 100000u);
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor >= 0)
            return 0;
        if (errno != EEXIST)
            return errno;
    }
    return EEXIST;
}

/* The name that symbolic links lead to, which need not exist yet. 0 or errno. */
static int follow_links(const char *path, char target[PATH_MAX])
{
    char text[LINK_LENGTH_MAX];
    if (strlen(path) >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(target, path, strlen(path) + 1);
    for (int links = 0; links < LINK_COUNT_MAX; links++) {
        const ssize_t length = readlink(target, text, sizeof text);
        if (length < 0)
            return 0;
        const size_t folder = text[0] == '/' ? 0 : (size_t)(pw_os_basename(target) - target);
        if ((size_t)length == sizeof text || folder + (size_t)length >= PATH_MAX)
            return ENAMETOOLONG;
        memcpy(target + folder, text, (size_t)length);
        target[folder + (size_t)length] = '\0';
    }
    return ELOOP;
}

/* A symbolic link keeps being one: its target is replaced. What is no file (a folder, /dev/null) is
 * never replaced. */
static pawl_status find_target(const char *path, char target[PATH_MAX], mode_t *mode,
                               pawl_error *error)
{
    struct stat info;
    *mode = 0;
    if (stat(path, &info) == 0) {
        const char *kind = pw_os_unusual_kind(info.st_mode);
        if (kind != NULL)
            return pw_fail(error, PAWL_ERR_WRITE, "cannot write %s: it is %s, not a file", path,
                           kind);
        *mode = info.st_mode & 0777;
    } else if (errno != ENOENT) {
        return pw_fail_os(error, PAWL_ERR_WRITE, errno, "cannot write %s", path);
    }
    const int reason = follow_links(path, target);
    if (reason != 0)
        return pw_fail_os(error, PAWL_ERR_WRITE, reason, "cannot write %s", path);
    return PAWL_OK;
}

pawl_status pw_os_file_create(const char *path, pw_os_file *file, pawl_error *error)
{
    char target[PATH_MAX];
    mode_t mode = 0;
    const pawl_status found = find_target(path, target, &mode, error);
    if (found != PAWL_OK)
        return found;
    pw_os_file made = {.descriptor = -1};
    made.path = pw_strdup(target);
    made.temporary = pw_alloc(strlen(target) + TEMPORARY_SUFFIX);
    made.buffer = pw_alloc(FILE_BUFFER_SIZE);
    if (made.path == NULL || made.temporary == NULL || made.buffer == NULL) {
        file_reset(&made);
        return pw_fail_memory(error, "writing a file", FILE_BUFFER_SIZE);
    }
    const int reason = open_temporary(&made);
    if (reason != 0) {
        file_reset(&made);
        return pw_fail_os(error, PAWL_ERR_WRITE, reason, "cannot write %s", path);
    }
    if (mode != 0)
        (void)fchmod(made.descriptor, mode); /* as the file that it replaces; not vital */
    *file = made;
    return PAWL_OK;
}

/* Writes all of it or keeps the reason. */
static void write_through(pw_os_file *file, const uint8_t *data, size_t size)
{
    while (size > 0 && file->saved_errno == 0) {
        const ssize_t written = write(file->descriptor, data, pw_size_min(size, INT_MAX / 2));
        if (written < 0) {
            if (errno != EINTR)
                file->saved_errno = errno;
            continue;
        }
        data += written;
        size -= (size_t)written;
    }
}

static void flush_buffer(pw_os_file *file)
{
    write_through(file, file->buffer, file->buffered);
    file->buffered = 0;
}

void pw_os_file_write(pw_os_file *file, const void *data, size_t size)
{
    if (file->descriptor < 0 || file->saved_errno != 0 || size == 0)
        return;
    if (size > FILE_BUFFER_SIZE - file->buffered)
        flush_buffer(file);
    if (size >= FILE_BUFFER_SIZE) {
        write_through(file, data, size);
        return;
    }
    memcpy(file->buffer + file->buffered, data, size);
    file->buffered += size;
}

/* After the rename its folder must reach the disk too, else a power cut may bring the old name
 * back. */
static void sync_folder(const char *path)
{
    const char *name = pw_os_basename(path);
    char folder[PATH_MAX] = ".";
    const size_t length = (size_t)(name - path);
    if (length >= sizeof folder)
        return;
    if (length > 0) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor); /* not every file system can; the file itself is safe */
    (void)close(descriptor);
}

pawl_status pw_os_file_commit(pw_os_file *file, pawl_error *error)
{
    if (file->descriptor < 0)
        return pw_fail(error, PAWL_ERR_INTERNAL, "a file is committed that is not open");
    flush_buffer(file);
    if (file->saved_errno == 0 && fsync(file->descriptor) != 0)
        file->saved_errno = errno;
    if (close(file->descriptor) != 0 && file->saved_errno == 0)
        file->saved_errno = errno; /* network file systems report a full disk as late as here */
    file->descriptor = -1;
    if (file->saved_errno == 0 && rename(file->temporary, file->path) != 0)
        file->saved_errno = errno;
    pawl_status status = PAWL_OK;
    if (file->saved_errno != 0) {
        status =
            pw_fail_os(error, PAWL_ERR_WRITE, file->saved_errno, "cannot write %s", file->path);
        (void)unlink(file->temporary);
    } else {
        sync_folder(file->path);
    }
    file_reset(file);
    return status;
}

void pw_os_file_abandon(pw_os_file *file)
{
    if (file->temporary == NULL)
        return; /* committed, abandoned before, or zeroed and never created */
    (void)unlink(file->temporary);
    file_reset(file);
}
