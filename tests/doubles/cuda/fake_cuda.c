/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcuda.so.1 in host memory: the functions of PW_CUDA_FUNCTION_MAP, with the rules of the driver
 * that one gets wrong; here devices, contexts and memory, in fake_work.c streams, graphs and
 * kernels. Everything is released with the context it was made in current; a primary context is
 * released as often as it was retained. Not NVIDIA's code. See tests/doubles/README.md.
 *
 * Environment: FAKE_CUDA_FAIL="cuMemAlloc_v2:3" or "cuMemAlloc_v2:3:700": the third call fails
 * (with code 700), 0: every call; FAKE_CUDA_DEVICES=0, FAKE_CUDA_CAPABILITY=8.6,
 * FAKE_CUDA_DRIVER=12040.
 */
#include "doubles/cuda/fake_inner.h"

enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 };

static const char *const function_names[FUNCTION_COUNT] = {
#define FUNCTION_NAME(name, parameters) #name,
    PW_CUDA_FUNCTION_MAP(FUNCTION_NAME) PW_CUDA_OPTIONAL_MAP(FUNCTION_NAME)
#undef FUNCTION_NAME
};

fake_state fake = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local context *current[MAX_DEPTH];
static _Thread_local unsigned depth;

static int environment_number(const char *name, int otherwise)
{
    const char *const text = getenv(name);
    return text != NULL && text[0] != '\0' ? (int)strtol(text, NULL, 10) : otherwise;
}

static int device_count(void)
{
    const int count = environment_number("FAKE_CUDA_DEVICES", 1);
    return count < 0 ? 0 : count > MAX_DEVICES ? MAX_DEVICES : count;
}

int fake_violation(function_id id, const char *what, int result)
{
    fake.violations++;
    snprintf(fake.violation, sizeof fake.violation, "%s: %s", function_names[id], what);
    return result;
}

int fake_enter(function_id id)
{
    const unsigned call = ++fake.calls[id];
    const char *const order = getenv("FAKE_CUDA_FAIL");
    const size_t length = strlen(function_names[id]);
    if (order == NULL || strncmp(order, function_names[id], length) != 0 || order[length] != ':')
        return SUCCESS;
    char *end = NULL;
    const unsigned long wanted = strtoul(order + length + 1, &end, 10);
    if (wanted != 0 && wanted != call)
        return SUCCESS;
    if (*end == ':')
        return (int)strtol(end + 1, NULL, 10);
    return id == ID_cuMemAlloc_v2 || id == ID_cuMemHostAlloc ? OUT_OF_MEMORY : UNKNOWN;
}

context *fake_here(void)
{
    return depth > 0 ? current[depth - 1] : NULL;
}

static int is_device(int device)
{
    return device >= 0 && device < device_count();
}

/* A context that is retained; the mutex is held. */
static int is_context(const void *handle)
{
    for (int i = 0; i < MAX_DEVICES; i++)
        if (handle == &fake.contexts[i] && fake.contexts[i].retains > 0)
            return 1;
    return 0;
}

int fake_need_context(function_id id)
{
    if (!fake.is_initialised)
        return fake_violation(id, "before cuInit", NOT_INITIALIZED);
    return is_context(fake_here()) ? SUCCESS
                                   : fake_violation(id, "no context is current", INVALID_CONTEXT);
}

static int initialise(unsigned flags)
{
    if (flags != 0)
        return INVALID_VALUE;
    if (device_count() == 0)
        return NO_DEVICE;
    fake.is_initialised = 1;
    return SUCCESS;
}

int cuInit(unsigned flags)
{
    LOCKED(ID_cuInit, initialise(flags));
}

static int write_int(int *to, int value)
{
    if (to == NULL)
        return INVALID_VALUE;
    *to = value;
    return SUCCESS;
}

int cuDriverGetVersion(int *version)
{
    LOCKED(ID_cuDriverGetVersion,
           write_int(version, environment_number("FAKE_CUDA_DRIVER", 12040)));
}

