/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of two sides paired off: by falling confidence each takes the one of its class that it
 * overlaps most, by half at least. */
#include "cli/verify.h"

#include <math.h>
#include <stdlib.h>

/* What is hardly above the threshold may fall below it by rounding alone. */
#define MARGIN     0.005
#define MOST_BOXES 1000 /* of a picture: what a detector keeps unless it is told otherwise */

static double overlap(const pawl_detection *a, const pawl_detection *b)
{
    const double width = fmin((double)a->x2, (double)b->x2) - fmax((double)a->x1, (double)b->x1);
    const double height = fmin((double)a->y2, (double)b->y2) - fmax((double)a->y1, (double)b->y1);
    const double first = ((double)a->x2 - (double)a->x1) * ((double)a->y2 - (double)a->y1);
    const double second = ((double)b->x2 - (double)b->x1) * ((double)b->y2 - (double)b->y1);
    if (!(width > 0) || !(height > 0))
        return 0;
    return width * height / (first + second - width * height);
}

/* Of those that nobody has, and by more than *most, which becomes the overlap; count: none. */
static size_t nearest(const pawl_detection *wanted, const pawl_detections *found,
                      const bool *is_taken, double *most)
{
    size_t best = found->count;
    for (size_t j = 0; j < found->count; j++) {
        const double here = is_taken[j] || found->items[j].class_id != wanted->class_id
                                ? 0
                                : overlap(wanted, &found->items[j]);
        if (here > *most) {
            *most = here;
            best = j;
        }
    }
    return best;
}

double verify_f1(const verify_boxes *boxes)
{
    const size_t all = 2 * boxes->matched + boxes->missed + boxes->extra;
    return all == 0 ? 1 : 2.0 * (double)boxes->near / (double)all;
}

void verify_count_boxes(verify_pair *pair, const pawl_detections *expected,
                        const pawl_detections *found)
{
    verify_boxes *boxes = &pair->boxes;
    const double conf = pair->conf;
    if (pair->min_f1 < 1 && (expected->count >= MOST_BOXES || found->count >= MOST_BOXES)) {
        boxes->crowded++;
        return;
    }
    bool *is_taken = calloc(found->count + 1, sizeof(bool));
    for (size_t i = 0; i < expected->count && is_taken != NULL; i++) {
        const pawl_detection *wanted = &expected->items[i];
        double most = 0.5;
        const size_t best = nearest(wanted, found, is_taken, &most);
        if (best < found->count) {
            const double difference =
                fabs((double)wanted->confidence - (double)found->items[best].confidence);
            is_taken[best] = true;
            boxes->matched++;
            boxes->near += most >= pair->min_iou;
            boxes->min_iou = fmin(boxes->min_iou, most);
            boxes->max_confidence_difference = fmax(boxes->max_confidence_difference, difference);
        } else if ((double)wanted->confidence < conf + MARGIN) {
            boxes->borderline++;
        } else {
            boxes->missed++;
        }
    }
    for (size_t j = 0; j < found->count && is_taken != NULL; j++) {
        const bool is_borderline = (double)found->items[j].confidence < conf + MARGIN;
        boxes->borderline += !is_taken[j] && is_borderline ? 1 : 0;
        boxes->extra += !is_taken[j] && !is_borderline ? 1 : 0;
    }
    free(is_taken);
}
