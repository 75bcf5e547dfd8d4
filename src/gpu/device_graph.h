/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs: what was put on a stream once, as one thing to start; and events, which say when. Between enter and leave. */
#ifndef PW_GPU_DEVICE_GRAPH_H
#define PW_GPU_DEVICE_GRAPH_H

#include "gpu/device_stream.h"

typedef struct pw_gpu_graph {
    pw_object object;
    pw_gpu_device *device;
    void *graph;
} pw_gpu_graph;

/*
 * From begin to end nothing that this thread puts on the stream is done: it becomes the graph, addresses and arguments as they are. End is called
 * after each begin that succeeded, whatever happened between; graph NULL: it is not wanted. The graph is the caller's, and what it uses outlives
 * it. PAWL_ERR_UNSUPPORTED: the driver cannot.
 */
pawl_status pw_gpu_capture_begin(const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_capture_end(const pw_gpu_stream *stream, pw_gpu_graph **graph, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_graph_launch(const pw_gpu_graph *graph, const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;

typedef struct pw_gpu_event {
    pw_object object;
    pw_gpu_device *device;
    void *event;
} pw_gpu_event;

/* The caller's. PAWL_ERR_UNSUPPORTED: the driver cannot. */
pawl_status pw_gpu_event_create(pw_gpu_device *device, pw_gpu_event **event, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_event_record(const pw_gpu_event *event, const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;
/* Between two that have happened. */
pawl_status pw_gpu_event_elapsed(const pw_gpu_event *begin, const pw_gpu_event *end, float *milliseconds, pawl_error *error) PW_NODISCARD;

#endif
