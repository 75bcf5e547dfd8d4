/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of an object. `delete` comes to the deleting destructor, which is the complete one and
 * then operator delete: the witness lets the complete one run and keeps the storage, so that a
 * later use or end finds a vtable that can tell of it.
 */
#include "trace/witness/witness_call.h"

#include <string.h>

#define NOTE_KEPT 1u /* its storage is kept */

static pw_find finding(pw_trace_defect defect, const pw_registers *registers, const pw_entry *entry)
{
    return (pw_find){.defect = defect,
                     .entry = entry,
                     .class_name = entry->interface->name,
                     .method = "~",
                     .caller = registers->caller};
}

static pw_call_plan give_nothing(pw_registers *registers)
{
    memset(registers->result, 0, sizeof registers->result);
    return (pw_call_plan){NULL, PW_PLAN_GIVE};
}

static void note_end(const pw_entry *entry, pw_trace_end how, const pw_entry *holder,
                     uint32_t holders, const pw_frames *frames)
{
    pw_log_add(
        &(pw_note){.kind = PW_TRACE_ENDED,
                   .id = entry->id,
                   .others = {holder != NULL ? holder->id : 0},
                   .code = (int32_t)how,
                   .count = holders,
                   .texts = {entry->interface->name, NULL, frames != NULL ? frames->python : NULL},
                   .frames = frames != NULL ? frames->frames : NULL,
                   .frame_count = frames != NULL ? frames->count : 0});
}

static bool is_told(const pw_entry *entry)
{
    return !entry->interface->is_part ||
           strcmp(entry->interface->name, "IOptimizationProfile") == 0;
}

/* The destructor's call: the complete one where the storage is kept. */
static pw_call_plan destroy(pw_registers *registers, pw_view *view, const pw_method *method,
                            bool is_part, pw_trace_defect found)
{
    static const pw_method deleting = {.name = "~", .role = PW_ENDS, .result = -1};
    pw_entry *const entry = view->entry;
    const bool is_kept = pw_quarantine_reserve(is_part);
    const int slot = is_kept ? entry->interface->end : entry->interface->end + 1;
    (void)method;
    registers->view = view;
    registers->method = &deleting;
    registers->note = is_kept ? NOTE_KEPT : 0;
    pw_call_push(
        &(pw_call){(uintptr_t)registers, entry, &deleting, registers->caller, (uint64_t)found});
    return (pw_call_plan){pw_view_target(view, slot), 0};
}

/* By the library, within a call: what its owner's end takes with it. */
static pw_call_plan end_inside(pw_registers *registers, pw_view *view, const pw_method *method)
{
    pw_entry *const entry = view->entry;
    pw_lock(PW_OBJECTS);
    pw_entry_ended(entry);
    pw_unlock(PW_OBJECTS);
    if (is_told(entry))
        note_end(entry, PW_TRACE_BY_OWNER, entry->owner, 0, NULL);
    return destroy(registers, view, method, true, 0);
}

/* What is wrong with where and when, whatever the order. */
static void check_moment(const pw_registers *registers, const pw_entry *entry,
                         const pw_frames *frames)
{
    void *context = NULL;
    int device = -1;
    pw_find found = finding(PW_TRACE_ENDED_AT_EXIT, registers, entry);
    if (frames->is_in_exit) {
        found.count = pw_driver_is_down();
        pw_found(&found);
        return;
    }
    if (entry->cuda_context == NULL || !pw_driver_context(&context, &device) || context == NULL ||
        context == entry->cuda_context)
        return;
    found.defect = PW_TRACE_OTHER_CONTEXT;
    found.count = device != entry->cuda_device;
    pw_found(&found);
}

static void check_flight(const pw_registers *registers, const pw_entry *entry)
{
    void *const stream = pw_flight_stream(entry);
    pw_find found = finding(PW_TRACE_ENDED_IN_FLIGHT, registers, entry);
    if (stream == NULL)
        return;
    pw_found(&found);
    if ((pw_flags & PW_TRACE_REPAIR) != 0)
        pw_driver_wait(stream);
}

static pw_call_plan end_early(pw_registers *registers, pw_view *view, const pw_method *method,
                              const pw_entry *holder, uint32_t holders, const pw_frames *frames)
{
    pw_entry *const entry = view->entry;
    const bool is_postponed = (pw_flags & PW_TRACE_REPAIR) != 0;
    pw_find found = finding(PW_TRACE_PARENT_FIRST, registers, entry);
    found.other = holder;
    found.count = holders;
    note_end(entry, is_postponed ? PW_TRACE_POSTPONED : PW_TRACE_EARLY, holder, holders, frames);
    pw_found(&found);
    if (is_postponed) {
        atomic_store(&entry->state, PW_POSTPONED);
        pw_unlock(PW_OBJECTS);
        return give_nothing(registers);
    }
    pw_entry_ended(entry);
    pw_unlock(PW_OBJECTS);
    return destroy(registers, view, method, entry->owner != NULL, PW_TRACE_PARENT_FIRST);
}

