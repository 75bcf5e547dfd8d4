/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before and after a call. Only the program's own calls count: what the library calls of its own
 * objects, on the same thread within a call, goes through. A call that never came back (an
 * exception, a longjmp) is known by its frame, which lies above the stack's end.
 */
#define _GNU_SOURCE
#include "trace/witness/witness_call.h"

#include <errno.h>
#include <string.h>

static void drop_dead_calls(pw_thread *thread, uintptr_t at)
{
    while (thread->depth > 0 && thread->calls[thread->depth - 1].at < at)
        thread->depth--;
}

pw_call *pw_call_current(void)
{
    pw_thread *const thread = &pw_this_thread;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    drop_dead_calls(thread, here);
    if (thread->depth > 0)
        return &thread->calls[0];
    return thread->last.at > here ? &thread->last : NULL;
}

void pw_call_push(const pw_call *call)
{
    pw_thread *const thread = &pw_this_thread;
    if (thread->depth < PW_DEPTH)
        thread->calls[thread->depth++] = *call;
    if (thread->depth == 1)
        pw_log_call_begins(call);
}

void pw_call_pop(uintptr_t at)
{
    pw_thread *const thread = &pw_this_thread;
    while (thread->depth > 0 && thread->calls[thread->depth - 1].at <= at)
        thread->depth--;
    if (thread->depth == 0)
        pw_log_call_ends();
}

void pw_found(const pw_find *find)
{
    pw_frames frames;
    char subject[128] = "";
    pw_frames_take(&frames, find->caller);
    if (find->class_name != NULL) {
        char *at = stpncpy(subject, find->class_name, 40);
        at = stpncpy(at, "::", 2);
        *stpncpy(at, find->method != NULL ? find->method : "", 80) = '\0';
    }
    pw_log_add(&(pw_note){.kind = PW_TRACE_FOUND,
                          .id = find->entry != NULL ? find->entry->id : 0,
                          .others = {find->other != NULL ? find->other->id : 0},
                          .code = (int32_t)find->defect,
                          .count = find->count,
                          .texts = {subject, find->message, frames.python},
                          .frames = frames.frames,
                          .frame_count = frames.count});
}

/* What is made from whom. An engine that a builder makes, plans and caches depend on nobody. */
static bool has_no_parent(const pw_interface *interface, const pw_entry *maker)
{
    static const char *const free_ones[] = {"IHostMemory", "ITimingCache", "IRuntimeCache",
                                            "IRuntime"};
    for (size_t i = 0; i < sizeof free_ones / sizeof free_ones[0]; i++)
        if (strcmp(interface->name, free_ones[i]) == 0)
            return true;
    return strcmp(interface->name, "ICudaEngine") == 0 &&
           strcmp(maker->interface->name, "IBuilder") == 0;
}

void pw_born(pw_library *library, int interface, void *object, const char *method,
             pw_entry *const *parents, int parent_count, pw_entry *owner, uint64_t caller)
{
    pw_frames frames = {.count = 0};
    void *context = NULL;
    int device = -1;
    pw_lock(PW_OBJECTS);
    pw_entry *const entry = pw_entry_make(library, interface, object, parents, parent_count, owner);
    const uint64_t id = entry != NULL ? entry->id : 0;
    pw_unlock(PW_OBJECTS);
    if (entry == NULL)
        return;
    if (strcmp(entry->interface->name, "IExecutionContext") == 0)
        entry->flight = pw_arena(sizeof *entry->flight);
    if (owner == NULL && pw_driver_context(&context, &device)) {
        entry->cuda_context = context;
        entry->cuda_device = device;
    }
    if (entry->interface->is_part && strcmp(entry->interface->name, "IOptimizationProfile") != 0)
        return; /* too many, and their network says it all */
    pw_frames_take(&frames, caller);
    pw_note note = {.kind = PW_TRACE_BORN,
                    .id = id,
                    .code = (int32_t)library->number,
                    .count = owner != NULL,
                    .texts = {entry->interface->name, method, frames.python},
                    .frames = frames.frames,
                    .frame_count = frames.count};
    for (int i = 0; i < PW_MAX_PARENTS && i < parent_count; i++)
        note.others[i] = parents[i] != NULL ? parents[i]->id : 0;
    if (owner != NULL)
        note.others[0] = owner->id;
    pw_log_add(&note);
}

