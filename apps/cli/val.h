/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of pawl val: what was found in the labelled pictures, and the reports. Boxes and masks
 * are judged as COCO does, classes by the first and the first five.
 */
#ifndef CLI_VAL_H
#define CLI_VAL_H

#include "cli/val_data.h"

/* What was found. */
typedef struct val_finds {
    coco_found *items;
    size_t count, room;
} val_finds;

/* Times of all pictures, milliseconds. */
typedef struct val_times {
    double decode, preprocess, inference, postprocess;
} val_times;

/* How many of a category's pictures were classified rightly. */
typedef struct val_tally {
    size_t images, top1, top5;
} val_tally;

typedef struct val_job {
    const val_options *options;
    session session;
    val_data data;
    val_finds finds;
    val_tally *tallies; /* with VAL_FOLDERS: one a category */
    app_shape shape;
    int32_t batch;
    pawl_context *context;
    pawl_detector *detector;
    size_t seen, failed;
    val_times times;
    coco_result boxes, masks; /* masks: where the data has them */
} val_job;

/* The mask of a box of the detector's last call, in the pixels of the picture; @p slot is the
 * picture's place in the batch. */
int val_mask_of_find(const val_job *val, const val_picture *picture, size_t slot, size_t index,
                     app_rle *mask);

/* Looks at all pictures. */
int val_run(val_job *val);

/* Notes which class a picture was taken for. */
void val_classes_note(val_job *val, size_t picture, const pawl_class_scores *scores);

/* The tables: evaluates what was found, and prints it. */
int val_report(val_job *val);
void val_classes_report(const val_job *val);
void val_say_speed(const val_job *val, const char *last_stage);
/* The files: one JSON line, and the finds as a COCO results file. */
int val_save(const val_job *val);
json_t *val_classes_json(const val_job *val);
json_t *val_classes_figures(const val_job *val);
/* @p number as printf writes it with so many decimals: what a results file says is what is judged.
 */
double val_rounded(double number, int decimals);

#endif
