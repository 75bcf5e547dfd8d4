/* SPDX-License-Identifier: Apache-2.0 */
/* The log: a file that is mapped, so that nothing is lost however the program ends and no
 * descriptor of its is taken. Its blocks are allocated before they are written: a full disk must
 * not end the program. */
#define _GNU_SOURCE
#include "trace/witness/witness_call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STEP       ((size_t)1 << 20)
#define FIRST_STEP ((size_t)1 << 16) /* most processes tell little */

static pw_trace_head *head;
static size_t allocated, capacity;
static char path[512];

void *pw_arena(size_t size)
{
    static char *at, *end;
    size = (size + 15) & ~(size_t)15;
    pw_lock(PW_ARENA);
    if (at == NULL || size > (size_t)(end - at)) {
        const size_t chunk = size > STEP ? size : STEP;
        void *const made =
            mmap(NULL, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) {
            pw_unlock(PW_ARENA);
            return NULL;
        }
        at = made;
        end = at + chunk;
    }
    char *const given = at;
    at += size;
    pw_unlock(PW_ARENA);
    return given;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* One step more of the file, mapped behind what is there. */
static bool grow(void)
{
    const size_t step = allocated == 0 ? FIRST_STEP : STEP;
    const int file = allocated + step <= capacity ? open(path, O_RDWR | O_CLOEXEC) : -1;
    bool is_grown = false;
    if (file < 0)
        return false;
    if (posix_fallocate(file, (off_t)allocated, (off_t)step) == 0 &&
        mmap((char *)head + allocated, step, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
             (off_t)allocated) != MAP_FAILED) {
        allocated += step;
        is_grown = true;
    }
    close(file);
    return is_grown;
}

static void *reserve(size_t size)
{
    capacity = size;
    return mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

bool pw_log_open(const char *folder, uint32_t flags, bool is_forked)
{
    int file = -1;
    for (int image = 1; file < 0 && image < 1000; image++) { /* one an exec */
        const char ending[] = {'.', (char)('0' + image / 100), (char)('0' + image / 10 % 10),
                               (char)('0' + image % 10), '\0'};
        if (!pw_path_make(path, sizeof path, folder, (long)getpid(), ending))
            return false;
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 && errno != EEXIST)
            return false;
    }
    if (file < 0)
        return false;
    close(file);
    void *room = reserve(PW_TRACE_MOST);
    while (room == MAP_FAILED && capacity > STEP) /* the program may be given little */
        room = reserve(capacity / 2);
    if (room == MAP_FAILED)
        return false;
    head = room;
    allocated = 0;
    if (!grow()) {
        munmap(room, capacity);
        head = NULL;
        return false;
    }
    head->begun_ns = now();
    head->process = (uint32_t)getpid();
    head->parent = (uint32_t)getppid();
    head->flags = flags;
    head->is_forked = is_forked;
    head->used = sizeof *head;
    head->magic = PW_TRACE_MAGIC;
    return true;
}

static size_t put_text(char *at, size_t used, const char *text)
{
    const size_t length = text != NULL ? strlen(text) : 0;
    if (at != NULL && length > 0)
        memcpy(at + used, text, length);
    if (at != NULL)
        at[used + length] = '\0';
    return used + length + 1;
}

void pw_log_add(const pw_note *note)
{
    size_t text_size = 0;
    if (head == NULL)
        return;
    for (int i = 0; i < 3; i++)
        text_size = put_text(NULL, text_size, note->texts[i]);
    const size_t frames_size = (size_t)note->frame_count * sizeof *note->frames;
    const size_t size = (sizeof(pw_trace_record) + frames_size + text_size + 7) & ~(size_t)7;
    const uint32_t thread = pw_thread_id();
    pw_lock(PW_LOG);
    bool has_room = head->dropped == 0;
    while (has_room && head->used + size > allocated)
        has_room = grow();
    if (!has_room) { /* nor for a smaller one later: an exit without the ends before it would lie */
        head->dropped++;
        pw_unlock(PW_LOG);
        return;
    }
    pw_trace_record *const record = (pw_trace_record *)((char *)head + head->used);
    *record = (pw_trace_record){.kind = (uint16_t)note->kind,
                                .frame_count = (uint16_t)note->frame_count,
                                .time_ns = now(),
                                .id = note->id,
                                .code = note->code,
                                .count = note->count,
                                .thread = thread,
                                .text_size = (uint32_t)text_size};
    memcpy(record->others, note->others, sizeof record->others);
    if (frames_size > 0)
        memcpy(record + 1, note->frames, frames_size);
    char *const texts = (char *)(record + 1) + frames_size;
    size_t used = 0;
    for (int i = 0; i < 3; i++)
        used = put_text(texts, used, note->texts[i]);
    record->size = (uint32_t)size;
    __atomic_store_n(&head->used, head->used + size, __ATOMIC_RELEASE);
    pw_unlock(PW_LOG);
}

void pw_log_call_begins(const pw_call *call)
{
    pw_thread *const thread = &pw_this_thread;
    if (head == NULL)
        return;
    if (thread->slot < 0)
        return;
    pw_trace_call *mine = &head->calls[thread->slot];
    if (mine->thread != pw_thread_id()) { /* not ours yet */
        thread->slot = -1;
        for (int i = 0; i < PW_TRACE_CALLS && thread->slot < 0; i++) {
            uint32_t none = 0;
            if (__atomic_compare_exchange_n(&head->calls[i].thread, &none, pw_thread_id(), false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                thread->slot = i;
        }
        if (thread->slot < 0)
            return;
        mine = &head->calls[thread->slot];
    }
    mine->caller = call->caller;
    char *const end = mine->method + sizeof mine->method - 1;
    char *at = call->entry != NULL ? stpncpy(mine->method, call->entry->interface->name, 24)
                                   : mine->method;
    at = stpncpy(at, call->entry != NULL ? "::" : "", 2);
    at = stpncpy(at, call->method->name, (size_t)(end - at));
    *at = '\0';
    __atomic_store_n(&mine->id, call->entry != NULL ? call->entry->id : 0, __ATOMIC_RELEASE);
}

void pw_log_call_ends(void)
{
    pw_thread *const thread = &pw_this_thread;
    if (head == NULL || thread->slot < 0 || head->calls[thread->slot].thread != pw_thread_id())
        return;
    head->calls[thread->slot].method[0] = '\0';
    __atomic_store_n(&head->calls[thread->slot].thread, 0, __ATOMIC_RELEASE);
    thread->slot = 0;
}