/* An ended object that the call is given, or NULL. Its arguments are looked at as addresses only.
 */
static pw_entry *ended_argument(const pw_registers *registers, const pw_method *method)
{
    pw_entry *found = NULL;
    const int first = 1 + (method->is_sret ? 1 : 0),
              last = (int)(sizeof registers->word / sizeof registers->word[0]);
    pw_lock(PW_OBJECTS);
    for (int i = first; i < last && i < first + 4 && found == NULL; i++) {
        pw_entry *const entry = registers->word[i] > 65536
                                    ? pw_entry_find((void *)(uintptr_t)registers->word[i])
                                    : NULL;
        if (entry != NULL && atomic_load(&entry->state) == PW_ENDED && entry->is_quarantined)
            found = entry;
    }
    pw_unlock(PW_OBJECTS);
    return found;
}

/* What a network or a config needs in a build, and is gone. */
static const pw_entry *missing_need(const pw_registers *registers, const pw_entry **who)
{
    const pw_entry *found = NULL;
    pw_lock(PW_OBJECTS);
    for (int i = 1; i < 3 && found == NULL; i++) {
        pw_entry *const entry = registers->word[i] > 65536
                                    ? pw_entry_find((void *)(uintptr_t)registers->word[i])
                                    : NULL;
        for (int k = 0; entry != NULL && k < PW_MAX_KEPT && found == NULL; k++)
            if (entry->kept[k] != NULL && atomic_load(&entry->kept[k]->state) == PW_ENDED) {
                found = entry->kept[k];
                *who = entry;
            }
    }
    pw_unlock(PW_OBJECTS);
    return found;
}

/* An object by itself that the call gives to another; NULL: a part of one, or none of ours. Under
 * the lock. */
static pw_entry *given_object(const pw_registers *registers)
{
    pw_entry *const given =
        registers->word[1] > 65536 ? pw_entry_find((void *)(uintptr_t)registers->word[1]) : NULL;
    return given != NULL && given->owner == NULL ? given : NULL;
}

static bool gives_object(const pw_registers *registers)
{
    pw_lock(PW_OBJECTS);
    const bool is_given = given_object(registers) != NULL;
    pw_unlock(PW_OBJECTS);
    return is_given;
}

/* All that take such an object say whether they have: what was refused is not needed. */
static void keep(pw_entry *entry, const pw_registers *registers)
{
    if ((uint8_t)registers->result[0] == 0)
        return;
    pw_lock(PW_OBJECTS);
    pw_entry *const kept = given_object(registers);
    for (int i = 0; kept != NULL && i < PW_MAX_KEPT; i++) {
        const bool is_same_kind =
            entry->kept[i] != NULL && entry->kept[i]->interface == kept->interface;
        if (entry->kept[i] == NULL || is_same_kind) { /* the last one given is the one in use */
            entry->kept[i] = kept;
            kept->is_needed = true;
            break;
        }
    }
    pw_unlock(PW_OBJECTS);
}

/* The call is not passed on: its object is gone, and its innards with it. */
static pw_call_plan give_nothing(pw_registers *registers, const pw_method *method)
{
    memset(registers->result, 0, sizeof registers->result);
    memset(registers->result_vector, 0, sizeof registers->result_vector);
    if (method != NULL && method->is_sret) {
#if defined(__x86_64__)
        memset((void *)(uintptr_t)registers->word[0], 0, 24);
        registers->result[0] = registers->word[0];
#else
        memset((void *)(uintptr_t)registers->x8, 0, 24);
#endif
    }
    return (pw_call_plan){NULL, PW_PLAN_GIVE};
}

