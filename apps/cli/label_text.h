/* SPDX-License-Identifier: Apache-2.0 */
/* A line of YOLOv5's label files. */
#ifndef CLI_LABEL_TEXT_H
#define CLI_LABEL_TEXT_H

#include <pawl/detect.h>

#include <stdbool.h>
#include <stdio.h>

/* "0 0.5 0.5 0.25 0.25 0.91": class; centre, width and height, or two corners, as parts of the
 * picture; the confidence if wanted; and the track, if it is one (not 0), as yolo track has it. */
static inline void cli_label_write(FILE *out, const pawl_detection *box, int32_t width,
                                   int32_t height, bool is_corners, bool has_confidence,
                                   uint64_t id)
{
    const float w = (float)width, h = (float)height;
    fprintf(out, "%d %g %g %g %g", box->class_id,
            (double)((is_corners ? box->x1 : (box->x1 + box->x2) / 2) / w),
            (double)((is_corners ? box->y1 : (box->y1 + box->y2) / 2) / h),
            (double)((is_corners ? box->x2 : box->x2 - box->x1) / w),
            (double)((is_corners ? box->y2 : box->y2 - box->y1) / h));
    if (has_confidence)
        fprintf(out, " %g", (double)box->confidence);
    if (id != 0)
        fprintf(out, " %llu", (unsigned long long)id);
    fputc('\n', out);
}

#endif
