/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA driver that the program uses. It is known by a call of the program's that was bound
 * (witness_hooks.c), or found loaded; it is asked, and never loaded. */
#define _GNU_SOURCE
#include "trace/witness/hooked.h"
#include "trace/witness/witness_call.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#define NOT_READY     600
#define DEINITIALIZED 4

static struct driver {
    int (*context)(void **);
    int (*device)(int *);
    int (*query)(void *);
    int (*wait)(void *);
    int (*range)(uint64_t *, size_t *, uint64_t);
    int (*free)(uint64_t);
    int (*free_async)(uint64_t, void *);
    int (*end_stream)(void *);
    int (*look_up)(const char *, void **, int, uint64_t);
    int (*look_up_2)(const char *, void **, int, uint64_t, void *);
    bool is_found;
} driver;
static unsigned long long seen_adds;
static atomic_flag is_looking = ATOMIC_FLAG_INIT;

static void know(void *handle)
{
    void *const context = dlsym(handle, "cuCtxGetCurrent");
    if (context == NULL)
        return;
    *(void **)&driver.context = context;
    *(void **)&driver.device = dlsym(handle, "cuCtxGetDevice");
    *(void **)&driver.query = dlsym(handle, "cuStreamQuery");
    *(void **)&driver.wait = dlsym(handle, "cuStreamSynchronize");
    *(void **)&driver.range = dlsym(handle, "cuMemGetAddressRange_v2");
    driver.is_found = true;
}

typedef struct search {
    unsigned long long adds;
    char paths[4][512];
    int count;
} search;

static int see(struct dl_phdr_info *info, size_t size, void *argument)
{
    search *const found = argument;
    const char *const base = info->dlpi_name != NULL ? strrchr(info->dlpi_name, '/') : NULL;
    if (size >= offsetof(struct dl_phdr_info, dlpi_subs))
        found->adds = info->dlpi_adds;
    if (found->adds == seen_adds && found->adds != 0)
        return 1;
    const size_t length = base != NULL ? strlen(info->dlpi_name) : 0;
    if (base != NULL && strstr(base, "cuda") != NULL && found->count < 4 && length < 512)
        memcpy(found->paths[found->count++], info->dlpi_name, length + 1);
    return 0;
}

static bool find(void)
{
    if (driver.is_found)
        return true;
    if (atomic_flag_test_and_set(&is_looking))
        return false;
    search found = {.count = 0};
    dl_iterate_phdr(see, &found);
    seen_adds = found.adds;
    for (int i = 0; i < found.count && !driver.is_found; i++) {
        void *const handle = dlopen(found.paths[i], RTLD_LAZY | RTLD_NOLOAD);
        if (handle == NULL)
            continue;
        know(handle);
        dlclose(handle);
    }
    atomic_flag_clear(&is_looking);
    return driver.is_found;
}

bool pw_driver_context(void **context, int *device)
{
    if (!find() || driver.context(context) != 0)
        return false;
    if (*context == NULL || driver.device == NULL || driver.device(device) != 0)
        *device = -1;
    return true;
}

bool pw_driver_is_down(void)
{
    void *context = NULL;
    return driver.is_found && driver.context(&context) == DEINITIALIZED;
}

bool pw_driver_is_busy(void *stream)
{
    return find() && driver.query != NULL && driver.query(stream) == NOT_READY;
}

void pw_driver_wait(void *stream)
{
    if (driver.wait != NULL)
        (void)driver.wait(stream);
}

uint64_t pw_driver_allocation(uint64_t address)
{
    uint64_t base = 0;
    size_t size = 0;
    return driver.range != NULL && driver.range(&base, &size, address) == 0 ? base : address;
}

#define CALLER ((uint64_t)(uintptr_t)__builtin_return_address(0))

static int hook_free(uint64_t address)
{
    pw_flight_memory_ends(address, NULL, false, CALLER);
    return driver.free(address);
}

static int hook_free_async(uint64_t address, void *stream)
{
    pw_flight_memory_ends(address, stream, true, CALLER);
    return driver.free_async(address, stream);
}

static int hook_end_stream(void *stream)
{
    if (atomic_load(&pw_is_on))
        pw_flight_stream_ends(stream);
    return driver.end_stream(stream);
}

/* What cuGetProcAddress gave for a name: the second shape of a function where the caller is of a
 * version that has it. */
static void replace(const char *name, void **function, int version)
{
    static const struct {
        const char *asked, *symbol;
        int since; /* before it the name means a function of another shape */
    } names[] = {{"cuMemFree", "cuMemFree_v2", 3020},
                 {"cuMemFreeAsync", "cuMemFreeAsync", 11020},
                 {"cuStreamDestroy", "cuStreamDestroy_v2", 4000},
                 {"cuGetProcAddress", "cuGetProcAddress_v2", 12000},
                 {"cuGetProcAddress", "cuGetProcAddress", 11030}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].asked) != 0 || version < names[i].since)
            continue;
        void *const instead = pw_driver_hook(names[i].symbol, *function);
        if (instead != NULL)
            *function = instead;
        return;
    }
}

/* The runtime library takes what it calls of the driver from these. */
static int hook_look_up(const char *name, void **function, int version, uint64_t flags)
{
    const int result = driver.look_up(name, function, version, flags);
    if (result == 0 && name != NULL && function != NULL && *function != NULL)
        replace(name, function, version);
    return result;
}

static int hook_look_up_2(const char *name, void **function, int version, uint64_t flags,
                          void *status)
{
    const int result = driver.look_up_2(name, function, version, flags, status);
    if (result == 0 && name != NULL && function != NULL && *function != NULL)
        replace(name, function, version);
    return result;
}

/* Where the original of each is kept, and what takes its place. */
#define ROW(name, instead, member) \
    {name, (void *)(uintptr_t)(instead), offsetof(struct driver, member)},
#define cuMemFree_v2_ROW(name)        ROW(name, hook_free, free)
#define cuMemFreeAsync_ROW(name)      ROW(name, hook_free_async, free_async)
#define cuStreamDestroy_v2_ROW(name)  ROW(name, hook_end_stream, end_stream)
#define cuGetProcAddress_ROW(name)    ROW(name, hook_look_up, look_up)
#define cuGetProcAddress_v2_ROW(name) ROW(name, hook_look_up_2, look_up_2)
#define HOOK(symbol)                  symbol##_ROW(#symbol)

static const struct hook {
    const char *name;
    void *instead;
    size_t original;
} hooks[] = {PW_TRACE_DRIVER_MAP(HOOK)};

/* The driver may have several entries for one function, one for each version that asks: they do the
 * same. */
static bool are_of_one_library(const void *a, const void *b)
{
    Dl_info first, second;
    return dladdr(a, &first) != 0 && dladdr(b, &second) != 0 && first.dli_fbase == second.dli_fbase;
}

void *pw_driver_hook(const char *name, void *original)
{
    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
        if (strcmp(name, hooks[i].name) != 0)
            continue;
        void **const kept = (void **)((char *)&driver + hooks[i].original);
        if (original == hooks[i].instead)
            return original;
        if (*kept == NULL)
            *kept = original;
        return *kept == original || are_of_one_library(*kept, original) ? hooks[i].instead : NULL;
    }
    return NULL;
}
