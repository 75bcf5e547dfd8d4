/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms and the ranges taken from them. Each method moves one end after the other towards 0,
 * the farther one first: most activations have one long tail. */
#include "builder/histogram.h"

#include <math.h>
#include <stdbool.h>

#define HALF        (PW_BINS / 2)
#define LEAST_REACH 0x1p-20
#define STEPS       64   /* places tried for an end */
#define LEAST_PART  0.1  /* of the way to an end that is always held */
#define TAIL        5e-5 /* of the values at each end that PERCENTILE leaves out */
#define LEVELS      256

/* Bins at either side of 0 move together, outwards from there. */
static void double_reach(pw_histogram *histogram)
{
    uint64_t *bins = histogram->bins;
    for (int i = 0; i < HALF; i++) {
        const bool is_left = i < HALF / 2;
        bins[HALF + i] = is_left ? bins[HALF + 2 * i] + bins[HALF + 2 * i + 1] : 0;
        bins[HALF - 1 - i] = is_left ? bins[HALF - 1 - 2 * i] + bins[HALF - 2 - 2 * i] : 0;
    }
    histogram->reach *= 2.0;
}

static void set_reach(pw_histogram *histogram, double value)
{
    if (histogram->reach == 0.0)
        histogram->reach = LEAST_REACH;
    while (histogram->reach < value)
        double_reach(histogram);
}

static void note_ends(pw_histogram *histogram, float least, float most)
{
    if (histogram->count == 0 || least < histogram->least)
        histogram->least = least;
    if (histogram->count == 0 || most > histogram->most)
        histogram->most = most;
}

void pw_histogram_add(pw_histogram *histogram, const float *values, size_t count)
{
    float least = INFINITY, most = -INFINITY;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        const float value = values[i];
        const int is_finite = isfinite(value) != 0;
        finite += (size_t)is_finite;
        least = is_finite && value < least ? value : least;
        most = is_finite && value > most ? value : most;
    }
    histogram->not_finite += count - finite;
    if (finite == 0)
        return;
    set_reach(histogram, fmax(-(double)least, (double)most));
    note_ends(histogram, least, most);
    histogram->count += finite;
    const double a_unit = HALF / histogram->reach;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        const int bin = (int)(((double)values[i] + histogram->reach) * a_unit);
        histogram->bins[bin < PW_BINS ? bin : PW_BINS - 1]++;
    }
}

void pw_histogram_merge(pw_histogram *into, const pw_histogram *from)
{
    if (from->count == 0)
        return;
    set_reach(into, from->reach);
    note_ends(into, from->least, from->most);
    const int narrower = ilogb(into->reach) - ilogb(from->reach); /* doublings */
    for (int i = 0; i < HALF; i++) {
        const int to = narrower < 31 ? i >> narrower : 0;
        into->bins[HALF + to] += from->bins[HALF + i];
        into->bins[HALF - 1 - to] += from->bins[HALF - 1 - i];
    }
    into->count += from->count;
    into->not_finite += from->not_finite;
}

static double centre(const pw_histogram *histogram, int bin)
{
    return (bin - HALF + 0.5) * histogram->reach / HALF;
}

/* Mean square of what a range makes of the values: those outside move to its ends, those inside to
 * one of its levels. */
static double squared_error(const pw_histogram *histogram, pw_range range)
{
    const double step = (range.high - range.low) / (LEVELS - 1), rounding = step * step / 12.0;
    double sum = 0.0;
    for (int i = 0; i < PW_BINS; i++) {
        const double x = centre(histogram, i);
        const double out = x < range.low ? range.low - x : x > range.high ? x - range.high : 0.0;
        sum += (double)histogram->bins[i] * (out > 0.0 ? out * out : rounding);
    }
    return sum;
}

/* Kullback and Leibler's divergence of what the levels can tell from what was seen, both on the
 * bins within the range, to whose ends what lies outside is counted. */
