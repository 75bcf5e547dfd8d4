/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of several threads share: a failed call ends the program, the clock, and contexts that run for a while. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <pawl/runtime.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Ends the program with what error says, if the call failed. */
static inline void must(const char *program, pawl_status status, const pawl_error *error)
{
    if (status >= 0)
        return;
    (void)fprintf(stderr, "%s: %s\n", program, error->message);
    exit(1);
}

static inline double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A context, and the thread that runs it over and over. */
typedef struct client {
    pawl_context *context;
    pthread_t thread;
    long runs;
    pawl_status status;
} client;

static atomic_bool is_over;

static inline void *run_often(void *user)
{
    client *self = user;
    while (!atomic_load(&is_over) && self->status >= 0) {
        self->status = pawl_context_run(self->context, NULL);
        self->runs++;
    }
    return NULL;
}

/* Lets the clients run, all at once, for so many seconds; returns how long it took. Their runs count from 0. */
static inline double run_clients(const char *program, client *clients, int count, double seconds)
{
    static const pawl_error error = {PAWL_ERR_INTERNAL, 0, 0, "a run failed"};
    const struct timespec pause = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    const double start = seconds_now();
    atomic_store(&is_over, false);
    for (int i = 0; i < count; i++) {
        clients[i].runs = 0;
        if (pthread_create(&clients[i].thread, NULL, run_often, &clients[i]) != 0)
            exit(1);
    }
    (void)nanosleep(&pause, NULL);
    atomic_store(&is_over, true);
    for (int i = 0; i < count; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        must(program, clients[i].status, &error);
    }
    return seconds_now() - start;
}

#endif
