/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Precision and recall of YOLOv5's table (its process_batch, ap_per_class and smooth): curves over
 * confidence at IoU 0.5, 1,000 points a class, read where the smoothed mean F1 is highest.
 */
#include "common/coco_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 1000
#define WIDTH  101 /* of the smoothing window: round(1000 * 0.1 * 2) // 2 + 1 */
#define TINY   1e-16

struct curve_point {
    double score;
    size_t index; /* for a stable order */
    bool is_right;
};

struct table {
    const coco_task *task;
    const coco_index *index;
    struct curve_point *points; /* finds of the category */
    size_t point_count;
    size_t *owner;  /* of a group's finds: the truth each overlaps most, or SIZE_MAX */
    double *f1;     /* POINTS: sum over classes, then smoothed */
    double *curves; /* a class: POINTS precisions, POINTS recalls */
};

/* The truth that a find overlaps most, if by 0.5 at least; crowds are nobody's. */
static size_t nearest(const coco_task *task, const coco_group *group, const coco_found *found)
{
    double most = 0.5;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < group->truth_count; i++) {
        const coco_truth *truth = &task->truths[group->truths[i]];
        if (truth->is_crowd)
            continue;
        const double overlap = coco_overlap_of(task, found, truth);
        if (overlap < most || (best != SIZE_MAX && overlap == most))
            continue;
        most = overlap;
        best = i;
    }
    return best;
}

/* Of the finds that overlap a truth most, the most confident one is right. */
static void match_group(struct table *table, const coco_group *group)
{
    for (size_t i = 0; i < group->found_count; i++) {
        const coco_found *found = &table->task->found[group->found[i]];
        bool is_right = false;
        table->owner[i] = nearest(table->task, group, found);
        if (table->owner[i] != SIZE_MAX) {
            is_right = true;
            for (size_t j = 0; j < i && is_right; j++)
                is_right = table->owner[j] != table->owner[i];
        }
        table->points[table->point_count] =
            (struct curve_point){found->score, table->point_count, is_right};
        table->point_count++;
    }
}

static int by_falling_score(const void *a, const void *b)
{
    const struct curve_point *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index ? 1 : 0;
}

/* numpy.interp at confidence @p at of the values over falling scores; @p none above the highest. */
static double read_curve(const struct table *table, const double *values, size_t *place, double at,
                         double none)
{
    const struct curve_point *points = table->points;
    /* The last point whose score is at or above. */
    while (*place + 1 < table->point_count && points[*place + 1].score >= at)
        (*place)++;
    if (points[*place].score < at)
        return none;
    if (*place + 1 >= table->point_count || points[*place].score == at)
        return values[*place];
    const double slope =
        (values[*place + 1] - values[*place]) / (points[*place].score - points[*place + 1].score);
    return slope * (points[*place].score - at) + values[*place];
}

static bool draw_curves(const struct table *table, size_t instances, double *precision,
                        double *recall)
{
    const size_t count = table->point_count;
    double *values = malloc((2 * count + 1) * sizeof(double));
    if (values == NULL)
        return false;
    double right = 0;
    for (size_t i = 0; i < count; i++) {
        right += table->points[i].is_right ? 1 : 0;
        values[i] = right / (double)(i + 1);
        values[count + i] = right / ((double)instances + TINY);
    }
    /* From high confidence to low, so that one walk serves. */
    size_t for_precision = 0, for_recall = 0;
    for (size_t i = POINTS; i-- > 0;) {
        const double at = (double)i * (1.0 / (POINTS - 1));
        precision[i] = read_curve(table, values, &for_precision, at, 1);
        recall[i] = read_curve(table, values + count, &for_recall, at, 0);
    }
    free(values);
    return true;
}

static bool add_class(struct table *table, size_t category, coco_class *row)
{
    coco_group group;
    coco_cursor cursor = coco_cursor_of(table->task, table->index, category);
    table->point_count = 0;
    while (coco_cursor_next(&cursor, &group)) {
        for (size_t i = 0; i < group.truth_count; i++)
            row->instances += table->task->truths[group.truths[i]].is_crowd ? 0 : 1;
        match_group(table, &group);
    }
    double *precision = table->curves + category * 2 * POINTS, *recall = precision + POINTS;
    if (row->instances == 0 || table->point_count == 0)
        return true;
    qsort(table->points, table->point_count, sizeof(struct curve_point), by_falling_score);
    if (!draw_curves(table, row->instances, precision, recall))
        return false;
    for (size_t i = 0; i < POINTS; i++)
        table->f1[i] += 2 * precision[i] * recall[i] / (precision[i] + recall[i] + TINY);
    return true;
}

/* Where the mean over a window, its ends filled with the outermost values, is highest. */
static size_t highest(const double *values)
{
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < POINTS; i++) {
        double sum = 0;
        for (size_t j = 0; j < WIDTH; j++) {
            const size_t at = i + j < WIDTH / 2 ? 0 : i + j - WIDTH / 2;
            sum += values[at < POINTS ? at : POINTS - 1];
        }
        if (sum > most * (1 + 1e-12)) { /* equal but for rounding: the first */
            most = sum;
            best = i;
        }
    }
    return best;
}

static bool fill(struct table *table, size_t categories, coco_result *result)
{
    size_t classes = 0;
    for (size_t i = 0; i < categories; i++)
        if (!add_class(table, i, &result->classes[i]))
            return false;
    const size_t best = highest(table->f1);
    result->best_confidence = (double)best / (POINTS - 1);
    for (size_t i = 0; i < categories; i++) {
        coco_class *row = &result->classes[i];
        row->precision = table->curves[i * 2 * POINTS + best];
        row->recall = table->curves[i * 2 * POINTS + POINTS + best];
        if (row->instances == 0)
            continue;
        classes++;
        result->instances += row->instances;
        result->precision += row->precision;
        result->recall += row->recall;
    }
    if (classes > 0) {
        result->precision /= (double)classes;
        result->recall /= (double)classes;
    }
    return true;
}

bool coco_table(const coco_task *task, const coco_index *index, coco_result *result)
{
    const size_t categories = task->is_agnostic ? 1 : task->category_count;
    struct table table = {.task = task, .index = index};
    table.points = calloc(task->found_count + 1, sizeof(struct curve_point));
    table.owner = calloc(task->found_count + 1, sizeof(size_t));
    table.f1 = calloc(POINTS, sizeof(double));
    table.curves = calloc((categories + 1) * 2 * POINTS, sizeof(double));
    const bool is_good = table.points != NULL && table.owner != NULL && table.f1 != NULL &&
                         table.curves != NULL && fill(&table, categories, result);
    free(table.points);
    free(table.owner);
    free(table.f1);
    free(table.curves);
    return is_good;
}
