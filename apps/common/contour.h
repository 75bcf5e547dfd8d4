/* SPDX-License-Identifier: Apache-2.0 */
/* Outlines of masks, as OpenCV's findContours() with RETR_EXTERNAL and CHAIN_APPROX_SIMPLE. */
#ifndef APP_CONTOUR_H
#define APP_CONTOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct app_point {
    int32_t x, y;
} app_point;

typedef struct app_contour {
    app_point *points; /* its own: free() */
    size_t count;      /* 0 for an empty mask */
} app_contour;

/* The outline with the most points among those of the mask's parts: what YOLOv5 writes of a mask
 * that fell apart. False: memory ran out. */
bool app_contour_largest(const uint8_t *mask, int32_t height, int32_t width, app_contour *contour);

#endif
