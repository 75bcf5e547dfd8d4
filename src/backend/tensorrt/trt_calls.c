/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls themselves. METHOD(...) names class and method, gives the function's C type, and yields
 * a callable; the inner object is its first argument. Dims pass by value as {int32, int32[8]} up
 * to 9.x and by reference as {int32, int64[8]} from 10.0 and RTX on; both ways are System V calls
 * that C can make.
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_logger.h"

typedef void (*pw_trt_function)(void);

typedef struct inner {
    const pw_trt_function *vtable;
} inner;

struct pw_trt_native {
    const pw_trt_function *vtable;
    inner *first;  /* mImpl; of a layer: mLayer */
    inner *second; /* of a layer: mImpl */
};

typedef struct narrow_dims {
    int32_t count;
    int32_t d[PW_TRT_MAX_DIMS];
} narrow_dims;

#define SLOT(inner_, method_)                 ((inner_)->vtable[pw_trt_slot(library, PW_TRT_##method_)])
#define METHOD(inner_, method_, result_, ...) ((result_(*)(__VA_ARGS__))SLOT(inner_, method_))

static narrow_dims narrow(const pw_trt_dims *dims)
{
    narrow_dims result = {.count = dims->count, .d = {0}};
    for (int i = 0; i < PW_TRT_MAX_DIMS; i++)
        result.d[i] = (int32_t)dims->d[i];
    return result;
}

static pw_trt_dims widen(const narrow_dims *dims)
{
    pw_trt_dims result = {.count = dims->count, .d = {0}};
    for (int i = 0; i < PW_TRT_MAX_DIMS; i++)
        result.d[i] = dims->d[i];
    return result;
}

static bool is_wide(const pw_trt_library *library)
{
    return library->strategy->has_wide_dims;
}

void pw_trt_delete(pw_trt_native *object)
{
    if (object != NULL)
        ((void (*)(void *))object->vtable[1])(object);
}

/* Builder */

/* What a factory gave. The lean runtime 11.4 answers 0x228 where there is no CUDA driver: a null
   object moved to one of its bases. No object lives in the first page. */
static pw_trt_native *made(void *object)
{
    const bool is_object = (uintptr_t)object >= 4096;
    pw_trt_capture_end(!is_object);
    return is_object ? object : NULL;
}

pw_trt_native *pw_trt_builder_create(const pw_trt_library *library)
{
    pw_trt_capture_begin();
    return made(library->create_builder(library->logger, library->version));
}

pw_trt_native *pw_trt_runtime_create(const pw_trt_library *library)
{
    pw_trt_capture_begin();
    return made(library->create_runtime(library->logger, library->version));
}

pw_trt_native *pw_trt_builder_config(const pw_trt_library *library, pw_trt_native *builder)
{
    return METHOD(builder->first, VBuilder_createBuilderConfig, void *, void *)(builder->first);
}

pw_trt_native *pw_trt_builder_network(const pw_trt_library *library, pw_trt_native *builder,
                                      uint32_t flags)
{
    return METHOD(builder->first, VBuilder_createNetworkV2, void *, void *,
                  uint32_t)(builder->first, flags);
}

pw_trt_native *pw_trt_builder_profile(const pw_trt_library *library, pw_trt_native *builder)
{
    return METHOD(builder->first, VBuilder_createOptimizationProfile, void *,
                  void *)(builder->first);
}

pw_trt_native *pw_trt_builder_build(const pw_trt_library *library, pw_trt_native *builder,
                                    pw_trt_native *network, pw_trt_native *config)
{
    return METHOD(builder->first, VBuilder_buildSerializedNetwork, void *, void *, void *,
                  void *)(builder->first, network, config);
}

bool pw_trt_builder_set_threads(const pw_trt_library *library, pw_trt_native *builder,
                                int32_t threads)
{
    return METHOD(builder->first, VBuilder_setMaxThreads, bool, void *, int32_t)(builder->first,
                                                                                 threads);
}

int32_t pw_trt_builder_threads(const pw_trt_library *library, pw_trt_native *builder)
{
    return METHOD(builder->first, VBuilder_getMaxThreads, int32_t, void *)(builder->first);
}

