/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COCOeval's evaluateImg, accumulate and summarize, step by step in its order: finds by falling
 * score, each takes the truth it overlaps most of those still free, real ones before ignored ones;
 * precision made monotone from the right and read at 101 recalls.
 */
#include "common/coco_eval.h"

#include "common/coco_groups.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREAS   4   /* all, small, medium, large */
#define LIMITS  3   /* of finds a picture: 1, 10, 100 */
#define RECALLS 101 /* 0, 0.01 ... 1 */

static const double area_ranges[AREAS][2] = {
    {0, 1e10}, {0, 32.0 * 32.0}, {32.0 * 32.0, 96.0 * 96.0}, {96.0 * 96.0, 1e10}};
static const size_t found_limits[LIMITS] = {1, 10, COCO_MOST_FOUND};

/* A find of the category at hand after matching; a bit a threshold. */
struct outcome {
    double score;
    size_t rank; /* among its picture's, from 0 */
    uint16_t matched, ignored;
};

/* Sums over categories, to become means. */
struct mean {
    double sum;
    size_t count;
};

struct evaluation {
    const coco_task *task;
    coco_index index;
    struct outcome *outcomes; /* of the category */
    size_t outcome_count;
    size_t *order;      /* of the outcomes by falling score */
    double *precisions; /* scratch of a curve */
    double *recalls;
    double *overlaps; /* of a group, truth by truth in a row a find */
    size_t overlap_room;
    size_t *truths;   /* of a group, those that count first */
    bool *is_ignored; /* of those */
    uint16_t *taken;  /* of those, a bit a threshold */
    size_t wanted;    /* truths of the category that count */
    /* [area][limit][threshold] over categories */
    struct mean precision[AREAS][LIMITS][COCO_THRESHOLDS], recall[AREAS][LIMITS][COCO_THRESHOLDS];
};

static bool is_outside(double area, size_t range)
{
    return area < area_ranges[range][0] || area > area_ranges[range][1];
}

static bool make_room(struct evaluation *evaluation, size_t count)
{
    if (count <= evaluation->overlap_room)
        return true;
    double *grown = realloc(evaluation->overlaps, count * sizeof(double));
    if (grown == NULL)
        return false;
    evaluation->overlaps = grown;
    evaluation->overlap_room = count;
    return true;
}

/* Truths that count first, each kind in the order of the file. */
static void order_truths(struct evaluation *evaluation, const coco_group *group, size_t area)
{
    size_t count = 0;
    for (int is_ignored = 0; is_ignored < 2; is_ignored++)
        for (size_t i = 0; i < group->truth_count; i++) {
            const coco_truth *truth = &evaluation->task->truths[group->truths[i]];
            if ((truth->is_crowd || is_outside(truth->area, area)) != (is_ignored == 1))
                continue;
            evaluation->truths[count] = group->truths[i];
            evaluation->is_ignored[count] = is_ignored == 1;
            evaluation->taken[count++] = 0;
            evaluation->wanted += is_ignored == 1 ? 0 : 1;
        }
}

/* The truth that a find takes at a threshold, or SIZE_MAX. */
static size_t best_truth(const struct evaluation *evaluation, const double *overlaps, size_t count,
                         size_t threshold)
{
    double least = fmin(coco_threshold(threshold), 1 - 1e-10);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const coco_truth *truth = &evaluation->task->truths[evaluation->truths[i]];
        if ((evaluation->taken[i] >> threshold & 1) != 0 && !truth->is_crowd)
            continue;
        if (best != SIZE_MAX && !evaluation->is_ignored[best] && evaluation->is_ignored[i])
            break; /* a real one beats all ignored ones */
        if (overlaps[i] < least)
            continue;
        least = overlaps[i];
        best = i;
    }
    return best;
}

static void match_found(struct evaluation *evaluation, const coco_found *found,
                        const double *overlaps, size_t truth_count, size_t area,
                        struct outcome *outcome)
{
    const bool is_far = is_outside(found->area, area);
    for (size_t t = 0; t < COCO_THRESHOLDS; t++) {
        const size_t best = best_truth(evaluation, overlaps, truth_count, t);
        const uint16_t bit = (uint16_t)(1u << t);
        if (best == SIZE_MAX) {
            outcome->ignored |= is_far ? bit : 0;
            continue;
        }
        const bool is_match = !evaluation->task->truths[evaluation->truths[best]].is_uncounted;
        evaluation->taken[best] |= bit;
        outcome->matched |= is_match ? bit : 0;
        outcome->ignored |= evaluation->is_ignored[best] || (!is_match && is_far) ? bit : 0;
    }
}

