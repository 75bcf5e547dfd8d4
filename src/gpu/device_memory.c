/* SPDX-License-Identifier: Apache-2.0 */
/* Memory on both sides, as objects. */
#include "gpu/device_memory.h"

static void unmake_memory(pw_object *object)
{
    pw_gpu_memory *const memory = (pw_gpu_memory *)object;
    if (memory->address == 0 || pw_gpu_enter(memory->device, NULL) < 0)
        return;
    (void)memory->device->cuda->cuMemFree_v2(memory->address);
    pw_gpu_leave(memory->device);
}

static const pw_type memory_type = {.name = "gpu memory",
                                    .size = sizeof(pw_gpu_memory),
                                    .unmake = unmake_memory,
                                    .is_foreign = true};

pawl_status pw_gpu_memory_create(pw_gpu_device *device, size_t size, pw_gpu_memory **memory,
                                 pawl_error *error)
{
    pw_gpu_memory *made PW_MAKING = NULL;
    pw_object *const parents[] = {&device->object};
    PW_TRY(pw_object_make(&memory_type, parents, 1, &made, error));
    made->device = device;
    made->size = size;
    PW_TRY(pw_gpu_enter(device, error));
    const int result = device->cuda->cuMemAlloc_v2(&made->address, size + PW_GPU_BEHIND);
    pw_gpu_leave(device);
    if (result != 0) {
        made->address = 0;
        return pw_cuda_refused(device->cuda, result, "allocating GPU memory", error);
    }
    (void)pw_object_publish(made);
    *memory = PW_TAKE(made);
    return PAWL_OK;
}

static void unmake_pinned(pw_object *object)
{
    pw_gpu_pinned *const pinned = (pw_gpu_pinned *)object;
    if (pinned->data == NULL || pw_gpu_enter(pinned->device, NULL) < 0)
        return;
    (void)pinned->device->cuda->cuMemFreeHost(pinned->data);
    pw_gpu_leave(pinned->device);
}

static const pw_type pinned_type = {.name = "pinned memory",
                                    .size = sizeof(pw_gpu_pinned),
                                    .unmake = unmake_pinned,
                                    .is_foreign = true};

static int allocate_pinned(pw_gpu_pinned *made)
{
    enum { PORTABLE = 1, MAPPED = 2 }; /* CU_MEMHOSTALLOC_PORTABLE, _DEVICEMAP */
    const pw_cuda *const cuda = made->device->cuda;
    int result = cuda->cuMemHostAlloc(&made->data, made->size, PORTABLE | MAPPED);
    if (result != 0) {
        made->data = NULL;
        return result;
    }
    return cuda->cuMemHostGetDevicePointer_v2(&made->address, made->data, 0);
}

pawl_status pw_gpu_pinned_create(pw_gpu_device *device, size_t size, pw_gpu_pinned **pinned,
                                 pawl_error *error)
{
    pw_gpu_pinned *made PW_MAKING = NULL;
    pw_object *const parents[] = {&device->object};
    if (!pw_cuda_has_pinned(device->cuda))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this NVIDIA driver pins no memory");
    PW_TRY(pw_object_make(&pinned_type, parents, 1, &made, error));
    made->device = device;
    made->size = size;
    PW_TRY(pw_gpu_enter(device, error));
    const int result = allocate_pinned(made);
    pw_gpu_leave(device);
    PW_TRY(pw_cuda_check(device->cuda, result, "pinning memory", error));
    (void)pw_object_publish(made);
    *pinned = PW_TAKE(made);
    return PAWL_OK;
}

bool pw_gpu_is_pinned(const pw_gpu_device *device, const void *memory)
{
    enum { MEMORY_TYPE = 2, HOST = 1 }; /* CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_MEMORYTYPE_HOST */
    int attribute = MEMORY_TYPE;
    unsigned type = 0;
    void *values[] = {&type};
    const pw_cuda *const cuda = device->cuda;
    if (cuda->cuPointerGetAttributes == NULL)
        return false;
    /* Of memory that the driver does not know this one says 0; asking for a single attribute would
     * be an error. */
    const uint64_t address = (uint64_t)(uintptr_t)memory;
    return cuda->cuPointerGetAttributes(1, &attribute, values, address) == 0 && type == HOST;
}
