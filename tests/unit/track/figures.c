/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "hungarian.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define NEVER ((int64_t)1 << 40)

static double overlap(const pawl_detection *a, const pawl_detection *b)
{
    const double width = fmin((double)a->x2, (double)b->x2) - fmax((double)a->x1, (double)b->x1);
    const double height = fmin((double)a->y2, (double)b->y2) - fmax((double)a->y1, (double)b->y1);
    if (width <= 0 || height <= 0)
        return 0;
    const double both = width * height;
    return both / ((double)(a->x2 - a->x1) * (double)(a->y2 - a->y1) +
                   (double)(b->x2 - b->x1) * (double)(b->y2 - b->y1) - both);
}

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (memory == NULL || count > FIGURES_TRUE + FIGURES_FOUND)
        abort();
    return memory;
}

/* Who keeps what it had goes first; the others are matched so that the overlaps' sum is most. */
static void match(const figures *f, const uint32_t *truth_ids, const pawl_detection *truth,
                  size_t truth_count, const uint32_t *found_ids, const pawl_detection *found,
                  size_t found_count, size_t *column_of)
{
    const size_t wide = found_count + truth_count;
    int64_t *cost = calloc(truth_count * wide + 1, sizeof *cost);
    if (cost == NULL)
        abort();
    for (size_t t = 0; t < truth_count; t++)
        for (size_t j = 0; j < wide; j++) {
            const double iou = j < found_count ? overlap(&truth[t], &found[j]) : 0;
            const bool is_kept = j < found_count && f->last_match[truth_ids[t]] == found_ids[j];
            cost[t * wide + j] = j >= found_count ? (j == found_count + t ? 1000000 : NEVER)
                                 : iou < 0.5      ? NEVER
                                 : is_kept        ? -100000000
                                                  : (int64_t)((1 - iou) * 1000000);
        }
    (void)hungarian(cost, truth_count, wide, column_of);
    free(cost);
}

void figures_add(figures *f, const uint32_t *truth_ids, const pawl_detection *truth,
                 size_t truth_count, const uint32_t *found_ids, const pawl_detection *found,
                 size_t found_count)
{
    size_t *column_of = take(truth_count, sizeof *column_of);
    long matched = 0;
    match(f, truth_ids, truth, truth_count, found_ids, found, found_count, column_of);
    for (size_t t = 0; t < truth_count; t++) {
        const uint32_t id = truth_ids[t];
        if (id > FIGURES_TRUE)
            abort();
        for (size_t j = 0; j < found_count; j++) {
            if (found_ids[j] > FIGURES_FOUND)
                abort();
            f->together[id][found_ids[j]] += overlap(&truth[t], &found[j]) >= 0.5;
        }
        if (column_of[t] >= found_count) {
            f->missed++;
            continue;
        }
        const uint32_t now = found_ids[column_of[t]];
        f->switches += f->last_match[id] != 0 && f->last_match[id] != now;
        f->last_match[id] = now;
        matched++;
    }
    f->imagined += (long)found_count - matched;
    f->truth_boxes += (long)truth_count;
    f->found_boxes += (long)found_count;
    free(column_of);
}

void figures_end(figures *f)
{
    const size_t wide = FIGURES_FOUND + FIGURES_TRUE;
    size_t true_count = 0;
    for (size_t t = 1; t <= FIGURES_TRUE; t++)
        for (size_t j = 1; j <= FIGURES_FOUND; j++)
            true_count = f->together[t][j] > 0 ? t : true_count;
    int64_t *cost = calloc(true_count * wide + 1, sizeof *cost);
    size_t *column_of = take(true_count, sizeof *column_of);
    if (cost == NULL)
        abort();
    for (size_t t = 0; t < true_count; t++)
        for (size_t j = 0; j < FIGURES_FOUND; j++)
            cost[t * wide + j] = -(int64_t)f->together[t + 1][j + 1];
    const double right = -(double)hungarian(cost, true_count, wide, column_of);
    f->idf1 = 2 * right / (double)(f->truth_boxes + f->found_boxes);
    f->mota = 1 - (double)(f->missed + f->imagined + f->switches) / (double)f->truth_boxes;
    free(cost);
    free(column_of);
}
