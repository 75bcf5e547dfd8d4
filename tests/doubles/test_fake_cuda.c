/* SPDX-License-Identifier: Apache-2.0 */
/* The room gpu on the driver double. Usage: test_fake_cuda life|faults|nothing, a process each: the
 * driver is started once. */
#include "doubles/cuda/fake_cuda.h"
#include "gpu/device_stream.h"
#include "support/symbols.h"
#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;

static struct {
    unsigned (*live)(void);
    void (*count)(fake_cuda_counts *);
    unsigned (*calls)(const char *);
    void (*forget)(void);
} asked;

static void expect(int is_true, const char *what)
{
    passed += is_true != 0;
    failed += is_true == 0;
    if (!is_true)
        fprintf(stderr, "failed: %s\n", what);
}

static fake_cuda_counts counts(void)
{
    fake_cuda_counts now;
    asked.count(&now);
    return now;
}

/* Upload, download, wait; the copy arrives with the wait. */
static pawl_status copy_round(pw_gpu_device *device, pw_gpu_stream *stream, pw_gpu_memory *memory)
{
    static const char out[16] = "sixteen bytes 1";
    static char back[16];
    memset(back, 0, sizeof back);
    PW_TRY(pw_gpu_enter(device, NULL));
    pawl_status status = pw_gpu_upload(stream, memory, out, sizeof out, NULL);
    if (status >= 0)
        status = pw_gpu_download(stream, back, memory, sizeof back, NULL);
    if (status >= 0) {
        expect(back[0] == '\0', "a copy to the host arrived before the wait");
        status = pw_gpu_wait(stream, NULL);
    }
    if (status >= 0)
        expect(memcmp(out, back, sizeof out) == 0, "what comes back is what went in");
    else
        pw_gpu_settle(stream);
    expect(counts().in_flight == 0, "it returns with work in flight");
    pw_gpu_leave(device);
    return status;
}

static pawl_status make_and_end(const int order[3])
{
    pw_gpu_device *device = NULL;
    pw_gpu_stream *stream = NULL;
    pw_gpu_memory *memory = NULL;
    pawl_status status = pw_gpu_device_create(0, &device, NULL);
    if (status >= 0)
        status = pw_gpu_stream_create(device, &stream, NULL);
    if (status >= 0)
        status = pw_gpu_memory_create(device, 16, &memory, NULL);
    if (status >= 0)
        status = copy_round(device, stream, memory);
    void *const objects[] = {device, stream, memory};
    for (int i = 0; i < 3; i++)
        (void)pw_object_end(objects[order[i]]);
    return status;
}

static void test_life(void)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    pw_gpu_device *device = NULL;
    for (size_t i = 0; i < PW_COUNT(orders); i++) {
        expect(make_and_end(orders[i]) == PAWL_OK, "one round");
        expect(asked.live() == 0 && counts().violations == 0 && counts().depth == 0,
               "an order of ends leaves something, or breaks a rule");
    }
    expect(pw_gpu_device_create(0, &device, NULL) == PAWL_OK && device->major == 8 &&
               device->minor == 6,
           "capability 8.6");
    expect(device->cuda->driver_version == 12040, "driver 12.4");
    uint64_t address = 0;
    expect(device->cuda->cuMemAlloc_v2(&address, 16) != 0 && counts().violations == 1,
           "memory without a current context is a violation");
    expect(device->cuda->cuMemFree_v2(12345) != 0 && counts().violations == 2,
           "freeing what is not there is a violation");
    (void)pw_object_end(device);
    pw_gpu_device *second = NULL;
    pawl_error error;
    expect(pw_gpu_device_create(7, &second, &error) == PAWL_ERR_DEVICE, "device 7 is not there");
}