const void *pw_trt_memory_data(const pw_trt_library *library, pw_trt_native *memory)
{
    return METHOD(memory->first, VHostMemory_data, void *, void *)(memory->first);
}

size_t pw_trt_memory_size(const pw_trt_library *library, pw_trt_native *memory)
{
    return METHOD(memory->first, VHostMemory_size, size_t, void *)(memory->first);
}

/* Config */

void pw_trt_config_set_flag(const pw_trt_library *library, pw_trt_native *config, int32_t flag,
                            bool is_on)
{
    if (is_on)
        METHOD(config->first, VBuilderConfig_setFlag, void, void *, int32_t)(config->first, flag);
    else
        METHOD(config->first, VBuilderConfig_clearFlag, void, void *, int32_t)(config->first, flag);
}

bool pw_trt_config_flag(const pw_trt_library *library, pw_trt_native *config, int32_t flag)
{
    return METHOD(config->first, VBuilderConfig_getFlag, bool, void *, int32_t)(config->first,
                                                                                flag);
}

void pw_trt_config_set_workspace(const pw_trt_library *library, pw_trt_native *config, size_t size)
{
    if (pw_trt_has(library, PW_TRT_VBuilderConfig_setMemoryPoolLimit))
        METHOD(config->first, VBuilderConfig_setMemoryPoolLimit, void, void *, int32_t, size_t)
    (config->first, 0 /* MemoryPoolType::kWORKSPACE */, size);
    else METHOD(config->first, VBuilderConfig_setMaxWorkspaceSize, void, void *,
                size_t)(config->first, size);
}

int32_t pw_trt_config_add_profile(const pw_trt_library *library, pw_trt_native *config,
                                  pw_trt_native *profile)
{
    return METHOD(config->first, VBuilderConfig_addOptimizationProfile, int32_t, void *,
                  void *)(config->first, profile);
}

void pw_trt_config_set_level(const pw_trt_library *library, pw_trt_native *config, int32_t level)
{
    METHOD(config->first, VBuilderConfig_setBuilderOptimizationLevel, void, void *, int32_t)
    (config->first, level);
}

void pw_trt_config_set_hardware_level(const pw_trt_library *library, pw_trt_native *config,
                                      int32_t level)
{
    METHOD(config->first, VBuilderConfig_setHardwareCompatibilityLevel, void, void *, int32_t)
    (config->first, level);
}

void pw_trt_config_set_monitor(const pw_trt_library *library, pw_trt_native *config, void *monitor)
{
    METHOD(config->first, VBuilderConfig_setProgressMonitor, void, void *, void *)
    (config->first, monitor);
}

pw_trt_native *pw_trt_config_timing_cache(const pw_trt_library *library, pw_trt_native *config,
                                          const void *data, size_t size)
{
    return METHOD(config->first, VBuilderConfig_createTimingCache, void *, void *, const void *,
                  size_t)(config->first, data, size);
}

bool pw_trt_config_set_timing_cache(const pw_trt_library *library, pw_trt_native *config,
                                    pw_trt_native *cache)
{
    return METHOD(config->first, VBuilderConfig_setTimingCache, bool, void *, void *,
                  bool)(config->first, cache, false);
}

pw_trt_native *pw_trt_timing_cache_serialize(const pw_trt_library *library, pw_trt_native *cache)
{
    return METHOD(cache->first, VTimingCache_serialize, void *, void *)(cache->first);
}

bool pw_trt_profile_set(const pw_trt_library *library, pw_trt_native *profile, const char *input,
                        pw_trt_selector selector, const pw_trt_dims *dims)
{
    inner *const self = profile->first;
    if (is_wide(library))
        return METHOD(self, VOptimizationProfile_setDimensions, bool, void *, const char *, int32_t,
                      const pw_trt_dims *)(self, input, (int32_t)selector, dims);
    return METHOD(self, VOptimizationProfile_setDimensions, bool, void *, const char *, int32_t,
                  narrow_dims)(self, input, (int32_t)selector, narrow(dims));
}

