/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YOLOv5's table (its process_batch, ap_per_class, compute_ap and smooth): curves over confidence
 * at IoU 0.5, read where the smoothed mean F1 is highest, and average precision over 101 recalls.
 */
#include "common/coco_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH   101 /* of the smoothing window: round(1000 * 0.1 * 2) // 2 + 1 */
#define TINY    1e-16
#define RECALLS 101

struct curve_point {
    double score;
    size_t index;   /* for a stable order */
    uint16_t right; /* bit t: at threshold t */
};

/* The truth that a find overlaps most; SIZE_MAX: none. */
struct owner {
    size_t truth;
    double overlap;
};

struct table {
    const coco_task *task;
    const coco_index *index;
    struct curve_point *points; /* finds of the category */
    size_t point_count;
    struct owner *owners;         /* of a group's finds */
    double *f1;                   /* COCO_POINTS: sum over classes, then smoothed */
    double *recalls, *precisions; /* a curve, with an end on both sides */
    coco_curves *curves;          /* a class */
};

/* If it overlaps any by 0.5 at least; crowds are nobody's. */
static struct owner nearest(const coco_task *task, const coco_group *group, const coco_found *found)
{
    struct owner best = {SIZE_MAX, 0.5};
    for (size_t i = 0; i < group->truth_count; i++) {
        const coco_truth *truth = &task->truths[group->truths[i]];
        if (truth->is_crowd)
            continue;
        const double overlap = coco_overlap_of(task, found, truth);
        if (overlap < best.overlap) /* of equals the last, as numpy's argsort()[::-1] has them */
            continue;
        best = (struct owner){i, overlap};
    }
    return best;
}

