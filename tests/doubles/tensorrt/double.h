/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a TensorRT double: objects in the shape that the Itanium C++ ABI gives NVIDIA's,
 * and what they keep. One source, built once a family with DOUBLE_FAMILY = 82, 85, 100 or 110. Not
 * NVIDIA's code. See tests/doubles/README.md.
 *
 *     object (I*)  -> { vtable, first = mImpl }            of a layer: { vtable, first = mLayer,
 * second = mImpl } inner (V*)   -> { vtable, owner }
 */
#ifndef DOUBLE_H
#define DOUBLE_H

#include "doubles/tensorrt/double_graph.h"
#include "doubles/tensorrt/double_slots.h"
#include <pthread.h>
#include <stdatomic.h>

#if DOUBLE_FAMILY == 82
#define DOUBLE_SLOTS(X)         DOUBLE_SLOTS_8_2(X)
#define DOUBLE_DEFAULT_VERSION  8403
#define DOUBLE_FIRST_VERSION    8200
#define DOUBLE_LAST_VERSION     8499
#define DOUBLE_WIDE             0
#define DOUBLE_VERSIONED_LOGGER 0
#elif DOUBLE_FAMILY == 85
#define DOUBLE_SLOTS(X)         DOUBLE_SLOTS_8_5(X)
#define DOUBLE_DEFAULT_VERSION  8601
#define DOUBLE_FIRST_VERSION    8500
#define DOUBLE_LAST_VERSION     9999
#define DOUBLE_WIDE             0
#define DOUBLE_VERSIONED_LOGGER 0
#elif DOUBLE_FAMILY == 100
#define DOUBLE_SLOTS(X)         DOUBLE_SLOTS_10(X)
#define DOUBLE_DEFAULT_VERSION  100700
#define DOUBLE_FIRST_VERSION    100000
#define DOUBLE_LAST_VERSION     109999
#define DOUBLE_WIDE             1
#define DOUBLE_VERSIONED_LOGGER 0
#else
#define DOUBLE_SLOTS(X)         DOUBLE_SLOTS_11(X)
#define DOUBLE_DEFAULT_VERSION  110100
#define DOUBLE_FIRST_VERSION    110000
#define DOUBLE_LAST_VERSION     119999
#define DOUBLE_WIDE             1
#define DOUBLE_VERSIONED_LOGGER 1
#endif

/* Dims: up to 9.x int32, by value; from 10.0 on int64, by reference. */
#if DOUBLE_WIDE
typedef int64_t extent;
#define DIMS_IN       const native_dims *
#define DIMS_OF(dims) (dims)
#else
typedef int32_t extent;
#define DIMS_IN       native_dims
#define DIMS_OF(dims) (&(dims))
#endif

typedef struct native_dims {
    int32_t count;
    extent d[MAX_RANK];
} native_dims;

typedef void (*function)(void);

typedef struct inner {
    const function *vtable;
    void *owner;
} inner;

typedef struct object {
    const function *vtable;
    inner *first, *second;
} object;

#define DOUBLE_CLASS_MAP(X) \
    X(VHostMemory)          \
    X(VBuilder)             \
    X(VBuilderConfig)       \
    X(VNetworkDefinition)   \
    X(VTensor)              \
    X(VLayer)               \
    X(VConvolutionLayer)    \
    X(VPoolingLayer)        \
    X(VActivationLayer)     \
    X(VResizeLayer)         \
    X(VShuffleLayer)        \
    X(VConcatenationLayer)  \
    X(VSliceLayer)          \
    X(VConstantLayer)       \
    X(VElementWiseLayer)    \
    X(VCastLayer)           \
    X(VReduceLayer)         \
    X(VPaddingLayer)        \
    X(VScaleLayer)          \
    X(VQuantizeLayer)       \
    X(VDequantizeLayer)     \
    X(VOptimizationProfile) \
    X(VTimingCache)         \
    X(VRuntime)             \
    X(VCudaEngine)          \
    X(VExecutionContext)    \
    X(VEngineInspector)

typedef enum class_id {
#define CLASS_ID(name) CLASS_##name,
    DOUBLE_CLASS_MAP(CLASS_ID)
#undef CLASS_ID
        CLASS_COUNT
} class_id;

/* How many objects of a kind somebody made, the maker included: NVIDIA's use_count(). Outlives the
 * maker while a child lives. */
typedef struct counter {
    _Atomic int uses;
} counter;

/* First member of every object. */
typedef struct body {
    object face;
    inner first, second;
    void *logger;
    counter *siblings; /* of the maker; NULL: nobody counts this object */
} body;

typedef struct builder {
    body body;
    counter *children;
    int32_t threads;
    struct profile *profiles; /* the builder's own */
} builder;

typedef struct profile {
    body body;
    struct profile *next;
    char input[MAX_NAME];
    shape range[3]; /* least, best, most */
} profile;

