/* SPDX-License-Identifier: Apache-2.0 */
/* What wrong_calls.c and wrong_handles.c share: one object of each type, alive and ended, and places for what calls make. */
#ifndef PT_WRONG_CALLS_H
#define PT_WRONG_CALLS_H

#include <pawl/pawl.h>

enum {
    IMAGE,
    PLAN,
    RUNTIME,
    ENGINE,
    CONTEXT,
    DETECTOR,
    JOB,
    BUILDER,
    NETWORK,
    WEIGHTS,
    CALIBRATION,
    TRACKER,
    TYPE_COUNT
};

typedef struct everything {
    pawl_error error;
    void *live[TYPE_COUNT], *dead[TYPE_COUNT];
    unsigned char bytes[64 * 64 * 3];
    pawl_image *image;
    pawl_plan *plan;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_job *job;
    pawl_network *network;
    pawl_calibration *calibration;
    pawl_detections found;
    pawl_class_scores scores;
    pawl_mask mask;
    pawl_tensor tensor;
    pawl_candidates candidates;
    pawl_tracks tracks;
    uint64_t ids[1];
    float values[1];
    int32_t classes[1];
    size_t size;
    void *data;
} everything;

extern everything s;

pawl_picture sound_picture(void);

/* Counts and prints what is wrong. */
void complain(const char *name, const char *what, pawl_status got);
/* One error of the two, with a sentence, and nothing made. */
void expect(const char *name, const char *what, pawl_status got, pawl_status want, pawl_status or_else);

/* wrong_handles.c: every function with a handle that is none. Returns how many there are. */
size_t try_handles(void);

#endif
