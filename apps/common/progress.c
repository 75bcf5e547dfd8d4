/* SPDX-License-Identifier: Apache-2.0 */
/* How far a long job is: a line that is written over, or, in a log, a line now and then. */
#include "common/progress.h"

#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define BAR_WIDTH     24
#define DEFAULT_WIDTH 80
#define LEAST_WIDTH   20
#define DRAW_MS       100   /* a terminal is slower than we are */
#define FIRST_LINE_MS 10000 /* of a log; what is over sooner is not worth a line */
#define NEXT_LINE_MS  30000
#define GUESS_MS      1000 /* of a stage, before the rest of it is guessed */
#define DEAF_TICKS    2    /* seconds after a signal that a call has not heeded */

/* One process, one line. With the terminal's lock. */
static struct {
    bool has_bar;
    double shown_ms; /* when it was drawn last, or a line was written */
    char stage[64];
    size_t first_done;
    double begin_ms; /* of the stage under way, with first_done of it done */
    bool has_line;   /* of this stage, in a log */
} shown;

/* The thread that shows what a call does not tell: how long it takes so far, beside the last stage
 * that began (a library's build says there what it took last time). With the terminal's lock. */
static struct {
    pthread_t thread;
    bool is_running, is_over;
    char stage[64];
    double begin_ms, told_ms; /* told: the last app_progress() */
    int interrupted_ticks;
} ticker;
static pthread_cond_t ticker_wake = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t ticker_lock = PTHREAD_MUTEX_INITIALIZER;

void app_progress_wipe(void)
{
    if (!shown.has_bar)
        return;
    fputs("\r\033[K", stderr);
    shown.has_bar = false;
}

static void begin_stage(const char *stage, size_t done, double now)
{
    if (strncmp(shown.stage, stage, sizeof shown.stage - 1) == 0 && done >= shown.first_done)
        return;
    (void)snprintf(shown.stage, sizeof shown.stage, "%s", stage);
    shown.first_done = done;
    shown.begin_ms = now;
    shown.has_line = false;
    (void)fflush(stdout); /* what was said before the long job is seen while it lasts */
}

static void put_duration(char text[32], double milliseconds)
{
    const long seconds = (long)(milliseconds / 1e3) + 1;
    if (seconds < 60)
        (void)snprintf(text, 32, "%ld s", seconds);
    else if (seconds < 3600)
        (void)snprintf(text, 32, "%ld min %02ld s", seconds / 60, seconds % 60);
    else
        (void)snprintf(text, 32, "%ld h %02ld min", seconds / 3600 % 10000, seconds / 60 % 60);
}

/* ", 12 s left" where the stage has told enough to guess by: it goes on as it went. */
static void put_remaining(char text[48], size_t done, size_t total, double now)
{
    char duration[32];
    const double spent = now - shown.begin_ms;
    text[0] = '\0';
    if (spent < GUESS_MS || done <= shown.first_done || done >= total)
        return;
    put_duration(duration, spent * (double)(total - done) / (double)(done - shown.first_done));
    (void)snprintf(text, 48, ", %s left", duration);
}

static bool is_line_due(double now)
{
    return shown.has_line ? now - shown.shown_ms >= NEXT_LINE_MS
                          : now - shown.begin_ms >= FIRST_LINE_MS;
}

static void note_shown(double now, bool is_bar)
{
    (void)fflush(stderr);
    shown.has_bar = is_bar;
    shown.has_line = !is_bar;
    shown.shown_ms = now;
}

static int columns(void)
{
    const int width = app_terminal_width(stderr);
    return width >= LEAST_WIDTH ? width : DEFAULT_WIDTH;
}

static void draw_bar(const char *stage, size_t done, size_t total, const char *left)
{
    char bar[BAR_WIDTH + 1];
    const size_t full = (size_t)((double)done / (double)total * BAR_WIDTH);
    memset(bar, '#', full);
    memset(bar + full, '.', BAR_WIDTH - full);
    bar[BAR_WIDTH] = '\0';
    const int room = columns() - BAR_WIDTH - 12;
    fprintf(stderr, "\r\033[K[%s] %3d%%%s", bar, (int)(100 * (double)done / (double)total),
            (int)strlen(left) < room ? left : "");
    if ((int)strlen(left) + 1 < room)
        fprintf(stderr, " %.*s", room - (int)strlen(left) - 1, stage);
}

