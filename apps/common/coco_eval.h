/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Average precision and recall as COCO defines them (pycocotools' COCOeval), and the precision and
 * recall of YOLOv5's table. Knows pictures and categories by number; overlaps are those of boxes or
 * of masks.
 */
#ifndef APP_COCO_EVAL_H
#define APP_COCO_EVAL_H

#include "common/rle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COCO_THRESHOLDS 10 /* IoU 0.5, 0.55 ... 0.95 */

typedef enum coco_overlap { COCO_BOXES, COCO_MASKS } coco_overlap;

typedef struct coco_truth {
    size_t image;    /* 0 to image_count - 1; pictures count in this order */
    size_t category; /* 0 to category_count - 1 */
    double box[4];   /* x, y, width, height in pixels */
    double area;     /* what the size ranges go by: pixels of the object */
    bool is_crowd;
    bool is_uncounted; /* its annotation has id 0, which pycocotools takes for "no match" */
    app_rle mask;      /* with COCO_MASKS, the item's own; empty: nothing overlaps it */
} coco_truth;

typedef struct coco_found {
    size_t image, category;
    double box[4];
    double area; /* what the size ranges go by */
    double score;
    app_rle mask; /* with COCO_MASKS, the item's own; empty: overlaps nothing */
} coco_found;

/* All of it is borrowed. Within a picture, what comes first wins among equal scores. */
typedef struct coco_task {
    coco_overlap overlap;
    size_t image_count, category_count;
    const coco_truth *truths;
    size_t truth_count;
    const coco_found *found;
    const coco_found *exact; /* before they were rounded, for YOLOv5's table; NULL: found */
    size_t found_count;
    bool is_agnostic; /* all categories count as one */
} coco_task;

/* COCO's twelve figures in its order: AP, AP50, AP75, AP of small, medium, large objects; AR with
 * 1, 10, 100 boxes a picture, AR of small, medium, large. -1 where there is nothing to find. */
enum {
    COCO_AP,
    COCO_AP50,
    COCO_AP75,
    COCO_AP_SMALL,
    COCO_AP_MEDIUM,
    COCO_AP_LARGE,
    COCO_AR1,
    COCO_AR10,
    COCO_AR100,
    COCO_AR_SMALL,
    COCO_AR_MEDIUM,
    COCO_AR_LARGE,
    COCO_FIGURES
};

/* A category's row in YOLOv5's table. */
typedef struct coco_class {
    size_t instances;            /* truths that are no crowds */
    double precision, recall;    /* at the confidence where the mean F1 of all classes is highest */
    double ap50, ap;             /* as COCO's; -1 where there is nothing to find */
    double table_ap50, table_ap; /* as ap_per_class has them; 0 where there is nothing to find */
} coco_class;

/* Curves of a category, as ap_per_class plots them: precision and recall over confidence, precision
 * over recall, each at COCO_POINTS places from 0 to 1. */
#define COCO_POINTS 1000
typedef struct coco_curves {
    double precision[COCO_POINTS], recall[COCO_POINTS], by_recall[COCO_POINTS];
} coco_curves;

typedef struct coco_result {
    double figures[COCO_FIGURES];
    coco_class *classes; /* category_count; free() */
    size_t instances;
    coco_curves *curves;      /* category_count; free(). Zeros where nothing is labelled or found */
    double precision, recall; /* means over the classes with instances */
    double table_ap50, table_ap;
    double best_confidence; /* where F1 is highest */
} coco_result;

/* The harmonic mean of precision and recall at a point of the curves. */
static inline double coco_f1(const coco_curves *curves, size_t point)
{
    const double precision = curves->precision[point], recall = curves->recall[point];
    return 2 * precision * recall / (precision + recall + 1e-16);
}

/* False: memory ran out, or an index is out of range. */
bool coco_evaluate(const coco_task *task, coco_result *result);
void coco_result_free(coco_result *result);

/*
 * YOLOv5's ConfusionMatrix at confidence 0.25 and IoU 0.45: cell [found * (category_count + 1) +
 * labelled] counts; the last row is what was not found, the last column what is not labelled. Its
 * rules are kept: pictures without labels count nothing, and in one where nothing fits, what was
 * found counts nothing. free(); NULL: memory ran out.
 */
size_t *coco_confusion(const coco_task *task);

/* The twelve lines that pycocotools prints, line @p figure of them, in the caller's buffer. */
#define COCO_LINE_SIZE 96
const char *coco_line(char text[COCO_LINE_SIZE], size_t figure, double value);

#endif