/* Network */

pw_trt_native *pw_trt_add_input(const pw_trt_library *library, pw_trt_native *network,
                                const char *name, pw_trt_type type, const pw_trt_dims *dims)
{
    inner *const self = network->first;
    if (is_wide(library))
        return METHOD(self, VNetworkDefinition_addInput, void *, void *, const char *, int32_t,
                      const pw_trt_dims *)(self, name, (int32_t)type, dims);
    return METHOD(self, VNetworkDefinition_addInput, void *, void *, const char *, int32_t,
                  narrow_dims)(self, name, (int32_t)type, narrow(dims));
}

void pw_trt_mark_output(const pw_trt_library *library, pw_trt_native *network,
                        pw_trt_native *tensor)
{
    METHOD(network->first, VNetworkDefinition_markOutput, void, void *, void *)
    (network->first, tensor);
}

pw_trt_native *pw_trt_add_convolution(const pw_trt_library *library, pw_trt_native *network,
                                      pw_trt_native *tensor, int64_t maps,
                                      const pw_trt_dims *kernel, const pw_trt_weights *weights,
                                      const pw_trt_weights *bias)
{
    inner *const self = network->first;
    if (is_wide(library))
        return METHOD(self, VNetworkDefinition_addConvolutionNd, void *, void *, void *, int64_t,
                      const pw_trt_dims *, pw_trt_weights,
                      pw_trt_weights)(self, tensor, maps, kernel, *weights, *bias);
    return METHOD(self, VNetworkDefinition_addConvolutionNd, void *, void *, void *, int32_t,
                  narrow_dims, pw_trt_weights,
                  pw_trt_weights)(self, tensor, (int32_t)maps, narrow(kernel), *weights, *bias);
}

pw_trt_native *pw_trt_add_activation(const pw_trt_library *library, pw_trt_native *network,
                                     pw_trt_native *tensor, pw_trt_activation kind)
{
    return METHOD(network->first, VNetworkDefinition_addActivation, void *, void *, void *,
                  int32_t)(network->first, tensor, (int32_t)kind);
}

pw_trt_native *pw_trt_add_max_pool(const pw_trt_library *library, pw_trt_native *network,
                                   pw_trt_native *tensor, const pw_trt_dims *kernel)
{
    enum { POOLING_MAX = 0 };
    inner *const self = network->first;
    if (is_wide(library))
        return METHOD(self, VNetworkDefinition_addPoolingNd, void *, void *, void *, int32_t,
                      const pw_trt_dims *)(self, tensor, POOLING_MAX, kernel);
    return METHOD(self, VNetworkDefinition_addPoolingNd, void *, void *, void *, int32_t,
                  narrow_dims)(self, tensor, POOLING_MAX, narrow(kernel));
}

pw_trt_native *pw_trt_add_concatenation(const pw_trt_library *library, pw_trt_native *network,
                                        pw_trt_native *const *tensors, int32_t count)
{
    return METHOD(network->first, VNetworkDefinition_addConcatenation, void *, void *,
                  pw_trt_native *const *, int32_t)(network->first, tensors, count);
}

pw_trt_native *pw_trt_add_elementwise(const pw_trt_library *library, pw_trt_native *network,
                                      pw_trt_native *a, pw_trt_native *b,
                                      pw_trt_elementwise operation)
{
    return METHOD(network->first, VNetworkDefinition_addElementWise, void *, void *, void *, void *,
                  int32_t)(network->first, a, b, (int32_t)operation);
}

pw_trt_native *pw_trt_add_slice(const pw_trt_library *library, pw_trt_native *network,
                                pw_trt_native *tensor, const pw_trt_dims *start,
                                const pw_trt_dims *size, const pw_trt_dims *stride)
{
    inner *const self = network->first;
    if (is_wide(library))
        return METHOD(self, VNetworkDefinition_addSlice, void *, void *, void *,
                      const pw_trt_dims *, const pw_trt_dims *,
                      const pw_trt_dims *)(self, tensor, start, size, stride);
    return METHOD(self, VNetworkDefinition_addSlice, void *, void *, void *, narrow_dims,
                  narrow_dims,
                  narrow_dims)(self, tensor, narrow(start), narrow(size), narrow(stride));
}

