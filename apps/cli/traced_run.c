/* SPDX-License-Identifier: Apache-2.0 */
/* The run of a traced program: its environment, signals, end; and the folder of its logs. */
#define _DEFAULT_SOURCE 1
#include "cli/traced.h"

#include "common/term.h"
#include "common/text_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PAWL_TRACE_FOLDERS
#define PAWL_TRACE_FOLDERS "../lib/pawl"
#endif
#define EXIT_NOT_FOUND 127 /* as env and other programs that start programs have it */
#define EXIT_CANNOT    126

static volatile sig_atomic_t running; /* the program's process */

/* The library in the folder beside this program; false: it is not there. */
static bool find_library(const char *folders, const char *name, char *path, size_t size)
{
    char own[400];
    const ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length <= 0)
        return false;
    own[length] = '\0';
    char *const slash = strrchr(own, '/');
    *(slash != NULL ? slash : own) = '\0';
    for (const char *at = folders; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
        const int used = snprintf(path, size, "%s/%.*s/%s", own, (int)strcspn(at, " "), at, name);
        if (used > 0 && (size_t)used < size && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

/* LD_PRELOAD takes no path with blanks or colons: a link in the folder of logs stands for it. */
static void make_plain(const traced_run *run, const char *name, char *path, size_t size)
{
    char link[512];
    if (strpbrk(path, " :;$") == NULL)
        return;
    const int used = snprintf(link, sizeof link, "%s/%s", run->folder, name);
    if (used > 0 && (size_t)used < sizeof link && (size_t)used < size && symlink(path, link) == 0)
        memcpy(path, link, (size_t)used + 1);
}

int traced_prepare(traced_run *run)
{
    const char *const base = getenv("TMPDIR");
    const bool is_plain =
        base != NULL && base[0] == '/' && strlen(base) < 200 && strpbrk(base, " :;$") == NULL;
    if (!find_library(PAWL_TRACE_FOLDERS, "libpawl_trace.so", run->witness, sizeof run->witness) ||
        !find_library(PAWL_TRACE_FOLDERS, "libpawl_audit.so", run->auditor, sizeof run->auditor))
        return app_fail(
            APP_EXIT_DEVICE,
            "libpawl_trace.so and libpawl_audit.so are not beside this pawl (%s): install it whole",
            PAWL_TRACE_FOLDERS);
    snprintf(run->folder, sizeof run->folder, "%s/pawl-trace-XXXXXX", is_plain ? base : "/tmp");
    if (mkdtemp(run->folder) == NULL)
        return app_fail(APP_EXIT_FAILED, "no folder for logs can be made: %s: %s", run->folder,
                        strerror(errno));
    make_plain(run, "libpawl_trace.so", run->witness, sizeof run->witness);
    make_plain(run, "libpawl_audit.so", run->auditor, sizeof run->auditor);
    return APP_EXIT_DONE;
}

/* "BEFORE:WHAT IT WAS:OURS" */
static void add_to_list(const char *variable, const char *before, const char *path)
{
    char list[4096];
    const char *const old = getenv(variable);
    const int used = snprintf(list, sizeof list, "%s%s%s%s%s", old != NULL ? old : "",
                              old != NULL && old[0] != '\0' ? ":" : "", before,
                              before[0] != '\0' ? ":" : "", path);
    if (used > 0 && (size_t)used < sizeof list)
        (void)setenv(variable, list, 1);
}

/* In the new process; gives errno to the pipe where the program cannot be started. */
static _Noreturn void be_program(const traced_run *run, char **program, const traced_file *file,
                                 uint32_t flags, int depth, int to)
{
    char orders[400];
    /* pawl ignores them, a program expects them as they are by default */
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    snprintf(orders, sizeof orders, "%ld:%u:%d:%s", (long)getpid(), (unsigned)flags, depth,
             run->folder);
    if (file->obstacle == NULL || (flags & TRACED_FOLLOW) != 0) {
        (void)setenv("PAWL_TRACE", orders, 1);
        add_to_list("LD_PRELOAD", file->before, run->witness);
        /* Where an auditor is, libraries that are linked take their thread-local memory from a
         * reserve, which is too small for ThreadSanitizer's. */
        if (file->before[0] != '\0')
            add_to_list("GLIBC_TUNABLES", "", "glibc.rtld.optional_static_tls=2097152");
        add_to_list("LD_AUDIT", "", run->auditor);
    }
    execvp(program[0], program);
    const int reason = errno;
    if (write(to, &reason, sizeof reason) != sizeof reason)
        _exit(EXIT_CANNOT);
    _exit(EXIT_NOT_FOUND);
}

static void pass_on(int number)
{
    if (running > 0)
        (void)kill((pid_t)running, number);
}

/* The terminal's signals go to the program, too; what is sent to pawl alone is passed on. */
static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGQUIT, &action, NULL);
    action.sa_handler = pass_on;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)sigaction(SIGUSR1, &action, NULL);
    (void)sigaction(SIGUSR2, &action, NULL);
}

