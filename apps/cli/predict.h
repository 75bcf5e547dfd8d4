/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pawl predict: options, pictures on their way through,
 * and what is written of them. */
#ifndef CLI_PREDICT_H
#define CLI_PREDICT_H

#include "cli/predict_picture.h"
#include "cli/session.h"
#include "cli/view.h"
#include "common/files.h"
#include "common/json.h"
#include "common/lines.h"

typedef struct predict_options {
    session_options session;
    app_shape imgsz;
    double conf, iou;
    double track_low, track_new, track_match; /* track_new below 0: a tenth above conf */
    int32_t max_det, batch, track_buffer;
    app_numbers classes;
    int32_t line_thickness, save_format, max_pixels;
    const char *names, *project, *name, *json, *coco, *letterbox, *lifetimes;
    bool is_view, is_recursive, is_truncated_accepted;
    bool is_rect, is_save_csv, is_save_crop, is_save_json, hides_labels, hides_conf;
    bool is_agnostic, is_multi_label, is_nosave, is_exist_ok, is_save_txt, is_save_conf;
    bool is_retina, is_save_masks, is_track, is_save_mot;
    int32_t vid_stride;
    const char *trace;
} predict_options;

/* Class names as far as known: entries or the whole may be NULL. */
typedef struct predict_names {
    app_paths own;      /* of --names */
    const char **items; /* one a class */
    size_t count;
    bool is_coco;
} predict_names;

int predict_names_open(predict_names *names, const session *opened, const char *path);
void predict_names_close(predict_names *names);
/* The name, or "class7" in the caller's buffer. */
#define PREDICT_NAME_SIZE 24
const char *predict_name(const predict_names *names, int32_t class_id,
                         char buffer[PREDICT_NAME_SIZE]);

/* Its pixels as an image, which is the picture's. Says what goes wrong; NULL then. */
pawl_image *predict_image(predict_picture *picture);

/* Names used so far: one used twice gets "-2". */
enum {
    PREDICT_TAKEN_PICTURES,
    PREDICT_TAKEN_LABELS,
    PREDICT_TAKEN_LETTERBOXES,
    PREDICT_TAKEN_MASKS,
    PREDICT_TAKEN_MOT,
    PREDICT_TAKEN_CROPS, /* of frames: "NAME/STEM" -> the last number */
    PREDICT_TAKEN_COUNT
};

/* predict_track.h */
typedef struct predict_tracking predict_tracking;

/* Where results go. */
typedef struct predict_writer {
    const predict_options *options;
    const predict_names *names;
    pawl_detector *detector; /* borrowed: masks are made one by one */
    pawl_task task;
    app_shape shape; /* of the network; with --rect the largest */
    int32_t stride;  /* the largest */
    size_t total;    /* pictures in all */
    char *folder;    /* of this run, NULL when nothing is saved */
    app_lines json;
    view_mode view;
    app_output coco, csv;
    json_t *image_ids; /* with --save-coco: of all pictures */
    bool has_coco_item;
    json_t *taken[PREDICT_TAKEN_COUNT];
    size_t label_count;
    bool has_looked;            /* at a picture that could be read */
    predict_tracking *tracking; /* with --track; else NULL */
    double viewed_ms;           /* when a frame was shown last */
} predict_writer;

int predict_writer_open(predict_writer *writer);
/* Writes all that is asked for of a picture; draws into its image. */
int predict_writer_add(predict_writer *writer, predict_picture *picture);
/* Completes the files that are written until the end; what is complete is passed over. Of a run
 * that was cut short too: what was found in the pictures until then is kept. */
int predict_writer_complete(predict_writer *writer);
/* The same, and says where things are. */
int predict_writer_commit(predict_writer *writer);
/* Gives all back; a COCO file that has not been committed is discarded. */
void predict_writer_close(predict_writer *writer);

/* The name that results are called after: of "-" it is "stdin". */
const char *predict_file_name(const char *path);

/* STEM + ending, or STEM-2, STEM-3 ... + ending where a picture before had the same: nothing
 * overwrites a result of the same run. In new memory, NULL when there is none. */
char *predict_unique_name(predict_writer *writer, int kind, const char *path, const char *ending);
/* The same of a picture or a frame, which is NAME_7 + ending as detect.py has it. Names of frames
 * are not kept: there is no end of them, and NAME is one video's. */
char *predict_result_name(predict_writer *writer, int kind, const predict_picture *picture,
                          const char *ending);

/* Writes an image, but not over an input of the run; reports what goes wrong. */
int predict_image_write(pawl_image *image, const char *path);

/* detect.py's rounded box: what it writes, cuts out and draws. */
pawl_detection predict_rounded(const pawl_detection *detection);

/* predict_save.c: what --save-csv and --save-crop leave of a picture. Each says what goes wrong and
 * returns an exit code. */
int predict_csv_open(predict_writer *writer);
int predict_csv_add(predict_writer *writer, const predict_picture *picture);
int predict_crops_write(predict_writer *writer, predict_picture *picture);

/* Masks of a picture: draws and writes all that is asked for, and keeps run lengths for JSON. */
int predict_masks_take(predict_writer *writer, predict_picture *picture);
void predict_masks_drop(predict_picture *picture);
/* The line of a label file: a polygon round the mask's largest part. */
int predict_masks_label(const predict_writer *writer, const predict_picture *picture, size_t index,
                        FILE *out);

/* The best classes of a picture: "cat 0.93, dog 0.02, ", as lines "0.93 cat", as JSON. NULL: memory
 * ran out. */
#define PREDICT_TOP 5
char *predict_classes_summary(const predict_names *names, const predict_picture *picture);
char *predict_classes_lines(const predict_names *names, const predict_picture *picture);
json_t *predict_classes_json(const predict_names *names, const predict_picture *picture);

/* "4 persons, 1 bus, " or "(no detections), " into new memory; NULL when there is none. */
char *predict_summary(const predict_names *names, const pawl_detections *found);

/* One line of --json. NULL: memory ran out. */
json_t *predict_json(const predict_names *names, pawl_task task, const predict_picture *picture);
/* Writes the picture's entries of --save-coco, each behind a comma but the very first. Says what
 * goes wrong. */
int predict_coco(predict_writer *writer, const predict_picture *picture);

#endif
