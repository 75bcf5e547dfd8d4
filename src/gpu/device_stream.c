/* SPDX-License-Identifier: Apache-2.0 */
/* Streams and copies. */
#include "gpu/device_stream.h"

/* cuStreamDestroy() does not wait: what is in flight would go on, into memory that its owner frees
 * after the stream. */
static void unmake_stream(pw_object *object)
{
    pw_gpu_stream *const stream = (pw_gpu_stream *)object;
    if (stream->stream == NULL || pw_gpu_enter(stream->device, NULL) < 0)
        return;
    pw_gpu_settle(stream);
    (void)stream->device->cuda->cuStreamDestroy_v2(stream->stream);
    pw_gpu_leave(stream->device);
}

static const pw_type stream_type = {.name = "gpu stream",
                                    .size = sizeof(pw_gpu_stream),
                                    .unmake = unmake_stream,
                                    .is_foreign = true};

pawl_status pw_gpu_stream_create(pw_gpu_device *device, pw_gpu_stream **stream, pawl_error *error)
{
    enum { NON_BLOCKING = 1 }; /* CU_STREAM_NON_BLOCKING */
    pw_gpu_stream *made PW_MAKING = NULL;
    pw_object *const parents[] = {&device->object};
    PW_TRY(pw_object_make(&stream_type, parents, 1, &made, error));
    made->device = device;
    PW_TRY(pw_gpu_enter(device, error));
    const int result = device->cuda->cuStreamCreate(&made->stream, NON_BLOCKING);
    pw_gpu_leave(device);
    if (result != 0) {
        made->stream = NULL;
        return pw_cuda_refused(device->cuda, result, "making a stream", error);
    }
    (void)pw_object_publish(made);
    *stream = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_gpu_upload_at(const pw_gpu_stream *stream, const pw_gpu_memory *to, size_t at,
                             const void *from, size_t size, pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda,
                         cuda->cuMemcpyHtoDAsync_v2(to->address + at, from, size, stream->stream),
                         "copying to the GPU", error);
}

pawl_status pw_gpu_upload(const pw_gpu_stream *stream, const pw_gpu_memory *to, const void *from,
                          size_t size, pawl_error *error)
{
    return pw_gpu_upload_at(stream, to, 0, from, size, error);
}

pawl_status pw_gpu_download(const pw_gpu_stream *stream, void *to, const pw_gpu_memory *from,
                            size_t size, pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda, cuda->cuMemcpyDtoHAsync_v2(to, from->address, size, stream->stream),
                         "copying from the GPU", error);
}

pawl_status pw_gpu_clear(const pw_gpu_stream *stream, const pw_gpu_memory *memory, size_t size,
                         pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda, cuda->cuMemsetD32Async(memory->address, 0, size / 4, stream->stream),
                         "clearing GPU memory", error);
}

pawl_status pw_gpu_wait(const pw_gpu_stream *stream, pawl_error *error)
{
    const pw_cuda *const cuda = stream->device->cuda;
    return pw_cuda_check(cuda, cuda->cuStreamSynchronize(stream->stream), "running on the GPU",
                         error);
}

void pw_gpu_settle(const pw_gpu_stream *stream)
{
    (void)stream->device->cuda->cuStreamSynchronize(stream->stream);
}
