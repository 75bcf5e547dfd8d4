/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where objects stand: a table of slots that grows in chunks and never moves, so that a handle is resolved without a lock.
 *
 *     handle  | tag (8) | generation (36) | slot (20) |        the tag makes it an address no x86-64 process can have
 *     state   | generation (36) | - (2) | making | open | holds (24) |        the slot's one atomic word
 *
 * Holds: one of the user while open (of the maker while making), one a child's pin, one a call under way. Three million pins and
 * the threads of a process fit 24 bits. A slot whose generations are used up is retired: no handle is ever valid twice.
 */
#ifndef PW_SLOT_TABLE_H
#define PW_SLOT_TABLE_H

#include "lifetime/handle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define PW_SLOT_BITS        20
#define PW_SLOT_COUNT       (1u << PW_SLOT_BITS)
#define PW_GENERATION_BITS  36
#define PW_GENERATION_LAST  (((uint64_t)1 << PW_GENERATION_BITS) - 1)
#define PW_HANDLE_TAG       ((uint64_t)0xA5)
#define PW_SCOPE_TAG        ((uint64_t)0xA6) /* of a scope's handle, so that no call takes one for an object's */
#define PW_STATE_HOLD       ((uint64_t)1)
#define PW_STATE_HOLDS      (((uint64_t)1 << 24) - 1)
#define PW_STATE_OPEN       ((uint64_t)1 << 24)
#define PW_STATE_MAKING     ((uint64_t)1 << 25)
#define PW_STATE_SHIFT      28
#define PW_NO_SLOT          UINT32_MAX
#define PW_NO_EDGE          UINT32_MAX
#define PW_CHUNK_SLOTS      1024u

_Static_assert(sizeof(void *) == 8, "a handle needs 64 bits");
_Static_assert(PW_MAX_PARENTS < 4, "an edge's number has two bits, and the last edge is the scope's");

/* A pin: edge k of a slot says that its object holds parents[k]. The last edge says which scope owns it. An edge's number is 4 * slot + k. */
#define PW_SCOPE_EDGE 3
typedef struct pw_edge {
    uint32_t next, previous; /* among those that hold the same parent, oldest first */
} pw_edge;

/* An object's slot, or a scope's (scope.c): one cache line. */
typedef struct pw_slot {
    _Atomic(uint64_t) state PW_ALIGNED(64);
    union {
        pw_object *object;
        const void *thread; /* a scope's: what stands for the thread that began it */
    };
    uint32_t first_holder, last_holder; /* edges that hold this object; a scope's: the objects it owns, oldest first */
    pw_edge edges[PW_SCOPE_EDGE + 1];
    uint32_t next;  /* in the list of free slots, or of the doomed; a scope's: the scope around it, or PW_NO_SLOT */
    uint32_t scope; /* that owns the object, or PW_NO_SLOT */
} pw_slot;

_Static_assert(sizeof(pw_slot) == 64, "a slot is one cache line");

/* The chunks, for pw_slot_at() alone. */
extern _Atomic(pw_slot *) pw_slot_chunks[PW_SLOT_COUNT / PW_CHUNK_SLOTS];

/* A slot that is known to have been used. */
static inline pw_slot *pw_slot_at(uint32_t index)
{
    return atomic_load_explicit(&pw_slot_chunks[index / PW_CHUNK_SLOTS], memory_order_acquire) +
           index % PW_CHUNK_SLOTS;
}

static inline uint64_t pw_generation_of_state(uint64_t state)
{
    return state >> PW_STATE_SHIFT;
}

static inline uint64_t pw_handle_bits(const void *handle)
{
    return (uint64_t)(uintptr_t)handle;
}

static inline uint64_t pw_handle_make(uint32_t slot, uint64_t generation)
{
    return PW_HANDLE_TAG << 56 | generation << PW_SLOT_BITS | slot;
}

static inline uint64_t pw_handle_generation(uint64_t bits)
{
    return bits >> PW_SLOT_BITS & PW_GENERATION_LAST;
}

/* The slot a handle speaks of; NULL when it cannot be a handle. Reads nothing behind it. */
static inline pw_slot *pw_handle_slot(uint64_t bits)
{
    if (bits >> 56 != PW_HANDLE_TAG)
        return NULL;
    const uint32_t index = (uint32_t)bits & (PW_SLOT_COUNT - 1);
    pw_slot *chunk =
        atomic_load_explicit(&pw_slot_chunks[index / PW_CHUNK_SLOTS], memory_order_acquire);
    return chunk == NULL ? NULL : chunk + index % PW_CHUNK_SLOTS;
}

/* Is this state the handle's own generation, open? */
static inline bool pw_state_is_open(uint64_t state, uint64_t bits)
{
    return (state & ~PW_STATE_HOLDS) == (pw_handle_generation(bits) << PW_STATE_SHIFT | PW_STATE_OPEN);
}

/* The object of a handle that is open, held by nothing: for as long as the mutex is. NULL: there is none. */
static inline pw_object *pw_open_object(uint64_t bits)
{
    const pw_slot *slot = pw_handle_slot(bits);
    if (slot == NULL || !pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), bits))
        return NULL;
    return slot->object;
}

/* An object's name, for those who hold the mutex; "" while it is being made, when only its maker may look. */
static inline const char *pw_object_name_if_made(const pw_object *object)
{
    const uint64_t state = atomic_load_explicit(&pw_slot_at(object->slot)->state, memory_order_acquire);
    return (state & PW_STATE_MAKING) != 0 ? "" : object->name;
}

/* The one process mutex: birth, pin and end, and whatever reads more than one object. Never held while foreign code runs. */
void pw_table_lock(void);
void pw_table_unlock(void);
pawl_status pw_table_start(void);   /* once: environment and exit handler; idempotent. PAWL_ERR_MEMORY: forks cannot be watched */

/* All below: with the mutex held. */
uint32_t pw_slot_take(void);                 /* a free slot in a generation of its own; PW_NO_SLOT: no memory, or all in use */
void pw_slot_give_back(uint32_t index);      /* its generation is over */
bool pw_slot_is_table_full(void);
void pw_slot_link(pw_object *object);        /* enters the object into its parents' lists of holders, or among the roots */
void pw_slot_unlink(pw_object *object);
uint32_t pw_slot_first_root(void);           /* edge */
pw_object *pw_edge_holder(uint32_t edge);    /* the object at the edge's lower end */
uint32_t pw_edge_next(uint32_t edge);
void pw_slot_give_to_scope(uint32_t scope, pw_object *object); /* which no scope owns; among its others by age */
void pw_slot_take_from_scope(pw_object *object);               /* from whatever scope owns it, if any */

/* Objects and arrays that live; any time. */
extern atomic_size_t pw_live_objects, pw_live_arrays;

#endif
