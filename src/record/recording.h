/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording: a growing list of events in the lives of objects, the library's own or those of a program that is traced. Events never
 * move. Its memory is the C library's and is kept for the next recording, so no allocator of the user's is called while a mutex is held.
 */
#ifndef PW_RECORDING_H
#define PW_RECORDING_H

#include "lifetime/handle.h"

#define PW_RECORD_MAX   262144u /* events; what comes later is only counted */
#define PW_RECORD_CHUNK 1024u

typedef enum pw_record_kind {
    PW_RECORD_BORN,
    PW_RECORD_NAMED,
    PW_RECORD_ENDED,    /* by the user, and at once */
    PW_RECORD_DEFERRED, /* by the user, and held by others */
    PW_RECORD_REFUSED,
    PW_RECORD_RELEASED, /* the memory is given back */
    /* Only where nothing guards the objects: */
    PW_RECORD_DISORDERED, /* ended by the user before what was made from it; its memory goes all the same */
    PW_RECORD_LOST        /* nobody can end it any more: the last pointer to it is gone, or the process ends */
} pw_record_kind;

typedef struct pw_record {
    uint64_t time_ns; /* in a recording: since it began; rising, no two the same */
    uint64_t id;
    /* ids: parents at birth; where others held it at its end (DEFERRED, REFUSED, DISORDERED), the eldest of them in others[0] */
    uint64_t others[PW_MAX_PARENTS];
    pw_place place; /* BORN */
    uint32_t holder_count;
    pw_record_kind kind;
    const pw_type *type; /* BORN */
    char name[sizeof(((pw_object *)0)->name)]; /* BORN, NAMED */
} pw_record;

/* Zeroed: no recording has begun. Whoever adds while others read keeps them apart by a mutex. */
typedef struct pw_recording {
    pw_record *chunks[PW_RECORD_MAX / PW_RECORD_CHUNK];
    size_t count;
    uint64_t dropped; /* events for which there was no room or no memory */
    uint64_t begun_ns, last_ns;
} pw_recording;

/* What happens to an object that is ended while others hold it. */
typedef enum pw_guard { PW_GUARD_DEFERRED, PW_GUARD_STRICT, PW_GUARD_NONE } pw_guard;

/* A recording as it was at one moment: events may be added behind count, but it must not begin anew while the view is read. */
typedef struct pw_record_view {
    const pw_recording *recording;
    size_t count;
    uint64_t dropped;
    uint64_t now_ns; /* the moment, on the clock of time_ns */
    pw_guard guard;
} pw_record_view;

/* Forgets what was recorded. The clock is the caller's: pw_os_clock_ns(), or that of a trace that is read. */
void pw_recording_begin(pw_recording *recording, uint64_t now_ns);
/* Copies an event, whose time is on the caller's clock. */
void pw_recording_add(pw_recording *recording, const pw_record *record);
pw_record_view pw_recording_view(const pw_recording *recording, uint64_t now_ns, pw_guard guard);

static inline const pw_record *pw_record_at(const pw_record_view *view, size_t index)
{
    return &view->recording->chunks[index / PW_RECORD_CHUNK][index % PW_RECORD_CHUNK];
}

#endif
