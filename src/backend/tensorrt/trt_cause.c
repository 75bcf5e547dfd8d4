/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as users publish them, of TensorRT 7 to 10; sources: the issues of NVIDIA/TensorRT and
 * wang-xinyu/tensorrtx whose numbers stand beside them. */
#include "backend/tensorrt/trt_cause.h"
#include "base/compiler.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cause that needs no name out of the message. */
static const struct {
    const char *words; /* in the message, without regard to case */
    pawl_status status;
    const char *remedy;
} causes[] = {
#define MEMORY_REMEDY                                                                              \
    "the GPU's memory does not suffice: end what else uses it (nvidia-smi lists that), or take a " \
    "smaller batch, shape or workspace"
    {"out of memory", PAWL_ERR_MEMORY, MEMORY_REMEDY}, /* NVIDIA 469, 840, 948 */
    {"outofmemory", PAWL_ERR_MEMORY, MEMORY_REMEDY},   /* NVIDIA 477, 2643 */
    {"could not be allocated", PAWL_ERR_MEMORY, MEMORY_REMEDY},
    {"insufficient memory", PAWL_ERR_MEMORY, MEMORY_REMEDY},
    {"could not find any implementation", PAWL_ERR_DEVICE, /* NVIDIA 749 */
     "give it more memory to work in (build with a larger --workspace)"},
#define KERNEL_REMEDY                                                                            \
    "this TensorRT has no kernels for this GPU: install a version that knows it, or build with " \
    "--backend cpu"
    {"is not supported by this tensorrt release", PAWL_ERR_DEVICE, KERNEL_REMEDY}, /* NVIDIA 4359 */
    {"unsupported sm", PAWL_ERR_DEVICE, KERNEL_REMEDY}, /* NVIDIA 2332, 2727, 3826 */
    {"no kernel image", PAWL_ERR_DEVICE, KERNEL_REMEDY},
    {"cannot run on this gpu", PAWL_ERR_DEVICE, KERNEL_REMEDY}, /* RTX 1.7.1 on an H100 */
    {"does not support this compute capability", PAWL_ERR_DEVICE, KERNEL_REMEDY},
    {"driver version is insufficient", PAWL_ERR_DEVICE,
     "update the NVIDIA driver, or install a TensorRT for an older CUDA"},
    {"cuda initialization failure", PAWL_ERR_DEVICE,
     "TensorRT needs a working NVIDIA driver and GPU: nvidia-smi shows them"},
#define PLAN_REMEDY "build the engine again with this TensorRT on this GPU"
    {"not compatible with this version", PAWL_ERR_DEVICE, PLAN_REMEDY}, /* NVIDIA 574 */
    {"serializationversion", PAWL_ERR_DEVICE, PLAN_REMEDY},             /* NVIDIA 2195, 3898 */
    {"version tag does not match", PAWL_ERR_DEVICE, PLAN_REMEDY},
    {"magictag", PAWL_ERR_DEVICE, PLAN_REMEDY}, /* NVIDIA 1596, 1736, 2915 */
    {"magic_tag", PAWL_ERR_DEVICE, PLAN_REMEDY},
    {"archive size", PAWL_ERR_DEVICE, PLAN_REMEDY}, /* cut off, says 8.5.3 */
    {"end of archive", PAWL_ERR_DEVICE, PLAN_REMEDY},
    {"blobsize", PAWL_ERR_DEVICE, PLAN_REMEDY},            /* the same of 8.6.0 */
    {"incompatible device", PAWL_ERR_DEVICE, PLAN_REMEDY}, /* NVIDIA 564, 2176 */
    {"validatecaskklibdigest", PAWL_ERR_DEVICE,
     "its kernel library is of another version or was changed: install TensorRT anew"},
};

/* What follows from a failure and says nothing of it. */
static const char *const consequences[] = {
    "!= nullptr failed",    "engine deserialization failed",      "engine deserialization failure",
    "engine->deserialize(", "deserialize the cuda engine failed", "std::exception"};

/* Where words (lower case) begin in text, without regard to case; NULL: nowhere. */
static const char *find_words(const char *text, const char *words)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (words[i] != '\0' && tolower((unsigned char)text[i]) == words[i])
            i++;
        if (words[i] == '\0')
            return text;
    }
    return NULL;
}

/* "libcublas.so.11" out of "Unable to load library: libcublas.so.11)". False: it names none. */
static bool find_library_name(const char *text, char name[64])
{
    static const char *const allowed = "._-+";
    for (const char *at = text; (at = find_words(at, "lib")) != NULL; at += 3) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]) ||
               (at[length] != '\0' && strchr(allowed, at[length]) != NULL))
            length++;
        while (length > 0 && at[length - 1] == '.')
            length--;
        const char *const suffix = strstr(at, ".so");
        if (suffix != NULL && suffix < at + length && length < 64) {
            memcpy(name, at, length);
            name[length] = '\0';
            return true;
        }
    }
    return false;
}

