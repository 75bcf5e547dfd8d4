/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of TensorRTX's programs: yolov5_det, yolov5_seg and yolov5_cls print them as
 * usage, 'pawl man yolov5_det' as a manual page. */
#ifndef APP_COMPAT_USAGE_H
#define APP_COMPAT_USAGE_H

#include <pawl/network.h>

#include <stdio.h>

#define COMPAT_WRONG 255 /* main's -1, as the shell sees it */
#define COMPAT_NAMES "yolov5_det yolov5_seg yolov5_cls"

typedef struct compat_program {
    const char *name;
    pawl_task task;
    const char *sizes;  /* what -s takes */
    const char *labels; /* what -d takes behind the folder, or "" */
    const char *does;   /* what -d does with a picture */
    int detect_words;   /* of -d at most, the program's name counted */
} compat_program;

/* NULL: no program of that task, of that name. */
const compat_program *compat_program_of(pawl_task task);
const compat_program *compat_program_find(const char *name);

/* Says on stderr what the command line should be, as TensorRTX says it; returns COMPAT_WRONG. */
int compat_usage(const compat_program *program);
void compat_manual_page(FILE *out, const compat_program *program);

#endif
