/* SPDX-License-Identifier: Apache-2.0 */
/* The library, the driver and its GPUs, and the libraries that only some tactic sources need. */
#include "backend/tensorrt/trt_report.h"
#include "backend/tensorrt/trt_library.h"
#include "base/os.h"
#include "base/strbuf.h"
#include "gpu/driver.h"
#include <stdio.h>

typedef void (*line_writer)(void *user, const char *text);

static void report_library(line_writer line, void *user)
{
    const pw_trt_library *library = NULL;
    pawl_error error;
    char text[640];
    if (pw_trt_library_get(&library, &error) < 0)
        return; /* said already: the backend is absent */
    snprintf(text, sizeof text, "%s, by the strategy of %s (%s)%s", library->version_text,
             library->strategy->name, library->strategy->source,
             library->create_builder == NULL ? "; it can run plans, not build them" : "");
    line(user, text);
}

enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 }; /* CUdevice_attribute */

static void report_gpu(const pw_cuda *cuda, int ordinal, line_writer line, void *user)
{
    int device = 0, major = 0, minor = 0;
    char name[128] = "", text[256];
    if (cuda->cuDeviceGet(&device, ordinal) != 0 ||
        cuda->cuDeviceGetName(name, (int)sizeof name, device) != 0 ||
        cuda->cuDeviceGetAttribute(&major, CAPABILITY_MAJOR, device) != 0 ||
        cuda->cuDeviceGetAttribute(&minor, CAPABILITY_MINOR, device) != 0) {
        snprintf(text, sizeof text, "GPU %d does not answer: nvidia-smi may tell why", ordinal);
        line(user, text);
        return;
    }
    snprintf(text, sizeof text, "GPU %d: %s, compute capability %d.%d%s", ordinal, name, major,
             minor, ordinal > 0 ? " (--device chooses it)" : "");
    line(user, text);
}

static void report_driver(line_writer line, void *user)
{
    pawl_error error;
    const pw_cuda *cuda = NULL;
    char text[640];
    int count = 0;
    if (pw_cuda_get(&cuda, &error) < 0) {
        snprintf(text, sizeof text, "plans cannot run here: %s", error.message);
        line(user, text);
        return;
    }
    snprintf(text, sizeof text, "NVIDIA driver for CUDA %d.%d", cuda->driver_version / 1000,
             cuda->driver_version / 10 % 100);
    line(user, text);
    if (cuda->cuDeviceGetCount(&count) != 0)
        return;
    for (int i = 0; i < count; i++)
        report_gpu(cuda, i, line, user);
}

/* What a build uses where it is, up to 9.x. */
static const struct helper {
    const char *name, *files[2];
    const char *cost, *remedy;
} helpers[] = {
    {"cuBLAS",
     {"libcublas.so.11", "libcublas.so.12"},
     "builds do without its kernels and cuDNN's, and each first tries in vain",
     "pip install nvidia-cublas-cu11 (or -cu12, as this TensorRT was made for)"},
    {"cuBLASLt",
     {"libcublasLt.so.11", "libcublasLt.so.12"},
     "builds do without its kernels and cuDNN's, and each first tries in vain",
     "pip install nvidia-cublas-cu11 (or -cu12), where it comes with cuBLAS,"},
    {"cuDNN",
     {"libcudnn.so.8", NULL},
     "builds of 8.5 and older do without its kernels; later ones do not ask for them",
     "pip install nvidia-cudnn-cu11 (or -cu12), of version 8"},
};

static void report_helper(const struct helper *helper, line_writer line, void *user)
{
    char sentence[400], reason[256];
    pw_strbuf text = PW_STRBUF(sentence);
    for (size_t i = 0; i < PW_COUNT(helper->files) && helper->files[i] != NULL; i++)
        if (pw_os_library_open(helper->files[i], reason, sizeof reason) != NULL) {
            pw_strbuf_add(&text, "%s: %s", helper->name, helper->files[i]);
            line(user, sentence);
            return;
        }
    pw_strbuf_add(&text,
                  "%s: no %s here: %s; to have it, %s and name its folder in LD_LIBRARY_PATH",
                  helper->name, helper->files[0], helper->cost, helper->remedy);
    line(user, sentence);
}

static void report_helpers(line_writer line, void *user)
{
    const pw_trt_library *library = NULL;
    if (pw_trt_library_get(&library, NULL) < 0 || library->create_builder == NULL)
        return;
    if (library->version >= 10000) {
        line(user, "cuBLAS, cuDNN: this version needs neither");
        return;
    }
    for (size_t i = 0; i < PW_COUNT(helpers); i++)
        report_helper(&helpers[i], line, user);
}

void pw_trt_report(line_writer line, void *user)
{
    report_library(line, user);
    report_driver(line, user);
    report_helpers(line, user);
}
