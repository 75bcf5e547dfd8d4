/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yolov5_det, yolov5_seg, yolov5_cls: TensorRTX's programs for YOLOv5 by arguments, files written,
 * lines printed and exit status (0 or 255), so that its scripts run unchanged. One source, compiled
 * once a task.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include "common/compat_usage.h"
#include "common/files.h"
#include "common/term.h"

#include <pawl/pawl.h>

/* -s WEIGHTS ENGINE n|s|m|l|x|n6..x6|c gd gw|c6 gd gw */
typedef struct compat_build {
    const char *weights, *engine;
    const char *size;    /* "n", "s6", "c" ... */
    double depth, width; /* of "c" */
} compat_build;

/* -d ENGINE FOLDER [LABELS] */
typedef struct compat_detect {
    const char *engine, *folder, *labels;
} compat_detect;

/* Each reports what is wrong and returns 0 or COMPAT_WRONG. */
int compat_build_engine(const compat_build *asked, pawl_task task);
int compat_detect_folder(const compat_detect *asked, pawl_task task);

/* Draws boxes with class numbers into width * height * 3 bytes. */
void compat_draw_boxes(uint8_t *pixels, int32_t width, int32_t height, const pawl_detection *items,
                       size_t count);
/* Lays a mask of the picture's size over it. */
void compat_draw_mask(uint8_t *pixels, const pawl_mask *mask, int32_t class_id);

#endif
