/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver double's streams, graphs, events, modules and launches. What is put on a stream is
 * done with its next synchronisation and no sooner; a kernel is the same source as the device's,
 * compiled as C (fake_kernels.c), run block after block.
 */
#include "doubles/cuda/fake_inner.h"
#include "doubles/cuda/fake_kernels.h"
#include <time.h>

/* --- work --- */

static void drop(pending *one)
{
    if (one->own != NULL && --one->own->holders == 0) {
        if (one->own->release != NULL)
            one->own->release(one->own->argument);
        free(one->own);
    }
    free(one);
}

void fake_list_drop(list *of)
{
    for (pending *each = of->first, *next; each != NULL; each = next) {
        next = each->next;
        drop(each);
    }
    *of = (list){NULL, NULL};
}

static int append(list *to, const pending *what)
{
    pending *const added = malloc(sizeof *added);
    if (added == NULL)
        return OUT_OF_MEMORY;
    *added = *what;
    added->next = NULL;
    if (added->own != NULL)
        added->own->holders++;
    if (to->first == NULL)
        to->last = &to->first;
    *to->last = added;
    to->last = &added->next;
    return SUCCESS;
}

int fake_list_copy(const list *from, list *to)
{
    int result = SUCCESS;
    for (const pending *each = from->first; each != NULL && result == SUCCESS; each = each->next)
        result = append(to, each);
    return result;
}

static void deliver(list *of)
{
    for (const pending *each = of->first; each != NULL; each = each->next) {
        if (each->own != NULL)
            each->own->work(each->own->argument);
        else
            memcpy(each->to, each->from, each->size);
    }
    fake_list_drop(of);
}

int fake_enqueue(void *handle, const pending *what)
{
    stream *const own = handle;
    return append(own->is_captured ? &own->recorded : &own->work, what);
}

int fake_enqueue_payload(void *handle, void (*work)(void *), void *argument,
                         void (*release)(void *))
{
    payload *const made = calloc(1, sizeof *made);
    if (made == NULL)
        return OUT_OF_MEMORY;
    *made = (payload){.work = work, .argument = argument, .release = release};
    const pending one = {.own = made};
    const int result = fake_enqueue(handle, &one);
    if (result != SUCCESS)
        free(made);
    return result;
}

int fake_cuda_launch(void *stream_, void (*work)(void *argument), void *argument,
                     void (*release)(void *argument))
{
    pthread_mutex_lock(&fake.mutex);
    const int is_queued = fake_stream_index(stream_) < MAX_HOLDINGS &&
                          fake_enqueue_payload(stream_, work, argument, release) == SUCCESS;
    pthread_mutex_unlock(&fake.mutex);
    return is_queued;
}

int fake_cuda_is_captured(const void *stream_)
{
    pthread_mutex_lock(&fake.mutex);
    const size_t index = fake_stream_index(stream_);
    const int is_captured = index < MAX_HOLDINGS && fake.streams[index]->is_captured;
    pthread_mutex_unlock(&fake.mutex);
    return is_captured;
}

/* --- streams --- */

size_t fake_stream_index(const void *handle)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if (fake.streams[i] != NULL && fake.streams[i] == handle)
            return i;
    return MAX_HOLDINGS;
}

int fake_check_stream(function_id id, const void *handle)
{
    const int result = fake_need_context(id);
    if (result != SUCCESS)
        return result;
    const size_t index = fake_stream_index(handle);
    return index < MAX_HOLDINGS && fake.streams[index]->home == fake_here()
               ? SUCCESS
               : fake_violation(id, "not a live stream of the current context", INVALID_HANDLE);
}

int fake_is_capturing_here(void)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if (fake.streams[i] != NULL && fake.streams[i]->is_captured &&
            pthread_equal(fake.streams[i]->capturer, pthread_self()))
            return 1;
    return 0;
}

static int check_copy(function_id id, uint64_t address, size_t size, const void *handle)
{
    const int result = fake_check_stream(id, handle);
    if (result != SUCCESS)
        return result;
    return fake_is_held(address, size, ON_DEVICE)
               ? SUCCESS
               : fake_violation(id, "outside live device memory", INVALID_VALUE);
}

