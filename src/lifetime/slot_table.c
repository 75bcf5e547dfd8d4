/* SPDX-License-Identifier: Apache-2.0 */
/* The slots, their free list, who holds whom, and what a fork does to all of it. */
#include "lifetime/slot_table.h"
#include "base/memory.h"
#include "lifetime/leaks.h"
#include "lifetime/level.h"
#include "lifetime/observer.h"

/* The first chunk is part of the program: a process with up to 1,024 objects
 * never grows the table. */
static pw_slot first_chunk[PW_CHUNK_SLOTS];
_Atomic(pw_slot *) pw_slot_chunks[PW_SLOT_COUNT / PW_CHUNK_SLOTS] = {first_chunk};

atomic_size_t pw_live_objects, pw_live_arrays;
_Atomic(const pw_observer *) pw_observer_current;

static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t start_once = PTHREAD_ONCE_INIT;
static atomic_bool is_forked;

/* With the mutex held. */
static uint32_t slots_ever; /* slots below this number have been used */
static uint32_t first_free =
    PW_NO_SLOT; /* the last given back is the next taken: its line is still in the cache */
static uint32_t first_root = PW_NO_EDGE, last_root = PW_NO_EDGE;

/* While this thread forks it has the mutex, and a program's own handlers may call us. */
static _Thread_local bool is_forking;

void pw_table_lock(void)
{
    if (PW_LIKELY(!is_forking))
        (void)pthread_mutex_lock(&table_mutex);
}

void pw_table_unlock(void)
{
    if (PW_LIKELY(!is_forking))
        (void)pthread_mutex_unlock(&table_mutex);
}

bool pw_is_forked(void)
{
    return atomic_load_explicit(&is_forked, memory_order_relaxed);
}

/* --- fork --- */

/* The child must find the table whole and its mutex free, since it may end objects. */
static void before_fork(void)
{
    pw_table_lock();
    is_forking = true;
}

static void after_fork(void)
{
    is_forking = false;
    pw_table_unlock();
}

static void after_fork_in_child(void)
{
    if (atomic_load(&pw_live_objects) > 0)
        atomic_store(&is_forked, true);
    after_fork();
}

static int fork_result;

/* At load, so before a program can register handlers of its own: what prepares a fork runs in the
 * reverse order, the rest in this one. So a program's handlers find the mutex free, and a child is
 * known to be one in all of them. */
