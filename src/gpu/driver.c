/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the driver once, and its device as an object. The sequence of calls is the CUDA driver
 * API's. */
#include "gpu/driver.h"
#include "base/os.h"
#include <pthread.h>
#include <string.h>

enum {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_DEVICE = 101
};
enum { ATTRIBUTE_CAPABILITY_MAJOR = 75, ATTRIBUTE_CAPABILITY_MINOR = 76 }; /* CUdevice_attribute */

static struct {
    pthread_once_t once;
    pw_cuda cuda;
    pawl_status status;
    pawl_error error;
    uint32_t id; /* of the process that started the driver */
} process = {.once = PTHREAD_ONCE_INIT, .status = PAWL_OK};

pawl_status pw_cuda_refused(const pw_cuda *cuda, int result, const char *what, pawl_error *error)
{
    const char *text = NULL;
    if (cuda->cuGetErrorString(result, &text) != CUDA_SUCCESS || text == NULL)
        text = "unknown error";
    if (result == CUDA_ERROR_OUT_OF_MEMORY)
        return pw_fail(
            error, PAWL_ERR_MEMORY,
            "%s failed: %s (CUDA error %d): end what else uses the GPU (nvidia-smi lists "
            "that), or take a smaller batch or shape",
            what, text, result);
    return pw_fail(error, PAWL_ERR_DEVICE,
                   "%s failed: %s (CUDA error %d): see with nvidia-smi whether the GPU works, then "
                   "start the program again",
                   what, text, result);
}

static pawl_status load(pw_cuda *cuda, pawl_error *error)
{
    /* The struct begins with the functions, in the order of the maps. */
    static const struct {
        const char *name;
        bool is_optional;
    } functions[] = {
#define REQUIRED(name, parameters) {#name, false},
#define OPTIONAL(name, parameters) {#name, true},
        PW_CUDA_FUNCTION_MAP(REQUIRED) PW_CUDA_OPTIONAL_MAP(OPTIONAL)
#undef REQUIRED
#undef OPTIONAL
    };
    const char *const named = pw_os_environment("PAWL_CUDA_LIBRARY");
    char reason[256];
    void *const library =
        pw_os_library_open(named != NULL ? named : "libcuda.so.1", reason, sizeof reason);
    if (library == NULL)
        return pw_fail(
            error, PAWL_ERR_DEVICE,
            "no NVIDIA driver is here (%s); a GPU backend needs one, --backend cpu does not",
            reason);
    for (size_t i = 0; i < PW_COUNT(functions); i++) {
        void *const symbol = pw_os_symbol(library, functions[i].name);
        if (symbol == NULL && !functions[i].is_optional)
            return pw_fail(error, PAWL_ERR_DEVICE,
                           "the NVIDIA driver lacks %s: it is older than CUDA 11, update it",
                           functions[i].name);
        memcpy((char *)cuda + i * sizeof symbol, &symbol, sizeof symbol);
    }
    return PAWL_OK;
}

static pawl_status start(pw_cuda *cuda, pawl_error *error)
{
    int count = 0;
    PW_TRY(load(cuda, error));
    int result = cuda->cuInit(0);
    if (result == CUDA_SUCCESS)
        result = cuda->cuDeviceGetCount(&count);
    if (result == CUDA_ERROR_NO_DEVICE || (result == CUDA_SUCCESS && count == 0))
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "the NVIDIA driver finds no GPU on this machine; --backend cpu needs none");
    if (result != CUDA_SUCCESS)
        return pw_cuda_refused(cuda, result, "starting the NVIDIA driver", error);
    (void)cuda->cuDriverGetVersion(&cuda->driver_version);
    return PAWL_OK;
}

static void start_once(void)
{
    process.id = pw_os_process_id();
    process.status = start(&process.cuda, &process.error);
}

int pw_cuda_capability(const pw_cuda *cuda, int device, int *major, int *minor)
{
    const int result = cuda->cuDeviceGetAttribute(major, ATTRIBUTE_CAPABILITY_MAJOR, device);
    return result != CUDA_SUCCESS
               ? result
               : cuda->cuDeviceGetAttribute(minor, ATTRIBUTE_CAPABILITY_MINOR, device);
}

pawl_status pw_cuda_get(const pw_cuda **cuda, pawl_error *error)
{
    pthread_once(&process.once, start_once);
    if (process.status < 0) {
        if (error != NULL)
            *error = process.error;
        return process.status;
    }
    if (process.id != pw_os_process_id())
        return pw_fail(
            error, PAWL_ERR_FORKED,
            "the NVIDIA driver was started in the parent process and cannot be used in a "
            "forked one: fork before the first use of a GPU, or exec");
    *cuda = &process.cuda;
    return PAWL_OK;
}

/* --- device --- */

static void unmake_device(pw_object *object)
{
    pw_gpu_device *const device = (pw_gpu_device *)object;
    if (device->context != NULL)
        (void)device->cuda->cuDevicePrimaryCtxRelease_v2(device->device);
}

static const pw_type device_type = {
    .name = "gpu", .size = sizeof(pw_gpu_device), .unmake = unmake_device, .is_foreign = true};

static pawl_status open_device(pw_gpu_device *device, int ordinal, pawl_error *error)
{
    const pw_cuda *const cuda = device->cuda;
    device->ordinal = ordinal;
    int result = cuda->cuDeviceGet(&device->device, ordinal), count = 0;
    if (result == CUDA_ERROR_INVALID_DEVICE && cuda->cuDeviceGetCount(&count) == CUDA_SUCCESS)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "there is no GPU %d: the NVIDIA driver shows %d, numbered from 0 (--device; "
                       "nvidia-smi and CUDA_VISIBLE_DEVICES number them so, too)",
                       ordinal, count);
    if (result == CUDA_SUCCESS)
        result = cuda->cuDeviceGetName(device->name, (int)sizeof device->name, device->device);
    if (result == CUDA_SUCCESS)
        result = pw_cuda_capability(cuda, device->device, &device->major, &device->minor);
    if (result == CUDA_SUCCESS)
        result = cuda->cuDevicePrimaryCtxRetain(&device->context, device->device);
    if (result == CUDA_SUCCESS)
        return PAWL_OK;
    device->context = NULL; /* not retained: nothing to release */
    return pw_cuda_refused(cuda, result, "opening the GPU", error);
}

pawl_status pw_gpu_device_create(int ordinal, pw_gpu_device **device, pawl_error *error)
{
    const pw_cuda *cuda = NULL;
    pw_gpu_device *made PW_MAKING = NULL;
    PW_TRY(pw_cuda_get(&cuda, error));
    PW_TRY(pw_object_make(&device_type, NULL, 0, &made, error));
    made->cuda = cuda;
    PW_TRY(open_device(made, ordinal, error));
    (void)pw_object_publish(made);
    *device = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_gpu_enter(const pw_gpu_device *device, pawl_error *error)
{
    if (pw_is_forked())
        return pw_fail(error, PAWL_ERR_FORKED, "the GPU belongs to the parent process");
    const int result = device->cuda->cuCtxPushCurrent_v2(device->context);
    return result == CUDA_SUCCESS
               ? PAWL_OK
               : pw_cuda_refused(device->cuda, result, "making the GPU current", error);
}

void pw_gpu_leave(const pw_gpu_device *device)
{
    void *previous = NULL;
    (void)device->cuda->cuCtxPopCurrent_v2(&previous);
}