static double divergence(const pw_histogram *histogram, pw_range range)
{
    const double width = histogram->reach / HALF;
    int first = (int)floor(range.low / width) + HALF, end = (int)ceil(range.high / width) + HALF;
    first = first < 0 ? 0 : first;
    end = end > PW_BINS ? PW_BINS : end;
    double before = 0.0, behind = 0.0, sum = 0.0;
    for (int i = 0; i < first; i++)
        before += (double)histogram->bins[i];
    for (int i = end; i < PW_BINS; i++)
        behind += (double)histogram->bins[i];
    const double bins_a_level = (double)(end - first) / LEVELS, total = (double)histogram->count;
    double inside = 0.0; /* the levels know nothing of what was outside */
    for (int i = first; i < end; i++)
        inside += (double)histogram->bins[i];
    for (int level = 0; level < LEVELS; level++) {
        const int from = first + (int)(level * bins_a_level);
        const int to = level + 1 == LEVELS ? end : first + (int)((level + 1) * bins_a_level);
        double held = 0.0;
        int used = 0;
        for (int i = from; i < to; i++) {
            held += (double)histogram->bins[i];
            used += histogram->bins[i] > 0;
        }
        for (int i = from; i < to; i++) {
            const double seen = (double)histogram->bins[i] + (i == first ? before : 0.0) +
                                (i == end - 1 ? behind : 0.0);
            const double told = histogram->bins[i] > 0 ? held / used : 0.0;
            if (seen > 0.0)
                sum += seen / total * log(seen / total / fmax(told / inside, 1e-9));
        }
    }
    return sum;
}

static double loss(const pw_histogram *histogram, pw_range range, pawl_calibration_method method)
{
    return method == PAWL_CALIBRATE_MSE ? squared_error(histogram, range)
                                        : divergence(histogram, range);
}

/* The best place for one end. */
static void move_end(const pw_histogram *histogram, pw_range *range, double *end,
                     pawl_calibration_method method)
{
    const double farthest = *end;
    double best = INFINITY, place = farthest;
    for (int i = 0; i <= STEPS; i++) {
        *end = farthest * (1.0 - (1.0 - LEAST_PART) * i / STEPS);
        const double lost = loss(histogram, *range, method);
        if (lost < best) {
            best = lost;
            place = *end;
        }
    }
    *end = place;
}

static pw_range all_but_tails(const pw_histogram *histogram, pw_range range)
{
    const double most = TAIL * (double)histogram->count;
    double left = 0.0, right = 0.0;
    for (int i = 0; i < HALF && left + (double)histogram->bins[i] <= most; i++) {
        left += (double)histogram->bins[i];
        range.low = fmax(range.low, (i + 1 - HALF) * histogram->reach / HALF);
    }
    for (int i = PW_BINS - 1; i >= HALF && right + (double)histogram->bins[i] <= most; i--) {
        right += (double)histogram->bins[i];
        range.high = fmin(range.high, (i - HALF) * histogram->reach / HALF);
    }
    return range;
}

double pw_histogram_symmetric(const pw_histogram *histogram, pawl_calibration_method method)
{
    pw_range range = {fmin(0.0, (double)histogram->least), fmax(0.0, (double)histogram->most)};
    if (method == PAWL_CALIBRATE_PERCENTILE && histogram->count > 0)
        range = all_but_tails(histogram, range);
    const double farthest = fmax(-range.low, range.high);
    double best = INFINITY, reach = farthest;
    const bool is_searched = method == PAWL_CALIBRATE_ENTROPY || method == PAWL_CALIBRATE_MSE;
    for (int i = 0; i <= STEPS && is_searched && farthest > 0.0; i++) {
        const double end = farthest * (1.0 - (1.0 - LEAST_PART) * i / STEPS);
        const double lost = loss(histogram, (pw_range){-end, end}, method);
        if (lost < best) {
            best = lost;
            reach = end;
        }
    }
    return reach;
}

pw_range pw_histogram_range(const pw_histogram *histogram, pawl_calibration_method method)
{
    pw_range range = {fmin(0.0, (double)histogram->least), fmax(0.0, (double)histogram->most)};
    if (histogram->count == 0 || method == PAWL_CALIBRATE_MINMAX)
        return range;
    if (method == PAWL_CALIBRATE_PERCENTILE)
        return all_but_tails(histogram, range);
    if (range.high >= -range.low) {
        move_end(histogram, &range, &range.high, method);
        move_end(histogram, &range, &range.low, method);
    } else {
        move_end(histogram, &range, &range.low, method);
        move_end(histogram, &range, &range.high, method);
    }
    return range;
}
