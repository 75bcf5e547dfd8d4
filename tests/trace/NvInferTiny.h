/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TensorRT for the programs of this folder, in C and in C++: as thin as NVIDIA's own headers, whose inline functions it stands for (and whose
 * name it has, so that a backtrace leaves it out). The library is the one that TINY_LIBRARY names, opened as plugins are, RTLD_LOCAL.
 */
#ifndef NV_INFER_TINY_H
#define NV_INFER_TINY_H

#include "trace/witness/trace_roles.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline, unused))

typedef struct Tiny { /* any object: {vptr, mImpl} */
    void **vtable;
    void *impl;
} Tiny;

typedef struct TinyLogger {
    void **vtable;
} TinyLogger;

typedef struct TinyInfo {
    const char *kind;
    int32_t major, minor;
} TinyInfo;

static void *tiny_library;
static int32_t tiny_version;

static int32_t tiny_language(const void *self) { return self == NULL; }
static TinyInfo tiny_info(const void *self) { TinyInfo info = {"ILogger", 1, self == NULL}; return info; }
static void tiny_nothing(void *self) { (void)self; }
static void tiny_log(void *self, int32_t severity, const char *message) { if (self != NULL && severity <= 1) fprintf(stderr, "[E] %.40s\n", message); }

static TinyLogger *tiny_logger(void)
{
    static void *plain[5], *versioned[7];
    static TinyLogger logger;
    if (logger.vtable != NULL) /* the first factory is called by one thread */
        return &logger;
    plain[2] = (void *)tiny_log;
    plain[3] = plain[4] = versioned[4] = versioned[5] = (void *)tiny_nothing;
    versioned[2] = (void *)tiny_language;
    versioned[3] = (void *)tiny_info;
    versioned[6] = (void *)tiny_log;
    const int is_versioned = tiny_version >= 110000 || (tiny_version >= 10500 && tiny_version < 20000);
    logger.vtable = is_versioned ? versioned + 2 : plain + 2;
    return &logger;
}

static void tiny_open(void)
{
    tiny_library = dlopen(getenv("TINY_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
    if (tiny_library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(9);
    }
    tiny_version = ((int32_t(*)(void))dlsym(tiny_library, "getInferLibVersion"))();
}

/* The slot of a method in the library at hand. */
static int tiny_slot(const char *owner, const char *method)
{
    static const struct { const char *owner, *method; int32_t slots[6]; } rows[] = {
#define AT(slot, since) ((since) << 8 | (slot))
#define TINY_ROW(o, m, role, result, is_sret, stack, stream, logger, ...) {#o, #m, {__VA_ARGS__}},
        PW_TRACE_METHOD_MAP(TINY_ROW)
    };
    const int family = tiny_version < 10000 ? 0 : tiny_version < 10500 ? 4 : tiny_version < 20000 ? 5 : tiny_version < 110000 ? 1 : 3;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].owner, owner) == 0 && strcmp(rows[i].method, method) == 0 && rows[i].slots[family] >= 0)
            return rows[i].slots[family] & 0xff;
    fprintf(stderr, "there is no %s::%s\n", owner, method);
    exit(9);
}

