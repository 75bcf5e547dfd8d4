/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes. One is a slot of the table without an object: so its handle is as safe as any other, to
 * begin one costs no allocation, and what it owns hangs in the list that elsewhere holds pins. Only
 * numbers lead from the table to a scope, never a pointer into the user's stack: a scope that was
 * jumped out of can be ended later.
 */
#include <pawl/scope.h>

#include "base/log.h"
#include "lifetime/diagnosis.h"
#include "lifetime/ending.h"
#include "lifetime/explain.h"
#include "lifetime/scopes.h"
#include "lifetime/slot_table.h"

/* The scope open on this thread, counted from 1: thread-local memory starts as 0. Its address also
 * stands for the thread. */
static _Thread_local uint32_t current;

static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;
static bool has_exit_key;

static uint32_t current_scope(void)
{
    return current - 1; /* PW_NO_SLOT where there is none */
}

static void current_scope_set(uint32_t scope)
{
    current = scope + 1;
}

_Static_assert(PW_NO_SLOT + 1u == 0, "no scope is 0 in the thread's variable");

/* --- handles --- */

static pawl_scope *scope_handle(uint32_t scope)
{
    const uint64_t generation = pw_generation_of_state(
        atomic_load_explicit(&pw_slot_at(scope)->state, memory_order_relaxed));
    const uint64_t bits = PW_SCOPE_TAG << 56 | generation << PW_SLOT_BITS | scope;
    return (pawl_scope *)(uintptr_t)bits;
}

/* With the mutex held; PW_NO_SLOT: dead, or no scope. */
static uint32_t scope_of_handle(const pawl_scope *handle)
{
    const uint64_t bits = pw_handle_bits(handle);
    if (bits >> 56 != PW_SCOPE_TAG)
        return PW_NO_SLOT;
    const pw_slot *slot = pw_handle_slot((bits & ~(~(uint64_t)0 << 56)) | PW_HANDLE_TAG << 56);
    if (slot == NULL ||
        !pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_relaxed), bits))
        return PW_NO_SLOT;
    return (uint32_t)bits & (PW_SLOT_COUNT - 1);
}

/* --- end --- */

typedef struct scope_listener {
    pawl_scope_refused refused; /* or NULL */
    void *user;
} scope_listener;

/* Ends the youngest object of a scope; false: it owns none. */
static bool end_youngest(uint32_t scope, const scope_listener *listener, pawl_status *status)
{
    pw_ending end;
    pw_table_lock();
    pw_slot *slot = pw_slot_at(scope);
    if (slot->last_holder == PW_NO_EDGE) {
        pw_table_unlock();
        return false;
    }
    pw_object *object = pw_edge_holder(slot->last_holder);
    const uint64_t state =
        atomic_load_explicit(&pw_slot_at(object->slot)->state, memory_order_relaxed);
    pw_ending_start(&end, pw_handle_make(object->slot, pw_generation_of_state(state)), NULL);
    *status = pw_ending_close(&end);
    if (*status == PAWL_ERR_IN_USE) {
        pw_slot_take_from_scope(object);
        if (slot->next != PW_NO_SLOT)
            pw_slot_give_to_scope(slot->next, object);
    }
    pw_table_unlock();
    pw_ending_finish(&end);
    if (*status == PAWL_ERR_IN_USE && listener->refused != NULL)
        listener->refused(listener->user, (void *)(uintptr_t)end.bits, end.sentence);
    return true;
}

/* Ends this thread's innermost scope. It is closed first: nothing can be given to it from here on,
 * and what a logger makes meanwhile belongs to the scope around it. */
static pawl_status end_innermost(const scope_listener *listener)
{
    const uint32_t scope = current_scope();
    current_scope_set(pw_slot_at(scope)->next);
    pw_table_lock();
    atomic_fetch_sub_explicit(&pw_slot_at(scope)->state, PW_STATE_OPEN, memory_order_relaxed);
    pw_table_unlock();
    pawl_status worst = PAWL_OK, status = PAWL_OK;
    while (end_youngest(scope, listener, &status))
        if (status == PAWL_ERR_IN_USE || worst == PAWL_OK)
            worst = status;
    pw_table_lock();
    pw_slot_give_back(scope);
    pw_table_unlock();
    return worst;
}

static pawl_status refuse(pw_diagnosis diagnosis, pawl_status status, const char *sentence)
{
    pw_log(PAWL_LOG_WARNING, "%s: %s", pw_diagnosis_id(diagnosis), sentence);
    return status;
}

