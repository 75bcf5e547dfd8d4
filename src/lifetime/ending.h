/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an object in two parts: what must be done under the mutex, and what must not. */
#ifndef PW_ENDING_H
#define PW_ENDING_H

#include "base/strbuf.h"
#include "lifetime/handle.h"

#include <pawl/logger.h>

#define PW_ENDING_TEXT_SIZE 400

/* What the end of an object needs under the mutex, and leaves to be done without it. */
typedef struct pw_ending {
    uint64_t bits; /* the handle */
    const pw_type *type; /* NULL: any */
    bool is_ours;  /* not the user's call: never refused */
    pw_object *to_release; /* its last hold is gone */
    pawl_log_level level;  /* of the sentence, where there is one */
    pw_strbuf text; /* into sentence */
    char sentence[PW_ENDING_TEXT_SIZE];
} pw_ending;

void pw_ending_start(pw_ending *end, uint64_t handle, const pw_type *type);
/* With the mutex held: while it is, an open generation stays open. Takes the object out of its scope where it ends. */
pawl_status pw_ending_close(pw_ending *end) PW_NODISCARD;
/* Without the mutex: says what has happened, and releases what nobody holds any more. */
void pw_ending_finish(pw_ending *end);

#endif