typedef struct cache {
    body body;
    bool is_foreign; /* made from the content of another library's or GPU's */
    bool is_kept;    /* made from the content of an earlier build's */
} cache;

typedef struct config {
    body body;
    uint32_t flags, sources; /* bits of BuilderFlag, TacticSource */
    profile *profiles[MAX_PROFILES];
    int32_t profile_count;
    void *monitor;
    const cache *timing; /* the user's: must live until the build has returned */
} config;

/* A layer or a tensor: the network's own. */
typedef struct member {
    body body;
    struct network *network;
    int32_t index; /* of its node or value in the graph */
} member;

typedef struct network {
    body body;
    graph graph;
    member **members;
    size_t member_count, member_capacity;
    bool is_implicit, is_strong;
    char name[MAX_NAME];
} network;

typedef struct memory {
    body body;
    void *data;
    size_t size;
} memory;

typedef struct runtime {
    body body;
    counter *engines;
    int32_t threads;
    bool allows_host_code;
} runtime;

typedef struct engine {
    body body;
    counter *contexts, *inspectors;
    void *blob;
    graph graph;
    int32_t tensors[MAX_TENSORS]; /* values that go in and out */
    int32_t tensor_count;
    struct choices *choices;
} engine;

/* Up to 9.x: the context that uses a profile. Outlives the engine while a context lives: some are
 * ended after it, on purpose. */
typedef struct choices {
    pthread_mutex_t mutex;
    _Atomic int uses;
    struct context *by[MAX_PROFILES];
} choices;

typedef struct context {
    body body;
    engine *engine;
    choices *choices;
    int32_t profile;           /* -1: none is chosen yet */
    shape inputs[MAX_TENSORS]; /* by tensor of the engine; rank 0: not set */
    void *addresses[MAX_TENSORS];
    bool is_settled; /* it has run since a shape was set, and not into a graph */
} context;

/* ILogger::Severity */
enum { SEVERITY_ERROR = 1, SEVERITY_WARNING = 2, SEVERITY_INFO = 3, SEVERITY_VERBOSE = 4 };

/* The version that this double says it is: DOUBLE_VERSION where it lies in the family, else the
 * family's default. */
int32_t double_version(void);
void double_say(void *logger, int32_t severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A user's object of a versioned interface says what it is, in two registers; one in the old shape
 * would not. */
bool double_is_interface(void *given, const char *kind);

/* Counts the call of "VBuilder_createNetworkV2" (the caller's __func__); true: DOUBLE_FAIL wants it
 * to fail, and the logger was told. */
bool double_enter(const char *name, void *logger);
#define ENTER(self) double_enter(__func__, ((body *)(self)->owner)->logger)

/* An error as the builder's own threads log it where DOUBLE_WORKERS is set, else on this one. */
void double_say_inside(void *logger, const char *message);
/* The first file of DOUBLE_MISSING ("libcublas.so.11,libcudnn.so.8") that sources need, or any that
 * no source needs where sources is 0. Its length, 0: none; *name is not terminated. */
size_t double_missing(uint32_t sources, const char **name);

/* An object of size bytes, zeroed, with one inner object, or two where second is not CLASS_COUNT.
   end is what `delete` calls; NULL: deleting it is a mistake, which aborts. NULL: no memory. */
void *double_make(size_t size, class_id first, class_id second, void (*end)(object *), void *logger,
                  counter *siblings);
/* The counter's share, then the memory. */
void double_free(void *object);

counter *double_counter(void);
void double_drop(counter *counter);
/* NVIDIA's check in a destructor: complains where children still live, then goes on as NVIDIA's
 * does. */
void double_check(const body *maker, const counter *children, int32_t since, const char *kind,
                  const char *member, int line, const char *sentence);

/* Wide or narrow, to and fro; a count out of range becomes 0 dimensions. */
shape double_shape(const native_dims *dims);
native_dims double_dims(const shape *shape);

/* What is wrong with a network's quantisations, by NVIDIA's headers and by what it advises; NULL: nothing. */
const char *double_quantise_fault(const graph *graph, const shape *shapes);
/* The same of what layers are asked to compute in; flags: bits of BuilderFlag. */
const char *double_constraint_fault(const graph *graph, uint32_t flags);
bool double_is_quantised(const graph *graph);

/* The serialised network; NULL: no memory. */
memory *double_memory(void *logger, void *data, size_t size);
void *double_plan_write(const graph *graph, bool has_host_code, size_t *size);
/* Reads a plan: the graph lies in *blob, a copy.
 * False: the logger was told why in NVIDIA's words. */
bool double_plan_read(void *logger, const void *data, size_t size, bool allows_host_code,
                      void **blob, graph *graph);

object *double_builder_new(void *logger);
object *double_runtime_new(void *logger);

#endif
