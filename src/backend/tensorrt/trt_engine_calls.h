/* SPDX-License-Identifier: Apache-2.0 */
/* The half of trt_calls.h that runs plans: runtime, engine, context. */
#ifndef PW_TRT_ENGINE_CALLS_H
#define PW_TRT_ENGINE_CALLS_H

#include "backend/tensorrt/trt_calls.h"

pw_trt_native *pw_trt_runtime_deserialize(const pw_trt_library *library, pw_trt_native *runtime,
                                          const void *data, size_t size);
bool pw_trt_runtime_set_threads(const pw_trt_library *library, pw_trt_native *runtime,
                                int32_t threads);
int32_t pw_trt_runtime_threads(const pw_trt_library *library, pw_trt_native *runtime);
/* Lets plans be loaded that bring code of the host's, as version-compatible ones do; 8.6 on. */
void pw_trt_runtime_allow_host_code(const pw_trt_library *library, pw_trt_native *runtime);
int32_t pw_trt_engine_profiles(const pw_trt_library *library, pw_trt_native *engine);
pw_trt_native *pw_trt_engine_context(const pw_trt_library *library, pw_trt_native *engine);
/* Tensors of an engine in its own order, inputs and outputs mixed; families without names answer
 * through the bindings of profile 0. */
int32_t pw_trt_engine_tensor_count(const pw_trt_library *library, pw_trt_native *engine);
const char *pw_trt_engine_tensor_name(const pw_trt_library *library, pw_trt_native *engine,
                                      int32_t index);

/* A context with what its calls need to know. */
typedef struct pw_trt_execution {
    pw_trt_native *engine, *context;
    int32_t profile; /* of the engine's, in use by the context */
} pw_trt_execution;

/* The profile becomes the context's. What it puts on the stream has to be waited for before a run
 * on another. */
bool pw_trt_context_set_profile(const pw_trt_library *library, const pw_trt_execution *of,
                                void *stream);
bool pw_trt_context_set_input_shape(const pw_trt_library *library, const pw_trt_execution *of,
                                    const char *name, const pw_trt_dims *dims);
pw_trt_dims pw_trt_context_tensor_dims(const pw_trt_library *library, const pw_trt_execution *of,
                                       const char *name);
/* Runs: addresses in the order of pw_trt_engine_tensor_name(). setTensorAddress + enqueueV3, or
 * enqueueV2. */
bool pw_trt_context_enqueue(const pw_trt_library *library, const pw_trt_execution *of,
                            void *const *addresses, int32_t count, void *stream);

#endif
