/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INT8 as TensorRT is told of it, in words that every family has: a layer that quantises and one that dequantises before each input
 * of a convolution of integers, its weights included, and before both inputs of a sum. The library then finds the integer kernels
 * between them; where there is no such pair, nothing is of integers (explicit quantisation).
 *
 * A byte of ours about PW_SYMMETRIC_ZERO is the library's signed one about 0, the only kind that it takes.
 */
#ifndef PW_TRT_QUANTISE_H
#define PW_TRT_QUANTISE_H

#include "backend/tensorrt/trt_translator.h"

/* Whether layers read the tensor as bytes. */
bool pw_trt_is_byte(const pw_trt_translator *t, uint32_t tensor);

/* Rounds *value to what the bytes of a tensor can hold. The pair is the reader's own, which name and part call by name: the library merges
   equal ones, and does not see through a shared one in every version. PAWL_ERR_UNSUPPORTED: the bytes are not about PW_SYMMETRIC_ZERO. */
pawl_status pw_trt_quantise(pw_trt_translator *t, const char *name, const char *part, uint32_t tensor,
                            pw_trt_native **value) PW_NODISCARD;

/* The weights of a convolution of integers, with a scale an output channel, as a tensor. */
pawl_status pw_trt_quantise_weights(pw_trt_translator *t, const pw_layer *layer, pw_trt_native **weights) PW_NODISCARD;

#endif
