/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process-wide logger. Its parts are read under a sequence number instead of a mutex, so that a
 * fork or a logger that calls back into the library can never find a lock held.
 */
#include "base/log.h"
#include "base/os.h"
#include "base/plain_text.h"
#include "base/strbuf.h"

#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>

#define MESSAGE_SIZE   1024
#define READ_TRIES_MAX 1000 /* a writer that a fork cut off never finishes: give up then */

typedef void (*write_function)(void *user, pawl_log_level level, const char *message);

static atomic_uint writer_process; /* 0: nobody writes; else only that process may finish */
static atomic_uint sequence;       /* odd while a writer is at it */
static _Atomic(write_function) current_write;
static _Atomic(void *) current_user;
static atomic_int current_level = -1; /* below ERROR: nothing is wanted */

/* One writer at a time. One that is of another process was cut off by a fork: its lock is ours to
 * take over. */
static void writer_lock(void)
{
    const unsigned own = pw_os_process_id();
    unsigned holder = 0;
    while (!atomic_compare_exchange_weak_explicit(&writer_process, &holder, own,
                                                  memory_order_acquire, memory_order_relaxed))
        if (holder == own) {
            holder = 0;
            sched_yield();
        }
}

void pawl_logger_set(const pawl_logger *logger)
{
    writer_lock();
    const unsigned even = atomic_load_explicit(&sequence, memory_order_relaxed) & ~1u;
    atomic_store_explicit(&sequence, even + 1, memory_order_relaxed);
    const bool is_set = logger != NULL && logger->write != NULL;
    /* release: nobody sees a part of the new logger without the odd number before it */
    atomic_store_explicit(&current_write, is_set ? logger->write : NULL, memory_order_release);
    atomic_store_explicit(&current_user, is_set ? logger->user : NULL, memory_order_release);
    atomic_store_explicit(&current_level, is_set ? (int)logger->level : -1, memory_order_release);
    atomic_store_explicit(&sequence, even + 2, memory_order_release);
    atomic_store_explicit(&writer_process, 0, memory_order_release);
}

/* A copy of the logger that was whole at one moment; false when there is none. */
static bool read_logger(write_function *write, void **user)
{
    for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
        const unsigned before = atomic_load_explicit(&sequence, memory_order_acquire);
        *write = atomic_load_explicit(&current_write, memory_order_acquire);
        *user = atomic_load_explicit(&current_user, memory_order_acquire);
        const unsigned after = atomic_load_explicit(&sequence, memory_order_relaxed);
        if (before == after && (before & 1u) == 0)
            return *write != NULL;
        sched_yield();
    }
    return false;
}

bool pw_log_wants(pawl_log_level level)
{
    return (int)level <= atomic_load_explicit(&current_level, memory_order_relaxed);
}

bool pw_log_is_set(void)
{
    return atomic_load_explicit(&current_level, memory_order_relaxed) >= 0;
}

static _Thread_local pw_log_held *holder;

void pw_log_hold(pw_log_held *held)
{
    held->count = held->lost = 0;
    holder = held;
}

void pw_log_tell(pw_log_held *held)
{
    holder = NULL;
    for (unsigned i = 0; i < held->count; i++)
        pw_log(held->lines[i].level, "%s", held->lines[i].text);
    if (held->lost > 0)
        pw_log(PAWL_LOG_VERBOSE, "%u more messages were not kept", held->lost);
}

static void PW_PRINTF(3, 0)
    keep(pw_log_held *held, pawl_log_level level, const char *format, va_list arguments)
{
    if (held->count == PW_COUNT(held->lines)) {
        held->lost++;
        return;
    }
    pw_strbuf text = PW_STRBUF(held->lines[held->count].text);
    pw_strbuf_vadd(&text, format, arguments);
    held->lines[held->count++].level = level;
}

void pw_log(pawl_log_level level, const char *format, ...)
{
    if (!pw_log_wants(level))
        return;
    if (PW_UNLIKELY(holder != NULL)) {
        va_list held;
        va_start(held, format);
        keep(holder, level, format, held);
        va_end(held);
        return;
    }
    write_function write = NULL;
    void *user = NULL;
    if (!read_logger(&write, &user))
        return;
    char message[MESSAGE_SIZE], plain[MESSAGE_SIZE];
    pw_strbuf buffer = PW_STRBUF(message), shown = PW_STRBUF(plain);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&buffer, format, arguments);
    va_end(arguments);
    pw_strbuf_add_plain(&shown, message);
    write(user, level, plain);
}

void pw_notice_set(pw_notice *notice, pawl_log_level level, const char *format, ...)
{
    pw_strbuf buffer = PW_STRBUF(notice->text);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&buffer, format, arguments);
    va_end(arguments);
    notice->level = level;
    atomic_store_explicit(&notice->is_due, true, memory_order_release);
}

void pw_notice_tell(pw_notice *notice)
{
    if (PW_LIKELY(!atomic_load_explicit(&notice->is_due, memory_order_acquire)) ||
        !pw_log_wants(notice->level))
        return;
    if (atomic_exchange_explicit(&notice->is_due, false, memory_order_acquire))
        pw_log(notice->level, "%s", notice->text);
}
