/* SPDX-License-Identifier: Apache-2.0 */
/* YOLOv5's ConfusionMatrix.process_batch: of all pairs that overlap, the closest first, each find
 * and each truth once, whatever their classes. */
#include "common/coco_groups.h"

#include <stdlib.h>

#define CONFIDENCE 0.25
#define OVERLAP    0.45

struct pair {
    double overlap;
    size_t truth, found; /* of the group */
};

/* Closest first; of equals, such as a box that was found as several classes, the last, as numpy's
 * argsort()[::-1] has them. */
static int by_falling_overlap(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->overlap != y->overlap)
        return x->overlap > y->overlap ? -1 : 1;
    if (x->found != y->found)
        return x->found > y->found ? -1 : 1;
    return x->truth < y->truth ? -1 : x->truth > y->truth ? 1 : 0;
}

struct confusion {
    const coco_task *task;
    size_t *cells;
    size_t classes;
    struct pair *pairs; /* a find's best truth each */
    size_t *match;      /* of a group's truths: the find, or SIZE_MAX */
    bool *is_matched;   /* of a group's finds */
};

static size_t class_of(const struct confusion *confusion, size_t category)
{
    return confusion->task->is_agnostic ? 0 : category;
}

/* How many finds overlap a truth; of each the truth that it overlaps most. */
static size_t pair_off(const struct confusion *confusion, const coco_group *group)
{
    const coco_task *task = confusion->task;
    size_t count = 0;
    for (size_t i = 0; i < group->found_count; i++) {
        const coco_found *found = &task->found[group->found[i]];
        struct pair best = {OVERLAP, SIZE_MAX, i};
        for (size_t j = 0; j < group->truth_count && found->score > CONFIDENCE; j++) {
            const coco_truth *truth = &task->truths[group->truths[j]];
            const double overlap = truth->is_crowd ? 0 : coco_overlap_of(task, found, truth);
            if (overlap > OVERLAP && overlap >= best.overlap) {
                best.overlap = overlap;
                best.truth = j;
            }
        }
        if (best.truth != SIZE_MAX)
            confusion->pairs[count++] = best;
    }
    qsort(confusion->pairs, count, sizeof(struct pair), by_falling_overlap);
    return count;
}

static void count_group(const struct confusion *confusion, const coco_group *group)
{
    const coco_task *task = confusion->task;
    const size_t nobody = confusion->classes, width = nobody + 1;
    const size_t count = pair_off(confusion, group);
    size_t labelled = 0;
    for (size_t i = 0; i < group->truth_count; i++) {
        confusion->match[i] = SIZE_MAX;
        labelled += task->truths[group->truths[i]].is_crowd ? 0 : 1;
    }
    for (size_t i = 0; i < group->found_count; i++)
        confusion->is_matched[i] = false;
    for (size_t i = 0; i < count; i++)
        if (confusion->match[confusion->pairs[i].truth] == SIZE_MAX) {
            confusion->match[confusion->pairs[i].truth] = confusion->pairs[i].found;
            confusion->is_matched[confusion->pairs[i].found] = true;
        }
    for (size_t i = 0; i < group->truth_count; i++) {
        const coco_truth *truth = &task->truths[group->truths[i]];
        const size_t found = confusion->match[i];
        const size_t row = found == SIZE_MAX
                               ? nobody
                               : class_of(confusion, task->found[group->found[found]].category);
        confusion->cells[row * width + class_of(confusion, truth->category)] +=
            truth->is_crowd ? 0 : 1;
    }
    for (size_t i = 0; i < group->found_count && count > 0 && labelled > 0; i++) {
        const coco_found *found = &task->found[group->found[i]];
        if (found->score > CONFIDENCE && !confusion->is_matched[i])
            confusion->cells[class_of(confusion, found->category) * width + nobody]++;
    }
}

size_t *coco_confusion(const coco_task *task)
{
    coco_index index = {0};
    coco_group group;
    /* Picture by picture, all categories as one. */
    coco_task whole = *task;
    whole.is_agnostic = true;
    struct confusion confusion = {.task = task,
                                  .classes = task->is_agnostic ? 1 : task->category_count};
    confusion.cells = calloc((confusion.classes + 1) * (confusion.classes + 1), sizeof(size_t));
    confusion.pairs = calloc(task->found_count + 1, sizeof(struct pair));
    confusion.match = calloc(task->truth_count + 1, sizeof(size_t));
    confusion.is_matched = calloc(task->found_count + 1, sizeof(bool));
    const bool is_good = confusion.cells != NULL && confusion.pairs != NULL &&
                         confusion.match != NULL && confusion.is_matched != NULL &&
                         coco_index_make(&whole, &index);
    if (is_good) {
        coco_cursor cursor = coco_cursor_of(&whole, &index, 0);
        while (coco_cursor_next(&cursor, &group))
            count_group(&confusion, &group);
    } else {
        free(confusion.cells);
        confusion.cells = NULL;
    }
    coco_index_free(&index);
    free(confusion.pairs);
    free(confusion.match);
    free(confusion.is_matched);
    return confusion.cells;
}
