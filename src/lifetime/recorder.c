/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the events. Two mutexes: one for adding an event, one that keeps begin and end out while
 * somebody reads. Neither is ever held while the table's is wanted. */
#include "lifetime/recorder.h"
#include "base/memory.h"
#include "base/os.h"
#include "lifetime/slot_table.h"

#include <pawl/lifetime_log.h>

#define CHUNK_RECORDS 1024u

atomic_bool pw_recorder_on;

static pthread_mutex_t session_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t record_mutex = PTHREAD_MUTEX_INITIALIZER;

/* With record_mutex held. */
static pw_record *chunks[PW_RECORD_MAX / CHUNK_RECORDS];
static size_t count;
static uint64_t dropped, begun_ns, last_ns;

static bool has_recording; /* with session_mutex held */

void pw_recorder_lock(void)
{
    (void)pthread_mutex_lock(&session_mutex);
    (void)pthread_mutex_lock(&record_mutex);
}

void pw_recorder_unlock(void)
{
    (void)pthread_mutex_unlock(&record_mutex);
    (void)pthread_mutex_unlock(&session_mutex);
}

/* An empty event at the list's end; NULL where there is no room. With record_mutex held. */
static pw_record *append(pw_record_kind kind, uint64_t id)
{
    const uint64_t now_ns = pw_os_clock_ns() - begun_ns;
    last_ns = now_ns > last_ns ? now_ns : last_ns + 1; /* the order is told by the time alone */
    pw_record **chunk = count < PW_RECORD_MAX ? &chunks[count / CHUNK_RECORDS] : NULL;
    if (chunk != NULL && *chunk == NULL)
        *chunk = pw_alloc_forever(CHUNK_RECORDS * sizeof **chunk);
    if (chunk == NULL || *chunk == NULL) {
        dropped++;
        return NULL;
    }
    pw_record *record = &(*chunk)[count++ % CHUNK_RECORDS];
    *record = (pw_record){.time_ns = last_ns, .id = id, .kind = kind};
    return record;
}

/* False, and nothing held, where the recording has ended meanwhile. */
static bool adding_starts(void)
{
    (void)pthread_mutex_lock(&record_mutex);
    if (pw_recorder_is_on())
        return true;
    (void)pthread_mutex_unlock(&record_mutex);
    return false;
}

static void adding_ends(void)
{
    (void)pthread_mutex_unlock(&record_mutex);
}

void pw_recorder_birth(const pw_object *object)
{
    if (!adding_starts())
        return;
    pw_record *record = append(PW_RECORD_BORN, object->id);
    if (record != NULL) {
        record->type = object->type;
        record->file = object->file;
        record->line = object->line;
        memcpy(record->name, object->name, sizeof record->name);
        for (size_t k = 0; k < PW_MAX_PARENTS && object->parents[k] != NULL; k++)
            record->others[k] = object->parents[k]->id;
    }
    adding_ends();
}

void pw_recorder_name(uint64_t id, const char *name)
{
    if (!adding_starts())
        return;
    pw_record *record = append(PW_RECORD_NAMED, id);
    if (record != NULL)
        memcpy(record->name, name, sizeof record->name);
    adding_ends();
}

void pw_recorder_end(uint64_t id, pawl_status status, uint64_t holder_id, uint32_t holder_count)
{
    if (status != PAWL_OK && status != PAWL_DEFERRED && status != PAWL_ERR_IN_USE)
        return; /* a wrong handle, which is no event in the object's life */
    if (!adding_starts())
        return;
    pw_record *record = append(status == PAWL_OK         ? PW_RECORD_ENDED
                               : status == PAWL_DEFERRED ? PW_RECORD_DEFERRED
                                                         : PW_RECORD_REFUSED,
                               id);
    if (record != NULL) {
        record->others[0] = holder_id;
        record->holder_count = holder_count;
    }
    adding_ends();
}

void pw_recorder_release(uint64_t id)
{
    if (!adding_starts())
        return;
    (void)append(PW_RECORD_RELEASED, id);
    adding_ends();
}

/* --- the recording as a whole --- */

pawl_status pawl_lifetime_record_begin(void)
{
    PW_TRY(pw_table_start()); /* it brings the handlers of fork */
    pw_recorder_lock();
    const bool is_on = pw_recorder_is_on();
    if (!is_on) {
        count = 0;
        dropped = last_ns = 0;
        begun_ns = pw_os_clock_ns();
        has_recording = true;
        atomic_store_explicit(&pw_recorder_on, true, memory_order_relaxed);
    }
    pw_recorder_unlock();
    return is_on ? PAWL_ERR_IN_USE : PAWL_OK;
}

void pawl_lifetime_record_end(void)
{
    pw_recorder_lock();
    atomic_store_explicit(&pw_recorder_on, false, memory_order_relaxed);
    pw_recorder_unlock();
}

pawl_status pw_recorder_hold(pw_recording *recording)
{
    (void)pthread_mutex_lock(&session_mutex);
    if (!has_recording) {
        (void)pthread_mutex_unlock(&session_mutex);
        return PAWL_ERR_ARGUMENT;
    }
    (void)pthread_mutex_lock(&record_mutex);
    const uint64_t now_ns = pw_os_clock_ns() - begun_ns;
    const bool is_on = pw_recorder_is_on();
    *recording = (pw_recording){.count = count,
                                .dropped = dropped,
                                .now_ns = is_on && now_ns > last_ns ? now_ns : last_ns + 1};
    (void)pthread_mutex_unlock(&record_mutex);
    return PAWL_OK;
}

void pw_recorder_let_go(void)
{
    (void)pthread_mutex_unlock(&session_mutex);
}

const pw_record *pw_recorder_at(size_t index)
{
    return &chunks[index / CHUNK_RECORDS][index % CHUNK_RECORDS];
}
