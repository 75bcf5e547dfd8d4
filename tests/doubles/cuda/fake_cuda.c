/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcuda.so.1 in host memory: the functions of PW_CUDA_FUNCTION_MAP, with the rules of the driver
 * that one gets wrong. Memory and streams are released with the context they were made in current;
 * a primary context is released as often as it was retained; what is put on a stream is done with
 * its next synchronisation and no sooner. Not NVIDIA's code. See tests/doubles/README.md.
 *
 * Environment: FAKE_CUDA_FAIL="cuMemAlloc_v2:3" or "cuMemAlloc_v2:3:700": the third call fails
 * (with code 700), 0: every call; FAKE_CUDA_DEVICES=0, FAKE_CUDA_CAPABILITY=8.6,
 * FAKE_CUDA_DRIVER=12040.
 */
#include "doubles/cuda/fake_cuda.h"
#include "gpu/driver.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT       __attribute__((visibility("default")))
#define MAX_DEVICES  8
#define MAX_DEPTH    16
#define MAX_HOLDINGS 4096

enum {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400,
    UNKNOWN = 999
};

enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 };

typedef enum function_id {
#define FUNCTION_ID(name, parameters) ID_##name,
    PW_CUDA_FUNCTION_MAP(FUNCTION_ID)
#undef FUNCTION_ID
        FUNCTION_COUNT
} function_id;

static const char *const function_names[FUNCTION_COUNT] = {
#define FUNCTION_NAME(name, parameters) #name,
    PW_CUDA_FUNCTION_MAP(FUNCTION_NAME)
#undef FUNCTION_NAME
};

/* The driver's exports, declared from the map: an export that differs from it does not compile. */
#define FUNCTION_DECLARATION(name, parameters) EXPORT int name parameters;
PW_CUDA_FUNCTION_MAP(FUNCTION_DECLARATION)
#undef FUNCTION_DECLARATION
EXPORT extern unsigned fake_cuda_live(void);
EXPORT extern void fake_cuda_count(fake_cuda_counts *counts);
EXPORT extern const char *fake_cuda_last_violation(void);
EXPORT extern int fake_cuda_holds(uint64_t address, size_t size);
EXPORT extern int fake_cuda_launch(void *stream, void (*work)(void *argument), void *argument);
EXPORT extern unsigned fake_cuda_calls(const char *function);
EXPORT extern void fake_cuda_forget(void);

typedef struct context {
    int device;
    unsigned retains;
} context;

/* Work on a stream that has not been done: a copy (work NULL), or what fake_cuda_launch was given.
 */
typedef struct pending {
    struct pending *next;
    void *to;
    const void *from;
    size_t size;
    void (*work)(void *argument);
    void *argument;
} pending;

typedef struct stream {
    context *home;
    pending *first, **last;
} stream;

typedef struct allocation {
    void *start;
    size_t size;
    context *home;
} allocation;

static struct {
    pthread_mutex_t mutex;
    int is_initialised;
    context contexts[MAX_DEVICES];
    stream *streams[MAX_HOLDINGS];
    allocation allocations[MAX_HOLDINGS];
    unsigned calls[FUNCTION_COUNT];
    unsigned violations;
    char violation[160];
} fake = {.mutex = PTHREAD_MUTEX_INITIALIZER};

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

static int violation(const char *function, const char *what, int result)
{
    fake.violations++;
    snprintf(fake.violation, sizeof fake.violation, "%s: %s", function, what);
    return result;
}

/* Counts the call; the code that FAKE_CUDA_FAIL wants of it, or SUCCESS. */
static int enter(function_id id)
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
    return id == ID_cuMemAlloc_v2 ? OUT_OF_MEMORY : UNKNOWN;
}

static context *here(void)
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

static int need_context(function_id id)
{
    if (!fake.is_initialised)
        return violation(function_names[id], "before cuInit", NOT_INITIALIZED);
    return is_context(here())
               ? SUCCESS
               : violation(function_names[id], "no context is current", INVALID_CONTEXT);
}

/* Every export is the same frame round its own body: lock, count, fault on demand, body. */
#define LOCKED(id, body)                   \
    do {                                   \
        pthread_mutex_lock(&fake.mutex);   \
        int result_ = enter(id);           \
        if (result_ == SUCCESS)            \
            result_ = (body);              \
        pthread_mutex_unlock(&fake.mutex); \
        return result_;                    \
    } while (0)

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
    static const char *const name = "cuDevicePrimaryCtxRelease_v2";
    if (!is_device(device))
        return INVALID_DEVICE;
    context *const home = &fake.contexts[device];
    if (home->retains == 0)
        return violation(name, "more often than retained", INVALID_CONTEXT);
    if (--home->retains > 0)
        return SUCCESS;
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if ((fake.streams[i] != NULL && fake.streams[i]->home == home) ||
            (fake.allocations[i].start != NULL && fake.allocations[i].home == home))
            return violation(name, "streams or memory of the context still live", SUCCESS);
    return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int device)
{
    LOCKED(ID_cuDevicePrimaryCtxRelease_v2, release(device));
}

