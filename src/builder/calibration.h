/* SPDX-License-Identifier: Apache-2.0 */
/* The object behind a pawl_calibration handle. */
#ifndef PW_CALIBRATION_H
#define PW_CALIBRATION_H

#include "base/arena.h"
#include "builder/histogram.h"
#include "lifetime/handle.h"
#include "plan/plan_ir.h"

#include <pthread.h>

/* A layer's output. */
typedef struct pw_calibrated {
    uint32_t layer_id;
    const char *name;
    pw_histogram histogram;
} pw_calibrated;

/* Whose values they are: calibrations of two equal ones may take each other's place. */
typedef struct pw_calibration_key {
    uint64_t source_hash[2];
    int32_t height, width; /* the pictures' treatment: letterboxed or cropped (by the task) to this size */
    int32_t task;
} pw_calibration_key;

typedef struct pw_calibration {
    pw_object object;
    pw_arena arena;
    pthread_mutex_t mutex;  /* over the histograms and picture_count; the rest is as it was made */
    pw_calibration_key key;
    uint64_t picture_count;
    pw_calibrated *tensors;
    size_t count;
} pw_calibration;
extern const pw_type pw_calibration_type;

/* A copy of the histogram of a layer's output; false: it was not seen. Any thread; contexts may fill the calibration meanwhile. */
bool pw_calibration_read(pw_calibration *calibration, uint32_t layer_id, pw_histogram *histogram) PW_NODISCARD;
/* Pictures seen so far. Any thread. */
uint64_t pw_calibration_pictures(pw_calibration *calibration);

pw_calibration_key pw_calibration_key_of(const pw_plan *plan);
/* An object with room for count tensors, not yet published. PAWL_ERR_MEMORY. */
pawl_status pw_calibration_new(const pw_calibration_key *key, size_t count, pw_calibration **calibration, pawl_error *error) PW_NODISCARD;

#endif
