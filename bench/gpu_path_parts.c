/* SPDX-License-Identifier: Apache-2.0 */
/* Inside a program of the TensorRT backend: what its parts take, by events. */
#include "backend/tensorrt/trt_device.h"
#include "gpu_path.h"

#include <stdio.h>

enum { BEGIN, UPLOADED, FITTED, DONE, BOXED, EVENTS };

typedef struct parts {
    pw_trt_program *program;
    pw_gpu_event *events[EVENTS];
    pw_gpu_graph *network; /* the library's enqueue alone */
} parts;

static pawl_status mark(const parts *of, int which, pawl_error *error)
{
    return pw_gpu_event_record(of->events[which], of->program->stream, error);
}

static pawl_status between(const parts *of, int begin, int end, double *microseconds,
                           pawl_error *error)
{
    float milliseconds = 0;
    PW_TRY(pw_gpu_event_elapsed(of->events[begin], of->events[end], &milliseconds, error));
    *microseconds = (double)milliseconds * 1e3;
    return PAWL_OK;
}

/* The network alone: its graph, or the library's call. */
static pawl_status put_network(const parts *of, bool is_graph, pawl_error *error)
{
    const pw_trt_program *const program = of->program;
    if (is_graph)
        return pw_gpu_graph_launch(of->network, program->stream, error);
    return pw_trt_context_enqueue(program->plan->library, &program->lane->execution,
                                  program->addresses, program->plan->tensor_count,
                                  program->stream->stream)
               ? PAWL_OK
               : pw_fail(error, PAWL_ERR_DEVICE, "the network did not run");
}

static pawl_status record_network(parts *of, pawl_error *error)
{
    PW_TRY(pw_gpu_capture_begin(of->program->stream, error));
    const pawl_status status = put_network(of, false, error);
    PW_TRY(pw_gpu_capture_end(of->program->stream, &of->network, error));
    return status;
}

static pawl_status time_network(const parts *of, int runs, bool is_graph, samples *network,
                                pawl_error *error)
{
    for (int i = -warm_up(runs); i < runs; i++) {
        double taken = 0;
        PW_TRY(mark(of, BEGIN, error));
        PW_TRY(put_network(of, is_graph, error));
        PW_TRY(mark(of, DONE, error));
        PW_TRY(pw_gpu_wait(of->program->stream, error));
        PW_TRY(between(of, BEGIN, DONE, &taken, error));
        if (i >= 0)
            network->at[i] = taken;
    }
    network->count = runs;
    samples_sort(network);
    return PAWL_OK;
}

static const char *const part_names[EVENTS] = {"", "upload", "letterbox", "network", "boxes"};

/* For chrome://tracing or Perfetto: the parts of one round, one after the other. */
static pawl_status write_trace(const char *path, const double taken[EVENTS], pawl_error *error)
{
    FILE *const file = fopen(path, "w");
    double begin = 0;
    if (file == NULL)
        return pw_fail(error, PAWL_ERR_WRITE, "%s cannot be written", path);
    fputs("{\"traceEvents\":[", file);
    for (int e = 1; e < EVENTS; begin += taken[e], e++)
        fprintf(file,
                "%s\n{\"name\":\"%s\",\"cat\":\"gpu\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%.2f,"
                "\"dur\":%.2f}",
                e > 1 ? "," : "", part_names[e], begin, taken[e]);
    fputs("\n]}\n", file);
    return fclose(file) == 0 ? PAWL_OK : pw_fail(error, PAWL_ERR_WRITE, "%s is not whole", path);
}

/* One round of picture to boxes, an event between each two parts; of a batch one picture is
 * uploaded. */
