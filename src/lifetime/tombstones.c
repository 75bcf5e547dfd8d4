/* SPDX-License-Identifier: Apache-2.0 */
/* A ring: the newest overwrites the oldest. */
#include "lifetime/tombstones.h"

#include <string.h>

static pw_tombstone ring[PW_TOMBSTONE_COUNT];
static uint64_t ends; /* ever; the newest stands at (ends - 1) modulo the ring's length */

void pw_tombstone_set(uint64_t handle, const pw_object *object, uint64_t ended_ns)
{
    pw_tombstone *stone = &ring[ends++ % PW_TOMBSTONE_COUNT];
    stone->handle = handle;
    stone->id = object->id;
    stone->ended_ns = ended_ns;
    stone->place = object->place;
    stone->type = object->type;
    memcpy(stone->name, object->name, sizeof stone->name);
}

const pw_tombstone *pw_tombstone_find(uint64_t handle)
{
    const uint64_t kept = ends < PW_TOMBSTONE_COUNT ? ends : PW_TOMBSTONE_COUNT;
    for (uint64_t i = 1; i <= kept; i++) {
        const pw_tombstone *stone = &ring[(ends - i) % PW_TOMBSTONE_COUNT];
        if (stone->handle == handle)
            return stone;
    }
    return NULL;
}