static int copy_in(uint64_t to, const void *from, size_t size, void *handle)
{
    const int result = check_copy(ID_cuMemcpyHtoDAsync_v2, to, size, handle);
    const pending copy = {.to = (void *)(uintptr_t)to, .from = from, .size = size};
    return result == SUCCESS ? fake_enqueue(handle, &copy) : result;
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t size, void *stream_)
{
    LOCKED(ID_cuMemcpyHtoDAsync_v2, copy_in(to, from, size, stream_));
}

static int copy_out(void *to, uint64_t from, size_t size, void *handle)
{
    const int result = check_copy(ID_cuMemcpyDtoHAsync_v2, from, size, handle);
    const pending copy = {.to = to, .from = (const void *)(uintptr_t)from, .size = size};
    return result == SUCCESS ? fake_enqueue(handle, &copy) : result;
}

int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t size, void *stream_)
{
    LOCKED(ID_cuMemcpyDtoHAsync_v2, copy_out(to, from, size, stream_));
}

static int make_stream(void **handle)
{
    const int result = fake_need_context(ID_cuStreamCreate);
    if (result != SUCCESS)
        return result;
    for (size_t i = 0; i < MAX_HOLDINGS; i++) {
        if (fake.streams[i] != NULL)
            continue;
        stream *const made = calloc(1, sizeof *made);
        if (made == NULL)
            return OUT_OF_MEMORY;
        made->home = fake_here();
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
    const size_t index = fake_stream_index(handle);
    if (index == MAX_HOLDINGS)
        return fake_violation(ID_cuStreamDestroy_v2, "not a live stream", INVALID_HANDLE);
    stream *const own = fake.streams[index];
    if (own->home != fake_here())
        return fake_violation(ID_cuStreamDestroy_v2, "the stream's context is not current",
                              INVALID_CONTEXT);
    /* The real driver returns at once and lets the work go on. */
    int result = SUCCESS;
    if (own->is_captured)
        result = fake_violation(ID_cuStreamDestroy_v2, "it is being captured", SUCCESS);
    else if (own->work.first != NULL)
        result = fake_violation(ID_cuStreamDestroy_v2, "work is in flight", SUCCESS);
    deliver(&own->work);
    fake_list_drop(&own->recorded);
    free(own);
    fake.streams[index] = NULL;
    return result;
}

int cuStreamDestroy_v2(void *stream_)
{
    LOCKED(ID_cuStreamDestroy_v2, end_stream(stream_));
}

static int synchronise(void *handle)
{
    const size_t index = fake_stream_index(handle);
    if (index == MAX_HOLDINGS)
        return fake_violation(ID_cuStreamSynchronize, "not a live stream", INVALID_HANDLE);
    stream *const own = fake.streams[index];
    if (own->is_captured) {
        own->is_invalidated = 1;
        return CAPTURE_UNSUPPORTED;
    }
    deliver(&own->work);
    return fake_need_context(ID_cuStreamSynchronize);
}

/* A synchronisation that fails says that the work has failed, and so ended. */
int cuStreamSynchronize(void *stream_)
{
    pthread_mutex_lock(&fake.mutex);
    const int ordered = fake_enter(ID_cuStreamSynchronize);
    const int result = synchronise(stream_);
    pthread_mutex_unlock(&fake.mutex);
    return ordered != SUCCESS ? ordered : result;
}

/* --- modules and launches --- */

#ifndef FAKE_CUDA_OLD

static holding *find_holding(holding *among, const void *what)
{
    for (size_t i = 0; i < MAX_HOLDINGS; i++)
        if (among[i].what == what)
            return &among[i];
    return NULL;
}

/* The module is the text, as the real one copies it. */
static int load_module(void **module, const char *image)
{
    const int result = fake_need_context(ID_cuModuleLoadData);
    holding *const place = find_holding(fake.modules, NULL);
    if (result != SUCCESS)
        return result;
    if (strstr(image, ".version 6.5\n.target sm_50\n") == NULL)
        return INVALID_PTX;
    char *const text = strdup(image);
    if (place == NULL || text == NULL) {
        free(text);
        return OUT_OF_MEMORY;
    }
    *place = (holding){text, fake_here()};
    *module = text;
    return SUCCESS;
}

int cuModuleLoadData(void **module, const void *image)
{
    LOCKED(ID_cuModuleLoadData, load_module(module, image));
}

static int unload_module(void *module)
{
    holding *const found = module != NULL ? find_holding(fake.modules, module) : NULL;
    if (found == NULL)
        return fake_violation(ID_cuModuleUnload, "not a live module", INVALID_HANDLE);
    if (found->home != fake_here())
        return fake_violation(ID_cuModuleUnload, "the module's context is not current",
                              INVALID_CONTEXT);
    free(found->what);
    found->what = NULL;
    return SUCCESS;
}

int cuModuleUnload(void *module)
{
    LOCKED(ID_cuModuleUnload, unload_module(module));
}

/* What the text says of a kernel has to agree with what the C of the same source is. */
static int get_function(void **function, const void *module, const char *name)
{
    char entry[160];
    if (module == NULL || find_holding(fake.modules, module) == NULL)
        return fake_violation(ID_cuModuleGetFunction, "not a live module", INVALID_HANDLE);
    const fake_kernel *const kernel = fake_kernel_find(name);
    if (kernel == NULL)
        return NOT_FOUND;
    snprintf(entry, sizeof entry, ".visible .entry %s(\n\t.param .align 8 .b8 %s_param_0[%zu]\n",
             name, name, kernel->size);
    if (strstr(module, entry) == NULL)
        return fake_violation(ID_cuModuleGetFunction,
                              "the text has other arguments than the source", NOT_FOUND);
    union {
        const fake_kernel *kernel;
        void *handle;
    } found = {.kernel = kernel};
    *function = found.handle;
    return SUCCESS;
}

int cuModuleGetFunction(void **function, void *module, const char *name)
{
    LOCKED(ID_cuModuleGetFunction, get_function(function, module, name));
}

typedef struct launch {
    const fake_kernel *kernel;
    uint32_t columns, rows;
    unsigned char arguments[];
} launch;

static void run_launch(void *argument)
{
    const launch *const own = argument;
    fake_kernel_run(own->kernel, own->arguments, own->columns, own->rows);
}

static int launch_kernel(const fake_kernel *kernel, uint32_t columns, uint32_t rows,
                         uint32_t threads, void *handle, const void *arguments)
{
    enum { MOST_COLUMNS = 0x7fffffff, MOST_ROWS = 65535 };
    const int result = fake_check_stream(ID_cuLaunchKernel, handle);
    if (result != SUCCESS)
        return result;
    if (columns < 1 || columns > MOST_COLUMNS || rows < 1 || rows > MOST_ROWS || threads < 1 ||
        threads > kernel->threads)
        return fake_violation(ID_cuLaunchKernel, "a grid or block that no GPU has", INVALID_VALUE);
    launch *const made = malloc(sizeof *made + kernel->size);
    if (made == NULL)
        return OUT_OF_MEMORY;
    made->kernel = kernel;
    made->columns = columns;
    made->rows = rows;
    memcpy(made->arguments, arguments, kernel->size);
    const int queued = fake_enqueue_payload(handle, run_launch, made, free);
    if (queued != SUCCESS)
        free(made);
    return queued;
}

int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream_, void **parameters, void **extra)
{
    (void)extra;
    if (grid_z != 1 || block_y != 1 || block_z != 1 || shared != 0)
        return INVALID_VALUE;
    LOCKED(ID_cuLaunchKernel,
           launch_kernel(function, grid_x, grid_y, block_x, stream_, parameters[0]));
}

