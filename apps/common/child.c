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
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK  100 /* ms between looks at the clock */
#define NOTES 3   /* its descriptor of them */

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

/* Its streams as they are on its side; -1: none. */
typedef struct streams {
    int in, out, err, notes;
} streams;

bool app_child_die_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return getppid() == parent; /* else it went before it was asked to take us along */
}

/* What was there before the child is not handed on, nor is an end of ours. */
static bool place(int end, int as, int flags)
{
    const int from = end >= 0 ? end : open("/dev/null", flags | O_CLOEXEC);
    return from == as ? fcntl(as, F_SETFD, 0) == 0 : from >= 0 && dup2(from, as) == as;
}

/* Between fork() and the program: nothing that another thread may have held a lock of. */
static void become(char *const *argv, bool is_deaf, const streams *its, pid_t parent, int report)
{
    static const int endings[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t unheard;
    (void)sigemptyset(&unheard);
    for (size_t i = 0; is_deaf && i < sizeof endings / sizeof endings[0]; i++)
        (void)sigaddset(&unheard, endings[i]);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)setpgid(0, 0);
    const int told = fcntl(report, F_DUPFD_CLOEXEC, NOTES + 1);
    if (app_child_die_with(parent) && place(its->in, STDIN_FILENO, O_RDONLY) &&
        place(its->out, STDOUT_FILENO, O_WRONLY) && place(its->err, STDERR_FILENO, O_WRONLY) &&
        (its->notes < 0 || place(its->notes, NOTES, O_WRONLY))) {
        (void)pthread_sigmask(SIG_SETMASK, &unheard, NULL);
        (void)execvp(argv[0], argv);
    }
    const int reason = errno;
    const ssize_t written = write(told, &reason, sizeof reason);
    _exit(written > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* 0 or an errno. The child hears no signal before it is the program. */
static int start(app_child *child, char *const *argv, bool is_deaf, const streams *its)
{
    int report[2], reason = 0;
    sigset_t all, before;
    if (!make_pipe(report))
        return errno;
    const pid_t parent = getpid();
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    child->id = fork();
    if (child->id == 0)
        become(argv, is_deaf, its, parent, report[1]);
    const int failed = child->id < 0 ? errno : 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(report[1]);
    ssize_t got = 0;
    while (failed == 0 && (got = read(report[0], &reason, sizeof reason)) < 0 && errno == EINTR)
        continue;
    (void)close(report[0]);
    if (failed == 0 && got == (ssize_t)sizeof reason)
        while (waitpid(child->id, NULL, 0) < 0 && errno == EINTR)
            continue;
    return failed != 0 ? failed : reason;
}

bool app_child_start(app_child *child, char *const *argv, int pipes)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1}, notes[2] = {-1, -1};
    *child = (app_child)APP_CHILD_NONE;
    (void)pthread_mutex_lock(&start_lock);
    const bool is_piped = ((pipes & APP_CHILD_IN) == 0 || make_pipe(in)) &&
                          ((pipes & APP_CHILD_OUT) == 0 || make_pipe(out)) &&
                          ((pipes & APP_CHILD_NOTES) == 0 || make_pipe(notes)) && make_pipe(err);
    const streams its = {in[0], out[1], err[1], notes[1]};
    const int code = is_piped ? start(child, argv, (pipes & APP_CHILD_DEAF) != 0, &its) : errno;
    close_end(&in[0]);
    close_end(&out[1]);
    close_end(&err[1]);
    close_end(&notes[1]);
    (void)pthread_mutex_unlock(&start_lock);
    child->in = in[1];
    child->out = out[0];
    child->err = err[0];
    child->notes = notes[0];
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

app_io app_child_note(app_child *child, char *line, size_t size, const app_patience *patience)
{
    for (;;) {
        const char *end = memchr(child->note, '\n', child->note_length);
        if (end != NULL) {
            const size_t length = (size_t)(end - child->note);
            (void)snprintf(line, size, "%.*s", (int)length, child->note);
            child->note_length -= length + 1;
            memmove(child->note, end + 1, child->note_length);
            return APP_IO_DONE;
        }
        if (child->note_length == sizeof child->note)
            child->note_length = 0;
        const app_io state = await(child, child->notes, POLLIN, patience);
        if (state != APP_IO_DONE)
            return state;
        const ssize_t got = read(child->notes, child->note + child->note_length,
                                 sizeof child->note - child->note_length);
        if (got > 0)
            child->note_length += (size_t)got;
        else if (got == 0)
            return APP_IO_END;
        else if (errno != EINTR && errno != EAGAIN)
            return APP_IO_BROKEN;
    }
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
    close_end(&child->notes);
    if (child->id > 0 && !await_end(child, patience_ms, &status)) {
        (void)kill(child->id, SIGKILL);
        while (waitpid(child->id, &status, 0) < 0 && errno == EINTR)
            ;
        if (patience_ms > 0)
            complain(child, "it does not end");
    }
    if (child->id > 0) {
        is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        take_rest(child);
        if (!is_good)
            complain(child, "it fails and does not say why");
    }
    close_end(&child->err);
    child->id = 0;
    return is_good;
}
