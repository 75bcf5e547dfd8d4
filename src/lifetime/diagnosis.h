/* SPDX-License-Identifier: Apache-2.0 */
/* Each way in which a lifetime can be refused has an id that users can look up: pawl/diagnosis.h. */
#ifndef PW_DIAGNOSIS_H
#define PW_DIAGNOSIS_H

#include <pawl/diagnosis.h>

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
    PW_DIAGNOSIS_SCOPE_ENDED,
    PW_DIAGNOSIS_SCOPE_ELSEWHERE,
    PW_DIAGNOSIS_END
} pw_diagnosis;

const char *pw_diagnosis_id(pw_diagnosis diagnosis);

#endif
