/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pawl verify: two sides that see the same picture, and what differs between them. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/session.h"
#include "common/files.h"
#include "common/json.h"
#include "common/lines.h"

/*
 * Bounds by precision: relative error of a layer at most, overlap of boxes at least, and F1 of the
 * boxes that overlap so much. What is rounded keeps every box; integers, whose ranges leave out
 * the few largest values on purpose, promise that most boxes stay.
 */
#define VERIFY_GATES(X) \
    X(fp32, 1e-4, 0.99, 1) X(fp16, 0.02, 0.95, 1) X(bf16, 0.1, 0.9, 1) X(int8, 0.5, 0.8, 0.8)

typedef struct verify_options {
    session_options session;
    app_shape imgsz;
    double max_error, min_iou, min_f1; /* below 0: by the engine's precision */
    double conf, iou;
    int32_t max_pixels;
    const char *images, *activation, *json, *html;
} verify_options;

/* A plan on a backend, ready to detect. */
typedef struct verify_side {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_plan_info info;
    pawl_model_info model;
    const char *backend; /* it runs on */
} verify_side;

/* How far a tensor is from the reference's; the worst of all pictures. */
typedef struct verify_gap {
    double max_error;    /* largest difference */
    double relative;     /* 2-norm of the difference over that of the reference */
    double relative_max; /* largest difference over the reference's largest magnitude */
    double cosine;       /* 1: same direction */
} verify_gap;

/* A layer of the engine; the last one, "output", is the decoded rows that both sides report. */
typedef struct verify_layer {
    uint32_t id;
    char *name;
    const char *op; /* lives as long as the plan */
    bool is_compared;
    verify_gap gap;
    float *expected; /* what the reference had on the picture at hand */
    size_t count, room;
} verify_layer;

typedef struct verify_boxes {
    size_t matched, missed, extra,
        borderline; /* borderline: missed or extra, hardly above --conf */
    size_t near;    /* of those that are matched: with the overlap that is asked */
    size_t crowded; /* pictures left out: more boxes than are kept, so that which ones is chance */
    double min_iou, max_confidence_difference;
} verify_boxes;

/* A picture as the network sees it, with the boxes of either side. */
#define VERIFY_SHOTS 6
typedef struct verify_shot {
    pawl_image *expected, *found;
} verify_shot;

/* One engine against the reference. */
typedef struct verify_pair {
    const char *path; /* of the engine, NULL: built from the weights just now */
    verify_side reference, engine;
    app_shape shape;
    double conf;                       /* boxes are above it */
    double max_error, min_iou, min_f1; /* the gates */
    verify_layer *layers;              /* in the engine's order */
    size_t layer_count;
    size_t first;  /* layer that diverges, layer_count: none */
    bool is_blind; /* the backend shows no layers */
    bool is_bgr;   /* agrees where red and blue are swapped */
    bool is_same_source;
    verify_boxes boxes;
    verify_shot shots[VERIFY_SHOTS]; /* of the first pictures, for a report */
    size_t shot_count;
    bool takes_shots;
    bool is_passed;
} verify_pair;

typedef struct verify_job {
    const verify_options *options;
    const char *model;     /* the first file: weights or engine */
    pawl_weights *weights; /* or NULL */
    pawl_network *network;
    pawl_weights_info weights_info;
    app_paths pictures;
    size_t seen, failed;
    int failed_code;   /* of app_exit_shared() */
    app_output report; /* with --html */
} verify_job;

/* Each reports what is wrong and returns an exit code. */

/* Opens the weights and their network; DONE and no weights where the file is an engine. */
int verify_open_model(verify_job *job);
/* Opens both sides of a pair. */
int verify_open_pair(const verify_job *job, verify_pair *pair);
void verify_close_pair(verify_pair *pair);

/* Shows one picture to both sides and notes what differs. */
int verify_picture(verify_pair *pair, pawl_image *image);
/* Finds the first layer beyond the bound and gives the verdict. */
void verify_judge(verify_pair *pair);
/* Whether swapping red and blue on the engine's side makes the first diverging layer agree. */
int verify_try_bgr(verify_pair *pair, pawl_image *image);

bool verify_diverges(const verify_pair *pair, const verify_layer *layer);
void verify_count_boxes(verify_pair *pair, const pawl_detections *expected,
                        const pawl_detections *found);
/* 2 near / (all of one side and all of the other), borderline ones left out; 1 of none. */
double verify_f1(const verify_boxes *boxes);
/* Its largest values may be cut off. */
bool verify_is_clipped(const verify_pair *pair);

/* Keeps the picture with the boxes of both sides, which are in the network's pixels. */
int verify_take_shot(verify_pair *pair, pawl_image *image, const pawl_detections *expected,
                     const pawl_detections *found);
/* The report: begun, a section an engine, ended. */
int verify_html_begin(verify_job *job);
int verify_html_add(verify_job *job, const verify_pair *pair);
int verify_html_end(verify_job *job);
/* The engine's name; the layer that is furthest off, NULL: none was compared. */
const char *verify_name(const verify_job *job, const verify_pair *pair);
const verify_layer *verify_worst(const verify_pair *pair);

void verify_say(const verify_job *job, const verify_pair *pair);
/* NULL: memory ran out. */
json_t *verify_json(const verify_job *job, const verify_pair *pair);

#endif
