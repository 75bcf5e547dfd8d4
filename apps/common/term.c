/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and signals of the programs. */
#include "common/term.h"

#include "common/text_file.h"

#include "common/progress.h"

#include <pawl/logger.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_WIDTH 80
#define LEAST_WIDTH   20
#define MOST_WIDTH    100
#define BOLD          "\033[1m"
#define PLAIN         "\033[0m"

/* One process, one terminal: the state of both. */
static struct {
    bool is_quiet;
    int loudness;
    bool has_colour[2]; /* stdout, stderr */
    bool is_terminal;
    bool is_json_on_stdout;
    bool is_stdout_reported; /* that it is broken */
} term;

static pthread_mutex_t term_lock = PTHREAD_MUTEX_INITIALIZER; /* the library logs from any thread */
static atomic_int caught_signal;                              /* asked for by any thread */
static atomic_llong caught_at;                                /* ms; 0: not known yet */

/*
 * A second signal ends the process at once, but not the first one's echo: timeout(1) tells the
 * program and then its group, a terminal that is closed and its shell both hang up, systemd sends
 * SIGHUP behind SIGTERM.
 */
#define SIGNAL_ECHO_MS 500

static void on_signal(int number)
{
    const int reason = errno;
    const long long now = (long long)app_clock_ms();
    int none = 0;
    if (atomic_compare_exchange_strong(&caught_signal, &none, number))
        caught_at = now;
    else if (caught_at != 0 && now - caught_at >= SIGNAL_ECHO_MS) {
        (void)signal(number, SIG_DFL);
        (void)raise(number); /* delivered when this returns */
    }
    errno = reason;
}

bool app_is_interrupted(void)
{
    return caught_signal != 0;
}

int app_fail_interrupted(void)
{
    const int number = caught_signal;
    return app_fail(number == SIGTERM  ? APP_EXIT_TERMINATED
                    : number == SIGHUP ? APP_EXIT_HUNG_UP
                                       : APP_EXIT_INTERRUPTED,
                    "interrupted");
}

/*
 * A standard descriptor that is closed would be given to the next file opened, and what is printed
 * would go into that file. So it is opened, the wrong way round: using it fails as before.
 */
static void guard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", modes[i]) < 0)
            return;
}

static void catch_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART; /* breaks off no write: half a line would have gone out */
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    struct sigaction hang_up;
    if (sigaction(SIGHUP, NULL, &hang_up) == 0 &&
        hang_up.sa_handler != SIG_IGN) /* as nohup has it */
        (void)sigaction(SIGHUP, &action, NULL);
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN; /* a closed pipe, a limit of file sizes: a write that fails */
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action, NULL);
}

void app_term_lock(void)
{
    (void)pthread_mutex_lock(&term_lock);
}

void app_term_unlock(void)
{
    (void)pthread_mutex_unlock(&term_lock);
}

bool app_term_is_terminal(void)
{
    return term.is_terminal;
}

static bool has_colour(FILE *out)
{
    return term.has_colour[out == stderr];
}

void app_put_plain(FILE *out, const char *text, size_t length)
{
    for (size_t step; length > 0 && *text != '\0'; text += step, length -= step) {
        char piece[16];
        step = app_utf8_length(text);
        step = step > 0 && step <= length ? step : 1;
        const size_t size = pawl_text_plain(text, step, piece, sizeof piece);
        (void)fwrite(piece, 1, size, out);
    }
}

/* Where a command of ours begins, where the stream takes them; else the text's end. */
static const char *find_own(FILE *out, const char *text)
{
    const char *end = text + strlen(text);
    const char *bold = has_colour(out) ? strstr(text, BOLD) : NULL;
    const char *plain = has_colour(out) ? strstr(text, PLAIN) : NULL;
    bold = bold != NULL ? bold : end;
    plain = plain != NULL ? plain : end;
    return bold < plain ? bold : plain;
}

/* One line whatever it names: a file's name may hold line ends, and commands to a terminal. */
static void put_line(FILE *out, const char *text)
{
    const size_t own = sizeof BOLD - 1;
    _Static_assert(sizeof BOLD == sizeof PLAIN, "of one length");
    while (*text != '\0') {
        const char *next = find_own(out, text);
        app_put_plain(out, text, (size_t)(next - text));
        text = next;
        if (*text != '\0') {
            (void)fwrite(text, 1, own, out);
            text += own;
        }
    }
    fputc('\n', out);
}

static void write_line(FILE *out, const char *prefix, const char *format, va_list list)
{
    char most[1024];
    va_list again;
    va_copy(again, list);
    const int length = vsnprintf(most, sizeof most, format, list);
    char *more = length >= (int)sizeof most ? malloc((size_t)length + 1) : NULL;
    if (more != NULL)
        (void)vsnprintf(more, (size_t)length + 1, format, again);
    va_end(again);
    (void)pthread_mutex_lock(&term_lock);
    app_progress_wipe();
    fputs(prefix, out);
    put_line(out, more != NULL ? more : most);
    (void)pthread_mutex_unlock(&term_lock);
    free(more);
}