typedef struct filling {
    uint32_t *to, value;
    size_t count;
} filling;

static void run_filling(void *argument)
{
    const filling *const own = argument;
    for (size_t i = 0; i < own->count; i++)
        own->to[i] = own->value;
}

static int fill(uint64_t to, unsigned value, size_t count, void *handle)
{
    const int result = check_copy(ID_cuMemsetD32Async, to, count * 4, handle);
    if (result != SUCCESS)
        return result;
    filling *const made = malloc(sizeof *made);
    if (made == NULL)
        return OUT_OF_MEMORY;
    *made = (filling){(uint32_t *)(uintptr_t)to, value, count};
    const int queued = fake_enqueue_payload(handle, run_filling, made, free);
    if (queued != SUCCESS)
        free(made);
    return queued;
}

int cuMemsetD32Async(uint64_t to, unsigned value, size_t count, void *stream_)
{
    LOCKED(ID_cuMemsetD32Async, fill(to, value, count, stream_));
}

/* --- events: a time, once it has happened --- */

typedef struct event {
    struct timespec at;
    int has_happened;
} event;

static void happen(void *argument)
{
    event *const own = argument;
    (void)clock_gettime(CLOCK_MONOTONIC, &own->at);
    own->has_happened = 1;
}

static int make_event(void **handle)
{
    const int result = fake_need_context(ID_cuEventCreate);
    holding *const place = find_holding(fake.events, NULL);
    event *const made = result == SUCCESS ? calloc(1, sizeof *made) : NULL;
    if (made == NULL || place == NULL) {
        free(made);
        return result != SUCCESS ? result : OUT_OF_MEMORY;
    }
    *place = (holding){made, fake_here()};
    *handle = made;
    return SUCCESS;
}

