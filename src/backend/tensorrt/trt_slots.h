/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the methods we call stand in the vtables of TensorRT's inner classes (nvinfer1::apiv::V*;
 * slots 0 and 1 are the destructors, Itanium C++ ABI), by version family, -1 where a family lacks
 * one, -2 where another serves all of a family that this one came to, and their C types. Read from NVIDIA's public headers at every tag by tools/trt_slots.py,
 * which also checks this table. trt_calls.c makes a callable of each row, and does not compile
 * where one is not used.
 *
 * Families: 8.2-8.4 | 8.5-9.x | 10.x | 11.x | RTX 1.3-1.4 | RTX 1.5-1.7
 *
 * Types that differ between families: DIMS is NVIDIA's Dims, DIMS_IN how it is passed, COUNT a
 * number of things; UP_TO_9() and FROM_10() hold a parameter that only those have.
 */
#ifndef PW_TRT_SLOTS_H
#define PW_TRT_SLOTS_H

/* clang-format off */
/* What every version has. */
#define PW_TRT_COMMON_MAP(X) \
    X(VHostMemory, data, void *, (void *),                                                                2,  2,  2,  2,  2,  2)               \
    X(VHostMemory, size, size_t, (void *),                                                                3,  3,  3,  3,  3,  3)               \
    X(VBuilder, createBuilderConfig, void *, (void *),                                                    9,  9,  7,  5,  7,  5)               \
    X(VBuilder, createNetworkV2, void *, (void *, uint32_t),                                             11, 11,  8,  6,  8,  6)               \
    X(VBuilder, createOptimizationProfile, void *, (void *),                                             12, 12,  9,  7,  9,  7)               \
    X(VBuilder, buildSerializedNetwork, void *, (void *, void *, void *),                                17, 17, 14, 11, 14, 11)               \
    X(VBuilderConfig, setFlag, void, (void *, int32_t),                                                  15, 15, 11,  9,  9,  9)               \
    X(VBuilderConfig, clearFlag, void, (void *, int32_t),                                                14, 14, 10,  8,  8,  8)               \
    X(VBuilderConfig, addOptimizationProfile, int32_t, (void *, void *),                                 29, 29, 25, 23, 23, 23)               \
    X(VBuilderConfig, createTimingCache, void *, (void *, const void *, size_t),                         44, 44, 40, 29, 29, 29)               \
    X(VBuilderConfig, setTimingCache, bool, (void *, void *, bool),                                      45, 45, 41, 30, 30, 30)               \
    X(VNetworkDefinition, addInput, void *, (void *, const char *, int32_t, DIMS_IN),                     2,  2,  2,  2,  2,  2)               \
    X(VNetworkDefinition, markOutput, void, (void *, void *),                                             3,  3,  3,  3,  3,  3)               \
    X(VNetworkDefinition, addConvolutionNd, void *, (void *, void *, COUNT, DIMS_IN, pw_trt_weights, pw_trt_weights), 42, 42, 37, 37, 35, 35)  \
    X(VNetworkDefinition, addActivation, void *, (void *, void *, int32_t),                               6,  6,  4,  4,  4,  4)               \
    X(VNetworkDefinition, addPoolingNd, void *, (void *, void *, int32_t, DIMS_IN),                      43, 43, 38, 38, 36, 36)               \
    X(VNetworkDefinition, addConcatenation, void *, (void *, void *const *, int32_t),                    11, 11,  8,  8,  8,  8)               \
    X(VNetworkDefinition, addScale, void *, (void *, void *, int32_t, pw_trt_weights, pw_trt_weights, pw_trt_weights), 9,  9,  6,  6,  6,  6)  \
    X(VNetworkDefinition, addElementWise, void *, (void *, void *, void *, int32_t),                     13, 13,  9,  9,  9,  9)               \
    X(VNetworkDefinition, addShuffle, void *, (void *, void *),                                          16, 16, 11, 11, 11, 11)               \
    X(VNetworkDefinition, addReduce, void *, (void *, void *, int32_t, uint32_t, bool),                  23, 23, 18, 18, 18, 18)               \
    X(VNetworkDefinition, addConstant, void *, (void *, DIMS_IN, pw_trt_weights),                        28, 28, 23, 23, 23, 23)               \
    X(VNetworkDefinition, addResize, void *, (void *, void *),                                           46, 46, 41, 41, 39, 39)               \
    X(VNetworkDefinition, addPaddingNd, void *, (void *, void *, DIMS_IN, DIMS_IN),                      51, 51, 45, 44, 43, 42)               \
    X(VNetworkDefinition, setName, void, (void *, const char *),                                         35, 35, 30, 30, 28, 28)               \
    X(VNetworkDefinition, getName, const char *, (void *),                                               36, 36, 31, 31, 29, 29)               \
    X(VTensor, setName, void, (void *, const char *),                                                     2,  2,  2,  2,  2,  2)               \
    X(VTensor, getName, const char *, (void *),                                                           3,  3,  3,  3,  3,  3)               \
    X(VTensor, getDimensions, DIMS, (void *),                                                             5,  5,  5,  5,  5,  5)               \
    X(VLayer, setName, void, (void *, const char *),                                                      3,  3,  3,  3,  3,  3)               \
    X(VLayer, getOutput, void *, (void *, int32_t),                                                       8,  8,  8,  8,  8,  8)               \
    X(VLayer, setInput, void, (void *, int32_t, void *),                                                  9,  9,  9,  9,  9,  9)               \
    X(VConvolutionLayer, setStrideNd, void, (void *, DIMS_IN),                                           26, 26, 18, 18, 18, 18)               \
    X(VConvolutionLayer, setPaddingNd, void, (void *, DIMS_IN),                                          28, 28, 20, 20, 20, 20)               \
    X(VConvolutionLayer, setNbGroups, void, (void *, COUNT),                                             10, 10,  4,  4,  4,  4)               \
    X(VConvolutionLayer, setDilationNd, void, (void *, DIMS_IN),                                         30, 30, 22, 22, 22, 22)               \
    X(VPoolingLayer, setStrideNd, void, (void *, DIMS_IN),                                               22, 22, 16, 16, 16, 16)               \
    X(VPoolingLayer, setPaddingNd, void, (void *, DIMS_IN),                                              24, 24, 18, 18, 18, 18)               \
    X(VActivationLayer, setAlpha, void, (void *, float),                                                  4,  4,  4,  4,  4,  4)               \
    X(VActivationLayer, setBeta, void, (void *, float),                                                   5,  5,  5,  5,  5,  5)               \
    X(VResizeLayer, setScales, void, (void *, const float *, int32_t),                                    4,  4,  4,  4,  4,  4)               \
    X(VShuffleLayer, setFirstTranspose, void, (void *, const int32_t *),                                  2,  2,  2,  2,  2,  2)               \
    X(VConcatenationLayer, setAxis, void, (void *, int32_t),                                              2,  2,  2,  2,  2,  2)               \
    X(VQuantizeLayer, setAxis, void, (void *, int32_t),                                                   3,  3,  3,  3,  3,  3)               \
    X(VDequantizeLayer, setAxis, void, (void *, int32_t),                                                 3,  3,  3,  3,  3,  3)               \
    X(VOptimizationProfile, setDimensions, bool, (void *, const char *, int32_t, DIMS_IN),                2,  2,  2,  2,  2,  2)               \
    X(VTimingCache, serialize, void *, (void *),                                                          2,  2,  2,  2,  2,  2)               \
    X(VRuntime, deserializeCudaEngine, void *, (void *, const void *, size_t UP_TO_9(, void *)),          2,  2,  3,  3,  3,  3)               \
    X(VCudaEngine, getNbOptimizationProfiles, int32_t, (void *),                                         22, 22, 10,  8,  8,  8)               \
    X(VCudaEngine, createExecutionContext, void *, (void * FROM_10(, int32_t)),                          11, 11,  5,  5,  5,  5)               \
    X(VExecutionContext, setOptimizationProfileAsync, bool, (void *, int32_t, void *),                   25, 25, 17, 16, 17, 16)

