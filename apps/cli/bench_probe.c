/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine reaches right before and right after a window,
 * on the cores that the window has. */
#define _GNU_SOURCE 1 /* sched_setaffinity */
#include "cli/bench.h"
#include "common/inputs.h"
#include "common/text_file.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBES_LIMIT ((size_t)1 << 20)

#define CORES_MAX CPU_SETSIZE

/* The cores that bench has narrowed itself to; none where it could not. */
static size_t cores[CORES_MAX];
static size_t core_count;

/* From the one where we are on: it is awake. */
static void choose_cores(size_t wanted)
{
    cpu_set_t allowed, chosen;
    const int here = sched_getcpu();
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || here < 0)
        return;
    CPU_ZERO(&chosen);
    for (size_t i = 0; i < CORES_MAX && core_count < wanted; i++) {
        const size_t core = ((size_t)here + i) % CORES_MAX;
        if (CPU_ISSET(core, &allowed)) {
            CPU_SET(core, &chosen);
            cores[core_count++] = core;
        }
    }
    if (sched_setaffinity(0, sizeof chosen, &chosen) != 0)
        core_count = 0;
}

/* It is written anew: no input, so that app_json_read() is not for it. Nothing where it is not
 * there yet; what is not of bench is left alone. */
static int read_kept(const bench *of, json_t **kept)
{
    app_text text = {0};
    const char *path = of->options->probes;
    const char *problem = access(path, F_OK) == 0 ? app_text_load(&text, path, PROBES_LIMIT) : NULL;
    if (problem != NULL)
        return app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, problem);
    *kept = text.size == 0 ? json_object() : json_loadb(text.bytes, text.size, 0, NULL);
    app_text_free(&text);
    if (json_is_object(*kept))
        return APP_EXIT_DONE;
    json_decref(*kept);
    *kept = NULL;
    return app_fail(APP_EXIT_INPUT, "%s: not what pawl bench --probe-file writes", path);
}

static const char *key_of(const bench *of, char key[32])
{
    (void)snprintf(key, 32, "threads_%d", of->session.threads);
    return key;
}

int bench_probes_begin(bench *of)
{
    char key[32];
    choose_cores((size_t)of->session.threads);
    if (of->options->probes == NULL)
        return APP_EXIT_DONE;
    const int refused = app_output_probe(of->options->probes);
    if (refused != APP_EXIT_DONE)
        return refused;
    json_t *kept = NULL;
    const int code = read_kept(of, &kept);
    const json_t *best = json_object_get(kept, key_of(of, key));
    of->best.gflops = json_number_value(json_object_get(best, "gflops"));
    of->best.gigabytes = json_number_value(json_object_get(best, "gigabytes"));
    json_decref(kept);
    return code;
}

typedef struct prober {
    bool is_pinned;
    size_t core;
    pawl_probe_info info;
    pawl_status status;
} prober;

static void *probe(void *argument)
{
    prober *self = argument;
    if (self->is_pinned) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(self->core, &one);
        (void)pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    }
    self->status = pawl_machine_probe(&self->info, NULL);
    return NULL;
}

/* All at once, so that they share what cores share. 0, or the system's error. */
static int probe_on(prober *probers, pthread_t *threads, size_t count)
{
    size_t begun = 0;
    int reason = 0;
    while (begun < count && reason == 0) {
        probers[begun] = (prober){.is_pinned = begun < core_count,
                                  .core = begun < core_count ? cores[begun] : 0,
                                  .info = PAWL_PROBE_INFO_INIT};
        reason = pthread_create(&threads[begun], NULL, probe, &probers[begun]);
        begun += reason == 0;
    }
    for (size_t i = 0; i < begun; i++)
        (void)pthread_join(threads[i], NULL);
    return reason;
}

int bench_probe_take(const bench *of, bench_probe *taken)
{
    const size_t count = (size_t)of->session.threads;
    prober *probers = calloc(count, sizeof(prober));
    pthread_t *threads = calloc(count, sizeof(pthread_t));
    int reason = probers == NULL || threads == NULL ? ENOMEM : probe_on(probers, threads, count);
    *taken = (bench_probe){0, 0};
    for (size_t i = 0; i < count && reason == 0; i++) {
        reason = probers[i].status < 0 ? ENOMEM : 0;
        taken->gflops += probers[i].info.gflops;
        taken->gigabytes += probers[i].info.gigabytes;
    }
    free(probers);
    free(threads);
    return reason == 0 ? APP_EXIT_DONE
                       : app_fail(APP_EXIT_LIMIT, "cannot probe the machine: %s", strerror(reason));
}

static json_t *probe_json(const bench_probe *of)
{
    json_t *made = json_object();
    (void)app_json_set(made, "gflops", app_json_number(of->gflops));
    (void)app_json_set(made, "gigabytes", app_json_number(of->gigabytes));
    return made;
}

static int keep(const bench *of)
{
    char key[32];
    app_output output = {0};
    json_t *kept = NULL;
    int code = read_kept(of, &kept);
    if (code != APP_EXIT_DONE)
        return code;
    const bool is_set = app_json_set(kept, key_of(of, key), probe_json(&of->best));
    code = is_set ? app_output_open(&output, of->options->probes) : app_fail_memory();
    if (code == APP_EXIT_DONE) {
        (void)app_json_write_line(output.stream, kept);
        code = app_output_commit(&output);
    }
    json_decref(kept);
    return code;
}

static void raise(double *best, double value)
{
    *best = value > *best ? value : *best;
}

static bool is_sound(const bench_probe *probe, const bench_probe *best)
{
    return probe->gflops >= BENCH_SOUND * best->gflops &&
           probe->gigabytes >= BENCH_SOUND * best->gigabytes;
}

int bench_window_judge(bench *of, bench_window *window)
{
    raise(&of->best.gflops, window->before.gflops);
    raise(&of->best.gflops, window->after.gflops);
    raise(&of->best.gigabytes, window->before.gigabytes);
    raise(&of->best.gigabytes, window->after.gigabytes);
    window->counts = is_sound(&window->before, &of->best) && is_sound(&window->after, &of->best);
    return of->options->probes == NULL ? APP_EXIT_DONE : keep(of);
}

json_t *bench_window_json(const bench *of, const bench_window *window)
{
    json_t *made = json_object();
    const bool is_good = app_json_set(made, "counts", json_boolean(window->counts)) &&
                         app_json_set(made, "before", probe_json(&window->before)) &&
                         app_json_set(made, "after", probe_json(&window->after)) &&
                         app_json_set(made, "best", probe_json(&of->best));
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}
