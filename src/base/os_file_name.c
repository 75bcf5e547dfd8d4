/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is called while it is written: nothing (O_TMPFILE), so that it goes with a process
 * that is killed. Where a file system cannot do that, and for the moment in which a file takes the
 * place of another (a link cannot), it has a name that tells what it is, and is locked. The lock
 * goes with the process: who can take it knows that the file is nobody's, and removes it.
 */
#define _GNU_SOURCE 1 /* O_TMPFILE */
#include "base/os_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MARK            ".pawl-tmp-"
#define MARK_LENGTH     (sizeof(MARK) - 1)
#define DIGITS          16
#define NAME_LENGTH_MAX 255
#define TRIES           100
#define FOLDERS         16 /* that this process remembers to have cleared */
#define SELF_SIZE       32

_Static_assert(MARK_LENGTH + DIGITS + 1 == PW_OS_TEMPORARY_ROOM, "room for a temporary's name");

bool pw_os_folder_of(const char *path, char *folder, size_t size)
{
    const size_t length = (size_t)(pw_os_basename(path) - path);
    if (length >= size || size < 2)
        return false;
    memcpy(folder, length > 0 ? path : ".", length > 0 ? length : 1);
    folder[length > 0 ? length : 1] = '\0';
    return true;
}

/* --- what the dead left --- */

static bool is_temporary(const char *name)
{
    const size_t length = strlen(name);
    if (length < MARK_LENGTH + DIGITS)
        return false;
    const char *mark = name + length - DIGITS - MARK_LENGTH;
    return memcmp(mark, MARK, MARK_LENGTH) == 0 &&
           strspn(mark + MARK_LENGTH, "0123456789abcdef") == DIGITS;
}

static bool is_named(int descriptor, int folder, const char *name)
{
    struct stat own, named;
    return fstat(descriptor, &own) == 0 && S_ISREG(own.st_mode) && own.st_uid == geteuid() &&
           fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && own.st_dev == named.st_dev &&
           own.st_ino == named.st_ino;
}

/* Nobody's, if its lock can be had; in doubt (a file system without locks) it stays. */
static void remove_if_dead(int folder, const char *name)
{
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int descriptor = openat(folder, name, O_RDWR | flags); /* NFS locks what is open for writing */
    if (descriptor < 0 && errno == EACCES)
        descriptor = openat(folder, name, O_RDONLY | flags);
    if (descriptor < 0)
        return;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_named(descriptor, folder, name))
        (void)unlinkat(folder, name, 0);
    (void)close(descriptor);
}

/* True once for each folder, as long as it is remembered. A child of fork() may find the lock held
 * for ever: then it does not clear. */
static bool must_clear(const struct stat *folder)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        dev_t device;
        ino_t number;
    } cleared[FOLDERS];
    static size_t next;
    if (pthread_mutex_trylock(&lock) != 0)
        return false;
    bool is_new = true;
    for (size_t i = 0; i < FOLDERS && is_new; i++)
        is_new = cleared[i].device != folder->st_dev || cleared[i].number != folder->st_ino;
    if (is_new) {
        cleared[next].device = folder->st_dev;
        cleared[next].number = folder->st_ino;
        next = (next + 1) % FOLDERS;
    }
    (void)pthread_mutex_unlock(&lock);
    return is_new;
}

static void clear_folder(const char *path)
{
    struct stat info;
    DIR *folder = stat(path, &info) == 0 && must_clear(&info) ? opendir(path) : NULL;
    if (folder == NULL)
        return;
    for (struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;)
        if (is_temporary(entry->d_name))
            remove_if_dead(dirfd(folder), entry->d_name);
    (void)closedir(folder);
}

/* --- the living --- */

/* A name beside the target that nobody has, no longer than a name may be. */
static void invent_name(pw_os_file *file)
{
    const size_t whole = strlen(file->path);
    const size_t name = strlen(pw_os_basename(file->path)) + MARK_LENGTH + DIGITS;
    const size_t kept = name > NAME_LENGTH_MAX ? whole - (name - NAME_LENGTH_MAX) : whole;
    (void)snprintf(file->temporary, whole + PW_OS_TEMPORARY_ROOM, "%.*s" MARK "%08x%08x", (int)kept,
                   file->path, (unsigned)pw_os_process_id(), (unsigned)pw_os_clock_ns());
}

/* False: somebody who clears the folder was faster than our lock. */
static bool take_lock(const pw_os_file *file)
{
    struct stat own, named;
    if (flock(file->descriptor, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK; /* no locks here: then nobody can take it for dead either */
    if (fstat(file->descriptor, &own) != 0 || lstat(file->temporary, &named) != 0)
        return errno != ENOENT; /* whether it has its name cannot be told; the lock is ours */
    return own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

/* Not mkstemp: its files are private to the owner, ours follow the umask as any new file does. */
static int open_named(pw_os_file *file)
{
    for (int i = 0; i < TRIES; i++) {
        invent_name(file);
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor < 0 && errno != EEXIST)
            break;
        if (file->descriptor >= 0 && take_lock(file))
            return 0;
        if (file->descriptor >= 0)
            (void)close(file->descriptor);
        file->descriptor = -1;
        errno = EEXIST;
    }
    file->temporary[0] = '\0';
    return errno;
}

/* How the system calls a file that has no name. */
static void name_by_descriptor(int descriptor, char name[SELF_SIZE])
{
    (void)snprintf(name, SELF_SIZE, "/proc/self/fd/%d", descriptor);
}

static bool open_nameless(pw_os_file *file, const char *folder)
{
    char self[SELF_SIZE];
    struct stat info;
    file->temporary[0] = '\0';
    file->descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (file->descriptor < 0)
        return false;
    name_by_descriptor(file->descriptor, self);
    if (stat(self, &info) == 0)
        return true;
    (void)close(file->descriptor); /* without /proc it could never be given a name */
    file->descriptor = -1;
    return false;
}

int pw_os_temporary_open(pw_os_file *file)
{
    char folder[PATH_MAX];
    if (!pw_os_folder_of(file->path, folder, sizeof folder))
        return ENAMETOOLONG;
    clear_folder(folder);
    return open_nameless(file, folder) ? 0 : open_named(file);
}

/* A name for the moment: locked before it has it, so that nobody takes it for dead. */
static int link_temporary(pw_os_file *file, const char *self)
{
    (void)flock(file->descriptor, LOCK_EX | LOCK_NB);
    for (int i = 0; i < TRIES; i++) {
        invent_name(file);
        if (linkat(AT_FDCWD, self, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    file->temporary[0] = '\0';
    return errno;
}

int pw_os_temporary_publish(pw_os_file *file)
{
    if (file->temporary[0] == '\0') {
        char self[SELF_SIZE];
        name_by_descriptor(file->descriptor, self);
        if (linkat(AT_FDCWD, self, AT_FDCWD, file->path, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        const int reason = errno == EEXIST ? link_temporary(file, self) : errno;
        if (reason != 0)
            return reason;
    }
    return rename(file->temporary, file->path) == 0 ? 0 : errno;
}
