/* SPDX-License-Identifier: Apache-2.0 */
/* The graphs of the models that YOLOv5's releases were published with, as their yaml files have them before scaling by width and depth. */
#ifndef PW_PUBLISHED_H
#define PW_PUBLISHED_H

#include "model/emit.h"

#define PW_PUBLISHED_LAYERS 34 /* of the largest graph */

typedef enum pw_published_kind {
    PW_PUBLISHED_CONV,
    PW_PUBLISHED_FOCUS,
    PW_PUBLISHED_C3,
    PW_PUBLISHED_CSP,
    PW_PUBLISHED_SPP,
    PW_PUBLISHED_SPPF,
    PW_PUBLISHED_UPSAMPLE,
    PW_PUBLISHED_CONCAT,
    PW_PUBLISHED_CONV2D,  /* v1.0: the head's convolutions */
    PW_PUBLISHED_DETECT,
    PW_PUBLISHED_SEGMENT,
    PW_PUBLISHED_CLASSIFY
} pw_published_kind;

typedef struct pw_published_layer {
    pw_published_kind kind;
    int32_t width;      /* output channels at width 1 */
    int32_t kernel;     /* CONV: kernel, stride; SPP: the first of three pools, kernel, kernel + stride, kernel + 2 stride */
    int32_t stride;
    int32_t repeats;    /* C3, CSP: Bottlenecks at depth 1 */
    bool has_shortcut;  /* C3, CSP: in the backbone True, in the head False */
    int32_t from[4];    /* f: -1 is the layer before */
    int32_t from_count;
} pw_published_layer;

typedef struct pw_published {
    const char *name;     /* "P5" */
    const char *releases; /* "v6.0 to v7.0" */
    const char *family;   /* "v6-v7" */
    const char *suffix;   /* of the size: "", "6" */
    const pw_published_layer *layers;
    size_t layer_count;
    int32_t level_count;    /* 0: a classifier */
    bool is_falling;        /* levels from the largest stride to the smallest */
    const char *activation; /* class in torch.nn; NULL: not all of the releases have the same */
    double epsilon;         /* of the batch norms: set by initialize_weights() of utils */
} pw_published;

#define PW_PUBLISHED_COUNT 8
extern const pw_published pw_published_graphs[PW_PUBLISHED_COUNT];

/* Class of a kind: {"models.common", "Conv"}. */
const char *pw_published_package(pw_published_kind kind);
const char *pw_published_type(pw_published_kind kind);
/* C3 and BottleneckCSP, of which the depth tells how many Bottlenecks they have. */
bool pw_published_is_stage(pw_published_kind kind);

/* Names family ("v1" ... "v6-v7" or "custom") and size ("n" ... "x6" or "custom") of a model whose top-level layers and their outputs are given. */
void pw_published_identify(const pw_emit *emit, const pw_module *layers, const char **family, const char **size);

#endif
