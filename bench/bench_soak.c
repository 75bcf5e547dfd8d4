/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for hours holds here for minutes: memory while pictures go from file to tracked and
 * drawn boxes, memory while a context runs, and sixteen threads beside two:
 * bench_soak ENGINE PICTURE [pictures [runs [seconds]]]. Exit 1: memory grew by over a hundredth,
 * or sixteen threads do less than nine tenths of what two do.
 */
#define _GNU_SOURCE 1 /* clock_gettime, alarm */
#include "common.h"

#include <pawl/pawl.h>

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 16, PARTS = 10, ROUNDS = 8, BOXES = 1000, REMEMBERED = 4096 };

static pawl_error error;

static void try(pawl_status status)
{
    must("bench_soak", status, &error);
}

/* Of all threads of this process. */
static double processor_seconds(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

/* Resident memory of this process, KiB. */
static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* The library remembers the last objects that were ended, to say what a dead handle once was: half
 * a megabyte that fills by the first of them, and no more. */
static void fill_what_is_remembered(void)
{
    static const uint8_t pixel[3];
    const pawl_image_view view = {1, 1, 3, pixel};
    for (int i = 0; i < REMEMBERED; i++) {
        pawl_image *image = NULL;
        try(pawl_image_create(&view, &image, &error));
        (void)pawl_image_destroy(&image);
    }
}

/* Memory after each tenth; the first tenth is warming up. */
typedef struct growth {
    long kib[PARTS];
    size_t objects;
} growth;

static void note(growth *seen, long done, long count)
{
    for (int part = 1; part <= PARTS; part++)
        if (done == count * part / PARTS)
            seen->kib[part - 1] = resident();
}

static bool say_growth(const char *what, const growth *seen, long count, double taken)
{
    long most = seen->kib[0];
    printf("%ld %s in %.1f s, KiB after each tenth:", count, what, taken);
    for (int part = 0; part < PARTS; part++) {
        printf(" %ld", seen->kib[part]);
        most = seen->kib[part] > most ? seen->kib[part] : most;
    }
    const double grown = (double)(most - seen->kib[0]) / (double)seen->kib[0];
    const bool is_flat = grown <= 0.01 && pawl_object_count() == seen->objects;
    printf(": %+.2f %%, %zu objects as at the start%s\n", grown * 100, seen->objects,
           is_flat ? "" : " NOT: it grew");
    (void)fflush(stdout);
    return is_flat;
}

/* One picture, from its file to drawn boxes. */
static void look(const char *path, pawl_detector *detector, pawl_tracker *tracker, uint64_t frame)
{
    static uint64_t ids[BOXES];
    pawl_image *image = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    try(pawl_image_load(path, NULL, &image, &error));
    try(pawl_detector_run(detector, &image, 1, &found, NULL, &error));
    try(pawl_tracker_update(tracker, frame, found.items, found.count, ids, &error));
    style.ids = ids;
    try(pawl_image_draw(image, found.items, found.count, &style, &error));
    (void)pawl_image_destroy(&image);
}

static bool soak_pictures(pawl_engine *engine, const char *path, long count)
{
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_tracker *tracker = NULL;
    pawl_context_desc how = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    how.input = PAWL_INPUT_U8_NHWC;
    how.output = PAWL_OUTPUT_CANDIDATES;
    desc.max_detections = BOXES;
    try(pawl_context_create(engine, &how, &context, &error));
    try(pawl_detector_create(context, &desc, &detector, &error));
    try(pawl_tracker_create(NULL, &tracker, &error));
    growth seen = {.objects = pawl_object_count()};
    const double start = seconds_now();
    for (long i = 1; i <= count; i++) {
        look(path, detector, tracker, (uint64_t)i);
        note(&seen, i, count);
    }
    const bool is_flat = say_growth("pictures", &seen, count, seconds_now() - start);
    (void)pawl_tracker_destroy(&tracker);
    (void)pawl_detector_destroy(&detector);
    (void)pawl_context_destroy(&context);
    return is_flat;
}

static bool soak_runs(pawl_engine *engine, long count)
{
    pawl_context *context = NULL;
    pawl_context_desc how = PAWL_CONTEXT_DESC_INIT;
    how.input = PAWL_INPUT_U8_NHWC;
    how.output = PAWL_OUTPUT_CANDIDATES;
    try(pawl_context_create(engine, &how, &context, &error));
    growth seen = {.objects = pawl_object_count()};
    const double start = seconds_now();
    for (long i = 1; i <= count; i++) {
        try(pawl_context_run(context, &error));
        note(&seen, i, count);
    }
    const bool is_flat = say_growth("runs", &seen, count, seconds_now() - start);
    (void)pawl_context_destroy(&context);
    return is_flat;
}

/* What so many threads with a context each do in a while. */
typedef struct share {
    double runs, seconds, processor;
    long least, most; /* of a thread */
} share;

static void run_threads(client *clients, int count, double seconds, share *sum)
{
    const double used = processor_seconds();
    sum->seconds += run_clients("bench_soak", clients, count, seconds);
    for (int i = 0; i < count; i++) {
        sum->runs += (double)clients[i].runs;
        sum->least = clients[i].runs < sum->least ? clients[i].runs : sum->least;
        sum->most = clients[i].runs > sum->most ? clients[i].runs : sum->most;
    }
    sum->processor += processor_seconds() - used;
}

static void say_share(int count, const share *sum)
{
    printf("%2d threads: %.1f runs/s, %.1f a second of processor time; %ld to %ld of a thread\n",
           count, sum->runs / sum->seconds, sum->runs / sum->processor, sum->least, sum->most);
}

/* In turn, so that whatever else the machine does falls on both. A deadlock ends by the alarm. */
static bool soak_threads(pawl_engine *engine, double seconds)
{
    static client clients[THREADS];
    share two = {.least = LONG_MAX}, many = {.least = LONG_MAX};
    pawl_context_desc how = PAWL_CONTEXT_DESC_INIT;
    how.input = PAWL_INPUT_U8_NHWC;
    how.output = PAWL_OUTPUT_CANDIDATES;
    how.threads = 1;
    for (int i = 0; i < THREADS; i++)
        try(pawl_context_create(engine, &how, &clients[i].context, &error));
    (void)alarm((unsigned)(seconds * 2) + 600);
    for (int round = 0; round < ROUNDS; round++) {
        run_threads(clients, 2, seconds / ROUNDS, &two);
        run_threads(clients, THREADS, seconds / ROUNDS, &many);
    }
    (void)alarm(0);
    for (int i = 0; i < THREADS; i++)
        (void)pawl_context_destroy(&clients[i].context);
    say_share(2, &two);
    say_share(THREADS, &many);
    const double ratio = many.runs / many.seconds / (two.runs / two.seconds);
    printf("sixteen do %.3f of what two do\n", ratio);
    return ratio >= 0.9 && many.least > 0;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 3) {
        (void)fprintf(stderr, "bench_soak ENGINE PICTURE [pictures [runs [seconds]]]\n");
        return 2;
    }
    const long pictures = argument_count > 3 ? strtol(arguments[3], NULL, 10) : 10000;
    const long runs = argument_count > 4 ? strtol(arguments[4], NULL, 10) : 100000;
    const double seconds = argument_count > 5 ? strtod(arguments[5], NULL) : 20;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    try(pawl_plan_load(arguments[1], &plan, &error));
    try(pawl_runtime_create(NULL, &runtime, &error));
    try(pawl_engine_create(runtime, plan, &engine, &error));
    fill_what_is_remembered();
    bool is_good = pictures == 0 || soak_pictures(engine, arguments[2], pictures);
    is_good = (runs == 0 || soak_runs(engine, runs)) && is_good;
    is_good = (seconds <= 0 || soak_threads(engine, seconds)) && is_good;
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    (void)pawl_plan_destroy(&plan);
    return is_good ? 0 : 1;
}
