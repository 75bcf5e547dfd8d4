/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One who is told of each birth, name, end and release, in the order in which they happen. All four are called with the table's mutex
 * held: they are short, take memory from no allocator of the user's, and call nothing of this room. While nobody observes, an event costs one load.
 */
#ifndef PW_OBSERVER_H
#define PW_OBSERVER_H

#include "lifetime/handle.h"

#include <stdatomic.h>

typedef struct pw_observer {
    void (*born)(const pw_object *object); /* given to the user, or to the backend that keeps it */
    void (*named)(const pw_object *object);
    /* OK, DEFERRED or IN_USE; of those that hold it: how many, and the eldest (0: a call under way) */
    void (*ended)(const pw_object *object, pawl_status status, uint64_t holder_id, uint32_t holder_count);
    void (*released)(const pw_object *object); /* its innards are gone */
} pw_observer;

extern _Atomic(const pw_observer *) pw_observer_current; /* for the functions below alone */

static inline const pw_observer *pw_observer_get(void)
{
    return atomic_load_explicit(&pw_observer_current, memory_order_acquire);
}

/* With the mutex held. NULL: nobody observes any more. */
static inline void pw_observer_set(const pw_observer *observer)
{
    atomic_store_explicit(&pw_observer_current, observer, memory_order_release);
}

#endif