static int push(void *handle)
{
    if (!is_context(handle))
        return violation("cuCtxPushCurrent_v2", "not a retained context", INVALID_CONTEXT);
    if (depth == MAX_DEPTH)
        return violation("cuCtxPushCurrent_v2", "pushed and never popped", INVALID_CONTEXT);
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
        return violation("cuCtxPopCurrent_v2", "nothing was pushed", INVALID_CONTEXT);
    *handle = current[--depth];
    return SUCCESS;
}

int cuCtxPopCurrent_v2(void **context_)
{
    LOCKED(ID_cuCtxPopCurrent_v2, pop(context_));
}

/* Memory */

static int allocate(uint64_t *address, size_t size)
{
    const int result = need_context(ID_cuMemAlloc_v2);
    if (result != SUCCESS)
        return result;
    if (size == 0)
        return INVALID_VALUE;
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        if (fake.allocations[i].start != NULL)
            continue;
        void *const start = aligned_alloc(256, (size + 255) / 256 * 256);
        if (start == NULL)
            return OUT_OF_MEMORY;
        memset(start, 0x7f, size); /* floats of garbage: nothing may count on zeros */
        fake.allocations[i] = (allocation){start, size, here()};
        *address = (uint64_t)(uintptr_t)start;
        return SUCCESS;
    }
    return OUT_OF_MEMORY;
}

int cuMemAlloc_v2(uint64_t *address, size_t size)
{
    LOCKED(ID_cuMemAlloc_v2, allocate(address, size));
}

/* Whether a copy that has not been done reads or writes the allocation. */
static int is_in_flight(const allocation *memory)
{
    const unsigned char *const start = memory->start, *const end = start + memory->size;
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        for (const pending *each = fake.streams[i] != NULL ? fake.streams[i]->first : NULL;
             each != NULL; each = each->next) {
            const unsigned char *const to = each->to, *const from = each->from;
            if ((to >= start && to < end) || (from >= start && from < end))
                return 1;
        }
    return 0;
}

static int unallocate(uint64_t address)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        allocation *const found = &fake.allocations[i];
        if (found->start == NULL || (uint64_t)(uintptr_t)found->start != address)
            continue;
        if (found->home != here())
            return violation("cuMemFree_v2", "the memory's context is not current",
                             INVALID_CONTEXT);
        if (is_in_flight(found))
            return violation("cuMemFree_v2", "a copy of this memory is in flight", INVALID_VALUE);
        free(found->start);
        found->start = NULL;
        return SUCCESS;
    }
    return violation("cuMemFree_v2", "not the start of a live allocation", INVALID_VALUE);
}

int cuMemFree_v2(uint64_t address)
{
    LOCKED(ID_cuMemFree_v2, unallocate(address));
}

static int is_held(uint64_t address, size_t size)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        const allocation *const found = &fake.allocations[i];
        const uint64_t start = (uint64_t)(uintptr_t)found->start;
        if (start != 0 && address >= start && size <= found->size &&
            address - start <= found->size - size)
            return 1;
    }
    return 0;
}

/* Streams */

static size_t stream_index(const void *handle)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if (fake.streams[i] != NULL && fake.streams[i] == handle)
            return i;
    return MAX_HOLDINGS;
}

static int check_copy(function_id id, uint64_t address, size_t size, const void *handle)
{
    const int result = need_context(id);
    if (result != SUCCESS)
        return result;
    const size_t index = stream_index(handle);
    if (index == MAX_HOLDINGS || fake.streams[index]->home != here())
        return violation(function_names[id], "not a live stream of the current context",
                         INVALID_HANDLE);
    return is_held(address, size)
               ? SUCCESS
               : violation(function_names[id], "outside live device memory", INVALID_VALUE);
}

static int enqueue(void *handle, const pending *what)
{
    pending *const added = malloc(sizeof *added);
    if (added == NULL)
        return OUT_OF_MEMORY;
    *added = *what;
    added->next = NULL;
    stream *const own = handle;
    *own->last = added;
    own->last = &added->next;
    return SUCCESS;
}