pw_trt_native *pw_trt_add_constant(const pw_trt_library *library, pw_trt_native *network,
                                   const pw_trt_dims *dims, const pw_trt_weights *values)
{
    inner *const self = network->first;
    if (is_wide(library))
        return METHOD(self, VNetworkDefinition_addConstant, void *, void *, const pw_trt_dims *,
                      pw_trt_weights)(self, dims, *values);
    return METHOD(self, VNetworkDefinition_addConstant, void *, void *, narrow_dims,
                  pw_trt_weights)(self, narrow(dims), *values);
}

pw_trt_native *pw_trt_add_resize(const pw_trt_library *library, pw_trt_native *network,
                                 pw_trt_native *tensor)
{
    return METHOD(network->first, VNetworkDefinition_addResize, void *, void *,
                  void *)(network->first, tensor);
}

pw_trt_native *pw_trt_add_cast(const pw_trt_library *library, pw_trt_native *network,
                               pw_trt_native *tensor, pw_trt_type type)
{
    return METHOD(network->first, VNetworkDefinition_addCast, void *, void *, void *,
                  int32_t)(network->first, tensor, (int32_t)type);
}

pw_trt_native *pw_trt_add_shuffle(const pw_trt_library *library, pw_trt_native *network,
                                  pw_trt_native *tensor)
{
    return METHOD(network->first, VNetworkDefinition_addShuffle, void *, void *,
                  void *)(network->first, tensor);
}

void pw_trt_network_set_name(const pw_trt_library *library, pw_trt_native *network,
                             const char *name)
{
    METHOD(network->first, VNetworkDefinition_setName, void, void *, const char *)
    (network->first, name);
}

const char *pw_trt_network_name(const pw_trt_library *library, pw_trt_native *network)
{
    return METHOD(network->first, VNetworkDefinition_getName, const char *, void *)(network->first);
}

/* Layers and tensors */

void pw_trt_layer_set_name(const pw_trt_library *library, pw_trt_native *layer, const char *name)
{
    METHOD(layer->first, VLayer_setName, void, void *, const char *)(layer->first, name);
}

void pw_trt_layer_set_precision(const pw_trt_library *library, pw_trt_native *layer,
                                pw_trt_type type)
{
    METHOD(layer->first, VLayer_setPrecision, void, void *, int32_t)(layer->first, (int32_t)type);
}

pw_trt_native *pw_trt_layer_output(const pw_trt_library *library, pw_trt_native *layer)
{
    return METHOD(layer->first, VLayer_getOutput, void *, void *, int32_t)(layer->first, 0);
}

void pw_trt_convolution_set(const pw_trt_library *library, pw_trt_native *layer,
                            const pw_trt_dims *stride, const pw_trt_dims *padding,
                            const pw_trt_dims *dilation, int64_t groups)
{
    inner *const self = layer->second;
    if (is_wide(library)) {
        METHOD(self, VConvolutionLayer_setStrideNd, void, void *, const pw_trt_dims *)
        (self, stride);
        METHOD(self, VConvolutionLayer_setPaddingNd, void, void *, const pw_trt_dims *)
        (self, padding);
        METHOD(self, VConvolutionLayer_setDilationNd, void, void *, const pw_trt_dims *)
        (self, dilation);
        METHOD(self, VConvolutionLayer_setNbGroups, void, void *, int64_t)(self, groups);
        return;
    }
    METHOD(self, VConvolutionLayer_setStrideNd, void, void *, narrow_dims)(self, narrow(stride));
    METHOD(self, VConvolutionLayer_setPaddingNd, void, void *, narrow_dims)(self, narrow(padding));
    METHOD(self, VConvolutionLayer_setDilationNd, void, void *, narrow_dims)
    (self, narrow(dilation));
    METHOD(self, VConvolutionLayer_setNbGroups, void, void *, int32_t)(self, (int32_t)groups);
}