/* At each threshold, of the finds that overlap a truth most, the most confident one is right. */
static void match_group(struct table *table, const coco_group *group)
{
    for (size_t i = 0; i < group->found_count; i++) {
        const coco_found *found = &table->task->found[group->found[i]];
        const struct owner own = nearest(table->task, group, found);
        unsigned int right = 0;
        table->owners[i] = own;
        for (uint32_t t = 0; t < COCO_THRESHOLDS && own.truth != SIZE_MAX; t++)
            right |= own.overlap >= coco_threshold(t) ? 1u << t : 0;
        for (size_t j = 0; j < i && right != 0; j++)
            for (uint32_t t = 0; t < COCO_THRESHOLDS && table->owners[j].truth == own.truth; t++)
                right &= table->owners[j].overlap >= coco_threshold(t) ? ~(1u << t) : ~0u;
        table->points[table->point_count] =
            (struct curve_point){found->score, table->point_count, (uint16_t)right};
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

/* Precision and recall behind each find at a threshold, from [1] on. */
static void count_right(const struct table *table, size_t instances, size_t threshold)
{
    double right = 0;
    for (size_t i = 0; i < table->point_count; i++) {
        right += (table->points[i].right >> threshold & 1) != 0 ? 1 : 0;
        table->precisions[i + 1] = right / (double)(i + 1);
        table->recalls[i + 1] = right / ((double)instances + TINY);
    }
}

/* From high confidence to low, so that one walk serves. */
static void draw_by_confidence(const struct table *table, coco_curves *curves)
{
    size_t for_precision = 0, for_recall = 0;
    for (size_t i = COCO_POINTS; i-- > 0;) {
        const double at = (double)i * (1.0 / (COCO_POINTS - 1));
        curves->precision[i] = read_curve(table, table->precisions + 1, &for_precision, at, 1);
        curves->recall[i] = read_curve(table, table->recalls + 1, &for_recall, at, 0);
    }
}

/* compute_ap: both ends, and no precision below one that follows. */
static void close_curve(const struct table *table)
{
    const size_t last = table->point_count + 1;
    table->recalls[0] = 0;
    table->recalls[last] = 1;
    table->precisions[0] = 1;
    table->precisions[last] = 0;
    for (size_t i = last; i-- > 0;)
        table->precisions[i] = fmax(table->precisions[i], table->precisions[i + 1]);
}

/* numpy.interp at rising recalls. */
static double read_by_recall(const struct table *table, size_t *place, double at)
{
    const double *x = table->recalls, *y = table->precisions;
    const size_t last = table->point_count + 1;
    while (*place < last && x[*place + 1] <= at)
        (*place)++;
    if (*place == last || x[*place] == at)
        return y[*place];
    return (y[*place + 1] - y[*place]) / (x[*place + 1] - x[*place]) * (at - x[*place]) + y[*place];
}

/* numpy.sum of 8 to 128 numbers, whose order of additions decides how a rounded figure ends. */
static double sum_of(const double *values, size_t count)
{
    double sums[8];
    size_t i = 8;
    memcpy(sums, values, sizeof sums);
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            sums[k] += values[i + k];
    double sum =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (; i < count; i++)
        sum += values[i];
    return sum;
}

static double recall_at(int place)
{
    return place == RECALLS - 1 ? 1 : place * 0.01;
}

/* The area under the closed curve by the trapezoids between 101 recalls. */
static double average_precision(const struct table *table)
{
    double areas[RECALLS - 1];
    size_t place = 0;
    double before = read_by_recall(table, &place, 0);
    for (int i = 1; i < RECALLS; i++) {
        const double now = read_by_recall(table, &place, recall_at(i));
        areas[i - 1] = (recall_at(i) - recall_at(i - 1)) * (now + before) / 2;
        before = now;
    }
    return sum_of(areas, RECALLS - 1);
}

static void draw_by_recall(const struct table *table, coco_curves *curves)
{
    size_t place = 0;
    for (size_t i = 0; i < COCO_POINTS; i++)
        curves->by_recall[i] = read_by_recall(table, &place, (double)i * (1.0 / (COCO_POINTS - 1)));
}

static void fill_row(const struct table *table, coco_curves *curves, coco_class *row)
{
    double aps[COCO_THRESHOLDS];
    for (size_t t = 0; t < COCO_THRESHOLDS; t++) {
        count_right(table, row->instances, t);
        if (t == 0)
            draw_by_confidence(table, curves);
        close_curve(table);
        aps[t] = average_precision(table);
        if (t == 0)
            draw_by_recall(table, curves);
    }
    row->table_ap50 = aps[0];
    row->table_ap = sum_of(aps, COCO_THRESHOLDS) / COCO_THRESHOLDS;
}

static void add_class(struct table *table, size_t category, coco_class *row)
{
    coco_group group;
    coco_cursor cursor = coco_cursor_of(table->task, table->index, category);
    table->point_count = 0;
    while (coco_cursor_next(&cursor, &group)) {
        for (size_t i = 0; i < group.truth_count; i++)
            row->instances += table->task->truths[group.truths[i]].is_crowd ? 0 : 1;
        match_group(table, &group);
    }
    coco_curves *curves = &table->curves[category];
    if (row->instances == 0 || table->point_count == 0)
        return;
    qsort(table->points, table->point_count, sizeof(struct curve_point), by_falling_score);
    fill_row(table, curves, row);
    for (size_t i = 0; i < COCO_POINTS; i++)
        table->f1[i] += coco_f1(curves, i);
}

/* Where the mean over a window, its ends filled with the outermost values, is highest. */
static size_t highest(const double *values)
{
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < COCO_POINTS; i++) {
        double sum = 0;
        for (size_t j = 0; j < WIDTH; j++) {
            const size_t at = i + j < WIDTH / 2 ? 0 : i + j - WIDTH / 2;
            sum += values[at < COCO_POINTS ? at : COCO_POINTS - 1];
        }
        if (sum > most * (1 + 1e-12)) { /* equal but for rounding: the first */
            most = sum;
            best = i;
        }
    }
    return best;
}

static void fill(struct table *table, size_t categories, coco_result *result)
{
    size_t classes = 0;
    for (size_t i = 0; i < categories; i++)
        add_class(table, i, &result->classes[i]);
    const size_t best = highest(table->f1);
    result->best_confidence = (double)best / (COCO_POINTS - 1);
    for (size_t i = 0; i < categories; i++) {
        coco_class *row = &result->classes[i];
        row->precision = table->curves[i].precision[best];
        row->recall = table->curves[i].recall[best];
        if (row->instances == 0)
            continue;
        classes++;
        result->instances += row->instances;
        result->precision += row->precision;
        result->recall += row->recall;
        result->table_ap50 += row->table_ap50;
        result->table_ap += row->table_ap;
    }
    const double count = classes > 0 ? (double)classes : 1;
    result->precision /= count;
    result->recall /= count;
    result->table_ap50 /= count;
    result->table_ap /= count;
}

bool coco_table(const coco_task *task, coco_result *result)
{
    const size_t categories = task->is_agnostic ? 1 : task->category_count;
    coco_index index = {0};
    coco_task exact = *task;
    exact.found = task->exact != NULL ? task->exact : task->found;
    struct table table = {.task = &exact, .index = &index};
    table.points = calloc(task->found_count + 1, sizeof(struct curve_point));
    table.owners = calloc(task->found_count + 1, sizeof(struct owner));
    table.recalls = calloc(task->found_count + 2, sizeof(double));
    table.precisions = calloc(task->found_count + 2, sizeof(double));
    table.f1 = calloc(COCO_POINTS, sizeof(double));
    table.curves = result->curves = calloc(categories + 1, sizeof(coco_curves));
    const bool is_good = table.points != NULL && table.owners != NULL && table.f1 != NULL &&
                         table.recalls != NULL && table.precisions != NULL &&
                         table.curves != NULL && coco_index_make(&exact, &index);
    if (is_good)
        fill(&table, categories, result);
    coco_index_free(&index);
    free(table.points);
    free(table.owners);
    free(table.recalls);
    free(table.precisions);
    free(table.f1);
    return is_good;
}