void app_progress(const char *stage, size_t done, size_t total)
{
    const double now = app_clock_ms();
    char left[48];
    if (app_term_is_quiet() || total == 0)
        return;
    done = done < total ? done : total;
    app_term_lock();
    ticker.told_ms = now;
    if (done == 0)
        (void)snprintf(ticker.stage, sizeof ticker.stage, "%s", stage);
    begin_stage(stage, done, now);
    put_remaining(left, done, total, now);
    if (!app_term_is_terminal()) {
        if (done < total && is_line_due(now)) {
            fprintf(stderr, "%s: %d %%%s\n", stage, (int)(100 * (double)done / (double)total),
                    left);
            note_shown(now, false);
        }
    } else if (!shown.has_bar || done == total || now - shown.shown_ms >= DRAW_MS) {
        draw_bar(stage, done, total, left);
        note_shown(now, true);
    }
    app_term_unlock();
}

/* --- what tells nothing --- */

static void show_elapsed(void)
{
    char duration[32];
    const double now = app_clock_ms();
    app_term_lock();
    if (now - ticker.told_ms >= 1900) { /* else somebody tells more */
        begin_stage(ticker.stage, 0, ticker.begin_ms);
        put_duration(duration, now - ticker.begin_ms);
        if (app_term_is_terminal()) {
            const int room = columns() - (int)strlen(duration) - (int)sizeof ", so far";
            fprintf(stderr, "\r\033[K%.*s, %s so far", room > 0 ? room : 0, ticker.stage, duration);
            note_shown(now, true);
        } else if (is_line_due(now)) {
            fprintf(stderr, "%s, %s so far\n", ticker.stage, duration);
            note_shown(now, false);
        }
    }
    app_term_unlock();
}

/* A library that asks nobody in the middle of minutes of work looks as if the signal were lost. */
static void tell_interruption(void)
{
    if (app_is_interrupted() && ++ticker.interrupted_ticks == DEAF_TICKS)
        app_warn("interrupted: what is under way cannot be broken off and ends first; a second "
                 "signal ends it at once, with nothing written");
}

/* Once a second. */
static void *tick(void *unused)
{
    (void)unused;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    (void)uselocale(plain); /* as app_term_start() does */
    (void)pthread_mutex_lock(&ticker_lock);
    while (!ticker.is_over) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        if (pthread_cond_timedwait(&ticker_wake, &ticker_lock, &until) == ETIMEDOUT) {
            tell_interruption();
            show_elapsed();
        }
    }
    (void)pthread_mutex_unlock(&ticker_lock);
    (void)uselocale(LC_GLOBAL_LOCALE);
    if (plain != (locale_t)0)
        freelocale(plain);
    return NULL;
}

void app_progress_elapsed(const char *stage)
{
    if (app_term_is_quiet() || ticker.is_running)
        return;
    (void)snprintf(ticker.stage, sizeof ticker.stage, "%s", stage);
    ticker.begin_ms = app_clock_ms();
    ticker.told_ms = 0;
    ticker.is_over = false;
    ticker.is_running = pthread_create(&ticker.thread, NULL, tick, NULL) == 0; /* else it is dark */
}

static void stop_ticker(void)
{
    if (!ticker.is_running)
        return;
    (void)pthread_mutex_lock(&ticker_lock);
    ticker.is_over = true;
    (void)pthread_cond_signal(&ticker_wake);
    (void)pthread_mutex_unlock(&ticker_lock);
    (void)pthread_join(ticker.thread, NULL);
    ticker.is_running = false;
}

void app_progress_end(void)
{
    stop_ticker();
    app_term_lock();
    app_progress_wipe();
    shown.stage[0] = '\0';
    app_term_unlock();
}