void pw_trt_pool_set(const pw_trt_library *library, pw_trt_native *layer, const pw_trt_dims *stride,
                     const pw_trt_dims *padding)
{
    inner *const self = layer->second;
    if (is_wide(library)) {
        METHOD(self, VPoolingLayer_setStrideNd, void, void *, const pw_trt_dims *)(self, stride);
        METHOD(self, VPoolingLayer_setPaddingNd, void, void *, const pw_trt_dims *)(self, padding);
        return;
    }
    METHOD(self, VPoolingLayer_setStrideNd, void, void *, narrow_dims)(self, narrow(stride));
    METHOD(self, VPoolingLayer_setPaddingNd, void, void *, narrow_dims)(self, narrow(padding));
}

void pw_trt_activation_set(const pw_trt_library *library, pw_trt_native *layer, float alpha,
                           float beta)
{
    METHOD(layer->second, VActivationLayer_setAlpha, void, void *, float)(layer->second, alpha);
    METHOD(layer->second, VActivationLayer_setBeta, void, void *, float)(layer->second, beta);
}

void pw_trt_resize_set_scales(const pw_trt_library *library, pw_trt_native *layer,
                              const float *scales, int32_t count)
{
    METHOD(layer->second, VResizeLayer_setScales, void, void *, const float *, int32_t)
    (layer->second, scales, count);
}

void pw_trt_concatenation_set_axis(const pw_trt_library *library, pw_trt_native *layer,
                                   int32_t axis)
{
    METHOD(layer->second, VConcatenationLayer_setAxis, void, void *, int32_t)(layer->second, axis);
}

void pw_trt_shuffle_transpose(const pw_trt_library *library, pw_trt_native *layer,
                              const int32_t order[PW_TRT_MAX_DIMS])
{
    METHOD(layer->second, VShuffleLayer_setFirstTranspose, void, void *, const int32_t *)
    (layer->second, order);
}

void pw_trt_tensor_set_name(const pw_trt_library *library, pw_trt_native *tensor, const char *name)
{
    METHOD(tensor->first, VTensor_setName, void, void *, const char *)(tensor->first, name);
}

const char *pw_trt_tensor_name(const pw_trt_library *library, pw_trt_native *tensor)
{
    return METHOD(tensor->first, VTensor_getName, const char *, void *)(tensor->first);
}

pw_trt_dims pw_trt_tensor_dims(const pw_trt_library *library, pw_trt_native *tensor)
{
    if (is_wide(library))
        return METHOD(tensor->first, VTensor_getDimensions, pw_trt_dims, void *)(tensor->first);
    const narrow_dims dims =
        METHOD(tensor->first, VTensor_getDimensions, narrow_dims, void *)(tensor->first);
    return widen(&dims);
}

/* Run time */

pw_trt_native *pw_trt_runtime_deserialize(const pw_trt_library *library, pw_trt_native *runtime,
                                          const void *data, size_t size)
{
    inner *const self = runtime->first;
    pw_trt_capture_begin();
    if (is_wide(library))
        return made(METHOD(self, VRuntime_deserializeCudaEngine, void *, void *, const void *,
                           size_t)(self, data, size));
    /* Up to 9.x with a plugin factory, long unused. */
    return made(METHOD(self, VRuntime_deserializeCudaEngine, void *, void *, const void *, size_t,
                       void *)(self, data, size, NULL));
}

int32_t pw_trt_runtime_validity(const pw_trt_library *library, pw_trt_native *runtime,
                                const void *data, size_t size, uint64_t *reasons)
{
    return METHOD(runtime->first, VRuntime_getEngineValidity, int32_t, void *, const void *,
                  int64_t, uint64_t *)(runtime->first, data, (int64_t)size, reasons);
}

bool pw_trt_runtime_set_threads(const pw_trt_library *library, pw_trt_native *runtime,
                                int32_t threads)
{
    return METHOD(runtime->first, VRuntime_setMaxThreads, bool, void *, int32_t)(runtime->first,
                                                                                 threads);
}

