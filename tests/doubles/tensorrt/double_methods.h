/* SPDX-License-Identifier: Apache-2.0 */
/* The methods in NVIDIA's types, as the doubles' families declare them. A family's vtables take
 * those that its slot list names. */
#ifndef DOUBLE_METHODS_H
#define DOUBLE_METHODS_H

#include "doubles/tensorrt/double.h"

const void *VHostMemory_data(inner *self);
size_t VHostMemory_size(inner *self);
int32_t VHostMemory_type(inner *self);

object *VBuilder_createBuilderConfig(inner *self);
object *VBuilder_createNetworkV2(inner *self, uint32_t flags);
object *VBuilder_createOptimizationProfile(inner *self);
object *VBuilder_buildSerializedNetwork(inner *self, object *network, object *config);
bool VBuilder_platformHasFastFp16(inner *self);
bool VBuilder_platformHasFastInt8(inner *self);
bool VBuilder_setMaxThreads(inner *self, int32_t threads);
int32_t VBuilder_getMaxThreads(inner *self);

void VBuilderConfig_setFlag(inner *self, int32_t flag);
void VBuilderConfig_clearFlag(inner *self, int32_t flag);
bool VBuilderConfig_getFlag(inner *self, int32_t flag);
bool VBuilderConfig_setTacticSources(inner *self, uint32_t sources);
uint32_t VBuilderConfig_getTacticSources(inner *self);
void VBuilderConfig_setMaxWorkspaceSize(inner *self, size_t size);
void VBuilderConfig_setMemoryPoolLimit(inner *self, int32_t pool, size_t size);
int32_t VBuilderConfig_addOptimizationProfile(inner *self, object *profile);
void VBuilderConfig_setProfilingVerbosity(inner *self, int32_t verbosity);
object *VBuilderConfig_createTimingCache(inner *self, const void *data, size_t size);
bool VBuilderConfig_setTimingCache(inner *self, object *cache, bool ignore_mismatch);
void VBuilderConfig_setBuilderOptimizationLevel(inner *self, int32_t level);
void VBuilderConfig_setHardwareCompatibilityLevel(inner *self, int32_t level);
void VBuilderConfig_setProgressMonitor(inner *self, void *monitor);

bool VOptimizationProfile_setDimensions(inner *self, const char *input, int32_t selector,
                                        DIMS_IN dims);
object *VTimingCache_serialize(inner *self);
bool VTimingCache_combine(inner *self, object *other, bool ignore_mismatch);

object *VNetworkDefinition_addInput(inner *self, const char *name, int32_t type, DIMS_IN dims);
void VNetworkDefinition_markOutput(inner *self, object *tensor);
object *VNetworkDefinition_addConvolutionNd(inner *self, object *tensor, extent maps,
                                            DIMS_IN kernel, native_weights weights,
                                            native_weights bias);
object *VNetworkDefinition_addActivation(inner *self, object *tensor, int32_t kind);
object *VNetworkDefinition_addPoolingNd(inner *self, object *tensor, int32_t kind, DIMS_IN kernel);
object *VNetworkDefinition_addConcatenation(inner *self, object *const *tensors, int32_t count);
object *VNetworkDefinition_addElementWise(inner *self, object *a, object *b, int32_t kind);
object *VNetworkDefinition_addShuffle(inner *self, object *tensor);
object *VNetworkDefinition_addSlice(inner *self, object *tensor, DIMS_IN start, DIMS_IN size,
                                    DIMS_IN stride);
object *VNetworkDefinition_addConstant(inner *self, DIMS_IN dims, native_weights values);
object *VNetworkDefinition_addResize(inner *self, object *tensor);
object *VNetworkDefinition_addPaddingNd(inner *self, object *tensor, DIMS_IN before, DIMS_IN after);
object *VNetworkDefinition_addReduce(inner *self, object *tensor, int32_t kind, uint32_t axes,
                                     bool keeps_dimensions);
object *VNetworkDefinition_addScale(inner *self, object *tensor, int32_t mode, native_weights shift,
                                    native_weights scale, native_weights power);
object *VNetworkDefinition_addCast(inner *self, object *tensor, int32_t type);
object *VNetworkDefinition_addQuantize(inner *self, object *tensor, object *scale);
object *VNetworkDefinition_addDequantize(inner *self, object *tensor, object *scale);
object *VNetworkDefinition_addQuantizeV2(inner *self, object *tensor, object *scale, int32_t type);
object *VNetworkDefinition_addDequantizeV2(inner *self, object *tensor, object *scale,
                                           int32_t type);
