/* SPDX-License-Identifier: Apache-2.0 */
/* What kernels are launched with, the same for who launches and who runs: pointers are the device's, 64 bits on both sides. */
#ifndef PG_ARGUMENTS_H
#define PG_ARGUMENTS_H

#include "kernels/attributes.h"
#include "kernels/head/boxes.h"

#include <stdint.h>

#define PG_THREADS_MAX 256 /* of a block */

/*
 * --- letterbox: R G B bytes -> planes of floats, (byte / 255 - mean) / deviation. A grid's rows are pictures, a block is PG_TILE_ROWS x PG_TILE
 * pixels of the planes. ---
 */

#define PG_TILE      64
#define PG_TILE_ROWS 16
#define PG_STRIP     4 /* rows of it that a thread has */

typedef struct pg_letterbox {
    const uint8_t *window; /* its first byte; read in whole words, up to 9 bytes behind its last */
    float *planes;
    uint64_t row_size; /* bytes from a row of the window to the next */
    uint32_t window_height, window_width, height, width, inner_top, inner_left, inner_height, inner_width;
    double scale_y, scale_x; /* pk_resize_scale() */
    float mean[3], deviation[3];
    uint32_t fill, is_normalised; /* else mean and deviation would change nothing */
} pg_letterbox;

typedef struct pg_letterbox_arguments {
    const pg_letterbox *pictures;
    uint32_t tiles; /* of a row of the planes */
} pg_letterbox_arguments;

/* --- boxes: raw heads -> what non-maximum suppression keeps. A grid's rows are pictures. --- */

#define PG_CELLS          128   /* of a level's anchor that a block of the first kernel looks at */
#define PG_LANES          16    /* threads that share a row's classes */
#define PG_ENTRY_CAPACITY 16384 /* boxes that take part, a picture; where there are more the host does it */
#define PG_MOST_BOXES     1024  /* that are kept, a picture */
#define PG_CHUNK          512   /* boxes that a block of the second kernel ranks, then holds at once; and its threads */

typedef struct pg_level {
    const float *map; /* pictures x cells x (anchors x width) */
    uint32_t cells, grid; /* grid: cells of a row */
    uint32_t first_row, first_block; /* of its own among all of a picture */
    float stride;
    float anchor[PK_MAX_ANCHORS][2];
} pg_level;

/* What is wanted of the boxes; changes between runs. */
typedef struct pg_wanted {
    float threshold, raw; /* pk_thresholds */
    float lowest, iou;
    float distance; /* between classes: 0 where they compete */
    uint32_t most;  /* up to PG_MOST_BOXES */
    uint32_t is_multi_label;
} pg_wanted;

/* A box that takes part. */
typedef struct pg_entry {
    pk_box box;
    float confidence;
    uint32_t row; /* of the head */
    int32_t class_id;
    uint32_t unused;
} pg_entry;

typedef struct pg_counts {
    uint32_t entries;    /* may exceed what there is room for */
    uint32_t candidates; /* rows whose objectness exceeds the threshold */
    uint32_t dead_cells; /* whose objectness is NaN or infinite */
    uint32_t dead_values; /* of the candidates' rows that are NaN or infinite */
} pg_counts;

/* Of a picture. All zero before the first kernel; the second one leaves it so for the next run. */
typedef struct pg_tally {
    pg_counts counts;
    uint32_t ranked; /* blocks of the second kernel that have ranked theirs */
} pg_tally;

/* The answer, written into the host's memory: as pawl_detection, and the head's row of each. */
typedef struct pg_found {
    float x1, y1, x2, y2, confidence;
    int32_t class_id;
} pg_found;
typedef struct pg_answer {
    pg_counts counts;
    uint32_t kept, unused[3];
    pg_found found[PG_MOST_BOXES];
    uint32_t rows[PG_MOST_BOXES];
} pg_answer;

/* A launch's: but for what is wanted nothing of it changes between runs, so that a graph keeps it. */
typedef struct pg_boxes {
    uint32_t level_count, anchor_count, class_count, mask_count;
    pg_level level[PK_MAX_LEVELS];
    const pg_wanted *wanted; /* uploaded anew where it changes, with the thresholds, which lie behind it */
    const float *thresholds; /* a class: what its confidence must exceed; infinite where it is not wanted */
    pg_tally *tallies;       /* a picture each */
    uint64_t *keys;          /* PG_ENTRY_CAPACITY a picture each: entries rank by rising key */
    pg_entry *entries;
    uint32_t *order; /* entries by rank */
    pg_answer *answers;
} pg_boxes;

/* --- mask: sigmoid(coefficients . prototypes) in a part of the plane, into the host's memory --- */

typedef struct pg_mask {
    const float *raw;        /* of the box's cell and anchor */
    const float *prototypes; /* count planes */
    float *plane;            /* (bottom - top) x width, what lies outside of left .. right is not written */
    uint32_t class_count, count, height, width, top, bottom, left, right;
} pg_mask;

#endif
