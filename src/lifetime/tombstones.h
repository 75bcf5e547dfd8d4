/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of the last 4,096 objects that were ended, to say what a dead handle once was. */
#ifndef PW_TOMBSTONES_H
#define PW_TOMBSTONES_H

#include "lifetime/handle.h"

#define PW_TOMBSTONE_COUNT 4096

typedef struct pw_tombstone {
    uint64_t handle;
    uint64_t id;
    uint64_t ended_ns;
    pw_place place; /* of birth */
    const pw_type *type;
    char name[sizeof(((pw_object *)0)->name)];
} pw_tombstone;

/* Both with the table's mutex held. */
void pw_tombstone_set(uint64_t handle, const pw_object *object, uint64_t ended_ns);
const pw_tombstone *pw_tombstone_find(uint64_t handle); /* NULL: forgotten, or never ended */

#endif
