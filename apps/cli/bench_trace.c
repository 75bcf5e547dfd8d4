/* SPDX-License-Identifier: Apache-2.0 */
/* One run as a trace-event file, for chrome://tracing or Perfetto: stages, in them steps, in them
 * what each thread did. */
#include "cli/bench.h"
#include "common/trace_events.h"

#include <stdlib.h>
#include <string.h>

typedef struct event {
    const char *name, *category;
    const char *kernel; /* of a step, else NULL */
    char *problem;      /* the event's own */
    size_t thread;
    double begin_ms, ms;
    double flops, bytes;
} event;

typedef struct trace {
    event *events;
    size_t count, capacity, threads;
    bool is_short; /* of memory */
} trace;

static event *add_event(trace *to, const char *category, const char *name, double begin_ms,
                        double ms)
{
    static event nowhere;
    if (to->count == to->capacity) {
        const size_t capacity = to->capacity * 2 + 1024;
        event *events = realloc(to->events, capacity * sizeof(event));
        if (events == NULL) {
            to->is_short = true;
            return &nowhere;
        }
        to->events = events;
        to->capacity = capacity;
    }
    event *made = &to->events[to->count++];
    *made = (event){.name = name, .category = category, .begin_ms = begin_ms, .ms = ms};
    return made;
}

/* Kept as it comes; made into text when the run is over. */
static void note_step(void *user, const pawl_step_info *step)
{
    trace *to = user;
    event *made = add_event(to, "step", step->layer, (double)step->begin_ns / 1e6,
                            (double)(step->end_ns - step->begin_ns) / 1e6);
    made->kernel = step->kernel;
    made->problem = to->is_short ? NULL : strdup(step->problem);
    made->flops = step->flops;
    made->bytes = step->bytes;
    for (size_t i = 0; i < step->span_count; i++) {
        const pawl_span *span = &step->spans[i];
        add_event(to, "item", step->layer, (double)span->begin_ns / 1e6,
                  (double)(span->end_ns - span->begin_ns) / 1e6)
            ->thread = span->worker;
        to->threads = span->worker + 1 > to->threads ? span->worker + 1 : to->threads;
    }
}

static void note_stages(trace *to, const bench_course *course)
{
    double at = course->begin_ms;
    for (size_t s = 0; s < BENCH_STAGES; s++) {
        if (course->stages_ms[s] > 0)
            add_event(to, "stage", bench_stage_names[s], at, course->stages_ms[s]);
        at += course->stages_ms[s];
    }
}

static json_t *arguments_of(const event *one)
{
    json_t *made = json_object();
    const bool is_good =
        app_json_set(made, "kernel", app_json_text(one->kernel)) &&
        app_json_set(made, "problem", app_json_text(one->problem)) &&
        app_json_set(made, "gflops", app_json_number(one->flops / one->ms / 1e6)) &&
        app_json_set(made, "gigabytes", app_json_number(one->bytes / one->ms / 1e6));
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}

static int write_trace(const trace *of, const char *path, double origin_ms)
{
    char name[32];
    app_trace to;
    if (of->is_short)
        return app_fail_memory();
    const int code = app_trace_open(&to, path, origin_ms);
    if (code != APP_EXIT_DONE)
        return code;
    for (size_t i = 0; i < of->threads; i++) {
        (void)snprintf(name, sizeof name, i == 0 ? "caller" : "worker %zu", i);
        app_trace_thread(&to, i, name);
    }
    for (size_t i = 0; i < of->count; i++) {
        const event *one = &of->events[i];
        app_trace_span(&to, one->thread, one->category, one->name, one->begin_ms, one->ms,
                       one->kernel != NULL ? arguments_of(one) : NULL);
    }
    return app_trace_close(&to);
}

int bench_trace(bench *of, bench_course *course)
{
    pawl_error error = {0};
    trace made = {.threads = 1};
    if (pawl_context_timer_set(course->context, note_step, &made, &error) < 0)
        return app_fail_library(of->session.path, &error);
    int code = bench_course_run(of, course);
    if (pawl_context_timer_set(course->context, NULL, NULL, &error) < 0 && code == APP_EXIT_DONE)
        code = app_fail_library(of->session.path, &error);
    note_stages(&made, course);
    if (code == APP_EXIT_DONE)
        code = write_trace(&made, of->options->trace, course->begin_ms);
    for (size_t i = 0; i < made.count; i++)
        free(made.events[i].problem);
    free(made.events);
    return code;
}
