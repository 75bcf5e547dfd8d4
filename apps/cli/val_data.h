/* SPDX-License-Identifier: Apache-2.0 */
/* The options of pawl val, and what it judges by: labelled pictures of three kinds. */
#ifndef CLI_VAL_DATA_H
#define CLI_VAL_DATA_H

#include "cli/session.h"
#include "common/coco_eval.h"
#include "common/files.h"
#include "common/json.h"

#define VAL_NONE SIZE_MAX

typedef struct val_options {
    session_options session;
    app_shape imgsz;
    double conf, iou;
    int32_t max_det, batch, max_pixels;
    const char *data, *images, *task, *json, *save_json,
        *resize; /* task, resize: NULL, the usual */
    const char *project, *name;
    bool is_retina, is_rect, is_single_class, is_nosave, is_exist_ok;
    bool is_save_txt, is_save_hybrid, is_save_conf;
} val_options;

/* Where the truth comes from. */
typedef enum val_source {
    VAL_COCO,   /* a COCO annotations file */
    VAL_LABELS, /* YOLOv5's label files, read with their pictures */
    VAL_FOLDERS /* classes: a folder of pictures each */
} val_source;

typedef struct val_picture {
    char *path;
    char *label;           /* with VAL_LABELS: its label file */
    json_t *id;            /* its own, integer or string: of a COCO file, or for a results file */
    size_t category;       /* with VAL_FOLDERS */
    int32_t width, height; /* as read */
    int32_t labelled_width, labelled_height; /* as a COCO file has them; 0: it does not say */
    bool is_seen;                            /* was read and looked at */
} val_picture;

typedef struct val_category {
    json_t *id; /* its own, integer or string: of a COCO file, or the number of the class */
    char *name;
    size_t position;    /* in its file, from 0 */
    size_t truth_count; /* once it is known which classes there are: objects, crowds too */
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
    bool is_complete; /* all pictures were looked at once, labels are read: for other engines */
} val_data;

/* The set asked for; NULL: the usual one. */
const char *val_split(const val_options *options);
/* --task speed. */
bool val_is_speed(const val_options *options);

/* Each reports what is wrong and returns an exit code. */
int val_data_open(val_data *data, const val_options *options, const session *opened);
void val_data_close(val_data *data);

/* The kinds of val_data_open(). */
int val_coco_open(val_data *data, const val_options *options);
int val_yolo_open(val_data *data, const val_options *options);
int val_folders_open(val_data *data, const val_options *options);

/* Reads the label file of a picture whose size is known; is_seen is set to false and a warning
 * said if it is wrong. */
int val_labels_read(val_data *data, size_t picture);
/* Finds the category of each class, once the data is open; is_one: all count as one. */
int val_map_classes(val_data *data, const session *opened, bool is_one);
/* Adds all pictures below a folder. */
int val_add_tree(app_paths *pictures, const char *folder);

/* Each returns the new item, or NULL where memory ran out. An id is taken in any case (NULL: memory
 * ran out over it), texts are copied. */
val_picture *val_add_picture(val_data *data, const char *path);
coco_truth *val_add_truth(val_data *data);
val_category *val_add_category(val_data *data, json_t *id, const char *name);
/* Ids and pictures in order: numbers, then texts, as numpy sorts either. */
int val_compare_ids(const json_t *a, const json_t *b);
int val_by_picture_id(const void *a, const void *b);
/* Pictures by rising id, as pycocotools goes through them: with equal scores that decides. */
void val_sort_pictures(val_data *data);
/* Forgets the truths from this one on. */
void val_drop_truths(val_data *data, size_t from);
/* Once all objects are known: says which have no mask, and has none judged where none has one. */
void val_settle_masks(val_data *data);

/* A mask of a picture from the segmentation of a COCO annotation: polygons, or run lengths as
 * numbers or text. NULL, or what is wrong; then *mask is empty. */
const char *val_mask_of_json(app_rle *mask, const json_t *segmentation, int32_t height,
                             int32_t width);
/* The same from a label file's polygon of so many corners, which are parts of the picture. False:
 * memory ran out. */
bool val_mask_of_corners(app_rle *mask, const float *corners, size_t count, int32_t height,
                         int32_t width);

#endif
