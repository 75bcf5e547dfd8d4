/* SPDX-License-Identifier: Apache-2.0 */
/* fork, a pipe of lines, and a limit of time. */
#include "cli/apart.h"

#include "common/child.h"
#include "common/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_SIZE 2048

/* The child's last byte: without it, it ended before its work was done. */
#define END_MARK '\0'

static void write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; /* nobody reads any more */
        bytes += written;
        size -= (size_t)written;
    }
}

/* In the child: one line, whatever is in the text. */
static void send_line(void *user, const char *text)
{
    char line[LINE_SIZE];
    size_t length = strnlen(text, sizeof line - 1);
    memcpy(line, text, length);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    line[length++] = '\n';
    write_all(*(const int *)user, line, length);
}

static _Noreturn void be_child(void (*work)(void *argument, cli_line line, void *line_user),
                               void *argument, int to)
{
    const char end = END_MARK;
    const struct rlimit no_core = {0, 0};
    const int nowhere = open("/dev/null", O_WRONLY);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    if (nowhere >= 0)
        (void)dup2(nowhere, STDOUT_FILENO); /* what a library prints is no result of ours */
    work(argument, send_line, &to);
    write_all(to, &end, 1);
    _exit(0); /* no destructor of anybody's */
}

/* Passes on what arrives, by lines. */
typedef struct receiver {
    cli_line line;
    void *user;
    char text[LINE_SIZE];
    size_t length;
    bool is_done; /* the end mark came */
} receiver;

static void receive(receiver *to, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == END_MARK) {
            to->is_done = true;
        } else if (bytes[i] == '\n' || to->length == sizeof to->text - 1) {
            to->text[to->length] = '\0';
            to->line(to->user, to->text);
            to->length = 0;
        } else {
            to->text[to->length++] = bytes[i];
        }
    }
}

typedef enum outcome { DONE, CLOSED, LATE, STOPPED } outcome;

/* Until the child is done, its end of the pipe closes (with its own end), or the limit or an
 * interruption comes. */
static outcome listen_to(int from, unsigned limit_seconds, receiver *to)
{
    const double start = app_clock_ms();
    while (!to->is_done) {
        const double left = 1000.0 * limit_seconds - (app_clock_ms() - start);
        struct pollfd ready = {.fd = from, .events = POLLIN};
        char bytes[512];
        if (app_is_interrupted() || left <= 0)
            return left <= 0 ? LATE : STOPPED;
        if (poll(&ready, 1, left < 100 ? (int)left + 1 : 100) <= 0)
            continue;
        const ssize_t size = read(from, bytes, sizeof bytes);
        if (size > 0)
            receive(to, bytes, (size_t)size);
        else if (size == 0 || errno != EINTR)
            return CLOSED;
    }
    return DONE;
}

/* Waits for the child's end, which comes at once but where it has closed its pipe and ends by
 * itself, and says what it was. */
static void bury(pid_t child, outcome result, unsigned limit_seconds, char *why, size_t why_size)
{
    int status = 0;
    if (result != CLOSED)
        (void)kill(child, SIGKILL); /* done: whatever it still does is of no use */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (result == LATE)
        snprintf(why, why_size, "it had not answered after %u seconds", limit_seconds);
    else if (result == STOPPED)
        snprintf(why, why_size, "it was interrupted");
    else if (WIFSIGNALED(status))
        snprintf(why, why_size, "it crashed (%s)", strsignal(WTERMSIG(status)));
    else
        snprintf(why, why_size, "it ended the process with status %d", WEXITSTATUS(status));
}

bool cli_apart(void (*work)(void *argument, cli_line line, void *line_user), void *argument,
               unsigned limit_seconds, cli_line line, void *user, char *why, size_t why_size)
{
    int ends[2];
    receiver from = {.line = line, .user = user};
    (void)fflush(NULL); /* what is buffered is written by one of the two only */
    if (pipe(ends) != 0) {
        snprintf(why, why_size, "no process can be made for it: %s", strerror(errno));
        return false;
    }
    const pid_t parent = getpid(), child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        if (!app_child_die_with(parent))
            _exit(0);
        be_child(work, argument, ends[1]);
    }
    (void)close(ends[1]);
    if (child > 0)
        bury(child, listen_to(ends[0], limit_seconds, &from), limit_seconds, why, why_size);
    else
        snprintf(why, why_size, "no process can be made for it: %s", strerror(errno));
    (void)close(ends[0]);
    return from.is_done;
}
