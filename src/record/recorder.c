/* SPDX-License-Identifier: Apache-2.0 */
/* The recording behind pawl/lifetime_log.h: it observes the lifetime room, whose mutex guards all
 * of this. Off, it costs one load an event. */
#include "base/os.h"
#include "lifetime/level.h"
#include "lifetime/observer.h"
#include "lifetime/slot_table.h"
#include "record/record_out.h"

#include <pawl/lifetime_log.h>

/* All with the table's mutex held. */
static pw_recording process_recording;
static bool is_begun;     /* ever */
static uint64_t ended_ns; /* of the recording; 0: it goes on */
static size_t saves; /* under way, of the process below: a forked child has none of its parent's */
static uint32_t saving_process;

static void add(pw_record record)
{
    record.time_ns = pw_os_clock_ns();
    pw_recording_add(&process_recording, &record);
}

static void on_birth(const pw_object *object)
{
    pw_record record = {
        .kind = PW_RECORD_BORN, .id = object->id, .type = object->type, .place = object->place};
    memcpy(record.name, object->name, sizeof record.name);
    for (size_t k = 0; k < PW_MAX_PARENTS && object->parents[k] != NULL; k++)
        record.others[k] = object->parents[k]->id;
    add(record);
}

static void on_name(const pw_object *object)
{
    pw_record record = {.kind = PW_RECORD_NAMED, .id = object->id};
    memcpy(record.name, object->name, sizeof record.name);
    add(record);
}

static void on_end(const pw_object *object, pawl_status status, uint64_t holder_id,
                   uint32_t holder_count)
{
    add((pw_record){.kind = status == PAWL_OK         ? PW_RECORD_ENDED
                            : status == PAWL_DEFERRED ? PW_RECORD_DEFERRED
                                                      : PW_RECORD_REFUSED,
                    .id = object->id,
                    .others = {holder_id},
                    .holder_count = holder_count});
}

static void on_release(const pw_object *object)
{
    add((pw_record){.kind = PW_RECORD_RELEASED, .id = object->id});
}

static const pw_observer recorder = {
    .born = on_birth, .named = on_name, .ended = on_end, .released = on_release};

pawl_status pawl_lifetime_record_begin(void)
{
    PW_TRY(pw_table_start()); /* it brings the handlers of fork */
    pw_table_lock();
    const bool is_saved = saves > 0 && saving_process == pw_os_process_id();
    const bool may = pw_observer_get() == NULL && !is_saved;
    if (may) {
        pw_recording_begin(&process_recording, pw_os_clock_ns());
        is_begun = true;
        ended_ns = saves = 0;
        pw_observer_set(&recorder);
    }
    pw_table_unlock();
    return may ? PAWL_OK : PAWL_ERR_IN_USE;
}

void pawl_lifetime_record_end(void)
{
    pw_table_lock();
    if (pw_observer_get() != NULL)
        ended_ns = pw_os_clock_ns();
    pw_observer_set(NULL);
    pw_table_unlock();
}

/* A view that stays whole until save_ends(). False: there is no recording. */
static bool save_starts(pw_record_view *view)
{
    pw_table_lock();
    const bool may = is_begun;
    if (may) {
        const uint32_t process = pw_os_process_id();
        saves = saving_process == process ? saves + 1 : 1;
        saving_process = process;
        *view = pw_recording_view(&process_recording, ended_ns != 0 ? ended_ns : pw_os_clock_ns(),
                                  pw_level_is_strict() ? PW_GUARD_STRICT : PW_GUARD_DEFERRED);
    }
    pw_table_unlock();
    return may;
}

static void save_ends(void)
{
    pw_table_lock();
    saves--;
    pw_table_unlock();
}

pawl_status pawl_lifetime_record_save(pawl_lifetime_format format, const char *path,
                                      pawl_error *error)
{
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_lifetime_record_save: path is NULL");
    pw_record_view view;
    if (!save_starts(&view))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "there is no recording: call pawl_lifetime_record_begin() first");
    const pawl_status status = pw_record_save(&view, format, path, error);
    save_ends();
    return status;
}
