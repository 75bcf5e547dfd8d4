/* SPDX-License-Identifier: Apache-2.0 */
/* Another program as a filter: text in, text out. */
#define _GNU_SOURCE 1 /* pipe2 */
#include "base/memory.h"
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* All that comes from the descriptor, with a zero byte behind it. */
static pawl_status read_all(int from, char **text, pawl_error *error)
{
    size_t used = 0, capacity = 1 << 15;
    char *all PW_AUTO_FREE = NULL;
    ssize_t got = 1;
    while (got != 0) {
        if (all == NULL || capacity - used <= 1) {
            char *const larger = pw_grow(all, used, 2 * capacity);
            if (larger == NULL)
                return pw_fail_memory(error, "what a program says", 2 * capacity);
            all = larger;
            capacity *= 2;
        }
        got = read(from, all + used, capacity - used - 1);
        if (got < 0 && errno != EINTR)
            return pw_fail_os(error, PAWL_ERR_READ, errno, "what a program says cannot be read");
        used += got > 0 ? (size_t)got : 0;
    }
    all[used] = '\0';
    *text = PW_TAKE(all);
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
        lseek(fileno(in), 0, SEEK_SET) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        const int reason = errno;
        if (in != NULL)
            (void)fclose(in);
        return pw_fail_os(error, PAWL_ERR_READ, reason, "%s cannot be run", arguments[0]);
    }
    pawl_status result = start(arguments, fileno(in), ends[1], &child, error);
    (void)close(ends[1]);
    (void)fclose(in);
    const bool is_running = result >= 0;
    if (is_running)
        result = read_all(ends[0], output, error);
    (void)close(ends[0]); /* first: who has more to say than is read would never end */
    while (is_running && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return result;
}
