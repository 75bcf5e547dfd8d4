/* SPDX-License-Identifier: Apache-2.0 */
/* Errors by call. A watch that takes those of other threads too is in a list under a mutex; nothing
 * of the user's runs while it is held. */
#include "backend/tensorrt/trt_watch.h"
#include "backend/tensorrt/trt_cause.h"
#include "backend/tensorrt/trt_library.h"
#include "base/log.h"
#include "base/strbuf.h"
#include <pthread.h>
#include <string.h>

static _Thread_local pw_trt_watch *innermost;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pw_trt_watch *shared; /* the innermost of each thread that watches for workers */

static void lock(const pw_trt_watch *watch)
{
    if (watch->kind == PW_TRT_WATCH_WORKERS)
        pthread_mutex_lock(&mutex);
}

static void unlock(const pw_trt_watch *watch)
{
    if (watch->kind == PW_TRT_WATCH_WORKERS)
        pthread_mutex_unlock(&mutex);
}

static void link_in(pw_trt_watch *watch)
{
    if (watch == NULL || watch->kind != PW_TRT_WATCH_WORKERS)
        return;
    pthread_mutex_lock(&mutex);
    watch->next = shared;
    shared = watch;
    pthread_mutex_unlock(&mutex);
}

static void link_out(pw_trt_watch *watch)
{
    if (watch == NULL || watch->kind != PW_TRT_WATCH_WORKERS)
        return;
    pthread_mutex_lock(&mutex);
    for (pw_trt_watch **at = &shared; *at != NULL; at = &(*at)->next)
        if (*at == watch) {
            *at = watch->next;
            break;
        }
    pthread_mutex_unlock(&mutex);
}

void pw_trt_watch_begin(pw_trt_watch *watch, pw_trt_watch_kind kind)
{
    *watch = (pw_trt_watch){.kind = kind, .outer = innermost};
    link_out(innermost);
    link_in(watch);
    innermost = watch;
}

void pw_trt_watch_end(pw_trt_watch *watch)
{
    link_out(watch);
    link_in(watch->outer);
    innermost = watch->outer;
    if (watch->count == 0 || watch->is_told || pw_trt_library_is_searching())
        return; /* the last: inside a once, where the user's logger may not be called */
    pw_log(PAWL_LOG_WARNING, "TensorRT: %s", watch->first);
    if (watch->count > 1 && strcmp(watch->first, watch->last) != 0)
        pw_log(PAWL_LOG_WARNING, "TensorRT: %s", watch->last);
    if (watch->count > 2)
        pw_log(PAWL_LOG_WARNING, "TensorRT went on after %u errors; -v shows all", watch->count);
}

/* The first error tells the cause; where it is not known, the last may. */
static bool find_cause(const pw_trt_watch *watch, pw_trt_cause *cause)
{
    return watch->count > 0 &&
           (pw_trt_cause_find(watch->first, cause) || pw_trt_cause_find(watch->last, cause));
}

bool pw_trt_watch_has_errors(void)
{
    if (innermost == NULL)
        return false;
    lock(innermost);
    const bool has_some = innermost->count > 0;
    unlock(innermost);
    return has_some;
}

bool pw_trt_watch_cause(pw_trt_cause *cause)
{
    if (innermost == NULL)
        return false;
    lock(innermost);
    const bool is_known = find_cause(innermost, cause);
    unlock(innermost);
    return is_known;
}

void pw_trt_watch_forget(void)
{
    if (innermost == NULL)
        return;
    lock(innermost);
    innermost->first[0] = innermost->last[0] = innermost->warned[0] = '\0';
    innermost->count = 0;
    innermost->is_told = false;
    unlock(innermost);
}

/* One line: NVIDIA ends some messages with blanks and line feeds. */
static void copy_line(char to[PW_TRT_TEXT_SIZE], const char *message)
{
    size_t length = 0;
    for (const char *at = message; *at != '\0' && length < PW_TRT_TEXT_SIZE - 1; at++) {
        const bool is_blank = (unsigned char)*at <= ' ';
        if (!is_blank || (length > 0 && to[length - 1] != ' '))
            to[length++] = is_blank ? ' ' : *at;
    }
    while (length > 0 && to[length - 1] == ' ')
        length--;
    to[length] = '\0';
}

