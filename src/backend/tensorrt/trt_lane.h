/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs programs: an execution context of the library's. Up to 9.x one with dynamic shapes wants
 * an optimisation profile to itself, and a plan has as many as it was built for. So there the
 * programs of one context of ours, one a shape, share a lane: they never run beside each other, and
 * whoever runs sets its shape first. Elsewhere each program has a lane of its own.
 */
#ifndef PW_TRT_LANE_H
#define PW_TRT_LANE_H

#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_object.h"
#include "gpu/device_stream.h"
#include <pawl/limits.h>
#include <pthread.h>

/* The optimisation profiles of an engine. */
typedef struct pw_trt_profiles {
    pthread_mutex_t mutex; /* while it is held nothing is told to the user's logger */
    bool is_exclusive;     /* a profile serves one execution context at a time */
    int32_t count;
    bool is_taken[PAWL_MAX_CONTEXTS];
} pw_trt_profiles;

/* Of a deserialised engine; is_dynamic: of a range of shapes. The caller's: free it. */
void pw_trt_profiles_make(const pw_trt_library *library, pw_trt_native *engine, bool is_dynamic,
                          pw_trt_profiles *profiles);
void pw_trt_profiles_free(pw_trt_profiles *profiles); /* zeroed is fine */

typedef struct pw_trt_lane {
    const pw_trt_library *library;
    pw_trt_profiles *profiles;
    pw_trt_object *context;
    pw_trt_execution execution;
    bool has_profile;     /* execution.profile is taken */
    unsigned users;       /* programs, all of one context of ours: one thread's at a time */
    uint64_t shape_count; /* of settings of a shape: what was captured of a run before one is void */
    int32_t batch, height, width; /* set last; 0: none */
} pw_trt_lane;

/*
 * All four inside the GPU's context. The stream is idle, and is again on return.
 * PAWL_ERR_LIMIT: all profiles are taken.
 */
pawl_status pw_trt_lane_open(const pw_trt_library *library, pw_trt_object *engine,
                             pw_trt_profiles *profiles, const pw_gpu_stream *stream,
                             pw_trt_lane **lane, pawl_error *error) PW_NODISCARD;
/* One user more, where lanes of these profiles are shared; NULL: they are not. */
pw_trt_lane *pw_trt_lane_share(pw_trt_lane *lane);
void pw_trt_lane_close(pw_trt_lane *lane); /* one user fewer, then none; NULL is fine */
/* Sets the shape of the input, where another was set last. False: the library does not take it, and has said why. */
bool pw_trt_lane_set_shape(pw_trt_lane *lane, int32_t batch, int32_t height, int32_t width);

#endif
