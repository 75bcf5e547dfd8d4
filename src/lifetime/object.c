/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Birth, holding and release of objects. An object's memory goes when its last hold drops: unmake
 * first, then its slot, then its pins on its parents, which may be the last on them. That chain is
 * a list, not a recursion, and goes youngest first.
 */
#include "base/log.h"
#include "base/memory.h"
#include "lifetime/diagnosis.h"
#include "lifetime/level.h"
#include "lifetime/object_text.h"
#include "lifetime/observer.h"
#include "lifetime/release.h"
#include "lifetime/scopes.h"
#include "lifetime/slot_table.h"

#define LOG_LINE_SIZE 320

/* Where the create call under way on this thread stands, if its macro has said so. What the library
 * makes for itself meanwhile (a vendor's builder, device memory) is of the same place. */
static _Thread_local pw_place birthplace;

static uint64_t last_id; /* with the mutex held */

void pawl_object_at(const char *file, int line)
{
    static const char gap[] = "...";
    const char *name = file != NULL ? pw_os_basename(file) : "";
    const size_t size = sizeof birthplace.file, length = strlen(name);
    birthplace.line = line;
    if (PW_LIKELY(length < size)) {
        memcpy(birthplace.file, name, length + 1);
        return;
    }
    size_t kept = size - sizeof gap;
    while (kept > 0 && ((unsigned char)name[kept] & 0xC0u) == 0x80u)
        kept--; /* no half character */
    memcpy(birthplace.file, name, kept);
    memcpy(birthplace.file + kept, gap, sizeof gap);
}

pawl_status pawl_object_placed(pawl_status status)
{
    birthplace.file[0] = '\0';
    return status;
}

static pawl_status may_make(const pw_type *type, size_t parent_count, pawl_error *error)
{
    if (type == NULL || type->size < sizeof(pw_object) || parent_count > PW_MAX_PARENTS)
        return pw_fail(error, PAWL_ERR_INTERNAL, "an object is made with wrong arguments");
    if (pw_table_start() != PAWL_OK)
        return pw_fail_memory(error, "the table of objects", 0);
    if (pw_is_forked())
        return pw_fail(error, PAWL_ERR_FORKED,
                       "%s: no %s can be made in a forked process that inherited objects",
                       pw_diagnosis_id(PW_DIAGNOSIS_FORKED), type->name);
    return PAWL_OK;
}

/* Gives the object a slot and an id and pins its parents; false where there is no slot. */
static bool enter_table(pw_object *object, bool *is_full)
{
    pw_table_lock();
    const uint32_t index = pw_slot_take();
    if (index == PW_NO_SLOT) {
        *is_full = pw_slot_is_table_full();
        pw_table_unlock();
        return false;
    }
    object->id = ++last_id;
    object->slot = index;
    /* Our caller holds them, so that none of them ends meanwhile. */
    for (size_t k = 0; k < PW_MAX_PARENTS && object->parents[k] != NULL; k++)
        atomic_fetch_add_explicit(&pw_slot_at(object->parents[k]->slot)->state, PW_STATE_HOLD,
                                  memory_order_relaxed);
    pw_slot *slot = pw_slot_at(index);
    slot->object = object;
    pw_slot_link(object);
    atomic_fetch_add_explicit(&slot->state, PW_STATE_MAKING + PW_STATE_HOLD, memory_order_relaxed);
    atomic_fetch_add_explicit(&pw_live_objects, 1, memory_order_relaxed);
    pw_level_fix();
    pw_table_unlock();
    return true;
}

pawl_status pw_object_make(const pw_type *type, pw_object *const parents[], size_t parent_count,
                           void *object_out, pawl_error *error)
{
    PW_TRY(may_make(type, parent_count, error));
    pw_object *object = pw_calloc(1, type->size);
    if (object == NULL)
        return pw_fail_memory(error, type->name, type->size);
    object->type = type;
    object->born_ns = pw_os_clock_ns();
    object->place = birthplace;
    size_t pinned = 0;
    for (size_t i = 0; i < parent_count; i++)
        if (parents[i] != NULL)
            object->parents[pinned++] = parents[i];
    bool is_full = false;
    if (!enter_table(object, &is_full)) {
        pw_free(object);
        if (is_full)
            return pw_fail(error, PAWL_ERR_LIMIT, "%s: no more than %u objects can live at once",
                           pw_diagnosis_id(PW_DIAGNOSIS_TOO_MANY), PW_SLOT_COUNT);
        return pw_fail_memory(error, "the table of objects", PW_CHUNK_SLOTS * sizeof(pw_slot));
    }
    memcpy(object_out, &object, sizeof object); /* a T ** of any T */
    return PAWL_OK;
}

