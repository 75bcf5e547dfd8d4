/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TensorRT's methods as C functions. An object of the library is {vtable, inner}; a layer is
 * {vtable, inner layer, inner}. Methods are called through the inner object's vtable at the slot
 * that the library's family has; ending an object is slot 1 of its own vtable, everywhere. What a
 * version lacks (pw_trt_has() tells) does nothing there, gives NULL, false, 0 or -1, and is the
 * error of the call under way (trt_watch.h). Nothing here keeps anything.
 */
#ifndef PW_TRT_CALLS_H
#define PW_TRT_CALLS_H

#include "backend/tensorrt/trt_library.h"
#include <stddef.h>
#include <stdint.h>

#define PW_TRT_MAX_DIMS 8

typedef struct pw_trt_native
    pw_trt_native; /* an I* of the library; never dereferenced outside trt_calls.c */

typedef struct pw_trt_dims {
    int32_t count;
    int64_t d[PW_TRT_MAX_DIMS];
} pw_trt_dims;

/* nvinfer1::Weights: 24 bytes, passed in memory. Values are held by reference until the build has
 * returned. */
typedef struct pw_trt_weights {
    int32_t type; /* pw_trt_type */
    const void *values;
    int64_t count;
} pw_trt_weights;

/* The same numbers from 8.2 to 11.1 (NvInferRuntimeBase.h, NvInfer.h). */
typedef enum pw_trt_type { PW_TRT_FLOAT = 0, PW_TRT_HALF = 1, PW_TRT_INT8 = 2 } pw_trt_type;
typedef enum pw_trt_activation {
    PW_TRT_RELU = 0,
    PW_TRT_SIGMOID = 1,
    PW_TRT_LEAKY_RELU = 3,
    PW_TRT_CLIP = 8, /* alpha: least, beta: most */
    PW_TRT_HARD_SIGMOID = 9
} pw_trt_activation;
typedef enum pw_trt_elementwise { PW_TRT_SUM = 0, PW_TRT_PROD = 1 } pw_trt_elementwise;
typedef enum pw_trt_selector { PW_TRT_MIN = 0, PW_TRT_OPT = 1, PW_TRT_MAX = 2 } pw_trt_selector;

/* `delete object`. */
void pw_trt_delete(pw_trt_native *object);

/* Factories and builder. NULL on failure; the library has then logged why. */
pw_trt_native *pw_trt_builder_create(const pw_trt_library *library);
pw_trt_native *pw_trt_runtime_create(const pw_trt_library *library);
pw_trt_native *pw_trt_builder_config(const pw_trt_library *library, pw_trt_native *builder);
pw_trt_native *pw_trt_builder_network(const pw_trt_library *library, pw_trt_native *builder, uint32_t flags);
pw_trt_native *pw_trt_builder_profile(const pw_trt_library *library, pw_trt_native *builder); /* the builder's: never deleted */
pw_trt_native *pw_trt_builder_build(const pw_trt_library *library, pw_trt_native *builder, pw_trt_native *network, pw_trt_native *config);
bool pw_trt_builder_set_threads(const pw_trt_library *library, pw_trt_native *builder, int32_t threads);
/* Of the current GPU; not known by 11, nor by RTX from 1.5 on. */
bool pw_trt_builder_has_half(const pw_trt_library *library, pw_trt_native *builder);
bool pw_trt_builder_has_int8(const pw_trt_library *library, pw_trt_native *builder);
int32_t pw_trt_builder_threads(const pw_trt_library *library, pw_trt_native *builder);

/* Host memory: a plan or a serialised cache. */
const void *pw_trt_memory_data(const pw_trt_library *library, pw_trt_native *memory);
size_t pw_trt_memory_size(const pw_trt_library *library, pw_trt_native *memory);

/* Config. */
/* False where this version lacks the flag: nothing is set then. */
bool pw_trt_config_set_flag(const pw_trt_library *library, pw_trt_native *config, pw_trt_flag flag, bool is_on);
void pw_trt_config_set_workspace(const pw_trt_library *library, pw_trt_native *config, size_t size); /* either call, whichever there is */
int32_t pw_trt_config_add_profile(const pw_trt_library *library, pw_trt_native *config, pw_trt_native *profile);
void pw_trt_config_set_level(const pw_trt_library *library, pw_trt_native *config, int32_t level); /* 8.6 on */
void pw_trt_config_set_hardware_level(const pw_trt_library *library, pw_trt_native *config, int32_t level); /* 8.6 on */
void pw_trt_config_set_monitor(const pw_trt_library *library, pw_trt_native *config, void *monitor); /* 9.1 on */
/* Tactic sources, a bit each (TacticSource: cuBLAS 0, cuBLASLt 1, cuDNN 2); not in RTX. */
uint32_t pw_trt_config_sources(const pw_trt_library *library, pw_trt_native *config);
bool pw_trt_config_set_sources(const pw_trt_library *library, pw_trt_native *config, uint32_t sources);
pw_trt_native *pw_trt_config_timing_cache(const pw_trt_library *library, pw_trt_native *config, const void *data, size_t size);
bool pw_trt_config_set_timing_cache(const pw_trt_library *library, pw_trt_native *config, pw_trt_native *cache);
pw_trt_native *pw_trt_timing_cache_serialize(const pw_trt_library *library, pw_trt_native *cache);
bool pw_trt_profile_set(const pw_trt_library *library, pw_trt_native *profile, const char *input,
                        pw_trt_selector selector, const pw_trt_dims *dims);

