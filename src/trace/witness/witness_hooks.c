/* SPDX-License-Identifier: Apache-2.0 */
/* What takes the place of TensorRT's factories and of a few functions of the driver. Each original
 * has an entry of its own, so that two libraries in one process are told apart. */
#define _GNU_SOURCE
#include "trace/witness/hooked.h"
#include "trace/witness/witness_call.h"

#include <string.h>

#define MAX_ORIGINALS 4 /* of one name: libraries in one process */

typedef void *(*factory_2)(void *, int32_t);
typedef void *(*factory_3)(void *, void *, int32_t);

typedef enum factory {
#define FACTORY(symbol, interface, method, has_parent) symbol##_id,
    PW_TRACE_FACTORY_MAP(FACTORY)
#undef FACTORY
        FACTORY_COUNT
} factory;

static const struct row {
    const char *symbol, *interface, *method;
    bool has_parent; /* its first argument, before the logger */
} rows[FACTORY_COUNT] = {
#define ROW(symbol, interface, method, has_parent) {#symbol, #interface, #method, has_parent},
    PW_TRACE_FACTORY_MAP(ROW)
#undef ROW
};

/* Filled in without a mutex, within the dynamic linker's own: a fork must not wait for one. */
static _Atomic(void *) originals[FACTORY_COUNT][MAX_ORIGINALS];

static void note_library(const pw_library *library)
{
    pw_log_add(&(pw_note){.kind = PW_TRACE_LIBRARY,
                          .id = library->number,
                          .code = library->version,
                          .count = library->is_known,
                          .texts = {library->path}});
}

/* The library whose object a factory makes: its own, or that of the object it is given. */
static pw_library *library_for(void *original, pw_entry *parent)
{
    bool is_new = false;
    if (parent != NULL)
        return parent->library;
    pw_lock(PW_OBJECTS);
    pw_library *const library = (pw_library *)(uintptr_t)pw_library_of(original, &is_new);
    pw_unlock(PW_OBJECTS);
    if (library != NULL && is_new)
        note_library(library);
    return library;
}

/* An object that the factory is given and that has ended is told, and the factory is not called: it
 * would read freed memory. */
static bool is_gone(const struct row *row, const pw_entry *parent, uint64_t caller)
{
    if (parent == NULL || atomic_load(&parent->state) != PW_ENDED)
        return false;
    pw_found(&(pw_find){.defect = PW_TRACE_USED_AFTER_END,
                        .entry = parent,
                        .class_name = "",
                        .method = row->method,
                        .caller = caller});
    return true;
}

static void *make(factory kind, int nth, void *first, void *second, int32_t version,
                  uint64_t caller)
{
    const struct row *const row = &rows[kind];
    void *const original = atomic_load(&originals[kind][nth]);
    void *const logger = row->has_parent ? second : first;
    pw_entry *parent = NULL;
    factory_2 call_2;
    factory_3 call_3;
    memcpy(&call_2, &original, sizeof call_2);
    memcpy(&call_3, &original, sizeof call_3);
    pw_start();
    if (!atomic_load(&pw_is_on) || pw_this_thread.depth > 0)
        return row->has_parent ? call_3(first, second, version) : call_2(first, version);
    if (row->has_parent) {
        pw_lock(PW_OBJECTS);
        parent = pw_entry_find(first);
        pw_unlock(PW_OBJECTS);
        if (is_gone(row, parent, caller))
            return NULL;
    }
    pw_library *const library = library_for(original, parent);
    const bool is_known = library != NULL && library->is_known;
    void *const given = is_known ? pw_logger_listen(logger, library) : logger;
    const pw_method method = {.name = row->method,
                              .role = PW_MAKES,
                              .result = (int16_t)pw_interface_find(row->interface)};
    const uintptr_t at = (uintptr_t)__builtin_frame_address(0);
    pw_call_push(&(pw_call){at, parent, &method, caller, 0});
    void *const object = row->has_parent ? call_3(first, given, version) : call_2(given, version);
    pw_call_pop(at);
    if (object == NULL || !is_known || method.result < 0)
        return object;
    pw_born(library, method.result, object, row->method, &parent, parent != NULL ? 1 : 0, NULL,
            caller);
    if (kind == createNvOnnxParser_INTERNAL_id &&
        parent != NULL) { /* the network refers to its weights until it is built */
        pw_lock(PW_OBJECTS);
        pw_entry *const parser = pw_entry_find(object);
        for (int i = 0; i < PW_MAX_KEPT && parser != NULL; i++)
            if (parent->kept[i] == NULL) {
                parent->kept[i] = parser;
                parser->is_needed = true;
                break;
            }
        pw_unlock(PW_OBJECTS);
    }
    return object;
}

#define CALLER ((uint64_t)(uintptr_t)__builtin_return_address(0))
#define ENTRY_0(symbol, n)                                          \
    static void *symbol##_##n(void *logger, int32_t version)        \
    {                                                               \
        return make(symbol##_id, n, logger, NULL, version, CALLER); \
    }
#define ENTRY_1(symbol, n)                                                 \
    static void *symbol##_##n(void *object, void *logger, int32_t version) \
    {                                                                      \
        return make(symbol##_id, n, object, logger, version, CALLER);      \
    }
#define ENTRIES(symbol, interface, method, has_parent)                                        \
    ENTRY_##has_parent(symbol, 0) ENTRY_##has_parent(symbol, 1) ENTRY_##has_parent(symbol, 2) \
        ENTRY_##has_parent(symbol, 3)
PW_TRACE_FACTORY_MAP(ENTRIES)

static void *entry_of(factory kind, int nth)
{
#define FUNCTION(function) (void *)(uintptr_t)(function)
#define NAMES(symbol, interface, method, has_parent) \
    {FUNCTION(symbol##_0), FUNCTION(symbol##_1), FUNCTION(symbol##_2), FUNCTION(symbol##_3)},
    static void *const entries[FACTORY_COUNT][MAX_ORIGINALS] = {PW_TRACE_FACTORY_MAP(NAMES)};
    return entries[kind][nth];
}

static void *bind_factory(factory kind, void *original)
{
    for (int i = 0; i < MAX_ORIGINALS; i++) {
        void *there = NULL;
        if (original == entry_of(kind, i))
            return original; /* it is one already */
        if (atomic_compare_exchange_strong(&originals[kind][i], &there, original) ||
            there == original)
            return entry_of(kind, i);
    }
    return original;
}

void *pawl_trace_bind(const char *name, void *original)
{
    for (int i = 0; i < FACTORY_COUNT; i++)
        if (strcmp(name, rows[i].symbol) == 0)
            return bind_factory((factory)i, original);
    void *const instead = pw_driver_hook(name, original);
    return instead != NULL ? instead : original;
}
