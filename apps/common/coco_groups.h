/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the evaluation: truths and finds of one category, picture by picture,
 * and their overlaps. */
#ifndef APP_COCO_GROUPS_H
#define APP_COCO_GROUPS_H

#include "common/coco_eval.h"

/* The finds taken into account a picture and category. */
#define COCO_MOST_FOUND 100

/* Indices into the task's arrays, sorted by category, picture, and for finds falling score. */
typedef struct coco_index {
    size_t *truths, *found;
} coco_index;

bool coco_index_make(const coco_task *task, coco_index *index);
void coco_index_free(coco_index *index);

/* One picture's truths and finds of one category. */
typedef struct coco_group {
    size_t image;
    const size_t *truths, *found;
    size_t truth_count, found_count;
} coco_group;

/* Walks the groups of a category in rising order of pictures. */
typedef struct coco_cursor {
    const coco_task *task;
    const coco_index *index;
    size_t truth_at, found_at;   /* not yet seen */
    size_t truth_end, found_end; /* of the category */
} coco_cursor;

coco_cursor coco_cursor_of(const coco_task *task, const coco_index *index, size_t category);
bool coco_cursor_next(coco_cursor *cursor, coco_group *group);

/* numpy.linspace's value: the step times the index, the end itself at the end. */
static inline double coco_linspace(double from, double to, size_t count, size_t index)
{
    const double step = (to - from) / (double)(count - 1);
    return index == count - 1 ? to : (double)index * step + from;
}

/* IoU that counts as a match: 0.5, 0.55 ... */
static inline double coco_threshold(size_t index)
{
    return coco_linspace(0.5, 0.95, COCO_THRESHOLDS, index);
}

double coco_overlap_of(const coco_task *task, const coco_found *found, const coco_truth *truth);

/* YOLOv5's precision and recall (coco_table.c). */
bool coco_table(const coco_task *task, coco_result *result);

#endif
