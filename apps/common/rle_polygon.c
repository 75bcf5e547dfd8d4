/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A polygon's pixels as COCO's API (rleFrPoly) fills them: edges are drawn on a grid five times as
 * fine, the points where they step into another column are kept, brought back to whole pixels, and
 * sorted: between two of them the column changes from outside to inside or back.
 */
#include "common/rle.h"

#include <math.h>
#include <stdlib.h>

#define FINER      5.0
#define MOST_REACH ((double)(1 << 16)) /* pixels: no picture is larger, and edges are walked */

struct points {
    int64_t x, y; /* the point before, on the fine grid */
    bool has_point;
    uint32_t *crossings; /* column * height + row */
    size_t count, capacity;
    int32_t height, width;
};

static bool add_crossing(struct points *points, double column, double row)
{
    if (points->count == points->capacity) {
        const size_t capacity = points->capacity * 2 + 64;
        uint32_t *grown = realloc(points->crossings, capacity * sizeof(uint32_t));
        if (grown == NULL)
            return false;
        points->crossings = grown;
        points->capacity = capacity;
    }
    points->crossings[points->count++] =
        (uint32_t)((int64_t)column * points->height + (int64_t)row);
    return true;
}

/* The next point of the outline; where the column changed, its crossing counts if it is the middle
 * of a pixel's column inside the picture. */
static bool add_point(struct points *points, int64_t x, int64_t y)
{
    const bool is_step = points->has_point && x != points->x;
    const double from = (double)(x < points->x ? x : x - 1);
    double row = (double)(y < points->y ? y : points->y);
    points->x = x;
    points->y = y;
    points->has_point = true;
    const double column = (from + 0.5) / FINER - 0.5;
    if (!is_step || floor(column) != column || column < 0 || column > points->width - 1)
        return true;
    row = ceil((row + 0.5) / FINER - 0.5);
    row = row < 0 ? 0 : row > points->height ? points->height : row;
    return add_crossing(points, column, row);
}

static int64_t finer(double value)
{
    return (int64_t)(FINER * value + 0.5);
}

/* All points of an edge, a step of one along its longer side. */
static bool add_edge(struct points *points, const double from[2], const double to[2])
{
    int64_t xs = finer(from[0]), ys = finer(from[1]), xe = finer(to[0]), ye = finer(to[1]);
    const int64_t dx = llabs(xe - xs), dy = llabs(ys - ye);
    const bool is_flipped = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
    if (is_flipped) {
        const int64_t x = xs, y = ys;
        xs = xe;
        xe = x;
        ys = ye;
        ye = y;
    }
    const int64_t steps = dx >= dy ? dx : dy;
    /* A single point has no slope; 0/0 times 0 in the original, which casts to nothing useful. */
    const double slope = steps == 0 ? 0
                         : dx >= dy ? (double)(ye - ys) / (double)dx
                                    : (double)(xe - xs) / (double)dy;
    bool is_good = true;
    for (int64_t d = 0; d <= steps && is_good; d++) {
        const int64_t t = is_flipped ? steps - d : d;
        is_good = dx >= dy
                      ? add_point(points, t + xs, (int64_t)((double)ys + slope * (double)t + 0.5))
                      : add_point(points, (int64_t)((double)xs + slope * (double)t + 0.5), t + ys);
    }
    return is_good;
}

static int rising(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

/* Differences of the sorted crossings are runs; a run of nothing joins its neighbours. */
static bool make_runs(app_rle *mask, struct points *points)
{
    const uint32_t end = (uint32_t)points->height * (uint32_t)points->width;
    if (!add_crossing(points, points->width, 0))
        return false;
    qsort(points->crossings, points->count, sizeof(uint32_t), rising);
    uint32_t *runs = malloc((points->count + 1) * sizeof(uint32_t));
    if (runs == NULL)
        return false;
    size_t count = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < points->count; i++) {
        const uint32_t length = points->crossings[i] - before;
        before = points->crossings[i];
        if (length == 0 && i > 0 && i + 1 < points->count) {
            const uint32_t next = points->crossings[++i] - before;
            before = points->crossings[i];
            runs[count - 1] += next;
        } else if (length > 0 || i == 0) {
            runs[count++] = length;
        }
    }
    const bool is_made =
        before == end && app_rle_from_counts(mask, points->height, points->width, runs, count);
    free(runs);
    return is_made;
}

bool app_rle_from_polygon(app_rle *mask, int32_t height, int32_t width, const double *corners,
                          size_t count)
{
    *mask = (app_rle){0};
    if (height < 1 || width < 1 || (uint64_t)height * (uint64_t)width > (uint64_t)1 << 31 ||
        count < 1 || count > SIZE_MAX / 4)
        return false;
    for (size_t i = 0; i < 2 * count; i++)
        if (!(fabs(corners[i]) <= MOST_REACH))
            return false;
    struct points points = {.height = height, .width = width};
    bool is_good = true;
    for (size_t i = 0; i < count && is_good; i++)
        is_good = add_edge(&points, corners + 2 * i, corners + 2 * ((i + 1) % count));
    is_good = is_good && make_runs(mask, &points);
    free(points.crossings);
    return is_good;
}
