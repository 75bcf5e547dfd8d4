/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps every sample: no histogram, so no percentile is a guess. */
#include "cli/samples.h"

#include <stdlib.h>
#include <string.h>

bool samples_add(samples *taken, double value)
{
    if (taken->count == taken->capacity) {
        const size_t capacity = taken->capacity == 0 ? 1024 : taken->capacity * 2;
        double *values = realloc(taken->values, capacity * sizeof(double));
        if (values == NULL)
            return false;
        taken->values = values;
        taken->capacity = capacity;
    }
    taken->values[taken->count++] = value;
    return true;
}

void samples_free(samples *taken)
{
    free(taken->values);
    *taken = (samples){0};
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *sorted, size_t count, double part)
{
    const double place = part * (double)(count - 1);
    const size_t below = (size_t)place;
    const size_t above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (sorted[above] - sorted[below]) * (place - (double)below);
}

bool samples_figures(const samples *taken, figures *of)
{
    double *sorted = malloc(taken->count * sizeof(double));
    double sum = 0;
    if (sorted == NULL)
        return false;
    memcpy(sorted, taken->values, taken->count * sizeof(double));
    qsort(sorted, taken->count, sizeof(double), by_value);
    for (size_t i = 0; i < taken->count; i++)
        sum += sorted[i];
    of->min = sorted[0];
    of->mean = sum / (double)taken->count;
    of->median = percentile(sorted, taken->count, 0.5);
    of->p90 = percentile(sorted, taken->count, 0.9);
    of->p95 = percentile(sorted, taken->count, 0.95);
    of->p99 = percentile(sorted, taken->count, 0.99);
    free(sorted);
    return true;
}
