/* SPDX-License-Identifier: Apache-2.0 */
/* Children and their pipes. All waiting is in poll(), a tick at a time, with an eye on what the
 * child complains of: one whose stderr nobody reads would stand still. */
#include "common/child.h"
#include "common/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define TICK 100 /* ms between looks at the clock */

/* Between the making of a pipe and its flag another thread's child would inherit it, and hold it
 * open. */
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;

static void complain(app_child *child, const char *why)
{
    if (child->complaint[0] == '\0')
        (void)snprintf(child->complaint, sizeof child->complaint, "%.250s", why);
}

static void close_end(int *end)
{
    if (*end >= 0)
        (void)close(*end);
    *end = -1;
}

/* Neither end that is ours is handed on. */
static bool make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static int place(posix_spawn_file_actions_t *actions, int end, int as, int flags)
{
    return end >= 0 ? posix_spawn_file_actions_adddup2(actions, end, as)
                    : posix_spawn_file_actions_addopen(actions, as, "/dev/null", flags, 0);
}

/* With its ends of the pipes, -1 where it has none. 0 or an errno. */
static int spawn(app_child *child, char *const *argv, bool is_deaf, int in, int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    static const int endings[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t usual, unheard;
    (void)sigemptyset(&unheard);
    for (size_t i = 0; is_deaf && i < sizeof endings / sizeof endings[0]; i++)
        (void)sigaddset(&unheard, endings[i]);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    (void)sigaddset(&usual, SIGXFSZ);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigdefault(&attributes, &usual);
    (void)posix_spawnattr_setsigmask(&attributes, &unheard);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETPGROUP);
    int code = place(&actions, in, 0, O_RDONLY);
    code = code != 0 ? code : place(&actions, out, 1, O_WRONLY);
    code = code != 0 ? code : place(&actions, err, 2, O_WRONLY);
    if (code == 0)
        code = posix_spawnp(&child->id, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return code;
}

bool app_child_start(app_child *child, char *const *argv, int pipes)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    *child = (app_child)APP_CHILD_NONE;
    (void)pthread_mutex_lock(&start_lock);
    const bool is_piped = ((pipes & APP_CHILD_IN) == 0 || make_pipe(in)) &&
                          ((pipes & APP_CHILD_OUT) == 0 || make_pipe(out)) && make_pipe(err);
    const int code =
        is_piped ? spawn(child, argv, (pipes & APP_CHILD_DEAF) != 0, in[0], out[1], err[1]) : errno;
    close_end(&in[0]);
    close_end(&out[1]);
    close_end(&err[1]);
    (void)pthread_mutex_unlock(&start_lock);
    child->in = in[1];
    child->out = out[0];
    child->err = err[0];
    if (child->in >= 0) /* a write takes what there is room for, so that it can be given up */
        (void)fcntl(child->in, F_SETFL, O_NONBLOCK);
    if (code == 0)
        return true;
    child->id = 0;
    child->is_missing = code == ENOENT;
    complain(child, strerror(code));
    (void)app_child_end(child, 0);
    return false;
}

/* The first line with something on it: what follows is what came of it. It may come in pieces. */
static void take_text(app_child *child, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const bool is_end = text[i] == '\n' || text[i] == '\r';
        child->complaints += text[i] == '\n' ? 1 : 0;
        if (is_end && child->complaint_length > 0)
            child->complaint_length = APP_COMPLAINT_SIZE; /* it is whole */
        if (is_end || child->complaint_length >= APP_COMPLAINT_SIZE - 1)
            continue;
        child->complaint[child->complaint_length++] = text[i];
        child->complaint[child->complaint_length] = '\0';
    }
}

static void take_complaint(app_child *child)
{
    char text[1024];
    const ssize_t got = read(child->err, text, sizeof text);
    if (got > 0)
        take_text(child, text, (size_t)got);
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
        close_end(&child->err);
}

/* Until the end is ready, or another reason to return comes up. */
static app_io await(app_child *child, int end, short events, const app_patience *patience)
{
    const double since = app_clock_ms();
    for (;;) {
        struct pollfd ends[] = {{.fd = end, .events = events},
                                {.fd = child->err, .events = POLLIN}};
        if (poll(ends, 2, TICK) < 0 && errno != EINTR)
            return APP_IO_BROKEN;
        if (ends[1].revents != 0)
            take_complaint(child);
        if (ends[0].revents != 0)
            return APP_IO_DONE;
        if (patience->is_over != NULL && patience->is_over(patience->user))
            return APP_IO_STOPPED;
        if (patience->silence_ms > 0 && app_clock_ms() - since > patience->silence_ms)
            return APP_IO_SILENT;
    }
}

app_io app_child_read(app_child *child, void *bytes, size_t size, size_t *got,
                      const app_patience *patience)
{
    char *to = bytes;
    size_t done = 0;
    app_io state = APP_IO_DONE;
    while (done < size && state == APP_IO_DONE) {
        state = await(child, child->out, POLLIN, patience);
        if (state != APP_IO_DONE)
            break;
        const ssize_t count = read(child->out, to + done, size - done);
        if (count > 0)
            done += (size_t)count;
        else if (count == 0)
            state = APP_IO_END;
        else if (errno != EINTR && errno != EAGAIN)
            state = APP_IO_BROKEN;
    }
    if (got != NULL)
        *got = done;
    return state;
}

app_io app_child_write(app_child *child, const void *bytes, size_t size,
                       const app_patience *patience)
{
    const char *from = bytes;
    for (size_t done = 0; done < size;) {
        const app_io state = await(child, child->in, POLLOUT, patience);
        if (state != APP_IO_DONE)
            return state;
        const ssize_t count = write(child->in, from + done, size - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno == EPIPE)
            return APP_IO_END;
        else if (errno != EINTR && errno != EAGAIN)
            return APP_IO_BROKEN;
    }
    return APP_IO_DONE;
}

/* True: it has ended, and that is in *status. Its complaints are heard until then. */
static bool await_end(app_child *child, double patience_ms, int *status)
{
    const double since = app_clock_ms();
    for (;;) {
        const pid_t gone = waitpid(child->id, status, WNOHANG);
        if (gone == child->id || (gone < 0 && errno != EINTR))
            return gone == child->id;
        if (app_clock_ms() - since > patience_ms)
            return false;
        struct pollfd end = {.fd = child->err, .events = POLLIN};
        if (poll(&end, 1, child->err >= 0 ? TICK : 5) > 0)
            take_complaint(child);
    }
}

/* What lies in the pipe when it is gone. */
static void take_rest(app_child *child)
{
    struct pollfd end = {.fd = child->err, .events = POLLIN};
    while (child->err >= 0 && poll(&end, 1, 0) > 0)
        take_complaint(child);
}

bool app_child_end(app_child *child, double patience_ms)
{
    int status = 0;
    bool is_good = true;
    close_end(&child->in);
    close_end(&child->out);
    if (child->id > 0 && !await_end(child, patience_ms, &status)) {
        (void)kill(child->id, SIGKILL);
        while (waitpid(child->id, &status, 0) < 0 && errno == EINTR)
            ;
        if (patience_ms > 0)
            complain(child, "it does not end");
    }
    if (child->id > 0) {
        is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        /* posix_spawn() may say so only here */
        child->is_missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
        take_rest(child);
        if (!is_good)
            complain(child, "it fails and does not say why");
    }
    close_end(&child->err);
    child->id = 0;
    return is_good;
}