static pw_call_plan refuse_use(pw_registers *registers, const pw_view *view,
                               const pw_method *method, pw_trace_defect defect,
                               const pw_entry *other)
{
    pw_found(&(pw_find){.defect = defect,
                        .entry = other != NULL ? other : view->entry,
                        .other = other != NULL ? view->entry : NULL,
                        .class_name = view->entry->interface->name,
                        .method = method->name,
                        .caller = registers->caller});
    return give_nothing(registers, method);
}

static void use_in_fork(pw_registers *registers, const pw_view *view, const pw_method *method)
{
    if (view->entry->is_inherited && method->role != PW_USES && method->role != PW_FINDS)
        pw_found(&(pw_find){.defect = PW_TRACE_IN_FORKED_CHILD,
                            .entry = view->entry,
                            .class_name = view->entry->interface->name,
                            .method = method->name,
                            .caller = registers->caller});
}

/* Where the first of several streams or GPUs is not the one of birth. */
static void check_context(const pw_registers *registers, const pw_entry *entry,
                          const pw_method *method)
{
    void *context = NULL;
    int device = -1;
    if (entry->cuda_context == NULL || !pw_driver_context(&context, &device) || context == NULL ||
        context == entry->cuda_context)
        return;
    pw_found(&(pw_find){.defect = PW_TRACE_OTHER_CONTEXT,
                        .entry = entry,
                        .count = device != entry->cuda_device,
                        .class_name = entry->interface->name,
                        .method = method->name,
                        .caller = registers->caller});
}

static pw_call_plan call(pw_registers *registers, pw_view *view, const pw_method *method,
                         const void *target)
{
    registers->view = view;
    registers->method = method;
    pw_call_push(&(pw_call){(uintptr_t)registers, view->entry, method, registers->caller, 0});
#if defined(__x86_64__)
    return (pw_call_plan){target, method->stack};
#else
    return (pw_call_plan){target, 64}; /* what does not fit eight registers is little */
#endif
}

static pw_call_plan enter_known(pw_registers *registers, pw_view *view, const pw_method *method,
                                const void *target)
{
    pw_entry *const entry = view->entry, *gone = NULL;
    const pw_entry *who = NULL, *need = NULL;
    use_in_fork(registers, view, method);
    switch (method->role) {
    case PW_ENDS:
        return pw_end_begins(registers, view, method);
    case PW_MAKES:
    case PW_BUILDS:
    case PW_KEEPS:
        if ((gone = ended_argument(registers, method)) != NULL)
            return refuse_use(registers, view, method, PW_TRACE_USED_AFTER_END, gone);
        if (method->role == PW_KEEPS) {
            if (gives_object(registers))
                return call(registers, view, method, target);
            break;
        }
        if (strncmp(method->name, "build", 5) == 0 &&
            (need = missing_need(registers, &who)) != NULL)
            pw_found(&(pw_find){.defect = PW_TRACE_NEEDED_BY_BUILD,
                                .entry = need,
                                .other = who,
                                .class_name = entry->interface->name,
                                .method = method->name,
                                .caller = registers->caller});
        if (method->logger != 0)
            registers->word[method->logger] = (uint64_t)(uintptr_t)pw_logger_listen(
                (void *)(uintptr_t)registers->word[method->logger], entry->library);
        return call(registers, view, method, target);
    case PW_RUNS:
        check_context(registers, entry, method);
        if (!pw_flight_begins(entry, method, registers))
            pw_found(&(pw_find){.defect = PW_TRACE_TWO_THREADS,
                                .entry = entry,
                                .count = atomic_load(&entry->flight->thread),
                                .class_name = entry->interface->name,
                                .method = method->name,
                                .caller = registers->caller});
        return call(registers, view, method, target);
    case PW_BINDS:
        pw_flight_bind(entry,
                       method->name[3] == 'D' ? "" : (const char *)(uintptr_t)registers->word[1],
                       registers->word[method->name[3] == 'D' ? 1 : 2]);
        break;
    case PW_FINDS:
    case PW_LOGGER:
        return call(registers, view, method, target);
    case PW_USES:
    case PW_ASYNC:
        break;
    }
    pw_this_thread.last = (pw_call){(uintptr_t)registers, entry, method, registers->caller, 0};
    return (pw_call_plan){target, PW_PLAN_JUMP};
}

