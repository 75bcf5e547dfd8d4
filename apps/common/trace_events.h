/* SPDX-License-Identifier: Apache-2.0 */
/* A trace-event file, for chrome://tracing or Perfetto, written as the events come: memory stays as
 * it is however many there are. */
#ifndef APP_TRACE_EVENTS_H
#define APP_TRACE_EVENTS_H

#include "common/files.h"
#include "common/json.h"

#include <pthread.h>

/* Zeroed it is closed, and what follows but opening does nothing. */
typedef struct app_trace {
    app_output output;
    pthread_mutex_t lock; /* of the stream: events come from any thread */
    double origin_ms;     /* of app_clock_ms(), from which times count */
    bool is_open, has_event;
} app_trace;

/* Each reports what goes wrong and returns an exit code. */
int app_trace_open(app_trace *trace, const char *path, double origin_ms);
int app_trace_close(app_trace *trace);

/* Names a row of the picture. */
void app_trace_thread(app_trace *trace, size_t thread, const char *name);
/* Something that took time, from begin_ms of app_clock_ms() on.
 * @p arguments is taken; NULL: none. */
void app_trace_span(app_trace *trace, size_t thread, const char *category, const char *name,
                    double begin_ms, double ms, json_t *arguments);

#endif
