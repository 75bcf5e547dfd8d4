/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs and events as objects. */
#include "gpu/device_graph.h"

static void unmake_graph(pw_object *object)
{
    pw_gpu_graph *const graph = (pw_gpu_graph *)object;
    if (graph->graph == NULL || pw_gpu_enter(graph->device, NULL) < 0)
        return;
    (void)graph->device->cuda->cuGraphExecDestroy(graph->graph);
    pw_gpu_leave(graph->device);
}

static const pw_type graph_type = {
    .name = "gpu graph", .size = sizeof(pw_gpu_graph), .unmake = unmake_graph, .is_foreign = true};

/* Without advice: who asks goes on without a graph. */
static pawl_status check(int result, const char *what, pawl_error *error)
{
    return result == 0 ? PAWL_OK
                       : pw_fail(error, PAWL_ERR_DEVICE, "%s failed: CUDA error %d", what, result);
}

pawl_status pw_gpu_capture_begin(const pw_gpu_stream *stream, pawl_error *error)
{
    /* CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: what other threads do meanwhile is not its business. */
    enum { THREAD_LOCAL = 1 };
    const pw_cuda *const cuda = stream->device->cuda;
    if (!pw_cuda_has_graphs(cuda))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this NVIDIA driver has no graphs");
    return check(cuda->cuStreamBeginCapture_v2(stream->stream, THREAD_LOCAL), "recording a graph",
                 error);
}

static pawl_status instantiate(const pw_gpu_stream *stream, void *recorded, pw_gpu_graph **graph,
                               pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    pw_gpu_graph *made PW_MAKING = NULL;
    pw_object *const parents[] = {&stream->device->object};
    PW_TRY(pw_object_make(&graph_type, parents, 1, &made, error));
    made->device = stream->device;
    const int result = cuda->cuGraphInstantiateWithFlags(&made->graph, recorded, 0);
    if (result != 0) {
        made->graph = NULL;
        return check(result, "making a graph", error);
    }
    (void)pw_object_publish(made);
    *graph = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_gpu_capture_end(const pw_gpu_stream *stream, pw_gpu_graph **graph, pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    void *recorded = NULL;
    const int result = cuda->cuStreamEndCapture(stream->stream, &recorded);
    pawl_status status = check(result, "recording a graph", error);
    if (status >= 0 && graph != NULL)
        status = instantiate(stream, recorded, graph, error);
    if (recorded != NULL)
        (void)cuda->cuGraphDestroy(recorded);
    return status;
}

pawl_status pw_gpu_graph_launch(const pw_gpu_graph *graph, const pw_gpu_stream *stream,
                                pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda, cuda->cuGraphLaunch(graph->graph, stream->stream),
                         "starting a graph", error);
}

static void unmake_event(pw_object *object)
{
    pw_gpu_event *const event = (pw_gpu_event *)object;
    if (event->event == NULL || pw_gpu_enter(event->device, NULL) < 0)
        return;
    (void)event->device->cuda->cuEventDestroy_v2(event->event);
    pw_gpu_leave(event->device);
}

static const pw_type event_type = {
    .name = "gpu event", .size = sizeof(pw_gpu_event), .unmake = unmake_event, .is_foreign = true};

pawl_status pw_gpu_event_create(pw_gpu_device *device, pw_gpu_event **event, pawl_error *error)
{
    pw_gpu_event *made PW_MAKING = NULL;
    pw_object *const parents[] = {&device->object};
    if (!pw_cuda_has_events(device->cuda))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this NVIDIA driver has no events");
    PW_TRY(pw_object_make(&event_type, parents, 1, &made, error));
    made->device = device;
    PW_TRY(pw_gpu_enter(device, error));
    const int result = device->cuda->cuEventCreate(&made->event, 0);
    pw_gpu_leave(device);
    if (result != 0) {
        made->event = NULL;
        return pw_cuda_refused(device->cuda, result, "making an event", error);
    }
    (void)pw_object_publish(made);
    *event = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_gpu_event_record(const pw_gpu_event *event, const pw_gpu_stream *stream,
                                pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda, cuda->cuEventRecord(event->event, stream->stream),
                         "recording an event", error);
}

pawl_status pw_gpu_event_elapsed(const pw_gpu_event *begin, const pw_gpu_event *end,
                                 float *milliseconds, pawl_error *error)
{
    const pw_cuda *const cuda = begin->device->cuda;
    return pw_cuda_check(cuda, cuda->cuEventElapsedTime(milliseconds, begin->event, end->event),
                         "reading events", error);
}