int cuGetErrorString(int result, const char **text)
{
    static const struct {
        int code;
        const char *text;
    } texts[] = {{SUCCESS, "no error"},
                 {INVALID_VALUE, "invalid argument"},
                 {OUT_OF_MEMORY, "out of memory"},
                 {NOT_INITIALIZED, "initialization error"},
                 {NO_DEVICE, "no CUDA-capable device is detected"},
                 {INVALID_DEVICE, "invalid device ordinal"},
                 {INVALID_CONTEXT, "invalid device context"},
                 {INVALID_HANDLE, "invalid resource handle"},
                 {700, "an illegal memory access was encountered"},
                 {UNKNOWN, "unknown error"}};
    *text = NULL;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].code == result)
            *text = texts[i].text;
    return *text != NULL ? SUCCESS : INVALID_VALUE;
}

/* Devices and contexts */

int cuDeviceGetCount(int *count)
{
    LOCKED(ID_cuDeviceGetCount,
           !fake.is_initialised ? NOT_INITIALIZED : write_int(count, device_count()));
}

int cuDeviceGet(int *device, int ordinal)
{
    LOCKED(ID_cuDeviceGet, !is_device(ordinal) ? INVALID_DEVICE : write_int(device, ordinal));
}

static int name_device(char *name, int size, int device)
{
    if (!is_device(device) || size <= 0)
        return INVALID_DEVICE;
    snprintf(name, (size_t)size, "Fake GPU %d", device);
    return SUCCESS;
}

int cuDeviceGetName(char *name, int size, int device)
{
    LOCKED(ID_cuDeviceGetName, name_device(name, size, device));
}

static int attribute(int *value, int which, int device)
{
    const char *text = getenv("FAKE_CUDA_CAPABILITY");
    char *end = NULL;
    if (!is_device(device))
        return INVALID_DEVICE;
    if (text == NULL || text[0] == '\0')
        text = "8.6";
    const long major = strtol(text, &end, 10);
    const long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    if (which == CAPABILITY_MAJOR)
        return write_int(value, (int)major);
    return which == CAPABILITY_MINOR ? write_int(value, (int)minor) : INVALID_VALUE;
}

int cuDeviceGetAttribute(int *value, int attribute_, int device)
{
    LOCKED(ID_cuDeviceGetAttribute, attribute(value, attribute_, device));
}

static int retain(void **handle, int device)
{
    if (!fake.is_initialised)
        return NOT_INITIALIZED;
    if (!is_device(device))
        return INVALID_DEVICE;
    fake.contexts[device].device = device;
    fake.contexts[device].retains++;
    *handle = &fake.contexts[device];
    return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void **context_, int device)
{
    LOCKED(ID_cuDevicePrimaryCtxRetain, retain(context_, device));
}

/* The last release takes the context's streams and memory with it in the real driver: here that is
 * a mistake of the caller's. */
static int release(int device)
{
    if (!is_device(device))
        return INVALID_DEVICE;
    context *const home = &fake.contexts[device];
    if (home->retains == 0)
        return fake_violation(ID_cuDevicePrimaryCtxRelease_v2, "more often than retained",
                              INVALID_CONTEXT);
    if (--home->retains > 0)
        return SUCCESS;
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if ((fake.streams[i] != NULL && fake.streams[i]->home == home) ||
            (fake.allocations[i].start != NULL && fake.allocations[i].home == home) ||
            (fake.graphs[i] != NULL && fake.graphs[i]->home == home) ||
            (fake.modules[i].what != NULL && fake.modules[i].home == home) ||
            (fake.events[i].what != NULL && fake.events[i].home == home))
            return fake_violation(ID_cuDevicePrimaryCtxRelease_v2,
                                  "streams, memory or others of the context still live", SUCCESS);
    return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int device)
{
    LOCKED(ID_cuDevicePrimaryCtxRelease_v2, release(device));
}

static int push(void *handle)
{
    if (!is_context(handle))
        return fake_violation(ID_cuCtxPushCurrent_v2, "not a retained context", INVALID_CONTEXT);
    if (depth == MAX_DEPTH)
        return fake_violation(ID_cuCtxPushCurrent_v2, "pushed and never popped", INVALID_CONTEXT);
    current[depth++] = handle;
    return SUCCESS;
}

