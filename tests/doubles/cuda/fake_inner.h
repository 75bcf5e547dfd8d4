/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the driver double share. */
#ifndef FAKE_INNER_H
#define FAKE_INNER_H

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
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    UNKNOWN = 999
};

/* Kinds of memory: the device's, and the host's that is pinned. */
enum { ON_DEVICE, PINNED };

typedef enum function_id {
#define FUNCTION_ID(name, parameters) ID_##name,
    PW_CUDA_FUNCTION_MAP(FUNCTION_ID) PW_CUDA_OPTIONAL_MAP(FUNCTION_ID)
#undef FUNCTION_ID
        FUNCTION_COUNT
} function_id;

/* The driver's exports, declared from the maps: an export that differs from them does not compile. */
#define FUNCTION_DECLARATION(name, parameters) EXPORT int name parameters;
PW_CUDA_FUNCTION_MAP(FUNCTION_DECLARATION)
PW_CUDA_OPTIONAL_MAP(FUNCTION_DECLARATION)
#undef FUNCTION_DECLARATION
/* What pawl does not call, and pawl trace asks. */
EXPORT extern int cuCtxGetCurrent(void **context);
EXPORT extern int cuCtxGetDevice(int *device);
EXPORT extern int cuStreamQuery(void *stream);
EXPORT extern unsigned fake_cuda_live(void);
EXPORT extern void fake_cuda_count(fake_cuda_counts *counts);
EXPORT extern const char *fake_cuda_last_violation(void);
EXPORT extern int fake_cuda_holds(uint64_t address, size_t size);
EXPORT extern int fake_cuda_launch(void *stream, void (*work)(void *argument), void *argument, void (*release)(void *argument));
EXPORT extern int fake_cuda_is_captured(const void *stream);
EXPORT extern unsigned fake_cuda_calls(const char *function);
EXPORT extern void fake_cuda_forget(void);

typedef struct context {
    int device;
    unsigned retains;
} context;

/* What graphs and their launches have in common. */
typedef struct payload {
    unsigned holders;
    void (*work)(void *argument);
    void *argument;
    void (*release)(void *argument);
} payload;

/* Work on a stream, or of a graph: a copy, or a payload. */
typedef struct pending {
    struct pending *next;
    void *to;
    const void *from;
    size_t size;
    payload *own;
} pending;

typedef struct list {
    pending *first, **last;
} list;

typedef struct stream {
    context *home;
    list work;
    list recorded; /* while it is captured */
    int is_captured, is_invalidated;
    pthread_t capturer;
} stream;

/* A graph, or one made to be launched. */
typedef struct graph {
    context *home;
    list work;
    int is_made;
    unsigned launches; /* in flight */
} graph;

typedef struct allocation {
    void *start;
    size_t size;
    context *home;
    int kind;
} allocation;

/* Modules and events: what is live, and its context. */
typedef struct holding {
    void *what;
    context *home;
} holding;

typedef struct fake_state {
    pthread_mutex_t mutex;
    int is_initialised;
    context contexts[MAX_DEVICES];
    stream *streams[MAX_HOLDINGS];
    allocation allocations[MAX_HOLDINGS];
    graph *graphs[MAX_HOLDINGS];
    holding modules[MAX_HOLDINGS], events[MAX_HOLDINGS];
    unsigned calls[FUNCTION_COUNT];
    unsigned violations;
    char violation[160];
} fake_state;
extern fake_state fake;

/* With the mutex held, all of them. */
int fake_violation(function_id id, const char *what, int result);
int fake_enter(function_id id); /* counts the call; the code that FAKE_CUDA_FAIL wants of it, or SUCCESS */
context *fake_here(void);
int fake_need_context(function_id id);
int fake_is_held(uint64_t address, size_t size, int kind);
size_t fake_stream_index(const void *handle); /* MAX_HOLDINGS: there is no such */
int fake_check_stream(function_id id, const void *handle);
/* Takes the payload, whatever it answers. */
int fake_enqueue(void *stream, const pending *what);
int fake_enqueue_payload(void *stream, void (*work)(void *), void *argument, void (*release)(void *));
int fake_is_capturing_here(void); /* a capture of this thread's is under way */
void fake_list_drop(list *of);
int fake_list_copy(const list *from, list *to); /* shares the payloads */

/* Every export is the same frame round its own body: lock, count, fault on demand, body. */
#define LOCKED(id, body)                   \
    do {                                   \
        pthread_mutex_lock(&fake.mutex);   \
        int result_ = fake_enter(id);      \
        if (result_ == SUCCESS)            \
            result_ = (body);              \
        pthread_mutex_unlock(&fake.mutex); \
        return result_;                    \
    } while (0)

#endif