static void log_birth(const pw_object *object)
{
    char line[LOG_LINE_SIZE];
    pw_strbuf text = PW_STRBUF(line);
    pw_text_object(&text, object->type, object->id, object->name);
    pw_parent parents[PW_MAX_PARENTS];
    pw_text_parents(&text, parents, pw_parents_of(object, parents));
    pw_text_place(&text, "at", &object->place);
    pw_log(PAWL_LOG_VERBOSE, "+ %s", line);
}

static void observe_birth(const pw_object *object)
{
    pw_table_lock();
    const pw_observer *observer = pw_observer_get(); /* it may have left meanwhile */
    if (observer != NULL)
        observer->born(object);
    pw_table_unlock();
}

void *pw_object_publish(void *object)
{
    pw_object *made = object;
    if (pw_log_wants(PAWL_LOG_VERBOSE))
        log_birth(made);
    if (PW_UNLIKELY(pw_observer_get() != NULL))
        observe_birth(made);
    pw_slot *slot = pw_slot_at(made->slot);
    const uint64_t before = atomic_fetch_add_explicit(&slot->state, PW_STATE_OPEN - PW_STATE_MAKING,
                                                      memory_order_release);
    if (made->type->role != PW_ROLE_INNER) {
        birthplace.file[0] = '\0'; /* said by hand, it was for this object */
        pw_scope_adopt(made);
    }
    return (void *)(uintptr_t)pw_handle_make(made->slot, pw_generation_of_state(before));
}

static void log_release(const pw_object *object)
{
    char line[LOG_LINE_SIZE];
    pw_strbuf text = PW_STRBUF(line);
    pw_text_object(&text, object->type, object->id, ""); /* its name is in the line of its birth */
    pw_strbuf_add(&text, " after %.3f s", pw_text_seconds(object->born_ns, pw_os_clock_ns()));
    pw_log(PAWL_LOG_VERBOSE, "- %s", line);
}

/* Drops one hold; true when it was the last, so that the object is now the caller's to release. */
static bool drop_hold(const pw_object *object)
{
    pw_slot *slot = pw_slot_at(object->slot);
    const uint64_t before =
        atomic_fetch_sub_explicit(&slot->state, PW_STATE_HOLD, memory_order_acq_rel);
    return (before & PW_STATE_HOLDS) == 1;
}

bool pw_object_is_mine_alone(const void *object)
{
    const pw_object *const held = object;
    if (held->id == 0)
        return false; /* was never made: on a test's stack */
    const pw_slot *slot = pw_slot_at(held->slot);
    const uint64_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
    return (state & (PW_STATE_OPEN | PW_STATE_MAKING | PW_STATE_HOLDS)) == PW_STATE_HOLD;
}

/* Enters an object that nobody holds any more into the list of the doomed: the youngest first. */
static void doom(uint32_t *first, const pw_object *object)
{
    uint32_t before = PW_NO_SLOT;
    uint32_t after = *first;
    while (after != PW_NO_SLOT && pw_slot_at(after)->object->id > object->id) {
        before = after;
        after = pw_slot_at(after)->next;
    }
    pw_slot_at(object->slot)->next = after;
    if (before == PW_NO_SLOT)
        *first = object->slot;
    else
        pw_slot_at(before)->next = object->slot;
}

/* Releases one object; its parents' holds are left to the caller. */
static void release_one(pw_object *object)
{
    const pw_type *type = object->type;
    if (type->unmake != NULL && !(type->is_foreign && pw_is_forked()))
        type->unmake(object);
    if (pw_log_wants(PAWL_LOG_VERBOSE))
        log_release(object);
    pw_table_lock();
    const pw_observer *observer = pw_observer_get();
    if (PW_UNLIKELY(observer != NULL))
        observer->released(object);
    pw_slot_unlink(object);
    pw_slot_give_back(object->slot);
    pw_table_unlock();
    pw_free(object);
    atomic_fetch_sub_explicit(&pw_live_objects, 1, memory_order_release);
}

void pw_object_release_all(pw_object *object)
{
    uint32_t doomed = PW_NO_SLOT;
    doom(&doomed, object);
    while (doomed != PW_NO_SLOT) {
        pw_object *youngest = pw_slot_at(doomed)->object;
        doomed = pw_slot_at(doomed)->next;
        pw_object *parents[PW_MAX_PARENTS];
        memcpy(parents, youngest->parents, sizeof parents);
        release_one(youngest);
        for (size_t k = 0; k < PW_MAX_PARENTS && parents[k] != NULL; k++)
            if (drop_hold(parents[k]))
                doom(&doomed, parents[k]);
    }
}

void pw_object_release(void *object)
{
    if (object != NULL && drop_hold(object))
        pw_object_release_all(object);
}

void pw_object_abandon(void *object)
{
    pw_object_release(object); /* the maker's hold is dropped as any other */
}
