/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the methods we call stand in the vtables of TensorRT's inner classes (nvinfer1::apiv::V*;
 * slots 0 and 1 are the destructors, Itanium C++ ABI), by version family, -1 where a family lacks
 * one. Read from NVIDIA's public headers at every tag by tools/trt_slots.py, which also checks this
 * table. "since": first version inside a family that has the method (8400 is 8.4.0), 0: the whole
 * family.
 *
 * Families: 8.2-8.4 | 8.5-9.x | 10.x | 11.x | RTX 1.3-1.4 | RTX 1.5-1.7
 */
#ifndef PW_TRT_SLOTS_H
#define PW_TRT_SLOTS_H

/* clang-format off */
#define PW_TRT_METHOD_MAP(X)                                                                      \
    X(VHostMemory, data,                                     2,  2,  2,  2,  2,  2, 0)            \
    X(VHostMemory, size,                                     3,  3,  3,  3,  3,  3, 0)            \
    X(VBuilder, createBuilderConfig,                         9,  9,  7,  5,  7,  5, 0)            \
    X(VBuilder, createNetworkV2,                            11, 11,  8,  6,  8,  6, 0)            \
    X(VBuilder, createOptimizationProfile,                  12, 12,  9,  7,  9,  7, 0)            \
    X(VBuilder, buildSerializedNetwork,                     17, 17, 14, 11, 14, 11, 0)            \
    X(VBuilder, setMaxThreads,                              20, 20, 17, 14, 17, 14, 8400)         \
    X(VBuilder, getMaxThreads,                              21, 21, 18, 15, 18, 15, 8400)         \
    X(VBuilderConfig, setFlag,                              15, 15, 11,  9,  9,  9, 0)            \
    X(VBuilderConfig, clearFlag,                            14, 14, 10,  8,  8,  8, 0)            \
    X(VBuilderConfig, getFlag,                              16, 16, 12, 10, 10, 10, 0)            \
    X(VBuilderConfig, setMaxWorkspaceSize,                  10, 10, -1, -1, -1, -1, 0)            \
    X(VBuilderConfig, setMemoryPoolLimit,                   47, 47, 43, 32, 32, 32, 8400)         \
    X(VBuilderConfig, addOptimizationProfile,               29, 29, 25, 23, 23, 23, 0)            \
    X(VBuilderConfig, setProfilingVerbosity,                31, 31, 27, 25, 25, 25, 0)            \
    X(VBuilderConfig, createTimingCache,                    44, 44, 40, 29, 29, 29, 0)            \
    X(VBuilderConfig, setTimingCache,                       45, 45, 41, 30, 30, 30, 0)            \
    X(VBuilderConfig, setBuilderOptimizationLevel,          -1, 51, 47, 36, 36, 36, 8600)         \
    X(VBuilderConfig, setHardwareCompatibilityLevel,        -1, 53, 49, 38, 38, 38, 8600)         \
    X(VBuilderConfig, setProgressMonitor,                   -1, 60, 56, 45, 45, 45, 9100)         \
    X(VBuilderConfig, setNbComputeCapabilities,             -1, -1, -1, -1, 55, 55, 0)            \
    X(VBuilderConfig, setComputeCapability,                 -1, -1, -1, -1, 57, 57, 0)            \
    X(VNetworkDefinition, addInput,                          2,  2,  2,  2,  2,  2, 0)            \
    X(VNetworkDefinition, markOutput,                        3,  3,  3,  3,  3,  3, 0)            \
    X(VNetworkDefinition, addConvolutionNd,                 42, 42, 37, 37, 35, 35, 0)            \
    X(VNetworkDefinition, addActivation,                     6,  6,  4,  4,  4,  4, 0)            \
    X(VNetworkDefinition, addPoolingNd,                     43, 43, 38, 38, 36, 36, 0)            \
    X(VNetworkDefinition, addConcatenation,                 11, 11,  8,  8,  8,  8, 0)            \
    X(VNetworkDefinition, addElementWise,                   13, 13,  9,  9,  9,  9, 0)            \
    X(VNetworkDefinition, addShuffle,                       16, 16, 11, 11, 11, 11, 0)            \
    X(VNetworkDefinition, addSlice,                         34, 34, 29, 29, 27, 27, 0)            \
    X(VNetworkDefinition, addConstant,                      28, 28, 23, 23, 23, 23, 0)            \
    X(VNetworkDefinition, addResize,                        46, 46, 41, 41, 39, 39, 0)            \
    X(VNetworkDefinition, addCast,                          -1, 68, 62, 59, 58, 57, 8600)         \
    X(VNetworkDefinition, setName,                          35, 35, 30, 30, 28, 28, 0)            \
    X(VNetworkDefinition, getName,                          36, 36, 31, 31, 29, 29, 0)            \
    X(VTensor, setName,                                      2,  2,  2,  2,  2,  2, 0)            \
    X(VTensor, getName,                                      3,  3,  3,  3,  3,  3, 0)            \
    X(VTensor, getDimensions,                                5,  5,  5,  5,  5,  5, 0)            \
    X(VLayer, setName,                                       3,  3,  3,  3,  3,  3, 0)            \
    X(VLayer, getOutput,                                     8,  8,  8,  8,  8,  8, 0)            \
    X(VLayer, setPrecision,                                 10, 10, 10, -1, 10, -1, 0)            \
    X(VConvolutionLayer, setStrideNd,                       26, 26, 18, 18, 18, 18, 0)            \
    X(VConvolutionLayer, setPaddingNd,                      28, 28, 20, 20, 20, 20, 0)            \
    X(VConvolutionLayer, setNbGroups,                       10, 10,  4,  4,  4,  4, 0)            \
    X(VConvolutionLayer, setDilationNd,                     30, 30, 22, 22, 22, 22, 0)            \
    X(VPoolingLayer, setStrideNd,                           22, 22, 16, 16, 16, 16, 0)            \
    X(VPoolingLayer, setPaddingNd,                          24, 24, 18, 18, 18, 18, 0)            \
    X(VActivationLayer, setAlpha,                            4,  4,  4,  4,  4,  4, 0)            \
    X(VActivationLayer, setBeta,                             5,  5,  5,  5,  5,  5, 0)            \
    X(VResizeLayer, setScales,                               4,  4,  4,  4,  4,  4, 0)            \
    X(VResizeLayer, setResizeMode,                           6,  6,  6,  6,  6,  6, 0)            \
    X(VShuffleLayer, setFirstTranspose,                      2,  2,  2,  2,  2,  2, 0)            \
    X(VConcatenationLayer, setAxis,                          2,  2,  2,  2,  2,  2, 0)            \
    X(VOptimizationProfile, setDimensions,                   2,  2,  2,  2,  2,  2, 0)            \
    X(VTimingCache, serialize,                               2,  2,  2,  2,  2,  2, 0)            \
    X(VTimingCache, combine,                                 3,  3,  3,  3,  3,  3, 0)            \
    X(VRuntime, deserializeCudaEngine,                       2,  2,  3,  3,  3,  3, 0)            \
    X(VRuntime, getEngineValidity,                          -1, -1, -1, -1, 25, 24, 0)            \
    X(VRuntime, setMaxThreads,                              10, 10, 12, 11, 12, 11, 8400)         \
    X(VRuntime, getMaxThreads,                              11, 11, 13, 12, 13, 12, 8400)         \
    X(VCudaEngine, createExecutionContext,                  11, 11,  5,  5,  5,  5, 0)            \
    X(VCudaEngine, getTensorDataType,                       -1, 35, 20, 16, 18, 16, 0)            \
    X(VCudaEngine, getTensorIOMode,                         -1, 38, 23, 19, 21, 19, 0)            \
    X(VCudaEngine, getNbIOTensors,                          -1, 45, 30, 26, 28, 26, 0)            \
    X(VCudaEngine, getIOTensorName,                         -1, 46, 31, 27, 29, 27, 0)            \
    X(VCudaEngine, getNbBindings,                            2,  2, -1, -1, -1, -1, 0)            \
    X(VCudaEngine, getBindingIndex,                          3,  3, -1, -1, -1, -1, 0)            \
    X(VCudaEngine, getBindingName,                           4,  4, -1, -1, -1, -1, 0)            \
    X(VCudaEngine, getBindingDimensions,                     6,  6, -1, -1, -1, -1, 0)            \
    X(VExecutionContext, setInputShape,                     -1, 29, 21, 20, 21, 20, 0)            \
    X(VExecutionContext, getTensorShape,                    -1, 30, 22, 21, 22, 21, 0)            \
    X(VExecutionContext, setTensorAddress,                  -1, 32, 24, 23, 24, 23, 0)            \
    X(VExecutionContext, enqueueV3,                         -1, 44, 37, 36, 37, 36, 0)            \
    X(VExecutionContext, enqueueV2,                         24, 24, -1, -1, -1, -1, 0)            \
    X(VExecutionContext, setBindingDimensions,              15, 15, -1, -1, -1, -1, 0)            \
    X(VExecutionContext, getBindingDimensions,              16, 16, -1, -1, -1, -1, 0)
/* clang-format on */

typedef enum pw_trt_method {
#define PW_TRT_METHOD_ENUM(class, method, a, b, c, d, e, f, since) PW_TRT_##class##_##method,
    PW_TRT_METHOD_MAP(PW_TRT_METHOD_ENUM)
#undef PW_TRT_METHOD_ENUM
        PW_TRT_METHOD_COUNT
} pw_trt_method;

#endif