static void write_text(FILE *out, const char *prefix, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void write_text(FILE *out, const char *prefix, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_line(out, prefix, format, list);
    va_end(list);
}

static void on_log(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    write_text(stderr, level <= PAWL_LOG_WARNING ? "pawl: warning: " : "pawl: ", "%s", message);
}

static void set_logger(void)
{
    pawl_logger logger = {NULL, PAWL_LOG_WARNING, on_log};
    if (term.is_quiet)
        logger.level = PAWL_LOG_ERROR;
    else if (term.loudness > 0)
        logger.level = term.loudness == 1 ? PAWL_LOG_INFO : PAWL_LOG_VERBOSE;
    pawl_logger_set(&logger);
}

static bool is_terminal(int descriptor)
{
    const char *kind = getenv("TERM");
    return isatty(descriptor) == 1 && (kind == NULL || strcmp(kind, "dumb") != 0);
}

/* Numbers are read and written with a dot, here and in the JSON and YAML libraries, though
 * something that is loaded into the process should call setlocale(). */
static void pin_locale(void)
{
    (void)uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

void app_term_start(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const bool is_wanted = no_colour == NULL || *no_colour == '\0';
    pin_locale();
    guard_descriptors();
    term.is_terminal = is_terminal(STDERR_FILENO);
    term.has_colour[0] = is_wanted && is_terminal(STDOUT_FILENO);
    term.has_colour[1] = is_wanted && term.is_terminal;
    catch_signals();
    set_logger();
}

void app_term_quiet(void)
{
    term.is_quiet = true;
    set_logger();
}

void app_term_louder(void)
{
    term.loudness++;
    set_logger();
}

bool app_term_is_quiet(void)
{
    return term.is_quiet;
}

bool app_term_is_loud(void)
{
    return term.loudness > 0;
}

void app_term_json_on_stdout(void)
{
    term.is_json_on_stdout = true;
}

FILE *app_say_stream(void)
{
    return term.is_json_on_stdout ? stderr : stdout;
}

void app_put(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_line(stdout, "", format, list);
    va_end(list);
}

void app_say(const char *format, ...)
{
    va_list list;
    if (term.is_quiet)
        return;
    va_start(list, format);
    write_line(app_say_stream(), "", format, list);
    va_end(list);
}

void app_note(const char *format, ...)
{
    va_list list;
    if (term.is_quiet)
        return;
    va_start(list, format);
    write_line(stderr, "", format, list);
    va_end(list);
}

void app_warn(const char *format, ...)
{
    va_list list;
    if (term.is_quiet)
        return;
    va_start(list, format);
    write_line(stderr, "pawl: warning: ", format, list);
    va_end(list);
}

int app_fail(int code, const char *format, ...)
{
    va_list list;
    (void)fflush(stdout); /* what went before comes before, also in a shared log */
    va_start(list, format);
    write_line(stderr, "pawl: ", format, list);
    va_end(list);
    return code;
}

const char *app_bold(FILE *out)
{
    return has_colour(out) ? BOLD : "";
}

const char *app_plain(FILE *out)
{
    return has_colour(out) ? PLAIN : "";
}

int app_stream_broken(FILE *stream)
{
    errno = 0;
    if (fflush(stream) == 0 && !ferror(stream))
        return 0;
    /* The write that failed may be long past and its reason forgotten: ask once more. */
    if (errno == 0 && write(fileno(stream), "\n", 1) >= 0)
        errno = EIO;
    return errno;
}

bool app_stdout_alive(void)
{
    return app_stream_broken(stdout) == 0;
}

int app_finish_stdout(int code)
{
    const int broken = app_stream_broken(stdout);
    if (broken == 0 || app_is_interrupted())
        return code;
    if (broken != EPIPE && !term.is_stdout_reported) /* EPIPE: the reader has seen enough */
        (void)app_fail(APP_EXIT_FAILED, "cannot write to standard output: %s", strerror(broken));
    term.is_stdout_reported = true;
    return APP_EXIT_FAILED;
}

/* 0: the stream goes to no terminal, or it does not say. */
int app_terminal_width(FILE *out)
{
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int app_term_width(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    long width = app_terminal_width(out);
    if (width == 0 && columns != NULL)
        width = strtol(columns, NULL, 10);
    if (width <= 0)
        return DEFAULT_WIDTH;
    return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : (int)width;
}

double app_clock_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

const char *app_human_bytes(char text[APP_HUMAN_SIZE], uint64_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)size;
    size_t unit = 0;
    while (value >= 999.5 && unit < 4) {
        value /= 1000;
        unit++;
    }
    (void)snprintf(text, APP_HUMAN_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

const char *app_human_duration(char text[APP_HUMAN_SIZE], double milliseconds)
{
    if (milliseconds < 1000)
        (void)snprintf(text, APP_HUMAN_SIZE, "%.0f ms", milliseconds);
    else if (milliseconds < 60e3)
        (void)snprintf(text, APP_HUMAN_SIZE, "%.2f s", milliseconds / 1e3);
    else
        (void)snprintf(text, APP_HUMAN_SIZE, "%ld min %02ld s", (long)(milliseconds / 60e3),
                       (long)(milliseconds / 1e3) % 60);
    return text;
}
