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

/* A picture of the batch at hand. */
typedef struct val_item {
    size_t picture;
    pawl_image *image;     /* as the detector is given it */
    double gain_x, gain_y; /* of it to the real one: rounded sizes have each their own */
    double pad_x, pad_y;   /* its left and upper margins */
} val_item;

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
    size_t *order;        /* in which pictures are looked at */
    app_shape *shapes;    /* with --rect: of each place in that order; else NULL */
    pawl_detection *here; /* boxes of the picture at hand, in its own pixels */
    size_t here_room;
    char *folder;        /* of this run, NULL: none is written */
    json_t *label_names; /* with --save-txt: file names that are taken */
    size_t label_count;
    const char *stage; /* of the progress; NULL: the usual one */
    size_t seen, failed;
    int failed_code; /* of app_exit_shared() */
    val_times times;
    coco_result boxes, masks; /* masks: where the data has them */
} val_job;

/* val.py's batches where nothing else is said: what shapes and mosaics are made for. */
#define VAL_GROUP 32

/* Puts the pictures in the order in which they are looked at, and finds their shapes. */
int val_plan(val_job *val);
/* Brings a picture that was just read to what the detector is given. */
pawl_status val_fit(const val_job *val, val_item *item, app_shape shape, pawl_error *error);
/* The picture's boxes in its own pixels, into val->here; with --save-hybrid the labelled ones are
 * among them. */
int val_place_boxes(val_job *val, const val_item *item, const pawl_detections *boxes,
                    size_t *count);
/* Makes the folder of this run, where anything is to be written into it. */
int val_folder_open(val_job *val);
/* Removes it again, where nothing is in it. */
void val_folder_drop(const val_job *val);
/* labels/STEM.txt, with --save-txt. */
int val_folder_labels(val_job *val, const val_picture *picture, size_t count);

/* The mask of a box of the detector's last call, in the pixels of the picture; @p slot is the
 * picture's place in the batch. */
int val_mask_of_find(const val_job *val, const val_picture *picture, size_t slot, size_t index,
                     app_rle *mask);

/* Fewer classes have their rows in the table unasked, as val.py has it. */
#define VAL_FEW 50

/* Categories that are judged apart: with --single-cls one. */
size_t val_category_count(const val_job *val);

/* What pawl val does unless it is told otherwise. */
extern const val_options val_defaults;

/* Once session and data are open: chooses shape and batch, and makes the detector. */
int val_begin(val_job *val);
/* Looks at all pictures. */
int val_run(val_job *val);
/* Ends a job in any state. */
void val_close(val_job *val);

/* Notes which class a picture was taken for. */
void val_classes_note(val_job *val, size_t picture, const pawl_class_scores *scores);

/* What is judged, as the network gave it. */
coco_task val_task(const val_job *val);
/* Plots and report.html into the run's folder, if there is one. */
int val_html(const val_job *val);
/* Their parts: each writes its files, and into the report what it shows. */
int val_plots(const val_job *val, FILE *report);
int val_mosaics(const val_job *val, FILE *report);

/* Judges what was found, of boxes and masks. */
int val_evaluate(val_job *val);
/* One figure for all: mAP50-95, of the masks where they are judged; of classes top-1;
 * and its name. */
double val_figure(const val_job *val);
const char *val_figure_name(const val_job *val);
/* The tables: evaluates what was found, and prints it. */
int val_report(val_job *val);
void val_classes_report(const val_job *val);
double val_classes_top1(const val_job *val);
void val_say_speed(const val_job *val, const char *last_stage);
/* The files: one JSON line, and the finds as a COCO results file. */
int val_save(const val_job *val);
json_t *val_classes_json(const val_job *val);
json_t *val_classes_figures(const val_job *val);

#endif
