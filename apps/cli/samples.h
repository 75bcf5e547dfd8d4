/* SPDX-License-Identifier: Apache-2.0 */
/* Times of many runs and their percentiles. */
#ifndef CLI_SAMPLES_H
#define CLI_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct samples {
    double *values;
    size_t count, capacity;
} samples;

typedef struct figures {
    double min, mean, median, p90, p95, p99;
} figures;

bool samples_add(samples *taken, double value);
void samples_free(samples *taken);

/* Percentiles by sorting all samples, in between by linear interpolation as NumPy's. False: memory
 * ran out. At least one sample. */
bool samples_figures(const samples *taken, figures *of);

#endif
