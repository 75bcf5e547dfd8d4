/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts what is to be compared: by category, by picture, by falling score; equals stay in order. */
#include "common/coco_groups.h"

#include <stdlib.h>

typedef struct sort_key {
    size_t category, image, index;
    double score;
} sort_key;

/* The index as last resort makes the order that of a stable sort, which pycocotools' is. */
static int in_order(const void *a, const void *b)
{
    const sort_key *x = a, *y = b;
    if (x->category != y->category)
        return x->category < y->category ? -1 : 1;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index ? 1 : 0;
}

/* Replaces keys by their indices in order; NULL where memory ran out. Frees the keys. */
static size_t *sorted(sort_key *keys, size_t count)
{
    size_t *order = keys == NULL ? NULL : malloc((count + 1) * sizeof(size_t));
    if (order != NULL) {
        qsort(keys, count, sizeof(sort_key), in_order);
        for (size_t i = 0; i < count; i++)
            order[i] = keys[i].index;
    }
    free(keys);
    return order;
}

bool coco_index_make(const coco_task *task, coco_index *index)
{
    sort_key *truths = calloc(task->truth_count + 1, sizeof(sort_key));
    sort_key *found = calloc(task->found_count + 1, sizeof(sort_key));
    bool is_good = truths != NULL && found != NULL;
    for (size_t i = 0; i < task->truth_count && is_good; i++) {
        const coco_truth *truth = &task->truths[i];
        truths[i] = (sort_key){task->is_agnostic ? 0 : truth->category, truth->image, i, 0};
        is_good = truth->image < task->image_count && truth->category < task->category_count;
    }
    for (size_t i = 0; i < task->found_count && is_good; i++) {
        const coco_found *one = &task->found[i];
        found[i] = (sort_key){task->is_agnostic ? 0 : one->category, one->image, i, one->score};
        /* NaN would have no place in an order. */
        is_good = one->image < task->image_count && one->category < task->category_count &&
                  one->score == one->score;
    }
    index->truths = sorted(truths, is_good ? task->truth_count : 0);
    index->found = sorted(found, is_good ? task->found_count : 0);
    if (is_good && index->truths != NULL && index->found != NULL)
        return true;
    coco_index_free(index);
    return false;
}

void coco_index_free(coco_index *index)
{
    free(index->truths);
    free(index->found);
    *index = (coco_index){0};
}

static size_t category_of_truth(const coco_cursor *cursor, size_t at)
{
    return cursor->task->is_agnostic ? 0 : cursor->task->truths[cursor->index->truths[at]].category;
}

static size_t category_of_found(const coco_cursor *cursor, size_t at)
{
    return cursor->task->is_agnostic ? 0 : cursor->task->found[cursor->index->found[at]].category;
}

/* The first place from whose category is @p category or above. */
static size_t first_of(const coco_cursor *cursor, size_t count, size_t category,
                       size_t (*category_of)(const coco_cursor *, size_t))
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (category_of(cursor, middle) < category)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

coco_cursor coco_cursor_of(const coco_task *task, const coco_index *index, size_t category)
{
    coco_cursor cursor = {.task = task, .index = index};
    cursor.truth_at = first_of(&cursor, task->truth_count, category, category_of_truth);
    cursor.truth_end = first_of(&cursor, task->truth_count, category + 1, category_of_truth);
    cursor.found_at = first_of(&cursor, task->found_count, category, category_of_found);
    cursor.found_end = first_of(&cursor, task->found_count, category + 1, category_of_found);
    return cursor;
}

static size_t image_of_truth(const coco_cursor *cursor, size_t at)
{
    return cursor->task->truths[cursor->index->truths[at]].image;
}

static size_t image_of_found(const coco_cursor *cursor, size_t at)
{
    return cursor->task->found[cursor->index->found[at]].image;
}

bool coco_cursor_next(coco_cursor *cursor, coco_group *group)
{
    const bool has_truth = cursor->truth_at < cursor->truth_end;
    const bool has_found = cursor->found_at < cursor->found_end;
    if (!has_truth && !has_found)
        return false;
    size_t image = has_truth ? image_of_truth(cursor, cursor->truth_at) : SIZE_MAX;
    if (has_found && image_of_found(cursor, cursor->found_at) < image)
        image = image_of_found(cursor, cursor->found_at);
    *group = (coco_group){.image = image,
                          .truths = cursor->index->truths + cursor->truth_at,
                          .found = cursor->index->found + cursor->found_at};
    while (cursor->truth_at < cursor->truth_end &&
           image_of_truth(cursor, cursor->truth_at) == image) {
        cursor->truth_at++;
        group->truth_count++;
    }
    while (cursor->found_at < cursor->found_end &&
           image_of_found(cursor, cursor->found_at) == image) {
        cursor->found_at++;
        group->found_count++;
    }
    return true;
}

double coco_overlap_of(const coco_task *task, const coco_found *found, const coco_truth *truth)
{
    if (task->overlap == COCO_BOXES)
        return app_box_iou(found->box, truth->box, truth->is_crowd);
    return app_rle_iou(&found->mask, &truth->mask, truth->is_crowd);
}
