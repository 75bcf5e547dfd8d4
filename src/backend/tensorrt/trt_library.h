/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA's library, found at run time, and all that differs between its versions: one strategy a
 * family, chosen by the library's own answer to getInferLibVersion(). No header of NVIDIA's is
 * needed. The library is loaded once and never unloaded (its own static destructors crash when it
 * is: NVIDIA/TensorRT issue 4617), and its logger lives as long as the process.
 */
#ifndef PW_TRT_LIBRARY_H
#define PW_TRT_LIBRARY_H

#include "backend/tensorrt/trt_slots.h"
#include "base/fail.h"
#include <stdbool.h>

typedef enum pw_trt_family {
    PW_TRT_8_2, /* 8.2 - 8.4: indexed bindings, enqueueV2 */
    PW_TRT_8_5, /* 8.5 - 9.x: named tensors, enqueueV3 */
    PW_TRT_10,
    PW_TRT_11,
    PW_TRT_RTX_1_3, /* TensorRT-RTX 1.3 - 1.4 */
    PW_TRT_RTX_1_5, /* TensorRT-RTX 1.5 - 1.7 */
    PW_TRT_FAMILY_COUNT
} pw_trt_family;

/* A BuilderFlag's number, and the first version inside the family that has it (0: all). */
typedef struct pw_trt_flag {
    int8_t number; /* -1: no version of the family has it */
    int32_t since;
} pw_trt_flag;

/* What really differs between families, besides slots. */
typedef struct pw_trt_strategy {
    const char *name;    /* "TensorRT 10.x" */
    const char *source;  /* headers it was read from */
    int32_t first, last; /* library versions, both included */
    bool is_rtx;
    bool has_versioned_logger; /* ILogger is {language, info, D1, D0, log}, not {log, D1, D0} */
    bool has_wide_dims;        /* Dims hold int64 and pass by reference, not int32 by value */
    bool has_named_tensors;    /* getIOTensorName, setTensorAddress, enqueueV3 */
    bool is_strongly_typed;    /* types come from the network: no precision flags */
    uint32_t network_flags; /* for createNetworkV2: explicit batch, and strong typing where that is
                               the only way */
    pw_trt_flag fp16_flag, int8_flag, obey_precision_flag, tf32_flag, version_compatible_flag;
    int32_t int8_since; /* the first version whose convolutions take integers, 0: all, INT32_MAX: none. As the libraries were seen to build */
    /* The destructor complains of a builder ended before what it created (docs/lifetime.md). */
    bool checks_builder;
    /* Of dynamic shapes: an optimisation profile serves one execution context at a time. */
    bool has_exclusive_profiles;
    int newest_gpu; /* compute capability times 10, the last that it has kernels for; 0: none is known that it lacks */
    uint8_t lost_tactic_sources; /* the first of TacticSource, cuBLAS and so on, that are gone: the rest moved down by as many */
} pw_trt_strategy;

typedef struct pw_trt_library {
    void *handle;
    char path[512];
    int32_t version;       /* getInferLibVersion(): 8601, 100700, 10701 (RTX 1.7.1) */
    char version_text[32]; /* "TensorRT 10.7.0", "TensorRT-RTX 1.7.1" */
    pw_trt_family family;
    const pw_trt_strategy *strategy;
    void *(*create_builder)(void *logger,
                            int32_t version); /* NULL in the lean and dispatch runtimes */
    void *(*create_runtime)(void *logger, int32_t version);
    void *logger; /* ours, in the shape that this family calls */
} pw_trt_library;

/* The library of this process: loaded at the first call (PAWL_TENSORRT_LIBRARY, the loader's path,
   Python's site-packages), then the same one for ever; none of its objects is made. PAWL_ERR_DEVICE:
   none is here, or its version is not known. */
pawl_status pw_trt_library_get(const pw_trt_library **library, pawl_error *error) PW_NODISCARD;

/* Inside the search of that first call: what a library says meanwhile must not reach the user's logger,
   which might ask for the library and wait for itself. */
bool pw_trt_library_is_searching(void);

/* Loads one by path, besides the process's own: tests and, in a process of its own, pawl doctor.
   Never unloaded. */
pawl_status pw_trt_library_open(const char *path, pw_trt_library *library,
                                pawl_error *error) PW_NODISCARD;

/* Where a library is looked for, in the order of trust, until visit returns true: what
   PAWL_TENSORRT_LIBRARY names and nothing else, or names for the system's loader, then files in
   Python's site-packages. Loads nothing. */
void pw_trt_library_places(bool (*visit)(void *user, const char *path), void *user);

const pw_trt_strategy *pw_trt_strategy_of(pw_trt_family family);
/* PAWL_ERR_DEVICE: the library has no kernels for GPUs of this compute capability. It says so itself, but after minutes: 8.4.1 on a GPU of 9.0 after
   seven, "Unsupported SM: 0x900". */
pawl_status pw_trt_check_gpu(const pw_trt_library *library, int major, int minor,
                             pawl_error *error) PW_NODISCARD;
/* Family of a version, PW_TRT_FAMILY_COUNT where it is in none. */
pw_trt_family pw_trt_family_of(int32_t version);
/* Slot of a method in this library, negative where it lacks it or another serves. */
int pw_trt_slot(const pw_trt_library *library, pw_trt_method method);
/* Whether this library has a flag. */
static inline bool pw_trt_has_flag(const pw_trt_library *library, pw_trt_flag flag)
{
    return flag.number >= 0 && library->version >= flag.since;
}
static inline bool pw_trt_has(const pw_trt_library *library, pw_trt_method method)
{
    return pw_trt_slot(library, method) >= 0;
}

/* Counts messages whose text contains one of NVIDIA's four destroy sentences since the process
 * began. */
unsigned pw_trt_destroy_complaints(void);

#endif