static pw_call_plan end_again(pw_registers *registers, const pw_entry *entry)
{
    pw_find found = finding(PW_TRACE_ENDED_TWICE, registers, entry);
    if (pw_this_thread.depth ==
        0) /* an owner's end of what the program has ended is told already */
        pw_found(&found);
    return give_nothing(registers);
}

pw_call_plan pw_end_begins(pw_registers *registers, pw_view *view, const pw_method *method)
{
    pw_entry *const entry = view->entry;
    pw_frames frames;
    if (atomic_load(&entry->state) != PW_ALIVE)
        return end_again(registers, entry);
    if (pw_this_thread.depth > 0)
        return end_inside(registers, view, method);
    pw_frames_take(&frames, registers->caller);
    if (entry->is_inherited) {
        pw_find found = finding(PW_TRACE_IN_FORKED_CHILD, registers, entry);
        pw_found(&found);
    }
    check_flight(registers, entry);
    check_moment(registers, entry, &frames);
    pw_lock(PW_OBJECTS);
    if (atomic_load(&entry->state) != PW_ALIVE) { /* by another thread in the meantime */
        pw_unlock(PW_OBJECTS);
        return end_again(registers, entry);
    }
    const pw_entry *const holder = pw_entry_eldest_child(entry);
    if (holder != NULL)
        return end_early(registers, view, method, holder, entry->children, &frames);
    if (entry->owner != NULL) {
        pw_find found = finding(PW_TRACE_NOT_YOURS, registers, entry);
        found.other = entry->owner;
        pw_found(&found);
        if ((pw_flags & PW_TRACE_REPAIR) != 0) { /* its owner will end it */
            pw_unlock(PW_OBJECTS);
            return give_nothing(registers);
        }
    }
    pw_entry_ended(entry);
    pw_unlock(PW_OBJECTS);
    if (is_told(entry))
        note_end(entry, PW_TRACE_IN_ORDER, NULL, 0, &frames);
    return destroy(registers, view, method, entry->owner != NULL,
                   entry->owner != NULL ? PW_TRACE_NOT_YOURS : 0);
}

/* Its parts are gone with it, whether the library's way of ending them could be seen or not. Those
 * it freed unseen were never kept. */
static uint32_t forget_parts(pw_entry *entry)
{
    const uint32_t count = entry->part_count;
    while (entry->parts != NULL) {
        pw_entry *const part = entry->parts;
        pw_entry_ended(part);
        pw_entry_forget(part);
    }
    return count;
}

static void settle(pw_entry *entry, bool is_kept)
{
    pw_lock(PW_OBJECTS);
    const uint32_t parts = forget_parts(entry);
    const uint64_t id = entry->id;
    const bool is_a_part = entry->owner != NULL, tells = is_told(entry);
    if (is_kept)
        pw_quarantine(entry, is_a_part);
    else
        pw_entry_forget(entry);
    pw_unlock(PW_OBJECTS);
    if (tells)
        pw_log_add(&(pw_note){.kind = PW_TRACE_RELEASED, .id = id, .count = parts});
}

/* One whose end was put off, and whose last child is gone. */
static pw_entry *due_parent(pw_entry *const *parents)
{
    for (int i = 0; i < PW_MAX_PARENTS; i++)
        if (parents[i] != NULL && atomic_load(&parents[i]->state) == PW_POSTPONED &&
            parents[i]->children == 0)
            return parents[i];
    return NULL;
}

static void end_postponed(pw_entry *entry)
{
    const pw_view *own = NULL;
    for (int i = 0; i < entry->view_count && own == NULL; i++)
        if (entry->views[i].place == entry->object)
            own = &entry->views[i];
    void (*destructor)(void *) = NULL;
    if (own == NULL)
        return;
    const bool is_kept = pw_quarantine_reserve(false);
    *(void **)&destructor =
        pw_view_target(own, is_kept ? entry->interface->end : entry->interface->end + 1);
    pw_lock(PW_OBJECTS);
    pw_entry_ended(entry);
    pw_unlock(PW_OBJECTS);
    destructor(entry->object);
    settle(entry, is_kept);
}

void pw_end_over(pw_registers *registers)
{
    pw_entry *const entry = registers->view->entry;
    pw_entry *parents[PW_MAX_PARENTS], *due;
    memcpy(parents, entry->parents, sizeof parents);
    settle(entry, (registers->note & NOTE_KEPT) != 0);
    while ((due = due_parent(parents)) != NULL) {
        memcpy(parents, due->parents, sizeof parents);
        end_postponed(due);
    }
}
