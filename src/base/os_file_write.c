/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all. */
#define _GNU_SOURCE 1 /* readlink */
#include "base/memory.h"
#include "base/os_file.h"
#include "base/size.h"
#include <pawl/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define FILE_BUFFER_SIZE ((size_t)1 << 18)
#define LINK_COUNT_MAX   40 /* as the kernel counts them */
#define LINK_LENGTH_MAX  2048

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

/* The name that symbolic links lead to, which need not exist yet. 0 or errno. */
static int follow_links(const char *path, char target[PATH_MAX])
{
    char text[LINK_LENGTH_MAX];
    if (strlen(path) >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(target, path, strlen(path) + 1);
    for (int links = 0; links < LINK_COUNT_MAX; links++) {
        const ssize_t length = readlink(target, text, sizeof text);
        if (length < 0) /* no link, or nothing yet */
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        const size_t folder = text[0] == '/' ? 0 : (size_t)(pw_os_basename(target) - target);
        if ((size_t)length == sizeof text || folder + (size_t)length >= PATH_MAX)
            return ENAMETOOLONG;
        memcpy(target + folder, text, (size_t)length);
        target[folder + (size_t)length] = '\0';
    }
    return ELOOP;
}

static pawl_status cannot_write(const char *path, int reason, pawl_error *error)
{
    char folder[PATH_MAX];
    struct stat info;
    if (reason != ENOENT || !pw_os_folder_of(path, folder, sizeof folder) ||
        stat(folder, &info) == 0)
        return pw_fail_os(error, PAWL_ERR_WRITE, reason, "cannot write %s", path);
    (void)pw_fail(error, PAWL_ERR_WRITE, "cannot write %s: there is no folder %s", path, folder);
    if (error != NULL)
        error->os_error = reason;
    return PAWL_ERR_WRITE;
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
        return cannot_write(path, errno, error);
    }
    const int reason = follow_links(path, target);
    if (reason != 0)
        return cannot_write(path, reason, error);
    return PAWL_OK;
}

pawl_status pw_os_file_create(const char *path, pw_os_file *file, pawl_error *error)
{
    mode_t mode = 0;
    pw_os_file made = {.descriptor = -1};
    made.path = pw_alloc(PATH_MAX); /* not on the stack, which holds the links' texts already */
    made.buffer = pw_alloc(FILE_BUFFER_SIZE);
    if (made.path != NULL && made.buffer != NULL) {
        const pawl_status found = find_target(path, made.path, &mode, error);
        if (found != PAWL_OK) {
            file_reset(&made);
            return found;
        }
        made.temporary = pw_alloc(strlen(made.path) + PW_OS_TEMPORARY_ROOM);
    }
    if (made.temporary == NULL) {
        file_reset(&made);
        return pw_fail_memory(error, "writing a file", FILE_BUFFER_SIZE);
    }
    const int reason = pw_os_temporary_open(&made);
    if (reason != 0) {
        file_reset(&made);
        return cannot_write(path, reason, error);
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

/* After the naming its folder must reach the disk too, else a power cut may bring the old name
 * back. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    if (!pw_os_folder_of(path, folder, sizeof folder))
        return;
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor); /* not every file system can; the file itself is safe */
    (void)close(descriptor);
}

/* Network file systems tell of a full disk as late as when a file is closed. The file itself stays
 * open, and so locked, until it has its name. */
static int close_early(int descriptor)
{
    const int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    return copy < 0 || close(copy) == 0 ? 0 : errno;
}

static pawl_status finish(pw_os_file *file, bool is_lasting, pawl_error *error)
{
    flush_buffer(file);
    if (file->saved_errno == 0 && is_lasting && fsync(file->descriptor) != 0)
        file->saved_errno = errno;
    if (file->saved_errno == 0)
        file->saved_errno = close_early(file->descriptor);
    if (file->saved_errno == 0)
        file->saved_errno = pw_os_temporary_publish(file);
    if (file->saved_errno != 0) {
        const pawl_status status = cannot_write(file->path, file->saved_errno, error);
        pw_os_file_abandon(file);
        return status;
    }
    if (is_lasting)
        sync_folder(file->path);
    file_reset(file);
    return PAWL_OK;
}

pawl_status pw_os_file_commit(pw_os_file *file, pawl_error *error)
{
    if (file->descriptor < 0)
        return pw_fail(error, PAWL_ERR_INTERNAL, "a file is committed that is not open");
    return finish(file, true, error);
}

void pw_os_file_abandon(pw_os_file *file)
{
    if (file->temporary == NULL)
        return; /* committed, abandoned before, or zeroed and never created */
    if (file->temporary[0] != '\0')
        (void)unlink(file->temporary);
    file_reset(file);
}

/* --- for programs --- */

pawl_status pawl_file_create(const char *path, pawl_file *file, pawl_error *error)
{
    if (path == NULL || file == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_file_create: %s is NULL",
                       path == NULL ? "path" : "file");
    pw_os_file *made = pw_calloc(1, sizeof *made);
    if (made == NULL)
        return pw_fail_memory(error, "writing a file", sizeof *made);
    const pawl_status status = pw_os_file_create(path, made, error);
    if (status == PAWL_OK)
        *file = (pawl_file){.descriptor = made->descriptor, .state = made};
    else
        pw_free(made);
    return status;
}

pawl_status pawl_file_commit(pawl_file *file, int is_lasting, pawl_error *error)
{
    if (file == NULL || file->state == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_file_commit: no file is open");
    const pawl_status status = finish(file->state, is_lasting != 0, error);
    pw_free(file->state);
    *file = (pawl_file){.descriptor = -1};
    return status;
}

void pawl_file_discard(pawl_file *file)
{
    if (file == NULL || file->state == NULL)
        return;
    pw_os_file_abandon(file->state);
    pw_free(file->state);
    *file = (pawl_file){.descriptor = -1};
}