static bool match_group(struct evaluation *evaluation, const coco_group *group, size_t area)
{
    const coco_task *task = evaluation->task;
    const size_t truths = group->truth_count;
    const size_t count =
        group->found_count < COCO_MOST_FOUND ? group->found_count : COCO_MOST_FOUND;
    order_truths(evaluation, group, area);
    if (!make_room(evaluation, truths + 1))
        return false;
    for (size_t i = 0; i < count; i++) {
        const coco_found *found = &task->found[group->found[i]];
        struct outcome *outcome = &evaluation->outcomes[evaluation->outcome_count++];
        *outcome = (struct outcome){.score = found->score, .rank = i};
        for (size_t j = 0; j < truths; j++)
            evaluation->overlaps[j] =
                coco_overlap_of(task, found, &task->truths[evaluation->truths[j]]);
        match_found(evaluation, found, evaluation->overlaps, truths, area, outcome);
    }
    return true;
}

typedef struct score_key {
    double score;
    size_t index;
} score_key;

static int by_falling_score(const void *a, const void *b)
{
    const score_key *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index ? 1 : 0;
}

static bool sort_outcomes(struct evaluation *evaluation)
{
    const size_t count = evaluation->outcome_count;
    score_key *keys = malloc((count + 1) * sizeof(score_key));
    if (keys == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        keys[i] = (score_key){evaluation->outcomes[i].score, i};
    qsort(keys, count, sizeof(score_key), by_falling_score);
    for (size_t i = 0; i < count; i++)
        evaluation->order[i] = keys[i].index;
    free(keys);
    return true;
}

/* The mean precision of a curve of @p count points at the 101 recalls. */
static double mean_precision(const struct evaluation *evaluation, size_t count)
{
    double sum = 0;
    double *precisions = evaluation->precisions;
    for (size_t i = count; i-- > 1;)
        if (precisions[i] > precisions[i - 1])
            precisions[i - 1] = precisions[i];
    size_t at = 0;
    for (size_t r = 0; r < RECALLS; r++) {
        while (at < count && evaluation->recalls[at] < coco_linspace(0, 1, RECALLS, r))
            at++;
        sum += at < count ? precisions[at] : 0;
    }
    return sum / RECALLS;
}

/* One curve: finds with a rank below the limit, at one threshold. */
static void accumulate(struct evaluation *evaluation, size_t area, size_t limit, size_t threshold)
{
    size_t count = 0;
    double right = 0, wrong = 0;
    for (size_t i = 0; i < evaluation->outcome_count; i++) {
        const struct outcome *outcome = &evaluation->outcomes[evaluation->order[i]];
        if (outcome->rank >= found_limits[limit])
            continue;
        const bool is_ignored = (outcome->ignored >> threshold & 1) != 0;
        const bool is_matched = (outcome->matched >> threshold & 1) != 0;
        right += is_matched && !is_ignored ? 1 : 0;
        wrong += !is_matched && !is_ignored ? 1 : 0;
        evaluation->recalls[count] = right / (double)evaluation->wanted;
        evaluation->precisions[count++] = right / (wrong + right + DBL_EPSILON);
    }
    struct mean *precision = &evaluation->precision[area][limit][threshold];
    struct mean *recall = &evaluation->recall[area][limit][threshold];
    recall->sum += count > 0 ? evaluation->recalls[count - 1] : 0;
    precision->sum += mean_precision(evaluation, count);
    recall->count++;
    precision->count++;
}

/* Before and after a category the sums differ by what is the category's. */
static void note_class(const struct evaluation *evaluation, const struct mean before[],
                       coco_class *row)
{
    const struct mean *now = evaluation->precision[0][LIMITS - 1];
    row->ap = row->ap50 = -1;
    if (now[0].count == before[0].count)
        return;
    row->ap = 0;
    row->ap50 = now[0].sum - before[0].sum;
    for (size_t t = 0; t < COCO_THRESHOLDS; t++)
        row->ap += (now[t].sum - before[t].sum) / COCO_THRESHOLDS;
}

static bool evaluate_category(struct evaluation *evaluation, size_t category, coco_class *row)
{
    struct mean before[COCO_THRESHOLDS];
    memcpy(before, evaluation->precision[0][LIMITS - 1], sizeof before);
    for (size_t area = 0; area < AREAS; area++) {
        coco_group group;
        coco_cursor cursor = coco_cursor_of(evaluation->task, &evaluation->index, category);
        evaluation->outcome_count = evaluation->wanted = 0;
        while (coco_cursor_next(&cursor, &group))
            if (!match_group(evaluation, &group, area))
                return false;
        if (evaluation->wanted == 0)
            continue;
        if (!sort_outcomes(evaluation))
            return false;
        for (size_t limit = 0; limit < LIMITS; limit++)
            for (size_t t = 0; t < COCO_THRESHOLDS; t++)
                accumulate(evaluation, area, limit, t);
    }
    note_class(evaluation, before, row);
    return true;
}

/* Mean over thresholds @p from to @p to of the means over categories. */
static double mean_of(const struct mean *means, size_t from, size_t to)
{
    struct mean all = {0};
    for (size_t t = from; t < to; t++) {
        all.sum += means[t].sum;
        all.count += means[t].count;
    }
    return all.count == 0 ? -1 : all.sum / (double)all.count;
}

static void summarize(const struct evaluation *evaluation, double *figures)
{
    const size_t most = LIMITS - 1;
    figures[COCO_AP] = mean_of(evaluation->precision[0][most], 0, COCO_THRESHOLDS);
    figures[COCO_AP50] = mean_of(evaluation->precision[0][most], 0, 1);
    figures[COCO_AP75] = mean_of(evaluation->precision[0][most], 5, 6);
    for (size_t a = 1; a < AREAS; a++) {
        figures[COCO_AP_SMALL + a - 1] =
            mean_of(evaluation->precision[a][most], 0, COCO_THRESHOLDS);
        figures[COCO_AR_SMALL + a - 1] = mean_of(evaluation->recall[a][most], 0, COCO_THRESHOLDS);
    }
    for (size_t limit = 0; limit < LIMITS; limit++)
        figures[COCO_AR1 + limit] = mean_of(evaluation->recall[0][limit], 0, COCO_THRESHOLDS);
}

static bool allocate(struct evaluation *evaluation)
{
    const size_t found = evaluation->task->found_count + 1;
    const size_t truths = evaluation->task->truth_count + 1;
    evaluation->outcomes = calloc(found, sizeof(struct outcome));
    evaluation->order = calloc(found, sizeof(size_t));
    evaluation->precisions = calloc(found, sizeof(double));
    evaluation->recalls = calloc(found, sizeof(double));
    evaluation->truths = calloc(truths, sizeof(size_t));
    evaluation->is_ignored = calloc(truths, sizeof(bool));
    evaluation->taken = calloc(truths, sizeof(uint16_t));
    return evaluation->outcomes != NULL && evaluation->order != NULL &&
           evaluation->precisions != NULL && evaluation->recalls != NULL &&
           evaluation->truths != NULL && evaluation->is_ignored != NULL &&
           evaluation->taken != NULL;
}

static void release(struct evaluation *evaluation)
{
    coco_index_free(&evaluation->index);
    free(evaluation->outcomes);
    free(evaluation->order);
    free(evaluation->precisions);
    free(evaluation->recalls);
    free(evaluation->overlaps);
    free(evaluation->truths);
    free(evaluation->is_ignored);
    free(evaluation->taken);
    free(evaluation);
}

bool coco_evaluate(const coco_task *task, coco_result *result)
{
    struct evaluation *evaluation = calloc(1, sizeof *evaluation);
    const size_t categories = task->is_agnostic ? 1 : task->category_count;
    *result = (coco_result){.classes = calloc(categories + 1, sizeof(coco_class))};
    bool is_good = evaluation != NULL && result->classes != NULL;
    if (evaluation != NULL) {
        evaluation->task = task;
        is_good = is_good && coco_index_make(task, &evaluation->index) && allocate(evaluation);
        for (size_t i = 0; i < categories && is_good; i++)
            is_good = evaluate_category(evaluation, i, &result->classes[i]);
        if (is_good) {
            summarize(evaluation, result->figures);
            is_good = coco_table(task, result);
        }
        release(evaluation);
    }
    if (!is_good)
        coco_result_free(result);
    return is_good;
}

void coco_result_free(coco_result *result)
{
    free(result->classes);
    free(result->curves);
    *result = (coco_result){0};
}

const char *coco_line(char text[COCO_LINE_SIZE], size_t figure, double value)
{
    static const char *const areas[] = {"   all", " small", "medium", " large"};
    static const char *const overlaps[] = {"0.50:0.95", "0.50     ", "0.75     "};
    const bool is_precision = figure <= COCO_AP_LARGE;
    const size_t row = is_precision ? figure : figure - COCO_AR1;
    const size_t area = row < 3 ? 0 : row - 2;
    const size_t limit = !is_precision && row < 3 ? found_limits[row] : COCO_MOST_FOUND;
    (void)snprintf(text, COCO_LINE_SIZE, " Average %s @[ IoU=%s | area=%s | maxDets=%3zu ] = %0.3f",
                   is_precision ? "Precision  (AP)" : "Recall     (AR)",
                   overlaps[is_precision && row < 3 ? row : 0], areas[area], limit, value);
    return text;
}
