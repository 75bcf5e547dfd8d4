/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Written by tools/trt_slots.py roles from NVIDIA's public headers of every version since 8.2; not to be edited. Facts of ours about
 * them: who stands where, and what it does to lifetimes.
 *
 * X(interface, family, slot of its destructor, inner class, where the pointer to it lies, the same twice more)
 * X(inner class)
 * X(inner class, method, role, interface of its result, result in memory (0, 1), bytes of arguments on the stack, argument that is a
 *   stream, argument that is a logger (0: none; this is the first, or the second where the result is in memory),
 *   slot in 8.2-9.x, 10.x, 10.8, 11.x, RTX 1.3-1.4, RTX 1.5-1.7)
 * AT(slot, version): since that version. -1: never.
 */
#ifndef PW_TRACE_ROLES_H
#define PW_TRACE_ROLES_H

/* clang-format off */
#define PW_TRACE_INTERFACE_MAP(X) \
    X(IActivationLayer, ALL, 0, VLayer, 8, VActivationLayer, 16, none, 0) \
    X(IAssertionLayer, ALL, 0, VLayer, 8, VAssertionLayer, 16, none, 0) \
    X(IAttention, ALL, 0, VAttention, 8, none, 0, none, 0) \
    X(IBuilder, ALL, 0, VBuilder, 8, none, 0, none, 0) \
    X(IBuilderConfig, ALL, 0, VBuilderConfig, 8, none, 0, none, 0) \
    X(ICastLayer, ALL, 0, VLayer, 8, VCastLayer, 16, none, 0) \
    X(IConcatenationLayer, ALL, 0, VLayer, 8, VConcatenationLayer, 16, none, 0) \
    X(IConditionLayer, ALL, 0, VLayer, 8, VConditionalBoundaryLayer, 16, VConditionLayer, 24) \
    X(IConstantLayer, ALL, 0, VLayer, 8, VConstantLayer, 16, none, 0) \
    X(IConvolutionLayer, ALL, 0, VLayer, 8, VConvolutionLayer, 16, none, 0) \
    X(ICudaEngine, ALL, 0, VCudaEngine, 8, none, 0, none, 0) \
    X(ICumulativeLayer, ALL, 0, VLayer, 8, VCumulativeLayer, 16, none, 0) \
    X(IDeconvolutionLayer, ALL, 0, VLayer, 8, VDeconvolutionLayer, 16, none, 0) \
    X(IDequantizeLayer, ALL, 0, VLayer, 8, VDequantizeLayer, 16, none, 0) \
    X(IDistCollectiveLayer, ALL, 0, VLayer, 8, VDistCollectiveLayer, 16, none, 0) \
    X(IDynamicQuantizeLayer, ALL, 0, VLayer, 8, VDynamicQuantizeLayer, 16, none, 0) \
    X(IEinsumLayer, ALL, 0, VLayer, 8, VEinsumLayer, 16, none, 0) \
    X(IElementWiseLayer, ALL, 0, VLayer, 8, VElementWiseLayer, 16, none, 0) \
    X(IEngineInspector, ALL, 0, VEngineInspector, 8, none, 0, none, 0) \
    X(IExecutionContext, ALL, 0, VExecutionContext, 8, none, 0, none, 0) \
    X(IFillLayer, ALL, 0, VLayer, 8, VFillLayer, 16, none, 0) \
    X(IFullyConnectedLayer, ALL, 0, VLayer, 8, VFullyConnectedLayer, 16, none, 0) \
    X(IGatherLayer, ALL, 0, VLayer, 8, VGatherLayer, 16, none, 0) \
    X(IGridSampleLayer, ALL, 0, VLayer, 8, VGridSampleLayer, 16, none, 0) \
    X(IHostMemory, ALL, 0, VHostMemory, 8, none, 0, none, 0) \
    X(IIdentityLayer, ALL, 0, VLayer, 8, VIdentityLayer, 16, none, 0) \
    X(IIfConditional, ALL, 0, VIfConditional, 8, none, 0, none, 0) \
    X(IIfConditionalInputLayer, ALL, 0, VLayer, 8, VConditionalBoundaryLayer, 16, VConditionalInputLayer, 24) \
    X(IIfConditionalOutputLayer, ALL, 0, VLayer, 8, VConditionalBoundaryLayer, 16, VConditionalOutputLayer, 24) \
    X(IIteratorLayer, ALL, 0, VLayer, 8, VLoopBoundaryLayer, 16, VIteratorLayer, 24) \
    X(IKVCacheUpdateLayer, ALL, 0, VLayer, 8, VKVCacheUpdateLayer, 16, none, 0) \
    X(ILRNLayer, ALL, 0, VLayer, 8, VLRNLayer, 16, none, 0) \
    X(ILayer, ALL, 0, VLayer, 8, none, 0, none, 0) \
    X(ILoop, ALL, 0, VLoop, 8, none, 0, none, 0) \
    X(ILoopOutputLayer, ALL, 0, VLayer, 8, VLoopBoundaryLayer, 16, VLoopOutputLayer, 24) \
    X(IMatrixMultiplyLayer, ALL, 0, VLayer, 8, VMatrixMultiplyLayer, 16, none, 0) \
    X(IMoELayer, ALL, 0, VLayer, 8, VMoELayer, 16, none, 0) \
    X(INMSLayer, ALL, 0, VLayer, 8, VNMSLayer, 16, none, 0) \
    X(INetworkDefinition, ALL, 0, VNetworkDefinition, 8, none, 0, none, 0) \
    X(INonZeroLayer, ALL, 0, VLayer, 8, VNonZeroLayer, 16, none, 0) \
    X(INormalizationLayer, ALL, 0, VLayer, 8, VNormalizationLayer, 16, none, 0) \
    X(IOneHotLayer, ALL, 0, VLayer, 8, VOneHotLayer, 16, none, 0) \
    X(IOptimizationProfile, ALL, 0, VOptimizationProfile, 8, none, 0, none, 0) \
    X(IPaddingLayer, ALL, 0, VLayer, 8, VPaddingLayer, 16, none, 0) \
    X(IParametricReLULayer, ALL, 0, VLayer, 8, VParametricReLULayer, 16, none, 0) \
    X(IParser, 10, 8, IParser, 0, none, 0, none, 0) \
    X(IParser, 11, 6, IParser, 0, none, 0, none, 0) \
    X(IParser, 8, 9, IParser, 0, none, 0, none, 0) \
    X(IParser, RTX_1_3, 8, IParser, 0, none, 0, none, 0) \
    X(IParser, RTX_1_5, 6, IParser, 0, none, 0, none, 0) \
    X(IParserRefitter, 10, 5, IParserRefitter, 0, none, 0, none, 0) \
    X(IParserRefitter, 11, 5, IParserRefitter, 0, none, 0, none, 0) \
    X(IParserRefitter, RTX_1_3, 5, IParserRefitter, 0, none, 0, none, 0) \
    X(IParserRefitter, RTX_1_5, 5, IParserRefitter, 0, none, 0, none, 0) \
    X(IPoolingLayer, ALL, 0, VLayer, 8, VPoolingLayer, 16, none, 0) \
    X(IQuantizeLayer, ALL, 0, VLayer, 8, VQuantizeLayer, 16, none, 0) \
    X(IRNNv2Layer, ALL, 0, VLayer, 8, VRNNv2Layer, 16, none, 0) \
    X(IRaggedSoftMaxLayer, ALL, 0, VLayer, 8, VRaggedSoftMaxLayer, 16, none, 0) \
    X(IRecurrenceLayer, ALL, 0, VLayer, 8, VLoopBoundaryLayer, 16, VRecurrenceLayer, 24) \
    X(IReduceLayer, ALL, 0, VLayer, 8, VReduceLayer, 16, none, 0) \
    X(IRefitter, ALL, 0, VRefitter, 8, none, 0, none, 0) \
    X(IResizeLayer, ALL, 0, VLayer, 8, VResizeLayer, 16, none, 0) \
    X(IReverseSequenceLayer, ALL, 0, VLayer, 8, VReverseSequenceLayer, 16, none, 0) \
    X(IRotaryEmbeddingLayer, ALL, 0, VLayer, 8, VRotaryEmbeddingLayer, 16, none, 0) \
    X(IRuntime, ALL, 0, VRuntime, 8, none, 0, none, 0) \
    X(IRuntimeCache, ALL, 0, VRuntimeCache, 8, none, 0, none, 0) \
    X(IRuntimeConfig, ALL, 0, VRuntimeConfig, 8, none, 0, none, 0) \
    X(IScaleLayer, ALL, 0, VLayer, 8, VScaleLayer, 16, none, 0) \
    X(IScatterLayer, ALL, 0, VLayer, 8, VScatterLayer, 16, none, 0) \
    X(ISelectLayer, ALL, 0, VLayer, 8, VSelectLayer, 16, none, 0) \
    X(ISerializationConfig, ALL, 0, VSerializationConfig, 8, none, 0, none, 0) \
    X(IShapeLayer, ALL, 0, VLayer, 8, VShapeLayer, 16, none, 0) \
    X(IShuffleLayer, ALL, 0, VLayer, 8, VShuffleLayer, 16, none, 0) \
    X(ISliceLayer, ALL, 0, VLayer, 8, VSliceLayer, 16, none, 0) \
    X(ISoftMaxLayer, ALL, 0, VLayer, 8, VSoftMaxLayer, 16, none, 0) \
    X(ISqueezeLayer, ALL, 0, VLayer, 8, VSqueezeLayer, 16, none, 0) \
    X(ITensor, ALL, 0, VTensor, 8, none, 0, none, 0) \
    X(ITimingCache, ALL, 0, VTimingCache, 8, none, 0, none, 0) \
    X(ITopKLayer, ALL, 0, VLayer, 8, VTopKLayer, 16, none, 0) \
    X(ITripLimitLayer, ALL, 0, VLayer, 8, VLoopBoundaryLayer, 16, VTripLimitLayer, 24) \
    X(IUnaryLayer, ALL, 0, VLayer, 8, VUnaryLayer, 16, none, 0) \
    X(IUnsqueezeLayer, ALL, 0, VLayer, 8, VUnsqueezeLayer, 16, none, 0)

#define PW_TRACE_OWNER_MAP(X) \
    X(IParser) \
    X(IParserRefitter) \
    X(VActivationLayer) \
    X(VAssertionLayer) \
    X(VAttention) \
    X(VAttentionBoundaryLayer) \
    X(VBuilder) \
    X(VBuilderConfig) \
    X(VCastLayer) \
    X(VConcatenationLayer) \
    X(VConditionLayer) \
    X(VConditionalBoundaryLayer) \
    X(VConditionalInputLayer) \
    X(VConditionalOutputLayer) \
    X(VConstantLayer) \
    X(VConvolutionLayer) \
    X(VCudaEngine) \
    X(VCumulativeLayer) \
    X(VDeconvolutionLayer) \
    X(VDequantizeLayer) \
    X(VDistCollectiveLayer) \
    X(VDynamicQuantizeLayer) \
    X(VEinsumLayer) \
    X(VElementWiseLayer) \
    X(VEngineInspector) \
    X(VExecutionContext) \
    X(VFillLayer) \
    X(VFullyConnectedLayer) \
    X(VGatherLayer) \
    X(VGridSampleLayer) \
    X(VHostMemory) \
    X(VIdentityLayer) \
    X(VIfConditional) \
    X(VIteratorLayer) \
    X(VKVCacheUpdateLayer) \
    X(VLRNLayer) \
    X(VLayer) \
    X(VLoop) \
    X(VLoopBoundaryLayer) \
    X(VLoopOutputLayer) \
    X(VMatrixMultiplyLayer) \
    X(VMoELayer) \
    X(VNMSLayer) \
    X(VNetworkDefinition) \
    X(VNonZeroLayer) \
    X(VNormalizationLayer) \
    X(VOneHotLayer) \
    X(VOptimizationProfile) \
    X(VPaddingLayer) \
    X(VParametricReLULayer) \
    X(VPoolingLayer) \
    X(VQuantizeLayer) \
    X(VRNNv2Layer) \
    X(VRaggedSoftMaxLayer) \
    X(VRecurrenceLayer) \
    X(VReduceLayer) \
    X(VRefitter) \
    X(VResizeLayer) \
    X(VReverseSequenceLayer) \
    X(VRotaryEmbeddingLayer) \
    X(VRuntime) \
    X(VRuntimeCache) \
    X(VRuntimeConfig) \
    X(VScaleLayer) \
    X(VScatterLayer) \
    X(VSelectLayer) \
    X(VSerializationConfig) \
    X(VShapeLayer) \
    X(VShuffleLayer) \
    X(VSliceLayer) \
    X(VSoftMaxLayer) \
    X(VSqueezeLayer) \
    X(VTensor) \
    X(VTimingCache) \
    X(VTopKLayer) \
    X(VTripLimitLayer) \
    X(VUnaryLayer) \
    X(VUnsqueezeLayer)

