/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GPU_PATH_H
#define GPU_PATH_H

#include "runtime/context.h"
#include <pawl/pawl.h>

#define ROUNDS 500

/* Microseconds, sorted. */
typedef struct samples {
    double at[ROUNDS];
    int count;
} samples;
void samples_sort(samples *of);
double samples_part(const samples *of, double part); /* 0.5: the median */
double now_us(void);

/* The GPU's time of the network alone, as a graph, and of picture to boxes part by part, by events. The context has run a detector. */
pawl_status measure_parts(pawl_context *context, pawl_image *image, samples *network, pawl_error *error);

#endif