int cuEventCreate(void **handle, unsigned flags)
{
    (void)flags;
    LOCKED(ID_cuEventCreate, make_event(handle));
}

static int end_event(void *handle)
{
    holding *const found = handle != NULL ? find_holding(fake.events, handle) : NULL;
    if (found == NULL || found->home != fake_here())
        return fake_violation(ID_cuEventDestroy_v2, "not a live event of the current context",
                              INVALID_HANDLE);
    free(found->what);
    found->what = NULL;
    return SUCCESS;
}

int cuEventDestroy_v2(void *handle)
{
    LOCKED(ID_cuEventDestroy_v2, end_event(handle));
}

static int record_event(void *handle, void *on)
{
    const int result = fake_check_stream(ID_cuEventRecord, on);
    if (result != SUCCESS)
        return result;
    if (find_holding(fake.events, handle) == NULL)
        return fake_violation(ID_cuEventRecord, "not a live event", INVALID_HANDLE);
    ((event *)handle)->has_happened = 0;
    return fake_enqueue_payload(on, happen, handle, NULL);
}

int cuEventRecord(void *handle, void *stream_)
{
    LOCKED(ID_cuEventRecord, record_event(handle, stream_));
}

static int elapsed(float *milliseconds, const event *begin, const event *end)
{
    if (!begin->has_happened || !end->has_happened)
        return NOT_READY;
    *milliseconds = (float)(end->at.tv_sec - begin->at.tv_sec) * 1e3f +
                    (float)(end->at.tv_nsec - begin->at.tv_nsec) * 1e-6f;
    return SUCCESS;
}

int cuEventElapsedTime(float *milliseconds, void *begin, void *end)
{
    LOCKED(ID_cuEventElapsedTime, elapsed(milliseconds, begin, end));
}

#endif

/* --- graphs --- */

#if !defined(FAKE_CUDA_OLD) && !defined(FAKE_CUDA_NO_GRAPHS)

static int begin_capture(void *handle, int mode)
{
    enum { THREAD_LOCAL = 1 };
    const int result = fake_check_stream(ID_cuStreamBeginCapture_v2, handle);
    if (result != SUCCESS)
        return result;
    stream *const own = handle;
    if (own->is_captured || mode != THREAD_LOCAL)
        return fake_violation(ID_cuStreamBeginCapture_v2,
                              "captured already, or for other threads too", INVALID_VALUE);
    own->is_captured = 1;
    own->is_invalidated = 0;
    own->capturer = pthread_self();
    return SUCCESS;
}

int cuStreamBeginCapture_v2(void *stream_, int mode)
{
    LOCKED(ID_cuStreamBeginCapture_v2, begin_capture(stream_, mode));
}

static graph *add_graph(function_id id, int is_made, int *result)
{
    *result = fake_need_context(id);
    for (size_t i = 0; *result == SUCCESS && i < MAX_HOLDINGS; i++) {
        if (fake.graphs[i] != NULL)
            continue;
        graph *const made = calloc(1, sizeof *made);
        if (made == NULL)
            break;
        made->home = fake_here();
        made->is_made = is_made;
        fake.graphs[i] = made;
        return made;
    }
    if (*result == SUCCESS)
        *result = OUT_OF_MEMORY;
    return NULL;
}

