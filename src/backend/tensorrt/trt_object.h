/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's objects under our guard: each is an object of the lifetime room that pins what it was made from, so the native parent is
 * deleted after its native children whatever order they are ended in, on error paths too. NVIDIA's rules (tensorrt.md's table):
 *
 *     network, config -> builder      engine -> runtime      context -> engine      memory (a serialised plan), timing cache -> nothing
 */
#ifndef PW_TRT_OBJECT_H
#define PW_TRT_OBJECT_H

#include "backend/tensorrt/trt_calls.h"
#include "lifetime/handle.h"

typedef struct pw_trt_object {
    pw_object object;
    const pw_trt_library *library; /* never unloaded */
    pw_trt_native *native;         /* deleted when the last holder has gone */
} pw_trt_object;

/* TensorRT's classes of which we hold objects. */
extern const pw_type pw_trt_builder_type, pw_trt_network_type, pw_trt_config_type, pw_trt_cache_type, pw_trt_memory_type, pw_trt_runtime_type,
    pw_trt_engine_type, pw_trt_context_type;

/*
 * Takes charge of native, which the library has just made (NULL: it refused, and what it said, as this
 * thread watches it, becomes the error). On failure native is
 * deleted. The result is the caller's: end it with pw_object_end().
 */
pawl_status pw_trt_adopt(const pw_trt_library *library, const pw_type *type, pw_trt_native *native, pw_trt_object *parent,
                         pw_trt_object **object, pawl_error *error) PW_NODISCARD;

/* For guards: ends the object on every way out. */
static inline void pw_trt_end_slot(pw_trt_object **slot)
{
    if (*slot != NULL)
        (void)pw_object_end(*slot);
}
#define PW_TRT_GUARD PW_CLEANUP(pw_trt_end_slot)

#endif
