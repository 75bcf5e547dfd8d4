/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NVIDIA driver, found at run time (libcuda.so.1; PAWL_CUDA_LIBRARY names another). Device things are objects of the lifetime room:
 * stream and memory pin the device, whose primary context they are released in, on whatever thread that happens.
 */
#ifndef PW_GPU_DRIVER_H
#define PW_GPU_DRIVER_H

#include "base/fail.h"
#include "lifetime/handle.h"

/* The functions we call, with the types of cuda.h: CUdevice is int, CUdeviceptr 64 bits, handles opaque pointers. */
#define PW_CUDA_FUNCTION_MAP(X)                                                                    \
    X(cuInit, (unsigned flags))                                                                    \
    X(cuDriverGetVersion, (int *version))                                                          \
    X(cuGetErrorString, (int result, const char **text))                                           \
    X(cuDeviceGetCount, (int *count))                                                              \
    X(cuDeviceGet, (int *device, int ordinal))                                                     \
    X(cuDeviceGetName, (char *name, int size, int device))                                         \
    X(cuDeviceGetAttribute, (int *value, int attribute, int device))                               \
    X(cuDevicePrimaryCtxRetain, (void **context, int device))                                      \
    X(cuDevicePrimaryCtxRelease_v2, (int device))                                                  \
    X(cuCtxPushCurrent_v2, (void *context))                                                        \
    X(cuCtxPopCurrent_v2, (void **context))                                                        \
    X(cuMemAlloc_v2, (uint64_t *address, size_t size))                                             \
    X(cuMemFree_v2, (uint64_t address))                                                            \
    X(cuMemcpyHtoDAsync_v2, (uint64_t to, const void *from, size_t size, void *stream))            \
    X(cuMemcpyDtoHAsync_v2, (void *to, uint64_t from, size_t size, void *stream))                  \
    X(cuStreamCreate, (void **stream, unsigned flags))                                             \
    X(cuStreamDestroy_v2, (void *stream))                                                          \
    X(cuStreamSynchronize, (void *stream))

typedef struct pw_cuda {
#define PW_CUDA_MEMBER(name, parameters) int (*name) parameters;
    PW_CUDA_FUNCTION_MAP(PW_CUDA_MEMBER)
#undef PW_CUDA_MEMBER
    int driver_version; /* 12040: CUDA 12.4 */
} pw_cuda;

/* The driver of this process, initialised. PAWL_ERR_DEVICE in one sentence: no driver, no GPU, or it does not start. PAWL_ERR_FORKED: a
   parent process has started it. */
pawl_status pw_cuda_get(const pw_cuda **cuda, pawl_error *error) PW_NODISCARD;

typedef struct pw_gpu_device {
    pw_object object;
    const pw_cuda *cuda;
    int ordinal, device;
    void *context;          /* the primary one, retained */
    int major, minor;       /* compute capability */
    char name[128];
} pw_gpu_device;

typedef struct pw_gpu_stream {
    pw_object object;
    pw_gpu_device *device;
    void *stream;
} pw_gpu_stream;

typedef struct pw_gpu_memory {
    pw_object object;
    pw_gpu_device *device;
    uint64_t address;
    size_t size;
} pw_gpu_memory;

/* Each is the caller's: end it with pw_object_end(). */
pawl_status pw_gpu_device_create(int ordinal, pw_gpu_device **device, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_stream_create(pw_gpu_device *device, pw_gpu_stream **stream, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_memory_create(pw_gpu_device *device, size_t size, pw_gpu_memory **memory, pawl_error *error) PW_NODISCARD;

/* Makes the device's context current on this thread until the matching leave. PAWL_ERR_FORKED, and the driver is not called, in a child that
   inherited it. */
pawl_status pw_gpu_enter(const pw_gpu_device *device, pawl_error *error) PW_NODISCARD;
void pw_gpu_leave(const pw_gpu_device *device);

/* Asynchronous on the stream; call between enter and leave. */
pawl_status pw_gpu_upload(const pw_gpu_stream *stream, const pw_gpu_memory *to, const void *from, size_t size, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_download(const pw_gpu_stream *stream, void *to, const pw_gpu_memory *from, size_t size, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_wait(const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;
/* Returns when nothing is in flight, whatever became of it: before memory is given up that a copy may still read or write. */
void pw_gpu_settle(const pw_gpu_stream *stream);

#endif
