/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of a context: one for each shape that it had lately, so that a shape seen before is a look-up. */
#ifndef PW_PROGRAMS_H
#define PW_PROGRAMS_H

#include "backend/backend.h"

#define PW_PROGRAMS_COUNT  16                    /* kept at most, the one in use among them */
#define PW_PROGRAMS_MEMORY ((size_t)512 << 20)   /* bytes of all but the one in use, at most */

typedef struct pw_programs {
    pw_program *at[PW_PROGRAMS_COUNT]; /* the one used last comes first, NULLs last */
} pw_programs;

/*
 * Makes the program of a lowering the first. It is made where there is none, and the longest unused ones go then; where memory runs out, or the
 * device has no room for one more, all but the first go and it is tried again. On failure the first stays what it was. PAWL_ERR_*: of the backend's
 * lower().
 */
pawl_status pw_programs_use(pw_programs *programs, const pw_backend *backend, pw_device_plan *device, const pw_lowering *lowering,
                            pawl_error *error) PW_NODISCARD;
void pw_programs_free(pw_programs *programs, const pw_backend *backend); /* zeroed is fine */

#endif
