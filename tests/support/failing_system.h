/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system's calls that fail, are interrupted or do half on demand. A test that includes this is
 * linked with --wrap of each (unit/base/CMakeLists.txt), and arms it while its subject is at work.
 */
#ifndef PT_FAILING_SYSTEM_H
#define PT_FAILING_SYSTEM_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* X(function, result, parameters, arguments, what it gives when it fails) */
#define PLAIN_CALLS(X)                                                                             \
    X(stat, int, (const char *path, struct stat *info), (path, info), -1)                          \
    X(fstat, int, (int file, struct stat *info), (file, info), -1)                                 \
    X(lstat, int, (const char *path, struct stat *info), (path, info), -1)                         \
    X(fstatat, int, (int at, const char *path, struct stat *info, int flags),                      \
      (at, path, info, flags), -1)                                                                 \
    X(fsync, int, (int file), (file), -1)                                                          \
    X(linkat, int, (int from, const char *path, int to, const char *name, int flags),              \
      (from, path, to, name, flags), -1)                                                           \
    X(rename, int, (const char *from, const char *to), (from, to), -1)                             \
    X(unlinkat, int, (int at, const char *path, int flags), (at, path, flags), -1)                 \
    X(flock, int, (int file, int operation), (file, operation), -1)                                \
    X(readlink, ssize_t, (const char *path, char *text, size_t size), (path, text, size), -1)      \
    X(fchmod, int, (int file, mode_t mode), (file, mode), -1)                                      \
    X(opendir, DIR *, (const char *path), (path), NULL)                                            \
    X(mmap, void *, (void *at, size_t size, int rights, int flags, int file, off_t from),          \
      (at, size, rights, flags, file, from), MAP_FAILED)                                           \
    X(tmpfile, FILE *, (void), (), NULL)                                                           \
    X(fflush, int, (FILE * file), (file), EOF)                                                     \
    X(lseek, off_t, (int file, off_t at, int from), (file, at, from), -1)                          \
    X(pipe, int, (int *ends), (ends), -1)                                                          \
    X(posix_spawn_file_actions_adddup2, int, (posix_spawn_file_actions_t * actions, int a, int b), \
      (actions, a, b), fault.reason)                                                               \
    X(posix_spawnp, int,                                                                           \
      (pid_t * child, const char *file, const posix_spawn_file_actions_t *actions,                 \
       const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]),   \
      (child, file, actions, attributes, arguments, environment), fault.reason)
/* By hand: those with parameters that may be absent, with sizes, and those that do what they are
 * to do all the same. */
#define OTHER_CALLS(X) X(open) X(openat) X(fcntl) X(close) X(waitpid) X(read) X(pread) X(write)

typedef enum call {
#define PLAIN_ID(name, result, parameters, arguments, failure) ID_##name,
#define OTHER_ID(name)                                         ID_##name,
    PLAIN_CALLS(PLAIN_ID) OTHER_CALLS(OTHER_ID) CALL_COUNT
} call;

static const char *const call_names[CALL_COUNT] = {
#define PLAIN_NAME(name, result, parameters, arguments, failure) #name,
#define OTHER_NAME(name)                                         #name,
    PLAIN_CALLS(PLAIN_NAME) OTHER_CALLS(OTHER_NAME)};

static struct {
    bool is_armed; /* calls are counted */
    call which;    /* whose nth call fails for this reason; 0: does half of what it is asked for */
    unsigned nth;
    int reason;
    unsigned calls[CALL_COUNT];
    bool is_without_nameless; /* a file system that has no O_TMPFILE */
} fault;

static bool is_hit(call which)
{
    return fault.is_armed && ++fault.calls[which] == fault.nth && which == fault.which;
}

static bool fails(call which)
{
    const bool is_failing = is_hit(which) && fault.reason != 0;
    if (is_failing)
        errno = fault.reason;
    return is_failing;
}

#define WRAP(name, result, parameters, arguments, failure)             \
    result __real_##name parameters;                                   \
    result __wrap_##name parameters;                                   \
    result __wrap_##name parameters                                    \
    {                                                                  \
        return fails(ID_##name) ? (failure) : __real_##name arguments; \
    }
PLAIN_CALLS(WRAP)

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int at, const char *path, int flags, ...);
int __wrap_openat(int at, const char *path, int flags, ...);
int __real_fcntl(int file, int command, ...);
int __wrap_fcntl(int file, int command, ...);
int __real_close(int file);
int __wrap_close(int file);
pid_t __real_waitpid(pid_t child, int *status, int options);
pid_t __wrap_waitpid(pid_t child, int *status, int options);
ssize_t __real_read(int file, void *to, size_t size);
ssize_t __wrap_read(int file, void *to, size_t size);
ssize_t __real_pread(int file, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int file, void *to, size_t size, off_t at);
ssize_t __real_write(int file, const void *from, size_t size);
ssize_t __wrap_write(int file, const void *from, size_t size);

/* The optional parameter of open, openat and fcntl: a number here. */
static int number_behind(va_list list, bool is_there)
{
    return is_there ? va_arg(list, int) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const int mode = number_behind(list, (flags & (O_CREAT | O_TMPFILE)) != 0);
    va_end(list);
    if (fails(ID_open))
        return -1;
    if (fault.is_armed && fault.is_without_nameless && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_open(path, flags, mode);
}

int __wrap_openat(int at, const char *path, int flags, ...)
{
    return fails(ID_openat) ? -1 : __real_openat(at, path, flags, 0);
}

int __wrap_fcntl(int file, int command, ...)
{
    va_list list;
    va_start(list, command);
    const int number = number_behind(list, true);
    va_end(list);
    return fails(ID_fcntl) ? -1 : __real_fcntl(file, command, number);
}

int __wrap_close(int file)
{
    const bool is_failing = fails(ID_close);
    const int result = __real_close(file);
    if (is_failing)
        errno = fault.reason;
    return is_failing ? -1 : result;
}

/* A child that nobody waits for would be left: it can be interrupted, and no more. */
pid_t __wrap_waitpid(pid_t child, int *status, int options)
{
    const bool is_failing = fails(ID_waitpid) && fault.reason == EINTR;
    return is_failing ? -1 : __real_waitpid(child, status, options);
}

/* True: it fails. Else perhaps half the size. */
static bool fails_or_halves(call which, size_t *size)
{
    const bool is_one = is_hit(which);
    if (is_one && fault.reason == 0 && *size > 1)
        *size /= 2;
    if (is_one && fault.reason != 0)
        errno = fault.reason;
    return is_one && fault.reason != 0;
}

ssize_t __wrap_read(int file, void *to, size_t size)
{
    return fails_or_halves(ID_read, &size) ? -1 : __real_read(file, to, size);
}

ssize_t __wrap_pread(int file, void *to, size_t size, off_t at)
{
    return fails_or_halves(ID_pread, &size) ? -1 : __real_pread(file, to, size, at);
}

ssize_t __wrap_write(int file, const void *from, size_t size)
{
    return fails_or_halves(ID_write, &size) ? -1 : __real_write(file, from, size);
}

#endif
