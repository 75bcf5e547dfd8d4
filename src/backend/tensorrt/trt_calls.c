/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls themselves: the only file that goes through a vtable. Each row of trt_slots.h becomes a
 * typed callable here, checked in one place. Dims pass by value as {int32, int32[8]} up to 9.x and
 * by reference as {int32, int64[8]} from 10.0 and RTX on; both ways are System V calls that C can
 * make.
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_watch.h"
#include <pawl/limits.h>
#include <pawl/network.h>

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

/* Stands where families differ in the types of all_*, so that such a call does not compile. */
struct differs_between_families;

/* clang-format off */
/* The C type of each method: narrow_* up to 9.x, wide_* from 10.0 on, all_* where they agree. */
#define DIMS          narrow_dims
#define DIMS_IN       narrow_dims
#define COUNT         int32_t
#define UP_TO_9(...)  __VA_ARGS__
#define FROM_10(...)
#define NARROW_TYPE(class, method, result, parameters, ...) typedef result narrow_##class##_##method parameters;
PW_TRT_COMMON_MAP(NARROW_TYPE)
PW_TRT_LATER_MAP(NARROW_TYPE)
#undef DIMS
#undef DIMS_IN
#undef COUNT
#undef UP_TO_9
#undef FROM_10

#define DIMS          pw_trt_dims
#define DIMS_IN       const pw_trt_dims *
#define COUNT         int64_t
#define UP_TO_9(...)
#define FROM_10(...)  __VA_ARGS__
#define WIDE_TYPE(class, method, result, parameters, ...) typedef result wide_##class##_##method parameters;
PW_TRT_COMMON_MAP(WIDE_TYPE)
PW_TRT_LATER_MAP(WIDE_TYPE)
#undef DIMS
#undef DIMS_IN
#undef COUNT
#undef UP_TO_9
#undef FROM_10

#define DIMS          struct differs_between_families
#define DIMS_IN       struct differs_between_families
#define COUNT         struct differs_between_families
#define UP_TO_9(...)  , struct differs_between_families
#define FROM_10(...)  , struct differs_between_families
#define ALL_TYPE(class, method, result, parameters, ...) typedef result all_##class##_##method parameters;
PW_TRT_COMMON_MAP(ALL_TYPE)
PW_TRT_LATER_MAP(ALL_TYPE)