pawl_status pawl_scope_end_with(pawl_scope **scope, pawl_scope_refused refused, void *user)
{
    if (scope == NULL || *scope == NULL)
        return PAWL_OK;
    pw_table_lock();
    const uint32_t index = scope_of_handle(*scope);
    const bool is_own = index != PW_NO_SLOT && pw_slot_at(index)->thread == &current;
    pw_table_unlock();
    if (index != PW_NO_SLOT && !is_own)
        return refuse(PW_DIAGNOSIS_SCOPE_ELSEWHERE, PAWL_ERR_ARGUMENT,
                      "the scope is not ended: another thread began it");
    *scope = NULL;
    if (index == PW_NO_SLOT)
        return refuse(PW_DIAGNOSIS_SCOPE_ENDED, PAWL_ERR_DEAD_HANDLE,
                      "the scope has ended already, or never was one");
    const scope_listener told = {refused, user};
    pawl_status worst = PAWL_OK;
    for (bool is_last = false; !is_last;) {
        is_last = current_scope() == index;
        const pawl_status status = end_innermost(&told);
        if (status == PAWL_ERR_IN_USE || worst == PAWL_OK)
            worst = status;
    }
    return worst;
}

pawl_status pawl_scope_end(pawl_scope **scope)
{
    return pawl_scope_end_with(scope, NULL, NULL);
}

/* --- begin --- */

/* The thread goes, and its scopes with it. */
static void end_at_thread_exit(void *thread)
{
    (void)thread;
    const scope_listener nobody = {NULL, NULL};
    while (current_scope() != PW_NO_SLOT)
        (void)end_innermost(&nobody);
}

static void make_exit_key(void)
{
    has_exit_key = pthread_key_create(&exit_key, end_at_thread_exit) == 0;
}

pawl_scope *pawl_scope_begin(void)
{
    (void)pthread_once(&exit_once, make_exit_key);
    if (!has_exit_key || pw_table_start() != PAWL_OK ||
        pthread_setspecific(exit_key, &current) != 0)
        return NULL;
    pw_table_lock();
    const uint32_t index = pw_slot_take();
    if (index != PW_NO_SLOT) {
        pw_slot *slot = pw_slot_at(index);
        slot->thread = &current;
        slot->next = current_scope();
        atomic_fetch_add_explicit(&slot->state, PW_STATE_OPEN, memory_order_relaxed);
    }
    pw_table_unlock();
    if (index == PW_NO_SLOT)
        return NULL;
    current_scope_set(index);
    return scope_handle(index);
}

/* --- what belongs to whom --- */

void pw_scope_adopt(pw_object *object)
{
    if (PW_LIKELY(current_scope() == PW_NO_SLOT))
        return;
    pw_table_lock();
    pw_slot_give_to_scope(current_scope(), object);
    pw_table_unlock();
}

/* With the mutex held; NULL: said why. */
static pw_object *live_object(const void *handle, pw_strbuf *why)
{
    const uint64_t bits = pw_handle_bits(handle);
    pw_object *object = pw_open_object(bits);
    if (object == NULL)
        pw_explain_dead(why, bits);
    return object;
}

/* Moves a live object; to PW_NO_SLOT: to nobody. With the mutex held. */
static void move_to(uint32_t scope, pw_object *object)
{
    pw_slot_take_from_scope(object);
    if (scope != PW_NO_SLOT)
        pw_slot_give_to_scope(scope, object);
}

pawl_status pawl_scope_own(pawl_scope *scope, void *handle)
{
    if (handle == NULL)
        return PAWL_OK;
    char sentence[PW_ENDING_TEXT_SIZE];
    pw_strbuf why = PW_STRBUF(sentence);
    pw_table_lock();
    const uint32_t index = scope == NULL ? PW_NO_SLOT : scope_of_handle(scope);
    const bool is_scope_dead = scope != NULL && index == PW_NO_SLOT;
    pw_object *object = is_scope_dead ? NULL : live_object(handle, &why);
    if (object != NULL)
        move_to(index, object);
    pw_table_unlock();
    if (is_scope_dead)
        return refuse(PW_DIAGNOSIS_SCOPE_ENDED, PAWL_ERR_DEAD_HANDLE,
                      "the scope that is to own an object has ended, or never was one");
    if (object == NULL)
        pw_log(PAWL_LOG_WARNING, "%s", sentence);
    return object == NULL ? PAWL_ERR_DEAD_HANDLE : PAWL_OK;
}

pawl_status pawl_scope_keep(void *handle)
{
    if (handle == NULL)
        return PAWL_OK;
    char sentence[PW_ENDING_TEXT_SIZE];
    pw_strbuf why = PW_STRBUF(sentence);
    pw_table_lock();
    pw_object *object = live_object(handle, &why);
    if (object != NULL) {
        const uint32_t owner = pw_slot_at(object->slot)->scope;
        move_to(owner == PW_NO_SLOT ? PW_NO_SLOT : pw_slot_at(owner)->next, object);
    }
    pw_table_unlock();
    if (object == NULL)
        pw_log(PAWL_LOG_WARNING, "%s", sentence);
    return object == NULL ? PAWL_ERR_DEAD_HANDLE : PAWL_OK;
}
