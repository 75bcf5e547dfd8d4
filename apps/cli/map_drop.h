/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pawl build --max-map-drop: how much each layer's integers disturb what the network says, and as
 * few layers as will do left in float32, the worst first, until labelled pictures show no larger
 * loss than is allowed.
 */
#ifndef CLI_MAP_DROP_H
#define CLI_MAP_DROP_H

#include "cli/val.h"

typedef struct map_drop_options {
    double most;        /* that the figure may fall by; below 0: it is not asked for */
    const char *data;   /* labelled pictures, as pawl val takes them */
    const char *images; /* their folder; NULL: found beside the labels, or as they say */
    const char *curve;  /* the SVG */
    const char *model;  /* the weights' name, for what is said */
    int32_t threads;
} map_drop_options;

/* What came of it: free(rows), whose strings lie in the same block. */
typedef struct map_drop {
    pawl_layer_precision *rows; /* layers left in float32, then those of the desc */
    size_t row_count;
    pawl_accuracy accuracy;
} map_drop;

/*
 * @p desc: of int8 with its calibration; what its layer_precisions say is not changed. Writes the
 * curve. Returns an exit code: 6 where the limit cannot be kept; else *made is filled in.
 */
int cli_map_drop(const map_drop_options *options, pawl_builder *builder, pawl_network *network,
                 const pawl_build_desc *desc, map_drop *made);

/* --- between its files --- */

typedef struct drop_layer {
    char *name;
    double error; /* of what the network says while this layer alone is of integers */
} drop_layer;

/* So many layers in float32, and the figure that pictures gave. */
typedef struct drop_point {
    size_t kept;
    double figure;
} drop_point;

typedef struct dropping {
    const map_drop_options *options;
    pawl_builder *builder;
    pawl_network *network;
    const pawl_build_desc *desc;
    pawl_layer_precision *rows; /* room for all layers, then the desc's */
    drop_layer *layers; /* that are of integers and need not be: once measured, worst first */
    size_t layer_count;
    val_options val;
    val_data data; /* open once the first figure is there */
    double fp32;   /* the figure in float32 */
    const char *figure_name;
    drop_point *points; /* by rising kept */
    size_t point_count;
    /* Pictures as the network sees them, for the layers' errors, and what float32 made of them. */
    unsigned char *pictures;
    size_t picture_size, picture_count;
    float **expected; /* an output of a picture each */
    size_t output_count;
} dropping;

/* A plan with the first kept layers in float32, and those from end on; in float32 altogether where
 * is_int8 is false. */
int drop_build(dropping *d, bool is_int8, size_t kept, size_t end, pawl_plan **plan);
/* Fills in the layers' errors and sorts them. */
int drop_measure(dropping *d);
void drop_measure_free(dropping *d);
/* Writes the curve: the figure by layers in float32, and each layer's error; kept of them are. */
int drop_draw(const dropping *d, size_t kept);

#endif
