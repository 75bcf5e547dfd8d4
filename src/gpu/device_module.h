/* SPDX-License-Identifier: Apache-2.0 */
/* Modules of kernels, and their launch. */
#ifndef PW_GPU_DEVICE_MODULE_H
#define PW_GPU_DEVICE_MODULE_H

#include "gpu/device_stream.h"

typedef struct pw_gpu_module {
    pw_object object;
    pw_gpu_device *device;
    void *module;
} pw_gpu_module;

/*
 * Loads a module from PTX text, which the driver compiles for the device (and keeps in its cache, so that the next process need not). The caller's;
 * it outlives what was launched from it. PAWL_ERR_UNSUPPORTED: the driver cannot, or does not take this PTX.
 */
pawl_status pw_gpu_module_create(pw_gpu_device *device, const char *ptx, pw_gpu_module **module, pawl_error *error) PW_NODISCARD;
/* A kernel by its name; the module's. */
pawl_status pw_gpu_module_find(const pw_gpu_module *module, const char *name, void **function, pawl_error *error) PW_NODISCARD;

/* columns x rows blocks of so many threads; the struct of arguments is copied at once. Between enter and leave. */
pawl_status pw_gpu_launch(const pw_gpu_stream *stream, void *function, uint32_t columns, uint32_t rows, uint32_t threads, const void *arguments,
                          pawl_error *error) PW_NODISCARD;

#endif
