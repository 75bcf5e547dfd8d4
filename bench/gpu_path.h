/* SPDX-License-Identifier: Apache-2.0 */
/* What gpu_path.c measures and its parts share. */
#ifndef GPU_PATH_H
#define GPU_PATH_H

#include "runtime/context.h"
#include <pawl/pawl.h>

#define MOST_RUNS 10000

/* Microseconds, sorted. */
typedef struct samples {
    double at[MOST_RUNS];
    int count;
} samples;
void samples_sort(samples *of);
double samples_part(const samples *of, double part); /* 0.5: the median */
double now_us(void);
/* Rounds before those that count. */
static inline int warm_up(int runs)
{
    return runs < 50 ? runs : 50;
}

/* The GPU's times by events, of runs rounds: the network alone, as a graph and as the library enqueues it; and picture to boxes part by part,
   whose last round goes to trace as trace events (NULL: nowhere). The context has run a detector. */
typedef struct gpu_times {
    int runs;
    const char *trace;
    samples graph, enqueue;
} gpu_times;
pawl_status measure_parts(pawl_context *context, pawl_image *image, gpu_times *times, pawl_error *error);

#endif
