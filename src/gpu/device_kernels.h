/* SPDX-License-Identifier: Apache-2.0 */
/* Our kernels (kernels/kernels.cu) on a device. */
#ifndef PW_GPU_DEVICE_KERNELS_H
#define PW_GPU_DEVICE_KERNELS_H

#include "gpu/kernels/arguments.h"
#include "gpu/device_module.h"

typedef struct pw_gpu_kernels {
    pw_gpu_module *module;
    void *letterbox, *find, *settle, *mask;
} pw_gpu_kernels;

/* PAWL_ERR_UNSUPPORTED: the driver lacks what it takes, or does not compile them. On failure there is nothing to end. */
pawl_status pw_gpu_kernels_make(pw_gpu_device *device, pw_gpu_kernels *kernels, pawl_error *error) PW_NODISCARD;
void pw_gpu_kernels_end(pw_gpu_kernels *kernels); /* zeroed is fine */

/* Where a picture's window lies in a frame of height x width, and what its bytes become. */
typedef struct pw_gpu_fit {
    const pk_letterbox *how; /* of the whole frame: R G B, inner_top not negative */
    size_t row_size;         /* bytes */
    size_t height, width;
    float mean[3], deviation[3];
} pw_gpu_fit;
/* What the kernel is told of it: from the picture's first byte to the first plane, addresses of the device. */
pg_letterbox pw_gpu_describe_fit(const pw_gpu_fit *fit, uint64_t picture, uint64_t planes);
/* All pictures of a batch, whose descriptions lie in the device's memory; frames of height x width. Between enter and leave. */
pawl_status pw_gpu_fit_pictures(const pw_gpu_kernels *kernels, const pw_gpu_stream *stream, uint64_t descriptions, size_t count, size_t height,
                                size_t width, pawl_error *error) PW_NODISCARD;

#endif