/* 11 of "libcublas.so.11.2"; 0: it carries none. */
static unsigned major_of(const char *library)
{
    const char *const suffix = strstr(library, ".so.");
    return suffix != NULL ? (unsigned)strtoul(suffix + 4, NULL, 10) : 0;
}

static void name_source(pw_trt_cause *cause, const char *source, int8_t likely, int8_t other)
{
    cause->source = source;
    cause->sources[0] = likely;
    cause->sources[1] = other;
}

enum { SOURCE_CUBLAS = 0, SOURCE_CUBLAS_LT = 1, SOURCE_CUDNN = 2 }; /* TacticSource */

/* What the missing file belongs to, which tactic source needs it, and how to get it. */
static void describe_library(pw_trt_cause *cause)
{
    const unsigned major = major_of(cause->library);
    char *const remedy = cause->remedy;
    const size_t size = sizeof cause->remedy;
    if (find_words(cause->library, "cublas") != NULL) {
        if (find_words(cause->library, "cublaslt") != NULL)
            name_source(cause, "cuBLASLt", SOURCE_CUBLAS_LT, SOURCE_CUBLAS);
        else
            name_source(cause, "cuBLAS", SOURCE_CUBLAS, SOURCE_CUBLAS_LT);
        /* cuDNN's files are linked with both; without them it ends the process ("Could not load
         * library libcudnn_ops_infer.so.8 ... libcublas.so.11", seen with 8.5.3.1) */
        cause->dependants = 1u << SOURCE_CUDNN;
        snprintf(remedy, size,
                 "install cuBLAS of CUDA %u (pip install nvidia-cublas-cu%u, or NVIDIA's packages) "
                 "and name its folder in LD_LIBRARY_PATH",
                 major > 0 ? major : 12, major > 0 ? major : 12);
    } else if (find_words(cause->library, "cudnn") != NULL) {
        name_source(cause, "cuDNN", SOURCE_CUDNN, -1);
        snprintf(remedy, size,
                 "install cuDNN %u for the CUDA this TensorRT was made for (pip install "
                 "nvidia-cudnn-cu11 or -cu12) and name its folder in LD_LIBRARY_PATH",
                 major > 0 ? major : 8);
    } else if (find_words(cause->library, "nvinfer") != NULL) {
        snprintf(remedy, size,
                 "it is a part of TensorRT: install TensorRT whole and name its folder in "
                 "LD_LIBRARY_PATH");
    } else {
        snprintf(remedy, size, "install it, or name its folder in LD_LIBRARY_PATH");
    }
}

static bool find_missing_library(const char *message, pw_trt_cause *cause)
{
    static const char *const words[] = {
        "unable to load library", /* NVIDIA 2908; tensorrtx 902 */
        "could not load library", /* tensorrtx 1262 */
        "unable to open library", /* NVIDIA 3061 */
        "cannot open shared object file", "unable to load any of", "unable to dlopen"};
    pw_trt_cause found = {.status = PAWL_ERR_DEVICE, .sources = {-1, -1}};
    bool is_missing = false;
    for (size_t i = 0; !is_missing && i < PW_COUNT(words); i++)
        is_missing = find_words(message, words[i]) != NULL;
    /* The file named last is what the others want: "libnvinfer_plugin.so.8 due to libcudnn.so.8".
     */
    const char *const due = find_words(message, "due to ");
    is_missing = is_missing && find_library_name(due != NULL ? due : message, found.library);
    if (!is_missing && find_words(message, "could not initialize cudnn") != NULL) {
        snprintf(found.library, sizeof found.library, "cuDNN");
        is_missing = true;
    }
    if (!is_missing)
        return false;
    describe_library(&found);
    *cause = found;
    return true;
}

bool pw_trt_cause_find(const char *message, pw_trt_cause *cause)
{
    if (find_missing_library(message, cause))
        return true;
    for (size_t i = 0; i < PW_COUNT(causes); i++) {
        if (find_words(message, causes[i].words) == NULL)
            continue;
        *cause = (pw_trt_cause){.status = causes[i].status, .sources = {-1, -1}};
        snprintf(cause->remedy, sizeof cause->remedy, "%s", causes[i].remedy);
        return true;
    }
    return false;
}

bool pw_trt_adds_something(const char *first, const char *last)
{
    if (last[0] == '\0' || strstr(first, last) != NULL || strstr(last, first) != NULL)
        return false;
    for (size_t i = 0; i < PW_COUNT(consequences); i++)
        if (find_words(last, consequences[i]) != NULL)
            return false;
    return true;
}
