/* SPDX-License-Identifier: Apache-2.0 */
/* The published graphs of YOLOv5 v6.0 to v7.0, as their yaml files have them before scaling by width and depth. */
#ifndef PW_PUBLISHED_H
#define PW_PUBLISHED_H

#include "model/emit.h"

#define PW_PUBLISHED_LAYERS 34 /* of the largest graph */

typedef enum pw_published_kind {
    PW_PUBLISHED_CONV,
    PW_PUBLISHED_C3,
    PW_PUBLISHED_SPPF,
    PW_PUBLISHED_UPSAMPLE,
    PW_PUBLISHED_CONCAT,
    PW_PUBLISHED_DETECT
} pw_published_kind;

typedef struct pw_published_layer {
    pw_published_kind kind;
    int32_t width;      /* output channels at width 1 */
    int32_t kernel;     /* CONV: kernel, stride */
    int32_t stride;
    int32_t repeats;    /* C3: Bottlenecks at depth 1 */
    bool has_shortcut;  /* C3: in the backbone True, in the head False */
    int32_t from[4];    /* f: -1 is the layer before */
    int32_t from_count;
} pw_published_layer;

typedef struct pw_published {
    const char *name;   /* "P5" */
    const char *suffix; /* of the size: "", "6" */
    const pw_published_layer *layers;
    size_t layer_count;
    int32_t level_count;
} pw_published;

extern const pw_published pw_published_graphs[2];

/* Class of a kind: {"models.common", "Conv"}. */
const char *pw_published_package(pw_published_kind kind);
const char *pw_published_type(pw_published_kind kind);

/* Names family ("v6-v7" or "custom") and size ("n" ... "x6" or "custom") of a model whose top-level layers and their outputs are given. */
void pw_published_identify(const pw_emit *emit, const pw_module *layers, const char **family, const char **size);

#endif
