/* SPDX-License-Identifier: Apache-2.0 */
/* A child with two pipes: what it prints, and what it complains of. */
#include "common/program.h"
#include "common/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define PIECE ((size_t)1 << 16)
#define TICK  100 /* ms between looks at the clock */

typedef struct child {
    pid_t id;
    int out, err; /* -1: closed */
    size_t capacity, most;
    app_printed *printed;
} child;

static void complain(app_printed *printed, const char *why)
{
    (void)snprintf(printed->complaint, sizeof printed->complaint, "%s", why);
}

static bool start(char *const *argv, int out[2], int err[2], child *made)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t usual;
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigdefault(&attributes, &usual);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    code = code != 0 ? code : posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    code = code != 0 ? code : posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    if (code == 0)
        code = posix_spawnp(&made->id, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    made->printed->is_missing = code == ENOENT;
    if (code != 0)
        complain(made->printed, strerror(code));
    return code == 0;
}

/* The first line: what follows is what came of it. */
static void take_complaint(app_printed *printed, const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length] != '\n' && text[length] != '\r')
        length++;
    if (printed->complaint[0] == '\0')
        (void)snprintf(printed->complaint, sizeof printed->complaint, "%.*s",
                       (int)(length < 250 ? length : 250), text);
}

/* False: there is too much, or no memory. */
static bool take_output(child *of)
{
    app_printed *printed = of->printed;
    if (of->capacity - printed->size < PIECE + 1) {
        const size_t capacity = of->capacity * 2 + PIECE + 1;
        char *data = realloc(printed->data, capacity);
        if (data == NULL)
            return false;
        printed->data = data;
        of->capacity = capacity;
    }
    const ssize_t got = read(of->out, printed->data + printed->size, PIECE);
    if (got <= 0) {
        (void)close(of->out);
        of->out = -1;
        return got == 0;
    }
    printed->size += (size_t)got;
    printed->data[printed->size] = '\0';
    return printed->size <= of->most;
}

static void take_errors(child *of)
{
    char text[1024];
    const ssize_t got = read(of->err, text, sizeof text);
    if (got > 0) {
        take_complaint(of->printed, text, (size_t)got);
        return;
    }
    (void)close(of->err);
    of->err = -1;
}

/* Until both pipes are closed. */
static bool listen_to(child *of, unsigned seconds)
{
    const double end = app_clock_ms() + 1e3 * seconds;
    while (of->out >= 0 || of->err >= 0) {
        struct pollfd ends[] = {{.fd = of->out, .events = POLLIN},
                                {.fd = of->err, .events = POLLIN}};
        if (app_clock_ms() > end || app_is_interrupted()) {
            complain(of->printed, app_is_interrupted() ? "interrupted" : "it takes too long");
            return false;
        }
        if (poll(ends, 2, TICK) < 0 && errno != EINTR)
            return false;
        if (ends[0].revents != 0 && !take_output(of)) {
            complain(of->printed, "it prints too much");
            return false;
        }
        if (ends[1].revents != 0)
            take_errors(of);
    }
    return true;
}

static void close_all(const int *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (files[i] >= 0)
            (void)close(files[i]);
}

/* Neither end that is ours is a standard stream's, nor is it handed on. */
static bool make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

bool app_program_run(char *const *argv, size_t most, unsigned seconds, app_printed *printed)
{
    int out[2] = {-1, -1}, err[2] = {-1, -1}, status = 0;
    child made = {.out = -1, .err = -1, .most = most, .printed = printed};
    *printed = (app_printed){.size = 0};
    if (!make_pipe(out) || !make_pipe(err)) {
        complain(printed, strerror(errno));
        close_all(out, 2);
        close_all(err, 2);
        return false;
    }
    const bool is_started = start(argv, out, err, &made);
    (void)close(out[1]);
    (void)close(err[1]);
    made.out = out[0];
    made.err = err[0];
    bool is_done = is_started && listen_to(&made, seconds);
    close_all((const int[]){made.out, made.err}, 2);
    if (!is_started)
        return false;
    if (!is_done)
        (void)kill(made.id, SIGKILL);
    while (waitpid(made.id, &status, 0) < 0 && errno == EINTR)
        ;
    if (is_done && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        is_done = false;
        if (printed->complaint[0] == '\0')
            complain(printed, "it fails and does not say why");
    }
    return is_done;
}
