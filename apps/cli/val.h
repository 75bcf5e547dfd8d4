/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pawl val: options, labelled pictures, what was found in them, and the report. */
#ifndef CLI_VAL_H
#define CLI_VAL_H

#include "cli/session.h"
#include "common/coco_eval.h"
#include "common/files.h"
#include "common/json.h"

#define VAL_ENDINGS "bmp dng jpe jpeg jpg mpo pbm pfm pgm png pnm ppm tif tiff webp"
#define VAL_NONE    SIZE_MAX

typedef struct val_options {
    session_options session;
    app_shape imgsz;
    double conf, iou;
    int32_t max_det, batch;
    const char *data, *images, *json, *save_json, *resize;
} val_options;

typedef struct val_picture {
    char *path;
    char *label; /* YOLOv5's label file, or NULL */
    int64_t id;  /* of a COCO file */
    int32_t width, height;
    bool is_seen; /* was read and looked at */
} val_picture;

typedef struct val_category {
    int64_t id; /* of a COCO file, or the number that a results file takes */
    char *name;
} val_category;

/* Pictures, objects in them, categories. */
typedef struct val_data {
    const char *path; /* borrowed */
    val_picture *pictures;
    size_t picture_count, picture_room;
    coco_truth *truths;
    size_t truth_count, truth_room;
    val_category *categories;
    size_t category_count, category_room;
    size_t *category_of_class; /* a class's category, or VAL_NONE */
    size_t class_count;
    bool is_labels; /* YOLOv5's label files, read with their pictures */
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

typedef struct val_job {
    const val_options *options;
    session session;
    val_data data;
    val_finds finds;
    app_shape shape;
    int32_t batch;
    pawl_context *context;
    pawl_detector *detector;
    size_t seen, failed;
    val_times times;
    coco_result result;
} val_job;

/* Each reports what is wrong and returns an exit code. */
int val_data_open(val_data *data, const val_options *options, const session *opened);
void val_data_close(val_data *data);

/* The two kinds of val_data_open(); the COCO file's categories find their classes in it too. */
int val_coco_open(val_data *data, const val_options *options);
int val_yolo_open(val_data *data, const val_options *options);
/* Reads the label file of a picture whose size is known; is_seen is set to false and a warning
 * said if it is wrong. */
int val_yolo_labels(val_data *data, size_t picture);

/* Each takes over nothing it is given but returns the new item, or NULL where memory ran out. */
val_picture *val_add_picture(val_data *data, const char *path);
coco_truth *val_add_truth(val_data *data);
val_category *val_add_category(val_data *data, int64_t id, const char *name);

/* Looks at all pictures. */
int val_run(val_job *val);

/* Evaluates and writes table, JSON, results file. */
int val_report(val_job *val);
/* @p number as printf writes it with so many decimals: what a results file says is what is judged.
 */
double val_rounded(double number, int decimals);

#endif