static void PW_AT_LOAD watch_forks(void)
{
    fork_result = pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/* --- start --- */

static size_t live_count(void)
{
    return atomic_load(&pw_live_objects) + atomic_load(&pw_live_arrays);
}

static void start(void)
{
    pw_level_start();
    pw_leaks_start();
    pw_memory_set_live_count(live_count);
}

pawl_status pw_table_start(void)
{
    (void)pthread_once(&start_once, start);
    pw_level_tell();
    pw_leaks_tell();
    return fork_result == 0 ? PAWL_OK : PAWL_ERR_MEMORY; /* all that pthread_atfork can lack */
}

bool pw_slot_is_table_full(void)
{
    return first_free == PW_NO_SLOT && slots_ever == PW_SLOT_COUNT;
}

/* A slot nobody has used yet; makes its chunk first where needed. */
static uint32_t take_new_slot(void)
{
    if (slots_ever == PW_SLOT_COUNT)
        return PW_NO_SLOT;
    const uint32_t chunk = slots_ever / PW_CHUNK_SLOTS;
    if (atomic_load_explicit(&pw_slot_chunks[chunk], memory_order_relaxed) == NULL) {
        pw_slot *slots = pw_alloc_forever(PW_CHUNK_SLOTS * sizeof(pw_slot));
        if (slots == NULL)
            return PW_NO_SLOT;
        atomic_store_explicit(&pw_slot_chunks[chunk], slots, memory_order_release);
    }
    const uint32_t index = slots_ever++;
    atomic_store_explicit(&pw_slot_at(index)->state, (uint64_t)1 << PW_STATE_SHIFT,
                          memory_order_relaxed);
    return index;
}

uint32_t pw_slot_take(void)
{
    const uint32_t index = first_free != PW_NO_SLOT ? first_free : take_new_slot();
    if (index == PW_NO_SLOT)
        return PW_NO_SLOT;
    pw_slot *slot = pw_slot_at(index);
    if (index == first_free)
        first_free = slot->next;
    slot->first_holder = slot->last_holder = PW_NO_EDGE;
    slot->scope = PW_NO_SLOT;
    return index;
}

void pw_slot_give_back(uint32_t index)
{
    pw_slot *slot = pw_slot_at(index);
    const uint64_t generation =
        pw_generation_of_state(atomic_load_explicit(&slot->state, memory_order_relaxed));
    slot->object = NULL;
    if (generation == PW_GENERATION_LAST)
        return; /* retired: another generation would bring old handles back to life */
    atomic_store_explicit(&slot->state, (generation + 1) << PW_STATE_SHIFT, memory_order_release);
    slot->next = first_free;
    first_free = index;
}

static pw_edge *edge_at(uint32_t edge)
{
    return &pw_slot_at(edge / 4)->edges[edge % 4];
}

/* Enters the edge behind another of the list, or before all where that is PW_NO_EDGE. */
static void edge_insert(uint32_t edge, uint32_t previous, uint32_t *first, uint32_t *last)
{
    const uint32_t next = previous == PW_NO_EDGE ? *first : edge_at(previous)->next;
    *edge_at(edge) = (pw_edge){.next = next, .previous = previous};
    if (previous == PW_NO_EDGE)
        *first = edge;
    else
        edge_at(previous)->next = edge;
    if (next == PW_NO_EDGE)
        *last = edge;
    else
        edge_at(next)->previous = edge;
}

static void edge_append(uint32_t edge, uint32_t *first, uint32_t *last)
{
    edge_insert(edge, *last, first, last);
}

static void edge_remove(uint32_t edge, uint32_t *first, uint32_t *last)
{
    const pw_edge removed = *edge_at(edge);
    if (removed.previous == PW_NO_EDGE)
        *first = removed.next;
    else
        edge_at(removed.previous)->next = removed.next;
    if (removed.next == PW_NO_EDGE)
        *last = removed.previous;
    else
        edge_at(removed.next)->previous = removed.previous;
}

void pw_slot_link(pw_object *object)
{
    const uint32_t edge = 4 * object->slot;
    if (object->parents[0] == NULL) {
        edge_append(edge, &first_root, &last_root);
        return;
    }
    for (uint32_t k = 0; k < PW_MAX_PARENTS && object->parents[k] != NULL; k++) {
        pw_slot *parent = pw_slot_at(object->parents[k]->slot);
        edge_append(edge + k, &parent->first_holder, &parent->last_holder);
    }
}

void pw_slot_unlink(pw_object *object)
{
    const uint32_t edge = 4 * object->slot;
    if (object->parents[0] == NULL) {
        edge_remove(edge, &first_root, &last_root);
        return;
    }
    for (uint32_t k = 0; k < PW_MAX_PARENTS && object->parents[k] != NULL; k++) {
        pw_slot *parent = pw_slot_at(object->parents[k]->slot);
        edge_remove(edge + k, &parent->first_holder, &parent->last_holder);
    }
}

void pw_slot_give_to_scope(uint32_t scope, pw_object *object)
{
    pw_slot *owner = pw_slot_at(scope);
    uint32_t previous = owner->last_holder; /* what was just made is the youngest */
    while (previous != PW_NO_EDGE && pw_edge_holder(previous)->id > object->id)
        previous = edge_at(previous)->previous;
    edge_insert(4 * object->slot + PW_SCOPE_EDGE, previous, &owner->first_holder,
                &owner->last_holder);
    pw_slot_at(object->slot)->scope = scope;
}

void pw_slot_take_from_scope(pw_object *object)
{
    pw_slot *slot = pw_slot_at(object->slot);
    if (slot->scope == PW_NO_SLOT)
        return;
    pw_slot *owner = pw_slot_at(slot->scope);
    edge_remove(4 * object->slot + PW_SCOPE_EDGE, &owner->first_holder, &owner->last_holder);
    slot->scope = PW_NO_SLOT;
}

uint32_t pw_slot_first_root(void)
{
    return first_root;
}

pw_object *pw_edge_holder(uint32_t edge)
{
    return pw_slot_at(edge / 4)->object;
}

uint32_t pw_edge_next(uint32_t edge)
{
    return edge_at(edge)->next;
}
