/* SPDX-License-Identifier: Apache-2.0 */
/* Another program as a filter: text in, text out. */
#include "base/memory.h"
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* All that comes from the descriptor, with a nought behind it. */
static pawl_status read_all(int from, char **text, pawl_error *error)
{
    size_t used = 0, capacity = 1 << 16;
    char *all = pw_alloc(capacity);
    while (all != NULL) {
        const ssize_t got = read(from, all + used, capacity - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
        if (capacity - used > 1)
            continue;
        char *const larger = pw_grow(all, used, 2 * capacity);
        if (larger == NULL) {
            pw_free(all);
            return pw_fail_memory(error, "what a program says", 2 * capacity);
        }
        all = larger;
        capacity *= 2;
    }
    if (all == NULL)
        return pw_fail_memory(error, "what a program says", capacity);
    all[used] = '\0';
    *text = all;
    return PAWL_OK;
}

static pawl_status start(const char *const arguments[], int in, int out, pid_t *child,
                         pawl_error *error)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (failed == 0)
        failed =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (failed == 0)
        failed = posix_spawnp(child, arguments[0], &actions, NULL,
                              (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? PAWL_OK
                       : pw_fail_os(error, PAWL_ERR_READ, failed, "%s cannot be run", arguments[0]);
}

pawl_status pw_os_filter(const char *const arguments[], const char *input, char **output,
                         pawl_error *error)
{
    int ends[2] = {-1, -1}, status = 0;
    pid_t child = 0;
    FILE *const in = tmpfile(); /* not a pipe: nobody waits for the other */
    if (in == NULL || fputs(input, in) < 0 || fflush(in) != 0 ||
        lseek(fileno(in), 0, SEEK_SET) != 0 || pipe(ends) != 0) {
        const int reason = errno;
        if (in != NULL)
            (void)fclose(in);
        return pw_fail_os(error, PAWL_ERR_READ, reason, "%s cannot be run", arguments[0]);
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pawl_status result = start(arguments, fileno(in), ends[1], &child, error);
    (void)close(ends[1]);
    (void)fclose(in);
    if (result >= 0) {
        result = read_all(ends[0], output, error);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    (void)close(ends[0]);
    return result;
}
