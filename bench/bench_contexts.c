/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts of one runtime, each run by a thread of its own: pictures a second of 1, 2, 4 and 8 at
 * once, beside one context with 1, 2 ... threads; and what a change of shape costs once each has
 * been seen: bench_contexts ENGINE [seconds].
 */
#define _GNU_SOURCE 1 /* clock_gettime, readdir */
#include "common.h"

#include <pawl/pawl.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONTEXTS 8

static pawl_error error;

static void try(pawl_status status)
{
    must("bench_contexts", status, &error);
}

/* Threads of this process. */
static int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return 0;
    for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        count += entry->d_name[0] != '.';
    (void)closedir(tasks);
    return count;
}

static double throughput(pawl_engine *engine, int contexts, int threads, double seconds)
{
    client clients[CONTEXTS];
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = threads;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    memset(clients, 0, sizeof clients);
    for (int i = 0; i < contexts; i++) {
        try(pawl_context_create(engine, &desc, &clients[i].context, &error));
        try(pawl_context_run(clients[i].context, &error));
    }
    const int started = count_threads() - 1; /* all but the main one are the library's */
    const double taken = run_clients("bench_contexts", clients, contexts, seconds);
    long runs = 0;
    for (int i = 0; i < contexts; i++) {
        runs += clients[i].runs;
        (void)pawl_context_destroy(&clients[i].context);
    }
    const double rate = (double)runs / taken;
    printf("%8d  %7d  %18d  %10.2f\n", contexts, threads, started, rate);
    return rate;
}

/* The time of setting each of ten shapes that have been seen, without the run. */
static void shapes(pawl_engine *engine)
{
    pawl_context *context = NULL;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    try(pawl_context_create(engine, &desc, &context, &error));
    printf("\n   height   first visit (ms)  later visits (us)\n");
    double first[10], later[10] = {0};
    for (int round = 0; round < 11; round++)
        for (int i = 0; i < 10; i++) {
            const double start = seconds_now();
            try(pawl_context_shape_set(context, 1, 64 + 32 * i, 320, &error));
            const double taken = seconds_now() - start;
            if (round == 0)
                first[i] = taken;
            else
                later[i] += taken / 10;
        }
    for (int i = 0; i < 10; i++)
        printf("%9d  %17.3f  %17.3f\n", 64 + 32 * i, first[i] * 1e3, later[i] * 1e6);
    (void)pawl_context_destroy(&context);
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 2) {
        (void)fprintf(stderr, "bench_contexts ENGINE [seconds]\n");
        return 2;
    }
    const double seconds = argument_count > 2 ? strtod(arguments[2], NULL) : 3;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    try(pawl_plan_load(arguments[1], &plan, &error));
    try(pawl_runtime_create(NULL, &runtime, &error));
    try(pawl_engine_create(runtime, plan, &engine, &error));
    printf("contexts  threads  threads of library  pictures/s\n");
    for (int threads = 1; threads <= 2; threads++)
        for (int contexts = 1; contexts <= CONTEXTS; contexts *= 2)
            (void)throughput(engine, contexts, threads, seconds);
    shapes(engine);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    (void)pawl_plan_destroy(&plan);
    return 0;
}
