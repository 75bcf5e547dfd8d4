/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of the operators that have more than a number. Part of problem.h. */
#ifndef PK_ATTRIBUTES_H
#define PK_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PK_MAX_LEVELS  8
#define PK_MAX_ANCHORS 16

/* Channels first, first + step, ... of a result: count of them, 0 for none. Of a pixel in which all of them lie below pk_thresholds.gate, nobody
 * reads the other channels: they may be left as they were. */
typedef struct pk_gate {
    size_t first, step, count;
} pk_gate;

/* Height, width; padding before and behind, zeros. */
typedef struct pk_window {
    size_t kernel[2], stride[2], padding[2], dilation[2];
    size_t groups; /* CONV, DECONV */
    pk_gate gate;  /* CONV */
} pk_window;

/*
 * A detection head. A row is class_count + 5 + mask_count floats: x, y = (2 s - 0.5 + cell) * stride; w, h = (2 s)^2 * anchor;
 * s(objectness), s(classes) ...; s = sigmoid(raw); mask coefficients as they are. Rows come by level, anchor, cell.
 */
typedef struct pk_head {
    size_t class_count, mask_count, anchor_count;
    float stride[PK_MAX_LEVELS];
    float anchor[PK_MAX_LEVELS][PK_MAX_ANCHORS][2];
} pk_head;

/* What CANDIDATES leaves of each picture, and its destination: */
typedef struct pk_found {
    float *rows;        /* batch x all rows x width; the first count of a picture are there */
    int32_t *index;     /* batch x all rows: their numbers among all, rising */
    size_t *count;      /* batch */
    size_t *not_finite; /* batch: where nothing was found, how many cells' objectness is NaN or infinite */
} pk_found;

/* What the channels of an 8-bit picture are. Whether those of R, G, B are interleaved or planes, and how far its rows lie apart, says its tensor;
 * what else there is of a format, image/format.h. */
typedef enum pk_format { PK_RGB, PK_BGR, PK_GREY, PK_NV12, PK_I420, PK_YUYV, PK_FORMAT_COUNT } pk_format;

/* What Y, U, V are made of. */
typedef enum pk_matrix { PK_BT601, PK_BT709, PK_MATRIX_COUNT } pk_matrix;

/*
 * The window of the source (1 or 3 channels of bytes, or Y, U, V turned into R, G, B first: image/yuv.h), resized to inner_height x inner_width to
 * the bit as OpenCV's INTER_LINEAR resizes 8-bit pictures (a mean of four pixels at exactly half the size), becomes R, G, B bytes of the destination
 * from (inner_top, inner_left) on; grey is all three. Around it lies fill. The destination may be a band of a higher frame: inner_top is negative
 * where the band begins within the picture, and what lies below the band is not made.
 */
typedef struct pk_letterbox {
    pk_format format;
    pk_matrix matrix;                /* of Y, U, V */
    bool is_full_range;              /* Y is 0 to 255, else 16 to 235 (U, V: to 240) */
    size_t top, left, height, width; /* the window */
    ptrdiff_t inner_top;
    size_t inner_left, inner_height, inner_width;
    uint8_t fill;
} pk_letterbox;

typedef struct pk_thresholds {
    float threshold; /* objectness that a row must exceed */
    float raw;       /* no objectness whose sigmoid exceeds threshold lies below it */
    float gate;      /* raw, or -infinity: all of a result is wanted */
} pk_thresholds;

#endif
