/* SPDX-License-Identifier: Apache-2.0 */
/* IProgressMonitor: {D1, D0, phaseStart, stepComplete, phaseFinish} in 9.x, with {language, info}
 * before them from 10.0 on. */
#include "backend/tensorrt/trt_monitor.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct interface_info {
    const char *kind;
    int32_t major, minor;
} interface_info;

typedef struct plain_table {
    void (*destroy_complete)(void *self);
    void (*destroy_deleting)(void *self);
    void (*phase_start)(void *self, const char *phase, const char *parent, int32_t steps);
    bool (*step_complete)(void *self, const char *phase, int32_t step);
    void (*phase_finish)(void *self, const char *phase);
} plain_table;

typedef struct versioned_table {
    int32_t (*language)(const void *self);
    interface_info (*info)(const void *self);
    plain_table rest;
} versioned_table;

static void no_destructor(void *self)
{
    (void)self;
}

static int32_t language(const void *self)
{
    (void)self;
    return 0; /* APILanguage::kCPP */
}

static interface_info info(const void *self)
{
    (void)self;
    return (interface_info){.kind = "IProgressMonitor", .major = 1, .minor = 0};
}

static void phase_start(void *self, const char *phase, const char *parent, int32_t steps)
{
    pw_trt_monitor *const monitor = self;
    (void)phase;
    (void)pthread_mutex_lock(&monitor->mutex);
    if (parent == NULL)
        monitor->total = steps;
    (void)pthread_mutex_unlock(&monitor->mutex);
}

/* False stops the build. Phases nest; every step is shown with its own phase's name, none after the
 * one that stopped the build. */
static bool step_complete(void *self, const char *phase, int32_t step)
{
    pw_trt_monitor *const monitor = self;
    (void)pthread_mutex_lock(&monitor->mutex);
    if (monitor->progress != NULL && !monitor->is_cancelled &&
        monitor->progress(monitor->user, phase, (size_t)(step + 1),
                          (size_t)(monitor->total > step ? monitor->total : step + 1)) != 0)
        monitor->is_cancelled = 1;
    const bool goes_on = !monitor->is_cancelled;
    (void)pthread_mutex_unlock(&monitor->mutex);
    return goes_on;
}

static void phase_finish(void *self, const char *phase)
{
    (void)self;
    (void)phase;
}

void pw_trt_monitor_init(pw_trt_monitor *monitor, int is_versioned, pawl_progress progress,
                         void *user)
{
    static const plain_table plain = {no_destructor, no_destructor, phase_start, step_complete,
                                      phase_finish};
    static const versioned_table versioned = {
        language, info, {no_destructor, no_destructor, phase_start, step_complete, phase_finish}};
    *monitor =
        (pw_trt_monitor){.table = is_versioned ? (const void *)&versioned : (const void *)&plain,
                         .progress = progress,
                         .user = user,
                         .mutex = PTHREAD_MUTEX_INITIALIZER};
}
