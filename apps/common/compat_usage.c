/* SPDX-License-Identifier: Apache-2.0 */
/* Usage and manual pages of TensorRTX's programs, from one table. */
#include "common/compat_usage.h"

#include "common/roff.h"

#include <string.h>

#define P5_SIZES "n/s/m/l/x or c gd gw"

static const compat_program programs[] = {
    {"yolov5_det", PAWL_TASK_DETECT, "n/s/m/l/x/n6/s6/m6/l6/x6 or c/c6 gd gw", "",
     "writes _NAME into the current folder, with boxes and class numbers", 4},
    {"yolov5_seg", PAWL_TASK_SEGMENT, P5_SIZES, " [coco.txt]",
     "writes _NAME into the current folder, with masks, boxes and names", 5},
    {"yolov5_cls", PAWL_TASK_CLASSIFY, P5_SIZES, "",
     "prints the best three classes; names come from the engine, else from imagenet_classes.txt",
     4},
};

const compat_program *compat_program_of(pawl_task task)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (programs[i].task == task)
            return &programs[i];
    return NULL;
}

const compat_program *compat_program_find(const char *name)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    return NULL;
}

int compat_usage(const compat_program *program)
{
    fprintf(stderr,
            "arguments not right!\n"
            "./%s -s [.wts] [.engine] [%s]  // build an engine\n"
            "./%s -d [.engine] ../images%s  // read an engine and run inference\n",
            program->name, program->sizes, program->name, program->labels);
    return COMPAT_WRONG;
}

static void print_form(FILE *out, const char *name, const char *letter, const char *rest)
{
    fprintf(out, ".B %s %s\n.I ", name, letter);
    app_roff_text(out, rest);
    fputs("\n.br\n", out);
}

void compat_manual_page(FILE *out, const compat_program *program)
{
    char rest[128];
    app_roff_title(out, program->name, "TensorRTX's program for YOLOv5, by pawl");
    fputs(".SH SYNOPSIS\n", out);
    (void)snprintf(rest, sizeof rest, "WTS ENGINE %s", program->sizes);
    print_form(out, program->name, "\\-s", rest);
    (void)snprintf(rest, sizeof rest, "ENGINE FOLDER%s", program->labels);
    print_form(out, program->name, "\\-d", rest);
    fputs(".SH DESCRIPTION\n", out);
    app_roff_text(out,
                  "Takes the arguments, writes the files, prints the lines and ends with the exit "
                  "status of TensorRTX's program of that name, so that its scripts run unchanged.");
    fputs("\n.SH OPTIONS\n", out);
    app_roff_item(out, "-s WTS ENGINE SIZE",
                  "builds an engine from a .wts (or a .pt). Task, size, classes, anchors and "
                  "strides are read from the file; a size that says otherwise is explained on "
                  "stderr. SIZE is a letter, or c with depth and width multiples behind it.");
    fputs(".TP\n.B ", out);
    (void)snprintf(rest, sizeof rest, "-d ENGINE FOLDER%s", program->labels);
    app_roff_text(out, rest);
    fputs("\nlooks at every picture of the folder: says 'inference time: Nms', and ", out);
    app_roff_text(out, program->does);
    fputs(". A file that is no picture is reported and passed over.\n.SH EXIT STATUS\n", out);
    app_roff_item(out, "0", "done");
    app_roff_item(out, "255", "anything else");
    fputs(".SH DIFFERENCES\n", out);
    app_roff_text(out,
                  "Thresholds are TensorRTX's, 0.5 and 0.45. Pictures are prepared as the model "
                  "was trained, so results are PyTorch's. An engine is pawl's, not TensorRT's.");
    fputs("\n.SH SEE ALSO\n.BR pawl (1)", out);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (&programs[i] != program)
            fprintf(out, ",\n.BR %s (1)", programs[i].name);
    fputc('\n', out);
}