pw_call_plan pw_trace_enter(pw_registers *registers, uint32_t code)
{
    const int kept = errno;
    const bool is_second = code >= PW_SLOTS;
    const int slot = (int)(is_second ? code - PW_SLOTS : code);
#if defined(__aarch64__)
    void *const self = (void *)(uintptr_t)registers->word[0];
#else
    void *const self = (void *)(uintptr_t)registers->word[is_second ? 1 : 0];
#endif
    pw_view *const view = pw_view_of(self);
    pw_entry *const entry = view->entry;
    const void *const target = pw_view_target(view, slot);
    const bool is_end = view->place == entry->object && slot == entry->interface->end + 1;
    static const pw_method deleting = {.name = "~", .role = PW_ENDS, .result = -1};
    const pw_method *const method = is_end ? &deleting : view->facts->slots[slot];
    pw_call_plan plan = {target, PW_PLAN_JUMP};
    drop_dead_calls(&pw_this_thread, (uintptr_t)registers);
    if (atomic_load_explicit(&pw_is_on, memory_order_relaxed)) {
        const bool is_gone = atomic_load(&entry->state) == PW_ENDED;
        const bool is_inside = pw_this_thread.depth > 0;
        if (method->role == PW_ENDS)
            plan = pw_end_begins(registers, view, method);
        else if (is_gone)
            plan = refuse_use(registers, view, method, PW_TRACE_USED_AFTER_END, NULL);
        else if (!is_inside)
            plan = enter_known(registers, view, method, target);
    }
    errno = kept;
    return plan;
}

static void take_result(pw_registers *registers)
{
    pw_view *const view = registers->view;
    pw_entry *const maker = view->entry;
    const pw_method *const method = registers->method;
    void *const object = (void *)(uintptr_t)registers->result[0];
    if (object == NULL || method->result < 0)
        return;
    const pw_interface *const interface = &maker->library->interfaces[method->result];
    pw_lock(PW_OBJECTS);
    const pw_entry *const known = pw_entry_find(object);
    const bool is_known = known != NULL && pw_entry_is_there(known);
    pw_unlock(PW_OBJECTS);
    if (is_known || (method->role == PW_FINDS && !interface->is_part))
        return;
    pw_entry *const owner = !interface->is_part    ? NULL
                            : maker->owner != NULL ? maker->owner
                                                   : maker;
    pw_entry *parents[1] = {maker};
    const bool is_free = owner != NULL || has_no_parent(interface, maker);
    pw_born(maker->library, method->result, object, method->name, parents, is_free ? 0 : 1, owner,
            registers->caller);
}

void pw_trace_leave(pw_registers *registers)
{
    const int kept = errno;
    const pw_method *const method = registers->method;
    if (atomic_load_explicit(&pw_is_on, memory_order_relaxed)) {
        switch (method->role) {
        case PW_MAKES:
        case PW_FINDS:
            take_result(registers);
            break;
        case PW_KEEPS:
            keep(registers->view->entry, registers);
            break;
        case PW_RUNS:
            pw_flight_over(registers->view->entry);
            break;
        case PW_LOGGER:
            registers->result[0] =
                (uint64_t)(uintptr_t)pw_logger_own((void *)(uintptr_t)registers->result[0]);
            break;
        case PW_ENDS:
            pw_end_over(registers);
            break;
        default:
            break;
        }
    }
    pw_call_pop((uintptr_t)registers);
    errno = kept;
}
