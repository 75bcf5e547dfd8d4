/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of device kernels share. */
#ifndef GPU_TEST_H
#define GPU_TEST_H

#include "gpu/device_boxes.h"
#include "gpu/device_graph.h"

#include <stdio.h>

typedef struct gpu {
    pw_gpu_device *device;
    pw_gpu_stream *stream;
    pw_gpu_kernels kernels;
    uint64_t seed; /* of random numbers */
    unsigned passed, failed;
} gpu;

pawl_status gpu_open(gpu *with, pawl_error *error);
void gpu_close(gpu *with); /* half opened is fine */

/* Counts, and says what failed. */
void gpu_expect(gpu *with, int is_true, const char *what, ...) __attribute__((format(printf, 3, 4)));
uint32_t gpu_random(gpu *with);                            /* 32 bits */
uint32_t gpu_between(gpu *with, uint32_t low, uint32_t high); /* both included */
float gpu_uniform(gpu *with, float low, float high);

/* Raw heads on both sides; three levels of strides 8, 16, 32. */
typedef struct gpu_heads {
    pk_head head;
    size_t batch, rows, width;
    struct {
        size_t height, width;
        float *values;
        pw_gpu_memory *memory;
    } level[PK_MAX_LEVELS];
    size_t level_count;
} gpu_heads;
pawl_status gpu_heads_make(gpu *with, gpu_heads *heads, size_t height, size_t width, size_t classes, size_t masks, size_t batch, pawl_error *error);
void gpu_heads_free(gpu_heads *heads);
pawl_status gpu_heads_upload(gpu *with, gpu_heads *heads, pawl_error *error); /* entered; waits */
pw_gpu_heads gpu_heads_on_device(const gpu_heads *heads);

int check_fit(gpu *with, unsigned count);
int check_boxes(gpu *with, unsigned count);
int check_counts(gpu *with, unsigned most); /* boxes of a picture that take part */
void check_half_run(gpu *with, void (*forget)(void)); /* opened; on the double, whose counts of calls are forgotten */
int check_masks(gpu *with, unsigned count);
int check_model(gpu *with, const char *weights, const char *picture);
int time_kernels(gpu *with);

#endif
