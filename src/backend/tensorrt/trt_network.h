/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PW_TRT_NETWORK_H
#define PW_TRT_NETWORK_H

#include "backend/tensorrt/trt_calls.h"
#include "plan/plan_ir.h"

/* Names of the network's input and of head level i: "images", "head0", "head1", ... */
#define PW_TRT_INPUT_NAME "images"
void pw_trt_head_name(size_t level, char name[16]);

typedef struct pw_trt_translation {
    bool is_half; /* FP16 inside: by types where the family is strongly typed, else by the config's flag */
    bool is_height_width_dynamic;
    bool keeps_damaged_fp32; /* layers whose weights FP16 cannot hold stay float32 */
} pw_trt_translation;

/*
 * Translates the plan into network (of library): explicit batch, input float32 N x 3 x H x W, one output a head level, raw, float32
 * N x H x W x channels. Weights are referenced: the plan's constants and keep (which takes converted copies) must live until the build has
 * returned. PAWL_ERR_UNSUPPORTED names a layer that has no translation; PAWL_ERR_DEVICE: the library refused a layer.
 */
pawl_status pw_trt_translate(const pw_trt_library *library, pw_trt_native *network, const pw_plan *plan,
                             const pw_trt_translation *options, pw_arena *keep, pawl_error *error) PW_NODISCARD;

#endif