int32_t pw_trt_runtime_threads(const pw_trt_library *library, pw_trt_native *runtime)
{
    return METHOD(runtime->first, VRuntime_getMaxThreads, int32_t, void *)(runtime->first);
}

pw_trt_native *pw_trt_engine_context(const pw_trt_library *library, pw_trt_native *engine)
{
    inner *const self = engine->first;
    pw_trt_capture_begin();
    if (is_wide(library))
        return made(METHOD(self, VCudaEngine_createExecutionContext, void *, void *,
                           int32_t)(self, 0 /* kSTATIC */));
    return made(METHOD(self, VCudaEngine_createExecutionContext, void *, void *)(self));
}

int32_t pw_trt_engine_tensor_count(const pw_trt_library *library, pw_trt_native *engine)
{
    if (library->strategy->has_named_tensors)
        return METHOD(engine->first, VCudaEngine_getNbIOTensors, int32_t, void *)(engine->first);
    return METHOD(engine->first, VCudaEngine_getNbBindings, int32_t, void *)(engine->first);
}

const char *pw_trt_engine_tensor_name(const pw_trt_library *library, pw_trt_native *engine,
                                      int32_t index)
{
    if (library->strategy->has_named_tensors)
        return METHOD(engine->first, VCudaEngine_getIOTensorName, const char *, void *,
                      int32_t)(engine->first, index);
    return METHOD(engine->first, VCudaEngine_getBindingName, const char *, void *,
                  int32_t)(engine->first, index);
}

static int32_t binding_index(const pw_trt_library *library, pw_trt_native *engine, const char *name)
{
    return METHOD(engine->first, VCudaEngine_getBindingIndex, int32_t, void *,
                  const char *)(engine->first, name);
}

bool pw_trt_context_set_input_shape(const pw_trt_library *library, pw_trt_native *engine,
                                    pw_trt_native *context, const char *name,
                                    const pw_trt_dims *dims)
{
    inner *const self = context->first;
    if (!library->strategy->has_named_tensors)
        return METHOD(self, VExecutionContext_setBindingDimensions, bool, void *, int32_t,
                      narrow_dims)(self, binding_index(library, engine, name), narrow(dims));
    if (is_wide(library))
        return METHOD(self, VExecutionContext_setInputShape, bool, void *, const char *,
                      const pw_trt_dims *)(self, name, dims);
    const narrow_dims small = narrow(dims); /* 8.5 already passes these by reference */
    return METHOD(self, VExecutionContext_setInputShape, bool, void *, const char *,
                  const narrow_dims *)(self, name, &small);
}

pw_trt_dims pw_trt_context_tensor_dims(const pw_trt_library *library, pw_trt_native *engine,
                                       pw_trt_native *context, const char *name)
{
    inner *const self = context->first;
    if (is_wide(library))
        return METHOD(self, VExecutionContext_getTensorShape, pw_trt_dims, void *,
                      const char *)(self, name);
    narrow_dims dims;
    if (library->strategy->has_named_tensors)
        dims = METHOD(self, VExecutionContext_getTensorShape, narrow_dims, void *,
                      const char *)(self, name);
    else
        dims = METHOD(self, VExecutionContext_getBindingDimensions, narrow_dims, void *,
                      int32_t)(self, binding_index(library, engine, name));
    return widen(&dims);
}

bool pw_trt_context_enqueue(const pw_trt_library *library, pw_trt_native *engine,
                            pw_trt_native *context, void *const *addresses, int32_t count,
                            void *stream)
{
    inner *const self = context->first;
    if (!library->strategy->has_named_tensors)
        return METHOD(self, VExecutionContext_enqueueV2, bool, void *, void *const *, void *,
                      void *)(self, addresses, stream, NULL);
    for (int32_t i = 0; i < count; i++)
        if (!METHOD(self, VExecutionContext_setTensorAddress, bool, void *, const char *,
                    void *)(self, pw_trt_engine_tensor_name(library, engine, i), addresses[i]))
            return false;
    return METHOD(self, VExecutionContext_enqueueV3, bool, void *, void *)(self, stream);
}