static int copy_in(uint64_t to, const void *from, size_t size, void *handle)
{
    const int result = check_copy(ID_cuMemcpyHtoDAsync_v2, to, size, handle);
    const pending copy = {.to = (void *)(uintptr_t)to, .from = from, .size = size};
    return result == SUCCESS ? enqueue(handle, &copy) : result;
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t size, void *stream_)
{
    LOCKED(ID_cuMemcpyHtoDAsync_v2, copy_in(to, from, size, stream_));
}

static int copy_out(void *to, uint64_t from, size_t size, void *handle)
{
    const int result = check_copy(ID_cuMemcpyDtoHAsync_v2, from, size, handle);
    const pending copy = {.to = to, .from = (const void *)(uintptr_t)from, .size = size};
    return result == SUCCESS ? enqueue(handle, &copy) : result;
}

int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t size, void *stream_)
{
    LOCKED(ID_cuMemcpyDtoHAsync_v2, copy_out(to, from, size, stream_));
}

static void deliver(stream *own)
{
    for (pending *each = own->first, *next; each != NULL; each = next) {
        next = each->next;
        if (each->work != NULL)
            each->work(each->argument);
        else
            memcpy(each->to, each->from, each->size);
        free(each);
    }
    own->first = NULL;
    own->last = &own->first;
}

static int make_stream(void **handle)
{
    const int result = need_context(ID_cuStreamCreate);
    if (result != SUCCESS)
        return result;
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        if (fake.streams[i] != NULL)
            continue;
        stream *const made = calloc(1, sizeof *made);
        if (made == NULL)
            return OUT_OF_MEMORY;
        made->home = here();
        made->last = &made->first;
        fake.streams[i] = made;
        *handle = made;
        return SUCCESS;
    }
    return OUT_OF_MEMORY;
}

int cuStreamCreate(void **stream_, unsigned flags)
{
    (void)flags;
    LOCKED(ID_cuStreamCreate, make_stream(stream_));
}

static int end_stream(void *handle)
{
    const size_t index = stream_index(handle);
    if (index == MAX_HOLDINGS)
        return violation("cuStreamDestroy_v2", "not a live stream", INVALID_HANDLE);
    if (fake.streams[index]->home != here())
        return violation("cuStreamDestroy_v2", "the stream's context is not current",
                         INVALID_CONTEXT);
    /* The real driver returns at once and lets the work go on. */
    const int result = fake.streams[index]->first == NULL
                           ? SUCCESS
                           : violation("cuStreamDestroy_v2", "work is in flight", SUCCESS);
    deliver(fake.streams[index]);
    free(fake.streams[index]);
    fake.streams[index] = NULL;
    return result;
}

int cuStreamDestroy_v2(void *stream_)
{
    LOCKED(ID_cuStreamDestroy_v2, end_stream(stream_));
}

static int synchronise(void *handle)
{
    const size_t index = stream_index(handle);
    if (index == MAX_HOLDINGS)
        return violation("cuStreamSynchronize", "not a live stream", INVALID_HANDLE);
    deliver(fake.streams[index]);
    return need_context(ID_cuStreamSynchronize);
}

/* A synchronisation that fails says that the work has failed, and so ended. */
int cuStreamSynchronize(void *stream_)
{
    pthread_mutex_lock(&fake.mutex);
    const int ordered = enter(ID_cuStreamSynchronize);
    const int result = synchronise(stream_);
    pthread_mutex_unlock(&fake.mutex);
    return ordered != SUCCESS ? ordered : result;
}

int fake_cuda_launch(void *stream_, void (*work)(void *argument), void *argument)
{
    pthread_mutex_lock(&fake.mutex);
    const pending launch = {.work = work, .argument = argument};
    const int is_queued =
        stream_index(stream_) < MAX_HOLDINGS && enqueue(stream_, &launch) == SUCCESS;
    pthread_mutex_unlock(&fake.mutex);
    return is_queued;
}

/* Questions */

void fake_cuda_count(fake_cuda_counts *counts)
{
    pthread_mutex_lock(&fake.mutex);
    *counts = (fake_cuda_counts){.violations = fake.violations, .depth = depth};
    for (int i = 0; i < MAX_DEVICES; i++)
        counts->contexts += fake.contexts[i].retains;
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        counts->streams += fake.streams[i] != NULL;
        for (const pending *each = fake.streams[i] != NULL ? fake.streams[i]->first : NULL;
             each != NULL; each = each->next)
            counts->in_flight++;
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
    return counts.contexts + counts.streams + counts.allocations;
}

const char *fake_cuda_last_violation(void)
{
    return fake.violation;
}

int fake_cuda_holds(uint64_t address, size_t size)
{
    pthread_mutex_lock(&fake.mutex);
    const int result = is_held(address, size);
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