void VNetworkDefinition_setName(inner *self, const char *name);
const char *VNetworkDefinition_getName(inner *self);
int32_t VNetworkDefinition_getNbLayers(inner *self);

void VTensor_setName(inner *self, const char *name);
const char *VTensor_getName(inner *self);
native_dims VTensor_getDimensions(inner *self);
int32_t VTensor_getType(inner *self);
void VLayer_setName(inner *self, const char *name);
const char *VLayer_getName(inner *self);
void VLayer_setInput(inner *self, int32_t index, object *tensor);
object *VLayer_getOutput(inner *self, int32_t index);
void VLayer_setPrecision(inner *self, int32_t type);
void VLayer_setOutputType(inner *self, int32_t index, int32_t type);
void VConvolutionLayer_setStrideNd(inner *self, DIMS_IN dims);
void VConvolutionLayer_setPaddingNd(inner *self, DIMS_IN dims);
void VConvolutionLayer_setDilationNd(inner *self, DIMS_IN dims);
void VConvolutionLayer_setNbGroups(inner *self, extent groups);
void VPoolingLayer_setStrideNd(inner *self, DIMS_IN dims);
void VPoolingLayer_setPaddingNd(inner *self, DIMS_IN dims);
void VActivationLayer_setAlpha(inner *self, float alpha);
void VActivationLayer_setBeta(inner *self, float beta);
void VResizeLayer_setScales(inner *self, const float *scales, int32_t count);
void VResizeLayer_setResizeMode(inner *self, int32_t mode);
void VShuffleLayer_setFirstTranspose(inner *self, const int32_t *order);
void VQuantizeLayer_setAxis(inner *self, int32_t axis);
void VDequantizeLayer_setAxis(inner *self, int32_t axis);
void VConcatenationLayer_setAxis(inner *self, int32_t axis);

/* Up to 9.x with a plugin factory as a last argument, which the double does not look at. */
object *VRuntime_deserializeCudaEngine(inner *self, const void *data, size_t size);
bool VRuntime_setMaxThreads(inner *self, int32_t threads);
int32_t VRuntime_getMaxThreads(inner *self);
void VRuntime_setEngineHostCodeAllowed(inner *self, bool is_allowed);

/* From 10.0 on with an allocation strategy, which the double does not look at. */
object *VCudaEngine_createExecutionContext(inner *self);
object *VCudaEngine_createEngineInspector(inner *self);
int32_t VCudaEngine_getNbOptimizationProfiles(inner *self);
native_dims VCudaEngine_getTensorShape(inner *self, const char *name);
int32_t VCudaEngine_getTensorDataType(inner *self, const char *name);
int32_t VCudaEngine_getTensorIOMode(inner *self, const char *name);
int32_t VCudaEngine_getNbIOTensors(inner *self);
const char *VCudaEngine_getIOTensorName(inner *self, int32_t index);
int32_t VCudaEngine_getNbBindings(inner *self);
int32_t VCudaEngine_getBindingIndex(inner *self, const char *name);
const char *VCudaEngine_getBindingName(inner *self, int32_t index);
native_dims VCudaEngine_getBindingDimensions(inner *self, int32_t index);
bool VCudaEngine_bindingIsInput(inner *self, int32_t index);
int32_t VCudaEngine_getBindingDataType(inner *self, int32_t index);

bool VExecutionContext_setOptimizationProfile(inner *self, int32_t index);
bool VExecutionContext_setOptimizationProfileAsync(inner *self, int32_t index, void *stream);
bool VExecutionContext_setInputShape(inner *self, const char *name,
                                     const native_dims *dims); /* by reference in every family */
native_dims VExecutionContext_getTensorShape(inner *self, const char *name);
bool VExecutionContext_setTensorAddress(inner *self, const char *name, void *address);
bool VExecutionContext_enqueueV3(inner *self, void *stream);
bool VExecutionContext_enqueueV2(inner *self, void *const *bindings, void *stream, void *event);
bool VExecutionContext_setBindingDimensions(inner *self, int32_t index, DIMS_IN dims);
native_dims VExecutionContext_getBindingDimensions(inner *self, int32_t index);

#endif
