/* SPDX-License-Identifier: Apache-2.0 */
/* Modules as objects. */
#include "gpu/device_module.h"

static void unmake_module(pw_object *object)
{
    pw_gpu_module *const module = (pw_gpu_module *)object;
    if (module->module == NULL || pw_gpu_enter(module->device, NULL) < 0)
        return;
    (void)module->device->cuda->cuModuleUnload(module->module);
    pw_gpu_leave(module->device);
}

static const pw_type module_type = {.name = "gpu module",
                                    .size = sizeof(pw_gpu_module),
                                    .unmake = unmake_module,
                                    .is_foreign = true};

pawl_status pw_gpu_module_create(pw_gpu_device *device, const char *ptx, pw_gpu_module **module,
                                 pawl_error *error)
{
    /* CUDA_ERROR_INVALID_PTX, _UNSUPPORTED_PTX_VERSION, _JIT_COMPILATION_DISABLED,
     * _NO_BINARY_FOR_GPU, _JIT_COMPILER_NOT_FOUND */
    enum { NO_BINARY = 209, INVALID_PTX = 218, NO_COMPILER = 221, OLD_PTX = 222, NO_JIT = 223 };
    pw_gpu_module *made PW_MAKING = NULL;
    pw_object *const parents[] = {&device->object};
    if (!pw_cuda_has_modules(device->cuda))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this NVIDIA driver loads no kernels");
    PW_TRY(pw_object_make(&module_type, parents, 1, &made, error));
    made->device = device;
    PW_TRY(pw_gpu_enter(device, error));
    const int result = device->cuda->cuModuleLoadData(&made->module, ptx);
    pw_gpu_leave(device);
    if (result != 0)
        made->module = NULL;
    if (result == NO_BINARY || result == INVALID_PTX || result == NO_COMPILER ||
        result == OLD_PTX || result == NO_JIT)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this NVIDIA driver does not compile our kernels (CUDA error %d)", result);
    PW_TRY(pw_cuda_check(device->cuda, result, "loading kernels", error));
    (void)pw_object_publish(made);
    *module = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_gpu_module_find(const pw_gpu_module *module, const char *name, void **function,
                               pawl_error *error)
{
    const pw_cuda *const cuda = module->device->cuda;
    PW_TRY(pw_gpu_enter(module->device, error));
    const int result = cuda->cuModuleGetFunction(function, module->module, name);
    pw_gpu_leave(module->device);
    return pw_cuda_check(cuda, result, "looking up a kernel", error);
}

pawl_status pw_gpu_launch(const pw_gpu_stream *stream, void *function, uint32_t columns,
                          uint32_t rows, uint32_t threads, const void *arguments, pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    union {
        const void *given;
        void *taken; /* the driver reads it, whatever its type says */
    } argument = {.given = arguments};
    return pw_cuda_check(cuda,
                         cuda->cuLaunchKernel(function, columns, rows, 1, threads, 1, 1, 0,
                                              stream->stream, &argument.taken, NULL),
                         "starting a kernel", error);
}
