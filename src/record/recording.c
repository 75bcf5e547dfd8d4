/* SPDX-License-Identifier: Apache-2.0 */
#include "record/recording.h"
#include "base/memory.h"

void pw_recording_begin(pw_recording *recording, uint64_t now_ns)
{
    recording->count = 0;
    recording->dropped = recording->last_ns = 0;
    recording->begun_ns = now_ns;
}

static uint64_t since_begin(const pw_recording *recording, uint64_t now_ns)
{
    const uint64_t time_ns = now_ns > recording->begun_ns ? now_ns - recording->begun_ns : 0;
    /* the order is told by the time alone */
    return time_ns > recording->last_ns ? time_ns : recording->last_ns + 1;
}

void pw_recording_add(pw_recording *recording, const pw_record *record)
{
    const size_t at = recording->count;
    pw_record **chunk = at < PW_RECORD_MAX ? &recording->chunks[at / PW_RECORD_CHUNK] : NULL;
    if (chunk != NULL && *chunk == NULL)
        *chunk = pw_alloc_forever(PW_RECORD_CHUNK * sizeof **chunk);
    if (chunk == NULL || *chunk == NULL) {
        recording->dropped++;
        return;
    }
    pw_record *added = &(*chunk)[at % PW_RECORD_CHUNK];
    *added = *record;
    added->time_ns = recording->last_ns = since_begin(recording, record->time_ns);
    recording->count++;
}

pw_record_view pw_recording_view(const pw_recording *recording, uint64_t now_ns, pw_guard guard)
{
    return (pw_record_view){.recording = recording,
                            .count = recording->count,
                            .dropped = recording->dropped,
                            .now_ns = since_begin(recording, now_ns),
                            .guard = guard};
}
