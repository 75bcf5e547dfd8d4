/* SPDX-License-Identifier: Apache-2.0 */
/* The library, the driver and its GPUs, and the libraries that only some tactic sources need. */
#include "backend/tensorrt/trt_report.h"
#include "backend/tensorrt/trt_library.h"
#include "base/os.h"
#include "base/strbuf.h"
#include "gpu/driver.h"
#include <stdio.h>
#include <string.h>

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

static void report_gpu(const pw_cuda *cuda, int ordinal, line_writer line, void *user)
{
    int device = 0, major = 0, minor = 0;
    char name[128] = "", text[256];
    if (cuda->cuDeviceGet(&device, ordinal) != 0 ||
        cuda->cuDeviceGetName(name, (int)sizeof name, device) != 0 ||
        pw_cuda_capability(cuda, device, &major, &minor) != 0) {
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

/* The CUDA that the library was made with, 11 or 12, from the "cuda-12.0" or "cuda_12.0" of its
 * compiler's texts; 0: it says none. Its own text names cuBLAS without a number ("libcublas.so."):
 * that of its CUDA is added when it is loaded. Reads in blocks up to the first. */
static unsigned cuda_of(const char *path)
{
    enum { BLOCK = 4096, TEXT = 8 };
    char block[TEXT + BLOCK] = {0}; /* what was left of the block before comes first */
    unsigned major = 0;
    FILE *const file = fopen(path, "rbe");
    for (size_t got = 0; file != NULL && major == 0;) {
        memmove(block, block + got, TEXT);
        got = fread(block + TEXT, 1, BLOCK, file);
        if (got == 0)
            break;
        const char *const end = block + got;
        for (const char *at = block; major == 0 && at < end; at++) {
            at = memchr(at, 'c', (size_t)(end - at));
            if (at == NULL)
                break;
            if (memcmp(at, "cuda", 4) == 0 && (at[4] == '-' || at[4] == '_') && at[5] == '1' &&
                at[6] >= '0' && at[6] <= '9' && at[7] == '.')
                major = 10 + (unsigned)(at[6] - '0');
        }
    }
    if (file != NULL)
        (void)fclose(file);
    return major;
}

/* What a build uses where it is, up to 9.x. */
static const struct helper {
    const char *name, *file; /* the file without its number */
    unsigned number;         /* 0: that of the CUDA */
    const char *cost, *package;
} helpers[] = {
    {"cuBLAS", "libcublas.so", 0,
     "builds do without its kernels and cuDNN's, and may each first try in vain", "cublas"},
    {"cuBLASLt", "libcublasLt.so", 0,
     "builds do without its kernels and cuDNN's, and may each first try in vain", "cublas"},
    {"cuDNN", "libcudnn.so", 8,
     "builds of 8.5 and older do without its kernels; later ones do not ask for them", "cudnn"},
};

static void report_helper(const struct helper *helper, unsigned cuda, line_writer line, void *user)
{
    char sentence[400], reason[256], file[32];
    pw_strbuf text = PW_STRBUF(sentence);
    const unsigned made_with = cuda != 0 ? cuda : 11;
    const unsigned first = helper->number != 0 ? helper->number : made_with;
    const unsigned last = helper->number == 0 && cuda == 0 ? 12 : first;
    for (unsigned number = first; number <= last; number++) {
        snprintf(file, sizeof file, "%s.%u", helper->file, number);
        if (pw_os_library_open(file, reason, sizeof reason) == NULL)
            continue;
        pw_strbuf_add(&text, "%s: %s", helper->name, file);
        line(user, sentence);
        return;
    }
    pw_strbuf_add(&text, "%s: no %s.%u here", helper->name, helper->file, first);
    if (cuda != 0)
        pw_strbuf_add(&text, ", which this TensorRT, made with CUDA %u, asks for", cuda);
    pw_strbuf_add(&text,
                  ": %s; to have it, pip install nvidia-%s-cu%u%s%s and name its folder in "
                  "LD_LIBRARY_PATH",
                  helper->cost, helper->package, made_with,
                  cuda == 0 ? " (or -cu12, as this TensorRT was made for)" : "",
                  helper->number != 0 ? ", of version 8," : "");
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
    const unsigned cuda = cuda_of(library->path);
    for (size_t i = 0; i < PW_COUNT(helpers); i++)
        report_helper(&helpers[i], cuda, line, user);
}

void pw_trt_report(line_writer line, void *user)
{
    report_library(line, user);
    report_driver(line, user);
    report_helpers(line, user);
}