/* Where each method is. A row that no call uses is an unused function: it does not compile. */
#define METHOD_OF(prefix, class, method)                                                            \
    static pw_trt_function prefix##class##_##method(const pw_trt_library *library, const inner *self) \
    {                                                                                               \
        return self->vtable[pw_trt_slot(library, PW_TRT_##class##_##method)];                       \
    }
#define COMMON_METHOD(class, method, result, parameters, a, b, c, d, e, f)                          \
    _Static_assert((a) > 1 && (b) > 1 && (c) > 1 && (d) > 1 && (e) > 1 && (f) > 1,                  \
                   #class "::" #method " is not in every family: it belongs into PW_TRT_LATER_MAP"); \
    METHOD_OF(common_, class, method)
#define LATER_METHOD(class, method, result, parameters, ...) METHOD_OF(later_, class, method)
PW_TRT_COMMON_MAP(COMMON_METHOD)
PW_TRT_LATER_MAP(LATER_METHOD)
/* clang-format on */

/*
 * The two ways to call. CALL(kind, method, self) is a method that every version has, typed; it does
 * not compile for another. CALL_IF(kind, method, self, otherwise, (self, ...)) is the call of one
 * that some lack: there it is `otherwise`, and the error of the call under way says why. Nothing
 * reaches a slot that is not there.
 */
#define CALL(kind, method, self) ((kind##_##method *)common_##method(library, self))
#define CALL_IF(kind, method, self, otherwise, arguments)              \
    (pw_trt_has(library, PW_TRT_##method)                              \
         ? ((kind##_##method *)later_##method(library, self))arguments \
         : (lacks(library, #method), otherwise))

static void lacks(const pw_trt_library *library, const char *method)
{
    pw_trt_watch_note("%s has no %s, which pawl should have known: please report this",
                      library->version_text, method);
}

static narrow_dims narrow(const pw_trt_dims *dims)
{
    narrow_dims result = {.count = dims->count, .d = {0}};
    for (int i = 0; i < PW_TRT_MAX_DIMS; i++)
        result.d[i] = (int32_t)dims->d[i];
    return result;
}

static pw_trt_dims widen(narrow_dims dims)
{
    pw_trt_dims result = {.count = dims.count, .d = {0}};
    for (int i = 0; i < PW_TRT_MAX_DIMS; i++)
        result.d[i] = dims.d[i];
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
    return (uintptr_t)object >= 4096 ? object : NULL;
}

pw_trt_native *pw_trt_builder_create(const pw_trt_library *library)
{
    return made(library->create_builder(library->logger, library->version));
}

pw_trt_native *pw_trt_runtime_create(const pw_trt_library *library)
{
    return made(library->create_runtime(library->logger, library->version));
}

pw_trt_native *pw_trt_builder_config(const pw_trt_library *library, pw_trt_native *builder)
{
    return CALL(all, VBuilder_createBuilderConfig, builder->first)(builder->first);
}

pw_trt_native *pw_trt_builder_network(const pw_trt_library *library, pw_trt_native *builder,
                                      uint32_t flags)
{
    return CALL(all, VBuilder_createNetworkV2, builder->first)(builder->first, flags);
}

pw_trt_native *pw_trt_builder_profile(const pw_trt_library *library, pw_trt_native *builder)
{
    return CALL(all, VBuilder_createOptimizationProfile, builder->first)(builder->first);
}

pw_trt_native *pw_trt_builder_build(const pw_trt_library *library, pw_trt_native *builder,
                                    pw_trt_native *network, pw_trt_native *config)
{
    return CALL(all, VBuilder_buildSerializedNetwork, builder->first)(builder->first, network,
                                                                      config);
}

bool pw_trt_builder_set_threads(const pw_trt_library *library, pw_trt_native *builder,
                                int32_t threads)
{
    inner *const self = builder->first;
    return CALL_IF(all, VBuilder_setMaxThreads, self, false, (self, threads));
}

int32_t pw_trt_builder_threads(const pw_trt_library *library, pw_trt_native *builder)
{
    inner *const self = builder->first;
    return CALL_IF(all, VBuilder_getMaxThreads, self, 0, (self));
}

bool pw_trt_builder_has_half(const pw_trt_library *library, pw_trt_native *builder)
{
    inner *const self = builder->first;
    return CALL_IF(all, VBuilder_platformHasFastFp16, self, false, (self));
}

bool pw_trt_builder_has_int8(const pw_trt_library *library, pw_trt_native *builder)
{
    inner *const self = builder->first;
    return CALL_IF(all, VBuilder_platformHasFastInt8, self, false, (self));
}

const void *pw_trt_memory_data(const pw_trt_library *library, pw_trt_native *memory)
{
    return CALL(all, VHostMemory_data, memory->first)(memory->first);
}

size_t pw_trt_memory_size(const pw_trt_library *library, pw_trt_native *memory)
{
    return CALL(all, VHostMemory_size, memory->first)(memory->first);
}

/* Config */

bool pw_trt_config_set_flag(const pw_trt_library *library, pw_trt_native *config, pw_trt_flag flag,
                            bool is_on)
{
    if (!pw_trt_has_flag(library, flag))
        return false;
    if (is_on)
        CALL(all, VBuilderConfig_setFlag, config->first)(config->first, flag.number);
    else
        CALL(all, VBuilderConfig_clearFlag, config->first)(config->first, flag.number);
    return true;
}

void pw_trt_config_set_workspace(const pw_trt_library *library, pw_trt_native *config, size_t size)
{
    enum { POOL_WORKSPACE = 0 }; /* MemoryPoolType::kWORKSPACE */
    inner *const self = config->first;
    if (pw_trt_has(library, PW_TRT_VBuilderConfig_setMemoryPoolLimit))
        CALL_IF(all, VBuilderConfig_setMemoryPoolLimit, self, (void)0,
                (self, POOL_WORKSPACE, size));
    else
        CALL_IF(all, VBuilderConfig_setMaxWorkspaceSize, self, (void)0, (self, size));
}

int32_t pw_trt_config_add_profile(const pw_trt_library *library, pw_trt_native *config,
                                  pw_trt_native *profile)
{
    return CALL(all, VBuilderConfig_addOptimizationProfile, config->first)(config->first, profile);
}

void pw_trt_config_set_level(const pw_trt_library *library, pw_trt_native *config, int32_t level)
{
    inner *const self = config->first;
    CALL_IF(all, VBuilderConfig_setBuilderOptimizationLevel, self, (void)0, (self, level));
}

void pw_trt_config_set_hardware_level(const pw_trt_library *library, pw_trt_native *config,
                                      int32_t level)
{
    inner *const self = config->first;
    CALL_IF(all, VBuilderConfig_setHardwareCompatibilityLevel, self, (void)0, (self, level));
}

void pw_trt_config_set_monitor(const pw_trt_library *library, pw_trt_native *config, void *monitor)
{
    inner *const self = config->first;
    CALL_IF(all, VBuilderConfig_setProgressMonitor, self, (void)0, (self, monitor));
}

uint32_t pw_trt_config_sources(const pw_trt_library *library, pw_trt_native *config)
{
    inner *const self = config->first;
    return CALL_IF(all, VBuilderConfig_getTacticSources, self, 0u, (self));
}

bool pw_trt_config_set_sources(const pw_trt_library *library, pw_trt_native *config,
                               uint32_t sources)
{
    inner *const self = config->first;
    return CALL_IF(all, VBuilderConfig_setTacticSources, self, false, (self, sources));
}

pw_trt_native *pw_trt_config_timing_cache(const pw_trt_library *library, pw_trt_native *config,
                                          const void *data, size_t size)
{
    return CALL(all, VBuilderConfig_createTimingCache, config->first)(config->first, data, size);
}

bool pw_trt_config_set_timing_cache(const pw_trt_library *library, pw_trt_native *config,
                                    pw_trt_native *cache)
{
    return CALL(all, VBuilderConfig_setTimingCache, config->first)(config->first, cache, false);
}

pw_trt_native *pw_trt_timing_cache_serialize(const pw_trt_library *library, pw_trt_native *cache)
{
    return CALL(all, VTimingCache_serialize, cache->first)(cache->first);
}

bool pw_trt_profile_set(const pw_trt_library *library, pw_trt_native *profile, const char *input,
                        pw_trt_selector selector, const pw_trt_dims *dims)
{
    inner *const self = profile->first;
    if (is_wide(library))
        return CALL(wide, VOptimizationProfile_setDimensions, self)(self, input, (int32_t)selector,
                                                                    dims);
    return CALL(narrow, VOptimizationProfile_setDimensions, self)(self, input, (int32_t)selector,
                                                                  narrow(dims));
}

/* Network */

pw_trt_native *pw_trt_add_input(const pw_trt_library *library, pw_trt_native *network,
                                const char *name, pw_trt_type type, const pw_trt_dims *dims)
{
    inner *const self = network->first;
    if (is_wide(library))
        return CALL(wide, VNetworkDefinition_addInput, self)(self, name, (int32_t)type, dims);
    return CALL(narrow, VNetworkDefinition_addInput, self)(self, name, (int32_t)type, narrow(dims));
}

void pw_trt_mark_output(const pw_trt_library *library, pw_trt_native *network,
                        pw_trt_native *tensor)
{
    CALL(all, VNetworkDefinition_markOutput, network->first)(network->first, tensor);
}

pw_trt_native *pw_trt_add_convolution(const pw_trt_library *library, pw_trt_native *network,
                                      pw_trt_native *tensor, int64_t maps,
                                      const pw_trt_dims *kernel, const pw_trt_weights *weights,
                                      const pw_trt_weights *bias)
{
    inner *const self = network->first;
    if (is_wide(library))
        return CALL(wide, VNetworkDefinition_addConvolutionNd, self)(self, tensor, maps, kernel,
                                                                     *weights, *bias);
    return CALL(narrow, VNetworkDefinition_addConvolutionNd, self)(self, tensor, (int32_t)maps,
                                                                   narrow(kernel), *weights, *bias);
}

pw_trt_native *pw_trt_add_activation(const pw_trt_library *library, pw_trt_native *network,
                                     pw_trt_native *tensor, pw_trt_activation kind)
{
    return CALL(all, VNetworkDefinition_addActivation, network->first)(network->first, tensor,
                                                                       (int32_t)kind);
}

pw_trt_native *pw_trt_add_pool(const pw_trt_library *library, pw_trt_native *network,
                               pw_trt_native *tensor, pw_trt_pooling kind,
                               const pw_trt_dims *kernel)
{
    inner *const self = network->first;
    if (is_wide(library))
        return CALL(wide, VNetworkDefinition_addPoolingNd, self)(self, tensor, (int32_t)kind,
                                                                 kernel);
    return CALL(narrow, VNetworkDefinition_addPoolingNd, self)(self, tensor, (int32_t)kind,
                                                               narrow(kernel));
}

pw_trt_native *pw_trt_add_concatenation(const pw_trt_library *library, pw_trt_native *network,
                                        pw_trt_native *const *tensors, int32_t count)
{
    return CALL(all, VNetworkDefinition_addConcatenation,
                network->first)(network->first, (void *const *)tensors, count);
}

pw_trt_native *pw_trt_add_elementwise(const pw_trt_library *library, pw_trt_native *network,
                                      pw_trt_native *a, pw_trt_native *b,
                                      pw_trt_elementwise operation)
{
    return CALL(all, VNetworkDefinition_addElementWise, network->first)(network->first, a, b,
                                                                        (int32_t)operation);
}

pw_trt_native *pw_trt_add_resize(const pw_trt_library *library, pw_trt_native *network,
                                 pw_trt_native *tensor)
{
    return CALL(all, VNetworkDefinition_addResize, network->first)(network->first, tensor);
}

pw_trt_native *pw_trt_add_cast(const pw_trt_library *library, pw_trt_native *network,
                               pw_trt_native *tensor, pw_trt_type type)
{
    inner *const self = network->first;
    return CALL_IF(all, VNetworkDefinition_addCast, self, NULL, (self, tensor, (int32_t)type));
}

pw_trt_native *pw_trt_add_shuffle(const pw_trt_library *library, pw_trt_native *network,
                                  pw_trt_native *tensor)
{
    return CALL(all, VNetworkDefinition_addShuffle, network->first)(network->first, tensor);
}

pw_trt_native *pw_trt_add_padding(const pw_trt_library *library, pw_trt_native *network,
                                  pw_trt_native *tensor, const pw_trt_dims *before,
                                  const pw_trt_dims *after)
{
    inner *const self = network->first;
    if (is_wide(library))
        return CALL(wide, VNetworkDefinition_addPaddingNd, self)(self, tensor, before, after);
    return CALL(narrow, VNetworkDefinition_addPaddingNd, self)(self, tensor, narrow(before),
                                                               narrow(after));
}

pw_trt_native *pw_trt_add_mean(const pw_trt_library *library, pw_trt_native *network,
                               pw_trt_native *tensor)
{
    enum { OPERATION_AVERAGE = 4, HEIGHT_AND_WIDTH = 1 << 2 | 1 << 3 }; /* ReduceOperation */
    return CALL(all, VNetworkDefinition_addReduce,
                network->first)(network->first, tensor, OPERATION_AVERAGE, HEIGHT_AND_WIDTH, true);
}

pw_trt_native *pw_trt_add_scale(const pw_trt_library *library, pw_trt_native *network,
                                pw_trt_native *tensor, const pw_trt_weights *factor)
{
    enum { MODE_UNIFORM = 0 }; /* ScaleMode */
    const pw_trt_weights none = {.type = factor->type};
    return CALL(all, VNetworkDefinition_addScale,
                network->first)(network->first, tensor, MODE_UNIFORM, none, *factor, none);
}

pw_trt_native *pw_trt_add_constant(const pw_trt_library *library, pw_trt_native *network,
                                   const pw_trt_dims *dims, const pw_trt_weights *values)
{
    inner *const self = network->first;
    if (is_wide(library))
        return CALL(wide, VNetworkDefinition_addConstant, self)(self, dims, *values);
    return CALL(narrow, VNetworkDefinition_addConstant, self)(self, narrow(dims), *values);
}

pw_trt_native *pw_trt_add_quantize(const pw_trt_library *library, pw_trt_native *network,
                                   pw_trt_native *tensor, pw_trt_native *scale, int32_t axis)
{
    inner *const self = network->first;
    pw_trt_native *const layer =
        pw_trt_has(library, PW_TRT_VNetworkDefinition_addQuantizeV2)
            ? CALL_IF(all, VNetworkDefinition_addQuantizeV2, self, NULL,
                      (self, tensor, scale, (int32_t)PW_TRT_INT8))
            : CALL_IF(all, VNetworkDefinition_addQuantize, self, NULL, (self, tensor, scale));
    if (layer != NULL)
        CALL(all, VQuantizeLayer_setAxis, layer->second)(layer->second, axis);
    return layer;
}

pw_trt_native *pw_trt_add_dequantize(const pw_trt_library *library, pw_trt_native *network,
                                     pw_trt_native *tensor, pw_trt_native *scale, int32_t axis,
                                     pw_trt_type type)
{
    inner *const self = network->first;
    pw_trt_native *const layer =
        pw_trt_has(library, PW_TRT_VNetworkDefinition_addDequantizeV2)
            ? CALL_IF(all, VNetworkDefinition_addDequantizeV2, self, NULL,
                      (self, tensor, scale, (int32_t)type))
            : CALL_IF(all, VNetworkDefinition_addDequantize, self, NULL, (self, tensor, scale));
    if (layer != NULL)
        CALL(all, VDequantizeLayer_setAxis, layer->second)(layer->second, axis);
    return layer;
}

void pw_trt_network_set_name(const pw_trt_library *library, pw_trt_native *network,
                             const char *name)
{
    CALL(all, VNetworkDefinition_setName, network->first)(network->first, name);
}

const char *pw_trt_network_name(const pw_trt_library *library, pw_trt_native *network)
{
    return CALL(all, VNetworkDefinition_getName, network->first)(network->first);
}

/* Layers and tensors */

void pw_trt_layer_set_name(const pw_trt_library *library, pw_trt_native *layer, const char *name)
{
    CALL(all, VLayer_setName, layer->first)(layer->first, name);
}

void pw_trt_layer_set_precision(const pw_trt_library *library, pw_trt_native *layer,
                                pw_trt_type type)
{
    inner *const self = layer->first;
    CALL_IF(all, VLayer_setPrecision, self, (void)0, (self, (int32_t)type));
}

void pw_trt_layer_set_output_type(const pw_trt_library *library, pw_trt_native *layer,
                                  pw_trt_type type)
{
    inner *const self = layer->first;
    CALL_IF(all, VLayer_setOutputType, self, (void)0, (self, 0, (int32_t)type));
}

void pw_trt_layer_set_input(const pw_trt_library *library, pw_trt_native *layer, int32_t index,
                            pw_trt_native *tensor)
{
    CALL(all, VLayer_setInput, layer->first)(layer->first, index, tensor);
}

pw_trt_native *pw_trt_layer_output(const pw_trt_library *library, pw_trt_native *layer)
{
    return CALL(all, VLayer_getOutput, layer->first)(layer->first, 0);
}

void pw_trt_convolution_set(const pw_trt_library *library, pw_trt_native *layer,
                            const pw_trt_dims *stride, const pw_trt_dims *padding,
                            const pw_trt_dims *dilation, int64_t groups)
{
    inner *const self = layer->second;
    if (is_wide(library)) {
        CALL(wide, VConvolutionLayer_setStrideNd, self)(self, stride);
        CALL(wide, VConvolutionLayer_setPaddingNd, self)(self, padding);
        CALL(wide, VConvolutionLayer_setDilationNd, self)(self, dilation);
        CALL(wide, VConvolutionLayer_setNbGroups, self)(self, groups);
        return;
    }
    CALL(narrow, VConvolutionLayer_setStrideNd, self)(self, narrow(stride));
    CALL(narrow, VConvolutionLayer_setPaddingNd, self)(self, narrow(padding));
    CALL(narrow, VConvolutionLayer_setDilationNd, self)(self, narrow(dilation));
    CALL(narrow, VConvolutionLayer_setNbGroups, self)(self, (int32_t)groups);
}

void pw_trt_pool_set(const pw_trt_library *library, pw_trt_native *layer, const pw_trt_dims *stride,
                     const pw_trt_dims *padding)
{
    inner *const self = layer->second;
    if (is_wide(library)) {
        CALL(wide, VPoolingLayer_setStrideNd, self)(self, stride);
        CALL(wide, VPoolingLayer_setPaddingNd, self)(self, padding);
        return;
    }
    CALL(narrow, VPoolingLayer_setStrideNd, self)(self, narrow(stride));
    CALL(narrow, VPoolingLayer_setPaddingNd, self)(self, narrow(padding));
}

void pw_trt_activation_set(const pw_trt_library *library, pw_trt_native *layer, float alpha,
                           float beta)
{
    CALL(all, VActivationLayer_setAlpha, layer->second)(layer->second, alpha);
    CALL(all, VActivationLayer_setBeta, layer->second)(layer->second, beta);
}

void pw_trt_resize_set_scales(const pw_trt_library *library, pw_trt_native *layer,
                              const float *scales, int32_t count)
{
    CALL(all, VResizeLayer_setScales, layer->second)(layer->second, scales, count);
}

void pw_trt_concatenation_set_axis(const pw_trt_library *library, pw_trt_native *layer,
                                   int32_t axis)
{
    CALL(all, VConcatenationLayer_setAxis, layer->second)(layer->second, axis);
}

void pw_trt_shuffle_transpose(const pw_trt_library *library, pw_trt_native *layer,
                              const int32_t order[PW_TRT_MAX_DIMS])
{
    CALL(all, VShuffleLayer_setFirstTranspose, layer->second)(layer->second, order);
}

void pw_trt_tensor_set_name(const pw_trt_library *library, pw_trt_native *tensor, const char *name)
{
    CALL(all, VTensor_setName, tensor->first)(tensor->first, name);
}

const char *pw_trt_tensor_name(const pw_trt_library *library, pw_trt_native *tensor)
{
    return CALL(all, VTensor_getName, tensor->first)(tensor->first);
}

pw_trt_dims pw_trt_tensor_dims(const pw_trt_library *library, pw_trt_native *tensor)
{
    if (is_wide(library))
        return CALL(wide, VTensor_getDimensions, tensor->first)(tensor->first);
    return widen(CALL(narrow, VTensor_getDimensions, tensor->first)(tensor->first));
}

/* Run time */

pw_trt_native *pw_trt_runtime_deserialize(const pw_trt_library *library, pw_trt_native *runtime,
                                          const void *data, size_t size)
{
    inner *const self = runtime->first;
    if (is_wide(library))
        return made(CALL(wide, VRuntime_deserializeCudaEngine, self)(self, data, size));
    /* Up to 9.x with a plugin factory, long unused. */
    return made(CALL(narrow, VRuntime_deserializeCudaEngine, self)(self, data, size, NULL));
}

bool pw_trt_runtime_set_threads(const pw_trt_library *library, pw_trt_native *runtime,
                                int32_t threads)
{
    inner *const self = runtime->first;
    return CALL_IF(all, VRuntime_setMaxThreads, self, false, (self, threads));
}

int32_t pw_trt_runtime_threads(const pw_trt_library *library, pw_trt_native *runtime)
{
    inner *const self = runtime->first;
    return CALL_IF(all, VRuntime_getMaxThreads, self, 0, (self));
}

void pw_trt_runtime_allow_host_code(const pw_trt_library *library, pw_trt_native *runtime)
{
    inner *const self = runtime->first;
    CALL_IF(all, VRuntime_setEngineHostCodeAllowed, self, (void)0, (self, true));
}

int32_t pw_trt_engine_profiles(const pw_trt_library *library, pw_trt_native *engine)
{
    return CALL(all, VCudaEngine_getNbOptimizationProfiles, engine->first)(engine->first);
}

pw_trt_native *pw_trt_engine_context(const pw_trt_library *library, pw_trt_native *engine)
{
    enum { ALLOCATION_STATIC = 0 };
    inner *const self = engine->first;
    if (is_wide(library))
        return made(CALL(wide, VCudaEngine_createExecutionContext, self)(self, ALLOCATION_STATIC));
    return made(CALL(narrow, VCudaEngine_createExecutionContext, self)(self));
}

int32_t pw_trt_engine_tensor_count(const pw_trt_library *library, pw_trt_native *engine)
{
    inner *const self = engine->first;
    if (library->strategy->has_named_tensors)
        return CALL_IF(all, VCudaEngine_getNbIOTensors, self, 0, (self));
    const int32_t profiles = pw_trt_engine_profiles(library, engine);
    return CALL_IF(all, VCudaEngine_getNbBindings, self, 0, (self)) / (profiles > 0 ? profiles : 1);
}

const char *pw_trt_engine_tensor_name(const pw_trt_library *library, pw_trt_native *engine,
                                      int32_t index)
{
    inner *const self = engine->first;
    if (library->strategy->has_named_tensors)
        return CALL_IF(all, VCudaEngine_getIOTensorName, self, NULL, (self, index));
    return CALL_IF(all, VCudaEngine_getBindingName, self, NULL, (self, index));
}

/* Indexed bindings stand once for each profile, one profile's after the other's; a name is that of
 * profile 0's. */
static int32_t binding_index(const pw_trt_library *library, const pw_trt_execution *of,
                             const char *name)
{
    inner *const self = of->engine->first;
    const int32_t index = CALL_IF(all, VCudaEngine_getBindingIndex, self, -1, (self, name));
    return index < 0 ? -1 : index + of->profile * pw_trt_engine_tensor_count(library, of->engine);
}

bool pw_trt_context_set_profile(const pw_trt_library *library, const pw_trt_execution *of,
                                void *stream)
{
    return CALL(all, VExecutionContext_setOptimizationProfileAsync,
                of->context->first)(of->context->first, of->profile, stream);
}

bool pw_trt_context_set_input_shape(const pw_trt_library *library, const pw_trt_execution *of,
                                    const char *name, const pw_trt_dims *dims)
{
    inner *const self = of->context->first;
    if (is_wide(library))
        return CALL_IF(wide, VExecutionContext_setInputShape, self, false, (self, name, dims));
    const narrow_dims small = narrow(dims); /* 8.5 already passes these by reference */
    if (library->strategy->has_named_tensors)
        return CALL_IF(narrow, VExecutionContext_setInputShape, self, false, (self, name, &small));
    return CALL_IF(narrow, VExecutionContext_setBindingDimensions, self, false,
                   (self, binding_index(library, of, name), small));
}

pw_trt_dims pw_trt_context_tensor_dims(const pw_trt_library *library, const pw_trt_execution *of,
                                       const char *name)
{
    const pw_trt_dims none = {.count = -1};
    const narrow_dims narrow_none = {.count = -1};
    inner *const self = of->context->first;
    if (is_wide(library))
        return CALL_IF(wide, VExecutionContext_getTensorShape, self, none, (self, name));
    if (library->strategy->has_named_tensors)
        return widen(
            CALL_IF(narrow, VExecutionContext_getTensorShape, self, narrow_none, (self, name)));
    return widen(CALL_IF(narrow, VExecutionContext_getBindingDimensions, self, narrow_none,
                         (self, binding_index(library, of, name))));
}

static bool enqueue_named(const pw_trt_library *library, const pw_trt_execution *of,
                          void *const *addresses, int32_t count, void *stream)
{
    inner *const self = of->context->first;
    for (int32_t i = 0; i < count; i++)
        if (!CALL_IF(all, VExecutionContext_setTensorAddress, self, false,
                     (self, pw_trt_engine_tensor_name(library, of->engine, i), addresses[i])))
            return false;
    return CALL_IF(all, VExecutionContext_enqueueV3, self, false, (self, stream));
}

bool pw_trt_context_enqueue(const pw_trt_library *library, const pw_trt_execution *of,
                            void *const *addresses, int32_t count, void *stream)
{
    enum { MOST_TENSORS = PAWL_MAX_LEVELS + 2 }; /* input, heads, prototypes */
    inner *const self = of->context->first;
    if (library->strategy->has_named_tensors)
        return enqueue_named(library, of, addresses, count, stream);
    /* All profiles' bindings, of which only the context's own are looked at. */
    void *bindings[PAWL_MAX_CONTEXTS * MOST_TENSORS] = {NULL};
    if (count > MOST_TENSORS || of->profile >= PAWL_MAX_CONTEXTS)
        return false;
    for (int32_t i = 0; i < count; i++)
        bindings[of->profile * count + i] = addresses[i];
    return CALL_IF(all, VExecutionContext_enqueueV2, self, false, (self, bindings, stream, NULL));
}
