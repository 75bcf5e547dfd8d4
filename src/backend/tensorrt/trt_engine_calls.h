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
pw_trt_native *pw_trt_engine_context(const pw_trt_library *library, pw_trt_native *engine);
/* Tensors of an engine in its own order, inputs and outputs mixed; families without names answer
 * through bindings. */
int32_t pw_trt_engine_tensor_count(const pw_trt_library *library, pw_trt_native *engine);
const char *pw_trt_engine_tensor_name(const pw_trt_library *library, pw_trt_native *engine,
                                      int32_t index);
bool pw_trt_context_set_input_shape(const pw_trt_library *library, pw_trt_native *engine,
                                    pw_trt_native *context, const char *name,
                                    const pw_trt_dims *dims);
pw_trt_dims pw_trt_context_tensor_dims(const pw_trt_library *library, pw_trt_native *engine,
                                       pw_trt_native *context, const char *name);
/* Runs: addresses in the order of pw_trt_engine_tensor_name(). setTensorAddress + enqueueV3, or
 * enqueueV2. */
bool pw_trt_context_enqueue(const pw_trt_library *library, pw_trt_native *engine,
                            pw_trt_native *context, void *const *addresses, int32_t count,
                            void *stream);

#endif
