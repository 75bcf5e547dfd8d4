/* SPDX-License-Identifier: Apache-2.0 */
/* A plan on a device, and the program of a shape: what opening, lowering and running share. */
#ifndef PW_TRT_DEVICE_H
#define PW_TRT_DEVICE_H

#include "backend/binding.h"
#include "backend/decoder.h"
#include "backend/tensorrt/trt_lane.h"
#include "backend/tensorrt/trt_network.h"
#include "gpu/device_boxes.h"
#include "gpu/device_graph.h"

#define PW_TRT_MAX_TENSORS (1 + PW_TRT_MAX_OUTPUTS)

typedef struct pw_trt_device_plan {
    pw_device_plan base;
    const pw_trt_library *library;
    pw_gpu_device *gpu;
    pw_trt_object *runtime, *engine;
    pw_trt_profiles profiles;
    pw_trt_output outputs[PW_TRT_MAX_OUTPUTS];
    size_t output_count;
    int32_t tensor_count; /* the input and the outputs, in the engine's order: */
    int32_t input_at, output_at[PW_TRT_MAX_OUTPUTS];
    int32_t gpu_ordinal;
    uint32_t isa; /* for the kernels that decode on the host */
    pw_gpu_kernels kernels;
    bool has_kernels; /* else the host fits pictures and makes boxes */
} pw_trt_device_plan;

/* Memory of the host, pinned where the driver pins. */
typedef struct pw_trt_host {
    pw_gpu_pinned *pinned;
    void *data;
    size_t size;
} pw_trt_host;

/* A picture's place in the batch. */
typedef struct pw_trt_place {
    pw_gpu_memory *bytes; /* its pixels on the device; grows */
    pw_trt_host staged;   /* and on their way there, where their own memory is not pinned; grows */
} pw_trt_place;

enum { PW_TRT_PLAIN, PW_TRT_WITH_BOXES, PW_TRT_GRAPHS };

typedef struct pw_trt_program {
    pw_program base;
    pw_trt_device_plan *plan;
    pw_arena arena;
    pw_trt_lane *lane; /* perhaps shared with other programs of the same context */
    pw_gpu_stream *stream;
    pw_gpu_memory *memory[PW_TRT_MAX_TENSORS]; /* in the engine's order of tensors */
    void *addresses[PW_TRT_MAX_TENSORS];
    const pw_shape *shapes; /* of the network's tensors */
    pw_trt_host input;      /* the binding */
    float *planes;          /* of bytes converted on the host; NULL: the device does it, or they are floats */
    pw_trt_place *places;   /* batch of them, where the device fits */
    pw_trt_host described;  /* a pg_letterbox a place: what of its pixels becomes what of its planes */
    pw_gpu_memory *described_there;
    bool is_described;      /* the same stands there */
    size_t fitted;          /* places, since the last run */

    pw_trt_host maps[PW_TRT_MAX_OUTPUTS]; /* the raw outputs on the host; where boxes are collected, when somebody asks */
    bool has_maps;
    pw_decoder decoder;
    pw_rows rows;

    pw_gpu_boxes boxes; /* where they are collected */
    float threshold;    /* of the last run */
    bool has_run, has_boxes;

    pw_gpu_graph *graphs[PW_TRT_GRAPHS];
    uint64_t graph_shape; /* the lane's count of shapes that they were recorded at */
    bool is_warm;         /* a run of this shape was enqueued plainly */
    bool is_graph_refused;
} pw_trt_program;

/* Of an earlier size: gone then, unless it was large enough. PAWL_ERR_MEMORY. */
pawl_status pw_trt_host_make(pw_trt_program *program, size_t size, pw_trt_host *host, pawl_error *error) PW_NODISCARD;
void pw_trt_host_free(pw_trt_host *host); /* zeroed is fine */

/* Memory for the raw outputs on the host, and what decodes them there; once. */
pawl_status pw_trt_maps_make(pw_trt_program *program, pawl_error *error) PW_NODISCARD;
/* When nothing is in flight. */
void pw_trt_graphs_free(pw_trt_program *program);

#endif