int cuCtxPushCurrent_v2(void *context_)
{
    LOCKED(ID_cuCtxPushCurrent_v2, push(context_));
}

static int pop(void **handle)
{
    if (depth == 0)
        return fake_violation(ID_cuCtxPopCurrent_v2, "nothing was pushed", INVALID_CONTEXT);
    *handle = current[--depth];
    return SUCCESS;
}

int cuCtxPopCurrent_v2(void **context_)
{
    LOCKED(ID_cuCtxPopCurrent_v2, pop(context_));
}

/* Memory */

static int allocate(function_id id, void **memory, size_t size, int kind)
{
    const int result = fake_need_context(id);
    if (result != SUCCESS)
        return result;
    if (size == 0)
        return INVALID_VALUE;
    if (fake_is_capturing_here())
        return fake_violation(id, "during a capture of this thread's", CAPTURE_UNSUPPORTED);
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        if (fake.allocations[i].start != NULL)
            continue;
        void *start = NULL; /* of that size and no more, so that AddressSanitizer sees its end */
        if (posix_memalign(&start, 256, size) != 0)
            return OUT_OF_MEMORY;
        memset(start, 0x7f, size); /* floats of garbage: nothing may count on zeros */
        fake.allocations[i] = (allocation){start, size, fake_here(), kind};
        *memory = start;
        return SUCCESS;
    }
    return OUT_OF_MEMORY;
}

static int allocate_device(uint64_t *address, size_t size)
{
    void *memory = NULL;
    const int result = allocate(ID_cuMemAlloc_v2, &memory, size, ON_DEVICE);
    if (result == SUCCESS)
        *address = (uint64_t)(uintptr_t)memory;
    return result;
}

int cuMemAlloc_v2(uint64_t *address, size_t size)
{
    LOCKED(ID_cuMemAlloc_v2, allocate_device(address, size));
}

/* Whether a copy that has not been done reads or writes the allocation. */
static int is_in_flight(const allocation *memory)
{
    const unsigned char *const start = memory->start, *const end = start + memory->size;
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        for (const pending *each = fake.streams[i] != NULL ? fake.streams[i]->work.first : NULL;
             each != NULL; each = each->next) {
            const unsigned char *const to = each->to, *const from = each->from;
            if ((to >= start && to < end) || (from >= start && from < end))
                return 1;
        }
    return 0;
}

static int unallocate(function_id id, uint64_t address, int kind)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        allocation *const found = &fake.allocations[i];
        if (found->start == NULL || (uint64_t)(uintptr_t)found->start != address ||
            found->kind != kind)
            continue;
        if (found->home != fake_here())
            return fake_violation(id, "the memory's context is not current", INVALID_CONTEXT);
        if (is_in_flight(found))
            return fake_violation(id, "a copy of this memory is in flight", INVALID_VALUE);
        free(found->start);
        found->start = NULL;
        return SUCCESS;
    }
    return fake_violation(id, "not the start of a live allocation", INVALID_VALUE);
}

int cuMemFree_v2(uint64_t address)
{
    LOCKED(ID_cuMemFree_v2, unallocate(ID_cuMemFree_v2, address, ON_DEVICE));
}

/* kind -1: any. */
static const allocation *holder_of(uint64_t address, size_t size, int kind)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        const allocation *const found = &fake.allocations[i];
        const uint64_t start = (uint64_t)(uintptr_t)found->start;
        if (start != 0 && address >= start && size <= found->size &&
            address - start <= found->size - size && (kind < 0 || kind == found->kind))
            return found;
    }
    return NULL;
}

int fake_is_held(uint64_t address, size_t size, int kind)
{
    return holder_of(address, size, kind) != NULL;
}

#ifndef FAKE_CUDA_OLD

int cuMemHostAlloc(void **memory, size_t size, unsigned flags)
{
    (void)flags;
    LOCKED(ID_cuMemHostAlloc, allocate(ID_cuMemHostAlloc, memory, size, PINNED));
}

