/* SPDX-License-Identifier: Apache-2.0 */
/* The operating system, POSIX with Linux's cgroups: files that appear whole, mappings, clock,
 * cores. */
#define _GNU_SOURCE 1 /* sched_getaffinity, madvise */
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_BUFFER_SIZE ((size_t)1 << 18)
#define TEMPORARY_SUFFIX 24 /* ".tmp-" pid "-" number, terminator included */
#define NAME_LENGTH_MAX  255
#define LINK_COUNT_MAX   40 /* as the kernel counts them */
#define LINK_LENGTH_MAX  2048
#define TEMPORARY_TRIES  100 /* left by processes that were killed and had our id */
#define CPU_COUNT_MAX    (1 << 16)
#define CGROUP_DEPTH_MAX 32
#define CGROUP_MOUNT     "/sys/fs/cgroup"
#define CGROUP_MOUNT_V1  "/sys/fs/cgroup/cpu"
#define NUMBERS_SIZE     64   /* "max 100000" */
#define GROUP_LIST_SIZE  2048 /* /proc/self/cgroup */
#define GROUP_PATH_SIZE  1024

/* --- mappings --- */

/* What a path is, when it is not a regular file; NULL when it is. */
static const char *unusual_kind(mode_t mode)
{
    if (S_ISREG(mode))
        return NULL;
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a pipe";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

/* Maps an open file; the caller closes it. */
static pawl_status map_open_file(int descriptor, const char *path, pw_mapping *mapping,
                                 pawl_error *error)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return pw_fail_os(error, PAWL_ERR_READ, errno, "cannot read %s", path);
    const char *kind = unusual_kind(info.st_mode);
    if (kind != NULL)
        return pw_fail(error, PAWL_ERR_READ, "cannot read %s: it is %s, not a file", path, kind);
    if ((uintmax_t)info.st_size > SIZE_MAX / 2)
        return pw_fail(error, PAWL_ERR_LIMIT, "%s is larger than memory can map", path);
    const size_t size = (size_t)info.st_size;
    void *data = NULL; /* the system refuses to map nothing */
    if (size > 0) {
        data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (data == MAP_FAILED) {
            const pawl_status status = errno == ENOMEM ? PAWL_ERR_MEMORY : PAWL_ERR_READ;
            return pw_fail_os(error, status, errno, "cannot map %s", path);
        }
    }
    *mapping = (pw_mapping){.data = data, .size = size};
    return PAWL_OK;
}

pawl_status pw_os_map(const char *path, pw_mapping *mapping, pawl_error *error)
{
    /* O_NONBLOCK: opening a pipe nobody writes to must not wait before we can refuse it */
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return pw_fail_os(error, PAWL_ERR_READ, errno, "cannot open %s", path);
    const pawl_status status = map_open_file(descriptor, path, mapping, error);
    (void)close(descriptor);
    return status;
}

void pw_os_unmap(pw_mapping *mapping)
{
    if (mapping->data != NULL) {
        void *start = NULL;
        memcpy(&start, &mapping->data, sizeof start); /* munmap takes what is const to readers */
        (void)munmap(start, mapping->size);
    }
    *mapping = (pw_mapping){0};
}

void pw_os_mapping_drop(const void *start, size_t size)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
    const uintptr_t end = ((uintptr_t)start + size) & ~(page - 1);
    if (start != NULL && end > first) /* whole pages only: the neighbours may be wanted */
        (void)madvise((void *)first, end - first, MADV_DONTNEED);
}

/* --- a file that appears whole or not at all --- */

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
        const char *kind = unusual_kind(info.st_mode);
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

/* --- clock, process, paths --- */

uint64_t pw_os_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t pw_os_process_id(void)
{
    return (uint32_t)getpid();
}

const char *pw_os_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *pw_os_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* --- cores --- */

static int32_t cores_by_affinity(void)
{
    for (int capacity = CPU_SETSIZE; capacity <= CPU_COUNT_MAX; capacity *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)capacity);
        if (set == NULL)
            break;
        const size_t size = CPU_ALLOC_SIZE((size_t)capacity);
        const int result = sched_getaffinity(0, size, set);
        const int reason = errno;
        const int count = result == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (result == 0)
            return count;
        if (reason != EINVAL) /* EINVAL: the machine has more processors than the set */
            break;
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online < INT32_MAX ? (int32_t)online : 1;
}

/* Reads a small file of the system's as text; false where it is not there. */
static bool read_small(const char *path, char *text, size_t capacity)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const ssize_t size = read(descriptor, text, capacity - 1);
    (void)close(descriptor);
    if (size < 0)
        return false;
    text[size] = '\0';
    return true;
}

/* Whole cores that quota microseconds in each period are worth, rounded up; 0: no limit. */
static int32_t cores_of_quota(long long quota, long long period)
{
    if (quota <= 0 || period <= 0 || quota / period > CPU_COUNT_MAX)
        return 0;
    return (int32_t)((quota + period - 1) / period);
}

static int32_t tighter(int32_t a, int32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static int32_t quota_v2(const char *folder)
{
    char path[GROUP_PATH_SIZE], text[NUMBERS_SIZE];
    const int length = snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (length < 0 || (size_t)length >= sizeof path || !read_small(path, text, sizeof text))
        return 0;
    char *end = NULL;
    const long long quota = strtoll(text, &end, 10); /* "max 100000" gives no number: no limit */
    return end == text ? 0 : cores_of_quota(quota, strtoll(end, NULL, 10));
}

/* The tightest limit from our own group up to the root: any of them throttles us. */
static int32_t quota_v2_upwards(const char *group)
{
    char folder[GROUP_PATH_SIZE];
    const int length = snprintf(folder, sizeof folder, CGROUP_MOUNT "%s", group);
    if (length < 0 || (size_t)length >= sizeof folder)
        return 0;
    int32_t limit = 0;
    for (int depth = 0; depth < CGROUP_DEPTH_MAX; depth++) {
        limit = tighter(limit, quota_v2(folder));
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash < folder + strlen(CGROUP_MOUNT))
            break;
        *slash = '\0';
    }
    return limit;
}

static int32_t quota_v1(void)
{
    char quota[NUMBERS_SIZE], period[NUMBERS_SIZE];
    if (!read_small(CGROUP_MOUNT_V1 "/cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_small(CGROUP_MOUNT_V1 "/cpu.cfs_period_us", period, sizeof period))
        return 0;
    return cores_of_quota(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static int32_t cores_by_quota(void)
{
    char text[GROUP_LIST_SIZE] = "\n"; /* so that each entry, the first too, follows a line's end */
    const int32_t limit = quota_v1();
    if (!read_small("/proc/self/cgroup", text + 1, sizeof text - 1))
        return limit;
    const char unified[] = "\n0::";
    char *group = strstr(text, unified);
    if (group == NULL)
        return limit;
    group += strlen(unified);
    group[strcspn(group, "\n")] = '\0';
    return tighter(limit, quota_v2_upwards(strcmp(group, "/") == 0 ? "" : group));
}

int32_t pw_os_core_count(void)
{
    const int32_t cores = tighter(cores_by_affinity(), cores_by_quota());
    return cores > 0 ? cores : 1;
}
