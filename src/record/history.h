/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording put together: a life an object, in order of birth. An object is born when it is given to its user, so what the library makes
 * for itself within a create call may have a higher id and yet be older.
 */
#ifndef PW_HISTORY_H
#define PW_HISTORY_H

#include "record/recording.h"

#define PW_NO_LIFE SIZE_MAX

typedef struct pw_life {
    uint64_t id;
    const pw_record *born;
    const char *name;                /* "" where it has none */
    size_t parents[PW_MAX_PARENTS];  /* lives; PW_NO_LIFE: none, or not recorded */
    const pw_record *ended;          /* by the user: ENDED, DEFERRED or DISORDERED; NULL: not yet */
    const pw_record *refused;        /* the first refusal, or NULL */
    const pw_record *lost;           /* or NULL */
    uint64_t released_ns;            /* 0: its memory is still held */
    size_t refusals, end_order;      /* the how-manieth end that succeeded, from 1; 0: none */
    bool has_kin;                    /* it holds another object or is held by one */
} pw_life;

typedef struct pw_life_id {
    uint64_t id;
    size_t life;
} pw_life_id;

typedef struct pw_history {
    pw_record_view view;
    pw_life *lives;
    pw_life_id *by_id; /* rising */
    size_t count;
    size_t disordered, lost; /* how many lives are so: none where a guard stands */
} pw_history;

pawl_status pw_history_make(const pw_record_view *view, pw_history *history, pawl_error *error) PW_NODISCARD;
void pw_history_free(pw_history *history);
size_t pw_history_find(const pw_history *history, uint64_t id); /* PW_NO_LIFE: not recorded */

#endif