#define PW_TRACE_METHOD_MAP(X) \
    X(IParser, parse, USES, none, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) \
    X(IParser, parseFromFile, USES, none, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1) \
    X(IParser, supportsModel, USES, none, 0, 0, 0, 0, 2, 2, 2, -1, 2, -1) \
    X(IParser, supportsOperator, USES, none, 0, 0, 0, 0, 4, 4, 4, 2, 4, 2) \
    X(IParser, getNbErrors, USES, none, 0, 0, 0, 0, 6, 5, 5, 3, 5, 3) \
    X(IParser, parseWithWeightDescriptors, USES, none, 0, 0, 0, 0, 3, 3, 3, -1, 3, -1) \
    X(IParser, getError, USES, none, 0, 0, 0, 0, 7, 6, 6, 4, 6, 4) \
    X(IParser, clearErrors, USES, none, 0, 0, 0, 0, 8, 7, 7, 5, 7, 5) \
    X(IParser, destroy, ENDS, none, 0, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(IParser, getUsedVCPluginLibraries, USES, none, 0, 0, 0, 0, AT(11, 8600), 10, 10, 8, 10, 8) \
    X(IParser, setFlags, USES, none, 0, 0, 0, 0, AT(12, 8600), 11, 11, 9, 11, 9) \
    X(IParser, getFlags, USES, none, 0, 0, 0, 0, AT(13, 8600), 12, 12, 10, 12, 10) \
    X(IParser, clearFlag, USES, none, 0, 0, 0, 0, AT(14, 8600), 13, 13, 11, 13, 11) \
    X(IParser, setFlag, USES, none, 0, 0, 0, 0, AT(15, 8600), 14, 14, 12, 14, 12) \
    X(IParser, getFlag, USES, none, 0, 0, 0, 0, AT(16, 8600), 15, 15, 13, 15, 13) \
    X(IParser, getLayerOutputTensor, FINDS, ITensor, 0, 0, 0, 0, -1, 16, 16, 14, 16, 14) \
    X(IParser, supportsModelV2, USES, none, 0, 0, 0, 0, -1, AT(17, 100100), AT(17, 100100), 15, 17, 15) \
    X(IParser, getNbSubgraphs, USES, none, 0, 0, 0, 0, -1, AT(18, 100100), AT(18, 100100), 16, 18, 16) \
    X(IParser, isSubgraphSupported, USES, none, 0, 0, 0, 0, -1, AT(19, 100100), AT(19, 100100), 17, 19, 17) \
    X(IParser, getSubgraphNodes, USES, none, 0, 0, 0, 0, -1, AT(20, 100100), AT(20, 100100), 18, 20, 18) \
    X(IParser, loadModelProto, USES, none, 0, 0, 0, 0, -1, AT(21, 101401), AT(21, 101401), 19, 21, 19) \
    X(IParser, loadInitializer, USES, none, 0, 0, 0, 0, -1, AT(22, 101401), AT(22, 101401), 20, 22, 20) \
    X(IParser, parseModelProto, USES, none, 0, 0, 0, 0, -1, AT(23, 101401), AT(23, 101401), 21, 23, 21) \
    X(IParser, setBuilderConfig, KEEPS, none, 0, 0, 0, 0, -1, AT(24, 101501), AT(24, 101501), 22, 24, 22) \
    X(IParserRefitter, refitFromBytes, USES, none, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0) \
    X(IParserRefitter, refitFromFile, USES, none, 0, 0, 0, 0, -1, 1, 1, 1, 1, 1) \
    X(IParserRefitter, getNbErrors, USES, none, 0, 0, 0, 0, -1, 2, 2, 2, 2, 2) \
    X(IParserRefitter, getError, USES, none, 0, 0, 0, 0, -1, 3, 3, 3, 3, 3) \
    X(IParserRefitter, clearErrors, USES, none, 0, 0, 0, 0, -1, 4, 4, 4, 4, 4) \
    X(IParserRefitter, loadModelProto, USES, none, 0, 0, 0, 0, -1, AT(7, 101401), AT(7, 101401), 7, 7, 7) \
    X(IParserRefitter, loadInitializer, USES, none, 0, 0, 0, 0, -1, AT(8, 101401), AT(8, 101401), 8, 8, 8) \
    X(IParserRefitter, refitModelProto, USES, none, 0, 0, 0, 0, -1, AT(9, 101401), AT(9, 101401), 9, 9, 9) \
    X(IParserRefitter, setRefitObserver, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, -1, AT(10, 10601)) \
    X(VActivationLayer, setActivationType, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VActivationLayer, getActivationType, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VActivationLayer, setAlpha, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VActivationLayer, setBeta, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VActivationLayer, getAlpha, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VActivationLayer, getBeta, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VAssertionLayer, setMessage, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VAssertionLayer, getMessage, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VAttention, setInput, KEEPS, none, 0, 0, 0, 0, -1, AT(2, 101401), AT(2, 101401), 2, 2, 2) \
    X(VAttention, getNbInputs, USES, none, 0, 0, 0, 0, -1, AT(3, 101401), AT(3, 101401), 3, 3, 3) \
    X(VAttention, getInput, FINDS, ITensor, 0, 0, 0, 0, -1, AT(4, 101401), AT(4, 101401), 4, 4, 4) \
    X(VAttention, getNbOutputs, USES, none, 0, 0, 0, 0, -1, AT(5, 101401), AT(5, 101401), 5, 5, 5) \
    X(VAttention, getOutput, FINDS, ITensor, 0, 0, 0, 0, -1, AT(6, 101401), AT(6, 101401), 6, 6, 6) \
    X(VAttention, setName, USES, none, 0, 0, 0, 0, -1, AT(7, 101401), AT(7, 101401), 7, 7, 7) \
    X(VAttention, getName, USES, none, 0, 0, 0, 0, -1, AT(8, 101401), AT(8, 101401), 8, 8, 8) \
    X(VAttention, setNormalizationOperation, USES, none, 0, 0, 0, 0, -1, AT(9, 101401), AT(9, 101401), 9, 9, 9) \
    X(VAttention, getNormalizationOperation, USES, none, 0, 0, 0, 0, -1, AT(10, 101401), AT(10, 101401), 10, 10, 10) \
    X(VAttention, setCausal, USES, none, 0, 0, 0, 0, -1, AT(11, 101401), AT(11, 101401), 11, 11, 11) \
    X(VAttention, getCausal, USES, none, 0, 0, 0, 0, -1, AT(12, 101401), AT(12, 101401), 12, 12, 12) \
    X(VAttention, setMask, KEEPS, none, 0, 0, 0, 0, -1, AT(13, 101401), AT(13, 101401), 13, 13, 13) \
    X(VAttention, getMask, FINDS, ITensor, 0, 0, 0, 0, -1, AT(14, 101401), AT(14, 101401), 14, 14, 14) \
    X(VAttention, setDecomposable, USES, none, 0, 0, 0, 0, -1, AT(15, 101401), AT(15, 101401), 15, 15, 15) \
    X(VAttention, getDecomposable, USES, none, 0, 0, 0, 0, -1, AT(16, 101401), AT(16, 101401), 16, 16, 16) \
    X(VAttention, setNormalizationQuantizeScale, KEEPS, none, 0, 0, 0, 0, -1, AT(17, 101401), AT(17, 101401), 17, 17, 17) \
    X(VAttention, getNormalizationQuantizeScale, FINDS, ITensor, 0, 0, 0, 0, -1, AT(18, 101401), AT(18, 101401), 18, 18, 18) \
    X(VAttention, setNormalizationQuantizeToType, USES, none, 0, 0, 0, 0, -1, AT(19, 101401), AT(19, 101401), 19, 19, 19) \
    X(VAttention, getNormalizationQuantizeToType, USES, none, 0, 0, 0, 0, -1, AT(20, 101401), AT(20, 101401), 20, 20, 20) \
    X(VAttention, setMetadata, USES, none, 0, 0, 0, 0, -1, AT(21, 101501), AT(21, 101501), 21, 21, 21) \
    X(VAttention, getMetadata, USES, none, 0, 0, 0, 0, -1, AT(22, 101501), AT(22, 101501), 22, 22, 22) \
    X(VAttention, setNbRanks, USES, none, 0, 0, 0, 0, -1, AT(23, 101600), AT(23, 101600), 23, AT(23, 10400), 23) \
    X(VAttention, getNbRanks, USES, none, 0, 0, 0, 0, -1, AT(24, 101600), AT(24, 101600), 24, AT(24, 10400), 24) \
    X(VAttention, setCausalKind, USES, none, 0, 0, 0, 0, -1, -1, -1, 25, -1, 25) \
    X(VAttention, getCausalKind, USES, none, 0, 0, 0, 0, -1, -1, -1, 26, -1, 26) \
    X(VAttention, setQueryForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 27, -1, 27) \
    X(VAttention, getQueryForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 28, -1, 28) \
    X(VAttention, setKeyValueForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 29, -1, 29) \
    X(VAttention, getKeyValueForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 30, -1, 30) \
    X(VAttention, setQueryLengths, KEEPS, none, 0, 0, 0, 0, -1, -1, -1, 31, -1, 31) \
    X(VAttention, getQueryLengths, FINDS, ITensor, 0, 0, 0, 0, -1, -1, -1, 32, -1, 32) \
    X(VAttention, setKeyValueLengths, KEEPS, none, 0, 0, 0, 0, -1, -1, -1, 33, -1, 33) \
    X(VAttention, getKeyValueLengths, FINDS, ITensor, 0, 0, 0, 0, -1, -1, -1, 34, -1, 34) \
    X(VAttentionBoundaryLayer, getAttention, FINDS, IAttention, 0, 0, 0, 0, -1, AT(2, 101401), AT(2, 101401), 2, 2, 2) \
    X(VBuilder, getMaxDLABatchSize, USES, none, 0, 0, 0, 0, 6, 4, 4, 2, 4, 2) \
    X(VBuilder, platformHasFastFp16, USES, none, 0, 0, 0, 0, 4, 2, 2, -1, 2, -1) \
    X(VBuilder, setMaxBatchSize, USES, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VBuilder, getMaxBatchSize, USES, none, 0, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VBuilder, getNbDLACores, USES, none, 0, 0, 0, 0, 7, 5, 5, 3, 5, 3) \
    X(VBuilder, platformHasFastInt8, USES, none, 0, 0, 0, 0, 5, 3, 3, -1, 3, -1) \
    X(VBuilder, setGpuAllocator, USES, none, 0, 0, 0, 0, 8, 6, 6, 4, 6, 4) \
    X(VBuilder, createBuilderConfig, MAKES, IBuilderConfig, 0, 0, 0, 0, 9, 7, 7, 5, 7, 5) \
    X(VBuilder, createNetworkV2, MAKES, INetworkDefinition, 0, 0, 0, 0, 11, 8, 8, 6, 8, 6) \
    X(VBuilder, createOptimizationProfile, MAKES, IOptimizationProfile, 0, 0, 0, 0, 12, 9, 9, 7, 9, 7) \
    X(VBuilder, setErrorRecorder, USES, none, 0, 0, 0, 0, 13, 10, 10, 8, 10, 8) \
    X(VBuilder, getErrorRecorder, USES, none, 0, 0, 0, 0, 14, 11, 11, 9, 11, 9) \
    X(VBuilder, buildEngineWithConfig, MAKES, ICudaEngine, 0, 0, 0, 0, 10, AT(20, 100600), AT(20, 100600), 17, -1, -1) \
    X(VBuilder, reset, USES, none, 0, 0, 0, 0, 15, 12, 12, 10, 12, 10) \
    X(VBuilder, buildSerializedNetwork, MAKES, IHostMemory, 0, 0, 0, 0, 17, 14, 14, 11, 14, 11) \
    X(VBuilder, isNetworkSupported, USES, none, 0, 0, 0, 0, 18, 15, 15, 12, 15, 12) \
    X(VBuilder, getLogger, LOGGER, none, 0, 0, 0, 0, 19, 16, 16, 13, 16, 13) \
    X(VBuilder, platformHasTf32, USES, none, 0, 0, 0, 0, 16, 13, 13, -1, 13, -1) \
    X(VBuilder, setMaxThreads, USES, none, 0, 0, 0, 0, AT(20, 8401), 17, 17, 14, 17, 14) \
    X(VBuilder, getMaxThreads, USES, none, 0, 0, 0, 0, AT(21, 8401), 18, 18, 15, 18, 15) \
    X(VBuilder, getPluginRegistry, USES, none, 0, 0, 0, 0, AT(22, 8600), 19, 19, 16, 19, 16) \
    X(VBuilder, buildSerializedNetworkToStream, BUILDS, none, 0, 0, 0, 0, -1, AT(21, 101300), AT(21, 101300), 18, 20, 17) \
    X(VBuilder, buildSerializedNetworkWithKernelText, MAKES, IHostMemory, 0, 0, 0, 0, -1, AT(22, 101300), AT(22, 101300), 19, -1, -1) \
    X(VBuilderConfig, setAvgTimingIterations, USES, none, 0, 0, 0, 0, 4, 2, 2, 2, 2, 2) \
    X(VBuilderConfig, setMinTimingIterations, USES, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VBuilderConfig, getAvgTimingIterations, USES, none, 0, 0, 0, 0, 5, 3, 3, 3, 3, 3) \
    X(VBuilderConfig, getMinTimingIterations, USES, none, 0, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VBuilderConfig, setEngineCapability, USES, none, 0, 0, 0, 0, 6, 4, 4, 4, 4, 4) \
    X(VBuilderConfig, getEngineCapability, USES, none, 0, 0, 0, 0, 7, 5, 5, 5, 5, 5) \
    X(VBuilderConfig, setFlags, USES, none, 0, 0, 0, 0, 12, 8, 8, 6, 6, 6) \
    X(VBuilderConfig, setInt8Calibrator, USES, none, 0, 0, 0, 0, 8, 6, 6, -1, -1, -1) \
    X(VBuilderConfig, getFlags, USES, none, 0, 0, 0, 0, 13, 9, 9, 7, 7, 7) \
    X(VBuilderConfig, getInt8Calibrator, USES, none, 0, 0, 0, 0, 9, 7, 7, -1, -1, -1) \
    X(VBuilderConfig, clearFlag, USES, none, 0, 0, 0, 0, 14, 10, 10, 8, 8, 8) \
    X(VBuilderConfig, setFlag, USES, none, 0, 0, 0, 0, 15, 11, 11, 9, 9, 9) \
    X(VBuilderConfig, getFlag, USES, none, 0, 0, 0, 0, 16, 12, 12, 10, 10, 10) \
    X(VBuilderConfig, setMaxWorkspaceSize, USES, none, 0, 0, 0, 0, 10, -1, -1, -1, -1, -1) \
    X(VBuilderConfig, getMaxWorkspaceSize, USES, none, 0, 0, 0, 0, 11, -1, -1, -1, -1, -1) \
    X(VBuilderConfig, setDeviceType, KEEPS, none, 0, 0, 0, 0, 17, 13, 13, 11, 11, 11) \
    X(VBuilderConfig, getDeviceType, USES, none, 0, 0, 0, 0, 18, 14, 14, 12, 12, 12) \
    X(VBuilderConfig, isDeviceTypeSet, USES, none, 0, 0, 0, 0, 19, 15, 15, 13, 13, 13) \
    X(VBuilderConfig, resetDeviceType, USES, none, 0, 0, 0, 0, 20, 16, 16, 14, 14, 14) \
    X(VBuilderConfig, canRunOnDLA, USES, none, 0, 0, 0, 0, 21, 17, 17, 15, 15, 15) \
    X(VBuilderConfig, setDLACore, USES, none, 0, 0, 0, 0, 22, 18, 18, 16, 16, 16) \
    X(VBuilderConfig, getDLACore, USES, none, 0, 0, 0, 0, 23, 19, 19, 17, 17, 17) \
    X(VBuilderConfig, setDefaultDeviceType, USES, none, 0, 0, 0, 0, 24, 20, 20, 18, 18, 18) \
    X(VBuilderConfig, getDefaultDeviceType, USES, none, 0, 0, 0, 0, 25, 21, 21, 19, 19, 19) \
    X(VBuilderConfig, reset, USES, none, 0, 0, 0, 0, 26, 22, 22, 20, 20, 20) \
    X(VBuilderConfig, setProfileStream, USES, none, 0, 0, 0, 0, 27, 23, 23, 21, 21, 21) \
    X(VBuilderConfig, getProfileStream, USES, none, 0, 0, 0, 0, 28, 24, 24, 22, 22, 22) \
    X(VBuilderConfig, addOptimizationProfile, KEEPS, none, 0, 0, 0, 0, 29, 25, 25, 23, 23, 23) \
    X(VBuilderConfig, getNbOptimizationProfiles, USES, none, 0, 0, 0, 0, 30, 26, 26, 24, 24, 24) \
    X(VBuilderConfig, setProfilingVerbosity, USES, none, 0, 0, 0, 0, 31, 27, 27, 25, 25, 25) \
    X(VBuilderConfig, getProfilingVerbosity, USES, none, 0, 0, 0, 0, 32, 28, 28, 26, 26, 26) \
    X(VBuilderConfig, setTacticSources, USES, none, 0, 0, 0, 0, 42, 38, 38, 27, 27, 27) \
    X(VBuilderConfig, getTacticSources, USES, none, 0, 0, 0, 0, 43, 39, 39, 28, 28, 28) \
    X(VBuilderConfig, createTimingCache, MAKES, ITimingCache, 0, 0, 0, 0, 44, 40, 40, 29, 29, 29) \
    X(VBuilderConfig, setAlgorithmSelector, USES, none, 0, 0, 0, 0, 33, 29, 29, -1, -1, -1) \
    X(VBuilderConfig, getAlgorithmSelector, USES, none, 0, 0, 0, 0, 34, 30, 30, -1, -1, -1) \
    X(VBuilderConfig, setTimingCache, KEEPS, none, 0, 0, 0, 0, 45, 41, 41, 30, 30, 30) \
    X(VBuilderConfig, getTimingCache, FINDS, ITimingCache, 0, 0, 0, 0, 46, 42, 42, 31, 31, 31) \
    X(VBuilderConfig, setCalibrationProfile, KEEPS, none, 0, 0, 0, 0, 35, 31, 31, -1, -1, -1) \
    X(VBuilderConfig, getCalibrationProfile, FINDS, IOptimizationProfile, 0, 0, 0, 0, 36, 32, 32, -1, -1, -1) \
    X(VBuilderConfig, setMemoryPoolLimit, USES, none, 0, 0, 0, 0, AT(47, 8401), 43, 43, 32, 32, 32) \
    X(VBuilderConfig, getMemoryPoolLimit, USES, none, 0, 0, 0, 0, AT(48, 8401), 44, 44, 33, 33, 33) \
    X(VBuilderConfig, setQuantizationFlags, USES, none, 0, 0, 0, 0, 37, 33, 33, -1, -1, -1) \
    X(VBuilderConfig, getQuantizationFlags, USES, none, 0, 0, 0, 0, 38, 34, 34, -1, -1, -1) \
    X(VBuilderConfig, setPreviewFeature, USES, none, 0, 0, 0, 0, AT(49, 8501), 45, 45, 34, 34, 34) \
    X(VBuilderConfig, clearQuantizationFlag, USES, none, 0, 0, 0, 0, 39, 35, 35, -1, -1, -1) \
    X(VBuilderConfig, getPreviewFeature, USES, none, 0, 0, 0, 0, AT(50, 8501), 46, 46, 35, 35, 35) \
    X(VBuilderConfig, setBuilderOptimizationLevel, USES, none, 0, 0, 0, 0, AT(51, 8600), 47, 47, 36, 36, 36) \
    X(VBuilderConfig, setQuantizationFlag, USES, none, 0, 0, 0, 0, 40, 36, 36, -1, -1, -1) \
    X(VBuilderConfig, getBuilderOptimizationLevel, USES, none, 0, 0, 0, 0, AT(52, 8600), 48, 48, 37, 37, 37) \
    X(VBuilderConfig, getQuantizationFlag, USES, none, 0, 0, 0, 0, 41, 37, 37, -1, -1, -1) \
    X(VBuilderConfig, setHardwareCompatibilityLevel, USES, none, 0, 0, 0, 0, AT(53, 8600), 49, 49, 38, 38, 38) \
    X(VBuilderConfig, getHardwareCompatibilityLevel, USES, none, 0, 0, 0, 0, AT(54, 8600), 50, 50, 39, 39, 39) \
    X(VBuilderConfig, setPluginsToSerialize, USES, none, 0, 0, 0, 0, AT(55, 8600), 51, 51, 40, 40, 40) \
    X(VBuilderConfig, getPluginToSerialize, USES, none, 0, 0, 0, 0, AT(56, 8600), 52, 52, 41, 41, 41) \
    X(VBuilderConfig, getNbPluginsToSerialize, USES, none, 0, 0, 0, 0, AT(57, 8600), 53, 53, 42, 42, 42) \
    X(VBuilderConfig, setMaxAuxStreams, USES, none, 0, 0, 0, 0, AT(58, 8600), 54, 54, 43, 43, 43) \
    X(VBuilderConfig, getMaxAuxStreams, USES, none, 0, 0, 0, 0, AT(59, 8600), 55, 55, 44, 44, 44) \
    X(VBuilderConfig, setProgressMonitor, USES, none, 0, 0, 0, 0, AT(60, 9100), 56, 56, 45, 45, 45) \
    X(VBuilderConfig, getProgressMonitor, USES, none, 0, 0, 0, 0, AT(61, 9100), 57, 57, 46, 46, 46) \
    X(VBuilderConfig, setRuntimePlatform, USES, none, 0, 0, 0, 0, -1, AT(58, 100200), AT(58, 100200), 47, 47, 47) \
    X(VBuilderConfig, getRuntimePlatform, USES, none, 0, 0, 0, 0, -1, AT(59, 100200), AT(59, 100200), 48, 48, 48) \
    X(VBuilderConfig, setMaxNbTactics, USES, none, 0, 0, 0, 0, -1, AT(60, 100400), AT(60, 100400), 49, 49, 49) \
    X(VBuilderConfig, getMaxNbTactics, USES, none, 0, 0, 0, 0, -1, AT(61, 100400), AT(61, 100400), 50, 50, 50) \
    X(VBuilderConfig, setTilingOptimizationLevel, USES, none, 0, 0, 0, 0, -1, AT(62, 100900), AT(62, 100800), 51, 51, 51) \
    X(VBuilderConfig, getTilingOptimizationLevel, USES, none, 0, 0, 0, 0, -1, AT(63, 100900), AT(63, 100800), 52, 52, 52) \
    X(VBuilderConfig, setL2LimitForTiling, USES, none, 0, 0, 0, 0, -1, AT(64, 100900), AT(64, 100800), 53, 53, 53) \
    X(VBuilderConfig, getL2LimitForTiling, USES, none, 0, 0, 0, 0, -1, AT(65, 100900), AT(65, 100800), 54, 54, 54) \
    X(VBuilderConfig, setNbComputeCapabilities, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 55, 55) \
    X(VBuilderConfig, setRemoteAutoTuningConfig, USES, none, 0, 0, 0, 0, -1, AT(66, 101300), AT(66, 101300), 55, -1, -1) \
    X(VBuilderConfig, getNbComputeCapabilities, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 56, 56) \
    X(VBuilderConfig, getRemoteAutoTuningConfig, USES, none, 0, 0, 0, 0, -1, AT(67, 101300), AT(67, 101300), 56, -1, -1) \
    X(VBuilderConfig, setBuildRoute, USES, none, 0, 0, 0, 0, -1, -1, -1, AT(57, 110100), -1, AT(59, 10601)) \
    X(VBuilderConfig, setComputeCapability, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 57, 57) \
    X(VBuilderConfig, getBuildRoute, USES, none, 0, 0, 0, 0, -1, -1, -1, AT(58, 110100), -1, AT(60, 10601)) \
    X(VBuilderConfig, getComputeCapability, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 58, 58) \
    X(VBuilderConfig, getAllBuildRoutes, USES, none, 0, 0, 0, 0, -1, -1, -1, AT(59, 110100), -1, AT(61, 10601)) \
    X(VCastLayer, setToType, USES, none, 0, 0, 0, 0, AT(2, 8600), 2, 2, 2, 2, 2) \
    X(VCastLayer, getToType, USES, none, 0, 0, 0, 0, AT(3, 8600), 3, 3, 3, 3, 3) \
    X(VConcatenationLayer, setAxis, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VConcatenationLayer, getAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VConditionalBoundaryLayer, getConditional, FINDS, IIfConditional, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VConstantLayer, setWeights, USES, none, 0, 24, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VConstantLayer, getWeights, USES, none, 1, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VConstantLayer, setDimensions, USES, none, 0, 40, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VConstantLayer, getDimensions, USES, none, 1, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VConvolutionLayer, setKernelSize, USES, none, 0, 40, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, setNbOutputMaps, USES, none, 0, 0, 0, 0, 4, 2, 2, 2, 2, 2) \
    X(VConvolutionLayer, getKernelSize, USES, none, 1, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, getNbOutputMaps, USES, none, 0, 0, 0, 0, 5, 3, 3, 3, 3, 3) \
    X(VConvolutionLayer, setNbGroups, USES, none, 0, 0, 0, 0, 10, 4, 4, 4, 4, 4) \
    X(VConvolutionLayer, getNbGroups, USES, none, 0, 0, 0, 0, 11, 5, 5, 5, 5, 5) \
    X(VConvolutionLayer, setKernelWeights, USES, none, 0, 24, 0, 0, 12, 6, 6, 6, 6, 6) \
    X(VConvolutionLayer, setStride, USES, none, 0, 40, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, getKernelWeights, USES, none, 1, 0, 0, 0, 13, 7, 7, 7, 7, 7) \
    X(VConvolutionLayer, getStride, USES, none, 1, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, setBiasWeights, USES, none, 0, 24, 0, 0, 14, 8, 8, 8, 8, 8) \
    X(VConvolutionLayer, setPadding, USES, none, 0, 40, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, getBiasWeights, USES, none, 1, 0, 0, 0, 15, 9, 9, 9, 9, 9) \
    X(VConvolutionLayer, getPadding, USES, none, 1, 0, 0, 0, 9, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, setPrePadding, USES, none, 0, 40, 0, 0, 18, 10, 10, 10, 10, 10) \
    X(VConvolutionLayer, getPrePadding, USES, none, 1, 0, 0, 0, 19, 11, 11, 11, 11, 11) \
    X(VConvolutionLayer, setPostPadding, USES, none, 0, 40, 0, 0, 20, 12, 12, 12, 12, 12) \
    X(VConvolutionLayer, getPostPadding, USES, none, 1, 0, 0, 0, 21, 13, 13, 13, 13, 13) \
    X(VConvolutionLayer, setPaddingMode, USES, none, 0, 0, 0, 0, 22, 14, 14, 14, 14, 14) \
    X(VConvolutionLayer, getPaddingMode, USES, none, 0, 0, 0, 0, 23, 15, 15, 15, 15, 15) \
    X(VConvolutionLayer, setDilation, USES, none, 0, 40, 0, 0, 16, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, setKernelSizeNd, USES, none, 0, 40, 0, 0, 24, 16, 16, 16, 16, 16) \
    X(VConvolutionLayer, getDilation, USES, none, 1, 0, 0, 0, 17, -1, -1, -1, -1, -1) \
    X(VConvolutionLayer, getKernelSizeNd, USES, none, 1, 0, 0, 0, 25, 17, 17, 17, 17, 17) \
    X(VConvolutionLayer, setStrideNd, USES, none, 0, 40, 0, 0, 26, 18, 18, 18, 18, 18) \
    X(VConvolutionLayer, getStrideNd, USES, none, 1, 0, 0, 0, 27, 19, 19, 19, 19, 19) \
    X(VConvolutionLayer, setPaddingNd, USES, none, 0, 40, 0, 0, 28, 20, 20, 20, 20, 20) \
    X(VConvolutionLayer, getPaddingNd, USES, none, 1, 0, 0, 0, 29, 21, 21, 21, 21, 21) \
    X(VConvolutionLayer, setDilationNd, USES, none, 0, 40, 0, 0, 30, 22, 22, 22, 22, 22) \
    X(VConvolutionLayer, getDilationNd, USES, none, 1, 0, 0, 0, 31, 23, 23, 23, 23, 23) \
    X(VCudaEngine, getNbBindings, USES, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getPImpl, FINDS, ICudaEngine, 0, 0, 0, 0, AT(48, 8600), 2, 2, 2, 2, 2) \
    X(VCudaEngine, getBindingIndex, USES, none, 0, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getNbLayers, USES, none, 0, 0, 0, 0, 9, 3, 3, 3, 3, 3) \
    X(VCudaEngine, getBindingName, USES, none, 0, 0, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VCudaEngine, serialize, MAKES, IHostMemory, 0, 0, 0, 0, 10, 4, 4, 4, 4, 4) \
    X(VCudaEngine, bindingIsInput, USES, none, 0, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VCudaEngine, createExecutionContext, MAKES, IExecutionContext, 0, 0, 0, 0, -1, 5, 5, 5, 5, 5) \
    X(VCudaEngine, createExecutionContextWithoutDeviceMemory, MAKES, IExecutionContext, 0, 0, 0, 0, 13, 6, 6, -1, -1, -1) \
    X(VCudaEngine, getBindingDimensions, USES, none, 1, 0, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VCudaEngine, isRefittable, USES, none, 0, 0, 0, 0, 15, 8, 8, 6, 6, 6) \
    X(VCudaEngine, getBindingDataType, USES, none, 0, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getDeviceMemorySize, USES, none, 0, 0, 0, 0, 14, 7, 7, -1, -1, -1) \
    X(VCudaEngine, getName, USES, none, 0, 0, 0, 0, 21, 9, 9, 7, 7, 7) \
    X(VCudaEngine, getMaxBatchSize, USES, none, 0, 0, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getNbOptimizationProfiles, USES, none, 0, 0, 0, 0, 22, 10, 10, 8, 8, 8) \
    X(VCudaEngine, getEngineCapability, USES, none, 0, 0, 0, 0, 27, 12, 12, 9, 10, 9) \
    X(VCudaEngine, getProfileTensorValues, USES, none, 0, 0, 0, 0, -1, 11, 11, -1, 9, -1) \
    X(VCudaEngine, setErrorRecorder, USES, none, 0, 0, 0, 0, 28, 13, 13, 10, 11, 10) \
    X(VCudaEngine, createExecutionContext, MAKES, IExecutionContext, 0, 0, 0, 0, 11, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getErrorRecorder, USES, none, 0, 0, 0, 0, 29, 14, 14, 11, 12, 11) \
    X(VCudaEngine, getLocation, USES, none, 0, 0, 0, 0, 12, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTacticSources, USES, none, 0, 0, 0, 0, 31, 16, 16, 12, 14, 12) \
    X(VCudaEngine, getProfilingVerbosity, USES, none, 0, 0, 0, 0, 32, 17, 17, 13, 15, 13) \
    X(VCudaEngine, hasImplicitBatchDimension, USES, none, 0, 0, 0, 0, 30, 15, 15, -1, 13, -1) \
    X(VCudaEngine, createEngineInspector, MAKES, IEngineInspector, 0, 0, 0, 0, 33, 18, 18, 14, 16, 14) \
    X(VCudaEngine, getTensorShape, USES, none, 1, 0, 0, 0, AT(34, 8501), 19, 19, 15, 17, 15) \
    X(VCudaEngine, getBindingBytesPerComponent, USES, none, 0, 0, 0, 0, 16, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorDataType, USES, none, 0, 0, 0, 0, AT(35, 8501), 20, 20, 16, 18, 16) \
    X(VCudaEngine, getBindingComponentsPerElement, USES, none, 0, 0, 0, 0, 17, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorLocation, USES, none, 0, 0, 0, 0, AT(36, 8501), 21, 21, 17, 19, 17) \
    X(VCudaEngine, getBindingFormat, USES, none, 0, 0, 0, 0, 18, -1, -1, -1, -1, -1) \
    X(VCudaEngine, isShapeInferenceIO, USES, none, 0, 0, 0, 0, AT(37, 8501), 22, 22, 18, 20, 18) \
    X(VCudaEngine, getBindingFormatDesc, USES, none, 0, 0, 0, 0, 19, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorIOMode, USES, none, 0, 0, 0, 0, AT(38, 8501), 23, 23, 19, 21, 19) \
    X(VCudaEngine, getBindingVectorizedDim, USES, none, 0, 0, 0, 0, 20, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorBytesPerComponent, USES, none, 0, 0, 0, 0, AT(39, 8501), 24, 24, 20, 22, 20) \
    X(VCudaEngine, getTensorComponentsPerElement, USES, none, 0, 0, 0, 0, AT(40, 8501), 25, 25, 21, 23, 21) \
    X(VCudaEngine, getTensorFormat, USES, none, 0, 0, 0, 0, AT(41, 8501), 26, 26, 22, 24, 22) \
    X(VCudaEngine, getProfileDimensions, USES, none, 1, 0, 0, 0, 23, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorFormatDesc, USES, none, 0, 0, 0, 0, AT(42, 8501), 27, 27, 23, 25, 23) \
    X(VCudaEngine, getProfileShapeValues, USES, none, 0, 0, 0, 0, 24, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getTensorVectorizedDim, USES, none, 0, 0, 0, 0, AT(43, 8501), 28, 28, 24, 26, 24) \
    X(VCudaEngine, getProfileShape, USES, none, 1, 0, 0, 0, AT(44, 8501), 29, 29, 25, 27, 25) \
    X(VCudaEngine, isShapeBinding, USES, none, 0, 0, 0, 0, 25, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getNbIOTensors, USES, none, 0, 0, 0, 0, AT(45, 8501), 30, 30, 26, 28, 26) \
    X(VCudaEngine, isExecutionBinding, USES, none, 0, 0, 0, 0, 26, -1, -1, -1, -1, -1) \
    X(VCudaEngine, getIOTensorName, USES, none, 0, 0, 0, 0, AT(46, 8501), 31, 31, 27, 29, 27) \
    X(VCudaEngine, getHardwareCompatibilityLevel, USES, none, 0, 0, 0, 0, AT(47, 8600), 32, 32, 28, 30, 28) \
    X(VCudaEngine, getNbAuxStreams, USES, none, 0, 0, 0, 0, AT(49, 8600), 33, 33, 29, 31, 29) \
    X(VCudaEngine, getTensorBytesPerComponentV2, USES, none, 0, 0, 0, 0, AT(50, 8601), 34, 34, 30, 32, 30) \
    X(VCudaEngine, getTensorComponentsPerElementV2, USES, none, 0, 0, 0, 0, AT(51, 8601), 35, 35, 31, 33, 31) \
    X(VCudaEngine, getTensorFormatV2, USES, none, 0, 0, 0, 0, AT(52, 8601), 36, 36, 32, 34, 32) \
    X(VCudaEngine, getTensorFormatDescV2, USES, none, 0, 0, 0, 0, AT(53, 8601), 37, 37, 33, 35, 33) \
    X(VCudaEngine, getTensorVectorizedDimV2, USES, none, 0, 0, 0, 0, AT(54, 8601), 38, 38, 34, 36, 34) \
    X(VCudaEngine, createSerializationConfig, MAKES, ISerializationConfig, 0, 0, 0, 0, AT(55, 9200), 39, 39, 35, 37, 35) \
    X(VCudaEngine, serializeWithConfig, MAKES, IHostMemory, 0, 0, 0, 0, AT(56, 9200), 40, 40, 36, 38, 36) \
    X(VCudaEngine, createRefitter, MAKES, IRefitter, 0, 0, 0, 1, -1, 42, 42, 37, 40, 37) \
    X(VCudaEngine, getStreamableWeightsSize, USES, none, 0, 0, 0, 0, -1, 46, 46, 38, 44, 38) \
    X(VCudaEngine, getDeviceMemorySizeForProfile, USES, none, 0, 0, 0, 0, -1, 41, 41, -1, 39, -1) \
    X(VCudaEngine, isDebugTensor, USES, none, 0, 0, 0, 0, -1, 47, 47, 39, 45, 39) \
    X(VCudaEngine, setWeightStreamingBudgetV2, USES, none, 0, 0, 0, 0, -1, AT(48, 100100), AT(48, 100100), 40, 46, 40) \
    X(VCudaEngine, getWeightStreamingBudgetV2, USES, none, 0, 0, 0, 0, -1, AT(49, 100100), AT(49, 100100), 41, 47, 41) \
    X(VCudaEngine, setWeightStreamingBudget, USES, none, 0, 0, 0, 0, -1, 43, 43, -1, 41, -1) \
    X(VCudaEngine, getWeightStreamingAutomaticBudget, USES, none, 0, 0, 0, 0, -1, AT(50, 100100), AT(50, 100100), 42, 48, 42) \
    X(VCudaEngine, getWeightStreamingBudget, USES, none, 0, 0, 0, 0, -1, 44, 44, -1, 42, -1) \
    X(VCudaEngine, getMinimumWeightStreamingBudget, USES, none, 0, 0, 0, 0, -1, 45, 45, -1, 43, -1) \
    X(VCudaEngine, getWeightStreamingScratchMemorySize, USES, none, 0, 0, 0, 0, -1, AT(51, 100100), AT(51, 100100), 43, 49, 43) \
    X(VCudaEngine, getDeviceMemorySizeV2, USES, none, 0, 0, 0, 0, -1, AT(52, 100100), AT(52, 100100), 44, 50, 44) \
    X(VCudaEngine, getDeviceMemorySizeForProfileV2, USES, none, 0, 0, 0, 0, -1, AT(53, 100100), AT(53, 100100), 45, 51, 45) \
    X(VCudaEngine, getProfileTensorValuesV2, USES, none, 0, 0, 0, 0, -1, AT(54, 101100), AT(54, 101100), 46, 52, 46) \
    X(VCudaEngine, createExecutionContextWithRuntimeConfig, MAKES, IExecutionContext, 0, 0, 0, 0, -1, AT(55, 101100), AT(55, 101100), 47, 53, 47) \
    X(VCudaEngine, createRuntimeConfig, MAKES, IRuntimeConfig, 0, 0, 0, 0, -1, AT(56, 101100), AT(56, 101100), 48, 54, 48) \
    X(VCudaEngine, getEngineStat, USES, none, 0, 0, 0, 0, -1, AT(57, 101401), AT(57, 101401), 49, 55, 49) \
    X(VCudaEngine, getAliasedInputTensor, USES, none, 0, 0, 0, 0, -1, AT(58, 101501), AT(58, 101501), 50, 56, 50) \
    X(VCudaEngine, areWeightsLoaded, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, -1, AT(51, 10601)) \
    X(VCudaEngine, loadWeights, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, -1, AT(52, 10601)) \
    X(VCudaEngine, loadWeightsAsync, ASYNC, none, 0, 0, 2, 0, -1, -1, -1, -1, -1, AT(53, 10601)) \
    X(VCumulativeLayer, setOperation, USES, none, 0, 0, 0, 0, -1, AT(2, 100900), AT(2, 100800), 2, 2, 2) \
    X(VCumulativeLayer, getOperation, USES, none, 0, 0, 0, 0, -1, AT(3, 100900), AT(3, 100800), 3, 3, 3) \
    X(VCumulativeLayer, setExclusive, USES, none, 0, 0, 0, 0, -1, AT(4, 100900), AT(4, 100800), 4, 4, 4) \
    X(VCumulativeLayer, getExclusive, USES, none, 0, 0, 0, 0, -1, AT(5, 100900), AT(5, 100800), 5, 5, 5) \
    X(VCumulativeLayer, setReverse, USES, none, 0, 0, 0, 0, -1, AT(6, 100900), AT(6, 100800), 6, 6, 6) \
    X(VCumulativeLayer, getReverse, USES, none, 0, 0, 0, 0, -1, AT(7, 100900), AT(7, 100800), 7, 7, 7) \
    X(VDeconvolutionLayer, setKernelSize, USES, none, 0, 40, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, setNbOutputMaps, USES, none, 0, 0, 0, 0, 4, 2, 2, 2, 2, 2) \
    X(VDeconvolutionLayer, getKernelSize, USES, none, 1, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, getNbOutputMaps, USES, none, 0, 0, 0, 0, 5, 3, 3, 3, 3, 3) \
    X(VDeconvolutionLayer, setNbGroups, USES, none, 0, 0, 0, 0, 10, 4, 4, 4, 4, 4) \
    X(VDeconvolutionLayer, getNbGroups, USES, none, 0, 0, 0, 0, 11, 5, 5, 5, 5, 5) \
    X(VDeconvolutionLayer, setKernelWeights, USES, none, 0, 24, 0, 0, 12, 6, 6, 6, 6, 6) \
    X(VDeconvolutionLayer, setStride, USES, none, 0, 40, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, getKernelWeights, USES, none, 1, 0, 0, 0, 13, 7, 7, 7, 7, 7) \
    X(VDeconvolutionLayer, getStride, USES, none, 1, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, setBiasWeights, USES, none, 0, 24, 0, 0, 14, 8, 8, 8, 8, 8) \
    X(VDeconvolutionLayer, setPadding, USES, none, 0, 40, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, getBiasWeights, USES, none, 1, 0, 0, 0, 15, 9, 9, 9, 9, 9) \
    X(VDeconvolutionLayer, getPadding, USES, none, 1, 0, 0, 0, 9, -1, -1, -1, -1, -1) \
    X(VDeconvolutionLayer, setPrePadding, USES, none, 0, 40, 0, 0, 16, 10, 10, 10, 10, 10) \
    X(VDeconvolutionLayer, getPrePadding, USES, none, 1, 0, 0, 0, 17, 11, 11, 11, 11, 11) \
    X(VDeconvolutionLayer, setPostPadding, USES, none, 0, 40, 0, 0, 18, 12, 12, 12, 12, 12) \
    X(VDeconvolutionLayer, getPostPadding, USES, none, 1, 0, 0, 0, 19, 13, 13, 13, 13, 13) \
    X(VDeconvolutionLayer, setPaddingMode, USES, none, 0, 0, 0, 0, 20, 14, 14, 14, 14, 14) \
    X(VDeconvolutionLayer, getPaddingMode, USES, none, 0, 0, 0, 0, 21, 15, 15, 15, 15, 15) \
    X(VDeconvolutionLayer, setKernelSizeNd, USES, none, 0, 40, 0, 0, 22, 16, 16, 16, 16, 16) \
    X(VDeconvolutionLayer, getKernelSizeNd, USES, none, 1, 0, 0, 0, 23, 17, 17, 17, 17, 17) \
    X(VDeconvolutionLayer, setStrideNd, USES, none, 0, 40, 0, 0, 24, 18, 18, 18, 18, 18) \
    X(VDeconvolutionLayer, getStrideNd, USES, none, 1, 0, 0, 0, 25, 19, 19, 19, 19, 19) \
    X(VDeconvolutionLayer, setPaddingNd, USES, none, 0, 40, 0, 0, 26, 20, 20, 20, 20, 20) \
    X(VDeconvolutionLayer, getPaddingNd, USES, none, 1, 0, 0, 0, 27, 21, 21, 21, 21, 21) \
    X(VDeconvolutionLayer, setDilationNd, USES, none, 0, 40, 0, 0, 28, 22, 22, 22, 22, 22) \
    X(VDeconvolutionLayer, getDilationNd, USES, none, 1, 0, 0, 0, 29, 23, 23, 23, 23, 23) \
    X(VDequantizeLayer, getAxis, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VDequantizeLayer, setAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VDequantizeLayer, getToType, USES, none, 0, 0, 0, 0, AT(4, 9100), 4, 4, 4, 4, 4) \
    X(VDequantizeLayer, setToType, USES, none, 0, 0, 0, 0, AT(5, 9100), 5, 5, 5, 5, 5) \
    X(VDequantizeLayer, getBlockShape, USES, none, 1, 0, 0, 0, -1, AT(6, 101501), AT(6, 101501), 6, 6, 6) \
    X(VDequantizeLayer, setBlockShape, USES, none, 0, 0, 0, 0, -1, AT(7, 101501), AT(7, 101501), 7, 7, 7) \
    X(VDynamicQuantizeLayer, getAxis, USES, none, 0, 0, 0, 0, -1, AT(2, 100900), AT(2, 100800), 2, 2, 2) \
    X(VDynamicQuantizeLayer, setAxis, USES, none, 0, 0, 0, 0, -1, AT(3, 100900), AT(3, 100800), 3, 3, 3) \
    X(VDynamicQuantizeLayer, getBlockSize, USES, none, 0, 0, 0, 0, -1, AT(4, 100900), AT(4, 100800), 4, 4, 4) \
    X(VDynamicQuantizeLayer, setBlockSize, USES, none, 0, 0, 0, 0, -1, AT(5, 100900), AT(5, 100800), 5, 5, 5) \
    X(VDynamicQuantizeLayer, getScaleType, USES, none, 0, 0, 0, 0, -1, AT(6, 100900), AT(6, 100800), 6, 6, 6) \
    X(VDynamicQuantizeLayer, setScaleType, USES, none, 0, 0, 0, 0, -1, AT(7, 100900), AT(7, 100800), 7, 7, 7) \
    X(VDynamicQuantizeLayer, getToType, USES, none, 0, 0, 0, 0, -1, AT(8, 100900), AT(8, 100800), 8, 8, 8) \
    X(VDynamicQuantizeLayer, setToType, USES, none, 0, 0, 0, 0, -1, AT(9, 100900), AT(9, 100800), 9, 9, 9) \
    X(VDynamicQuantizeLayer, getBlockShape, USES, none, 1, 0, 0, 0, -1, AT(10, 101501), AT(10, 101501), 10, 10, 10) \
    X(VDynamicQuantizeLayer, setBlockShape, USES, none, 0, 0, 0, 0, -1, AT(11, 101501), AT(11, 101501), 11, 11, 11) \
    X(VEinsumLayer, setEquation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VEinsumLayer, getEquation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VElementWiseLayer, setOperation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VElementWiseLayer, getOperation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VEngineInspector, getPImpl, FINDS, IEngineInspector, 0, 0, 0, 0, AT(8, 8600), 2, 2, 2, 2, 2) \
    X(VEngineInspector, setExecutionContext, KEEPS, none, 0, 0, 0, 0, 2, 3, 3, 3, 3, 3) \
    X(VEngineInspector, getExecutionContext, FINDS, IExecutionContext, 0, 0, 0, 0, 3, 4, 4, 4, 4, 4) \
    X(VEngineInspector, getLayerInformation, USES, none, 0, 0, 0, 0, 4, 5, 5, 5, 5, 5) \
    X(VEngineInspector, getEngineInformation, USES, none, 0, 0, 0, 0, 5, 6, 6, 6, 6, 6) \
    X(VEngineInspector, setErrorRecorder, USES, none, 0, 0, 0, 0, 6, 7, 7, 7, 7, 7) \
    X(VEngineInspector, getErrorRecorder, USES, none, 0, 0, 0, 0, 7, 8, 8, 8, 8, 8) \
    X(VExecutionContext, execute, RUNS, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VExecutionContext, getPImpl, FINDS, IExecutionContext, 0, 0, 0, 0, AT(49, 8600), 2, 2, 2, 2, 2) \
    X(VExecutionContext, enqueue, RUNS, none, 0, 0, 3, 0, 3, -1, -1, -1, -1, -1) \
    X(VExecutionContext, setDebugSync, USES, none, 0, 0, 0, 0, 4, 3, 3, 3, 3, 3) \
    X(VExecutionContext, getDebugSync, USES, none, 0, 0, 0, 0, 5, 4, 4, 4, 4, 4) \
    X(VExecutionContext, setProfiler, USES, none, 0, 0, 0, 0, 6, 5, 5, 5, 5, 5) \
    X(VExecutionContext, getProfiler, USES, none, 0, 0, 0, 0, 7, 6, 6, 6, 6, 6) \
    X(VExecutionContext, getEngine, FINDS, ICudaEngine, 0, 0, 0, 0, 8, 7, 7, 7, 7, 7) \
    X(VExecutionContext, setName, USES, none, 0, 0, 0, 0, 9, 8, 8, 8, 8, 8) \
    X(VExecutionContext, getName, USES, none, 0, 0, 0, 0, 10, 9, 9, 9, 9, 9) \
    X(VExecutionContext, setDeviceMemory, BINDS, none, 0, 0, 0, 0, 11, 10, 10, 10, 10, 10) \
    X(VExecutionContext, getOptimizationProfile, USES, none, 0, 0, 0, 0, 14, 11, 11, 11, 11, 11) \
    X(VExecutionContext, allInputDimensionsSpecified, USES, none, 0, 0, 0, 0, 19, 12, 12, 12, 12, 12) \
    X(VExecutionContext, getStrides, USES, none, 1, 0, 0, 0, 12, -1, -1, -1, -1, -1) \
    X(VExecutionContext, allInputShapesSpecified, USES, none, 0, 0, 0, 0, 20, 13, 13, -1, 13, -1) \
    X(VExecutionContext, setErrorRecorder, USES, none, 0, 0, 0, 0, 21, 14, 14, 13, 14, 13) \
    X(VExecutionContext, setOptimizationProfile, USES, none, 0, 0, 0, 0, 13, -1, -1, -1, -1, -1) \
    X(VExecutionContext, getErrorRecorder, USES, none, 0, 0, 0, 0, 22, 15, 15, 14, 15, 14) \
    X(VExecutionContext, executeV2, RUNS, none, 0, 0, 0, 0, 23, 16, 16, 15, 16, 15) \
    X(VExecutionContext, setBindingDimensions, USES, none, 0, 40, 0, 0, 15, -1, -1, -1, -1, -1) \
    X(VExecutionContext, getBindingDimensions, USES, none, 1, 0, 0, 0, 16, -1, -1, -1, -1, -1) \
    X(VExecutionContext, setOptimizationProfileAsync, ASYNC, none, 0, 0, 2, 0, 25, 17, 17, 16, 17, 16) \
    X(VExecutionContext, setEnqueueEmitsProfile, USES, none, 0, 0, 0, 0, 26, 18, 18, 17, 18, 17) \
    X(VExecutionContext, setInputShapeBinding, USES, none, 0, 0, 0, 0, 17, -1, -1, -1, -1, -1) \
    X(VExecutionContext, getEnqueueEmitsProfile, USES, none, 0, 0, 0, 0, 27, 19, 19, 18, 19, 18) \
    X(VExecutionContext, getShapeBinding, USES, none, 0, 0, 0, 0, 18, -1, -1, -1, -1, -1) \
    X(VExecutionContext, reportToProfiler, USES, none, 0, 0, 0, 0, 28, 20, 20, 19, 20, 19) \
    X(VExecutionContext, setInputShape, USES, none, 0, 0, 0, 0, AT(29, 8501), 21, 21, 20, 21, 20) \
    X(VExecutionContext, getTensorShape, USES, none, 1, 0, 0, 0, AT(30, 8501), 22, 22, 21, 22, 21) \
    X(VExecutionContext, getTensorStrides, USES, none, 1, 0, 0, 0, AT(31, 8501), 23, 23, 22, 23, 22) \
    X(VExecutionContext, setTensorAddress, BINDS, none, 0, 0, 0, 0, AT(32, 8501), 24, 24, 23, 24, 23) \
    X(VExecutionContext, enqueueV2, RUNS, none, 0, 0, 2, 0, 24, -1, -1, -1, -1, -1) \
    X(VExecutionContext, getTensorAddress, USES, none, 0, 0, 0, 0, AT(33, 8501), 25, 25, 24, 25, 24) \
    X(VExecutionContext, setInputTensorAddress, BINDS, none, 0, 0, 0, 0, AT(34, 8501), 26, 26, 25, 26, 25) \
    X(VExecutionContext, setOutputTensorAddress, BINDS, none, 0, 0, 0, 0, -1, 27, 27, 26, 27, 26) \
    X(VExecutionContext, inferShapes, USES, none, 0, 0, 0, 0, AT(35, 8501), 28, 28, 27, 28, 27) \
    X(VExecutionContext, setInputConsumedEvent, USES, none, 0, 0, 0, 0, AT(36, 8501), 29, 29, 28, 29, 28) \
    X(VExecutionContext, getInputConsumedEvent, USES, none, 0, 0, 0, 0, AT(37, 8501), 30, 30, 29, 30, 29) \
    X(VExecutionContext, getOutputTensorAddress, USES, none, 0, 0, 0, 0, AT(38, 8501), 31, 31, 30, 31, 30) \
    X(VExecutionContext, setOutputAllocator, USES, none, 0, 0, 0, 0, AT(39, 8501), 32, 32, 31, 32, 31) \
    X(VExecutionContext, getOutputAllocator, USES, none, 0, 0, 0, 0, AT(40, 8501), 33, 33, 32, 33, 32) \
    X(VExecutionContext, getMaxOutputSize, USES, none, 0, 0, 0, 0, AT(41, 8501), 34, 34, 33, 34, 33) \
    X(VExecutionContext, setTemporaryStorageAllocator, USES, none, 0, 0, 0, 0, AT(42, 8501), 35, 35, 34, 35, 34) \
    X(VExecutionContext, getTemporaryStorageAllocator, USES, none, 0, 0, 0, 0, AT(43, 8501), 36, 36, 35, 36, 35) \
    X(VExecutionContext, enqueueV3, RUNS, none, 0, 0, 1, 0, AT(44, 8501), 37, 37, 36, 37, 36) \
    X(VExecutionContext, setPersistentCacheLimit, USES, none, 0, 0, 0, 0, AT(45, 8501), 38, 38, 37, 38, 37) \
    X(VExecutionContext, getPersistentCacheLimit, USES, none, 0, 0, 0, 0, AT(46, 8501), 39, 39, 38, 39, 38) \
    X(VExecutionContext, setNvtxVerbosity, USES, none, 0, 0, 0, 0, AT(47, 8501), 40, 40, 39, 40, 39) \
    X(VExecutionContext, getNvtxVerbosity, USES, none, 0, 0, 0, 0, AT(48, 8501), 41, 41, 40, 41, 40) \
    X(VExecutionContext, setAuxStreams, USES, none, 0, 0, 0, 0, AT(50, 8600), 42, 42, 41, 42, 41) \
    X(VExecutionContext, setDebugListener, USES, none, 0, 0, 0, 0, -1, 43, 43, 42, 43, 42) \
    X(VExecutionContext, getDebugListener, USES, none, 0, 0, 0, 0, -1, 44, 44, 43, 44, 43) \
    X(VExecutionContext, setTensorDebugState, USES, none, 0, 0, 0, 0, -1, 45, 45, 44, 45, 44) \
    X(VExecutionContext, getDebugState, USES, none, 0, 0, 0, 0, -1, 46, 46, 45, 46, 45) \
    X(VExecutionContext, setAllTensorsDebugState, USES, none, 0, 0, 0, 0, -1, 47, 47, 46, 47, 46) \
    X(VExecutionContext, updateDeviceMemorySizeForShapes, USES, none, 0, 0, 0, 0, -1, 48, 48, 47, 48, 47) \
    X(VExecutionContext, setDeviceMemoryV2, BINDS, none, 0, 0, 0, 0, -1, AT(49, 100100), AT(49, 100100), 48, 49, 48) \
    X(VExecutionContext, getRuntimeConfig, FINDS, IRuntimeConfig, 0, 0, 0, 0, -1, AT(50, 101100), AT(50, 101100), 49, 50, 49) \
    X(VExecutionContext, setUnfusedTensorsDebugState, USES, none, 0, 0, 0, 0, -1, AT(51, 101200), AT(51, 101200), 50, 51, 50) \
    X(VExecutionContext, getUnfusedTensorsDebugState, USES, none, 0, 0, 0, 0, -1, AT(52, 101200), AT(52, 101200), 51, 52, 51) \
    X(VExecutionContext, isStreamCapturable, ASYNC, none, 0, 0, 1, 0, -1, -1, -1, -1, -1, 52) \
    X(VExecutionContext, setCommunicator, USES, none, 0, 0, 0, 0, -1, AT(53, 101600), AT(53, 101600), 52, AT(53, 10400), 53) \
    X(VFillLayer, setDimensions, USES, none, 0, 40, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VFillLayer, getDimensions, USES, none, 1, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VFillLayer, setOperation, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VFillLayer, getOperation, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VFillLayer, setAlpha, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VFillLayer, getAlpha, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VFillLayer, setBeta, USES, none, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8) \
    X(VFillLayer, getBeta, USES, none, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VFillLayer, setAlphaInt64, USES, none, 0, 0, 0, 0, AT(10, 9100), 10, 10, 10, 10, 10) \
    X(VFillLayer, getAlphaInt64, USES, none, 0, 0, 0, 0, AT(11, 9100), 11, 11, 11, 11, 11) \
    X(VFillLayer, setBetaInt64, USES, none, 0, 0, 0, 0, AT(12, 9100), 12, 12, 12, 12, 12) \
    X(VFillLayer, getBetaInt64, USES, none, 0, 0, 0, 0, AT(13, 9100), 13, 13, 13, 13, 13) \
    X(VFillLayer, isAlphaBetaInt64, USES, none, 0, 0, 0, 0, AT(14, 9100), 14, 14, 14, 14, 14) \
    X(VFillLayer, getToType, USES, none, 0, 0, 0, 0, AT(15, 9100), 15, 15, 15, 15, 15) \
    X(VFillLayer, setToType, USES, none, 0, 0, 0, 0, AT(16, 9100), 16, 16, 16, 16, 16) \
    X(VFullyConnectedLayer, setNbOutputChannels, USES, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VFullyConnectedLayer, getNbOutputChannels, USES, none, 0, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VFullyConnectedLayer, setKernelWeights, USES, none, 0, 24, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VFullyConnectedLayer, getKernelWeights, USES, none, 1, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VFullyConnectedLayer, setBiasWeights, USES, none, 0, 24, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VFullyConnectedLayer, getBiasWeights, USES, none, 1, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VGatherLayer, setGatherAxis, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VGatherLayer, getGatherAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VGatherLayer, setNbElementWiseDims, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VGatherLayer, getNbElementWiseDims, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VGatherLayer, setMode, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VGatherLayer, getMode, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VGridSampleLayer, setInterpolationMode, USES, none, 0, 0, 0, 0, AT(2, 8501), 2, 2, 2, 2, 2) \
    X(VGridSampleLayer, getInterpolationMode, USES, none, 0, 0, 0, 0, AT(3, 8501), 3, 3, 3, 3, 3) \
    X(VGridSampleLayer, setAlignCorners, USES, none, 0, 0, 0, 0, AT(4, 8501), 4, 4, 4, 4, 4) \
    X(VGridSampleLayer, getAlignCorners, USES, none, 0, 0, 0, 0, AT(5, 8501), 5, 5, 5, 5, 5) \
    X(VGridSampleLayer, setSampleMode, USES, none, 0, 0, 0, 0, AT(6, 8501), 6, 6, 6, 6, 6) \
    X(VGridSampleLayer, getSampleMode, USES, none, 0, 0, 0, 0, AT(7, 8501), 7, 7, 7, 7, 7) \
    X(VHostMemory, data, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VHostMemory, size, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VHostMemory, type, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VIfConditional, setCondition, MAKES, IConditionLayer, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VIfConditional, addInput, MAKES, IIfConditionalInputLayer, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VIfConditional, addOutput, MAKES, IIfConditionalOutputLayer, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VIfConditional, setName, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VIfConditional, getName, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VIteratorLayer, setAxis, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VIteratorLayer, getAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VIteratorLayer, setReverse, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VIteratorLayer, getReverse, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VKVCacheUpdateLayer, setCacheMode, USES, none, 0, 0, 0, 0, -1, AT(2, 101501), AT(2, 101501), 2, 2, 2) \
    X(VKVCacheUpdateLayer, getCacheMode, USES, none, 0, 0, 0, 0, -1, AT(3, 101501), AT(3, 101501), 3, 3, 3) \
    X(VKVCacheUpdateLayer, setUpdateForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 4, -1, 4) \
    X(VKVCacheUpdateLayer, getUpdateForm, USES, none, 0, 0, 0, 0, -1, -1, -1, 5, -1, 5) \
    X(VKVCacheUpdateLayer, setUpdateLengths, KEEPS, none, 0, 0, 0, 0, -1, -1, -1, 6, -1, 6) \
    X(VKVCacheUpdateLayer, getUpdateLengths, FINDS, ITensor, 0, 0, 0, 0, -1, -1, -1, 7, -1, 7) \
    X(VLRNLayer, setWindowSize, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VLRNLayer, getWindowSize, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VLRNLayer, setAlpha, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VLRNLayer, getAlpha, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VLRNLayer, setBeta, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VLRNLayer, getBeta, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VLRNLayer, setK, USES, none, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8) \
    X(VLRNLayer, getK, USES, none, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VLayer, getType, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VLayer, setName, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VLayer, getName, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VLayer, getNbInputs, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VLayer, getInput, FINDS, ITensor, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VLayer, getNbOutputs, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VLayer, getOutput, FINDS, ITensor, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8) \
    X(VLayer, setInput, KEEPS, none, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VLayer, getOutputType, USES, none, 0, 0, 0, 0, 15, 15, 15, 10, 15, 10) \
    X(VLayer, setPrecision, USES, none, 0, 0, 0, 0, 10, 10, 10, -1, 10, -1) \
    X(VLayer, getPrecision, USES, none, 0, 0, 0, 0, 11, 11, 11, -1, 11, -1) \
    X(VLayer, setMetadata, USES, none, 0, 0, 0, 0, AT(18, 8600), 18, 18, 11, 18, 11) \
    X(VLayer, getMetadata, USES, none, 0, 0, 0, 0, AT(19, 8600), 19, 19, 12, 19, 12) \
    X(VLayer, precisionIsSet, USES, none, 0, 0, 0, 0, 12, 12, 12, -1, 12, -1) \
    X(VLayer, resetPrecision, USES, none, 0, 0, 0, 0, 13, 13, 13, -1, 13, -1) \
    X(VLayer, setNbRanks, USES, none, 0, 0, 0, 0, -1, AT(20, 101600), AT(20, 101600), 13, AT(20, 10400), 13) \
    X(VLayer, getNbRanks, USES, none, 0, 0, 0, 0, -1, AT(21, 101600), AT(21, 101600), 14, AT(21, 10400), 14) \
    X(VLayer, setOutputType, USES, none, 0, 0, 0, 0, 14, 14, 14, -1, 14, -1) \
    X(VLayer, outputTypeIsSet, USES, none, 0, 0, 0, 0, 16, 16, 16, -1, 16, -1) \
    X(VLayer, resetOutputType, USES, none, 0, 0, 0, 0, 17, 17, 17, -1, 17, -1) \
    X(VLoop, addRecurrence, MAKES, IRecurrenceLayer, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VLoop, addTripLimit, MAKES, ITripLimitLayer, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VLoop, addIterator, MAKES, IIteratorLayer, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VLoop, addLoopOutput, MAKES, ILoopOutputLayer, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VLoop, setName, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VLoop, getName, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VLoopBoundaryLayer, getLoop, FINDS, ILoop, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VLoopOutputLayer, getLoopOutput, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VLoopOutputLayer, setAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VLoopOutputLayer, getAxis, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VMatrixMultiplyLayer, setOperation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VMatrixMultiplyLayer, getOperation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VMoELayer, setGatedWeights, KEEPS, none, 0, 0, 0, 0, -1, AT(2, 101600), AT(2, 101600), 2, AT(2, 10400), 2) \
    X(VMoELayer, setGatedBiases, KEEPS, none, 0, 0, 0, 0, -1, AT(3, 101600), AT(3, 101600), 3, AT(3, 10400), 3) \
    X(VMoELayer, setActivationType, USES, none, 0, 0, 0, 0, -1, AT(4, 101600), AT(4, 101600), 4, AT(4, 10400), 4) \
    X(VMoELayer, getActivationType, USES, none, 0, 0, 0, 0, -1, AT(5, 101600), AT(5, 101600), 5, AT(5, 10400), 5) \
    X(VMoELayer, setQuantizationStatic, KEEPS, none, 0, 0, 0, 0, -1, AT(6, 101600), AT(6, 101600), 6, AT(6, 10400), 6) \
    X(VMoELayer, setQuantizationDynamicDblQ, KEEPS, none, 0, 0, 0, 0, -1, AT(7, 101600), AT(7, 101600), 7, AT(7, 10400), 7) \
    X(VMoELayer, setQuantizationToType, USES, none, 0, 0, 0, 0, -1, AT(8, 101600), AT(8, 101600), 8, AT(8, 10400), 8) \
    X(VMoELayer, getQuantizationToType, USES, none, 0, 0, 0, 0, -1, AT(9, 101600), AT(9, 101600), 9, AT(9, 10400), 9) \
    X(VMoELayer, setQuantizationBlockShape, USES, none, 0, 0, 0, 0, -1, AT(10, 101600), AT(10, 101600), 10, AT(10, 10400), 10) \
    X(VMoELayer, getQuantizationBlockShape, USES, none, 1, 0, 0, 0, -1, AT(11, 101600), AT(11, 101600), 11, AT(11, 10400), 11) \
    X(VMoELayer, setDynQOutputScaleType, USES, none, 0, 0, 0, 0, -1, AT(12, 101600), AT(12, 101600), 12, AT(12, 10400), 12) \
    X(VMoELayer, getDynQOutputScaleType, USES, none, 0, 0, 0, 0, -1, AT(13, 101600), AT(13, 101600), 13, AT(13, 10400), 13) \
    X(VMoELayer, setSwigluParams, USES, none, 0, 0, 0, 0, -1, AT(14, 101600), AT(14, 101600), 14, AT(14, 10400), 14) \
    X(VMoELayer, setSwigluParamLimit, USES, none, 0, 0, 0, 0, -1, AT(15, 101600), AT(15, 101600), 15, AT(15, 10400), 15) \
    X(VMoELayer, getSwigluParamLimit, USES, none, 0, 0, 0, 0, -1, AT(16, 101600), AT(16, 101600), 16, AT(16, 10400), 16) \
    X(VMoELayer, setSwigluParamAlpha, USES, none, 0, 0, 0, 0, -1, AT(17, 101600), AT(17, 101600), 17, AT(17, 10400), 17) \
    X(VMoELayer, getSwigluParamAlpha, USES, none, 0, 0, 0, 0, -1, AT(18, 101600), AT(18, 101600), 18, AT(18, 10400), 18) \
    X(VMoELayer, setSwigluParamBeta, USES, none, 0, 0, 0, 0, -1, AT(19, 101600), AT(19, 101600), 19, AT(19, 10400), 19) \
    X(VMoELayer, getSwigluParamBeta, USES, none, 0, 0, 0, 0, -1, AT(20, 101600), AT(20, 101600), 20, AT(20, 10400), 20) \
    X(VMoELayer, setInput, KEEPS, none, 0, 0, 0, 0, -1, AT(21, 101600), AT(21, 101600), 21, AT(21, 10400), 21) \
    X(VNMSLayer, setBoundingBoxFormat, USES, none, 0, 0, 0, 0, AT(2, 8501), 2, 2, 2, 2, 2) \
    X(VNMSLayer, getBoundingBoxFormat, USES, none, 0, 0, 0, 0, AT(3, 8501), 3, 3, 3, 3, 3) \
    X(VNMSLayer, setTopKBoxLimit, USES, none, 0, 0, 0, 0, AT(4, 8501), 4, 4, 4, 4, 4) \
    X(VNMSLayer, getTopKBoxLimit, USES, none, 0, 0, 0, 0, AT(5, 8501), 5, 5, 5, 5, 5) \
    X(VNMSLayer, setIndicesType, USES, none, 0, 0, 0, 0, -1, AT(6, 101401), AT(6, 101401), 6, 6, 6) \
    X(VNMSLayer, getIndicesType, USES, none, 0, 0, 0, 0, -1, AT(7, 101401), AT(7, 101401), 7, 7, 7) \
    X(VNetworkDefinition, addInput, MAKES, ITensor, 0, 40, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VNetworkDefinition, markOutput, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VNetworkDefinition, addActivation, MAKES, IActivationLayer, 0, 0, 0, 0, 6, 4, 4, 4, 4, 4) \
    X(VNetworkDefinition, addConvolution, MAKES, IConvolutionLayer, 0, 88, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, addFullyConnected, MAKES, IFullyConnectedLayer, 0, 48, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, addLRN, MAKES, ILRNLayer, 0, 0, 0, 0, 8, 5, 5, 5, 5, 5) \
    X(VNetworkDefinition, addScale, MAKES, IScaleLayer, 0, 72, 0, 0, 9, 6, 6, 6, 6, 6) \
    X(VNetworkDefinition, addPooling, MAKES, IPoolingLayer, 0, 40, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, addSoftMax, MAKES, ISoftMaxLayer, 0, 0, 0, 0, 10, 7, 7, 7, 7, 7) \
    X(VNetworkDefinition, addConcatenation, MAKES, IConcatenationLayer, 0, 0, 0, 0, 11, 8, 8, 8, 8, 8) \
    X(VNetworkDefinition, addElementWise, MAKES, IElementWiseLayer, 0, 0, 0, 0, 13, 9, 9, 9, 9, 9) \
    X(VNetworkDefinition, addUnary, MAKES, IUnaryLayer, 0, 0, 0, 0, 14, 10, 10, 10, 10, 10) \
    X(VNetworkDefinition, addShuffle, MAKES, IShuffleLayer, 0, 0, 0, 0, 16, 11, 11, 11, 11, 11) \
    X(VNetworkDefinition, addDeconvolution, MAKES, IDeconvolutionLayer, 0, 88, 0, 0, 12, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, getNbLayers, USES, none, 0, 0, 0, 0, 17, 12, 12, 12, 12, 12) \
    X(VNetworkDefinition, getLayer, FINDS, ILayer, 0, 0, 0, 0, 18, 13, 13, 13, 13, 13) \
    X(VNetworkDefinition, getNbInputs, USES, none, 0, 0, 0, 0, 19, 14, 14, 14, 14, 14) \
    X(VNetworkDefinition, addPadding, MAKES, IPaddingLayer, 0, 80, 0, 0, 15, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, getInput, FINDS, ITensor, 0, 0, 0, 0, 20, 15, 15, 15, 15, 15) \
    X(VNetworkDefinition, getNbOutputs, USES, none, 0, 0, 0, 0, 21, 16, 16, 16, 16, 16) \
    X(VNetworkDefinition, getOutput, FINDS, ITensor, 0, 0, 0, 0, 22, 17, 17, 17, 17, 17) \
    X(VNetworkDefinition, addReduce, MAKES, IReduceLayer, 0, 0, 0, 0, 23, 18, 18, 18, 18, 18) \
    X(VNetworkDefinition, addTopK, MAKES, ITopKLayer, 0, 0, 0, 0, 24, 19, 19, 19, 19, 19) \
    X(VNetworkDefinition, addGather, MAKES, IGatherLayer, 0, 0, 0, 0, 25, 20, 20, 20, 20, 20) \
    X(VNetworkDefinition, addRaggedSoftMax, MAKES, IRaggedSoftMaxLayer, 0, 0, 0, 0, 26, 21, 21, 21, 21, 21) \
    X(VNetworkDefinition, addMatrixMultiply, MAKES, IMatrixMultiplyLayer, 0, 0, 0, 0, 27, 22, 22, 22, 22, 22) \
    X(VNetworkDefinition, addConstant, MAKES, IConstantLayer, 0, 64, 0, 0, 28, 23, 23, 23, 23, 23) \
    X(VNetworkDefinition, addIdentity, MAKES, IIdentityLayer, 0, 0, 0, 0, 30, 24, 24, 24, 24, 24) \
    X(VNetworkDefinition, removeTensor, USES, none, 0, 0, 0, 0, 31, 25, 25, 25, 25, 25) \
    X(VNetworkDefinition, unmarkOutput, USES, none, 0, 0, 0, 0, 32, 26, 26, 26, 26, 26) \
    X(VNetworkDefinition, addPluginV2, USES, none, 0, 0, 0, 0, 33, 27, 27, 27, -1, -1) \
    X(VNetworkDefinition, addSlice, MAKES, ISliceLayer, 0, 120, 0, 0, 34, 29, 29, 29, 27, 27) \
    X(VNetworkDefinition, addPluginV3, USES, none, 0, 0, 0, 0, -1, 28, 28, 28, -1, -1) \
    X(VNetworkDefinition, setName, USES, none, 0, 0, 0, 0, 35, 30, 30, 30, 28, 28) \
    X(VNetworkDefinition, addRNNv2, MAKES, IRNNv2Layer, 0, 0, 0, 0, 29, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, getName, USES, none, 0, 0, 0, 0, 36, 31, 31, 31, 29, 29) \
    X(VNetworkDefinition, addShape, MAKES, IShapeLayer, 0, 0, 0, 0, 37, 32, 32, 32, 30, 30) \
    X(VNetworkDefinition, hasImplicitBatchDimension, USES, none, 0, 0, 0, 0, 38, 33, 33, 33, 31, 31) \
    X(VNetworkDefinition, markOutputForShapes, USES, none, 0, 0, 0, 0, 39, 34, 34, 34, 32, 32) \
    X(VNetworkDefinition, unmarkOutputForShapes, USES, none, 0, 0, 0, 0, 40, 35, 35, 35, 33, 33) \
    X(VNetworkDefinition, addParametricReLU, MAKES, IParametricReLULayer, 0, 0, 0, 0, 41, 36, 36, 36, 34, 34) \
    X(VNetworkDefinition, addConvolutionNd, MAKES, IConvolutionLayer, 0, 88, 0, 0, 42, 37, 37, 37, 35, 35) \
    X(VNetworkDefinition, addPoolingNd, MAKES, IPoolingLayer, 0, 40, 0, 0, 43, 38, 38, 38, 36, 36) \
    X(VNetworkDefinition, addDeconvolutionNd, MAKES, IDeconvolutionLayer, 0, 88, 0, 0, 44, 39, 39, 39, 37, 37) \
    X(VNetworkDefinition, addScaleNd, MAKES, IScaleLayer, 0, 72, 0, 0, 45, 40, 40, 40, 38, 38) \
    X(VNetworkDefinition, addResize, MAKES, IResizeLayer, 0, 0, 0, 0, 46, 41, 41, 41, 39, 39) \
    X(VNetworkDefinition, addLoop, MAKES, ILoop, 0, 0, 0, 0, 48, 42, 42, 42, 40, 40) \
    X(VNetworkDefinition, addSelect, MAKES, ISelectLayer, 0, 0, 0, 0, 49, 43, 43, 43, 41, 41) \
    X(VNetworkDefinition, addFill, MAKES, IFillLayer, 0, 40, 0, 0, 50, 44, 44, -1, 42, -1) \
    X(VNetworkDefinition, addPaddingNd, MAKES, IPaddingLayer, 0, 80, 0, 0, 51, 45, 45, 44, 43, 42) \
    X(VNetworkDefinition, setWeightsName, USES, none, 0, 24, 0, 0, 52, 46, 46, 45, 44, 43) \
    X(VNetworkDefinition, setErrorRecorder, USES, none, 0, 0, 0, 0, 53, 47, 47, 46, 45, 44) \
    X(VNetworkDefinition, getErrorRecorder, USES, none, 0, 0, 0, 0, 54, 48, 48, 47, 46, 45) \
    X(VNetworkDefinition, addGatherV2, MAKES, IGatherLayer, 0, 0, 0, 0, 57, 51, 51, 48, 47, 46) \
    X(VNetworkDefinition, addIfConditional, MAKES, IIfConditional, 0, 0, 0, 0, 58, 52, 52, 49, 48, 47) \
    X(VNetworkDefinition, hasExplicitPrecision, USES, none, 0, 0, 0, 0, 47, -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, addScatter, MAKES, IScatterLayer, 0, 0, 0, 0, 59, 53, 53, 50, 49, 48) \
    X(VNetworkDefinition, addDequantize, MAKES, IDequantizeLayer, 0, 0, 0, 0, 55, 49, 49, -1, -1, -1) \
    X(VNetworkDefinition, addEinsum, MAKES, IEinsumLayer, 0, 0, 0, 0, 60, 54, 54, 51, 50, 49) \
    X(VNetworkDefinition, addAssertion, MAKES, IAssertionLayer, 0, 0, 0, 0, 61, 55, 55, 52, 51, 50) \
    X(VNetworkDefinition, addQuantize, MAKES, IQuantizeLayer, 0, 0, 0, 0, 56, 50, 50, -1, -1, -1) \
    X(VNetworkDefinition, addOneHot, MAKES, IOneHotLayer, 0, 0, 0, 0, AT(62, 8501), 56, 56, 53, 52, 51) \
    X(VNetworkDefinition, addNonZero, MAKES, INonZeroLayer, 0, 0, 0, 0, AT(63, 8501), 57, 57, 54, 53, 52) \
    X(VNetworkDefinition, addGridSample, MAKES, IGridSampleLayer, 0, 0, 0, 0, AT(64, 8501), 58, 58, 55, 54, 53) \
    X(VNetworkDefinition, addNMS, MAKES, INMSLayer, 0, 0, 0, 0, AT(65, 8501), 59, 59, 56, 55, 54) \
    X(VNetworkDefinition, addReverseSequence, MAKES, IReverseSequenceLayer, 0, 0, 0, 0, AT(66, 8600), 60, 60, 57, 56, 55) \
    X(VNetworkDefinition, addNormalization, MAKES, INormalizationLayer, 0, 0, 0, 0, AT(67, 8600), 61, -1, 58, 57, 56) \
    X(VNetworkDefinition, addCast, MAKES, ICastLayer, 0, 0, 0, 0, AT(68, 8600), 62, -1, 59, 58, 57) \
    X(VNetworkDefinition, getBuilder, FINDS, IBuilder, 0, 0, 0, 0, AT(69, 8600), 63, -1, 60, 59, 58) \
    X(VNetworkDefinition, getFlags, USES, none, 0, 0, 0, 0, AT(70, 9100), 64, -1, 61, 60, 59) \
    X(VNetworkDefinition, getFlag, USES, none, 0, 0, 0, 0, AT(71, 9100), 65, -1, 62, 61, 60) \
    X(VNetworkDefinition, addQuantizeV2, MAKES, IQuantizeLayer, 0, 0, 0, 0, AT(73, 9100), 66, -1, 63, 62, 61) \
    X(VNetworkDefinition, addDequantizeV2, MAKES, IDequantizeLayer, 0, 0, 0, 0, AT(74, 9100), 67, -1, 64, 63, 62) \
    X(VNetworkDefinition, addFillV2, MAKES, IFillLayer, 0, 40, 0, 0, AT(75, 9100), 68, -1, 65, 64, 63) \
    X(VNetworkDefinition, markDebug, USES, none, 0, 0, 0, 0, -1, 69, -1, 66, 65, 64) \
    X(VNetworkDefinition, unmarkDebug, USES, none, 0, 0, 0, 0, -1, 70, -1, 67, 66, 65) \
    X(VNetworkDefinition, isDebugTensor, USES, none, 0, 0, 0, 0, -1, 71, -1, 68, 67, 66) \
    X(VNetworkDefinition, markWeightsRefittable, USES, none, 0, 0, 0, 0, -1, AT(72, 100200), -1, 69, 68, 67) \
    X(VNetworkDefinition, unmarkWeightsRefittable, USES, none, 0, 0, 0, 0, -1, AT(73, 100200), -1, 70, 69, 68) \
    X(VNetworkDefinition, areWeightsMarkedRefittable, USES, none, 0, 0, 0, 0, -1, AT(74, 100200), -1, 71, 70, 69) \
    X(VNetworkDefinition, addSqueeze, MAKES, ISqueezeLayer, 0, 0, 0, 0, -1, AT(75, 100700), -1, 72, 71, 70) \
    X(VNetworkDefinition, addUnsqueeze, MAKES, IUnsqueezeLayer, 0, 0, 0, 0, -1, AT(76, 100700), -1, 73, 72, 71) \
    X(VNetworkDefinition, addDynamicQuantize, MAKES, IDynamicQuantizeLayer, 0, 0, 0, 0, -1, AT(77, 100900), -1, 74, 73, 72) \
    X(VNetworkDefinition, usingStronglyTyped, USES, none, 0, 0, 0, 0, AT(72, 9100), -1, -1, -1, -1, -1) \
    X(VNetworkDefinition, addCumulative, MAKES, ICumulativeLayer, 0, 0, 0, 0, -1, AT(78, 100900), -1, 75, 74, 73) \
    X(VNetworkDefinition, markUnfusedTensorsAsDebugTensors, USES, none, 0, 0, 0, 0, -1, AT(79, 101200), -1, 76, 75, 74) \
    X(VNetworkDefinition, unmarkUnfusedTensorsAsDebugTensors, USES, none, 0, 0, 0, 0, -1, AT(80, 101200), -1, 77, 76, 75) \
    X(VNetworkDefinition, addTopKV2, MAKES, ITopKLayer, 0, 0, 0, 0, -1, AT(81, 101401), -1, 78, 77, 76) \
    X(VNetworkDefinition, addNonZeroV2, MAKES, INonZeroLayer, 0, 0, 0, 0, -1, AT(82, 101401), -1, 79, 78, 77) \
    X(VNetworkDefinition, addNMSV2, MAKES, INMSLayer, 0, 0, 0, 0, -1, AT(83, 101401), -1, 80, 79, 78) \
    X(VNetworkDefinition, addAttention, MAKES, IAttention, 0, 0, 0, 0, -1, AT(84, 101401), -1, 81, 80, 79) \
    X(VNetworkDefinition, addRotaryEmbedding, MAKES, IRotaryEmbeddingLayer, 0, 0, 0, 0, -1, AT(85, 101501), -1, 82, 81, 80) \
    X(VNetworkDefinition, addDynamicQuantizeV2, MAKES, IDynamicQuantizeLayer, 0, 0, 0, 0, -1, AT(86, 101501), -1, 83, 82, 81) \
    X(VNetworkDefinition, addKVCacheUpdate, MAKES, IKVCacheUpdateLayer, 0, 0, 0, 0, -1, AT(87, 101501), -1, 84, 83, 82) \
    X(VNetworkDefinition, addNormalizationV2, MAKES, INormalizationLayer, 0, 0, 0, 0, -1, AT(88, 101501), -1, 85, 84, 83) \
    X(VNetworkDefinition, addMoE, MAKES, IMoELayer, 0, 0, 0, 0, -1, AT(89, 101600), -1, 86, AT(85, 10400), 84) \
    X(VNetworkDefinition, addDistCollective, MAKES, IDistCollectiveLayer, 0, 8, 0, 0, -1, AT(90, 101600), -1, 87, AT(86, 10400), 85) \
    X(VNetworkDefinition, addAttentionV2, MAKES, IAttention, 0, 0, 0, 0, -1, -1, -1, 88, -1, 86) \
    X(VNonZeroLayer, setIndicesType, USES, none, 0, 0, 0, 0, -1, AT(2, 101401), AT(2, 101401), 2, 2, 2) \
    X(VNonZeroLayer, getIndicesType, USES, none, 0, 0, 0, 0, -1, AT(3, 101401), AT(3, 101401), 3, 3, 3) \
    X(VNormalizationLayer, setEpsilon, USES, none, 0, 0, 0, 0, AT(2, 8600), 2, 2, 2, 2, 2) \
    X(VNormalizationLayer, getEpsilon, USES, none, 0, 0, 0, 0, AT(3, 8600), 3, 3, 3, 3, 3) \
    X(VNormalizationLayer, setAxes, USES, none, 0, 0, 0, 0, AT(4, 8600), 4, 4, 4, 4, 4) \
    X(VNormalizationLayer, getAxes, USES, none, 0, 0, 0, 0, AT(5, 8600), 5, 5, 5, 5, 5) \
    X(VNormalizationLayer, setNbGroups, USES, none, 0, 0, 0, 0, AT(6, 8600), 6, 6, 6, 6, 6) \
    X(VNormalizationLayer, getNbGroups, USES, none, 0, 0, 0, 0, AT(7, 8600), 7, 7, 7, 7, 7) \
    X(VNormalizationLayer, isV2, USES, none, 0, 0, 0, 0, -1, AT(10, 101501), AT(10, 101501), 8, 10, 8) \
    X(VNormalizationLayer, setComputePrecision, USES, none, 0, 0, 0, 0, AT(8, 8600), 8, 8, -1, 8, -1) \
    X(VNormalizationLayer, getComputePrecision, USES, none, 0, 0, 0, 0, AT(9, 8600), 9, 9, -1, 9, -1) \
    X(VOneHotLayer, getAxis, USES, none, 0, 0, 0, 0, AT(2, 8501), 2, 2, 2, 2, 2) \
    X(VOneHotLayer, setAxis, USES, none, 0, 0, 0, 0, AT(3, 8501), 3, 3, 3, 3, 3) \
    X(VOptimizationProfile, setDimensions, USES, none, 0, 40, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VOptimizationProfile, getDimensions, USES, none, 1, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VOptimizationProfile, getNbShapeValues, USES, none, 0, 0, 0, 0, 5, 5, 5, 4, 5, 4) \
    X(VOptimizationProfile, setShapeValues, USES, none, 0, 0, 0, 0, 4, 4, 4, -1, 4, -1) \
    X(VOptimizationProfile, setExtraMemoryTarget, USES, none, 0, 0, 0, 0, 7, 7, 7, 5, 7, 5) \
    X(VOptimizationProfile, getExtraMemoryTarget, USES, none, 0, 0, 0, 0, 8, 8, 8, 6, 8, 6) \
    X(VOptimizationProfile, getShapeValues, USES, none, 0, 0, 0, 0, 6, 6, 6, -1, 6, -1) \
    X(VOptimizationProfile, isValid, USES, none, 0, 0, 0, 0, 9, 9, 9, 7, 9, 7) \
    X(VOptimizationProfile, setShapeValuesV2, USES, none, 0, 0, 0, 0, -1, AT(10, 101100), AT(10, 101100), 8, 10, 8) \
    X(VOptimizationProfile, getShapeValuesV2, USES, none, 0, 0, 0, 0, -1, AT(11, 101100), AT(11, 101100), 9, 11, 9) \
    X(VPaddingLayer, setPrePadding, USES, none, 0, 40, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VPaddingLayer, setPrePaddingNd, USES, none, 0, 40, 0, 0, 6, 2, 2, 2, 2, 2) \
    X(VPaddingLayer, getPrePadding, USES, none, 1, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VPaddingLayer, getPrePaddingNd, USES, none, 1, 0, 0, 0, 7, 3, 3, 3, 3, 3) \
    X(VPaddingLayer, setPostPadding, USES, none, 0, 40, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VPaddingLayer, setPostPaddingNd, USES, none, 0, 40, 0, 0, 8, 4, 4, 4, 4, 4) \
    X(VPaddingLayer, getPostPadding, USES, none, 1, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VPaddingLayer, getPostPaddingNd, USES, none, 1, 0, 0, 0, 9, 5, 5, 5, 5, 5) \
    X(VPoolingLayer, setPoolingType, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VPoolingLayer, getPoolingType, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VPoolingLayer, setBlendFactor, USES, none, 0, 0, 0, 0, 10, 4, 4, 4, 4, 4) \
    X(VPoolingLayer, setWindowSize, USES, none, 0, 40, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, getBlendFactor, USES, none, 0, 0, 0, 0, 11, 5, 5, 5, 5, 5) \
    X(VPoolingLayer, getWindowSize, USES, none, 1, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, setAverageCountExcludesPadding, USES, none, 0, 0, 0, 0, 12, 6, 6, 6, 6, 6) \
    X(VPoolingLayer, setStride, USES, none, 0, 40, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, getAverageCountExcludesPadding, USES, none, 0, 0, 0, 0, 13, 7, 7, 7, 7, 7) \
    X(VPoolingLayer, getStride, USES, none, 1, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, setPadding, USES, none, 0, 40, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, setPrePadding, USES, none, 0, 40, 0, 0, 14, 8, 8, 8, 8, 8) \
    X(VPoolingLayer, getPadding, USES, none, 1, 0, 0, 0, 9, -1, -1, -1, -1, -1) \
    X(VPoolingLayer, getPrePadding, USES, none, 1, 0, 0, 0, 15, 9, 9, 9, 9, 9) \
    X(VPoolingLayer, setPostPadding, USES, none, 0, 40, 0, 0, 16, 10, 10, 10, 10, 10) \
    X(VPoolingLayer, getPostPadding, USES, none, 1, 0, 0, 0, 17, 11, 11, 11, 11, 11) \
    X(VPoolingLayer, setPaddingMode, USES, none, 0, 0, 0, 0, 18, 12, 12, 12, 12, 12) \
    X(VPoolingLayer, getPaddingMode, USES, none, 0, 0, 0, 0, 19, 13, 13, 13, 13, 13) \
    X(VPoolingLayer, setWindowSizeNd, USES, none, 0, 40, 0, 0, 20, 14, 14, 14, 14, 14) \
    X(VPoolingLayer, getWindowSizeNd, USES, none, 1, 0, 0, 0, 21, 15, 15, 15, 15, 15) \
    X(VPoolingLayer, setStrideNd, USES, none, 0, 40, 0, 0, 22, 16, 16, 16, 16, 16) \
    X(VPoolingLayer, getStrideNd, USES, none, 1, 0, 0, 0, 23, 17, 17, 17, 17, 17) \
    X(VPoolingLayer, setPaddingNd, USES, none, 0, 40, 0, 0, 24, 18, 18, 18, 18, 18) \
    X(VPoolingLayer, getPaddingNd, USES, none, 1, 0, 0, 0, 25, 19, 19, 19, 19, 19) \
    X(VQuantizeLayer, getAxis, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VQuantizeLayer, setAxis, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VQuantizeLayer, getToType, USES, none, 0, 0, 0, 0, AT(4, 9100), 4, 4, 4, 4, 4) \
    X(VQuantizeLayer, setToType, USES, none, 0, 0, 0, 0, AT(5, 9100), 5, 5, 5, 5, 5) \
    X(VQuantizeLayer, getBlockShape, USES, none, 1, 0, 0, 0, -1, AT(6, 101501), AT(6, 101501), 6, 6, 6) \
    X(VQuantizeLayer, setBlockShape, USES, none, 0, 0, 0, 0, -1, AT(7, 101501), AT(7, 101501), 7, 7, 7) \
    X(VRNNv2Layer, getLayerCount, USES, none, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getHiddenSize, USES, none, 0, 0, 0, 0, 3, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getMaxSeqLength, USES, none, 0, 0, 0, 0, 4, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getDataLength, USES, none, 0, 0, 0, 0, 5, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setSequenceLengths, KEEPS, none, 0, 0, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getSequenceLengths, FINDS, ITensor, 0, 0, 0, 0, 7, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setOperation, USES, none, 0, 0, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getOperation, USES, none, 0, 0, 0, 0, 9, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setInputMode, USES, none, 0, 0, 0, 0, 10, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getInputMode, USES, none, 0, 0, 0, 0, 11, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setDirection, USES, none, 0, 0, 0, 0, 12, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getDirection, USES, none, 0, 0, 0, 0, 13, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setWeightsForGate, USES, none, 0, 24, 0, 0, 14, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getWeightsForGate, USES, none, 1, 0, 0, 0, 15, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setBiasForGate, USES, none, 0, 24, 0, 0, 16, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getBiasForGate, USES, none, 1, 0, 0, 0, 17, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setHiddenState, KEEPS, none, 0, 0, 0, 0, 18, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getHiddenState, FINDS, ITensor, 0, 0, 0, 0, 19, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, setCellState, KEEPS, none, 0, 0, 0, 0, 20, -1, -1, -1, -1, -1) \
    X(VRNNv2Layer, getCellState, FINDS, ITensor, 0, 0, 0, 0, 21, -1, -1, -1, -1, -1) \
    X(VReduceLayer, setOperation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VReduceLayer, getOperation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VReduceLayer, setReduceAxes, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VReduceLayer, getReduceAxes, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VReduceLayer, setKeepDimensions, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VReduceLayer, getKeepDimensions, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VRefitter, getPImpl, FINDS, IRefitter, 0, 0, 0, 0, -1, 2, 2, 2, 2, 2) \
    X(VRefitter, setWeights, USES, none, 0, 24, 0, 0, 2, 3, 3, 3, 3, 3) \
    X(VRefitter, refitCudaEngine, USES, none, 0, 0, 0, 0, 3, 4, 4, 4, 4, 4) \
    X(VRefitter, getMissing, USES, none, 0, 0, 0, 0, 4, 5, 5, 5, 5, 5) \
    X(VRefitter, getAll, USES, none, 0, 0, 0, 0, 5, 6, 6, 6, 6, 6) \
    X(VRefitter, setDynamicRange, USES, none, 0, 0, 0, 0, 6, 7, 7, -1, 7, -1) \
    X(VRefitter, getDynamicRangeMin, USES, none, 0, 0, 0, 0, 7, 8, 8, -1, 8, -1) \
    X(VRefitter, setErrorRecorder, USES, none, 0, 0, 0, 0, 10, 11, 11, 7, 11, 7) \
    X(VRefitter, getDynamicRangeMax, USES, none, 0, 0, 0, 0, 8, 9, 9, -1, 9, -1) \
    X(VRefitter, getErrorRecorder, USES, none, 0, 0, 0, 0, 11, 12, 12, 8, 12, 8) \
    X(VRefitter, getTensorsWithDynamicRange, USES, none, 0, 0, 0, 0, 9, 10, 10, -1, 10, -1) \
    X(VRefitter, setNamedWeights, USES, none, 0, 24, 0, 0, 12, 13, 13, 9, 13, 9) \
    X(VRefitter, getMissingWeights, USES, none, 0, 0, 0, 0, 13, 14, 14, 10, 14, 10) \
    X(VRefitter, getAllWeights, USES, none, 0, 0, 0, 0, 14, 15, 15, 11, 15, 11) \
    X(VRefitter, getLogger, LOGGER, none, 0, 0, 0, 0, 15, 16, 16, 12, 16, 12) \
    X(VRefitter, setMaxThreads, USES, none, 0, 0, 0, 0, AT(16, 8401), 17, 17, 13, 17, 13) \
    X(VRefitter, getMaxThreads, USES, none, 0, 0, 0, 0, AT(17, 8401), 18, 18, 14, 18, 14) \
    X(VRefitter, setNamedWeightsWithLocation, USES, none, 0, 24, 0, 0, AT(18, 9100), 19, 19, 15, 19, 15) \
    X(VRefitter, getNamedWeights, USES, none, 1, 0, 0, 0, AT(19, 9100), 20, 20, 16, 20, 16) \
    X(VRefitter, getWeightsLocation, USES, none, 0, 0, 0, 0, AT(20, 9100), 21, 21, 17, 21, 17) \
    X(VRefitter, unsetNamedWeights, USES, none, 0, 0, 0, 0, AT(21, 9100), 22, 22, 18, 22, 18) \
    X(VRefitter, setWeightsValidation, USES, none, 0, 0, 0, 0, AT(22, 9100), 23, 23, 19, 23, 19) \
    X(VRefitter, getWeightsValidation, USES, none, 0, 0, 0, 0, AT(23, 9100), 24, 24, 20, 24, 20) \
    X(VRefitter, refitCudaEngineAsync, ASYNC, none, 0, 0, 1, 0, AT(24, 9100), 25, 25, 21, 25, 21) \
    X(VRefitter, getWeightsPrototype, USES, none, 1, 0, 0, 0, -1, 26, 26, 22, 26, 22) \
    X(VResizeLayer, setOutputDimensions, USES, none, 0, 40, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VResizeLayer, getOutputDimensions, USES, none, 1, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VResizeLayer, setScales, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VResizeLayer, getScales, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VResizeLayer, setResizeMode, USES, none, 0, 0, 0, 0, -1, 6, 6, 6, 6, 6) \
    X(VResizeLayer, setResizeMode, USES, none, 0, 0, 0, 0, 6, -1, -1, -1, -1, -1) \
    X(VResizeLayer, getResizeMode, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VResizeLayer, setAlignCorners, USES, none, 0, 0, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VResizeLayer, setCoordinateTransformation, USES, none, 0, 0, 0, 0, 10, 8, 8, 8, 8, 8) \
    X(VResizeLayer, getAlignCorners, USES, none, 0, 0, 0, 0, 9, -1, -1, -1, -1, -1) \
    X(VResizeLayer, getCoordinateTransformation, USES, none, 0, 0, 0, 0, 11, 9, 9, 9, 9, 9) \
    X(VResizeLayer, setSelectorForSinglePixel, USES, none, 0, 0, 0, 0, 12, 10, 10, 10, 10, 10) \
    X(VResizeLayer, getSelectorForSinglePixel, USES, none, 0, 0, 0, 0, 13, 11, 11, 11, 11, 11) \
    X(VResizeLayer, setNearestRounding, USES, none, 0, 0, 0, 0, 14, 12, 12, 12, 12, 12) \
    X(VResizeLayer, getNearestRounding, USES, none, 0, 0, 0, 0, 15, 13, 13, 13, 13, 13) \
    X(VResizeLayer, setCubicCoeff, USES, none, 0, 0, 0, 0, AT(16, 8501), 14, 14, 14, 14, 14) \
    X(VResizeLayer, getCubicCoeff, USES, none, 0, 0, 0, 0, AT(17, 8501), 15, 15, 15, 15, 15) \
    X(VResizeLayer, setExcludeOutside, USES, none, 0, 0, 0, 0, AT(18, 8501), 16, 16, 16, 16, 16) \
    X(VResizeLayer, getExcludeOutside, USES, none, 0, 0, 0, 0, AT(19, 8501), 17, 17, 17, 17, 17) \
    X(VReverseSequenceLayer, setBatchAxis, USES, none, 0, 0, 0, 0, AT(2, 8600), 2, 2, 2, 2, 2) \
    X(VReverseSequenceLayer, getBatchAxis, USES, none, 0, 0, 0, 0, AT(3, 8600), 3, 3, 3, 3, 3) \
    X(VReverseSequenceLayer, setSequenceAxis, USES, none, 0, 0, 0, 0, AT(4, 8600), 4, 4, 4, 4, 4) \
    X(VReverseSequenceLayer, getSequenceAxis, USES, none, 0, 0, 0, 0, AT(5, 8600), 5, 5, 5, 5, 5) \
    X(VRotaryEmbeddingLayer, setInterleaved, USES, none, 0, 0, 0, 0, -1, AT(2, 101501), AT(2, 101501), 2, 2, 2) \
    X(VRotaryEmbeddingLayer, getInterleaved, USES, none, 0, 0, 0, 0, -1, AT(3, 101501), AT(3, 101501), 3, 3, 3) \
    X(VRotaryEmbeddingLayer, setRotaryEmbeddingDim, USES, none, 0, 0, 0, 0, -1, AT(4, 101501), AT(4, 101501), 4, 4, 4) \
    X(VRotaryEmbeddingLayer, getRotaryEmbeddingDim, USES, none, 0, 0, 0, 0, -1, AT(5, 101501), AT(5, 101501), 5, 5, 5) \
    X(VRotaryEmbeddingLayer, setInput, KEEPS, none, 0, 0, 0, 0, -1, AT(6, 101501), AT(6, 101501), 6, 6, 6) \
    X(VRuntime, deserializeCudaEngine, MAKES, ICudaEngine, 0, 0, 0, 0, 2, -1, -1, -1, -1, -1) \
    X(VRuntime, getPImpl, FINDS, IRuntime, 0, 0, 0, 0, AT(16, 8600), 2, 2, 2, 2, 2) \
    X(VRuntime, deserializeCudaEngine, MAKES, ICudaEngine, 0, 0, 0, 0, -1, 3, 3, 3, 3, 3) \
    X(VRuntime, setDLACore, USES, none, 0, 0, 0, 0, 3, 5, 5, 4, 5, 4) \
    X(VRuntime, deserializeCudaEngine, MAKES, ICudaEngine, 0, 0, 0, 0, -1, 4, 4, -1, 4, -1) \
    X(VRuntime, getDLACore, USES, none, 0, 0, 0, 0, 4, 6, 6, 5, 6, 5) \
    X(VRuntime, getNbDLACores, USES, none, 0, 0, 0, 0, 5, 7, 7, 6, 7, 6) \
    X(VRuntime, setGpuAllocator, USES, none, 0, 0, 0, 0, 6, 8, 8, 7, 8, 7) \
    X(VRuntime, setErrorRecorder, USES, none, 0, 0, 0, 0, 7, 9, 9, 8, 9, 8) \
    X(VRuntime, getErrorRecorder, USES, none, 0, 0, 0, 0, 8, 10, 10, 9, 10, 9) \
    X(VRuntime, getLogger, LOGGER, none, 0, 0, 0, 0, 9, 11, 11, 10, 11, 10) \
    X(VRuntime, setMaxThreads, USES, none, 0, 0, 0, 0, AT(10, 8401), 12, 12, 11, 12, 11) \
    X(VRuntime, getMaxThreads, USES, none, 0, 0, 0, 0, AT(11, 8401), 13, 13, 12, 13, 12) \
    X(VRuntime, setTemporaryDirectory, USES, none, 0, 0, 0, 0, AT(12, 8600), 14, 14, 13, 14, 13) \
    X(VRuntime, getTemporaryDirectory, USES, none, 0, 0, 0, 0, AT(13, 8600), 15, 15, 14, 15, 14) \
    X(VRuntime, setTempfileControlFlags, USES, none, 0, 0, 0, 0, AT(14, 8600), 16, 16, 15, 16, 15) \
    X(VRuntime, getTempfileControlFlags, USES, none, 0, 0, 0, 0, AT(15, 8600), 17, 17, 16, 17, 16) \
    X(VRuntime, getPluginRegistry, USES, none, 0, 0, 0, 0, AT(17, 8600), 18, 18, 17, 18, 17) \
    X(VRuntime, setPluginRegistryParent, USES, none, 0, 0, 0, 0, AT(18, 8600), 19, 19, 18, 19, 18) \
    X(VRuntime, loadRuntime, MAKES, IRuntime, 0, 0, 0, 0, AT(19, 8600), 20, 20, 19, 20, 19) \
    X(VRuntime, setEngineHostCodeAllowed, USES, none, 0, 0, 0, 0, AT(20, 8600), 21, 21, 20, 21, 20) \
    X(VRuntime, getEngineHostCodeAllowed, USES, none, 0, 0, 0, 0, AT(21, 8600), 22, 22, 21, 22, 21) \
    X(VRuntime, deserializeCudaEngineV2, MAKES, ICudaEngine, 0, 0, 0, 0, -1, AT(23, 100700), AT(23, 100700), 22, 23, 22) \
    X(VRuntime, getEngineHeaderSize, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 24, 23) \
    X(VRuntime, getEngineValidity, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 25, 24) \
    X(VRuntime, setDeferredWeightsLoading, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, -1, AT(25, 10601)) \
    X(VRuntime, getDeferredWeightsLoading, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, -1, AT(26, 10601)) \
    X(VRuntimeCache, serialize, MAKES, IHostMemory, 0, 0, 0, 0, -1, -1, -1, -1, 2, 2) \
    X(VRuntimeCache, deserialize, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 3, 3) \
    X(VRuntimeCache, reset, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 4, 4) \
    X(VRuntimeConfig, getPImpl, FINDS, IRuntimeConfig, 0, 0, 0, 0, -1, AT(2, 101100), AT(2, 101100), 2, 2, 2) \
    X(VRuntimeConfig, setExecutionContextAllocationStrategy, USES, none, 0, 0, 0, 0, -1, AT(3, 101100), AT(3, 101100), 3, 3, 3) \
    X(VRuntimeConfig, getExecutionContextAllocationStrategy, USES, none, 0, 0, 0, 0, -1, AT(4, 101100), AT(4, 101100), 4, 4, 4) \
    X(VRuntimeConfig, createRuntimeCache, MAKES, IRuntimeCache, 0, 0, 0, 0, -1, -1, -1, -1, 5, 5) \
    X(VRuntimeConfig, setRuntimeCache, KEEPS, none, 0, 0, 0, 0, -1, -1, -1, -1, 6, 6) \
    X(VRuntimeConfig, getRuntimeCache, FINDS, IRuntimeCache, 0, 0, 0, 0, -1, -1, -1, -1, 7, 7) \
    X(VRuntimeConfig, setDynamicShapesKernelSpecializationStrategy, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 8, 8) \
    X(VRuntimeConfig, getDynamicShapesKernelSpecializationStrategy, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 9, 9) \
    X(VRuntimeConfig, setCudaGraphStrategy, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 10, 10) \
    X(VRuntimeConfig, getCudaGraphStrategy, USES, none, 0, 0, 0, 0, -1, -1, -1, -1, 11, 11) \
    X(VScaleLayer, setMode, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VScaleLayer, getMode, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VScaleLayer, setShift, USES, none, 0, 24, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VScaleLayer, getShift, USES, none, 1, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VScaleLayer, setScale, USES, none, 0, 24, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VScaleLayer, getScale, USES, none, 1, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VScaleLayer, setPower, USES, none, 0, 24, 0, 0, 8, 8, 8, 8, 8, 8) \
    X(VScaleLayer, getPower, USES, none, 1, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VScaleLayer, getChannelAxis, USES, none, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10) \
    X(VScaleLayer, setChannelAxis, USES, none, 0, 0, 0, 0, 11, 11, 11, 11, 11, 11) \
    X(VScatterLayer, setMode, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VScatterLayer, getMode, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VScatterLayer, setAxis, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VScatterLayer, getAxis, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VSerializationConfig, setFlags, USES, none, 0, 0, 0, 0, AT(2, 9200), 2, 2, 2, 2, 2) \
    X(VSerializationConfig, getFlags, USES, none, 0, 0, 0, 0, AT(3, 9200), 3, 3, 3, 3, 3) \
    X(VSerializationConfig, clearFlag, USES, none, 0, 0, 0, 0, AT(4, 9200), 4, 4, 4, 4, 4) \
    X(VSerializationConfig, setFlag, USES, none, 0, 0, 0, 0, AT(5, 9200), 5, 5, 5, 5, 5) \
    X(VSerializationConfig, getFlag, USES, none, 0, 0, 0, 0, AT(6, 9200), 6, 6, 6, 6, 6) \
    X(VShuffleLayer, setFirstTranspose, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VShuffleLayer, getFirstTranspose, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VShuffleLayer, setReshapeDimensions, USES, none, 0, 40, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VShuffleLayer, getReshapeDimensions, USES, none, 1, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VShuffleLayer, setSecondTranspose, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VShuffleLayer, getSecondTranspose, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VShuffleLayer, setZeroIsPlaceholder, USES, none, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8) \
    X(VShuffleLayer, getZeroIsPlaceholder, USES, none, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VSliceLayer, setStart, USES, none, 0, 40, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VSliceLayer, getStart, USES, none, 1, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VSliceLayer, setSize, USES, none, 0, 40, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VSliceLayer, getSize, USES, none, 1, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VSliceLayer, setStride, USES, none, 0, 40, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VSliceLayer, getStride, USES, none, 1, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VSliceLayer, setMode, USES, none, 0, 0, 0, 0, -1, 8, 8, 8, 8, 8) \
    X(VSliceLayer, setMode, USES, none, 0, 0, 0, 0, 8, -1, -1, -1, -1, -1) \
    X(VSliceLayer, getMode, USES, none, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9) \
    X(VSliceLayer, setAxes, USES, none, 0, 0, 0, 0, -1, AT(10, 100300), AT(10, 100300), 10, 10, 10) \
    X(VSliceLayer, getAxes, USES, none, 1, 0, 0, 0, -1, AT(11, 100300), AT(11, 100300), 11, 11, 11) \
    X(VSoftMaxLayer, setAxes, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VSoftMaxLayer, getAxes, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VTensor, setName, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VTensor, getName, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VTensor, setDimensions, USES, none, 0, 40, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VTensor, getDimensions, USES, none, 1, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VTensor, getType, USES, none, 0, 0, 0, 0, 7, 7, 7, 6, 7, 6) \
    X(VTensor, setType, USES, none, 0, 0, 0, 0, 6, 6, 6, -1, 6, -1) \
    X(VTensor, isNetworkInput, USES, none, 0, 0, 0, 0, 9, 9, 9, 7, 8, 7) \
    X(VTensor, isNetworkOutput, USES, none, 0, 0, 0, 0, 10, 10, 10, 8, 9, 8) \
    X(VTensor, setDynamicRange, USES, none, 0, 0, 0, 0, 8, 8, 8, -1, -1, -1) \
    X(VTensor, setAllowedFormats, USES, none, 0, 0, 0, 0, 19, 19, 19, 13, 10, 9) \
    X(VTensor, setBroadcastAcrossBatch, USES, none, 0, 0, 0, 0, 11, 11, 11, 9, -1, -1) \
    X(VTensor, getAllowedFormats, USES, none, 0, 0, 0, 0, 20, 20, 20, 14, 11, 10) \
    X(VTensor, getBroadcastAcrossBatch, USES, none, 0, 0, 0, 0, 12, 12, 12, 10, -1, -1) \
    X(VTensor, getLocation, USES, none, 0, 0, 0, 0, 13, 13, 13, 11, -1, -1) \
    X(VTensor, isShapeTensor, USES, none, 0, 0, 0, 0, 21, 21, 21, 15, 12, 11) \
    X(VTensor, isExecutionTensor, USES, none, 0, 0, 0, 0, 22, 22, 22, 16, 13, 12) \
    X(VTensor, setLocation, USES, none, 0, 0, 0, 0, 14, 14, 14, 12, -1, -1) \
    X(VTensor, setDimensionName, USES, none, 0, 0, 0, 0, AT(23, 8501), 23, 23, 17, 14, 13) \
    X(VTensor, getDimensionName, USES, none, 0, 0, 0, 0, AT(24, 8501), 24, 24, 18, 15, 14) \
    X(VTensor, dynamicRangeIsSet, USES, none, 0, 0, 0, 0, 15, 15, 15, -1, -1, -1) \
    X(VTensor, resetDynamicRange, USES, none, 0, 0, 0, 0, 16, 16, 16, -1, -1, -1) \
    X(VTensor, getDynamicRangeMin, USES, none, 0, 0, 0, 0, 17, 17, 17, -1, -1, -1) \
    X(VTensor, getDynamicRangeMax, USES, none, 0, 0, 0, 0, 18, 18, 18, -1, -1, -1) \
    X(VTimingCache, serialize, MAKES, IHostMemory, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VTimingCache, combine, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VTimingCache, reset, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VTimingCache, queryKeys, USES, none, 0, 0, 0, 0, -1, AT(5, 100900), AT(5, 100800), 5, 5, 5) \
    X(VTimingCache, query, USES, none, 0, 0, 0, 0, -1, AT(6, 100900), AT(6, 100800), 6, 6, 6) \
    X(VTimingCache, update, USES, none, 0, 0, 0, 0, -1, AT(7, 100900), AT(7, 100800), 7, 7, 7) \
    X(VTopKLayer, setOperation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VTopKLayer, getOperation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3) \
    X(VTopKLayer, setK, USES, none, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4) \
    X(VTopKLayer, getK, USES, none, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5) \
    X(VTopKLayer, setReduceAxes, USES, none, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6) \
    X(VTopKLayer, getReduceAxes, USES, none, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7) \
    X(VTopKLayer, setIndicesType, USES, none, 0, 0, 0, 0, -1, AT(8, 101401), AT(8, 101401), 8, 8, 8) \
    X(VTopKLayer, getIndicesType, USES, none, 0, 0, 0, 0, -1, AT(9, 101401), AT(9, 101401), 9, 9, 9) \
    X(VTripLimitLayer, getTripLimit, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VUnaryLayer, setOperation, USES, none, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2) \
    X(VUnaryLayer, getOperation, USES, none, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3)
/* clang-format on */

#endif