static bool put(pw_trt_watch *watch, const char *message)
{
    if (watch->is_told)
        return false;
    if (watch->count++ == 0)
        copy_line(watch->first, message);
    copy_line(watch->last, message);
    return true;
}

bool pw_trt_watch_take(const char *message)
{
    bool is_taken = false;
    if (innermost != NULL) {
        lock(innermost);
        is_taken = put(innermost, message);
        unlock(innermost);
        return is_taken;
    }
    pthread_mutex_lock(&mutex);
    if (shared != NULL && shared->next == NULL)
        is_taken = put(shared, message);
    pthread_mutex_unlock(&mutex);
    return is_taken;
}

void pw_trt_watch_warnings(pw_trt_watch *watch, pw_trt_warning warning, void *user)
{
    lock(watch);
    watch->warning = warning;
    watch->warning_user = user;
    unlock(watch);
}

static bool is_dealt_with(const pw_trt_watch *watch, const char *message)
{
    return watch->warning != NULL && watch->warning(watch->warning_user, message);
}

bool pw_trt_watch_warn(const char *message)
{
    bool is_taken = false;
    if (innermost != NULL)
        copy_line(innermost->warned, message);
    for (const pw_trt_watch *watch = innermost; watch != NULL && !is_taken; watch = watch->outer) {
        lock(watch);
        is_taken = is_dealt_with(watch, message);
        unlock(watch);
    }
    if (innermost != NULL)
        return is_taken;
    pthread_mutex_lock(&mutex);
    if (shared != NULL && shared->next == NULL)
        is_taken = is_dealt_with(shared, message);
    pthread_mutex_unlock(&mutex);
    return is_taken;
}

void pw_trt_watch_note(const char *format, ...)
{
    char text[PW_TRT_TEXT_SIZE];
    pw_strbuf line = PW_STRBUF(text);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&line, format, arguments);
    va_end(arguments);
    if (!pw_trt_watch_take(text) && !pw_trt_library_is_searching())
        pw_log(PAWL_LOG_ERROR, "%s", text);
}

/* At most limit bytes of text; what is cut off ends in dots. */
static void add_cut(pw_strbuf *to, const char *text, size_t limit)
{
    const size_t length = strlen(text);
    size_t kept = length <= limit ? length : limit - 3;
    while (kept < length && kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--; /* not within a character */
    pw_strbuf_add(to, "%.*s%s", (int)kept, text, kept < length ? "..." : "");
}

/* With its lock held: what the watch holds, and a known cause. False: it holds nothing. */
static bool add_reason(pw_strbuf *text, pw_trt_watch *watch, pawl_status *status)
{
    enum { FIRST_LIMIT = 190, LAST_LIMIT = 100 };
    pw_trt_cause cause = {.remedy = ""};
    if (watch->count == 0 && watch->warned[0] == '\0')
        return false;
    if (watch->count == 0)
        (void)put(watch, watch->warned);
    if (find_cause(watch, &cause))
        *status = cause.status;
    pw_strbuf_add(text, ": ");
    add_cut(text, watch->first, FIRST_LIMIT);
    if (pw_trt_adds_something(watch->first, watch->last)) {
        pw_strbuf_add(text, " (at the end: ");
        add_cut(text, watch->last, LAST_LIMIT);
        pw_strbuf_add(text, ")");
    }
    if (cause.remedy[0] != '\0')
        pw_strbuf_add(text, "; %s", cause.remedy);
    watch->is_told = true;
    return true;
}

pawl_status pw_trt_fail(pawl_error *error, pawl_status status, const char *format, ...)
{
    char sentence[sizeof error->message];
    pw_strbuf text = PW_STRBUF(sentence);
    pw_trt_watch *const watch = innermost;
    bool has_reason = false;
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&text, format, arguments);
    va_end(arguments);
    if (watch != NULL) {
        lock(watch);
        has_reason = add_reason(&text, watch, &status);
        unlock(watch);
    }
    if (!has_reason)
        pw_strbuf_add(&text, ": it gives no reason");
    return pw_fail(error, status, "%s", sentence);
}
