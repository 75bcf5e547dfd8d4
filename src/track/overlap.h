/* SPDX-License-Identifier: Apache-2.0 */
/* Which boxes of two lots overlap enough to be the same object, and by how much. */
#ifndef PW_OVERLAP_H
#define PW_OVERLAP_H

#include "track/assignment.h"
#include "track/motion.h"

/* A box that takes part. */
typedef struct pw_place_taken {
    pw_rectangle box;
    int32_t class_id;
} pw_place_taken;

/* Intersection over union, 0 to 1; 0 where a box has no area. */
double pw_overlap_iou(const pw_rectangle *a, const pw_rectangle *b);

/* What a pair of that overlap costs: 1 - IoU, in parts of PW_COST_ONE. */
int32_t pw_overlap_cost(double iou);

/*
 * Fills in the pairs of each row: the columns that overlap it by at least iou (above 0), by rising cost; by_class: only those of its class. Of more
 * than PW_PAIRS_MAX the best so many count. order: room for column_count numbers, of no use afterwards. pairs: room for row_count rows.
 */
void pw_overlap_pairs(const pw_place_taken *rows, size_t row_count, const pw_place_taken *columns, size_t column_count, double iou, bool by_class,
                      uint32_t *order, pw_pairs *pairs);

#endif