/* What some lack, or have where it is not needed. The last column: the first version inside a family that has the method (8400 is
   8.4.0), 0: the whole family. */
#define PW_TRT_LATER_MAP(X) \
    X(VBuilder, platformHasFastFp16, bool, (void *),                                                      4,  4,  2, -1,  2, -1,    0)  \
    X(VBuilder, platformHasFastInt8, bool, (void *),                                                      5,  5,  3, -1,  3, -1,    0)  \
    X(VBuilder, setMaxThreads, bool, (void *, int32_t),                                                  20, 20, 17, 14, 17, 14, 8400)  \
    X(VBuilder, getMaxThreads, int32_t, (void *),                                                        21, 21, 18, 15, 18, 15, 8400)  \
    X(VBuilderConfig, setMaxWorkspaceSize, void, (void *, size_t),                                       10, 10, -1, -1, -1, -1,    0)  \
    X(VBuilderConfig, setMemoryPoolLimit, void, (void *, int32_t, size_t),                               47, 47, 43, 32, 32, 32, 8400)  \
    X(VBuilderConfig, setTacticSources, bool, (void *, uint32_t),                                        42, 42, 38, 27, 27, 27,    0)  \
    X(VBuilderConfig, getTacticSources, uint32_t, (void *),                                              43, 43, 39, 28, 28, 28,    0)  \
    X(VBuilderConfig, setBuilderOptimizationLevel, void, (void *, int32_t),                              -1, 51, 47, 36, 36, 36, 8600)  \
    X(VBuilderConfig, setHardwareCompatibilityLevel, void, (void *, int32_t),                            -1, 53, 49, 38, 38, 38, 8600)  \
    X(VBuilderConfig, setProgressMonitor, void, (void *, void *),                                        -1, 60, 56, 45, 45, 45, 9100)  \
    X(VNetworkDefinition, addCast, void *, (void *, void *, int32_t),                                    -1, 68, 62, 59, 58, 57, 8600)  \
    X(VNetworkDefinition, addQuantize, void *, (void *, void *, void *),                                 56, 56, 50, -1, -1, -1,    0)  \
    X(VNetworkDefinition, addDequantize, void *, (void *, void *, void *),                               55, 55, 49, -1, -1, -1,    0)  \
    X(VNetworkDefinition, addQuantizeV2, void *, (void *, void *, void *, int32_t),                      -1, -2, -2, 63, 62, 61,    0)  \
    X(VNetworkDefinition, addDequantizeV2, void *, (void *, void *, void *, int32_t),                    -1, -2, -2, 64, 63, 62,    0)  \
    X(VLayer, setPrecision, void, (void *, int32_t),                                                     10, 10, 10, -1, 10, -1,    0)  \
    X(VLayer, setOutputType, void, (void *, int32_t, int32_t),                                           14, 14, 14, -1, 14, -1,    0)  \
    X(VRuntime, setEngineHostCodeAllowed, void, (void *, bool),                                          -1, 20, 21, 20, 21, 20, 8600)  \
    X(VRuntime, setMaxThreads, bool, (void *, int32_t),                                                  10, 10, 12, 11, 12, 11, 8400)  \
    X(VRuntime, getMaxThreads, int32_t, (void *),                                                        11, 11, 13, 12, 13, 12, 8400)  \
    X(VCudaEngine, getNbIOTensors, int32_t, (void *),                                                    -1, 45, 30, 26, 28, 26,    0)  \
    X(VCudaEngine, getIOTensorName, const char *, (void *, int32_t),                                     -1, 46, 31, 27, 29, 27,    0)  \
    X(VCudaEngine, getNbBindings, int32_t, (void *),                                                      2,  2, -1, -1, -1, -1,    0)  \
    X(VCudaEngine, getBindingIndex, int32_t, (void *, const char *),                                      3,  3, -1, -1, -1, -1,    0)  \
    X(VCudaEngine, getBindingName, const char *, (void *, int32_t),                                       4,  4, -1, -1, -1, -1,    0)  \
    X(VExecutionContext, setInputShape, bool, (void *, const char *, const DIMS *),                      -1, 29, 21, 20, 21, 20,    0)  \
    X(VExecutionContext, getTensorShape, DIMS, (void *, const char *),                                   -1, 30, 22, 21, 22, 21,    0)  \
    X(VExecutionContext, setTensorAddress, bool, (void *, const char *, void *),                         -1, 32, 24, 23, 24, 23,    0)  \
    X(VExecutionContext, enqueueV3, bool, (void *, void *),                                              -1, 44, 37, 36, 37, 36,    0)  \
    X(VExecutionContext, enqueueV2, bool, (void *, void *const *, void *, void *),                       24, 24, -1, -1, -1, -1,    0)  \
    X(VExecutionContext, setBindingDimensions, bool, (void *, int32_t, DIMS_IN),                         15, 15, -1, -1, -1, -1,    0)  \
    X(VExecutionContext, getBindingDimensions, DIMS, (void *, int32_t),                                  16, 16, -1, -1, -1, -1,    0)
/* clang-format on */

typedef enum pw_trt_method {
#define PW_TRT_METHOD_ENUM(class, method, ...) PW_TRT_##class##_##method,
    PW_TRT_COMMON_MAP(PW_TRT_METHOD_ENUM) PW_TRT_LATER_MAP(PW_TRT_METHOD_ENUM)
#undef PW_TRT_METHOD_ENUM
        PW_TRT_METHOD_COUNT
} pw_trt_method;

#endif