static void tell_end(traced_run *run, const char *program)
{
    if (WIFSIGNALED(run->status))
        snprintf(run->ending, sizeof run->ending, "%.*s was ended by signal %d (%s)",
                 app_utf8_cut(program, 120), program, WTERMSIG(run->status),
                 strsignal(WTERMSIG(run->status)));
}

int traced_start(traced_run *run, char **program, const traced_file *file, uint32_t flags,
                 int depth)
{
    int ends[2] = {-1, -1}, reason = 0;
    if (pipe(ends) != 0 || fcntl(ends[1], F_SETFD, FD_CLOEXEC) != 0)
        return app_fail(APP_EXIT_FAILED, "a pipe cannot be made: %s", strerror(errno));
    (void)fflush(NULL);
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all,
                      &before); /* what is sent before the handlers are there waits for them */
    const pid_t child = fork();
    if (child < 0)
        return app_fail(APP_EXIT_FAILED, "no process can be started: %s", strerror(errno));
    if (child == 0) {
        (void)close(ends[0]);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        be_program(run, program, file, flags, depth, ends[1]);
    }
    running = child;
    watch_signals();
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)close(ends[1]);
    ssize_t got;
    while ((got = read(ends[0], &reason, sizeof reason)) < 0 && errno == EINTR)
        continue;
    (void)close(ends[0]);
    while (waitpid(child, &run->status, 0) < 0 && errno == EINTR)
        continue;
    if (got == (ssize_t)sizeof reason)
        return app_fail(reason == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT, "%s cannot be started: %s",
                        program[0], strerror(reason));
    tell_end(run, program[0]);
    return APP_EXIT_DONE;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void traced_collect(traced_run *run)
{
    DIR *const folder = opendir(run->folder);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        const char *const ending = strrchr(entry->d_name, '.');
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || ending == NULL)
            continue;
        if (strcmp(ending, ".child") == 0) {
            run->children++;
            continue;
        }
        const size_t size = strlen(run->folder) + strlen(entry->d_name) + 2;
        char *const path = run->log_count < TRACED_MAX_LOGS ? malloc(size) : NULL;
        if (path == NULL) {
            run->left_out++;
            continue;
        }
        snprintf(path, size, "%s/%s", run->folder, entry->d_name);
        run->logs[run->log_count++] = path;
    }
    if (folder != NULL)
        (void)closedir(folder);
    qsort(run->logs, run->log_count, sizeof *run->logs, compare_names);
}

void traced_clean(traced_run *run)
{
    DIR *const folder = run->folder[0] != '\0' ? opendir(run->folder) : NULL;
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder != NULL)
        (void)closedir(folder);
    if (run->folder[0] != '\0')
        (void)rmdir(run->folder);
    for (size_t i = 0; i < run->log_count; i++)
        free(run->logs[i]);
}
