/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that translate a plan share. */
#ifndef PW_TRT_TRANSLATOR_H
#define PW_TRT_TRANSLATOR_H

#include "backend/tensorrt/trt_calls.h"
#include "plan/plan_ir.h"

typedef struct pw_trt_translator {
    const pw_trt_library *library;
    pw_trt_native *network;
    const pw_network *source;
    pw_trt_type inner_type; /* of activations between input and heads, where types come from the network */
    bool is_mended;
    bool asks_for_halves; /* of each layer and its result, where types do not come from the network */
    pw_trt_native **tensors; /* by tensor id; NULL: not made yet */
    pw_arena *keep;
    pawl_error *error;
} pw_trt_translator;

/* Output of a layer that may be NULL. One of ours becomes several of the library's, whose names must differ: part tells them apart.
   PAWL_ERR_DEVICE. */
pawl_status pw_trt_output_of(const pw_trt_translator *t, pw_trt_native *layer, const char *name, const char *part,
                             pw_trt_native **output) PW_NODISCARD;

/* Values as the library is to hold them: as they are, or converted to half. PAWL_ERR_MEMORY. */
pawl_status pw_trt_weights_of(pw_trt_translator *t, const float *values, size_t count, pw_trt_type type,
                              pw_trt_weights *weights) PW_NODISCARD;

#endif
