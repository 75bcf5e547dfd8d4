/* SPDX-License-Identifier: Apache-2.0 */
/* What execution contexts have under way: the streams of their last runs, and the memory they were
 * given. Whether work is still under way the driver alone knows, and it is asked only of streams
 * whose end would have been seen. */
#include "trace/witness/witness_call.h"

#include <string.h>

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static void remember(pw_flight *flight, uint32_t name, uint64_t address)
{
    int at = 0;
    while (at < flight->memory_count && flight->name_hash[at] != name)
        at++;
    if (at == (int)(sizeof flight->memory / sizeof *flight->memory))
        return;
    if (at == flight->memory_count)
        flight->memory_count++;
    flight->name_hash[at] = name;
    flight->memory[at] = address;
}

void pw_flight_bind(pw_entry *entry, const char *name, uint64_t address)
{
    if (entry->flight == NULL)
        return;
    pw_lock(PW_OBJECTS);
    remember(entry->flight, hash_of(name), address);
    pw_unlock(PW_OBJECTS);
}

/* The number of bindings is the engine's to say. */
static int binding_count(const pw_entry *context)
{
    const pw_entry *const engine = context->parents[0];
    for (int i = 0; engine != NULL && i < engine->view_count; i++) {
        const pw_view *const view = &engine->views[i];
        const pw_method *const method = view->facts != NULL ? view->facts->slots[2] : NULL;
        int32_t (*ask)(void *);
        if (method == NULL || strcmp(method->name, "getNbBindings") != 0)
            continue;
        *(void **)&ask = pw_view_target(view, 2);
        return ask(view->place);
    }
    return 0;
}

static void remember_stream(pw_flight *flight, void *stream)
{
    for (int i = 0; i < flight->stream_count; i++)
        if (flight->streams[i] == stream)
            return;
    const int most = (int)(sizeof flight->streams / sizeof *flight->streams);
    if (flight->stream_count == most) {
        memmove(flight->streams, flight->streams + 1, (size_t)(most - 1) * sizeof *flight->streams);
        flight->stream_count--;
    }
    flight->streams[flight->stream_count++] = stream;
}

bool pw_flight_begins(pw_entry *entry, const pw_method *method, const pw_registers *registers)
{
    pw_flight *const flight = entry->flight;
    uint32_t none = 0;
    if (flight == NULL)
        return true;
    if (method->stream > 0) {
        void *const stream = (void *)(uintptr_t)registers->word[method->stream];
        const bool is_list = strcmp(method->name, "enqueueV3") != 0;
        const bool is_new =
            flight->stream_count == 0 || flight->streams[flight->stream_count - 1] != stream;
        if (is_list || is_new)
            pw_lock(PW_OBJECTS);
        if (is_new)
            remember_stream(flight, stream);
        if (is_list) {
            const void *const *const bindings =
                (const void *const *)(uintptr_t)registers->word[method->stream - 1];
            const int count = bindings != NULL ? binding_count(entry) : 0;
            for (int i = 0; i < count && i < 32; i++)
                remember(flight, (uint32_t)i, (uint64_t)(uintptr_t)bindings[i]);
        }
        if (is_list || is_new)
            pw_unlock(PW_OBJECTS);
    }
    flight->runs++;
    return atomic_compare_exchange_strong(&flight->thread, &none, pw_thread_id()) ||
           none == pw_thread_id();
}

void pw_flight_over(pw_entry *entry)
{
    uint32_t own = pw_thread_id();
    if (entry->flight != NULL)
        (void)atomic_compare_exchange_strong(&entry->flight->thread, &own, 0);
}

void *pw_flight_stream(const pw_entry *entry)
{
    const pw_flight *const flight = entry->flight;
    for (int i = 0; flight != NULL && i < flight->stream_count; i++)
        if (pw_driver_is_busy(flight->streams[i]))
            return flight->streams[i];
    return NULL;
}

void pw_flight_stream_ends(void *stream)
{
    pw_lock(PW_OBJECTS);
    for (pw_entry *entry = pw_entry_first(); entry != NULL; entry = entry->next)
        for (int i = 0; entry->flight != NULL && i < entry->flight->stream_count; i++)
            if (entry->flight->streams[i] == stream)
                entry->flight->streams[i--] = entry->flight->streams[--entry->flight->stream_count];
    pw_unlock(PW_OBJECTS);
}

static bool holds(const pw_flight *flight, uint64_t address)
{
    for (int i = 0; i < flight->memory_count; i++)
        if (flight->memory[i] == address ||
            (flight->memory[i] != 0 && pw_driver_allocation(flight->memory[i]) == address))
            return true;
    return false;
}

void pw_flight_memory_ends(uint64_t address, void *stream, bool is_ordered, uint64_t caller)
{
    const pw_entry *user = NULL;
    void *busy = NULL;
    if (address == 0 || !atomic_load(&pw_is_on) || pw_this_thread.depth > 0)
        return;
    pw_lock(PW_OBJECTS);
    for (pw_entry *entry = pw_entry_first(); entry != NULL && user == NULL; entry = entry->next)
        if (entry->flight != NULL && entry->flight->runs > 0 && holds(entry->flight, address) &&
            (busy = pw_flight_stream(entry)) != NULL && !(is_ordered && busy == stream))
            user = entry;
    if (user != NULL)
        pw_found(&(pw_find){.defect = PW_TRACE_MEMORY_IN_FLIGHT, .entry = user, .caller = caller});
    pw_unlock(PW_OBJECTS);
    if (user != NULL && (pw_flags & PW_TRACE_REPAIR) != 0)
        pw_driver_wait(busy);
}
