/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong with the stream is found when it is closed. */
#include "common/trace_events.h"
#include "common/term.h"

int app_trace_open(app_trace *trace, const char *path, double origin_ms)
{
    *trace = (app_trace){.origin_ms = origin_ms};
    const int code = app_output_open(&trace->output, path);
    if (code != APP_EXIT_DONE)
        return code;
    (void)pthread_mutex_init(&trace->lock, NULL);
    trace->is_open = true;
    fputs("{\"traceEvents\":[", trace->output.stream);
    return APP_EXIT_DONE;
}

static json_t *event_of(const char *phase, size_t thread, const char *name)
{
    json_t *made = json_object();
    const bool is_good = app_json_set(made, "name", app_json_text(name)) &&
                         app_json_set(made, "ph", app_json_text(phase)) &&
                         app_json_set(made, "pid", json_integer(1)) &&
                         app_json_set(made, "tid", json_integer((json_int_t)thread));
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}

/* Takes the event. */
static void put(app_trace *trace, json_t *event)
{
    (void)pthread_mutex_lock(&trace->lock);
    if (event != NULL) {
        if (trace->has_event)
            fputc(',', trace->output.stream);
        (void)app_json_write(trace->output.stream, event);
        trace->has_event = true;
    }
    (void)pthread_mutex_unlock(&trace->lock);
    json_decref(event);
}

void app_trace_thread(app_trace *trace, size_t thread, const char *name)
{
    if (!trace->is_open)
        return;
    json_t *event = event_of("M", thread, "thread_name"), *arguments = json_object();
    (void)app_json_set(arguments, "name", app_json_text(name));
    (void)app_json_set(event, "args", arguments);
    put(trace, event);
}

void app_trace_span(app_trace *trace, size_t thread, const char *category, const char *name,
                    double begin_ms, double ms, json_t *arguments)
{
    if (!trace->is_open) {
        json_decref(arguments);
        return;
    }
    json_t *event = event_of("X", thread, name);
    (void)app_json_set(event, "cat", app_json_text(category));
    (void)app_json_set(event, "ts", app_json_rounded((begin_ms - trace->origin_ms) * 1e3, 3));
    (void)app_json_set(event, "dur", app_json_rounded(ms * 1e3, 3));
    if (arguments != NULL)
        (void)app_json_set(event, "args", arguments);
    put(trace, event);
}

int app_trace_close(app_trace *trace)
{
    if (!trace->is_open)
        return APP_EXIT_DONE;
    trace->is_open = false;
    (void)pthread_mutex_destroy(&trace->lock);
    fputs("],\"displayTimeUnit\":\"ms\"}\n", trace->output.stream);
    return app_output_commit(&trace->output);
}
