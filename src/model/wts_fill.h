/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in the modules of a published graph from the tensors of a .wts. */
#ifndef PW_WTS_FILL_H
#define PW_WTS_FILL_H

#include "model/wts_topology.h"
#include "model/wts_tree.h"

typedef struct pw_topology {
    pw_tree tree;
    const pw_published *graph;
    const char *activation;
    double epsilon;                        /* of the batch norms */
    size_t index;                          /* of the top-level layer under way */
    int32_t channels[PW_PUBLISHED_LAYERS]; /* outputs so far */
    int32_t repeats[PW_PUBLISHED_LAYERS];  /* Bottlenecks so far */
    int32_t head_outputs;                  /* channels of a level of the head, less the masks' */
} pw_topology;

/* What the graph knows of a Conv besides its widths. */
typedef struct pw_conv_shape {
    int32_t kernel, stride;
} pw_conv_shape;

/* wts_blocks.c. out: its channels, from the file. */
pawl_status pw_fill_conv2d(pw_topology *top, pw_tree_node *conv, int32_t in, int32_t out, pw_conv_shape shape, bool has_bias) PW_NODISCARD;
pawl_status pw_fill_conv(pw_topology *top, pw_tree_node *block, int32_t in, pw_conv_shape shape, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_add_conv(pw_topology *top, pw_tree_node *parent, const char *name, int32_t in, int32_t kernel, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_focus(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer, int32_t in, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_c3(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer, int32_t in, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_csp(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer, int32_t in, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_spp(pw_topology *top, pw_tree_node *block, const pw_published_layer *layer, int32_t in, int32_t *out) PW_NODISCARD;
pawl_status pw_fill_upsample(pw_topology *top, pw_tree_node *node) PW_NODISCARD;

/* wts_heads.c */
pawl_status pw_fill_head(pw_topology *top, pw_tree_node *head, const pw_published_layer *layer) PW_NODISCARD;
pawl_status pw_fill_classify(pw_topology *top, pw_tree_node *head, int32_t in) PW_NODISCARD;

#endif
