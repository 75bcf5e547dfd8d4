/* SPDX-License-Identifier: Apache-2.0 */
/* A logger that stands between the library and the program's own, one for each of the program's: it
 * hears what the library says of errors and passes everything on. The program's logger is not
 * touched; it may lie in memory that cannot be written. */
#include "trace/witness/witness_call.h"

#include <string.h>

#define MAX_LOGGERS 64
#define ERROR       1 /* ILogger::Severity */

typedef struct listener {
    const void *const *vtable; /* the library calls through it */
    void *own;
    bool is_versioned;
} listener;

typedef struct interface_info {
    const char *kind;
    int32_t major, minor;
} interface_info;

static listener listeners[MAX_LOGGERS];
static int count;

static void *slot_of(const listener *self, int slot)
{
    return (*(void *const *const *)self->own)[slot];
}

static void hear(int32_t severity, const char *message)
{
    pw_call *const call = pw_call_current();
    if (severity > ERROR || message == NULL || !atomic_load(&pw_is_on))
        return;
    pw_found(&(pw_find){.defect = PW_TRACE_LIBRARY_ERROR,
                        .entry = call != NULL ? call->entry : NULL,
                        .count = call != NULL ? (uint32_t)call->found : 0,
                        .class_name =
                            call != NULL && call->entry != NULL ? call->entry->interface->name : "",
                        .method = call != NULL ? call->method->name : "",
                        .message = message,
                        .caller = call != NULL ? call->caller : 0});
}

static void log_plain(listener *self, int32_t severity, const char *message)
{
    void (*next)(void *, int32_t, const char *);
    hear(severity, message);
    *(void **)&next = slot_of(self, self->is_versioned ? 4 : 0);
    next(self->own, severity, message);
}

static int32_t language(const listener *self)
{
    int32_t (*next)(const void *);
    *(void **)&next = slot_of(self, 0);
    return next(self->own);
}

static interface_info info(const listener *self)
{
    interface_info (*next)(const void *);
    *(void **)&next = slot_of(self, 1);
    return next(self->own);
}

static void nothing(listener *self)
{
    (void)self; /* the library ends no logger */
}

/* Before the first entry stand the offset to the top and the typeinfo: none. */
#define FUNCTION(name) ((const void *)(uintptr_t)(name))
static const void *plain[2 + 3], *versioned[2 + 5];

static void fill_tables(void)
{
    plain[2] = FUNCTION(log_plain);
    plain[3] = plain[4] = FUNCTION(nothing);
    versioned[2] = FUNCTION(language);
    versioned[3] = FUNCTION(info);
    versioned[4] = versioned[5] = FUNCTION(nothing);
    versioned[6] = FUNCTION(log_plain);
}

void *pw_logger_listen(void *logger, pw_library *library)
{
    listener *found = NULL;
    if (logger == NULL || pw_logger_own(logger) != logger)
        return logger;
    pw_lock(PW_LOGGERS);
    fill_tables();
    for (int i = 0; i < count && found == NULL; i++)
        if (listeners[i].own == logger &&
            listeners[i].is_versioned == library->has_versioned_logger)
            found = &listeners[i];
    if (found == NULL && count < MAX_LOGGERS) {
        found = &listeners[count++];
        *found = (listener){library->has_versioned_logger ? versioned + 2 : plain + 2, logger,
                            library->has_versioned_logger};
    }
    pw_unlock(PW_LOGGERS);
    return found != NULL ? (void *)found : logger;
}

void *pw_logger_own(void *logger)
{
    const listener *const given = logger;
    return given >= listeners && given < listeners + MAX_LOGGERS ? given->own : logger;
}
