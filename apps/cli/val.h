/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of pawl val: options, labelled pictures, what was found in them, and the reports. Boxes
 * and masks are judged as COCO does, classes by the first and the first five.
 */
#ifndef CLI_VAL_H
#define CLI_VAL_H

#include "cli/session.h"
#include "common/coco_eval.h"
#include "common/files.h"
#include "common/json.h"

#define VAL_NONE SIZE_MAX

typedef struct val_options {
    session_options session;
    app_shape imgsz;
    double conf, iou;
    int32_t max_det, batch;
    const char *data, *images, *json, *save_json, *resize;
    bool is_retina;
} val_options;

/* Where the truth comes from. */
typedef enum val_source {
    VAL_COCO,   /* a COCO annotations file */
    VAL_LABELS, /* YOLOv5's label files, read with their pictures */
    VAL_FOLDERS /* classes: a folder of pictures each */
} val_source;

typedef struct val_picture {
    char *path;
    char *label;                             /* with VAL_LABELS: its label file */
    int64_t id;                              /* of a COCO file */
    size_t category;                         /* with VAL_FOLDERS */
    int32_t width, height;                   /* as read */
    int32_t labelled_width, labelled_height; /* as a COCO file has them; 0: it does not say */
    bool is_seen;                            /* was read and looked at */
} val_picture;

typedef struct val_category {
    int64_t id; /* of a COCO file, or the number that a results file takes */
    char *name;
} val_category;

/* Pictures, objects in them, categories. */
typedef struct val_data {
    const char *path; /* borrowed */
    val_source source;
    bool has_masks; /* objects have masks, which are read */
    val_picture *pictures;
    size_t picture_count, picture_room;
    coco_truth *truths;
    size_t truth_count, truth_room;
    val_category *categories;
    size_t category_count, category_room;
    size_t *category_of_class; /* a class's category, or VAL_NONE */
    size_t class_count;
} val_data;

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

/* Each reports what is wrong and returns an exit code. */
int val_data_open(val_data *data, const val_options *options, const session *opened);
void val_data_close(val_data *data);

/* The kinds of val_data_open(). */
int val_coco_open(val_data *data, const val_options *options);
int val_yolo_open(val_data *data, const val_options *options);
int val_folders_open(val_data *data, const val_options *options);

/* Reads the label file of a picture whose size is known; is_seen is set to false and a warning
 * said if it is wrong. */
int val_yolo_labels(val_data *data, size_t picture);
/* Adds all pictures below a folder. */
int val_add_tree(app_paths *pictures, const char *folder);

/* Each takes over nothing it is given but returns the new item, or NULL where memory ran out. */
val_picture *val_add_picture(val_data *data, const char *path);
coco_truth *val_add_truth(val_data *data);
val_category *val_add_category(val_data *data, int64_t id, const char *name);
/* Forgets the truths from this one on. */
void val_drop_truths(val_data *data, size_t from);
/* Once all objects are known: says which have no mask, and has none judged where none has one. */
void val_settle_masks(val_data *data);

/* A mask of a picture from the segmentation of a COCO annotation: polygons, or run lengths as
 * numbers or text. NULL, or what is wrong; then *mask is empty. */
const char *val_mask_of_json(app_rle *mask, const json_t *segmentation, int32_t height,
                             int32_t width);
/* The same from a label file's polygon, whose corners are parts of the picture. */
const char *val_mask_of_corners(app_rle *mask, const double *corners, size_t count, int32_t height,
                                int32_t width);
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
