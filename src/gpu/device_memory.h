/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the device, and of the host that the device reads and writes itself. */
#ifndef PW_GPU_DEVICE_MEMORY_H
#define PW_GPU_DEVICE_MEMORY_H

#include "gpu/driver.h"

/* Kernels read whole words: so many bytes behind the last are there too, of any content. */
#define PW_GPU_BEHIND 16

typedef struct pw_gpu_memory {
    pw_object object;
    pw_gpu_device *device;
    uint64_t address;
    size_t size;
} pw_gpu_memory;

/* Pinned: copies to and from it need no staging and do not wait, and kernels reach it by its address. */
typedef struct pw_gpu_pinned {
    pw_object object;
    pw_gpu_device *device;
    void *data;
    uint64_t address; /* the same for kernels */
    size_t size;
} pw_gpu_pinned;

/* Each is the caller's: end it with pw_object_end() when nothing that uses it is in flight. Its content is anything; size is not 0. */
pawl_status pw_gpu_memory_create(pw_gpu_device *device, size_t size, pw_gpu_memory **memory, pawl_error *error) PW_NODISCARD;
/* PAWL_ERR_UNSUPPORTED: the driver cannot. */
pawl_status pw_gpu_pinned_create(pw_gpu_device *device, size_t size, pw_gpu_pinned **pinned, pawl_error *error) PW_NODISCARD;

/* Whether memory of anybody's is pinned, so that an upload of it needs no staging; between enter and leave. */
bool pw_gpu_is_pinned(const pw_gpu_device *device, const void *memory);

#endif