#define CALL(object, owner, method, result, types) \
    ((result(*) types)(*(void ***)((Tiny *)(object))->impl)[tiny_slot(#owner, #method)])
#define IMPL(object) ((Tiny *)(object))->impl

INLINE Tiny *createInferBuilder(void) { return (Tiny *)((void *(*)(void *, int32_t))dlsym(tiny_library, "createInferBuilder_INTERNAL"))(tiny_logger(), tiny_version); }
INLINE Tiny *createInferRuntime(void) { return (Tiny *)((void *(*)(void *, int32_t))dlsym(tiny_library, "createInferRuntime_INTERNAL"))(tiny_logger(), tiny_version); }
INLINE Tiny *createConfig(Tiny *b) { return (Tiny *)CALL(b, VBuilder, createBuilderConfig, void *, (void *))(IMPL(b)); }
/* strongly typed or explicit batch, as the version wants it */
INLINE Tiny *createNetwork(Tiny *b) { return (Tiny *)CALL(b, VBuilder, createNetworkV2, void *, (void *, uint32_t))(IMPL(b), tiny_version >= 10300 && tiny_version < 10500 ? 2u : 1u); }
INLINE Tiny *createProfile(Tiny *b) { return (Tiny *)CALL(b, VBuilder, createOptimizationProfile, void *, (void *))(IMPL(b)); }
INLINE Tiny *createCache(Tiny *c) { return (Tiny *)CALL(c, VBuilderConfig, createTimingCache, void *, (void *, const void *, size_t))(IMPL(c), NULL, 0); }
INLINE void setCache(Tiny *c, Tiny *cache) { (void)CALL(c, VBuilderConfig, setTimingCache, char, (void *, void *, char))(IMPL(c), cache, 0); }
INLINE void setFlag(Tiny *c) { CALL(c, VBuilderConfig, setFlag, void, (void *, int32_t))(IMPL(c), 2); }
INLINE Tiny *build(Tiny *b, Tiny *n, Tiny *c) { return (Tiny *)CALL(b, VBuilder, buildSerializedNetwork, void *, (void *, void *, void *))(IMPL(b), n, c); }
INLINE void *planData(Tiny *p) { return CALL(p, VHostMemory, data, void *, (void *))(IMPL(p)); }
INLINE size_t planSize(Tiny *p) { return CALL(p, VHostMemory, size, size_t, (void *))(IMPL(p)); }
INLINE Tiny *deserialize(Tiny *r, const void *data, size_t size) { return (Tiny *)CALL(r, VRuntime, deserializeCudaEngine, void *, (void *, const void *, size_t, void *))(IMPL(r), data, size, NULL); }
INLINE Tiny *createContext(Tiny *e) { return (Tiny *)CALL(e, VCudaEngine, createExecutionContext, void *, (void *, int32_t))(IMPL(e), 0); }
INLINE Tiny *createInspector(Tiny *e) { return (Tiny *)CALL(e, VCudaEngine, createEngineInspector, void *, (void *))(IMPL(e)); }
INLINE int setThreads(Tiny *r) { return CALL(r, VRuntime, setMaxThreads, char, (void *, int32_t))(IMPL(r), 2); }
INLINE const char *tensorName(Tiny *t) { return CALL(t, VTensor, getName, const char *, (void *))(IMPL(t)); }
/* delete, as a C++ compiler writes it */
INLINE void end(Tiny *object) { ((void (*)(Tiny *))object->vtable[1])(object); }

/* A network of one ReLU on 1 x 3 x 8 x 8, and its output's tensor. */
typedef struct TinyDims32 { int32_t count, d[8]; } TinyDims32;
typedef struct TinyDims64 { int32_t count; int64_t d[8]; } TinyDims64;
INLINE Tiny *input(Tiny *n)
{
    TinyDims32 narrow = {4, {1, 3, 8, 8}};
    TinyDims64 wide = {4, {1, 3, 8, 8}};
    if (tiny_version < 10000)
        return (Tiny *)CALL(n, VNetworkDefinition, addInput, void *, (void *, const char *, int32_t, TinyDims32))(IMPL(n), "in", 0, narrow);
    return (Tiny *)CALL(n, VNetworkDefinition, addInput, void *, (void *, const char *, int32_t, const TinyDims64 *))(IMPL(n), "in", 0, &wide);
}
INLINE Tiny *relu(Tiny *n, Tiny *in)
{
    void *const layer = CALL(n, VNetworkDefinition, addActivation, void *, (void *, void *, int32_t))(IMPL(n), in, 0);
    return (Tiny *)CALL(layer, VLayer, getOutput, void *, (void *, int32_t))(IMPL(layer), 0);
}
INLINE void name(Tiny *t, const char *text) { CALL(t, VTensor, setName, void, (void *, const char *))(IMPL(t), text); }
INLINE void markOutput(Tiny *n, Tiny *t) { CALL(n, VNetworkDefinition, markOutput, void, (void *, void *))(IMPL(n), t); }

static void *tiny_driver(const char *function)
{
    static void *driver;
    if (driver == NULL)
        driver = dlopen(getenv("PAWL_CUDA_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
    return driver != NULL ? dlsym(driver, function) : NULL;
}
INLINE void *primaryContext(int device)
{
    void *context = NULL;
    ((int (*)(unsigned))tiny_driver("cuInit"))(0);
    ((int (*)(void **, int))tiny_driver("cuDevicePrimaryCtxRetain"))(&context, device);
    return context;
}
INLINE void pushContext(void *context) { ((int (*)(void *))tiny_driver("cuCtxPushCurrent_v2"))(context); }
INLINE void popContext(void) { void *context; ((int (*)(void **))tiny_driver("cuCtxPopCurrent_v2"))(&context); }
INLINE uint64_t allocate(size_t size) { uint64_t at = 0; ((int (*)(uint64_t *, size_t))tiny_driver("cuMemAlloc_v2"))(&at, size); return at; }
INLINE void unallocate(uint64_t at) { ((int (*)(uint64_t))tiny_driver("cuMemFree_v2"))(at); }
INLINE void *createStream(void) { void *stream = NULL; ((int (*)(void **, unsigned))tiny_driver("cuStreamCreate"))(&stream, 1); return stream; }
INLINE void synchronize(void *stream) { ((int (*)(void *))tiny_driver("cuStreamSynchronize"))(stream); }
INLINE void endStream(void *stream) { ((int (*)(void *))tiny_driver("cuStreamDestroy_v2"))(stream); }

INLINE int enqueue(Tiny *x, uint64_t in, uint64_t out, void *stream)
{
    void *bindings[2] = {(void *)(uintptr_t)in, (void *)(uintptr_t)out};
    if (tiny_version < 8500)
        return CALL(x, VExecutionContext, enqueueV2, char, (void *, void **, void *, void *))(IMPL(x), bindings, stream, NULL);
    (void)CALL(x, VExecutionContext, setTensorAddress, char, (void *, const char *, void *))(IMPL(x), "in", bindings[0]);
    (void)CALL(x, VExecutionContext, setTensorAddress, char, (void *, const char *, void *))(IMPL(x), "out", bindings[1]);
    return CALL(x, VExecutionContext, enqueueV3, char, (void *, void *))(IMPL(x), stream);
}

#endif