/* Network: layers and tensors are the network's own, never deleted. NULL on failure. */
pw_trt_native *pw_trt_add_input(const pw_trt_library *library, pw_trt_native *network,
                                const char *name, pw_trt_type type, const pw_trt_dims *dims);
void pw_trt_mark_output(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor);
pw_trt_native *pw_trt_add_convolution(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, int64_t maps,
                                      const pw_trt_dims *kernel, const pw_trt_weights *weights,
                                      const pw_trt_weights *bias);
pw_trt_native *pw_trt_add_activation(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, pw_trt_activation kind);
typedef enum pw_trt_pooling {
    PW_TRT_POOLING_MAX = 0,
    PW_TRT_POOLING_AVERAGE = 1 /* over what lies in the picture, where it pads */
} pw_trt_pooling;
pw_trt_native *pw_trt_add_pool(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, pw_trt_pooling kind,
                               const pw_trt_dims *kernel);
pw_trt_native *pw_trt_add_concatenation(const pw_trt_library *library, pw_trt_native *network,
                                        pw_trt_native *const *tensors, int32_t count);
pw_trt_native *pw_trt_add_elementwise(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *a, pw_trt_native *b,
                                      pw_trt_elementwise operation);
pw_trt_native *pw_trt_add_resize(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor); /* nearest by default */
pw_trt_native *pw_trt_add_cast(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, pw_trt_type type); /* 8.6 on */
pw_trt_native *pw_trt_add_shuffle(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor);
/* Zeros around height and width: before is above and to the left, after below and to the right. */
pw_trt_native *pw_trt_add_padding(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, const pw_trt_dims *before,
                                  const pw_trt_dims *after);
/* The mean over height and width: N x C x 1 x 1. */
pw_trt_native *pw_trt_add_mean(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor);
/* All times one factor; the value is kept by reference, as weights are. */
pw_trt_native *pw_trt_add_scale(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, const pw_trt_weights *factor);
/* Its values are kept by reference, as weights are. */
pw_trt_native *pw_trt_add_constant(const pw_trt_library *library, pw_trt_native *network, const pw_trt_dims *dims,
                                   const pw_trt_weights *values);
/* To 8 bits about 0, and back to type; scale: a constant of one value, or of as many as the tensor has along axis. Up to 10.x what comes back is float32. */
pw_trt_native *pw_trt_add_quantize(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, pw_trt_native *scale,
                                   int32_t axis);
pw_trt_native *pw_trt_add_dequantize(const pw_trt_library *library, pw_trt_native *network, pw_trt_native *tensor, pw_trt_native *scale,
                                     int32_t axis, pw_trt_type type);
void pw_trt_network_set_name(const pw_trt_library *library, pw_trt_native *network, const char *name);
const char *pw_trt_network_name(const pw_trt_library *library, pw_trt_native *network);

void pw_trt_layer_set_name(const pw_trt_library *library, pw_trt_native *layer, const char *name);
void pw_trt_layer_set_precision(const pw_trt_library *library, pw_trt_native *layer, pw_trt_type type); /* weakly typed families */
void pw_trt_layer_set_output_type(const pw_trt_library *library, pw_trt_native *layer, pw_trt_type type); /* the same */
void pw_trt_layer_set_input(const pw_trt_library *library, pw_trt_native *layer, int32_t index, pw_trt_native *tensor);
pw_trt_native *pw_trt_layer_output(const pw_trt_library *library, pw_trt_native *layer);
void pw_trt_convolution_set(const pw_trt_library *library, pw_trt_native *layer, const pw_trt_dims *stride, const pw_trt_dims *padding,
                            const pw_trt_dims *dilation, int64_t groups);
void pw_trt_pool_set(const pw_trt_library *library, pw_trt_native *layer, const pw_trt_dims *stride, const pw_trt_dims *padding);
void pw_trt_activation_set(const pw_trt_library *library, pw_trt_native *layer, float alpha, float beta);
void pw_trt_resize_set_scales(const pw_trt_library *library, pw_trt_native *layer, const float *scales, int32_t count);
void pw_trt_concatenation_set_axis(const pw_trt_library *library, pw_trt_native *layer, int32_t axis);
/* order: 8 entries, of which the tensor's rank count. */
void pw_trt_shuffle_transpose(const pw_trt_library *library, pw_trt_native *layer, const int32_t order[PW_TRT_MAX_DIMS]);
void pw_trt_tensor_set_name(const pw_trt_library *library, pw_trt_native *tensor, const char *name);
const char *pw_trt_tensor_name(const pw_trt_library *library, pw_trt_native *tensor);
pw_trt_dims pw_trt_tensor_dims(const pw_trt_library *library, pw_trt_native *tensor);

#endif