int cuMemFreeHost(void *memory)
{
    LOCKED(ID_cuMemFreeHost, unallocate(ID_cuMemFreeHost, (uint64_t)(uintptr_t)memory, PINNED));
}

static int device_pointer(uint64_t *address, const void *memory)
{
    *address = (uint64_t)(uintptr_t)memory;
    return fake_is_held(*address, 1, PINNED)
               ? SUCCESS
               : fake_violation(ID_cuMemHostGetDevicePointer_v2, "not pinned", INVALID_VALUE);
}

int cuMemHostGetDevicePointer_v2(uint64_t *address, void *memory, unsigned flags)
{
    (void)flags;
    LOCKED(ID_cuMemHostGetDevicePointer_v2, device_pointer(address, memory));
}

static int memory_type(unsigned count, const int *attributes, void **values, uint64_t address)
{
    enum { MEMORY_TYPE = 2, HOST = 1, DEVICE = 2 };
    const allocation *const found = holder_of(address, 1, -1);
    if (count != 1 || attributes[0] != MEMORY_TYPE)
        return INVALID_VALUE;
    const unsigned type = found == NULL ? 0 : found->kind == PINNED ? HOST : DEVICE;
    memcpy(values[0], &type, sizeof type);
    return SUCCESS;
}

int cuPointerGetAttributes(unsigned count, int *attributes, void **values, uint64_t address)
{
    LOCKED(ID_cuPointerGetAttributes, memory_type(count, attributes, values, address));
}

#endif

/* Questions */

void fake_cuda_count(fake_cuda_counts *counts)
{
    pthread_mutex_lock(&fake.mutex);
    *counts = (fake_cuda_counts){.violations = fake.violations, .depth = depth};
    for (int i = 0; i < MAX_DEVICES; i++)
        counts->contexts += fake.contexts[i].retains;
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        counts->streams += fake.streams[i] != NULL;
        for (const pending *each = fake.streams[i] != NULL ? fake.streams[i]->work.first : NULL;
             each != NULL; each = each->next)
            counts->in_flight++;
        counts->others += fake.graphs[i] != NULL;
        counts->others += fake.modules[i].what != NULL;
        counts->others += fake.events[i].what != NULL;
        if (fake.allocations[i].start != NULL) {
            counts->allocations++;
            counts->size += fake.allocations[i].size;
        }
    }
    pthread_mutex_unlock(&fake.mutex);
}

unsigned fake_cuda_live(void)
{
    fake_cuda_counts counts;
    fake_cuda_count(&counts);
    return counts.contexts + counts.streams + counts.allocations + counts.others;
}

const char *fake_cuda_last_violation(void)
{
    return fake.violation;
}

int fake_cuda_holds(uint64_t address, size_t size)
{
    pthread_mutex_lock(&fake.mutex);
    const int result = fake_is_held(address, size, -1);
    pthread_mutex_unlock(&fake.mutex);
    return result;
}

unsigned fake_cuda_calls(const char *function)
{
    unsigned calls = 0;
    pthread_mutex_lock(&fake.mutex);
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (strcmp(function, function_names[i]) == 0)
            calls = fake.calls[i];
    pthread_mutex_unlock(&fake.mutex);
    return calls;
}

void fake_cuda_forget(void)
{
    pthread_mutex_lock(&fake.mutex);
    memset(fake.calls, 0, sizeof fake.calls);
    fake.violations = 0;
    fake.violation[0] = '\0';
    pthread_mutex_unlock(&fake.mutex);
}

int cuCtxGetCurrent(void **context_)
{
    *context_ = fake_here();
    return SUCCESS;
}

int cuCtxGetDevice(int *device)
{
    if (fake_here() == NULL)
        return INVALID_CONTEXT;
    *device = fake_here()->device;
    return SUCCESS;
}

int cuStreamQuery(void *stream_)
{
    pthread_mutex_lock(&fake.mutex);
    const size_t index = fake_stream_index(stream_);
    const int result = index == MAX_HOLDINGS                     ? INVALID_HANDLE
                       : fake.streams[index]->work.first != NULL ? NOT_READY
                                                                 : SUCCESS;
    pthread_mutex_unlock(&fake.mutex);
    return result;
}