static int end_capture(void *handle, void **recorded)
{
    int result = fake_check_stream(ID_cuStreamEndCapture, handle);
    if (result != SUCCESS)
        return result;
    stream *const own = handle;
    if (!own->is_captured || !pthread_equal(own->capturer, pthread_self()))
        return fake_violation(ID_cuStreamEndCapture, "not captured by this thread", INVALID_VALUE);
    own->is_captured = 0;
    graph *const made = own->is_invalidated ? NULL : add_graph(ID_cuStreamEndCapture, 0, &result);
    if (made == NULL) {
        fake_list_drop(&own->recorded);
        return own->is_invalidated ? CAPTURE_INVALIDATED : result;
    }
    result = fake_list_copy(&own->recorded, &made->work);
    fake_list_drop(&own->recorded);
    *recorded = made;
    return result;
}

/* A capture that ends with an error has ended. */
int cuStreamEndCapture(void *stream_, void **graph_)
{
    pthread_mutex_lock(&fake.mutex);
    const int ordered = fake_enter(ID_cuStreamEndCapture);
    if (ordered != SUCCESS && fake_stream_index(stream_) < MAX_HOLDINGS)
        ((stream *)stream_)->is_invalidated = 1;
    const int result = end_capture(stream_, graph_);
    pthread_mutex_unlock(&fake.mutex);
    return ordered != SUCCESS ? ordered : result;
}

static graph *find_graph(const void *handle, int is_made, size_t *at)
{
    for (*at = 0; *at < MAX_HOLDINGS; ++*at)
        if (fake.graphs[*at] != NULL && fake.graphs[*at] == handle &&
            fake.graphs[*at]->is_made == is_made)
            return fake.graphs[*at];
    return NULL;
}

static int instantiate(void **made, const void *handle)
{
    size_t at;
    int result = INVALID_VALUE;
    const graph *const from = find_graph(handle, 0, &at);
    if (from == NULL)
        return fake_violation(ID_cuGraphInstantiateWithFlags, "not a live graph", INVALID_HANDLE);
    graph *const to = add_graph(ID_cuGraphInstantiateWithFlags, 1, &result);
    if (to == NULL)
        return result;
    *made = to;
    return fake_list_copy(&from->work, &to->work);
}

int cuGraphInstantiateWithFlags(void **made, void *graph_, unsigned long long flags)
{
    (void)flags;
    LOCKED(ID_cuGraphInstantiateWithFlags, instantiate(made, graph_));
}

static void count_down(void *argument)
{
    ((graph *)argument)->launches--;
}

static int launch_graph(void *handle, void *on)
{
    size_t at;
    int result = fake_check_stream(ID_cuGraphLaunch, on);
    graph *const own = find_graph(handle, 1, &at);
    if (result != SUCCESS)
        return result;
    if (own == NULL || own->home != fake_here())
        return fake_violation(ID_cuGraphLaunch, "not a live graph of the current context",
                              INVALID_HANDLE);
    for (const pending *each = own->work.first; each != NULL && result == SUCCESS;
         each = each->next)
        result = fake_enqueue(on, each);
    own->launches++;
    return result == SUCCESS ? fake_enqueue_payload(on, count_down, own, NULL) : result;
}

int cuGraphLaunch(void *made, void *stream_)
{
    LOCKED(ID_cuGraphLaunch, launch_graph(made, stream_));
}

static int end_graph(function_id id, const void *handle, int is_made)
{
    size_t at;
    graph *const own = find_graph(handle, is_made, &at);
    if (own == NULL)
        return fake_violation(id, "not a live graph", INVALID_HANDLE);
    if (own->launches != 0)
        return fake_violation(id, "the graph is in flight", INVALID_VALUE);
    fake_list_drop(&own->work);
    free(own);
    fake.graphs[at] = NULL;
    return SUCCESS;
}

int cuGraphExecDestroy(void *made)
{
    LOCKED(ID_cuGraphExecDestroy, end_graph(ID_cuGraphExecDestroy, made, 1));
}

int cuGraphDestroy(void *graph_)
{
    LOCKED(ID_cuGraphDestroy, end_graph(ID_cuGraphDestroy, graph_, 0));
}

#endif