/* What the driver refuses is one sentence, which says what to do. */
static void test_advice(void)
{
    pw_gpu_device *device = NULL;
    pw_gpu_memory *memory = NULL;
    pw_gpu_stream *stream = NULL;
    pawl_error error = {.message = ""};
    expect(pw_gpu_device_create(0, &device, &error) == PAWL_OK, error.message);
    asked.forget();
    setenv("FAKE_CUDA_FAIL", "cuMemAlloc_v2:1", 1);
    expect(pw_gpu_memory_create(device, 16, &memory, &error) == PAWL_ERR_MEMORY &&
               strstr(error.message, "a smaller batch or shape") != NULL,
           error.message);
    setenv("FAKE_CUDA_FAIL", "cuStreamCreate:1", 1);
    expect(pw_gpu_stream_create(device, &stream, &error) == PAWL_ERR_DEVICE &&
               strstr(error.message, "see with nvidia-smi") != NULL,
           error.message);
    unsetenv("FAKE_CUDA_FAIL");
    (void)pw_object_end(device);
}

/* Every driver call in turn fails: an error comes back, and nothing is left but what the fault
 * itself kept. */
static void test_faults(void)
{
    static const char *const functions[] = {
        "cuDeviceGet",    "cuDeviceGetName",     "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain",
        "cuMemAlloc_v2",  "cuCtxPushCurrent_v2", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
        "cuStreamCreate", "cuStreamSynchronize"};
    static const int order[3] = {2, 1, 0};
    expect(make_and_end(order) == PAWL_OK, "a round without a fault");
    for (size_t i = 0; i < PW_COUNT(functions); i++) {
        char fault[64];
        asked.forget();
        (void)make_and_end(order);
        const unsigned calls = asked.calls(functions[i]);
        /* Later pushes, and the last synchronisation, are those of the ends. */
        const unsigned tried = strcmp(functions[i], "cuCtxPushCurrent_v2") == 0   ? 3
                               : strcmp(functions[i], "cuStreamSynchronize") == 0 ? calls - 1
                                                                                  : calls;
        for (unsigned call = 1; call <= tried; call++) {
            asked.forget();
            snprintf(fault, sizeof fault, "%s:%u", functions[i], call);
            setenv("FAKE_CUDA_FAIL", fault, 1);
            expect(make_and_end(order) < 0, fault);
            unsetenv("FAKE_CUDA_FAIL");
            expect(asked.live() == 0 && counts().violations == 0 && counts().depth == 0 &&
                       pawl_object_count() == 0,
                   fault);
        }
    }
    asked.forget();
    setenv("FAKE_CUDA_FAIL", "cuMemAlloc_v2:1", 1);
    expect(make_and_end(order) == PAWL_ERR_MEMORY, "out of device memory is PAWL_ERR_MEMORY");
    unsetenv("FAKE_CUDA_FAIL");
}

static void test_nothing(void)
{
    const pw_cuda *cuda = NULL;
    pawl_error error;
    expect(pw_cuda_get(&cuda, &error) == PAWL_ERR_DEVICE && strstr(error.message, "no GPU") != NULL,
           "a driver without a GPU is one sentence");
}

int main(int count, char **arguments)
{
    const char *const name = count == 2 ? arguments[1] : "";
    if (strcmp(name, "nothing") == 0)
        setenv("FAKE_CUDA_DEVICES", "0", 1);
    void *const driver = pt_library("PAWL_CUDA_LIBRARY");
    if (driver == NULL) {
        fputs("PAWL_CUDA_LIBRARY must name the driver double\n", stderr);
        return 2;
    }
    pt_find(driver, "fake_cuda_live", &asked.live);
    pt_find(driver, "fake_cuda_count", &asked.count);
    pt_find(driver, "fake_cuda_calls", &asked.calls);
    pt_find(driver, "fake_cuda_forget", &asked.forget);
    if (strcmp(name, "life") == 0)
        test_life();
    else if (strcmp(name, "faults") == 0) {
        test_faults();
        test_advice();
    } else
        test_nothing();
    expect(asked.live() == 0, "something of the driver's is left");
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
