/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NVIDIA driver, found at run time (libcuda.so.1; PAWL_CUDA_LIBRARY names another), and its device. Device things are objects of the
 * lifetime room: all pin the device, whose primary context they are released in, on whatever thread that happens. In this room: memory
 * (device_memory.h), streams (device_stream.h), modules (device_module.h), graphs and events (device_graph.h), and what is made of them: our
 * kernels (device_kernels.h) and boxes (device_boxes.h).
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

/* What a driver may lack: then the feature that needs it is lost, and no more. */
#define PW_CUDA_OPTIONAL_MAP(X)                                                                    \
    X(cuMemHostAlloc, (void **memory, size_t size, unsigned flags))                                \
    X(cuMemFreeHost, (void *memory))                                                               \
    X(cuMemHostGetDevicePointer_v2, (uint64_t *address, void *memory, unsigned flags))             \
    X(cuPointerGetAttributes, (unsigned count, int *attributes, void **values, uint64_t address))  \
    X(cuMemsetD32Async, (uint64_t to, unsigned value, size_t count, void *stream))                 \
    X(cuModuleLoadData, (void **module, const void *image))                                        \
    X(cuModuleUnload, (void *module))                                                              \
    X(cuModuleGetFunction, (void **function, void *module, const char *name))                      \
    X(cuLaunchKernel, (void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, \
                       unsigned block_z, unsigned shared, void *stream, void **parameters, void **extra)) \
    X(cuStreamBeginCapture_v2, (void *stream, int mode))                                           \
    X(cuStreamEndCapture, (void *stream, void **graph))                                            \
    X(cuGraphInstantiateWithFlags, (void **made, void *graph, unsigned long long flags))           \
    X(cuGraphLaunch, (void *made, void *stream))                                                   \
    X(cuGraphExecDestroy, (void *made))                                                            \
    X(cuGraphDestroy, (void *graph))                                                               \
    X(cuEventCreate, (void **event, unsigned flags))                                               \
    X(cuEventDestroy_v2, (void *event))                                                            \
    X(cuEventRecord, (void *event, void *stream))                                                  \
    X(cuEventElapsedTime, (float *milliseconds, void *begin, void *end))

typedef struct pw_cuda {
#define PW_CUDA_MEMBER(name, parameters) int (*name) parameters;
    PW_CUDA_FUNCTION_MAP(PW_CUDA_MEMBER)
    PW_CUDA_OPTIONAL_MAP(PW_CUDA_MEMBER) /* NULL where the driver lacks it */
#undef PW_CUDA_MEMBER
    int driver_version; /* 12040: CUDA 12.4 */
} pw_cuda;

/* Whether the driver has all calls of a feature. */
static inline bool pw_cuda_has_pinned(const pw_cuda *cuda)
{
    return cuda->cuMemHostAlloc != NULL && cuda->cuMemFreeHost != NULL && cuda->cuMemHostGetDevicePointer_v2 != NULL;
}
static inline bool pw_cuda_has_modules(const pw_cuda *cuda)
{
    return cuda->cuModuleLoadData != NULL && cuda->cuModuleUnload != NULL && cuda->cuModuleGetFunction != NULL && cuda->cuLaunchKernel != NULL &&
           cuda->cuMemsetD32Async != NULL;
}
static inline bool pw_cuda_has_graphs(const pw_cuda *cuda)
{
    return cuda->cuStreamBeginCapture_v2 != NULL && cuda->cuStreamEndCapture != NULL && cuda->cuGraphInstantiateWithFlags != NULL &&
           cuda->cuGraphLaunch != NULL && cuda->cuGraphExecDestroy != NULL && cuda->cuGraphDestroy != NULL;
}
static inline bool pw_cuda_has_events(const pw_cuda *cuda)
{
    return cuda->cuEventCreate != NULL && cuda->cuEventDestroy_v2 != NULL && cuda->cuEventRecord != NULL && cuda->cuEventElapsedTime != NULL;
}

/* The driver of this process, initialised. PAWL_ERR_DEVICE in one sentence: no driver, no GPU, or it does not start. PAWL_ERR_FORKED: a
   parent process has started it. */
pawl_status pw_cuda_get(const pw_cuda **cuda, pawl_error *error) PW_NODISCARD;

/* A device's compute capability, without a context. Returns the driver's result, 0 where both are written. */
int pw_cuda_capability(const pw_cuda *cuda, int device, int *major, int *minor);

/* One sentence of a driver call that failed: PAWL_ERR_MEMORY where memory ran out, else PAWL_ERR_DEVICE. */
pawl_status pw_cuda_refused(const pw_cuda *cuda, int result, const char *what, pawl_error *error);
/* PAWL_OK, or that. */
static inline pawl_status pw_cuda_check(const pw_cuda *cuda, int result, const char *what, pawl_error *error)
{
    return result == 0 ? PAWL_OK : pw_cuda_refused(cuda, result, what, error);
}

typedef struct pw_gpu_device {
    pw_object object;
    const pw_cuda *cuda;
    int ordinal, device;
    void *context;          /* the primary one, retained */
    int major, minor;       /* compute capability */
    char name[128];
} pw_gpu_device;

/* The caller's: end it with pw_object_end(). */
pawl_status pw_gpu_device_create(int ordinal, pw_gpu_device **device, pawl_error *error) PW_NODISCARD;

/* Makes the device's context current on this thread until the matching leave. PAWL_ERR_FORKED, and the driver is not called, in a child that
   inherited it. */
pawl_status pw_gpu_enter(const pw_gpu_device *device, pawl_error *error) PW_NODISCARD;
void pw_gpu_leave(const pw_gpu_device *device);

#endif