static pawl_status put_parts(const parts *of, const pw_image *image, pawl_error *error)
{
    pw_trt_program *const program = of->program;
    const pw_lowering *const to = &program->base.lowering;
    const size_t size = image->row_size * (size_t)image->height;
    PW_TRY(mark(of, BEGIN, error));
    PW_TRY(pw_gpu_upload(program->stream, program->places[0].bytes, image->pixels, size, error));
    PW_TRY(mark(of, UPLOADED, error));
    PW_TRY(pw_gpu_fit_pictures(&program->plan->kernels, program->stream,
                               program->described_there->address, (size_t)to->batch,
                               (size_t)to->height, (size_t)to->width, error));
    PW_TRY(mark(of, FITTED, error));
    PW_TRY(pw_gpu_graph_launch(of->network, program->stream, error));
    PW_TRY(mark(of, DONE, error));
    PW_TRY(pw_gpu_boxes_enqueue(&program->boxes, program->stream, error));
    PW_TRY(mark(of, BOXED, error));
    return pw_gpu_wait(program->stream, error);
}

static pawl_status time_line(const parts *of, const pw_image *image, const gpu_times *times,
                             pawl_error *error)
{
    static samples line[EVENTS];
    double taken[EVENTS] = {0};
    for (int i = -warm_up(times->runs); i < times->runs; i++) {
        PW_TRY(put_parts(of, image, error));
        for (int e = 1; i >= 0 && e < EVENTS; e++) {
            PW_TRY(between(of, e - 1, e, &taken[e], error));
            line[e].at[i] = taken[e];
        }
    }
    printf("timeline, GPU us (median):");
    for (int e = 1; e < EVENTS; e++) {
        line[e].count = times->runs;
        samples_sort(&line[e]);
        printf(" %s %.1f,", part_names[e], samples_part(&line[e], 0.5));
    }
    printf(" of a picture that is %s\n",
           pw_gpu_is_pinned(of->program->plan->gpu, image->pixels) ? "pinned" : "not pinned");
    return times->trace != NULL ? write_trace(times->trace, taken, error) : PAWL_OK;
}

static pawl_status measure(parts *of, const pw_image *image, gpu_times *times, pawl_error *error)
{
    const pw_trt_program *const program = of->program;
    printf("%s on %s, driver %d; %s\n", program->plan->library->version_text,
           program->plan->gpu->name, program->plan->gpu->cuda->driver_version,
           program->graphs[PW_TRT_PLAIN] != NULL ? "as a graph" : "NO GRAPH");
    if (program->graphs[PW_TRT_PLAIN] == NULL || !program->base.collects)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "there is no graph, or boxes are the host's");
    PW_TRY(record_network(of, error));
    PW_TRY(time_network(of, times->runs, true, &times->graph, error));
    PW_TRY(time_network(of, times->runs, false, &times->enqueue, error));
    return time_line(of, image, times, error);
}

pawl_status measure_parts(pawl_context *handle, pawl_image *picture, gpu_times *times,
                          pawl_error *error)
{
    pw_context *context PW_USING = NULL;
    pw_image *image PW_USING = NULL;
    PW_TRY(pw_object_use(handle, &pw_context_type, &context, error));
    PW_TRY(pw_object_use(picture, &pw_image_type, &image, error));
    pawl_picture pictures[64];
    const size_t batch = (size_t)pw_context_shape(context)->batch;
    for (size_t n = 0; n < PW_COUNT(pictures); n++)
        pictures[n] = pw_image_picture(image);
    for (int i = 0; i < 3; i++) { /* whose boxes nobody is known to want */
        PW_TRY(pw_context_fit(context, pictures, batch < 64 ? batch : 64, error));
        PW_TRY(pw_context_run(context, error));
    }
    parts of = {.program = (pw_trt_program *)pw_context_program(context)};
    if (of.program->base.backend != &pw_backend_tensorrt)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this engine does not run through TensorRT");
    pw_gpu_device *const device = of.program->plan->gpu;
    pawl_status status = PAWL_OK;
    for (int e = 0; status >= 0 && e < EVENTS; e++)
        status = pw_gpu_event_create(device, &of.events[e], error);
    if (status >= 0 && (status = pw_gpu_enter(device, error)) >= 0) {
        status = measure(&of, image, times, error);
        pw_gpu_settle(of.program->stream);
        pw_gpu_leave(device);
    }
    (void)pw_object_end(of.network);
    for (int e = 0; e < EVENTS; e++)
        (void)pw_object_end(of.events[e]);
    return status;
}
