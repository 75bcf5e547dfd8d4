/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms of a tensor's values, and the ranges that 8 bits shall hold of them. */
#ifndef PW_HISTOGRAM_H
#define PW_HISTOGRAM_H

#include <pawl/calibration.h>
#include <stddef.h>
#include <stdint.h>

#define PW_BINS 4096

/* Bins of equal width over -reach .. reach, which doubles as values ask for it: the same whatever the order in which they come. */
typedef struct pw_histogram {
    uint64_t bins[PW_BINS];
    double reach;        /* a power of two; 0: nothing was added */
    float least, most;   /* of all finite values */
    uint64_t count;      /* of them */
    uint64_t not_finite; /* NaN and infinite: in no bin */
} pw_histogram;

void pw_histogram_add(pw_histogram *histogram, const float *values, size_t count);
void pw_histogram_merge(pw_histogram *into, const pw_histogram *from);

/* What to hold: 0 lies within. */
typedef struct pw_range {
    double low, high;
} pw_range;
pw_range pw_histogram_range(const pw_histogram *histogram, pawl_calibration_method method);
/* The same about 0: -reach to reach. */
double pw_histogram_symmetric(const pw_histogram *histogram, pawl_calibration_method method);

#endif
