/* SPDX-License-Identifier: Apache-2.0 */
/* Our network as one of the library's: layers, names, types and what leaves it, before it is built. */
#ifndef PW_TRT_NETWORK_H
#define PW_TRT_NETWORK_H

#include "backend/tensorrt/trt_calls.h"
#include "plan/plan_ir.h"

#define PW_TRT_INPUT_NAME "images"

/* What leaves the network, float32: "head0", "head1", ... and, of masks, "prototypes"; or a classifier's "logits". */
typedef struct pw_trt_output {
    char name[16];
    uint32_t tensor;       /* of the network that is translated */
    bool is_channels_last; /* N x H x W x C, so that decoding reads a cell's row in one piece; else N x C x H x W */
} pw_trt_output;

#define PW_TRT_MAX_OUTPUTS (PAWL_MAX_LEVELS + 1)
/* The outputs of a network in the order in which they are marked; 0: it has no head. */
size_t pw_trt_outputs(const pw_network *network, pw_trt_output outputs[PW_TRT_MAX_OUTPUTS]);

typedef struct pw_trt_translation {
    bool is_half; /* FP16 inside, but for what is of integers: by types where the family is strongly typed, else by the config's flag */
    bool asks_for_halves; /* of a family whose types do not come from the network: each layer within is told to be of halves */
    bool is_height_width_dynamic;
    bool is_mended; /* layers whose weights FP16 would damage are mended: trt_half.h */
} pw_trt_translation;

/*
 * Translates the plan into network (of library): explicit batch, input float32 N x 3 x H x W, the outputs of
 * pw_trt_outputs(), raw. Convolutions of integers are told as trt_quantise.h says. Weights and scales are referenced: the plan's constants and keep (which takes converted copies) must live until the build has
 * returned. PAWL_ERR_UNSUPPORTED names a layer that has no translation; PAWL_ERR_DEVICE: the library refused a layer.
 */
pawl_status pw_trt_translate(const pw_trt_library *library, pw_trt_native *network, const pw_plan *plan,
                             const pw_trt_translation *options, pw_arena *keep, pawl_error *error) PW_NODISCARD;

#endif
