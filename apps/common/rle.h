/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masks as COCO's run lengths: the pixels column by column, lengths of runs of 0 and 1 in turn,
 * beginning with 0.
 */
#ifndef APP_RLE_H
#define APP_RLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct app_rle {
    int32_t height, width;
    size_t count;     /* runs */
    uint32_t *counts; /* its own; their sum is height * width */
} app_rle;

/* Each of those that make a mask returns false when memory ran out or the input is no mask of that
 * size; then *mask is empty. A mask has 1 to 2^31 pixels. */

/* From height rows of width bytes, row_size apart; what is not 0 belongs to the mask. */
bool app_rle_encode(app_rle *mask, const uint8_t *pixels, int32_t height, int32_t width,
                    size_t row_size);

/* From numbers as "counts": [..] of a COCO file has them. */
bool app_rle_from_counts(app_rle *mask, int32_t height, int32_t width, const uint32_t *counts,
                         size_t count);
/* From the text as "counts": "..." of a COCO file has it, and back (free() it; NULL: no memory). */
bool app_rle_from_text(app_rle *mask, int32_t height, int32_t width, const char *text);
char *app_rle_to_text(const app_rle *mask);
/* From a polygon: x0 y0 x1 y1 ... in pixels, @p count corners. */
bool app_rle_from_polygon(app_rle *mask, int32_t height, int32_t width, const double *corners,
                          size_t count);
/* Adds another mask of the same size. False: memory ran out, the mask is as before. */
bool app_rle_unite(app_rle *mask, const app_rle *other);

void app_rle_free(app_rle *mask);

/* Pixels of the mask. */
uint64_t app_rle_area(const app_rle *mask);
/* The least box around it: x, y, width, height; all 0 for an empty one. */
void app_rle_box(const app_rle *mask, double box[4]);
/* Intersection over union; over the area of @p detection where the truth is a crowd. 0 for masks of
 * different sizes. */
double app_rle_iou(const app_rle *detection, const app_rle *truth, bool is_crowd);
/* The same of boxes x, y, width, height. */
double app_box_iou(const double detection[4], const double truth[4], bool is_crowd);

#endif
