/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: what is put on one is done in its order, and no sooner than anybody waits for it. Calls on a stream are made between
   pw_gpu_enter() and pw_gpu_leave(). */
#ifndef PW_GPU_DEVICE_STREAM_H
#define PW_GPU_DEVICE_STREAM_H

#include "gpu/device_memory.h"

typedef struct pw_gpu_stream {
    pw_object object;
    pw_gpu_device *device;
    void *stream;
} pw_gpu_stream;

/* The caller's: its end waits for what is in flight. */
pawl_status pw_gpu_stream_create(pw_gpu_device *device, pw_gpu_stream **stream, pawl_error *error) PW_NODISCARD;

/* Asynchronous: to and from stay as they are until a wait. */
pawl_status pw_gpu_upload(const pw_gpu_stream *stream, const pw_gpu_memory *to, const void *from, size_t size, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_upload_at(const pw_gpu_stream *stream, const pw_gpu_memory *to, size_t at, const void *from, size_t size,
                             pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_download(const pw_gpu_stream *stream, void *to, const pw_gpu_memory *from, size_t size, pawl_error *error) PW_NODISCARD;
/* Zeros; size is a multiple of 4. Where the driver has modules. */
pawl_status pw_gpu_clear(const pw_gpu_stream *stream, const pw_gpu_memory *memory, size_t size, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_wait(const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;
/* Returns when nothing is in flight, whatever became of it: before memory is given up that a copy may still read or write. */
void pw_gpu_settle(const pw_gpu_stream *stream);

#endif
