/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recording behind pawl/lifetime_log.h: a growing list of events that never move. Off, it costs one load an event. Its memory is
 * the C library's and is kept for the next recording, so no allocator of the user's is called while a mutex is held.
 */
#ifndef PW_RECORDER_H
#define PW_RECORDER_H

#include "lifetime/handle.h"

#include <stdatomic.h>

#define PW_RECORD_MAX 262144u /* events; what comes later is only counted */

typedef enum pw_record_kind {
    PW_RECORD_BORN,
    PW_RECORD_NAMED,
    PW_RECORD_ENDED,    /* by the user, and at once */
    PW_RECORD_DEFERRED, /* by the user, and held by others */
    PW_RECORD_REFUSED,
    PW_RECORD_RELEASED  /* the memory is given back */
} pw_record_kind;

typedef struct pw_record {
    uint64_t time_ns; /* since the recording began; rising, no two the same */
    uint64_t id;
    uint64_t others[PW_MAX_PARENTS]; /* ids: parents at birth; at an end that was deferred or refused, the eldest holder in others[0] */
    const char *file;                /* BORN: birthplace, or NULL */
    int line;
    uint32_t holder_count;
    pw_record_kind kind;
    const pw_type *type; /* BORN */
    char name[sizeof(((pw_object *)0)->name)]; /* BORN, NAMED */
} pw_record;

extern atomic_bool pw_recorder_on;

static inline bool pw_recorder_is_on(void)
{
    return atomic_load_explicit(&pw_recorder_on, memory_order_relaxed);
}

/* Without the recorder's mutex; nothing happens where the recording is off by then. */
void pw_recorder_birth(const pw_object *object);
void pw_recorder_name(uint64_t id, const char *name);
void pw_recorder_end(uint64_t id, pawl_status status, uint64_t holder_id, uint32_t holder_count);
void pw_recorder_release(uint64_t id);

/* What has been recorded; for one that holds the recording, see pw_recorder_hold(). */
typedef struct pw_recording {
    size_t count;
    uint64_t dropped; /* events for which there was no room or no memory */
    uint64_t now_ns;  /* the moment it was held, on the clock of time_ns */
} pw_recording;

/* Keeps the recording from being begun anew; events may still be added behind count. PAWL_ERR_ARGUMENT: there is none. */
pawl_status pw_recorder_hold(pw_recording *recording) PW_NODISCARD;
void pw_recorder_let_go(void);
const pw_record *pw_recorder_at(size_t index);

/* For fork: nobody may be adding meanwhile. */
void pw_recorder_lock(void);
void pw_recorder_unlock(void);

#endif
