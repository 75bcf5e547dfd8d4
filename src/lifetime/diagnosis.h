/* SPDX-License-Identifier: Apache-2.0 */
/* Each way in which a lifetime can be refused has an id that users can look up. */
#ifndef PW_DIAGNOSIS_H
#define PW_DIAGNOSIS_H

#include <stddef.h>

typedef enum pw_diagnosis {
    PW_DIAGNOSIS_ENDED = 1,
    PW_DIAGNOSIS_ENDED_LONG_AGO,
    PW_DIAGNOSIS_NO_HANDLE,
    PW_DIAGNOSIS_WRONG_TYPE,
    PW_DIAGNOSIS_NULL,
    PW_DIAGNOSIS_HELD,
    PW_DIAGNOSIS_FORKED,
    PW_DIAGNOSIS_TOO_MANY,
    PW_DIAGNOSIS_LEFT_AT_EXIT,
    PW_DIAGNOSIS_LEVEL_LATE,
    PW_DIAGNOSIS_NO_ARRAY,
    PW_DIAGNOSIS_END
} pw_diagnosis;

typedef struct pw_diagnosis_entry {
    const char *id;     /* "PAWL-L001" */
    const char *cause;  /* what has happened */
    const char *remedy; /* what to do */
} pw_diagnosis_entry;

const char *pw_diagnosis_id(pw_diagnosis diagnosis);
/* By id; NULL for one that there is not. */
const pw_diagnosis_entry *pw_diagnosis_find(const char *id);
/* The index-th of all, NULL behind the last. */
const pw_diagnosis_entry *pw_diagnosis_at(size_t index);

#endif
